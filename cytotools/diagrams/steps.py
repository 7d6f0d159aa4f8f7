"""The nouns of the troubleshooting path: a question, how this study answered it, and what follows."""

from __future__ import annotations

from dataclasses import dataclass

from cytotools.shown_table import ShownTable

YES, NO, NOT_TESTED, NOT_RESOLVED = "yes", "no", "not tested", "not resolved"
ANSWERS = (YES, NO, NOT_RESOLVED, NOT_TESTED)


@dataclass(frozen=True)
class Step:
    """One question of the troubleshooting tree.

    Attributes
    ----------
    question : str
        Asked so that `yes` lets the path go on.
    answer : str
        One of `ANSWERS`.
    evidence : str
        What the answer rests on, in a few words.
    source : str
        The table of the report where it stands.
    remedy : str
        What to do next, empty after a yes.
    is_reached : bool
        Whether the path came here: False after the step that explains why a line resists.
    brief : str
        The evidence as the picture has it, where it is shorter there.
    """

    question: str
    answer: str
    evidence: str
    source: str
    remedy: str = ""
    is_reached: bool = True
    brief: str = ""

    @property
    def words(self) -> str:
        """Return the step in a sentence, as short as the picture has it."""
        evidence = self.brief or self.evidence
        return f"{self.question} {self.answer.capitalize()}{f': {evidence}' if evidence else ''}."


@dataclass(frozen=True)
class Branch:
    """The steps of one cell line under one Smac mimetic, with what they end in.

    Attributes
    ----------
    title : str
        Line and treatment.
    steps : tuple of Step
    outcome : str
        What the path says of the line.
    next_experiment : str
    """

    title: str
    steps: tuple[Step, ...]
    outcome: str
    next_experiment: str

    @property
    def words(self) -> str:
        """Return the branch in sentences."""
        reached = [step.words for step in self.steps if step.is_reached]
        later = [step.words for step in self.steps if not step.is_reached and step.answer != NOT_TESTED]
        beyond = f" Beyond the path: {' '.join(later)}" if later else ""
        return f"{self.title}: {' '.join(reached)} {self.outcome}. Next: {self.next_experiment}{beyond}"


@dataclass(frozen=True)
class TroubleshootingPath:
    """The path that a study took through the troubleshooting tree.

    Attributes
    ----------
    steps : tuple of Step
        Of the study as a whole.
    branches : tuple of Branch
        Of its lines, where a Smac mimetic was given.
    """

    steps: tuple[Step, ...]
    branches: tuple[Branch, ...]

    @property
    def words(self) -> str:
        """Return the whole path in sentences, for who does not see the picture."""
        return " ".join([*(step.words for step in self.steps), *(branch.words for branch in self.branches)])

    @property
    def table(self) -> ShownTable:
        """Return the steps as rows."""
        rows = [_row("all", step) for step in self.steps]
        for branch in self.branches:
            rows += [_row(branch.title, step) for step in branch.steps]
            rows.append([branch.title, "Next experiment", "", branch.outcome, "", branch.next_experiment, "yes"])
        header = ["line", "question", "answer", "evidence", "table", "what to do", "on the path"]
        return ShownTable("The troubleshooting path", header, rows, frozenset({1, 3, 5}))


def _row(line: str, step: Step) -> list[str]:
    reached = "yes" if step.is_reached else "no"
    return [line, step.question, step.answer, step.evidence, step.source, step.remedy, reached]
