"""Names from what a person wrote: file names safe on every disk, labels short enough for an axis."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

LONGEST = 60
# Controls but tab and line breaks, marks without width, and what sets the direction of letters.
_UNSEEN = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"


def file_stem(text: str, taken: Iterable[str] = ()) -> str:
    """Return a name for a file: letters, digits, - and _ only, never one that is taken.

    Examples
    --------
    >>> file_stem("../rep 1/<b>.fcs"), file_stem("a", taken=["a"])
    ('rep_1_b_fcs', 'a_2')
    """
    base = re.sub(r"[^A-Za-z0-9-]+", "_", text).strip("_")[:LONGEST] or "unnamed"
    used = set(taken)
    name, k = base, 2
    while name in used:
        name, k = f"{base}_{k}", k + 1
    return name


def shown(text: str, longest: int = 34) -> str:
    r"""Return a person's text for a picture: no markup, no line breaks, cut in the middle where it is long.

    Examples
    --------
    >>> shown("a$b"), shown("x" * 40, longest=9)
    ('a\\$b', 'xxxx…xxxx')
    """
    return cut(text, longest).replace("$", r"\$")


def cut(text: str, longest: int) -> str:
    """Return a person's text without line breaks, cut in the middle where it is long.

    Examples
    --------
    >>> cut("x" * 40, longest=9)
    'xxxx…xxxx'
    """
    flat = "".join(c if c.isprintable() else " " for c in str(text))
    if len(flat) <= longest:
        return flat
    half = (longest - 1) // 2
    return f"{flat[:half]}…{flat[-half:]}"


def visible(text: str) -> str:
    r"""Return a person's text with each sign that hides or reorders letters, such as right-to-left marks, spelt out.

    Examples
    --------
    >>> visible("rep\u202e1\x00")
    'rep[U+202E]1[U+0000]'
    """
    return re.sub(_UNSEEN, lambda sign: f"[U+{ord(sign[0]):04X}]", text)


def dose_label(row: Mapping[str, Any]) -> str:
    """Return the treatment of a row in words: `cisplatin 5 ug/mL + birinapant 1 uM`, or its role where there is none.

    Examples
    --------
    >>> dose_label({"compound": "cisplatin", "dose": 5.0, "dose_unit": "ug/mL"})
    'cisplatin 5 µg/mL'
    >>> dose_label({"role": "untreated"})
    'untreated'
    """
    parts = []
    for suffix in ("", "_2", "_3"):
        compound, dose = _words(row.get(f"compound{suffix}")), row.get(f"dose{suffix}")
        amount = f"{dose:g} {unit(_words(row.get(f'dose_unit{suffix}')))}".strip() if _is_number(dose) else ""
        if compound or amount:
            parts.append(f"{compound} {amount}".strip())
    schedule = schedule_label(row)
    words = " + ".join(parts) or _words(row.get("role")) or "all"
    return f"{words} ({schedule})" if schedule else words


def schedule_label(row: Mapping[str, Any]) -> str:
    """Return the schedule of a row with the hours between its agents, nothing where it has none.

    Examples
    --------
    >>> schedule_label({"schedule": "pre", "lead_hours": 24.0}), schedule_label({"schedule": "co", "lead_hours": 0.0})
    ('pre, 24 h', 'co')
    """
    schedule, lead = _words(row.get("schedule")), row.get("lead_hours")
    return f"{schedule}, {lead:g} h" if schedule and _is_number(lead) and lead else schedule


def agent_names(row: Mapping[str, Any]) -> list[str]:
    """Return the names of the agents of a row, in the order of its columns.

    Examples
    --------
    >>> agent_names({"compound": "cisplatin", "compound_2": "birinapant", "compound_3": ""})
    ['cisplatin', 'birinapant']
    """
    return [name for suffix in ("", "_2", "_3") if (name := _words(row.get(f"compound{suffix}")))]


def mechanism_label(mechanism: object) -> str:
    """Return a mechanism of resistance as a sentence names it.

    Examples
    --------
    >>> mechanism_label("PI3K_AKT"), mechanism_label("BCL2_block")
    ('PI3K/AKT', 'Bcl-2 block')
    """
    return str(mechanism).replace("PI3K_AKT", "PI3K/AKT").replace("BCL2", "Bcl-2").replace("_", " ")


def assay_label(assay: str) -> str:
    """Return an assay as it is printed.

    Examples
    --------
    >>> assay_label("mtt"), assay_label("viability")
    ('MTT', 'viability')
    """
    return {"mtt": "MTT", "elisa": "ELISA", "bca": "BCA"}.get(assay, assay)


def unit(text: str) -> str:
    """Return a unit as it is printed: `ug/mL` becomes `µg/mL`.

    Examples
    --------
    >>> unit("uM"), unit("nM")
    ('µM', 'nM')
    """
    return re.sub(r"^u(?=[gMLml])", "µ", text)


def condition_label(row: Mapping[str, Any], columns: Iterable[str] = ("cell_line", "arm", "hours")) -> str:
    """Return what tells a row from others in words: line, arm, treatment, hours.

    Examples
    --------
    >>> condition_label({"cell_line": "HeLa", "compound": "TNF", "dose": 1.0, "dose_unit": "ng/mL", "hours": 24.0})
    'HeLa, TNF 1 ng/mL, 24 h'
    """
    wanted = set(columns)
    line = _words(row.get("cell_line")) if "cell_line" in wanted else ""
    arm = _words(row.get("arm")) if "arm" in wanted else ""
    hours = row.get("hours") if "hours" in wanted else None
    parts = [line, arm if arm and arm.casefold() not in line.casefold() else "", dose_label(row)]
    parts.append(f"{hours:g} h" if _is_number(hours) else "")
    return ", ".join(part for part in parts if part)


def line_label(row: Mapping[str, Any]) -> str:
    """Return the cell line of a row, and its arm where it says more.

    Examples
    --------
    >>> line_label({"cell_line": "HeLa", "arm": "siXIAP"})
    'HeLa, siXIAP'
    """
    named = {name: row.get(name) for name in ("cell_line", "arm")}
    return condition_label(named | {"role": " "}).strip(", ")


def _words(value: object) -> str:
    """Return a cell's text, nothing where it is empty."""
    return "" if value is None or value != value else str(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and value == value


def printed(words: str) -> str:
    """Return a sentence with its units as they are printed.

    Examples
    --------
    >>> printed("cisplatin 5 ug/mL with Smac-N7 25 uM.")
    'cisplatin 5 µg/mL with Smac-N7 25 µM.'
    """
    return re.sub(r"(?<=\d )u(?=[gMLl])", "µ", words)
