"""Letters, arrows, frames and paint on a picture: exact numbers with edges sharper than any lens draws."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_JUMP = 0.12  # of the picture's range, from one pixel to the next
_COARSE = 6.0  # levels
_FLAT = 0.25  # of that jump: what the pixel beyond may differ
_CELL_PX = 64
_FEWEST = 30  # sharp pixels of one level in a cell; specks of dust have fewer
_COLOURED, _TINT = 0.3, 0.02  # of the picture's range, between red, green and blue
_MOST_COLOURED, _MOSTLY = 0.1, 0.85  # of the pixels
_PATCH_CELL_PX = 16
_NOISY = 0.02  # share of 2 x 2 equal pixels above which a picture is too coarse to tell paint


class Place(NamedTuple):
    """A box of the picture: columns `left` to `right` and rows `top` to `bottom`, half open."""

    left: int
    top: int
    right: int
    bottom: int

    def __str__(self) -> str:
        """Say where it is."""
        return f"x {self.left} to {self.right}, y {self.top} to {self.bottom}"


def find_labels(signal: Array, step: float = 1.0) -> Place | None:
    """Find letters, arrows or frames that were drawn on the picture.

    A drawn pixel holds exactly the number of a neighbour of its own stroke, and the next pixel outside lies far off
    already and is followed by one like itself. A lens, even over a clipped band, spreads an edge over more pixels.

    Parameters
    ----------
    signal : ndarray, shape (rows, columns)
        The picture.
    step : float
        The step of its levels; in few levels every edge is sharp.

    Returns
    -------
    Place or None
        A box around the clearest drawing.

    Examples
    --------
    >>> picture = np.random.default_rng(0).normal(900, 30, (200, 300)).round()
    >>> find_labels(picture) is None
    True
    >>> picture[50:52, 100:140] = 60_000
    >>> str(find_labels(picture))
    'x 100 to 140, y 50 to 52'
    """
    low, high = np.quantile(signal.ravel()[::7], [0.005, 0.999])
    jump = max(_JUMP * float(high - low), _COARSE * step)
    across = _sharp(signal, jump)
    down = _sharp(signal.T, jump)
    rows = np.concatenate([across[0], down[1]])
    columns = np.concatenate([across[1], down[0]])
    if rows.size < _FEWEST:
        return None
    _, codes, counts = np.unique(signal[rows, columns], return_inverse=True, return_counts=True)
    for level in np.argsort(counts)[::-1][:3]:
        drawn = codes == level
        place = _densest(np.unique(np.stack([rows[drawn], columns[drawn]], axis=1), axis=0))
        if place is not None:
            return place
    return None


def _sharp(picture: Array, jump: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return row and column of the pixels that end at the next column in a drawn edge."""
    rows, columns = np.nonzero(np.abs(picture[:, 1:] - picture[:, :-1]) > jump)
    found = [_drawn(picture, rows, columns, 1), _drawn(picture, rows, columns + 1, -1)]
    return np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found])


def _drawn(
    picture: Array, rows: NDArray[np.intp], columns: NDArray[np.intp], way: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Keep the pixels that equal a neighbour of their own side while the other side is flat."""
    height, width = picture.shape
    keep = (columns + 2 * way >= 0) & (columns + 2 * way < width) & (columns - way >= 0) & (columns - way < width)
    rows, columns = rows[keep], columns[keep]
    here, outside = picture[rows, columns], picture[rows, columns + way]
    flat = np.abs(picture[rows, columns + 2 * way] - outside) < _FLAT * np.abs(outside - here)
    above, below = np.maximum(rows - 1, 0), np.minimum(rows + 1, height - 1)
    same = (picture[rows, columns - way] == here) | ((picture[above, columns] == here) & (above != rows))
    same |= (picture[below, columns] == here) & (below != rows)
    return rows[flat & same], columns[flat & same]


def _densest(pixels: NDArray[np.intp]) -> Place | None:
    """Return the box of the drawn pixels around the fullest cell, None where no cell holds enough."""
    if len(pixels) < _FEWEST:
        return None
    for shift in (0, _CELL_PX // 2):
        cells, counts = np.unique((pixels + shift) // _CELL_PX, axis=0, return_counts=True)
        if counts.max() >= _FEWEST:
            corner = cells[counts.argmax()] * _CELL_PX - shift
            near = pixels[((pixels >= corner - _CELL_PX) & (pixels < corner + 2 * _CELL_PX)).all(axis=1)]
            (top, left), (bottom, right) = near.min(axis=0), near.max(axis=0)
            return Place(int(left), int(top), int(right) + 1, int(bottom) + 1)
    return None


def has_coloured_marks(layers: NDArray[np.generic]) -> bool:
    """Tell whether a colour picture is a grey one with a few coloured pixels: arrows, boxes or letters on a blot.

    Parameters
    ----------
    layers : ndarray, shape (rows, columns, at least 3)
        Red, green and blue.

    Examples
    --------
    >>> picture = np.repeat(np.random.default_rng(0).integers(90, 110, (80, 90, 1)), 3, axis=2)
    >>> has_coloured_marks(picture)
    False
    >>> picture[20:24, 10:50] = (255, 0, 0)
    >>> has_coloured_marks(picture)
    True
    """
    colours = layers[..., :3].astype(np.float64)
    spread = np.ptp(colours, axis=2)
    coloured = spread > _COLOURED * float(np.ptp(colours))
    grey = spread <= _TINT * float(np.ptp(colours))
    return bool(_FEWEST <= coloured.sum() < _MOST_COLOURED * coloured.size and grey.mean() > _MOSTLY)


def find_paint(signal: Array, saturated: NDArray[np.bool_]) -> Place | None:
    """Find a patch of one exact number in a picture whose other pixels scatter: background that was painted over.

    Parameters
    ----------
    signal, saturated : ndarray, shape (rows, columns)
        As `Blot` holds them. Clipped pixels, and those at the lowest number, are flat without any paint.

    Returns
    -------
    Place or None
        A box around the patch; None too where the picture's levels are coarser than its noise.

    Examples
    --------
    >>> picture = np.random.default_rng(0).normal(900, 30, (200, 300)).round()
    >>> picture[78:114, 94:178] = 900
    >>> str(find_paint(picture, picture > 65535))
    'x 96 to 176, y 80 to 112'
    """
    same = signal[:-1, :-1] == signal[1:, 1:]
    same &= signal[:-1, :-1] == signal[:-1, 1:]
    same &= signal[:-1, :-1] == signal[1:, :-1]
    same &= ~saturated[:-1, :-1]
    same &= signal[:-1, :-1] > signal.min()
    height, width = (n // _PATCH_CELL_PX for n in same.shape)
    cells = same[: height * _PATCH_CELL_PX, : width * _PATCH_CELL_PX]
    filled = cells.reshape(height, _PATCH_CELL_PX, width, _PATCH_CELL_PX).mean(axis=(1, 3))
    painted = filled == 1
    if painted.sum() < 2 or float(filled[filled < 0.5].mean() if (filled < 0.5).any() else 1) > _NOISY:
        return None
    if ((filled > 0.1) & (filled < 0.5)).sum() > painted.sum():
        return None
    rows, columns = np.nonzero(painted)
    left, right = int(columns.min()) * _PATCH_CELL_PX, (int(columns.max()) + 1) * _PATCH_CELL_PX
    return Place(left, int(rows.min()) * _PATCH_CELL_PX, right, (int(rows.max()) + 1) * _PATCH_CELL_PX)
