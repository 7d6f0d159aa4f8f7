"""What gating a set of tubes gives: counts, gates and thresholds, before they become tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gating.artefacts.finding import Finding
from gating.controls import Group
from gating.errors import GatingError
from gating.estimates import Estimate
from gating.gates import QuadrantGate
from gating.spillover import Spillover
from gating.tubes import Counts

Map = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]


@dataclass(frozen=True, eq=False)
class Part:
    """The results of the tubes that were gated together.

    `thresholds` holds rows of thresholds.csv, `caution` what holds for every tube of the part, `interval_holds` what
    the intervals of fractions without an estimate contain. `evidence`, `compensation` and `sensitivity` are rows of
    the tables of these names, `findings` those of the artefact checks, `refused` the tubes that alone could not be
    used.
    """

    counts: Mapping[str, Counts]
    gates: Mapping[str, QuadrantGate]
    spillovers: Mapping[str, Spillover | None]
    thresholds: Sequence[Mapping[str, object]]
    caution: str
    interval_holds: str
    estimates: Mapping[str, Estimate] = field(default_factory=dict)
    evidence: Sequence[Mapping[str, object]] = ()
    compensation: Sequence[Mapping[str, object]] = ()
    sensitivity: Sequence[Mapping[str, object]] = ()
    findings: Sequence[Finding] = ()
    refused: Mapping[str, GatingError] = field(default_factory=dict)
    group: Group | None = None


ARTEFACT_COLUMNS = (
    "batch",
    "cell_line",
    "check",
    "file",
    "statistic",
    "value",
    "low",
    "high",
    "limit",
    "raised",
    "caution",
)


def finding_rows(findings: Iterable[Finding], batch: str = "", cell_line: str = "") -> list[dict[str, object]]:
    """Return rows of artefacts.csv: one a check and file, the file empty where a check is of the whole batch."""
    rows: list[dict[str, object]] = []
    for found in findings:
        numbers = {name: getattr(found, name) for name in ARTEFACT_COLUMNS[4:]}
        place = {"batch": batch, "cell_line": cell_line, "check": found.check}
        rows += [place | {"file": file} | numbers for file in found.files or ("",)]
    return rows


def counts_of(results: Iterable[object]) -> dict[str, Counts]:
    """Return the counts among the results of a map, by file."""
    return {result.file: result for result in results if isinstance(result, Counts)}
