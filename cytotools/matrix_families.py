"""Dose matrices: the wells of two agents together, and of each alone at the same doses, experiment by experiment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cytotools.curve_groups import SameAgents, experiments_of, same_agents
from cytotools.doses.cautions import caution
from cytotools.doses.dose_matrix import DoseMatrix
from cytotools.experiments import grouped
from cytotools.fitted_curves import fitted_wells
from cytotools.schedules import on_schedule, schedule_of, serving_schedule
from cytotools.single_agents import missing_alone

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.well_agents import Agent

MOST_NAMED = 6  # doses
FloatArray = NDArray[np.float64]
Cell = tuple[float, float]


@dataclass(frozen=True, eq=False)
class MatrixFamily:
    """The dose matrices of two agents under the same conditions, one for each independent experiment.

    Attributes
    ----------
    condition : dict
        The condition columns of the combination; its doses are NaN.
    assay : str
    agents, units : tuple of two str
    plates : tuple of DoseMatrix
        Each on the doses that its experiment holds alone and combined: from a single pair of doses to a full grid, NaN
        where there is no well, as off the diagonal of a constant ratio.
    notes : tuple of str
        Cautions, `code: words`.
    missing : str
        Why there are no plates, as a caution; "" where there are.
    """

    condition: dict[str, Any]
    assay: str
    agents: tuple[str, str]
    units: tuple[str, str]
    plates: tuple[DoseMatrix, ...]
    notes: tuple[str, ...] = ()
    missing: str = ""


@dataclass(frozen=True, eq=False)
class _Single:
    """One agent alone: its rows by experiment and dose, what must be said of them, or why there are none."""

    name: str
    unit: str
    rows: Mapping[str, Mapping[float, list[int]]]
    notes: tuple[str, ...] = ()
    missing: str = ""


def dose_matrices(responses: pd.DataFrame, agents: Mapping[int, tuple[Agent, ...]]) -> list[MatrixFamily]:
    """Return the dose matrices of every two agents that were given together, in order of appearance.

    Parameters
    ----------
    responses : DataFrame
        As `cytotools.plates.responses` returns them.
    agents : mapping of row to agents
        As `cytotools.well_agents.read_agents` finds them in this table.

    Returns
    -------
    list of MatrixFamily
        Also those of which an agent alone is missing, which say so. Pairs of doses of which one is not there alone in
        their experiment are left out, and named in `notes`.
    """
    wells = fitted_wells(responses)
    alike = same_agents(wells, agents)
    return [_family(wells, same, alike) for same in alike if len(same.agents) == 2]


def _family(wells: pd.DataFrame, same: SameAgents, alike: Sequence[SameAgents]) -> MatrixFamily:
    first, second = (_single(wells, agent, same, alike) for agent in same.agents)
    plates: list[DoseMatrix] = []
    left_out: dict[str, list[str]] = {}
    for experiment, rows in experiments_of(wells, same.wells).items():
        cells = grouped(rows, lambda i: (same.wells[i][0].dose, same.wells[i][1].dose))
        alone = first.rows.get(experiment, {}), second.rows.get(experiment, {})
        told = {cell: own for cell, own in cells.items() if cell[0] in alone[0] and cell[1] in alone[1]}
        if told:
            plates.append(_matrix(wells, experiment, told, alone))
        if len(told) < len(cells):
            left_out.setdefault(_absent(experiment, cells, (first, second)), []).append(experiment or "without name")
    missing = [single.missing for single in (first, second) if single.missing]
    said = [*first.notes, *second.notes, *_left_out(left_out)]
    return MatrixFamily(
        condition=same.condition,
        assay=same.assay,
        agents=(first.name, second.name),
        units=(first.unit, second.unit),
        plates=tuple(plates),
        notes=tuple(said) if plates else (),
        missing="" if plates else "; ".join(missing or said),
    )


def _single(wells: pd.DataFrame, agent: Agent, same: SameAgents, alike: Sequence[SameAgents]) -> _Single:
    """Return the wells of one agent alone that serve a combination."""
    wanted = schedule_of(same.condition)
    offered = {
        schedule_of(one.condition): one
        for one in alike
        if one.place == same.place and [own.name for own in one.agents] == [agent.name]
    }
    schedule = serving_schedule(wanted, offered)
    if schedule is None:
        return _Single(agent.name, agent.unit, {}, (), missing_alone(agent.name, same.condition, wanted, offered))
    doses = {i: own[0].dose for i, own in offered[schedule].wells.items()}
    rows = {name: grouped(own, doses.__getitem__) for name, own in experiments_of(wells, doses).items()}
    return _Single(agent.name, agent.unit, rows, tuple(on_schedule(agent.name, wanted, schedule)))


def _absent(experiment: str, cells: Iterable[Cell], singles: Sequence[_Single]) -> str:
    """Return which doses of a combination are not there alone, agent by agent."""
    parts = []
    for single, doses in zip(singles, zip(*cells, strict=True), strict=True):
        absent = sorted(set(doses) - set(single.rows.get(experiment, {})))
        more = f" and {len(absent) - MOST_NAMED} more" if len(absent) > MOST_NAMED else ""
        words = f"{single.name} {', '.join(f'{dose:g}' for dose in absent[:MOST_NAMED])} {single.unit}".strip() + more
        parts += [words] if absent else []
    return " and ".join(parts)


def _left_out(experiments: Mapping[str, Sequence[str]]) -> list[str]:
    """Return a caution for the experiments that lack the same doses."""
    return [
        caution("single_dose_missing", f"replicate {', '.join(names)} without {absent} alone")
        for absent, names in experiments.items()
    ]


def _matrix(
    wells: pd.DataFrame,
    name: str,
    cells: Mapping[Cell, list[int]],
    alone: tuple[Mapping[float, list[int]], Mapping[float, list[int]]],
) -> DoseMatrix:
    """Return the means of the wells of each cell, with what their errors share."""
    from cytotools.plates.shared_errors import response_covariance

    firsts, seconds = (np.array([0.0, *sorted(set(doses))]) for doses in zip(*cells, strict=True))
    held = dict(cells)
    held |= {(dose, 0.0): alone[0][dose] for dose in firsts[1:].tolist()}
    held |= {(0.0, dose): alone[1][dose] for dose in seconds[1:].tolist()}
    rows = wells.loc[[i for own in held.values() for i in own]]
    of_cell = np.repeat(np.arange(len(held)), [len(own) for own in held.values()])
    share = (np.arange(len(held))[:, None] == of_cell) / np.bincount(of_cell)[:, None]
    places = np.array([_index(firsts, one) * len(seconds) + _index(seconds, other) for one, other in held])
    affected = np.full(len(firsts) * len(seconds), np.nan)
    affected[0], affected[places] = 0.0, 1.0 - share @ rows["response"].to_numpy(np.float64)
    covariance = np.zeros((len(affected), len(affected)))
    told = bool(rows["low"].notna().all())  # without repeats the errors are unknown, which is not 0
    covariance[np.ix_(places, places)] = share @ response_covariance(rows) @ share.T if told else np.nan
    return DoseMatrix(name, firsts, seconds, affected.reshape(len(firsts), len(seconds)), covariance)


def _index(doses: FloatArray, dose: float) -> int:
    return int(np.searchsorted(doses, dose))
