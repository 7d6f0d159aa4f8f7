"""What a check has measured: its points with their intervals, and the limit that they are held against."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator, NullLocator

from gating.artefacts.finding import Trace
from gating.plots.display_axis import DIVIDER, power_of_ten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

MANY_POINTS = 60  # beyond it intervals merge into a band
POINTS = "#0072B2"
GROWING = 8.0  # times the steps near zero: evenly spaced wells and times stay on an even axis
LINEAR_STEPS = 5.0
STEPS = (1, 2, 2.5, 5, 10)  # of round ticks


def draw_trace(ax: Axes, trace: Trace, *, labels: bool = True) -> None:
    """Draw the points of a check with their 95 % intervals, and its limit as a dashed line.

    Points that are not finite are left out; an interval that is open runs to the edge of the picture.

    Parameters
    ----------
    ax : matplotlib Axes
    trace : Trace
    labels : bool
        Name the axes.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().add_subplot()
    >>> dose = np.array([0.0, 5.0, 10.0])
    >>> draw_trace(ax, Trace(dose, np.array([0.01, 0.02, 0.08]), "dose (µM)", "share above the cut", limit=0.05))
    >>> ax.get_xlabel(), len(ax.lines)
    ('dose (µM)', 2)
    """
    x, y = np.asarray(trace.x, dtype=np.float64), np.asarray(trace.y, dtype=np.float64)
    bottom, top = _reach(trace)
    ax.set_ylim(bottom, top)
    is_dense = len(x) > MANY_POINTS
    if trace.low is not None and trace.high is not None:
        low, high = (_inside(limit, y, bottom, top) for limit in (trace.low, trace.high))
        if is_dense:
            ax.fill_between(x, low, high, facecolor=POINTS, alpha=0.25, linewidth=0)
        else:
            ax.vlines(x, low, high, color=POINTS, linewidth=1.1)
    size = 1.8 if is_dense else 2.6 if len(x) > MANY_POINTS // 4 else 4.0
    ax.plot(x, y, color=POINTS, linestyle="none", marker="o", markersize=size)
    if trace.limit is not None and np.isfinite(trace.limit):
        ax.axhline(trace.limit, color=DIVIDER, linestyle="--", linewidth=1.1)
    ax.margins(x=0.06)
    ax.yaxis.set_major_locator(MaxNLocator(5, min_n_ticks=2, steps=STEPS))
    places = x[np.isfinite(x)]
    if not _spread_out(ax, places):
        is_counted = bool(len(places)) and bool((places == np.round(places)).all())
        ax.xaxis.set_major_locator(MaxNLocator(5, min_n_ticks=1 if is_counted else 2, integer=is_counted, steps=STEPS))
    if labels:
        ax.set_xlabel(trace.x_label, parse_math=False)
        ax.set_ylabel(trace.y_label, parse_math=False)


def _spread_out(ax: Axes, x: NDArray[np.float64]) -> bool:
    """Set a logarithmic axis, linear near zero where it must be, for points whose steps grow with their distance."""
    places = np.unique(x)
    if len(places) < 4:
        return False
    steps = np.diff(places)[np.argsort(np.abs(places[:-1] + places[1:]), kind="stable")]
    near, far = np.median(steps[: len(steps) // 2]), np.median(steps[len(steps) // 2 :])
    if far < GROWING * near:
        return False
    if places[0] > 0:
        ax.set_xscale("log")
        return True
    linear = LINEAR_STEPS * float(steps.min())
    ax.set_xscale("symlog", linthresh=linear)
    powers = 10.0 ** np.arange(np.ceil(np.log10(linear)), 1.0 + np.floor(np.log10(np.abs(places).max())))
    ticks = [t for t in (*-powers[::-1][:1], 0.0, *powers) if places[0] <= t <= places[-1]]
    ax.set_xticks(ticks, [power_of_ten(t) for t in ticks])
    ax.xaxis.set_minor_locator(NullLocator())
    return True


def _reach(trace: Trace) -> tuple[float, float]:
    """Return limits that hold every finite point, end of an interval and the limit, with a margin."""
    parts = [trace.y, trace.low, trace.high, None if trace.limit is None else [trace.limit]]
    values = np.concatenate([np.asarray(part, dtype=np.float64).ravel() for part in parts if part is not None])
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    margin = 0.08 * (high - low) or 0.08 * abs(high) or 0.5
    return low - margin, high + margin


def _inside(limit: NDArray[np.float64], y: NDArray[np.float64], bottom: float, top: float) -> NDArray[np.float64]:
    """Return the ends of intervals within the picture; one without a number ends at its point."""
    ends = np.asarray(limit, dtype=np.float64)
    return np.clip(np.where(np.isnan(ends), y, ends), bottom, top)
