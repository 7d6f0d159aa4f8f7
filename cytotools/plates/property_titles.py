"""The titles that people write over a layout block, to the column of layout.csv that they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cytotools.cells.words import unit

_UNIT = r"(?:[npuµμm]?M|[npuµμm]?mol/l|[npuµμm]?g\s*/\s*m?l|mcg/ml|I?U/ml|Gy|%|x)"
_NAMES = {
    "role": "roles?|rollen?|well types?|types?|controls?|well roles?",
    "compound": "compounds?|drugs?|treatments?|substances?|inhibitors?|agents?|wirkstoffe?|substanz|ligands?",
    "dose": "doses?|conc(?:s|\\.|entrations?)?|dosis|konzentration(?:en)?|levels?|final conc(?:entration|\\.)?",
    "dose_unit": "dose units?|units?|conc(?:entration)? units?|einheit(?:en)?",
    "cell_line": "cell ?lines?|cells?|lines?|zelllinie[n]?|zellen",
    "arm": "arms?|genotypes?|transfections?|sirnas?|knock ?downs?|shrnas?",
    "replicate": "replicates?|reps?|repeats?|experiments?|biological replicates?|exp\\.?|wiederholung(?:en)?",
    "technical": "technicals?|technical replicates?|tech(?:nical)? reps?",
    "batch": "batch(?:es)?|days?|runs?",
    "hours": "hours?|times?|time ?points?|incubation(?: times?)?|stunden|zeit",
    "schedule": "schedules?|sequence",
    "lead_hours": "lead hours?|lead times?|head starts?",
    "dilution": "dilutions?|dilution factors?|verdünnung(?:en)?",
    "exclude": "excludes?|excluded|left out|flags?",
}
_FORMS = {column: re.compile(pattern, re.IGNORECASE) for column, pattern in _NAMES.items()}
_NUMBERED = ("compound", "dose", "dose_unit")
_OF_NUMBERS = ("dose", "dose_2", "dose_3", "replicate", "technical", "batch", "hours", "lead_hours", "dilution")


@dataclass(frozen=True)
class Property:
    """A column of layout.csv and the unit that its title gives for all of its cells, empty for none."""

    column: str
    unit: str = ""

    @property
    def holds_numbers(self) -> bool:
        """Whether its cells may all be numbers."""
        return self.column in _OF_NUMBERS


def property_of(title: str) -> Property | None:
    """Return the property that a title names, None where it is no property's name.

    Examples
    --------
    >>> property_of("Concentration (uM)"), property_of("Cell line"), property_of("Drug 2")
    (Property(column='dose', unit='uM'), Property(column='cell_line', unit=''), Property(column='compound_2', unit=''))
    >>> property_of("MTT 570 nm") is None, property_of("dose_2 [nM]")
    (True, Property(column='dose_2', unit='nM'))
    """
    words = " ".join(title.replace("_", " ").split()).strip(" :;=-.")
    words = re.sub(r"(?i)^(?:plate )?(?:layout|map|platemap)\s*[:,-]?\s*(?:of\s*)?(?=\w)", "", words)
    given = re.fullmatch(r"(.*?)[\s,:]*[\[(]?\s*(?:in\s+)?([^\s()\[\]]+(?:\s*/\s*[^\s()\[\]]+)?)\s*[\])]?", words)
    named = _column_of(words)
    if named:
        return Property(named)
    if given is None or not given.group(1):
        return None
    column = _column_of(given.group(1).strip())
    if column and column.startswith("dose") and re.fullmatch(_UNIT, given.group(2), re.IGNORECASE):
        return Property(column, unit(given.group(2)))
    is_hours = column in ("hours", "lead_hours") and given.group(2).casefold() in ("h", "hr", "hrs", "hours", "std")
    return Property(column) if column and is_hours else None


def _column_of(words: str) -> str:
    plain = words.casefold().strip()
    number = re.fullmatch(r"(.*?)\s*([123])(\s+unit)?", plain)
    bare, count = (number.group(1) + (number.group(3) or ""), number.group(2)) if number else (plain, "1")
    for column, form in _FORMS.items():
        if form.fullmatch(bare) and (number is None or column in _NUMBERED):  # `Replicate 2` is the title of a plate
            return column if count == "1" else f"{column}_{count}"
    return ""
