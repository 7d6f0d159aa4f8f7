"""How far from chance a number must lie, so that a whole batch of clean tubes raises no alarm."""

from __future__ import annotations

from statistics import NormalDist

FALSE_ALARMS = 0.001  # a check and batch


def z_limit(tests: int) -> float:
    """Return the z score that the largest of `tests` independent ones exceeds, on either side, once in 1,000 batches.

    Examples
    --------
    >>> round(z_limit(1), 2), round(z_limit(24), 2)
    (3.29, 4.1)
    """
    return NormalDist().inv_cdf(1.0 - FALSE_ALARMS / (2 * max(tests, 1)))
