"""The hours of each treatment in order, each with its control, and every two of them as a contrast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from cytotools.contrast_rows import Planned, added, against
from cytotools.control_choice import serving
from cytotools.experiments import Group, grouped, label

if TYPE_CHECKING:
    import pandas as pd

BETWEEN_HOURS = "between hours"
Series = list[tuple[Group, list[Group], list[str]]]


def hour_series(
    groups: Sequence[Group], population: str, control: str | None, vehicles: Mapping[str, str]
) -> list[Series]:
    """Return the hours of each treatment with their controls and what must be said of these, in order of hours.

    Treatments with fewer than two hours that have a control are left out.
    """
    groups = [group for group in groups if group.population == population]
    treated = [g for g in groups if g.role == "treated" and isinstance(g.value("hours"), int | float)]
    found = []
    for same in grouped(
        treated, lambda g: (g.line, tuple(sorted(g.agents)), label(g.value("schedule")), label(g.value("lead_hours")))
    ).values():
        served = [(group, *serving(group, groups, control, vehicles)) for group in same]
        kept = sorted((one for one in served if one[1]), key=lambda one: float(one[0].value("hours")))
        if len(kept) > 1:
            found.append(kept)
    return found


def pairs_of_hours(series: Series) -> list[Planned]:
    """Return every later hour against every earlier one, each over its control."""
    return [
        Planned(
            f"{late.population} {BETWEEN_HOURS}",
            f"{label(late.value('hours'))} h against {label(early.value('hours'))} h, {late.treatment}",
            added(against(late, late_controls), against(early, early_controls, -1.0)),
            ("odds_ratio",),
            (*said, *said_late),
        )
        for (early, early_controls, said), (late, late_controls, said_late) in combinations(series, 2)
    ]


def listed_hours(hours: Sequence[float]) -> str:
    """Return hours in words.

    Examples
    --------
    >>> listed_hours([6.0, 24.0, 48.0])
    '6 h, 24 h and 48 h'
    """
    words = [f"{h:g} h" for h in hours]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def course_example() -> pd.DataFrame:
    """Return the quadrants of a small course for examples: vehicle and cisplatin at 6 and 24 h, three experiments."""
    import pandas as pd

    parts = ("live", "early_apoptotic", "late_apoptotic", "necrotic")
    planted = {(6, "vehicle"): 0.09, (6, "treated"): 0.13, (24, "vehicle"): 0.10, (24, "treated"): 0.40}
    return pd.DataFrame(
        [
            {"file": f"{role}{hours}{r}", "role": role, "cell_line": "A", "hours": float(hours), "replicate": r}
            | {"compound": "cisplatin" if role == "treated" else "", "parent_events": 9000}
            | {"population": part, "fraction": value, "low": 0.0, "high": 1.0}
            for r in (1, 2, 3)
            for i, ((hours, role), x) in enumerate(planted.items())
            for part, value in zip(parts, (1 - x - 0.004 * (i * r % 3), x + 0.004 * (i * r % 3), 0.0, 0.0), strict=True)
        ]
    )
