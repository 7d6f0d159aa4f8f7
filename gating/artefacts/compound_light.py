"""Compounds that shine: live cells that grow brighter with the dose, in the channel of the dye or of Annexin V."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.artefacts.finding import Finding, Trace
from gating.artefacts.fluorescent_compounds import known_fluorescence
from gating.artefacts.wells import Rows, Well, decades, treatment
from gating.intervals import Z_95
from gating.levels import Levels

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A rise of half the vehicle's light, and of a quarter where the compound is known to shine.
LIMIT_DECADES, KNOWN_LIMIT_DECADES = 0.18, 0.10
CHANCE = 0.003
LARGEST_USUAL, LEAST_USUAL = 0.12, 0.02
CHANNELS = {"annexin": "Annexin V", "dye": "the dye"}


@dataclass(frozen=True, eq=False)
class _Series:
    """The wells of one compound by dose, and the wells without it, as decades of live cells' light."""

    doses: NDArray[np.float64]
    light: NDArray[np.float64]
    files: tuple[str, ...]
    without: NDArray[np.float64]


def check_compound_light(
    wells: Sequence[Well], rows: Rows, unstained: Mapping[str, Levels] | None = None
) -> list[Finding]:
    """Look for live cells that grow brighter with the dose of a compound.

    Parameters
    ----------
    wells : sequence of Well
        Samples of a batch.
    rows : mapping of file to row
        `compound` and `dose` of every tube, the unstained treated ones too.
    unstained : mapping of file to Levels, optional
        Unstained tubes of the batch: those that name a compound show its light alone.

    Returns
    -------
    list of Finding
        For each compound and channel a `compound_light`, with the files of every dose from the first that is clearly
        brighter and that has no unstained treated tube of its own; the note `compound_light_known` for those that
        have one; the note `may_shine` for a compound that is known to shine and was not seen to.
    """
    found = []
    for compound in dict.fromkeys(w.compound for w in wells if w.role == "treated" and w.compound):
        covered = _covered(compound, rows, unstained or {})
        seen = [f for axis in CHANNELS for f in _channel(wells, compound, axis, covered)]
        found += seen
        if known_fluorescence(compound) is not None and not any(f.raised for f in seen):
            found += _by_name(wells, compound, covered)
    return found


def _covered(compound: str, rows: Rows, unstained: Mapping[str, Levels]) -> set[float]:
    """Return the doses of a compound that have an unstained treated tube."""
    bare = [treatment(rows.get(file, {})) for file in unstained]
    return {dose for name, dose in bare if name.casefold() == compound.casefold()}


def _channel(wells: Sequence[Well], compound: str, axis: str, covered: set[float]) -> list[Finding]:
    series, usual = _series(wells, compound, axis)
    if series is None:
        return []
    known = known_fluorescence(compound)
    limit = LIMIT_DECADES if known is None else KNOWN_LIMIT_DECADES
    rise, error, first = _rise(series, usual)
    chance_z = _chance_z(len(set(series.doses)))
    raised = rise > limit and rise > chance_z * error
    bright = [f for f, dose in zip(series.files, series.doses, strict=True) if dose >= first] if raised else []
    doses = dict(zip(series.files, series.doses, strict=True))
    bare = tuple(f for f in bright if doses[f] not in covered)
    words = f"{compound} makes live cells {10.0**rise:.1f} times brighter in the channel of {CHANNELS[axis]}"
    words += f" (it is known to emit at {known.emits})" if known else ""
    return [
        Finding(
            check="compound_light" if bare or not raised else "compound_light_known",
            files=bare or tuple(bright),
            statistic=f"live cells in the channel of {CHANNELS[axis]} at the highest doses of {compound}, decades",
            value=rise,
            low=rise - Z_95 * error,
            high=rise + Z_95 * error,
            limit=limit,
            raised=raised,
            words=words,
            trace=Trace(series.doses, series.light, f"dose of {compound}", "light of live cells, decades", limit=limit),
        )
    ]


def _series(wells: Sequence[Well], compound: str, axis: str) -> tuple[_Series | None, float]:
    light = decades(wells, axis, "live")
    mine = np.array([w.compound == compound and w.role == "treated" and np.isfinite(w.dose) for w in wells])
    without = np.array([w.role in ("untreated", "vehicle") for w in wells])
    usable = np.isfinite(light)
    picked = [int(i) for i in np.flatnonzero(mine & usable)]
    base = light[without & usable]
    if not len(base):  # the lowest doses stand in for the vehicle
        lowest = min((wells[i].dose for i in picked), default=np.nan)
        base = np.array([light[i] for i in picked if wells[i].dose == lowest])
        picked = [i for i in picked if wells[i].dose > lowest]
    if not picked or not len(base):
        return None, 0.0
    doses = np.array([wells[i].dose for i in picked])
    files = tuple(wells[i].file for i in picked)
    shifted = light - float(np.median(base))
    return _Series(doses, shifted[picked], files, base - float(np.median(base))), _usual_sd(light, wells)


def _usual_sd(light: NDArray[np.float64], wells: Sequence[Well]) -> float:
    """Return how far wells of one treatment scatter; wells without the compound alone are too few to tell."""
    groups: dict[tuple[str, ...], list[float]] = {}
    for well, value in zip(wells, light, strict=True):
        if np.isfinite(value):
            groups.setdefault(well.condition, []).append(float(value))
    residual = [v - float(np.mean(g)) for g in groups.values() if len(g) > 1 for v in g]
    freedom = len(residual) - sum(len(g) > 1 for g in groups.values())
    pooled = float(np.sqrt(np.sum(np.square(residual)) / max(freedom, 1)))
    within = pooled if freedom >= 4 else _from_dose_to_dose(light, wells)
    return float(np.clip(within, LEAST_USUAL, LARGEST_USUAL))


def _from_dose_to_dose(light: NDArray[np.float64], wells: Sequence[Well]) -> float:
    """Return the SD of wells from the steps between neighbouring doses, to which a steady rise adds little."""
    known = [i for i in range(len(wells)) if np.isfinite(light[i])]
    order = sorted(known, key=lambda i: (wells[i].compound, wells[i].dose if np.isfinite(wells[i].dose) else 0.0))
    steps = np.abs(np.diff(light[order]))
    return 1.4826 * float(np.median(steps)) / float(np.sqrt(2)) if len(steps) else LARGEST_USUAL


def _rise(series: _Series, usual: float) -> tuple[float, float, float]:
    """Return the rise at the highest dose or doses that is most significant, its SE, and the first bright dose."""
    levels = np.unique(series.doses)
    base = float(np.mean(series.without))
    best = (-np.inf, 0.0, usual)
    for first in levels[::-1][:3]:
        inside = series.light[series.doses >= first]
        rise = float(inside.mean()) - base
        error = usual * float(np.sqrt(1.0 / len(inside) + 1.0 / len(series.without)))
        best = max(best, (rise / error, rise, error))
    means = [float(series.light[series.doses == dose].mean()) - base for dose in levels]
    # Light grows with the dose: from the first dose on from which every further one is brighter than sound wells are.
    clear = np.array(means) > max(KNOWN_LIMIT_DECADES, 2.0 * usual)
    dark = np.flatnonzero(~clear)
    start = int(dark[-1]) + 1 if len(dark) else 0
    return best[1], best[2], float(levels[min(start, len(levels) - 1)])


def _chance_z(n_doses: int) -> float:
    from scipy.special import ndtri

    return float(-ndtri(CHANCE / (2 * min(n_doses, 3))))


def _by_name(wells: Sequence[Well], compound: str, covered: set[float]) -> list[Finding]:
    """Note a compound that is known to shine and whose doses have no unstained treated tube."""
    entry = known_fluorescence(compound)
    files = tuple(w.file for w in wells if w.compound == compound and w.role == "treated" and w.dose not in covered)
    if entry is None or not files:
        return []
    return [
        Finding(
            check="may_shine",
            files=files,
            statistic=f"doses of {compound} without an unstained treated tube, tubes",
            value=float(len(files)),
            low=float(len(files)),
            high=float(len(files)),
            limit=0.0,
            raised=True,
            words=f"{compound} is known to emit at {entry.emits} when excited at {entry.excited_nm} nm",
        )
    ]
