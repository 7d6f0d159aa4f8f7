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
    ln_index: FloatArray,
    ln_errors: FloatArray,
    degrees: FloatArray,
    tested: NDArray[np.bool_],
    levels: FloatArray,
    additive: FloatArray | None = None,
) -> Headline:
    """Return the mean of ln CI over the tested levels, whose errors within an experiment go together.

    `additive` is the index of agents that merely add, (n_levels,): 1 where it is not given.
    """
    if not tested.any():
        nothing = np.full(len(ln_index), NAN)
        return Headline(NAN, NAN, NAN, NAN, NOT_RESOLVED, nothing, nothing, ())
    own, errors = ln_index[:, tested].mean(axis=1), ln_errors[:, tested].mean(axis=1)
    over = t_intervals(own[:, None], errors[:, None], degrees[0, tested].min())
    mean_additive = None if additive is None else np.exp(np.log(additive[tested]).mean(keepdims=True))
    n = 1 if are_copies(own[:, None]) else len(own)
    [verdict] = verdicts_of(over, np.ones(1, dtype=np.bool_), n, mean_additive)
    index, low, high = (float(np.exp(value[0])) for value in over[:3])
    return Headline(index, low, high, float(over.p_value[0]), verdict, own, errors, tuple(levels[tested].tolist()))


def verdicts_of(
    over: TIntervals, tested: NDArray[np.bool_], n: int, additive: FloatArray | None = None
) -> tuple[str, ...]:
    """Return the verdict at each level; none where it was not tested.

    An interval must exclude both 1 and the index of agents that merely add, which unlike slopes move away from 1.
    """
    reference = np.ones(len(tested)) if additive is None else additive
    limits = zip(np.exp(over.low).tolist(), np.exp(over.high).tolist(), strict=True)
    found = []
    for (low, high), told, additive_at in zip(limits, tested.tolist(), reference.tolist(), strict=True):
        verdict = index_verdict(low, high, n) if told else NOT_RESOLVED
        explained = {"synergy": high >= additive_at, "antagonism": low <= additive_at}
        found.append(NOT_RESOLVED if explained.get(verdict, False) else verdict)
    return tuple(found)
