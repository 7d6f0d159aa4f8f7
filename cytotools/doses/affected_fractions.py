"""Fractions affected: what may be one, and its logit."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cytotools.doses.dose_groups import numbers_of
from cytotools.errors import refusal

FloatArray = NDArray[np.float64]
MOST = 1.5  # no noise carries a fraction affected, 1 less what survives, so far beyond 1


def logit(affected: FloatArray) -> FloatArray:
    """Return ln(fa / (1 - fa)).

    Examples
    --------
    >>> logit(np.array([0.5, 0.75])).round(6).tolist()
    [0.0, 1.098612]
    """
    return np.asarray(np.log(affected) - np.log1p(-affected))


def checked_fractions(affected: ArrayLike, place: str, noisy: bool = False) -> FloatArray:
    """Return fractions affected as an array.

    Parameters
    ----------
    affected : array-like
    place : str
        What is refused.
    noisy : bool
        Whether they are measured, so that noise may carry them beyond 0 and 1.

    Raises
    ------
    StudyError
        Percent, a missing number, or without noise one that is not between 0 and 1.

    Examples
    --------
    >>> checked_fractions([-0.03, 1.1], "median effect", noisy=True).tolist()
    [-0.03, 1.1]
    >>> checked_fractions([24.0, 90.0], "median effect", noisy=True)
    Traceback (most recent call last):
    ...
    cytotools.errors.StudyError: median effect: fraction affected: expected fractions, got percent, up to 90. ...
    """
    fractions = numbers_of(affected, "fraction affected")
    if not np.isfinite(fractions).all():
        got = f"{int(np.sum(~np.isfinite(fractions)))} that are missing or infinite"
        raise refusal(place, "fraction affected", "finite numbers", got, "Leave these points out, and say so.")
    if (fractions > MOST).any():
        got = f"percent, up to {fractions.max():g}"
        raise refusal(place, "fraction affected", "fractions", got, "Divide by 100.")
    beyond = fractions[(fractions <= 0) | (fractions >= 1)]
    if len(beyond) and not noisy:
        got = f"{len(beyond)} at or beyond them, as {beyond.flat[0]:g}"
        remedy = "No finite dose affects none or all: give those between."
        raise refusal(place, "fraction affected", "between 0 and 1", got, remedy)
    return fractions
