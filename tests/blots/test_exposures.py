"""Exposures of one membrane, merged: places, scale, what stays clipped, what is told and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import rotate, zoom

from blots import Blot, BlotError, measure_blot, merge_exposures, quantify_blot
from blots.image_files import blot_from_array
from blots.registration import register
from blots.simulate import BANDS, SCENES, SimulatedBlot, example_design
from blots.simulated_exposures import simulate_exposures
from blots.turns import turned

Pair = tuple[SimulatedBlot, ...]


def exposures(
    seed: int = 0, gain: float = 5.0, scene: str = "flat", shift: tuple[float, float] = (3.3, -6.6), **options: object
) -> Pair:
    rng = np.random.default_rng(seed)
    arguments = {"factors": (1.0, 0.1), "shifts": ((0, 0), shift), "offsets": (900, 700)} | options
    return simulate_exposures(example_design(rng, gain=gain), SCENES[scene], rng=rng, **arguments)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def pair() -> Pair:
    return exposures()


def blot(picture: SimulatedBlot | NDArray[np.generic], name: str) -> Blot:
    return blot_from_array(picture.image if isinstance(picture, SimulatedBlot) else picture, name)


def said(merged: Blot, code: str) -> str:
    return next((c for c in merged.cautions if c.startswith(f"{code}:")), "")


def test_clipped_pixels_come_from_the_shorter_and_the_others_stay(pair: Pair) -> None:
    long, short = blot(pair[0], "long.tif"), blot(pair[1], "short.tif")
    merged = merge_exposures([short, long], [6, 60])  # in any order
    assert merged.name == "long.tif + short.tif"
    assert long.saturated.sum() > 5000
    assert not merged.saturated.any()
    assert merged.repair is not None
    assert merged.repair.pixels[long.saturated].all()
    assert np.array_equal(merged.signal[~merged.repair.pixels], long.signal[~merged.repair.pixels])
    assert merged.signal.max() > 1.5 * 65535
    assert "+3.30 rows and -6.60 columns" in said(merged, "exposures_merged")
    assert not said(merged, "exposure_ratio")
    assert not said(merged, "exposures_disagree")


def test_merged_bands_are_right_where_the_longer_exposure_alone_is_not(pair: Pair) -> None:
    long, short = blot(pair[0], "long.tif"), blot(pair[1], "short.tif")
    truth = pair[0].truth.set_index(["lane", "target"]).volume.unstack()[list(BANDS)]
    table = quantify_blot(merge_exposures([long, short], [60, 6]), 12, BANDS)
    found = table.pivot_table(index="lane", columns="target", values="volume")[list(BANDS)]
    alone = quantify_blot(long, 12, BANDS)
    actin = found["actin"] / truth["actin"]
    assert actin.between(0.98, 1.02).all()
    assert np.isfinite(table["high"]).all()
    assert not np.isfinite(alone.loc[alone.target == "actin", "high"]).all()
    weak = table.target == "cIAP1"
    assert (table.high - table.low)[weak].median() < 1.3 * (alone.high - alone.low)[weak].median()


@pytest.mark.parametrize("shift", [(0.0, 0.0), (39.5, -38.25), (-40.0, 12.7)])
def test_pictures_of_other_sizes_are_laid_on_one_another(shift: tuple[float, float]) -> None:
    long, short = exposures(seed=3, scene="full", shift=shift)
    a, b = blot(long, "long"), blot(short.image[8:-30, 14:-3], "short")
    place = register(a.signal, ~a.saturated, b.signal, ~b.saturated)
    assert place is not None
    assert abs(place.down - shift[0] + 8) < 0.1
    assert abs(place.right - shift[1] + 14) < 0.1


def test_dark_bands_and_bright_bands_merge_alike(pair: Pair) -> None:
    bright = merge_exposures([blot(pair[0], "a"), blot(pair[1], "b")], [60, 6])
    mixed = merge_exposures([blot(65535 - pair[0].image, "a"), blot(pair[1], "b")], [60, 6])
    assert mixed.stored_dark_bands
    assert np.allclose(mixed.signal, bright.signal)


def test_three_exposures_repair_one_another_in_turn() -> None:
    three = exposures(gain=12, factors=(1.0, 0.3, 0.05), shifts=((0, 0), (1.5, 0), (2, 2)), offsets=(900, 800, 700))
    long, middle, short = (blot(p, n) for p, n in zip(three, ("a", "b", "c"), strict=True))
    half = merge_exposures([long, middle], [60, 18])
    assert half.saturated.any()
    assert half.signal[half.saturated].min() > 65535  # the least that they can hold
    whole = merge_exposures([middle, short, long], [18, 3, 60])
    assert whole.name == "a + b + c"
    assert not whole.saturated.any()
    truth = three[0].truth[three[0].truth.target == "actin"].volume.to_numpy()
    table = quantify_blot(whole, 12, BANDS)
    assert np.abs(table.volume[table.target == "actin"] / truth - 1).max() < 0.02


def test_nothing_clipped_needs_no_other_exposure() -> None:
    long, short = exposures(gain=1)
    merged = merge_exposures([blot(long, "long"), blot(short, "short")], [60, 6])
    assert merged.name == "long"
    assert "no pixel is clipped" in said(merged, "exposures_merged")


def test_a_picture_refused_for_clipping_becomes_fit_and_other_doubts_stay() -> None:
    long, short = exposures(gain=20, factors=(1.0, 0.05))
    a, b = blot(long, "long"), blot(short, "short")
    assert a.fitness == "do not quantify"
    assert merge_exposures([a, b], [60, 3]).fitness == "quantitative"
    doubtful = replace(b, fitness="semi-quantitative", cautions=("lossy: JPEG compression changed the numbers",))
    merged = merge_exposures([a, doubtful], [60, 3])
    assert merged.fitness == "semi-quantitative"
    assert said(merged, "lossy")


def test_light_that_decayed_is_a_note_and_a_curve_is_a_warning(pair: Pair) -> None:
    long, short = blot(pair[0], "long"), blot(pair[1], "short")
    assert "the times say 5" in said(merge_exposures([long, short], [60, 12]), "exposure_ratio")
    bent = replace(short, signal=65535 * (short.signal / 65535) ** 0.8)
    merged = merge_exposures([long, bent], [60, 6])
    assert said(merged, "exposures_disagree")
    assert merged.repair is not None
    assert merged.repair.scale_error > 0.03


def test_turned_blots_keep_what_was_repaired(pair: Pair) -> None:
    lying = [turned(blot(p, n), 1) for p, n in zip(pair, ("a", "b"), strict=True)]
    merged = merge_exposures(lying, [60, 6])
    back = turned(merged, 3)
    assert back.repair is not None
    assert back.repair.pixels[blot(pair[0], "a").saturated].all()


def smaller(image: NDArray[np.uint16]) -> NDArray[np.uint16]:
    return np.asarray(np.clip(zoom(image.astype(float), 0.97, order=3), 0, 65535), dtype=np.uint16)


def leaning(image: NDArray[np.uint16]) -> NDArray[np.uint16]:
    return np.asarray(
        np.clip(rotate(image.astype(float), 0.4, reshape=False, mode="nearest"), 0, 65535), dtype=np.uint16
    )


@pytest.mark.parametrize("change", [smaller, leaning])
def test_a_picture_turned_or_resized_a_little_is_refused(pair: Pair, change: object) -> None:
    other = blot(change(pair[1].image), "short")  # type: ignore[operator]
    with pytest.raises(BlotError, match=r"long \+ short: expected exposures of .*(turned or scaled|correlation)"):
        merge_exposures([blot(pair[0], "long"), other], [60, 6])


def test_another_membrane_is_refused(pair: Pair) -> None:
    rng = np.random.default_rng(9)
    other = simulate_exposures(
        replace(example_design(rng, gain=0.5), rows_px=(60.0, 230.0, 330.0, 350.0, 560.0)), SCENES["tilt"], rng=rng
    )
    with pytest.raises(BlotError, match="expected exposures of"):
        merge_exposures([blot(pair[0], "long"), blot(other[0], "short")], [60, 6])


def test_an_exposure_too_short_to_tell_its_scale_is_refused(pair: Pair) -> None:
    rng = np.random.default_rng(0)
    dark = blot(rng.normal(700, 12, pair[0].image.shape).round(), "short")
    with pytest.raises(BlotError, match="expected exposures of one membrane"):
        merge_exposures([blot(pair[0], "long"), dark], [60, 0.1])


@pytest.mark.parametrize("times", [[60, 60], [60, 0], [60, None], [60, float("nan")], [60]])
def test_times_that_make_no_order_are_refused(pair: Pair, times: list[float]) -> None:
    both = [blot(pair[0], "long"), blot(pair[1], "short")]
    with pytest.raises(BlotError, match=r"expected (exposures of different times|two exposures or more)"):
        merge_exposures(both, times)


def test_pictures_that_stand_different_ways_are_refused(pair: Pair) -> None:
    with pytest.raises(BlotError, match="Turn all pictures alike"):
        merge_exposures([blot(pair[0], "long"), turned(blot(pair[1], "short"), 1)], [60, 6])


def test_repaired_pixels_carry_the_noise_of_the_shorter_exposure() -> None:
    still = ((0, 0), (0, 0), (0, 0))
    long, *shorts = exposures(factors=(1.0, 0.1, 0.1), shifts=still, offsets=(900, 700, 700))
    one, other = (merge_exposures([blot(long, "long"), blot(s, "short")], [60, 6]) for s in shorts)
    assert one.repair is not None
    assert other.repair is not None
    taken = one.repair.pixels & other.repair.pixels
    apart = (one.signal - other.signal)[taken]
    stated = (one.repair.variance + other.repair.variance)[taken]
    assert np.var(apart) / np.mean(stated) == pytest.approx(0.9, abs=0.15)


def test_lanes_of_another_picture_serve_only_where_they_fit(pair: Pair) -> None:
    short = blot(pair[1], "short.tif")
    measured = measure_blot(short, 12, BANDS)
    lent = measure_blot(short, 12, BANDS, beside=measured)
    assert np.allclose(lent.table["volume"], measured.table["volume"], rtol=0.02, atol=2e4)
    assert lent.table["caution"].str.contains("lanes_from_sibling").all()
    with pytest.raises(BlotError, match=r"expected 11 lanes on short.tif, got 12"):
        measure_blot(short, 11, BANDS, beside=measured)
    with pytest.raises(BlotError, match=r"expected 620 x 1000 pixels as short.tif has, got 600 x 1000"):
        measure_blot(blot(pair[1].image[20:], "cut.tif"), 12, BANDS, beside=measured)
