"""Fractions of cells over independent replicates, on the logit scale, which no limit leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, stdtr, stdtrit

FloatArray = NDArray[np.float64]
Z_95 = 1.959963984540054


@dataclass(frozen=True)
class Fraction:
    """The fraction of one experiment, its own 95 % limits (counting and gating), and the events behind it."""

    value: float
    low: float
    high: float
    events: float

    @property
    def logit(self) -> float:
        """Return the logit; 0 and 1 count as half an event."""
        return float(logit(self.within(self.value)))

    @property
    def logit_error(self) -> float:
        """Return the standard error of the logit that its own limits give."""
        low, high = self.within(self.low), self.within(self.high)
        return float(logit(high) - logit(low)) / (2 * Z_95)

    @property
    def counting_variance(self) -> float:
        """Return the variance of the logit by counting alone."""
        value = self.within(self.value)
        return 1.0 / (max(self.events, 1.0) * value * (1.0 - value))

    def within(self, value: float) -> float:
        """Return a fraction kept half an event from 0 and 1.

        Examples
        --------
        >>> Fraction(0.0, 0.0, 0.001, events=5000).within(0.0)
        0.0001
        """
        half = 0.5 / max(self.events, 1.0)
        return min(max(value, half), 1.0 - half)


@dataclass(frozen=True)
class Mean:
    """The arithmetic mean of replicates, their standard deviation, and the 95 % interval of the mean."""

    n: int
    value: float
    sd: float
    low: float
    high: float
    identical: bool = False


@dataclass(frozen=True)
class Difference:
    """A fraction minus its control: estimate, 95 % interval, and the p-value that agrees with it."""

    n: int
    estimate: float
    low: float
    high: float
    p_value: float
    identical: bool = False


def averaged(repeats: Sequence[Fraction]) -> Fraction:
    """Return the mean of technical repeats; their limits are averaged too, as if their errors were shared.

    Examples
    --------
    >>> averaged([Fraction(0.1, 0.08, 0.12, 5000), Fraction(0.2, 0.18, 0.22, 5000)]).value.__round__(3)
    0.15
    """
    value, low, high = np.array([(f.value, f.low, f.high) for f in repeats]).mean(axis=0).tolist()
    return Fraction(value, low, high, sum(f.events for f in repeats))


def mean_of(fractions: Sequence[Fraction]) -> Mean:
    """Return the mean over independent experiments.

    Parameters
    ----------
    fractions : sequence of Fraction
        One an experiment, technical repeats averaged before.

    Returns
    -------
    Mean
        `value` and `sd` are of the fractions themselves. The interval is t with n - 1 degrees of freedom on the
        logit scale: logit(mean) -+ t SD(logits) / sqrt(n), transformed back. With n = 1 there is no SD and the
        interval is the experiment's own. Where all replicates agree to the last digit, counting error stands in for
        the scatter that is missing.

    Examples
    --------
    >>> found = mean_of([Fraction(value, 0.0, 1.0, 8000) for value in (0.14, 0.15, 0.17)])
    >>> round(found.value, 4), round(found.low, 3), round(found.high, 3)
    (0.1533, 0.119, 0.195)
    """
    values = np.array([fraction.value for fraction in fractions])
    n, value = len(fractions), float(values.mean())
    if n == 1:
        return Mean(1, value, np.nan, fractions[0].low, fractions[0].high)
    error = _error([f.logit for f in fractions])
    identical = error == 0.0
    if identical:
        error = _counting_error(fractions)
    reach = float(stdtrit(n - 1, 0.975)) * error
    low, high = expit(logit(_level(fractions)) + np.array([-reach, reach]))
    return Mean(n, value, float(values.std(ddof=1)), min(float(low), value), max(float(high), value), identical)


def paired_difference(treated: Sequence[Fraction], control: Sequence[Fraction]) -> Difference:
    """Return treated minus control where each treated experiment has its own control.

    Parameters
    ----------
    treated, control : sequence of Fraction
        Of the same experiments, in the same order.

    Returns
    -------
    Difference
        The test is the paired t test on logits. The estimate is the mean shift of the logit at the control's mean
        fraction c: expit(logit(c) + shift) - c; its limits are those of the shift, transformed in the same way, so that
        they exclude 0 exactly when p < 0.05. They take c as observed: how far another set of experiments would move the
        control itself is no part of them. With n = 1 there is no p-value and the limits hold the two experiments' own
        errors alone.

    Examples
    --------
    >>> control = [Fraction(value, 0.0, 1.0, 8000) for value in (0.08, 0.10, 0.12)]
    >>> treated = [Fraction(value, 0.0, 1.0, 8000) for value in (0.18, 0.20, 0.25)]
    >>> found = paired_difference(treated, control)
    >>> round(found.estimate, 3), found.p_value < 0.05, found.low > 0
    (0.111, True, True)
    """
    shifts = [t.logit - c.logit for t, c in zip(treated, control, strict=True)]
    error = _error(shifts)
    identical = error == 0.0
    if identical:
        error = float(np.hypot(_counting_error(treated), _counting_error(control)))
    return _difference(treated, control, float(np.mean(shifts)), error, len(shifts) - 1.0, identical)


def unpaired_difference(treated: Sequence[Fraction], control: Sequence[Fraction]) -> Difference:
    """Return treated minus control between different experiments: Welch's t test on logits, else as when paired.

    References
    ----------
    B. L. Welch, Biometrika 34:28 (1947), doi:10.1093/biomet/34.1-2.28.

    Examples
    --------
    >>> control = [Fraction(value, 0.0, 1.0, 8000) for value in (0.08, 0.10, 0.12)]
    >>> treated = [Fraction(value, 0.0, 1.0, 8000) for value in (0.18, 0.25)]
    >>> unpaired_difference(treated, control).p_value.__round__(2)
    0.08
    """
    logits = [np.array([f.logit for f in group]) for group in (treated, control)]
    shift = float(logits[0].mean() - logits[1].mean())
    variances = [_error(group) ** 2 for group in logits]
    identical = sum(variances) == 0.0
    if identical:
        variances = [_counting_error(group) ** 2 for group in (treated, control)]
    parts = [v**2 / (len(group) - 1) for v, group in zip(variances, logits, strict=True) if len(group) > 1]
    degrees = sum(variances) ** 2 / sum(parts) if len(parts) == 2 else 0.0
    return _difference(treated, control, shift, float(np.sqrt(sum(variances))), degrees, identical)


def _difference(
    treated: Sequence[Fraction],
    control: Sequence[Fraction],
    shift: float,
    error: float,
    degrees: float,
    identical: bool,
) -> Difference:
    """Return the difference in fraction that a shift of the logit makes at the control's mean level."""
    level = _level(control)
    if degrees > 0:
        reach = float(stdtrit(degrees, 0.975)) * error
        p_value = 2.0 * float(stdtr(degrees, -abs(shift) / error))
    else:
        reach, p_value, identical = Z_95 * _own_error(treated, control), np.nan, False
    shifted = expit(logit(level) + np.array([shift, shift - reach, shift + reach])) - level
    estimate, low, high = shifted.tolist()
    return Difference(len(treated), estimate, low, high, p_value, identical)


def _level(fractions: Sequence[Fraction]) -> float:
    """Return the mean fraction, each kept half an event from 0 and 1."""
    return float(np.mean([f.within(f.value) for f in fractions]))


def _own_error(treated: Sequence[Fraction], control: Sequence[Fraction]) -> float:
    """Return the standard error of the shift that the experiments' own limits give."""
    variances = [np.mean([f.logit_error**2 for f in group]) / len(group) for group in (treated, control)]
    return float(np.sqrt(sum(variances)))


def _error(values: Sequence[float] | FloatArray) -> float:
    """Return the standard error of the mean; the rounding of equal numbers is no scatter, nor has one number any."""
    array = np.asarray(values)
    spread = float(array.std(ddof=1)) if len(array) > 1 else 0.0
    return 0.0 if spread < 1e-12 else spread / float(np.sqrt(len(array)))


def _counting_error(fractions: Sequence[Fraction]) -> float:
    return float(np.sqrt(np.mean([f.counting_variance for f in fractions]) / len(fractions)))
