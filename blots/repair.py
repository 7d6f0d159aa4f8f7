"""What a shorter exposure gave to a longer one: which pixels, how noisy they are, and how well the scale is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Repair:
    """Pixels of a blot that were clipped and taken from a shorter exposure.

    Parameters
    ----------
    pixels : ndarray of bool, shape (rows, columns)
        The pixels that were taken.
    variance : ndarray, shape (rows, columns)
        Their noise, which is that of the shorter exposure times the square of the scale; 0 elsewhere.
    scale_error : float
        Standard error of the scale between the exposures, as a fraction. All pixels that were taken share it.

    Examples
    --------
    >>> taken = np.eye(3, dtype=bool)
    >>> repair = Repair(taken, np.where(taken, 4.0, 0.0), 0.01)
    >>> int(repair.turned(1).pixels[2, 0]), repair.pixels.flags.writeable
    (1, False)
    """

    pixels: NDArray[np.bool_]
    variance: NDArray[np.float64]
    scale_error: float

    def __post_init__(self) -> None:
        """Keep private read-only arrays."""
        for name, kind in (("pixels", np.bool_), ("variance", np.float64)):
            array = np.array(getattr(self, name), dtype=kind)
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def turned(self, quarter_turns: int) -> Repair:
        """Return the same pixels after quarter turns anticlockwise."""
        pixels, variance = np.rot90(self.pixels, quarter_turns), np.rot90(self.variance, quarter_turns)
        return Repair(pixels, variance, self.scale_error)
