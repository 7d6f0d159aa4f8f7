"""Every caution that doses can attach to a number: its stable code, what it means and what to do."""

from __future__ import annotations

from typing import NamedTuple


class Caution(NamedTuple):
    """What a code means and the remedy at the bench."""

    severity: str  # note (read it), warning (judge it), refused (the number is withheld)
    meaning: str
    remedy: str


CAUTIONS: dict[str, Caution] = {
    "growth_level": Caution(
        "note",
        "growth rates do not fall with dose, so that no GEC50 or slope can be read from them",
        "Test higher doses, where the drug is expected to act.",
    ),
    "growth_limit": Caution(
        "warning",
        "a parameter of the growth-rate curve lies at the limit of its range: the doses do not tell it",
        "Add doses where the curve bends or levels out.",
    ),
    "no_degrees_of_freedom": Caution(
        "warning",
        "the curve passes through every point, so nothing is left to tell its error from",
        "Measure more points, or take a model with fewer parameters.",
    ),
    "not_converged": Caution(
        "warning",
        "the fit ended where no minimum is: its parameters and intervals can't be relied on",
        "Look at the points: does the model suit them, do doses cover the curve? Else start nearer.",
    ),
    "not_determined": Caution(
        "warning",
        "the points do not determine every parameter of the model, so no standard errors are given",
        "Measure where the curve bends, or take a model with fewer parameters.",
    ),
}


def caution(code: str, words: str) -> str:
    """Return `code: words`, refusing a code that the list above does not document."""
    if code not in CAUTIONS:
        raise KeyError(code)
    return f"{code}: {words}"


def join(*cautions: str) -> str:
    """Join cautions into one cell, each once, in the order given, leaving out the empty ones."""
    return "; ".join(dict.fromkeys(c for c in cautions if c))
