"""dose_response.csv: the IC50s of every curve, in each experiment and over all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cytotools.conditions import CONDITION_COLUMNS
from cytotools.dose_designs import FEWEST_DOSES
from cytotools.doses.cautions import caution, join
from cytotools.doses.curve_cautions import curve_cautions
from cytotools.fitted_curves import HALF, KINDS, FittedCurve, FittedGroup
from cytotools.tables import COLUMNS

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.doses.experiments import ExperimentIc50

DOSE_RESPONSE_COLUMNS = COLUMNS["dose_response"]
NAN = float("nan")


def dose_response_table(groups: Sequence[FittedGroup]) -> pd.DataFrame:
    """Return dose_response.csv of fitted curves.

    Returns
    -------
    DataFrame
        Condition columns (the dose that runs is empty, its unit is that of `ic50`), then those of the contract and
        `ratio` (p:q where a constant ratio runs). A row a kind of IC50: of each experiment (`level` experiment, with
        its replicate) and over all (`level` all). Responses are fractions of the control.
    """
    import pandas as pd

    rows = [row for group in groups for row in _rows(group)]
    named = [name for name in CONDITION_COLUMNS if any(name in row for row in rows)]
    return pd.DataFrame(rows, columns=[*named, *DOSE_RESPONSE_COLUMNS])


def experiment_ic50s(group: FittedGroup, kind: str) -> dict[str, ExperimentIc50]:
    """Return the IC50 of each experiment of a curve, by the experiment's name; those without a fit are left out."""
    from cytotools.doses.experiments import ExperimentIc50

    found = {}
    for curve in group.curves:
        if curve.fit is not None:
            _, low, high, at = curve.ic50s[kind]
            ends = curve.fit.dose_min, curve.fit.dose_max
            # A flat curve has no half-way dose; that half of the control lies beyond the doses it does tell.
            flat = kind == "relative" and curve.is_flat
            found[curve.experiment] = ExperimentIc50(at, low, high, *ends, curve.experiment, flat=flat)
    return found


def _rows(group: FittedGroup) -> Iterator[dict[str, Any]]:
    for kind in KINDS:
        for curve in group.curves:
            yield _of_experiment(group, curve, kind)
        yield _over_all(group, kind)


def _head(group: FittedGroup, level: str, kind: str) -> dict[str, Any]:
    found = group.group
    head = {"assay": found.assay, "level": level, "kind": kind, "curve_dose": found.runs, "ratio": found.ratio}
    return dict(found.condition) | {"replicate": ""} | head


def _of_experiment(group: FittedGroup, curve: FittedCurve, kind: str) -> dict[str, Any]:
    row = _head(group, "experiment", kind) | {"replicate": curve.experiment, "n": 1}
    fit = curve.fit
    if fit is None:
        doses = curve.wells.loc[curve.wells["dose"] > 0, "dose"]
        nothing = dict.fromkeys(("ic50", "low", "high", "hill_slope", "top", "bottom"), NAN)
        ends = {"dose_min": doses.min(), "dose_max": doses.max()}
        words = f"{(doses.drop_duplicates() > 0).sum()} doses"
        return row | nothing | ends | {"caution": caution("no_fit", words)}
    ic50, low, high, _ = curve.ic50s[kind]
    if kind == "relative" and curve.is_flat:
        ic50, low, high = NAN, 0.0, np.inf  # half-way between two plateaus that are one
    row |= {"ic50": ic50, "low": low, "high": high, "dose_min": fit.dose_min, "dose_max": fit.dose_max}
    row |= _shape(curve)
    return row | {"caution": join(*_on_curve(curve, kind))}


def _over_all(group: FittedGroup, kind: str) -> dict[str, Any]:
    from cytotools.doses.averages import average
    from cytotools.doses.experiments import over_experiments

    row = _head(group, "all", kind)
    found = list(experiment_ic50s(group, kind).values())
    if not found:
        names = ("ic50", "low", "high", "dose_min", "dose_max", "hill_slope", "top", "bottom")
        return row | dict.fromkeys(names, NAN) | {"n": 0, "caution": caution("no_fit", "no experiment could be fitted")}
    over = over_experiments(found)
    row |= {name: getattr(over, name) for name in ("ic50", "low", "high", "dose_min", "dose_max", "n")}
    shapes = [_shape(curve) for curve in group.curves if curve.fit is not None]
    slopes = [shape["hill_slope"] for shape in shapes]
    row |= {"hill_slope": average(slopes, geometric=all(slope > 0 or slope != slope for slope in slopes)).mean}
    row |= {name: average([shape[name] for shape in shapes]).mean for name in ("top", "bottom")}
    return row | {"caution": join(*_on_all(group), over.cautions)}


def _shape(curve: FittedCurve) -> dict[str, float]:
    """Return slope and plateaus; the plateau of the high doses and the slope are empty where no dose reaches them."""
    fit = curve.fit
    assert fit is not None
    shape = {"hill_slope": fit.hill_slope, "top": fit.top, "bottom": fit.bottom}
    if curve.is_flat or fit.limit:
        shape["hill_slope"] = NAN
    if curve.is_flat or curve.ic50s["relative"].high == np.inf:
        shape["bottom" if fit.hill_slope > 0 else "top"] = NAN
    return shape


def _on_all(group: FittedGroup) -> list[str]:
    """Return what most experiments of a curve say of it: that it is flat, or rises."""
    told = [curve_cautions(curve.fit, curve.p_flat) for curve in group.curves if curve.fit is not None]
    said = []
    for code in ("flat_curve", "curve_rises"):
        count = sum(any(one.startswith(code) for one in own) for own in told)
        if 2 * count > len(told):
            said.append(caution(code, f"{count} of {len(told)} experiments"))
    return said


def _on_curve(curve: FittedCurve, kind: str) -> list[str]:
    """Return what must be said of one experiment's curve."""
    fit = curve.fit
    assert fit is not None
    said = curve_cautions(fit, curve.p_flat)
    marked = curve.wells[curve.wells["outlier"]]
    if len(marked):
        said.append(caution("outliers_in_curve", _without(curve, kind)))
    return said


def _without(curve: FittedCurve, kind: str) -> str:
    """Return what the IC50 would be without the wells that were marked as outliers."""
    from cytotools.doses import fit_dose_response

    kept = curve.wells[~curve.wells["outlier"]]
    controls = kept.loc[kept["dose"] == 0, "response"]
    if (curve.wells["outlier"] & (curve.wells["dose"] == 0)).any() and len(controls):
        kept = kept.assign(response=kept["response"] / controls.mean())  # the control's mean changes with its wells
    wells = ", ".join(curve.wells.loc[curve.wells["outlier"], "well"])
    if kept.loc[kept["dose"] > 0, "dose"].nunique() < FEWEST_DOSES:
        return f"{wells}, without which there are too few doses"
    assert curve.fit is not None
    dose, response, weight = (kept[name].to_numpy() for name in ("dose", "response", "weight"))
    fit = fit_dose_response(dose, response, weight, curve.fit.model)
    other = fit.ic50 if kind == "relative" else fit.dose_at(HALF)
    return f"{wells}, without which it would be {other:.3g}"
