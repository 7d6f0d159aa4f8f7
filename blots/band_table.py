"""The rows of bands.csv: what was measured of every band, in numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blots.blot import Blot
from blots.cautions import caution, join
from blots.lane_fits import LaneFits

Array = NDArray[np.float64]

COLUMNS = (
    "membrane", "image", "lane", "target", "x", "y", "volume", "low", "high", "detection_limit", "below_detection",
    "saturated_fraction", "method_spread", "kda", "caution",
)  # fmt: skip

_DISAGREE = 0.15


def band_table(
    blot: Blot, fits: LaneFits, volume: Array, error: Array, limit: Array, clipped: Array, spread: Array
) -> pd.DataFrame:
    """Return bands.csv as a table: a row a lane and target, with its interval, its limit and its cautions.

    Parameters
    ----------
    blot : Blot
        The picture, whose name and fitness every row carries.
    fits : LaneFits
        What was fitted.
    volume, error, limit, clipped, spread : ndarray, shape (n_lanes, n_targets)
        Volume, its standard deviation, detection limit, clipped fraction, and how far the methods lie apart.
    """
    rows = []
    geometry, fit = fits.geometry, fits.fit
    everywhere = join(*_image_cautions(blot), *geometry.cautions)
    for i, lane in enumerate(geometry.lanes):
        for k, target in enumerate(geometry.targets):
            y = float(fit.y[i, k] + fit.shapes[k].centre)
            x = float(np.interp(y, np.arange(len(lane.x)), lane.x))
            band = _BandNumbers(*(float(a[i, k]) for a in (volume, error, limit, clipped, spread)))
            said = join(_band_caution(fits, i, k, band), everywhere)
            low, high = band.interval(measured=fit.shapes[k].measured or band.clipped == 0)
            below = band.volume < band.limit
            rows.append(
                ("", blot.name, lane.number, target, x, y, band.volume, low, high, band.limit, below, band.clipped,
                 band.spread, np.nan, said)
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


@dataclass(frozen=True)
class _BandNumbers:
    volume: float
    error: float
    limit: float
    clipped: float
    spread: float

    def interval(self, measured: bool) -> tuple[float, float]:
        high = self.volume + 1.96 * self.error if measured else np.inf
        return self.volume - 1.96 * self.error, high


def _band_caution(fits: LaneFits, i: int, k: int, band: _BandNumbers) -> str:
    shape, said = fits.fit.shapes[k], []
    if band.clipped > 0:
        said.append(caution("saturated", f"{max(band.clipped, 0.01):.0%} of the band is clipped"))
        if not shape.measured:
            said.append(caution("lower_bound", "no lane shows this row unclipped"))
    if band.volume < band.limit:
        said.append(caution("undetected", f"under the limit of {band.limit:.3g}"))
    elif band.spread > _DISAGREE:
        said.append(caution("methods_disagree", f"by {band.spread:.0%} of the volume"))
    if not shape.measured and band.clipped == 0:
        said.append(caution("shape_assumed", "a Gaussian stands in for the shape of this row"))
    if fits.geometry.lanes[i].basis == "neighbours":
        said.append(caution("lane_inferred", "it shows no band of its own"))
    if fits.strips[i].outside:
        said.append(caution("cut_by_edge", "the lane runs over the side of the picture"))
    return join(*said)


def _image_cautions(blot: Blot) -> tuple[str, ...]:
    """Return what the picture's fitness means for every number; clipped pixels are told band by band."""
    return tuple(c for c in blot.cautions if not c.startswith("image_saturated"))
