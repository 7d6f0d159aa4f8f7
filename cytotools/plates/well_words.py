"""What people write into the wells of a drawn layout: `cisplatin 10 uM + Smac-N7 5 uM`, `DMSO`, `media only`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cytotools.cells.words import unit

_ROLES = {
    "blank": "blanks?|blk|media?(?: only)?|medium(?: only)?|no cells?|cell[- ]?free|background|bg|leerwert"
    "|buffer(?: only)?",
    "untreated": "untreated|untr\\.?|control|ctrl|ctl|uc|nt|no drug|cells?(?: only)?|unbehandelt|kontrolle",
    "vehicle": "vehicles?|veh\\.?|solvents?|vehicle (?:control|ctrl)|solvent control",
    "positive": "positives?|pos\\.?|pos(?:itive)? ?(?:control|ctrl)|max(?:imum)? kill|kill(?:ed)?(?: control)?",
    "standard": "standards?|stds?|cal(?:ibrator)?s?",
    "treated": "treated|samples?|drugs?|unknowns?|compounds?|tests?",
    "empty": "empty|unused|none|-+|x|leer|not used|n/?a",
}
_SOLVENTS = re.compile(r"(dmso|saline|pbs|ethanol|etoh|meoh|methanol|water|h2o|(0\.9 ?% ?)?nacl|dmf)(\s+\d.*%)?")
_NUMBER = r"[+-]?(?:\d+(?:[.,]\d+)?|[.,]\d+)(?:e[+-]?\d+)?"
_DOSE_UNIT = r"(?:[npuµμm]?M|[npuµμm]?mol/l|[npuµμm]?g\s*/\s*m?l|mcg\s*/\s*ml|I?U\s*/\s*ml|Gy|%)"
_DOSED = re.compile(rf"(.*?)[\s,:@(]*\b({_NUMBER})\s*({_DOSE_UNIT})\)?", re.IGNORECASE)
_BARE_DOSE = re.compile(rf"({_NUMBER})\s*({_DOSE_UNIT})?", re.IGNORECASE)


@dataclass(frozen=True)
class Agent:
    """A compound with its dose as a well's words give them; empty where they do not."""

    compound: str = ""
    dose: str = ""
    dose_unit: str = ""


def role_of(words: str) -> str:
    """Return the role that words mean, empty where they are no role's.

    Examples
    --------
    >>> role_of("Media only"), role_of("Ctrl"), role_of("DMSO"), role_of("cisplatin")
    ('blank', 'untreated', 'vehicle', '')
    """
    plain = " ".join(words.replace("_", " ").casefold().split())
    if _SOLVENTS.fullmatch(plain):
        return "vehicle"
    return next((role for role, form in _ROLES.items() if re.fullmatch(form, plain)), "")


def agents_of(words: str) -> tuple[Agent, ...]:
    """Return the compounds and doses that a well's words name, one for each part of a combination.

    Examples
    --------
    >>> agents_of("cisplatin 10 uM + Smac-N7 0,5 µM")
    (Agent(compound='cisplatin', dose='10', dose_unit='uM'), Agent(compound='Smac-N7', dose='0,5', dose_unit='uM'))
    >>> agents_of("TNF-alpha"), agents_of("25 nM")
    ((Agent(compound='TNF-alpha', dose='', dose_unit=''),), (Agent(compound='', dose='25', dose_unit='nM'),))
    """
    return tuple(_agent(part.strip()) for part in re.split(r"\s\+\s|(?<=[a-zA-Z)])\+(?=[A-Z])", words) if part.strip())


def _agent(words: str) -> Agent:
    dosed = _DOSED.fullmatch(words)
    if dosed:
        return Agent(dosed.group(1).strip(" ,:@("), dosed.group(2), unit(dosed.group(3)))
    return Agent(words)


def dose_of(words: str) -> Agent | None:
    """Return the dose in a cell of a dose block, None where it holds other words.

    Examples
    --------
    >>> dose_of("10 uM"), dose_of("0,5"), dose_of("DMSO")
    (Agent(compound='', dose='10', dose_unit='uM'), Agent(compound='', dose='0,5', dose_unit=''), None)
    """
    found = _BARE_DOSE.fullmatch(words.strip())
    return Agent("", found.group(1), unit(found.group(2) or "")) if found else None
