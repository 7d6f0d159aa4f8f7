"""Combinations in a constant ratio: the curve of the agents together beside the curve of each alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cytotools.doses.combined_experiment import CombinedExperiment
    from cytotools.fitted_curves import FittedGroup


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
        Those that hold every curve; empty where an agent alone is missing.
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
    """Return every constant ratio with its single agents."""
    raise NotImplementedError
