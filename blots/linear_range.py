"""The usable range of each antibody, from the dilution series on its membrane."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blots.cautions import caution, join
from blots.dilution_series import FEWEST_LOADS, DilutionSeries, at_other_loads, find_series
from blots.levels import CONDITIONS, Z_95
from blots.responses import INTERCEPT, PROPORTIONAL, SATURATING, ResponseFit, fit_response, log_slope_interval

Array = NDArray[np.float64]

RANGE_COLUMNS = (
    "membrane", "image", "target", "lanes", "used", "response", "lowest_ug", "highest_ug", "lowest_volume",
    "highest_volume", "slope", "slope_low", "slope_high", "intercept", "intercept_low", "intercept_high",
    "half_saturation_ug", "half_saturation_low", "half_saturation_high", "departure", "departure_low",
    "departure_high", "residual_cv", "n", "caution",
)  # fmt: skip

_NOT_A_TARGET = "non-specific"
_FOLLOWS = 0.5  # of a proportional response, on log axes: a flatter one is saturated, not merely uncertain
_NOT_PROVEN = 0.25  # of a volume: a departure as large may hide behind a straight line


@dataclass(frozen=True, eq=False)
class LinearRange:
    """One antibody on one image: its standards, the response that they show, and where it can be used.

    `fit` is None where the standards show no response. `departure` is what the volume at the upper end of the range
    reads against a proportional response through its lower end, less 1. `used` marks the series that serves the
    membrane.
    """

    membrane: str
    image: str
    target: str
    series: DilutionSeries
    ug: Array
    volume: Array
    error: Array
    fit: ResponseFit | None
    lowest_ug: float
    highest_ug: float
    departure: tuple[float, float, float]
    used: bool
    caution: str


def find_ranges(
    bands: pd.DataFrame, lanes: pd.DataFrame, conditions: Sequence[str] = CONDITIONS
) -> tuple[LinearRange, ...]:
    """Fit every dilution series of the sheet, for each target and loading control of each image.

    Parameters
    ----------
    bands : DataFrame
        Rows of bands.csv.
    lanes : DataFrame
        Rows of lanes.csv; see `blots.dilution_series.find_series` for what makes a series.
    conditions : sequence of str
        The columns that make a condition.

    Returns
    -------
    tuple of LinearRange
        Bands below detection, and those that are lower bounds alone, are no standards. A series serves its own
        membrane: another one has its own transfer and exposure.

    Examples
    --------
    >>> lanes = pd.DataFrame({"membrane": "rep1", "lane": range(1, 6), "protein_ug": [2.5, 5, 10, 20, 40]})
    >>> bands = lanes[["membrane", "lane"]].assign(image="rep1.tif", target="actin", below_detection=False, caution="")
    >>> bands["volume"] = lanes["protein_ug"] * 1e5 * np.array([1.05, 0.97, 1.02, 0.96, 1.0])
    >>> bands = bands.assign(low=bands["volume"] * 0.96, high=bands["volume"] * 1.04, detection_limit=1e4)
    >>> found, = find_ranges(bands, lanes)
    >>> found.fit.family.name, found.lowest_ug, found.highest_ug
    ('proportional', 2.5, 40.0)
    """
    found = []
    others = at_other_loads(lanes, conditions)
    by_membrane: dict[str, list[DilutionSeries]] = {}
    for series in find_series(lanes, conditions):
        by_membrane.setdefault(series.membrane, []).append(series)
    wanted = bands[bands["target"] != _NOT_A_TARGET]
    for (membrane, image, target), own in wanted.groupby(["membrane", "image", "target"], sort=False):
        ranges = [
            _range((str(membrane), str(image), str(target)), series, own, others)
            for series in by_membrane.get(str(membrane), [])
            if own["lane"].isin(series.lanes).any()
        ]
        found += _one_used(ranges)
    return tuple(found)


def range_table(ranges: Sequence[LinearRange], bands: pd.DataFrame) -> pd.DataFrame:
    """Return linear_range.csv: a row a membrane, image, target and series.

    `slope` is volume per ug where the response is straight; `departure` the largest departure from proportionality
    inside the range, as a fraction; `residual_cv` the scatter of a standard about its response; `n` the lanes that
    were fitted. A target whose antibody is curved on another membrane, and has no series on its own, has a row that
    says so and no numbers.
    """
    rows = [_row(found) for found in ranges] + _elsewhere(ranges, bands)
    return pd.DataFrame(rows, columns=list(RANGE_COLUMNS))


def log_error(low: Any, high: Any, volume: Any) -> Array:
    """Return the relative error of volumes from their 95 % limits, as `blots.normalise` takes it.

    Examples
    --------
    >>> float(log_error(90.0, 110.0, 100.0).round(3))
    0.051
    """
    low, high, volume = (np.asarray(part, dtype=float) for part in (low, high, volume))
    positive = low > 0
    logs = np.log(np.where(positive, high, 1.0) / np.where(positive, low, 1.0))
    return np.asarray(np.where(positive, logs, (high - low) / np.where(volume > 0, volume, np.nan)) / (2 * Z_95))


def _range(
    key: tuple[str, str, str], series: DilutionSeries, own: pd.DataFrame, others: frozenset[tuple[str, int]]
) -> LinearRange:
    standards = own.set_index("lane").reindex(list(series.lanes))
    volume, low, high = (standards[column].to_numpy(dtype=float) for column in ("volume", "low", "high"))
    below = standards["below_detection"].astype("boolean").fillna(True).to_numpy(dtype=bool)
    usable = ~below & (volume > 0) & np.isfinite(high) & np.isfinite(low)
    ug = np.array(series.protein_ug)[usable]
    volume, error = volume[usable], log_error(low[usable], high[usable], volume[usable])
    cautions = []
    if not usable.all():
        words = f"{int((~usable).sum())} of {len(usable)} standards gave no volume"
        cautions.append(caution("standards_left_out", words))
    apart = [lane for lane in series.lanes if (series.membrane, lane) in others]
    if apart:
        words = f"lanes {_listed(apart)} hold other loads than the samples and enter no time course"
        cautions.append(caution("other_load", words))
    blank = LinearRange(*key, series, ug, volume, error, None, np.nan, np.nan, (np.nan,) * 3, False, "")
    if len(set(ug)) < FEWEST_LOADS:
        why = f"{len(set(ug))} loads with a volume, and {FEWEST_LOADS} are needed"
        return replace(blank, caution=join(*cautions, caution("no_linear_range", why)))
    slope = log_slope_interval(ug, volume, error)
    if slope[1] < 0 or (slope[0] <= 0 and slope[1] >= _FOLLOWS):
        why = "falls where the load rises" if slope[1] < 0 else "scatters too much to follow the load"
        return replace(blank, caution=join(*cautions, caution("no_linear_range", f"the volume {why}")))
    fit = fit_response(ug, volume, error)
    lowest, highest = fit.usable(float(ug.min()), float(ug.max()))
    departure = _departure(fit, lowest, highest, slope)
    said = join(*cautions, *_said(fit, lowest, highest, departure))
    return replace(blank, fit=fit, lowest_ug=lowest, highest_ug=highest, departure=departure, caution=said)


def _departure(
    fit: ResponseFit, lowest: float, highest: float, slope: tuple[float, float]
) -> tuple[float, float, float]:
    """Return what the upper end of the range reads against the lower one, less 1, with its interval."""
    ends = np.array([lowest, highest])
    if fit.family is PROPORTIONAL:
        low, high = (float((highest / lowest) ** (part - 1) - 1) for part in slope)
        return 0.0, min(low, 0.0), max(high, 0.0)

    def at(bend: float) -> float:
        return float(np.expm1(np.diff(fit.family.shape(ends, bend) - np.log(ends))[0]))

    return at(fit.bend), *sorted((at(fit.bend_low), at(fit.bend_high)))  # type: ignore[return-value]


def _said(fit: ResponseFit, lowest: float, highest: float, departure: tuple[float, float, float]) -> list[str]:
    if fit.family is PROPORTIONAL:
        low, high = departure[1:]
        if max(-low, high) < _NOT_PROVEN:
            return []
        return [caution("range_not_proven", f"departures from {low:+.0%} to {high:+.0%} are not excluded")]
    if lowest == highest:
        words = f"{fit.family.name}: at no tested load does the volume follow the load"
        return [caution("no_usable_range", words)]
    reads = f"{abs(departure[0]):.0%} too {'little' if departure[0] < 0 else 'much'}"
    words = f"{fit.family.name}: the upper end of the range reads {reads}, volumes are corrected for it"
    return [caution("curved_response", words)]


def _one_used(ranges: list[LinearRange]) -> list[LinearRange]:
    """Mark the series that serves the membrane: of those with a response the one with most loads, then widest."""
    fitted = [one for one in ranges if one.fit is not None]
    if not fitted:
        return ranges
    best = max(fitted, key=lambda one: (len(set(one.ug)), one.highest_ug / one.lowest_ug, one.series.is_reference))
    words = caution("another_series", f"lanes {_listed(best.series.lanes)} serve the membrane")
    return [
        replace(one, used=one is best, caution=one.caution if one is best else join(one.caution, words))
        for one in ranges
    ]


def _row(found: LinearRange) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(RANGE_COLUMNS, np.nan)
    row |= {"membrane": found.membrane, "image": found.image, "target": found.target, "caution": found.caution}
    row |= {"lanes": _listed(found.series.lanes), "used": found.used, "response": "", "n": len(found.ug)}
    if found.fit is None:
        return row
    fit = found.fit
    reach = float(np.exp(fit.reach * np.sqrt(fit.covariance[0, 0])))
    ends = fit.volume([found.lowest_ug, found.highest_ug])
    row |= {"response": fit.family.name, "lowest_ug": found.lowest_ug, "highest_ug": found.highest_ug}
    row |= {"lowest_volume": float(ends[0]), "highest_volume": float(ends[1])}
    row |= {"slope": fit.slope, "slope_low": fit.slope / reach, "slope_high": fit.slope * reach}
    row |= dict(zip(("departure", "departure_low", "departure_high"), found.departure, strict=True))
    row |= {"residual_cv": float(np.sqrt(np.expm1(fit.residual_sd**2)))}
    if fit.family is INTERCEPT:
        slopes = np.array([fit.bend, 1.0])
        error = fit.reach * fit.slope * float(np.sqrt(slopes @ fit.covariance @ slopes))
        value = fit.slope * fit.bend
        row |= {"intercept": value, "intercept_low": value - error, "intercept_high": value + error}
    if fit.family is SATURATING:
        row |= {"half_saturation_ug": 1 / fit.bend}
        row |= {"half_saturation_low": 1 / fit.bend_high, "half_saturation_high": 1 / fit.bend_low}
    return row


def _elsewhere(ranges: Sequence[LinearRange], bands: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a row for each target without a range whose antibody is curved on another membrane."""
    curved = {r.target: r for r in ranges if r.used and r.fit is not None and r.fit.family is not PROPORTIONAL}
    known = {(r.membrane, r.image, r.target) for r in ranges}
    keys: list[tuple[Hashable, ...]] = list(
        dict.fromkeys(bands[["membrane", "image", "target"]].itertuples(index=False, name=None))
    )
    rows = []
    for membrane, image, target in (key for key in keys if key not in known and key[2] in curved):
        seen = curved[str(target)]
        assert seen.fit is not None
        said = caution("range_elsewhere", f"{target} is {seen.fit.family.name} on {seen.membrane}")
        row: dict[str, Any] = dict.fromkeys(RANGE_COLUMNS, np.nan)
        rows.append(
            row
            | {"membrane": membrane, "image": image, "target": target, "lanes": "", "used": False, "response": ""}
            | {"n": 0, "caution": said}
        )
    return rows


def _listed(lanes: Sequence[int]) -> str:
    return ", ".join(str(lane) for lane in lanes)
