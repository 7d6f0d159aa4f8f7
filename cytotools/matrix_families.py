"""Dose matrices: the wells of two agents together, and of each alone at the same doses, experiment by experiment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.doses.dose_matrix import DoseMatrix
    from cytotools.well_agents import Agent


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


def dose_matrices(responses: pd.DataFrame, agents: Mapping[int, tuple[Agent, ...]]) -> list[MatrixFamily]:
    """Return the dose matrices of every two agents."""
    raise NotImplementedError
