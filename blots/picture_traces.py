"""Every trace that a picture bears of its way from the camera to the file, found in one go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blots.burnt_in import Place, find_labels, find_paint
from blots.copies import Copy, find_exact_copy, find_noise_copy
from blots.grey_levels import GreyLevels, grey_levels
from blots.histogram_comb import NONE, Comb, find_comb, repeated_numbers
from blots.noise_law import NoiseLaw, find_noise_law
from blots.resampling import PixelGrid, find_pixel_grid
from blots.roughness_spectrum import roughness_spectrum
from blots.splices import Seam, find_seam

Array = NDArray[np.float64]

_FINEST = 65535.0


@dataclass(frozen=True, eq=False)
class PictureTraces:
    """What was found in a picture; None or kind "none" where nothing was.

    Examples
    --------
    >>> picture = np.random.default_rng(0).normal(900, 30, (200, 300)).round()
    >>> traces = find_traces(picture, picture > 65535)
    >>> traces.comb.kind, traces.grid.kind, traces.label, traces.seam, traces.copy
    ('none', 'none', None, None, None)
    """

    levels: GreyLevels | None
    comb: Comb
    noise_law: NoiseLaw
    grid: PixelGrid
    label: Place | None
    paint: Place | None
    seam: Seam | None
    copy: Copy | None


def find_traces(
    signal: Array, saturated: NDArray[np.bool_], lossy: bool = False, curved_levels: bool = False
) -> PictureTraces:
    """Look for every trace in a picture.

    Parameters
    ----------
    signal, saturated : ndarray, shape (rows, columns)
        As `Blot` holds them.
    lossy : bool
        The file is a JPEG: its blocks need no search, and they would be taken for seams and twins.
    curved_levels : bool
        The levels lie unevenly by the file's own law (Typhoon `.gel`), which is no tampering.

    Returns
    -------
    PictureTraces
        All that was found.

    Examples
    --------
    >>> picture = np.random.default_rng(0).normal(900, 30, (200, 300)).round()
    >>> find_traces(np.repeat(np.repeat(picture, 2, 0), 2, 1), np.zeros((400, 600), bool)).grid.kind
    'resampled'
    """
    levels = grey_levels(signal)
    step = levels.step if levels is not None else max(float(np.ptp(signal)), 1e-300) / _FINEST
    grid = find_pixel_grid(roughness_spectrum(signal))
    blocks = lossy or grid.kind == "jpeg"
    repeats = repeated_numbers(signal, step)
    comb, law = Comb(NONE, 0.0), NoiseLaw(1.0, 0.0)
    if levels is not None and not blocks and not curved_levels:
        comb = find_comb(levels, repeats)
    if blocks:
        return PictureTraces(levels, comb, law, grid, None, None, None, None)
    copy = find_exact_copy(signal) or (find_noise_copy(signal) if grid.kind == "none" else None)
    label, paint = find_labels(signal, step), find_paint(signal, saturated)
    if label is None and grid.kind == "none":
        law = find_noise_law(signal, step)
    return PictureTraces(levels, comb, law, grid, label, paint, find_seam(signal, step), copy)
