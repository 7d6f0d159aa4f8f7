"""What would resolve a verdict, in words: the experiments that it takes at the scatter between those that are there."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

SHOWN_INDEX = 0.7
SHOWN_EXCESS = 0.1  # in fraction affected
POWER = 0.8
LEAST = "Three independent experiments are the least for a verdict."


def index_resolution(indices: Sequence[float]) -> str:
    """Return how many experiments would resolve an index of 0.7, from the index of each experiment.

    Examples
    --------
    >>> print(index_resolution([0.7, 0.9, 1.2]))
    At the scatter between these experiments (SD of ln index 0.27) it takes 7 experiments to resolve a combination
    index of 0.7 (power 80 %).
    """
    if len(indices) < 2 or min(indices) <= 0:
        return ""
    spread = statistics.stdev(math.log(index) for index in indices)
    return _needed(SHOWN_INDEX, spread, len(indices), "SD of ln index", f"a combination index of {SHOWN_INDEX:g}")


def excess_resolution(means: Sequence[float]) -> str:
    """Return how many plates would resolve a mean excess of 0.1, from the mean excess of each plate.

    Examples
    --------
    >>> print(excess_resolution([0.0, 0.02, 0.01]))
    At the scatter between these experiments (SD 0.01) a mean excess of 0.1 would have been resolved (power 80 %): what
    there is, is likely smaller.
    """
    if len(means) < 2:
        return ""
    # A t test of a mean against nothing: only shift over SD counts, whatever the scale is.
    shift = math.exp(-SHOWN_EXCESS)
    return _needed(shift, statistics.stdev(means), len(means), "SD", f"a mean excess of {SHOWN_EXCESS:g}")


def _needed(index: float, spread: float, n: int, name: str, what: str) -> str:
    from cytotools.doses.combination_power import MOST, experiments_needed

    if not spread > 0:
        return ""
    needed = experiments_needed(index, spread, power=POWER)
    at, power = f"At the scatter between these experiments ({name} {spread:.2g})", f"(power {100 * POWER:.0f} %)"
    if needed is not None and needed <= n:
        return f"{at} {what} would have been resolved {power}: what there is, is likely smaller."
    many = f"more than {MOST}" if needed is None else str(needed)
    return f"{at} it takes {many} experiments to resolve {what} {power}."
