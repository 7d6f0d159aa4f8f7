"""Differences of treatments within independent experiments: one model of treatment + experiment, every pair of it.

The rule. (1) An experiment is a block: differences are taken within it, by least squares, so that one which lacks a
treatment still tells of the others; one that holds a single treatment tells nothing. (2) A contrast is tested twice: on
the scatter of the whole model, and on that of its own pair with degrees of freedom half-way between its own and the
model's. The larger p and the wider limits count. (3) Treatments that no chain of experiments ties are compared as
independent groups: Welch's t. (4) A treatment of one experiment is never tested. (5) Holm over the family.

Why twice: where one of three treatments scatters two or three times as much as the others, the scatter of the model
alone errs in 8 and 10 % of single contrasts, and in as many families of which the other two contrasts are real; so does
a rule that tests first whether all scatter alike. Paired t tests err in 5 % but find half as much at n = 3. This rule
errs in 5 and 6 % there, in 3 % where all scatter alike, and finds most of what the model finds
(benchmarks/schedule_error_rates.csv).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from blots.designs import Design, design_of, tied_to_reference
from blots.multiplicity import holm
from cytotools.doses.cautions import caution, join
from cytotools.doses.welch import satterthwaite
from cytotools.errors import refusal

FloatArray = NDArray[np.float64]
Values = Mapping[str, Mapping[str, float]]
NAN = float("nan")
SAME = 1e-9  # scatter, beside the largest value, that is rounding


@dataclass(frozen=True)
class BlockContrast:
    """The first treatment less the second, on the scale on which errors add, with its 95 % interval.

    Attributes
    ----------
    first, second : str
    estimate, low, high : float
        `low` and `high` exclude 0 exactly when p_value < 0.05. NaN where nothing is known, infinite where open.
    family_low, family_high : float
        The limits that hold for all contrasts of the family together (Bonferroni); NaN where nothing is tested.
    p_value, p_adjusted : float
        NaN where nothing is tested.
    n : int
        Independent experiments behind it: those that hold both, else those of its scarcer treatment.
    degrees : float
        Degrees of freedom of the scatter that counts; NaN where schedules were compared in pairs.
    basis : str
        model, paired, unpaired, or one experiment (the limits are then descriptive: errors within experiments).
    cautions : str
        The cell of a table.
    """

    first: str
    second: str
    estimate: float
    low: float
    high: float
    family_low: float
    family_high: float
    p_value: float
    p_adjusted: float
    n: int
    degrees: float
    basis: str
    cautions: str

    @property
    def name(self) -> str:
        """Its treatments in words."""
        return f"{self.first} against {self.second}"

    def row(self, quantity: str, scale: str = "ratio") -> dict[str, object]:
        """Return the row of comparisons.csv, without condition columns; a ratio where values are logarithms."""
        numbers = np.array([self.estimate, self.low, self.high])
        shown = np.exp(numbers) if scale == "ratio" else numbers
        found = dict(zip(("estimate", "low", "high"), shown.tolist(), strict=True))
        tested = {"p_value": self.p_value, "p_adjusted": self.p_adjusted, "n": self.n, "caution": self.cautions}
        return {"quantity": quantity, "contrast": self.name, "scale": scale} | found | tested


@dataclass(frozen=True)
class LevelEstimate:
    """The mean of one treatment over its experiments with its 95 % t interval, NaN limits for one experiment."""

    mean: float
    low: float
    high: float
    n: int


def block_contrasts(
    values: Values, pairs: Sequence[tuple[str, str]] | None = None, errors: Values | None = None
) -> list[BlockContrast]:
    """Return the contrasts of treatments over independent experiments, adjusted together.

    Parameters
    ----------
    values : mapping of treatment to mapping of experiment to float
        One value a treatment and experiment, on the scale on which errors add: ln IC50, ln CI, Bliss excess.
    pairs : sequence of (first, second), optional
        The family; by default every pair that has values, in their order.
    errors : mapping of treatment to mapping of experiment to float, optional
        Standard errors within experiments: they describe what stands on one experiment, and stand in for the scatter
        of values that agree to the last digit. Nothing else rests on them.

    Returns
    -------
    list of BlockContrast
        By the rule at the head of this file, in the order of the pairs.

    Raises
    ------
    StudyError
        A value that is no finite number; a pair of which a treatment has no values, or that names one twice.

    References
    ----------
    H. Scheffé, The Analysis of Variance (1959), chapter 4 (treatments in blocks); B. L. Welch, Biometrika 34:28 (1947),
    doi:10.1093/biomet/34.1-2.28; S. Holm, Scand. J. Statist. 6:65 (1979), https://www.jstor.org/stable/4615733.

    Examples
    --------
    >>> ln_ic50 = {
    ...     "pre 24 h": {"1": 0.1, "2": 0.4, "3": 0.2},
    ...     "co": {"1": 0.9, "2": 1.3, "3": 0.9},
    ...     "post 24 h": {"1": 1.0, "2": 1.2, "3": 1.1},
    ... }
    >>> for found in block_contrasts(ln_ic50):
    ...     print(found.name, round(found.estimate, 2), found.n, found.degrees, found.p_adjusted < 0.05)
    pre 24 h against co -0.8 3 3.0 True
    pre 24 h against post 24 h -0.87 3 4.0 True
    co against post 24 h -0.07 3 3.0 False
    """
    wanted = list(combinations([name for name in values if values[name]], 2)) if pairs is None else list(pairs)
    _check(values, wanted)
    named = [name for name in values if any(name in pair for pair in wanted)]
    models = _models({name: values[name] for name in named})
    known = errors or {}
    estimates = [_estimate(values, pair, models, known) for pair in wanted]
    p_values = [one.p_value for one in estimates]
    alpha = 0.05 / max(int(np.isfinite(p_values).sum()), 1)
    return [
        _contrast(pair, one, p_adjusted, alpha)
        for pair, one, p_adjusted in zip(wanted, estimates, holm(p_values), strict=True)
    ]


def level_estimates(values: Values) -> dict[str, LevelEstimate]:
    """Return the mean of each treatment over its own experiments, with Student's t interval.

    Examples
    --------
    >>> found = level_estimates({"co": {"1": 0.9, "2": 1.3, "3": 0.8}, "pre": {"1": 0.2}})
    >>> round(found["co"].mean, 2), round(found["co"].low, 2), round(found["co"].high, 2), found["pre"].n
    (1.0, 0.34, 1.66, 1)
    """
    _check(values, [])
    return {name: _level(np.array(list(held.values()))) for name, held in values.items() if held}


def _level(values: FloatArray) -> LevelEstimate:
    n, mean = len(values), float(values.mean())
    if n < 2:
        return LevelEstimate(mean, NAN, NAN, n)
    reach = float(stdtrit(n - 1, 0.975)) * float(values.std(ddof=1)) / n**0.5
    return LevelEstimate(mean, mean - reach, mean + reach, n)


@dataclass(frozen=True, eq=False)
class _Model:
    """Treatments that experiments tie to one another: what least squares makes of them."""

    treatments: tuple[str, ...]
    experiments: tuple[str, ...]
    design: Design
    entries: FloatArray

    @property
    def places(self) -> list[tuple[str, str]]:
        """The treatment and the experiment of each entry."""
        pairs = zip(self.design.hours.tolist(), self.design.blots.tolist(), strict=True)
        return [(self.treatments[column], self.experiments[row]) for column, row in pairs]

    def weights(self, first: str, second: str) -> FloatArray:
        """Return the weight of each entry in a contrast."""
        one, other = (self.design.weights[self.treatments.index(name)] for name in (first, second))
        return np.asarray(one - other)

    @property
    def variance(self) -> float:
        """That of one entry; NaN without a degree of freedom, 0 where the scatter is rounding."""
        if not self.design.degrees_of_freedom:
            return NAN
        residuals = self.design.residual_maker @ self.entries
        if np.abs(residuals).max() <= SAME * max(1.0, float(np.abs(self.entries).max())):
            return 0.0
        return float(residuals @ residuals) / self.design.degrees_of_freedom


@dataclass(frozen=True)
class _Estimate:
    """A contrast before the family is known.

    `errors` are standard errors with their degrees of freedom, infinite of one that describes a single experiment; NaN
    errors are not known. The one that says least counts.
    """

    value: float
    errors: tuple[tuple[float, float], ...]
    n: int
    basis: str
    cautions: str

    @property
    def degrees(self) -> float:
        """Return the degrees of freedom of the error that counts."""
        return max(self.errors, key=lambda one: _reach(one, 0.05))[1]

    @property
    def p_value(self) -> float:
        if self.basis == "one experiment" or np.isnan(self.errors).any():
            return NAN
        return max(2.0 * float(stdtr(degrees, -abs(self.value) / error)) for error, degrees in self.errors)

    def limits(self, alpha: float) -> tuple[float, float]:
        reach = max(_reach(one, alpha) for one in self.errors)
        return self.value - reach, self.value + reach


def _reach(error_and_degrees: tuple[float, float], alpha: float) -> float:
    error, degrees = error_and_degrees
    return error * float(stdtrit(degrees, 1.0 - alpha / 2.0))


def _models(values: Values) -> list[_Model]:
    """Return a model for each set of treatments that experiments tie."""
    names, experiments = list(values), list(dict.fromkeys(e for held in values.values() for e in held))
    table = np.array([[values[name].get(e, NAN) for name in names] for e in experiments]).reshape(-1, len(names))
    found, left = [], list(range(len(names)))
    while left:
        tied = tied_to_reference(np.isfinite(table[:, left]))
        own = [column for column, is_tied in zip(left, tied, strict=True) if is_tied]
        left = [column for column in left if column not in own]
        useful = np.isfinite(table[:, own]).sum(axis=1) > 1
        part = table[np.ix_(useful, own)]
        if len(own) > 1:
            held = np.isfinite(part)
            rows = tuple(e for e, is_useful in zip(experiments, useful, strict=True) if is_useful)
            found.append(_Model(tuple(names[column] for column in own), rows, design_of(held), part[held]))
    return found


def _estimate(values: Values, pair: tuple[str, str], models: Sequence[_Model], errors: Values) -> _Estimate:
    for model in models:
        if set(pair) <= set(model.treatments):
            return _within(values, pair, model, errors)
    return _between(values, pair, errors)


def _within(values: Values, pair: tuple[str, str], model: _Model, errors: Values) -> _Estimate:
    weights = model.weights(*pair)
    value, degrees = float(weights @ model.entries), model.design.degrees_of_freedom
    held = [{experiment for name, experiment in model.places if name == treatment} for treatment in pair]
    both = sorted(held[0] & held[1])
    n = len(both) if len(both) > 1 else min(map(len, held))
    lone = sum(len(values[name]) - len(own) for name, own in zip(pair, held, strict=True))
    said = [caution("lone_treatment", f"{lone} of them")] if lone else []
    if len(both) < min(map(len, held)):
        said.append(caution("indirect_contrast", f"{len(both)} experiments hold both"))
    within = _spread(weights, [errors.get(name, {}).get(e, NAN) for name, e in model.places])
    if n < 2 or not degrees:
        said.append(caution("one_experiment", "no test"))
        return _Estimate(value, ((within, np.inf),), 1, "one experiment", join(*said))
    if not model.variance:
        said.append(caution("no_scatter", f"{n} equal differences"))
        return _Estimate(value, ((within, degrees),), n, "model", join(*said))
    length = float(np.linalg.norm(weights))
    tests = [(length * model.variance**0.5, float(degrees))]
    own = np.std([values[pair[0]][e] - values[pair[1]][e] for e in both], ddof=1) if len(both) > 1 else 0.0
    if own > 0:
        tests.append((length * float(own) / 2**0.5, (len(both) - 1 + degrees) / 2.0))
    return _Estimate(value, tuple(tests), n, "model", join(*said))


def _between(values: Values, pair: tuple[str, str], errors: Values) -> _Estimate:
    """Return the difference of two treatments that no chain of experiments ties."""
    groups = [np.array(list(values[name].values())) for name in pair]
    within = [np.array([errors.get(name, {}).get(e, NAN) for e in values[name]]) for name in pair]
    value, n = float(groups[0].mean() - groups[1].mean()), min(map(len, groups))
    shares = np.concatenate([np.full(len(group), 1.0 / len(group)) for group in groups])
    said = caution("unpaired", f"{len(groups[0])} against {len(groups[1])} experiments")
    spread = _spread(shares, np.concatenate(within))
    if n < 2:
        said = join(said, caution("one_experiment", "no test"))
        return _Estimate(value, ((spread, np.inf),), n, "one experiment", said)
    counts = np.array([len(group) for group in groups])
    variances = np.array([group.var(ddof=1) for group in groups]) / counts
    if np.sqrt(variances.max()) <= SAME:
        said = join(said, caution("no_scatter", f"{n} equal values"))
        return _Estimate(value, ((spread, n - 1.0),), n, "unpaired", said)
    error = float(np.sqrt(variances.sum()))
    return _Estimate(value, ((error, satterthwaite(variances, counts)),), n, "unpaired", said)


def _spread(weights: FloatArray, errors: Sequence[float] | FloatArray) -> float:
    """Return the standard error that errors within experiments leave; NaN where one that counts is not known."""
    counts = np.abs(weights) > SAME
    return float(np.sqrt(np.sum((weights[counts] * np.asarray(errors)[counts]) ** 2)))


def _contrast(pair: tuple[str, str], one: _Estimate, p_adjusted: float, alpha: float) -> BlockContrast:
    limits = one.limits(0.05)
    family = one.limits(alpha) if np.isfinite(one.p_value) else (NAN, NAN)
    return BlockContrast(
        *pair, one.value, *limits, *family, one.p_value, p_adjusted, one.n, one.degrees, one.basis, one.cautions
    )


def _check(values: Values, pairs: Sequence[tuple[str, str]]) -> None:
    for name, held in values.items():
        for experiment, value in held.items():
            if not np.isfinite(value):
                remedy = "Leave it out, or compare IC50s with compare_schedules_ic50, which counts those beyond doses."
                what = f"{name}, experiment {experiment}"
                raise refusal("contrasts", what, "a finite number", f"{value}", remedy)
    for first, second in pairs:
        if first == second or not (values.get(first) and values.get(second)):
            got = f"{first} and {second} of {', '.join(name for name, held in values.items() if held)}"
            raise refusal("contrasts", "a pair", "two treatments that have values", got, "Name two that were tested.")
