"""The draft of samples.csv: a row an FCS file, from its name, its folders and the keywords of its tube."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from cytotools.drafting.name_facts import AgentFact, NameFacts, name_facts

COLUMNS = (
    "file", "role", "cell_line", "compound", "dose", "dose_unit", "compound_2", "dose_2", "dose_unit_2", "compound_3",
    "dose_3", "dose_unit_3", "hours", "replicate", "batch", "well", "question",
)  # fmt: skip
SLOTS = ("", "_2", "_3")
TUBE_KEYWORDS = ("TUBE NAME", "$SMNO", "SAMPLE ID", "$SRC", "SAMPLE", "@SAMPLEID1")
WELL_KEYWORDS = ("WELL ID", "$WELLID", "WELLID")
STAINS = ("unstained", "annexin_only", "dye_only")
MOST_REPEATS = 8  # a counter beyond this numbers tubes, not experiments
BETWEEN = " | "  # questions of one row
NO_ROLE = "Which role: unstained, annexin_only, dye_only, positive, untreated, vehicle or treated?"
Row = dict[str, str]


@dataclass(frozen=True)
class FoundTube:
    """An FCS file: its path within the folder, and what its TEXT says."""

    file: str
    keywords: Mapping[str, str]


@dataclass(frozen=True)
class _Read:
    """A tube with the facts of its name, and its name without the counter at its end."""

    tube: FoundTube
    facts: NameFacts
    stem: str
    counter: str


def drafted_samples(tubes: Sequence[FoundTube]) -> list[Row]:
    """Return the rows of samples.csv, every column as text, with what must be asked in `question`.

    Examples
    --------
    >>> rows = drafted_samples([FoundTube("HeLa cisplatin 5uM rep1.fcs", {}), FoundTube("unstained rep1.fcs", {})])
    >>> [(row["role"], row["cell_line"], row["dose"], row["question"]) for row in rows]
    [('treated', 'HeLa', '5', ''), ('unstained', '', '', '')]
    """
    read = _by_what_varies([_read(tube) for tube in tubes])
    repeats = _repeats(read)
    dates = sorted({one.facts.date for one in read} - {""})
    return [_row(one, repeats, dates) for one in read]


def _read(tube: FoundTube) -> _Read:
    path = PurePosixPath(tube.file)
    text = path.with_suffix("").as_posix()
    facts = name_facts(text)
    told = next((tube.keywords[key] for key in TUBE_KEYWORDS if tube.keywords.get(key, "").strip()), "")
    if told and not (facts.role or facts.agents or facts.vehicle):
        facts = _completed(facts, name_facts(told))
    well = next((tube.keywords[key] for key in WELL_KEYWORDS if tube.keywords.get(key, "").strip()), "")
    facts = _completed(facts, name_facts(f" {well} "))
    counter = re.search(r"[\s_\-(]0*(\d{1,3})\)?$", text)
    return _Read(tube, facts, text[: counter.start()] if counter else text, counter[1] if counter else "")


def _completed(facts: NameFacts, more: NameFacts) -> NameFacts:
    """Return facts with what they lack taken from others."""
    names = ("role", "agents", "cell_line", "vehicle", "replicate", "well", "date", "hours")
    lacking = {n: getattr(more, n) for n in names if getattr(facts, n) in ("", (), None)}
    return replace(facts, **lacking, questions=(*facts.questions, *more.questions), left=(*facts.left, *more.left))


def _by_what_varies(read: Sequence[_Read]) -> list[_Read]:
    """Take words that are in every name for the name of the study, and ask for those that vary."""
    seen = Counter(word for one in read for word in set(one.facts.left))
    varying = {word for word, count in seen.items() if count < len(read)}
    found = []
    for one in read:
        facts = one.facts
        words = [word for word in facts.left if word in varying or len(read) == 1]
        line = next((word for word in facts.left if _looks_like_line(word)), "")
        if not facts.cell_line and line:
            facts = replace(facts, cell_line=line, questions=(*facts.questions, f"Is `{line}` the cell line?"))
        elif words and facts.role not in STAINS and not (facts.agents or facts.vehicle or facts.role):
            facts = replace(facts, questions=(*facts.questions, f"What is `{words[0]}`?"))
        found.append(replace(one, facts=facts))
    return found


def _looks_like_line(word: str) -> bool:
    """Say whether a word is built as the names of many lines are: letters, then digits (KYSE510, TE13)."""
    return bool(re.fullmatch(r"[A-Z][A-Za-z]{0,5}-?\d{1,4}[A-Za-z]?", word)) and len(word) > 2


def _repeats(read: Sequence[_Read]) -> set[str]:
    """Return the names that several files bear but for a small counter at their end: repeats, or experiments."""
    found: dict[str, list[str]] = {}
    for one in read:
        if one.counter and not one.facts.replicate:
            found.setdefault(one.stem, []).append(one.counter)
    return {
        stem
        for stem, counters in found.items()
        if len(counters) > 1 and len(set(counters)) == len(counters) and max(map(int, counters)) <= MOST_REPEATS
    }


def _row(one: _Read, repeats: set[str], dates: Sequence[str]) -> Row:
    facts, questions = one.facts, list(one.facts.questions)
    row = dict.fromkeys(COLUMNS, "") | {"file": one.tube.file, "cell_line": facts.cell_line, "well": facts.well}
    row["hours"] = "" if facts.hours is None else f"{facts.hours:g}"
    agents = [agent for agent in facts.agents if agent.dose != 0]
    row["role"] = _role(facts, agents, questions)
    if row["role"] == "vehicle" and facts.vehicle:
        row["compound"] = facts.vehicle
    for slot, agent in zip(SLOTS, agents, strict=False):
        row |= {f"compound{slot}": agent.name, f"dose{slot}": _amount(agent), f"dose_unit{slot}": agent.unit}
        if agent.name and math.isnan(agent.dose) and row["role"] == "treated":
            questions.append(f"Which dose of {agent.name}?")
    if len(agents) > len(SLOTS):
        questions.append(f"Only {len(SLOTS)} agents have columns: where does {agents[-1].name} belong?")
    row["replicate"] = facts.replicate
    if not facts.replicate and one.stem in repeats:
        row["replicate"] = one.counter
        questions.append("Are the numbers at the end independent experiments, or repeats of one (`technical`)?")
    elif not facts.replicate and len(dates) > 1 and facts.date:
        row["replicate"] = str(dates.index(facts.date) + 1)
        questions.append("Is each date an independent experiment?")
    row["batch"] = facts.date if len(dates) > 1 else ""
    row["question"] = BETWEEN.join(dict.fromkeys(questions))
    return row


def _amount(agent: AgentFact) -> str:
    return "" if math.isnan(agent.dose) else f"{agent.dose:g}"


def _role(facts: NameFacts, agents: Sequence[AgentFact], questions: list[str]) -> str:
    if facts.role in (*STAINS, "positive"):
        return facts.role
    if agents:
        if facts.role:
            questions.append(f"Is this tube {facts.role}, or treated?")
        return "treated"
    if facts.vehicle or facts.role == "vehicle":
        return "vehicle"
    if facts.role:
        return facts.role
    if facts.agents:  # a dose of zero
        questions.append("Is dose 0 untreated, or did it get the vehicle?")
        return "untreated"
    questions.append(NO_ROLE)
    return ""
