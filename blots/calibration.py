"""One scale for the membranes of a replicate, from every sample that they share, in one step.

Where the lysates of one experiment fill several membranes, each membrane has a factor of its own (transfer, antibody,
exposure). Dividing each by its reference lane takes that factor from one lane alone, and its error enters every level
of the membrane. Here ln level = membrane + sample is fitted to all of them by least squares, so that each shared
sample helps, and a membrane without the reference can be used as long as it shares some sample.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from blots.cautions import caution, join
from blots.levels import Level, grouped, mean_level

FloatArray = NDArray[np.float64]


def one_step(levels: Sequence[Level]) -> list[Level]:
    """Bring the membranes of each replicate, target and loading control to one scale.

    Parameters
    ----------
    levels : sequence of Level
        As `read_levels` returns them.

    Returns
    -------
    list of Level
        A replicate on one membrane is left as it is. Membranes that are tied by shared samples become one, named after
        all of them, with one level a sample; membranes that share none stay apart, with a caution where they hold parts
        of one course.

    Notes
    -----
    Of one replicate, lanes with the same role and condition are the same sample, and so are all 0 h lanes of a line:
    no treatment has begun. Lanes of role `reference` are one lysate on all membranes. Levels below detection do not
    tie membranes. Least squares is unweighted; membrane effects sum to zero, and `standard_error` holds their error
    too. Replicates are never calibrated together, so that they stay independent and n stays their number.

    References
    ----------
    S. S. Andrews, S. Rutherford, PLoS ONE 11:e0149575 (2016), doi:10.1371/journal.pone.0149575.

    Examples
    --------
    Membrane b reads twice as high; 0 h and 1 h are on both, 6 h on b alone.

    >>> def level(membrane: str, hours: float, log_ratio: float) -> Level:
    ...     condition = (("hours", hours),)
    ...     return Level(membrane, "1", "treated", condition, "XIAP", "actin", log_ratio, 0.1, False, "")
    >>> lanes = [("a", 0, 0.0), ("a", 1, -1.0), ("b", 0, 0.7), ("b", 1, -0.3), ("b", 6, 0.2)]
    >>> [(found.hours, round(found.log_ratio, 2)) for found in one_step([level(*lane) for lane in lanes])]
    [(0.0, 0.35), (1.0, -0.65), (6.0, -0.15)]
    """
    references = [level for level in levels if level.role == "reference"]
    samples = [level for level in levels if level.role != "reference"]
    calibrated: list[Level] = []
    for own in grouped(samples, lambda level: (level.replicate, level.measure)).values():
        membranes = {level.membrane for level in own}
        if len(membranes) == 1:
            calibrated += own
            continue
        shared = [level for level in references if level.membrane in membranes and level.measure == own[0].measure]
        parts = _tied([*own, *shared])
        calibrated += _said_apart([_on_one_scale(part, own[0].replicate) for part in parts])
    return calibrated + references


def _sample(level: Level) -> Hashable:
    """Return what tells one lysate of a replicate from another."""
    if level.hours == 0 and level.role != "reference":
        return level.line
    return level.role, level.condition


def _ties(level: Level) -> bool:
    return bool(np.isfinite(level.log_ratio)) and not level.censored


def _tied(levels: list[Level]) -> list[list[Level]]:
    """Return the levels in parts whose membranes are tied by samples that they share."""
    parts: list[set[str]] = [{level.membrane} for level in levels]
    for same in grouped((level for level in levels if _ties(level)), _sample).values():
        membranes = {level.membrane for level in same}
        parts = [part for part in parts if not part & membranes] + [
            membranes.union(*(part for part in parts if part & membranes))
        ]
    distinct = dict.fromkeys(frozenset(part) for part in parts)
    return [[level for level in levels if level.membrane in part] for part in distinct]


def _on_one_scale(levels: list[Level], replicate: str) -> list[Level]:
    """Return one level a sample of membranes that are tied."""
    membranes = list(dict.fromkeys(level.membrane for level in levels))
    if len(membranes) == 1:
        return [level for level in levels if level.role != "reference"]
    effects = _membrane_effects(levels, membranes)
    on_scale = np.eye(len(levels)) - effects[[membranes.index(level.membrane) for level in levels]]
    values = np.nan_to_num([level.log_ratio for level in levels])
    errors = np.array([level.standard_error for level in levels])
    ties = [same for same in grouped(filter(_ties, levels), _sample).values() if len({v.membrane for v in same}) > 1]
    words = caution("several_membranes", f"{', '.join(membranes)} are tied by {len(ties)} samples that they share")
    found = []
    for rows in grouped(range(len(levels)), lambda i: (levels[i].role, levels[i].condition)).values():
        mean = mean_level([levels[i] for i in rows])
        usable = [i for i in rows if np.isfinite(levels[i].log_ratio)]
        weights = on_scale[usable].mean(axis=0) if usable else np.full(len(levels), np.nan)
        entering = np.abs(weights) > 1e-12
        found.append(
            replace(
                mean,
                membrane=" + ".join(membranes),
                replicate=replicate,
                log_ratio=float(weights @ values),
                standard_error=float(np.sqrt(np.sum((weights * errors)[entering] ** 2))) if usable else np.nan,
                caution=join(mean.caution, words),
            )
        )
    return found


def _membrane_effects(levels: list[Level], membranes: list[str]) -> FloatArray:
    """Return the weights (n_membranes, n_levels) that make membrane effects, which sum to zero, of the levels."""
    usable = np.array([_ties(level) for level in levels])
    own = np.array([[level.membrane == membrane for membrane in membranes] for level in levels])
    samples = list(grouped(levels, _sample))
    sample = np.array([[_sample(level) == one for one in samples] for level in levels])
    design = np.hstack([own, sample])[usable].astype(np.float64)
    weights = np.zeros((len(membranes), len(levels)))
    weights[:, usable] = np.linalg.pinv(design)[: len(membranes)]
    return np.asarray(weights - weights.mean(axis=0))


def _said_apart(parts: list[list[Level]]) -> list[Level]:
    """Return the levels of all parts, with a caution on those whose course lies on several."""
    membranes = grouped(
        (level for part in parts for level in part if level.role != "reference"), lambda level: level.treatment
    )
    names = {treatment: list(dict.fromkeys(v.membrane for v in levels)) for treatment, levels in membranes.items()}
    return [
        replace(level, caution=join(level.caution, _untied(names[level.treatment])))
        if len(names.get(level.treatment, ())) > 1
        else level
        for part in parts
        for level in part
    ]


def _untied(membranes: list[str]) -> str:
    return caution("membranes_untied", f"{' and '.join(membranes)} share no sample that both show")
