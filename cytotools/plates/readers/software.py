"""Which software wrote an export, told by its own words, and the signals that it holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cytotools.errors import StudyError
from cytotools.plates.blocks import Block, find_blocks
from cytotools.plates.cell_table import CellTable
from cytotools.plates.readers import bmg, free_form, gen5, glomax, perkin_elmer, skanit, softmax_pro, tecan
from cytotools.plates.readers.described import Described, Signal

FREE_FORM = "free-form"
_HEAD, _TAIL = 100, 40


@dataclass(frozen=True)
class Software:
    """A reader's software: its name, the words that give it away, and what it says of a block."""

    name: str
    is_mine: Callable[[str], bool]
    describe: Callable[[Block], Described | None]


SOFTWARE: tuple[Software, ...] = (
    Software("SoftMax Pro", softmax_pro.is_mine, free_form.describe),
    Software("Gen5", gen5.is_mine, gen5.describe),
    Software("MARS", bmg.is_mars, bmg.describe),
    Software("SMART Control", bmg.is_smart_control, bmg.describe),
    Software("Kaleido", perkin_elmer.is_kaleido, perkin_elmer.describe),
    Software("EnSpire", perkin_elmer.is_enspire, perkin_elmer.describe),
    Software("Victor", perkin_elmer.is_victor, perkin_elmer.describe),
    Software("EnVision", perkin_elmer.is_envision, perkin_elmer.describe),
    Software("i-control", tecan.is_i_control, tecan.describe),
    Software("SparkControl", tecan.is_spark_control, tecan.describe),
    Software("Magellan", tecan.is_magellan, tecan.describe_magellan),
    Software("SkanIt", skanit.is_mine, skanit.describe),
    Software("GloMax", glomax.is_mine, glomax.describe),
    Software(FREE_FORM, lambda text: True, free_form.describe),
)


def software_of(tables: Sequence[CellTable]) -> Software:
    r"""Return the software that wrote some tables; free-form where no words of a software stand in them.

    Examples
    --------
    >>> software_of([CellTable("a.txt", "", "\t", (("##BLOCKS= 2",),))]).name
    'SoftMax Pro'
    """
    text = "\n".join(_ends(table) for table in tables)
    return next(software for software in SOFTWARE if software.is_mine(text))


def _ends(table: CellTable) -> str:
    rows = range(len(table.rows))
    return "\n".join(table.line(row) for row in (*rows[:_HEAD], *rows[_HEAD:][-_TAIL:]))


def signals_of(tables: Sequence[CellTable], software: Software) -> list[Signal]:
    """Return what some tables hold of signals, in the order of the file.

    Raises
    ------
    StudyError
        Values stand where wells do and can't be given a well, or could be given two.
    """
    found: list[Signal] = []
    for table in tables:
        if software.name == "SoftMax Pro":
            found += softmax_pro.signals(table)
            continue
        blocks, problems = find_blocks(table)
        if problems:
            raise StudyError(problems)
        described = [(block, software.describe(block)) for block in blocks]
        found += [Signal(table, block.wells, said, block.source.place) for block, said in described if said]
    return found
