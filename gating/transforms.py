"""Display scales: linear near zero, logarithmic far from it. Counting needs none of them, pictures and densities do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Asinh:
    """The inverse hyperbolic sine of x / cofactor, in decades (so that 1 is a factor of ten far from zero).

    Examples
    --------
    >>> scale = Asinh(cofactor=150.0)
    >>> scale.inverse(scale(1000.0)).round(6)
    np.float64(1000.0)
    """

    cofactor: float

    def __call__(self, values: ArrayLike) -> NDArray[Any]:
        """Return the display coordinate of linear values."""
        return np.asarray(np.arcsinh(np.asarray(values, dtype=np.float64) / self.cofactor) / np.log(10.0))

    def inverse(self, display: ArrayLike) -> NDArray[Any]:
        """Return the linear values of display coordinates."""
        return np.asarray(np.sinh(np.asarray(display, dtype=np.float64) * np.log(10.0)) * self.cofactor)
