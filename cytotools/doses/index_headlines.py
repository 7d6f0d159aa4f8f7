"""One index of all tested effects, with its interval over experiments and its verdict."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.index_verdicts import NOT_RESOLVED, index_verdict
from cytotools.doses.t_intervals import TIntervals, are_copies, t_intervals

FloatArray = NDArray[np.float64]
NAN = float("nan")


@dataclass(frozen=True, eq=False)
class Headline:
    """The index over all tested levels.

    Attributes
    ----------
    index, low, high, p_value : float
        NaN where no level was tested.
    verdict : str
    ln_index, ln_errors : ndarray, shape (n_experiments,)
        Of each experiment, with its standard error from the wells.
    levels : tuple of float
        What it is the mean of.
    """

    index: float
    low: float
    high: float
    p_value: float
    verdict: str
    ln_index: FloatArray = field(repr=False)
    ln_errors: FloatArray = field(repr=False)
    levels: tuple[float, ...]


def headline_of(
    ln_index: FloatArray, ln_errors: FloatArray, degrees: FloatArray, tested: NDArray[np.bool_], levels: FloatArray
) -> Headline:
    """Return the mean of ln CI over the tested levels, whose errors within an experiment go together."""
    if not tested.any():
        nothing = np.full(len(ln_index), NAN)
        return Headline(NAN, NAN, NAN, NAN, NOT_RESOLVED, nothing, nothing, ())
    own, errors = ln_index[:, tested].mean(axis=1), ln_errors[:, tested].mean(axis=1)
    over = t_intervals(own[:, None], errors[:, None], degrees[0, tested].min())
    [verdict] = verdicts_of(over, np.ones(1, dtype=np.bool_), 1 if are_copies(own[:, None]) else len(own))
    index, low, high = (float(np.exp(value[0])) for value in over[:3])
    return Headline(index, low, high, float(over.p_value[0]), verdict, own, errors, tuple(levels[tested].tolist()))


def verdicts_of(over: TIntervals, tested: NDArray[np.bool_], n: int) -> tuple[str, ...]:
    """Return the verdict at each level; none where it was not tested."""
    limits = zip(np.exp(over.low).tolist(), np.exp(over.high).tolist(), tested.tolist(), strict=True)
    return tuple(index_verdict(low, high, n) if told else NOT_RESOLVED for low, high, told in limits)
