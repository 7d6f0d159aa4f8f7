"""Which software wrote an export, told by its own words, and the signals that it holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cytotools.cells.refused import shown
from cytotools.errors import Problem, StudyError
from cytotools.plates.blocks import Block, find_blocks
from cytotools.plates.cell_grid import is_number_like
from cytotools.plates.cell_table import CellTable
from cytotools.plates.readers import bmg, free_form, gen5, glomax, perkin_elmer, skanit, softmax_pro, tecan
from cytotools.plates.readers.described import Described, Signal

FREE_FORM = "free-form"
_HEAD, _TAIL = 100, 40


@dataclass(frozen=True)
class Software:
    """A reader's software: its name, the words that give it away, and what it says of a block.

    MARS leaves out the empty wells at the end of a line; in all other text a line that is shorter than its neighbours
    has lost a delimiter, and its values stand in the wrong wells.
    """

    name: str
    is_mine: Callable[[str], bool]
    describe: Callable[[Block], Described | None]
    leaves_out_ends: bool = False


SOFTWARE: tuple[Software, ...] = (
    Software("SoftMax Pro", softmax_pro.is_mine, free_form.describe),
    Software("Gen5", gen5.is_mine, gen5.describe),
    Software("SMART Control", bmg.is_smart_control, bmg.describe),
    Software("MARS", bmg.is_mars, bmg.describe, leaves_out_ends=True),
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


def signals_of(tables: Sequence[CellTable], software: Software) -> tuple[list[Signal], list[Problem]]:
    """Return what some tables hold of signals, in the order of the file, and a note for numbers that are none.

    Raises
    ------
    StudyError
        Values stand where wells do and can't be given a well, or could be given two.
    """
    found: list[Signal] = []
    notes: list[Problem] = []
    for table in tables:
        if software.name == "SoftMax Pro":
            found += softmax_pro.signals(table)
            continue
        blocks, problems = find_blocks(table)
        if not software.leaves_out_ends:
            problems += [problem for block in blocks for problem in _ragged(block)]
        if problems:
            raise StudyError(problems)
        described = [(block, software.describe(block)) for block in blocks]
        found += [Signal(table, block.wells, said, block.source.place) for block, said in described if said]
        notes += [_left_out(block) for block, said in described if not said and block.has_numbers]
    return found, notes


def _left_out(block: Block) -> Problem:
    got = f"a block under {shown(block.title or block.source.label)}, which describes the wells and was not measured"
    return Problem(block.source.place, "the block", "signals", got, "Give it another title if it was measured.")


def _ragged(block: Block) -> Iterator[Problem]:
    """Name the lines of a text that are shorter than the others of their block, or longer by a value."""
    rows = sorted({row for row, _ in block.wells.values()} if block.table.delimiter else ())
    lengths = Counter(len(block.table.rows[row]) for row in (rows if len(rows) > 1 else (block.top,)))
    most = max(lengths.values())
    usual = min(length for length, count in lengths.items() if count == most)
    for row in rows:
        cells = len(block.table.rows[row])
        is_longer = any(map(is_number_like, block.table.rows[row][usual:]))
        if (cells < usual or is_longer) and block.has_numbers:
            remedy = "Write as many cells as the other lines have, empty where nothing was read."
            yield Problem(block.table.place(row), "the line", f"{usual} cells as in its neighbours", str(cells), remedy)
