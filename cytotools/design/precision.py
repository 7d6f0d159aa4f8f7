"""How exactly a design will tell its IC50s: inside one experiment, over the experiments, between two cell lines."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cytotools.design.experiment import Curve, Design
from cytotools.design.simulated_fits import SimulatedFits, simulate_fits

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
        The same of the t interval of ln IC50 over the experiments; NaN for one.
    smallest_ratio : float
        The ratio of the IC50s of two cell lines that is resolved with 80 % power, paired by experiment; NaN for one.
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
            return "too few wells for a curve of four parameters"
        if self.answered < OFTEN:
            return "the doses do not tell the IC50 that is expected: spread them wider or add doses"
        sides = ("lower", self.answered_at_third), ("higher", self.answered_at_triple)
        short = [f"{side} doses" for side, share in sides if share < OFTEN]
        return f"an IC50 {OFF:g}-fold off may stay open: add {' and '.join(short)}" if short else ""


def expected_precision(design: Design) -> Iterator[Precision]:
    """Yield what to expect of each curve; the same in every cell line.

    Notes
    -----
    Wells scatter with the same SD over the whole curve; the IC50s of the lines scatter independently between
    experiments, which is the cautious assumption: what they share in an experiment falls out of their ratio.
    """
    for curve in design.curves:
        first = [doses[0] for doses in curve.doses]
        fits, third, triple = (_fits(design, curve, curve.ic50[0] * off) for off in (1.0, 1 / OFF, OFF))
        log_sd = math.hypot(fits.log_sd, design.scatter.experiment) if fits else math.nan
        yield Precision(
            curve=curve.name,
            ic50=curve.ic50[0],
            dose_unit=design.compounds[curve.compounds[0]].unit,
            lowest_dose=first[0],
            highest_dose=first[-1],
            wells=len(first) * design.wells.per_dose + design.wells.controls,
            fold_width=fits.fold_width if fits else math.nan,
            answered=_answered(fits, first),
            answered_at_third=_answered(third, first),
            answered_at_triple=_answered(triple, first),
            replicates=design.replicates,
            fold_width_over_replicates=width_over_experiments(log_sd, design.replicates),
            smallest_ratio=smallest_ratio(math.sqrt(2) * log_sd, design.replicates),
        )


def _fits(design: Design, curve: Curve, ic50: float) -> SimulatedFits | None:
    dose = np.array([0.0, *(doses[0] for doses in curve.doses)])
    wells = np.array([design.wells.controls, *[design.wells.per_dose] * len(curve.doses)], dtype=float)
    return simulate_fits(dose, wells, ic50, curve.hill_slope, design.scatter.well)


def _answered(fits: SimulatedFits | None, doses: list[float]) -> float:
    return fits.answered(lowest=doses[0], highest=doses[-1]) if fits else math.nan


def width_over_experiments(log_sd: float, n: int) -> float:
    """Return the median width, upper over lower limit, of the t interval of n values of ln IC50.

    Examples
    --------
    >>> round(width_over_experiments(0.2, 3), 2), width_over_experiments(0.2, 1)
    (2.29, nan)
    """
    from scipy.stats import chi2, t

    if n < 2:
        return math.nan
    sd = log_sd * math.sqrt(chi2.median(n - 1) / (n - 1))
    return math.exp(2 * float(t.ppf(0.975, n - 1)) * sd / math.sqrt(n))


def smallest_ratio(difference_sd: float, n: int, power: float = POWER) -> float:
    """Return the ratio that a paired t test at 5 % finds with this power.

    Parameters
    ----------
    difference_sd : float
        SD between experiments of the difference of ln IC50.
    n : int
        Experiments.
    power : float

    Examples
    --------
    >>> round(smallest_ratio(0.2, 3), 2), round(smallest_ratio(0.2, 6), 2)
    (1.92, 1.33)
    """
    from scipy.optimize import brentq
    from scipy.stats import chi2, norm, t

    if n < 2 or math.isnan(difference_sd):
        return math.nan
    # Over the distribution of the sample SD: scipy's non-central t is NaN for some shifts.
    sd = np.sqrt(chi2.ppf((np.arange(10_000) + 0.5) / 10_000, n - 1) / (n - 1))
    limit = float(t.ppf(0.975, n - 1)) * sd

    def short(shift: float) -> float:
        return float(np.mean(norm.cdf(shift - limit) + norm.cdf(-shift - limit))) - power

    return math.exp(brentq(short, 0.0, 200.0) * difference_sd / math.sqrt(n))
