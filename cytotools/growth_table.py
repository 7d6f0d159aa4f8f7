"""growth_rates.csv: growth-rate (GR) metrics of the curves whose lines have a plate of time zero."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cytotools.conditions import CONDITION_COLUMNS
from cytotools.doses.cautions import caution, join
from cytotools.errors import StudyError
from cytotools.experiments import label
from cytotools.tables import COLUMNS, rows_of

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.doses.growth_rate import GrowthRate
    from cytotools.fitted_curves import FittedCurve, FittedGroup

GROWTH_COLUMNS = COLUMNS["growth_rates"]
NAN = float("nan")
Line = tuple[str, str, str, str]  # assay, cell line, arm, experiment


def growth_table(groups: Sequence[FittedGroup], wells: pd.DataFrame) -> pd.DataFrame:
    """Return the GR metrics of every curve and experiment that has cells at time zero.

    Parameters
    ----------
    groups : sequence of FittedGroup
        The curves, their responses as fractions of the control.
    wells : DataFrame
        The wells of cells as they were read. Rows of hours 0 and role untreated or vehicle are time zero: of the same
        assay, line, arm and experiment, read with the same settings as the plate of the curve.

    Returns
    -------
    DataFrame
        Condition columns, then `assay, level, gr50, low, high, gr_max, gr_aoc, gr_inf, gec50, hill_slope, doublings`
        (of the control)`, n, caution`: a row an experiment and one over all (`level`), the GR50 open as an IC50 is.

    References
    ----------
    M. Hafner et al., Nat. Methods 13:521 (2016), doi:10.1038/nmeth.3853.
    """
    import pandas as pd

    signals = control_signals(wells)
    rows = [row for group in groups for row in _rows(group, signals)]
    named = [name for name in CONDITION_COLUMNS if any(name in row for row in rows)]
    return pd.DataFrame(rows, columns=[*named, *GROWTH_COLUMNS])


def control_signals(wells: pd.DataFrame) -> dict[tuple[Line, float], float]:
    """Return the mean signal above the blank of the control wells of each line, experiment and hour.

    Examples
    --------
    >>> import pandas as pd
    >>> wells = pd.DataFrame({"assay": "mtt", "plate": "p", "cell_line": ["", "A", "A"], "hours": 0.0,
    ...                       "role": ["blank", "untreated", "untreated"], "signal": [0.1, 0.5, 0.7]})
    >>> control_signals(wells)
    {(('mtt', 'A', '', ''), 0.0): 0.5}
    """
    from cytotools.plates.wells_table import COMPOUNDS, CONTROL_ROLES, prepared

    table = prepared(wells)
    table = table[table["_usable"]]
    medium = table[(table["role"] == "blank") & (table[list(COMPOUNDS)] == "").all(axis=1)]
    blanks = medium.groupby("_read")["_net"].mean()
    controls = table[table["role"].isin(CONTROL_ROLES)]
    above = controls.assign(above=controls["_net"] - controls["_read"].map(blanks).fillna(0.0))
    found: dict[tuple[Line, float], list[float]] = {}
    for row in rows_of(above):
        line = (row["assay"], row["cell_line"], row["arm"], label(row["replicate"]) or label(row["batch"]))
        found.setdefault((line, float(row["hours"])), []).append(row["above"])
    return {key: float(np.mean(values)) for key, values in found.items()}


def _rows(group: FittedGroup, signals: Mapping[tuple[Line, float], float]) -> Iterator[dict[str, Any]]:
    """Yield the rows of one curve; nothing where no experiment has a time zero."""
    condition, found = group.group.condition, []
    hours = condition.get("hours", NAN)
    for curve in group.curves:
        cell_line, arm = (str(condition.get(name, "") or "") for name in ("cell_line", "arm"))
        line = group.group.assay, cell_line, arm
        zero, control = (
            signals.get(((*line, curve.experiment), at), signals.get(((*line, ""), at))) for at in (0.0, hours)
        )
        if zero is None or control is None or hours == 0:
            continue
        head = dict(condition) | {"replicate": curve.experiment, "assay": group.group.assay, "level": "experiment"}
        doublings = float(np.log2(control / zero)) if zero > 0 and control > 0 else NAN
        try:
            fit = _fit(curve, zero / control)
        except StudyError as error:
            problem = error.problems[0]
            words = f"expected {problem.expected}, got {problem.got}"
            yield head | {"doublings": doublings, "n": 1, "caution": caution("no_growth_rate", words)}
            continue
        found.append((curve.experiment, fit, doublings))
        yield head | _of_experiment(fit) | {"doublings": doublings}
    if found:
        yield dict(condition) | {"replicate": "", "assay": group.group.assay, "level": "all"} | _over_all(found)


def _fit(curve: FittedCurve, zero: float) -> GrowthRate:
    """Fit the growth rates of one experiment; `zero` is time zero as a fraction of the control."""
    from cytotools.doses import fit_growth_rate, growth_rates

    response = curve.wells["response"].to_numpy(np.float64)
    rates = growth_rates(np.maximum(response, 0.0), zero, 1.0)  # a signal below the blank is no cell at all
    return fit_growth_rate(curve.wells["dose"].to_numpy(np.float64), rates)


def _of_experiment(fit: GrowthRate) -> dict[str, Any]:
    low, high = fit.gr50_interval
    is_open = fit.gr50 > fit.dose_max or high > fit.dose_max or fit.gr50 < fit.dose_min
    names = ("gr_max", "gr_aoc", "gr_inf", "gec50", "hill_slope")
    limits = {"gr50": NAN if is_open else fit.gr50, "low": low, "high": high}
    return limits | {name: getattr(fit, name) for name in names} | {"n": 1, "caution": fit.caution}


def _over_all(found: Sequence[tuple[str, GrowthRate, float]]) -> dict[str, Any]:
    from cytotools.doses.averages import average
    from cytotools.doses.experiments import ExperimentIc50, over_experiments

    fits = [fit for _, fit, _ in found]
    ic50s = [
        ExperimentIc50(fit.gr50, *fit.gr50_interval, fit.dose_min, fit.dose_max, name)
        for name, fit, _ in found
        if not fit.flat
    ]
    means = {name: average([getattr(fit, name) for fit in fits]).mean for name in ("gr_max", "gr_aoc", "gr_inf")}
    means["doublings"] = average([doublings for *_, doublings in found]).mean
    flat = (
        caution("growth_level", f"{len(fits) - len(ic50s)} of {len(fits)} experiments")
        if len(ic50s) < len(fits)
        else ""
    )
    if not ic50s:
        return means | {"n": len(fits), "caution": flat}
    over = over_experiments(ic50s)
    limits = {"gr50": over.ic50, "low": over.low, "high": over.high, "n": over.n}
    return means | limits | {"caution": join(flat, over.cautions)}
