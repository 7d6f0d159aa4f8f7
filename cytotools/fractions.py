"""Fractions of cells over independent replicates, on the logit scale, which no limit leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, stdtrit

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
    low, high = expit(logit(level_of(fractions)) + np.array([-reach, reach]))
    return Mean(n, value, float(values.std(ddof=1)), min(float(low), value), max(float(high), value), identical)


def level_of(fractions: Sequence[Fraction]) -> float:
    """Return the mean fraction, each kept half an event from 0 and 1.

    Examples
    --------
    >>> level_of([Fraction(0.0, 0.0, 0.1, 500), Fraction(0.199, 0.1, 0.3, 500)])
    0.1
    """
    return float(np.mean([f.within(f.value) for f in fractions]))


def _error(values: Sequence[float] | FloatArray) -> float:
    """Return the standard error of the mean; the rounding of equal numbers is no scatter, nor has one number any."""
    array = np.asarray(values)
    spread = float(array.std(ddof=1)) if len(array) > 1 else 0.0
    return 0.0 if spread < 1e-12 else spread / float(np.sqrt(len(array)))


def _counting_error(fractions: Sequence[Fraction]) -> float:
    return float(np.sqrt(np.mean([f.counting_variance for f in fractions]) / len(fractions)))
