"""How the scatter of repeated wells grows with their signal: SD² proportional to a constant, or to c² + signal²."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
_FLOORS = np.geomspace(0.005, 1.0, 16)  # of the largest signal: where a constant SD hands over to a constant CV
SHOWN = 1.92  # gain in log likelihood that a growing scatter must bring: half of chi-square's 95 % with one degree


@dataclass(frozen=True)
class SignalVariance:
    """The variance of a well up to one factor: 1 where `floor` is infinite, else 1 + (signal / floor)²."""

    floor: float

    @property
    def grows(self) -> bool:
        """Tell whether scatter grows with the signal."""
        return bool(np.isfinite(self.floor))

    def at(self, signal: FloatArray | float) -> FloatArray:
        """Return the variance at a signal, 1 at none."""
        return np.asarray(1.0 + (np.asarray(signal) / self.floor) ** 2)


def signal_variance(groups: list[FloatArray]) -> SignalVariance:
    """Return how scatter grows with the signal, from groups of repeated wells.

    Parameters
    ----------
    groups : list of ndarray
        Signals of the wells of each standard and each sample.

    Returns
    -------
    SignalVariance
        By maximum likelihood; constant unless growing scatter gains more than `SHOWN`.

    References
    ----------
    D. M. Rocke and S. Durbin, J. Comput. Biol. 8:557 (2001), doi:10.1089/106652701753307485 (the two-part error).

    Examples
    --------
    >>> groups = [np.array([level, 1.1 * level]) for level in (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)]
    >>> signal_variance(groups).grows
    True
    >>> signal_variance([group.mean() + np.array([-0.01, 0.01]) for group in groups]).grows
    False
    """
    repeated = [group for group in groups if len(group) > 1]
    if not repeated:
        return SignalVariance(np.inf)
    levels = np.array([group.mean() for group in repeated])
    squares = np.array([np.sum((group - group.mean()) ** 2) for group in repeated])
    degrees = np.array([len(group) - 1.0 for group in repeated])
    laws = [SignalVariance(np.inf), *(SignalVariance(float(f * np.abs(levels).max())) for f in _FLOORS)]
    gains = np.array([_log_likelihood(law.at(levels), squares, degrees) for law in laws])
    best = int(gains.argmax())
    return laws[best] if gains[best] - gains[0] > SHOWN else laws[0]


def _log_likelihood(variances: FloatArray, squares: FloatArray, degrees: FloatArray) -> float:
    """Return the log likelihood of the scatter within groups, the common factor at its best."""
    factor = max(float(np.sum(squares / variances) / degrees.sum()), 1e-300)
    return -0.5 * float(degrees.sum() * np.log(factor) + degrees @ np.log(variances))
