"""What gating a set of tubes gives: counts, gates and thresholds, before they become tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from gating.gates import QuadrantGate
from gating.spillover import Spillover
from gating.tubes import Counts

Map = Callable[[Callable[[str], object], Iterable[str]], Iterable[object]]


@dataclass(frozen=True, eq=False)
class Part:
    """The results of the tubes that were gated together.

    `thresholds` holds rows of thresholds.csv, `caution` what holds for every tube of the part, `interval_holds` what
    the intervals of its fractions contain.
    """

    counts: Mapping[str, Counts]
    gates: Mapping[str, QuadrantGate]
    spillovers: Mapping[str, Spillover | None]
    thresholds: Sequence[Mapping[str, object]]
    caution: str
    interval_holds: str


def counts_of(results: Iterable[object]) -> dict[str, Counts]:
    """Return the counts among the results of a map, by file."""
    return {result.file: result for result in results if isinstance(result, Counts)}
