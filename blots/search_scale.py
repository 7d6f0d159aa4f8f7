"""The picture that is searched: a large scan reduced until its bands are a few pixels high, which is fine enough."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blots.band_scale import usual_band_sigma
from blots.clipping import domed

Array = NDArray[np.float64]

_ROWS = 700
_COLUMNS_A_LANE = 60
_FEWEST_COLUMNS = 900
_FINEST_SIGMA_PX = 3.0


class SearchPicture(NamedTuple):
    """`signal` to search, one pixel for `down` x `across` of the stored ones; `sigma_px` of its bands."""

    signal: Array
    down: int
    across: int
    sigma_px: float


def search_picture(signal: Array, saturated: NDArray[np.bool_], lanes: int) -> SearchPicture:
    """Return the picture to search, reduced by whole blocks where it is larger than its bands and lanes need.

    Parameters
    ----------
    signal, saturated : ndarray, shape (rows, columns)
        As `Blot` holds them.
    lanes : int
        How many lanes are expected.

    Examples
    --------
    >>> y = np.arange(2000.0)[:, None]
    >>> picture = 100 * np.exp(-0.5 * ((y - 900) / 15) ** 2) + np.zeros(3000)
    >>> found = search_picture(picture, picture > 999, 12)
    >>> found.signal.shape, found.down, found.across
    ((1000, 1000), 2, 3)
    """
    sigma = usual_band_sigma(signal)
    rows, columns = signal.shape
    down = max(1, min(rows // _ROWS, int(sigma / _FINEST_SIGMA_PX)))
    across = max(1, columns // max(_FEWEST_COLUMNS, _COLUMNS_A_LANE * lanes))
    if down * across > 1:
        signal, clipped = _reduced(signal, down, across), _reduced(saturated.astype(np.float32), down, across)
        saturated = clipped > 0.5
    return SearchPicture(domed(signal, saturated), down, across, sigma / down)


def _reduced(picture: NDArray[np.floating], down: int, across: int) -> Array:
    rows, columns = (n // step * step for n, step in zip(picture.shape, (down, across), strict=True))
    lower = np.add.reduceat(picture[:rows, :columns], np.arange(0, rows, down), axis=0)
    blocks = np.add.reduceat(lower, np.arange(0, columns, across), axis=1)
    return np.asarray(blocks / (down * across), dtype=np.float64)
