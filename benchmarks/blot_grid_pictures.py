"""Pictures of the blot grid: bands and membrane drawn from known truth, and photographed.

The picture is drawn analytically (no pixel is resampled), and a band's truth is the sum of its own expected light in
the picture, before glare spreads a part of it, before noise and before clipping.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from benchmarks.blot_grid_membrane import Bending, bend, ground, haze, odd_feature, specks, vignette
from benchmarks.blot_grid_scenes import (
    BANDS,
    CLIPPED,
    HARD,
    OTHER,
    SCENES,
    SIMPLE,
    Camera,
    Layout,
    Scene,
    clipped_cells,
    random_camera,
    random_layout,
    random_scene,
    time_course,
    with_clipping,
    with_faint,
)
from benchmarks.blot_grid_shapes import FAMILIES, REACH, Array, Family, Numbers, varied

_GAIN = 2.0  # DN of 16 bits a photo-electron
_READ_DN = 12.0
_ALONG = 2  # points a pixel at which a band's density is evaluated along the lane


@dataclass(frozen=True, eq=False)
class DrawnBlot:
    """A picture, a row a band of its truth (`lane` from 1), and what it was drawn from.

    `truth`: lane, target, hours, volume, x, y (the place where the lane meets the row), clipped (the clipped part of
    the band's height), odd (a lane with something in it that is no band).
    """

    image: NDArray[np.uint16]
    truth: pd.DataFrame
    layout: Layout
    scene: Scene
    camera: Camera
    name: str = ""
    layout_name: str = ""
    family: str = ""
    options: dict[str, object] = field(default_factory=dict)


def draw_named(name: str, family: str, seed: int) -> DrawnBlot:
    """Draw the blot of a scene, a family of shapes and a seed; the same three give the same blot."""
    rng = np.random.default_rng([seed, SCENES.index(name), list(FAMILIES).index(family)])
    layout_name, layout = random_layout(rng)
    camera = random_camera(rng)
    if layout.scale < 1:
        camera = replace(camera, binning=1)
    base = name
    if name in CLIPPED or name in OTHER:
        base = str(rng.choice(SIMPLE + HARD, p=[0.25, 0.15, 0.15, 0.15, 0.15, 0.15]))
    scene = random_scene(base, rng)
    volumes = time_course(layout, rng)
    options: dict[str, object] = {"base": base}
    clip = None
    if name == "faint":
        volumes = with_faint(volumes, rng)
    if name in CLIPPED:
        volumes = with_clipping(name, volumes, rng)
        clip = float(rng.choice([0.1, 0.2, 0.3, 0.4, 0.6])), clipped_cells(name, volumes)
        options["clip"] = clip[0]
    drawn = draw(layout, scene, camera, FAMILIES[family], volumes, rng, odd=name == "odd", clip=clip)
    options |= drawn.options
    return replace(drawn, name=name, layout_name=layout_name, family=family, options=options)


class DrawnBand(NamedTuple):
    """One band before it is seen: lane (from 0), place in BANDS, where its lane meets its row, its light and form."""

    lane: int
    row: int
    x: float
    y: float
    light: float
    box: tuple[slice, slice]
    form: Array  # sums to 1 over the whole plane


def draw(
    layout: Layout,
    scene: Scene,
    camera: Camera,
    family: Family,
    volumes: Array,
    rng: np.random.Generator,
    *,
    odd: bool = False,
    clip: tuple[float, NDArray[np.bool_]] | None = None,
) -> DrawnBlot:
    """Draw bands of the volumes (lanes, bands) on a membrane, and photograph it.

    `odd` puts something into one lane that is no band; `clip` sets the full scale such that this part of the height
    of these bands is lost.
    """
    lit = light_of(layout, scene, family, volumes, rng, odd=odd, clip=clip)
    image, truth, camera = photograph(lit.expected, lit.level, lit.truth, camera, rng)
    return DrawnBlot(image, truth, layout, scene, camera, options=lit.options)


class MembraneLight(NamedTuple):
    """A membrane before it is photographed: its expected light, where the camera clips, the truth, what was drawn."""

    expected: Array
    level: float
    truth: pd.DataFrame
    options: dict[str, object]


def light_of(
    layout: Layout,
    scene: Scene,
    family: Family,
    volumes: Array,
    rng: np.random.Generator,
    *,
    odd: bool = False,
    clip: tuple[float, NDArray[np.bool_]] | None = None,
) -> MembraneLight:
    """Return the light of a membrane; arguments as `draw`."""
    bending = bend(layout, scene, rng)
    options: dict[str, object] = {}
    bands, shade = _bands(family, bending, volumes, rng), vignette(layout, scene, rng)
    light, seen = np.zeros(layout.size), []
    for band in bands:
        part = band.light * band.form * shade[band.box]
        light[band.box] += part
        seen.append((1 - scene.veil) * float(part.sum()))
    load = np.minimum(volumes[:, 4] / np.median(volumes[:, 4]), 1.5)
    under = (ground(layout, scene, rng) + haze(bending, scene, load, rng)) * shade
    strange = -1
    if odd:
        strange, kind, extra = odd_feature(bending, rng)
        under, options["odd_kind"] = np.maximum(under + extra, 0), kind
    veiled = (1 - scene.veil) * light + (scene.veil * gaussian_filter(light, 55 * layout.scale) if scene.veil else 0.0)
    expected = np.maximum(gaussian_filter(veiled + under + specks(layout, scene, rng), 0.6), 0)
    if scene.speckle:
        expected = expected * (1 + 2.8 * scene.speckle * gaussian_filter(rng.standard_normal(layout.size), 0.8))
    level = _full_scale(expected, under, bands, clip)
    truth = _truth(layout, bands, seen, expected, level).assign(odd=lambda t: t.lane == strange + 1)
    return MembraneLight(expected, level, truth, options)


def _bands(family: Family, bending: Bending, volumes: Array, rng: np.random.Generator) -> list[DrawnBand]:
    """Return the bands: rows share a shape (the non-specific band that of cIAP1), which differs a little by lane."""
    layout, k = bending.layout, bending.layout.scale
    level = rng.uniform(0.02, 0.10)  # how far shapes differ from lane to lane
    of_lane = 1 + 0.5 * level * rng.uniform(-1, 1, layout.lanes)
    late = rng.uniform(0, 0.8) * k * rng.standard_normal(layout.lanes)
    drawn, numbers = [], family.row(rng)
    for j, name in enumerate(BANDS):
        numbers = numbers if name == "non-specific" else family.row(rng)
        for lane in range(layout.lanes):
            share = float(volumes[lane, j] / max(volumes[:, j].max(), 1e-9))
            own = varied(numbers, level, rng)
            own["width"] = numbers["width"] * of_lane[lane] * (1 + 0.5 * level * rng.uniform(-1, 1))
            down = float(layout.row_px(name) + late[lane] + 0.3 * k * rng.standard_normal())
            aside = 0.7 * k * float(rng.standard_normal())
            x, y = bending.to_picture(bending.centre(lane, np.asarray(down)) + aside, np.asarray(down))
            box, form = _form(family, own, bending, lane, (aside, down), layout.sigma_px(name), share)
            drawn.append(DrawnBand(lane, j, float(x), float(y), float(volumes[lane, j]), box, form))
    return sorted(drawn, key=lambda band: (band.lane, band.row))


def _form(
    family: Family,
    numbers: Numbers,
    bending: Bending,
    lane: int,
    place: tuple[float, float],
    sigma: float,
    share: float,
) -> tuple[tuple[slice, slice], Array]:
    """Return the box of a band and its form in it; `place` is its upright offset across and its row."""
    aside, down = place
    x, y = bending.to_picture(bending.centre(lane, np.asarray(down)) + aside, np.asarray(down))
    half = float(bending.halves[lane])
    wide, high = 1.7 * half + abs(np.sin(bending.tilt)) * REACH * sigma, REACH * sigma + 0.1 * half
    rows = np.arange(int(y - high), int(y + high) + 1)
    columns = np.arange(int(x - wide), int(x + wide) + 1)
    fine = (rows[:, None] + (np.arange(_ALONG) + 0.5) / _ALONG - 0.5).ravel()
    upright_x, upright_y = bending.to_membrane(columns[None, :].astype(np.float64), fine[:, None])
    u = (upright_x - bending.centre(lane, upright_y) - aside) / half
    form = family.density(numbers, u, (upright_y - down) / sigma, share)
    form = form.reshape(len(rows), _ALONG, len(columns)).sum(axis=1)
    inside = [(at >= 0) & (at < size) for at, size in zip((rows, columns), bending.layout.size, strict=True)]
    kept = rows[inside[0]], columns[inside[1]]
    box = slice(int(kept[0][0]), int(kept[0][-1]) + 1), slice(int(kept[1][0]), int(kept[1][-1]) + 1)
    return box, np.asarray((form / form.sum())[np.ix_(*inside)])


def _full_scale(
    expected: Array, under: Array, bands: list[DrawnBand], clip: tuple[float, NDArray[np.bool_]] | None
) -> float:
    """Return the light at which the camera clips: the asked part of the asked bands' height, or well above all."""
    if clip is None:
        return max(65535.0, 1.15 * float(expected.max()))
    levels = []
    for band in bands:
        if clip[1][band.lane, band.row]:
            top = np.unravel_index(np.argmax(band.form), band.form.shape)
            base, peak = under[band.box][top], expected[band.box][top]
            levels.append(base + (1 - clip[0]) * (peak - base))
    return float(np.median(levels))


def _truth(layout: Layout, bands: list[DrawnBand], seen: list[float], expected: Array, level: float) -> pd.DataFrame:
    """Return a row a band, in the light of 16 bits and the pixels of the unbinned picture."""
    rows = []
    for band, volume in zip(bands, seen, strict=True):
        top = np.unravel_index(np.argmax(band.form), band.form.shape)
        height = max(band.light * float(band.form[top]), 1e-9)
        over = float(expected[band.box][top]) - level
        row: dict[str, object] = {"lane": band.lane + 1, "target": BANDS[band.row], "hours": layout.hours[band.lane]}
        row |= {"volume": volume, "x": band.x, "y": band.y, "clipped": float(np.clip(over / height, 0, 1))}
        rows.append(row)
    return pd.DataFrame(rows)


def photograph(
    expected: Array, level: float, truth: pd.DataFrame, camera: Camera, rng: np.random.Generator
) -> tuple[NDArray[np.uint16], pd.DataFrame, Camera]:
    """Return the picture of expected light, with shot and read noise, clipped and stored as the camera does.

    A 16-bit camera that clips has its full scale at the type's maximum or, for one in two, below it. The truth comes
    back in the stored numbers' scale and the stored picture's pixels.
    """
    clips, top = level < expected.max(), 2**camera.bits - 1
    if camera.bits < 16 and not clips:
        level = min(level, 1.2 * float(expected.max()))
    below = camera.bits == 16 and level <= top and (not clips or rng.random() < 0.5)
    gain = 1.0 if below else top / level
    noisy = rng.poisson(expected / _GAIN) * _GAIN + _READ_DN * rng.standard_normal(expected.shape)
    noisy = np.minimum(noisy, level)
    b = camera.binning
    rows, columns = (n // b * b for n in noisy.shape)
    noisy = noisy[:rows, :columns].reshape(rows // b, b, columns // b, b).mean(axis=(1, 3))
    stored = np.clip(np.rint(noisy * gain), 0, top)
    stored = top - stored if camera.dark_bands else stored
    shift = 0.5 * (b - 1)
    truth = truth.assign(x=(truth.x - shift) / b, y=(truth.y - shift) / b, volume=truth.volume * gain / b**2)
    return stored.astype(np.uint16), truth, replace(camera, full_dn=level)
