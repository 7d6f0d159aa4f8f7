"""Annexin V that is dimmer than it should be: calcium lost, or too little reagent, in some wells or in all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gating.artefacts.finding import Finding, Trace
from gating.artefacts.split_wells import split_low
from gating.artefacts.wells import MIN_EVENTS, Well, decades
from gating.intervals import Z_95, wilson_interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

STAINED = ("early_apoptotic", "late_apoptotic")
DIMMER_DECADES = -0.2  # a factor of 1.6: half the light is 0.3
# Sound tubes of one batch differ by some 5 % of the distance between negative and positive cells.
TUBE_SHIFT = 0.055
CHANCE = 0.004  # by either of two measures of scatter
ONE_WELL = -0.3, 0.001  # one odd tube among many is no rare thing
# Against live cells the scatter is not known beforehand, and live cells may lose some Annexin V too.
OVER_LIVE_DECADES, OVER_LIVE_CHANCE = -0.14, 0.002
CHANCE_Z = 2.8
LOWEST_RATIO = 3.0
FEWEST_WELLS = 5
DYE_POSITIVE_SHARE = 0.08
LOST_SHARE, CARRY_ANNEXIN = 0.5, 0.6


def check_calcium(wells: Sequence[Well]) -> list[Finding]:
    """Look for Annexin V that is dim in some wells, against the positive control, over the whole batch, or gone.

    Annexin V needs calcium to bind: EDTA or citrate that is carried over, or too little reagent, dims the positive
    cells before it loses them. Early and late apoptotic cells are compared each with their own kind, since they differ
    in brightness and their ratio changes with the dose.

    Parameters
    ----------
    wells : sequence of Well
        Samples and positive controls of one batch and line.

    Returns
    -------
    list of Finding
        `annexin_dim` for some wells, for all against the positive control, and for the ratio of positive to negative
        cells; `annexin_lost` for dead cells without Annexin V. Those that lack the cells they need are left out.
    """
    brightness, distance = annexin_brightness(wells)
    usual = TUBE_SHIFT * distance
    found = [*_some_wells(wells, brightness, usual), *_over_live(wells, brightness)]
    return [*found, *_against_control(wells, brightness, usual), *_whole_batch(wells), *_lost(wells)]


def annexin_brightness(wells: Sequence[Well]) -> tuple[NDArray[np.float64], float]:
    """Return each well's Annexin-positive cells in decades over their kind's median, and their distance from live ones.

    Parameters
    ----------
    wells : sequence of Well
        Of one batch and line.

    Returns
    -------
    brightness : ndarray, shape (n,)
        The mean of early and late apoptotic cells, weighted by their number; NaN where there are too few.
    distance : float
        Decades between positive and live cells; NaN where either is nowhere.
    """
    table = np.stack([decades(wells, "annexin", kind) for kind in STAINED])
    events = np.array([[well.levels.share(kind) for well in wells] for kind in STAINED])
    weights = np.where(np.isfinite(table), np.sqrt(np.maximum(events, 1e-6)), 0.0)
    total = weights.sum(axis=0)
    brightness = np.where(total > 0, (weights * np.nan_to_num(table)).sum(axis=0) / np.maximum(total, 1e-12), np.nan)
    return brightness, distance_from_live(wells)


def distance_from_live(wells: Sequence[Well]) -> float:
    """Return the decades from live to Annexin-positive cells; NaN where either is nowhere."""
    positive = median([well.mode("annexin", kind) for well in wells for kind in STAINED])
    live = median([well.mode("annexin", "live") for well in wells])
    spread = median([well.levels.annexin["live"].spread for well in wells])
    lowest = np.nanmax([live, spread, 1e-9])
    return float(np.log10(positive / lowest)) if positive > lowest else float("nan")


def median(values: Sequence[float]) -> float:
    """Return the median of what is known, NaN of nothing."""
    known = np.array([value for value in values if np.isfinite(value)])
    return float(np.median(known)) if len(known) else float("nan")


def _some_wells(wells: Sequence[Well], brightness: NDArray[np.float64], usual: float) -> list[Finding]:
    known = np.flatnonzero(np.isfinite(brightness))
    if len(known) < FEWEST_WELLS or not np.isfinite(usual):
        return []
    # Held against the scatter that sound wells usually have, and against that of these wells, should it be less.
    split = min(split_low(brightness[known], usual), split_low(brightness[known]), key=lambda found: found.p_value)
    dim = tuple(wells[i].file for i in known[split.lower])
    least, chance = (DIMMER_DECADES, CHANCE) if len(dim) > 1 else ONE_WELL
    raised = split.p_value < chance and split.difference < least
    factor = 10.0**-split.difference
    return [
        Finding(
            check="annexin_dim",
            files=dim if raised else (),
            statistic="Annexin V of the positive cells in the dimmest wells over the others, decades",
            value=split.difference,
            low=split.low,
            high=split.high,
            limit=DIMMER_DECADES,
            raised=raised,
            words=f"Annexin-positive cells are {factor:.1f} times dimmer in {len(dim)} of {len(known)} wells",
            trace=_trace(brightness[known]),
        )
    ]


def _over_live(wells: Sequence[Well], brightness: NDArray[np.float64]) -> list[Finding]:
    """Compare positive cells with the live cells of their own tube: what moves both, as a gain does, falls out."""
    ratio = brightness - decades(wells, "annexin", "live")
    known = np.flatnonzero(np.isfinite(ratio))
    if len(known) < FEWEST_WELLS + 1:
        return []
    split = split_low(ratio[known])
    dim, bright = known[split.lower], known[~split.lower]
    itself = float(brightness[dim].mean() - brightness[bright].mean())
    enough = split.difference < OVER_LIVE_DECADES and itself < OVER_LIVE_DECADES and len(dim) > 1
    raised = split.p_value < OVER_LIVE_CHANCE and enough
    return [
        Finding(
            check="annexin_dim",
            files=tuple(wells[i].file for i in dim) if raised else (),
            statistic="Annexin V of positive over live cells in the lowest wells over the others, decades",
            value=split.difference,
            low=split.low,
            high=split.high,
            limit=OVER_LIVE_DECADES,
            raised=raised,
            words=f"Annexin-positive cells are {10.0**-split.difference:.1f} times dimmer against their own live cells "
            f"in {len(dim)} of {len(known)} wells",
            trace=_trace(ratio[known]),
        )
    ]


def _trace(brightness: NDArray[np.float64]) -> Trace:
    return Trace(
        np.arange(1.0, len(brightness) + 1.0),
        brightness,
        "well, in order of acquisition",
        "Annexin V of positive cells over the batch, decades",
        limit=DIMMER_DECADES,
    )


def _against_control(wells: Sequence[Well], brightness: NDArray[np.float64], usual: float) -> list[Finding]:
    """Compare all samples with the positive control, each kind of cell with its own."""
    known, control = np.isfinite(brightness), np.array([well.role == "positive" for well in wells], dtype=bool)
    mine, theirs = brightness[known & ~control], brightness[known & control]
    if len(mine) < 2 or not len(theirs) or not np.isfinite(usual):
        return []
    difference = float(np.median(mine) - np.median(theirs))
    error, beyond = _certainty(mine, usual)
    error *= float(np.sqrt(1.57 / len(mine) + 1.0 / len(theirs)))
    raised = difference < DIMMER_DECADES and difference < -beyond * error
    return [
        Finding(
            check="annexin_dim",
            files=tuple(w.file for w, k, c in zip(wells, known, control, strict=True) if k and not c) if raised else (),
            statistic="Annexin V of the samples' positive cells over the positive control's, decades",
            value=difference,
            low=difference - Z_95 * error,
            high=difference + Z_95 * error,
            limit=DIMMER_DECADES,
            raised=raised,
            words=f"Annexin-positive cells are {10.0**-difference:.1f} times dimmer than the positive control's",
        )
    ]


def _certainty(values: NDArray[np.float64], usual: float) -> tuple[float, float]:
    """Return the SD of tubes, and how many of it chance does not reach: the usual one, or their own if it says more."""
    from scipy.special import ndtr, stdtrit

    own = float(np.std(values, ddof=1)) if len(values) >= FEWEST_WELLS else np.inf
    t = float(stdtrit(len(values) - 1, ndtr(CHANCE_Z)))
    return (own, t) if own * t < usual * CHANCE_Z else (usual, CHANCE_Z)


def _whole_batch(wells: Sequence[Well]) -> list[Finding]:
    """Hold the ratio of positive to negative cells over the batch against 3."""
    positive = [median([well.mode("annexin", kind) for kind in STAINED]) for well in wells]
    live = median([well.mode("annexin", "live") for well in wells])
    measured = np.array([value for value in positive if np.isfinite(value)])
    if len(measured) < 2 or not live > 0:
        return []
    ratios = measured / live
    ratio, error = float(np.median(ratios)), 1.25 * float(np.std(np.log(ratios), ddof=1) / np.sqrt(len(ratios)))
    high = ratio * float(np.exp(Z_95 * error))
    return [
        Finding(
            check="annexin_dim",
            files=(),
            statistic="Annexin V of positive over live cells, ratio",
            value=ratio,
            low=ratio * float(np.exp(-Z_95 * error)),
            high=high,
            limit=LOWEST_RATIO,
            raised=high < LOWEST_RATIO,
            words=f"Annexin-positive cells are only {ratio:.1f} times as bright as live cells",
        )
    ]


def _lost(wells: Sequence[Well]) -> list[Finding]:
    """Look for wells whose dead cells lack the Annexin V that the dead cells of the same treatment carry."""
    counts = {well.file: (well.levels.cells.late_apoptotic, _dead(well)) for well in wells}
    usable = [w for w in wells if _dead(w) >= max(MIN_EVENTS, DYE_POSITIVE_SHARE * w.levels.cells.total)]
    by_condition: dict[tuple[str, ...], list[Well]] = {}
    for well in usable:
        by_condition.setdefault(well.condition, []).append(well)
    found = []
    for same in by_condition.values():
        shares = [counts[well.file][0] / counts[well.file][1] for well in same]
        highest = max(shares)
        if len(same) < 2 or highest < CARRY_ANNEXIN:
            continue
        files = tuple(well.file for well, share in zip(same, shares, strict=True) if share < LOST_SHARE * highest)
        lowest = min(shares)
        low, high = wilson_interval(*counts[same[shares.index(lowest)].file])
        raised = bool(files) and high < LOST_SHARE * highest
        found.append(
            Finding(
                check="annexin_lost",
                files=files if raised else (),
                statistic="dye-positive cells with Annexin V, fraction, in the lowest well of a treatment",
                value=lowest,
                low=low,
                high=high,
                limit=LOST_SHARE * highest,
                raised=raised,
                words=f"{lowest:.0%} of the dead cells carry Annexin V, {highest:.0%} in a well of the same treatment",
            )
        )
    return found


def _dead(well: Well) -> int:
    return well.levels.cells.late_apoptotic + well.levels.cells.necrotic
