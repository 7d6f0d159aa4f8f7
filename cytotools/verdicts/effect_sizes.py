"""When an assay clearly shows an effect, and when it clearly lacks one: the bounds of every method, in one place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

SHOWS, WEAK, LACKS, OPEN, GONE = "shows", "weak", "lacks", "open", "cells gone"
EARLY = 12.0  # hours: what lacks before it says nothing of a later fall of viability, the last of all signs


@dataclass(frozen=True)
class Size:
    """The bounds of one method.

    Attributes
    ----------
    none : float
        The value of no effect.
    trace : float
        Effects whose whole interval lies below it are taken for none: no assay is that free of bias.
    lacks : float
        An effect that is not told from none lacks where its upper limit stays below this.
    shows : float
        An effect is clearly there where its lower limit passes this, or where its estimate is twice as far from none
        and its lower limit half as far: few experiments leave a large effect a wide interval.
    strong : float
        Where the lower limit passes this, a slight sign in another method of apoptosis is none.
    """

    none: float
    trace: float
    lacks: float
    shows: float
    strong: float = float("inf")

    def so_far(self, factor: float) -> float:
        """Return what lies this many times as far from none as an effect that is clearly there."""
        return self.none + factor * (self.shows - self.none)


# Between lacking and showing lies a grey zone, so that a weak effect in one assay beside a strong one in another is
# never a contradiction. Annexin V: 10 points are what gating, debris and harvest can move between tubes of one batch,
# 3 points what the placing of a divider can; cells with the dye alone are fewer. Caspase: kits scatter by a fifth
# between days, and death of a tenth of the cells brings more than 1.5-fold. Viability: a quarter is what slower growth
# or uneven seeding can bring, 10 % the scatter of plates. Cleaved fraction: the tail of the band above can hold some
# percent of it. Target: half of an IAP, as rebound.csv judges it. Strong is twice what shows; of caspase, of which two
# dying cells in a hundred make 2-fold, three-fold.
SIZES: dict[str, Size] = {
    "annexin": Size(none=0.0, trace=0.03, lacks=0.10, shows=0.10, strong=0.20),
    "dye": Size(none=0.0, trace=0.03, lacks=0.05, shows=0.05),
    "caspase": Size(none=1.0, trace=1.2, lacks=2.0, shows=1.5, strong=3.0),
    "viability": Size(none=0.0, trace=0.10, lacks=0.30, shows=0.25, strong=0.50),
    "cleavage": Size(none=0.0, trace=0.05, lacks=0.15, shows=0.15, strong=0.30),
    "target": Size(none=0.0, trace=0.10, lacks=0.50, shows=0.50),
}


def state_of(method: str, low: float, high: float, n: float, value: float = float("nan")) -> str:
    """Return whether an effect is shown, weak (told from none, but small), lacking, or open.

    Parameters
    ----------
    method : str
        A key of `SIZES`.
    low, high : float
        The 95 % limits of the effect.
    n : float
        Independent experiments; one alone leaves everything open.
    value : float, optional
        The estimate.

    Examples
    --------
    >>> [state_of("annexin", *limits, 3) for limits in ((0.2, 0.3), (0.02, 0.2), (-0.03, 0.04), (-0.03, 0.2))]
    ['shows', 'weak', 'lacks', 'open']
    """
    size = SIZES[method]
    if n < 2 or low != low or high != high:
        return OPEN
    if low > size.shows or (low > size.so_far(0.5) and value > size.so_far(2.0)):
        return SHOWS
    if high < size.trace:
        return LACKS
    if low > size.none:
        return WEAK
    return LACKS if high < size.lacks else OPEN


def is_slight(method: str, value: float, high: float) -> bool:
    """Tell whether an effect, though told from none, is no more than half of what clearly lacks allows.

    Controls that all treatments share can move so much by chance, at every dose alike.

    Examples
    --------
    >>> is_slight("annexin", 0.022, 0.051), is_slight("annexin", 0.07, 0.09)
    (True, False)
    """
    size = SIZES[method]
    return high < size.lacks and value - size.none < 0.5 * (size.lacks - size.none)


def over_hours(states: Iterable[str]) -> str:
    """Return the state of a method over its hours: any hour may show, all at which there are cells must lack.

    Examples
    --------
    >>> over_hours(["lacks", "shows"]), over_hours(["lacks", "open"]), over_hours(["lacks", "lacks"])
    ('shows', 'open', 'lacks')
    """
    found = set(states) - {GONE}
    if found == {LACKS}:
        return LACKS
    return next((state for state in (SHOWS, WEAK) if state in found), OPEN)
