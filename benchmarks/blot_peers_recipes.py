"""Plain scikit-image and numpy recipes for blots, as people write them; the true lanes and bands are given to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import affine_transform, gaussian_filter, map_coordinates
from skimage.restoration import rolling_ball

Array = NDArray[np.float64]

_BALL_PX = 50
_BORDER_PX = 3
_REACH_PX = 45  # how far from its band a person looks for the valley


@dataclass(frozen=True, eq=False)
class Placed:
    """A blot whose bands are known: bright bands in `image`; `x`, `y`, `truth` and `clipped` are (lanes, bands)."""

    name: str
    image: NDArray[np.uint16]
    x: Array
    y: Array
    truth: Array
    clipped: NDArray[np.bool_]
    lane_width_px: float
    sigmas_px: Array

    def boxes(self) -> NDArray[np.int_]:
        """Return (lanes, bands, 4): left, right, top, bottom of generous boxes that meet halfway, half-open."""
        half = np.full(self.x.shape, self.lane_width_px / 2 + 4.5)
        above, below = (np.tile(4.8 * self.sigmas_px, (len(self.y), 1)) for _ in range(2))
        halfway = np.diff(self.y, axis=1) / 2
        above[:, 1:] = np.minimum(above[:, 1:], halfway)
        below[:, :-1] = np.minimum(below[:, :-1], halfway)
        sides = np.stack([self.x - half, self.x + half, self.y - above, self.y + below], axis=2)
        rows, columns = self.image.shape
        return np.asarray(np.clip(np.rint(sides), 0, [columns, columns, rows, rows]), dtype=int)


def turned_upright(placed: Placed) -> Placed:
    """Return the blot turned until its lanes are upright, for programs whose lanes are rectangles."""
    x, y = (a - a.mean(axis=1, keepdims=True) for a in (placed.x, placed.y))
    angle = -np.arctan((x * y).sum() / (y * y).sum())
    if abs(angle) < np.radians(0.3):
        return placed
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])  # (row, column) to as stored
    middle = (np.array(placed.image.shape) - 1) / 2
    level = affine_transform(placed.image.astype(float), turn, middle - turn @ middle, order=1, mode="nearest")
    rows, columns = turn.T @ (np.stack([placed.y.ravel(), placed.x.ravel()]) - middle[:, None]) + middle[:, None]
    return replace(
        placed,
        image=np.asarray(np.rint(level), dtype=np.uint16),
        x=columns.reshape(placed.x.shape),
        y=rows.reshape(placed.y.shape),
    )


def _over_boxes(placed: Placed, level: Array, ground: Callable[[Array, tuple[int, ...]], float]) -> Array:
    sums = np.empty(placed.x.shape)
    boxes = placed.boxes()
    for where in np.ndindex(*sums.shape):
        left, right, top, bottom = box = tuple(int(side) for side in boxes[where])
        inside = level[top:bottom, left:right]
        sums[where] = inside.sum() - ground(level, box) * inside.size
    return sums


def ball(placed: Placed) -> Array:
    """Sum boxes over what `rolling_ball` leaves."""
    level = placed.image.astype(float)
    return _over_boxes(placed, level - rolling_ball(level, radius=_BALL_PX, workers=1), lambda *_: 0.0)


def smoothed_ball(placed: Placed) -> Array:
    """Sum boxes over what `rolling_ball` of the smoothed picture leaves, so that the ball does not ride the noise."""
    level = gaussian_filter(placed.image.astype(float), 2)
    return _over_boxes(placed, level - rolling_ball(level, radius=_BALL_PX, workers=1), lambda *_: 0.0)


def border_all_sides(placed: Placed) -> Array:
    """Subtract the median of a border of 3 px around each box (the usual default of imagers' programs)."""
    return _over_boxes(placed, placed.image.astype(float), lambda level, box: float(np.median(_ring(level, box))))


def border_top_bottom(placed: Placed) -> Array:
    """Subtract the median of 3 px above and below each box."""

    def ground(level: Array, box: tuple[int, ...]) -> float:
        left, right, top, bottom = box
        above = level[max(0, top - _BORDER_PX) : top, left:right]
        below = level[bottom : bottom + _BORDER_PX, left:right]
        return float(np.median(np.concatenate([above.ravel(), below.ravel()])))

    return _over_boxes(placed, placed.image.astype(float), ground)


def border_mean_1px(placed: Placed) -> Array:
    """Subtract the mean of a border of one pixel."""
    return _over_boxes(placed, placed.image.astype(float), lambda level, box: float(np.mean(_ring(level, box, 1))))


def global_median(placed: Placed) -> Array:
    """Subtract the median of the whole picture."""
    middle = float(np.median(placed.image))
    return _over_boxes(placed, placed.image.astype(float), lambda *_: middle)


def valley_line(placed: Placed) -> Array:
    """Sum each lane's profile above the line between the valleys beside a band: ImageJ's sums, without its bitmap."""
    level, half = placed.image.astype(float), int(placed.lane_width_px / 2)
    rows = np.arange(level.shape[0], dtype=float)
    across = np.arange(-half, half + 1, dtype=float)
    volumes = np.empty(placed.x.shape)
    for i, (x, y) in enumerate(zip(placed.x, placed.y, strict=True)):
        centre = np.interp(rows, y, x)
        spots = np.broadcast_arrays(rows[:, None], centre[:, None] + across)
        profile = map_coordinates(level, spots, order=1, mode="nearest").sum(axis=1)
        for k, row in enumerate(y):
            above = max(row - _REACH_PX, y[k - 1] if k else 0.0)
            below = min(row + _REACH_PX, y[k + 1] if k + 1 < len(y) else len(rows) - 1)
            first, last = _lowest(profile, above, row), _lowest(profile, row, below)
            line = np.interp(np.arange(first, last + 1), [first, last], profile[[first, last]])
            volumes[i, k] = (profile[first : last + 1] - line).sum()
    return volumes


def _lowest(profile: Array, start: float, stop: float) -> int:
    first = max(0, int(start))
    return first + int(np.argmin(profile[first : int(stop) + 1]))


def _ring(level: Array, box: tuple[int, ...], border: int = _BORDER_PX) -> Array:
    left, right, top, bottom = box
    outer = (max(0, left - border), right + border, max(0, top - border), bottom + border)
    around = level[outer[2] : outer[3], outer[0] : outer[1]]
    ring = np.ones(around.shape, dtype=bool)
    ring[top - outer[2] : bottom - outer[2], left - outer[0] : right - outer[0]] = False
    return around[ring]


RECIPES: dict[str, Callable[[Placed], Array]] = {
    "box, rolling ball 50": ball,
    "box, rolling ball 50, smoothed": smoothed_ball,
    "box, median border 3 px": border_all_sides,
    "box, median top and bottom": border_top_bottom,
    "box, mean border 1 px": border_mean_1px,
    "box, global median": global_median,
    "valley line": valley_line,
}
