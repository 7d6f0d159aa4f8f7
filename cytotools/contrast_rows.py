"""Rows of comparisons.csv: contrasts of conditions planned by name, tested as one family, on a scale one can read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, logit

from cytotools.contrast_families import find_contrasts
from cytotools.experiments import Group, caution, grouped, join, label
from cytotools.fractions import averaged, level_of
from cytotools.logit_contrasts import Contrast, Finding, Observation, lacking

COMPARISON_COLUMNS = (
    "quantity",
    "contrast",
    "scale",
    "estimate",
    "low",
    "high",
    "p_value",
    "p_adjusted",
    "n",
    "caution",
)
NAN = float("nan")


@dataclass(frozen=True)
class Planned:
    """One comparison to be made: the conditions that it weighs, the condition of interest first with weight 1.

    `scales` are the scales on which it is told: difference (in fraction, from what the other conditions predict) and
    odds_ratio.
    """

    quantity: str
    contrast: str
    weights: tuple[tuple[Group, float], ...]
    scales: tuple[str, ...] = ("difference",)
    cautions: tuple[str, ...] = ()

    @property
    def group(self) -> Group:
        """Return the condition of interest."""
        return self.weights[0][0]


def against(group: Group, others: Sequence[Group], sign: float = 1.0) -> tuple[tuple[Group, float], ...]:
    """Return the weights of a condition less the mean of others, or of its reverse."""
    return ((group, sign), *((other, -sign / len(others)) for other in others))


def added(*parts: tuple[tuple[Group, float], ...]) -> tuple[tuple[Group, float], ...]:
    """Return the sum of contrasts; conditions whose weights cancel stay out of it."""
    sums: dict[Group, float] = {}
    for group, weight in (pair for part in parts for pair in part):
        sums[group] = sums.get(group, 0.0) + weight
    return tuple((group, weight) for group, weight in sums.items() if abs(weight) > 1e-12)


def family_rows(planned: Sequence[Planned]) -> list[list[dict[str, Any]]]:
    """Return the rows of each comparison, a row a scale; all comparisons given are adjusted together.

    Examples
    --------
    >>> from cytotools.fractions import Fraction
    >>> def group(role, *values):
    ...     made = tuple(Fraction(v, 0.0, 1.0, 8000) for v in values)
    ...     return Group(role, (("hours", 24.0),), "total", ("1", "2", "3"), ("1", "2", "3"), made, ())
    >>> control, treated = group("vehicle", 0.08, 0.10, 0.12), group("treated", 0.18, 0.20, 0.25)
    >>> [[row]] = family_rows([Planned("total", "treated against vehicle", against(treated, [control]))])
    >>> round(row["estimate"], 3), row["n"], row["p_value"] < 0.05
    (0.111, 3, True)
    """
    groups = list(dict.fromkeys(group for plan in planned for group, _ in plan.weights))
    contrasts = [Contrast(tuple((groups.index(g), w) for g, w in plan.weights)) for plan in planned]
    observations = _paired_by(groups, contrasts, _share_hours(planned))
    findings = find_contrasts(observations, contrasts)
    return [_rows(plan, finding) for plan, finding in zip(planned, findings, strict=True)]


def unanswered(group: Group, quantity: str, contrast: str, scale: str, words: str) -> dict[str, Any]:
    """Return the row of a comparison that has nothing to compare with."""
    row = dict(group.condition) | {"quantity": quantity, "contrast": contrast, "scale": scale, "n": 0}
    row |= dict.fromkeys(("estimate", "low", "high", "p_value", "p_adjusted"), NAN)
    return row | {"caution": join([*group.cautions, words])}


def _share_hours(planned: Iterable[Planned]) -> bool:
    """Return whether every comparison can be taken within the hours of its lines."""
    for plan in planned:
        places = grouped(plan.weights, lambda pair: (pair[0].line, label(pair[0].value("hours"))))
        if any(abs(sum(weight for _, weight in part)) > 1e-9 for part in places.values()):
            return False
    return True


def _paired_by(groups: Sequence[Group], contrasts: Sequence[Contrast], share_hours: bool) -> list[Observation]:
    """Return the observations by replicate, or by batch where only that pairs them."""
    by_replicate, by_batch = (_observations(groups, key, share_hours) for key in ("experiments", "batches"))
    short = [sum(lacking(found, contrast) for contrast in contrasts) for found in (by_replicate, by_batch)]
    repeated = min((sum(o.condition == i for o in by_batch) for i in range(len(groups))), default=0) > 1
    return by_batch if short[1] < short[0] and repeated else by_replicate


def _observations(groups: Sequence[Group], key: str, share_hours: bool) -> list[Observation]:
    found = []
    for place, group in enumerate(groups):
        part = "/".join(map(label, group.line))
        hours = label(group.value("hours")) if share_hours else ""
        named = grouped(zip(getattr(group, key), group.fractions, strict=True), lambda pair: pair[0])
        for name, repeats in named.items():
            fraction = averaged([fraction for _, fraction in repeats])
            found.append(Observation(place, str(name), fraction, part, f"{name}/{hours}"))
    return found


def _rows(plan: Planned, finding: Finding) -> list[dict[str, Any]]:
    cautions = [text for group, _ in plan.weights for text in group.cautions]
    cell = join([*cautions, *plan.cautions, *_on_finding(plan, finding)])
    tests = {"p_value": finding.p_value, "p_adjusted": finding.p_adjusted, "n": finding.n, "caution": cell}
    rows = []
    for scale in plan.scales:
        estimate, low, high = _on_scale(plan, finding, scale)
        names = {"quantity": plan.quantity, "contrast": plan.contrast, "scale": scale}
        rows.append(dict(plan.group.condition) | names | {"estimate": estimate, "low": low, "high": high} | tests)
    return rows


def _on_scale(plan: Planned, finding: Finding, scale: str) -> tuple[float, float, float]:
    """Return estimate and limits as odds ratios, or as fractions less what the other conditions predict.

    The prediction is taken as observed: how far other experiments would move it is no part of the limits, which
    exclude 0 exactly when p_value < 0.05.
    """
    shifts = np.array([finding.shift, finding.low, finding.high])
    if scale == "odds_ratio":
        estimate, low, high = np.exp(np.clip(shifts, -700.0, 700.0)).tolist()
        return estimate, low, high
    predicted = -sum(weight * float(logit(level_of(group.fractions))) for group, weight in plan.weights[1:])
    estimate, low, high = (expit(predicted + shifts) - expit(predicted)).tolist()
    return estimate, low, high


def _on_finding(plan: Planned, finding: Finding) -> list[str]:
    found = []
    if "unpaired" in finding.basis:
        counts = " against ".join(str(len(set(group.experiments))) for group, _ in plan.weights)
        found.append(caution("unpaired", f"{counts} experiments"))
    if np.isnan(finding.p_value):
        found.append(caution("one_experiment", "the limits hold no scatter between experiments"))
    if finding.identical:
        found.append(caution("same_fractions", "equal differences"))
    if finding.lacking:
        found.append(caution("incomplete_pairs", f"{finding.lacking} experiments lack a part of it"))
    if finding.unequal:
        found.append(caution("unequal_scatter", "its own scatter alone was used"))
    return found
