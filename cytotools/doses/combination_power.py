"""How many doses and experiments it takes to resolve a combination index, said before the experiment is done.

One experiment's ln CI errs by what its wells leave of each median-effect curve (the information of the non-linear fit)
and by how potencies differ from curve to curve within an experiment. Over experiments the index is tested by Student's
t, whose power is integrated over the distribution of the SD.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtri, ndtr, stdtrit

from cytotools.doses.combined_indices import LEVELS
from cytotools.errors import refusal

FloatArray = NDArray[np.float64]
POINTS = 2_000  # of the distribution of the SD
MOST = 24  # experiments
DOSES, EXPERIMENTS = (5, 7, 9), (3, 4, 5, 6, 7, 8)


def t_power(shift: float, n: int) -> float:
    """Return how often the 95 % t interval of n values excludes 0 on the side of their mean.

    Parameters
    ----------
    shift : float
        The true mean over the SD of one value.
    n : int
        Two or more.

    Examples
    --------
    >>> round(t_power(0.0, 3), 3), round(t_power(2.0, 3), 2), round(t_power(2.0, 6), 2)
    (0.025, 0.47, 0.97)
    """
    limits = float(stdtrit(n - 1, 0.975)) * _sds(n - 1)
    return float(np.mean(ndtr(abs(shift) * n**0.5 - limits)))


@lru_cache(maxsize=64)
def _sds(degrees: int) -> FloatArray:
    """Return equally likely SDs over their expectation: scipy's non-central t is NaN for some shifts."""
    return np.asarray(np.sqrt(chdtri(degrees, (np.arange(POINTS) + 0.5) / POINTS) / degrees))


def power_to_resolve(index: float, ln_sd: float, n: int) -> float:
    """Return how often n experiments resolve an index: their 95 % interval lies on its side of 1.

    Parameters
    ----------
    index : float
        The true combination index, above 0.
    ln_sd : float
        SD of one experiment's ln CI (`expected_ln_sd`).
    n : int
        Independent experiments; of one, no index is resolved.

    Examples
    --------
    >>> [round(power_to_resolve(index, 0.13, n), 2) for index, n in ((0.5, 3), (0.7, 3), (0.7, 1))]
    [0.99, 0.68, 0.0]
    """
    _check_index(index, ln_sd)
    return t_power(float(np.log(index)) / ln_sd, n) if n > 1 else 0.0


def experiments_needed(index: float, ln_sd: float, power: float = 0.8, most: int = MOST) -> int | None:
    """Return the least number of experiments that resolve an index with a power; None where `most` do not.

    Examples
    --------
    >>> experiments_needed(0.7, 0.13), experiments_needed(0.7, 0.25), experiments_needed(0.95, 0.3)
    (4, 7, None)
    """
    return next((n for n in range(2, most + 1) if power_to_resolve(index, ln_sd, n) >= power), None)


@dataclass(frozen=True, eq=False)
class PlannedCurve:
    """A curve of a combination experiment before it is done.

    Attributes
    ----------
    dose : ndarray, shape (n_doses,)
        Over its median-effect dose, two or more.
    wells : int
        Of each dose.
    m : float
        Slope of the median effect.
    """

    dose: FloatArray
    wells: int
    m: float

    @property
    def affected(self) -> FloatArray:
        """Return the fraction affected at each dose, shape (n_doses,)."""
        return np.asarray(1.0 / (1.0 + self.dose**-self.m))

    def ln_dose_variance(self, logit: float, well_sd: float) -> float:
        """Return the variance of the ln dose of an effect, given as its logit, that wells of this SD leave."""
        slope = self.affected * (1.0 - self.affected)
        by_parameter = np.stack([-slope * self.m, slope * np.log(self.dose)])  # of ln Dm and of m
        gradient = np.array([1.0, -logit / self.m**2])
        return float(well_sd**2 / self.wells * gradient @ np.linalg.solve(by_parameter @ by_parameter.T, gradient))


def levels_reached(curves: Sequence[PlannedCurve]) -> tuple[float, ...]:
    """Return the levels at which an index will be tested: those that the doses of every curve enclose.

    Examples
    --------
    >>> levels_reached([PlannedCurve(2.0 ** np.arange(-3.0, 4.0), 3, m) for m in (1.0, 2.0)])
    (0.5, 0.75)
    """
    ends = [curve.affected[[0, -1]] for curve in curves if len(curve.dose) > 1]
    if len(ends) < len(curves):
        return ()
    return tuple(level for level in LEVELS if all(low <= level <= high for low, high in ends))


def curves_ln_sd(
    singles: Sequence[PlannedCurve],
    combined: PlannedCurve,
    parts: ArrayLike,
    well_sd: float,
    potency_sd: float,
    levels: Sequence[float] = (0.5,),
) -> float:
    """Return the SD of one experiment's ln CI, averaged over levels as the headline is.

    Parameters
    ----------
    singles : sequence of PlannedCurve
    combined : PlannedCurve
    parts : array-like, shape (n_agents,)
        What each agent adds to the index, up to a factor: equal where the ratio is that of the median-effect doses.
    well_sd : float
        Of a well, as a fraction of the control.
    potency_sd : float
        SD of ln Dm of each curve between experiments, each by itself: what curves of an experiment share falls out.
    levels : sequence of float
        Fractions affected.

    References
    ----------
    G. A. F. Seber and C. J. Wild, Nonlinear Regression (1989), doi:10.1002/0471725315, section 2.1 (information and the
    delta method).

    Examples
    --------
    >>> curve = PlannedCurve(2.0 ** np.arange(-3.0, 4.0), 3, 1.0)
    >>> round(curves_ln_sd([curve, curve], curve, (1, 1), 0.05, 0.0), 3)
    0.073
    """
    share = np.asarray(parts, dtype=np.float64) / np.sum(parts)
    logit = float(np.mean(np.log(np.array(levels) / (1.0 - np.array(levels)))))
    curves = zip((*singles, combined), (*share, 1.0), strict=True)
    total = sum(part**2 * (curve.ln_dose_variance(logit, well_sd) + potency_sd**2) for curve, part in curves)
    return float(np.sqrt(total))


def expected_ln_sd(
    doses_per_curve: int,
    spacing: float,
    wells_per_dose: int,
    well_sd: float,
    m: float = 1.0,
    potency_sd: float = 0.1,
    level: float = 0.5,
) -> float:
    """Return the SD of one experiment's ln CI, of two agents in the ratio of their median-effect doses.

    Parameters
    ----------
    doses_per_curve : int
        Of each agent alone and of the combination, placed evenly around its median-effect dose.
    spacing : float
        How many times higher the next dose is.
    wells_per_dose : int
    well_sd : float
        Of a well, as a fraction of the control.
    m : float
        Slope of all three curves.
    potency_sd : float
        SD of ln Dm of each curve between experiments.
    level : float
        The fraction affected at which the index is read.

    Examples
    --------
    >>> round(expected_ln_sd(7, 2.0, 3, 0.05), 3), round(expected_ln_sd(7, 2.0, 3, 0.05, level=0.9), 3)
    (0.143, 0.216)
    """
    if doses_per_curve < 2 or spacing <= 1 or wells_per_dose < 1 or well_sd <= 0 or m <= 0 or not 0 < level < 1:
        got = f"{doses_per_curve} doses {spacing:g}-fold apart, {wells_per_dose} wells of SD {well_sd:g}, m {m:g}"
        expected = "two doses or more, a spacing above 1, a well or more, an SD and a slope above 0"
        raise refusal("power", "experiment", expected, f"{got}, level {level:g}", "Give the plan of one experiment.")
    dose = np.exp(np.log(spacing) * (np.arange(doses_per_curve) - (doses_per_curve - 1) / 2))
    curve = PlannedCurve(dose, wells_per_dose, m)
    return curves_ln_sd([curve, curve], curve, (1.0, 1.0), well_sd, potency_sd, (level,))


@dataclass(frozen=True)
class PlannedPower:
    """What a number of doses and experiments resolves."""

    doses: int
    experiments: int
    ln_sd: float
    power: float


def power_table(
    index: float,
    spacing: float,
    wells_per_dose: int,
    well_sd: float,
    m: float = 1.0,
    potency_sd: float = 0.1,
    level: float = 0.5,
    doses: Sequence[int] = DOSES,
    experiments: Sequence[int] = EXPERIMENTS,
) -> list[PlannedPower]:
    """Return the power of each number of doses and experiments; the parameters are those of `expected_ln_sd`.

    Examples
    --------
    >>> [round(row.power, 2) for row in power_table(0.7, 2.0, 3, 0.05, doses=(7,), experiments=(3, 5, 8))]
    [0.62, 0.98, 1.0]
    """
    sds = {count: expected_ln_sd(count, spacing, wells_per_dose, well_sd, m, potency_sd, level) for count in doses}
    return [
        PlannedPower(count, n, sd, power_to_resolve(index, sd, n)) for count, sd in sds.items() for n in experiments
    ]


def _check_index(index: float, ln_sd: float) -> None:
    if not (0 < index < np.inf and ln_sd > 0):
        got = f"index {index:g}, SD of ln CI {ln_sd:g}"
        raise refusal("power", "index", "an index and an SD above 0", got, "Give the index to resolve, such as 0.7.")
