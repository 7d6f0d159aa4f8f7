"""What the words around a block of values say: which wavelength and plate, and whether it is as measured."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

from cytotools.sheets.sheet import CellValue

_NM = re.compile(r"(?<![\d.,])(\d{3,4})(?:[.,]0+)?\s*nm\b", re.IGNORECASE)
_NAMED = re.compile(
    r"(?:\b(?:abs(?:orban[cz]e|orption)?|od|a|λ|wavelengths?|wellenlänge|em(?:ission)?)[\s:=_(\[]*)(\d{3,4})(?![\d.,/])",
    re.IGNORECASE,
)
_ALONE = re.compile(r"(?:raw data\s*)?[(\[]?(\d{3})(?:\s+\d)?[)\]]?", re.IGNORECASE)
_PLATE = re.compile(
    r"\b(?:plate|platte)\s*(?:name|id)?\s*[:=]\s*(?P<named>(?:(?:plate|platte)\s+)?[\w.-]+)"
    r"|\b(?:plate|platte|plaque|placa|板)\s*(?:no\.?|nr\.?|number|#)?\s*(?:[A-Za-z]?[\w.-]*\d[\w.-]*|[A-Z]\b)",
    re.IGNORECASE,
)
_CALCULATED = re.compile(
    r"\bcalc|blank(?:ed|[\s-]*(?:corrected|subtract\w*|reduced))|\bcorrected\b|subtract|normali[sz]"
    r"|minus (?:blank|background)|[-−–] ?blank\b|\b(?:mean|average|median|mittelwert|moyenne|std|stdev|sd|sem)\b"
    r"|\bz'?-?score|\bfold[\s-](?:change|over|of)|\b(?:percent|prozent)|^%|\(%\)|%\s*(?:of|viab|surviv|inhib|control)"
    r"|(?<!\w)\d{3}\s*[-−–]\s*\d{3}(?!\w)|\b(?:delta|Δ)\s?(?:od|abs|a)\b",
    re.IGNORECASE,
)
_LAYOUT = re.compile(
    r"\b(?:layout|platemap|plate map|template)\b"
    r"|^\s*(?:contents?|sample(?: ids?| names?)?|well ids?|names?|groups?|conc/dil|dilution(?: factors?)?)\s*$",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?:(\d+)[.\s]+)?(\d{1,3}):(\d{2}):(\d{2}(?:[.,]\d+)?)")
_PARTS = re.compile(r"(\d+(?:[.,]\d+)?)\s*(h|hours?|hrs?|std|min|minutes?|m|s|sec|seconds?|ms)\b", re.IGNORECASE)
_PER_HOUR = {"h": 1.0, "m": 60.0, "s": 3600.0, "ms": 3.6e6, "d": 1 / 24}


def wavelength_in(words: str) -> float | None:
    """Return the one wavelength (nm) that a title names, None where it names none or several.

    Examples
    --------
    >>> wavelength_in("Absorbance 570"), wavelength_in("Raw Data (450 1)"), wavelength_in("LUM:Lum")
    (570.0, 450.0, None)
    >>> wavelength_in("abs450:450"), wavelength_in("580/620"), wavelength_in("570 - 630 nm")
    (450.0, None, None)
    """
    text = words.replace("_", " ")
    found = {float(nm) for pattern in (_NM, _NAMED) for nm in pattern.findall(text)}
    alone = _ALONE.fullmatch(text.rsplit(":", 1)[-1].strip())
    if alone:
        found.add(float(alone.group(1)))
    if re.search(r"(?<!\w)\d{3}\s*[-−–/]\s*\d{3}(?!\w)", text):
        return None
    found = {nm for nm in found if 190 <= nm <= 1100}
    return found.pop() if len(found) == 1 else None


def plate_in(words: str) -> str:
    """Return the name of the plate that a title gives, empty for none.

    Examples
    --------
    >>> plate_in("MTT, Plate 2, 570 nm"), plate_in("Plate: ECA109"), plate_in("plate seeded on Monday")
    ('Plate 2', 'ECA109', '')
    >>> plate_in("Plate: Plate 1")
    'Plate 1'
    """
    found = _PLATE.search(words)
    if found is None:
        return ""
    return found["named"] or found[0].rstrip(" .")


def is_calculated(words: str) -> bool:
    """Return whether a title says that its values were worked on after the read.

    Examples
    --------
    >>> is_calculated("Blank corrected based on Raw Data (450)"), is_calculated("570-630"), is_calculated("% alive")
    (True, True, True)
    >>> is_calculated("Blank plate"), is_calculated("Viability 72 h"), is_calculated("ECA109-003")
    (False, False, False)
    """
    return bool(_CALCULATED.search(words))


def is_layout(words: str) -> bool:
    """Return whether a title says that what follows describes wells and was not measured.

    Examples
    --------
    >>> is_layout("Plate layout"), is_layout("Content"), is_layout("Results")
    (True, True, False)
    """
    return bool(_LAYOUT.search(words))


def hours_of(value: CellValue, name: str = "") -> float | None:
    """Return a time in hours: a clock, 1 h 15 min, or a number in the unit that the name of its row or column gives.

    0:30 is half an hour to one program and half a minute to the next: it is no time here.

    Examples
    --------
    >>> hours_of("1:30:00"), hours_of("0 h 45 min"), hours_of(7200, "Time [s]"), hours_of("5", "Cycle Nr.")
    (1.5, 0.75, 2.0, None)
    """
    if isinstance(value, datetime.timedelta):
        return value.total_seconds() / 3600
    if isinstance(value, datetime.time):
        return value.hour + value.minute / 60 + value.second / 3600
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        unit = _unit_of(name)
        return value / _PER_HOUR[unit] if unit else None
    if not isinstance(value, str):
        return None
    words = value.strip()
    clock = _CLOCK.fullmatch(words)
    if clock:
        days, hours, minutes, seconds = (float((part or "0").replace(",", ".")) for part in clock.groups())
        return days * 24 + hours + minutes / 60 + seconds / 3600
    parts = _PARTS.findall(words)
    if parts and not _PARTS.sub("", words).strip():
        return sum(float(size.replace(",", ".")) / _PER_HOUR[_short(unit)] for size, unit in parts)
    unit = _unit_of(name)
    return float(words.replace(",", ".")) / _PER_HOUR[unit] if unit and re.fullmatch(r"\d+([.,]\d+)?", words) else None


def _unit_of(name: str) -> str:
    found = re.search(r"[\[(]\s*(h|hours?|hrs?|min|minutes?|s|sec|seconds?|ms)\s*[\])]", name, re.IGNORECASE)
    return _short(found.group(1)) if found else ""


def _short(unit: str) -> str:
    lower = unit.casefold()
    return "ms" if lower == "ms" else "h" if lower.startswith(("h", "std")) else lower[0]


def first_wavelength(lines: Sequence[str]) -> float | None:
    """Return the wavelength that the nearest of some titles names; the last line stands nearest."""
    return next((nm for line in reversed(lines) if (nm := wavelength_in(line)) is not None), None)
