"""The picture of a simulated membrane: lanes bent into place, bands, haze, background, optics and camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from blots.simulated_scenes import BlotDesign, Scene
from blots.simulated_shapes import BandShape, flat_top

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Membrane:
    """Where each lane of one membrane runs: the gel's own coordinates, bent into the picture."""

    scene: Scene
    lane_x: Array
    wander_phase: Array
    band_slopes: Array

    @classmethod
    def draw(cls, design: BlotDesign, scene: Scene, rng: np.random.Generator) -> Membrane:
        """Draw the chances of a membrane: where each lane lies, how it wanders and how its bands slope."""
        n_lanes = len(design.lane_loads())
        jitter = rng.normal(0, 1, n_lanes) * scene.pitch_jitter_px
        slopes = np.tan(np.radians(rng.normal(0, 1, n_lanes) * scene.band_tilt_degrees))
        lane_x = scene.first_lane_px + scene.pitch_px * np.arange(n_lanes) + jitter
        return cls(scene, lane_x, rng.uniform(0, 2 * np.pi, n_lanes), slopes)

    def gel_coordinates(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Return where the picture's pixels lie on the untilted gel."""
        rows, columns = self.scene.shape
        cx, cy = (columns - 1) / 2, (rows - 1) / 2
        a = np.radians(self.scene.tilt_degrees)
        return (
            cx + (x - cx) * np.cos(a) + (y - cy) * np.sin(a),
            cy - (x - cx) * np.sin(a) + (y - cy) * np.cos(a),
        )

    def picture_coordinates(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Return where a point of the gel is seen in the picture."""
        rows, columns = self.scene.shape
        cx, cy = (columns - 1) / 2, (rows - 1) / 2
        a = np.radians(self.scene.tilt_degrees)
        return (
            cx + (x - cx) * np.cos(a) - (y - cy) * np.sin(a),
            cy + (x - cx) * np.sin(a) + (y - cy) * np.cos(a),
        )

    def stray(self, lane: int, y: Array) -> Array:
        """Return how far a lane lies beside its straight line at gel row `y`."""
        rows = self.scene.shape[0]
        return np.asarray(self.scene.wander_px * np.sin(self.wander_phase[lane] + 2 * np.pi * y / (0.9 * rows)))

    def smile(self, x: Array) -> Array:
        """Return how far down the front runs ahead at gel column `x`."""
        columns = self.scene.shape[1]
        z = (x - columns / 2) / (columns / 2)
        return self.scene.smile_px * z**2 + self.scene.skewed_smile_px * z**3

    def bands(self, design: BlotDesign, shape: BandShape) -> Array:
        """Return the light of all bands, sharp."""
        light = np.zeros(self.scene.shape)
        for lane, band in np.argwhere(design.volumes() > 0):
            _add(light, *self._band(design, shape, int(lane), int(band)))
        return light

    def _band(self, design: BlotDesign, shape: BandShape, lane: int, band: int) -> tuple[tuple[slice, slice], Array]:
        x0, y0 = self.centre(design, lane, band)
        px, py = self.picture_coordinates(np.array([x0]), np.array([y0]))
        reach = max(8 * self.scene.lane_width_px / 10 + 40, 90.0)
        window = _window(self.scene.shape, float(px[0]), float(py[0]), self.scene.lane_width_px, reach)
        rows, columns = np.mgrid[window].astype(float)
        x, y = self.gel_coordinates(columns, rows)
        u = x - self.lane_x[lane] - self.stray(lane, y)
        half = self.scene.lane_width_px / 2
        bow = self.scene.band_smile_px * ((u / half) ** 2 - 1 / 3) + self.band_slopes[lane] * u
        v = y - design.rows_px[band] - self.smile(self.lane_x[lane : lane + 1]) - bow
        picture = shape.across(u, self.scene.lane_width_px) * shape.along(v, float(design.sigmas_px[band]))
        return window, np.asarray(design.volumes()[lane, band] * picture)

    def centre(self, design: BlotDesign, lane: int, band: int) -> tuple[float, float]:
        """Return the gel column and row of a band's centre of mass."""
        y = design.rows_px[band] + float(self.smile(self.lane_x[lane : lane + 1])[0])
        return float(self.lane_x[lane] + self.stray(lane, np.array([y]))[0]), y

    def haze(self, design: BlotDesign) -> Array:
        """Return the smear down every lane, in proportion to its load."""
        light = np.zeros(self.scene.shape)
        if self.scene.haze == 0:
            return light
        rows, columns = np.mgrid[: self.scene.shape[0], : self.scene.shape[1]].astype(float)
        x, y = self.gel_coordinates(columns, rows)
        depth = y / self.scene.shape[0]
        fade = 0.55 + 0.45 * np.sin(np.pi * np.clip(depth, 0, 1)) - 0.25 * depth
        for lane, load in enumerate(design.lane_loads()):
            u = x - self.lane_x[lane] - self.stray(lane, y)
            width = self.scene.lane_width_px
            light += self.scene.haze * load * fade * width * flat_top(u, width * 1.04, 3.0)
        return light

    def truth(self, design: BlotDesign, clipped: NDArray[np.bool_]) -> pd.DataFrame:
        """Return lane, target, volume, x, y and clipped pixels of every band."""
        rows = []
        for lane in range(len(self.lane_x)):
            for band, target in enumerate(design.bands):
                gx, gy = self.centre(design, lane, band)
                px, py = self.picture_coordinates(np.array([gx]), np.array([gy]))
                x, y = float(px[0]), float(py[0])
                half = self.scene.lane_width_px / 2
                window = _window(self.scene.shape, x, y, half, 4 * float(design.sigmas_px[band]))
                volume = float(design.volumes()[lane, band])
                rows.append((lane + 1, target, volume, x, y, int(clipped[window].sum())))
        return pd.DataFrame(rows, columns=["lane", "target", "volume", "x", "y", "clipped_px"])


def _add(light: Array, window: tuple[slice, slice], picture: Array) -> None:
    light[window] += picture


def _window(shape: tuple[int, int], x: float, y: float, half_width: float, half_height: float) -> tuple[slice, slice]:
    top, bottom = max(0, int(y - half_height)), min(shape[0], int(y + half_height) + 1)
    left, right = max(0, int(x - half_width)), min(shape[1], int(x + half_width) + 1)
    return slice(top, max(top, bottom)), slice(left, max(left, right))


def optics(light: Array, scene: Scene) -> Array:
    """Return the light after the lens: a little blurred, and a part of it scattered widely."""
    blurred = gaussian_filter(light, scene.blur_px) if scene.blur_px else light
    if scene.veil == 0:
        return np.asarray(blurred)
    return np.asarray((1 - scene.veil) * blurred + scene.veil * gaussian_filter(light, scene.veil_px))


def background(scene: Scene, rng: np.random.Generator) -> Array:
    """Return offset, plane, slow field and dust."""
    rows, columns = scene.shape
    x, y = np.linspace(0, 1, columns), np.linspace(0, 1, rows)
    level = scene.offset + scene.plane[0] * x[None, :] ** 1.5 + scene.plane[1] * y[:, None]
    if scene.field:
        rough = gaussian_filter(rng.normal(size=scene.shape), scene.field_length_px, mode="wrap")
        level = level + scene.field * (rough - rough.mean()) / rough.std()
    return np.asarray(np.maximum(level, 0) + _dust(scene, rng))


def _dust(scene: Scene, rng: np.random.Generator) -> Array:
    light = np.zeros(scene.shape)
    for _ in range(scene.dust):
        x, y = rng.uniform(0, scene.shape[1]), rng.uniform(0, scene.shape[0])
        size, level = rng.uniform(0.8, 2.5), rng.uniform(2000, 12000)
        window = _window(scene.shape, x, y, 12, 12)
        rows, columns = np.mgrid[window].astype(float)
        _add(light, window, level * np.exp(-0.5 * ((columns - x) ** 2 + (rows - y) ** 2) / size**2))
    return light


def camera_light(light: Array, scene: Scene) -> Array:
    """Return the light that reaches the camera, less towards its corners."""
    if scene.vignette == 0:
        return light
    rows, columns = np.mgrid[: scene.shape[0], : scene.shape[1]].astype(float)
    r2 = (rows / scene.shape[0] - 0.5) ** 2 + (columns / scene.shape[1] - 0.5) ** 2
    return np.asarray(light * (1 - scene.vignette * 2 * r2))


def exposed(expected: Array, scene: Scene, rng: np.random.Generator) -> NDArray[np.uint16]:
    """Return what the camera stores: photons counted, read out with noise, rounded and clipped."""
    if scene.gain == 0:
        level = expected
    else:
        electrons = rng.poisson(np.maximum(expected, 0) / scene.gain)
        level = electrons * scene.gain + rng.normal(0, scene.read_noise, scene.shape)
    return np.asarray(np.clip(np.rint(level), 0, scene.full_scale), dtype=np.uint16)
