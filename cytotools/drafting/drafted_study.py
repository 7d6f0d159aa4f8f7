"""The draft of a study: study.yaml and its sheets as texts by their names, with what must be asked."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from cytotools.draft_questions import BETWEEN
from cytotools.drafting.drafted_samples import COLUMNS, drafted_samples
from cytotools.drafting.found_files import FoundExport, FoundFiles
from cytotools.drafting.name_facts import name_facts
from cytotools.labels import file_stem
from cytotools.yaml_words import quoted

LANES = 12  # of a usual gel; the draft asks
IAP_BLOT = ("cIAP2", "cIAP1", "XIAP", "actin")  # an example of bands, never taken for what is on a membrane
LANE_COLUMNS = (
    "membrane",
    "lane",
    "role",
    "cell_line",
    "compound",
    "dose",
    "dose_unit",
    "hours",
    "replicate",
    "question",
)
WELL_COLUMNS = ("well", "role", "cell_line", "compound", "dose", "dose_unit", "hours", "question")
LANE_QUESTION = "How many lanes, and what is in each? Role: ladder, reference, empty, untreated, vehicle or treated."
WELL_QUESTION = "What is in each well? Role: blank, untreated, vehicle, positive, treated, standard or empty."
STANDARDS = ("elisa", "bca")  # their samples name their own replicates
MOST_TOLD = 20


@dataclass(frozen=True)
class Draft:
    """The texts of a draft by file name, its distinct questions with how often each is asked, and what it holds."""

    files: Mapping[str, str]
    questions: Mapping[str, int]
    summary: tuple[str, ...]


def drafted_study(title: str, found: FoundFiles) -> Draft:
    """Return the draft of a study.

    Parameters
    ----------
    title : str
        Such as the folder's name.
    found : FoundFiles
    """
    files: dict[str, str] = {}
    asked: Counter[str] = Counter()
    body = [*_flow(found, files, asked), *_blots(found, files, asked), *_plates(found, files, asked)]
    head = [*_head(asked), "version: 1", f"title: {quoted(title)}"]
    files = {"study.yaml": "\n".join([*head, *body]) + "\n", **files}
    return Draft(files, dict(asked), tuple(_summary(found)))


def _head(asked: Mapping[str, int]) -> Iterator[str]:
    yield "# A draft by `cytotools init`. What it could not tell stands in the sheets (column `question`), and here:"
    told = sorted(asked.items(), key=lambda item: -item[1])
    for words, count in told[:MOST_TOLD]:
        yield f"#   {_one_line(words)}" + (f" ({count} rows)" if count > 1 else "")
    if len(told) > MOST_TOLD:
        yield f"#   and {len(told) - MOST_TOLD} more in the sheets"
    if not told:
        yield "#   nothing: every name was clear. Check the sheets all the same."
    yield "# Correct the cells, clear the questions, then: cytotools check study.yaml, cytotools run study.yaml"


def _flow(found: FoundFiles, files: dict[str, str], asked: Counter[str]) -> Iterator[str]:
    there = list(found.sheets.get("samples", {}))
    if there:
        yield from ("flow:", f"  samples: {quoted(there[0])}")
    elif found.tubes:
        rows = drafted_samples(found.tubes)
        asked.update(question for row in rows for question in row["question"].split(BETWEEN) if question)
        files["samples.csv"] = _csv(COLUMNS, rows)
        yield from ("flow:", "  samples: samples.csv   # annexin: and dye: are found from the channels' names")


def _blots(found: FoundFiles, files: dict[str, str], asked: Counter[str]) -> Iterator[str]:
    if not found.images:
        return
    there = list(found.sheets.get("lanes", {}))
    names = _names(found.images)
    if not there:
        blank = dict.fromkeys(LANE_COLUMNS, "")
        rows = [
            blank | {"membrane": name, "lane": str(lane), "question": LANE_QUESTION if lane == 1 else ""}
            for name in names.values()
            for lane in range(1, LANES + 1)
        ]
        files["lanes.csv"] = _csv(LANE_COLUMNS, rows)
        asked[LANE_QUESTION] += len(names)
    yield "# Take the marks away once the lanes are filled, and name the bands of each image from top to bottom:"
    yield "# blots:"
    yield f"#   lanes: {quoted(there[0] if there else 'lanes.csv')}"
    yield "#   loading_control: actin"
    yield "#   images:"
    for file, name in names.items():
        bands = name_facts(file.rpartition(".")[0]).targets or IAP_BLOT
        yield f"#     - {{file: {quoted(file)}, membrane: {quoted(name)}, bands: [{', '.join(map(quoted, bands))}]}}"


def _plates(found: FoundFiles, files: dict[str, str], asked: Counter[str]) -> Iterator[str]:
    if not found.exports:
        return
    layouts = found.sheets.get("layout", {})
    drafts = {} if layouts else _layouts(found.exports, files)
    if drafts:
        asked[WELL_QUESTION] += len(set(drafts.values()))
    chosen = {
        export.file: drafts.get(export.file) or _layout_of(export.file, list(layouts)) for export in found.exports
    }
    ready = [one for one in found.exports if one.assay and chosen[one.file] and not drafts]
    if ready:
        yield "plates:"
    for export in ready:
        yield f"  - {_plate(export, chosen[export.file], layouts[chosen[export.file]], asked)}"
    waiting = [one for one in found.exports if one not in ready]
    if waiting:
        yield "# Take the marks away once layout and assay are right:" + ("" if ready else "\n# plates:")
    for export in waiting:
        if layouts:
            asked[f"Which layout and assay has {export.file}?"] += 1
        yield f"#  - {_plate(export, chosen[export.file] or 'layout.csv', frozenset(), asked)}"


def _plate(export: FoundExport, layout: str, columns: frozenset[str], asked: Counter[str]) -> str:
    """Return the entry of a plate; what its layout says of the wells is left to the layout."""
    facts = name_facts(export.file.rpartition(".")[0])
    keys = {"file": export.file, "assay": export.assay or "viability", "layout": layout}
    keys |= {"cell_line": facts.cell_line} if facts.cell_line and "cell_line" not in columns else {}
    given = [f"{key}: {quoted(value)}" for key, value in keys.items()]
    given += [f"hours: {facts.hours:g}"] if facts.hours is not None and "hours" not in columns else []
    given += [f"replicate: {facts.replicate}"] if facts.replicate else []
    if not facts.replicate and export.assay not in STANDARDS:
        asked[f"Which replicate (independent experiment) is {export.file}?"] += 1
    return f"{{{', '.join(given)}}}"


def _layouts(exports: Sequence[FoundExport], files: dict[str, str]) -> dict[str, str]:
    """Draft one layout for all plates with the same wells; return it by the export."""
    by_wells: dict[tuple[str, ...], str] = {}
    for export in exports:
        if export.wells not in by_wells:
            name = f"layout_{len(by_wells) + 1}.csv"
            blank = dict.fromkeys(WELL_COLUMNS, "")
            rows = [
                blank | {"well": well, "question": "" if k else WELL_QUESTION} for k, well in enumerate(export.wells)
            ]
            by_wells[export.wells] = name
            files[name] = _csv(WELL_COLUMNS, rows)
    return {export.file: by_wells[export.wells] for export in exports}


def _layout_of(file: str, layouts: Sequence[str]) -> str:
    """Return the only layout, or the one whose name shares a word with a file's; "" where none does."""
    if len(layouts) == 1:
        return layouts[0]
    shared = {layout: len(_words(file) & _words(layout)) for layout in layouts}
    best = max(shared.values(), default=0)
    return next((layout for layout, count in shared.items() if count == best > 0), "")


def _words(file: str) -> set[str]:
    parts = file_stem(PurePosixPath(file).stem).casefold().split("_")
    return {part for part in parts if not part.isdigit() and part not in ("layout", "plate", "map")}


def _names(images: Iterable[str]) -> dict[str, str]:
    """Return a membrane's name for each image."""
    found: dict[str, str] = {}
    for file in images:
        found[file] = file_stem(PurePosixPath(file).stem, found.values())
    return found


def _csv(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _one_line(words: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in words)


def _summary(found: FoundFiles) -> Iterator[str]:
    counted = ((found.tubes, "FCS file"), (found.images, "picture"), (found.exports, "plate export"))
    yield from (f"{len(files)} {noun}{'s' * (len(files) > 1)}" for files, noun in counted if files)
    yield from (f"{kind} sheet {', '.join(names)}" for kind, names in found.sheets.items() if names)
