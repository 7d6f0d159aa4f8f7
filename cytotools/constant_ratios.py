"""Combinations in a constant ratio: the curve of the agents together beside the curve of each alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cytotools.dose_designs import ratio_parts
from cytotools.doses.cautions import caution
from cytotools.doses.combined_experiment import CombinedExperiment, CurveWells
from cytotools.single_agents import agent_alone

if TYPE_CHECKING:
    from cytotools.fitted_curves import FittedCurve, FittedGroup

FEWEST_IN_EXPERIMENT = 3  # doses of each curve: one more than a median effect has parameters


@dataclass(frozen=True, eq=False)
class RatioCombination:
    """Two or three agents in a constant ratio, and each of them alone.

    Attributes
    ----------
    condition : dict
        The condition columns of the combination; its doses are NaN.
    assay : str
    ratio : str
        p:q (p:q:r) of the doses, in the order of `agents`, each in its own unit.
    agents, units : tuple of str
    unit : str
        Of the abscissa: of the total dose, or of the first agent's dose where `units` are unlike.
    combined : FittedGroup
    singles : tuple of FittedGroup or None
        In the order of `agents`; None where there is no curve of the agent alone.
    experiments : tuple of CombinedExperiment
        Those that hold every curve.
    notes : tuple of str
        Cautions, `code: words`.
    missing : str
        Why there are no experiments, as a caution; "" where there are.
    """

    condition: dict[str, Any]
    assay: str
    ratio: str
    agents: tuple[str, ...]
    units: tuple[str, ...]
    unit: str
    combined: FittedGroup
    singles: tuple[FittedGroup | None, ...]
    experiments: tuple[CombinedExperiment, ...]
    notes: tuple[str, ...] = ()
    missing: str = ""


def ratio_combinations(groups: Sequence[FittedGroup]) -> list[RatioCombination]:
    """Return every constant ratio with its single agents, in the order of the curves.

    Parameters
    ----------
    groups : sequence of FittedGroup
        All curves of the study, as `cytotools.fitted_curves.fit_curves` returns them: every compound in one unit.

    Returns
    -------
    list of RatioCombination
        Also those of which an agent alone is missing, which say so. The experiments that lack a curve are named in
        `notes`.
    """
    return [_combination(found, groups) for found in groups if found.group.runs == "ratio"]


def _combination(combined: FittedGroup, groups: Sequence[FittedGroup]) -> RatioCombination:
    group = combined.group
    names, units = tuple(own.name for own in group.agents), tuple(own.unit for own in group.agents)
    alone = [agent_alone(name, group, groups) for name in names]
    singles = tuple(single for single, _ in alone)
    said = [note for single, notes in alone if single is not None for note in notes]
    lacking = [note for single, notes in alone if single is None for note in notes]
    curves = [found for found in (*singles, combined) if found is not None]
    experiments, lacks = _experiments(curves, shares_of(group.ratio, units)) if not lacking else ((), [])
    if lacks and experiments:
        said.append(caution("incomplete_experiments", ", ".join(lacks)))
    elif lacks:
        lacking.append(caution("no_whole_experiment", ", ".join(lacks)))
    return RatioCombination(
        condition=group.condition,
        assay=group.assay,
        ratio=group.ratio,
        agents=names,
        units=units,
        unit=units[0],
        combined=combined,
        singles=singles,
        experiments=experiments,
        notes=tuple(said),
        missing="; ".join(lacking),
    )


def shares_of(ratio: str, units: Sequence[str]) -> tuple[float, ...]:
    """Return the dose of each agent per unit of a ratio's abscissa: the total dose, or the first agent's.

    Examples
    --------
    >>> shares_of("1:3", ["uM", "uM"]), shares_of("1:50", ["uM", "nM"])
    ((0.25, 0.75), (1.0, 50.0))
    """
    parts = ratio_parts(ratio)
    whole = sum(parts) if len(set(units)) == 1 else parts[0]
    return tuple(part / whole for part in parts)


def _experiments(
    curves: Sequence[FittedGroup], shares: tuple[float, ...]
) -> tuple[tuple[CombinedExperiment, ...], list[str]]:
    """Return the experiments that hold every curve, the combination last, and what the others lack in words."""
    by_name = [{curve.experiment: curve for curve in found.curves if _is_told(curve)} for found in curves]
    found, lacks = [], []
    for name in dict.fromkeys(curve.experiment for group in curves[::-1] for curve in group.curves):
        missing = [_words(group) for group, own in zip(curves, by_name, strict=True) if name not in own]
        if missing:
            lacks.append(f"replicate {name or 'without name'} lacks {' and '.join(missing)}")
            continue
        *singles, combined = (curve_wells(own[name]) for own in by_name)
        found.append(CombinedExperiment(name, tuple(singles), combined, shares))
    return tuple(found), lacks


def _is_told(curve: FittedCurve) -> bool:
    return int(curve.wells.loc[curve.wells["dose"] > 0, "dose"].nunique()) >= FEWEST_IN_EXPERIMENT


def _words(found: FittedGroup) -> str:
    agents = found.group.agents
    return "the combination" if len(agents) > 1 else f"{agents[0].name} alone"


def curve_wells(curve: FittedCurve) -> CurveWells:
    """Return the dosed wells of a curve as fractions affected."""
    wells = curve.wells[curve.wells["dose"] > 0]
    dose, response, weight = (wells[name].to_numpy(np.float64) for name in ("dose", "response", "weight"))
    return CurveWells(dose, 1.0 - response, weight)
