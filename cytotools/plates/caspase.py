"""Caspase activity: fold over control, per viable cell, over independent experiments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from cytotools.doses.cautions import join
from cytotools.plates.caspase_courses import LEAST_VIABLE, Cell, course_cautions
from cytotools.plates.cautions import caution
from cytotools.plates.fieller import fieller
from cytotools.plates.shared_errors import Estimate, mean_response
from cytotools.plates.wells_table import CONDITION, texts

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
Condition = tuple[str | float | None, ...]
VIABILITY = ("viability", "mtt")
MEASURES = ("fold", "low", "high", "fold_per_viable", "per_viable_low", "per_viable_high", "n", "caution")
NAN = float("nan")


@dataclass(frozen=True)
class Interval:
    """A value over experiments with its 95 % limits."""

    value: float = NAN
    low: float = NAN
    high: float = NAN


def caspase_folds(table: pd.DataFrame) -> pd.DataFrame:
    """Return the fold of caspase activity of every condition, as a whole and per viable cell.

    Parameters
    ----------
    table : DataFrame
        Rows of `cytotools.plates.responses` of the assays `caspase` and, where there are any, `viability` or `mtt`.
        Experiments are told by `replicate`, else `batch`; wells of one experiment and condition are averaged.

    Returns
    -------
    DataFrame
        caspase.csv: condition columns, then `fold, low, high, fold_per_viable, per_viable_low, per_viable_high, n,
        caution`. The fold is the geometric mean over experiments with the t interval of its log; that of one
        experiment is its own. Per viable cell it is fold / (viability as a fraction of control), each experiment by
        its own viability; not given where fewer than a tenth of the cells are viable. Cautions name the hour of the
        peak with the hours that cannot be told from it, and where a fold falls because the cells are gone.

    Examples
    --------
    >>> import pandas as pd
    >>> parts = {"_well_error": 0.05, "_blank_error": 0.0, "_control_error": 0.02, "_degrees": 9.0, "_blank": "b",
    ...          "_control": "c", "_own_blank": False, "_in_control": False, "role": "treated", "compound": "TNF"}
    >>> rows = [{"assay": assay, "replicate": str(r), "response": value * (1 + 0.05 * r)} | parts
    ...         for assay, value in (("caspase", 4.0), ("viability", 0.5)) for r in (1, 2, 3)]
    >>> row = caspase_folds(pd.DataFrame(rows)).iloc[0]
    >>> [float(row[name].round(2)) for name in ("fold", "low", "high", "fold_per_viable")], int(row["n"])
    ([4.4, 3.93, 4.92, 8.0], 3)
    """
    import pandas as pd

    named = [name for name in CONDITION if name in table]
    folds = _by_experiment(table[table["assay"] == "caspase"], named)
    viable: dict[Condition, dict[str, Estimate]] = {}
    for assay in VIABILITY:
        viable = _by_experiment(table[table["assay"] == assay], named) | viable
    cells = {condition: Cell(found, viable.get(condition, {})) for condition, found in folds.items()}
    courses = course_cautions(named, cells)
    rows = [
        dict(zip(named, condition, strict=True)) | _row(cell, courses.get(condition, []))
        for condition, cell in cells.items()
    ]
    return pd.DataFrame(rows, columns=[*named, *MEASURES])


def _by_experiment(table: pd.DataFrame, named: Sequence[str]) -> dict[Condition, dict[str, Estimate]]:
    """Return the mean response of each condition in each experiment, leaving out those without a response."""
    treated = table[table["role"].isin(("treated", "positive"))]
    experiments = _experiments(treated)
    found: dict[Condition, dict[str, Estimate]] = {}
    places: dict[tuple[Condition, str], list[int]] = {}
    for i, values in enumerate(zip(*(treated[name] for name in named), strict=True)):
        condition = tuple(None if value != value or value == "" else value for value in values)
        places.setdefault((condition, experiments[i]), []).append(i)
    for (condition, experiment), rows in places.items():
        estimate = mean_response(treated.iloc[rows])
        if estimate.value == estimate.value:
            found.setdefault(condition, {})[experiment] = estimate
    return found


def _experiments(table: pd.DataFrame) -> list[str]:
    """Return the experiment of each row: its replicate, else its batch."""
    names = [texts(table[name]).tolist() for name in ("replicate", "batch") if name in table]
    return [next(filter(None, row), "") for row in zip(*names, strict=True)] if names else [""] * len(table)


def _row(cell: Cell, of_course: Sequence[str]) -> dict[str, Any]:
    folds = list(cell.folds.values())
    said = [caution("one_experiment", "the interval is that of the wells")] if len(folds) == 1 else []
    fold, of_fold = over_experiments([f.value for f in folds], Interval(*folds[0][:3]))
    per_viable, of_viable = _per_viable(cell)
    names = ("fold", "low", "high"), ("fold_per_viable", "per_viable_low", "per_viable_high")
    row: dict[str, Any] = dict(zip(names[0], (fold.value, fold.low, fold.high), strict=True))
    row |= zip(names[1], (per_viable.value, per_viable.low, per_viable.high), strict=True)
    return row | {"n": len(folds), "caution": join(*said, *of_fold, *of_viable, *of_course)}


def over_experiments(values: Sequence[float], alone: Interval) -> tuple[Interval, list[str]]:
    """Return the geometric mean over experiments with the t interval of its log, and what must be said.

    `alone` is the first experiment with the interval of its own wells, which serves where there is no other.

    Examples
    --------
    >>> over_experiments([2.0, 8.0], Interval())[0]
    Interval(value=4.0, low=0.000598..., high=26730...)
    """
    seen = np.array(values, dtype=np.float64)
    if len(seen) == 1:
        return alone, []
    if np.ptp(seen) <= 1e-12 * np.abs(seen).max():
        return alone, [caution("same_values", f"{len(seen)} experiments")]
    reach = float(stdtrit(len(seen) - 1, 0.975)) / np.sqrt(len(seen))
    if (seen <= 0).any():
        half, mean = reach * float(seen.std(ddof=1)), float(seen.mean())
        words = f"{(seen <= 0).sum()} of {len(seen)} experiments"
        return Interval(mean, mean - half, mean + half), [caution("fold_not_positive", words)]
    logs = np.log(seen)
    half, mean = reach * float(logs.std(ddof=1)), float(logs.mean())
    return Interval(*np.exp([mean, mean - half, mean + half]).tolist()), []


def _per_viable(cell: Cell) -> tuple[Interval, list[str]]:
    paired = cell.paired
    if not paired:
        return Interval(), [caution("no_viability", "not given per viable cell")]
    share = float(np.mean([cell.viable[e].value for e in paired]))
    if share < LEAST_VIABLE or any(cell.viable[e].value <= 0 for e in paired):
        return Interval(), [caution("few_viable", f"{share:.0%} of the control")]
    first = paired[0]
    found, said = over_experiments([cell.per_viable(e) for e in paired], _alone(cell.folds[first], cell.viable[first]))
    if len(paired) < len(cell.folds):
        said.append(caution("no_viability", f"{len(cell.folds) - len(paired)} of {len(cell.folds)} experiments"))
    return found, said


def _alone(fold: Estimate, viable: Estimate) -> Interval:
    """Return fold per viable cell of one experiment by its own wells; the two plates err independently."""
    t = float(stdtrit(min(fold.degrees, viable.degrees), 0.975))
    low, high = fieller(fold.value, viable.value, fold.error**2, viable.error**2, 0.0, t)
    return Interval(fold.value / viable.value, float(low), float(high))
