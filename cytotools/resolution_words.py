"""What would resolve a verdict, in words: the experiments that it takes at the scatter between those that are there."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

SHOWN_INDEX = 0.7
SHOWN_EXCESS = 0.1  # in fraction affected
POWER = 0.8
MOST = 50  # experiments, beyond which nobody will do them
LEAST = "Three independent experiments are the least for a verdict."


def index_resolution(indices: Sequence[float]) -> str:
    """Return how many experiments would show an index of 0.7, from the index of each experiment.

    Examples
    --------
    >>> index_resolution([0.8])
    ''
    """
    if len(indices) < 2 or min(indices) <= 0:
        return ""
    spread = statistics.stdev(math.log(index) for index in indices)
    at = f"At the scatter between these experiments (SD of ln index {spread:.2g})"
    return _needed(SHOWN_INDEX, spread, len(indices), at, f"a combination index of {SHOWN_INDEX:g}")


def excess_resolution(means: Sequence[float]) -> str:
    """Return how many plates would show a mean excess of 0.1, from the mean excess of each plate."""
    if len(means) < 2:
        return ""
    spread = statistics.stdev(means)
    at = f"At the scatter between these plates (SD {spread:.2g})"
    # A t test of a mean against nothing: only shift over SD counts, whatever the scale is.
    return _needed(math.exp(-SHOWN_EXCESS), spread, len(means), at, f"a mean excess of {SHOWN_EXCESS:g}")


def _needed(index: float, spread: float, n: int, at: str, what: str) -> str:
    from cytotools.doses.combination_power import experiments_needed

    if not spread > 0:
        return ""
    needed = experiments_needed(index, spread, power=POWER)
    power = f"with a power of {100 * POWER:.0f} %"
    if needed <= n:
        return f"{at}, {what} would have been shown {power}: if there is an effect, it is smaller."
    many = f"more than {MOST}" if needed > MOST else f"{needed}"
    return f"{at}, it takes {many} experiments to show {what} {power}."
