"""The rules by which mechanisms of resistance are graded: read from a file that a biologist can read and extend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from cytotools.errors import Problem, StudyError
from cytotools.study_yaml import parse_study
from cytotools.verdicts.agent_classes import agent_classes

GRADES = ("supported", "against", "not resolved", "not tested")
ARM_LIMITS = ("odds_ratio", "caspase_fold", "viability")
DEATH_LIMITS = ("odds_ratio", "viability")  # caspases tell nothing of death without them
LIMITS: Mapping[str, tuple[str, ...]] = {
    "return": ("returned", "above", "stays_below", "induced"),
    "loss": ("kept", "lost"),
    "abundance": ("higher", "excluded"),
    "concentration": ("sensitive_to", "induced"),
    "added_agent": ARM_LIMITS,
    "remaining_death": DEATH_LIMITS,
}
TOLD = ("for", "against", "limits")
KEYS: Mapping[str, tuple[str, ...]] = {
    "return": ("kind", "target", *TOLD),
    "loss": ("kind", "target", *TOLD),
    "abundance": ("kind", "target", *TOLD),
    "concentration": ("kind", "analyte", *TOLD),
    "added_agent": ("kind", "agent", "effect", "of", "alone", *TOLD),
    "remaining_death": ("kind", "under", "against", "limits"),
}
CLASS_KEYS = ("agent", "beside", "under")
OPTIONAL: Mapping[str, tuple[str, ...]] = {"added_agent": ("beside",)}
CHOICES: Mapping[str, tuple[str, ...]] = {
    "effect": ("more", "less"),
    "of": ("apoptosis", "death"),
    "alone": ("taken out", "left in"),
}

Place = tuple[int | str, ...]


@dataclass(frozen=True)
class Limit:
    """A limit that a grade rests on, and the reason for its value."""

    value: float
    because: str


@dataclass(frozen=True)
class Source:
    """Where a rule comes from."""

    cite: str
    doi: str

    def __str__(self) -> str:
        """Return the citation with its DOI."""
        return f"{self.cite}, doi:{self.doi}" if self.doi else self.cite


@dataclass(frozen=True)
class Measurement:
    """One measurement that speaks for or against a mechanism.

    Attributes
    ----------
    kind : str
        One of those that the head of resistance_rules.yaml lists.
    names : tuple of str
        Of the target or the analyte, in all ways of writing it; empty for arms.
    agent, beside : str
        Classes of agents: what is added (or, for `remaining_death`, under what death remains), and what else is there
        where such arms were run.
    effect, of, alone : str
        more or less; apoptosis or death; whether the effect of the added agent alone is taken out where it was run.
    speaks_for, speaks_against : str
    limits : mapping of str to Limit
    """

    kind: str
    names: tuple[str, ...]
    agent: str
    beside: str
    effect: str
    of: str
    alone: str
    speaks_for: str
    speaks_against: str
    limits: Mapping[str, Limit] = field(hash=False)

    def limit(self, name: str) -> float:
        """Return the value of a limit."""
        return self.limits[name].value


@dataclass(frozen=True)
class Mechanism:
    """A mechanism of resistance: its meaning, its measurements in the order in which they decide, and its words."""

    name: str
    meaning: str
    measurements: tuple[Measurement, ...]
    says: Mapping[str, str] = field(hash=False)
    next: Mapping[str, str] = field(hash=False)
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Partner:
    """A class of agents with which Smac mimetics are known to act together: reference, never a result."""

    agent_class: str
    agents: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Rules:
    """All mechanisms and known partners."""

    mechanisms: tuple[Mechanism, ...]
    partners: tuple[Partner, ...]


@cache
def default_rules() -> Rules:
    """Return the rules that come with the toolkit.

    Examples
    --------
    >>> [mechanism.name for mechanism in default_rules().mechanisms][:2]
    ['cIAP2_rebound', 'cIAP1_not_lost']
    """
    name = "resistance_rules.yaml"
    return read_rules(files("cytotools.verdicts").joinpath(name).read_text(encoding="utf-8"), name)


def read_rules(text: str, name: str = "resistance_rules.yaml") -> Rules:
    r"""Return the rules that a file holds.

    Parameters
    ----------
    text : str
        The whole file.
    name : str
        Its name, as messages shall give it.

    Returns
    -------
    Rules

    Raises
    ------
    StudyError
        What is no such file: every problem with its place, what was expected, what came and the remedy.

    Examples
    --------
    >>> read_rules("version: 1\nsources: {}\nmechanisms: {}", "mine.yaml")
    Traceback (most recent call last):
    ...
    cytotools.errors.StudyError: mine.yaml:3:1: mechanisms: expected at least one, got nothing. See the file that ...
    """
    data, places, repeated = parse_study(text.encode(), name, "file of rules")
    reading = _Reading(name, places, list(repeated))
    rules = reading.rules(data)
    if reading.problems:
        raise StudyError(reading.problems)
    return rules


@dataclass
class _Reading:
    """Checks value by value and collects every problem; what is wrong becomes an empty value meanwhile."""

    name: str
    places: Mapping[Place, tuple[int, int]]
    problems: list[Problem]
    sources: dict[str, Source] = field(default_factory=dict)

    def rules(self, data: object) -> Rules:
        top = self.mapping(data, (), ("version", "mechanisms", "sources"), ("partners",))
        if top and top.get("version") != 1:
            self.refuse(("version",), "version", "1", f"{top.get('version')!r}", "Write `version: 1`.")
        held = self.mapping(top.get("sources"), ("sources",)) if "sources" in top else {}
        self.sources = {key: self.source(value, ("sources", key)) for key, value in held.items()}
        mechanisms = self.mapping(top.get("mechanisms"), ("mechanisms",)) if "mechanisms" in top else {}
        if "mechanisms" in top and not mechanisms:
            remedy = "See the file that comes with the toolkit."
            self.refuse(("mechanisms",), "mechanisms", "at least one", "nothing", remedy)
        partners = self.mapping(top.get("partners"), ("partners",)) if top.get("partners") is not None else {}
        return Rules(
            tuple(self.mechanism(key, value) for key, value in mechanisms.items()),
            tuple(self.partner(key, value) for key, value in partners.items()),
        )

    def mechanism(self, key: str, value: object) -> Mechanism:
        here = ("mechanisms", key)
        held = self.mapping(value, here, ("meaning", "measurements", "says", "next", "sources"))
        listed = self.items(held.get("measurements"), (*here, "measurements")) if held else []
        return Mechanism(
            key,
            self.text(held, "meaning", here),
            tuple(self.measurement(one, (*here, "measurements", i)) for i, one in enumerate(listed)),
            self.sentences(held, "says", here, GRADES[:3]),
            self.sentences(held, "next", here, GRADES),
            self.cited(held, here),
        )

    def measurement(self, value: object, here: Place) -> Measurement:
        kind = str(value.get("kind", "")) if isinstance(value, Mapping) else ""
        if isinstance(value, Mapping) and kind not in LIMITS:
            self.refuse((*here, "kind"), "kind", f"one of {', '.join(LIMITS)}", repr(kind), "Choose from them.")
            return self.empty(kind)
        held = self.mapping(value, here, KEYS.get(kind, ("kind", *TOLD)), OPTIONAL.get(kind, ()))
        if not held:
            return self.empty(kind)
        classes = {name: self.agent_class(held[name], (*here, name)) for name in CLASS_KEYS if name in held}
        chosen = {name: self.choice(held[name], (*here, name)) for name in CHOICES if name in held}
        named = next((name for name in ("target", "analyte") if name in held), "")
        of = "death" if kind == "remaining_death" else chosen.get("of", "apoptosis")
        return Measurement(
            kind,
            self.names(held[named], (*here, named)) if named else (),
            classes.get("agent", classes.get("under", "")),
            classes.get("beside", ""),
            chosen.get("effect", "more"),
            of,
            chosen.get("alone", "left in"),
            self.text(held, "for", here),
            self.text(held, "against", here),
            self.limits(held.get("limits"), (*here, "limits"), DEATH_LIMITS if of == "death" else LIMITS[kind]),
        )

    def empty(self, kind: str) -> Measurement:
        return Measurement(kind, (), "", "", "", "", "", "", "", {})

    def limits(self, value: object, here: Place, names: Sequence[str]) -> dict[str, Limit]:
        held = self.mapping(value, here, tuple(names))
        return {name: self.one_limit(held[name], (*here, name)) for name in names if name in held}

    def one_limit(self, value: object, here: Place) -> Limit:
        held = self.mapping(value, here, ("value", "because"))
        number = held.get("value")
        if held and (isinstance(number, bool) or not isinstance(number, int | float) or not 0 < number < float("inf")):
            self.refuse((*here, "value"), "a limit", "a number above 0", repr(number), "Write a number such as 3.")
            return Limit(1.0, "")
        return Limit(float(number or 1.0), self.text(held, "because", here))

    def partner(self, key: str, value: object) -> Partner:
        here = ("partners", key)
        held = self.mapping(value, here, ("with", "sources"))
        return Partner(self.agent_class(key, here), self.text(held, "with", here), self.cited(held, here))

    def source(self, value: object, here: Place) -> Source:
        held = self.mapping(value, here, ("cite",), ("doi",))
        return Source(self.text(held, "cite", here), str(held.get("doi") or ""))

    def cited(self, held: Mapping[str, Any], here: Place) -> tuple[Source, ...]:
        keys = self.items(held.get("sources"), (*here, "sources")) if "sources" in held else []
        for i, key in enumerate(keys):
            if key not in self.sources:
                expected = f"a key of `sources` ({', '.join(self.sources) or 'there are none'})"
                self.refuse((*here, "sources", i), "a source", expected, repr(key), "Add it below `sources`.")
        return tuple(self.sources[key] for key in keys if key in self.sources)

    def sentences(self, held: Mapping[str, Any], key: str, here: Place, grades: Sequence[str]) -> dict[str, str]:
        words = self.mapping(held.get(key), (*here, key), tuple(grades)) if key in held else {}
        return {grade: self.text(words, grade, (*here, key)) for grade in grades}

    def agent_class(self, value: object, here: Place) -> str:
        known = [one.name for one in agent_classes()]
        if value not in known:
            self.refuse(here, "a class of agents", f"one of {', '.join(known)}", repr(value), "Choose from them.")
        return str(value)

    def choice(self, value: object, here: Place) -> str:
        options = CHOICES[str(here[-1])]
        if value not in options:
            self.refuse(here, str(here[-1]), f"one of {', '.join(options)}", repr(value), "Choose from them.")
        return str(value)

    def names(self, value: object, here: Place) -> tuple[str, ...]:
        listed = [value] if isinstance(value, str) else self.items(value, here)
        return tuple(str(one) for one in listed)

    def text(self, held: Mapping[str, Any], key: str, here: Place) -> str:
        value = held.get(key)
        if key in held and not (isinstance(value, str) and value.strip()):
            self.refuse((*here, key), key, "words", repr(value), "Write a sentence, in quotes where it holds a colon.")
        return str(value or "")

    def items(self, value: object, here: Place) -> list[Any]:
        if isinstance(value, list) and value:
            return value
        got = "nothing" if value in (None, []) else repr(value)
        self.refuse(here, str(here[-1]), "a list", got, "Write [one, another] or a line beginning with - for each.")
        return []

    def mapping(
        self, value: object, here: Place, required: Sequence[str] = (), optional: Sequence[str] = ()
    ) -> Mapping[str, Any]:
        """Return a mapping with these keys; with none named any key will do."""
        what = str(here[-1]) if here else "the file of rules"
        if not isinstance(value, Mapping):
            got = "nothing" if value is None else repr(value)[:60]
            self.refuse(
                here, what, f"the keys {', '.join(required)}" if required else "keys", got, "Indent them below."
            )
            return {}
        known = (*required, *optional)
        for key in value if known else ():
            if key not in known:
                self.refuse((*here, key), "a key", f"one of {', '.join(known)}", repr(key), "Correct or delete it.")
        for key in required:
            if key not in value:
                self.refuse(here, what, f"the key `{key}`", ", ".join(value) or "no key", f"Add `{key}:`.")
        return value

    def refuse(self, here: Place, what: str, expected: str, got: str, remedy: str) -> None:
        known = next(self._above(here), None)
        place = f"{self.name}:{known[0]}:{known[1]}" if known else self.name
        self.problems.append(Problem(place, what, expected, got, remedy))

    def _above(self, here: Place) -> Iterator[tuple[int, int]]:
        for end in range(len(here), -1, -1):
            if here[:end] in self.places:
                yield self.places[here[:end]]
