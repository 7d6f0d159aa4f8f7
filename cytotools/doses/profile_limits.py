"""Profile likelihood: how far a dose can move before no curve through it meets the wells well enough.

The 95 % set is all doses whose least sum of squares stays below rss (1 + F / degrees), F the 0.95 quantile of F(1,
degrees): D. M. Bates and D. G. Watts, Nonlinear Regression Analysis (1988), doi:10.1002/9780470316757, chapter 6. Where
it is in pieces its outermost limits count; where it has no end the limit is infinite.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.curve_bends import evaluate
from cytotools.doses.curve_grid import column, grids, least_on_grid
from cytotools.doses.curve_places import BEND, PLACE, Place, Wells, free_columns
from cytotools.doses.curve_valleys import descend
from cytotools.doses.sigmoid import CONTROL, FloatArray, Model, ThreeParameter, bends, half_way

BEYOND = np.array([0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 40.0])  # ln dose beyond the doses; the last stands for no end
PARTS, MOST_NODES = 2, 40  # nodes between two doses, and in all
DOUBTFUL = 4.0  # nodes that the grid leaves this many times the allowed rise away are worked out
MOST_STEPS, TINY = 60, 1e-12
FIRM = 1e9  # weight of a level without error, in units of all wells


class Least(NamedTuple):
    """The least sum of squares of some problems with a dose held, its slope in ln dose, and the place."""

    rss: FloatArray
    slope: FloatArray
    place: Place

    def or_less(self, other: Least) -> Least:
        """Return the lower of two, problem by problem."""
        mine = self.rss <= other.rss
        rss, slope = np.where(mine, self.rss, other.rss), np.where(mine, self.slope, other.slope)
        return Least(rss, slope, self.place.where(mine, other.place))


class Question(Protocol):
    """A dose that is asked for: the least sum of squares of all curves for which it has a given value."""

    def on_grid(self, ln_dose: float) -> tuple[FloatArray, Place]:
        """Return for every problem the least sum of squares over a grid, and its place."""

    def least(self, rows: NDArray[np.intp], ln_dose: FloatArray, start: Place) -> Least:
        """Return for some problems the least sum of squares near a start."""


@dataclass(frozen=True, eq=False)
class HalfWayDose:
    """The dose half-way between the asymptotes."""

    wells: Wells
    model: Model

    def on_grid(self, ln_dose: float) -> tuple[FloatArray, Place]:
        """Return the least sum of squares of the grid's slopes."""
        return least_on_grid(self.wells, self.model, column(ln_dose, self.model))

    def least(self, rows: NDArray[np.intp], ln_dose: FloatArray, start: Place) -> Least:
        """Return the least sum of squares over the slope."""
        wells, theta = self.wells.of(rows), start.theta.copy()
        theta[:, PLACE] = 0.0
        free = free_columns(self.model)
        place, _, _ = descend(wells, self.model, Place(start.sign, ln_dose, theta), free[1:])
        local = evaluate(wells, self.model, place, (PLACE,))
        return Least(local.rss, 2.0 * place.hill * local.gradient[:, 0], place)


@dataclass(frozen=True, eq=False)
class CrossingDose:
    """The dose at which the curve has a level: one more well with that level, at that dose."""

    wells: Wells
    model: Model
    level: FloatArray  # (n_problems,)
    weight: FloatArray  # (n_problems,), residual variance / variance of the level

    def on_grid(self, ln_dose: float) -> tuple[FloatArray, Place]:
        """Return the least sum of squares of the grid's curves."""
        wells = self._with(np.arange(len(self.level)), np.full(len(self.level), ln_dose), shared=True)
        found = [least_on_grid(wells, self.model, grid) for grid, _ in grids(self.wells, self.model)]
        first = np.argmin([rss for rss, _ in found], axis=0)
        place = found[0][1]
        for k, (_, other) in enumerate(found):
            place = place.where(first != k, other)
        return np.min([rss for rss, _ in found], axis=0), place

    def least(self, rows: NDArray[np.intp], ln_dose: FloatArray, start: Place) -> Least:
        """Return the least sum of squares over all parameters."""
        wells = self._with(rows, ln_dose)
        free = free_columns(self.model)
        place, _, _ = descend(wells, self.model, start, free)
        local = evaluate(wells, self.model, place, free)
        asymmetry = np.exp(place.theta[:, BEND])
        u = place.sign * (place.hill * (ln_dose - place.pivot) - place.theta[:, PLACE]) + half_way(asymmetry).shift
        there = bends(u, asymmetry)
        miss = local.bottom * there.rest + local.top * there.share - wells.means[:, -1]
        slope = (local.top - local.bottom) * there.u * place.sign * place.hill
        return Least(local.rss, 2.0 * self.weight[rows] * miss * slope, place)

    def _with(self, rows: NDArray[np.intp], ln_dose: FloatArray, *, shared: bool = False) -> Wells:
        some, level = self.wells.of(rows), self.model.level if isinstance(self.model, ThreeParameter) else 0.0
        n = 1 if shared else len(rows)
        doses = np.broadcast_to(some.ln_dose, (n, some.means.shape[1]))
        weights = np.broadcast_to(some.weights, some.means.shape)
        return Wells(
            np.column_stack([doses, ln_dose[:n]]),
            np.column_stack([weights, self.weight[rows]]),
            np.column_stack([some.means, self.level[rows] - level]),
            some.within,
        )


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of each curve before its limits are sought: ln dose asked for, its place, least and highest rss."""

    ln_dose: FloatArray  # NaN where the best curve has none
    place: Place
    rss: FloatArray
    ceiling: FloatArray


def profile_limits(question: Question, known: Known, wells: Wells) -> tuple[FloatArray, FloatArray]:
    """Return the outermost limits of the ln dose of each curve, -inf and inf where the set has no end.

    Where no curve that meets the wells has the dose asked for, it is beyond the highest dose: low is that dose.
    """
    nodes = _nodes(wells)
    inside, places = _inside(question, known, nodes)
    far = np.isnan(known.ln_dose)
    none = far & ~inside.any(axis=1)
    if far.any():
        end = np.where(inside[:, -1] | none, np.inf, -np.inf)
        known = replace(known, ln_dose=np.where(far, end, known.ln_dose))
    low = _limit(question, known, nodes[::-1], inside[:, ::-1], places[::-1])
    return np.where(none, wells.ends[1], low), _limit(question, known, nodes, inside, places)


def _nodes(wells: Wells) -> FloatArray:
    used = np.sort(wells.ln_dose[wells.ln_dose > CONTROL])
    between = np.interp(np.arange(0.0, len(used) - 1 + 1e-9, 1 / PARTS), np.arange(len(used)), used)
    if len(between) > MOST_NODES:
        between = np.linspace(used[0], used[-1], MOST_NODES)
    return np.concatenate([used[0] - BEYOND[::-1], between, used[-1] + BEYOND])


def _inside(question: Question, known: Known, nodes: FloatArray) -> tuple[NDArray[np.bool_], list[Place]]:
    """Return which nodes belong to the set of each curve, and the best place at each."""
    inside, places = np.zeros((len(known.rss), len(nodes)), dtype=bool), []
    for k, node in enumerate(nodes):
        rss, place = question.on_grid(node)
        doubtful = (rss > known.ceiling) & (rss < known.rss + DOUBTFUL * (known.ceiling - known.rss))
        rows = np.flatnonzero(doubtful)
        if len(rows):
            rss[rows] = question.least(rows, np.full(len(rows), node), place.of(rows)).rss
        inside[:, k] = rss <= known.ceiling
        places.append(place)
    return inside, places


def _limit(
    question: Question, known: Known, nodes: FloatArray, inside: NDArray[np.bool_], places: list[Place]
) -> FloatArray:
    """Return the outermost limit of each curve in the direction of the nodes."""
    side = np.sign(nodes[-1] - nodes[0])
    begin = np.searchsorted(side * nodes, side * known.ln_dose)  # the first node beyond the estimate
    reached = np.where(inside.any(axis=1), len(nodes) - 1 - inside[:, ::-1].argmax(axis=1), -1)
    beyond = np.maximum(begin, reached + 1)
    limit = np.full(len(beyond), side * np.inf)
    outer = np.full(len(beyond), np.nan)
    waiting = np.flatnonzero(beyond < len(nodes))
    while len(waiting):  # a node that the grid held outside may belong to the set after all
        there, starts = nodes[beyond[waiting]], (_gather(places, waiting, beyond[waiting]), known.place.of(waiting))
        within = _least(question, waiting, there, *starts).rss <= known.ceiling[waiting]
        outer[waiting[~within]] = nodes[beyond[waiting[~within]]]
        beyond[waiting[within]] += 1
        waiting = waiting[within]
        waiting = waiting[beyond[waiting] < len(nodes)]
    rows = np.flatnonzero(np.isfinite(outer))
    inner = np.where(beyond > begin, nodes[np.maximum(beyond - 1, 0)], known.ln_dose)
    inner = np.where(np.isfinite(inner), inner, outer)
    limit[rows] = _crossing(question, known, rows, inner[rows], outer[rows], _gather(places, rows, beyond[rows]))
    return limit


def _gather(places: list[Place], rows: NDArray[np.intp], nodes: NDArray[np.intp]) -> Place:
    """Return the place of each row at its node."""
    parts = ([getattr(place, name) for place in places] for name in ("sign", "pivot", "theta"))
    return Place(*(np.stack(part)[nodes, rows] for part in parts))


def _least(question: Question, rows: NDArray[np.intp], ln_dose: FloatArray, one: Place, other: Place) -> Least:
    """Return the least sum of squares from two starts."""
    return question.least(rows, ln_dose, one).or_less(question.least(rows, ln_dose, other))


def _crossing(
    question: Question, known: Known, rows: NDArray[np.intp], inner: FloatArray, outer: FloatArray, start: Place
) -> FloatArray:
    """Return where the least sum of squares passes the ceiling between inner (below it) and outer (above it).

    Newton's steps on the root of the rise, which is nearly straight; halving where they leave the bracket.
    """
    goal = np.sqrt(known.ceiling - known.rss)
    x, inner, outer, far, near = outer.copy(), inner.copy(), outer.copy(), start, known.place.of(rows)
    active = np.arange(len(rows))
    for _ in range(MOST_STEPS):
        ids = rows[active]
        found = _least(question, ids, x[active], far.of(active), near.of(active))
        below = found.rss <= known.ceiling[ids]
        within, beyond = active[below], active[~below]
        inner[within], outer[beyond] = x[within], x[beyond]
        near, far = near.put(within, found.place.of(below)), far.put(beyond, found.place.of(~below))
        rise = np.sqrt(np.maximum(found.rss - known.rss[ids], 0.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            step = (goal[ids] - rise) * 2.0 * rise / found.slope
        low, high = np.minimum(inner, outer)[active], np.maximum(inner, outer)[active]
        there = x[active] + step
        there = np.where((there > low) & (there < high), there, 0.5 * (low + high))
        done = (np.abs(step) < TINY) | (high - low < TINY)
        x[active[~done]] = there[~done]
        active = active[~done]
        if not len(active):
            break
    return x
