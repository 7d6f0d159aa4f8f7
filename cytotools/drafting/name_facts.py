"""What the name of a file says of its sample: role, line, agents with doses, hours, replicate, well."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cytotools.cells.words import unit as plain_unit
from cytotools.drafting.vocabulary import vocabulary

UNITS = r"(?:[pnuµμm]M|[pnuµμm]g[\s_/.\-]*m[lL])"
NUMBER = r"\d+(?:[.,]\d+|p\d+)?"
_DOSE = re.compile(rf"(?<![\d.,])({NUMBER})[\s_\-]?({UNITS})(?![A-Za-z])", re.IGNORECASE)
_HOURS = re.compile(
    rf"(?<![\dA-Za-z.,])({NUMBER})[\s_\-]?(h|hr|hrs|hour|hours|std|stunden)(?![A-Za-z0-9])", re.IGNORECASE
)
_DAYS = re.compile(r"(?<![A-Za-z0-9])(?:d|day|tag)[\s_\-]?(\d{1,2})(?![A-Za-z0-9])|"
                   r"(?<![A-Za-z0-9])(\d{1,2})[\s_\-]?(?:d|days?|tage?)(?![A-Za-z0-9])", re.IGNORECASE)  # fmt: skip
_MINUTES = re.compile(r"(?<![A-Za-z0-9.,])(\d{1,4})[\s_\-]?(?:min|minutes?)(?![A-Za-z])", re.IGNORECASE)
_REPLICATE = re.compile(
    r"(?<![A-Za-z0-9])(?:replicate|repl?|biorep|bio|experiment|exp|versuch|r|n)[\s_\-#=]?(\d{1,2})(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_WELL = re.compile(r"(?<![A-Za-z0-9\-])([A-P])(0[1-9]|1\d|2[0-4]|[1-9])(?![A-Za-z0-9\-])")
_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d{2}[\-_.]?(?:0[1-9]|1[0-2])[\-_.]?(?:0[1-9]|[12]\d|3[01])|"
    r"(?:0[1-9]|[12]\d|3[01])[\-_.](?:0[1-9]|1[0-2])[\-_.](?:20)?\d{2}|"
    r"\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?!\d)"
)
_NOISE = re.compile(
    r"(?<![A-Za-z0-9])(?:specimen|tube|sample|export|well|plate|single cells?|singlets?|live|compensated|comp|fcs|run|"
    r"data|untitled|new|copy|final|acq|file|img|image|scan|blot|wb|western|membrane|gel|table|results?|facs|flow|"
    r"annexin ?v?|pi|fitc|7?aad)[\s_\-]?\d*(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_BARE = re.compile(rf"(?<![A-Za-z0-9.,]){NUMBER}(?![A-Za-z0-9])")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*")
MINUTES_AN_HOUR, HOURS_A_DAY = 60, 24
NAN = float("nan")
FREE = "\x1f"  # stands where something was found, and belongs to no name


@dataclass(frozen=True)
class AgentFact:
    """An agent that a name tells, with its dose; NaN and "" where none is told."""

    name: str
    dose: float
    unit: str


@dataclass(frozen=True)
class NameFacts:
    """What one name says.

    Attributes
    ----------
    role : str
        "" where it says none, and where agents stand in it, which makes a treated sample.
    agents : tuple of AgentFact
        In the order of the name.
    cell_line, vehicle, assay, replicate, well, date : str
    hours : float or None
    targets : tuple of str
    questions : tuple of str
        What can be read in more than one way.
    left : tuple of str
        Words that tell nothing yet; the other files may say what they are.
    """

    role: str = ""
    agents: tuple[AgentFact, ...] = ()
    cell_line: str = ""
    vehicle: str = ""
    assay: str = ""
    replicate: str = ""
    well: str = ""
    date: str = ""
    hours: float | None = None
    targets: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


@dataclass
class _Name:
    """A name from which facts are taken one after the other; what was taken is blanked, places stay."""

    text: str
    questions: list[str] = field(default_factory=list)

    def take(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        for found in pattern.finditer(self.text):
            self.text = self.text[: found.start()] + FREE * (found.end() - found.start()) + self.text[found.end() :]
            yield found

    def first(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return next(iter(list(self.take(pattern))), None)


def name_facts(text: str) -> NameFacts:
    """Return what a name says, most telling words first.

    Parameters
    ----------
    text : str
        A file's path without its ending, folders before it; or the name of a tube.

    Examples
    --------
    >>> found = name_facts("2026-03-12/ECA109 cisplatin 10uM + birinapant 100 nM 24h rep2")
    >>> found.cell_line, found.hours, found.replicate, [(a.name, a.dose, a.unit) for a in found.agents]
    ('ECA109', 24.0, '2', [('cisplatin', 10.0, 'uM'), ('birinapant', 100.0, 'nM')])
    >>> name_facts("Specimen_001_FITC only_002").role
    'annexin_only'
    """
    name = _Name(_parted(_plain(text)))
    line = _line(name)
    roles = list(_known(name, "role"))
    date = name.first(_DATE)
    agents = list(_known(name, "compound"))
    doses = [Dose(m.start(), _amount(m[1]), _unit(m[2])) for m in name.take(_DOSE)]
    hours = _hours(name)
    replicate = name.first(_REPLICATE)
    vehicle, assay, targets = (sorted(_known(name, kind)) for kind in ("vehicle", "assay", "target"))
    well = name.first(_WELL)
    list(name.take(_NOISE))
    told = _agents(name, agents, doses)
    if roles and not roles[0].is_sure and not told and not vehicle:
        name.questions.append(_role_question(roles[0]))
    return NameFacts(
        roles[0].value if roles else "",
        told,
        line,
        vehicle[0].value if vehicle else "",
        assay[0].value if assay else "",
        str(int(replicate[1])) if replicate else "",
        f"{well[1]}{int(well[2])}" if well else "",
        re.sub(r"[\-_.]", "", date[1]) if date else "",
        hours,
        tuple(found.value for found in targets),
        tuple(dict.fromkeys(name.questions)),
        tuple(word for word in _WORD.findall(name.text) if len(word) > 1),
    )


class Known(NamedTuple):
    """A word of the vocabulary in a name: where it stands, its value, how it was written, whether it is sure."""

    start: int
    value: str
    written: str
    is_sure: bool


class Dose(NamedTuple):
    """A number with a unit in a name, or a bare one."""

    start: int
    amount: float
    unit: str


def _known(name: _Name, kind: str) -> Iterator[Known]:
    for word in vocabulary():
        if word.kind == kind:
            for found in list(name.take(word.pattern)):
                yield Known(found.start(), word.value, found[0], word.is_sure)


def _line(name: _Name) -> str:
    """Return the cell line, with what hangs on it by a hyphen and is no word of its own (ECA109-Smac, HeLa-KO)."""
    lines = sorted(_known(name, "cell_line"))
    if not lines:
        return ""
    first = lines[0]
    hung = re.compile(r"-([A-Za-z][A-Za-z0-9]*)(?![A-Za-z0-9])").match(name.text, first.start + len(first.written))
    if hung is None or _tells_something(hung[1]):
        return first.value
    name.text = name.text[: hung.start()] + FREE * len(hung[0]) + name.text[hung.end() :]
    whole = first.value + hung[0]
    name.questions.append(f"Is `{whole}` a cell line of its own?")
    return whole


def _tells_something(word: str) -> bool:
    """Say whether a word is a surely known one, or a replicate, a dose or an hour."""
    said = any(one.is_sure and one.kind != "target" and one.pattern.fullmatch(word) for one in vocabulary())
    return said or any(pattern.fullmatch(word) for pattern in (_REPLICATE, _HOURS, _DAYS, _DOSE))


def _role_question(role: Known) -> str:
    if role.value == "untreated":
        return f"Is the control `{role.written}` untreated, or did it get the vehicle?"
    return f"Is `{role.written}` the {role.value} tube?"


def _plain(text: str) -> str:
    """Write signs of micro alike, and part folders."""
    text = text.replace("\u03bc", "u").replace("\u00b5", "u").replace("+", " + ").replace("&", " & ")
    return re.sub(r"[/\\]+", "  ", text)


def _parted(text: str) -> str:
    """Part what camel case runs together, and a unit from the word after it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[munp]M)(?=[A-Z][a-z])", "_", text)


def _unit(text: str) -> str:
    return plain_unit(re.sub(r"(?i)g[\s_/.\-]*ml", "g/mL", text))


def _amount(text: str) -> float:
    return float(re.sub(r"[,p]", ".", text))


def _hours(name: _Name) -> float | None:
    found = name.first(_HOURS)
    if found:
        return _amount(found[1])
    minutes = name.first(_MINUTES)
    if minutes:
        return round(float(minutes[1]) / MINUTES_AN_HOUR, 4)
    days = name.first(_DAYS)
    if days:
        name.questions.append(f"Does `{days[0]}` mean days after the treatment?")
        return HOURS_A_DAY * float(days[1] or days[2])
    return None


def _agents(name: _Name, agents: Sequence[Known], doses: Sequence[Dose]) -> tuple[AgentFact, ...]:
    """Give each agent its dose: the one after it, else the one right before it, else a bare number after it."""
    places, left, found = sorted(agents), list(doses), []
    bare = [Dose(m.start(), _amount(m[0]), "") for m in re.finditer(_BARE, name.text)]
    for k, agent in enumerate(places):
        before = places[k - 1].start if k else 0
        after = places[k + 1].start if k + 1 < len(places) else len(name.text)
        dose = _taken(left, agent.start, after) or _taken(left, before, agent.start)
        if dose is None and not doses and (dose := _taken(bare, agent.start, after)) is not None and dose.amount > 0:
            name.questions.append(f"What is the unit of {dose.amount:g} ({agent.written})?")
        if not agent.is_sure:
            name.questions.append(f"Is `{agent.written}` {agent.value}?")
        found.append(AgentFact(agent.value, dose.amount if dose else NAN, dose.unit if dose else ""))
    return (*found, *(_unnamed(name, dose) for dose in left))


def _taken(doses: list[Dose], start: int, end: int) -> Dose | None:
    inside = [dose for dose in doses if start <= dose.start < end]
    if inside:
        doses.remove(inside[0])
    return inside[0] if inside else None


def _unnamed(name: _Name, dose: Dose) -> AgentFact:
    """Return the agent of a dose that follows no known one: the word before it, which is asked."""
    words = [m for m in re.finditer(_WORD, name.text) if m.end() <= dose.start and len(m[0]) > 1]
    if not words or FREE in name.text[words[-1].end() : dose.start]:
        name.questions.append(f"Whose dose is {dose.amount:g} {dose.unit}?")
        return AgentFact("", dose.amount, dose.unit)
    word = words[-1]
    name.text = name.text[: word.start()] + FREE * len(word[0]) + name.text[word.end() :]
    name.questions.append(f"Is `{word[0]}` a compound?")
    return AgentFact(word[0], dose.amount, dose.unit)
