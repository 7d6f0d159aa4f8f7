"""Assays that contradict each other: which patterns do, what each asks, and what to do at the bench."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from scipy.special import ndtri

from cytotools.experiments import grouped
from cytotools.fractions import Z_95
from cytotools.number_words import finite, listed
from cytotools.verdicts.assay_effects import APOPTOSIS, Effect
from cytotools.verdicts.effect_sizes import EARLY, GONE, LACKS, OPEN, SHOWS, SIZES, WEAK, over_hours
from cytotools.verdicts.verdict_cautions import CAUTIONS

# How clearly the one side must show: caspase kits see one dying cell in forty, a culture that loses few cells grows on.
STRONG = {"caspase_without_annexin": 2.0, "annexin_without_loss": 0.2, "dead_but_bands_unchanged": 0.7}
HALF_AS_LATE = 0.5
BESIDE = 0.6  # of the hour at which viability falls: dead cells of that time are still to be seen
PASSED = 1.9  # caspase activity read this many times later than Annexin V may be over
FOLD_PER_FRACTION = (
    20.0  # of caspase, of cells with Annexin V: one in forty makes 1.5-fold, so few of them explain little
)
FEW_OF_DEAD = 0.5  # of the dye-positive cells alone: fewer with Annexin V have lost it, or never had it
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
    def asks(self) -> str:
        """Return the question that it raises, with the hours where they may answer it."""
        late, early = (max(e.hours for e in side) for side in (self.shows, self.lacks))
        return f"read {late - early:g} h too early, {self.rule.asks}" if early < late else self.rule.asks

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
    >>> [(found.code, found.asks) for found in contradictions([fall, none])]
    [('viability_without_apoptosis', 'read 48 h too early, cytostasis or necrosis?')]
    """
    of_condition = grouped(effects, lambda effect: effect.key)
    return [found for key, own in of_condition.items() for rule in RULES for found in _found(rule, key, own)]


def _found(rule: Rule, key: Hashable, effects: Sequence[Effect]) -> Iterator[Contradiction]:
    states = method_states(effects)
    shows = tuple(e for e in effects if e.method == rule.shows and e.state == SHOWS)
    if rule.code == "dye_without_annexin":
        few = tuple(e for e in effects if e.method == "annexin" and any(_outnumbered(e, dye) for dye in shows))
        if few:
            yield Contradiction(rule, key, shows, few)
        return
    if rule.code == "viability_without_apoptosis":
        states |= {method: LACKS for method in rule.lacks if _small_beside(effects, method, shows)}
    if any(states.get(method) in (SHOWS, WEAK) for method in rule.lacks):
        return
    shows = tuple(effect for effect in shows if effect.low > STRONG.get(rule.code, -1.0))
    lacks = tuple(e for e in effects if e.method in rule.lacks and states[e.method] == LACKS and e.state != GONE)
    lacks = tuple(e for e in lacks if shows and _comparable(rule.code, e, lacks, shows, effects))
    if rule.code == "caspase_without_annexin" and shows:
        explained = (strongest(shows).low - 1) / FOLD_PER_FRACTION
        lacks = tuple(e for e in lacks if e.high < explained)
    if shows and lacks:
        yield Contradiction(rule, key, shows, lacks)


def _outnumbered(annexin: Effect, dye: Effect) -> bool:
    """Tell whether the dye alone marks at one hour far more cells than Annexin V does."""
    return annexin.hours == dye.hours and annexin.high < FEW_OF_DEAD * dye.low


def _small_beside(effects: Sequence[Effect], method: str, falls: Sequence[Effect]) -> bool:
    """Tell whether apoptosis, though told from none, is too small for the fall of viability that it was read beside.

    Read long before the fall, it is so only beside another method that clearly sees none.
    """
    own = [effect for effect in effects if effect.method == method]
    first = min((effect.hours for effect in falls), default=float("nan"))
    if not own or not all(effect.state == LACKS or effect.high < SIZES[method].lacks for effect in own):
        return False
    latest = max(effect.hours for effect in own)
    others = (e for e in effects if e.method in APOPTOSIS and e.method != method)
    return latest >= BESIDE * first or (latest > EARLY and any(e.state == LACKS and e.hours > EARLY for e in others))


def _comparable(
    code: str, effect: Effect, lacks: Sequence[Effect], shows: Sequence[Effect], of_condition: Sequence[Effect]
) -> bool:
    """Tell whether the hours of an assay that lacks allow to hold it against one that shows.

    As a rule it must have been read as late, or half as late where the other shows twice what it must. Apoptosis comes
    a day or more before viability falls, cells that bind Annexin V are viable for hours, and caspase activity passes.
    """
    own = [one.hours for one in lacks if one.method == effect.method and finite(one.hours)]
    hours = [one.hours for one in shows if finite(one.hours)]
    if not own or not hours:
        return True
    if code == "viability_without_apoptosis":
        return max(own) > EARLY or max(own) >= min(hours)
    if code == "annexin_without_loss":
        return max(own) >= min(hours) + BEFORE_LOSS
    if code == "target_without_death":
        return max(own) > EARLY
    if effect.method == "caspase" and min(own) > PASSED * min(hours):
        return False
    begun = [e.hours for e in of_condition if e.method == shows[0].method and e.state in (SHOWS, WEAK)]
    if effect.method == "target" or max(own) >= min(begun):
        return True
    if effect.method == "caspase" and any(e.state == GONE for e in of_condition):
        return False
    twice = strongest(shows).low > 2 * SIZES[shows[0].method].shows
    return max(own) > EARLY and max(own) >= HALF_AS_LATE * min(hours) and twice


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
        method: over_hours(_of_many(effect, len(own)) for effect in own)
        for method, own in grouped(effects, lambda effect: effect.method).items()
    }


def _of_many(effect: Effect, hours: int) -> str:
    """Return the state of an effect; a weak one must be told from none among as many hours (Bonferroni)."""
    size, wider = SIZES[effect.method], float(ndtri(1 - 0.025 / hours)) / Z_95
    if effect.state != WEAK or effect.value - wider * (effect.value - effect.low) > size.none:
        return effect.state
    return LACKS if effect.high < size.lacks else OPEN


def strongest(effects: Sequence[Effect]) -> Effect:
    """Return the effect that is clearest: the one with the highest lower limit."""
    return max(effects, key=lambda effect: effect.low)


def supporting_methods(states: Mapping[str, str]) -> tuple[str, ...]:
    """Return the methods that support apoptosis under one condition: it takes two before it is claimed.

    Examples
    --------
    >>> supporting_methods({"annexin": "shows", "viability": "shows", "caspase": "weak"})
    ('annexin', 'caspase')
    """
    return tuple(method for method in APOPTOSIS if states.get(method) in (SHOWS, WEAK))
