"""The least squares of many sigmoids at once: a grid of starts, then Newton's steps from its best valleys."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.curve_grid import starts
from cytotools.doses.curve_valleys import Place, Wells, descend, evaluate, free_columns
from cytotools.doses.dose_groups import DoseGroups
from cytotools.doses.sigmoid import Model, ThreeParameter


def search(wells: Wells, model: Model) -> tuple[Place, NDArray[np.bool_]]:
    """Return the place of the least sum of squares of each problem, and whether its steps came to rest."""
    if not len(wells.means):
        return Place(np.zeros(0), np.zeros(0), np.zeros((0, 3))), np.zeros(0, dtype=bool)
    owners, places = starts(wells, model)
    theta, settled = descend(wells.of(owners), model, places, free_columns(model))
    found = places.at(theta)
    rss = evaluate(wells.of(owners), model, found, free_columns(model)).rss
    best = np.lexsort((rss, owners))
    best = best[np.append(True, np.diff(owners[best]) > 0)]
    return found.of(best), settled[best]


def wells_of(groups: DoseGroups, model: Model) -> Wells:
    """Return the problems of the groups; an asymptote that is given becomes 0."""
    level = model.level if isinstance(model, ThreeParameter) else 0.0
    means = np.where(groups.weights > 0, groups.means - level, 0.0)
    return Wells(groups.ln_dose[None], groups.weights, means, groups.within)
