"""Whether a divider has to differ from a straight one, and whether the curve that was fitted follows its control."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.cautions import caution
from gating.intervals import wilson_interval
from gating.single_stain import Estimate, SingleStain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gating.dividers import Divider

# A cut that rises by this part of its distance from the middle of the negatives: cells that spread a fifth more than
# dim ones, of which a 99 % cut for the dim ones calls 2.6 % positive.
MATERIAL = 0.2
SHIFT = 0.5  # of the width or the rise: a middle that moves so far is no spread
STRATA = 6
MISFIT = 3.0  # times the declared share of events above the curve


@dataclass(frozen=True)
class Verdict:
    """Whether the divider has to differ from a straight one, in words, and a caution where that stays open."""

    is_needed: bool
    words: str
    caution: str = ""


def judge(rise: Estimate, width: float, excludes_zero: bool, whose: str) -> Verdict:
    """Judge how much higher the cut of some events is than that of the others.

    Parameters
    ----------
    rise : Estimate
        How much higher, linear units.
    width : float
        How far the cut of the others lies above their middle, linear units.
    excludes_zero : bool
        Whether the interval of what was fitted does.
    whose : str
        Which events, for the words.

    Examples
    --------
    >>> judge(Estimate(400.0, 300.0, 500.0), 200.0, True, "bright events").is_needed
    True
    >>> judge(Estimate(5.0, 0.0, 90.0), 200.0, False, "bright events").caution[:12]
    'spread_open:'
    """
    limit = MATERIAL * width
    size = f"the cut of {whose} is {rise.value:.3g} units higher ({rise.low:.3g} to {rise.high:.3g})"
    if excludes_zero and (rise.low > limit or rise.high < -limit):
        return Verdict(True, f"{size}: a straight cut does not serve both")
    if rise.high <= limit and rise.low >= -limit:
        return Verdict(False, f"{size}: no spread that matters, the straight cut is kept")
    return left_open(f"{size}, which does not settle whether it is more than {limit:.3g}, the straight cut is kept")


def left_open(words: str) -> Verdict:
    """Return the verdict that the control can't tell."""
    return Verdict(False, words, caution("spread_open", words))


def width_of(stain: SingleStain, dim: NDArray[np.bool_], level: float) -> float:
    """Return how far the cut of dim events lies above their middle."""
    return level - float(np.median(stain.divided[dim]))


def shift_caution(stain: SingleStain, rise: float, width: float) -> str:
    """Return a caution where the middle of the events moves with the other channel: that is no spread.

    Examples
    --------
    >>> from gating.single_stain import single_stain
    >>> other = np.concatenate([np.zeros(900), np.full(200, 1e4)])
    >>> stain = single_stain(np.linspace(0.0, 1.0, 1_100) + 0.02 * other, other, 0.95)
    >>> shift_caution(stain, rise=200.0, width=1.0)[:14]
    'divider_shift:'
    """
    dim, bright = stain.ends
    low, high = stain.divided[stain.other <= dim], stain.divided[stain.other >= bright]
    shift = float(np.median(high) - np.median(low))
    # The standard error of a median of normal values.
    errors = [1.2533 * 1.4826 * float(np.median(np.abs(y - np.median(y)))) / np.sqrt(len(y)) for y in (low, high)]
    if abs(shift) - 3.0 * np.hypot(*errors) <= SHIFT * max(width, rise):
        return ""
    return caution("divider_shift", f"the middle of the bright events lies {shift:.3g} units from that of the dim ones")


def misfit_caution(stain: SingleStain, divider: Divider, quantile: float) -> str:
    """Return a caution where some sixth of the control holds far more events above the divider than declared."""
    above = stain.divided >= divider.at(stain.other)
    order = np.argsort(stain.other, kind="stable")
    for rows in np.array_split(order, STRATA):
        count = int(np.count_nonzero(above[rows]))
        low, _ = wilson_interval(count, len(rows))
        if low > 2.0 * (1.0 - quantile) and count > MISFIT * (1.0 - quantile) * len(rows):
            place = f"{stain.other[rows[0]]:.3g} to {stain.other[rows[-1]]:.3g}"
            share = f"{100 * count / len(rows):.2g} % of the control's events"
            return caution("divider_misfit", f"{share} at {place} of the other channel lie above the curve")
    return ""
