"""The hours after treatment, dates and wells, as names tell them."""

from __future__ import annotations

import re

from cytotools.drafting.name_text import NameText
from cytotools.drafting.named_agents import NUMBER, amount

_START, _END = r"(?<![A-Za-z0-9.,])", r"(?![A-Za-z0-9])"
HOURS = re.compile(rf"{_START}t?[\s_\-=]?({NUMBER})[\s_\-]?(?:h|hr|hrs|hour|hours|std|stunden){_END}", re.IGNORECASE)
DAYS = re.compile(
    rf"{_START}(?:d|day|tag)[\s_\-]?(\d{{1,2}}){_END}|{_START}(\d{{1,2}})[\s_\-]?(?:d|days?|tage?){_END}", re.IGNORECASE
)
_TIME = re.compile(rf"{_START}t[\s_\-=]?({NUMBER}){_END}", re.IGNORECASE)
_MINUTES = re.compile(rf"{_START}(\d{{1,4}})[\s_\-]?(?:min|minutes?)(?![A-Za-z])", re.IGNORECASE)
_SURE_WELL = re.compile(
    r"(?i:(?<![A-Za-z0-9])well[\s_\-]*)([A-Pa-p])(0?[1-9]|1\d|2[0-4])(?![A-Za-z0-9])|"
    r"(?<![A-Za-z0-9\-])([A-H])(0[1-9]|1[0-2])(?![A-Za-z0-9\-])"
)
_WELL = re.compile(
    r"(?<![A-Za-z0-9\-])(?P<row>[A-H])(?P<column>[1-9]|1[0-2])(?![A-Za-z0-9\-])|"
    r"(?<=-)(?P<last_row>[A-H])(?P<last_column>0?[1-9]|1[0-2])$"
)
_D_WELL = re.compile(r"D\d+")
_SEP, _MONTHS = r"[\-_.\s]?", ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR, _MONTH, _DAY = r"(?P<year>(?:19|20)\d{2})", r"(?P<month>0[1-9]|1[0-2])", r"(?P<day>0[1-9]|[12]\d|3[01])"
_NAMED = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*"
_DATES = tuple(
    re.compile(rf"(?<![A-Za-z0-9]){form}(?!\d)", re.IGNORECASE)
    for form in (
        rf"{_YEAR}{_SEP}{_MONTH}{_SEP}{_DAY}",
        rf"{_DAY}[\-_.\s]{_MONTH}[\-_.\s](?P<year>(?:20)?\d{{2}})",
        rf"{_MONTH}[\-_.\s]{_DAY}[\-_.\s](?P<year>20\d{{2}})",
        rf"{_DAY}{_MONTH}{_YEAR}",
        rf"{_YEAR}{_SEP}{_NAMED}{_SEP}(?P<day>\d{{1,2}})",
        rf"(?P<day>\d{{1,2}}){_SEP}{_NAMED}{_SEP}{_YEAR}",
        rf"(?P<year>\d{{2}}){_MONTH}{_DAY}",
    )
)
WELL_OR_DAY = "well or day"
MINUTES_AN_HOUR, HOURS_A_DAY, LEAST_HOURS = 60, 24, 12


def named_date(name: NameText) -> str:
    """Return the date of a name, year first; "" where it tells none.

    Examples
    --------
    >>> from cytotools.drafting.name_text import name_text
    >>> [named_date(name_text(text)) for text in ("12.03.2024 HeLa", "SM_2024Mar05", "240312_HeLa", "HeLa")]
    ['2024-03-12', '2024-03-05', '2024-03-12', '']
    """
    for form in _DATES:
        found = name.first(form)
        if found:
            month = found["month"].casefold()
            month = f"{_MONTHS.index(month) + 1:02}" if month in _MONTHS else month
            return f"{'20' if len(found['year']) == 2 else ''}{found['year']}-{month}-{int(found['day']):02}"
    return ""


def named_well(name: NameText) -> str:
    """Return the well that a name tells (A01 is A1); `D3` alone is perhaps a day, and stays for `named_hours`."""
    sure = name.first(_SURE_WELL)
    if sure:
        well = f"{(sure[1] or sure[3]).upper()}{int(sure[2] or sure[4])}"
        name.take(re.compile(rf"(?<![A-Za-z0-9]){well}(?![A-Za-z0-9])"))  # instruments write both: A1_A01
        return well
    found = _WELL.search(name.text)
    if not found:
        return ""
    if not _D_WELL.fullmatch(found[0]):
        name.blank(*found.span())
    return f"{found['row'] or found['last_row']}{int(found['column'] or found['last_column'])}"


def named_hours(name: NameText) -> float | None:
    """Return the hours after treatment; None where a name tells none or more than one.

    Examples
    --------
    >>> from cytotools.drafting.name_text import name_text
    >>> [named_hours(name_text(text)) for text in ("HeLa_t24_NT", "90 min", "HeLa 1h pre, 24h")]
    [24.0, 1.5, None]
    """
    told = {amount(found[1]) for found in name.take(HOURS)}
    if len(told) > 1:
        hours = " and ".join(f"{one:g}" for one in sorted(told))
        name.ask("hours", f"Which of {hours} h is from the treatment to the harvest?")
    if told:
        return told.pop() if len(told) == 1 else None
    minutes = name.first(_MINUTES)
    if minutes:
        return round(float(minutes[1]) / MINUTES_AN_HOUR, 4)
    time = name.first(_TIME)
    if time:
        hours_of_time = amount(time[1])
        if hours_of_time == 0 or hours_of_time >= LEAST_HOURS:
            return hours_of_time
        name.ask("hours", f"Does `{time[0]}` mean hours after the treatment, or a tube?")
        return None
    return _named_days(name)


def _named_days(name: NameText) -> float | None:
    days = name.first(DAYS)
    if days is None:
        return None
    if _D_WELL.fullmatch(days[0]):
        name.ask(WELL_OR_DAY, f"Does `{days[0]}` mean days after the treatment, or a well?")
        return None
    name.ask("hours", f"Does `{days[0]}` mean days after the treatment?")
    return HOURS_A_DAY * float(days[1] or days[2])
