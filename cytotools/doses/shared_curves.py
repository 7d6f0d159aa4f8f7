"""Curves of one experiment that share parameters, against the same curves fitted one by one.

Do two IC50s differ? Do the curves reach the same plateaus? The extra sum of squares tells: what sharing costs in
squares, over what one well costs. N. R. Draper and H. Smith, Applied Regression Analysis (1998),
doi:10.1002/9781118625590, section 6.1.

It compares wells inside one experiment, and its p-value says nothing of the next one. Over experiments the test is the
t interval of ln IC50: `cytotools.doses.compare_ic50`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import fdtrc, fdtri

from cytotools.doses.curve_bundle import NAMES, CurveBundle, columns_of
from cytotools.doses.curve_information import covariances, information, slopes
from cytotools.doses.curve_search import wells_of
from cytotools.doses.curve_tests import FTest
from cytotools.doses.dose_response import DoseResponse, fit_dose_response
from cytotools.doses.dose_responses import LEVEL, Errors
from cytotools.doses.sigmoid import FloatArray, ln_dose
from cytotools.errors import refusal

FLATTEST, STEEPEST, BEYOND = 0.3, 8.0, 1.0  # starts: hill slopes, and how far outside the doses in ln dose
FARTHEST = 50.0  # a distance in ln ratio beyond which a profile has no end


@dataclass(frozen=True, eq=False)
class SharedFit:
    """Four-parameter curves with shared parameters, each field of the parameters an array (n_curves,).

    `standard_errors` are Gauss-Newton, `standard_errors_observed` those of the Hessian; NaN where the least squares
    lies at a limit or no degree of freedom is left. `test` is the F test against the `separate` fits: a small p-value
    says that the curves do not share these parameters. `converged` is True where the shared fit is a minimum and every
    separate fit is one.
    """

    shared: tuple[str, ...]
    bottom: FloatArray
    top: FloatArray
    ic50: FloatArray
    hill_slope: FloatArray
    standard_errors: Errors[FloatArray]
    standard_errors_observed: Errors[FloatArray]
    rss: float
    degrees: int
    test: FTest
    converged: bool
    separate: tuple[DoseResponse, ...]
    bundle: CurveBundle = field(repr=False)

    def ic50_ratio(self, first: int = 0, second: int = 1) -> tuple[float, float, float]:
        """Return the ratio of two IC50s, first over second, with its 95 % profile limits.

        A limit is 0 or inf where no ratio is so extreme that the wells exclude it, and where no degree of freedom is
        left.

        Raises
        ------
        StudyError
            Numbers that name no two curves, or curves that share their IC50.

        References
        ----------
        D. M. Bates and D. G. Watts, Nonlinear Regression Analysis (1988), doi:10.1002/9780470316757, chapter 6.

        Examples
        --------
        >>> dose = [0, 1, 2, 4, 8, 16, 32]
        >>> curves = [(dose, [100, 98, 91, 68, 39, 16, 7]), (dose, [101, 99, 98, 92, 72, 38, 14])]
        >>> [round(v, 2) for v in compare_curves(curves, ("bottom", "top")).ic50_ratio()]
        [0.49, 0.47, 0.51]
        """
        n_curves = len(self.ic50)
        if "ic50" in self.shared or first == second or not {first, second} <= set(range(n_curves)):
            got = f"curves {first} and {second} of {n_curves} that share {', '.join(self.shared)}"
            remedy = "Name two curves, and don't share ic50."
            raise refusal("ic50_ratio", "curves", "two that have an IC50 each", got, remedy)
        ln_ratio = float(np.log(self.ic50[first] / self.ic50[second]))
        low, high = (ln_ratio + side * self._reach(first, second, ln_ratio, side) for side in (-1.0, 1.0))
        return float(np.exp(ln_ratio)), float(np.exp(low)), float(np.exp(high))

    def _reach(self, first: int, second: int, ln_ratio: float, side: float) -> float:
        """Return how far from the estimate the least squares has risen as much as it may."""
        if not self.degrees or not self.rss:
            return float(np.inf)
        allowed = fdtri(1, self.degrees, LEVEL) / self.degrees
        ln_ic50 = np.log(self.ic50 / self.bundle.highest)
        start = np.array([self.bottom, self.top, ln_ic50, self.hill_slope])

        def excess(distance: float) -> float:
            held = self.bundle.with_ratio(first, second, ln_ratio + side * distance)
            return held.rss(held.least(start)) / self.rss - 1.0 - float(allowed)

        far = 0.25
        while excess(far) < 0.0:
            far *= 2.0
            if far > FARTHEST:
                return float(np.inf)
        return float(brentq(excess, 0.0, far, xtol=1e-8))


def compare_curves(
    curves: Sequence[tuple[ArrayLike, ArrayLike] | tuple[ArrayLike, ArrayLike, ArrayLike]], shared: Sequence[str]
) -> SharedFit:
    """Fit curves that share parameters, and test whether they do.

    All wells of one weight have the same error, as far as the test goes. It compares wells inside one experiment; over
    experiments the test is the t interval of ln IC50, `compare_ic50`.

    Parameters
    ----------
    curves : sequence of (dose, response) or (dose, response, weights)
        Two or more, each as `fit_dose_response` takes them, all in the same units and their weights up to one factor.
    shared : sequence of str
        One or more of bottom, top, ic50, hill_slope.

    Returns
    -------
    SharedFit

    Raises
    ------
    StudyError
        Fewer than two curves, a name that is none of the four, or a curve that cannot be fitted alone.

    Examples
    --------
    >>> dose = [0, 1, 2, 4, 8, 16, 32]
    >>> curves = [(dose, [100, 98, 91, 68, 39, 16, 7]), (dose, [101, 99, 98, 92, 72, 38, 14])]
    >>> plateaus, potency = (compare_curves(curves, names).test for names in (("bottom", "top"), ("ic50",)))
    >>> round(plateaus.p_value, 2), potency.p_value < 0.001, (potency.df_1, potency.df_2)
    (0.78, True, (1, 6))
    """
    names = tuple(name for name in NAMES if name in shared)
    if len(curves) < 2 or not names or set(shared) - set(names):
        got = f"{len(curves)} curves that share {', '.join(shared) or 'nothing'}"
        remedy = f"Share one or more of {', '.join(NAMES)} among two curves or more."
        raise refusal("compare_curves", "curves", "two or more with something to share", got, remedy)
    separate = tuple(fit_dose_response(*curve) for curve in curves)
    bundle = _bundle(curves, columns_of(names, len(curves)))
    highest = bundle.highest
    best = bundle.polished(bundle.least(np.array([_start(one, highest) for one in separate]).T))
    own = dict(zip(NAMES, best.parameters[bundle.columns], strict=True))
    own["ic50"] = np.exp(own["ic50"]) * highest
    degrees = len(bundle.response) - bundle.n_parameters
    expected, observed = _errors(own, separate, bundle, best.cost / degrees if degrees and best.proved else np.nan)
    return SharedFit(
        shared=names,
        **own,
        standard_errors=expected,
        standard_errors_observed=observed,
        rss=best.cost,
        degrees=degrees,
        test=_f_test(best.cost, degrees, separate),
        converged=best.proved and all(one.converged for one in separate),
        separate=separate,
        bundle=bundle,
    )


def _bundle(curves: Sequence[tuple[ArrayLike, ...]], columns: NDArray[np.intp]) -> CurveBundle:
    """Return the wells that count, in an order that does not depend on that in which they came."""
    parts = []
    for number, (dose, response, *weights) in enumerate(curves):
        doses, responses = (np.asarray(given, dtype=np.float64) for given in (dose, response))
        weight = np.asarray(weights[0], dtype=np.float64) if weights else np.ones(len(doses))
        order = np.lexsort((weight, responses, doses))
        order = order[(np.isfinite(responses) & (weight > 0))[order]]
        parts.append((doses[order], np.full(len(order), number), responses[order], np.sqrt(weight[order])))
    doses, curve, responses, root = (np.concatenate(part) for part in zip(*parts, strict=True))
    highest = float(doses.max())
    return CurveBundle(ln_dose(doses / highest), curve, responses, root, columns, np.zeros(len(curves)), highest)


def _start(fit: DoseResponse, highest: float) -> list[float]:
    """Return bottom, top, ln ic50 and hill slope of one curve, drawn inside where they lie at a limit."""
    if fit.limit == "flat":
        return [fit.bottom, fit.top, np.log(np.sqrt(fit.dose_min * fit.dose_max) / highest), 1.0]
    ends = np.log(fit.dose_min / highest) - BEYOND, np.log(fit.dose_max / highest) + BEYOND
    ln_ic50 = np.clip(np.log(fit.ic50 / highest), *ends)
    hill = np.copysign(np.clip(abs(fit.hill_slope), FLATTEST, STEEPEST), fit.hill_slope)
    return [fit.bottom, fit.top, float(ln_ic50), float(hill)]


def _f_test(shared_rss: float, degrees: int, separate: Sequence[DoseResponse]) -> FTest:
    rss = sum(one.rss for one in separate)
    df_2 = sum(one.degrees for one in separate)
    df_1 = degrees - df_2
    if not df_2 or not rss:
        return FTest(np.nan, df_1, df_2, np.nan)
    f = max(shared_rss / rss - 1.0, 0.0) / df_1 * df_2
    return FTest(f, df_1, df_2, float(fdtrc(df_1, df_2, f)))


def _errors(
    own: dict[str, FloatArray], separate: Sequence[DoseResponse], bundle: CurveBundle, variance: float
) -> tuple[Errors[FloatArray], Errors[FloatArray]]:
    """Return the standard errors of the expected and of the observed information, which the curves add up to."""
    columns = bundle.columns
    sums = np.zeros((2, bundle.n_parameters, bundle.n_parameters))
    for row, one in enumerate(separate):
        curve = {name: values[row : row + 1] for name, values in own.items() if name != "ic50"}
        curve |= {"ln_ic50": np.log(own["ic50"][row : row + 1] / one.curves.groups.highest), "asymmetry": np.ones(1)}
        wells = wells_of(one.curves.groups, one.model)
        by_name = slopes(wells.ln_dose, one.model, curve)
        residuals = wells.means - by_name["bottom"] * curve["bottom"] - by_name["top"] * curve["top"]
        for k, part in enumerate(information(wells, one.model, curve, residuals)):
            sums[k][np.ix_(columns[:, row], columns[:, row])] += part[0]
    spread = np.sqrt(np.einsum("kpp->kp", covariances(sums, np.full(2, variance))))[:, columns]
    spread[:, NAMES.index("ic50")] *= own["ic50"]
    return Errors(*spread[0]), Errors(*spread[1])
