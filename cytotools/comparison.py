"""Apoptosis over independent replicates, and each treatment against its control."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cytotools.combinations import compare_combinations
from cytotools.conditions import CONDITION_COLUMNS
from cytotools.contrast_rows import COMPARISON_COLUMNS as COMPARISON_COLUMNS
from cytotools.contrast_rows import Planned, against, family_rows, unanswered
from cytotools.control_choice import control_name, serving
from cytotools.end_points import compare_hours
from cytotools.experiments import CAUTIONS as CAUTIONS
from cytotools.experiments import Group, caution, condition_columns, grouped, join, place, read_groups
from cytotools.fractions import Mean, mean_of
from cytotools.line_responses import compare_lines

if TYPE_CHECKING:
    import pandas as pd

APOPTOSIS_COLUMNS = ("population", "n", "mean", "sd", "low", "high", "caution")


def summarise_fractions(quadrants: pd.DataFrame, by: Sequence[str] = CONDITION_COLUMNS) -> pd.DataFrame:
    """Return apoptosis.csv: the fraction of each population by condition, over independent replicates.

    Parameters
    ----------
    quadrants : DataFrame
        Rows of quadrants.csv, with `exclude` where the sheet has it. Rows of other roles than untreated, vehicle
        and treated are no samples, rows with text in `exclude` are left out.
    by : sequence of str
        The condition columns; `replicate`, `technical`, `batch` and `well` among them never make a condition.

    Returns
    -------
    DataFrame
        The condition columns that the table has, then `population` (total = early + late, and the four), `n, mean,
        sd, low, high, caution`. An experiment is a `replicate`, else a `batch`; files of one experiment are
        averaged first, so that `n` never counts wells. See `cytotools.fractions.mean_of` for the interval.

    Examples
    --------
    >>> import pandas as pd
    >>> parts = ("live", "early_apoptotic", "late_apoptotic", "necrotic")
    >>> well = {"role": "treated", "compound": "cisplatin", "parent_events": 8000, "low": 0.0, "high": 0.5}
    >>> rows = [well | {"file": f"{r}.fcs", "replicate": r, "population": p, "fraction": f}
    ...         for r in (1, 2, 3) for p, f in zip(parts, (0.7, 0.1 + 0.01 * r, 0.15, 0.05 - 0.01 * r))]
    >>> table = summarise_fractions(pd.DataFrame(rows))
    >>> table.loc[table["population"] == "total", ["n", "mean", "sd"]].round(3).to_dict("records")
    [{'n': 3, 'mean': 0.27, 'sd': 0.01}]
    """
    import pandas as pd

    groups = read_groups(quadrants, by)
    both = {key for key, part in grouped(groups, place).items() if len(part) > 1}
    rows = []
    for group in groups:
        mean = mean_of(group.fractions)
        cautions = [*group.cautions, *_on_mean(mean)]
        if place(group) in both:
            cautions.append(caution("two_controls", f"this row is {group.role}"))
        found = {"population": group.population, "n": mean.n, "mean": mean.value, "sd": mean.sd}
        found |= {"low": mean.low, "high": mean.high, "caution": join(cautions)}
        rows.append(dict(group.condition) | found)
    return pd.DataFrame(rows, columns=[*condition_columns(quadrants, by), *APOPTOSIS_COLUMNS])


def compare_to_control(
    quadrants: pd.DataFrame,
    control: str | None = None,
    vehicles: Mapping[str, str] | None = None,
    by: Sequence[str] = CONDITION_COLUMNS,
) -> pd.DataFrame:
    """Return comparisons.csv: each treated condition against its control, population by population.

    Parameters
    ----------
    quadrants, by
        As `summarise_fractions` takes them.
    control : {"vehicle", "untreated"}, optional
        Which rows are controls; by default the vehicle rows that serve the compound, else the untreated rows.
    vehicles : mapping, optional
        The vehicle of each compound. A vehicle row that names no compound serves every compound.

    Returns
    -------
    DataFrame
        The condition columns of the treated condition, then `quantity` (the population), `contrast`, `scale`
        ("difference" in fraction), `estimate, low, high, p_value, p_adjusted, n, caution`. Controls are of the same
        cell line, arm and hour, else of 0 h. Tests are on the logit, within experiments (replicate, else batch) where
        they hold both; limits exclude 0 exactly when p_value < 0.05. All conditions of a cell line, arm and population
        are one family: see `cytotools.contrast_families` for the rule of test and adjustment (Dunnett or Holm).

    References
    ----------
    C. W. Dunnett, JASA 50:1096 (1955), doi:10.1080/01621459.1955.10501294; S. Holm, Scand. J. Statist. 6:65 (1979),
    https://www.jstor.org/stable/4615733.

    Examples
    --------
    >>> import pandas as pd
    >>> parts = ("live", "early_apoptotic", "late_apoptotic", "necrotic")
    >>> well = {"role": "treated", "compound": "cisplatin", "parent_events": 8000, "low": 0.0, "high": 0.5}
    >>> rows = [well | {"file": f"{c}{r}", "role": role, "compound": c, "replicate": r, "population": p, "fraction": f}
    ...         for r in (1, 2, 3) for role, c, a in (("vehicle", "saline", 0.1), ("treated", "cisplatin", 0.3))
    ...         for p, f in zip(parts, (1 - a - 0.01 * r, a + 0.01 * r, 0.0, 0.0))]
    >>> table = compare_to_control(pd.DataFrame(rows), vehicles={"cisplatin": "saline"})
    >>> table.loc[table["quantity"] == "total", ["contrast", "estimate", "n"]].round(2).to_dict("records")
    [{'contrast': 'cisplatin against saline', 'estimate': 0.2, 'n': 3}]
    """
    import pandas as pd

    groups = read_groups(quadrants, by)
    rows: list[dict[str, Any]] = []
    for family in grouped(_treated(groups), lambda group: (group.line, group.population)).values():
        rows += _family(family, groups, control, vehicles or {})
    order = [place(group) for group in _treated(groups)]
    rows.sort(key=lambda row: order.index(row.pop("place")))
    return pd.DataFrame(rows, columns=[*condition_columns(quadrants, by), *COMPARISON_COLUMNS])


def compare(
    quadrants: pd.DataFrame,
    control: str | None = None,
    vehicles: Mapping[str, str] | None = None,
    by: Sequence[str] = CONDITION_COLUMNS,
) -> pd.DataFrame:
    """Return comparisons.csv in full: every comparison that a study's conditions allow.

    Parameters
    ----------
    quadrants, control, vehicles, by
        As `compare_to_control` takes them.

    Returns
    -------
    DataFrame
        Each treatment against its control first; then combinations against their single agents and the interactions
        (`compare_combinations`), lines and arms under the same treatment (`compare_lines`), and hours
        (`compare_hours`). Families are adjusted each for itself.
    """
    import pandas as pd

    makers = (compare_to_control, compare_combinations, compare_lines, compare_hours)
    rows = [row for make in makers for row in make(quadrants, control, vehicles, by).to_dict("records")]
    return pd.DataFrame(rows, columns=[*condition_columns(quadrants, by), *COMPARISON_COLUMNS])


def _treated(groups: Sequence[Group]) -> list[Group]:
    return [group for group in groups if group.role == "treated"]


def _family(
    family: Sequence[Group], groups: Sequence[Group], control: str | None, vehicles: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the rows of one line and population, each with the place of its condition."""
    planned, rows = [], []
    for group in family:
        controls, cautions = serving(group, groups, control, vehicles)
        if controls:
            words = f"{group.treatment} against {control_name(controls[0])}"
            planned.append(Planned(group.population, words, against(group, controls), cautions=tuple(cautions)))
        else:
            words = caution("no_control", f"no {control or 'control'} row serves it")
            row = unanswered(group, group.population, group.treatment, "difference", words)
            rows.append(row | {"place": place(group)})
    for plan, found in zip(planned, family_rows(planned), strict=True):
        rows += [row | {"place": place(plan.group)} for row in found]
    return rows


def _on_mean(mean: Mean) -> list[str]:
    if mean.n == 1:
        return [caution("one_experiment", "the interval is that of the experiment itself")]
    return [caution("same_fractions", f"{mean.n} equal fractions")] if mean.identical else []
