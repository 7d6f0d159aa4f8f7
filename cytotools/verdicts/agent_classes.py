"""What an agent is: a Smac mimetic, TNF-alpha, an inhibitor, a chemotherapy, by its name or as the study says."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

LIKENESS = 0.9  # of two classes that a slip tells apart; MEK and MLKL inhibitor have 0.88
GREEK = {"α": "alpha", "β": "beta", "γ": "gamma", "κ": "kappa"}


@dataclass(frozen=True)
class AgentClass:
    """A class of agents, what it does, and the names that it goes by."""

    name: str
    means: str
    class_words: tuple[str, ...]
    names: tuple[str, ...]


@cache
def agent_classes() -> tuple[AgentClass, ...]:
    """Return the classes of `agents.yaml`, in its order.

    Examples
    --------
    >>> agent_classes()[0].name
    'smac_mimetic'
    """
    from ruamel.yaml import YAML

    text = files("cytotools.verdicts").joinpath("agents.yaml").read_text(encoding="utf-8")
    found = YAML(typ="safe", pure=True).load(text)
    return tuple(
        AgentClass(name, one["means"], tuple(one["class_words"]), tuple(map(str, one["names"])))
        for name, one in found.items()
    )


def agent_class(name: str, declared: str = "") -> str:
    """Return the class of an agent, "" where it is not known.

    Parameters
    ----------
    name : str
        As the sheet has it; case, hyphens, spaces, brackets and Greek letters do not matter.
    declared : str
        The key `class` of the compound in the study, which goes before the name where it is a class of the list.

    Examples
    --------
    >>> agent_class("TNF-α"), agent_class("z-VAD-FMK"), agent_class("water")
    ('tnf', 'caspase_inhibitor', '')
    >>> agent_class("compound 7", declared="Smac mimetic")
    'smac_mimetic'
    """
    return _by_word().get(folded(declared), "") or _by_name().get(folded(name), "")


def near_class(declared: str) -> str:
    """Return the class that these words nearly name, as a slip of the pen does; "" where they name one, or none.

    Examples
    --------
    >>> near_class("smack mimetic"), near_class("Smac mimetic"), near_class("MEK inhibitor")
    ('Smac mimetic', '', '')
    """
    words = {folded(word): word for one in agent_classes() for word in (one.name, *one.class_words)}
    if folded(declared) in words:
        return ""
    near = get_close_matches(folded(declared), words, n=1, cutoff=LIKENESS)
    return words[near[0]] if near else ""


def folded(words: str) -> str:
    """Return a name as it is compared: small letters and digits only, Greek letters spelled out.

    Examples
    --------
    >>> folded("TNF-α"), folded("Smac N7"), folded("SMAC-n7 ")
    ('tnfalpha', 'smacn7', 'smacn7')
    """
    plain = unicodedata.normalize("NFKD", words).casefold()
    spelled = "".join(GREEK.get(letter, letter) for letter in plain)
    return re.sub(r"[^a-z0-9]+", "", spelled)


@cache
def _by_word() -> dict[str, str]:
    return {folded(w): c.name for c in agent_classes() for w in (c.name, *c.class_words)}


@cache
def _by_name() -> dict[str, str]:
    return {folded(name): c.name for c in agent_classes() for name in c.names}
