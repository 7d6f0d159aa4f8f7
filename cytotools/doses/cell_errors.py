"""Errors of many cells from few plates: their variances are drawn together.

Two degrees of freedom a cell tell next to nothing. The wells tell how unlike the variances of cells are; the plates
tell by which factor all are larger, and how far single cells depart from it. G. K. Smyth, Stat. Appl. Genet. Mol. Biol.
3:3 (2004), doi:10.2202/1544-6115.1027, whose prior is here a multiple of what the wells lead to expect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import polygamma

FloatArray = NDArray[np.float64]
STEPS = 50  # of Newton, to invert the trigamma function
LEAST = 1e-12  # of the mean variance: a cell in which plates agree to the last digit


@dataclass(frozen=True, eq=False)
class CellErrors:
    """Variance of a single plate in each cell (n_cells,), and the degrees of freedom of these variances."""

    variance: FloatArray
    degrees: float


def cell_errors(excess: FloatArray, by_wells: FloatArray, is_known: bool = False) -> CellErrors:
    """Return the errors of cells.

    Parameters
    ----------
    excess : ndarray, shape (n_plates, n_cells)
        Two or more plates.
    by_wells : ndarray, shape (n_cells, n_cells)
        Covariance of one plate's cells as the scatter of wells explains it, up to a factor.
    is_known : bool
        Whether that factor is 1. What plates then differ by beyond their wells is taken to move all cells together.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> found = cell_errors(rng.normal(0.0, 2.0, (3, 400)), np.eye(400))
    >>> bool(abs(found.variance.mean() - 4.0) < 0.6), found.degrees > 20.0
    (True, True)
    """
    degrees = len(excess) - 1
    expected = np.diag(by_wells)
    standard = (excess - excess.mean(axis=0)) / np.sqrt(expected)
    ratio = np.sum(standard**2, axis=0) / degrees
    scale = float(ratio.mean())
    alike = float((by_wells**2 / np.outer(expected, expected)).mean())
    beyond_wells = max(1.0 - 1.0 / scale, 0.0) if is_known and scale > 0 else 0.0
    prior = _prior_degrees(ratio, degrees, alike)
    common = degrees / max(alike, _alike(standard), alike * (1.0 - beyond_wells) ** 2 + beyond_wells**2)
    weight = 1.0 if np.isinf(prior) else prior / (prior + degrees)
    drawn = weight * scale + (1.0 - weight) * ratio
    return CellErrors(expected * drawn, max(min(prior + degrees, common), float(degrees)))


def _prior_degrees(ratio: FloatArray, degrees: int, alike: float) -> float:
    """Return the degrees of freedom of the distribution of the true ratios, inf where they do not differ.

    The logarithms of observed ratios scatter by chance, less so among cells that go together.
    """
    logs = np.log(np.maximum(ratio, LEAST * ratio.mean()))
    cells = len(ratio)
    chance = float(polygamma(1, 0.5 * degrees)) * (1.0 - alike) * cells / max(cells - 1, 1)
    beyond = float(logs.var(ddof=1)) - chance if cells > 1 else 0.0
    return 2.0 * _inverse_trigamma(beyond) if beyond > 0 else np.inf


def _inverse_trigamma(value: float) -> float:
    x = 0.5 + 1.0 / value
    for _ in range(STEPS):
        trigamma = float(polygamma(1, x))
        x += trigamma * (1.0 - trigamma / value) / float(polygamma(2, x))
    return x


def _alike(standard: FloatArray) -> float:
    """Return the mean squared correlation of cells over plates: 1 where all rise and fall together, 0 where none do.

    Unbiased estimates of tr V^2 and (tr V)^2 of the covariance V, M. S. Srivastava, J. Jpn. Stat. Soc. 35:251 (2005),
    doi:10.14490/jjss.35.251; two plates tell nothing of it.
    """
    degrees = len(standard) - 1
    if degrees < 2:
        return 0.0
    centred = standard - standard.mean(axis=0)
    gram = centred @ centred.T / degrees
    trace, squared = np.trace(gram), np.sum(gram**2)
    together = degrees**2 / ((degrees - 1) * (degrees + 2)) * (squared - trace**2 / degrees)
    apart = trace**2 - 2.0 * together / degrees
    return float(np.clip(together / apart, 0.0, 1.0)) if apart > 0 else 1.0
