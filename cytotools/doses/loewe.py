"""Loewe additivity: two agents that are expected to act as dilutions of one another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from cytotools.doses.dose_matrix import DoseMatrix
from cytotools.doses.matrix_checks import FloatArray, checked_matrix
from cytotools.doses.reference_models import ReferenceExcess, observed_less
from cytotools.doses.sigmoid import ln_dose
from cytotools.doses.single_agents import RisesFromBaseline, check_curve_doses, fit_rises

LEVEL = 0.05  # an agent whose effects alone are no rarer than this by chance is inactive
FARTHEST = 2.0**13  # of the logit of effect / maximum
HALVINGS = 66  # of it: to the last digit

Inactive = tuple[bool, bool]
NEITHER: Inactive = (False, False)


def loewe_excess(matrix: DoseMatrix) -> ReferenceExcess:
    """Return the excess over Loewe additivity: the effect E at which a / A(E) + b / B(E) = 1.

    A(E) is the dose of the first agent that alone has the effect E, read off its curve: the least squares of a
    sigmoid from no effect at dose 0 to a free plateau; B(E) is that of the second.

    Above the maximum of the weaker agent no dose of it has the effect: where the stronger alone already does more, the
    excess is undefined. Where the agents act in opposite directions it is undefined everywhere. An agent that does
    nothing alone (`inactive_agents`) adds nothing: what is expected is the curve of the other.

    Parameters
    ----------
    matrix : DoseMatrix
        Three or more doses of each agent alone, beside 0.

    Returns
    -------
    ReferenceExcess
        `undefined` where no effect meets the equation; these cells are NaN.

    Raises
    ------
    StudyError
        As for `bliss_excess`, and fewer than three doses of an agent.

    References
    ----------
    S. Loewe, Arzneimittelforschung 3:285 (1953); M. C. Berenbaum, Pharmacol. Rev. 41:93 (1989).

    Examples
    --------
    An agent with itself does what its doses do when they are added up.

    >>> dose = np.array([0.0, 1.0, 2.0, 4.0, 8.0])
    >>> total = dose[:, None] + dose
    >>> matrix = DoseMatrix("1", dose, dose, total**2 / (9.0 + total**2), 1e-4 * np.eye(25))
    >>> bool(np.abs(loewe_excess(matrix).excess).max() < 1e-9)
    True
    """
    stack = checked_matrix(matrix.affected)[None]
    return one_of(loewe(matrix.doses_1, matrix.doses_2, stack, inactive_agents([matrix])))


def one_of(found: ReferenceExcess) -> ReferenceExcess:
    """Return the first of several matrices."""
    fits = {name: limits[0] for name, limits in found.fits.items()}
    return ReferenceExcess(found.excess[0], found.expected[0], found.undefined[0], fits)


def inactive_agents(matrices: Sequence[DoseMatrix]) -> Inactive:
    """Tell which agents alone do nothing beyond the scatter of wells, by chi squared over the plates' mean.

    Where the scatter is not known, an agent is inactive only when every well says 0.
    """
    n = len(matrices)
    affected = np.mean([matrix.affected for matrix in matrices], axis=0)
    cells = np.arange(affected.size).reshape(affected.shape)
    covariance = sum((matrix.covariance for matrix in matrices), start=np.zeros((cells.size, cells.size))) / n**2
    first, second = (_is_chance(affected.ravel(), covariance, alone) for alone in (cells[1:, 0], cells[0, 1:]))
    return first, second


def _is_chance(affected: FloatArray, covariance: FloatArray, alone: NDArray[np.intp]) -> bool:
    alone = alone[np.isfinite(affected[alone])]
    effects, errors = affected[alone], covariance[np.ix_(alone, alone)]
    if not effects.any():
        return True
    if not np.isfinite(errors).all() or np.linalg.matrix_rank(errors, hermitian=True) < len(alone):
        return False
    return bool(chdtrc(len(alone), effects @ np.linalg.solve(errors, effects)) > LEVEL)


def loewe(
    doses_1: FloatArray, doses_2: FloatArray, affected: FloatArray, inactive: Inactive = NEITHER
) -> ReferenceExcess:
    """Return the excess over Loewe additivity of matrices (n_matrices, n_rows, n_columns) that share their doses."""
    check_curve_doses(doses_1, doses_2, "Loewe")
    alone_1 = fit_rises(doses_1[1:], affected[:, 1:, 0])
    alone_2 = fit_rises(doses_2[1:], affected[:, 0, 1:])
    expected = np.zeros(affected.shape)
    expected[:, 1:, 0], expected[:, 0, 1:] = alone_1.at(doses_1[1:]), alone_2.at(doses_2[1:])
    for agent, alone in enumerate((expected[:, 1:, 0], expected[:, 0, 1:])):
        if inactive[agent]:
            alone[:] = 0.0
    if any(inactive):
        expected[:, 1:, 1:] = expected[:, 1:, :1] + expected[:, :1, 1:]
    else:
        expected[:, 1:, 1:] = additive_effects(alone_1, alone_2, doses_1[1:], doses_2[1:])
    found = observed_less(expected, affected)
    limits = {"first agent alone": alone_1.limit, "second agent alone": alone_2.limit}
    return ReferenceExcess(found.excess, found.expected, found.undefined, limits)


def additive_effects(
    alone_1: RisesFromBaseline, alone_2: RisesFromBaseline, doses_1: FloatArray, doses_2: FloatArray
) -> FloatArray:
    """Return the effect of every pair of doses, shape (n_curves, n_doses_1, n_doses_2); NaN where there is none.

    The share of each dose falls as the effect grows, so their sum meets 1 once at most: it is halved in upon, over the
    logit of the effect as a part of the smaller maximum, where neither end is out of reach of numbers.
    """
    agents = [_Alone(alone_1, doses_1[:, None]), _Alone(alone_2, doses_2)]
    with np.errstate(divide="ignore", invalid="ignore"):
        least = np.minimum(agents[0].maximum, agents[1].maximum)
        low, high = (np.full((len(least), len(doses_1), len(doses_2)), end) for end in (-FARTHEST, FARTHEST))
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            excessive = np.logaddexp(*(agent.ln_share(middle, least) for agent in agents)) > 0.0
            low, high = np.where(excessive, middle, low), np.where(excessive, high, middle)
        beyond = agents[0].exceeds(least) | agents[1].exceeds(least)
    direction = np.sign(alone_1.height) * np.where(np.sign(alone_1.height) == np.sign(alone_2.height), 1.0, np.nan)
    effect = direction[:, None, None] * least / (1.0 + np.exp(np.clip(-low, -FARTHEST, 700.0)))
    return np.where(beyond, np.nan, effect)


class _Alone:
    """The curve of one agent and its doses, in logarithms; arrays of (n_curves, n_doses_1, n_doses_2) or less."""

    def __init__(self, curve: RisesFromBaseline, doses: FloatArray) -> None:
        self.maximum = np.abs(curve.height)[:, None, None]
        self._ln_half, self._slope = curve.ln_half[:, None, None], curve.slope[:, None, None]
        self._ln_dose = ln_dose(doses / curve.highest)

    def ln_share(self, logit: FloatArray, least: FloatArray) -> FloatArray:
        """Return ln of the dose over the dose that alone has an effect, given as the logit of effect / least."""
        ln_effect = np.log(least) - np.logaddexp(0.0, -logit)
        ln_left = np.logaddexp(np.log(self.maximum - least), np.log(least) - np.logaddexp(0.0, logit))
        return np.asarray(self._ln_dose - self._ln_half - (ln_effect - ln_left) / self._slope)

    def exceeds(self, least: FloatArray) -> NDArray[np.bool_]:
        """Tell at which doses this agent alone does more than the smaller maximum."""
        ln_dose_of_least = self._ln_half + (np.log(least) - np.log(self.maximum - least)) / self._slope
        return np.asarray(self._ln_dose > ln_dose_of_least)
