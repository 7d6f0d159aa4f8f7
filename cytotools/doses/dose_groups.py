"""The wells of many curves gathered by dose: what a fit needs of them, the same in whatever order they come."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cytotools.doses.sigmoid import FloatArray, ln_dose
from cytotools.errors import refusal

DECIMALS = (
    12  # of ln dose: what another unit or another way to work out a dilution leaves in the last digits is no dose
)


@dataclass(frozen=True, eq=False)
class DoseGroups:
    """Means and weights of each curve at each distinct dose, ascending.

    `ln_dose` (n_doses,) is taken from the highest dose, so that no unit matters; `means` (n_curves, n_doses) are 0
    where a curve has no well and `weights` (n_curves or 1, n_doses) too. `within` (n_curves,) is the sum of squares
    about the means, which no curve can lower, and `n_points` the wells that count.
    """

    ln_dose: FloatArray
    weights: FloatArray
    means: FloatArray
    within: FloatArray
    n_points: NDArray[np.int64]
    highest: float

    def of(self, rows: NDArray[np.intp]) -> DoseGroups:
        """Return the curves of these rows."""
        weights = self.weights if len(self.weights) == 1 else self.weights[rows]
        return DoseGroups(self.ln_dose, weights, self.means[rows], self.within[rows], self.n_points[rows], self.highest)


def dose_groups(dose: ArrayLike, responses: ArrayLike, weights: ArrayLike | None = None) -> DoseGroups:
    """Gather wells by dose.

    Parameters
    ----------
    dose : array-like, shape (n_points,)
        In any unit, 0 for a control.
    responses : array-like, shape (n_curves, n_points)
        NaN for a well that is missing.
    weights : array-like, shape (n_points,) or (n_curves, n_points), optional
        1 / variance up to a factor; 0 leaves a well out.

    Raises
    ------
    StudyError
        Words, shapes that don't agree, a dose below 0, a response or weight that is infinite, a weight below 0.

    Examples
    --------
    >>> groups = dose_groups([10.0, 0.0, 10.0, 1.0], [[20.0, 100.0, 30.0, np.nan]])
    >>> groups.means.tolist(), groups.weights.tolist(), groups.within.tolist()
    ([[100.0, 0.0, 25.0]], [[1.0, 0.0, 2.0]], [50.0])
    """
    doses, values = numbers_of(dose, "dose"), numbers_of(responses, "response")
    given = None if weights is None else numbers_of(weights, "weight")
    _check(doses, values, given)
    highest = float(doses.max()) if doses.max() > 0 else 1.0
    places = np.round(ln_dose(doses / highest), DECIMALS)
    order = np.argsort(places, kind="stable")
    distinct, first = np.unique(places[order], return_index=True)
    values = np.ascontiguousarray(values[:, order])
    present = np.isfinite(values)
    per_well = present.astype(np.float64) if given is None else np.where(present, given[..., order], 0.0)
    values, per_well = _in_order(values, per_well, np.diff(np.append(first, len(doses))), given is not None)
    shared = bool((per_well == per_well[:1]).all())
    per_well = per_well[:1] if shared else per_well
    sums = np.add.reduceat(per_well, first, axis=1)
    means = np.add.reduceat(per_well * values, first, axis=1) / np.where(sums > 0, sums, 1.0)
    group = np.repeat(np.arange(len(distinct)), np.diff(np.append(first, len(doses))))
    within = np.sum(per_well * (values - means[:, group]) ** 2, axis=1)
    n_points = np.broadcast_to(np.sum(per_well > 0, axis=1), len(values))
    return DoseGroups(distinct, sums, means, within, n_points, highest)


def numbers_of(values: ArrayLike, what: str) -> FloatArray:
    """Return values as numbers.

    Raises
    ------
    StudyError
        They hold a word, or rows of unlike length.

    Examples
    --------
    >>> numbers_of(["a"], "dose")
    Traceback (most recent call last):
    ...
    cytotools.errors.StudyError: fit: dose: expected numbers, got ['a']. Give numbers, NaN for a well that is missing.
    """
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        remedy = "Give numbers, NaN for a well that is missing."
        raise refusal("fit", what, "numbers", f"{values!r:.60}", remedy) from None


def _in_order(
    values: FloatArray, per_well: FloatArray, sizes: NDArray[np.int64], weighted: bool
) -> tuple[FloatArray, FloatArray]:
    """Sort the wells of each dose by response, so that sums don't depend on the order in which wells came."""
    if not weighted:
        parts = [np.sort(part, axis=1) for part in np.split(values, np.cumsum(sizes)[:-1], axis=1)]
        values = np.concatenate(parts, axis=1)  # missing ones last
        present = np.isfinite(values)
        return np.where(present, values, 0.0), present.astype(np.float64)
    found, weights = [], []
    for part, weight in zip(*(np.split(m, np.cumsum(sizes)[:-1], axis=1) for m in (values, per_well)), strict=True):
        order = np.lexsort((weight, part), axis=1)
        found.append(np.take_along_axis(part, order, axis=1))
        weights.append(np.take_along_axis(weight, order, axis=1))
    return np.nan_to_num(np.concatenate(found, axis=1), nan=0.0), np.concatenate(weights, axis=1)


def _check(doses: FloatArray, values: FloatArray, weights: FloatArray | None) -> None:
    if doses.ndim != 1 or len(doses) == 0 or values.ndim != 2 or values.shape[1] != len(doses):
        got = f"doses {doses.shape} and responses {values.shape}"
        raise refusal("fit", "shapes", "as many responses a curve as doses", got, "Give one response a well.")
    if not (np.isfinite(doses) & (doses >= 0)).all():
        bad = doses[~(np.isfinite(doses) & (doses >= 0))][0]
        raise refusal("fit", "dose", "a number of 0 or more", f"{bad:g}", "Give doses, not their logarithms.")
    if np.isinf(values).any():
        raise refusal("fit", "response", "a number or NaN", "inf", "Leave saturated wells out or give their limit.")
    if weights is None:
        return
    if weights.shape not in (doses.shape, values.shape):
        got = f"{weights.shape}"
        raise refusal("fit", "shape of the weights", f"{doses.shape} or {values.shape}", got, "Give one weight a well.")
    bad = ~(np.isfinite(weights) & (weights >= 0)) & np.isfinite(values)
    if bad.any():
        got = f"{np.broadcast_to(weights, values.shape)[bad][0]:g}"
        raise refusal("fit", "weight", "a number of 0 or more", got, "Give 1 / variance of each well.")
