"""The nouns of a blot's geometry: a lane, a band, and all of them together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Lane:
    """One lane: its number from 1 at the left, its centre column `x` at every row, how wide its bands are.

    `basis` says where it comes from: "found" (it shows bands), "neighbours" (it shows none) or "box".
    """

    number: int
    x: Array
    width_px: float
    basis: str = "found"


@dataclass(frozen=True)
class Band:
    """One band: its lane and target, centre `x`, `y` in pixels of the image as stored, and half its height.

    `basis`: "found" (its own crest), "neighbours" (too faint: lane and row tell its place) or "box".
    """

    lane: int
    target: str
    x: float
    y: float
    half_height_px: float
    basis: str = "found"


@dataclass(frozen=True, eq=False)
class BlotGeometry:
    """Lanes from left to right, bands lane by lane from top to bottom, and the course of the rows.

    `course` (columns,) is how far a row of bands lies below its level in the middle of the picture; `sigma_px`
    (n_targets,) the usual height of each row's bands as a standard deviation.
    """

    targets: tuple[str, ...]
    lanes: tuple[Lane, ...]
    bands: tuple[Band, ...]
    course: Array
    sigma_px: Array
    cautions: tuple[str, ...] = ()

    def band(self, lane: int, target: str) -> Band:
        """Return the band of a lane (from 1) and a target."""
        return self.bands[(lane - 1) * len(self.targets) + self.targets.index(target)]

    def y(self) -> Array:
        """Return the centre rows of all bands, shape (n_lanes, n_targets)."""
        return np.array([band.y for band in self.bands]).reshape(len(self.lanes), len(self.targets))
