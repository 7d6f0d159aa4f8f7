"""What would resolve a verdict, in words: the experiments that it takes at the scatter between those that are there."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

LEAST = "Three independent experiments are the least for a verdict."


def index_resolution(indices: Sequence[float]) -> str:
    """Return what the scatter of an index between experiments asks for, from the index of each experiment.

    Examples
    --------
    >>> index_resolution([0.7, 0.9, 1.2])
    'The experiments scatter (SD of ln index 0.27); more of them narrow the interval.'
    """
    if len(indices) < 2 or min(indices) <= 0:
        return ""
    spread = statistics.stdev(math.log(index) for index in indices)
    return f"The experiments scatter (SD of ln index {spread:.2g}); more of them narrow the interval."


def excess_resolution(means: Sequence[float]) -> str:
    """Return what the scatter of a mean excess between plates asks for, from the mean excess of each plate."""
    if len(means) < 2:
        return ""
    return f"The plates scatter (SD {statistics.stdev(means):.2g}); more of them narrow the interval."
