"""A bubble on one band is seen, and its row's other bands stay quiet; a clipped band never reads less than it shows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blots import Blot
from blots.geometry import find_geometry
from blots.lane_fits import fit_lanes
from blots.quantify import measure_bands
from blots.saturation import clipped_fraction, not_below_what_is_seen
from blots.simulate import BANDS, SimulatedBlot, example_design, simulate_blot

Array = NDArray[np.float64]


def _simulated() -> SimulatedBlot:
    rng = np.random.default_rng(31)
    return simulate_blot(example_design(rng), rng=rng)


def _measured(signal: Array) -> pd.DataFrame:
    blot = Blot("demo", signal, signal >= 65535)
    return measure_bands(blot, find_geometry(blot, 12, BANDS))


def test_a_bubble_on_a_band_is_seen_and_nothing_else() -> None:
    blot = _simulated()
    band = blot.truth[(blot.truth.lane == 5) & (blot.truth.target == "actin")].iloc[0]
    y, x = np.indices(blot.image.shape)
    hole = np.exp(-((((x - band.x) / 10) ** 2 + ((y - band.y) / 8) ** 2) ** 2))
    signal = blot.image.astype(np.float64)
    signal = signal - 0.7 * hole * (signal - np.median(signal))
    table = _measured(signal)
    odd = table[table.caution.str.contains("odd_band")]
    assert list(zip(odd.lane, odd.target, strict=True)) == [(5, "actin")]


def test_a_picture_lifted_or_rescaled_gives_the_same_numbers() -> None:
    signal = _simulated().image.astype(np.float64)
    plain = _measured(signal)
    blot = Blot("demo", signal, signal >= 65535)
    geometry = find_geometry(blot, 12, BANDS)
    for lifted, unit in ((signal + 61440, 1.0), (signal * 1e-30, 1e-30)):
        other = measure_bands(Blot("demo", lifted, blot.saturated), geometry)
        np.testing.assert_allclose(other.volume / unit, plain.volume, rtol=1e-3, atol=1e-4 * plain.volume.max())
        np.testing.assert_allclose((other.high - other.low) / unit, plain.high - plain.low, rtol=0.01)


def test_a_clipped_band_reads_no_less_than_the_picture_shows() -> None:
    signal = np.minimum(_simulated().image.astype(np.float64), 20000)
    blot = Blot("demo", signal, signal >= 20000)
    fits = fit_lanes(blot, find_geometry(blot, 12, BANDS))
    nothing = np.zeros_like(fits.fit.volume)
    raised = not_below_what_is_seen(fits, nothing)
    hurt = clipped_fraction(fits) > 0
    assert hurt.any()
    assert (raised[hurt] > 0).all()
    assert (raised[~hurt] == 0).all()
