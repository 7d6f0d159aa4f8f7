"""From a batch's histograms and its two dividers to each tube's four fractions, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING

import numpy as np

from gating.demixing.fit import Problem, fit_hard_mixture, fit_mixture
from gating.demixing.joint import Axis, Joint, joint
from gating.demixing.misfit import misfits, with_the_rest
from gating.demixing.model import SIGNS, Mixture
from gating.demixing.precision import fraction_variances
from gating.demixing.start import FEWEST_POSITIVE, signs_at, starting_point
from gating.intervals import wilson_limits

if TYPE_CHECKING:
    from numpy.typing import NDArray

ODD, TIMES_THE_USUAL, MOST_ODD = 0.15, 3.0, 0.25  # misfit beyond which a tube is left out of the shapes
FEWEST_SHARE = 0.004  # of a batch's cells, below which a sign has no place that could be told
HARD = 5.0  # pooled SD: below this separation one start is not enough


@dataclass(frozen=True, eq=False)
class Demixed:
    """What a batch's mixture says.

    Attributes
    ----------
    fractions, low, high : ndarray, shape (tubes, 4)
        Live, early apoptotic, late apoptotic, necrotic, with their 95 % intervals.
    separation : tuple of two float
        D of Annexin V and of the dye: distance of the medians of positive and negative cells over their pooled robust
        SD; NaN where too few positive cells tell.
    misfit : ndarray, shape (tubes,)
        The share of a tube's cells that the batch's shapes can't place.
    shifts : ndarray, shape (tubes, 2, 2)
        By axis, of the negative and the positive cells, display units.
    """

    fractions: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    separation: tuple[float, float]
    misfit: NDArray[np.float64]
    shifts: NDArray[np.float64]


def demix(
    tubes: Sequence[NDArray[np.int64]],
    axes: tuple[Axis, Axis],
    dividers: tuple[float, float],
    has_valley: tuple[bool, bool] = (True, True),
) -> Demixed:
    """Estimate the four fractions of each tube of a batch from all of them together.

    Each state has a shape on each axis that the tubes of the batch share; a tube has its own fractions, and its
    negative and positive cells may stand a little to the side of the batch's. Within a state the two
    brightnesses may go together (`gating.demixing.ranks`).

    Parameters
    ----------
    tubes : sequence of ndarray, shape (Annexin V bins, dye bins)
        Doubly stained tubes, counts on the display scales.
    axes : tuple of two Axis
    dividers : tuple of two float
        On the display scales: where the fit begins, and which side is negative.
    has_valley : tuple of two bool
        Whether each divider lies between two modes.

    Returns
    -------
    Demixed

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> axis = Axis(-2.0, 0.1, 100)
    >>> def tube(positive):
    ...     annexin = rng.normal(0.0, 0.5, 5_000) + 3.0 * (rng.random(5_000) < positive)
    ...     dye = rng.normal(0.0, 0.5, 5_000) + 3.0 * (annexin > 1.5) * (rng.random(5_000) < 0.5)
    ...     edges = -2.0 + 0.1 * np.arange(101)
    ...     return np.histogram2d(annexin, dye, bins=(edges, edges))[0].astype(int)
    >>> found = demix([tube(0.1), tube(0.6)], (axis, axis), (1.5, 1.5))
    >>> found.fractions[:, 0].round(2).tolist()
    [0.9, 0.4]
    """
    data = joint(tubes, axes)
    signs = tuple(signs_at(data.counts.sum(axis=2 - a), data.axes[a], dividers[a], has_valley[a]) for a in (0, 1))
    problem, start = starting_point(data, (signs[0], signs[1]), dividers)
    mixture = fit_mixture(problem, start)
    alike = _alike(misfits(problem, mixture))
    if not alike.all():
        mixture = fit_mixture(problem.of(alike), start.of(alike))
    if min(d for d in (*_separations(problem.of(alike), mixture, data), HARD) if not isnan(d)) < HARD:
        mixture = fit_hard_mixture(problem.of(alike), start.of(alike))
    separation = _separations(problem.of(alike), mixture, data)
    mixture = mixture if alike.all() else with_the_rest(problem, mixture, alike)
    separation = tuple(d if found.is_seen else float("nan") for d, found in zip(separation, signs, strict=True))
    variances = fraction_variances(problem, mixture, float(np.nanmin([*separation, np.inf])))
    low, high = wilson_limits(mixture.weights, variances, data.counts.sum(axis=(1, 2))[:, None])
    width = np.array([axis.bin_width for axis in data.axes])
    return Demixed(
        fractions=mixture.weights,
        low=low,
        high=high,
        separation=(separation[0], separation[1]),
        misfit=misfits(problem, mixture),
        shifts=mixture.shifts * width[None, :, None],
    )


def _alike(misfit: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which tubes may form the batch's shapes: not the few that look like nothing else."""
    is_odd = misfit > max(ODD, TIMES_THE_USUAL * float(np.median(misfit)))
    return ~is_odd if is_odd.sum() <= MOST_ODD * len(misfit) else np.ones(len(misfit), dtype=bool)


def _separations(problem: Problem, mixture: Mixture, data: Joint) -> tuple[float, ...]:
    return tuple(_separation(problem, mixture, data, axis) for axis in (0, 1))


def _separation(problem: Problem, mixture: Mixture, data: Joint, axis: int) -> float:
    """Return how far the two signs of an axis stand apart, in pooled robust SD."""
    cells = (mixture.weights * problem.counts.sum(axis=(1, 2))[:, None]).sum(axis=0)
    densities = problem.splines[axis].densities(mixture.coefficients[axis])
    centres = data.axes[axis].centres
    fewest = max(FEWEST_POSITIVE, FEWEST_SHARE * float(cells.sum()))
    if min(cells[SIGNS[axis] == sign].sum() for sign in (0, 1)) < fewest:
        return float("nan")
    medians, spreads = [], []
    for sign in (0, 1):
        pooled = cells * (SIGNS[axis] == sign) @ densities
        cumulative = np.cumsum(pooled) / pooled.sum()
        low, middle, high = np.interp([0.25, 0.5, 0.75], cumulative, centres)
        medians.append(middle)
        spreads.append((high - low) / 1.349)
    return float((medians[1] - medians[0]) / np.sqrt(np.mean(np.square(spreads))))
