"""Traces of what befell a picture, on noise whose history is known."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter, median_filter, rotate, zoom

from blots.burnt_in import find_labels, find_paint, has_coloured_marks
from blots.copies import find_exact_copy, find_noise_copy
from blots.grey_levels import grey_levels
from blots.histogram_comb import find_comb, repeated_numbers
from blots.noise_law import find_noise_law
from blots.picture_traces import find_traces
from blots.resampling import find_pixel_grid
from blots.roughness_spectrum import roughness_spectrum
from blots.splices import find_seam

Array = NDArray[np.float64]


def camera(seed: int = 0, shape: tuple[int, int] = (400, 500)) -> Array:
    """Photons over blobs of light: the noise of a camera, and nothing of a blot."""
    rng = np.random.default_rng(seed)
    field = gaussian_filter(rng.normal(size=shape), 9)
    light = 800 + 9000 * np.clip(field / field.std(), 0, None) ** 2
    return np.asarray(np.rint(2.0 * rng.poisson(light / 2.0) + rng.normal(0, 8, shape)), dtype=np.float64)


def grid(picture: Array) -> str:
    return find_pixel_grid(roughness_spectrum(picture)).kind


def comb(picture: Array) -> str:
    levels = grey_levels(picture)
    assert levels is not None
    return find_comb(levels, repeated_numbers(picture, levels.step)).kind


def test_the_common_step_of_numbers_is_found() -> None:
    for step in (1.0, 16.0, 257.0, 1 / 255):
        levels = grey_levels(np.rint(camera() / 100) * step)
        assert levels is not None
        assert levels.step == pytest.approx(step, rel=1e-6)
        assert levels.counts.sum() == camera().size
    assert grey_levels(np.sqrt(camera() + 0.1)) is None


def test_a_curve_is_told_from_an_even_stretch() -> None:
    assert comb(camera()) == comb(median_filter(camera(), 3)) == "none"
    assert comb(np.rint(1.37 * camera())) == comb(np.rint(0.71 * camera())) == "even"
    for gamma in (0.45, 0.7, 1.5):
        assert comb(np.rint(65535 * (camera() / 65535) ** gamma)) in ("curved", "doubted")


def test_teeth_of_few_levels_are_told_apart() -> None:
    eight = np.rint(camera() / camera().max() * 255)
    assert comb(eight) == "none"
    assert comb(np.rint(eight * 1.3)) == comb(np.rint(eight * 0.8)) == "even"
    assert comb(np.rint(255 * (eight / 255) ** 0.6)) == "curved"
    assert comb(np.rint(65535 * (eight / 255) ** 0.6)) == "curved"


@pytest.mark.parametrize("gamma", [0.45, 0.7, 1.5, 2.2])
def test_the_law_of_the_noise_gives_the_gamma_back(gamma: float) -> None:
    law = find_noise_law(60000 * (camera() / camera().max()) ** gamma)
    assert law.gamma == pytest.approx(gamma, rel=0.15)
    assert law.evidence > 25


def test_linear_noise_keeps_its_law_and_filtered_noise_tells_nothing() -> None:
    for picture in (camera(), 3.7 * camera(), camera() + 4000, np.random.default_rng(2).normal(900, 5, (300, 300))):
        assert find_noise_law(picture).evidence < 40
    assert find_noise_law(median_filter(camera(), 3) ** 0.5).evidence == 0


def test_jpeg_blocks_and_interpolation_are_told_from_a_camera() -> None:
    stored = io.BytesIO()
    eight = (camera() / camera().max() * 255).astype(np.uint8)
    Image.fromarray(eight).save(stored, "JPEG", quality=80)
    jpeg = np.array(Image.open(stored)).astype(float)
    assert grid(jpeg) == grid(jpeg[3:, 5:]) == "jpeg"
    assert grid(rotate(camera(), 3, reshape=False, order=1)) == "resampled"
    assert grid(zoom(camera(), 1.3, order=3)) == grid(np.repeat(np.repeat(camera(), 2, 0), 2, 1)) == "resampled"
    binned = camera().reshape(200, 2, 250, 2).sum(axis=(1, 3))
    for picture in (camera(), eight.astype(float), binned, median_filter(camera(), 3), gaussian_filter(camera(), 1)):
        assert grid(picture) == "none"


def test_a_picture_too_small_for_a_rhythm_shows_none() -> None:
    assert roughness_spectrum(camera()[:60]) is None
    assert grid(camera()[:60]) == "none"


@pytest.mark.parametrize("level", [0.0, 65535.0])
def test_letters_are_found_and_clipped_blobs_and_specks_are_not(level: float) -> None:
    picture = camera()
    assert find_labels(np.minimum(picture, 5000)) is None
    picture[np.random.default_rng(3).integers(0, 400, 60), np.random.default_rng(4).integers(0, 500, 60)] = 65535
    assert find_labels(picture) is None
    picture = camera() + 20000
    picture[100:118, 60:63] = picture[100:103, 60:72] = picture[108:111, 60:70] = level
    assert str(find_labels(picture)) == "x 60 to 72, y 100 to 118"


def test_paint_is_found_where_pixels_scatter_and_clipping_is_none() -> None:
    picture = camera()
    picture[96:176, 208:320] = 850
    place = find_paint(picture, picture > 65535)
    assert place is not None
    assert np.allclose([place.left, place.top, place.right, place.bottom], [208, 96, 320, 176], atol=16)
    clipped = np.minimum(camera(), 2000)
    assert find_paint(clipped, clipped == 2000) is None
    assert find_paint(np.rint(picture / 500), picture > 65535) is None


def test_a_few_coloured_pixels_are_marks_and_a_colour_picture_has_none() -> None:
    grey = np.repeat(np.rint(camera() / camera().max() * 255)[..., None], 3, axis=2)
    marked = grey.copy()
    marked[10:14, 20:80] = (250, 20, 20)
    assert [has_coloured_marks(picture) for picture in (grey, marked, grey * (1.0, 0.8, 0.5))] == [False, True, False]


def test_a_seam_is_placed_to_the_pixel_either_way() -> None:
    assert find_seam(camera()) is None
    picture = camera()
    picture[:, 333:] *= 1.2
    found = [find_seam(np.rint(turned)) for turned in (picture, picture.T)]
    assert [(seam.vertical, seam.at) for seam in found if seam] == [(True, 332), (False, 332)]


def test_a_dead_column_a_soft_edge_and_two_read_outs_are_no_seams() -> None:
    dead, soft, halves = camera(), camera(), camera()
    dead[:, 222] += 500
    soft += 900 / (1 + np.exp(-(np.arange(500) - 310) / 1.5))
    halves[:, 250:] += 60
    assert [find_seam(picture) for picture in (dead, np.rint(soft), halves)] == [None, None, None]


def test_copies_are_found_where_they_lie() -> None:
    assert find_exact_copy(camera()) is None
    assert find_noise_copy(camera()) is None
    picture = camera()
    picture[300:340, 400:450] = picture[100:140, 60:110]
    copy = find_exact_copy(picture)
    assert copy is not None
    assert {abs(copy.right), abs(copy.down)} == {340, 200}
    dimmed = camera()
    dimmed[:, 400:460] = np.rint(0.7 * dimmed[:, 100:160])
    assert find_exact_copy(dimmed) is None
    found = find_noise_copy(dimmed)
    assert found is not None
    assert found.right in (200, 300)  # a shift across the picture's edge counts as its short way round


def test_a_jpeg_is_not_searched_for_seams_and_twins() -> None:
    picture = camera()
    picture[:, 333:] *= 1.2
    assert find_traces(picture, picture > 65535).seam is not None
    assert find_traces(picture, picture > 65535, lossy=True).seam is None
