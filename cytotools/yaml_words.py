"""Values as YAML writes them: bare where that is safe, in quotes where it is not."""

from __future__ import annotations

import json
import re

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_ .+/()-]*[A-Za-z0-9)]|[A-Za-z]")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def quoted(value: object) -> str:
    """Return a value as YAML writes it, in quotes where it needs them.

    Examples
    --------
    >>> quoted("ECA109, no. 2"), quoted("saline"), quoted(300.05), quoted("no")
    ('"ECA109, no. 2"', 'saline', '300.05', '"no"')
    """
    if isinstance(value, float):
        return f"{value:.15g}"
    words = str(value)
    is_plain = _PLAIN.fullmatch(words) and words.casefold() not in _WORDS
    return words if is_plain else json.dumps(words, ensure_ascii=not words.isprintable())
