"""median_effect.csv: slope and median-effect dose of every curve, by the non-linear and by the log-linear fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import stdtrit

from cytotools.conditions import CONDITION_COLUMNS
from cytotools.constant_ratios import curve_wells
from cytotools.dose_designs import FEWEST_DOSES
from cytotools.doses.cautions import join
from cytotools.tables import COLUMNS

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.doses.combined_experiment import CurveWells
    from cytotools.doses.median_effect import MedianEffect
    from cytotools.fitted_curves import FittedGroup

MEDIAN_EFFECT_COLUMNS = COLUMNS["median_effect"]
FITS = ("nonlinear", "log_linear")
NUMBERS = ("m", "m_low", "m_high", "dm", "low", "high", "r", "affected_min", "affected_max", "doses", "outside", "n")
NAN = float("nan")


def median_effect_table(groups: Sequence[FittedGroup]) -> pd.DataFrame:
    """Return median_effect.csv of every curve from the control: agents alone, and constant ratios.

    Returns
    -------
    DataFrame
        Condition columns (the dose that runs is empty), then those of the contract: `fit` (nonlinear, log_linear),
        limits of m (`m_low`, `m_high`), the range of mean effects that was tested (`affected_min`, `affected_max`),
        the number of `doses`, and how many dose means lie at or beyond 0 and 1 (`outside`: the log-linear fit leaves
        them out). `low` and `high` are the limits of `dm`.
    """
    import pandas as pd

    rows = [row for found in groups if not found.group.has_partner for row in _rows(found)]
    named = [name for name in CONDITION_COLUMNS if any(name in row for row in rows)]
    return pd.DataFrame(rows, columns=[*named, *MEDIAN_EFFECT_COLUMNS])


def _rows(found: FittedGroup) -> Iterator[dict[str, Any]]:
    from cytotools.doses import median_effects_over

    curves = [curve_wells(curve) for curve in found.curves]
    told = [(curve.experiment, wells) for curve, wells in zip(found.curves, curves, strict=True) if _has_doses(wells)]
    for fit in FITS if told else ():
        over = median_effects_over([wells for _, wells in told], fit)
        shared = _head(found, fit)
        for (experiment, wells), one in zip(told, over.fits, strict=True):
            yield shared | _of_experiment(experiment, wells, one, fit)
        yield shared | {name: getattr(over, name) for name in NUMBERS} | {"caution": join(*over.cautions)}


def _has_doses(wells: CurveWells) -> bool:
    return len(np.unique(wells.dose)) >= FEWEST_DOSES


def _head(found: FittedGroup, fit: str) -> dict[str, Any]:
    group = found.group
    agent = " + ".join(one.name for one in group.agents)
    named = {"assay": group.assay, "agent": agent, "fit": fit, "ratio": group.ratio}
    return dict(group.condition) | {"replicate": "", "level": "all"} | named


def _of_experiment(experiment: str, wells: CurveWells, fit: MedianEffect | None, method: str) -> dict[str, Any]:
    """Return the row of one experiment, with the limits that its own wells give."""
    from cytotools.doses.experiment_effects import dose_means, effect_cautions, tested_effects

    lowest, highest = tested_effects([wells])
    means = dose_means(wells)
    said = effect_cautions([wells], [fit], method)
    row = {"level": "experiment", "replicate": experiment, "n": 1, "caution": join(*said)}
    row |= {"affected_min": lowest, "affected_max": highest, "doses": len(means.dose), "outside": means.outside}
    row |= dict.fromkeys(("m", "m_low", "m_high", "dm", "low", "high", "r"), NAN)
    if fit is None:
        return row
    reach = float(stdtrit(max(fit.degrees, 1), 0.975)) * np.sqrt(np.diag(fit.covariance))
    with np.errstate(over="ignore"):
        low, high = (fit.dm * np.exp([-reach[0], reach[0]])).tolist()
    row |= {"m": fit.m, "m_low": fit.m - reach[1], "m_high": fit.m + reach[1]}
    return row | {"dm": fit.dm, "low": low, "high": high, "r": fit.r}
