"""A standard curve: signal over known concentrations, and back from the signal of a sample to its concentration.

The rule. (1) Signals are taken as read, blanks included: the curve's own foot is the blank, and one number taken from
every well would change nothing. (2) Weights are 1 / variance where repeated wells show that scatter grows with the
signal (`cytotools.plates.signal_variance`). (3) An ELISA has a 4PL where there are five levels or more, else a line.
BCA has a line, or where the standards bend a parabola (F test, p < 0.2: a stricter test leaves bends that bias), or a
4PL where that parabola turns between the standards. (4) The interval of a concentration holds every value at which the
curve, with its error, and the sample's mean, with that of its wells, differ by less than t: Fieller's interval where
the curve is a line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import fdtrc, stdtrit

from cytotools.errors import refusal
from cytotools.plates.signal_variance import SignalVariance, signal_variance
from cytotools.plates.standard_shapes import Polynomial, Shape, fit_logistic, fit_polynomial

FloatArray = NDArray[np.float64]
Fitted = TypeVar("Fitted", bound=Shape | None)
BENDS = 0.2
UNLIKE_SCATTER = 0.01  # p below which samples scatter by themselves
WELLS_APART = 0.001  # p below which the wells of one sample lie apart
FEWEST_LEVELS = 3
LEAST_ORDER = 0.7  # rank correlation of signal and concentration
LEVELS_OF_4PL = 5
TELLING = 1.0 / 3.0  # share of the wells that tell the scatter at one signal, where it grows with the signal
_ROUNDS = 3
_BEYOND = 4.0  # times the highest standard: how far limits are sought
_STEPS = 400


@dataclass(frozen=True)
class Concentration:
    """A concentration as the well held it, with its 95 % interval (0 and inf where open).

    `side` is "" among the standards; "below" and "above" where the estimate or the signal is not, and then NaN.
    """

    value: float
    low: float
    high: float
    side: str = ""


@dataclass(frozen=True, eq=False)
class StandardCurve:
    """A fitted standard curve.

    `shape` is the curve; `concentration` and `signal`, shape (n,), are the wells of the standards, `law` says how
    scatter grows with the signal, `sample_squares` and `sample_degrees` are the weighted sum of squares within samples
    and its degrees of freedom.
    """

    shape: Shape
    concentration: FloatArray
    signal: FloatArray
    law: SignalVariance
    sample_squares: float = 0.0
    sample_degrees: int = 0

    @property
    def lowest_standard(self) -> float:
        """Return the lowest standard above 0."""
        return float(self.concentration[self.concentration > 0].min())

    @property
    def highest_standard(self) -> float:
        """Return the highest standard."""
        return float(self.concentration.max())

    @cached_property
    def weights(self) -> FloatArray:
        """Return the weight of each well, by the signal that the curve has there."""
        return 1.0 / self.law.at(self.shape.value(self.concentration))

    @cached_property
    def squares(self) -> float:
        """Return the weighted sum of squares about the curve."""
        return float(self.weights @ (self.signal - self.shape.value(self.concentration)) ** 2)

    @property
    def degrees(self) -> int:
        """Return the degrees of freedom about the curve."""
        return len(self.signal) - int(self.shape.gradient(self.concentration).shape[1])

    @cached_property
    def scatter(self) -> tuple[float, float, float]:
        """Return the variance of a standard and of a sample (at weight 1), and their degrees of freedom.

        They are one unless samples scatter more: their wells are then pipetted worse than the standards'. Where scatter
        grows with the signal a third of the degrees are counted: wells far from a signal tell little of its scatter.
        """
        share = TELLING if self.law.grows else 1.0
        own, other = self.squares / self.degrees, self.sample_squares / max(self.sample_degrees, 1)
        if self.sample_degrees and fdtrc(self.sample_degrees, self.degrees, other / own) < UNLIKE_SCATTER:
            return own, other, share * self.sample_degrees
        degrees = self.degrees + self.sample_degrees
        pooled = (self.squares + self.sample_squares) / degrees
        return pooled, pooled, share * degrees

    @cached_property
    def spread(self) -> FloatArray:
        """Return the covariance of the parameters, shape (k, k), at a variance of 1."""
        gradient = self.shape.gradient(self.concentration)
        return np.asarray(np.linalg.pinv(gradient.T @ (self.weights[:, None] * gradient), hermitian=True))

    def concentration_of(self, signals: FloatArray) -> Concentration:
        """Return the concentration of one sample, from the signals of its wells.

        Parameters
        ----------
        signals : ndarray, shape (m,)
            As read; the mean is taken.

        Examples
        --------
        >>> standards = np.repeat([0.0, 25.0, 125.0, 250.0, 500.0, 1000.0, 2000.0], 2)
        >>> signal = 0.1 + 0.0006 * standards + np.tile([-0.005, 0.005], 7)
        >>> curve = standard_curve(standards, signal, "bca")
        >>> found = curve.concentration_of(np.array([0.69, 0.71]))
        >>> round(found.value), round(found.low), round(found.high)
        (1000, 985, 1015)
        """
        mean = float(signals.mean())
        away = self._away(signals)
        at = self.inverse(mean)
        low, high = self._limit(away, at, -1), self._limit(away, at, 1)
        side = self._side(mean)
        if at < self.lowest_standard or side == "below":
            return Concentration(np.nan, 0.0, max(self.lowest_standard, high), "below")
        if at > self.highest_standard or side == "above":
            return Concentration(np.nan, min(self.highest_standard, low), np.inf, "above")
        return Concentration(at, low, high)

    def _side(self, mean: float) -> str:
        """Tell where a signal lies beyond those of the lowest and highest standards, however the curve fits them."""
        ends = (self.lowest_standard, self.highest_standard)
        lowest, highest = (float(self.signal[self.concentration == end].mean()) for end in ends)
        rises = np.sign(highest - lowest)
        if rises * (mean - highest) > 0:
            return "above"
        return "below" if rises * (lowest - mean) > 0 else ""

    def inverse(self, signal: float) -> float:
        """Return the concentration of a signal: 0 where it is beyond the foot of the curve, inf beyond its end."""
        rises = np.sign(float(self.shape.value(self.highest_standard) - self.shape.value(0.0)))

        def gap(concentration: float) -> float:
            return float(rises * (self.shape.value(concentration) - signal))

        end = _BEYOND * self.highest_standard
        if gap(0.0) >= 0:
            return 0.0
        grid = self._grid()
        beyond = np.flatnonzero(rises * (self.shape.value(grid) - signal) >= 0)
        if not len(beyond):
            return float("inf")
        k = int(beyond[0])
        return float(brentq(gap, grid[k - 1], grid[k], xtol=1e-12 * end, rtol=1e-12))

    def _grid(self) -> FloatArray:
        steps = np.geomspace(1e-3 * self.lowest_standard, _BEYOND * self.highest_standard, _STEPS)
        return np.concatenate([[0.0], steps])

    def apart(self, signals: FloatArray) -> bool:
        """Tell whether the wells of a sample lie further apart than those of the plate do."""
        _, of_samples, degrees = self.scatter
        own = self._own_variance(signals)
        return len(signals) > 1 and float(fdtrc(len(signals) - 1, degrees, own / of_samples)) < WELLS_APART

    def _own_variance(self, signals: FloatArray) -> float:
        """Return the variance of the wells of one sample, at weight 1."""
        squares = float(np.sum((signals - signals.mean()) ** 2)) / max(len(signals) - 1, 1)
        return squares / float(self.law.at(float(signals.mean())))

    def _away(self, signals: FloatArray) -> Callable[[FloatArray | float], FloatArray]:
        """Return by how much a concentration's own signal differs from the sample's, less what the errors allow.

        Wells of a sample that lie apart count with their own scatter.
        """
        mean, wells = float(signals.mean()), len(signals)
        of_standards, of_samples, degrees = self.scatter
        of_samples = self._own_variance(signals) if self.apart(signals) else of_samples
        t = float(stdtrit(degrees, 0.975))

        def away(concentration: FloatArray | float) -> FloatArray:
            value, gradient = self.shape.value(concentration), self.shape.gradient(concentration)
            curve = np.einsum("...i,ij,...j->...", gradient, self.spread, gradient)
            error = np.sqrt(of_samples * self.law.at(value) / wells + of_standards * curve)
            return np.asarray(np.abs(mean - value) - t * error)

        return away

    def _limit(self, away: Callable[[FloatArray | float], FloatArray], at: float, side: int) -> float:
        """Return the nearest concentration below (side -1) or above that the sample is shown to differ from."""
        grid = self._grid()
        beyond = grid[grid > at] if side > 0 else grid[grid < at][::-1]
        differs = np.flatnonzero(away(beyond) > 0) if len(beyond) else np.zeros(0, dtype=np.intp)
        if not len(differs):
            return np.inf if side > 0 else 0.0
        first = int(differs[0])
        start = beyond[first - 1] if first else at
        if away(start) > 0:
            return float(start)
        return float(brentq(lambda c: float(away(c)), start, beyond[first], xtol=1e-12 * grid[-1], rtol=1e-12))


def standard_curve(
    concentration: FloatArray, signal: FloatArray, assay: str, samples: Sequence[FloatArray] = ()
) -> StandardCurve:
    """Fit the curve through standards.

    Parameters
    ----------
    concentration, signal : ndarray, shape (n,)
        One number a well of a standard; 0 is a standard like any other.
    assay : {"elisa", "bca"}
        Which shapes may be chosen.
    samples : sequence of ndarray
        Signals of the wells of each sample, which help to tell how wells scatter.

    Returns
    -------
    StandardCurve

    Raises
    ------
    StudyError
        Fewer than three levels or no well more than the shape has parameters.

    References
    ----------
    E. C. Fieller, J. R. Stat. Soc. B 16:175 (1954), https://www.jstor.org/stable/2984043; J. W. A. Findlay and R. F.
    Dillard, AAPS J. 9:E260 (2007), doi:10.1208/aapsj0902029 (weights and shapes of immunoassay curves).
    """
    levels = len(np.unique(concentration))
    if levels < FEWEST_LEVELS or len(signal) < FEWEST_LEVELS + 1:
        got = f"{levels} levels in {len(signal)} wells"
        remedy = "Put at least six standards in duplicate on every plate."
        raise refusal("standard curve", "standards", "three levels or more, in four wells or more", got, remedy)
    groups = [signal[concentration == level] for level in np.unique(concentration)]
    if not _differ(groups):
        remedy = "Look whether the standards stand where the layout says."
        raise refusal("standard curve", "standards", "signals that follow the concentration", "none that do", remedy)
    law = signal_variance([*groups, *samples])
    line = _settled(concentration, signal, law, lambda weights: fit_polynomial(concentration, signal, weights, 1))
    shape = _chosen(concentration, signal, law, assay, line)
    repeated = [sample for sample in samples if len(sample) > 1]
    squares = sum(float(np.sum((s - s.mean()) ** 2) / law.at(float(s.mean()))) for s in repeated)
    return StandardCurve(shape, concentration, signal, law, squares, sum(len(s) - 1 for s in repeated))


def _differ(groups: Sequence[FloatArray]) -> bool:
    """Tell whether the signals of the levels rise or fall together with the concentration, by rank."""
    from scipy.stats import spearmanr

    order = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    signals = np.concatenate(groups)
    return bool(np.ptp(signals) > 0 and abs(spearmanr(order, signals).statistic) > LEAST_ORDER)


def _chosen(concentration: FloatArray, signal: FloatArray, law: SignalVariance, assay: str, line: Shape) -> Shape:
    """Return the shape of the curve, by the rule at the head of this file."""

    def bent(other: Shape | None) -> Shape | None:
        if other is None:
            return None
        straight, curved = (StandardCurve(shape, concentration, signal, law) for shape in (line, other))
        return other if _f_test(straight, curved) < BENDS else None

    def parabola() -> Shape | None:
        return _settled(concentration, signal, law, lambda weights: fit_polynomial(concentration, signal, weights, 2))

    def logistic() -> Shape | None:
        if len(np.unique(concentration)) < LEVELS_OF_4PL or len(signal) <= LEVELS_OF_4PL:
            return None
        return _settled(concentration, signal, law, lambda weights: fit_logistic(concentration, signal, weights))

    if assay == "elisa":
        return logistic() or line
    curved = bent(parabola()) if len(signal) > FEWEST_LEVELS + 1 else None
    if curved is not None and _turns(curved):
        curved = bent(logistic())
    return curved or line


def _settled(
    concentration: FloatArray, signal: FloatArray, law: SignalVariance, fit: Callable[[FloatArray], Fitted]
) -> Fitted:
    """Return the fit whose weights follow from its own curve; the first follow from the means of the standards."""
    means = np.array([signal[concentration == c].mean() for c in concentration])
    shape = fit(1.0 / law.at(means))
    for _ in range(_ROUNDS if law.grows else 0):
        shape = shape if shape is None else fit(1.0 / law.at(shape.value(concentration)))
    return shape


def _f_test(straight: StandardCurve, curved: StandardCurve) -> float:
    """Return the p-value of the extra sum of squares: both with the weights of the curved one."""
    more = straight.degrees - curved.degrees
    weights = curved.weights
    rest = float(weights @ (straight.signal - straight.shape.value(straight.concentration)) ** 2)
    if curved.degrees < 1 or curved.squares <= 0:
        return 1.0 if curved.degrees < 1 else 0.0
    f = max((rest - curved.squares) / more, 0.0) / (curved.squares / curved.degrees)
    return float(fdtrc(more, curved.degrees, f))


def _turns(shape: Shape) -> bool:
    """Tell whether a parabola has its top or foot between 0 and a fifth above the highest standard."""
    if not isinstance(shape, Polynomial) or len(shape.parameters) < 3:
        return False
    _, slope, bend = shape.parameters
    return bool(0 < -slope / (2 * bend) < 1.2)
