"""Round numbers on a logarithmic axis, few enough to be read."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from cytotools.number_words import fold

MOST = 6
STEPS = ((1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0), (1.0, 2.0, 5.0), (1.0, 3.0), (1.0,))


def log_ticks(low: float, high: float) -> list[float]:
    """Return round numbers from `low` to `high`, at most six where decades allow it.

    Examples
    --------
    >>> log_ticks(0.3, 6.0)
    [0.5, 1.0, 2.0, 5.0]
    >>> log_ticks(1.0, 2.2)
    [1.0, 1.5, 2.0]
    """
    decades = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    found: list[float] = []
    for steps in STEPS:
        ticks = (float(f"{step * 10.0**decade:.2g}") for decade in decades for step in steps)
        found = [tick for tick in ticks if low <= tick <= high]
        if len(found) <= MOST:
            return found
    return found[:: -(-len(found) // MOST)]


def set_log_ticks(ax: Axes, along: str) -> None:
    """Put round numbers on the `x` or `y` axis, whose limits must stand."""
    low, high = ax.get_xlim() if along == "x" else ax.get_ylim()
    ticks = log_ticks(low, high)
    (ax.set_xticks if along == "x" else ax.set_yticks)(ticks, [fold(tick) for tick in ticks])
    (ax.xaxis if along == "x" else ax.yaxis).set_minor_locator(NullLocator())
