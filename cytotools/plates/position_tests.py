"""Tests of position: whether edge, rows or columns change the signal, told from wells that share a condition.

A treatment that stands in one column looks like a column effect, so signals as they are tell nothing of position. Each
well is compared with the other wells of its condition. Where there is no position effect these could as well have stood
in each other's places; the test draws such places at random (a permutation test), so that its false alarms are those
stated whatever the distribution of wells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from blots.multiplicity import holm
from cytotools.plates.cautions import caution
from cytotools.plates.plate_layout import EFFECTS, PlateLayout, level_name

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
SIGNIFICANT = 0.05
DRAWS, SEED = 1999, 20_261_121
LEAST_DEGREES = 3
_ROUNDS = 4
NAN = float("nan")


@dataclass(frozen=True)
class PositionEffect:
    """One kind of position effect on a plate.

    `where` is the row or column that departs most from the mean of all, `value` by what share of the signal above the
    blank (0.1 is 10 % of the control in control wells), with 95 % limits simultaneous over the rows or columns. The
    edge is compared with the inside.
    """

    effect: str
    where: str = ""
    value: float = NAN
    low: float = NAN
    high: float = NAN
    p_value: float = NAN
    p_adjusted: float = NAN
    caution: str = ""

    @property
    def found(self) -> bool:
        """Tell whether the effect is more than scatter."""
        return self.p_adjusted < SIGNIFICANT


def effects_of(layout: PlateLayout) -> list[PositionEffect]:
    """Return the tests of edge, rows and columns of a plate, adjusted together after Holm."""
    found = [_effect(layout, effect) for effect in EFFECTS]
    adjusted = holm([one.p_value for one in found])
    return [_with_words(replace(one, p_adjusted=p)) for one, p in zip(found, adjusted, strict=True)]


def _with_words(one: PositionEffect) -> PositionEffect:
    if not one.found:
        return one
    words = f"{one.where} {one.value:+.0%} ({one.low:+.0%} to {one.high:+.0%})"
    return replace(one, caution=caution("position_effect", words))


def _effect(layout: PlateLayout, effect: str) -> PositionEffect:
    told = joined(layout.conditions, layout.levels(effect))
    part = layout.of(told)
    names, levels = np.unique(part.levels(effect), return_inverse=True)
    spare = len(levels) - len(np.unique(part.conditions)) - len(names) + 1
    if len(names) < 2 or spare < LEAST_DEGREES or 2 * len(names) < len(np.unique(layout.levels(effect))):
        return PositionEffect(effect, caution=caution("position_confounded", _why(effect)))
    place, value, low, high = _largest(part, levels, effect, spare)
    where = level_name(effect, int(names[place]))
    return PositionEffect(effect, where, value, low, high, _permuted(part, _basis(part, levels)))


def _why(effect: str) -> str:
    if effect == "edge":
        return "edge not tested, too few wells share a condition with wells inside"
    return f"{effect}s not tested, conditions stand in {effect}s of their own"


def joined(conditions: IntArray, levels: IntArray) -> NDArray[np.bool_]:
    """Return the wells of the largest set of rows (or columns) that shared conditions join to one another.

    Examples
    --------
    Columns 0 and 1 share condition 0, column 2 holds condition 1 alone:

    >>> joined(np.array([0, 0, 1, 1]), np.array([0, 1, 2, 2])).tolist()
    [True, True, False, False]
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not len(levels):
        return np.zeros(0, dtype=np.bool_)
    first = int(levels.max()) + 1
    size = first + int(conditions.max()) + 1
    graph = coo_array((np.ones(len(levels)), (levels, conditions + first)), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    sizes = [len(np.unique(levels[labels[levels] == label])) for label in range(int(labels.max()) + 1)]
    return np.asarray(labels[levels] == int(np.argmax(sizes)), dtype=np.bool_)


def _basis(layout: PlateLayout, levels: IntArray) -> FloatArray:
    """Return an orthonormal basis (wells, degrees) of the levels, weighted, the means of conditions taken out."""
    dummies = (levels[:, None] == np.arange(levels.max() + 1)).astype(np.float64)
    same = (layout.conditions[:, None] == np.unique(layout.conditions)).astype(np.float64)
    within = dummies - _means(same, dummies)
    u, s, _ = np.linalg.svd(np.sqrt(layout.weights)[:, None] * within, full_matrices=False)
    return np.asarray(u[:, s > 1e-9 * s[0]], dtype=np.float64)


def _permuted(layout: PlateLayout, basis: FloatArray) -> float:
    """Return how often wells drawn into each other's places, within their conditions, show as much."""
    rng = np.random.default_rng(SEED)
    values = layout.relative * np.sqrt(layout.weights)
    drawn = np.repeat(values[:, None], DRAWS, axis=1)
    for condition in np.unique(layout.conditions):
        places = np.flatnonzero(layout.conditions == condition)
        drawn[places] = rng.permuted(drawn[places], axis=0)
    # All wells' sum of squares is that of every draw, so the effect's sum of squares orders the draws as F does.
    explained = float(np.sum((basis.T @ values) ** 2))
    by_chance = np.sum((basis.T @ drawn) ** 2, axis=0)
    return float((1 + np.sum(by_chance >= explained * (1 - 1e-12))) / (1 + DRAWS))


def contrasts_of(effect: str, size: int) -> FloatArray:
    """Return what the coefficients of an effect add at each level, shape (size, size - 1).

    The edge is its departure from the inside; rows and columns depart from the mean of all.
    """
    if effect == "edge":
        return np.array([[0.0], [1.0]])
    return np.vstack([np.eye(size - 1), -np.ones((1, size - 1))])


def fitted(layout: PlateLayout, dummies: Sequence[FloatArray]) -> tuple[FloatArray, FloatArray, float]:
    """Return the coefficients of position, fitted with the conditions, their unscaled covariance and the squares left.

    `dummies` are the columns of each effect, (n_wells, k); the model of a well is condition * (1 + position), so the
    conditions are those of a place without effect. What wells leave open is as small as can be.
    """
    root = np.sqrt(layout.weights)
    same = (layout.conditions[:, None] == np.unique(layout.conditions)).astype(np.float64)
    columns = np.hstack(list(dummies))
    # Within a condition weights are alike, so taking its mean out is what fitting it does.
    within = columns - _means(same, columns)
    inverse = np.linalg.pinv(root[:, None] * within, rcond=1e-9)
    values = layout.relative
    for _ in range(_ROUNDS):
        solved = inverse @ (root * (values - _means(same, values)))
        values = (1.0 + values) / (1.0 + _means(same, values - columns @ solved)) - 1.0
    left = float(np.sum((root * (values - _means(same, values) - within @ solved)) ** 2))
    return solved, inverse @ inverse.T, left


def _means(same: FloatArray, values: FloatArray) -> FloatArray:
    """Return the mean of each well's condition."""
    return np.asarray(same @ ((same.T @ values).T / same.sum(axis=0)).T, dtype=np.float64)


def _largest(layout: PlateLayout, levels: IntArray, effect: str, spare: int) -> tuple[int, float, float, float]:
    """Return the level that departs most, by how much, and its limits."""
    codes = contrasts_of(effect, int(levels.max()) + 1)
    solved, covariance, left = fitted(layout, [codes[levels]])
    departures = codes @ solved
    place = int(np.abs(departures).argmax())
    tested = 1 if effect == "edge" else len(codes)
    error = float(np.sqrt(codes[place] @ covariance @ codes[place] * left / spare))
    reach = float(stdtrit(spare, 1 - 0.025 / tested)) * error
    return place, float(departures[place]), float(departures[place] - reach), float(departures[place] + reach)
