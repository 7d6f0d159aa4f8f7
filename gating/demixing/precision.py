"""How certain the fractions are: counting, overlap, the tube's shifts and the shapes that the batch shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gating.demixing.fit import Problem
from gating.demixing.model import SIGNS, STATES, Mixture

if TYPE_CHECKING:
    from numpy.typing import NDArray

BEYOND_THE_FAMILY, PER_SD = 1.5, 3.0  # calibrated on the develop shapes of benchmarks/quadrant_grid.py
TAIL = 0.001  # of a neighbouring state's cells
LEAST_EVENTS = 0.5  # of a state in a tube, so that its variance is known where none was found


def fraction_variances(problem: Problem, mixture: Mixture, separation: float) -> NDArray[np.float64]:
    """Return the variances of each tube's four fractions, shape (tubes, 4).

    The counts are Poisson about their expectation. What each tube has of its own (four numbers of cells, four shifts)
    is eliminated from the information on the shapes, then the uncertainty of the shapes is carried back to each tube.
    Penalties and the spread of shifts count as prior knowledge, so that the bias of a smooth shape is held too.

    References
    ----------
    Nychka D. Bayesian confidence intervals for smoothing splines. J Am Stat Assoc 83:1134 (1988),
    doi 10.1080/01621459.1988.10478711.
    """
    totals = problem.counts.sum(axis=(1, 2))
    cells = np.maximum(mixture.weights * totals[:, None], LEAST_EVENTS)
    densities = [problem.splines[a].densities(mixture.coefficients[a]) for a in (0, 1)]
    slopes = [-np.gradient(d, axis=1) for d in densities]
    jacobians = [_jacobian(problem.splines[a].basis, densities[a]) for a in (0, 1)]
    # Information is taken at the batch's common shapes: a tube's own shift moves it, but does not change it.
    expected = np.einsum("tk,ki,kj->tij", cells, *densities, optimize=True)
    inverse = 1.0 / np.maximum(expected, 1e-9)
    shapes = _shape_information(cells, inverse, densities, jacobians) + _prior(problem, jacobians, densities)
    own, crossed = _tube_information(cells, inverse, densities, slopes, jacobians)
    for axis in (0, 1):
        at = slice(STATES + 2 * axis, STATES + 2 * axis + 2)
        own[:, at, at] += np.linalg.inv(mixture.spreads[axis])
    own_covariance = np.linalg.inv(own)
    carried = own_covariance @ crossed
    shapes -= np.einsum("tap,taq->pq", crossed, carried, optimize=True)
    root = np.linalg.cholesky(shapes + 1e-9 * np.trace(shapes) / len(shapes) * np.eye(len(shapes)))
    spread = np.linalg.solve(root, carried[:, :STATES].transpose(2, 0, 1).reshape(len(shapes), -1))
    spread = spread.reshape(len(shapes), len(cells), STATES)
    covariance = own_covariance[:, :STATES, :STATES] + np.einsum("pta,ptb->tab", spread, spread, optimize=True)
    shares = cells / cells.sum(axis=1, keepdims=True)
    # The shapes are believed less the more they overlap, for no family of shapes holds every instrument's.
    counting = np.zeros_like(covariance)
    counting[:, range(STATES), range(STATES)] = cells
    covariance = counting + _doubt(separation) * (covariance - counting)
    to_fractions = (np.eye(STATES)[None] - shares[:, :, None]) / cells.sum(axis=1)[:, None, None]
    found = np.einsum("tij,tjk,tik->ti", to_fractions, covariance, to_fractions, optimize=True)
    # Where a neighbour's tail reaches in, a thousandth of its cells may be this state's or not.
    neighbours = shares[:, [1, 0, 3, 2]] + shares[:, [3, 2, 1, 0]]
    return np.asarray(found + (TAIL * neighbours) ** 2, dtype=np.float64)


def _doubt(separation: float) -> float:
    """Return by how much all variance beyond counting is raised where the signs of an axis lie so many SD apart."""
    return BEYOND_THE_FAMILY + (PER_SD * min(max(4.0 - separation, 0.0), 3.0) if np.isfinite(separation) else 0.0)


def _jacobian(basis: NDArray[np.float64], densities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how each bin's probability depends on the coefficients, shape (4, bins, m)."""
    return np.asarray(densities[:, :, None] * (basis[None] - (densities @ basis)[:, None, :]), dtype=np.float64)


def _prior(
    problem: Problem, jacobians: list[NDArray[np.float64]], densities: list[NDArray[np.float64]]
) -> NDArray[np.float64]:
    sizes = [j.shape[2] for j in jacobians]
    total = np.zeros((STATES * sum(sizes), STATES * sum(sizes)))
    for axis in (0, 1):
        for k in range(STATES):
            start = STATES * sizes[0] * axis + k * sizes[axis]
            jacobian, density = jacobians[axis][k], densities[axis][k]
            events = problem.remembered[axis][k].sum()
            remembered = events * jacobian.T @ (jacobian / np.maximum(density, 1e-9)[:, None])
            at = slice(start, start + sizes[axis])
            total[at, at] = problem.splines[axis].penalty + remembered + 1e-6 * np.eye(sizes[axis])
    return total


def _shape_information(
    cells: NDArray[np.float64],
    inverse: NDArray[np.float64],
    densities: list[NDArray[np.float64]],
    jacobians: list[NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Return the information of all tubes on the coefficients: Annexin V of the four states, then the dye."""
    across, up = densities
    sizes = [j.shape[2] for j in jacobians]
    total = np.zeros((STATES * sum(sizes), STATES * sum(sizes)))
    second = STATES * sizes[0]
    for k in range(STATES):
        for m in range(STATES):
            weighted = np.einsum("t,tij->ij", cells[:, k] * cells[:, m], inverse, optimize=True)
            row, column = slice(k * sizes[0], (k + 1) * sizes[0]), slice(m * sizes[0], (m + 1) * sizes[0])
            total[row, column] = jacobians[0][k].T @ ((weighted @ (up[k] * up[m]))[:, None] * jacobians[0][m])
            of_dye = slice(second + m * sizes[1], second + (m + 1) * sizes[1])
            total[row, of_dye] = jacobians[0][k].T @ (weighted * up[k][None, :] * across[m][:, None]) @ jacobians[1][m]
            total[of_dye, row] = total[row, of_dye].T
            below = slice(second + k * sizes[1], second + (k + 1) * sizes[1])
            total[below, of_dye] = jacobians[1][k].T @ (((across[k] * across[m]) @ weighted)[:, None] * jacobians[1][m])
    return total


def _tube_information(
    cells: NDArray[np.float64],
    inverse: NDArray[np.float64],
    densities: list[NDArray[np.float64]],
    slopes: list[NDArray[np.float64]],
    jacobians: list[NDArray[np.float64]],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each tube's information on its own eight parameters (t, 8, 8), and between them and the shapes."""
    across, up = densities
    tubes = len(cells)
    joint = np.einsum("ki,kj->kij", across, up)
    moved = [np.einsum("ki,kj->kij", slopes[0], up), np.einsum("ki,kj->kij", across, slopes[1])]
    gradients = np.zeros((tubes, STATES + 4, *inverse.shape[1:]))
    gradients[:, :STATES] = joint
    for axis in (0, 1):
        for sign in (0, 1):
            of_sign = SIGNS[axis] == sign
            gradients[:, STATES + 2 * axis + sign] = np.einsum(
                "tk,kij->tij", cells[:, of_sign], moved[axis][of_sign], optimize=True
            )
    scaled = gradients * inverse[:, None]
    flat = (tubes, STATES + 4, -1)
    own = scaled.reshape(flat) @ gradients.reshape(flat).transpose(0, 2, 1)
    along = np.einsum("taij,kj->taki", scaled, up, optimize=True) * cells[:, None, :, None]
    below = np.einsum("taij,ki->takj", scaled, across, optimize=True) * cells[:, None, :, None]
    first = np.einsum("taki,kim->takm", along, jacobians[0], optimize=True).reshape(flat)
    second = np.einsum("takj,kjm->takm", below, jacobians[1], optimize=True).reshape(flat)
    return own, np.concatenate([first, second], axis=2)
