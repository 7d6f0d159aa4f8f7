"""Fitting a batch's mixture: expectation-maximisation, speeded up by extrapolating along its path."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gating.demixing import ranks
from gating.demixing.model import SIGNS, Mixture
from gating.demixing.ranks import expected_counts
from gating.demixing.shifted import shifted
from gating.demixing.splines import Splines

if TYPE_CHECKING:
    from numpy.typing import NDArray

STIFFER = (1.0, 30.0, 1000.0)  # times the penalty, at the beginning of a fit
LARGEST_SHIFT_STEP_BINS = 0.3
COMMON_SHIFT_BINS = 0.1
FURTHEST = 3.5  # times the expected SD, beyond which no tube is shifted
PRIOR_TUBES = 20.0  # how many tubes the expected spread of shifts is worth


@dataclass(frozen=True, eq=False)
class Problem:
    """What is fitted: counts of each tube, and what is believed beforehand.

    Attributes
    ----------
    counts : ndarray, shape (tubes, bins, bins)
        Annexin V along the rows, the dye along the columns.
    splines : tuple of two Splines
        One an axis.
    expected_shift_bins : ndarray, shape (2,)
        SD of shifts from tube to tube that is expected, by axis.
    remembered : tuple of two ndarray, shape (4, bins)
        Events that each state is thought to have before any is seen, by axis: they keep an empty state in its place.
    falls : tuple of two ndarray, shape (4, m - 1)
        Where a state's density must fall (1) or rise (-1) from coefficient to coefficient: a negative state has no mode
        among the positive cells, nor a positive one among the negative.
    """

    counts: NDArray[np.float64]
    splines: tuple[Splines, Splines]
    expected_shift_bins: NDArray[np.float64]
    remembered: tuple[NDArray[np.float64], NDArray[np.float64]]
    falls: tuple[NDArray[np.float64], NDArray[np.float64]]

    def of(self, tubes: NDArray[np.bool_]) -> Problem:
        """Return the same for some of the tubes."""
        return replace(self, counts=self.counts[tubes])


def fit_mixture(problem: Problem, start: Mixture, iterations: int = 60, tolerance: float = 1e-4) -> Mixture:
    """Return the mixture that fits best, from this start.

    Parameters
    ----------
    problem : Problem
    start : Mixture
    iterations : int
        At most so many extrapolated steps, of three passes each.
    tolerance : float
        Stop when a step gains less log likelihood than this a tube.

    References
    ----------
    Varadhan R, Roland C. Simple and globally convergent methods for accelerating the convergence of any EM algorithm.
    Scand J Stat 35:335 (2008), doi 10.1111/j.1467-9469.2007.00585.x.
    """
    enough = tolerance * len(problem.counts)
    found, value = start, -np.inf
    for _ in range(iterations):
        found = centred(problem, found)
        first, before = improved(problem, found)
        second, _ = improved(problem, first)
        candidate = _extrapolated(found, first, second)
        if candidate is None:
            found = second
        else:
            after, reached = improved(problem, candidate)
            found = after if reached > before else second
        if abs(before - value) < enough:
            break
        value = before
    return found


def centred(problem: Problem, mixture: Mixture) -> Mixture:
    """Return the same mixture with the tubes' common shift moved into the shapes, where it belongs."""
    cells = mixture.weights * problem.counts.sum(axis=(1, 2))[:, None]
    coefficients, shifts = [c.copy() for c in mixture.coefficients], mixture.shifts.copy()
    for axis in (0, 1):
        for sign in (0, 1):
            states = np.flatnonzero(SIGNS[axis] == sign)
            of_sign = cells[:, states].sum(axis=1)
            mean = float(shifts[:, axis, sign] @ of_sign / max(of_sign.sum(), 1.0))
            if abs(mean) < COMMON_SHIFT_BINS:
                continue
            splines = problem.splines[axis]
            moved = shifted(splines.densities(coefficients[axis][states]), np.full((1, len(states)), mean))
            coefficients[axis][states] = [splines.fitted_to(density) for density in moved.densities[0]]
            shifts[:, axis, sign] -= mean
    return replace(mixture, coefficients=(coefficients[0], coefficients[1]), shifts=shifts)


def fit_hard_mixture(problem: Problem, start: Mixture) -> Mixture:
    """Return the best of several fits, for populations that overlap: their likelihood has more than one summit.

    Each fit begins with stiffer shapes, nearly normal ones, which have few summits, and lets them loose; the most
    likely one is then followed to its end.
    """
    found = []
    for stiffness in STIFFER:
        stiffer = [Splines(s.basis, s.penalty * stiffness) for s in problem.splines]
        stiff = replace(problem, splines=(stiffer[0], stiffer[1]))
        near = fit_mixture(stiff, start, 25) if stiffness > 1.0 else start
        found.append(fit_mixture(problem, near, 40))
    best = max(found, key=lambda mixture: improved(problem, mixture)[1])
    return fit_mixture(problem, best, 120)


def _extrapolated(start: Mixture, first: Mixture, second: Mixture) -> Mixture | None:
    """Return a point further along the path of two steps, None where the path is straight or has ended."""
    here = start.vector()
    step = first.vector() - here
    bend = second.vector() - here - 2.0 * step
    if not np.linalg.norm(bend):
        return None
    length = -np.clip(np.linalg.norm(step) / np.linalg.norm(bend), 1.0, 32.0)
    return second.at(here - 2.0 * length * step + length**2 * bend)


def improved(problem: Problem, mixture: Mixture) -> tuple[Mixture, float]:
    """Return the mixture after one pass, and the penalised log likelihood before it."""
    densities, moved = zip(*(mixture.shifted_densities(axis, problem.splines[axis]) for axis in (0, 1)), strict=True)
    across, up = moved[0].densities, moved[1].densities
    expected = expected_counts(across, up, mixture.weights, mixture.ties)
    value = float(np.vdot(problem.counts, np.log(expected))) + _belief(problem, mixture)
    *shares, ties = ranks.shares(problem.counts / expected, across, up, mixture.weights, mixture.ties)
    events = shares[0].sum(axis=2)
    coefficients = []
    shifts, spreads = mixture.shifts.copy(), mixture.spreads.copy()
    for axis in (0, 1):
        counts = moved[axis].back(shares[axis], densities[axis]) + problem.remembered[axis]
        splines = problem.splines[axis]
        coefficients.append(splines.newton_step(mixture.coefficients[axis], counts, problem.falls[axis]))
        relative = np.where(moved[axis].densities > 1e-9, moved[axis].slopes / moved[axis].densities, 0.0)
        slope = (shares[axis] * relative).sum(axis=2)
        curvature = (moved[axis].densities * relative**2).sum(axis=2) * events
        shifts[:, axis], spreads[axis] = _shifts(
            shifts[:, axis], spreads[axis], slope, curvature, SIGNS[axis], float(problem.expected_shift_bins[axis])
        )
    weights = events / events.sum(axis=1, keepdims=True)
    return Mixture((coefficients[0], coefficients[1]), weights, shifts, spreads, ties), value


def _shifts(
    shifts: NDArray[np.float64],
    spread: NDArray[np.float64],
    slope: NDArray[np.float64],
    curvature: NDArray[np.float64],
    signs: NDArray[np.int64],
    expected: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the shifts (tubes, 2) of one axis after a Newton step, and their covariance from tube to tube."""
    tubes = len(shifts)
    of_sign = np.stack([slope[:, signs == s].sum(axis=1) for s in (0, 1)], axis=1)
    precision = np.linalg.inv(spread)
    curve = np.zeros((tubes, 2, 2)) + precision
    for s in (0, 1):
        curve[:, s, s] += curvature[:, signs == s].sum(axis=1)
    step = np.linalg.solve(curve, (of_sign - shifts @ precision)[..., None])[..., 0]
    moved = shifts + np.clip(step, -LARGEST_SHIFT_STEP_BINS, LARGEST_SHIFT_STEP_BINS)
    # A population that wanders further would sit on top of the other one, and take its cells.
    moved = np.clip(moved, -FURTHEST * expected, FURTHEST * expected)
    seen = moved.T @ moved + np.linalg.inv(curve).sum(axis=0)
    return moved, (seen + PRIOR_TUBES * expected**2 * np.eye(2)) / (tubes + PRIOR_TUBES)


def _belief(problem: Problem, mixture: Mixture) -> float:
    """Return what the penalties and the spread of shifts add to the log likelihood."""
    total = sum(
        problem.splines[axis].penalised(mixture.coefficients[axis], problem.falls[axis]).sum() for axis in (0, 1)
    )
    for axis in (0, 1):
        precision = np.linalg.inv(mixture.spreads[axis])
        shifts = mixture.shifts[:, axis]
        total -= 0.5 * float(np.einsum("ti,ij,tj->", shifts, precision, shifts))
    return total
