"""Polarity from the picture: both signs of pictures that hold more than bands on a plain ground."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from blots.polarity import find_polarity
from blots.simulate import SCENES, BlotDesign, Scene, example_design, simulate_blot
from blots.simulated_shapes import SHAPE_FAMILIES

Array = NDArray[np.float64]
SURE = 0.3


@cache
def plain(scene: str = "gradient", shape: str = "emg", seed: int = 0) -> Array:
    rng = np.random.default_rng(seed)
    return simulate_blot(example_design(rng), SCENES[scene], SHAPE_FAMILIES[shape], rng=rng).image.astype(float)


def on_a_light_membrane(picture: Array) -> Array:
    """The membrane fills half the picture and is lighter than what surrounds it."""
    rows, columns = picture.shape
    whole = np.full((int(1.3 * rows), int(1.6 * columns)), 300.0)
    whole[50 : 50 + rows, 200 : 200 + columns] = picture + 8000
    return np.asarray(gaussian_filter(whole, 1.0) + np.random.default_rng(0).normal(0, 20, whole.shape))


def in_a_dark_tray(picture: Array) -> Array:
    return 9000 - on_a_light_membrane(9000 - picture)


def framed(picture: Array) -> Array:
    whole = picture.copy()
    for side in (whole[:12], whole[-20:], whole[:, :9], whole[:, -15:]):
        side[:] = whole.max()
    return whole


def labelled(picture: Array) -> Array:
    """Strokes of letters, at the level of white paper."""
    whole = picture.copy()
    for n in range(12):
        whole[30 : 30 + 22, 40 + 16 * n : 44 + 16 * n] = 65535
        whole[40:44, 40 + 16 * n : 52 + 16 * n] = 65535
    return whole


@cache
def hazy() -> Array:
    rng = np.random.default_rng(1)
    scene = Scene(haze=5000, plane=(4000, 2000), field=400)
    return simulate_blot(example_design(rng), scene, rng=rng).image.astype(float)


@cache
def one_band() -> Array:
    rng = np.random.default_rng(1)
    abundance = np.zeros((12, 5))
    abundance[4, 1] = 1
    return simulate_blot(BlotDesign(abundance), SCENES["gradient"], rng=rng).image.astype(float)


def dots(_: Array) -> Array:
    y, x = np.mgrid[:400, :600].astype(float)
    spots = sum(3000 * (n + 1) * (np.hypot(y - 200, x - 90 - 105 * n) < 36) for n in range(5))
    return np.asarray(gaussian_filter(900 + spots, 1.5) + np.random.default_rng(2).normal(0, 20, y.shape))


def strip(picture: Array) -> Array:
    return picture[440:505]


VIEWS: dict[str, Callable[[Array], Array]] = {
    "membrane": on_a_light_membrane,
    "tray": in_a_dark_tray,
    "frame": framed,
    "label": labelled,
    "haze": lambda _: hazy(),
    "one band": lambda _: one_band(),
    "dots": dots,
    "strip": strip,
    "turned": lambda picture: np.rot90(picture),
    "gamma": lambda picture: (picture / picture.max()) ** 0.45,
    "8 bits": lambda picture: np.rint(255 * np.clip(picture / np.percentile(picture, 99.7), 0, 1)),
    "ground cut off": lambda picture: np.maximum(picture, np.percentile(picture, 70)),
}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("sign", [1, -1])
def test_bands_are_told_from_what_is_no_band(view: str, sign: int) -> None:
    found = find_polarity(sign * np.ascontiguousarray(VIEWS[view](plain())))
    assert found.dark_bands is (sign < 0)
    assert found.confidence > SURE


@pytest.mark.parametrize(("scene", "shape"), list(zip(SCENES, [*SHAPE_FAMILIES, *SHAPE_FAMILIES], strict=False)))
def test_every_scene_and_shape_is_certain_both_ways(scene: str, shape: str) -> None:
    picture = plain(scene, shape, 3)[:, :700]
    for sign in (1, -1):
        found = find_polarity(sign * picture)
        assert found.dark_bands is (sign < 0)
        assert found.confidence > 0.8


@pytest.mark.parametrize("seed", range(8))
def test_a_picture_without_bands_claims_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:300, :500] / 300
    ground = 2000 + 900 * x + 300 * y**2 + rng.normal(0, 40, y.shape)
    assert find_polarity(ground).confidence < SURE


def test_a_picture_that_is_all_clipped_claims_nothing() -> None:
    picture = np.minimum(plain() + 60_000, 60_000 + np.percentile(plain(), 1))
    assert find_polarity(picture).confidence == 0
    assert find_polarity(-picture).confidence == 0


@pytest.mark.parametrize("shape", [(32, 32), (32, 3000), (3000, 33), (33, 47)])
def test_small_and_narrow_pictures_are_looked_at(shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).normal(100, 1, shape)
    middle, reach = (n // 2 for n in shape), [max(2, min(n // 6, 20)) for n in shape]
    place = tuple(slice(m - r, m + r) for m, r in zip(middle, reach, strict=True))
    picture[place] += 500
    assert not find_polarity(picture).dark_bands
    assert find_polarity(-picture).dark_bands
