"""How exactly a design will tell its IC50s: inside one experiment, over the experiments, between two cell lines."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cytotools.design.experiment import Curve, Design, Scatter, Wells
from cytotools.design.simulated_fits import simulate_fits

OFF = 3.0  # how far an IC50 may lie from the one that the design reckons with
POWER = 0.80
OFTEN = 0.9  # of the experiments must tell the IC50 for the doses to cover it


@dataclass(frozen=True)
class Precision:
    """What to expect of one curve in one cell line.

    Attributes
    ----------
    curve : str
    ic50 : float
        The IC50 that the design reckons with; of a combination, the first compound's dose.
    dose_unit : str
    lowest_dose, highest_dose : float
    wells : int
        On the curve, its controls included.
    fold_width : float
        The 95 % interval inside one experiment: the median of its upper limit over its lower one, inf where half of the
        experiments leave it open, NaN where the wells leave no degree of freedom.
    answered, answered_at_third, answered_at_triple : float
        The share of experiments whose IC50 and its upper limit lie within the doses, as reckoned with, and if the IC50
        lies three-fold lower and higher.
    replicates : int
    fold_width_over_replicates : float
        The same of the t interval of ln IC50 over the experiments; inf where half of all studies will have an
        experiment that is open, NaN for one experiment.
    smallest_ratio : float
        The ratio of the IC50s of two cell lines that is resolved with 80 % power, paired by experiment; inf where
        open experiments take that power away, NaN for one experiment.
    """

    curve: str
    ic50: float
    dose_unit: str
    lowest_dose: float
    highest_dose: float
    wells: int
    fold_width: float
    answered: float
    answered_at_third: float
    answered_at_triple: float
    replicates: int
    fold_width_over_replicates: float
    smallest_ratio: float

    @property
    def caution(self) -> str:
        """What to change, empty where the doses cover an IC50 three-fold off on either side."""
        if math.isnan(self.fold_width):
            return "too few doses or wells for a curve of four parameters"
        if self.answered < OFTEN:
            return "the doses do not tell the IC50 that is expected: spread them wider, or take more doses or wells"
        sides = ("lower", self.answered_at_third), ("higher", self.answered_at_triple)
        short = [f"{side} doses" for side, share in sides if share < OFTEN]
        return f"an IC50 {OFF:g}-fold off may stay open: add {' and '.join(short)}" if short else ""


def expected_precision(design: Design) -> Iterator[Precision]:
    """Yield what to expect of each curve; the same in every cell line."""
    for curve in design.curves:
        unit = design.compounds[curve.compounds[0]].unit
        yield curve_precision(curve, unit, design.wells, design.scatter, design.replicates)


def curve_precision(curve: Curve, unit: str, wells: Wells, scatter: Scatter, replicates: int) -> Precision:
    """Return what to expect of a curve, from simulated experiments.

    Notes
    -----
    Wells scatter with the same SD over the whole curve; the IC50s of the lines scatter independently between
    experiments, which is the cautious assumption: what they share in an experiment falls out of their ratio.
    """
    doses = np.array([0.0, *(level[0] for level in curve.doses)])
    counts = np.array([wells.controls, *[wells.per_dose] * len(curve.doses)])
    halves = [curve.ic50[0] * off for off in (1.0, 1 / OFF, OFF)]
    fits = simulate_fits(doses, counts, halves, curve.hill_slope, scatter.well)
    width = fits[0].fold_width if fits else math.nan
    log_sd = math.hypot(fits[0].log_sd, scatter.experiment) if fits else math.nan
    answered, third, triple = (float(found.told.mean()) for found in fits) if fits else (math.nan,) * 3
    return Precision(
        curve=curve.name,
        ic50=curve.ic50[0],
        dose_unit=unit,
        lowest_dose=float(doses[1]),
        highest_dose=float(doses[-1]),
        wells=int(counts.sum()),
        fold_width=width,
        answered=answered,
        answered_at_third=third,
        answered_at_triple=triple,
        replicates=replicates,
        fold_width_over_replicates=width_over_experiments(log_sd, replicates, answered),
        smallest_ratio=smallest_ratio(math.sqrt(2) * log_sd, replicates, answered),
    )


def width_over_experiments(log_sd: float, n: int, answered: float = 1.0) -> float:
    """Return the median width, upper over lower limit, of the t interval of n values of ln IC50.

    Parameters
    ----------
    log_sd : float
        SD between experiments of ln IC50.
    n : int
        Experiments.
    answered : float
        The share of experiments that tell their IC50; one that does not leaves the interval open.

    Examples
    --------
    >>> round(width_over_experiments(0.2, 3), 2), width_over_experiments(0.2, 1)
    (2.29, nan)
    """
    from scipy.stats import chi2, t

    if n < 2 or math.isnan(log_sd):
        return math.nan
    if answered**n < 0.5:
        return math.inf
    sd = log_sd * math.sqrt(chi2.median(n - 1) / (n - 1))
    return math.exp(2 * float(t.ppf(0.975, n - 1)) * sd / math.sqrt(n))


def smallest_ratio(difference_sd: float, n: int, answered: float = 1.0) -> float:
    """Return the ratio of two IC50s that a paired t test at 5 % finds with a power of 80 %.

    Parameters
    ----------
    difference_sd : float
        SD between experiments of the difference of ln IC50.
    n : int
        Experiments.
    answered : float
        The share of experiments that tell their IC50; a study finds nothing without all of them.

    Examples
    --------
    >>> round(smallest_ratio(0.2, 3), 2), round(smallest_ratio(0.2, 6), 2)
    (1.92, 1.33)
    """
    from scipy.optimize import brentq

    from cytotools.doses.combination_power import t_power

    if n < 2 or math.isnan(difference_sd):
        return math.nan
    power = POWER / answered ** (2 * n) if answered else math.inf
    if power > 0.999:
        return math.inf
    return math.exp(brentq(lambda shift: t_power(shift, n) - power, 0.0, 200.0) * difference_sd)
