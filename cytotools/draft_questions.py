"""The questions that a draft left in its sheets: an open one is a note, and stands beside what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from cytotools.errors import Problem
from cytotools.sheets import Table

BETWEEN = " | "  # questions of one row
QUESTION = "question"  # the column that `cytotools init` writes


def open_questions(table: Table) -> list[Problem]:
    """Return a note for each question that still stands in a row."""
    if QUESTION not in table.frame:
        return []
    remedy = "Correct the row, then clear this cell."
    return [
        Problem(table.place(row, QUESTION), QUESTION, "none that is open", f'"{words.strip()}"', remedy)
        for row, value in enumerate(table.frame[QUESTION])
        for words in (value.split(BETWEEN) if isinstance(value, str) else [])
        if words.strip()
    ]


def with_questions(problems: Iterable[Problem], notes: Sequence[Problem]) -> list[Problem]:
    """Return problems, each with the open question of its row as the remedy.

    Examples
    --------
    >>> wrong = Problem("s.csv:4:2", "role", "a value", "nothing", "Fill the cell.")
    >>> open_one = Problem("s.csv:4:19", "question", "none that is open", "'What is EB?'", "Clear this cell.")
    >>> with_questions([wrong], [open_one])[0].remedy
    "Fill the cell. The draft asks there: 'What is EB?'"
    """
    asked: dict[str, list[str]] = {}
    for note in notes:
        if note.what == QUESTION:
            asked.setdefault(_row(note.place), []).append(note.got)
    return [_with_question(problem, asked.get(_row(problem.place), [])) for problem in problems]


def _with_question(problem: Problem, asked: Sequence[str]) -> Problem:
    return replace(problem, remedy=f"{problem.remedy} The draft asks there: {' '.join(asked)}") if asked else problem


def _row(place: str) -> str:
    """Return the row of a cell: `s.csv:4` of `s.csv:4:2`, `s.xlsx:Sheet1!4` of `s.xlsx:Sheet1!B4`."""
    return re.sub(r"(?<=!)[A-Z]+(?=\d+$)|(?<=\d):\d+$", "", place)
