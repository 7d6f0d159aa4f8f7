"""IC50 ratios between lines, arms or compounds: paired by experiment where experiments hold both, else by Welch.

The rule. (1) Paired where every experiment holds both, or three or more do; the t interval is that of the mean of
ln ratios. Else the groups are independent: Welch's t. (2) An IC50 beyond its doses makes its ratio one of at least, or
of at most (`cytotools.doses.censored_mean`); the ratio is then known on one side, as where half of the IC50s or more
are open. (3) With one experiment the limits are those of the two curves and nothing is tested; nor is it where fewer
than two ratios (or IC50s of a group) are known: the limit then rests on an assumed scatter. (4) A flat curve gives no
IC50 and opens the ratio on its side, as it opens the mean (`cytotools.doses.experiments`). (5) Holm over the family.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import stdtr, stdtrit

from blots.multiplicity import holm
from cytotools.doses.cautions import caution, join
from cytotools.doses.censored_mean import CensoredMean, censored_mean, identical, p_at_limits
from cytotools.doses.experiments import ExperimentIc50, mean_ln
from cytotools.doses.welch import satterthwaite

FloatArray = NDArray[np.float64]
NAN = float("nan")
FEWEST_PAIRS = 3  # where some experiments hold one IC50 only
FEWEST_KNOWN = 2  # else their scatter is assumed
SMALLEST_P = 1e-12
SAME = 1e-9  # scatter of ln ratios that is rounding


@dataclass(frozen=True)
class Ic50Pair:
    """Two IC50s to compare, each by experiment: the first over the second, in the same unit of dose.

    `contrast` names them, as `ECA109 against ECA109-Smac`.
    """

    contrast: str
    first: Mapping[str, ExperimentIc50]
    second: Mapping[str, ExperimentIc50]


@dataclass(frozen=True)
class Ic50Ratio:
    """A ratio of IC50s with its 95 % interval and p-values; NaN where there is nothing to tell.

    A ratio known on one side is NaN with `low` and inf (shown as `> low`), or with 0 and `high`. `low` and `high`
    exclude 1 exactly when p_value < 0.05, where it is not NaN. `n` counts the experiments of the scarcer IC50. `basis`
    is paired, unpaired or one experiment; `cautions` is the cell of a table.
    """

    contrast: str
    estimate: float
    low: float
    high: float
    p_value: float
    p_adjusted: float
    n: int
    basis: str
    cautions: str

    def row(self, quantity: str = "IC50") -> dict[str, object]:
        """Return the row of comparisons.csv, without condition columns."""
        names = ("estimate", "low", "high", "p_value", "p_adjusted", "n")
        head = {"quantity": quantity, "contrast": self.contrast, "scale": "ratio"}
        return head | {name: getattr(self, name) for name in names} | {"caution": self.cautions}


@dataclass(frozen=True)
class _Shift:
    """A ratio on the log scale, whether it may be larger (smaller) than its limits say, and why it is not tested."""

    mean: CensoredMean
    open_above: bool
    open_below: bool
    untested: str = ""


def compare_ic50(pairs: Sequence[Ic50Pair]) -> list[Ic50Ratio]:
    """Return the ratio of each pair of IC50s, all adjusted together.

    Parameters
    ----------
    pairs : sequence of Ic50Pair
        The whole family.

    Returns
    -------
    list of Ic50Ratio
        In the order of the pairs, by the rule at the head of this file.

    References
    ----------
    B. L. Welch, Biometrika 34:28 (1947), doi:10.1093/biomet/34.1-2.28; G. Zou and A. Donner, Stat. Med. 27:1693 (2008),
    doi:10.1002/sim.3095 (limits of a difference from those of its parts); S. Holm, Scand. J. Statist. 6:65 (1979),
    https://www.jstor.org/stable/4615733.

    Examples
    --------
    >>> def plates(*ic50s):
    ...     return {str(k): ExperimentIc50(x, 0.8 * x, 1.25 * x, 0.01, 100.0) for k, x in enumerate(ic50s)}
    >>> [found] = compare_ic50([Ic50Pair("B against A", plates(4.1, 6.0, 7.8), plates(1.0, 1.6, 1.9))])
    >>> found.basis, found.n, round(found.estimate, 2), round(found.low, 2), round(found.high, 2), found.p_value < 0.05
    ('paired', 3, 3.98, 3.5, 4.53, True)

    Beyond the doses in the second experiment: the ratio is at least so large.

    >>> [found] = compare_ic50([Ic50Pair("B against A", plates(41.0, 120.0, 78.0), plates(1.0, 1.6, 1.9))])
    >>> found.estimate, found.low > 10, found.high, found.p_value < 0.05
    (nan, True, inf, True)

    Beyond them in all three: how much the ratios scatter is not known, so that nothing is tested.

    >>> [found] = compare_ic50([Ic50Pair("B against A", plates(410.0, 120.0, 780.0), plates(1.0, 1.6, 1.9))])
    >>> found.low > 10, found.p_value, found.cautions
    (True, nan, 'ratio_open: at least 42.4; not_tested: 0 of 3 ratios known')
    """
    found = [_ratio(pair) for pair in pairs]
    adjusted = holm([one.p_value for one in found])
    return [replace(one, p_adjusted=p) for one, p in zip(found, adjusted, strict=True)]


def _ratio(pair: Ic50Pair) -> Ic50Ratio:
    first, second = ({k: v for k, v in side.items() if v.resolved} for side in (pair.first, pair.second))
    said = [_on_flat(pair), _unresolved(pair)]
    shared = [name for name in first if name in second]
    lacking = len(first.keys() | second.keys()) - len(shared)
    paired = bool(shared) and (not lacking or len(shared) >= FEWEST_PAIRS)
    if paired:
        first, second = ({name: side[name] for name in shared} for side in (first, second))
        said += [caution("incomplete_pairs", f"{lacking} experiments hold one of them")] if lacking else []
    else:
        said.append(caution("unpaired", f"{len(first)} against {len(second)} experiments"))
    n = min(len(first), len(second))
    sides = list(first.values()), list(second.values())
    if n == 0:
        return _not_compared(pair, said)
    if n == 1:
        shift = _opened(_of_one(*sides), pair)
        return _told(pair, shift, 1, "one experiment", [*said, caution("one_experiment", "no test")])
    shift = _opened(_paired(*sides) if paired else _unpaired(*sides), pair)
    if shift.mean.n < 2:
        return _not_compared(pair, said)
    return _told(pair, shift, shift.mean.n, "paired" if paired else "unpaired", said)


def _told(pair: Ic50Pair, shift: _Shift, n: int, basis: str, said: Sequence[str]) -> Ic50Ratio:
    """Return the ratio on its own scale; where it is known on one side, the other is opened and no longer tested."""
    mean, p_value = shift.mean, shift.mean.p_value
    low = 0.0 if shift.open_below else float(np.exp(mean.low))
    high = np.inf if shift.open_above else float(np.exp(mean.high))
    is_open = low == 0 or high == np.inf
    if low == 0 and high == np.inf:
        return _not_compared(pair, said)
    if low <= 1 <= high and p_value < 0.05:
        p_value = 1.0
    words = f"at least {low:.3g}" if high == np.inf else f"at most {high:.3g}"
    copies = caution("same_ic50s", "equal ratios") if mean.sd < SAME else ""
    untested = caution("not_tested", shift.untested) if shift.untested else ""
    cell = join(*said, caution("ratio_open", words) if is_open else "", untested, copies)
    return Ic50Ratio(
        pair.contrast, NAN if is_open else float(np.exp(mean.mean)), low, high, p_value, NAN, n, basis, cell
    )


def _not_compared(pair: Ic50Pair, said: Sequence[str]) -> Ic50Ratio:
    cell = join(*said, caution("not_compared", "both IC50s are open, or one is missing"))
    return Ic50Ratio(pair.contrast, NAN, 0.0, np.inf, NAN, NAN, 0, "", cell)


def _paired(first: Sequence[ExperimentIc50], second: Sequence[ExperimentIc50]) -> _Shift:
    """Return the mean of ln ratios within experiments; two IC50s beyond the same end of their doses say nothing."""
    both = [(a, b) for a, b in zip(first, second, strict=True) if not (_up(a, b) and _down(a, b))]
    values = np.array([a.ln - b.ln for a, b in both])
    above, below = (np.array([side(a, b) for a, b in both], dtype=np.bool_) for side in (_up, _down))
    errors = np.array([np.hypot(a.ln_error, b.ln_error) for a, b in both])
    opens = [2 * sum(side(a, b) for a, b in both) >= len(both) for side in (_open_up, _open_down)]
    if len(both) < 2:
        return _Shift(CensoredMean(NAN, -np.inf, np.inf, NAN, NAN, len(both)), True, True)
    reported = sum(not (_open_up(a, b) or _open_down(a, b)) for a, b in both)
    assumed = (~(above | below)).sum() < FEWEST_KNOWN
    return _Shift(
        censored_mean(values, above, below, errors),
        bool(above.any()) or opens[0],
        bool(below.any()) or opens[1],
        f"{reported} of {len(both)} ratios known" if assumed else "",
    )


def _opened(shift: _Shift, pair: Ic50Pair) -> _Shift:
    """Open the ratio where a flat curve may hide an IC50 beyond the doses."""
    above, below = (any(one.flat for one in side.values()) for side in (pair.first, pair.second))
    return replace(shift, open_above=shift.open_above or above, open_below=shift.open_below or below)


def _up(a: ExperimentIc50, b: ExperimentIc50) -> bool:
    return a.above or b.below


def _down(a: ExperimentIc50, b: ExperimentIc50) -> bool:
    return a.below or b.above


def _open_up(a: ExperimentIc50, b: ExperimentIc50) -> bool:
    return a.open_above or b.open_below


def _open_down(a: ExperimentIc50, b: ExperimentIc50) -> bool:
    return a.open_below or b.open_above


def _unpaired(first: Sequence[ExperimentIc50], second: Sequence[ExperimentIc50]) -> _Shift:
    up = _half(first, "above") or _half(second, "below")
    down = _half(first, "below") or _half(second, "above")
    if not any(one.above or one.below for one in (*first, *second)):
        return _Shift(_by_welch(first, second), up, down)
    known = [sum(not (one.above or one.below) for one in side) for side in (first, second)]
    reported = [sum(not (one.open_above or one.open_below) for one in side) for side in (first, second)]
    words = f"{reported[0]} of {len(first)} and {reported[1]} of {len(second)} IC50s known"
    untested = words if min(known) < FEWEST_KNOWN else ""
    return _Shift(_by_parts(first, second, tested=not untested), up, down, untested)


def _half(side: Sequence[ExperimentIc50], end: str) -> bool:
    """Tell whether an IC50 lies beyond this end, or half of them have no limit there."""
    beyond = any(getattr(one, end) for one in side)
    return beyond or 2 * sum(getattr(one, f"open_{end}") for one in side) >= len(side)


def _by_welch(first: Sequence[ExperimentIc50], second: Sequence[ExperimentIc50]) -> CensoredMean:
    groups = [np.array([one.ln for one in side]) for side in (first, second)]
    counts = np.array([len(group) for group in groups])
    variances = np.array([_variance(g, side) / len(g) for g, side in zip(groups, (first, second), strict=True)])
    shift, error = float(groups[0].mean() - groups[1].mean()), float(np.sqrt(variances.sum()))
    degrees = satterthwaite(variances, counts)
    reach = float(stdtrit(degrees, 0.975)) * error
    p_value = 2.0 * float(stdtr(degrees, -abs(shift) / error))
    return CensoredMean(shift, shift - reach, shift + reach, NAN, p_value, int(counts.min()))


def _variance(values: FloatArray, side: Sequence[ExperimentIc50]) -> float:
    """Return the scatter between experiments; within them where values are copies."""
    if identical(values):
        return float(np.mean([one.ln_error**2 for one in side]))
    return float(values.var(ddof=1))


def _by_parts(first: Sequence[ExperimentIc50], second: Sequence[ExperimentIc50], tested: bool) -> CensoredMean:
    """Return the difference of two means of which one at least rests on open IC50s, from the limits of each."""
    n = min(len(first), len(second))

    def difference(alpha: float) -> tuple[float, float, float]:
        return _difference(*(_limits(mean_ln(side, alpha)) for side in (first, second)))

    def beyond_none(ln_alpha: float) -> float:
        _, low, high = difference(float(np.exp(ln_alpha)))
        return max(low, -high, -1e9)

    mean, low, high = difference(0.05)
    if not tested:
        return CensoredMean(mean, low, high, NAN, NAN, n)
    ends = np.log(SMALLEST_P), np.log(0.99)
    if beyond_none(ends[0]) > 0 or beyond_none(ends[1]) <= 0:
        p_value = SMALLEST_P if beyond_none(ends[0]) > 0 else 1.0
    else:
        p_value = float(np.exp(brentq(beyond_none, *ends)))
    return CensoredMean(mean, low, high, NAN, max(p_value, p_at_limits(mean, low, high, n - 1)), n)


def _of_one(first: Sequence[ExperimentIc50], second: Sequence[ExperimentIc50]) -> _Shift:
    """Return the difference where one IC50 at least is of a single experiment, from the limits of the curves."""
    parts = [_limits(mean_ln(side)) if len(side) > 1 else _own_limits(side[0]) for side in (first, second)]
    mean, low, high = _difference(*parts)
    return _Shift(CensoredMean(mean, low, high, NAN, NAN, 1), not high < np.inf, not low > -np.inf)


def _limits(mean: CensoredMean) -> tuple[float, float, float]:
    return mean.mean, mean.low, mean.high


def _own_limits(one: ExperimentIc50) -> tuple[float, float, float]:
    low = -np.inf if one.open_below else float(np.log(one.low))
    high = np.inf if one.open_above else float(np.log(one.high))
    return NAN if one.above or one.below else one.ln, low, high


def _difference(first: tuple[float, float, float], second: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return the difference of two estimates with its limits; of limits alone where an estimate is missing."""
    (a, a_low, a_high), (b, b_low, b_high) = first, second
    if np.isnan(a) or np.isnan(b):
        return NAN, a_low - b_high, a_high - b_low
    return a - b, a - b - float(np.hypot(a - a_low, b_high - b)), a - b + float(np.hypot(a_high - a, b - b_low))


def _unresolved(pair: Ic50Pair) -> str:
    every = [*pair.first.values(), *pair.second.values()]
    count = sum(not (one.resolved or one.flat) for one in every)
    return caution("experiment_unresolved", f"{count} of {len(every)} IC50s") if count else ""


def _on_flat(pair: Ic50Pair) -> str:
    every = [*pair.first.values(), *pair.second.values()]
    count = sum(one.flat for one in every)
    return caution("flat_experiment", f"{count} of {len(every)} curves") if count else ""
