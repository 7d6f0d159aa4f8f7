"""A dose matrix: what was measured, how far it exceeds each reference model, and both as contours over the doses."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from cytotools.drawn_combinations import DrawnMatrix
from cytotools.figures.log_ticks import set_log_ticks
from cytotools.labels import shown, unit
from cytotools.number_words import fold

FloatArray = NDArray[np.float64]
CELL_INCHES, SMALLEST, LARGEST = 0.42, 2.3, 4.6
ACROSS = 3
NAMES = {"bliss": "Bliss", "hsa": "HSA", "loewe": "Loewe", "zip": "ZIP"}
RESPONSE, EXCESS = "cividis", "PuOr"  # orange where the effect exceeds, purple where it falls short
LEAST_SPAN = 0.6  # of contours 0.05 apart
LEAST_SCALE = 0.1  # an excess of less than this is not blown up to full colour
FEWEST_FOR_CONTOURS = 3
SMALLEST_SHOWN = 0.005  # of two decimals
LONGEST = 30
TITLE_POINTS = 105.0  # letters of one point that fill an inch
SIGNS = {"synergy": "+", "antagonism": "\u2212"}


def matrix_figure(drawn: DrawnMatrix) -> Figure:
    """Return the figure of a matrix."""
    contours = _has_contours(drawn)
    count = 1 + len(drawn.scores) + (2 if contours else 0)
    rows = -(-count // ACROSS)
    across = min(count, ACROSS)
    width = _inches(len(drawn.doses_2)) + 1.0
    height = _inches(len(drawn.doses_1)) + 0.9
    figure = Figure(figsize=(width * across, height * rows + 0.3), layout="constrained")
    axes: list[Axes] = list(np.atleast_1d(figure.subplots(rows, across, squeeze=False).ravel()))
    panels = iter(axes)
    _draw_response(next(panels), drawn)
    scale = _scale(drawn)
    for k in range(len(drawn.scores)):
        _draw_score(next(panels), drawn, k, scale)
    if contours:
        _draw_contours(
            next(panels), drawn, drawn.affected, RESPONSE, Normalize(0.0, 1.0), "fraction affected", "{:.2f}"
        )
        norm = TwoSlopeNorm(0.0, -scale, scale)
        _draw_contours(next(panels), drawn, drawn.scores[0].excess, EXCESS, norm, _excess_name(drawn, 0), "{:+.2f}")
    for ax in panels:
        ax.axis("off")
    agents = " \u00d7 ".join(shown(agent, LONGEST) for agent in drawn.agents)
    title = f"{agents}, {shown(drawn.name, 60)}"
    figure.suptitle(title, fontsize=min(9.0, TITLE_POINTS * width * across / len(title)))
    return figure


def matrix_words(drawn: DrawnMatrix) -> tuple[str, str]:
    """Return the title and the caption of the figure of a matrix."""
    return f"{' × '.join(drawn.agents)}, {drawn.name}", _caption(drawn, _has_contours(drawn))


def _inches(cells: int) -> float:
    return float(np.clip(CELL_INCHES * cells, SMALLEST, LARGEST))


def _caption(drawn: DrawnMatrix, contours: bool) -> str:
    marks = (
        "Framed and marked + or \u2212 where the simultaneous 95 % limits of all cells exclude 0"
        if drawn.n > 1
        else "Nothing is marked, since one experiment tells no scatter between experiments"
    )
    words = [
        f"Mean of {drawn.n} independent experiment{'s' if drawn.n > 1 else ''}: fraction affected, and its excess over",
        f"what each reference model expects (positive: synergy). {marks};",
        "hatched: not measured, or the model is undefined.",
    ]
    if contours:
        words.append("Contours: the same over the logarithm of the doses above 0.")
    return " ".join(words)


def _scale(drawn: DrawnMatrix) -> float:
    """Return the excess of full colour, the same for all scores."""
    values = np.concatenate([score.excess.ravel() for score in drawn.scores] or [np.zeros(1)])
    finite = np.abs(values[np.isfinite(values)])
    return max(float(finite.max()) if len(finite) else LEAST_SCALE, LEAST_SCALE)


def _draw_response(ax: Axes, drawn: DrawnMatrix) -> None:
    values = np.where(np.isfinite(drawn.affected), drawn.affected, np.nan)
    image = _draw_cells(ax, drawn, values, RESPONSE, Normalize(0.0, 1.0), "{:.2f}")
    ax.set_title("fraction affected", fontsize=7.8)
    _bar(ax, image)


def _draw_score(ax: Axes, drawn: DrawnMatrix, k: int, scale: float) -> None:
    score = drawn.scores[k]
    values = score.excess.copy()
    values[0, :] = values[:, 0] = np.nan
    image = _draw_cells(ax, drawn, values, EXCESS, TwoSlopeNorm(0.0, -scale, scale), "{:+.2f}", margins=False)
    for (row, column), verdict in np.ndenumerate(score.verdicts):
        if verdict in SIGNS and np.isfinite(values[row, column]):
            frame = Rectangle((column - 0.47, row - 0.47), 0.94, 0.94, fill=False, edgecolor="black", linewidth=1.4)
            ax.add_patch(frame)
            ax.text(
                column + 0.42,
                row + 0.44,
                SIGNS[verdict],
                ha="right",
                va="top",
                fontsize=7.0,
                fontweight="bold",
                color=_ink(image, values[row, column]),
            )
    ax.set_title(f"{_excess_name(drawn, k)}\n{score.headline}", fontsize=7.2)
    _bar(ax, image, MaxNLocator(5, steps=[1, 2, 5, 10]))  # two decimals tell these, not steps of 0.025


def _excess_name(drawn: DrawnMatrix, k: int) -> str:
    method = drawn.scores[k].method
    return f"excess over {NAMES.get(method, method)}"


def _draw_cells(
    ax: Axes, drawn: DrawnMatrix, values: FloatArray, palette: str, norm: Any, number: str, margins: bool = True
) -> Any:
    """Draw a matrix with its numbers, the first agent's doses upwards; cells without a number are hatched."""
    image = ax.imshow(np.ma.masked_invalid(values), cmap=palette, norm=norm, origin="lower", aspect="auto")
    size = 5.8 if max(values.shape) <= 8 else 4.4
    for (row, column), value in np.ndenumerate(values):
        is_margin = not row or not column
        if np.isfinite(value):
            ax.text(
                column, row, _number(number, value), ha="center", va="center", fontsize=size, color=_ink(image, value)
            )
        elif margins or not is_margin:
            ax.add_patch(
                Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, hatch="////", edgecolor="0.7", linewidth=0)
            )
    for set_ticks, set_label, k, doses in (
        (ax.set_xticks, ax.set_xlabel, 1, drawn.doses_2),
        (ax.set_yticks, ax.set_ylabel, 0, drawn.doses_1),
    ):
        turned: dict[str, Any] = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if k else {}
        places = np.arange(len(doses))[0 if margins else 1 :]
        set_ticks(places, [fold(doses[place]) for place in places], **turned)
        set_label(_axis_words(drawn, k))
    if not margins:
        ax.set_xlim(0.5, len(drawn.doses_2) - 0.5)
        ax.set_ylim(0.5, len(drawn.doses_1) - 0.5)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    return image


def _number(form: str, value: float) -> str:
    """Return a number as a cell holds it, without the sign of a zero.

    Examples
    --------
    >>> _number("{:+.2f}", -0.001), _number("{:+.2f}", 0.1)
    ('0.00', '+0.10')
    """
    return form.format(value) if abs(value) >= SMALLEST_SHOWN else "0.00"


def _axis_words(drawn: DrawnMatrix, k: int) -> str:
    name, dose_unit = shown(drawn.agents[k], LONGEST), unit(drawn.units[k])
    return f"{name} ({dose_unit})" if dose_unit else name


def _ink(image: Any, value: Any) -> str:
    """Return black or white, whichever is read on the colour of a value."""
    red, green, blue, _ = image.cmap(image.norm(value))
    return "black" if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else "white"


def _bar(ax: Axes, image: Any, ticks: MaxNLocator | None = None) -> None:
    figure = ax.get_figure()
    assert figure is not None
    bar = figure.colorbar(image, ax=ax, fraction=0.05, pad=0.02, ticks=ticks)
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=6.0, length=2)
    bar.ax.yaxis.set_major_formatter("{x:.2f}")


def _has_contours(drawn: DrawnMatrix) -> bool:
    """Tell whether a surface can be drawn: enough doses, and every cell measured."""
    inner = drawn.affected[1:, 1:]
    return bool(drawn.scores) and min(inner.shape) >= FEWEST_FOR_CONTOURS and bool(np.isfinite(inner).all())


def _levels(norm: Any) -> FloatArray:
    """Return round levels, 0.05 apart or 0.1."""
    step = 0.05 if norm.vmax - norm.vmin <= LEAST_SPAN else 0.1
    return np.arange(np.floor(norm.vmin / step), np.ceil(norm.vmax / step) + 1) * step


def _draw_contours(
    ax: Axes, drawn: DrawnMatrix, values: FloatArray, palette: str, norm: Any, title: str, number: str
) -> None:
    x, y = drawn.doses_2[1:], drawn.doses_1[1:]
    levels = _levels(norm)
    inner = np.clip(values[1:, 1:], levels[0], levels[-1])
    filled = ax.contourf(x, y, inner, levels=levels, cmap=palette, norm=norm)
    lines = ax.contour(x, y, inner, levels=levels, colors="black", linewidths=0.5)
    # Between a few doses a line is long and straight: cut at its number, most of it would be gone.
    for label in ax.clabel(lines, fontsize=5.4, fmt=partial(_number, number), inline=False):
        label.set(bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85}, clip_on=False)
    ax.set_xscale("log")
    ax.set_yscale("log")
    set_log_ticks(ax, "x")
    set_log_ticks(ax, "y")
    ax.set_xlabel(_axis_words(drawn, 1))
    ax.set_ylabel(_axis_words(drawn, 0))
    ax.set_title(title, fontsize=7.8)
    _bar(ax, filled)
