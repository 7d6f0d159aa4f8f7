"""Combinations of two agents: against each agent alone, and what they do beyond what each alone predicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cytotools.conditions import CONDITION_COLUMNS
from cytotools.contrast_rows import COMPARISON_COLUMNS, Planned, added, against, family_rows, unanswered
from cytotools.control_choice import serving
from cytotools.experiments import Group, caution, condition_columns, grouped, label, read_groups
from cytotools.labels import schedule_label

if TYPE_CHECKING:
    import pandas as pd

INTERACTION = "interaction"


def compare_combinations(
    quadrants: pd.DataFrame,
    control: str | None = None,
    vehicles: Mapping[str, str] | None = None,
    by: Sequence[str] = CONDITION_COLUMNS,
) -> pd.DataFrame:
    """Return each combination against its single agents at the same doses, and the interactions.

    Parameters
    ----------
    quadrants, control, vehicles, by
        As `cytotools.comparison.compare_to_control` takes them. An agent alone may stand in any of the compound
        columns; line, arm and hours must be the same.

    Returns
    -------
    DataFrame
        Columns of comparisons.csv. `total` with `cisplatin 5 ug/mL + Smac-N7 25 uM against Smac-N7 25 uM` on the scale
        difference; `total interaction` twice, with one p-value: as odds_ratio, the factor by which the pair multiplies
        the odds beyond the product of the two agents' own factors (1 is none), and as difference, the fraction beyond
        what that product predicts. Combinations with single agents of a line, arm and population are one family, the
        interactions another. A pair without both single agents has no estimate and a caution.

    References
    ----------
    Two-factor designs on the logit: D. R. Cox and E. J. Snell, Analysis of Binary Data, 2nd ed. (1989), ISBN
    9780412306204.

    Examples
    --------
    >>> import pandas as pd
    >>> parts = ("live", "early_apoptotic", "late_apoptotic", "necrotic")
    >>> arms = {("", ""): 0.10, ("cisplatin", ""): 0.20, ("", "Smac-N7"): 0.11, ("cisplatin", "Smac-N7"): 0.45}
    >>> rows = [{"file": f"{a}{b}{r}", "role": "treated" if a or b else "vehicle", "compound": a, "compound_2": b,
    ...          "replicate": r, "parent_events": 9000, "population": p, "fraction": f, "low": 0.0, "high": 1.0}
    ...         for r in (1, 2, 3) for i, ((a, b), x) in enumerate(arms.items())
    ...         for p, f in zip(parts, (1 - x - 0.01 * (r + i * r % 3), x + 0.01 * (r + i * r % 3), 0.0, 0.0))]
    >>> table = compare_combinations(pd.DataFrame(rows))
    >>> odds = table[(table["quantity"] == "total interaction") & (table["scale"] == "odds_ratio")].iloc[0]
    >>> bool(2.3 < odds["estimate"] < 2.7 and odds["low"] > 1), int(odds["n"])
    (True, 3)
    """
    import pandas as pd

    groups = read_groups(quadrants, by)
    rows: list[dict[str, Any]] = []
    for family in grouped(groups, lambda group: (group.line, group.population)).values():
        treated = [group for group in family if group.role == "treated"]
        combined = [group for group in treated if len(group.agents) > 1]
        against_single = [plan for group in combined for plan in _against_single(group, treated)]
        rows += [row for found in family_rows(against_single) for row in found]
        pairs = [group for group in combined if len(group.agents) == 2]
        planned = [plan for group in pairs if (plan := _interaction(group, family, control, vehicles or {}))]
        rows += [row for found in family_rows(planned) for row in found]
        answered = [plan.group for plan in planned]
        rows += [_without(group) for group in pairs if group not in answered]
    return pd.DataFrame(rows, columns=[*condition_columns(quadrants, by), *COMPARISON_COLUMNS])


def interaction_in_words(row: Mapping[str, Any]) -> str:
    """Return the sentence of a `total interaction` row of scale odds_ratio.

    Examples
    --------
    >>> row = {"contrast": "cisplatin 5 ug/mL with Smac-N7 25 uM", "estimate": 3.1, "low": 1.8, "high": 5.2,
    ...        "p_adjusted": 0.004, "quantity": "total interaction", "n": 3}
    >>> print(interaction_in_words(row))
    cisplatin 5 ug/mL with Smac-N7 25 uM: 3.1-fold (1.8 to 5.2) the odds of apoptosis that each alone predicts
    """
    population = str(row["quantity"]).removesuffix(f" {INTERACTION}")
    odds = "the odds of " + {"total": "apoptosis"}.get(population, population.replace("_", " ") + " cells")
    estimate, low, high = (float(row[name]) for name in ("estimate", "low", "high"))
    if estimate != estimate:
        return f"{row['contrast']}: interaction not told, a single agent or its control is missing"
    words = f"{estimate:.2g}-fold ({low:.2g} to {high:.2g}) {odds} that each alone predicts"
    resolved = row["p_adjusted"] < 0.05
    return f"{row['contrast']}: {words}" if resolved else f"{row['contrast']}: interaction not resolved, {words}"


def _against_single(group: Group, treated: Sequence[Group]) -> list[Planned]:
    singles = [single for agent in group.agents if (single := _single(group, agent, treated)) is not None]
    return [
        Planned(group.population, f"{group.treatment} against {single.treatment}", against(group, [single]))
        for single in singles
    ]


def _interaction(
    group: Group, family: Sequence[Group], control: str | None, vehicles: Mapping[str, str]
) -> Planned | None:
    """Return the pair less its control, less each agent alone less its own control; None where one is missing."""
    treated = [other for other in family if other.role == "treated"]
    singles = [_single(group, agent, treated) for agent in group.agents]
    parts, cautions = [], []
    for sign, condition in ((1.0, group), *((-1.0, single) for single in singles)):
        controls, said = serving(condition, family, control, vehicles) if condition is not None else ([], [])
        if condition is None or not controls:
            return None
        parts.append(against(condition, controls, sign))
        cautions += said
    quantity = f"{group.population} {INTERACTION}"
    return Planned(quantity, _named(group), added(*parts), ("odds_ratio", "difference"), tuple(cautions))


def _single(group: Group, agent: str, treated: Sequence[Group]) -> Group | None:
    """Return the condition of one agent alone at the same hour, of the same schedule where there are several."""
    alone = [o for o in treated if o.agents == (agent,) and label(o.value("hours")) == label(group.value("hours"))]
    same = [o for o in alone if label(o.value("schedule")) == label(group.value("schedule"))]
    return next(iter([*same, *alone]), None)


def _without(group: Group) -> dict[str, Any]:
    words = caution("no_single_agent", f"{_named(group)} needs both alone and a control")
    return unanswered(group, f"{group.population} {INTERACTION}", _named(group), "odds_ratio", words)


def _named(group: Group) -> str:
    schedule = schedule_label(dict(group.condition))
    return " with ".join(group.agents) + (f" ({schedule})" if schedule else "")
