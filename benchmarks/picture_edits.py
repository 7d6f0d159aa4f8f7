"""Pictures as cameras leave them, and what programs and people do to them: for `benchmarks/image_fitness.py`."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, rotate

from blots.simulate import SCENES, example_design, simulate_blot
from blots.simulated_shapes import SHAPE_FAMILIES

Picture = NDArray[Any]
Array = NDArray[np.float64]
Edit = Callable[[Picture, Picture], Picture]

_SIZES = [(620, 1000), (520, 696), (460, 640), (780, 1100), (420, 520)]
_CAMERAS = ["plain"] * 5 + ["binned", "median", "despeckled", "float", "shifted", "noise_free", "no_read_noise"]


def untouched(seed: int) -> tuple[Picture, str]:
    """Return a picture that nobody edited and the kind of its camera.

    Scene, size, lanes, band family, exposure, noise, full scale (12, 14, 16 bits), dust, veil, vignette and polarity
    are drawn; some cameras bin, filter, shift their bits, divide to floats, or (in theory) have no noise.
    """
    rng = np.random.default_rng(seed)
    scene = SCENES[list(SCENES)[rng.integers(len(SCENES))]]
    camera = _CAMERAS[rng.integers(len(_CAMERAS))]
    rows, columns = _SIZES[rng.integers(len(_SIZES))]
    full = int(rng.choice([4095, 16383, 65535, 65535]))
    binned, lanes = (2 if camera == "binned" else 1), int(rng.integers(6, 13))
    high, wide, exposure = rows / 620, columns / 1000, full / 65535 * rng.uniform(0.25, 2.0)
    usual = example_design(rng)
    design = replace(
        usual,
        abundance=np.asarray(usual.abundance)[:lanes],
        loads=usual.lane_loads()[:lanes],
        gain=exposure * wide * high * binned**2 * (12 / lanes) ** 0.5,
        rows_px=tuple(binned * high * row for row in usual.rows_px),
        sigmas_px=tuple(binned * max(2.5, high * sigma) for sigma in usual.sigmas_px),
    )
    pitch, dim = binned * columns * 0.86 / lanes, max(full / 65535, 0.1)
    seen = replace(
        scene,
        shape=(binned * rows, binned * columns),
        first_lane_px=binned * columns * 0.09 + 0.2 * pitch,
        pitch_px=pitch,
        lane_width_px=0.64 * pitch,
        offset=scene.offset * max(exposure, 0.05) * rng.uniform(0.2, 3),
        plane=(exposure * scene.plane[0], exposure * scene.plane[1]),
        field=exposure * scene.field,
        haze=exposure * scene.haze,
        dust=int(rng.choice([0, 0, 5, 25])),
        veil=float(rng.choice([0, 0.03])),
        vignette=float(rng.choice([0, 0.1, 0.2])),
        dark_bands=bool(rng.random() < 0.3),
        gain=0.0 if camera == "noise_free" else float(rng.choice([0.3, 1, 2, 5])) * dim,
        read_noise=0.0 if camera == "no_read_noise" else float(rng.uniform(2, 20)) * dim,
        full_scale=full,
        blur_px=binned * float(rng.uniform(0.8, 1.5)),
    )
    family = SHAPE_FAMILIES[list(SHAPE_FAMILIES)[rng.integers(len(SHAPE_FAMILIES))]]
    return _stored(simulate_blot(design, seen, family, rng=rng).image, camera, full), camera


def _stored(image: NDArray[np.uint16], camera: str, full: int) -> Picture:
    if camera == "binned":
        rows, columns = (n // 2 for n in image.shape)
        total = image.reshape(rows, 2, columns, 2).astype(np.int64).sum(axis=(1, 3))
        return np.asarray(np.minimum(total, 65535) if full < 65535 else total // 4, dtype=np.uint16)
    if camera == "median":
        return np.asarray(median_filter(image, 3))
    if camera == "despeckled":
        middle = median_filter(image, 3).astype(float)
        off = np.abs(image - middle)
        return np.where(off > 4.5 * np.median(off) + 3, middle, image).astype(np.uint16)
    if camera == "float":
        return image.astype(np.float32) / np.float32(full)
    if camera == "shifted" and full <= 16383:
        return (image.astype(np.int64) * (65536 // (full + 1))).astype(np.uint16)
    return image


def sixteen(image: Picture) -> Array:
    """Return the numbers of a picture on the scale of 16 bits."""
    numbers = np.asarray(image, dtype=np.float64)
    return numbers * 65535 if image.dtype.kind == "f" else numbers


def _word(numbers: Array) -> Picture:
    return np.clip(np.rint(numbers), 0, 65535).astype(np.uint16)


def _byte(numbers: Array) -> Picture:
    return np.clip(np.rint(numbers), 0, 255).astype(np.uint8)


def _unit(image: Picture, cut: float = 0.0) -> Array:
    """Return the picture from 0 to 1 between its extremes, or between percentiles."""
    numbers = sixteen(image)
    low, high = np.percentile(numbers, [cut, 100 - cut])
    return np.asarray((numbers - low) / (high - low))


def _bytes(image: Picture) -> Picture:
    return _byte(255 * _unit(image))


def _jpeg(image: Picture, quality: int) -> Picture:
    from PIL import Image

    stored = io.BytesIO()
    Image.fromarray(image).save(stored, "JPEG", quality=quality)
    return np.array(Image.open(stored))


def _resized(image: Picture, factor: float, way: int = 3) -> Picture:
    from PIL import Image

    picture = Image.fromarray(sixteen(image).astype(np.float32))
    size = (round(picture.width * factor), round(picture.height * factor))
    return _word(np.array(picture.resize(size, Image.Resampling(way))))


def _turned(image: Picture, order: Literal[1, 3]) -> Picture:
    return _word(np.asarray(rotate(sixteen(image), 3.0, reshape=False, order=order, mode="nearest")))


def _lettered(image: Picture) -> Picture:
    from PIL import Image, ImageDraw, ImageFont

    cover = Image.new("L", image.shape[::-1], 0)
    pen, font = ImageDraw.Draw(cover), ImageFont.load_default(18)
    pen.text((image.shape[1] * 0.02, image.shape[0] * 0.3), "cIAP1", fill=255, font=font)
    pen.text((image.shape[1] * 0.4, 5), "0 1 3 6 h", fill=255, font=font)
    share = np.asarray(cover) / 255.0
    return np.asarray(np.rint(image * (1 - share) + np.iinfo(image.dtype.str).max * share), dtype=image.dtype)


def _with_arrow(image: Picture) -> Picture:
    image, top = image.copy(), np.iinfo(image.dtype.str).max
    y, x = image.shape[0] // 2, image.shape[1] // 2
    image[y, x : x + 40] = top
    for k in range(8):
        image[y - k, x + k] = image[y + k, x + k] = top
    return image


def _framed(image: Picture) -> Picture:
    image, top = image.copy(), np.iinfo(image.dtype.str).max
    y, x = image.shape[0] // 3, image.shape[1] // 3
    inside = image[y + 2 : y + 50, x + 2 : x + 198].copy()
    image[y : y + 52, x : x + 200] = top
    image[y + 2 : y + 50, x + 2 : x + 198] = inside
    return image


def _spliced(image: Picture, other: Picture, factor: float = 1.0) -> Picture:
    whole, source = sixteen(image).copy(), sixteen(other)
    height, width = min(whole.shape[0], source.shape[0]), whole.shape[1] // 14
    x, x_other = whole.shape[1] // 3, min(source.shape[1] // 2, source.shape[1] - width)
    whole[:height, x : x + width] = source[:height, x_other : x_other + width] * factor
    return _word(whole)


def _lane_copied(image: Picture, factor: float = 1.0, down: int = 0) -> Picture:
    whole = sixteen(image).copy()
    width, x, x_new = whole.shape[1] // 14, whole.shape[1] // 5, whole.shape[1] * 2 // 3
    whole[:, x_new : x_new + width] = np.roll(whole[:, x : x + width], down, 0) * factor
    return _word(whole)


def _band_copied(image: Picture) -> Picture:
    whole = sixteen(image).copy()
    height, width = whole.shape[0] // 16, whole.shape[1] // 14
    y, x, x_new = int(whole.shape[0] * 0.757) - height // 2, whole.shape[1] // 5, whole.shape[1] * 2 // 3
    whole[y - 100 : y - 100 + height, x_new : x_new + width] = whole[y : y + height, x : x + width]
    return _word(whole)


def _painted(image: Picture) -> Picture:
    whole = sixteen(image).copy()
    (top, bottom), (left, right) = (
        (int(a * n), int(b * n)) for n, a, b in zip(whole.shape, (0.3, 0.6), (0.42, 0.95), strict=True)
    )
    whole[top:bottom, left:right] = np.rint(np.median(whole))
    return _word(whole)


def _gamma(gamma: float, way: str) -> Edit:
    def edit(image: Picture, _: Picture) -> Picture:
        if way == "16 bits":
            return _word(65535 * (sixteen(image) / 65535) ** gamma)
        if way == "16 bits, of maximum":
            return _word(sixteen(image).max() * (sixteen(image) / sixteen(image).max()) ** gamma)
        if way == "8 bits of 16":
            return _byte(255 * _unit(image) ** gamma)
        return _byte(255 * (_bytes(image) / 255.0) ** gamma)

    return edit


EDITS: dict[str, Edit] = {
    "inverted": lambda image, _: _word(65535 - sixteen(image)),
    "turned by 90 degrees": lambda image, _: np.rot90(image),
    "cropped": lambda image, _: image[37:-51, 43:-29],
    "8 bits, /257": lambda image, _: _byte(sixteen(image) / 257),
    "8 bits, full range": lambda image, _: _bytes(image),
    "8 bits, percentiles cut": lambda image, _: _byte(255 * _unit(image, 0.5)),
    "8 bits in 16, x 257": lambda image, _: _word(257.0 * _bytes(image)),
    "8 bits stretched": lambda image, _: _byte((_bytes(image).astype(float) - 5) * 1.3),
    "8 bits squeezed": lambda image, _: _byte(_bytes(image).astype(float) * 0.8),
    "JPEG 80": lambda image, _: _jpeg(_bytes(image), 80),
    "JPEG 95": lambda image, _: _jpeg(_bytes(image), 95),
    "JPEG 80, enlarged 2 x": lambda image, _: _byte(_resized(_word(257.0 * _jpeg(_bytes(image), 80)), 2) / 257.0),
    **{
        f"gamma {gamma}, {way}": _gamma(gamma, way)
        for way in ("16 bits", "16 bits, of maximum", "8 bits of 16", "8 bits of 8")
        for gamma in (0.45, 0.7, 1.5, 2.2)
    },
    "turned by 3 degrees, cubic": lambda image, _: _turned(image, 3),
    "turned by 3 degrees, linear": lambda image, _: _turned(image, 1),
    "resized 0.5 x": lambda image, _: _resized(image, 0.5),
    "resized 1.3 x": lambda image, _: _resized(image, 1.3),
    "resized 2 x": lambda image, _: _resized(image, 2),
    "resized 2 x, nearest": lambda image, _: _resized(image, 2, 0),
    "screenshot 1.17 x": lambda image, _: _bytes(_resized(image, 1.17, 2)),
    "screenshot 0.83 x": lambda image, _: _bytes(_resized(image, 0.83, 2)),
    "letters, 16 bits": lambda image, _: _lettered(_word(sixteen(image))),
    "letters, 8 bits": lambda image, _: _lettered(_bytes(image)),
    "arrow": lambda image, _: _with_arrow(_word(sixteen(image))),
    "frame": lambda image, _: _framed(_word(sixteen(image))),
    "lane spliced in": _spliced,
    "lane brightened by 30 %": lambda image, _: _spliced(image, image, 1.3),
    "lane spliced in, 8 bits": lambda image, other: _bytes(_spliced(image, other)),
    "lane copied": lambda image, _: _lane_copied(image),
    "lane copied and shifted": lambda image, _: _lane_copied(image, 1, 7),
    "lane copied and dimmed": lambda image, _: _lane_copied(image, 0.8),
    "lane copied, 8 bits": lambda image, _: _bytes(_lane_copied(image)),
    "band copied": lambda image, _: _band_copied(image),
    "background painted out": lambda image, _: _painted(image),
}
