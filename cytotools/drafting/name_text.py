"""A name from which facts are taken one after the other, and the questions that it leaves."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from cytotools.drafting.vocabulary import vocabulary

FREE = "\ue000"  # stands where something was found; for private use, so that no name holds it, and no space
JOINED = "+"
_NEW_WORD = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[munp]M)(?=[A-Z][a-z])|(?<=[A-Z])(?=[A-Z][a-z]{3})")
_JOINERS = re.compile(r"(?<=[\s_])(?:and|plus|with|und|mit|et)(?=[\s_])", re.IGNORECASE)


class Question(NamedTuple):
    """What must be asked, and the fact that it is about (a field of `NameFacts`)."""

    about: str
    words: str


class Known(NamedTuple):
    """A word of the vocabulary in a name: where it stands, its value, how it was written, whether it is sure."""

    start: int
    value: str
    written: str
    is_sure: bool


@dataclass
class NameText:
    """The text of a name; what was taken from it is blanked, so that places stay."""

    text: str
    questions: list[Question] = field(default_factory=list)

    def take(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        """Return every place of a pattern, and blank them."""
        found = list(pattern.finditer(self.text))
        for one in found:
            self.blank(one.start(), one.end())
        return found

    def first(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Return the first place of a pattern, and blank all of them."""
        return next(iter(self.take(pattern)), None)

    def known(self, kind: str) -> Iterator[Known]:
        """Yield the words of one kind of the vocabulary, the longest first, and blank them."""
        for word in vocabulary():
            if word.kind == kind:
                for found in self.take(word.pattern):
                    yield Known(found.start(), word.value, found[0], word.is_sure)

    def blank(self, start: int, end: int) -> None:
        """Blank a part."""
        self.text = self.text[:start] + FREE * (end - start) + self.text[end:]

    def ask(self, about: str, words: str) -> None:
        """Leave a question."""
        self.questions.append(Question(about, words))


def name_text(text: str) -> NameText:
    """Return a name ready to be read: signs of micro alike, joined agents and words in camel case parted.

    Examples
    --------
    >>> name_text("cisplatin10µMRep2 & TNF").text
    'cisplatin10uM_Rep2 + TNF'
    """
    plain = unicodedata.normalize("NFC", text).replace("\u03bc", "u").replace("\u00b5", "u")
    plain = re.sub(r"\s*[+&]\s*", f" {JOINED} ", _JOINERS.sub(JOINED, plain))
    return NameText(_NEW_WORD.sub("_", plain))
