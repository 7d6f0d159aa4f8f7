"""How likely a cell of this scatter is of one kind: logistic regression on ln forward and ln side scatter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gating.robust_regression import robust_sd

if TYPE_CHECKING:
    from numpy.typing import NDArray

OUTERMOST = 5.0  # robust SD: a cell further out is taken to lie here
RIDGE = 1.0  # on standardised terms: keeps the odds finite where scatter tells all
STEPS, CONVERGED = 25, 1e-4
SHARE_STEPS = 200
LARGEST = 30.0  # log odds


def scatter_odds(size: NDArray[np.float64], kind: NDArray[np.bool_], cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much more often than in the mean a cell is of a kind, as a ratio of densities, shape (m,).

    Parameters
    ----------
    size : ndarray, shape (n, k)
        ln scatter of cells whose kind is known.
    kind : ndarray of bool, shape (n,)
        Which of them are of the kind; both must occur.
    cells : ndarray, shape (m, k)
        ln scatter of the cells that are asked about.

    Examples
    --------
    >>> small = np.arange(1_000) % 5 == 0
    >>> size = np.where(small, -1.0, 0.0)[:, None] + 0.3 * np.random.default_rng(1).standard_normal((1_000, 1))
    >>> ratio = scatter_odds(size, small, np.array([[-1.0], [0.0]]))
    >>> bool(ratio[0] > 10.0), bool(ratio[1] < 0.1)
    (True, True)
    """
    middle = np.median(size, axis=0)
    spread = np.array([max(robust_sd(column), 1e-3) for column in size.T])
    design, asked = (_quadratic(np.clip((z - middle) / spread, -OUTERMOST, OUTERMOST)) for z in (size, cells))
    share = float(np.mean(kind))
    coefficients = _logistic_regression(design, kind)
    odds: NDArray[np.float64] = np.exp(np.clip(asked @ coefficients, -LARGEST, LARGEST)) * (1.0 - share) / share
    return odds


def likely_share(ratio: NDArray[np.float64]) -> float:
    """Return the share of a kind in a tube from the density ratio of each of its cells (EM).

    Examples
    --------
    >>> round(likely_share(np.array([50.0, 0.02, 0.02, 0.02])), 1)
    0.2
    """
    share = 0.3
    for _ in range(SHARE_STEPS):
        moved = float(np.mean(share * ratio / (share * ratio + 1.0 - share)))
        if abs(moved - share) < 1e-5:
            break
        share = moved
    return share


def _logistic_regression(design: NDArray[np.float64], kind: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the coefficients of the log odds, by Newton's steps, each halved until the likelihood rises."""
    ridge = np.array([1e-6, *[RIDGE] * (design.shape[1] - 1)])
    coefficients = np.zeros(design.shape[1])
    coefficients[0] = np.log(np.mean(kind) / (1.0 - np.mean(kind)))
    height = _likelihood(design, kind, ridge, coefficients)
    for _ in range(STEPS):
        probability = 1.0 / (1.0 + np.exp(-np.clip(design @ coefficients, -LARGEST, LARGEST)))
        weights = probability * (1.0 - probability)
        gradient = design.T @ (kind - probability) - ridge * coefficients
        step = np.linalg.solve(design.T @ (design * weights[:, None]) + np.diag(ridge), gradient)
        moved = _likelihood(design, kind, ridge, coefficients + step)
        while moved < height and np.abs(step).max() > CONVERGED:
            step = step / 2.0
            moved = _likelihood(design, kind, ridge, coefficients + step)
        coefficients, height = coefficients + step, moved
        if np.abs(step).max() < CONVERGED:
            break
    return coefficients


def _likelihood(
    design: NDArray[np.float64], kind: NDArray[np.bool_], ridge: NDArray[np.float64], coefficients: NDArray[np.float64]
) -> float:
    log_odds = np.where(kind, 1.0, -1.0) * (design @ coefficients)
    return float(-np.logaddexp(0.0, -log_odds).sum() - 0.5 * ridge @ coefficients**2)


def _quadratic(z: NDArray[np.float64]) -> NDArray[np.float64]:
    crossed = [z[:, :1] * z[:, 1:]] if z.shape[1] > 1 else []
    return np.column_stack([np.ones(len(z)), z, z**2, *crossed])
