"""Assays that contradict each other: which patterns do, what each asks, and what to do at the bench."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cytotools.experiments import grouped
from cytotools.number_words import finite, listed
from cytotools.verdicts.assay_effects import Effect
from cytotools.verdicts.effect_sizes import LACKS, SHOWS, WEAK, over_hours
from cytotools.verdicts.verdict_cautions import CAUTIONS

APOPTOSIS = ("annexin", "caspase", "cleavage")
LONG_BEFORE = 1 / 3  # a harvest before this share of the hour at which another assay shows the effect proves nothing
STRONG = {"annexin_without_loss": 0.2, "dead_but_bands_unchanged": 0.7}
BEFORE_LOSS = 12.0  # hours that a cell which binds Annexin V may still reduce a dye and hold ATP


@dataclass(frozen=True)
class Rule:
    """A pattern: `shows` is clearly there, and of `lacks` one or more are clearly not and none is there at all."""

    code: str
    shows: str
    lacks: tuple[str, ...]
    asks: str


RULES: tuple[Rule, ...] = (
    Rule("viability_without_apoptosis", "viability", APOPTOSIS, "cytostasis or necrosis?"),
    Rule("caspase_without_annexin", "caspase", ("annexin",), "calcium lost, or Annexin V read too early?"),
    Rule(
        "annexin_without_caspase",
        "annexin",
        ("caspase", "cleavage"),
        "harvest damage, caspase read at the wrong hour, or death without caspases?",
    ),
    Rule("annexin_without_loss", "annexin", ("viability",), "harvest damage, or a plate that does not see death?"),
    Rule("dye_without_annexin", "dye", ("annexin",), "primary necrosis, bare nuclei or lost Annexin V?"),
    Rule("cleaved_without_caspase", "cleavage", ("caspase",), "caspase read at the wrong hour, or another protease?"),
    Rule("caspase_without_cleaved", "caspase", ("cleavage",), "floating cells left out of the lysate?"),
    Rule("target_without_death", "target", ("annexin", "caspase", "viability"), "target met, death blocked?"),
    Rule("dead_but_bands_unchanged", "viability", ("target",), "dead cells left out of the lysate?"),
)


@dataclass(frozen=True)
class Contradiction:
    """A pattern found under one condition: the effects that show it and those that lack it."""

    rule: Rule
    key: Hashable
    shows: tuple[Effect, ...]
    lacks: tuple[Effect, ...]

    @property
    def code(self) -> str:
        """Return the code of its caution."""
        return self.rule.code

    @property
    def too_early(self) -> bool:
        """Tell whether what lacks was harvested so long before that it proves nothing."""
        return harvested_long_before(self.lacks, self.shows)

    @property
    def numbers(self) -> str:
        """Return both sides in words, each at its most telling hour."""
        lacking = [
            max(own, key=lambda e: e.high) for own in grouped(self.lacks, lambda e: (e.method, e.quantity)).values()
        ]
        return f"{strongest(self.shows).words} but {listed([effect.words for effect in lacking])}"

    @property
    def checks(self) -> str:
        """Return what to do at the bench."""
        return CAUTIONS[self.code][2]


def contradictions(effects: Sequence[Effect]) -> list[Contradiction]:
    """Return every pattern of `RULES` in the conditions of a study.

    Parameters
    ----------
    effects : sequence of Effect
        Of `assay_effects`.

    Returns
    -------
    list of Contradiction
        One a rule and condition. A method shows an effect when any of its hours does, and lacks it only when every
        hour excludes it; weak effects and open intervals contradict nothing.

    Examples
    --------
    >>> place = (("compound", "A"), ("dose", 1.0))
    >>> fall = Effect(place, 72.0, "viability", "viability", "loss", 0.6, 0.5, 0.7, 3, SHOWS)
    >>> none = Effect(place, 24.0, "annexin", "flow", "Annexin V positive", 0.01, -0.02, 0.04, 3, LACKS)
    >>> [(found.code, found.too_early) for found in contradictions([fall, none])]
    [('viability_without_apoptosis', False)]
    """
    of_condition = grouped(effects, lambda effect: effect.key)
    return [found for key, own in of_condition.items() for rule in RULES for found in _found(rule, key, own)]


def _found(rule: Rule, key: Hashable, effects: Sequence[Effect]) -> Iterator[Contradiction]:
    states = method_states(effects)
    if states.get(rule.shows) != SHOWS or any(states.get(method) in (SHOWS, WEAK) for method in rule.lacks):
        return
    shows = tuple(e for e in effects if e.method == rule.shows and e.state == SHOWS)
    lacks = tuple(e for e in effects if e.method in rule.lacks and states[e.method] == LACKS)
    shows, lacks = _comparable(rule.code, shows, lacks)
    if shows and lacks:
        yield Contradiction(rule, key, shows, lacks)


def _comparable(
    code: str, shows: tuple[Effect, ...], lacks: tuple[Effect, ...]
) -> tuple[tuple[Effect, ...], tuple[Effect, ...]]:
    """Return the effects of both sides that a rule holds against each other: the strong ones, at hours that follow."""
    strong = STRONG.get(code)
    if strong is None or not lacks:
        return shows, lacks
    shows = tuple(effect for effect in shows if effect.low > strong)
    wait = BEFORE_LOSS if code == "annexin_without_loss" else 0.0
    first = min((effect.hours for effect in shows), default=float("nan"))
    return shows, tuple(effect for effect in lacks if effect.hours >= first + wait)


def method_states(effects: Sequence[Effect]) -> dict[str, str]:
    """Return the state of each method under one condition, over its hours; of several quantities the one that shows.

    Examples
    --------
    >>> place = (("compound", "A"),)
    >>> method_states([Effect(place, h, "caspase", "caspase", "fold", 1.0, 0.9, 1.1, 3, s) for h, s in
    ...                ((6.0, "lacks"), (24.0, "shows"))])
    {'caspase': 'shows'}
    """
    return {
        method: over_hours(effect.state for effect in own)
        for method, own in grouped(effects, lambda effect: effect.method).items()
    }


def strongest(effects: Sequence[Effect]) -> Effect:
    """Return the effect that is clearest: the one with the highest lower limit."""
    return max(effects, key=lambda effect: effect.low)


def harvested_long_before(lacking: Sequence[Effect], showing: Sequence[Effect]) -> bool:
    """Tell whether all of one side were harvested before a third of the first hour of the other."""
    late = [effect.hours for effect in showing if finite(effect.hours)]
    early = [effect.hours for effect in lacking if finite(effect.hours)]
    return bool(late and early) and max(early) < LONG_BEFORE * min(late)


def supporting_methods(states: Mapping[str, str]) -> tuple[str, ...]:
    """Return the methods that support apoptosis under one condition: it takes two before it is claimed.

    Examples
    --------
    >>> supporting_methods({"annexin": "shows", "viability": "shows", "caspase": "weak"})
    ('annexin', 'caspase')
    """
    return tuple(method for method in APOPTOSIS if states.get(method) in (SHOWS, WEAK))
