"""The draft of a study: study.yaml and its sheets as texts by their names, with what must be asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from cytotools.draft_questions import BETWEEN
from cytotools.drafting.drafted_plates import drafted_plates, ready_exports
from cytotools.drafting.drafted_samples import drafted_samples, used_columns
from cytotools.drafting.found_files import FoundFiles
from cytotools.drafting.name_facts import name_facts
from cytotools.drafting.sheet_text import sheet_text
from cytotools.labels import file_stem
from cytotools.yaml_words import quoted

LANES = 12  # of a usual gel; the draft asks
IAP_BLOT = ("cIAP2", "cIAP1", "XIAP", "actin")  # an example of bands, never taken for what is on a membrane
LOADING = ("actin", "beta-actin", "tubulin", "GAPDH", "vinculin")
LANE_COLUMNS = (
    "membrane", "lane", "role", "cell_line", "compound", "dose", "dose_unit", "hours", "replicate", "question",
)  # fmt: skip
LANE_QUESTION = "How many lanes, and what is in each? Role: ladder, reference, empty, untreated, vehicle or treated."
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
    body = [*_flow(found, files, asked)]
    is_alone = not (body or ready_exports(found))
    body += [*drafted_plates(found, files, asked, is_alone)]
    body += [*_blots(found, files, asked, is_alone)]
    head = [*_head(asked), "version: 1", f"title: {quoted(title)}"]
    files = {"study.yaml": "\n".join([*head, *body]) + "\n", **files}
    return Draft(files, dict(asked), tuple(_summary(found)))


def _head(asked: Mapping[str, int]) -> Iterator[str]:
    yield "# A draft by `cytotools init`. What it could not tell stands in the sheets (column `question`), and here:"
    told = sorted(asked.items(), key=lambda item: -item[1])
    for words, count in told[:MOST_TOLD]:
        yield f"#   {_one_line(words)}" + (f" ({count} rows)" if count > 1 else "")
    if len(told) > MOST_TOLD:
        yield f"#   and {len(told) - MOST_TOLD} more"
    if not told:
        yield "#   nothing: every name was clear. Check the sheets all the same."
    yield "# Correct the cells, clear the questions, then: cytotools check study.yaml, cytotools run study.yaml"


def _flow(found: FoundFiles, files: dict[str, str], asked: Counter[str]) -> Iterator[str]:
    there = list(found.sheets.get("samples", {}))
    _ask_which(there, "samples", asked)
    if there:
        yield from ("flow:", f"  samples: {quoted(there[0])}")
    elif found.tubes:
        rows = drafted_samples(found.tubes)
        asked.update(question for row in rows for question in row["question"].split(BETWEEN) if question)
        files["samples.csv"] = sheet_text(used_columns(rows), rows)
        yield from ("flow:", "  samples: samples.csv   # annexin: and dye: are found from the channels' names")
        for key in ("cell_line", "hours", "replicate"):
            if not any(row[key] for row in rows):
                asked[
                    f"No name tells `{key}`: is it the same in all tubes (`{key}:` under `flow:`), or which in each?"
                ] += 1
                yield f"  # {key}:   # where it is the same in all tubes; else in samples.csv"


def _ask_which(sheets: Sequence[str], key: str, asked: Counter[str]) -> None:
    if len(sheets) > 1:
        asked[f"Which of {', '.join(sheets)} is the sheet of `{key}:`?"] += 1


def _blots(found: FoundFiles, files: dict[str, str], asked: Counter[str], is_alone: bool) -> Iterator[str]:
    """Yield the lines of `blots:`, as comments while something else can be analysed without them."""
    if not found.images:
        return
    there = list(found.sheets.get("lanes", {}))
    _ask_which(there, "lanes", asked)
    names = _names(found.images)
    if not there:
        rows = [
            {"membrane": name, "lane": str(lane), "question": LANE_QUESTION if lane == 1 else ""}
            for name in names.values()
            for lane in range(1, LANES + 1)
        ]
        files["lanes.csv"] = sheet_text(LANE_COLUMNS, rows)
        asked[LANE_QUESTION] += len(names)
    bands = {file: name_facts(file.rpartition(".")[0]).targets or IAP_BLOT for file in names}
    control = next((band for of_image in bands.values() for band in of_image if band in LOADING), LOADING[0])
    mark = "" if is_alone else "# "
    marks = "Take the marks away once the lanes are filled, and name" if mark else "Fill the lanes, name"
    yield f"# {marks} the bands from top to bottom; leave out what is no blot of the study:"
    yield f"{mark}blots:"
    yield f"{mark}  lanes: {quoted(there[0] if there else 'lanes.csv')}"
    yield f"{mark}  loading_control: {control}"
    yield f"{mark}  images:"
    for file, name in names.items():
        listed = ", ".join(map(quoted, bands[file]))
        yield f"{mark}    - {{file: {quoted(file)}, membrane: {quoted(name)}, bands: [{listed}]}}"


def _names(images: Iterable[str]) -> dict[str, str]:
    """Return a membrane's name for each image."""
    found: dict[str, str] = {}
    for file in images:
        found[file] = file_stem(PurePosixPath(file).stem, found.values())
    return found


def _one_line(words: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in words)


def _summary(found: FoundFiles) -> Iterator[str]:
    counted = ((found.tubes, "FCS file"), (found.images, "picture"), (found.exports, "plate export"))
    yield from (f"{len(files)} {noun}{'s' * (len(files) > 1)}" for files, noun in counted if files)
    yield from (f"{kind} sheet {', '.join(names)}" for kind, names in found.sheets.items() if names)
