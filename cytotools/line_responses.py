"""Two cell lines or arms under the same treatment: how differently they respond, each over its own control."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cytotools.conditions import CONDITION_COLUMNS
from cytotools.contrast_rows import COMPARISON_COLUMNS, Planned, added, against, family_rows
from cytotools.control_choice import serving
from cytotools.experiments import Group, condition_columns, grouped, label, read_groups

if TYPE_CHECKING:
    import pandas as pd

BETWEEN_LINES = "between lines"


def compare_lines(
    quadrants: pd.DataFrame,
    control: str | None = None,
    vehicles: Mapping[str, str] | None = None,
    by: Sequence[str] = CONDITION_COLUMNS,
) -> pd.DataFrame:
    """Return how each line or arm answers a treatment against the first line of the sheet.

    Parameters
    ----------
    quadrants, control, vehicles, by
        As `cytotools.comparison.compare_to_control` takes them.

    Returns
    -------
    DataFrame
        Columns of comparisons.csv: `total between lines` and so on, `ECA109-Smac against ECA109, cisplatin 5 ug/mL`,
        on the scale odds_ratio: the odds ratio over control in the line of the row, divided by that in the first
        line. All treatments of a population are one family.

    Examples
    --------
    >>> import pandas as pd
    >>> parts = ("live", "early_apoptotic", "late_apoptotic", "necrotic")
    >>> rows = [{"file": f"{line}{role}{r}", "role": role, "cell_line": line, "replicate": r, "parent_events": 9000,
    ...          "compound": "cisplatin" if role == "treated" else "", "population": p, "fraction": f,
    ...          "low": 0.0, "high": 1.0}
    ...         for r in (1, 2, 3) for line, role, x in (("A", "vehicle", 0.10), ("A", "treated", 0.15 + 0.01 * r),
    ...                                                  ("B", "vehicle", 0.11), ("B", "treated", 0.45 - 0.02 * r))
    ...         for p, f in zip(parts, (1 - x, x, 0.0, 0.0))]
    >>> row = compare_lines(pd.DataFrame(rows)).iloc[0]
    >>> row["quantity"], row["contrast"], bool(row["low"] > 1)
    ('total between lines', 'B against A, cisplatin', True)
    """
    import pandas as pd

    groups = read_groups(quadrants, by)
    treated = [group for group in groups if group.role == "treated"]
    rows: list[dict[str, Any]] = []
    for family in grouped(treated, lambda group: group.population).values():
        alike = grouped(family, _treatment_and_hours).values()
        plans = [_between(other, same[0], groups, control, vehicles or {}) for same in alike for other in same[1:]]
        rows += [row for found in family_rows([plan for plan in plans if plan]) for row in found]
    return pd.DataFrame(rows, columns=[*condition_columns(quadrants, by), *COMPARISON_COLUMNS])


def _treatment_and_hours(group: Group) -> tuple[str, ...]:
    return (
        *sorted(group.agents),
        label(group.value("schedule")),
        label(group.value("lead_hours")),
        label(group.value("hours")),
    )


def _between(
    group: Group, first: Group, groups: Sequence[Group], control: str | None, vehicles: Mapping[str, str]
) -> Planned | None:
    own, said = serving(group, groups, control, vehicles)
    its, said_too = serving(first, groups, control, vehicles)
    if not own or not its or group.line == first.line:
        return None
    words = f"{group.line_name} against {first.line_name}, {group.treatment}"
    weights = added(against(group, own), against(first, its, -1.0))
    return Planned(f"{group.population} {BETWEEN_LINES}", words, weights, ("odds_ratio",), (*said, *said_too))
