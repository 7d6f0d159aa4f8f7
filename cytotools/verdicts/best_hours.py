"""The hour of each treatment and assay with the largest effect that is well resolved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cytotools.end_points import end_points
from cytotools.experiments import grouped
from cytotools.number_words import finite
from cytotools.plates.caspase_courses import near_the_best
from cytotools.tables import rows_of
from cytotools.verdicts.assay_effects import Effect
from cytotools.verdicts.effect_sizes import SHOWS, WEAK
from cytotools.verdicts.matched_conditions import WITHOUT_HOURS, condition_key, family_key
from cytotools.verdicts.verdict_cautions import caution

if TYPE_CHECKING:
    import pandas as pd

END_POINT_COLUMNS = ("assay", "quantity", "hours", "estimate", "low", "high", "as_good", "tested_hours", "n", "caution")
NAN = float("nan")
FOLLOWED = ("flow", "caspase")  # assays whose effect passes; viability is read at the end by design


def best_hours(
    tables: Mapping[str, pd.DataFrame],
    values: pd.DataFrame,
    effects: Sequence[Effect],
    control: str | None = None,
    vehicles: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return end_points.csv: where each assay sees most of each treatment.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Of a run: quadrants, rebound and time_course are read.
    values : DataFrame
        Of `experiment_values`.
    effects : sequence of Effect
        Of `assay_effects`.
    control, vehicles
        As `cytotools.end_points.end_points` takes them, for flow cytometry.

    Returns
    -------
    DataFrame
        The condition columns without hours, then `assay, quantity, hours` (empty where no hour has a resolved effect),
        `estimate, low, high` (as `Effect` has them), `as_good` (hours that can't be told from it), `tested_hours, n,
        caution`. Of caspase activity and viability the hours that can't be told are those of a comparison with the best
        (`cytotools.plates.caspase_courses.near_the_best`) within experiments; of flow cytometry see
        `cytotools.end_points`, of blots the possible nadirs of rebound.csv. Where one hour was harvested it is
        given, with a caution of flow cytometry and caspase activity once a line and treatment.
    """
    import pandas as pd

    timed = [e for e in effects if finite(e.hours) and e.method in ("annexin", "caspase", "viability")]
    tubes = tables.get("quadrants")
    points = [] if tubes is None or not len(tubes) else end_points(tubes, control, vehicles)
    of_flow = {condition_key(dict(point.condition)): point for point in points}
    of_wells = _by_experiment(values)
    rows, told = [], set()
    for (key, assay), own in grouped(timed, lambda e: (e.key, e.assay)).items():
        course = sorted(own, key=lambda e: e.hours)
        if course[0].method == "annexin":
            point = of_flow.get(key)
            best, near = (point.hours, point.as_good) if point and len(course) > 1 else _alone(course)
        else:
            best, near = _best(course, of_wells)
        family = assay, family_key(dict(course[0].condition))
        alone = len(course) == 1 and assay in FOLLOWED and family not in told
        told |= {family} if alone else set()
        rows.append(_row(course, best, near) | {"caution": caution("one_hour", f"{own[0].hours:g} h") if alone else ""})
    rows += _of_blots(tables)
    return pd.DataFrame(rows, columns=[*WITHOUT_HOURS, *END_POINT_COLUMNS])


def _alone(course: Sequence[Effect]) -> tuple[float | None, tuple[float, ...]]:
    """Return the one hour where its effect is resolved."""
    resolved = [effect.hours for effect in course if effect.state in (SHOWS, WEAK)]
    return (resolved[0] if len(course) == 1 and resolved else None), ()


def _best(course: Sequence[Effect], values: Mapping[Any, float]) -> tuple[float | None, tuple[float, ...]]:
    """Return the hour with the largest effect among those that are resolved, and those that can't be told from it."""
    resolved = [i for i, effect in enumerate(course) if effect.state in (SHOWS, WEAK)]
    if not resolved or len(course) == 1:
        return _alone(course)
    best = max(resolved, key=lambda i: course[i].value)
    matrix = _matrix(course, values)
    if len(matrix) < 2:
        return course[best].hours, tuple(course[i].hours for i in resolved if i != best)
    near = near_the_best(matrix, best)
    return course[best].hours, tuple(e.hours for i, e in enumerate(course) if near[i] and i != best)


def _matrix(course: Sequence[Effect], values: Mapping[Any, float]) -> Any:
    """Return the effect of each hour in the experiments that hold all hours, (n_experiments, n_hours)."""
    first = course[0]
    names = sorted({name for *_, name in values})
    rows = [[values.get((e.key, e.assay, e.hours, name), NAN) for e in course] for name in names]
    sign = 1.0 if first.method == "caspase" else -1.0
    matrix = sign * np.array(rows, dtype=np.float64).reshape(-1, len(course))
    return matrix[np.isfinite(matrix).all(axis=1)]


def _by_experiment(table: pd.DataFrame) -> dict[Any, float]:
    return {
        (condition_key(row), row["assay"], row["hours"], row["replicate"]): row["value"]
        for row in rows_of(table)
        if row["role"] == "treated" and row["assay"] != "flow"
    }


def _row(course: Sequence[Effect], best: float | None, near: Sequence[float]) -> dict[str, Any]:
    shown = next((e for e in course if e.hours == best), max(course, key=lambda e: e.value))
    row = dict(shown.condition) | {"assay": shown.assay, "quantity": shown.quantity, "n": shown.n}
    row |= {"hours": NAN if best is None else best, "estimate": shown.value, "low": shown.low, "high": shown.high}
    tested = _listed([e.hours for e in course])
    return row | {"as_good": _listed(near), "tested_hours": tested}


def _listed(hours: Sequence[float]) -> str:
    return " ".join(f"{hour:g}" for hour in hours)


def _of_blots(tables: Mapping[str, pd.DataFrame]) -> Iterator[dict[str, Any]]:
    """Yield the lowest hour of every target that falls, from the verdicts over its course."""
    courses = tables.get("time_course")
    held = [] if courses is None else rows_of(courses)
    tested = grouped(held, lambda row: (condition_key(row), row["target"], row["loading_control"]))
    verdicts = tables.get("rebound")
    for row in [] if verdicts is None else rows_of(verdicts):
        hours = [one["hours"] for one in tested.get((condition_key(row), row["target"], row["loading_control"]), [])]
        falls = row["verdict"] in ("overshoot", "rebound", "sustained loss")
        possible = [float(word) for word in str(row.get("possible_nadir_hours", "")).split()]
        near = [hour for hour in possible if hour != row["nadir_hours"]] if falls else []
        fold = {"estimate": row["nadir_fold"], "low": row["nadir_low"], "high": row["nadir_high"]}
        found = {name: row.get(name, "") for name in WITHOUT_HOURS} | fold
        found |= {"assay": "blot", "quantity": f"{row['target']} over {row['loading_control']}", "n": row["n"]}
        found |= {"hours": row["nadir_hours"] if falls else NAN, "as_good": _listed(near)}
        yield found | {"tested_hours": _listed(hours), "caution": ""}
