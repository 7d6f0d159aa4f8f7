"""The blot figures of a paper: cropped strips for its pages, uncropped blots for its supplement, and their recipes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from blots.blot import Blot
from blots.panel import MERGED, Panel, Source, Strip, strip_pixels
from blots.plots.panel import panel_figure
from blots.plots.uncropped import draw_uncropped
from cytotools.figures.drawing import Drawing
from cytotools.figures.style import Saved
from cytotools.labels import file_stem
from cytotools.panel_files import recipe_text
from cytotools.panels import panels_of, pictures_of

if TYPE_CHECKING:
    from cytotools.results import Results

SUPPLEMENT = "blots for the supplement"  # the section that the page keeps folded
_WIDTH_INCHES = 6.6
_HIGHEST_INCHES = 7.5
_NOTEWORTHY = 0.001  # of a strip's pixels


def paper_figures(results: Results) -> Iterator[Drawing]:
    """Yield a figure with its recipe for every membrane, and every image uncropped.

    The page shows the first membrane of the study, chosen by its place and not by its looks.
    """
    block = results.study.blots
    assert block is not None
    panels, pictures = panels_of(results), pictures_of(results)
    by_hand = {panel.membrane for panel in block.panels.values()}
    taken: list[str] = []
    for number, panel in enumerate(panels):
        name = file_stem(f"panel_{panel.membrane}", taken)
        taken.append(name)
        caption = _caption(panel, pictures, name, len(panels), by_hand=panel.membrane in by_hand)
        section = SUPPLEMENT if number else "blots"
        saved = Saved(name, f"Figure for the paper, membrane {panel.membrane}", caption, section)
        own = {strip.source: pictures[strip.source] for strip in panel.strips}
        yield Drawing(saved, partial(panel_figure, panel, own), pdf=True, beside=recipe_text(panel))
    yield from _uncropped(panels, pictures)


def _caption(panel: Panel, pictures: Mapping[Source, Blot], name: str, count: int, *, by_hand: bool) -> str:
    files = list(dict.fromkeys(strip.source.file for strip in panel.strips))
    turns = sorted({strip.turn for strip in panel.strips} - {0})
    said = [
        f"Lanes {panel.lanes[0]} to {panel.lanes[-1]} cut in one piece from {', '.join(files)}"
        + (f", turned by {' and '.join(map(str, turns))}° clockwise" if turns else "")
        + "; no pixel is moved, smoothed or added.",
        *_merged(files),
        "Each strip has one linear scale of grey over all its lanes, without gamma, "
        + (
            "as its recipe says: "
            if by_hand
            else "white at the 1st percentile of its pixels and black at its strongest band: "
        )
        + "; ".join(f"{s.target} {s.window.white:,.6g} to {s.window.black:,.6g}" for s in panel.strips)
        + " (signal, white to black).",
        *_beyond(panel.strips, pictures),
        *_masses(panel.strips),
        *(f"Not shown: {words}." for words in panel.left_out),
        f"Crop boxes, limits, labels and the SHA-256 of each image: figures/{name}.json, which `blots: panels:` takes.",
    ]
    if count > 1:
        said.append("The first membrane of the study is shown; the others stand in the supplement.")
    return " ".join(said)


def _merged(files: Sequence[str]) -> list[str]:
    merged = [file for file in files if MERGED in file]
    return [
        f"{file}: exposures; pixels clipped in one come from a shorter one, brought to its scale." for file in merged
    ]


def _beyond(strips: Sequence[Strip], pictures: Mapping[Source, Blot]) -> list[str]:
    """Say which strips hold pixels darker than black: differences between them can't be seen."""
    said = []
    for strip in strips:
        _, darker = strip.window.beyond(strip_pixels(pictures[strip.source], strip))
        if darker > _NOTEWORTHY:
            said.append(f"{darker:.1%} of the pixels of {strip.target} are darker than its black.")
    return said


def _masses(strips: Sequence[Strip]) -> list[str]:
    words = {
        "ladder": "kDa: apparent mass by the ladder of the membrane",
        "study": "kDa: mass as the study states it, not measured",
    }
    bases = {
        basis: [strip.target for strip in strips if strip.kda_basis == basis and strip.kda is not None]
        for basis in words
    }
    found = {basis: names for basis, names in bases.items() if names}
    told_apart = len(found) > 1
    return [words[basis] + (f" ({', '.join(names)})" if told_apart else "") + "." for basis, names in found.items()]


def _uncropped(panels: Sequence[Panel], pictures: Mapping[Source, Blot]) -> Iterator[Drawing]:
    strips: dict[Source, list[tuple[str, Strip]]] = {}
    for panel in panels:
        for strip in panel.strips:
            strips.setdefault(strip.source, []).append((panel.membrane, strip))
    taken: list[str] = []
    for source, own in strips.items():
        name = file_stem(f"uncropped_{Path(source.file).stem}", taken)
        taken.append(name)
        membranes = ", ".join(dict.fromkeys(membrane for membrane, _ in own))
        caption = (
            f"{source.file} from edge to edge, more signal darker; boxes: what the figure for the paper shows of it."
        )
        saved = Saved(name, f"Uncropped blot of membrane {membranes}", caption, SUPPLEMENT)
        yield Drawing(saved, partial(_uncropped_figure, pictures[source], [strip for _, strip in own]))


def _uncropped_figure(blot: Blot, strips: Sequence[Strip]) -> Figure:
    rows, columns = blot.shape
    width = min(_WIDTH_INCHES - 1.0, _HIGHEST_INCHES * columns / rows)
    height = max(width * rows / columns, 0.3)
    figure = Figure(figsize=(_WIDTH_INCHES, height + 0.55), layout="constrained")
    draw_uncropped(figure.add_subplot(), blot, strips, height_in=height)
    return figure
