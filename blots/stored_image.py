"""What a file held: one grey picture as stored, with all that bears on reading it as signal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from blots.fitness import Encoding


@dataclass(frozen=True, eq=False)
class StoredImage:
    """One picture of a file, before its polarity is known.

    Parameters
    ----------
    pixels : ndarray, shape (rows, columns)
        The numbers of the file, linear in the light (a stated law is already applied).
    encoding : Encoding
        How they were held.
    floor, ceiling : float or None
        The range of the stored type; None for floating point.
    cautions : tuple of str
        What the reading itself leaves in doubt.
    metadata : mapping of str to str
        What the file says of itself: its format, scanner, date.
    bright_bands : bool
        True where the format itself defines a larger number as more signal, so that no look at the picture is needed.

    Examples
    --------
    >>> StoredImage(np.eye(3), Encoding(bits=16)).cautions
    ()
    """

    pixels: NDArray[np.generic]
    encoding: Encoding
    floor: float | None = None
    ceiling: float | None = None
    cautions: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    bright_bands: bool = False


def whole_number_range(kind: np.dtype[np.generic], bits: int) -> tuple[float | None, float | None]:
    """Return the smallest and the largest number that `bits` of this type hold, None for floating point.

    Examples
    --------
    >>> whole_number_range(np.dtype(np.uint16), 12), whole_number_range(np.dtype(np.int16), 16)
    ((0.0, 4095.0), (-32768.0, 32767.0))
    >>> whole_number_range(np.dtype(np.float32), 32)
    (None, None)
    """
    if kind.kind == "u":
        return 0.0, float(2**bits - 1)
    if kind.kind == "i":
        return float(-(2 ** (bits - 1))), float(2 ** (bits - 1) - 1)
    return None, None
