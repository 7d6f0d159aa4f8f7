"""Which tubes do not look like a mixture of the shapes that the other tubes of the batch show."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gating.demixing.fit import Problem
from gating.demixing.model import SIGNS, STATES, Mixture
from gating.demixing.ranks import expected_counts, shares
from gating.demixing.shifted import FLOOR, shifted
from gating.smoothing import smooth

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK_BINS = 4  # bins along each axis that are compared together
PASSES = 12  # of the tube's own weights, given the others' shapes
SUPPORT = 500.0  # events in the other tubes that tell a state's shape; with fewer the shared shape has to do
SUPPORT_SHARE = 0.02  # of the other tubes' cells: a state with fewer there may be nothing but tails
SMOOTHING_BINS = 1.0


def misfits(problem: Problem, mixture: Mixture) -> NDArray[np.float64]:
    """Return the share of each tube's cells that lie elsewhere than a mixture of the others' shapes, shape (tubes,).

    Counting noise is taken out. Each tube is held against shapes that it did not form, so that one odd tube can't hide
    by bending them.
    """
    along, events = _shares(problem, mixture)
    across, up = (_of_the_others(problem, mixture, along[axis], events, axis) for axis in (0, 1))
    weights = _weights(problem.counts, across, up, mixture.weights, mixture.ties)
    expected = expected_counts(across, up, weights, mixture.ties)
    totals = problem.counts.sum(axis=(1, 2))
    expected *= (totals / expected.sum(axis=(1, 2)))[:, None, None]
    counts, means = _blocks(problem.counts), _blocks(expected)
    apart = 0.5 * np.abs(counts - means).sum(axis=(1, 2)) / totals
    by_chance = 0.5 * np.sqrt(2.0 * means / np.pi).sum(axis=(1, 2)) / totals
    return np.asarray(np.sqrt(np.maximum(apart**2 - by_chance**2, 0.0)), dtype=np.float64)


def with_the_rest(problem: Problem, mixture: Mixture, fitted: NDArray[np.bool_]) -> Mixture:
    """Return the mixture of some of the tubes with the others added: their fractions, given shapes they did not form.

    Parameters
    ----------
    problem : Problem
        Of all tubes.
    mixture : Mixture
        Of those that were fitted.
    fitted : ndarray of bool, shape (tubes,)
    """
    rest = problem.counts[~fitted]
    densities = [problem.splines[axis].densities(mixture.coefficients[axis]) for axis in (0, 1)]
    across, up = (np.maximum(np.repeat(d[None], len(rest), axis=0), FLOOR) for d in densities)
    weights, shifts = np.empty((len(fitted), STATES)), np.zeros((len(fitted), 2, 2))
    weights[fitted], shifts[fitted] = mixture.weights, mixture.shifts
    weights[~fitted] = _weights(rest, across, up, np.full((len(rest), STATES), 1.0 / STATES), mixture.ties)
    return replace(mixture, weights=weights, shifts=shifts)


def _weights(
    counts: NDArray[np.float64],
    across: NDArray[np.float64],
    up: NDArray[np.float64],
    weights: NDArray[np.float64],
    ties: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the fractions of tubes given their densities."""
    for _ in range(PASSES):
        ratio = counts / expected_counts(across, up, weights, ties)
        weights = shares(ratio, across, up, weights, ties)[0].sum(axis=2)
        weights = np.maximum(weights / weights.sum(axis=1, keepdims=True), 1e-9)
    return weights


def _shares(
    problem: Problem, mixture: Mixture
) -> tuple[tuple[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]:
    """Return each tube's expected events of each state along both axes, and in all (tubes, 4)."""
    across, up = (mixture.shifted_densities(axis, problem.splines[axis])[1].densities for axis in (0, 1))
    ratio = problem.counts / expected_counts(across, up, mixture.weights, mixture.ties)
    along, below, _ = shares(ratio, across, up, mixture.weights, mixture.ties)
    return (along, below), along.sum(axis=2)


def _of_the_others(
    problem: Problem, mixture: Mixture, along: NDArray[np.float64], events: NDArray[np.float64], axis: int
) -> NDArray[np.float64]:
    """Return each tube's densities on an axis as the other tubes show them, at its own shifts: (tubes, 4, bins)."""
    densities, moved = mixture.shifted_densities(axis, problem.splines[axis])
    tubes = len(along)
    own = np.stack([_aligned(along[t], mixture.shifts[t, axis][SIGNS[axis]]) for t in range(tubes)])
    others = own.sum(axis=0) - own
    found = np.empty_like(moved.densities)
    for t in range(tubes):
        left = events.sum(axis=0) - events[t]
        supported = left >= max(SUPPORT, SUPPORT_SHARE * float(left.sum()))
        smoothed = np.stack([smooth(others[t, k], SMOOTHING_BINS) for k in range(STATES)])
        shapes = np.where(
            supported[:, None], smoothed / np.maximum(smoothed.sum(axis=1, keepdims=True), 1.0), densities
        )
        found[t] = shifted(shapes, mixture.shifts[t, axis][SIGNS[axis]][None]).densities[0]
    return np.maximum(found, FLOOR)


def _aligned(along: NDArray[np.float64], shifts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return one tube's events (4, bins) with its shifts undone."""
    back: NDArray[np.float64] = shifted(along, -shifts[None]).densities[0]
    return back


def _blocks(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    tubes, rows, columns = tables.shape
    padded = np.pad(tables, ((0, 0), (0, -rows % BLOCK_BINS), (0, -columns % BLOCK_BINS)))
    shape = (tubes, padded.shape[1] // BLOCK_BINS, BLOCK_BINS, padded.shape[2] // BLOCK_BINS, BLOCK_BINS)
    return np.asarray(padded.reshape(shape).sum(axis=(2, 4)), dtype=np.float64)
