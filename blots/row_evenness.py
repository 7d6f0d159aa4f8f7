"""Which end of a blot holds the even row that a loading control makes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blots.cautions import caution
from blots.layout import BlotGeometry

Array = NDArray[np.float64]

LOADING_CONTROLS = (
    "actin", "tubulin", "gapdh", "vinculin", "hsp90", "hsc70", "lamin", "histone", "cofilin", "cyclophilin",
    "loading", "calnexin", "hprt", "ponceau", "tbp", "erk2", "pcna",
)  # fmt: skip
_FEWEST_LANES = 4
_EVEN = 0.35  # spread of ln(level) over the lanes
_UNEVEN = 0.7


def row_spreads(signal: Array, geometry: BlotGeometry) -> Array:
    """Return how far the bands of every row differ between lanes, as a robust standard deviation of ln(crest).

    Lanes that show no band in any row are left out.

    Parameters
    ----------
    signal : ndarray, shape (rows, columns)
        More signal is larger.
    geometry : BlotGeometry
        Where the bands lie.

    Returns
    -------
    ndarray, shape (n_targets,)

    Examples
    --------
    >>> from blots.layout import Band, Lane
    >>> signal = np.zeros((60, 40))
    >>> signal[19:22, 2:9], signal[19:22, 22:29] = 50.0, 100.0
    >>> lanes = tuple(Lane(n, np.full(60, x), 8.0) for n, x in ((1, 5.0), (2, 25.0)))
    >>> bands = tuple(Band(n, "actin", x, 20.0, 3.0) for n, x in ((1, 5.0), (2, 25.0)))
    >>> geometry = BlotGeometry(("actin",), lanes, bands, np.zeros(40), np.array([2.0]))
    >>> row_spreads(signal, geometry).round(2).tolist()
    [0.51]
    """
    held = [lane.number for lane in geometry.lanes if lane.basis != "neighbours"]
    crests = np.array([[_crest(signal, geometry, n, k) for k in range(len(geometry.targets))] for n in held])
    if len(held) == 0:
        return np.zeros(len(geometry.targets))
    floor = np.maximum(0.02 * crests.max(axis=0), 1e-9)
    logs = np.log(np.maximum(crests, floor))
    return np.asarray(1.4826 * np.median(np.abs(logs - np.median(logs, axis=0)), axis=0))


def loading_end(targets: tuple[str, ...]) -> int:
    """Return 1 where the loading control is named last, -1 where first, 0 where neither or both.

    Examples
    --------
    >>> loading_end(("cIAP1", "actin")), loading_end(("GAPDH", "XIAP")), loading_end(("XIAP", "cIAP1"))
    (1, -1, 0)
    """
    if len(targets) < 2:
        return 0
    first, last = (any(word in name.casefold() for word in LOADING_CONTROLS) for name in (targets[0], targets[-1]))
    return int(last) - int(first)


def says_upside_down(signal: Array, geometry: BlotGeometry) -> str:
    """Return a caution where the loading control's row is the uneven one and the row at the other end is even."""
    end = loading_end(geometry.targets)
    if end == 0 or sum(lane.basis != "neighbours" for lane in geometry.lanes) < _FEWEST_LANES:
        return ""
    spreads = row_spreads(signal, geometry)
    control, other = (-1, 0) if end > 0 else (0, -1)
    if spreads[control] < _UNEVEN or spreads[other] > _EVEN:
        return ""
    words = f"the row of {geometry.targets[control]} is uneven and that of {geometry.targets[other]} is even"
    return caution("upside_down", words)


def _crest(signal: Array, geometry: BlotGeometry, number: int, k: int) -> float:
    band = geometry.bands[(number - 1) * len(geometry.targets) + k]
    half = max(1, round(0.3 * geometry.lanes[number - 1].width_px))
    columns = slice(max(0, round(band.x) - half), round(band.x) + half + 1)
    tall = max(2, round(3.5 * float(geometry.sigma_px[k])))
    top = max(0, round(band.y) - tall)
    piece = signal[top : round(band.y) + tall + 1, columns].mean(axis=1)
    at = slice(max(0, round(band.y) - 1 - top), round(band.y) + 2 - top)
    return float(piece[at].mean() - np.percentile(piece, 10)) if piece[at].size else 0.0
