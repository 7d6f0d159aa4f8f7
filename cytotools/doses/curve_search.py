"""The least squares of many sigmoids at once: a grid of starts, then Newton's steps from its best valleys.

Valleys of steep curves are narrow and may lie unseen between the places of the grid, so the steps they end in are tried
too, and where a curve came out steep, gentler ones through the same place.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.curve_bends import evaluate
from cytotools.doses.curve_grid import BETWEEN, squares, starts
from cytotools.doses.curve_places import PLACE, SLOPE, Place, Wells, free_columns, joined
from cytotools.doses.curve_steps import best_steps
from cytotools.doses.curve_valleys import descend, polished
from cytotools.doses.dose_groups import DoseGroups
from cytotools.doses.sigmoid import FloatArray, Model, ThreeParameter

STEPS, AS_GOOD = 2, 1.1  # steps that are tried, where they come this near to the curve found
NEAR = 4.0  # a start this many times above the curve found is not followed
POOR = 0.06  # sum of squares left, as a share of all
STEEP, GENTLER = 5.0, np.array([1.5, 2.5, 4.0, 6.0, 9.0, 14.0])


def search(wells: Wells, model: Model) -> tuple[Place, NDArray[np.bool_]]:
    """Return the place of the least sum of squares of each problem, and whether its steps came to rest."""
    if not len(wells.means):
        return Place(np.zeros(0), np.zeros(0), np.zeros((0, 3))), np.zeros(0, dtype=bool)
    place, settled, rss = _best(wells, model, *starts(wells, model))
    owners, again = _second_looks(wells, model, place, rss)
    if len(owners):
        rows, owners = np.unique(owners, return_inverse=True)
        found, rested, less = _best(wells.of(rows), model, owners, again)
        lower = less < rss[rows]
        place, settled[rows[lower]] = place.put(rows[lower], found.of(lower)), rested[lower]
    return polished(wells, model, place), settled


def _second_looks(wells: Wells, model: Model, place: Place, rss: FloatArray) -> tuple[NDArray[np.intp], Place]:
    """Return further starts and whose they are.

    Steps that do as well, gentler curves where a steep one was found, and a second grid where the fit is poor: noise
    makes many valleys.
    """
    steep = np.repeat(np.flatnonzero(place.hill > STEEP), len(GENTLER))
    gentler = place.of(steep)
    gentler.theta[:, SLOPE] = np.resize(np.log(GENTLER), len(steep))
    gentler.theta[:, PLACE] = np.clip(gentler.theta[:, PLACE], -3.0, 3.0)
    owners, places = [steep], [gentler]
    poor = np.flatnonzero(rss > POOR * squares(wells, model))
    if len(poor):
        valleys, there = starts(wells.of(poor), model, BETWEEN)
        owners.append(poor[valleys])
        places.append(there)
    for less, step in zip(*best_steps(wells, model, STEPS), strict=True):
        owners.append(np.flatnonzero(less < AS_GOOD * rss))
        places.append(step.of(owners[-1]))
    whose, there = np.concatenate(owners), joined(places)
    near = evaluate(wells.of(whose), model, there, free_columns(model)).rss <= NEAR * rss[whose]
    return whose[near], there.of(near)


def _best(
    wells: Wells, model: Model, owners: NDArray[np.intp], places: Place
) -> tuple[Place, NDArray[np.bool_], FloatArray]:
    """Return the lowest valley below the starts of each problem."""
    found, settled, rss = descend(wells.of(owners), model, places, free_columns(model))
    order = np.lexsort((rss, owners))
    best = order[np.append(True, np.diff(owners[order]) > 0)]
    return found.of(best), settled[best], rss[best]


def wells_of(groups: DoseGroups, model: Model) -> Wells:
    """Return the problems of the groups; an asymptote that is given becomes 0."""
    level = model.level if isinstance(model, ThreeParameter) else 0.0
    means = np.where(groups.weights > 0, groups.means - level, 0.0)
    return Wells(groups.ln_dose[None], groups.weights, means, groups.within)
