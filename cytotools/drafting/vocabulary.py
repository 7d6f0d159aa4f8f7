"""The words that names of files are made of, from `words.yaml` and the classes of agents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from cytotools.verdicts.agent_classes import agent_classes

LONG = 8
SEPARATOR = r"[\s_.\-]*"
NOT_AGENTS = {"smacmimetic", "smc", "nsa", "tsa"}  # too short or too general to be told in a file's name


@dataclass(frozen=True)
class Word:
    """A word of the vocabulary: what kind of fact it tells, its value, and the pattern that finds it in a name."""

    kind: str
    value: str
    pattern: re.Pattern[str]
    is_sure: bool = True


@cache
def words() -> dict[str, Any]:
    """Return the lists of `words.yaml`."""
    from ruamel.yaml import YAML

    text = files("cytotools.drafting").joinpath("words.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    return found


@cache
def vocabulary() -> tuple[Word, ...]:
    """Return all words, the longest first, so that `positive control` is found before `control`.

    Examples
    --------
    >>> next(word.value for word in vocabulary() if word.kind == "role" and word.pattern.search("no_stain"))
    'unstained'
    """
    found = sorted(_words(words()), key=lambda one: -len(one[1]))
    return tuple(Word(kind, value, _pattern(name), sure) for kind, name, value, sure in found)


def _words(data: dict[str, Any]) -> Iterator[tuple[str, str, str, bool]]:
    """Yield kind, spelling, value and whether the value is sure."""
    for kind in ("roles", "assays"):
        for value, names in data[kind].items():
            yield from ((kind[:-1], str(name), value, True) for name in names)
    yield from (("role", str(name), "untreated", False) for name in data["controls"])
    yield from (("role", str(name), role, False) for role, names in data["perhaps"].items() for name in names)
    yield from (("vehicle", name, "DMSO" if name == "dmso" else name, True) for name in data["vehicles"])
    yield from (("cell_line", str(name), str(name), True) for name in data["cell_lines"])
    yield from (("target", name, name, True) for name in data["targets"])
    yield from (("arm", name, name, True) for name in data["arms"])
    yield from (("compound", str(short), full, False) for short, full in data["short_names"].items())
    yield from (("compound", name, full, True) for full, names in data["aliases"].items() for name in names)
    known = [*data["compounds"], *(name for one in agent_classes() for name in one.names)]
    shorts = {str(short).casefold() for short in data["short_names"]}
    shorts |= {plain_name(name) for names in data["aliases"].values() for name in names}
    names = {name.casefold(): name for name in reversed(known)}
    for name in names.values():
        if plain_name(name) not in NOT_AGENTS | shorts and len(name) > 2:
            yield "compound", name, name, True


def plain_name(name: str) -> str:
    """Return a name in lower case, its letters and digits only.

    Examples
    --------
    >>> plain_name("TNF-alpha")
    'tnfalpha'
    """
    return re.sub(r"[\W_]", "", name.casefold())


def _pattern(name: str) -> re.Pattern[str]:
    """Return what finds a name as a whole word, whatever separates its parts.

    Examples
    --------
    >>> bool(_pattern("Smac-N7").search("rep1_SMAC N7_25uM")), bool(_pattern("cis").search("precise"))
    (True, False)
    """
    # A digit may follow letters at once (cis10), and a new word in camel case (HeLaDMSO); `cis` is not in `cisco`.
    new_word = r"(?-i:(?<=[a-z])(?=[A-Z]))"
    after = rf"(?:(?![A-Za-zÀ-ÿ])|{new_word})" if name[-1].isalpha() else r"(?![A-Za-z0-9])"
    return re.compile(rf"(?<![A-Za-z0-9À-ÿ]){_spelt(name)}{after}", re.IGNORECASE)


def _spelt(name: str) -> str:
    """Return the pattern of a name; long ones end with or without a vowel, as other languages write them."""
    spelt = SEPARATOR.join(re.escape(part) for part in _parts(name))
    return re.sub(r"(?<=[a-z]{6}(?:in|id))e?$", "[aeo]?", spelt) if len(name) > LONG else spelt


def any_of(names: Iterable[str]) -> str:
    """Return the pattern of any of some names, the longest first, whatever separates their parts.

    Examples
    --------
    >>> re.findall(any_of(["annexin", "annexin v"]), "annexin-v annexin")
    ['annexin-v', 'annexin']
    """
    longest = sorted(names, key=lambda name: -len(name))
    return "|".join(map(_spelt, longest))


def _parts(name: str) -> Iterable[str]:
    return [part for part in re.split(r"[\s_.\-()/']+|(?<=[a-z])(?=[A-Z][a-z])", name) if part]
