"""What the name of a file says of its sample: role, line, arm, agents with doses, hours, replicate, well."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cytotools.drafting.lone_stains import bare_stain, lone_stain
from cytotools.drafting.name_text import Known, NameText, Question, name_text
from cytotools.drafting.named_agents import DOSE, WORD, AgentFact, named_agents, take_doses
from cytotools.drafting.named_arms import named_arm, silenced_arm
from cytotools.drafting.named_times import DAYS, HOURS, named_date, named_hours, named_well
from cytotools.drafting.vocabulary import vocabulary, words

_EXPERIMENT = (
    r"biorep|biol(?:ogical)?(?:[\s_\-]?rep(?:licate)?)?|bio|experiment|exp|versuch|n|donor|patient|pat|pt|spender"
)
_DONORS = ("donor", "patient", "pat", "pt", "spender")
_REPEAT = r"replicate|repl?|r|#"
_REPLICATE = re.compile(
    rf"(?<![A-Za-z0-9])(?:({_EXPERIMENT})|{_REPEAT})[\s_\-#=]?(\d{{1,2}})(?![A-Za-z0-9])", re.IGNORECASE
)
_NOISE = re.compile(
    r"(?<![A-Za-z0-9])(?:specimen|tube|sample|export|well|plate|single cells?|singlets?|live|compensated|comp|fcs|run|"
    r"data|untitled|new|copy|final|acq|file|img|image|scan|blot|wb|western|membrane|gel|table|results?|facs|flow|"
    r"annexin ?v?|pi|fitc|7?aad)[\s_\-]?\d*(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_TIME_OR_LINE = re.compile(r"t24", re.IGNORECASE)


@dataclass(frozen=True)
class NameFacts:
    """What one name says.

    Attributes
    ----------
    role : str
        "" where it says none, and where agents stand in it, which makes a treated sample.
    agents : tuple of AgentFact
        In the order of the name.
    cell_line, arm, vehicle, assay, replicate, technical, well, date : str
    hours : float or None
    targets : tuple of str
    questions : tuple of Question
        What can be read in more than one way.
    left : tuple of str
        Words that tell nothing yet; the other files may say what they are.
    """

    role: str = ""
    agents: tuple[AgentFact, ...] = ()
    cell_line: str = ""
    arm: str = ""
    vehicle: str = ""
    assay: str = ""
    replicate: str = ""
    technical: str = ""
    well: str = ""
    date: str = ""
    hours: float | None = None
    targets: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    left: tuple[str, ...] = ()


def name_facts(text: str) -> NameFacts:
    """Return what a name says, most telling words first.

    Parameters
    ----------
    text : str
        A file's name without its ending, the name of a folder or of a tube.

    Examples
    --------
    >>> found = name_facts("2026-03-12 ECA109 cisplatin 10uM + birinapant 100 nM 24h rep2")
    >>> found.cell_line, found.hours, found.replicate, [(a.name, a.dose, a.unit) for a in found.agents]
    ('ECA109', 24.0, '2', [('cisplatin', 10.0, 'uM'), ('birinapant', 100.0, 'nM')])
    >>> name_facts("Specimen_001_FITC only_002").role
    'annexin_only'
    """
    name = name_text(text)
    silenced = silenced_arm(name)
    line, hung = _line(name)
    arm = " ".join(filter(None, (silenced, named_arm(name), hung)))
    stain = lone_stain(name)
    roles = sorted(name.known("role"), key=lambda known: not known.is_sure)
    date = named_date(name)
    compounds = list(name.known("compound"))
    vehicle, assay, targets = (sorted(name.known(kind)) for kind in ("vehicle", "assay", "target"))
    doses = take_doses(name)
    well = named_well(name)
    hours = named_hours(name)
    replicate, technical = _replicate(name)
    agents = named_agents(name, compounds, doses)
    if not (stain or roles or agents or vehicle):
        stain = bare_stain(name)
    name.take(_NOISE)
    return NameFacts(
        role=stain or _role(name, roles, agents, vehicle, compounds),
        agents=agents,
        cell_line=line,
        arm=arm,
        vehicle=vehicle[0].value if vehicle else "",
        assay=assay[0].value if assay else "",
        replicate=replicate,
        technical=technical,
        well=well,
        date=date,
        hours=hours,
        targets=tuple(found.value for found in targets),
        questions=tuple(dict.fromkeys(name.questions)),
        left=tuple(word for word in WORD.findall(name.text) if len(word) > 1),
    )


def _line(name: NameText) -> tuple[str, str]:
    """Return the cell line, and what hangs on it by a hyphen and is no word of its own (ECA109-Smac, HeLa-S3)."""
    lines = sorted(name.known("cell_line"))
    times = [one for one in lines if _TIME_OR_LINE.fullmatch(one.written)]
    if times and (len(lines) > len(times) or times[0].written[0] == "t"):  # the bladder line T24, or 24 hours
        lines = [one for one in lines if one not in times]
        for time in times:
            name.text = name.text[: time.start] + time.written + name.text[time.start + len(time.written) :]
    if not lines:
        return "", ""
    first = lines[0]
    others = sorted({one.value for one in lines} - {first.value})
    if others:
        name.ask("cell_line", f"Which cell line: {first.value} or {' or '.join(others)}?")
        return "", ""
    hung = re.compile(r"-([A-Za-z][A-Za-z0-9]*)(?![A-Za-z0-9])").match(name.text, first.start + len(first.written))
    if hung is None or _tells_something(hung[1]) or DOSE.match(name.text[hung.end() :].lstrip(" _-")):
        return first.value, ""
    name.blank(*hung.span())
    whole = first.value + hung[0]
    name.ask("arm", f"Is `{hung[1]}` the arm (genotype or transfection) of {first.value}, or `{whole}` a cell line?")
    return first.value, hung[1]


def _tells_something(word: str) -> bool:
    """Say whether a word is a role or a surely known one, an arm, or a replicate, a dose or an hour."""
    telling = (one for one in vocabulary() if one.kind == "role" or (one.is_sure and one.kind != "target"))
    said = any(one.pattern.fullmatch(word) for one in telling)
    patterns = (_REPLICATE, HOURS, DAYS, DOSE)
    return said or any(pattern.fullmatch(word) for pattern in patterns) or bool(named_arm(name_text(word)))


def _replicate(name: NameText) -> tuple[str, str]:
    """Return the independent experiment and the repeat within it; only the first is told by most names."""
    found = name.take(_REPLICATE)
    experiments = list(dict.fromkeys(str(int(one[2])) for one in found if one[1]))
    repeats = list(dict.fromkeys(str(int(one[2])) for one in found if not one[1]))
    if len(experiments) > 1 or len(repeats) > 1:
        written = " and ".join(f"`{one[0]}`" for one in found)
        name.ask("replicate", f"Which of {written} is the independent experiment?")
        return "", ""
    if any(one[1] and one[1].casefold() in _DONORS for one in found):
        name.ask("replicate", "Is each donor an independent experiment, or a line of its own?")
    if experiments and repeats:
        name.ask("replicate", "Is the number of `rep` a repeat within one independent experiment (`technical`)?")
        return experiments[0], repeats[0]
    return next(iter([*experiments, *repeats]), ""), ""


def _role(
    name: NameText,
    roles: Sequence[Known],
    agents: Sequence[AgentFact],
    vehicle: Sequence[Known],
    written: Sequence[Known],
) -> str:
    """Return the role that words tell, and ask where they tell it in two ways."""
    controls = [known for known in written if known.written.casefold() in words()["positive_agents"]]
    if controls and not roles and len(agents) == 1:
        name.ask("role", f"Is `{controls[0].written}` the positive control, or treated?")
        return "positive"
    if not roles:
        return ""
    first = roles[0]
    if not first.is_sure and not agents and not vehicle:
        name.ask("role", _role_question(first))
    elif first.value == "untreated" and first.is_sure and vehicle:
        name.ask("role", f"Is this tube untreated, or did it get {vehicle[0].value}?")
    return first.value


def _role_question(role: Known) -> str:
    if role.value == "untreated":
        return f"Is the control `{role.written}` untreated, or did it get the vehicle?"
    return f"Is `{role.written}` the {role.value} tube?"
