"""How bright a stained cell would be without its stain: the negatives that match it in scatter.

Dead cells shine on their own two to four times as much as live ones, and it is the dead ones that take up the dye. So
the negatives of a dye's single stain are not the unstained tube as a whole, but its dead cells. Nothing marks them
there, except their scatter: the single stain says how likely a cell of each scatter is positive, and the light of
the unstained cells, as a function of that probability, says how bright those are that would be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.robust_regression import robust_plane, robust_sd
from gating.scatter_odds import likely_share, scatter_odds
from gating.stain import Light

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST = 20  # cells without stain below which none are matched
EDGES = (0.005, 0.995)
CONTRAST = 0.05  # of probability, below which scatter tells nothing


@dataclass(frozen=True, eq=False)
class Negative:
    """What positive cells would show without stain.

    Attributes
    ----------
    own, other : float
        Light in the two detectors, at the positives' median scatter where there is one.
    own_error, other_error : float
        Standard errors.
    own_variance, other_variance, covariance : float
        Of a cell about these, the noise of the detectors with it.
    matched : bool
        False where no scatter says which cells to compare: then these are all the unstained cells.
    """

    own: float
    other: float
    own_error: float
    other_error: float
    own_variance: float
    other_variance: float
    covariance: float
    matched: bool


def matched_negative(stained: Light, positive: NDArray[np.bool_], blank: Light) -> Negative:
    """Return what the positive cells of a single stain would show without their stain.

    Parameters
    ----------
    stained, blank : Light
        The single stain and the unstained tube. Where no unstained cell scatters as the positives do (they are beads,
        say), the negatives of the stained tube itself are taken in the place of the unstained tube.
    positive : ndarray of bool, shape (n,)
        Which events of the single stain are stained.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> dead = np.arange(4_000) % 4 == 0
    >>> def cells():
    ...     size = np.column_stack([np.where(dead, -0.5, 0.0), np.zeros(4_000)]) + 0.1 * rng.standard_normal((4_000, 2))
    ...     return size, np.where(dead, 300.0, 100.0) + 20.0 * rng.standard_normal((2, 4_000))
    >>> (size, light), (blank_size, blank) = cells(), cells()
    >>> found = matched_negative(Light(light[0] + 5_000.0 * dead, light[1], size), dead, Light(*blank, blank_size))
    >>> 290 < found.other < 310, 290 < found.own < 310
    (True, True)
    """
    for candidate in (blank, _taken(stained, ~positive)):
        if stained.size is not None and candidate.size is not None and len(candidate.own) >= FEWEST:
            inside = _inside(candidate.size, stained.size[positive])
            if np.count_nonzero(inside) >= FEWEST:
                return _matched(stained.size, positive, _taken(candidate, inside))
    return _unmatched(blank)


def _taken(light: Light, rows: NDArray[np.bool_]) -> Light:
    return Light(light.own[rows], light.other[rows], None if light.size is None else light.size[rows])


def _inside(size: NDArray[np.float64], among: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say which cells scatter within the range of others, a little more in each direction."""
    low, high = np.quantile(among, EDGES, axis=0)
    room = 0.5 * (high - low) + 1e-9
    return np.asarray(((size >= low - room) & (size <= high + room)).all(axis=1))


def _matched(size: NDArray[np.float64], positive: NDArray[np.bool_], blank: Light) -> Negative:
    assert blank.size is not None
    probability = np.ones(len(blank.own))
    if np.count_nonzero(~positive) >= FEWEST:
        ratio = scatter_odds(size, positive, blank.size)
        share = likely_share(ratio)  # the unstained tube need not hold as many such cells as the stained one
        probability = share * ratio / (share * ratio + 1.0 - share)
    spread = [max(robust_sd(column), 1e-3) for column in blank.size.T]
    columns = [np.ones(len(blank.own)), *((blank.size - np.median(size[positive], axis=0)) / spread).T]
    if np.ptp(probability) > CONTRAST:
        columns.insert(1, 1.0 - probability)
    return _negative(np.column_stack(columns), blank, probability + 1e-9, matched=True)


def _unmatched(blank: Light) -> Negative:
    return _negative(np.ones((len(blank.own), 1)), blank, np.ones(len(blank.own)), matched=False)


def _negative(design: NDArray[np.float64], blank: Light, weights: NDArray[np.float64], *, matched: bool) -> Negative:
    """Return the light where all but the first column of the design are zero, and the spread about the planes."""
    own, other = (robust_plane(design, light) for light in (blank.own, blank.other))
    residuals = np.stack([_clipped(plane.residuals) for plane in (own, other)])
    spread = (residuals * (weights / weights.sum())) @ residuals.T
    return Negative(
        own=float(own.coefficients[0]),
        other=float(other.coefficients[0]),
        own_error=float(np.sqrt(own.covariance[0, 0])),
        other_error=float(np.sqrt(other.covariance[0, 0])),
        own_variance=float(spread[0, 0]),
        other_variance=float(spread[1, 1]),
        covariance=float(spread[0, 1]),
        matched=matched,
    )


def _clipped(residuals: NDArray[np.float64]) -> NDArray[np.float64]:
    reach = 3.0 * robust_sd(residuals)
    return np.clip(residuals, -reach, reach)
