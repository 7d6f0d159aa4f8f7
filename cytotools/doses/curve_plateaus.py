"""Whether a curve over experiments levels off below 1, where the median effect is not its law."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.special import fdtrc

from cytotools.doses.cautions import caution
from cytotools.doses.combined_experiment import CurveWells
from cytotools.doses.dose_responses import fit_dose_responses
from cytotools.doses.experiment_effects import fits_side_by_side
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
    two, three = _squares_to_one(curves), [_free_plateau(wells) for wells in curves]
    known = [k for k, (plateau, _, degrees) in enumerate(three) if degrees > 0 and np.isfinite(plateau)]
    degrees = sum(three[k][2] for k in known)
    rest = sum(three[k][1] for k in known)
    if not known or not rest > 0:
        return NAN, NAN
    gain = max(sum(two[k] for k in known) - rest, 0.0)
    f = gain / len(known) / (rest / degrees)
    return float(np.mean([three[k][0] for k in known])), float(fdtrc(len(known), degrees, f))


def _squares_to_one(curves: Sequence[CurveWells]) -> list[float]:
    return [float(rss) for rss in fits_side_by_side(curves).rss]


def _free_plateau(wells: CurveWells) -> tuple[float, float, int]:
    """Return plateau, squares and degrees of freedom of a curve from 0 to a free plateau."""
    fits = fit_dose_responses(wells.dose, 1.0 - wells.affected[None], wells.weight, FixedBaseline(top=1.0))
    if fits.limit[0]:
        return NAN, NAN, 0
    end = fits.bottom[0] if fits.hill_slope[0] > 0 else fits.top[0]
    return float(1.0 - end), float(fits.rss[0]), int(fits.degrees[0])
