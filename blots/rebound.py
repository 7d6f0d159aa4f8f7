"""Does a protein fall after treatment, and does it come back: the verdict on one time course, with its error rate held.

A rebound is two claims, each tested at one-sided 5 %: a loss from the reference to some later hours, and a rise
from them to a still later one. Both must hold (intersection-union), and each is the largest of many contrasts
compared with the exact distribution of the largest (see `blots.contrasts`), so that choosing the nadir and the peak
by eye is paid for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from blots.cautions import caution, join
from blots.courses import Course, read_course
from blots.evidence import Evidence, weigh

TWO_FOLD = np.log(2.0)


@dataclass(frozen=True)
class Rebound:
    """The verdict on one time course and the folds that it rests on.

    Attributes
    ----------
    verdict : str
        The first that holds: "overshoot" (loss and rise significant, and a level after the nadir significantly
        above the reference), "rebound" (loss and rise), "sustained loss" (loss), "induction" (a level above the
        reference), "no loss" (the interval of the mean of all later hours over the reference excludes a 2-fold
        loss), "not resolved".
    nadir_hours, nadir_fold, nadir_low, nadir_high : float
        The nadir and its level over the reference. The nadir is the lowest trough of a significant rise where there
        is one, else the lowest level among those with a significant loss, else the lowest level. `nadir_high` is below
        1 exactly when the loss to the nadir is significant.
    possible_nadir_hours : tuple of float
        The hours that may hold the lowest level, at 95 % together; all later ones without a test.
    rebound_hours, rebound_fold, low, high : float
        The highest level from the nadir on over the nadir, and its hour; 1 (hour NaN) where no later level is
        higher. `low` is above 1 exactly when the rise is significant. Where the nadir is the last hour, `low` and
        `high` bound the largest rise from any lost level to a later one, the only rise that could be seen; with no
        such pair the fold is NaN, from 0 to inf.
    p_value, loss_p_value, rise_p_value : float
        Of the loss to the nadir, of the rise from it, and the larger of the two; NaN where they can't be stated.
    n : int
        Independent replicates with at least two usable hours.
    caution : str
        Stable codes with words, empty where there is nothing to say.
    """

    verdict: str
    nadir_hours: float
    nadir_fold: float
    nadir_low: float
    nadir_high: float
    possible_nadir_hours: tuple[float, ...]
    rebound_hours: float
    rebound_fold: float
    low: float
    high: float
    p_value: float
    loss_p_value: float
    rise_p_value: float
    n: int
    caution: str


def find_rebound(
    log_ratios: ArrayLike,
    hours: ArrayLike,
    standard_errors: ArrayLike | None = None,
    censored: ArrayLike | None = None,
) -> Rebound:
    """Judge whether a level falls after the reference hour and rises again.

    Parameters
    ----------
    log_ratios : array_like, shape (n_replicates, n_times)
        Natural logarithm of target over loading control; NaN where missing. A row is an independent experiment:
        average technical repeats first. Each row may have its own offset (gel, exposure); the model takes it out.
    hours : array_like, shape (n_times,)
        In any order, each once. The smallest is the reference.
    standard_errors : array_like, shape (n_replicates, n_times), optional
        Measurement error of each entry (same units); NaN counts as unknown. With two or more replicates the scatter
        between them already holds it, so it is a floor only: no contrast gets a standard error below the one that
        the measurement errors alone give it. One replicate has no limits: its bands do not tell how far the next
        experiment would lie.
    censored : array_like of bool, shape (n_replicates, n_times), optional
        True where the entry is an upper limit (a band under its detection limit).

    Returns
    -------
    Rebound

    Raises
    ------
    InvalidTimeCourse
        Shapes differ, an hour appears twice or is no number, a value is infinite, fewer than two hours hold data,
        or the reference has none.

    Notes
    -----
    Additive model blot + hour by least squares, which allows for missing entries (a replicate without the reference
    informs the later hours). Loss: largest (reference - hour) / se. Rise: largest (hour - mean of consecutive earlier
    hours) / se after the reference, from hours with a significant loss, where there is one. Induction and overshoot:
    largest (hour - reference) / se. `low` and `high` are simultaneous over the whole family: estimate -+ c se, c the
    critical value of the test. With fewer than three hours after the reference the tests are two-sided, so that they
    agree with intervals of 95 %. The intervals are for the fold at the reported nadir, whichever the data chose.

    se: every hour has a variance of its own, drawn towards that of all hours (of the later hours alone, for a rise),
    and no entry has less than its measurement error; see `blots.scatter`.

    Censored entries enter as their limits, which understates the loss and the rise from them: `nadir_low` is then 0
    and `high` infinite. An hour with a censored entry never counts as a rise, induction or overshoot, nor towards
    "no loss", and a censored reference leaves the verdict not resolved, since no fold over it can be stated.

    Normal errors of one variance hold the 5 % exactly, and t errors with 5 degrees of freedom nearly. Where one or
    two of five later hours are three times noisier than the others and no standard errors say so, 5 to 7 % of plateaus
    are called a rebound (benchmarks/rebound_error_rates.csv). Limits of detection
    make the test cautious.

    References
    ----------
    R. L. Berger, Technometrics 24:295 (1982), doi:10.2307/1267823 (intersection-union tests).
    C. W. Dunnett, JASA 50:1096 (1955), doi:10.1080/01621459.1955.10501294 (many comparisons with one control).
    G. K. Smyth, Stat. Appl. Genet. Mol. Biol. 3:3 (2004), doi:10.2202/1544-6115.1027 (moderated variances).
    S. L. Petersen et al., PNAS 107:11936 (2010), doi:10.1073/pnas.1005667107 (rebound of cIAP2).

    Examples
    --------
    >>> blots = [[1.0, 0.3, 0.10, 0.12, 0.9, 2.4], [1.0, 0.4, 0.13, 0.10, 1.1, 2.9], [1.0, 0.3, 0.11, 0.11, 0.8, 2.2]]
    >>> found = find_rebound(np.log(blots), hours=[0, 1, 3, 6, 12, 24])
    >>> found.verdict, found.rebound_hours, round(found.rebound_fold)
    ('overshoot', 24.0, 23)
    """
    course = read_course(log_ratios, hours, standard_errors, censored)
    if course.censored[:, 0].any():
        return _without_fold(course)
    return _judgement(weigh(course))


def not_resolved(caution: str, n: int = 0) -> Rebound:
    """Return the answer of a course that can't be judged, for the reason given.

    Examples
    --------
    >>> not_resolved("no_reference: no usable lane at 0 h").verdict
    'not resolved'
    """
    nan = float("nan")
    return Rebound("not resolved", nan, nan, nan, nan, (), nan, nan, nan, nan, nan, nan, nan, n, caution)


class _Rise(NamedTuple):
    """The rise from a nadir: hour and fold of the peak, limits of the fold, p-value."""

    hours: float
    fold: float
    low: float
    high: float
    p_value: float


def _judgement(evidence: Evidence) -> Rebound:
    nadir = _nadir(evidence)
    rise = _rise_from(evidence, nadir)
    loss_p = _loss_p(evidence, nadir)
    verdict = _verdict(evidence, nadir)
    return Rebound(
        verdict,
        float(evidence.course.hours[nadir]),
        *_nadir_fold(evidence, nadir),
        tuple(float(hour) for hour in evidence.course.hours[evidence.possible_nadirs]),
        *rise[:4],
        float(np.maximum(loss_p, rise.p_value)),
        loss_p,
        rise.p_value,
        len(evidence.course.values),
        join(*evidence.course.cautions, *_cautions(evidence, nadir, rise, verdict)),
    )


def _verdict(evidence: Evidence, nadir: int) -> str:
    lost, risen = bool(evidence.lost.any()), bool(evidence.risen.any())
    if lost and risen:
        return "overshoot" if evidence.induced[nadir + 1 :].any() else "rebound"
    if lost:
        return "sustained loss"
    if evidence.induced.any():
        return "induction"
    if evidence.tested and evidence.countable.all() and evidence.mean_low > -TWO_FOLD:
        return "no loss"
    return "not resolved"


def _nadir(evidence: Evidence) -> int:
    """Return the column of the nadir, as the attributes of `Rebound` define it."""
    candidates = evidence.troughs
    if evidence.risen.any():
        candidates = np.isin(np.arange(len(evidence.levels)), evidence.lowest_earlier[evidence.risen])
    return int(np.argmin(np.where(candidates, evidence.levels, np.inf)))


def _loss_p(evidence: Evidence, nadir: int) -> float:
    return evidence.loss.p_value(evidence.loss.family.earlier[:, nadir])


def _nadir_fold(evidence: Evidence, nadir: int) -> tuple[float, float, float]:
    """Return the nadir over the reference and its limits."""
    chosen = evidence.loss.family.earlier[:, nadir]
    low = float(np.exp(-evidence.loss.upper(chosen))) if evidence.countable[nadir] else 0.0
    return float(np.exp(evidence.levels[nadir])), low, float(np.exp(-evidence.loss.lower(chosen)))


def _rise_from(evidence: Evidence, nadir: int) -> _Rise:
    """Return the rise from the nadir; where that is the last hour, the limits of the largest rise before it.

    A run of hours whose lowest is the nadir bounds the rise from below: the rise from its lowest is larger than that
    from its mean.
    """
    family = evidence.rise.family
    onwards = evidence.from_troughs & (evidence.lowest_earlier == nadir)
    seen = onwards if onwards.any() else evidence.from_troughs
    if not seen.any():
        return _Rise(np.nan, np.nan, 0.0, np.inf, np.nan)
    counted, pairs = seen & evidence.countable[family.later], seen & family.single
    known = evidence.countable[evidence.lowest_earlier[pairs]].all()
    upper = evidence.rise.upper(pairs) if known else np.inf
    return _Rise(
        *_peak(evidence, counted & onwards & family.single),
        float(np.exp(evidence.rise.lower(counted))),
        float(np.exp(np.maximum(upper, 0.0))),
        evidence.rise.p_value(counted),
    )


def _peak(evidence: Evidence, pairs: NDArray[np.bool_]) -> tuple[float, float]:
    """Return hour and fold of the highest later level; where none is higher, the nadir over itself."""
    if not pairs.any() or evidence.rise.estimates[pairs].max() <= 0:
        return np.nan, 1.0
    best = int(np.argmax(np.where(pairs, evidence.rise.estimates, -np.inf)))
    return float(evidence.course.hours[evidence.rise.family.later[best]]), float(np.exp(evidence.rise.estimates[best]))


def _cautions(evidence: Evidence, nadir: int, rise: _Rise, verdict: str) -> list[str]:
    hours = evidence.course.hours
    found = [_on_replicates(evidence), _on_limits(evidence)]
    if len(hours) == 2:
        found.append(caution("two_hours", f"a rise after {hours[-1]:g} h was not looked for"))
    elif nadir == len(hours) - 1:
        found.append(caution("nothing_after_nadir", f"the lowest level is at {hours[-1]:g} h, the last hour"))
    if verdict == "sustained loss":
        found.append(caution("rise_not_excluded", _not_excluded(evidence, nadir, rise)))
    return found


def _limit(fold: float) -> str:
    return f"a rise up to {fold:.3g}-fold" if fold >= 1.005 else "a rise of less than 1 %"


def _not_excluded(evidence: Evidence, nadir: int, rise: _Rise) -> str:
    hour, is_last = f"{evidence.course.hours[nadir]:g} h", nadir == len(evidence.levels) - 1
    if not np.isfinite(rise.high):
        return f"no rise after {hour} is excluded, of whatever size"
    if is_last:
        return f"{_limit(rise.high)} before {hour}, and any rise after it, is not excluded"
    return f"{_limit(rise.high)} from {hour} is not excluded"


def _on_replicates(evidence: Evidence) -> str:
    if not evidence.tested:
        return caution("one_replicate", "one replicate, an effect without a test or limits")
    if evidence.is_identical:
        return caution("identical_replicates", "no scatter between the replicates")
    if evidence.is_floored:
        return caution("measurement_error_larger", "the error of the bands exceeds the scatter between replicates")
    return ""


def _on_limits(evidence: Evidence) -> str:
    hours = evidence.course.hours[~evidence.countable]
    if not len(hours):
        return ""
    return caution("below_detection", f"{', '.join(f'{hour:g}' for hour in hours)} h enter as upper limits")


def _without_fold(course: Course) -> Rebound:
    """Return the answer where the reference itself is an upper limit: no fold over it can be stated."""
    share = f"{int(course.censored[:, 0].sum())} of {len(course.values)} replicates"
    words = f"{course.hours[0]:g} h is under the detection limit in {share}"
    return not_resolved(join(*course.cautions, caution("reference_below_detection", words)), n=len(course.values))
