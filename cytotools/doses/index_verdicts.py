"""What an interval says of an interaction: synergy, additive, antagonism, or not resolved."""

from __future__ import annotations

MARGIN = 1.25  # indices from 1 / MARGIN to MARGIN are as good as 1
EXCESS_MARGIN = 0.10  # fraction affected: excesses within are as good as 0
NOT_RESOLVED = "not resolved"


def index_verdict(low: float, high: float, n: int) -> str:
    """Return the verdict on an index (1 is no interaction, less is synergy) with its 95 % interval over n experiments.

    Examples
    --------
    >>> index_verdict(0.4, 0.8, n=3), index_verdict(0.9, 1.2, n=3), index_verdict(0.4, 0.8, n=1)
    ('synergy', 'additive', 'not resolved')
    """
    if n < 2:
        return NOT_RESOLVED
    if high < 1.0:
        return "synergy"
    if low > 1.0:
        return "antagonism"
    return "additive" if low >= 1.0 / MARGIN and high <= MARGIN else NOT_RESOLVED


def excess_verdict(low: float, high: float, n: int) -> str:
    """Return the verdict on an excess of fraction affected (positive is synergy) with its 95 % interval.

    Examples
    --------
    >>> excess_verdict(0.02, 0.2, n=3), excess_verdict(-0.05, 0.08, n=3), excess_verdict(-0.05, 0.2, n=3)
    ('synergy', 'additive', 'not resolved')
    """
    if n < 2:
        return NOT_RESOLVED
    if low > 0.0:
        return "synergy"
    if high < 0.0:
        return "antagonism"
    return "additive" if low >= -EXCESS_MARGIN and high <= EXCESS_MARGIN else NOT_RESOLVED
