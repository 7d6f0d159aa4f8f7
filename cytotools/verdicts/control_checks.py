"""Controls and harvest times, judged before the effects that rest on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit

from cytotools.experiments import grouped
from cytotools.labels import assay_label, condition_label
from cytotools.number_words import finite, fold, percent
from cytotools.tables import rows_of
from cytotools.verdicts.assay_effects import Effect
from cytotools.verdicts.effect_sizes import SHOWS, WEAK
from cytotools.verdicts.experiment_values import NUMBERS, experiment_values
from cytotools.verdicts.harvest_times import harvest_checks
from cytotools.verdicts.matched_conditions import CONDITIONS
from cytotools.verdicts.pooled_scatter import half_widths
from cytotools.verdicts.vehicle_effects import vehicle_checks
from cytotools.verdicts.verdict_cautions import CAUTIONS, caution

if TYPE_CHECKING:
    import pandas as pd

CONTROL_COLUMNS = ("hours", "assay", "check", "verdict", "value", "low", "high", "limit", "n", "remedy", "caution")
NAN = float("nan")
# Healthy cultures hold 5 to 10 % Annexin V positive cells; a positive control of 30 % is the one that gating asks for.
MOST_BACKGROUND, LEAST_LIVE = 0.15, 0.80
LEAST_POSITIVE = {"flow": 0.30, "caspase": 2.0, "viability": 0.5, "mtt": 0.5}
OF_GATING = {"spontaneous_death": ("high_background", "harvest_damage"), "weak_positive_control": ("weak_positive",)}


def control_checks(tables: Mapping[str, pd.DataFrame], values: pd.DataFrame, effects: Sequence[Effect]) -> pd.DataFrame:
    """Return control_checks.csv: what the controls and the harvest times of every assay are worth.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Of a run: quadrants, wells, comparisons, artefacts and end_points are read; absent ones count as empty.
    values : DataFrame
        Of `experiment_values`.
    effects : sequence of Effect
        Of `assay_effects`.

    Returns
    -------
    DataFrame
        The condition columns of the control or treatment, then `hours, assay, check` (high_background, low_viability,
        weak_positive_control, missing_negative_control, missing_positive_control, vehicle_effect, too_early, too_late),
        `verdict` (failed, passed, not tested, not resolved), `value, low, high` over experiments, `limit, n, remedy,
        caution`. A control fails by its estimate, for it is these tubes that the treatments are compared with; it
        passes where the interval stays on the right side of the limit. What gating has said of the same tubes in
        artefacts.csv is not said again as a caution.
    """
    import pandas as pd

    of_positives = rows_of(experiment_values(positives(tables)))
    rows = [*_negative(tables, values), *_positive(tables, of_positives), *_missing(tables, of_positives, effects)]
    rows += [*vehicle_checks(values, tables.get("wells")), *harvest_checks(tables, values, effects)]
    blank = {name: NAN if name in NUMBERS else "" for name in CONDITIONS}
    empty = blank | dict.fromkeys(("value", "low", "high", "limit"), NAN) | {"n": 0, "caution": ""}
    columns = [*(name for name in CONDITIONS if name != "hours"), *CONTROL_COLUMNS]
    return pd.DataFrame([empty | row for row in rows], columns=columns)


def _negative(tables: Mapping[str, pd.DataFrame], values: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield how many cells of each untreated and vehicle condition are apoptotic, and how many live."""
    held = [row for row in rows_of(values) if row["assay"] == "flow"]
    told: set[tuple[str, str]] = set()
    for quantity, check, limit in (
        ("total", "high_background", MOST_BACKGROUND),
        ("live", "low_viability", LEAST_LIVE),
    ):
        for row in _judged(held, quantity, limit, above=check == "high_background"):
            if row["role"] in ("untreated", "vehicle"):
                words = f"{percent(row['value'])} ({percent(row['low'])} to {percent(row['high'])})"
                place = str(row["cell_line"]), condition_label(row)
                kind = "Annexin V positive" if check == "high_background" else "live"
                said = caution(
                    "spontaneous_death", f"{words} {kind} in {condition_label(row)}, limit {percent(limit, 0)}"
                )
                new = place not in told and not _said_by_gating(tables, "spontaneous_death", row["cell_line"])
                told |= {place} if row["verdict"] == "failed" else set()
                yield _checked(row, check, "spontaneous_death", said if new else "")


def _positive(tables: Mapping[str, pd.DataFrame], held: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield how far each positive control answers."""
    for assay, rows in grouped(held, lambda row: row["assay"]).items():
        limit, quantity = LEAST_POSITIVE[assay], "total" if assay == "flow" else rows[0]["quantity"]
        for row in _judged(rows, quantity, limit, above=quantity == "viability"):
            form = fold if assay == "caspase" else percent
            numbers = f"{form(row['value'])} ({form(row['low'])} to {form(row['high'])})"
            kind = {"flow": "Annexin V positive", "caspase": "-fold caspase"}.get(assay, "of control viable")
            where = condition_label(dict(row) | {"role": "positive control"})
            words = f"{assay_label(assay)}: {numbers} {kind} in {where}, limit {form(limit)}"
            said = caution("weak_positive_control", words)
            again = assay == "flow" and _said_by_gating(tables, "weak_positive_control", row["cell_line"])
            yield _checked(row, "weak_positive_control", "weak_positive_control", "" if again else said)


def positives(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tubes and wells of positive controls as if they were treatments, so that they can be averaged."""
    found = {name: tables[name] for name in ("quadrants", "wells") if name in tables and len(tables[name])}
    return {name: table[table["role"] == "positive"].assign(role="treated") for name, table in found.items()}


def _judged(rows: Sequence[Mapping[str, Any]], quantity: str, limit: float, above: bool) -> Iterator[dict[str, Any]]:
    """Yield each condition of a quantity with its mean over experiments, as a fraction or fold, and the verdict."""
    of_quantity = [row for row in rows if row["quantity"] == quantity and finite(row["value"])]
    alike = list(
        grouped(of_quantity, lambda row: (row["role"], *map(str, (row[name] for name in CONDITIONS)))).values()
    )
    halves = half_widths([np.array([row["value"] for row in own]) for own in alike])
    for own, half in zip(alike, halves, strict=True):
        centre = float(np.mean([row["value"] for row in own]))
        reach = half if half == half else 1.96 * float(own[0]["error"])
        back = {"logit": expit, "log": np.exp}.get(str(own[0]["scale"]), np.asarray)
        value, low, high = (float(back(x)) for x in (centre, centre - reach, centre + reach))
        failed = value > limit if above else value < limit
        sure = high < limit if above else low > limit
        verdict = "failed" if failed else "passed" if sure else "not resolved"
        found = {"value": value, "low": low, "high": high, "limit": limit, "n": len(own), "verdict": verdict}
        yield dict(own[0]) | found


def _checked(row: Mapping[str, Any], check: str, code: str, said: str) -> dict[str, Any]:
    names = (*CONDITIONS, "assay", "verdict", "value", "low", "high", "limit", "n")
    failed = row["verdict"] == "failed"
    remedy = "" if row["verdict"] == "passed" else CAUTIONS[code][2]
    return {name: row[name] for name in names} | {"check": check, "remedy": remedy, "caution": said if failed else ""}


def _said_by_gating(tables: Mapping[str, pd.DataFrame], code: str, line: object) -> bool:
    found = tables.get("artefacts")
    rows = [] if found is None or not len(found) else rows_of(found)
    return any(
        row["check"] in OF_GATING[code] and bool(row["raised"]) and line in ("", row["cell_line"]) for row in rows
    )


def _missing(
    tables: Mapping[str, pd.DataFrame], of_positives: Sequence[Mapping[str, Any]], effects: Sequence[Effect]
) -> Iterator[dict[str, Any]]:
    """Yield the assays without a negative control (whose treated rows carry that caution) or a positive one."""
    treated = {effect.assay for effect in effects if effect.assay in LEAST_POSITIVE}
    have = {row["assay"] for row in of_positives}
    for assay in sorted(treated - have):
        remedy = CAUTIONS["no_positive_control"][2]
        silent = all(effect.state not in (SHOWS, WEAK) for effect in effects if effect.assay == assay)
        said = (
            caution("no_positive_control", f"{assay_label(assay)}, where no treatment shows an effect")
            if silent
            else ""
        )
        row = {"assay": assay, "check": "missing_positive_control", "verdict": "not tested", "remedy": remedy}
        yield row | {"caution": said}
    for assay in sorted(_without_control(tables)):
        remedy = "Add untreated or vehicle rows of the same line, arm, batch and hours."
        yield {"assay": assay, "check": "missing_negative_control", "verdict": "failed", "remedy": remedy}


def _without_control(tables: Mapping[str, pd.DataFrame]) -> set[str]:
    """Return the assays of which a treated row carries the caution that no control serves it."""
    tubes, wells = (_uncontrolled(tables.get(name)) for name in ("comparisons", "wells"))
    return ({"flow"} if len(tubes) else set()) | {str(row["assay"]) for row in wells}


def _uncontrolled(table: pd.DataFrame | None) -> list[dict[str, Any]]:
    if table is None or not len(table):
        return []
    return rows_of(table[table["caution"].astype(str).str.contains("no_control:", regex=False)])
