"""The part of a stain's light that another detector sees, from one single stain: three ways, one answer's shape.

`matched_slope` is the default. It is a robust regression among the positive cells: how bright they are on their own is
then the line's height, not its slope, and scatter is a regressor, since small dead cells differ from large ones. The
height is held, softly, at that of the cells without stain that match the positives in scatter. The noise of the stain's
own detector flattens a line; it is known from the unstained cells and taken out.

`median_slope` and `regression_slope` are what others do: the medians of positive and unstained cells (Bagwell and Adams
1993), and a robust line through all cells of the tube (AutoSpill, Roca 2021). Both take the own light of dead cells for
spillover, and are 0.5 to 10 percentage points too high where those take up the dye.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.held_line import HeldLine, fit_held_line
from gating.intervals import Z_95
from gating.matched_negatives import Negative, matched_negative
from gating.positive_events import positive_events
from gating.robust_regression import MAD_TO_SD, robust_plane
from gating.stain import Stain

if TYPE_CHECKING:
    from numpy.typing import NDArray

TRIMMED = 0.01  # of the events at each end of each detector, as AutoSpill does
WITH_SCATTER = 30  # positive events from which scatter is a regressor
# How well the unstained cells tell the positives' own light, in SD of that light, with and without scatter to match.
HEIGHT_SD = {True: 0.1, False: 1.0}
# What may be left of the correlation of own light and stain.
LEFT_CORRELATION = {True: 0.1, False: 0.15}
HEAVIEST = 20.0  # times the median leverage
UNSTAINED_RANGE = (0.05, 0.95)
FEWEST_DARK = 100
FEWEST = 5  # positive events below which there is no line


@dataclass(frozen=True)
class Slope:
    """The part of a stain's light that another detector sees, with its 95 % interval.

    The interval is that of the events of one tube. How much the coefficient differs from tube to tube (pipetting, dye
    lots, drift of the laser) one tube can't tell.
    """

    value: float
    standard_error: float
    positives: int
    matched: bool = False

    @property
    def low(self) -> float:
        """Lower limit of the 95 % interval."""
        return self.value - Z_95 * self.standard_error

    @property
    def high(self) -> float:
        """Upper limit of the 95 % interval."""
        return self.value + Z_95 * self.standard_error


SlopeMethod = Callable[[Stain], Slope]


def median_slope(stain: Stain) -> Slope:
    """Return the slope between the medians of the positive and of the unstained cells.

    References
    ----------
    Bagwell CB, Adams EG. Fluorescence spectral overlap compensation for any number of flow cytometry parameters.
    Ann N Y Acad Sci 677:167 (1993), doi 10.1111/j.1749-6632.1993.tb38775.x.

    Examples
    --------
    >>> from gating.stain import Light
    >>> level = np.linspace(-10.0, 10.0, 400)
    >>> blank = Light(level, level[::-1])
    >>> median_slope(Stain(Light(level + 1000.0, level[::-1] + 150.0), blank)).value.__round__(6)
    0.15
    """
    positive = positive_events(stain)
    own, other = stain.stained.own[positive], stain.stained.other[positive]
    height = float(np.median(own) - np.median(stain.blank.own))
    value = float(np.median(other) - np.median(stain.blank.other)) / height
    # A median's standard error is 1.2533 SD / sqrt(n); the line through both medians takes along its own detector's.
    across = other - value * own
    spread = MAD_TO_SD * float(np.median(np.abs(across - np.median(across))))
    return Slope(value, 1.2533 * spread / np.sqrt(len(own)) / height, len(own))


def regression_slope(stain: Stain) -> Slope:
    """Return the slope of a robust line through all cells of the tube, both ends of both detectors trimmed.

    References
    ----------
    Roca CP et al. AutoSpill is a principled framework that simplifies the analysis of multichromatic flow cytometry
    data. Nat Commun 12:2890 (2021), doi 10.1038/s41467-021-23126-8.

    Examples
    --------
    >>> from gating.stain import Light
    >>> level = np.linspace(0.0, 5_000.0, 400)
    >>> noise = np.resize([1.0, -1.0], 400)
    >>> round(regression_slope(Stain(Light(level, 0.2 * level + noise), Light(noise, noise))).value, 4)
    0.2
    """
    own, other = stain.stained.own, stain.stained.other
    keep = np.ones(len(own), dtype=np.bool_)
    for light in (own, other):
        low, high = np.quantile(light, [TRIMMED, 1.0 - TRIMMED])
        keep &= (light >= low) & (light <= high)
    plane = robust_plane(np.column_stack([np.ones(np.count_nonzero(keep)), own[keep]]), other[keep], huber=1.345)
    positives = int(np.count_nonzero(positive_events(stain)))
    return Slope(float(plane.coefficients[1]), float(np.sqrt(plane.covariance[1, 1])), positives)


def matched_slope(stain: Stain) -> Slope:
    """Return the slope of a robust line among the positive cells, its height held at that of matched negatives.

    Positive cells that shine the more on their own the more stain they hold, beyond what their scatter tells, still
    bend the line: the interval allows for a correlation of 0.1 (without scatter 0.15) that is left.

    Examples
    --------
    >>> from gating.stain import Light
    >>> rng = np.random.default_rng(1)
    >>> dead = np.arange(8_000) % 5 == 0
    >>> dye = dead * rng.lognormal(9.0, 0.5, 8_000)
    >>> def glow():
    ...     return np.where(dead, 400.0, 100.0) + 50.0 * rng.standard_normal((2, 8_000))
    >>> (own, other), blank = glow(), glow()
    >>> slope = matched_slope(Stain(Light(own + dye, other + 0.10 * dye), Light(*blank)))
    >>> abs(slope.value - 0.10) < 0.003, slope.low < 0.10 < slope.high
    (True, True)
    """
    positive = positive_events(stain)
    count = int(np.count_nonzero(positive))
    if count < FEWEST:
        return Slope(float("nan"), float("nan"), count)
    negative = matched_negative(stain.stained, positive, stain.blank)
    value, error = fit_held_line(_held_line(stain, positive, negative))
    return Slope(value, error, count, negative.matched)


def _held_line(stain: Stain, positive: NDArray[np.bool_], negative: Negative) -> HeldLine:
    own = stain.stained.own[positive] - negative.own
    other = stain.stained.other[positive] - negative.other
    spill = abs(float(np.median(other) / np.median(own))) + stain.applied
    light = negative.other_variance if negative.matched else 4.0 * negative.other_variance + negative.other**2
    height = HEIGHT_SD[negative.matched] ** 2 * light + negative.other_error**2 + (spill * negative.own_error) ** 2
    height += _tube_shift(stain) ** 2
    # Where own light can't be told from scatter, bright cells count for more: there it matters least.
    leverage = np.clip(own / np.median(own), 0.0, HEAVIEST)
    return HeldLine(
        own=own,
        other=other,
        regressors=_regressors(stain.stained.size, positive) if negative.matched else np.empty((len(own), 0)),
        leverage=np.ones(len(own)) if negative.matched else leverage,
        height_sd=float(np.sqrt(height)),
        own_variance=negative.own_variance,
        covariance=negative.covariance,
        applied=stain.applied,
        own_light_sd=float(np.sqrt(negative.other_variance)),
        left_correlation=LEFT_CORRELATION[negative.matched],
    )


def _tube_shift(stain: Stain) -> float:
    """Return how far the cells without stain differ in the other detector from those of the unstained tube.

    Tubes differ a little, by washing, volume and time: what the unstained tube says of the line's height is no more
    certain than that. The densest half is compared, so that dead cells, which only the unstained tube has there, do
    not count.
    """
    low, high = np.quantile(stain.blank.own, UNSTAINED_RANGE)
    dark, blank = (
        np.sort(light.other[(light.own >= low) & (light.own <= high)]) for light in (stain.stained, stain.blank)
    )
    if min(len(dark), len(blank)) < FEWEST_DARK:
        return 0.0
    return _densest_half(dark) - _densest_half(blank)


def _densest_half(ordered: NDArray[np.float64]) -> float:
    """Return the mean of the shortest stretch that holds half of the values (the shorth)."""
    half = (len(ordered) + 1) // 2
    start = int(np.argmin(ordered[half - 1 :] - ordered[: len(ordered) - half + 1]))
    return float(ordered[start : start + half].mean())


def _regressors(size: NDArray[np.float64] | None, positive: NDArray[np.bool_]) -> NDArray[np.float64]:
    count = int(np.count_nonzero(positive))
    if size is None or count < WITH_SCATTER:
        return np.empty((count, 0))
    cells = size[positive]
    return np.asarray((cells - np.median(cells, axis=0)) / np.maximum(cells.std(axis=0), 1e-9))
