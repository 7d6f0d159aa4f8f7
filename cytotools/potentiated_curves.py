"""Curves of one agent over a fixed dose of a partner, beside the curve of the agent alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.fitted_curves import FittedGroup
    from cytotools.plates.shared_errors import Estimate


@dataclass(frozen=True, eq=False)
class PotentiationPair:
    """One agent over its doses, alone and with partners held at one dose.

    Attributes
    ----------
    condition : dict
        The condition columns of the combination; the dose that runs is NaN.
    assay : str
    agent, unit : str
        The agent whose dose runs, and the unit of its doses.
    partner : str
        "birinapant 10 nM", of two partners joined by " + ".
    alone : FittedGroup or None
        None where there is no curve of the agent alone.
    with_partner : FittedGroup
    partner_alone : mapping of str to Estimate
        By experiment, the response (fraction of the control) to the partner alone, with its 95 % limits; experiments
        without such wells are absent.
    notes : tuple of str
        Cautions, `code: words`.
    missing : str
        Why `alone` is None, as a caution; "" where it is not.
    """

    condition: dict[str, Any]
    assay: str
    agent: str
    unit: str
    partner: str
    alone: FittedGroup | None
    with_partner: FittedGroup
    partner_alone: Mapping[str, Estimate]
    notes: tuple[str, ...] = ()
    missing: str = ""


def potentiation_pairs(groups: Sequence[FittedGroup], responses: pd.DataFrame) -> list[PotentiationPair]:
    """Return every curve over a fixed partner with the curve of its agent alone."""
    raise NotImplementedError
