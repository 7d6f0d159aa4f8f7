"""Display scales: linear near zero, logarithmic far from it. Counting needs none of them, pictures and densities do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


class Scale(Protocol):
    """What every display scale does: linear values to display coordinates and back."""

    def __call__(self, values: ArrayLike) -> NDArray[Any]:
        """Return the display coordinate of linear values."""
        ...

    def inverse(self, display: ArrayLike) -> NDArray[Any]:
        """Return the linear values of display coordinates."""
        ...


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


@dataclass(frozen=True)
class Logicle:
    """The logicle scale, the biexponential that cytometry programs draw; from 0 to 1 between zero decades and `top`.

    `top` is the largest linear value, `width` the decades of the linear part, `decades` those of the whole scale,
    `negative` further ones below zero.

    References
    ----------
    Moore WA, Parks DR. Update for the logicle data scale including operational code implementations. Cytometry A
    81:273 (2012), doi 10.1002/cyto.a.22030.

    Examples
    --------
    >>> scale = Logicle()
    >>> scale([0.0, 262144.0]).round(4).tolist(), scale.inverse(scale([-200.0, 5e4])).round(3).tolist()
    ([0.1111, 1.0], [-200.0, 50000.0])
    """

    top: float = 262_144.0
    width: float = 0.5
    decades: float = 4.5
    negative: float = 0.0

    def __call__(self, values: ArrayLike) -> NDArray[Any]:
        """Return the display coordinate of linear values."""
        from flowutils.transforms import logicle

        return _columnwise(logicle, values, self.top, self.decades, self.width, self.negative)

    def inverse(self, display: ArrayLike) -> NDArray[Any]:
        """Return the linear values of display coordinates."""
        from flowutils.transforms import logicle_inverse

        return _columnwise(logicle_inverse, display, self.top, self.decades, self.width, self.negative)


@dataclass(frozen=True)
class Log:
    """The plain logarithm, `decades` of them below `top`; what is not above the lowest value is shown at it.

    Examples
    --------
    >>> Log(top=10_000.0, decades=4.0)([1.0, 100.0, 10_000.0, -5.0]).tolist()
    [0.0, 0.5, 1.0, 0.0]
    """

    top: float = 262_144.0
    decades: float = 4.5

    def __call__(self, values: ArrayLike) -> NDArray[Any]:
        """Return the display coordinate of linear values, 0 at the lowest and 1 at `top`."""
        lowest = self.top / 10.0**self.decades
        return np.asarray(np.log10(np.maximum(np.asarray(values, dtype=np.float64), lowest) / lowest) / self.decades)

    def inverse(self, display: ArrayLike) -> NDArray[Any]:
        """Return the linear values of display coordinates."""
        return np.asarray(self.top * 10.0 ** ((np.asarray(display, dtype=np.float64) - 1.0) * self.decades))


def _columnwise(transform: Any, values: ArrayLike, *parameters: float) -> NDArray[Any]:
    """Apply one of FlowUtils' transforms, which take a table and change its columns, to an array of any shape."""
    array = np.array(values, dtype=np.float64)
    return np.asarray(transform(array.reshape(-1, 1), [0], *parameters)).reshape(array.shape)
