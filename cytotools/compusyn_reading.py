r"""Read the tables that users of CompuSyn type, and the reports that it prints, as text or saved as a page.

    Data for Drug: cisplatin [uM]                     a block a drug; `Drug: cisplatin (CDDP) [uM]` gives a short name
    Dose    Effect                                    the effect is the fraction affected
    0.5     0.21
    ...
    Data for Drug Combo: mix (cisplatin+birinapant [1:20])
    Dose cisplatin   Dose birinapant   Effect         a dose for each drug; or
    Total Dose       Effect                           the sum of the doses; or
    Dose             Effect                           with a plus behind it, as CompuSyn prints the first drug's dose
    0.25+            0.30

Cells stand apart by tabs, semicolons or spaces (by commas where numbers have a point), decimals by a point or a comma.
What CompuSyn has computed (m, Dm, r, CI and DRI tables) is left out: it is computed again from the doses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

import numpy as np

from cytotools.cells.numbers import Decimals, decimals_of, number
from cytotools.cells.refused import Refused, shown
from cytotools.compusyn_tables import CompusynAgent, CompusynCombination, CompusynTable, FloatArray
from cytotools.errors import StudyError, refusal

SAME_RATIO = 0.02  # relative: doses are rounded to three figures or so
PERCENT = 2.0  # a fraction that was measured may pass 1, but not that far
FALLS = 0.2  # of the fraction: beyond the scatter of an agent that does nothing
_NAMED = re.compile(r"(?P<name>[^\[(]+?)\s*(?:\((?P<short>[^)]*)\))?\s*(?:\[(?P<unit>[^\]]*)\])?")
_COMBO = re.compile(r"(?:.*\()?\s*(?P<names>[^()\[\]]+\+[^()\[\]]+?)\s*(?:\[(?P<ratio>[^\]]*)\])?\s*\)?")
_TITLE = re.compile(r"(?:experiment(?: name)?)\s*:\s*(.*)", re.IGNORECASE)
_AGENT = re.compile(r"(?:data for )?drug\s*:\s*(.*)", re.IGNORECASE)
_TOGETHER = re.compile(r"(?:data for )?(?:(?:non-)?constant )?(?:drug )?combo(?:\s*ratio)?\s*:\s*(.*)", re.IGNORECASE)
_RESULTS = re.compile(
    r"(CI|DRI) (data|values|plot)|data for fa|summary|isobologram|dose-effect curve|median-effect plot"
    r"|combination index|algebraic|polygonogram",
    re.IGNORECASE,
)
_FITTED = re.compile(r"(?:x-int|y-int|dm|m|r)\s*[:=]|\d+ data points", re.IGNORECASE)
_SURVIVAL = re.compile(r"surviv|viab|alive|unaffected|\bfu\b|% ?control", re.IGNORECASE)
_PERCENT = re.compile(r"%|percent", re.IGNORECASE)
_EFFECT_FIRST = re.compile(r"\W*(effect|fa\b|fraction)", re.IGNORECASE)
_GAPS = re.compile(r"\s*[\t;]\s*|\s+")
_A_NUMBER = re.compile(r"[+-]?(\d|[.,]\d)[\d.,]*(e[+-]?\d+)?\+?", re.IGNORECASE)


@dataclass
class _Block:
    """The lines of one drug or combination: what its first line says, the columns' titles, the rows with their line."""

    line: int
    names: tuple[str, ...]
    unit: str = ""
    ratio: tuple[float, ...] = ()
    titles: str = ""
    rows: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)


@dataclass
class _Experiment:
    """The blocks of one experiment, and the short names of its drugs."""

    name: str = ""
    blocks: list[_Block] = field(default_factory=list)
    full_names: dict[str, str] = field(default_factory=dict)


def read_compusyn(text: str, name: str = "table") -> CompusynTable:
    r"""Read the table of one experiment.

    Parameters
    ----------
    text : str
        The typed table, a report that was copied, or a report that was saved as a page (HTML).
    name : str
        The file's name as messages shall give it.

    Returns
    -------
    CompusynTable

    Raises
    ------
    StudyError
        Several experiments, percent or survival in the place of the fraction affected, a drug of a combination that is
        not there alone, a ratio that is not constant, or a line that can't be read in one way; with its line.

    Examples
    --------
    >>> table = read_compusyn("Drug: A [uM]\n1 0.2\n4 0.6\nDrug: B\n1 0.3\n4 0.7\nCombo: A+B [1:1]\n0,5+ 0,3\n2+ 0,8\n")
    >>> table.combinations[0].doses.tolist(), table.agent("A").effects.tolist()
    ([[0.5, 0.5], [2.0, 2.0]], [0.2, 0.6])
    """
    found = read_compusyn_experiments(text, name)
    if len(found) > 1:
        got = f"{len(found)}: {', '.join(table.experiment for table in found)}"
        raise refusal(name, "the table", "one experiment", got, "Give each experiment a file of its own.")
    return found[0]


def read_compusyn_experiments(text: str, name: str = "table") -> tuple[CompusynTable, ...]:
    """Read the tables of one experiment after another, each under a line "Experiment: name".

    Raises
    ------
    StudyError
        As in `read_compusyn`; or no drug at all.
    """
    lines = [line.strip() for line in _plain(text).splitlines()]
    numbers = [cell for line in lines for cell in _cells(line) if _A_NUMBER.fullmatch(cell)]
    decimals = decimals_of(";", [cell.rstrip("+") for cell in numbers])
    found = _experiments(lines, name, decimals)
    experiments = [experiment for experiment in found if any(block.rows for block in experiment.blocks)]
    if not experiments:
        remedy = "Write a line `Drug: cisplatin [uM]` above the doses and effects of each drug."
        raise refusal(name, "the table", "doses and effects under the name of a drug", "none", remedy)
    return tuple(_table(experiment, name, decimals) for experiment in experiments)


class _Page(HTMLParser):
    """The text of a page: a line a row of a table, cells parted by tabs."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        self.parts.append("\t" if tag in ("td", "th") else "\n" if tag in ("tr", "p", "br", "div", "h1", "h2") else "")

    def handle_data(self, data: str) -> None:
        self.parts.append(" ".join(data.split()))


def _plain(text: str) -> str:
    if not re.search(r"<(html|table|tr)\b", text, re.IGNORECASE):
        return text.replace("\u00a0", " ")
    page = _Page()
    page.feed(text)
    return "".join(page.parts).replace("\u00a0", " ")


def _cells(line: str) -> tuple[str, ...]:
    """Return the cells of a line; a dose keeps the plus behind it."""
    cells = [cell for cell in _GAPS.split(re.sub(r"(?<=\d)\s*\+", "+", line)) if cell]
    if len(cells) == 1 and "," in line and "." in line:
        cells = [cell.strip() for cell in line.split(",")]
    return tuple(cells)


def _experiments(lines: Sequence[str], name: str, decimals: Decimals) -> Iterator[_Experiment]:
    """Yield the blocks of each experiment."""
    experiment, block, is_result = _Experiment(), None, False
    for index, line in enumerate(lines, 1):
        if not line or line.startswith("#"):
            continue
        if title := _TITLE.fullmatch(line):
            yield experiment
            experiment, block, is_result = _Experiment(title[1]), None, False
        elif _RESULTS.match(line):
            block, is_result = None, True
        elif head := _TOGETHER.fullmatch(line):
            block, is_result = _combination_head(index, head[1], name, decimals), False
            experiment.blocks.append(block)
        elif head := _AGENT.fullmatch(line):
            block, is_result = _agent_head(index, head[1], experiment.full_names), False
            experiment.blocks.append(block)
        elif not is_result and not _FITTED.match(line):
            _take(index, line, block, name)
    yield experiment


def _agent_head(line: int, words: str, full_names: dict[str, str]) -> _Block:
    named = _NAMED.fullmatch(words.strip())
    full = named["name"].strip() if named else words.strip()
    full = full_names.get(full, full)
    if named and named["short"]:
        full_names[named["short"].strip()] = full
    return _Block(line, (full,), (named["unit"] or "").strip() if named else "")


def _combination_head(line: int, words: str, name: str, decimals: Decimals) -> _Block:
    head = _COMBO.fullmatch(words.strip())
    if head is None:
        remedy = "Write for example `Combo: cisplatin+birinapant [1:20]`."
        raise refusal(f"{name}:{line}", "the combination", "its drugs, joined by +", shown(words), remedy)
    names = tuple(part.strip() for part in head["names"].split("+"))
    parts = re.split(r"\s*[:/]\s*", head["ratio"].strip()) if head["ratio"] else []
    ratio = tuple(_number(part, f"{name}:{line}", "the ratio", decimals) for part in parts)
    if ratio and (len(ratio) != len(names) or min(ratio) <= 0):
        got = shown(head["ratio"])
        remedy = "Write for example [1:20]."
        raise refusal(f"{name}:{line}", "the ratio", f"{len(names)} numbers above 0", got, remedy)
    return _Block(line, names, ratio=ratio)


def _take(index: int, line: str, block: _Block | None, name: str) -> None:
    """Put a line into its block: a row of numbers, or the columns' titles."""
    cells = _cells(line)
    numbers = [bool(_A_NUMBER.fullmatch(cell)) for cell in cells]
    if not any(numbers):
        if block is not None and re.search(r"dose|conc", line, re.IGNORECASE):
            block.titles = line
        return
    if block is None and not all(numbers):
        return  # a date or a file's name above the first drug
    if block is None:
        remedy = "Write a line `Drug: cisplatin [uM]` above the doses and effects of each drug."
        raise refusal(f"{name}:{index}", "the line", "the name of a drug above its numbers", shown(line), remedy)
    if not all(numbers) or len(cells) < 2:
        remedy = "Part the cells by tabs, semicolons or spaces, and write numbers alone."
        raise refusal(f"{name}:{index}", "the line", "a dose and an effect", shown(line), remedy)
    block.rows.append((index, cells))


def _table(experiment: _Experiment, name: str, decimals: Decimals) -> CompusynTable:
    agents: dict[str, CompusynAgent] = {}
    units: dict[str, str] = {}
    for block in (block for block in experiment.blocks if len(block.names) == 1):
        [agent] = block.names
        units[agent] = block.unit or units.get(agent, "")
        if block.rows and agent in agents:
            remedy = "Put repeats under one head, and another experiment under a line `Experiment: name`."
            raise refusal(f"{name}:{block.line}", "the drug", "one table of each drug", f"{agent} again", remedy)
        if block.rows:
            doses, effects = _numbers(block, name, decimals)
            if doses.shape[1] > 1:
                got = f"{doses.shape[1] + 1} numbers"
                remedy = "A drug alone has a dose and an effect in each line."
                raise refusal(f"{name}:{block.rows[0][0]}", f"{agent} alone", "a dose and an effect", got, remedy)
            agents[agent] = CompusynAgent(agent, units[agent], doses[:, 0], effects)
    together = [block for block in experiment.blocks if len(block.names) > 1 and block.rows]
    combinations = tuple(_combination(block, experiment, agents, name, decimals) for block in together)
    return CompusynTable(tuple(agents.values()), combinations, experiment.name)


def _combination(
    block: _Block, experiment: _Experiment, agents: dict[str, CompusynAgent], name: str, decimals: Decimals
) -> CompusynCombination:
    names = tuple(experiment.full_names.get(part, part) for part in block.names)
    missing = [part for part in names if part not in agents]
    if missing:
        got = f"none of {' and '.join(missing)}"
        remedy = "A combination index needs every drug alone: add its doses and effects."
        raise refusal(f"{name}:{block.line}", f"the combination {'+'.join(names)}", "a table of each drug", got, remedy)
    doses, effects = _numbers(block, name, decimals)
    if doses.shape[1] == 1:
        doses = _parted(block, doses[:, 0], name)
    if doses.shape[1] != len(names):
        expected = f"{len(names)} doses and an effect"
        raise _unread(block, name, expected, f"{doses.shape[1]} doses and an effect")
    ratio = block.ratio or tuple((doses[0] / doses[0].min()).tolist())
    off = np.abs(doses / doses[:, :1] / (np.array(ratio) / ratio[0]) - 1.0).max(axis=1)
    if off.max() > SAME_RATIO:
        worst = int(off.argmax())
        expected = f"the doses in a constant ratio of {':'.join(f'{part:.6g}' for part in ratio)}"
        got = ":".join(f"{part:.6g}" for part in doses[worst] / doses[worst].min())
        remedy = "Doses in other ratios are other combinations: give each ratio a block, or use `combination_index_at`."
        raise refusal(f"{name}:{block.rows[worst][0]}", "the combination", expected, got, remedy)
    return CompusynCombination(names, ratio, doses, effects)


def _parted(block: _Block, given: FloatArray, name: str) -> FloatArray:
    """Return the dose of each drug where one dose stands in a line: that of the first, or the sum."""
    plus = [cells[0].endswith("+") for _, cells in block.rows]
    is_total = bool(re.search(r"total|sum", block.titles, re.IGNORECASE))
    if not block.ratio:
        raise _unread(block, name, "the ratio of the drugs, or a dose for each", "one dose and no ratio")
    if not is_total and not all(plus):
        got = "one dose, which may be the sum of the doses or that of the first drug"
        raise _unread(block, name, "the title `Total Dose`, a plus behind each dose, or a dose for each drug", got)
    shares = np.array(block.ratio) / (sum(block.ratio) if is_total else block.ratio[0])
    return np.asarray(given[:, None] * shares, dtype=np.float64)


def _unread(block: _Block, name: str, expected: str, got: str) -> StudyError:
    remedy = "Write for example `Dose A; Dose B; Effect` above the numbers."
    return refusal(f"{name}:{block.rows[0][0]}", f"the doses of {'+'.join(block.names)}", expected, got, remedy)


def _numbers(block: _Block, name: str, decimals: Decimals) -> tuple[FloatArray, FloatArray]:
    """Return doses (n_doses, n_columns) and effects (n_doses,) of a block, once they are what they should be."""
    what = "+".join(block.names)
    widths = [len(cells) for _, cells in block.rows]
    if len(set(widths)) > 1:
        odd = next(line for (line, _), width in zip(block.rows, widths, strict=True) if width != widths[0])
        remedy = "Fill every cell, or leave the whole line out."
        raise refusal(f"{name}:{odd}", what, f"{widths[0]} numbers, as in the lines above", "another count", remedy)
    values = np.array(
        [[_number(cell.rstrip("+"), f"{name}:{line}", what, decimals) for cell in cells] for line, cells in block.rows]
    )
    doses, effects = values[:, :-1], values[:, -1]
    if not (doses > 0).all():
        line = block.rows[int(np.argmin(doses.min(axis=1)))][0]
        remedy = "Leave the control out: the effect is already over it."
        raise refusal(f"{name}:{line}", f"the dose of {what}", "a number above 0", f"{doses.min():g}", remedy)
    _require_affected(block, doses.sum(axis=1), effects, name)
    return doses, effects


def _require_affected(block: _Block, doses: FloatArray, effects: FloatArray, name: str) -> None:
    """Refuse effects that are percent, or the fraction that survives."""
    what, place = f"the effect of {'+'.join(block.names)}", f"{name}:{block.rows[0][0]}"
    if _EFFECT_FIRST.match(block.titles):
        raise refusal(place, what, "behind the dose", shown(block.titles), "Put the effect into the last column.")
    if _PERCENT.search(block.titles) or np.abs(effects).max() > PERCENT:
        got = f"percent, up to {effects.max():g}"
        raise refusal(place, what, "a fraction, 0 to 1", got, "Divide the effects by 100.")
    order = np.argsort(doses, kind="stable")
    falls = effects[order[0]] - effects[order[-1]]
    if _SURVIVAL.search(block.titles) or falls > FALLS:
        got = f"what survives: {effects[order[0]]:g} at the lowest dose and {effects[order[-1]]:g} at the highest"
        raise refusal(place, what, "the fraction affected, which rises with the dose", got, "Write 1 less each effect.")


def _number(words: str, place: str, what: str, decimals: Decimals) -> float:
    try:
        return number(words, decimals)
    except Refused as no:
        raise refusal(place, what, no.expected, shown(words), no.remedy) from None
