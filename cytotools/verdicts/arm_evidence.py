"""What arms with and without an agent say of a mechanism."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cytotools.labels import assay_label
from cytotools.number_words import fold, interval
from cytotools.verdicts.arm_contrasts import ASSAYS, QUANTITIES, AddedAgent, Arm, StudyArms, added_agents, remaining
from cytotools.verdicts.evidence import Evidence
from cytotools.verdicts.resistance_cautions import caution
from cytotools.verdicts.resistance_rules import Measurement
from cytotools.verdicts.treatments import Line


@dataclass(frozen=True)
class Scale:
    """How a contrast of one assay is shown and which limit it has."""

    limit: str
    words: str
    ratio: bool

    def shown(self, values: Sequence[float]) -> list[float]:
        """Return an estimate and its limits as they are shown; a viability falls where death grows."""
        if self.ratio:
            return [float(value) for value in np.exp(values)]
        value, low, high = values
        return [-value, -high, -low]

    def threshold(self, rule: Measurement) -> float:
        """Return the limit on the scale of the contrast."""
        value = rule.limit(self.limit)
        return float(abs(np.log(value))) if self.ratio else value


SCALES: Mapping[str, Scale] = {
    "flow": Scale("odds_ratio", "odds ratio", True),
    "caspase": Scale("caspase_fold", "ratio of caspase activity", True),
    "viability": Scale("viability", "difference in viability", False),
    "mtt": Scale("viability", "difference in viability", False),
}
Find = Callable[[Sequence[Arm]], list[AddedAgent]]


def added_evidence(
    study: StudyArms, line: Line, smac: str, rule: Measurement, class_of: Callable[[str], str]
) -> Evidence | None:
    """Return whether an added agent changes death under the Smac mimetic; None where no such arms were run."""

    def find(arms: Sequence[Arm]) -> list[AddedAgent]:
        return added_agents(arms, smac, rule.agent, rule.beside, rule.alone == "taken out", class_of)

    chosen = _chosen(study, line, rule.of, find)
    if chosen is None:
        return None
    assay, found = chosen
    sign = 1.0 if rule.effect == "more" else -1.0
    threshold = SCALES[assay].threshold(rule)
    tested = [one for one in found if one.contrast.errors]
    adjusted = [_limits(one, sign, 0.05 / max(len(tested), 1)) for one in tested]
    helps = [
        (low, one)
        for one, (low, _) in zip(tested, adjusted, strict=True)
        if low > 0 and sign * one.contrast.estimate >= threshold
    ]
    if helps:
        best = max(helps, key=lambda pair: pair[0])[1]
        return _told("supported", assay, best, rule, len(tested))
    first = max(tested or found, key=lambda one: sign * one.contrast.estimate)
    excluded = bool(tested) and all(_limits(one, sign, 0.05)[1] < threshold for one in tested)
    return _told("against" if excluded else "not resolved", assay, first, rule, 1)


def remaining_evidence(
    study: StudyArms, line: Line, smac: str, rule: Measurement, class_of: Callable[[str], str]
) -> Evidence | None:
    """Return whether an inhibitor leaves death under the Smac mimetic: it can speak against a mechanism only."""

    def find(arms: Sequence[Arm]) -> list[AddedAgent]:
        return remaining(arms, smac, rule.agent, "necroptosis_inhibitor", class_of)

    chosen = _chosen(study, line, rule.of, find)
    if chosen is None:
        return None
    assay, found = chosen
    threshold = SCALES[assay].threshold(rule)
    tested = [one for one in found if one.contrast.errors]
    first = max(tested or found, key=lambda one: one.contrast.estimate)
    gone = bool(tested) and all(_limits(one, 1.0, 0.05)[1] < threshold for one in tested)
    return _told("against" if gone else "not resolved", assay, first, rule, 1)


def _limits(one: AddedAgent, sign: float, alpha: float) -> tuple[float, float]:
    low, high = one.contrast.limits(alpha)
    return (low, high) if sign > 0 else (-high, -low)


def _chosen(study: StudyArms, line: Line, of: str, find: Find) -> tuple[str, list[AddedAgent]] | None:
    """Return the first assay that tests the arms, else the first that has them."""
    found = [(assay, find(study.of(assay, of).get(line, []))) for assay in ASSAYS if (assay, of) in QUANTITIES]
    found = [(assay, pairs) for assay, pairs in found if pairs]
    tested = [(assay, pairs) for assay, pairs in found if any(pair.contrast.errors for pair in pairs)]
    return next(iter(tested or found), None)


def _told(grade: str, assay: str, one: AddedAgent, rule: Measurement, family: int) -> Evidence:
    scale = SCALES[assay]
    value, low, high = scale.shown([one.contrast.estimate, *one.contrast.limits(0.05 / family)])
    both, without = str(one.arm), str(one.without)
    hours = f" at {one.arm.hours:g} h" if one.arm.hours >= 0 else ""
    alone = f", {one.added.name} alone taken out" if one.alone_taken_out else ""
    quantity = f"{scale.words} of {rule.of}, {both} against {without}{alone}"
    at_once = f", {family} arms at once" if family > 1 else ""
    limits = interval(low, high, fold, f"scatter pooled over arms{at_once}" if one.contrast.errors else "")
    means = _means(one) if assay == "flow" else ""
    told = f"{rule.of} by {assay_label(assay)}{hours}: {both} against {without}{means}"
    told += f", {scale.words} {fold(value)} {limits}{alone}; n = {one.contrast.n}"
    said = []
    if not one.contrast.errors:
        said.append(caution("one_of_each", f"{both}, {assay_label(assay)}"))
    if rule.alone == "taken out" and not one.alone_taken_out:
        said.append(caution("alone_missing", one.added.name))
    if len(one.without.agents) > (2 if rule.beside else 1):
        said.append(caution("other_agents", without))
    if not one.contrast.paired:
        said.append(caution("arms_unpaired", f"{both} against {without}"))
    if family > 1:
        said.append(caution("several_arms", f"{family} of them"))
    return Evidence(grade, told, quantity, value, low, high, one.contrast.n, tuple(said))


def _means(one: AddedAgent) -> str:
    """Return the mean fractions of both arms in words."""
    with_it, without = (100 / (1 + np.exp(-np.mean(list(arm.values.values())))) for arm in (one.arm, one.without))
    return f", {with_it:.0f} % against {without:.0f} %"
