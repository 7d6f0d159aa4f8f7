"""Membranes drawn for the geometry benchmark: own shapes, own bends, nothing shared with `blots.simulate`.

A picture is drawn analytically: every pixel is mapped onto the gel (turn, perspective, smile, a cut between two
pieces), and each band is a function of the gel's coordinates. The truth is each band's place in the picture, found by
turning that map round.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Membrane:
    """What lies on the gel and how the gel lies in the picture. Lengths in pixels, angles in degrees, levels in DN."""

    shape: tuple[int, int]
    lane_x: Array
    widths: Array
    rows_y: Array
    sigmas: Array
    height: Array  # (lanes, rows): peak level of every band; 0 is none
    listed: tuple[int, ...]  # the rows that the sheet names
    asked_lanes: int | None = None  # what the sheet says, where it is wrong
    empty: tuple[int, ...] = ()  # lanes declared empty, from 1
    extra: tuple[tuple[int, float, float], ...] = ()  # (lane from 0, gel row, level) beside the rows
    shape_family: str = "super"
    edge_power: float = 6.0
    asymmetry: float = 0.0
    bow: float = 0.0  # of sigma: a band's sides against its middle
    band_tilt: float = 0.0
    tilt: float = 0.0
    smile: float = 0.0
    skew: float = 0.0
    wander: float = 0.0
    wander_together: float = 0.0
    perspective: tuple[float, float] = (0.0, 0.0)
    piece_cut: float | None = None  # gel row where the lower piece begins
    piece_moved: tuple[float, float, float] = (0.0, 0.0, 0.0)  # columns, rows, degrees
    offset: float = 1000.0
    plane: tuple[float, float] = (0.0, 0.0)
    clouds: float = 0.0
    haze: float = 0.0
    border: float = 0.0  # level beyond the membrane against that on it; 0 is none
    dust: int = 0
    scratches: int = 0
    bubbles: int = 0
    labels: int = 0
    noise: float = 1.0
    quarter_turns: int = 0
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def lanes(self) -> int:
        """How many lanes the sheet names."""
        return self.asked_lanes or len(self.lane_x)


@dataclass(frozen=True, eq=False)
class Drawn:
    """A picture, and where its listed bands lie: `x`, `y` and `height` (lanes, listed rows); `pitch` in pixels."""

    picture: Array
    x: Array
    y: Array
    height: Array
    pitch: float
    membrane: Membrane


def draw(membrane: Membrane, rng: np.random.Generator) -> Drawn:
    """Draw the membrane."""
    m = membrane
    phases = rng.uniform(0, 2 * np.pi, len(m.lane_x))
    strays = rng.normal(1, 0.3, len(m.lane_x)) * m.wander
    slopes = rng.normal(0, 1, m.height.shape) * np.tan(np.radians(m.band_tilt))
    light = np.zeros(m.shape)
    for lane, row in np.argwhere(m.height > 0):
        _add_band(light, m, lane, m.rows_y[row], m.sigmas[row], m.height[lane, row], phases, strays, slopes[lane, row])
    for lane, y, level in m.extra:
        _add_band(light, m, lane, y, float(np.median(m.sigmas)), level, phases, strays, 0.0)
    light = gaussian_filter(light, 0.8)
    if m.haze:
        light += _haze(m, phases, strays)
    lit = _spoilt(light + _ground(m, rng), m, rng)
    noisy = lit + rng.standard_normal(m.shape) * np.sqrt(np.maximum(lit, 0) * 2 + 150) * m.noise
    noisy = _labelled(noisy, m, rng)
    listed = np.array(m.listed)
    gx = np.stack([_centre(m, lane, m.rows_y[listed], phases, strays) for lane in range(len(m.lane_x))])
    stored_x, stored_y = _in_picture(m, gx, np.broadcast_to(m.rows_y[listed], gx.shape) + 0.0)
    picture = np.clip(np.rint(noisy), 0, 65535)
    pitch = float(np.median(np.diff(m.lane_x))) if len(m.lane_x) > 1 else float(m.widths[0]) / 0.7
    turned, across, down = _turned(picture, stored_x, stored_y, m.quarter_turns)
    return Drawn(turned, across, down, m.height[:, listed], pitch, m)


def _turned(picture: Array, x: Array, y: Array, turns: int) -> tuple[Array, Array, Array]:
    """Return picture and places turned anticlockwise by quarter turns."""
    for _ in range(turns % 4):
        x, y = y, picture.shape[1] - 1 - x
        picture = np.rot90(picture)
    return np.ascontiguousarray(picture), x, y


def on_gel(m: Membrane, x: Array, y: Array) -> tuple[Array, Array]:
    """Return where the picture's points lie on the gel."""
    rows, columns = m.shape
    cx, cy = columns / 2, rows / 2
    a, b = x - cx, y - cy
    w = 1 + m.perspective[0] * a / cx + m.perspective[1] * b / cy
    a, b = a / w, b / w
    t = np.radians(m.tilt)
    gx, gy = a * np.cos(t) + b * np.sin(t), b * np.cos(t) - a * np.sin(t)
    z = gx / cx
    gy = gy - m.smile * (z**2 - 0.3) - m.skew * (z**3 - 0.6 * z)
    gx, gy = gx + cx, gy + cy
    if m.piece_cut is not None:
        below = gy > m.piece_cut
        dx, dy, angle = m.piece_moved
        s = np.tan(np.radians(angle))
        gx = np.where(below, gx - dx + s * (gy - m.piece_cut), gx)
        gy = np.where(below, gy - dy - s * (gx - cx), gy)
    return gx, gy


def _in_picture(m: Membrane, gx: Array, gy: Array) -> tuple[Array, Array]:
    x, y = gx.copy(), gy.copy()
    for _ in range(40):
        at_x, at_y = on_gel(m, x, y)
        x, y = x + 0.8 * (gx - at_x), y + 0.8 * (gy - at_y)
    return x, y


def _centre(m: Membrane, lane: int, gy: Array, phases: Array, strays: Array) -> Array:
    period = 1.3 * m.shape[0]
    own = strays[lane] * np.sin(phases[lane] + 2 * np.pi * gy / period)
    both = m.wander_together * np.sin(1.0 + 2 * np.pi * gy / (0.8 * m.shape[0]))
    return np.asarray(m.lane_x[lane] + own + both)


def _add_band(
    light: Array,
    m: Membrane,
    lane: int,
    row: float,
    sigma: float,
    level: float,
    phases: Array,
    strays: Array,
    slope: float,
) -> None:
    width = m.widths[lane]
    x0, y0 = _in_picture(m, _centre(m, lane, np.array([row]), phases, strays), np.array([float(row)]))
    half, tall = 0.95 * width + 8, 7 * sigma + 0.2 * width
    top, bottom = max(0, int(y0[0] - tall)), min(m.shape[0], int(y0[0] + tall) + 1)
    left, right = max(0, int(x0[0] - half)), min(m.shape[1], int(x0[0] + half) + 1)
    if bottom <= top or right <= left:
        return
    y, x = np.mgrid[top:bottom, left:right].astype(float)
    gx, gy = on_gel(m, x, y)
    u = gx - _centre(m, lane, gy, phases, strays)
    v = gy - row - slope * u - m.bow * sigma * ((2 * u / width) ** 2 - 1 / 3)
    light[top:bottom, left:right] += (
        level * ACROSS[m.shape_family](u / (width / 2), m.edge_power) * ALONG[m.shape_family](v / sigma, m.asymmetry)
    )


def _super(u: Array, power: float) -> Array:
    return np.asarray(np.exp(-np.log(2) * np.abs(u) ** power))


def _bowl(u: Array, power: float) -> Array:
    return np.asarray(_super(u, max(power, 6)) * (0.75 + 0.5 * np.minimum(u**2, 1.2)))


def _leaning(u: Array, power: float) -> Array:
    return np.asarray(_super(u, power) * np.clip(1 + 0.35 * u, 0.3, 1.6))


def _sech(v: Array, asymmetry: float) -> Array:
    v = v / np.where(v < 0, 1 + asymmetry, 1 - asymmetry)
    return np.asarray(1 / np.cosh(np.clip(1.1 * v, -30, 30)) ** 2)


def _comet(v: Array, asymmetry: float) -> Array:
    up = np.exp(-((np.abs(v) / (1.5 + 2 * asymmetry)) ** 1.3))
    return np.asarray(np.where(v < 0, up, np.exp(-0.5 * v**2)))


def _plateau(v: Array, asymmetry: float) -> Array:
    v = v + asymmetry
    return np.asarray(np.where(np.abs(v) < 2.2, np.cos(np.pi * np.clip(v, -2.2, 2.2) / 4.4) ** 0.8, 0))


def _doublet(v: Array, asymmetry: float) -> Array:
    return np.asarray((np.exp(-0.5 * (v + 0.5) ** 2) + 0.6 * np.exp(-0.5 * ((v - 0.8) / 0.9) ** 2)) / 1.3)


ACROSS: dict[str, Callable[[Array, float], Array]] = {
    "super": _super, "bowl": _bowl, "leaning": _leaning, "comet": _super, "doublet": _super,
}  # fmt: skip
ALONG: dict[str, Callable[[Array, float], Array]] = {
    "super": _sech, "bowl": _plateau, "leaning": _sech, "comet": _comet, "doublet": _doublet,
}  # fmt: skip


def _haze(m: Membrane, phases: Array, strays: Array) -> Array:
    y, x = np.mgrid[: m.shape[0], : m.shape[1]].astype(float)
    gx, gy = on_gel(m, x, y)
    fade = np.clip(1.1 - gy / m.shape[0], 0.1, 1) * (1 + 0.3 * np.cos(5 * gy / m.shape[0]))
    light = np.zeros(m.shape)
    for lane in range(len(m.lane_x)):
        load = float(m.height[lane].max() > 0)
        if load:
            u = gx - _centre(m, lane, gy, phases, strays)
            light += m.haze * fade * _super(2 * u / m.widths[lane], 5)
    return light


def _ground(m: Membrane, rng: np.random.Generator) -> Array:
    rows, columns = m.shape
    y, x = np.linspace(-1, 1, rows)[:, None], np.linspace(-1, 1, columns)[None]
    level = m.offset + m.plane[0] * (x + 1) / 2 + m.plane[1] * (y + 1) / 2 + np.zeros(m.shape)
    for _ in range(6 if m.clouds else 0):
        fx, fy = rng.uniform(0.5, 4, 2)
        level += m.clouds * np.cos(fx * np.pi * x + rng.uniform(0, 6)) * np.cos(fy * np.pi * y + rng.uniform(0, 6)) / 2
    if m.border:
        yy, xx = np.mgrid[:rows, :columns].astype(float)
        gx, gy = on_gel(m, xx, yy)
        pitch = np.median(np.diff(m.lane_x)) if len(m.lane_x) > 1 else 1.5 * m.widths[0]
        left, right = m.lane_x[0] - 0.9 * pitch, m.lane_x[-1] + 0.9 * pitch
        top, bottom = m.rows_y.min() - 8 * m.sigmas.max(), m.rows_y.max() + 8 * m.sigmas.max()
        off = (gx < left) | (gx > right) | (gy < top) | (gy > bottom)
        level = gaussian_filter(np.where(off, level * m.border, level), 2.0)
    return np.asarray(np.maximum(level, 0))


def _spoilt(level: Array, m: Membrane, rng: np.random.Generator) -> Array:
    rows, columns = m.shape
    scale = min(rows, columns) / 600
    y, x = np.arange(rows, dtype=np.float64)[:, None], np.arange(columns, dtype=np.float64)
    for _ in range(m.bubbles):
        cx, cy, r = rng.uniform(0, columns), rng.uniform(0, rows), rng.uniform(6, 16) * scale
        inside = 1 / (1 + np.exp(np.clip((np.hypot(x - cx, y - cy) - r) / 1.2, -50, 50)))
        level = level * (1 - rng.uniform(0.3, 0.8) * inside)
    for _ in range(m.scratches):
        cx, cy, a = rng.uniform(0, columns), rng.uniform(0, rows), rng.uniform(0, np.pi)
        along, off = (x - cx) * np.cos(a) + (y - cy) * np.sin(a), (y - cy) * np.cos(a) - (x - cx) * np.sin(a)
        line = np.exp(-0.5 * (off / 1.1) ** 2) * (np.abs(along) < rng.uniform(40, 160) * scale)
        level = level + rng.uniform(1000, 12000) * line
    for _ in range(m.dust):
        column, row = int(rng.integers(0, columns)), int(rng.integers(0, rows))
        r = rng.uniform(0.7, 2.6) * max(scale, 0.7)
        k = int(4 * r) + 2
        window = slice(max(0, row - k), row + k + 1), slice(max(0, column - k), column + k + 1)
        yy = np.arange(rows)[window[0], None]
        xx = np.arange(columns)[None, window[1]]
        spot = rng.uniform(2000, 30000) * np.exp(-0.5 * ((xx - column) ** 2 + (yy - row) ** 2) / r**2)
        level[window] += spot
    return level


def _labelled(level: Array, m: Membrane, rng: np.random.Generator) -> Array:
    """Return the picture with text-like strokes burnt in beside the membrane, at full scale."""
    rows, columns = m.shape
    pitch = float(np.median(np.diff(m.lane_x))) if len(m.lane_x) > 1 else float(m.widths[0]) * 1.4
    for _ in range(m.labels):
        left_room, right_room = m.lane_x[0] - 0.7 * pitch, columns - m.lane_x[-1] - 0.7 * pitch
        size = max(6, int(0.022 * rows))
        room, start = (left_room, 0) if rng.random() < 0.5 else (right_room, columns - right_room)
        letters = int(min(5, room // size - 1))
        if letters < 1:
            continue
        x, y = int(start + rng.uniform(0, max(1, room - (letters + 1) * size))), int(rng.uniform(0, rows - 2 * size))
        for k in range(letters):
            glyph = rng.random((5, 3)) < 0.6
            big = np.kron(glyph, np.ones((size // 5 + 1, size // 4 + 1), dtype=bool))
            at_y, at_x = slice(y, y + big.shape[0]), slice(x + k * size, x + k * size + big.shape[1])
            piece = level[at_y, at_x]
            piece[big[: piece.shape[0], : piece.shape[1]]] = 60000
    return level


def courses(rng: np.random.Generator, lanes: int, rows: int) -> Array:
    """Return relative levels (lanes, rows): steady, falling, rebounding, absent at first, or absent in most lanes."""
    z = np.linspace(0, 1, lanes) if lanes > 1 else np.zeros(1)
    levels = np.empty((lanes, rows))
    for k in range(rows):
        kind = rng.choice(["steady", "falling", "rebound", "rising"], p=[0.5, 0.2, 0.2, 0.1])
        if kind == "steady" or k == rows - 1:
            course = np.ones(lanes)
        elif kind == "falling":
            course = 0.05 + 0.95 * np.exp(-5 * z)
        elif kind == "rebound":
            course = 0.08 + 0.9 * np.abs(np.cos(np.pi * z)) ** 2
        else:
            course = 0.04 + z
        levels[:, k] = course * np.exp(rng.normal(0, 0.12, lanes))
    return levels * np.exp(rng.normal(0, 0.12, lanes))[:, None]


def plain(rng: np.random.Generator, lanes: int | None = None, rows: int | None = None) -> Membrane:
    """Return an upright membrane of an ordinary kind: 8 to 15 lanes, 2 to 5 rows."""
    lanes = int(lanes or rng.integers(8, 16))
    rows = int(rows or rng.integers(2, 6))
    shape = (int(rng.integers(450, 760)), int(rng.integers(850, 1250)))
    pitch = shape[1] * rng.uniform(0.82, 0.93) / max(lanes, 4)
    first = (shape[1] - pitch * (lanes - 1)) / 2 + rng.uniform(-0.3, 0.3) * pitch * (lanes > 2)
    sigma = shape[0] / 620 * rng.uniform(3.5, 7)
    sigmas = sigma * rng.uniform(0.85, 1.2, rows)
    rows_y = _row_places(rng, rows, shape[0], float(sigmas.max()))
    height = courses(rng, lanes, rows) * np.exp(rng.uniform(np.log(2500), np.log(30000), rows))
    return Membrane(
        shape=shape,
        lane_x=first + pitch * np.arange(lanes, dtype=np.float64),
        widths=np.full(lanes, pitch * rng.uniform(0.55, 0.8)),
        rows_y=rows_y,
        sigmas=sigmas,
        height=height,
        listed=tuple(range(rows)),
        shape_family=str(rng.choice(list(ACROSS))),
        edge_power=rng.uniform(4, 12),
        asymmetry=rng.uniform(0, 0.3),
        bow=rng.uniform(-0.3, 0.3),
        plane=(rng.uniform(-800, 2000), rng.uniform(-800, 1500)),
        tilt=rng.uniform(-1, 1),
    )


def _row_places(rng: np.random.Generator, rows: int, height: int, sigma: float) -> Array:
    low, high = 0.1 * height + 2 * sigma, 0.9 * height - 2 * sigma
    gap = min(5.5 * sigma, (high - low) / max(rows, 1))
    while True:
        y = np.sort(rng.uniform(low, high, rows))
        if rows < 2 or np.diff(y).min() >= gap:
            return np.asarray(y)
        gap *= 0.98


def with_pitch(m: Membrane, share: float, side: float, rng: np.random.Generator) -> Membrane:
    """Return the membrane's lanes squeezed into `share` of the picture's width, at `side` (0 left, 1 right)."""
    lanes = len(m.lane_x)
    pitch = share * m.shape[1] / lanes
    first = pitch * 0.6 + side * (m.shape[1] - pitch * (lanes + 0.2))
    scale = pitch / (np.median(np.diff(m.lane_x)) if lanes > 1 else pitch)
    return replace(m, lane_x=first + pitch * np.arange(lanes, dtype=np.float64), widths=m.widths * scale)
