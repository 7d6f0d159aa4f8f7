"""What the tubes of a batch say of each other: every check that one tube alone can't make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gating.artefacts.autofluorescence import check_autofluorescence
from gating.artefacts.background import check_background
from gating.artefacts.calcium import check_calcium
from gating.artefacts.compared_batches import check_batches
from gating.artefacts.compound_light import check_compound_light
from gating.artefacts.drift import check_drift
from gating.artefacts.edges import check_edges
from gating.artefacts.finding import Finding
from gating.artefacts.harvest import check_harvest
from gating.artefacts.positive_control import check_positive_control
from gating.artefacts.wells import text, wells_of
from gating.controls import Group
from gating.levels import Levels

Rows = Mapping[str, Mapping[str, Any]]


def check_group(levels: Mapping[str, Levels], group: Group, rows: Rows | None = None) -> list[Finding]:
    """Make every check across the tubes of one batch and cell line.

    Parameters
    ----------
    levels : mapping of file to Levels
        Of the group's tubes, and of the unstained tubes of its batch that name a compound, divided at the group's
        thresholds. A file without levels is left out.
    group : Group
        The batch and line.
    rows : mapping of file to row, optional
        The row of the sheet of each file: `role, compound, dose, hours, well, harvest, dissociation` are read, and the
        other condition columns. What is missing is as empty.

    Returns
    -------
    list of Finding
        Raised or not, in the order of the checks. At most some 2 % of sound plates raise any.

    Examples
    --------
    >>> check_group({}, Group("1", "H", (), (), {}))
    []
    """
    rows = rows or {}
    wells = wells_of(levels, group, rows)
    samples = tuple(well for well in wells if well.role != "positive")
    unstained = _unstained(levels, group, rows)
    treated = [file for file in unstained if text(rows.get(file, {}).get("compound"))]
    return [
        *check_calcium(wells),
        *check_drift(wells),
        *check_edges(samples),
        *check_background(samples),
        *check_positive_control(wells),
        *check_harvest(samples, rows),
        *check_autofluorescence(unstained, treated),
        *check_compound_light(samples, rows, unstained),
    ]


def _unstained(levels: Mapping[str, Levels], group: Group, rows: Rows) -> dict[str, Levels]:
    """Return the unstained tubes, those that show a compound's own light among them."""
    named = [file for file, row in rows.items() if text(row.get("role")) == "unstained"]
    files = dict.fromkeys((*group.controls.get("unstained", ()), *named))
    return {file: levels[file] for file in files if file in levels}


def compare_batches(
    batches: Mapping[str, tuple[Mapping[str, Levels], Group]], rows: Rows | None = None
) -> list[Finding]:
    """Compare Annexin V between the batches of one cell line: a batch that lost calcium as a whole shows only here.

    Parameters
    ----------
    batches : mapping of name to (levels, group)
        At least two say something.
    rows : mapping of file to row, optional
        As for `check_group`.

    Returns
    -------
    list of Finding
        One `annexin_dim` for each batch but the brightest.

    Examples
    --------
    >>> compare_batches({"1": ({}, Group("1", "H", (), (), {}))})
    []
    """
    wells = {name: wells_of(levels, group, rows or {}) for name, (levels, group) in batches.items()}
    return check_batches(wells)
