"""The verdict on a picture: what is done to it is told, and nothing is told of pictures that nobody edited."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from blots.blot import Blot
from blots.fitness import Encoding, judge
from blots.image_files import blot_from_array
from blots.simulate import SCENES, Scene, example_design, simulate_blot

Array = NDArray[np.float64]


@cache
def picture(scene: str = "haze", seed: int = 31) -> NDArray[np.uint16]:
    rng = np.random.default_rng(seed)
    return simulate_blot(example_design(rng), SCENES[scene], rng=rng).image


def judged(image: NDArray[Any], bits: int = 16) -> Blot:
    return blot_from_array(image, "a.tif", Encoding(bits=bits), 2.0**bits - 1)


def codes(blot: Blot) -> set[str]:
    return {caution.partition(":")[0] for caution in blot.cautions}


def eight(image: NDArray[Any]) -> Array:
    return np.asarray(np.rint(250.0 * image / image.max()), dtype=np.float64)


@pytest.mark.parametrize("scene", SCENES)
def test_what_a_camera_left_is_quantitative(scene: str) -> None:
    blot = judged(picture(scene))
    assert (blot.fitness, blot.cautions) == ("quantitative", ())


def test_dark_bands_and_a_camera_s_filter_are_quantitative() -> None:
    for image in (65535 - picture().astype(float), median_filter(picture(), 3)):
        blot = judged(image)
        assert (blot.fitness, blot.cautions) == ("quantitative", ())


def test_cameras_of_12_bits_dust_and_dark_bands_are_quantitative() -> None:
    rng = np.random.default_rng(32)
    scene = Scene(full_scale=4095, offset=60, gain=0.2, read_noise=2, dust=20, vignette=0.1, dark_bands=True)
    image = simulate_blot(example_design(rng, gain=0.06), scene, rng=rng).image
    for stored in (image, image.astype(float) * 16):
        assert judged(stored).fitness == "quantitative"
        assert codes(judged(stored)) <= {"image_saturated"}


def test_floating_point_numbers_are_quantitative() -> None:
    for image in (picture() / 65535, picture() / 3.7 + 0.25 * np.sin(picture().astype(float))):
        blot = blot_from_array(image, "a.tif", Encoding(bits=32), None)
        assert (blot.fitness, blot.cautions) == ("quantitative", ())


@pytest.mark.parametrize("gamma", [0.45, 0.7, 1.5, 2.2])
def test_a_gamma_is_refused(gamma: float) -> None:
    curved = np.rint(picture().max() * (picture() / picture().max()) ** gamma)
    of_bytes = np.rint(250 * (eight(picture()) / 250) ** gamma)
    for blot in (judged(curved), judged(65535 - curved), judged(of_bytes, 8)):
        assert blot.fitness == "do not quantify"
        assert "gamma" in codes(blot)


def test_eight_bits_are_semi_quantitative_in_files_of_16_bits_too() -> None:
    assert codes(judged(eight(picture()), 8)) == {"eight_bit"}
    for factor in (256, 257):
        blot = judged(eight(picture()) * factor)
        assert (blot.fitness, codes(blot)) == ("semi-quantitative", {"eight_bit"})
    assert "as of 8 bits" in blot.cautions[0]


def test_an_even_stretch_is_semi_quantitative_and_one_that_cuts_is_told() -> None:
    stretched = np.minimum(np.rint(np.maximum(eight(picture()) - 8, 0) * 1.31), 254)
    assert "contrast_stretched" in codes(judged(stretched, 8))
    low, high = np.percentile(picture(), [2, 99])
    cut = np.clip(np.rint(255 * (picture() - low) / (high - low)), 0, 255)
    blot = judged(cut, 8)
    assert blot.fitness == "semi-quantitative"
    assert "0.022 of the picture lies piled up at its lowest level" in " ".join(blot.cautions)


def test_overexposure_is_refused_and_one_clipped_band_is_not() -> None:
    blot = judged(np.minimum(4.0 * picture(), 20_000.0))
    assert blot.fitness == "do not quantify"
    assert "overexposed" in codes(blot)
    assert judged(np.minimum(picture(), np.quantile(picture(), 0.999))).fitness == "quantitative"


def test_clipped_pixels_are_counted() -> None:
    image = np.minimum(picture("flat"), 50_000)
    for count, words in ((1, "1 pixel is clipped"), (2, "2 pixels are clipped")):
        image[300, 400 : 400 + count] = 65535
        assert any(words in said for said in judged(image).cautions)


def test_few_levels_false_colours_and_cut_ground_are_told() -> None:
    signal = picture().astype(float)
    none = np.zeros(signal.shape, dtype=bool)
    assert judge(np.rint(signal / 2000), none, Encoding(bits=8))[0] == "do not quantify"
    assert judge(signal, none, Encoding(bits=8, false_colour=True))[0] == "do not quantify"
    verdict, reasons = judge(np.maximum(signal - np.median(signal), 0), none, Encoding(bits=16))
    assert verdict == "semi-quantitative"
    assert reasons[0].startswith("background_clipped: 0.5 of the picture")


def test_levels_that_lie_unevenly_by_the_file_s_own_law_are_no_gamma() -> None:
    squared = np.rint(np.sqrt(picture() * 20000.0)) ** 2 / 20000.0
    none = np.zeros(squared.shape, dtype=bool)
    assert judge(squared, none, Encoding(bits=16, square_law=True))[0] == "quantitative"


def test_places_to_look_at_do_not_change_the_verdict() -> None:
    spliced = picture().astype(float)
    spliced[:, 400:470] *= 1.3
    copied = picture().copy()
    copied[:, 700:770] = copied[:, 200:270]
    for image, code in ((spliced, "seam"), (copied, "twin_regions")):
        blot = judged(np.rint(image))
        assert blot.fitness == "quantitative"
        assert any(caution.startswith(f"{code}: look here") for caution in blot.cautions)


def test_drawings_and_paint_leave_it_semi_quantitative() -> None:
    framed, painted = picture().copy(), picture().copy()
    framed[200:260, 300:302] = framed[200:260, 420:422] = framed[200:202, 300:422] = 65535
    painted[20:90, 600:900] = 3000
    for image, code in ((framed, "burnt_in"), (painted, "painted_out")):
        blot = judged(image)
        assert blot.fitness == "semi-quantitative"
        assert code in codes(blot)
    verdict = judge(picture().astype(float), picture() > 65535, Encoding(bits=16, coloured_marks=True))
    assert verdict == ("semi-quantitative", ("burnt_in: a grey picture bears coloured marks",))


@pytest.mark.parametrize("shape", [(32, 32), (32, 900), (700, 40), (100, 97)])
def test_small_pictures_are_judged_without_a_fall(shape: tuple[int, int]) -> None:
    noise = np.rint(np.random.default_rng(1).normal(900, 20, shape))
    noise[10:20, 10:20] += 5000
    assert judge(noise, noise > 65535, Encoding(bits=16)) == ("quantitative", ())
    flat = np.full(shape, 7.0)
    flat[0, 0] = 8
    assert judge(flat, flat > 65535, Encoding(bits=16))[0] == "do not quantify"
