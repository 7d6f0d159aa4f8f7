"""The membrane of a blot of the grid: how its lanes bend, and all light on it that is no band."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.blot_grid_scenes import Layout, Scene
from benchmarks.blot_grid_shapes import Array


@dataclass(frozen=True, eq=False)
class Bending:
    """From places in the picture to places on an ideal membrane, and back."""

    layout: Layout
    tilt: float
    smile: tuple[float, float]
    centres: Array
    halves: Array
    waves: Array  # (lanes, 2, 3): amplitude, cycles over the picture, phase

    def to_membrane(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Return upright x and y of the picture's x and y."""
        mid_y, mid_x = (0.5 * (n - 1) for n in self.layout.size)
        c, s = np.cos(self.tilt), np.sin(self.tilt)
        across, down = x - mid_x, y - mid_y
        upright_x, upright_y = mid_x + c * across + s * down, mid_y - s * across + c * down
        return upright_x, upright_y - self._sag(upright_x)

    def to_picture(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Return the picture's x and y of upright x and y."""
        mid_y, mid_x = (0.5 * (n - 1) for n in self.layout.size)
        c, s = np.cos(self.tilt), np.sin(self.tilt)
        across, down = x - mid_x, y + self._sag(x) - mid_y
        return mid_x + c * across - s * down, mid_y + s * across + c * down

    def _sag(self, x: Array) -> Array:
        width = self.layout.size[1]
        t = (x - 0.5 * (width - 1)) / (0.5 * width)
        return self.smile[0] * t**2 + self.smile[1] * t**3

    def centre(self, lane: int, y: Array) -> Array:
        """Return the upright x of a lane's middle at upright y."""
        t = y / self.layout.size[0]
        return np.asarray(self.centres[lane] + sum(a * np.cos(2 * np.pi * (f * t + p)) for a, f, p in self.waves[lane]))


def bend(layout: Layout, scene: Scene, rng: np.random.Generator) -> Bending:
    """Draw where the lanes of a membrane run."""
    k = layout.scale
    steps = layout.pitch_px * (1 + scene.uneven * rng.uniform(-1, 1, layout.lanes))
    centres = layout.first_px + np.cumsum(steps) - steps[0]
    spare = 0.5 * (centres[-1] - layout.first_px - (layout.lanes - 1) * layout.pitch_px)
    waves = np.stack(
        [
            scene.wander_px * k * rng.uniform(0.2, 0.6, (layout.lanes, 2)),
            rng.uniform(0.3, 1.2, (layout.lanes, 2)),
            rng.uniform(0, 1, (layout.lanes, 2)),
        ],
        axis=2,
    )
    smile = (scene.smile_px * k, scene.smile_px * k * rng.uniform(-0.25, 0.25))
    halves = 0.5 * layout.lane_px * k * (1 + min(scene.uneven, 0.03) * rng.uniform(-1, 1, layout.lanes))
    return Bending(layout, np.deg2rad(scene.tilt_deg), smile, (centres - spare) * k, halves, waves)


def grid_px(columns: range, rows: range) -> tuple[Array, Array]:
    """Return x as a row and y as a column of the pixels' places."""
    return np.array(columns, dtype=np.float64)[None, :], np.array(rows, dtype=np.float64)[:, None]


def _smooth_curve(at: Array, length: float, rng: np.random.Generator) -> Array:
    """Return a positive curve over `at`: broad lumps on a slope, largest 1."""
    curve = rng.uniform(0.1, 0.5) + rng.uniform(-0.4, 0.4) * (at / length - 0.5)
    for _ in range(4):
        middle, sd = rng.uniform(0, length), rng.uniform(0.07, 0.25) * length
        curve = curve + rng.uniform(0.2, 1) * np.exp(-0.5 * ((at - middle) / sd) ** 2)
    return np.asarray(np.maximum(curve, 0.02) / max(curve.max(), 0.02))


def haze(bending: Bending, scene: Scene, load: Array, rng: np.random.Generator) -> Array:
    """Return the lanes' own smear: a curve that the lanes share in part, growing with the load, fading at the edges."""
    rows, columns = bending.layout.size
    total = np.zeros((rows, columns))
    if not scene.haze_dn:
        return total
    grid = np.linspace(-0.1 * rows, 1.1 * rows, 400)
    common = _smooth_curve(grid, rows, rng)
    for lane in range(bending.layout.lanes):
        own = _smooth_curve(grid, rows, rng)
        part = rng.uniform(0.15, 0.45)
        curve = scene.haze_dn * load[lane] * ((1 - part) * common + part * own)
        middle, _ = bending.to_picture(bending.centres[[lane]], np.asarray([0.5 * rows]))
        reach = int(bending.layout.pitch_px * bending.layout.scale + 0.5 * rows * abs(np.sin(bending.tilt)) + 8)
        start, stop = max(int(middle[0]) - reach, 0), min(int(middle[0]) + reach, columns)
        x, y = bending.to_membrane(*grid_px(range(start, stop), range(rows)))
        u = (x - bending.centre(lane, y)) / bending.halves[lane]
        total[:, start:stop] += np.interp(y, grid, curve) * np.exp(-np.log(2) * np.abs(u / 1.08) ** 5)
    return total


def ground(layout: Layout, scene: Scene, rng: np.random.Generator) -> Array:
    """Return the membrane's own light: an offset, a plane, a bowl, blotches and bubbles."""
    rows, columns = layout.size
    y, x = np.linspace(-0.5, 0.5, rows)[:, None], np.linspace(-0.5, 0.5, columns)[None, :]
    tilted = scene.plane_dn[0] * x + scene.plane_dn[1] * y
    bowl = scene.bowl_dn * ((x - rng.uniform(-0.2, 0.2)) ** 2 + (y - rng.uniform(-0.2, 0.2)) ** 2)
    total = np.asarray(tilted + bowl)
    if scene.blotch_dn:
        for _ in range(10):
            size = rng.uniform(0.04, 0.12)
            height = scene.blotch_dn * rng.uniform(0.3, 1) * rng.choice([-1, 1, 1])
            at_x, at_y = rng.uniform(-0.5, 0.5, 2)
            r2 = (x - at_x) ** 2 + ((y - at_y) * rows / columns) ** 2
            total = total + height * np.exp(-((r2 / size**2) ** rng.uniform(0.7, 1.3)))
    return np.asarray(total - total.min() + rng.uniform(700, 1300))


def specks(layout: Layout, scene: Scene, rng: np.random.Generator) -> Array:
    """Return dust (bright spots of a few pixels) and scratches (thin lines, bright or dark)."""
    rows, columns = layout.size
    x, y = grid_px(range(columns), range(rows))
    total = np.zeros((rows, columns))
    for _ in range(scene.dust):
        at_y, at_x, r = rng.uniform(0, rows), rng.uniform(0, columns), rng.uniform(0.8, 2.2)
        box = np.s_[max(int(at_y) - 12, 0) : int(at_y) + 13, max(int(at_x) - 12, 0) : int(at_x) + 13]
        r2 = (y[box[0]] - at_y) ** 2 + (x[:, box[1]] - at_x) ** 2
        total[box] += rng.uniform(500, 5000) * np.exp(-r2 / (2 * r**2))
    for _ in range(scene.scratches):
        angle, offset = rng.uniform(0, np.pi), rng.uniform(-0.35, 0.35) * columns
        away = (x - columns / 2) * np.cos(angle) + (y - rows / 2) * np.sin(angle) - offset
        total += rng.uniform(100, 400) * rng.choice([-1, 1]) * np.exp(-0.5 * (away / rng.uniform(0.7, 1.2)) ** 2)
    return total


def odd_feature(bending: Bending, rng: np.random.Generator) -> tuple[int, str, Array]:
    """Return a lane, what is odd in it (an extra band, a streak, a bubble) and its light."""
    rows, columns = bending.layout.size
    k = bending.layout.scale
    lane = int(rng.integers(bending.layout.lanes))
    kind = str(rng.choice(["extra band", "streak", "bubble"]))
    x, y = bending.to_membrane(*grid_px(range(columns), range(rows)))
    u = (x - bending.centre(lane, y)) / bending.halves[lane]
    near = bending.layout.row_px(str(rng.choice(["cIAP2", "cIAP1", "XIAP"])))
    if kind == "extra band":
        v = (y - near + rng.choice([-1, 1]) * rng.uniform(8, 16) * k) / (5 * k)
        form = np.exp(-0.5 * v**2 - u**6)
        return lane, kind, np.asarray(rng.uniform(0.3e6, 2e6) * k**2 * form / form.sum())
    if kind == "streak":
        form = np.exp(-(((u - rng.uniform(-0.5, 0.5)) / 0.2) ** 2) - np.abs((y - near) / (60 * k)) ** 4)
        return lane, kind, np.asarray(rng.uniform(300, 900) * form)
    r2 = (bending.halves[lane] * (u - rng.uniform(-0.6, 0.6))) ** 2 + (y - near - rng.uniform(-8, 8) * k) ** 2
    return lane, kind, np.asarray(-rng.uniform(200, 600) * np.exp(-((r2 / (12 * k) ** 2) ** 2)))


def vignette(layout: Layout, scene: Scene, rng: np.random.Generator) -> Array:
    """Return the part of the light that reaches the camera: less towards the corners."""
    rows, columns = layout.size
    y, x = np.linspace(-1, 1, rows)[:, None] * rows / columns, np.linspace(-1, 1, columns)[None, :]
    r2 = (x - rng.uniform(-0.1, 0.1)) ** 2 + (y - rng.uniform(-0.1, 0.1)) ** 2
    return np.asarray(1 - scene.vignette * r2)
