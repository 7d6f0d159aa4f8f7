"""Pixels that the camera or an export clipped: where they are, and how to look past them when seeking bands."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

_DOME = 0.05  # of the picture's range a pixel


def find_saturated(signal: NDArray[np.float64], ceiling: float | None) -> NDArray[np.bool_]:
    """Find the pixels at the level where the picture was clipped, wherever that level lies.

    Parameters
    ----------
    signal : ndarray, shape (rows, columns)
        More signal is larger.
    ceiling : float or None
        The largest value that the file's type can hold, None where there is none (floats).

    Returns
    -------
    ndarray of bool, shape (rows, columns)
        Pixels at the type's ceiling; or, below it, at the picture's maximum where far more pixels share that
        number than the levels just under it (a camera whose full well is smaller than its file's type).

    Examples
    --------
    >>> ramp = np.linspace(0, 5000, 10_000).reshape(100, 100)
    >>> int(find_saturated(ramp, 65535).sum()), int(find_saturated(np.minimum(ramp, 4095), 65535).sum())
    (0, 1810)
    """
    top = float(signal.max())
    if ceiling is not None and top >= ceiling:
        return np.asarray(signal >= ceiling)
    at_top = int((signal == top).sum())
    below = signal[(signal < top) & (signal > top - 0.05 * (top - float(np.median(signal))))]
    levels = len(np.unique(below))
    usual = below.size / levels if levels else 0.0
    plateau = at_top >= 8 and at_top > 6 * max(usual, 1.0)
    return np.asarray((signal == top) & plateau)


def domed(signal: NDArray[np.float64], saturated: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the signal with every clipped plateau raised towards its middle, where the band's crest must lie.

    Only for finding bands: a plateau's rims would else look like two crests. Volumes never see it.

    Parameters
    ----------
    signal, saturated : ndarray, shape (rows, columns)
        As `Blot` holds them.

    Examples
    --------
    >>> picture = np.tile(np.array([0.0, 1, 9, 9, 9, 9, 9, 1, 0])[:, None], (1, 5))
    >>> int(domed(picture, picture == 9)[:, 2].argmax())
    4
    """
    if not saturated.any():
        return signal
    depth = distance_transform_edt(np.pad(saturated, ((0, 0), (1, 1)), mode="edge"))[:, 1:-1]
    return np.asarray(signal + _DOME * float(np.ptp(signal)) * depth)
