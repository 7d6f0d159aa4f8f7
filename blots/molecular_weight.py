"""The apparent mass of every band, read from a ladder lane of the same picture."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blots.cautions import caution, join
from blots.ladder import Ladder, find_rungs, match_ladder
from blots.lane_fits import LaneFits
from blots.levels import Z_95
from blots.measured_blot import MeasuredBlot

Array = NDArray[np.float64]

MASS_COLUMNS = ("membrane", "image", "target", "kda", "low", "high", "expected_kda", "rungs", "n", "caution")

_NOT_A_TARGET = "non-specific"
_UNEXPECTED = 0.10
_APART = 0.10  # between what two ladder lanes say
_CARRIED = 0.004  # of the picture's height: error of a place carried from its lane to the ladder's
# Of the picture's height, how far rows usually lie beside the course that was found at first (which the rungs of a
# ladder pull aside), and how that changes from the top to the bottom.
_ASIDE, _FANNED = 0.03, 0.01


@dataclass(frozen=True, eq=False)
class Masses:
    """What the ladders of one picture say: `kda` and `caution` of each row of its bands, and a row a target.

    A band's own caution is `unexpected_mass`; what is doubtful about the reading stands with its target.

    `table` has the columns `MASS_COLUMNS`, membrane and image left empty. `ladders` are by lane, as found in the
    upright picture.
    """

    kda: Array
    caution: tuple[str, ...]
    table: pd.DataFrame
    ladders: Mapping[int, Ladder]


def find_masses(
    measured: MeasuredBlot,
    ladder_lanes: Collection[int],
    ladder_kda: Sequence[float],
    expected_kda: Mapping[str, float] | None = None,
) -> Masses:
    """Read the apparent mass of every band that was detected.

    Parameters
    ----------
    measured : MeasuredBlot
        From `blots.measure_blot`.
    ladder_lanes : collection of int
        Lanes, from 1, that hold the ladder.
    ladder_kda : sequence of float
        Its masses from top to bottom. None is built in: they are the maker's.
    expected_kda : mapping of str to float, optional
        The mass at which each antibody's target should run.

    Returns
    -------
    Masses
        Bands are carried into the ladder lane along the course of the rows (tilt, smile, and what all rows together
        show beyond it). Of two ladders a band follows the nearer more. `low` and `high` of a target's mass are 95 %
        limits of the reading: place, interpolation, and the scatter of its lanes.

    Notes
    -----
    An apparent mass is no identity: charge, modification and the gel move a protein by several percent.

    Examples
    --------
    >>> from blots.image_files import blot_from_array
    >>> from blots.quantify import measure_blot
    >>> from blots.simulate import BANDS, example_design, simulate_blot
    >>> from blots.simulated_ladder import with_ladder
    >>> rng, kda = np.random.default_rng(0), [250, 150, 100, 75, 50, 37, 25]
    >>> rows = 40 + 520 * np.log(250 / np.array(kda)) / np.log(10)
    >>> drawn = simulate_blot(with_ladder(example_design(rng), rows, [5e6] * 7), rng=rng)
    >>> blot = measure_blot(blot_from_array(drawn.image, "rep1.tif"), 13, BANDS)
    >>> round(find_masses(blot, [1], kda).table.set_index("target")["kda"]["XIAP"])  # drawn at row 270
    90
    """
    expected, table = dict(expected_kda or {}), measured.table
    ladders = _ladders(measured, ladder_lanes, ladder_kda)
    clear = {lane: ladder for lane, ladder in ladders.items() if not ladder.doubt}
    targets = [target for target in dict.fromkeys(table["target"]) if target != _NOT_A_TARGET]
    if not clear or measured.fits is None:
        doubt = caution("ladder_unclear", _why_unclear(measured, ladders))
        rows = [_blank_row(target, expected) | {"caution": doubt} for target in targets]
        unknown = np.full(len(table), np.nan)
        return Masses(unknown, ("",) * len(table), pd.DataFrame(rows, columns=list(MASS_COLUMNS)), ladders)
    log_kda, error, outside, apart = _read(measured.fits, clear, ladder_lanes)
    seen = ~table["below_detection"].to_numpy(dtype=bool) & ~table["lane"].isin(list(ladder_lanes)).to_numpy()
    kda = np.where(seen, np.exp(log_kda), np.nan)
    reading = pd.DataFrame({"target": table["target"], "lane": table["lane"], "kda": kda, "error": error})
    reading = reading.assign(outside=outside, apart=apart)
    named = {target: _row(target, reading[(reading["target"] == target) & seen], expected, clear) for target in targets}
    said = tuple(
        _of_band(row, float(expected.get(str(row.target), np.nan)), named.get(str(row.target), {}).get("caution", ""))
        for row in reading.itertuples()
    )
    return Masses(kda, said, pd.DataFrame(list(named.values()), columns=list(MASS_COLUMNS)), ladders)


def no_ladder(targets: Sequence[str], expected_kda: Mapping[str, float], words: str) -> pd.DataFrame:
    """Return the rows of a picture without a ladder lane: no masses, and why."""
    said = caution("ladder_unclear", words)
    rows = [_blank_row(target, expected_kda) | {"caution": said} for target in dict.fromkeys(targets)]
    return pd.DataFrame([row for row in rows if row["target"] != _NOT_A_TARGET], columns=list(MASS_COLUMNS))


def _ladders(measured: MeasuredBlot, lanes: Collection[int], kda: Sequence[float]) -> dict[int, Ladder]:
    """Return what each ladder lane shows; its rows count at the lane's centre line."""
    fits = measured.fits
    if fits is None:
        return {}
    sigma = float(np.median(fits.geometry.sigma_px))
    found = {}
    for lane in sorted(lanes):
        strip = fits.strips[lane - 1]
        rungs = find_rungs(strip.profile, strip.variance, sigma)
        found[lane] = match_ladder(rungs, kda, measured.blot.shape[0])
    return found


def _why_unclear(measured: MeasuredBlot, ladders: Mapping[int, Ladder]) -> str:
    if measured.fits is None:
        return "whole lanes have no mass"
    return ", ".join(f"the ladder in lane {lane}: {ladder.doubt}" for lane, ladder in ladders.items()) or "no ladder"


def _read(
    fits: LaneFits, ladders: Mapping[int, Ladder], ladder_lanes: Collection[int]
) -> tuple[Array, Array, NDArray[np.bool_], Array]:
    """Return every band's ln mass, its error, whether it is extrapolated, and how far two ladders lie apart.

    Between ladders the nearer one counts more.
    """
    places = _Places.of(fits, ladder_lanes)
    at = [places.in_lane(lane) for lane in ladders]  # rows of all bands, each carried into a ladder lane
    logs = np.array([np.log(one.mass(y)) for one, y in zip(ladders.values(), at, strict=True)])
    carried = _CARRIED * fits.profiles.signal.shape[1]
    errors = np.array([one.log_error(y, carried) for one, y in zip(ladders.values(), at, strict=True)])
    outside = np.array([one.outside(y) for one, y in zip(ladders.values(), at, strict=True)])
    order = np.argsort([places.middle(lane) for lane in ladders])
    middles = np.array([places.middle(lane) for lane in ladders])[order]
    shares = np.array([np.interp(places.x, middles, np.eye(len(ladders))[order, i]) for i in range(len(ladders))])
    apart = np.ptp(logs, axis=0)
    error = np.hypot((shares * errors).sum(axis=0), apart / 2)
    return (shares * logs).sum(axis=0), error, np.asarray(outside.all(axis=0)), apart


class _Places(NamedTuple):
    """Crests of all bands, lane by lane: column, row less the course of rows, and how rows run beside that course."""

    fits: LaneFits
    x: Array
    level: Array
    sway: Array

    @classmethod
    def of(cls, fits: LaneFits, ladder_lanes: Collection[int]) -> _Places:
        geometry, fit = fits.geometry, fits.fit
        y = fit.y  # of the crest, as rungs are
        x = np.array(
            [np.interp(row, np.arange(len(lane.x)), lane.x) for lane, row in zip(geometry.lanes, y, strict=True)]
        )
        level = y - np.interp(x, np.arange(len(geometry.course)), geometry.course)
        clear = fit.volume > 8 * fit.noise
        clear[[lane - 1 for lane in ladder_lanes]] = False  # a rung near a row is none of its bands
        half, height = len(geometry.course) / 2, fits.profiles.signal.shape[1]
        sway = _sway((x - half) / half, level, clear, height)
        return cls(fits, x.ravel(), level.ravel(), sway)

    def middle(self, lane: int) -> float:
        """Return a lane's column, half-way down."""
        x = self.fits.geometry.lanes[lane - 1].x
        return float(x[len(x) // 2])

    def in_lane(self, lane: int) -> Array:
        """Return the rows at which the bands would lie in another lane."""
        course, height = self.fits.geometry.course, self.fits.profiles.signal.shape[1]
        half, own = len(course) / 2, self.fits.geometry.lanes[lane - 1].x
        columns = np.arange(len(course))
        there = np.interp(self.level, np.arange(len(own)), own)
        z, z_there, depth = (self.x - half) / half, (there - half) / half, self.level / height - 0.5
        moved = (_sways(z_there, depth) - _sways(z, depth)) @ self.sway
        return np.asarray(self.level + np.interp(there, columns, course) + moved)


def _sways(z: Array, depth: Array) -> Array:
    return np.stack([z, z**2, z**3, depth * z, depth * z**2], axis=-1)


def _sway(z: Array, level: Array, clear: NDArray[np.bool_], height: int) -> Array:
    """Return how rows turn and bend beside the common course, and how that changes with depth; held small."""
    terms = _sways(z, np.broadcast_to(np.median(level, axis=0) / height - 0.5, z.shape))
    weight = clear / np.maximum(clear.sum(axis=0), 1)
    own = terms - np.einsum("lk,lkj->kj", weight, terms)  # a row's own level is not at issue
    rest = level - (weight * level).sum(axis=0)
    held = np.diag([1 / (_ASIDE * height)] * 3 + [1 / (_FANNED * height)] * 2)
    found, kept = np.zeros(held.shape[0]), clear
    for _ in range(3):
        left = rest - own @ found
        scatter = 0.5 + 1.4826 * float(np.median(np.abs(left[clear]))) if clear.any() else 1.0
        kept = clear & (np.abs(left) <= 4 * scatter) if found.any() else clear  # else found on something else
        matrix, aim = np.vstack([own[kept], scatter * held]), np.concatenate([rest[kept], np.zeros(len(found))])
        found = np.linalg.lstsq(matrix, aim, rcond=None)[0]
    return np.asarray(found)


def _blank_row(target: str, expected: Mapping[str, float]) -> dict[str, Any]:
    row: dict[str, Any] = {"membrane": "", "image": "", "target": target, "kda": np.nan, "low": np.nan, "high": np.nan}
    return row | {"expected_kda": expected.get(target, np.nan), "rungs": "", "n": 0, "caution": ""}


def _row(
    target: str, seen: pd.DataFrame, expected: Mapping[str, float], ladders: Mapping[int, Ladder]
) -> dict[str, Any]:
    """Return a target's mass over its lanes."""
    row = _blank_row(target, expected)
    masses = sorted({float(kda) for ladder in ladders.values() for kda in ladder.kda}, reverse=True)
    row |= {"rungs": " ".join(f"{mass:g}" for mass in masses), "n": len(seen)}
    if not len(seen):
        return row
    logs = np.log(seen["kda"].to_numpy(dtype=float))
    middle, scatter = float(np.median(logs)), float(logs.std(ddof=1) / np.sqrt(len(logs))) if len(logs) > 1 else 0.0
    reach = Z_95 * float(np.hypot(np.median(seen["error"]), scatter))
    row |= dict(zip(("kda", "low", "high"), np.exp([middle, middle - reach, middle + reach]).tolist(), strict=True))
    cautions = []
    if bool(seen["outside"].median() > 0.5):
        words = f"{target} lies outside the ladder ({masses[0]:g} to {masses[-1]:g} kDa)"
        cautions.append(caution("mass_extrapolated", words))
    apart = float(np.expm1(seen["apart"].median()))
    if apart > _APART:
        cautions.append(caution("ladders_differ", f"by {apart:.0%} for {target}"))
    wanted = float(row["expected_kda"])
    if abs(row["kda"] / wanted - 1) > _UNEXPECTED:
        cautions.append(caution("unexpected_mass", f"{target} runs at {row['kda']:.3g} kDa, {wanted:g} is expected"))
    return row | {"caution": join(*cautions)}


def _of_band(row: Any, wanted: float, of_target: str) -> str:
    """Return a band's caution: that of its target, where its own mass is unexpected too, or its own."""
    if not np.isfinite(row.kda):
        return ""
    off = abs(row.kda / wanted - 1) > _UNEXPECTED
    shared = [text for text in of_target.split("; ") if off and text.startswith("unexpected_mass")]
    if off and not shared:
        words = f"{row.target} runs at {row.kda:.3g} kDa in this lane alone, {wanted:g} is expected"
        shared.append(caution("unexpected_mass", words))
    return join(*shared)
