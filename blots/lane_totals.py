"""Total protein: whole lanes summed above the bare membrane beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from blots.blot import Blot
from blots.layout import BlotGeometry
from blots.noise import NoiseModel
from blots.strips import LaneStrip, cut_strips

Array = NDArray[np.float64]

_GUTTER_PART = 0.3  # of the room between two lanes, its middle
_SMOOTH_ROWS = 0.01  # of the picture's height


@dataclass(frozen=True, eq=False)
class LaneTotals:
    """One number a lane, (n_lanes,) each: its `volume`, the `noise` and `background` part of its error (standard
    deviations), the fraction of it that is `clipped`, and whether bare membrane was seen beside it (`bare`).
    """  # noqa: D205

    volume: Array
    noise: Array
    background: Array
    clipped: Array
    bare: NDArray[np.bool_]


def lane_totals(blot: Blot, geometry: BlotGeometry, noise: NoiseModel) -> LaneTotals:
    """Sum every lane above a background that runs between the gutters at its two sides.

    The gutters hold no protein, so what they show is membrane and camera. How far the two sides of a lane differ tells
    how wrong a background drawn between them may be.

    Parameters
    ----------
    blot : Blot
        The picture.
    geometry : BlotGeometry
        Its lanes; rows do not matter.
    noise : NoiseModel
        Of the pixels.

    Examples
    --------
    >>> from blots.layout import Lane
    >>> picture = np.full((100, 90), 50.0)
    >>> picture[:, 10:31] += 2
    >>> picture[:, 55:76] += 6
    >>> lanes = tuple(Lane(n, np.full(100, x), 21.0) for n, x in ((1, 20.0), (2, 65.0)))
    >>> geometry = BlotGeometry(("total_protein",), lanes, (), np.zeros(90), np.array([2.0]))
    >>> totals = lane_totals(Blot("demo", picture, picture > 99), geometry, NoiseModel(1.0, 0.0, 0.0))
    >>> totals.volume.round().tolist()
    [4200.0, 12600.0]
    """
    strips = cut_strips(blot, geometry, noise)
    sides = [_gutters(blot, geometry, i) for i in range(len(geometry.lanes))]
    found = [_total(strip, *side) for strip, side in zip(strips, sides, strict=True)]
    volume, part, background = (np.array(column) for column in zip(*found, strict=True))
    usual = float(np.median(background[background > 0])) if (background > 0).any() else 0.0
    clipped = np.array([float(strip.clipped.mean()) for strip in strips])
    bare = np.array([left is not None or right is not None for left, right in sides])
    return LaneTotals(volume, part, np.sqrt((background**2 + usual**2) / 2), clipped, bare)


def lane_grounds(blot: Blot, geometry: BlotGeometry, noise: NoiseModel) -> tuple[Array, Array]:
    """Return every lane's mean signal and the background under it, (n_lanes, rows) each: what a total is summed from.

    Parameters
    ----------
    blot, geometry, noise
        As `lane_totals` takes them.

    Examples
    --------
    >>> from blots.layout import Lane
    >>> picture = np.full((100, 90), 50.0)
    >>> picture[:, 55:76] += 6
    >>> geometry = BlotGeometry((), (Lane(1, np.full(100, 65.0), 21.0),), (), np.zeros(90), np.array([2.0]))
    >>> profiles, grounds = lane_grounds(Blot("demo", picture, picture > 99), geometry, NoiseModel(1.0, 0.0, 0.0))
    >>> grounds.shape, float(grounds.max()), bool(profiles.max() > 53)
    ((1, 100), 50.0, True)
    """
    strips = cut_strips(blot, geometry, noise)
    grounds = [_ground(strip, *_gutters(blot, geometry, i)) for i, strip in enumerate(strips)]
    return np.stack([strip.values.mean(axis=1) for strip in strips]), np.stack(grounds)


def _ground(strip: LaneStrip, left: Array | None, right: Array | None) -> Array:
    sides = [side for side in (left, right) if side is not None]
    if not sides:
        return np.full(len(strip.values), float(np.percentile(strip.values, 5, axis=0).mean()))
    return np.asarray(np.mean(sides, axis=0))


def _gutters(blot: Blot, geometry: BlotGeometry, i: int) -> tuple[Array | None, Array | None]:
    """Return the level of the membrane at a lane's left and right, a value a row, None where there is no room."""
    lanes = geometry.lanes
    pitch = float(np.median(np.diff([np.median(lane.x) for lane in lanes]))) if len(lanes) > 1 else np.inf
    levels: list[Array | None] = []
    for side in (-1, 1):
        own = lanes[i].x + side * lanes[i].width_px / 2
        if 0 <= i + side < len(lanes):
            other = lanes[i + side].x - side * lanes[i + side].width_px / 2
        else:
            far = min(pitch - lanes[i].width_px, lanes[i].width_px)
            other = own + side * far
        levels.append(_level(blot.signal, (own + other) / 2, float(np.median(side * (other - own)))))
    return levels[0], levels[1]


def _level(signal: Array, x: Array, room_px: float) -> Array | None:
    half = max(1, round(_GUTTER_PART * room_px / 2))
    columns = np.rint(x).astype(int)[:, None] + np.arange(-half, half + 1)
    if room_px < 3 or columns.min() < 0 or columns.max() >= signal.shape[1]:
        return None
    seen = np.median(signal[np.arange(len(signal))[:, None], columns], axis=1)
    return np.asarray(gaussian_filter1d(seen, max(1.0, _SMOOTH_ROWS * len(seen)), mode="nearest"))


def _total(strip: LaneStrip, left: Array | None, right: Array | None) -> tuple[float, float, float]:
    area, width = strip.values.size, strip.values.shape[1]
    noise = float(np.sqrt(strip.variance.sum()))
    if left is None and right is None:
        ground = np.percentile(strip.values, 5, axis=0).mean()
        return float(strip.profile.sum() - ground * area), noise, float(strip.values.std() * area / 2)
    one = left if left is not None else right
    other = right if right is not None else left
    assert one is not None
    assert other is not None
    level = (one + other) / 2
    # A background that is not straight between the gutters is wrong by about a quarter of how far they differ; a gutter
    # on one side only tells nothing of that, so its own unevenness stands in.
    uneven = float(np.abs(one - other).mean()) if left is not None and right is not None else float(one.std())
    return float(strip.profile.sum() - width * level.sum()), noise, uneven * area / 4
