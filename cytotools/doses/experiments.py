"""One IC50 over independent experiments: n counts experiments, never wells.

The rule. (1) Each experiment gives one ln IC50. The interval of their mean is Student's t, whatever the precision of
each: unequal precision makes it wide, never short. (2) An IC50 beyond the doses of its experiment counts as beyond
them (`cytotools.doses.censored_mean`); leaving it out would make the mean too low. (3) The mean is open above where it
or its upper limit lies beyond the highest dose, or where half of the experiments or more leave their own upper limit
open: their estimates then lean to the tested doses. It is open below where it lies below the lowest dose, or half do.
(4) A flat curve gives no IC50, wherever its fit puts one: that is noise. It is left out of the mean and opens it above,
for its IC50 may lie beyond the doses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.cautions import caution, join
from cytotools.doses.censored_mean import CensoredMean, censored_mean, identical
from cytotools.errors import refusal

FloatArray = NDArray[np.float64]
Z_95 = 1.959963984540054
LEAST_PRECISE = 4.0  # times the median of the others' errors
UNLIKE_RANGES = 2.0  # ratio of highest (or lowest) doses
_WIDEST = 3.0  # standard error of ln IC50 taken where an experiment gives no limit at all


class FittedCurve(Protocol):
    """A fitted curve: its IC50 wherever that lies, the 95 % profile limits, and the doses tested."""

    @property
    def ic50(self) -> float: ...  # noqa: D102
    @property
    def ic50_interval(self) -> tuple[float, float]: ...  # noqa: D102
    @property
    def dose_min(self) -> float: ...  # noqa: D102
    @property
    def dose_max(self) -> float: ...  # noqa: D102


@dataclass(frozen=True)
class ExperimentIc50:
    """The IC50 of one experiment with its own 95 % interval and the doses tested, all in one unit.

    `ic50` is the estimate of the fit even where it lies beyond the doses; NaN where there is none. `low` is 0 and
    `high` inf where open. `flat` tells that the response changes with the dose by no more than wells scatter, so that
    there is no half-way between its plateaus: estimate and limits then tell nothing. Leave it False for an absolute
    IC50, which such a curve bounds.
    """

    ic50: float
    low: float
    high: float
    dose_min: float
    dose_max: float
    experiment: str = ""
    flat: bool = False

    def __post_init__(self) -> None:
        """Refuse what can't be an IC50 with its interval."""
        doses = 0 < self.dose_min <= self.dose_max < np.inf
        if not (doses and 0 <= self.low <= self.high and (np.isnan(self.ic50) or self.ic50 >= 0)):
            got = f"{self.ic50:g} ({self.low:g} to {self.high:g}), doses {self.dose_min:g} to {self.dose_max:g}"
            what = f"IC50 of experiment {self.experiment}".strip()
            remedy = "Give the doses tested and 0 and inf for limits that are open."
            raise refusal("IC50", what, "0 <= low <= high, and doses above 0", got, remedy)

    @property
    def open_above(self) -> bool:
        """Tell whether the estimate or its upper limit lies beyond the highest dose."""
        return self.flat or self.ic50 > self.dose_max or self.high > self.dose_max

    @property
    def open_below(self) -> bool:
        """Tell whether the estimate lies below the lowest dose or has no lower limit.

        A lower limit below the lowest dose is one all the same: the control stands at dose 0.
        """
        return self.flat or self.ic50 < self.dose_min or self.low == 0

    @property
    def resolved(self) -> bool:
        """Tell whether the experiment bounds its IC50 on at least one side."""
        return not (self.open_above and self.open_below)

    @property
    def above(self) -> bool:
        """Tell whether the IC50 is known only to lie above a dose."""
        return self.ic50 > self.dose_max or (np.isnan(self.ic50) and self.open_above)

    @property
    def below(self) -> bool:
        """Tell whether the IC50 is known only to lie below a dose."""
        return self.ic50 < self.dose_min or (np.isnan(self.ic50) and self.open_below)

    @property
    def ln(self) -> float:
        """Return ln IC50, or the ln of the dose beyond which it lies.

        Without an estimate that is the limit of the experiment itself, or the last dose where it lies beyond that.
        """
        if np.isnan(self.ic50):
            return float(np.log(min(self.low, self.dose_max) if self.open_above else max(self.high, self.dose_min)))
        return float(np.log(np.clip(self.ic50, self.dose_min, self.dose_max)))

    @property
    def ln_error(self) -> float:
        """Return the standard error of ln IC50 that its own limits give; of the closed side where one is open."""
        reaches = [abs(np.log(limit) - self.ln) for limit in (self.low, self.high) if 0 < limit < np.inf]
        return min(float(np.mean(reaches)) / Z_95, _WIDEST) if reaches else _WIDEST


@dataclass(frozen=True)
class Ic50Estimate:
    """The geometric mean of IC50s over independent experiments with its 95 % interval.

    An open IC50 is NaN: with `low` its lower limit and `high` inf, or with `low` 0 and `high` its upper limit. `n`
    counts the experiments behind it, `between_sd` is their standard deviation of ln IC50 (NaN where unknown),
    `n_open_above` and `n_open_below` count those that are open by themselves. `dose_min` and `dose_max` are the lowest
    and the highest dose of all. `cautions` is the cell of a table.
    """

    ic50: float
    low: float
    high: float
    n: int
    between_sd: float
    n_open_above: int
    n_open_below: int
    dose_min: float
    dose_max: float
    cautions: str


def of_fit(fit: FittedCurve, experiment: str = "") -> ExperimentIc50:
    """Return the IC50 of a fitted curve as one experiment's; a curve without limits leaves it open on both sides."""
    low, high = fit.ic50_interval
    low, high = (0.0 if np.isnan(low) else low), (np.inf if np.isnan(high) else high)
    return ExperimentIc50(fit.ic50, low, high, fit.dose_min, fit.dose_max, experiment)


def over_experiments(experiments: Sequence[ExperimentIc50]) -> Ic50Estimate:
    """Return the IC50 over independent experiments.

    Parameters
    ----------
    experiments : sequence of ExperimentIc50
        One an independent experiment, its wells and plates fitted together before; all doses in one unit.

    Returns
    -------
    Ic50Estimate
        By the rule at the head of this file. With one experiment its own profile interval, as a description.

    Notes
    -----
    Three experiments to a highest dose of 30 (eight doses in triplicate, a well SD of 3 or 8 % of the control), two
    IC50s about 8 and one about 1000: taking flat curves as fitted held the geometric mean of the three in 58 and 85 %
    of 150 studies, leaving them out and the mean open in 97 and 99 %. About 200: 61 and 81 %, then 75 and 99 %: a curve
    that still falls a little isn't flat, and counts where its fit puts it.

    References
    ----------
    N. K. Bakirov and G. J. Szekely, Zap. Nauchn. Sem. POMI 328:5 (2005), https://geodesic.mathdoc.fr/item/ZNSL_2005_328_a0
    (95 % t intervals never miss too often where normal values have unequal variances).

    Examples
    --------
    >>> plates = [ExperimentIc50(ic50, 0.8 * ic50, 1.25 * ic50, 0.01, 100.0) for ic50 in (1.2, 1.5, 2.1)]
    >>> found = over_experiments(plates)
    >>> round(found.ic50, 2), round(found.low, 2), round(found.high, 2), found.n
    (1.56, 0.77, 3.14, 3)

    The same experiments with a highest dose of 3: the upper limit lies beyond it.

    >>> found = over_experiments([ExperimentIc50(p.ic50, p.low, p.high, 0.01, 3.0) for p in plates])
    >>> found.ic50, round(found.low, 2), found.high
    (nan, 0.77, inf)
    """
    if not experiments:
        raise refusal("IC50", "experiments", "at least one", "none", "Give the IC50 of each experiment.")
    used = [one for one in experiments if one.resolved]
    flat = any(one.flat for one in experiments)
    said = _left_out(experiments)
    if len(used) < 2:
        return _of_one(used[0] if used else experiments[0], bool(used), flat, join(*said))
    mean = mean_ln(used)
    opens = sum(one.open_above for one in used), sum(one.open_below for one in used)
    doses = min(one.dose_min for one in used), max(one.dose_max for one in used)
    ic50, low, high = np.exp([mean.mean, mean.low, mean.high]).tolist()
    low = 0.0 if 2 * opens[1] >= len(used) or ic50 < doses[0] else low
    high = np.inf if flat or 2 * opens[0] >= len(used) or ic50 > doses[1] or high > doses[1] else high
    ic50 = ic50 if low > 0 and high < np.inf else float("nan")
    said += [*_on_limits(low, high, doses), *_on_experiments(used)]
    return Ic50Estimate(ic50, low, high, mean.n, mean.sd, *opens, *doses, join(*said))


def mean_ln(used: Sequence[ExperimentIc50], alpha: float = 0.05) -> CensoredMean:
    """Return the mean of ln IC50 over two or more experiments that each bound it; the interval misses in `alpha`."""
    values, above, below, errors = (
        np.array([getattr(one, name) for one in used]) for name in ("ln", "above", "below", "ln_error")
    )
    return censored_mean(values, above, below, errors, alpha)


def _of_one(one: ExperimentIc50, resolved: bool, flat: bool, said: str) -> Ic50Estimate:
    """Return the only experiment's own IC50, open above where another is flat."""
    low, high = 0.0 if one.open_below else one.low, np.inf if flat or one.open_above else one.high
    cell = join(
        said,
        caution("one_experiment", "the interval is that of its own curve") if resolved else "",
        *_on_limits(low, high, (one.dose_min, one.dose_max)),
    )
    ic50 = one.ic50 if low > 0 and high < np.inf else float("nan")
    opens = int(one.open_above), int(one.open_below)
    return Ic50Estimate(ic50, low, high, int(resolved), float("nan"), *opens, one.dose_min, one.dose_max, cell)


def _on_limits(low: float, high: float, doses: tuple[float, float]) -> list[str]:
    found = []
    if high == np.inf:
        found.append(caution("ic50_open_above", f"it may lie beyond the highest dose, {doses[1]:.3g}"))
    if low == 0:
        found.append(caution("ic50_open_below", f"it may lie below the lowest dose, {doses[0]:.3g}"))
    return found


def _on_experiments(used: Sequence[ExperimentIc50]) -> list[str]:
    """Return what the experiments themselves give reason to say."""
    beyond = sum(one.above or one.below for one in used)
    known = sum(not (one.open_above or one.open_below) for one in used)
    found = []
    if known < len(used):
        found.append(caution("open_experiments", f"{len(used) - known} of {len(used)} IC50s"))
    if beyond >= len(used) - 1:
        found.append(caution("scatter_assumed", f"{known} of {len(used)} IC50s known"))
    if not beyond and identical(np.array([one.ln for one in used])):
        found.append(caution("same_ic50s", f"{len(used)} equal IC50s"))
    return [*found, *_on_precision(used), *_on_doses(used)]


def _on_precision(used: Sequence[ExperimentIc50]) -> list[str]:
    """Tell which experiment is far less precise; not of open ones, which must not be left out for being open."""
    closed = [k for k, one in enumerate(used) if not (one.open_above or one.open_below)]
    errors = np.array([used[k].ln_error for k in closed])
    if len(closed) < 3:
        return []
    worst = int(errors.argmax())
    usual = float(np.median(np.delete(errors, worst)))
    if errors[worst] <= LEAST_PRECISE * usual:
        return []
    name = used[closed[worst]].experiment or str(closed[worst] + 1)
    return [caution("unlike_precision", f"experiment {name} is {errors[worst] / usual:.2g} times less precise")]


def _on_doses(used: Sequence[ExperimentIc50]) -> list[str]:
    ends = [np.array([getattr(one, name) for one in used]) for name in ("dose_min", "dose_max")]
    if max(float(end.max() / end.min()) for end in ends) < UNLIKE_RANGES:
        return []
    words = (
        f"lowest doses {ends[0].min():.3g} to {ends[0].max():.3g}, highest {ends[1].min():.3g} to {ends[1].max():.3g}"
    )
    return [caution("unlike_doses", words)]


def _left_out(experiments: Sequence[ExperimentIc50]) -> list[str]:
    flat = sum(one.flat for one in experiments)
    unresolved = sum(not one.resolved for one in experiments) - flat
    counts = {"flat_experiment": flat, "experiment_unresolved": unresolved}
    return [caution(code, f"{count} of {len(experiments)} experiments") for code, count in counts.items() if count]
