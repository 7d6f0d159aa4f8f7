"""What a matrix of fractions affected must be before anything is expected of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cytotools.errors import StudyError, refusal

FloatArray = NDArray[np.float64]
MOST, OUTLIER = 1.5, 5.0  # two fractions affected are not above the one, nor any beyond the other
HALF = 0.5  # a control that looks this much affected is none


def checked_matrix(affected: ArrayLike) -> FloatArray:
    """Return a matrix of fractions affected, whose first row and column hold the single agents.

    Parameters
    ----------
    affected : array-like, shape (n_rows, n_columns)
        NaN where there is no well.

    Raises
    ------
    StudyError
        Fewer than two dimensions or doses, an infinite number, percent, survival, or no single agents.

    Examples
    --------
    >>> checked_matrix([[0, 40], [50, 80]])
    Traceback (most recent call last):
    ...
    cytotools.errors.StudyError: dose matrix: effects: expected fractions affected, at most about 1, got numbers up to
    80. These look like percent: divide them by 100.
    """
    try:
        values = np.array(affected, dtype=np.float64)
    except (TypeError, ValueError):
        got = f"{affected!r:.60}"
        raise _refused("effects", "numbers", got, "Give numbers, NaN where there is no well.") from None
    if values.ndim != 2 or min(values.shape) < 2:
        remedy = "Give a row a dose of the first agent and a column a dose of the second, both from 0."
        raise _refused("shape", "two or more rows and columns", f"{values.shape}", remedy)
    if np.isinf(values).any():
        raise _refused("effects", "finite numbers", "inf", "Leave saturated wells out: write NaN.")
    known = values[np.isfinite(values)]
    if np.sum(known > MOST) > 1 or np.abs(known).max(initial=0.0) > OUTLIER:
        worst = known[np.abs(known).argmax()]
        words = f"numbers {'up' if worst > 0 else 'down'} to {worst:g}"
        remedy = "These look like percent: divide them by 100."
        raise _refused("effects", "fractions affected, at most about 1", words, remedy)
    _check_singles(values)
    return values


def _check_singles(values: FloatArray) -> None:
    """Refuse survival, and matrices without the single agents."""
    control, others = values[0, 0], values.ravel()[1:]
    if control > HALF:
        if np.isfinite(others).any() and np.nanmean(others) < control:
            got = f"{control:g} without either agent, falling with the doses"
            raise _refused("effects", "fractions affected", got, "This looks like survival: give 1 less it.")
        got = f"{control:g} in the first cell"
        remedy = "Give the control in the first cell, and each agent alone in the first row and column."
        raise _refused("single agents", "no effect without either agent", got, remedy)
    for agent, alone in (("first", values[1:, 0]), ("second", values[0, 1:])):
        if not np.isfinite(alone).any():
            remedy = "Measure it alone: what agents do together is judged by what each does alone."
            raise _refused("single agents", f"wells of the {agent} agent alone", "none", remedy)


def _refused(what: str, expected: str, got: str, remedy: str) -> StudyError:
    return refusal("dose matrix", what, expected, got, remedy)
