"""The whole single cells of a tube: compensated, without debris and doublets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.cleanup import singlets
from gating.compensation import compensated_columns
from gating.events import Events
from gating.spillover import Spillover

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Recipe:
    """How the tubes of a group are turned into whole single cells."""

    annexin: str
    dye: str
    forward: str | None = None
    height: str | None = None
    spillover: Spillover | None = None
    debris_limit: float | None = None


@dataclass(frozen=True, eq=False)
class WholeCells:
    """The cells that are counted: compensated brightness, and which of the tube's events they are.

    Attributes
    ----------
    annexin, dye : ndarray, shape (n_cells,)
        Linear, compensated.
    keep : ndarray of bool, shape (n_events,)
        True where an event of the file is one of the cells.
    not_a_number : int
        Events left out because a channel holds no number.
    """

    annexin: NDArray[np.float64]
    dye: NDArray[np.float64]
    keep: NDArray[np.bool_]
    not_a_number: int


def whole_single_cells(events: Events, recipe: Recipe) -> WholeCells:
    """Return the whole single cells of a tube."""
    annexin, dye = compensated_columns(events, [recipe.annexin, recipe.dye], recipe.spillover)
    keep = np.isfinite(annexin) & np.isfinite(dye)
    not_a_number = int(len(keep) - np.count_nonzero(keep))
    if recipe.forward and recipe.debris_limit is not None:
        area = events.column(recipe.forward)
        keep &= area >= recipe.debris_limit
        if recipe.height:
            whole = np.flatnonzero(keep)
            single = singlets(area[whole], events.column(recipe.height)[whole])
            keep[whole[~single]] = False
    return WholeCells(annexin[keep], dye[keep], keep, not_a_number)
