"""The errors of cytotools, by who must act.

StudyError(ValueError)   the study file, a sheet or a named path is wrong; it carries every problem found
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a study: where, what, what was expected, what came, and the remedy.

    `place` is `file:line:column`, or `file:Sheet!B7` in a workbook, or a file's name alone.

    Examples
    --------
    >>> print(Problem("samples.csv:3:5", "dose", "a number", "'ten'", "Write 10."))
    samples.csv:3:5: dose: expected a number, got 'ten'. Write 10.
    """

    place: str
    what: str
    expected: str
    got: str
    remedy: str

    def __str__(self) -> str:
        """Return the problem in one line."""
        return f"{self.place}: {self.what}: expected {self.expected}, got {self.got}. {self.remedy}"


class StudyError(ValueError):
    """The study file, a sheet or a named path is wrong; `.problems` holds every problem, one a line of the message."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the problems when the error comes back from a worker process."""
        return type(self), (self.problems,)


def refusal(place: str, what: str, expected: str, got: str, remedy: str) -> StudyError:
    """Return the error of a single problem.

    Examples
    --------
    >>> raise refusal("samples.csv:3:5", "dose", "a number", "'ten'", "Write 10.")
    Traceback (most recent call last):
    ...
    cytotools.errors.StudyError: samples.csv:3:5: dose: expected a number, got 'ten'. Write 10.
    """
    return StudyError([Problem(place, what, expected, got, remedy)])
