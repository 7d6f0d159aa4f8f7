"""Schedules side by side: one quantity of each order of treatment with its interval, and how they differ."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cytotools.drawn_combinations import DrawnSchedules
from cytotools.figures.log_ticks import set_log_ticks
from cytotools.figures.open_bars import draw_open_bar
from cytotools.figures.style import COLOURS, MARKERS
from cytotools.labels import shown, unit
from cytotools.number_words import count, fold, p_value
from cytotools.tables import rows_of

ROW_INCHES, AXIS_INCHES, LEAST_WORDS_INCHES = 0.42, 3.2, 2.9
LETTER_INCHES, SMALL_LETTER_INCHES = 0.062, 0.049
LINE_INCHES, LONGEST_CONTRAST = 0.16, 60
BEYOND = 3.0  # how far past the estimates the axis follows a limit


def schedule_figure(drawn: DrawnSchedules) -> Figure:
    """Return the figure of one quantity under several schedules."""
    rows, contrasts = rows_of(drawn.rows), rows_of(drawn.contrasts)
    left = LETTER_INCHES * max(len(shown(str(row["schedule"]))) for row in rows) + 0.35
    height = max(ROW_INCHES * len(rows), LINE_INCHES * (len(contrasts) + 1)) + 0.2
    said = _contrast_lines(drawn)
    beside = max(SMALL_LETTER_INCHES * max(map(len, said), default=0) + 0.4, LEAST_WORDS_INCHES)
    size = left + AXIS_INCHES + beside, height + 1.05
    figure = Figure(figsize=size)
    ax = figure.add_axes((left / size[0], 0.5 / size[1], AXIS_INCHES / size[0], height / size[1]))
    _draw_rows(ax, drawn, rows)
    at = (left + AXIS_INCHES + 0.2) / size[0]
    for k, words in enumerate(said):
        figure.text(
            at,
            (0.5 + height - LINE_INCHES * (k + 0.8)) / size[1],
            words,
            fontsize=6.4,
            fontweight="bold" if not k else "normal",
        )
    figure.text(0.02, 1.0 - 0.2 / size[1], f"{drawn.quantity}: {shown(drawn.name, 70)}", fontsize=8.5)
    figure.text(0.02, 1.0 - 0.38 / size[1], shown(drawn.answer, 110), fontsize=7.5, color="0.25")
    return figure


def schedule_words(drawn: DrawnSchedules) -> tuple[str, str]:
    """Return the title and the caption of that figure."""
    return f"{drawn.quantity} by schedule, {drawn.name}", _caption(drawn)


def _caption(drawn: DrawnSchedules) -> str:
    scale = "geometric mean" if drawn.is_ratio else "mean"
    neutral = {1.0: " Line: an index of 1, doses add.", 0.0: " Line: Bliss independence."}.get(drawn.neutral, "")
    return (
        f"Large: {scale} over independent experiments with its 95 % t interval; small: each experiment; an arrow: the "
        "limit lies beyond the axis or is open. Contrasts are taken within experiments, in one model of schedule and "
        f"experiment.{neutral} {drawn.answer[:1].upper()}{drawn.answer[1:]}."
    )


def _contrast_lines(drawn: DrawnSchedules) -> list[str]:
    """Return what stands beside the axis: a heading and a line a contrast; beside an index, CI would be ambiguous."""
    contrasts = rows_of(drawn.contrasts)
    heading = f"{'ratio' if drawn.is_ratio else 'difference'} (95 % interval), p after Holm"
    return [heading, *map(_words, contrasts)] if contrasts else []


def _words(row: dict[str, object]) -> str:
    estimate, low, high = (float(str(row[name])) for name in ("estimate", "low", "high"))
    p = float(str(row["p_adjusted"]))
    tested = f", p {_p_words(p)}" if np.isfinite(p) else ""
    return f"{shown(str(row['contrast']), LONGEST_CONTRAST)}: {_value_words(estimate, low, high)}{tested}"


def _value_words(estimate: float, low: float, high: float) -> str:
    """Return an estimate with its limits, of which one may be open.

    Examples
    --------
    >>> nan, inf = float("nan"), float("inf")
    >>> _value_words(2.0, 1.0, 4.0), _value_words(nan, 3.0, inf), _value_words(nan, nan, nan)
    ('2 (1 to 4)', 'not known (3 or above)', 'not known')
    """
    value = fold(estimate) if np.isfinite(estimate) else "not known"
    if np.isfinite(low) and np.isfinite(high):
        return f"{value} ({fold(low)} to {fold(high)})"
    if np.isfinite(low):
        return f"{value} ({fold(low)} or above)"
    return f"{value} ({fold(high)} or below)" if np.isfinite(high) else value


def _p_words(p: float) -> str:
    words = p_value(p)
    return words if words[:1] in "<>" else f"= {words}"


def _draw_rows(ax: Axes, drawn: DrawnSchedules, rows: list[dict[str, object]]) -> None:
    low, high = _ends(drawn)
    for place, row in enumerate(rows):
        colour, marker = COLOURS[place % len(COLOURS)], MARKERS[place % len(MARKERS)]
        value, start, end = (float(str(row[name])) for name in ("value", "low", "high"))
        draw_open_bar(ax, place, (start, end), (low, high), "x", color=colour, linewidth=1.5)
        if np.isfinite(value):
            ax.plot(value, place, marker=marker, color=colour, markersize=6)
        own = drawn.experiments.loc[drawn.experiments["schedule"] == row["schedule"], "value"]
        ax.plot(own, np.full(len(own), place + 0.25), linestyle="none", marker="|", color="0.35", markersize=5)
    if np.isfinite(drawn.neutral):
        ax.axvline(drawn.neutral, color="0.35", linewidth=0.8, zorder=0)
    if drawn.is_ratio:
        ax.set_xscale("log")
    ax.set_xlim(low, high)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_yticks(range(len(rows)), [f"{shown(str(row['schedule']))}\nn = {count(row['n'])}" for row in rows])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    if drawn.is_ratio:
        set_log_ticks(ax, "x")
    ax.set_xlabel(f"{drawn.quantity} ({unit(drawn.unit)})" if drawn.unit else drawn.quantity)


def _ends(drawn: DrawnSchedules) -> tuple[float, float]:
    """Return the ends of the axis: all estimates, and the limits that are not far beyond them."""
    values = np.concatenate([drawn.rows["value"].to_numpy(np.float64), drawn.experiments["value"].to_numpy(np.float64)])
    values = np.append(values[np.isfinite(values)], drawn.neutral if np.isfinite(drawn.neutral) else [])
    limits = drawn.rows[["low", "high"]].to_numpy(np.float64).ravel()
    limits = limits[np.isfinite(limits) & ((limits > 0) | (not drawn.is_ratio))]
    if not drawn.is_ratio:
        every = np.concatenate([values, np.clip(limits, -1.5, 1.5), [-0.05, 0.05]])
        span = 0.08 * float(np.ptp(every))
        return float(every.min()) - span, float(every.max()) + span
    if not len(values):
        values = limits if len(limits) else np.ones(1)
    low, high = float(values.min()), float(values.max())
    inside = limits[(limits >= low / BEYOND) & (limits <= high * BEYOND)]
    every = np.concatenate([[low, high], inside])
    return float(every.min()) / 1.15, float(every.max()) * 1.15
