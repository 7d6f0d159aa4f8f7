"""Lanes cut out of the picture and laid straight: one strip a lane, its rows level, its dust taken out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, map_coordinates

from blots.blot import Blot
from blots.layout import BlotGeometry
from blots.noise import NoiseModel

Array = NDArray[np.float64]

_MARGIN = 0.3  # of the lane's width, to catch its soft sides where there is room
_DUST_REACH = 0.17  # of the lane's width: what falls off within it to both sides is no band
_DUST = 8.0  # over the noise
_DUST_SHARE = 0.35  # and over what stands beside it


@dataclass(frozen=True, eq=False)
class LaneStrip:
    """A lane laid straight: `values` (rows, columns), rows numbered as at the lane's centre line in the picture.

    `clipped` (rows,) is the fraction of the lane's width that is saturated; `offsets` (columns,) count from the centre
    line; `outside` is true where the strip runs over the picture's side; `variance` (rows,) is that of the row sums;
    `repaired` (rows,) the fraction of the lane's width that a shorter exposure gave.
    """

    values: Array
    clipped: Array
    offsets: Array
    variance: Array
    outside: bool
    repaired: Array

    @property
    def profile(self) -> Array:
        """Sum across the lane at every row."""
        return np.asarray(self.values.sum(axis=1))


def cut_strips(blot: Blot, geometry: BlotGeometry, noise: NoiseModel) -> tuple[LaneStrip, ...]:
    """Return one strip a lane, from left to right.

    A strip reaches over the lane's own soft sides but no further than half-way to its neighbour. Rows follow the course
    of the bands inside the lane, so that a tilted band lies level in its strip.

    Parameters
    ----------
    blot : Blot
        The picture.
    geometry : BlotGeometry
        Its lanes and the course of its rows.
    noise : NoiseModel
        Tells dust from noise.

    Returns
    -------
    tuple of LaneStrip
        One a lane.

    Examples
    --------
    >>> from blots.layout import Lane
    >>> picture = np.tile(np.arange(60.0), (40, 1))
    >>> lane = Lane(1, np.full(40, 30.0), 10.0, "box")
    >>> geometry = BlotGeometry(("actin",), (lane,), (), np.zeros(60), np.array([2.0]))
    >>> strip, = cut_strips(Blot("demo", picture, picture > 99), geometry, NoiseModel(1.0, 0.0, 0.0))
    >>> strip.offsets.tolist() == list(range(-8, 9)), float(strip.values[0, 8])
    (True, 30.0)
    """
    return tuple(_cut(blot, geometry, i, noise) for i in range(len(geometry.lanes)))


def _cut(blot: Blot, geometry: BlotGeometry, i: int, noise: NoiseModel) -> LaneStrip:
    lane = geometry.lanes[i]
    left, right = _reach(geometry, i, -1), _reach(geometry, i, 1)
    side = int(np.clip(round(_DUST_REACH * lane.width_px), 3, 10))
    offsets = np.arange(-left - side, right + side + 1, dtype=float)
    rows = np.arange(blot.shape[0], dtype=float)
    x = lane.x[:, None] + offsets
    columns = np.arange(blot.shape[1], dtype=float)
    drop = np.interp(x, columns, geometry.course) - np.interp(lane.x, columns, geometry.course)[:, None]
    at = np.stack([rows[:, None] + drop, x])
    values = map_coordinates(blot.signal, at, order=1, mode="nearest")
    nearest = (np.clip(np.rint(at[k]).astype(int), 0, blot.shape[k] - 1) for k in (0, 1))
    place = tuple(nearest)
    saturated = blot.saturated[place]
    inner = np.abs(offsets) <= max(lane.width_px / 2, 1)
    if blot.saturated.any():
        saturated = binary_dilation(saturated)
    own = slice(side, -side)
    clean = _without_dust(values, side, noise)[:, own]
    variance, repaired = noise.variance(clean), np.zeros(len(rows))
    if blot.repair is not None:
        taken = blot.repair.pixels[place]
        repaired = taken[:, inner].mean(axis=1)
        variance = np.where(taken[:, own], blot.repair.variance[place][:, own], variance)
    outside = bool((x[:, inner] < -0.5).any() or (x[:, inner] > blot.shape[1] - 0.5).any())
    clipped = saturated[:, inner].mean(axis=1)
    return LaneStrip(clean, clipped, offsets[own], variance.sum(axis=1), outside, repaired)


def _reach(geometry: BlotGeometry, i: int, side: int) -> int:
    """Return how many columns the strip takes on one side of the centre line."""
    lane = geometry.lanes[i]
    reach = lane.width_px * (0.5 + _MARGIN)
    j = i + side
    if 0 <= j < len(geometry.lanes):
        other = geometry.lanes[j]
        apart = float(np.percentile(np.abs(other.x - lane.x), 5))
        reach = min(reach, (apart + (lane.width_px - other.width_px) / 2) / 2)
    return max(1, int(reach))


def _without_dust(values: Array, side: int, noise: NoiseModel) -> Array:
    """Return the strip with small bright spots bridged along their rows.

    A band fills its lane's width, so that a spot which stands out of both its sides in a row is none.
    """
    padded = np.pad(values, ((0, 0), (side, side)), mode="edge")
    beside = np.maximum(padded[:, : -2 * side], padded[:, 2 * side :])
    ground = np.percentile(values, 20, axis=1, keepdims=True)
    excess = values - beside
    spot = excess > _DUST * np.sqrt(noise.variance(values)) + _DUST_SHARE * np.maximum(beside - ground, 0)
    if not spot.any():
        return values
    spot = binary_dilation(spot, iterations=max(2, side // 2))
    clean = values.copy()
    columns = np.arange(values.shape[1])
    for y in np.flatnonzero(spot.any(axis=1)):
        good = ~spot[y]
        if good.sum() >= 4:
            clean[y, ~good] = np.interp(columns[~good], columns[good], values[y, good])
    return clean
