"""What CompuSyn computes of a table: median effects, combination indices and dose reduction indices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cytotools.compusyn_tables import CompusynCombination, CompusynTable, FloatArray
from cytotools.doses import MedianEffect, combination_index, dose_reduction_index, fit_median_effect
from cytotools.doses.combined_indices import LEVELS
from cytotools.errors import StudyError


@dataclass(frozen=True, eq=False)
class CompusynIndex:
    """A combination at some fractions affected.

    Attributes
    ----------
    combination : CompusynCombination
    fit : MedianEffect
        Of the total dose.
    affected : ndarray, shape (n_levels,)
    index, index_nonexclusive : ndarray, shape (n_levels,)
        The combination index of mutually exclusive drugs, which CompuSyn prints, and of mutually non-exclusive ones.
    dose_reduction : ndarray, shape (n_agents, n_levels)
    tested : ndarray of bool, shape (n_levels,)
        Whether the level lies within the effects of every drug and of the combination; elsewhere it is extrapolated.
    """

    combination: CompusynCombination
    fit: MedianEffect
    affected: FloatArray
    index: FloatArray
    index_nonexclusive: FloatArray
    dose_reduction: FloatArray
    tested: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class CompusynResults:
    """One experiment: the fit of each drug by its name, and its combinations."""

    table: CompusynTable
    fits: dict[str, MedianEffect]
    indices: tuple[CompusynIndex, ...]


def compusyn_results(
    table: CompusynTable, levels: Sequence[float] = LEVELS, beyond: str | float = "refuse", name: str = "table"
) -> CompusynResults:
    """Compute what CompuSyn prints, by the same log-linear fit.

    One table is one experiment: its indices have no interval and no verdict.

    Parameters
    ----------
    table : CompusynTable
    levels : sequence of float
        Fractions affected.
    beyond : "refuse", "leave out" or float
        What to do with effects at or beyond 0 and 1, as `doses.fit_median_effect` has it.
    name : str
        The file's name as messages shall give it.

    Raises
    ------
    StudyError
        A drug, or a combination, has no median effect: see `doses.fit_median_effect`.
    """
    fits = {agent.name: _fit(agent.doses, agent.effects, beyond, f"{name}, {agent.name}") for agent in table.agents}
    indices = tuple(_index(table, together, fits, levels, beyond, name) for together in table.combinations)
    return CompusynResults(table, fits, indices)


def _index(
    table: CompusynTable,
    together: CompusynCombination,
    fits: dict[str, MedianEffect],
    levels: Sequence[float],
    beyond: str | float,
    name: str,
) -> CompusynIndex:
    fit = _fit(together.total_doses, together.effects, beyond, f"{name}, {together.label}")
    curves, ratio, affected = [fits[own] for own in together.names], together.ratio, np.array(levels)
    effects = [*(table.agent(own).effects for own in together.names), together.effects]
    lowest, highest = max(e.min() for e in effects), min(e.max() for e in effects)
    return CompusynIndex(
        together,
        fit,
        affected,
        combination_index(*curves, fit, ratio=ratio, affected=affected),
        combination_index(*curves, fit, ratio=ratio, affected=affected, exclusive=False),
        dose_reduction_index(*curves, fit, ratio=ratio, affected=affected),
        (affected >= lowest) & (affected <= highest),
    )


def _fit(doses: FloatArray, effects: FloatArray, beyond: str | float, place: str) -> MedianEffect:
    try:
        return fit_median_effect(doses, effects, beyond)
    except StudyError as error:
        raise StudyError([replace(problem, place=place) for problem in error.problems]) from None
