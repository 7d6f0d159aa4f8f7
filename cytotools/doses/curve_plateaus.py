"""Whether a curve over experiments levels off below 1, where the median effect is not its law."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.special import fdtrc

from cytotools.doses.cautions import caution
from cytotools.doses.combined_experiment import CurveWells
from cytotools.doses.dose_responses import fit_dose_responses
from cytotools.doses.experiment_effects import side_by_side
from cytotools.doses.median_effect_curves import fit_median_effect_curves
from cytotools.doses.sigmoid import FixedBaseline

PLATEAU_ERROR = 0.01  # error rate of the test for a plateau below 1: each combination is tested three times
NAN = float("nan")


def plateau_cautions(curves: Sequence[Sequence[CurveWells]], names: Sequence[str]) -> Iterator[str]:
    """Yield the curves that level off below 1, where the median effect has no place for it.

    Parameters
    ----------
    curves : sequence of sequence of CurveWells
        Of each curve, one an experiment.
    names : sequence of str
        What the curves are called.
    """
    for own, name in zip(curves, names, strict=True):
        plateau, p_value = plateau_below_one(own)
        if p_value < PLATEAU_ERROR and plateau < 1.0:
            yield caution("plateau_below_one", f"{name} levels off at {plateau:.2f}")


def plateau_below_one(curves: Sequence[CurveWells]) -> tuple[float, float]:
    """Return the mean plateau of a curve over experiments, and the p-value of a plateau of 1.

    An F test of curves with a free plateau against those that end at 1, their squares summed over experiments.
    """
    dose, affected, weights = side_by_side(curves)
    to_one = fit_median_effect_curves(dose, affected, weights)
    free = fit_dose_responses(dose, 1.0 - affected, weights, FixedBaseline(top=1.0))
    known = (free.limit == "") & (free.degrees > 0)
    degrees, rest = int(free.degrees[known].sum()), float(free.rss[known].sum())
    if not rest > 0:
        return NAN, NAN
    gain = max(float(to_one.rss[known].sum()) - rest, 0.0)
    f = gain / known.sum() / (rest / degrees)
    ends = np.where(free.hill_slope > 0, free.bottom, free.top)[known]
    return float(1.0 - ends.mean()), float(fdtrc(known.sum(), degrees, f))
