"""The figure that goes in a paper: strips under the labels of their lanes, each strip on one scale of grey."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from textwrap import wrap
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray

from blots.blot import Blot
from blots.panel import LabelCell, LabelRow, Panel, Source, strip_pixels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform

Array = NDArray[np.float64]

# All in points.
_NAME = 7.5  # size of the targets' names
_LABEL = 7.0
_SMALLEST = 5.0
_LINE = 1.2  # of the type's size, from line to line
_BETWEEN = 4.0  # strips
_LOWEST_ROW = 10.0  # a strip's share of the page, however flat it is: its name must fit
_PAD = 4.0
_TICK = 3.0
_MM = 72.0 / 25.4
_HINTED = 1.08  # letters fitted to a screen's pixels are up to this much wider


class _Fitted(NamedTuple):
    """Words broken into lines, at a size, upright (0) or on end (90); how high they stand."""

    words: str
    size: float
    turned: int
    height: float


def panel_figure(panel: Panel, pictures: Mapping[Source, Blot]) -> Figure:
    """Draw a panel at its printed size.

    Every strip's pixels are embedded as they are stored, turned by quarters only, and shown on the strip's one linear
    scale of grey. All words keep clear of one another, whatever their length.

    Parameters
    ----------
    panel : Panel
        With at least one strip; every crop lies inside its picture.
    pictures : mapping of Source to Blot
        The picture of every strip.

    Examples
    --------
    >>> from blots.grey_window import GreyWindow
    >>> from blots.panel import Crop, Strip
    >>> blot = Blot("demo", np.arange(6000.0).reshape(60, 100), np.zeros((60, 100), dtype=bool))
    >>> source = Source("rep1.tif")
    >>> strip = Strip("actin", source, (100, 60), Crop(10, 20, 80, 12), 0, GreyWindow(0.0, 6000.0), False,
    ...               ((30.0, 26.0), (70.0, 26.0)), kda=42.0)
    >>> rows = (LabelRow("Hours", (LabelCell(0, 0, "0"), LabelCell(1, 1, "24"))),)
    >>> figure = panel_figure(Panel("rep1", (1, 2), 40.0, rows, (strip,)), {source: blot})
    >>> [text.get_text() for text in figure.texts]
    ['actin', '42', 'kDa', '0', '24', 'Hours']
    """
    page = _Page(panel)
    figure = Figure(figsize=(page.width / 72, page.height / 72))
    points = Affine2D().scale(1 / 72) + figure.dpi_scale_trans
    top = page.foot + page.strips_height
    _draw_strips(figure, panel, pictures, page, points)
    marked = [strip.kda for strip in panel.strips if strip.kda is not None]
    if marked:
        _write(figure, points, page.right + _TICK + 2, top + 2.0, "kDa", _LABEL, ha="left", va="bottom")
    level = top + _PAD
    for row in reversed(panel.labels):
        level = _draw_row(figure, points, page, row, level)
    for n, words in enumerate(reversed(panel.footnotes)):
        _write(figure, points, page.left, _PAD + n * _LINE * _LABEL, words, 6.0, ha="left", va="bottom")
    return figure


class _Page:
    """Where everything stands, in points from the lower left corner."""

    def __init__(self, panel: Panel) -> None:
        strips = panel.width_mm * _MM
        names = [width_pt(strip.target, _NAME) for strip in panel.strips]
        names += [width_pt(row.name, _LABEL) for row in panel.labels]
        self.left = max(names) + 2 * _PAD
        self.right = self.left + strips
        self.lanes = self.left + strips * _lane_fractions(panel)
        self.pitch = _pitch(self.lanes, strips)
        marks = [width_pt(_mass(strip.kda), _LABEL) for strip in panel.strips if strip.kda is not None]
        beside = _TICK + 2 + max([width_pt("kDa", _LABEL), *marks]) if marks else 0.0
        beside = max(beside, 7.0 if any(strip.asterisk for strip in panel.strips) else 0.0)
        footnotes = max((width_pt(words, 6.0) for words in panel.footnotes), default=0.0)
        # Words over one lane at the edge may be wider than their lane's half.
        self.width = max(self.right + beside, self.left + footnotes) + 2 * _PAD
        self.heights = [strips * strip.shape[0] / strip.shape[1] for strip in panel.strips]
        rows = [max(height, _LOWEST_ROW) for height in self.heights]
        self.strips_height = sum(rows) + _BETWEEN * (len(rows) - 1)
        self.rows = rows
        self.foot = _PAD + (len(panel.footnotes) * _LINE * _LABEL + 2 if panel.footnotes else 0.0)
        labels = sum(self.row_height(row) for row in panel.labels)
        self.height = self.foot + self.strips_height + 2 * _PAD + max(labels, _LINE * _LABEL)

    def span(self, cell: LabelCell) -> tuple[float, float]:
        """Return the left and right end of the lanes of a cell."""
        return self.lanes[cell.first] - self.pitch / 2, self.lanes[cell.last] + self.pitch / 2

    def fitted(self, row: LabelRow) -> list[_Fitted]:
        """Return how the words of a row's cells are set so that none touches the next."""
        rooms = [b - a - 2.0 for a, b in map(self.span, row.cells)]
        for size in (_LABEL, 6.0, _SMALLEST):
            set_so = [_set(cell, room, size) for cell, room in zip(row.cells, rooms, strict=True)]
            if all(found is not None for found in set_so):
                return [found for found in set_so if found is not None]
        set_so = [_set(cell, room, _LABEL) for cell, room in zip(row.cells, rooms, strict=True)]
        return [found or _on_end(cell.text, self.pitch) for found, cell in zip(set_so, row.cells, strict=True)]

    def row_height(self, row: LabelRow) -> float:
        """Return how much of the page's height a row takes."""
        bar = 3.5 if any(cell.bar for cell in row.cells) else 1.0
        return max((found.height for found in self.fitted(row)), default=0.0) + bar + 2.0


def _lane_fractions(panel: Panel) -> Array:
    """Return where the lanes lie across the strips, as a part of their width, the mean over all strips."""
    places = [(strip.upright_places()[:, 0] + 0.5) / strip.shape[1] for strip in panel.strips]
    return np.asarray(np.mean(places, axis=0))


def _pitch(lanes: Array, width: float) -> float:
    """Return the lanes' usual distance; of a lane alone, the strip's width."""
    return float(np.median(np.diff(lanes))) if len(lanes) > 1 else width


def _set(cell: LabelCell, room: float, size: float) -> _Fitted | None:
    """Set words upright within a room: a cell without a bar on one line, one with a bar on up to three."""
    for lines in (1, 2, 3) if cell.bar else (1,):
        words = _broken(cell.text, lines)
        if max(width_pt(line, size) for line in words.split("\n")) <= room:
            return _Fitted(words, size, 0, _LINE * size * (words.count("\n") + 1))
    return None


def _broken(words: str, lines: int) -> str:
    """Break words into about equal lines, never inside a word."""
    if lines == 1:
        return words
    letters = -(-len(words) // lines)
    while len(broken := wrap(words, letters, break_long_words=False, break_on_hyphens=False)) > lines:
        letters += 1
    return "\n".join(broken)


def _on_end(words: str, pitch: float) -> _Fitted:
    size = float(np.clip(pitch / _LINE, _SMALLEST - 1, _LABEL))
    return _Fitted(words, size, 90, width_pt(words, size))


def _draw_row(figure: Figure, points: Transform, page: _Page, row: LabelRow, level: float) -> float:
    """Draw a row of labels whose foot stands at a level; return the level of the next."""
    barred = any(cell.bar for cell in row.cells)
    foot = level + (3.5 if barred else 1.0)
    for cell, found in zip(row.cells, page.fitted(row), strict=True):
        left, right = page.span(cell)
        if cell.bar:
            inset = min(0.12 * page.pitch, 3.0)
            _rule(figure, points, [left + inset, right - inset], [level + 1.5] * 2, 0.8)
        middle = (left + right) / 2
        _write(figure, points, middle, foot, found.words, found.size, ha="center", va="bottom", rotation=found.turned)
    if row.name:
        _write(figure, points, page.left - _PAD, foot, row.name, _LABEL, ha="right", va="bottom")
    return level + page.row_height(row)


def _draw_strips(figure: Figure, panel: Panel, pictures: Mapping[Source, Blot], page: _Page, points: Transform) -> None:
    level = page.foot + page.strips_height
    for strip, height, room in zip(panel.strips, page.heights, page.rows, strict=True):
        foot = level - room + (room - height) / 2
        place = (page.left / page.width, foot / page.height)
        ax = figure.add_axes((*place, (page.right - page.left) / page.width, height / page.height))
        _show(ax, strip_pixels(pictures[strip.source], strip), *strip.window)
        at = foot + height * (1 - (float(np.mean(strip.upright_places()[:, 1])) + 0.5) / strip.shape[0])
        # A name keeps to its strip's share of the page, so that it stays clear of the next.
        beside = float(np.clip(at, level - room + _NAME / 2, level - _NAME / 2))
        _write(figure, points, page.left - _PAD, beside, strip.target, _NAME, ha="right", va="center")
        if strip.asterisk is not None:
            down = (float(strip.upright_places([strip.asterisk])[0, 1]) + 0.5) / strip.shape[0]
            there = foot + height * (1 - down)
            if strip.kda is not None and abs(there - beside) < _NAME:
                there = beside + float(np.copysign(_NAME, there - beside))
            _write(figure, points, page.right + 3.5, there, "*", _NAME, ha="center", va="center")
        if strip.kda is not None:
            _rule(figure, points, [page.right + 1, page.right + 1 + _TICK], [at, at], 0.7)
            _write(figure, points, page.right + _TICK + 2, beside, _mass(strip.kda), _LABEL, ha="left", va="center")
        level -= room + _BETWEEN


def _show(ax: Axes, pixels: Array, white: float, black: float) -> None:
    """Show a strip, an element of the page for each stored pixel."""
    ax.imshow(pixels, cmap="gray_r", vmin=white, vmax=black, interpolation="none", aspect="auto")
    ax.set(xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set(visible=True, linewidth=0.5, edgecolor="black")


def _write(figure: Figure, points: Transform, x: float, y: float, words: str, size: float, **how: Any) -> None:
    # Names come from people: a dollar sign in one is no formula.
    rotation = how.pop("rotation", 0)
    figure.text(
        x, y, words, transform=points, fontsize=size, parse_math=False, rotation=rotation, linespacing=1.0, **how
    )


def _rule(figure: Figure, points: Transform, x: list[float], y: list[float], width: float) -> None:
    from matplotlib.lines import Line2D

    figure.add_artist(Line2D(x, y, transform=points, color="black", linewidth=width, solid_capstyle="butt"))


def _mass(kda: float) -> str:
    return f"{kda:.0f}" if kda >= 9.95 else f"{kda:.1f}"


@cache
def width_pt(words: str, size: float) -> float:
    """Return how wide words are printed, in points.

    Examples
    --------
    >>> width_pt("", 7.0), 14.0 < width_pt("24 h", 7.0) < 20.0
    (0.0, True)
    """
    if not words:
        return 0.0
    drawn: float = text_to_path.get_text_width_height_descent(words, FontProperties(size=size), ismath=False)[0]
    return _HINTED * drawn
