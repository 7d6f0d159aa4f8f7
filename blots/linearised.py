"""Band volumes as a proportional response would have given them, within the usable range of their antibody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from blots.cautions import caution, join
from blots.levels import Z_95
from blots.linear_range import LinearRange, log_error
from blots.responses import INTERCEPT, PROPORTIONAL, ResponseFit

LINEARISED_COLUMNS = (
    "membrane", "image", "lane", "target", "response", "measured_volume", "volume", "low", "high", "detection_limit",
    "below_detection", "equivalent_ug", "equivalent_low", "equivalent_high", "caution",
)  # fmt: skip

MARGIN = 1.25  # fold beyond the range that its response still serves: equal loads differ by about as much


def linearise(bands: pd.DataFrame, ranges: Sequence[LinearRange]) -> pd.DataFrame:
    """Return the bands with every volume corrected by the response of its antibody on its membrane.

    Parameters
    ----------
    bands : DataFrame
        Rows of bands.csv.
    ranges : sequence of LinearRange
        From `blots.linear_range.find_ranges`.

    Returns
    -------
    DataFrame
        As `bands`, with `volume, low, high, detection_limit, below_detection` corrected and, further, `response`
        (empty where there is none, and nothing is changed), `measured_volume`, the protein `equivalent_ug` of the
        series' material with `equivalent_low, equivalent_high`, and `range_caution`, which `caution` holds too.

    Notes
    -----
    A corrected volume is slope times load, so that a proportional response leaves volumes as they are, and no error
    of the slope enters ratios. An error of the volume grows by the inverse of the local slope on log axes, and the
    fit's own error (delta method, Student's t) is added. The response serves a quarter more or less than its range.
    Further above, the volume is a lower bound alone: no number. Further below, a proportional response is carried
    on; a curved one is not, for the lanes that would tell an intercept from saturation would lie there: the band is
    below the lowest standard and has that as its upper limit.

    Examples
    --------
    >>> from blots.linear_range import find_ranges
    >>> lanes = pd.DataFrame({"membrane": "rep1", "lane": range(1, 7), "protein_ug": [2.5, 5, 10, 20, 40, 60]})
    >>> bands = lanes[["membrane", "lane"]].assign(image="rep1.tif", target="XIAP", below_detection=False, caution="")
    >>> bands["volume"] = 1e5 * lanes["protein_ug"] / (1 + lanes["protein_ug"] / 50)
    >>> bands = bands.assign(low=bands["volume"] * 0.96, high=bands["volume"] * 1.04, detection_limit=1e4)
    >>> linearise(bands, find_ranges(bands, lanes))["volume"].round(-3).tolist()
    [250000.0, 500000.0, 1000000.0, 2000000.0, 4000000.0, 6000000.0]
    """
    serving = {(r.membrane, r.image, r.target): r for r in ranges if r.used}
    records = [{str(name): value for name, value in row.items()} for row in bands.to_dict("records")]
    rows = []
    for row in records:
        blank = {"response": "", "measured_volume": row["volume"], "range_caution": ""}
        blank |= {"equivalent_ug": np.nan, "equivalent_low": np.nan, "equivalent_high": np.nan}
        found = serving.get((str(row["membrane"]), str(row["image"]), str(row["target"])))
        rows.append(row | blank | (_corrected(row, found, found.fit) if found and found.fit else {}))
    table = pd.DataFrame(rows, columns=[*bands.columns, *(c for c in _ADDED if c not in bands)], index=bands.index)
    known = table["caution"].fillna("") if len(table) else table["caution"]
    return table.assign(caution=[join(own, new) for own, new in zip(known, table["range_caution"], strict=True)])


_ADDED = ("response", "measured_volume", "equivalent_ug", "equivalent_low", "equivalent_high", "range_caution")


def linearised_table(linearised: pd.DataFrame) -> pd.DataFrame:
    """Return linearised.csv: the bands that have a response, with the cautions of the correction alone."""
    own = linearised[linearised["response"] != ""]
    return own.assign(caution=own["range_caution"])[list(LINEARISED_COLUMNS)].reset_index(drop=True)


def _corrected(row: Mapping[str, Any], found: LinearRange, fit: ResponseFit) -> dict[str, Any]:
    """Return what changes in a band's row."""
    volume = float(row["volume"])
    bottom, top = found.lowest_ug / MARGIN, found.highest_ug * MARGIN
    bottom = max(bottom, -1.01 * fit.bend) if fit.family is INTERCEPT else bottom
    changed: dict[str, Any] = {"response": fit.family.name}
    changed |= {"detection_limit": fit.slope * _limit(float(row["detection_limit"]), found, fit, top)}
    if bool(row["below_detection"]) or not volume > 0:  # NaN too: a volume that was refused stays so
        most = changed["detection_limit"] / fit.slope
        known = bool(row["below_detection"]) or volume <= 0
        return changed | ({"equivalent_low": 0.0, "equivalent_high": most} if known else {})
    if volume > float(fit.volume(top)):
        return changed | _above(found, fit)
    if volume < float(fit.volume(bottom)) and fit.family is not PROPORTIONAL:
        return changed | _below(found, fit)
    ug = float(fit.load(volume))
    return changed | _inside(row, fit, ug) | {"range_caution": _beside(ug, found)}


def _limit(limit: float, found: LinearRange, fit: ResponseFit, top: float) -> float:
    """Return the load that gives a detection limit: at least the lowest standard's where the response is curved."""
    if limit > float(fit.volume(top)):
        return np.nan
    if fit.family is PROPORTIONAL:
        return float(fit.load(limit))
    return float(np.fmax(fit.load(limit), found.lowest_ug))


def _above(found: LinearRange, fit: ResponseFit) -> dict[str, Any]:
    words = f"above the range ({found.highest_ug:.3g} ug): the volume is a lower bound"
    least = {"volume": np.nan, "low": fit.slope * found.highest_ug, "high": np.inf}
    least |= {"equivalent_low": found.highest_ug, "equivalent_high": np.inf}
    return least | {"range_caution": caution("outside_linear_range", words)}


def _below(found: LinearRange, fit: ResponseFit) -> dict[str, Any]:
    words = f"under {found.lowest_ug:.3g} ug, the lower end of a response that is {fit.family.name}: an upper limit"
    most = fit.slope * found.lowest_ug
    limits = {"volume": 0.0, "low": 0.0, "high": most, "detection_limit": most, "below_detection": True}
    limits |= {"equivalent_low": 0.0, "equivalent_high": found.lowest_ug}
    return limits | {"range_caution": caution("below_linear_range", words)}


def _inside(row: Mapping[str, Any], fit: ResponseFit, ug: float) -> dict[str, Any]:
    """Return volume and load with their intervals; the volume itself stays where the response is proportional."""
    low, high, volume = float(row["low"]), float(row["high"]), float(row["volume"])
    grown, of_load, of_product = (float(part) for part in fit.log_errors(ug))
    error = Z_95 * grown * float(log_error(low, high, volume))
    wide = float(np.exp(np.hypot(error, fit.reach * of_load)))
    loads = {"equivalent_ug": ug, "equivalent_low": ug / wide, "equivalent_high": ug * wide}
    if fit.family is PROPORTIONAL:
        return loads
    if not np.isfinite(high):  # clipped pixels: a lower bound before and after
        least = float(np.fmax(fit.load(max(low, 0.0)), 0.0))
        return loads | {"volume": fit.slope * ug, "low": fit.slope * least, "high": np.inf, "equivalent_low": least}
    reach = float(np.exp(np.hypot(error, fit.reach * of_product)))
    return loads | {"volume": fit.slope * ug, "low": fit.slope * ug / reach, "high": fit.slope * ug * reach}


def _beside(ug: float, found: LinearRange) -> str:
    if found.lowest_ug <= ug <= found.highest_ug:
        return ""
    end, side = (found.lowest_ug, "under") if ug < found.lowest_ug else (found.highest_ug, "above")
    return caution("outside_standards", f"{ug:.3g} ug is {side} the range ({end:.3g} ug)")
