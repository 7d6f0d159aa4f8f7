"""The text of study.yaml to plain values, each with the line and column where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NoReturn

from cytotools.errors import Problem, StudyError, refusal
from cytotools.study_schema import Location

MAX_DEPTH = 12
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def parse_study(
    contents: bytes, name: str, noun: str = "study"
) -> tuple[object, dict[Location, tuple[int, int]], list[Problem]]:
    r"""Parse the bytes of study.yaml.

    Parameters
    ----------
    contents : bytes
        The whole file, UTF-8 with or without a byte order mark.
    name : str
        Its name, as messages shall give it.
    noun : str
        What it describes, as messages shall call it.

    Returns
    -------
    data : object
        Mappings, lists, text, numbers, truth values and None; only `true` and `false` are truth values, a date is text.
    places : dict of location to (line, column)
        Where each key and item stands, 1-based; a location is the path of keys and indices.
    repeated : list of Problem
        The keys that stand twice; the first of them counts.

    Raises
    ------
    StudyError
        What is no UTF-8 text or no YAML, a second document, an alias, a tag, a key that is no word, too deep a nesting.

    Examples
    --------
    >>> data, places, _ = parse_study(b"title: no\nflow:\n  dye: PE-A\n", "study.yaml")
    >>> data, places["flow", "dye"]
    ({'title': 'no', 'flow': {'dye': 'PE-A'}}, (3, 3))
    """
    return _parsed(_decoded(contents, name, noun), name, noun)


def _decoded(contents: bytes, name: str, noun: str) -> str:
    remedy = "Save it as UTF-8."
    try:
        text = contents.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = contents[: error.start].decode("utf-8-sig", errors="replace")
        got = "UTF-16" if contents[:2] in (b"\xff\xfe", b"\xfe\xff") else f"the byte 0x{contents[error.start]:02X}"
        raise refusal(_position(before, name), f"the {noun}", "UTF-8 text", got, remedy) from None
    odd = _UNPRINTABLE.search(text)
    if odd:
        place = _position(text[: odd.start()], name)
        raise refusal(place, f"the {noun}", "UTF-8 text", f"the character {odd.group()!r}", remedy)
    return text


def _position(before: str, name: str) -> str:
    lines = re.split("\r\n|\r|\n", before)
    return f"{name}:{len(lines)}:{len(lines[-1]) + 1}"


def _parsed(text: str, name: str, noun: str) -> tuple[object, dict[Location, tuple[int, int]], list[Problem]]:
    """Return what the file holds, where each key stands, and the keys that stand twice."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError

    composer = _Composer(name, noun, YAML(typ="safe", pure=True).parse(text))
    try:
        data = composer.document()
    except StudyError:
        raise
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        raise refusal(place, f"the {noun}", "YAML", *_syntax(str(error.problem), str(error.context or ""))) from None
    except Exception as error:  # the scanner of ruamel.yaml lets number and index errors through
        remedy = "Look for odd escapes, quotes and lines that begin with %."
        got = f"a line that can't be read ({error})"
        raise refusal(f"{name}:{composer.line}:1", f"the {noun}", "YAML", got, remedy) from None
    return data, composer.places, composer.repeated


def _syntax(problem: str, context: str) -> tuple[str, str]:
    """Return what came and the remedy, in the words of someone who has never met a scanner."""
    if r"'\t'" in problem:
        return "a tab at the beginning", "Indent with spaces."
    if "quoted scalar" in context or "end of stream" in problem:
        return problem, "Close the quote or bracket that is open."
    if "mapping values" in problem:
        return "a second colon", "Put text that holds a colon in quotes; indent each key under its block."
    if "flow" in context:
        return problem, "Close the bracket, and part its items by commas."
    return f"{problem} {context}".strip(), "Look at the indentation of this line and the one above it."


class _Composer:
    """Builds plain values from YAML events: no alias, tag or second document, and a bound on depth.

    It composes for itself because ruamel.yaml's own loader expands aliases without bound.
    """

    def __init__(self, name: str, noun: str, events: Iterator[Any]) -> None:
        self.name, self.noun, self.events = name, noun, events
        self.places: dict[Location, tuple[int, int]] = {}
        self.repeated: list[Problem] = []
        self.line = 1

    def document(self) -> object:
        """Return the value of the only document, None where there is none."""
        from ruamel.yaml import events as kinds

        data: object = None
        documents = 0
        for event in self._passing():
            if isinstance(event, kinds.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(event, f"one {self.noun} in the file", "a second one after ---", "Delete one of them.")
            elif isinstance(event, kinds.NodeEvent):
                data = self._value(event, ())
        return data

    def _passing(self) -> Iterator[Any]:
        for event in self.events:
            self.line = event.start_mark.line + 1
            yield event

    def _refuse(self, event: Any, expected: str, got: str, remedy: str) -> NoReturn:
        place = f"{self.name}:{event.start_mark.line + 1}:{event.start_mark.column + 1}"
        raise refusal(place, f"the {self.noun}", expected, got, remedy)

    def _require_text(self, event: Any) -> None:
        r"""Refuse what an escape such as `\0` brings in: no table, page or picture can hold it."""
        odd = _UNPRINTABLE.search(event.value)
        if odd:
            self._refuse(event, "text", f"an escape that means the character {odd.group()!r}", "Delete the escape.")

    def _value(self, event: Any, location: Location) -> object:
        from ruamel.yaml import events as kinds

        self.places.setdefault(location, (event.start_mark.line + 1, event.start_mark.column + 1))
        if isinstance(event, kinds.AliasEvent):
            self._refuse(event, "values", f"the alias *{event.anchor}", "Write the value itself, without * and &.")
        if event.tag not in (None, "!"):
            self._refuse(event, "values", f"the tag {event.tag}", "Write the value without the words after !.")
        if len(location) > MAX_DEPTH:
            self._refuse(event, f"at most {MAX_DEPTH} levels", "more", "Look at the brackets and the indentation.")
        if isinstance(event, kinds.ScalarEvent):
            self._require_text(event)
            return _scalar(event.value) if event.implicit[0] else event.value
        if isinstance(event, kinds.SequenceStartEvent):
            return self._list(location)
        return self._mapping(location)

    def _list(self, location: Location) -> list[object]:
        from ruamel.yaml import events as kinds

        items: list[object] = []
        while not isinstance(event := next(self.events), kinds.SequenceEndEvent):
            items.append(self._value(event, (*location, len(items))))
        return items

    def _mapping(self, location: Location) -> dict[str, object]:
        from ruamel.yaml import events as kinds

        items: dict[str, object] = {}
        while not isinstance(key := next(self.events), kinds.MappingEndEvent):
            if not isinstance(key, kinds.ScalarEvent) or key.tag not in (None, "!"):
                self._refuse(key, "a key", "a list, a mapping, an alias or a tag", "Write a word as the key.")
            self._require_text(key)
            here = (key.start_mark.line + 1, key.start_mark.column + 1)
            name, first = str(key.value), self.places.get((*location, str(key.value)))
            if name in items and first:
                place = f"{self.name}:{here[0]}:{here[1]}"
                got = f"it again; it first stands in line {first[0]}"
                self.repeated.append(Problem(place, name, "each key once", got, "Delete or rename one of them."))
                self._value(next(self.events), (*location, name, "again"))
                continue
            self.places[(*location, name)] = here
            items[name] = self._value(next(self.events), (*location, name))
        return items


def _scalar(word: str) -> object:
    """Return the value of a bare word: `no` and dates stay text, 1e-6 is a number, 007 stays text.

    Examples
    --------
    >>> [_scalar(word) for word in ("no", "1e-6", "007", "2024-03-01", "24", "true", "~")]
    ['no', 1e-06, '007', '2024-03-01', 24, True, None]
    """
    if word in ("", "~", "null", "Null", "NULL"):
        return None
    if word in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return word.lower() == "true"
    if re.fullmatch(r"(?a:[-+]?(0|[1-9]\d{0,14}))", word):
        return int(word)
    if re.fullmatch(r"(?a:[-+]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][-+]?\d+)?)", word):
        return float(word)
    return word
