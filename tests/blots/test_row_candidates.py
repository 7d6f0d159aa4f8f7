"""Rows of bands that are broad, flat-topped, close together or faint on a bright membrane."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from blots import Blot, BlotError, LanesNotFound, find_geometry
from blots.lane_count import says_shifted
from blots.lanes import Comb, RowsAcross

LANES = 8
MIDDLES = 60 + 70 * np.arange(LANES)
Array = NDArray[np.float64]


def blot_of(rows: dict[float, Array], *, offset: float = 2000.0, seed: int = 0) -> Blot:
    """Return a blot of profiles down the lanes, `rows` being their place and (LANES,) heights; bands 9 px at half."""
    y, x = np.arange(300.0)[:, None], np.arange(620.0)
    light = np.full((300, 620), offset)
    for place, heights in rows.items():
        for middle, height in zip(MIDDLES, heights, strict=True):
            light += height * np.exp(-(((y - place) / 5.4) ** 2)) / (1 + (np.abs(x - middle) / 23) ** 16)
    return blot_from(light, seed)


def blot_from(light: Array, seed: int = 0) -> Blot:
    noisy = light + np.random.default_rng(seed).normal(0, 20, light.shape)
    return Blot("drawn.tif", noisy, noisy > 1e9)


def flat_row(blot: Blot, place: float, dent: float) -> Blot:
    """Add a row of broad bands with flat tops, whose middle is lower than their edges by `dent` of their height."""
    y, x = np.arange(300.0)[:, None], np.arange(620.0)
    down = np.exp(-(((y - place) / 11) ** 6)) * (1 - dent * np.exp(-(((y - place) / 4) ** 2)))
    across = sum(1 / (1 + (np.abs(x - middle) / 23) ** 16) for middle in MIDDLES)
    return Blot(blot.name, blot.signal + 9000 * down * across, blot.saturated)


def rows_of(blot: Blot, names: int) -> list[float]:
    found = find_geometry(blot, LANES, [f"row {k}" for k in range(names)])
    assert found.cautions == ()
    return [float(np.median(y)) for y in found.y().T]


@pytest.mark.parametrize("dent", [0.0, 0.05])
def test_a_broad_band_with_a_flat_top_is_one_row(dent: float) -> None:
    weak = np.array([300, 0, 0, 0, 0, 0, 240, 0.0])
    blot = flat_row(blot_of({60: np.full(LANES, 3000.0), 130: weak}), 230, dent)
    assert rows_of(blot, 3) == pytest.approx([60, 130, 230], abs=2)


@pytest.mark.parametrize("hollow", [0.2, 0.5])
def test_a_hollow_band_is_one_row_beside_fainter_ones(hollow: float) -> None:
    y, x = np.arange(300.0)[:, None], np.arange(620.0)
    blot = blot_of({60: np.full(LANES, 3000.0), 130: np.full(LANES, 250.0)})
    down = np.exp(-(((y - 230) / 7.6) ** 2)) * (1 - hollow * np.exp(-(((y - 230) / 3.5) ** 2)))
    across = sum(1 / (1 + (np.abs(x - middle) / 23) ** 16) for middle in MIDDLES)
    assert rows_of(Blot(blot.name, blot.signal + 9000 * down * across, blot.saturated), 3) == pytest.approx(
        [60, 130, 230], abs=2
    )


def test_a_faint_row_in_every_lane_comes_before_a_bright_speck_of_one() -> None:
    speck = np.zeros(LANES)
    speck[3] = 9000
    blot = blot_of({60: np.full(LANES, 3000.0), 130: np.full(LANES, 250.0), 190: speck, 240: np.full(LANES, 5000.0)})
    found = find_geometry(blot, LANES, ["a", "b", "c"])
    assert np.median(found.y(), axis=0) == pytest.approx([60, 130, 240], abs=2)


def test_two_rows_close_together_stay_two() -> None:
    blot = blot_of({60: np.linspace(3000, 300, LANES), 76: np.linspace(300, 3000, LANES), 200: np.full(LANES, 5000.0)})
    assert rows_of(blot, 3) == pytest.approx([60, 76, 200], abs=2)


def test_the_brightness_of_the_membrane_hides_no_faint_row() -> None:
    rows: dict[float, Array] = {60: np.full(LANES, 3e3), 130: np.full(LANES, 200.0), 200: np.full(LANES, 5e3)}
    for offset in (0.0, 20_000.0, 200_000.0):
        assert rows_of(blot_of(rows, offset=offset), 3) == pytest.approx([60, 130, 200], abs=2)


def test_few_lanes_named_on_a_picture_of_many_are_refused() -> None:
    blot = blot_of({60: np.full(LANES, 3000.0), 200: np.full(LANES, 5000.0)})
    for lanes in (1, 2, 3, 4, 6):
        with pytest.raises(LanesNotFound, match=f"expected {lanes} lanes? as in the sheet, got 8 seen"):
            find_geometry(blot, lanes, ["a", "b"])


@pytest.mark.parametrize(
    ("lanes", "bands", "words"),
    [
        ("8", ["a"], "whole number, got '8'"),
        (True, ["a"], "whole number, got True"),
        (7.5, ["a"], "whole number, got 7.5"),
        (float("nan"), ["a"], "whole number, got nan"),
        (float("inf"), ["a"], "whole number, got inf"),
        (None, ["a"], "whole number, got None"),
        (8, "actin", "a list of bands, got one word, 'actin'"),
        (8, ["a; b"], "without '; '"),
        (8, ["a", ""], "a name each"),
        (8, [3], "a name each"),
    ],
)
def test_what_names_no_lanes_or_bands_is_refused_by_name(lanes: int, bands: list[str], words: str) -> None:
    with pytest.raises(BlotError, match=words):
        find_geometry(blot_of({60: np.full(LANES, 3000.0)}), lanes, bands)


def test_whole_numbers_of_any_kind_name_lanes() -> None:
    blot = blot_of({60: np.full(LANES, 3000.0)})
    for lanes in (8.0, np.int64(8), np.float32(8)):
        assert len(find_geometry(blot, lanes, ["a"]).lanes) == 8  # type: ignore[arg-type]


def test_lanes_shifted_by_one_are_said() -> None:
    answer = np.zeros((1, 620))
    for middle in MIDDLES:
        answer[0, middle - 23 : middle + 24] = 1
    rows = RowsAcross(np.array([100.0]), answer)

    def said(first: int) -> str:
        x = MIDDLES[0] + 70.0 * np.arange(first, first + 7)
        return says_shifted(rows, (300, 620), Comb(x, 70.0, 0.0, np.ones(7), 1.0))

    assert said(1) == "lanes_unsure: to the left of lane 1 the picture shows as much as in lane 7"
    assert said(0).startswith("lanes_unsure: to the right of lane 7")
    whole = Comb(MIDDLES.astype(float), 70.0, 0.0, np.ones(LANES), 1.0)
    assert says_shifted(rows, (300, 620), whole) == ""
