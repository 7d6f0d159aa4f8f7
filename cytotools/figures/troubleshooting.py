"""The troubleshooting path that a study took: a line from question to question, forked where lines of cells differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch

from cytotools.diagrams.steps import NO, NOT_RESOLVED, NOT_TESTED, YES, Branch, Step, TroubleshootingPath
from cytotools.figures.drawing import Drawing
from cytotools.figures.fitted_words import fitted, inches
from cytotools.figures.style import Saved

# All in inches, as in the pathway beside it.
WIDTH, MARGIN, LANE, TEXT = 5.0, 0.12, 0.4, 0.64
QUESTION_SIZE, WORDS_SIZE, TITLE_SIZE, BOX_SIZE, KEY_SIZE = 9.2, 8.2, 12.0, 9.0, 7.4
QUESTION_LINE, WORDS_LINE, BOX_LINE, BETWEEN = 0.165, 0.145, 0.16, 0.12
RADIUS, BYPASS, HEADER, TITLE, FORK = 0.125, 0.2, 0.3, 0.42, 0.2
SIDE_BY_SIDE = 2
MOST_WORDS, MOST_BOX = 4, 7
FAINT, PLAIN, STRONG = "#6E6E6E", "#303030", "black"


@dataclass(frozen=True)
class Look:
    """How an answer is drawn: by sign, fill and outline, so that a grey print keeps it."""

    sign: str
    fill: str
    line: str
    ink: str
    dashes: Any = "solid"


LOOKS = {
    YES: Look("✓", "#006B54", "#006B54", "white"),
    NO: Look("✕", "#F6B98A", "#A63F00", "black"),
    NOT_RESOLVED: Look("?", "white", "#303030", "black"),
    NOT_TESTED: Look("–", "white", "#8A8A8A", "#505050", (0, (2, 1.6))),
}


def troubleshooting_figures(path: TroubleshootingPath) -> Iterator[Drawing]:
    """Yield the path, forked into the first two lines; further lines follow two by two.

    Parameters
    ----------
    path : TroubleshootingPath
    """
    forks = [path.branches[k : k + SIDE_BY_SIDE] for k in range(0, len(path.branches), SIDE_BY_SIDE)] or [()]
    for k, fork in enumerate(forks):
        part = TroubleshootingPath(path.steps if not k else (), fork)
        name = "troubleshooting" if not k else f"troubleshooting_{k + 1}"
        saved = Saved(name, "The troubleshooting path that this study took", part.words, "answer")
        yield Drawing(saved, partial(_figure, part))


@dataclass(frozen=True)
class Column:
    """Where the steps of a trunk or a branch stand."""

    left: float
    width: float

    @property
    def lane(self) -> float:
        """Return where its line runs."""
        return self.left + LANE

    @property
    def text(self) -> float:
        """Return where its words begin."""
        return self.left + TEXT

    @property
    def room(self) -> float:
        """Return how wide its words may be."""
        return self.width - TEXT


def _columns(count: int) -> list[Column]:
    width = (WIDTH - 2 * MARGIN) / max(count, 1)
    return [Column(MARGIN - 0.1 + k * width, width) for k in range(count)]


def _words_of(step: Step, with_remedy: bool) -> str:
    evidence = step.brief or step.evidence
    said = f"{step.answer}: {evidence}" if evidence else step.answer
    return f"{said} → {step.remedy}" if with_remedy and step.remedy else said


def _lines(step: Step, column: Column, with_remedy: bool) -> tuple[list[str], list[str]]:
    questions = fitted(step.question, column.room, QUESTION_SIZE, "bold", most=2)
    return questions, fitted(_words_of(step, with_remedy), column.room, WORDS_SIZE, most=MOST_WORDS)


def _height(step: Step, column: Column, with_remedy: bool) -> float:
    questions, said = _lines(step, column, with_remedy)
    return QUESTION_LINE * len(questions) + WORDS_LINE * len(said) + BETWEEN


def _outcome_lines(branch: Branch, column: Column) -> tuple[list[str], list[str]]:
    room = column.width - 0.4
    outcome = fitted(branch.outcome, room, BOX_SIZE, "bold", most=4)
    return outcome, fitted(f"Next: {branch.next_experiment}", room, BOX_SIZE, most=MOST_BOX)


def _outcome_height(branch: Branch, column: Column) -> float:
    return BOX_LINE * sum(map(len, _outcome_lines(branch, column))) + 0.26


def _figure(path: TroubleshootingPath) -> Figure:
    trunk, columns = Column(MARGIN - 0.1, WIDTH - 2 * MARGIN + 0.1), _columns(len(path.branches))
    trunk_heights = [_height(step, trunk, True) for step in path.steps]
    row_heights = [
        max(_height(step, column, False) for step, column in zip(row, columns, strict=True))
        for row in zip(*(branch.steps for branch in path.branches), strict=True)
    ]
    box = max((_outcome_height(b, c) for b, c in zip(path.branches, columns, strict=True)), default=0.0)
    forked = FORK + HEADER + 0.18 + sum(row_heights) + 0.1 + box if path.branches else 0.0
    height = TITLE + sum(trunk_heights) + forked + 0.36
    figure = Figure(figsize=(WIDTH, height))
    ax = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    ax.set_axis_off()
    ax.set_xlim(0, WIDTH)
    ax.set_ylim(0, height)
    title = "The path this study took" if path.steps else "The path of further lines"
    _write(ax, MARGIN + 0.04, height - 0.2, title, TITLE_SIZE, "bold")
    y = _draw_steps(ax, path.steps, trunk, trunk_heights, height - TITLE, True)
    if path.branches:
        _draw_fork(ax, path, trunk, columns, y)
        for branch, column in zip(path.branches, columns, strict=True):
            _draw_branch(ax, branch, column, row_heights, box, y - FORK)
    _draw_legend(ax)
    return figure


def _write(ax: Axes, x: float, y: float, words: str, size: float, weight: str = "normal", **more: Any) -> None:
    """Write one line; dollars are dollars."""
    ax.text(x, y, words, fontsize=size, fontweight=weight, va="center", parse_math=False, **more)


def _write_lines(
    ax: Axes, at: tuple[float, float], lines: Sequence[str], size: float, step: float, **more: Any
) -> float:
    """Write lines below one another and return where the next would begin."""
    x, y = at
    for line in lines:
        _write(ax, x, y - step / 2, line, size, **more)
        y -= step
    return y


def _draw_steps(
    ax: Axes, steps: Sequence[Step], column: Column, heights: Sequence[float], y: float, with_remedy: bool
) -> float:
    """Draw steps from the top down, joined by the path; return where they end."""
    marks = [y - QUESTION_LINE / 2 - sum(heights[:k]) for k in range(len(steps))]
    for k, (step, following) in enumerate(pairwise(steps)):
        _draw_path(ax, [(column.lane, marks[k]), (column.lane, marks[k + 1])], step.is_reached and following.is_reached)
    for step, mark in zip(steps, marks, strict=True):
        _draw_step(ax, step, column, mark, with_remedy)
    return y - sum(heights)


def _draw_step(ax: Axes, step: Step, column: Column, mark: float, with_remedy: bool) -> None:
    look = LOOKS[step.answer]
    reached = step.is_reached
    circle = Circle((column.lane, mark), RADIUS if reached else 0.8 * RADIUS, zorder=3)
    circle.set(facecolor=look.fill if reached else "white", edgecolor=look.line if reached else FAINT)
    circle.set(linewidth=1.6 if reached else 0.8, linestyle=look.dashes)
    ax.add_patch(circle)
    ax.text(
        column.lane,
        mark,
        look.sign,
        fontsize=9.5 if reached else 7.5,
        fontweight="bold",
        color=look.ink if reached else FAINT,
        ha="center",
        va="center_baseline",
        zorder=4,
    )
    questions, said = _lines(step, column, with_remedy)
    at = column.text, mark + QUESTION_LINE / 2
    weight, ink = ("bold", STRONG) if reached else ("normal", FAINT)
    y = _write_lines(ax, at, questions, QUESTION_SIZE, QUESTION_LINE, weight=weight, color=ink)
    _write_lines(ax, (column.text, y), said, WORDS_SIZE, WORDS_LINE, color=PLAIN if reached else FAINT)


def _draw_path(ax: Axes, corners: Sequence[tuple[float, float]], is_taken: bool) -> None:
    style: dict[str, Any] = (
        {"color": "black", "linewidth": 3.2}
        if is_taken
        else {"color": FAINT, "linewidth": 1.0, "linestyle": (0, (1, 2))}
    )
    ax.plot(*zip(*corners, strict=True), solid_joinstyle="round", zorder=2, **style)


def _draw_fork(ax: Axes, path: TroubleshootingPath, trunk: Column, columns: Sequence[Column], y: float) -> None:
    """Join the last step of the study to the header of each line."""
    if not path.steps:
        return
    start = y + _height(path.steps[-1], trunk, True) - QUESTION_LINE / 2
    for column in columns:
        turn = y - 0.02
        _draw_path(ax, [(trunk.lane, start), (trunk.lane, turn), (column.lane, turn), (column.lane, y - FORK)], True)


def _draw_branch(
    ax: Axes, branch: Branch, column: Column, heights: Sequence[float], box_height: float, top: float
) -> None:
    room = column.width - 0.12
    _draw_box(ax, (column.left + 0.14, top - HEADER), (room, HEADER), PLAIN, PLAIN)
    title = fitted(branch.title, room - 0.2, WORDS_SIZE + 0.4, "bold", most=1)
    _write(ax, column.left + 0.24, top - HEADER / 2, title[0], WORDS_SIZE + 0.4, "bold", color="white", zorder=4)
    first = top - HEADER - 0.18
    _draw_path(ax, [(column.lane, top - HEADER), (column.lane, first - QUESTION_LINE / 2)], True)
    end = _draw_steps(ax, branch.steps, column, heights, first, False) - 0.1
    last = max(k for k, step in enumerate(branch.steps) if step.is_reached)
    mark = first - QUESTION_LINE / 2 - sum(heights[:last])
    if last + 1 < len(branch.steps):
        side = column.lane - BYPASS
        turned = [(column.lane, mark), (side, mark), (side, end)]
        _draw_path(ax, turned, True)
    else:
        _draw_path(ax, [(column.lane, mark), (column.lane, end)], True)
    found = branch.steps[last].answer == NO
    look = LOOKS[NO]
    _draw_box(
        ax,
        (column.left + 0.14, end - box_height),
        (room, box_height),
        look.fill if found else "white",
        look.line if found else PLAIN,
    )
    outcome, following = _outcome_lines(branch, column)
    y = _write_lines(
        ax, (column.left + 0.26, end - 0.11), outcome, BOX_SIZE, BOX_LINE, weight="bold", color=STRONG, zorder=4
    )
    _write_lines(ax, (column.left + 0.26, y - 0.04), following, BOX_SIZE, BOX_LINE, color=STRONG, zorder=4)


def _draw_box(ax: Axes, corner: tuple[float, float], size: tuple[float, float], fill: str, line: str) -> None:
    shape = FancyBboxPatch(corner, *size, boxstyle="round,pad=0,rounding_size=0.08")
    shape.set(facecolor=fill, edgecolor=line, linewidth=1.6, zorder=3)
    ax.add_patch(shape)


def _draw_legend(ax: Axes) -> None:
    """Draw what the signs mean, along the foot."""
    x = MARGIN + 0.1
    for answer, look in LOOKS.items():
        circle = Circle((x, 0.16), 0.085, zorder=3)
        circle.set(facecolor=look.fill, edgecolor=look.line, linewidth=1.2, linestyle=look.dashes)
        ax.add_patch(circle)
        ax.text(
            x,
            0.16,
            look.sign,
            fontsize=7,
            fontweight="bold",
            color=look.ink,
            ha="center",
            va="center_baseline",
            zorder=4,
        )
        x = _write_key(ax, x + 0.13, answer)
    for is_taken, words in ((True, "path"), (False, "not reached")):
        _draw_path(ax, [(x - 0.06, 0.16), (x + 0.2, 0.16)], is_taken)
        x = _write_key(ax, x + 0.25, words)


def _write_key(ax: Axes, x: float, words: str) -> float:
    """Write one entry of the legend and return where the next begins."""
    _write(ax, x, 0.16, words, KEY_SIZE, color=PLAIN)
    return x + inches(words, KEY_SIZE) + 0.2
