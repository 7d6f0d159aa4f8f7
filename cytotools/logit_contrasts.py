"""A contrast of conditions on the logit scale over independent experiments, and what it says on its own scatter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from cytotools.doses.welch import satterthwaite
from cytotools.fractions import Z_95, Fraction

FloatArray = NDArray[np.float64]
NAN = float("nan")


@dataclass(frozen=True)
class Observation:
    """The fraction of one condition in one experiment.

    `part` is what experiments are repeated within (a cell line and arm); `block` is what conditions are compared
    within (an experiment of a part, or it at one hour).
    """

    condition: int
    experiment: str
    fraction: Fraction
    part: str = ""
    block: str = ""


@dataclass(frozen=True)
class Contrast:
    """Weights of conditions that sum to 0, such as ((1, 1.0), (0, -1.0)) for condition 1 against condition 0."""

    weights: tuple[tuple[int, float], ...]

    @property
    def conditions(self) -> tuple[int, ...]:
        """Return the conditions that bear a weight."""
        return tuple(condition for condition, weight in self.weights if weight)


@dataclass(frozen=True)
class Finding:
    """A contrast of logits: its estimate, 95 % limits, and p-values; NaN where nothing can be tested.

    `low` and `high` exclude 0 exactly when p_value < 0.05. `n` is the number of independent experiments behind it,
    that of its scarcest condition. `basis` says on what scatter it rests: paired, unpaired, pooled, pooled unpaired,
    or one experiment.
    """

    shift: float
    low: float
    high: float
    p_value: float
    p_adjusted: float
    n: int
    degrees: float
    basis: str
    adjustment: str = ""
    identical: bool = False
    unequal: bool = False
    lacking: int = 0


def on_own_scatter(used: Sequence[Observation], contrast: Contrast) -> Finding:
    """Return a contrast on its own scatter: paired where experiments hold all of it, else Welch-Satterthwaite.

    Examples
    --------
    >>> values = {0: (0.08, 0.10, 0.12), 1: (0.18, 0.20, 0.25)}
    >>> observations = [Observation(c, str(e), Fraction(v, 0.0, 1.0, 8000))
    ...                 for c, row in values.items() for e, v in enumerate(row)]
    >>> found = on_own_scatter(observations, Contrast(((1, 1.0), (0, -1.0))))
    >>> found.basis, found.n, round(found.shift, 2), found.p_value < 0.05
    ('paired', 3, 0.88, True)
    """
    pieces, basis = _pieces(used, contrast)
    shift, n = float(sum(np.mean(piece) for piece in pieces)), min(map(len, pieces))
    if n < 2:
        reach = Z_95 * _spread_of(used, contrast, "own")
        return Finding(shift, shift - reach, shift + reach, NAN, NAN, n, 0.0, "one experiment")
    short = lacking(used, contrast) if basis == "paired" else 0
    variances = np.array([np.var(piece, ddof=1) / len(piece) for piece in pieces])
    if variances.max() < 1e-24:  # the rounding of equal numbers is no scatter
        error = _spread_of(used, contrast, "counting")
        return replace(by_t(shift, error, n - 1.0, n, basis, short), identical=True)
    degrees = satterthwaite(variances, np.array([len(piece) for piece in pieces]))
    return by_t(shift, float(np.sqrt(variances.sum())), degrees, n, basis, short)


def by_t(shift: float, error: float, degrees: float, n: int, basis: str, lacking: int = 0) -> Finding:
    """Return a contrast with the limits and the p-value of Student's t."""
    reach = float(stdtrit(degrees, 0.975)) * error
    p_value = 2.0 * float(stdtr(degrees, -abs(shift) / error))
    return Finding(shift, shift - reach, shift + reach, p_value, NAN, n, degrees, basis, lacking=lacking)


def _pieces(used: Sequence[Observation], contrast: Contrast) -> tuple[list[FloatArray], str]:
    """Return independent sets of values whose means sum to the contrast."""
    whole = by_experiment(used, contrast)
    if whole and (not lacking(used, contrast) or len(whole) > 2):
        return [np.array(list(whole.values()))], "paired"
    parts = [
        Contrast(tuple(w for w in contrast.weights if _part(used, w[0]) == part))
        for part in dict.fromkeys(_part(used, c) for c in contrast.conditions)
    ]
    if len(parts) > 1:
        return [piece for part in parts for piece in _pieces(used, part)[0]], "by part"
    return [
        weight * np.array([o.fraction.logit for o in used if o.condition == condition])
        for condition, weight in contrast.weights
        if weight
    ], "unpaired"


def by_experiment(used: Sequence[Observation], contrast: Contrast) -> dict[str, float]:
    """Return the contrast within each experiment that holds all its conditions."""
    logits: dict[str, dict[int, float]] = {}
    for one in used:
        logits.setdefault(one.experiment, {})[one.condition] = one.fraction.logit
    return {
        name: sum(weight * held[condition] for condition, weight in contrast.weights)
        for name, held in logits.items()
        if all(condition in held for condition in contrast.conditions)
    }


def lacking(used: Sequence[Observation], contrast: Contrast) -> int:
    """Return how many experiments hold a condition that weighs on the positive side, but not all of the contrast."""
    first = {o.experiment for o in used for c, w in contrast.weights if o.condition == c and w > 0}
    return len(first - set(by_experiment(used, contrast)))


def _spread_of(used: Sequence[Observation], contrast: Contrast, source: str) -> float:
    """Return the standard error of a contrast by what single experiments say: their own limits, or counting alone."""
    total = 0.0
    for condition, weight in contrast.weights:
        held = [o.fraction for o in used if o.condition == condition]
        squares = [f.counting_variance if source == "counting" else f.logit_error**2 for f in held]
        total += weight**2 * float(np.mean(squares)) / len(held)
    return float(np.sqrt(total))


def experiments(used: Sequence[Observation], condition: int) -> int:
    """Return in how many experiments a condition was observed."""
    return sum(o.condition == condition for o in used)


def _part(used: Sequence[Observation], condition: int) -> str:
    return next(o.part for o in used if o.condition == condition)
