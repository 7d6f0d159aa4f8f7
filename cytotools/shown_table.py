"""What the page shows of a table: text in every cell, and how numbers and verdicts become text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Format = Callable[[Any], str]
CAUTION = "caution"  # the heading of the column that the page links to the cautions' remedies, always the last one
_TOGETHER = r"\([^()]{1,30}\)|^[<>] "
# A mark before a word, so that verdicts are told apart at a glance and without colour.
MARKS = {
    "supported": "●",
    "against": "○",
    "yes": "✓",
    "passed": "✓",
    "failed": "✗",
    "no": "✗",
    "not resolved": "?",
    "not tested": "–",
    "refused": "■",
    "warning": "▲",
    "note": "·",
}


@dataclass(frozen=True)
class ShownTable:
    """A table as the page shows it: text in every cell."""

    caption: str  # its first sentence is the title
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    wide: frozenset[int] = frozenset()  # columns of prose
    wraps: bool = False  # let cells break, where there are many columns

    @property
    def title(self) -> str:
        """The first sentence of the caption, without its full stop."""
        return self.caption.partition(". ")[0]

    @property
    def name(self) -> str:
        """What the title begins with: short enough for a link."""
        return self.title.partition(" (")[0].partition(": ")[0]

    @property
    def note(self) -> str:
        """What the caption says beyond the title."""
        return self.caption.partition(". ")[2]


def estimate(value: float, low: float, high: float, form: Format) -> str:
    """Return an estimate with its interval, both in the form of `form`; n/a where there is none."""
    if value != value:
        return "n/a"
    if low == high == value or low != low:
        return form(value)
    return f"{form(value)} ({form(low)} to {form(high)})"


def whole(value: Any) -> str:
    """Return a count without decimals, and text as it is."""
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def unbroken(cell: str) -> str:
    r"""Return a cell whose intervals and bounds stay on one line.

    Examples
    --------
    >>> unbroken("0.12 (0.10 to 0.14)"), unbroken("< 0.0001")
    ('0.12 (0.10\xa0to\xa00.14)', '<\xa00.0001')
    """
    return re.sub(_TOGETHER, lambda found: found[0].replace(" ", "\N{NO-BREAK SPACE}"), cell)


def marked(word: str) -> str:
    """Return a verdict, a grade or a severity with its mark, any other word as it is.

    Examples
    --------
    >>> marked("supported"), marked("weak")
    ('● supported', 'weak')
    """
    return f"{MARKS[word]} {word}" if word in MARKS else word


def cautions_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the cautions of several rows of a table, each once.

    Examples
    --------
    >>> cautions_of([{"caution": "lossy: JPEG"}, {"caution": ""}, {"caution": "lossy: JPEG"}])
    'lossy: JPEG'
    """
    cells = (row[CAUTION] for row in rows)
    return "; ".join(
        dict.fromkeys(said for cell in cells if isinstance(cell, str) for said in cell.split("; ") if said)
    )
