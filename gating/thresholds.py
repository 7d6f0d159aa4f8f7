"""Where a channel is divided into negative and positive: from the controls, and from the valley where there is one.

Three pieces of evidence, all on one display scale:

- the control that lacks only this stain (dye_only for Annexin V, annexin_only for the dye; unstained where that is
  missing) bounds the cut from below;
- the untreated and vehicle wells are mostly negative: their mode and its left half, mirrored, say where the stained
  negative cells end (live cells bind more Annexin V than the control that lacks it shows);
- all stained tubes of the batch pooled, each with the same weight, show a valley where both populations are present.

A well is never divided by its own density alone, so that a well with one population is not split in its mode.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.cautions import caution, join
from gating.cleanup import smooth
from gating.transforms import Asinh

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINS = 800
SMOOTHING_DECADES = 0.05
CONTROL_QUANTILE = 0.99
EDGE_SD = 2.576  # one negative event in 200 lies above, if they are normal on the display scale
DEPTH = 0.6  # a valley is at most this part of the lower of its two shoulders
TALL, VISIBLE = 0.25, 0.02  # what counts as a mode, as a part of the highest one
MIN_POSITIVE_EVENTS = 50
RESAMPLES = 80


@dataclass(frozen=True)
class Grid:
    """A display scale cut into bins: histograms of different tubes on one grid can be pooled."""

    scale: Asinh
    low: float
    high: float
    bins: int = BINS

    @property
    def centres(self) -> NDArray[np.float64]:
        """Display coordinate of the middle of each bin, shape (bins,)."""
        width = (self.high - self.low) / self.bins
        return np.asarray(self.low + width * (np.arange(self.bins) + 0.5), dtype=np.float64)

    def histogram(self, values: NDArray[np.float64], weights: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
        """Return the counts of linear values; what lies outside falls into the outermost bins."""
        display = np.clip(self.scale(values), self.low, np.nextafter(self.high, self.low))
        counts, _ = np.histogram(display, bins=self.bins, range=(self.low, self.high), weights=weights)
        return counts.astype(np.int64)

    def rebin(self, counts: NDArray[np.int64], fine: Grid) -> NDArray[np.int64]:
        """Return counts on this grid of a histogram that was taken on a finer one."""
        filled = np.flatnonzero(counts)
        return self.histogram(fine.scale.inverse(fine.centres[filled]), weights=counts[filled])


@dataclass(frozen=True, eq=False)
class Evidence:
    """Histograms on one grid: the control that lacks this stain, mostly negative tubes, all stained tubes."""

    control: NDArray[np.int64] | None
    negatives: Sequence[NDArray[np.int64]]
    stained: Sequence[NDArray[np.int64]]

    @property
    def is_anchored(self) -> bool:
        """True where a control or an untreated well says which population is the negative one."""
        return self.control is not None or bool(self.negatives)


@dataclass(frozen=True)
class Threshold:
    """A cut in linear, compensated units with its 95 % interval, and what it rests on."""

    value: float
    low: float
    high: float
    basis: str  # control, valley, both, conflict, set by hand
    caution: str = ""


# Fine enough for any cytometer, so that a tube is read once and binned later to the scale that suits its batch.
FINE = Grid(Asinh(2.0), -6.0, 8.0, bins=7_000)


def grid_for(values_low: float, values_mid: float, maximum: float) -> Grid:
    """Return the grid that suits a channel whose negative events have this 5th and 50th percentile.

    Negative events fill the linear part of the scale, so that their spread is neither stretched nor squeezed.

    Examples
    --------
    >>> grid = grid_for(0.0, 164.5, 262_144.0)
    >>> round(grid.scale.cofactor)
    300
    """
    spread = max((values_mid - values_low) / 1.645, maximum * 2e-6)
    scale = Asinh(3.0 * spread)
    return Grid(scale, float(scale(min(values_low, 0.0) - 20 * spread)), float(scale(maximum * 1.2)))


def place_threshold(evidence: Evidence, grid: Grid, rng: np.random.Generator) -> Threshold:
    """Place one threshold.

    Parameters
    ----------
    evidence : Evidence
        At least one stained tube.
    grid : Grid
        The display scale of all its histograms.
    rng : numpy.random.Generator
        For the interval: tubes, and the events in each, are drawn again 80 times.

    Returns
    -------
    Threshold
        In linear units. Its interval is that of the placing alone.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> grid = grid_for(-160.0, 0.0, 262_144.0)
    >>> negative, positive = rng.normal(0, 100, 5_000), rng.normal(9_000, 2_000, 2_000)
    >>> mixed = grid.histogram(np.concatenate([negative, positive]))
    >>> found = place_threshold(Evidence(grid.histogram(negative), [grid.histogram(negative)], [mixed]), grid, rng)
    >>> 400 < found.value < 4_000, found.basis
    (True, 'both')
    """
    cut, basis = _cut(evidence, grid)
    cuts = [_cut(_resample(evidence, rng), grid)[0] for _ in range(RESAMPLES)]
    low, high = (float(grid.scale.inverse(q)) for q in np.quantile(cuts, [0.025, 0.975]))
    value = float(grid.scale.inverse(cut))
    if basis == "control" and not evidence.is_anchored:
        low, high = -np.inf, np.inf  # the one population may be all negative or all positive
    return Threshold(value, min(low, value), max(high, value), basis, _cautions(evidence, basis))


def _cautions(evidence: Evidence, basis: str) -> str:
    notes = []
    if basis == "conflict":
        notes.append(caution("conflict", "the valley lies inside the negative control"))
    if basis == "control" and not evidence.is_anchored:
        notes.append(caution("unanchored", "one population, and no control or untreated well to tell which one"))
    elif basis == "control":
        notes.append(caution("one_mode", "no valley between a negative and a positive population"))
    if evidence.control is None and evidence.negatives:
        notes.append(caution("missing_control", "no tube that lacks this stain alone"))
    return join(*notes)


def _resample(evidence: Evidence, rng: np.random.Generator) -> Evidence:
    def again(tubes: Sequence[NDArray[np.int64]]) -> list[NDArray[np.int64]]:
        return [rng.poisson(tubes[i]) for i in rng.integers(0, len(tubes), len(tubes))]

    control = None if evidence.control is None else rng.poisson(evidence.control)
    return Evidence(control, again(evidence.negatives), again(evidence.stained))


def _cut(evidence: Evidence, grid: Grid) -> tuple[float, str]:
    """Return the cut on the display scale and what it rests on."""
    centres = grid.centres
    sigma = SMOOTHING_DECADES / (centres[1] - centres[0])
    stained = _pool(evidence.stained, sigma)
    negatives = _pool(evidence.negatives, sigma) if evidence.negatives else stained
    if evidence.control is not None and evidence.control.sum():
        bound = _quantile(evidence.control, centres, CONTROL_QUANTILE)
        mode, spread = _negative_population(negatives, centres, TALL)
        if mode - 2.0 * spread > bound:  # even the untreated wells are mostly positive
            mode, spread = _negative_population(_pool([evidence.control], sigma), centres, TALL)
    else:
        # Without a control the negative population is the dimmest one, however few its cells are.
        mode, spread = _negative_population(negatives, centres, VISIBLE)
        bound = mode
    valley = _valley(stained, sum(int(h.sum()) for h in evidence.stained), mode, spread, centres)
    if valley is None:
        return max(bound, mode + EDGE_SD * spread), "control"
    if valley < bound:
        return bound, "conflict"
    return valley, "both" if evidence.control is not None else "valley"


def _pool(tubes: Sequence[NDArray[np.int64]], sigma: float) -> NDArray[np.float64]:
    """Return the mean of the tubes' smoothed densities: each tube weighs the same, however long it ran."""
    shares = [h / h.sum() for h in tubes if h.sum()]
    return smooth(np.mean(shares, axis=0), sigma) if shares else np.zeros(BINS)


def _negative_population(
    density: NDArray[np.float64], centres: NDArray[np.float64], share: float
) -> tuple[float, float]:
    """Return mode and SD of the negative events: the leftmost mode of this share of the highest, its left mirrored."""
    rising = np.flatnonzero((density[1:-1] >= density[:-2]) & (density[1:-1] > density[2:])) + 1
    tall = [int(i) for i in rising if density[i] >= share * density.max() and _stands_out(density, int(i))]
    peak = tall[0] if tall else int(np.argmax(density))
    left = np.cumsum(density[: peak + 1])
    # 31.7 % of a normal distribution's lower half lie more than one SD below its mode.
    one_sd_below = centres[int(np.searchsorted(left, 0.3173 * left[-1]))]
    return float(centres[peak]), float(max(centres[peak] - one_sd_below, centres[1] - centres[0]))


def _stands_out(density: NDArray[np.float64], peak: int) -> bool:
    """Say whether a mode is the highest one, or is parted by a valley from the higher one to its right."""
    higher = np.flatnonzero(density[peak:] > density[peak])
    return not len(higher) or bool(density[peak : peak + higher[0]].min() <= DEPTH * density[peak])


def _valley(
    density: NDArray[np.float64], n_events: int, mode: float, spread: float, centres: NDArray[np.float64]
) -> float | None:
    """Return the middle of the emptiest stretch between the two modes, None where there is no valley."""
    start = int(np.searchsorted(centres, mode))
    beyond = int(np.searchsorted(centres, mode + 3.0 * spread))
    if beyond >= len(centres) - 2:
        return None
    peak = beyond + int(np.argmax(density[beyond:]))
    if peak <= beyond or density[peak] <= 0:
        return None
    between = density[start : peak + 1]
    lowest = float(between.min())
    near = start + np.flatnonzero(between <= lowest + 0.02 * density[peak])
    valley = int(np.median(near))
    positives = density[valley:].sum() / density.sum() * n_events
    shoulder = min(float(density[start]), float(density[peak]))
    if lowest > DEPTH * shoulder or positives < MIN_POSITIVE_EVENTS:
        return None
    return float(centres[valley])


def _quantile(histogram: NDArray[np.int64], centres: NDArray[np.float64], q: float) -> float:
    cumulative = np.cumsum(histogram)
    return float(centres[int(np.searchsorted(cumulative, q * cumulative[-1]))])
