"""Combinations that differ in nothing but the order of their agents: which came first, and by how many hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from cytotools.constant_ratios import RatioCombination
from cytotools.fitted_curves import FittedGroup
from cytotools.matrix_families import MatrixFamily

Member = TypeVar("Member", RatioCombination, FittedGroup, MatrixFamily)


@dataclass(frozen=True, eq=False)
class ScheduleFamily(Generic[Member]):
    """Combinations of one kind that differ in schedule and lead hours only.

    Attributes
    ----------
    condition : dict
        The condition columns that all share, without `schedule` and `lead_hours`.
    assay : str
    kind : {"ratio", "fixed partner", "matrix"}
    schedules : tuple of str
        "pre 24 h", "co", "post 24 h": two or more, in this order.
    members : tuple
        Of each schedule.
    notes : tuple of str
        Cautions, `code: words`.
    """

    condition: dict[str, Any]
    assay: str
    kind: str
    schedules: tuple[str, ...]
    members: tuple[Member, ...]
    notes: tuple[str, ...] = ()


def schedule_families(members: Sequence[Member]) -> list[ScheduleFamily[Member]]:
    """Return the combinations that were given in more than one order."""
    raise NotImplementedError
