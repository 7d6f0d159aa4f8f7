"""The draft of samples.csv: a row an FCS file, from its name, its folders and the keywords of its tube."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from cytotools.draft_questions import BETWEEN
from cytotools.drafting.name_facts import NameFacts, name_facts
from cytotools.drafting.name_text import Question
from cytotools.drafting.named_agents import NAN, WHICH_UNIT, AgentFact
from cytotools.drafting.named_times import WELL_OR_DAY

COLUMNS = (
    "file", "role", "cell_line", "arm", "compound", "dose", "dose_unit", "compound_2", "dose_2", "dose_unit_2",
    "compound_3", "dose_3", "dose_unit_3", "hours", "replicate", "technical", "batch", "well", "question",
)  # fmt: skip
ALWAYS = {"file", "role", "cell_line", "compound", "dose", "dose_unit", "hours", "replicate", "question"}
SLOTS = ("", "_2", "_3")
TUBE_KEYWORDS = ("TUBE NAME", "$SMNO", "SAMPLE ID", "$SRC", "SAMPLE", "@SAMPLEID1")
WELL_KEYWORDS = ("WELL ID", "$WELLID", "WELLID")
STAINS = ("unstained", "annexin_only", "dye_only")
MOST_REPEATS = 8  # a counter beyond this numbers tubes, not experiments
ALIKE = "Other rows read the same: are they independent experiments, repeats of one (`technical`), or what differs?"
COUNTED = "Are the numbers at the end independent experiments, or repeats of one (`technical`)?"
DOSES_OR_COUNTED = "Are the numbers at the end independent experiments, or doses (in which unit)?"
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
    rows = [_row(one, repeats, dates) for one in read]
    _ask_what_is_alike(rows)
    return rows


def used_columns(rows: Sequence[Row]) -> list[str]:
    """Return the columns of a sheet: those that every sheet of samples has, and those that a row fills."""
    return [name for name in COLUMNS if name in ALWAYS or any(row[name] for row in rows)]


def _read(tube: FoundTube) -> _Read:
    path = PurePosixPath(tube.file)
    stem = re.sub(r"\.[A-Za-z]{2,4}$", "", path.name)  # `x_0.5uM` has no ending
    facts = name_facts(stem)
    told = next((tube.keywords[key] for key in TUBE_KEYWORDS if tube.keywords.get(key, "").strip()), "")
    if told and not (facts.role or facts.agents or facts.vehicle):
        facts = _completed(facts, name_facts(told))
    for folder in reversed(path.parent.parts):
        said = name_facts(folder)
        facts = _completed(_with_folder(facts, said), said)
    well = next((tube.keywords[key] for key in WELL_KEYWORDS if tube.keywords.get(key, "").strip()), "")
    facts = replace(facts, well=facts.well or name_facts(f"well {well}").well)
    counter = re.search(r"[\s_\-(]0*(\d{1,3})\)?$", stem)
    before = stem[: counter.start()] if counter else stem
    return _Read(tube, facts, (path.parent / before).as_posix(), counter[1] if counter else "")


def _completed(facts: NameFacts, more: NameFacts) -> NameFacts:
    """Return facts with what they lack taken from others, and with the questions about that."""
    names = ["cell_line", "arm", "replicate", "technical", "well", "date", "hours"]
    if not (facts.role or facts.agents or facts.vehicle):
        names += ["role", "agents", "vehicle"]
    lacking = {name: getattr(more, name) for name in names if getattr(facts, name) in ("", (), None)}
    asked = [one for one in more.questions if one.about in (*lacking, "left") and one not in facts.questions]
    return replace(facts, **lacking, questions=(*facts.questions, *asked), left=(*facts.left, *more.left))


def _with_folder(facts: NameFacts, folder: NameFacts) -> NameFacts:
    """Give the dose of a name the agent of its folder (`cisplatin/10 uM.fcs`); ask for a folder's further agents."""
    if not facts.agents or not folder.agents:
        return facts
    if len(folder.agents) == 1 and len(facts.agents) == 1 and not facts.agents[0].name:
        agent = replace(facts.agents[0], name=folder.agents[0].name)
        asked = [one for one in facts.questions if not one.words.startswith("Whose dose")]
        return replace(facts, agents=(agent,), questions=(*asked, *folder.questions))
    known = {agent.name for agent in facts.agents}
    more = [agent.name for agent in folder.agents if agent.name not in known]
    asked = [Question("agents", f"Did this tube get {name} too, as its folder says?") for name in more]
    return replace(facts, questions=(*facts.questions, *asked))


def _by_what_varies(read: Sequence[_Read]) -> list[_Read]:
    """Take words that are in every name for the name of the study, and ask for those that vary.

    The tubes of single stains stand aside: what is in all other names may well be missing in theirs.
    """
    stained = [one for one in read if one.facts.role not in STAINS]
    seen = Counter(word for one in stained for word in set(one.facts.left))
    varying = {word for word, count in seen.items() if count < len(stained) or len(stained) == 1}
    rows_of_wells = {one.facts.well[0] for one in read if one.facts.well}
    in_full = _named_in_full(read)
    return [replace(one, facts=_asked(_sure(one.facts, in_full), varying, rows_of_wells)) for one in read]


def _named_in_full(read: Sequence[_Read]) -> set[str]:
    """Return the agents that a name of the folder writes in full."""
    return {
        agent.name
        for one in read
        for agent in one.facts.agents
        if not any(question.words.endswith(f"` {agent.name}?") for question in one.facts.questions)
    }


def _sure(facts: NameFacts, in_full: Set[str]) -> NameFacts:
    """Return facts without the questions for short names of agents that other names write in full."""
    short = tuple(f"` {name}?" for name in in_full)
    return replace(facts, questions=tuple(one for one in facts.questions if not one.words.endswith(short)))


def _asked(facts: NameFacts, varying: Set[str], rows_of_wells: Set[str]) -> NameFacts:
    """Return facts with a cell line that a word looks like, and with questions for the words that tell nothing yet."""
    if len(rows_of_wells) > 1:  # D3 is a well among wells
        facts = replace(facts, questions=tuple(one for one in facts.questions if one.about != WELL_OR_DAY))
    line = next((word for word in facts.left if _looks_like_line(word)), "")
    if not facts.cell_line and line and not _asks(facts, "cell_line"):
        facts = _asking(replace(facts, cell_line=line), "cell_line", f"Is `{line}` the cell line?")
    if facts.role in STAINS:
        return facts
    for word in dict.fromkeys(facts.left):
        if word in varying and word != facts.cell_line:
            facts = _asking(facts, "left", f"What is `{word}`?")
    return facts


def _asks(facts: NameFacts, about: str) -> bool:
    return any(one.about == about for one in facts.questions)


def _asking(facts: NameFacts, about: str, words: str) -> NameFacts:
    return replace(facts, questions=(*facts.questions, Question(about, words)))


def _looks_like_line(word: str) -> bool:
    """Say whether a word is built as the names of many lines are: letters, then digits (KYSE510, TE13)."""
    return bool(re.fullmatch(r"[A-Z][A-Za-z]{0,5}-?\d{1,4}[A-Za-z]?", word)) and len(word) > 2


def _repeats(read: Sequence[_Read]) -> set[str]:
    """Return the files whose small counter at the end tells repeats apart, or experiments.

    Several bear the same name but for it; a file that is alone with its name counts too where its counter is one of
    theirs.
    """
    found: dict[str, list[_Read]] = {}
    for one in read:
        if one.counter and not one.facts.replicate:
            found.setdefault(one.stem, []).append(one)
    repeated = [ones for ones in found.values() if _are_counted(ones)]
    counters = {one.counter for ones in repeated for one in ones}
    alone = [
        ones for ones in found.values() if len(ones) == 1 and ones[0].counter in counters and not _is_dose(ones[0])
    ]
    return {one.tube.file for ones in (*repeated, *alone) for one in ones}


def _are_counted(ones: Sequence[_Read]) -> bool:
    """Say whether the counters of files with one name are small and differ; those that may be doses count from 1 on."""
    counters = {int(one.counter) for one in ones}
    is_counted = len(counters) == len(ones) > 1 and max(counters) <= MOST_REPEATS
    return is_counted and (counters == set(range(1, len(ones) + 1)) or not any(map(_is_dose, ones)))


def _is_dose(one: _Read) -> bool:
    """Say whether the counter was read as the dose of an agent, too."""
    return any(agent.unit == "" and _amount(agent) == one.counter for agent in one.facts.agents)


def _row(one: _Read, repeats: set[str], dates: Sequence[str]) -> Row:
    facts, questions = one.facts, [question.words for question in one.facts.questions]
    row = dict.fromkeys(COLUMNS, "") | {"file": _cell(one.tube.file)}
    row |= {key: getattr(facts, key) for key in ("cell_line", "arm", "replicate", "technical", "well")}
    row["hours"] = "" if facts.hours is None else f"{facts.hours:g}"
    agents = [agent for agent in facts.agents if agent.dose != 0]
    # A lone number after the agent of a control (`pos ctrl STS 1`) counts tubes as often as it is a dose.
    if _is_dose(one) and (one.tube.file in repeats or facts.role == "positive"):
        agents = [replace(agent, dose=NAN) if _amount(agent) == one.counter else agent for agent in agents]
        questions = [words for words in questions if not words.startswith(WHICH_UNIT)]
        if one.tube.file not in repeats:
            questions.append(f"Is {one.counter} a dose, in which unit, or does it count tubes?")
    row["role"] = _role(facts, agents, questions)
    if row["role"] == "vehicle" and facts.vehicle:
        row["compound"] = facts.vehicle
    for slot, agent in zip(SLOTS, agents, strict=False):
        row |= {f"compound{slot}": agent.name, f"dose{slot}": _amount(agent), f"dose_unit{slot}": agent.unit}
        if agent.name and math.isnan(agent.dose) and row["role"] == "treated":
            questions.append(f"Which dose of {agent.name}?")
    if len(agents) > len(SLOTS):
        questions.append(f"Only {len(SLOTS)} agents have columns: where does {agents[-1].name} belong?")
    if not facts.replicate and one.tube.file in repeats:
        row["replicate"] = one.counter
        questions.append(DOSES_OR_COUNTED if _is_dose(one) else COUNTED)
    elif not facts.replicate and len(dates) > 1 and facts.date:
        row["replicate"] = str(dates.index(facts.date) + 1)
        questions.append("Is each date an independent experiment?")
    row["batch"] = facts.date if len(dates) > 1 else ""
    row["question"] = BETWEEN.join(dict.fromkeys(questions))
    return row


def _cell(file: str) -> str:
    """Return the name of a file so that Excel takes it for no formula."""
    return f"./{file}" if file.startswith(("=", "+", "-", "@")) else file


def _ask_what_is_alike(rows: Sequence[Row]) -> None:
    """Ask what tells rows apart that read the same."""
    of_row = [tuple(row[key] for key in COLUMNS if key not in ("file", "well", "question")) for row in rows]
    counted = Counter(of_row)
    for row, told in zip(rows, of_row, strict=True):
        if counted[told] > 1 and row["role"] and row["role"] not in STAINS:
            asked = [row["question"]] if row["question"] else []
            row["question"] = BETWEEN.join([*asked, ALIKE])


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
