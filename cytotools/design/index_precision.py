"""How many experiments of a design resolve a combination index, from its own doses, wells and scatter."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cytotools.design.experiment import Curve, Design
from cytotools.design.precision import POWER

if TYPE_CHECKING:
    from cytotools.doses.combination_power import PlannedCurve

INDICES = (0.5, 0.7)


@dataclass(frozen=True)
class IndexPrecision:
    """What to expect of the index of one combination in one cell line.

    Attributes
    ----------
    combination : str
    index : float
        The true index that is to be resolved.
    levels : tuple of float
        The effects at which it is read: those that the doses of every curve enclose.
    ln_sd : float
        SD of one experiment's ln index, the mean over the levels; inf where the doses leave none.
    replicates : int
    power : float
        How often the replicates planned resolve it.
    experiments_needed : int or None
        For a power of 80 %; None where more than `cytotools.doses.combination_power.MOST`.
    """

    combination: str
    index: float
    levels: tuple[float, ...]
    ln_sd: float
    replicates: int
    power: float
    experiments_needed: int | None

    @property
    def caution(self) -> str:
        """What to change, empty where the index is told with the replicates planned."""
        if not self.levels:
            return "the doses of the three curves share no effect of 50 % or more: spread them wider"
        if self.power < POWER and self.index == INDICES[-1]:
            words = f"{self.experiments_needed} experiments" if self.experiments_needed else "more wells and doses"
            planned = f"{self.replicates} experiment{'s' if self.replicates > 1 else ''}"
            return f"{planned} may leave an index of {self.index:g} unresolved: plan {words}"
        return ""


def expected_indices(design: Design) -> Iterator[IndexPrecision]:
    """Yield what to expect of each combination's index, the same in every cell line.

    Notes
    -----
    Wells scatter with the same SD over the whole curve, and the potency of each curve varies between experiments by
    itself, which is the cautious assumption: what curves of an experiment share falls out of the index.
    """
    from cytotools.doses.combination_power import (
        curves_ln_sd,
        experiments_needed,
        levels_reached,
        power_to_resolve,
    )

    singles = {curve.compounds[0]: curve for curve in design.curves if len(curve.compounds) == 1}
    for curve in design.curves:
        if len(curve.compounds) == 1:
            continue
        alone = [_planned(singles[name], singles[name].ic50[0], design.wells.per_dose) for name in curve.compounds]
        parts = [half / singles[name].ic50[0] for name, half in zip(curve.compounds, curve.ic50, strict=True)]
        for index in INDICES:
            together = _planned(curve, index * curve.ic50[0], design.wells.per_dose)
            levels = levels_reached([*alone, together])
            scatter = design.scatter.well, design.scatter.experiment
            ln_sd = curves_ln_sd(alone, together, parts, *scatter, levels) if levels else math.inf
            yield IndexPrecision(
                combination=curve.name,
                index=index,
                levels=levels,
                ln_sd=ln_sd,
                replicates=design.replicates,
                power=power_to_resolve(index, ln_sd, design.replicates) if levels else 0.0,
                experiments_needed=experiments_needed(index, ln_sd, POWER) if levels else None,
            )


def _planned(curve: Curve, half: float, wells: int) -> PlannedCurve:
    """Return a curve whose first compound has half the effect at this dose."""
    from cytotools.doses.combination_power import PlannedCurve

    return PlannedCurve(np.array([level[0] for level in curve.doses]) / half, wells, curve.hill_slope)
