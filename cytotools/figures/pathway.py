"""The pathway of Smac mimetics: what a study has measured of it, a picture a line, and all lines side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, Polygon

from cytotools.diagrams.nodes import (
    BLOCKED,
    DOWN,
    NOT_MEASURED,
    NOT_RESOLVED,
    SHOWN,
    STATES,
    UNCHANGED,
    UNKNOWN,
    UP,
    Edge,
    Node,
    Pathway,
)
from cytotools.diagrams.pathway import DRUG
from cytotools.figures.drawing import Drawing
from cytotools.figures.fitted_words import fitted
from cytotools.figures.style import Saved
from cytotools.labels import cut, file_stem
from cytotools.number_words import count

# All in inches. The page is narrow and its letters large, so that a telephone shows them.
WIDTH, BOX, BETWEEN, EDGE, HEAD = 5.0, 1.36, 0.3, 0.16, 0.42
COLUMNS = tuple(EDGE + BOX / 2 + k * (BOX + BETWEEN) for k in range(3))
LEFT_LANE, RIGHT_LANE, INNER_LANE = 0.07, WIDTH - 0.07, COLUMNS[1] + (BOX + BETWEEN) / 2
GAPS = (0.4, 0.4, 0.56, 0.34)  # under each row of boxes
NAME_SIZE, WORDS_SIZE, SMALL_SIZE, TITLE_SIZE = 10.0, 8.2, 7.6, 12.0
NAME_LINE, WORDS_LINE, PAD = 0.185, 0.142, 0.07
BADGE = 0.115
LEGEND_LINE = 0.2
MOST_LINES = 6
INSIDE = BOX - 0.1
SIDE_BY_SIDE = 2

PLACES = {
    "cIAP1": (1, 0),
    "cIAP2": (1, 1),
    "XIAP": (1, 2),
    "TNF-α": (2, 0),
    "NF-κB": (2, 1),
    "PI3K/AKT": (2, 2),
    "necroptosis": (3, 0),
    "caspase-3/7": (3, 1),
    "Bcl-2": (3, 2),
    "apoptosis": (4, 1),
}


@dataclass(frozen=True)
class Look:
    """How a state is drawn: told apart by fill, outline and badge, each of which a grey print keeps."""

    fill: str
    line: str
    width: float
    dashes: Any
    ink: str = "black"


LOOKS = {
    UP: Look("#F6B98A", "#A63F00", 2.0, "solid"),
    DOWN: Look("#DCEEF8", "#00588A", 2.0, "solid"),
    UNCHANGED: Look("white", "#303030", 1.2, "solid"),
    NOT_RESOLVED: Look("#F1F1F1", "#505050", 1.2, (0, (6, 2, 1, 2))),
    NOT_MEASURED: Look("white", "#8A8A8A", 0.9, (0, (3, 2.4)), "#606060"),
}
STROKES: dict[str, dict[str, Any]] = {
    SHOWN: {"color": "black", "linewidth": 1.9, "linestyle": "solid"},
    BLOCKED: {"color": "#8A8A8A", "linewidth": 1.0, "linestyle": "solid"},
    UNKNOWN: {"color": "#8A8A8A", "linewidth": 1.0, "linestyle": (0, (1, 1.6))},
}
STATE_WORDS = {UP: "up, or at work", UNCHANGED: "unchanged, or none"}
EDGE_WORDS = {SHOWN: "at work", BLOCKED: "not at work", UNKNOWN: "not known"}
Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """Where a node stands."""

    x: float
    top: float
    bottom: float
    half: float = BOX / 2

    @property
    def middle(self) -> float:
        """Return the height of its middle."""
        return (self.top + self.bottom) / 2


def pathway_figures(found: Sequence[Pathway]) -> Iterator[Drawing]:
    """Yield the picture of every line for the report, and of every two side by side for a slide.

    Parameters
    ----------
    found : sequence of Pathway
        One a line; those of one study have boxes of the same size, so that they compare.
    """
    taken: list[str] = []
    heights = row_heights(found)
    for one in found:
        taken.append(file_stem(f"pathway_{one.title}".replace("µ", "u"), taken))
        saved = Saved(taken[-1], f"Pathway, {one.title}", _caption(one), "answer")
        yield Drawing(saved, partial(_figure, [one], heights))
    for start in range(0, len(found) - 1, SIDE_BY_SIDE):
        pair = found[start : start + SIDE_BY_SIDE]
        if len(pair) == SIDE_BY_SIDE:
            taken.append(file_stem("pathways side by side", taken))
            title = "Pathways side by side"
            saved = Saved(taken[-1], title, " ".join(one.words for one in pair), "")
            yield Drawing(saved, partial(_figure, pair, heights))


def _caption(one: Pathway) -> str:
    return (
        f"{one.words} ×: level over that at {one.reference}, with its 95 % interval. Which protein does what is "
        "textbook knowledge; whether it is at work here is read from the measured nodes at its ends."
    ).replace("at the reference", "of the reference")


def lines_of(node: Node) -> list[str]:
    """Return the lines under the name of a node, as they fit into its box."""
    if not node.is_measured:
        return [NOT_MEASURED]
    where = [node.condition] if node.condition else []
    lines = [line for words in (*node.words, *where) for line in fitted(cut(words, 48), INSIDE, WORDS_SIZE, most=2)]
    return lines[:MOST_LINES]


def row_heights(found: Sequence[Pathway]) -> list[float]:
    """Return the height of each row of boxes, in inches: what the fullest box of any line needs."""
    heights = [NAME_LINE + WORDS_LINE + 2 * PAD]
    for row in range(1, 5):
        names = [name for name, place in PLACES.items() if place[0] == row]
        most = max((len(lines_of(one.node(name))) for one in found for name in names), default=1)
        heights.append(NAME_LINE + WORDS_LINE * most + 2 * PAD)
    heights[4] = max(heights[4], LEGEND_LINE * len(STATES) + 0.05)
    return heights


def _figure(found: Sequence[Pathway], heights: Sequence[float]) -> Figure:
    height = HEAD + sum(heights) + sum(GAPS) + 0.34
    width = WIDTH * len(found) + 0.3 * (len(found) - 1)
    figure = Figure(figsize=(width, height))
    for k, one in enumerate(found):
        ax = figure.add_axes((k * (WIDTH + 0.3) / width, 0.0, WIDTH / width, 1.0))
        ax.set_axis_off()
        ax.set_xlim(0, WIDTH)
        ax.set_ylim(0, height)
        _draw(ax, one, heights, height)
    return figure


def _draw(ax: Axes, one: Pathway, heights: Sequence[float], height: float) -> None:
    tops = [height - HEAD]
    for own, gap in zip(heights, GAPS, strict=False):
        tops.append(tops[-1] - own - gap)
    boxes = {name: Box(COLUMNS[column], tops[row], tops[row] - heights[row]) for name, (row, column) in PLACES.items()}
    boxes["apoptosis"] = replace(boxes["apoptosis"], bottom=tops[4] - _needed(one.node("apoptosis")))
    drug = Box(WIDTH / 2, tops[0], tops[0] - heights[0], WIDTH / 2 - EDGE)
    _write(ax, EDGE, height - 0.2, one.line or "all cells", TITLE_SIZE, "bold", WIDTH - 2 * EDGE)
    for edge in one.edges:
        _draw_edge(ax, edge, _course(edge, boxes, drug))
    _draw_drug(ax, drug, one)
    for node in one.nodes:
        _draw_node(ax, node, boxes[node.name])
    _draw_legend(ax, tops[4])
    _write(ax, WIDTH / 2, 0.14, _foot(one), SMALL_SIZE, "normal", WIDTH - 0.2, ha="center", color="#303030")


def _needed(node: Node) -> float:
    return NAME_LINE + WORDS_LINE * len(lines_of(node)) + 2 * PAD


def _foot(one: Pathway) -> str:
    counts = sorted({node.n for node in one.nodes if node.is_measured})
    each = "n = " + " to ".join(dict.fromkeys([count(counts[0]), count(counts[-1])])) if counts else "nothing measured"
    starred = "; * see its cautions" if any(node.cautions for node in one.nodes) else ""
    return f"× level over {one.reference}; in brackets 95 % intervals; {each}{starred}"


def _write(
    ax: Axes, x: float, y: float, words: str, size: float, weight: str, width: float, *, ha: str = "left", **more: Any
) -> None:
    """Write one line that is cut to a width; dollars are dollars."""
    line = (fitted(words, width, size, weight, most=1) or [""])[0]
    ax.text(x, y, line, fontsize=size, fontweight=weight, ha=ha, va="center", parse_math=False, **more)


def _draw_drug(ax: Axes, box: Box, one: Pathway) -> None:
    shape = FancyBboxPatch(
        (box.x - box.half, box.bottom), 2 * box.half, box.top - box.bottom, boxstyle="round,pad=0,rounding_size=0.2"
    )
    shape.set(facecolor="#303030", edgecolor="#303030", zorder=3)
    ax.add_patch(shape)
    first = box.top - PAD - NAME_LINE / 2
    _write(ax, box.x, first, DRUG, NAME_SIZE, "bold", 4.0, ha="center", color="white", zorder=4)
    second = first - (NAME_LINE + WORDS_LINE) / 2
    _write(ax, box.x, second, one.treatment, WORDS_SIZE + 0.6, "normal", 4.3, ha="center", color="white", zorder=4)


def _draw_node(ax: Axes, node: Node, box: Box) -> None:
    look = LOOKS[node.state]
    corner, size = (box.x - box.half, box.bottom), (2 * box.half, box.top - box.bottom)
    shape = FancyBboxPatch(corner, *size, boxstyle="round,pad=0,rounding_size=0.09")
    shape.set(facecolor=look.fill, edgecolor=look.line, linewidth=look.width, linestyle=look.dashes, zorder=3)
    ax.add_patch(shape)
    if node.state == DOWN:  # a double outline
        inner = FancyBboxPatch(
            (corner[0] + 0.035, corner[1] + 0.035),
            size[0] - 0.07,
            size[1] - 0.07,
            boxstyle="round,pad=0,rounding_size=0.06",
        )
        inner.set(facecolor="none", edgecolor=look.line, linewidth=0.7, zorder=3)
        ax.add_patch(inner)
    lines = lines_of(node)
    y = box.middle + (NAME_LINE + WORDS_LINE * len(lines)) / 2 - NAME_LINE / 2
    name = f"{node.name} *" if node.cautions else node.name
    _write(ax, box.x, y, name, NAME_SIZE, "bold", BOX, ha="center", color=look.ink, zorder=4)
    y -= (NAME_LINE + WORDS_LINE) / 2
    for k, line in enumerate(lines):
        at = y - WORDS_LINE * k
        ax.text(
            box.x,
            at,
            line,
            fontsize=WORDS_SIZE,
            ha="center",
            va="center",
            color=look.ink,
            parse_math=False,
            zorder=4,
        )
    if node.mark:
        _draw_badge(ax, (box.x - box.half + 0.04, box.top - 0.03), node.mark, look)


def _draw_badge(ax: Axes, at: Point, mark: str, look: Look) -> None:
    ax.add_patch(Circle(at, BADGE, facecolor=look.line, edgecolor="white", linewidth=1.0, zorder=5))
    size = 9.5 if len(mark) == 1 else 7.0
    ax.text(*at, mark, fontsize=size, fontweight="bold", color="white", ha="center", va="center_baseline", zorder=6)


def _course(edge: Edge, boxes: Mapping[str, Box], drug: Box) -> list[Point]:
    """Return the corners of an edge, laid by hand so that none crosses another."""
    end = boxes[edge.end]
    if edge.start == DRUG:
        return [(end.x, drug.bottom), (end.x, end.top)]
    start, caspase = boxes[edge.start], boxes["caspase-3/7"]
    under = start.bottom - GAPS[1] / 2
    gap = boxes["TNF-α"].bottom
    high, middle, low = (gap - GAPS[2] * share for share in (0.2, 0.4, 0.6))
    side = start.x - start.half, start.x + start.half
    courses: dict[tuple[str, str], list[Point]] = {
        ("cIAP1", "NF-κB"): [
            (start.x + 0.3, start.bottom),
            (start.x + 0.3, under),
            (end.x - 0.4, under),
            (end.x - 0.4, end.top),
        ],
        ("NF-κB", "cIAP2"): [(start.x, start.top), (start.x, end.bottom)],
        ("NF-κB", "TNF-α"): [(side[0], start.middle - 0.14), (end.x + end.half, start.middle - 0.14)],
        ("TNF-α", "NF-κB"): [(side[1], start.middle + 0.14), (end.x - end.half, start.middle + 0.14)],
        ("TNF-α", "caspase-3/7"): [
            (start.x, start.bottom),
            (start.x, high),
            (end.x - 0.2, high),
            (end.x - 0.2, end.top),
        ],
        ("cIAP1", "caspase-3/7"): [
            (side[0], start.middle),
            (LEFT_LANE, start.middle),
            (LEFT_LANE, low),
            (end.x - 0.46, low),
            (end.x - 0.46, end.top),
        ],
        ("cIAP2", "caspase-3/7"): [
            (start.x + 0.6, start.bottom),
            (start.x + 0.6, under),
            (INNER_LANE, under),
            (INNER_LANE, high),
            (end.x + 0.06, high),
            (end.x + 0.06, end.top),
        ],
        ("PI3K/AKT", "caspase-3/7"): [
            (start.x, start.bottom),
            (start.x, middle),
            (end.x + 0.32, middle),
            (end.x + 0.32, end.top),
        ],
        ("XIAP", "caspase-3/7"): [
            (side[1], start.middle),
            (RIGHT_LANE, start.middle),
            (RIGHT_LANE, low),
            (end.x + 0.58, low),
            (end.x + 0.58, end.top),
        ],
        ("Bcl-2", "caspase-3/7"): [(side[0], caspase.middle), (caspase.x + caspase.half, caspase.middle)],
        ("caspase-3/7", "apoptosis"): [(start.x, start.bottom), (start.x, end.top)],
        ("caspase-3/7", "necroptosis"): [(side[0], start.middle), (end.x + end.half, start.middle)],
    }
    return courses[edge.start, edge.end]


def _draw_edge(ax: Axes, edge: Edge, corners: Sequence[Point]) -> None:
    _draw_line(ax, corners, edge.state, edge.kind)
    if edge.kind in ("degrades", "induces") and edge.start != edge.end and corners[0][0] == corners[-1][0]:
        x, y = corners[0][0] + 0.08, (corners[0][1] + corners[-1][1]) / 2
        ax.text(x, y, edge.kind, fontsize=SMALL_SIZE, va="center", ha="left", color="#303030")


def _draw_line(ax: Axes, corners: Sequence[Point], state: str, kind: str) -> None:
    """Draw a line with a head at its end, a cross in its longest part where it is not at work."""
    stroke = STROKES[state]
    (x0, y0), (x1, y1) = corners[-2:]
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    along = (x1 - x0) / length, (y1 - y0) / length
    across = -along[1], along[0]
    tip = x1 - 0.035 * along[0], y1 - 0.035 * along[1]
    stops = kind in ("inhibits", "degrades")
    shaft = tip if stops else (tip[0] - 0.07 * along[0], tip[1] - 0.07 * along[1])
    path = [*corners[:-1], shaft]
    ax.plot(*zip(*path, strict=True), solid_joinstyle="round", solid_capstyle="butt", zorder=2, **stroke)
    if stops:
        ends = [(tip[0] + s * 0.075 * across[0], tip[1] + s * 0.075 * across[1]) for s in (-1, 1)]
        ax.plot(*zip(*ends, strict=True), color=stroke["color"], linewidth=2.2, solid_capstyle="butt", zorder=2)
    else:
        back = tip[0] - 0.1 * along[0], tip[1] - 0.1 * along[1]
        wings = [(back[0] + s * 0.055 * across[0], back[1] + s * 0.055 * across[1]) for s in (-1, 1)]
        ax.add_patch(Polygon([tip, *wings], facecolor=stroke["color"], edgecolor="none", zorder=2))
    if state == BLOCKED:
        (ax0, ay0), (ax1, ay1) = max(pairwise(path), key=lambda p: abs(p[0][0] - p[1][0]) + abs(p[0][1] - p[1][1]))
        at = (ax0 + ax1) / 2, (ay0 + ay1) / 2
        ax.plot(
            *at, marker="X", markersize=7.5, color="black", markeredgecolor="white", markeredgewidth=0.8, zorder=2.5
        )


def _draw_legend(ax: Axes, top: float) -> None:
    """Draw what the looks mean, at both sides of the last box."""
    x = EDGE - 0.04
    for k, state in enumerate(STATES):
        y = top - 0.1 - LEGEND_LINE * k
        _draw_node_key(ax, (x, y), state)
        ax.text(x + 0.4, y, STATE_WORDS.get(state, state), fontsize=SMALL_SIZE, va="center")
    x = COLUMNS[2] - BOX / 2 + 0.05
    for k, state in enumerate((SHOWN, BLOCKED, UNKNOWN)):
        y = top - 0.1 - LEGEND_LINE * k
        _draw_line(ax, [(x, y), (x + 0.42, y)], state, "activates")
        ax.text(x + 0.5, y, EDGE_WORDS[state], fontsize=SMALL_SIZE, va="center")
    for k, (kind, said) in enumerate((("activates", "raises"), ("inhibits", "stops"))):
        y = top - 0.1 - LEGEND_LINE * (k + 3)
        _draw_line(ax, [(x, y), (x + 0.42, y)], SHOWN, kind)
        ax.text(x + 0.5, y, said, fontsize=SMALL_SIZE, va="center")


def _draw_node_key(ax: Axes, at: Point, state: str) -> None:
    look, mark = LOOKS[state], Node("", state).mark
    shape = FancyBboxPatch((at[0], at[1] - 0.065), 0.3, 0.13, boxstyle="round,pad=0,rounding_size=0.04")
    shape.set(facecolor=look.fill, edgecolor=look.line, linewidth=min(look.width, 1.4), linestyle=look.dashes)
    ax.add_patch(shape)
    ax.text(at[0] + 0.15, at[1], mark, fontsize=7.5, fontweight="bold", ha="center", va="center_baseline")
