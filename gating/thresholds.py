"""Where a channel is divided into negative and positive: from the controls, and from the valley where there is one.

Three pieces of evidence, all on one display scale:

- the control that lacks only this stain (dye_only for Annexin V, annexin_only for the dye; unstained where that is
  missing) bounds the cut from below;
- the untreated and vehicle wells are mostly negative: the spread near their mode says where the stained negative cells
  end (live cells bind more Annexin V than the control that lacks it shows);
- all stained tubes of the batch pooled, each with the same weight, show a valley where both populations are present.

A well is never divided by its own density alone, so that a well with one population is not split in its mode.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.cautions import caution, join
from gating.evidence import Evidence, Pool, Tubes, tubes_of
from gating.grids import BINS, FINE, Grid, grid_for
from gating.negative_cells import Control, Population, control_cells, negative_cells, shifts_of
from gating.valleys import equal_error, first_valley

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BINS", "FINE", "Evidence", "Grid", "Threshold", "grid_for", "place_threshold"]

SMOOTHING_DECADES = 0.05
EDGE_SD = 2.576  # one negative event in 200 lies above, if they are normal on the display scale
EDGE_OF_A_TUBE_SD = 2.326  # one in 100 of the tube whose negative cells lie furthest right
INSIDE_CONTROL = 0.10  # a valley that cuts off more of the control's cells contradicts it; spread cuts off up to 7 %
RESAMPLES = 80


@dataclass(frozen=True)
class Threshold:
    """A cut in linear, compensated units with its 95 % interval, and what it rests on."""

    value: float
    low: float
    high: float
    basis: str  # control, valley, both, conflict, set by hand
    caution: str = ""


@dataclass(frozen=True)
class _Cut:
    """A place in bins, what it rests on, and whether a valley shows there."""

    place: float
    basis: str
    has_valley: bool


@dataclass(frozen=True, eq=False)
class _View:
    """The evidence as one draw of tubes and events has it; `shifts` are those of the negative mode, in bins."""

    control: Control | None
    negatives: Pool
    stained: Pool
    shifts: NDArray[np.float64]


def place_threshold(evidence: Evidence, grid: Grid, rng: np.random.Generator) -> Threshold:
    """Place one threshold.

    Parameters
    ----------
    evidence : Evidence
        At least one stained tube.
    grid : Grid
        The display scale of all its histograms.
    rng : numpy.random.Generator
        For the interval: tubes, and the events in them, are drawn again 80 times.

    Returns
    -------
    Threshold
        In linear units. Its interval is that of the placing; where only one population shows it also holds how far
        the negative cells of one tube stand from those of another.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> grid = grid_for(-160.0, 0.0, 262_144.0)
    >>> negative, positive = rng.normal(0, 100, 5_000), rng.normal(9_000, 2_000, 2_000)
    >>> mixed = grid.histogram(np.concatenate([negative, positive]))
    >>> found = place_threshold(Evidence(grid.histogram(negative), [grid.histogram(negative)], [mixed]), grid, rng)
    >>> 300 < found.value < 4_000, found.basis
    (True, 'both')
    """
    sigma = SMOOTHING_DECADES / grid.step
    negatives, stained = tubes_of(evidence.negatives, grid.bins), tubes_of(evidence.stained, grid.bins)
    control = control_cells(evidence.control, sigma) if evidence.control is not None and evidence.has_control else None
    pools = negatives.pool(sigma), stained.pool(sigma)
    shifts = _shifts(evidence, negative_cells(*pools, control, sigma), sigma)
    found = _cut(_View(control, *pools, shifts), sigma)
    drawn = _drawn_again(evidence, negatives, stained, shifts, sigma, rng)
    low, high = (grid.value_at(place) for place in np.quantile(drawn, [0.025, 0.975]))
    value = grid.value_at(found.place)
    if found.basis == "control" and not evidence.is_anchored:
        low, high = -np.inf, np.inf  # the one population may be all negative or all positive
    return Threshold(value, min(low, value), max(high, value), found.basis, _cautions(evidence, found))


def _shifts(evidence: Evidence, population: Population, sigma: float) -> NDArray[np.float64]:
    """Return the shift of the negative mode in every tube where it shows, in bins."""
    known = shifts_of(evidence.negatives, population, sigma, is_negative=True)
    other = shifts_of(evidence.stained, population, sigma, is_negative=False)
    found = np.concatenate([known, other])
    return np.asarray(found[~np.isnan(found)], dtype=np.float64)


def _drawn_again(
    evidence: Evidence,
    negatives: Tubes,
    stained: Tubes,
    shifts: NDArray[np.float64],
    sigma: float,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return the places of the cut when tubes and events are drawn again, in bins, shape (RESAMPLES,)."""
    places = []
    draws = zip(negatives.draws(RESAMPLES, rng), stained.draws(RESAMPLES, rng), strict=True)
    for of_negatives, of_stained in draws:
        control = None
        if evidence.control is not None and evidence.has_control:
            control = control_cells(rng.poisson(evidence.control), sigma)
        view = _View(
            control,
            negatives.pool_again(sigma, of_negatives, rng),
            stained.pool_again(sigma, of_stained, rng),
            rng.choice(shifts, len(shifts)) if len(shifts) else shifts,
        )
        cut = _cut(view, sigma)
        another_tube = 0.0 if cut.has_valley else rng.normal(0.0, _scatter(shifts))
        places.append(cut.place + another_tube)
    return np.asarray(places, dtype=np.float64)


def _scatter(shifts: NDArray[np.float64]) -> float:
    return float(np.std(shifts, ddof=1)) if len(shifts) > 1 else 0.0


def _cut(view: _View, sigma: float) -> _Cut:
    """Return the cut: in the valley; where there is none, between populations that overlap; else at the edge."""
    population = negative_cells(view.negatives, view.stained, view.control, sigma)
    furthest = max(float(view.shifts.max(initial=0.0)), 0.0)
    bound = view.control.bound if view.control else population.mode
    seen = "both" if view.control else "valley"
    valley = first_valley(view.stained, population, population.mode + int(furthest), sigma)
    if valley:
        cuts_control = view.control is not None and view.control.share_above(valley.divider) > INSIDE_CONTROL
        if cuts_control and valley.divider < bound:
            return _Cut(bound + 0.5, "conflict", True)
        return _Cut(valley.divider + 0.5, seen, True)
    # A control's own shape says more of where negative cells end than a normal one.
    own = float(bound - view.control.population.mode) if view.control else 0.0
    of_a_tube = furthest + EDGE_OF_A_TUBE_SD * population.right
    end = max(bound, population.mode + max(EDGE_SD * population.right, own, of_a_tube))
    overlap = equal_error(view.stained, population, view.control, _scatter(view.shifts), end, sigma)
    edge = max(end, population.mode + furthest + own)
    return _Cut(edge + 0.5, "control", False) if overlap is None else _Cut(overlap + 0.5, seen, False)


def _cautions(evidence: Evidence, found: _Cut) -> str:
    notes = []
    if found.basis == "conflict":
        notes.append(caution("conflict", "the valley lies inside the negative control"))
    elif found.basis == "control" and not evidence.is_anchored:
        notes.append(caution("unanchored", "one population, and no control or untreated well to tell which one"))
    elif found.basis == "control":
        notes.append(caution("one_mode", "no valley between a negative and a positive population"))
    elif not found.has_valley:
        notes.append(
            caution("no_valley", "negative and positive cells overlap, the threshold makes equal errors of both")
        )
    if not evidence.has_control and evidence.is_anchored:
        words = "no tube that lacks this stain alone"
        if evidence.control is not None:
            words = f"the tube that lacks this stain alone holds {int(evidence.control.sum())} events"
        notes.append(caution("missing_control", words))
    return join(*notes)
