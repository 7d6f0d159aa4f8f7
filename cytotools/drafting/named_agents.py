"""The agents of a sample with their doses, as names tell them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from cytotools.cells.words import unit as plain_unit
from cytotools.drafting.name_text import FREE, JOINED, Known, NameText

NUMBER = r"\d+(?:[.,]\d+|p\d+)?"
# A Mac writes the slash of `ng/ml` as a colon.
_UNITS = r"(?:[pnuµμm]M|[pnuµμm]mol[\s_/:.\-]*[lL](?![A-Za-z])|[pnuµμm]g[\s_/:.\-]*m[lL]|I?U[\s_/:.\-]*m[lL]|Gy)"
_AMOUNT = re.compile(rf"(?<![\d.,])({NUMBER})[\s_\-]?([pnu])(g|mol)(?![A-Za-z])", re.IGNORECASE)
_CONCENTRATIONS = {"g": "g/mL", "mol": "M"}  # what names mean by the amounts
_WITHOUT = re.compile(r"(?:(?:^|[\s_(])-|(?<![A-Za-z0-9])(?:no|w/?o|without|ohne|minus)[\s_\-]+)$", re.IGNORECASE)
DOSE = re.compile(rf"(?<![\d.,])({NUMBER})[\s_\-]?({_UNITS})(?![A-Za-z])", re.IGNORECASE)
_BARE = re.compile(rf"(?<![A-Za-z0-9.,#]){NUMBER}(?![A-Za-z0-9])")
WORD = re.compile(r"[^\W\d_][^\W_]*(?:-[^\W_]+)*")
WHICH_UNIT = "In which unit are the doses of"
NAN = float("nan")


@dataclass(frozen=True)
class AgentFact:
    """An agent that a name tells, with its dose; NaN and "" where none is told."""

    name: str
    dose: float
    unit: str


class Dose(NamedTuple):
    """A number with a unit in a name, or a bare one."""

    start: int
    amount: float
    unit: str


def amount(text: str) -> float:
    """Return a number as names write it.

    Examples
    --------
    >>> amount("0p5"), amount("2,5")
    (0.5, 2.5)
    """
    return float(re.sub(r"[,pP]", ".", text))


def take_doses(name: NameText) -> list[Dose]:
    """Take every dose from a name."""
    doses = [Dose(found.start(), amount(found[1]), _unit(found[2])) for found in name.take(DOSE)]
    for found in name.take(_AMOUNT):
        unit = found[2].lower() + _CONCENTRATIONS[found[3].lower()]
        doses.append(Dose(found.start(), amount(found[1]), unit))
        name.ask("agents", f"Does `{found[0]}` mean {doses[-1].amount:g} {unit}?")
    return sorted(doses)


def named_agents(name: NameText, agents: Sequence[Known], doses: Sequence[Dose]) -> tuple[AgentFact, ...]:
    """Give each agent its dose, in the order of the name.

    Joined agents (`a 1 uM + 2 uM b`) are looked at one after the other; within each part the dose stands after its
    agent, or before where the part begins with a dose and ends with an agent.
    """
    bounds = [0, *(found.start() for found in re.finditer(re.escape(JOINED), name.text)), len(name.text)]
    bare = [Dose(found.start(), amount(found[0]), "") for found in re.finditer(_BARE, name.text)] if not doses else []
    found: list[AgentFact] = []
    for start, end in pairwise(bounds):
        inside = sorted(agent for agent in agents if start <= agent.start < end)
        found += _part(name, inside, [d for d in doses if start <= d.start < end], bare, end)
    return _merged(found)


def _part(
    name: NameText, agents: Sequence[Known], doses: Sequence[Dose], bare: list[Dose], end: int
) -> Iterator[AgentFact]:
    left = list(doses)
    is_before = len(agents) == len(doses) and all(d.start < a.start for a, d in zip(agents, doses, strict=True))
    for k, agent in enumerate(agents):
        before = agents[k - 1].start if k else 0
        after = agents[k + 1].start if k + 1 < len(agents) else end
        places = [(before, agent.start), (agent.start, after)]
        first, second = places if is_before else places[::-1]
        dose = _taken(left, *first) or (_taken(left, *second) if len(agents) == 1 or k == 0 else None)
        if dose is None and _WITHOUT.search(name.text[: agent.start]):
            name.ask("agents", f"Did this tube get no {agent.value}?")
            continue
        if dose is None and (dose := _taken(bare, agent.start, after)) is not None and dose.amount > 0:
            name.ask("agents", f"{WHICH_UNIT} {agent.value}?")
        if not agent.is_sure:
            name.ask("agents", f"Is `{agent.written}` {agent.value}?")
        yield AgentFact(agent.value, dose.amount if dose else NAN, dose.unit if dose else "")
    yield from (_unnamed(name, dose) for dose in left)


def _merged(agents: Sequence[AgentFact]) -> tuple[AgentFact, ...]:
    """Leave out what is told again: an agent without a dose that stands there with one."""
    dosed = {agent.name for agent in agents if agent.dose == agent.dose}
    kept = [agent for agent in agents if agent.dose == agent.dose or agent.name not in dosed]
    return tuple({(agent.name, str(agent.dose), agent.unit): agent for agent in kept}.values())


def _unit(text: str) -> str:
    return plain_unit(re.sub(r"(?i)(g|u|mol)[\s_/:.\-]*(m?l)$", r"\1/\2", text))


def _taken(doses: list[Dose], start: int, end: int) -> Dose | None:
    inside = [dose for dose in doses if start <= dose.start < end]
    if inside:
        doses.remove(inside[0])
    return inside[0] if inside else None


def _unnamed(name: NameText, dose: Dose) -> AgentFact:
    """Return the agent of a dose that follows no known one: the word before it, which is asked."""
    words = [m for m in re.finditer(WORD, name.text) if m.end() <= dose.start and len(m[0]) > 1]
    if not words or re.search(f"[{FREE}{JOINED}]", name.text[words[-1].end() : dose.start]):
        name.ask("agents", f"Whose dose is {dose.amount:g} {dose.unit}?")
        return AgentFact("", dose.amount, dose.unit)
    word = words[-1]
    name.blank(*word.span())
    name.ask("agents", f"Is `{word[0]}` a compound?")
    return AgentFact(word[0], dose.amount, dose.unit)
