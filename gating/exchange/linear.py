"""Thresholds that stand on a display scale, brought back to linear units."""

from __future__ import annotations

from typing import Any

import numpy as np

from gating.errors import GatingError


def smallest_value(threshold: float, scale: Any, name: str) -> float:
    """Return the smallest linear value that reaches a threshold on a scale, so that no event changes its side.

    Parameters
    ----------
    threshold : float
        On the scale.
    scale : object
        Rising, with `apply` and `inverse` for arrays of shape (n, 1), as FlowKit's transforms have them.
    name : str
        The gate file, for the message.

    Raises
    ------
    GatingError
        No value reaches the threshold.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> smallest_value(0.5, SimpleNamespace(apply=lambda x: x / 3.0, inverse=lambda y: y * 3.0), "gates.xml")
    1.5
    """

    def reaches(value: float) -> bool:
        return bool(scale.apply(np.array([[value]]))[0, 0] >= threshold)

    with np.errstate(all="ignore"):
        guess = float(scale.inverse(np.array([[threshold]]))[0, 0])
        reach = 1e-9 * max(abs(guess), 1.0)
        low, high = guess - reach, guess + reach
        while np.isfinite([low, high]).all() and (reaches(low) or not reaches(high)):
            reach *= 4.0
            low, high = guess - reach, guess + reach
        if not np.isfinite([low, high]).all():
            raise GatingError(
                name,
                expected="thresholds within the scale of their channel",
                got=f"{threshold:g}",
                remedy="Move the divider to where the scale shows values.",
            )
        while (middle := low + (high - low) / 2.0) not in (low, high):
            low, high = (low, middle) if reaches(middle) else (middle, high)
    return high
