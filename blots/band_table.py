"""The rows of bands.csv: what was measured of every band, in numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blots.blot import Blot
from blots.cautions import caution, join
from blots.error_budget import ErrorBudget
from blots.lane_fits import LaneFits
from blots.lane_totals import LaneTotals
from blots.layout import BlotGeometry
from blots.odd_bands import odd_bands
from blots.saturation import clipped_fraction
from blots.second_opinions import Opinions

Array = NDArray[np.float64]

_HIDDEN = 0.75  # of a band's light, about half of its height: the flanks left tell too little of its crest
_MOST_CLIPPED = 0.4  # of a band, where fewer than two lanes show its row whole

COLUMNS = (
    "membrane", "image", "lane", "target", "x", "y", "volume", "low", "high", "detection_limit", "below_detection",
    "saturated_fraction", "method_spread", "kda", "caution",
)  # fmt: skip


def band_table(blot: Blot, fits: LaneFits, volume: Array, budget: ErrorBudget, opinions: Opinions) -> pd.DataFrame:
    """Return bands.csv as a table: a row a lane and target, with its interval, its limit and its cautions.

    Parameters
    ----------
    blot : Blot
        The picture, whose name and fitness every row carries.
    fits : LaneFits
        What was fitted.
    volume : ndarray, shape (n_lanes, n_targets)
        The bands' volumes.
    budget : ErrorBudget
        Their errors, part by part.
    opinions : Opinions
        What other methods read.
    """
    error, limit, clipped = budget.total, budget.detection_limit, clipped_fraction(fits)
    spread, disagree = opinions.spread(volume), opinions.disagree(volume, error)
    across, along = odd_bands(fits, volume, limit, opinions.rough)
    whole = ((clipped == 0) & (volume > limit)).sum(axis=0)
    rows = []
    geometry, fit = fits.geometry, fits.fit
    everywhere = join(*_image_cautions(blot), *geometry.cautions)
    for i, lane in enumerate(geometry.lanes):
        for k, target in enumerate(geometry.targets):
            y = float(fit.y[i, k] + fit.shapes[k].centre)
            x = float(np.interp(y, np.arange(len(lane.x)), lane.x))
            band = _BandNumbers(
                volume=float(volume[i, k]),
                error=float(error[i, k]),
                limit=float(limit[i, k]),
                clipped=float(clipped[i, k]),
                spread=float(spread[i, k]),
                disagree=bool(disagree[i, k]),
                odd=_what_is_odd(bool(across[i, k]), bool(along[i, k])),
            )
            open_end = bool(
                band.clipped > 0
                and (
                    band.clipped > _HIDDEN
                    or not fit.shapes[k].measured
                    or (band.clipped > _MOST_CLIPPED and whole[k] < 2)
                )
            )
            said = join(_band_caution(fits, i, k, band, open_end), everywhere)
            low, high = band.interval(open_end)
            below = band.volume < band.limit
            rows.append(
                ("", blot.name, lane.number, target, x, y, band.volume, low, high, band.limit, below, band.clipped,
                 band.spread, np.nan, said)
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def total_table(blot: Blot, geometry: BlotGeometry, totals: LaneTotals, budget: ErrorBudget) -> pd.DataFrame:
    """Return bands.csv of whole lanes: a row a lane; x and y are the lane's middle."""
    rows, middle = [], (blot.shape[0] - 1) / 2
    everywhere = join(*_image_cautions(blot), *geometry.cautions)
    for i, lane in enumerate(geometry.lanes):
        volume, error, limit = float(totals.volume[i]), float(budget.total[i, 0]), float(budget.detection_limit[i, 0])
        clipped, said = float(totals.clipped[i]), []
        high = volume + 1.96 * error
        if clipped > 0:
            said.append(caution("saturated", f"{max(clipped, 0.01):.0%} of the lane is clipped"))
        if not totals.bare[i]:
            said.append(caution("no_bare_membrane", "its background is the lane's own lowest level"))
        if volume < limit:
            said.append(caution("undetected", f"under the limit of {limit:.3g}"))
        x = float(np.interp(middle, np.arange(len(lane.x)), lane.x))
        rows.append(
            ("", blot.name, lane.number, geometry.targets[0], x, middle, volume, volume - 1.96 * error, high, limit,
             volume < limit, clipped, np.nan, np.nan, join(*said, everywhere))
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


@dataclass(frozen=True)
class _BandNumbers:
    volume: float
    error: float
    limit: float
    clipped: float
    spread: float
    disagree: bool
    odd: str

    def interval(self, open_end: bool) -> tuple[float, float]:
        high = np.inf if open_end else self.volume + 1.96 * self.error
        return self.volume - 1.96 * self.error, high


def _band_caution(fits: LaneFits, i: int, k: int, band: _BandNumbers, open_end: bool) -> str:
    shape, said = fits.fit.shapes[k], []
    if band.clipped > 0:
        said.append(caution("saturated", f"{max(band.clipped, 0.01):.0%} of the band is clipped"))
        if open_end:
            why = "its flanks tell too little" if band.clipped > _HIDDEN else "no lane shows this row unclipped"
            said.append(caution("lower_bound", why))
    if band.volume < band.limit:
        said.append(caution("undetected", f"under the limit of {band.limit:.3g}"))
    elif band.disagree:
        said.append(caution("methods_disagree", f"by {band.spread:.0%} of the volume"))
    if band.odd and band.clipped == 0:
        said.append(caution("odd_band", band.odd))
    if not shape.measured and band.clipped == 0:
        said.append(caution("shape_assumed", "a Gaussian stands in for the shape of this row"))
    if fits.geometry.lanes[i].basis == "neighbours":
        said.append(caution("lane_inferred", "it shows no band of its own"))
    if fits.strips[i].outside:
        said.append(caution("cut_by_edge", "the lane runs over the side of the picture"))
    return join(*said)


def _what_is_odd(across: bool, along: bool) -> str:
    if across:
        return "uneven across its lane, unlike its row"
    return "its profile is unlike its row's" if along else ""


def _image_cautions(blot: Blot) -> tuple[str, ...]:
    """Return what the picture's fitness means for every number; clipped pixels are told band by band."""
    return tuple(c for c in blot.cautions if not c.startswith("image_saturated"))
