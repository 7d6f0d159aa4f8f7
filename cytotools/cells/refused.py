"""How a reader of cells says no.

A reader takes what a cell or a key of study.yaml holds and returns the value, or raises `Refused` with what was
expected and the remedy.
"""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Callable, Iterable

Reader = Callable[[object], object]


class Refused(ValueError):
    """A cell that can't be read: what was expected and what to do about it."""

    def __init__(self, expected: str, remedy: str) -> None:
        self.expected, self.remedy = expected, remedy
        super().__init__(f"expected {expected}. {remedy}")


def shown(value: object) -> str:
    """Return a value as a message shows it.

    Examples
    --------
    >>> shown(" ten"), shown(None), shown(5.0)
    ("' ten'", 'nothing', '5')
    """
    if value is None or value == "":
        return "nothing"
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + "...")
    if isinstance(value, list):
        return f"the list [{', '.join(map(str, value[:12]))}{', ...' if len(value) > 12 else ''}]"[:120]
    if isinstance(value, dict):
        return "keys with values"
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        return f"the date or time {value}"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def nearest(word: str, allowed: Iterable[str]) -> str:
    """Return the remedy for a word that is not among those allowed, with the nearest one first.

    Examples
    --------
    >>> nearest("treatd", ("ladder", "untreated", "vehicle", "treated"))
    'Did you mean `treated`? Allowed: ladder, untreated, vehicle, treated.'
    """
    names = list(allowed)
    folded = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    hint = f"Did you mean `{folded[close[0]]}`? " if close else ""
    return f"{hint}Allowed: {', '.join(names[:40])}." if names else "There is none yet: add it first."
