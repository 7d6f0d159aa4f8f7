"""Apoptosis over independent replicates, and each treatment against its control."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from blots.multiplicity import holm
from cytotools.conditions import CONDITION_COLUMNS
from cytotools.experiments import CAUTIONS as CAUTIONS
from cytotools.experiments import COMPOUNDS, Group, caution, condition_columns, grouped, join, label, place, read_groups
from cytotools.fractions import Difference, Fraction, Mean, averaged, mean_of, paired_difference, unpaired_difference

CONTROL_ROLES = ("untreated", "vehicle")
APOPTOSIS_COLUMNS = ("population", "n", "mean", "sd", "low", "high", "caution")
COMPARISON_COLUMNS = (
    "quantity",
    "contrast",
    "scale",
    "estimate",
    "low",
    "high",
    "p_value",
    "p_adjusted",
    "n",
    "caution",
)


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
    >>> parts = ("live", "early_apoptotic", "late_apoptotic", "necrotic")
    >>> well = {"role": "treated", "compound": "cisplatin", "parent_events": 8000, "low": 0.0, "high": 0.5}
    >>> rows = [well | {"file": f"{r}.fcs", "replicate": r, "population": p, "fraction": f}
    ...         for r in (1, 2, 3) for p, f in zip(parts, (0.7, 0.1 + 0.01 * r, 0.15, 0.05 - 0.01 * r))]
    >>> table = summarise_fractions(pd.DataFrame(rows))
    >>> table.loc[table["population"] == "total", ["n", "mean", "sd"]].round(3).to_dict("records")
    [{'n': 3, 'mean': 0.27, 'sd': 0.01}]
    """
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
        cell line, arm and hour, else of 0 h. Tests are on the logit: paired where every treated experiment
        (replicate, else batch) has its own control, else Welch's; see `cytotools.fractions.paired_difference` for
        estimate and limits, which exclude 0 exactly when p_value < 0.05. `p_adjusted` is Holm's over the conditions
        of a cell line and population.

    References
    ----------
    S. Holm, Scand. J. Statist. 6:65 (1979), https://www.jstor.org/stable/4615733.

    Examples
    --------
    >>> parts = ("live", "early_apoptotic", "late_apoptotic", "necrotic")
    >>> well = {"role": "treated", "compound": "cisplatin", "parent_events": 8000, "low": 0.0, "high": 0.5}
    >>> rows = [well | {"file": f"{c}{r}", "role": role, "compound": c, "replicate": r, "population": p, "fraction": f}
    ...         for r in (1, 2, 3) for role, c, a in (("vehicle", "saline", 0.1), ("treated", "cisplatin", 0.3))
    ...         for p, f in zip(parts, (1 - a - 0.01 * r, a + 0.01 * r, 0.0, 0.0))]
    >>> table = compare_to_control(pd.DataFrame(rows), vehicles={"cisplatin": "saline"})
    >>> table.loc[table["quantity"] == "total", ["contrast", "estimate", "n"]].round(2).to_dict("records")
    [{'contrast': 'cisplatin against saline', 'estimate': 0.2, 'n': 3}]
    """
    groups = read_groups(quadrants, by)
    treated = [group for group in groups if group.role == "treated"]
    rows = [_comparison(group, groups, control, vehicles or {}) for group in treated]
    for family in grouped(range(len(rows)), lambda i: (treated[i].value("cell_line"), treated[i].population)).values():
        for i, adjusted in zip(family, holm([rows[i]["p_value"] for i in family]), strict=True):
            rows[i]["p_adjusted"] = adjusted
    return pd.DataFrame(rows, columns=[*condition_columns(quadrants, by), *COMPARISON_COLUMNS])


def _comparison(
    group: Group, groups: Sequence[Group], control: str | None, vehicles: Mapping[str, str]
) -> dict[str, Any]:
    same_population = [other for other in groups if other.population == group.population]
    serving, cautions = _controls(group, same_population, control, vehicles)
    row = dict(group.condition) | {"quantity": group.population, "scale": "difference"}
    if not serving:
        nan = float("nan")
        words = caution("no_control", f"no {control or 'control'} row serves it")
        row |= {"contrast": _treatment(group), "estimate": nan, "low": nan, "high": nan, "p_value": nan, "n": 0}
        return row | {"caution": join([*group.cautions, words])}
    found, on_test = _tested(group, serving)
    control_cautions = [text for other in serving for text in other.cautions]
    row |= {"contrast": f"{_treatment(group)} against {_control_name(serving[0])}", "estimate": found.estimate}
    row |= {"low": found.low, "high": found.high, "p_value": found.p_value, "n": found.n}
    return row | {"caution": join([*group.cautions, *control_cautions, *cautions, *on_test, *_on_difference(found)])}


def _controls(
    group: Group, groups: Sequence[Group], control: str | None, vehicles: Mapping[str, str]
) -> tuple[list[Group], list[str]]:
    """Return the controls that serve a condition, and what must be said of the choice."""
    near = [other for other in groups if other.role in CONTROL_ROLES and other.line == group.line]
    same_hour = [other for other in near if other.value("hours") == group.value("hours")]
    zero_hours = [other for other in near if other.value("hours") == 0]
    for candidates in (same_hour, zero_hours):
        chosen = _chosen(group, candidates, control, vehicles)
        if chosen:
            cautions = []
            if candidates is zero_hours:
                cautions.append(caution("zero_hours_control", "compared with 0 h"))
            if len(chosen) > 1:
                names = ", ".join(map(_control_name, chosen))
                cautions.append(caution("several_controls", names))
            return chosen, cautions
    return [], []


def _chosen(group: Group, candidates: Sequence[Group], control: str | None, vehicles: Mapping[str, str]) -> list[Group]:
    wanted = {vehicles[compound] for compound in group.compounds if compound in vehicles}
    of_role = [other for other in candidates if other.role == "vehicle"]
    own = [other for other in of_role if wanted & set(other.compounds)]
    serving = own or [other for other in of_role if not wanted or not other.compounds]
    untreated = [other for other in candidates if other.role == "untreated"]
    if control is None:
        return serving or untreated
    return serving if control == "vehicle" else untreated


def _tested(group: Group, serving: Sequence[Group]) -> tuple[Difference, list[str]]:
    """Return the paired test where each treated experiment has its control, by replicate or by batch; else Welch's."""
    for key in ("experiments", "batches"):
        treated, control = _by(key, [group]), _by(key, serving)
        if len(treated) > 1 and set(treated) <= set(control):
            return paired_difference(list(treated.values()), [control[name] for name in treated]), []
    treated, control = _by("experiments", [group]), _by("experiments", serving)
    if len(treated) == 1 and set(treated) <= set(control):
        return paired_difference(list(treated.values()), [control[name] for name in treated]), []
    words = f"{len(treated)} treated against {len(control)} control experiments"
    return unpaired_difference(list(treated.values()), list(control.values())), [caution("unpaired", words)]


def _by(key: str, groups: Sequence[Group]) -> dict[str, Fraction]:
    """Return one fraction for each experiment or batch of these groups."""
    named = [pair for group in groups for pair in zip(getattr(group, key), group.fractions, strict=True)]
    return {name: averaged([f for _, f in part]) for name, part in grouped(named, lambda pair: pair[0]).items()}


def _on_mean(mean: Mean) -> list[str]:
    if mean.n == 1:
        return [caution("one_experiment", "the interval is that of the experiment itself")]
    return [caution("same_fractions", f"{mean.n} equal fractions")] if mean.identical else []


def _on_difference(found: Difference) -> list[str]:
    if np.isnan(found.p_value):
        return [caution("one_experiment", "the limits hold no scatter between experiments")]
    return [caution("same_fractions", "equal differences")] if found.identical else []


def _treatment(group: Group) -> str:
    """Return a treatment in words, such as `cisplatin 5 ug/mL + Smac-N7 25 uM`."""
    parts = [[label(group.value(column)) for column in columns] for columns in COMPOUNDS]
    return " + ".join(" ".join(filter(None, part)) for part in parts if part[0]) or group.role


def _control_name(group: Group) -> str:
    return " + ".join(group.compounds) or group.role
