"""The draft of a study's plates: their entries in study.yaml, and layouts for those that have none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from cytotools.drafting.found_files import FoundExport, FoundFiles
from cytotools.drafting.name_facts import name_facts
from cytotools.drafting.sheet_text import sheet_text
from cytotools.labels import file_stem
from cytotools.yaml_words import quoted

COLUMNS = ("well", "role", "cell_line", "compound", "dose", "dose_unit", "hours", "question")
WELL_QUESTION = "What is in each well? Role: blank, untreated, vehicle, positive, treated, standard or empty."
STANDARDS = ("elisa", "bca")  # their samples name their own replicates
GUESSED = "viability"


def ready_exports(found: FoundFiles) -> list[FoundExport]:
    """Return the exports that can be analysed as they are: their assay and their layout are told."""
    layouts = list(found.sheets.get("layout", {}))
    return [export for export in found.exports if layouts and export.assay and _layout_of(export.file, layouts)]


def drafted_plates(found: FoundFiles, files: dict[str, str], asked: Counter[str], is_alone: bool) -> Iterator[str]:
    """Yield the lines of `plates:`, and add drafts of layouts and questions.

    Parameters
    ----------
    found : FoundFiles
    files : dict of name to text
        Sheets of the draft so far.
    asked : Counter
        Questions so far.
    is_alone : bool
        Nothing else of the study can be analysed yet: then what is not ready stands there too, so that `check` names
        what it lacks; else it is marked as a comment.
    """
    layouts = found.sheets.get("layout", {})
    chosen = _chosen_layouts(found, files)
    ready = ready_exports(found)
    waiting = [one for one in found.exports if one not in ready]
    mark = "" if is_alone else "# "
    if ready:
        yield "plates:"
    for export in ready:
        yield f"  - {_plate(export, chosen[export.file], layouts[chosen[export.file]], asked)}"
    if waiting:
        if not layouts:
            asked[WELL_QUESTION] += len({chosen[one.file] for one in waiting})
        yield "# Take the marks away once layout and assay are right:" if mark else "# Fill the layouts:"
        yield from [] if ready else [f"{mark}plates:"]
    for export in waiting:
        if layouts and not chosen[export.file]:
            asked[f"Which layout have the plates `{_kind(export) or export.assay or export.file}`?"] += 1
        yield f"{mark}  - {_plate(export, chosen[export.file] or 'layout.csv', frozenset(), asked)}"


def _plate(export: FoundExport, layout: str, columns: frozenset[str], asked: Counter[str]) -> str:
    """Return the entry of a plate; what its layout says of the wells is left to the layout."""
    facts = name_facts(export.file.rpartition(".")[0])
    keys = {"file": export.file, "assay": export.assay or GUESSED, "layout": layout}
    keys |= {"cell_line": facts.cell_line} if facts.cell_line and "cell_line" not in columns else {}
    given = [f"{key}: {quoted(value)}" for key, value in keys.items()]
    given += [f"hours: {facts.hours:g}"] if facts.hours is not None and "hours" not in columns else []
    given += [f"replicate: {facts.replicate}"] if facts.replicate else []
    if not export.assay:
        asked[f"Is `assay: {GUESSED}` right for `{_kind(export) or export.file}`, or mtt, caspase, elisa or bca?"] += 1
    if not facts.replicate and export.assay not in STANDARDS:
        asked[f"Which replicate (independent experiment) is {export.file}?"] += 1
    return f"{{{', '.join(given)}}}"


def _kind(export: FoundExport) -> str:
    """Return what the name of an export says beside assay, line and replicate: plates of one kind share a layout."""
    left = name_facts(PurePosixPath(export.file).stem).left
    return file_stem(" ".join(left)) if left else ""


def _chosen_layouts(found: FoundFiles, files: dict[str, str]) -> dict[str, str]:
    """Return the layout of each export, "" where none is told; they are drafted where the folder holds none."""
    layouts = list(found.sheets.get("layout", {}))
    if layouts:
        return {export.file: _layout_of(export.file, layouts) for export in found.exports}
    drafts: dict[tuple[str, tuple[str, ...]], str] = {}
    chosen = {}
    for export in found.exports:
        kind = _kind(export) or export.assay or "plates"
        if (kind, export.wells) not in drafts:
            taken = [name.removesuffix(".csv") for name in files]
            drafts[kind, export.wells] = f"{file_stem(f'layout {kind}', taken)}.csv"
            rows = [{"well": well, "question": "" if k else WELL_QUESTION} for k, well in enumerate(export.wells)]
            files[drafts[kind, export.wells]] = sheet_text(COLUMNS, rows)
        chosen[export.file] = drafts[kind, export.wells]
    return chosen


def _layout_of(file: str, layouts: Sequence[str]) -> str:
    """Return the only layout, or the one whose name shares most words with a file's; "" where none does."""
    if len(layouts) == 1:
        return layouts[0]
    shared = {layout: len(_words(file) & _words(layout)) for layout in layouts}
    best = max(shared.values(), default=0)
    likely = [layout for layout, count in shared.items() if count == best > 0]
    return likely[0] if len(likely) == 1 else ""


def _words(file: str) -> set[str]:
    parts = file_stem(PurePosixPath(file).stem).casefold().split("_")
    return {part for part in parts if not part.isdigit() and part not in ("layout", "plate", "map")}
