"""MIFlowCyt: the minimum information about a flow cytometry experiment, stated or named as missing.

The items are those of MIFlowCyt 1.0: Lee JA and others, Cytometry A 73:926 (2008), doi 10.1002/cyto.a.20623.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cytotools.labels import dose_label, line_label
from cytotools.number_words import listed
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

MIFLOWCYT_COLUMNS = ("section", "item", "stated", "value", "remedy")
Keywords = Mapping[str, str]
MOST = 6  # different values that are told one by one
IN_STUDY = "Write it in the paper or beside the study; cytotools has no place that it could read it from."
IN_SOFTWARE = "Let the acquisition software write it into the FCS files, or state it in the paper."


@dataclass(frozen=True)
class _Item:
    """One item: its section and name, what was found, and where to write it where nothing was."""

    section: str
    name: str
    value: str
    remedy: str = IN_STUDY

    @property
    def row(self) -> dict[str, str]:
        return {
            "section": self.section,
            "item": self.name,
            "stated": "yes" if self.value else "no",
            "value": self.value,
            "remedy": "" if self.value else self.remedy,
        }


def miflowcyt(
    title: str,
    samples: pd.DataFrame,
    keywords: Sequence[Keywords],
    channels: Sequence[str],
    tables: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """Return miflowcyt.csv: every item with what the study and its FCS files say of it.

    Parameters
    ----------
    title : str
        Of the study.
    samples : DataFrame
        Rows of samples.csv.
    keywords : sequence of mapping of str to str
        TEXT of each FCS file that could be read.
    channels : sequence of str
        Those that were gated, Annexin V first.
    tables : mapping of str to DataFrame
        compensation and thresholds of the run.

    Examples
    --------
    >>> import pandas as pd
    >>> found = miflowcyt("A", pd.DataFrame({"file": ["a.fcs"], "role": ["treated"]}), [{"$CYT": "LSRII"}], [], {})
    >>> found.set_index("item").loc["3.2 model", ["stated", "value"]].to_list()
    ['yes', 'LSRII']
    """
    import pandas as pd

    rows = rows_of(samples)
    items = [*_experiment(title, rows, keywords), *_samples(rows, keywords, channels)]
    items += [*_instrument(keywords, channels), *_analysis(rows, channels, tables)]
    return pd.DataFrame([item.row for item in items], columns=list(MIFLOWCYT_COLUMNS))


def _experiment(title: str, rows: Sequence[Mapping[str, Any]], keywords: Sequence[Keywords]) -> Iterator[_Item]:
    section = "1 experiment"
    varied = [_spaced(name) for name in _VARIABLES if len({str(row.get(name, "")) for row in rows}) > 1]
    roles = [role for role in _CONTROLS if any(row["role"] == role for row in rows)]
    yield _Item(section, "1.1 purpose", title, "Give the study a `title:` that says what is asked.")
    yield _Item(section, "1.2 keywords", "apoptosis, Annexin V" + (", dead-cell dye" if rows else ""))
    yield _Item(
        section,
        "1.3 experiment variables",
        listed(varied) if varied else "",
        "Fill the condition columns of samples.csv.",
    )
    yield _Item(section, "1.4 organization", _told(keywords, "$INST"), IN_SOFTWARE)
    yield _Item(section, "1.5 primary contact", _told(keywords, "$EXP"), IN_SOFTWARE)
    yield _Item(section, "1.6 date", _told(keywords, "$DATE"), IN_SOFTWARE)
    yield _Item(section, "1.7 conclusions", "see report.html")
    replicates = len({str(row.get("replicate", "")) for row in rows} - {""})
    controls = f"control tubes: {listed([_spaced(r) for r in roles])}" if roles else ""
    independent = f"{replicates} independent experiments" if replicates > 1 else ""
    yield _Item(section, "1.8 quality control", "; ".join(filter(None, (controls, independent))), "Add control tubes.")


def _samples(
    rows: Sequence[Mapping[str, Any]], keywords: Sequence[Keywords], channels: Sequence[str]
) -> Iterator[_Item]:
    section = "2 samples"
    yield _Item(section, "2.1 sample material", _few(line_label(r) for r in rows), "Fill `cell_line`.")
    yield _Item(section, "2.1 source, passage and authentication of cells", "")
    yield _Item(section, "2.2 sample characteristics", _few(str(r.get("harvest", "")) for r in rows), "Fill `harvest`.")
    treated = _few(dose_label(r) for r in rows if r["role"] in ("treated", "vehicle", "untreated"))
    yield _Item(section, "2.3 sample treatment", treated, "Fill `compound`, `dose` and `hours`.")
    dissociation = _few(str(r.get("dissociation", "")) for r in rows)
    yield _Item(section, "2.3 dissociation and staining protocol", dissociation, "Fill `dissociation`.")
    markers = [f"{name}: {marker}" for name in channels if (marker := _parameter(keywords, name, "S"))]
    yield _Item(section, "2.4 fluorescence reagents", "; ".join(markers), IN_SOFTWARE)
    yield _Item(section, "2.4 clone, maker, catalogue number and dilution", "")


def _instrument(keywords: Sequence[Keywords], channels: Sequence[str]) -> Iterator[_Item]:
    section = "3 instrument"
    yield _Item(section, "3.1 manufacturer", _told(keywords, "$CYTMANUFACTURER", "CYTMANUFACTURER"), IN_SOFTWARE)
    yield _Item(section, "3.2 model", _told(keywords, "$CYT"), IN_SOFTWARE)
    yield _Item(section, "3.2 serial number", _told(keywords, "$CYTSN", "CYTNUM"), IN_SOFTWARE)
    yield _Item(section, "3.3 software and operator", _told(keywords, "$SYS", "CREATOR", "$OP"), IN_SOFTWARE)
    for item, letter in (("light sources", "L"), ("optical filters", "F"), ("detectors", "T"), ("voltages", "V")):
        found = [f"{name}: {value}" for name in channels if (value := _parameter(keywords, name, letter))]
        yield _Item(section, f"3.3 {item} of the gated channels", "; ".join(found), IN_SOFTWARE)
    yield _Item(section, "3.3 flow cell, excitation optics and optical paths", "")


def _analysis(
    rows: Sequence[Mapping[str, Any]], channels: Sequence[str], tables: Mapping[str, pd.DataFrame]
) -> Iterator[_Item]:
    section = "4 data analysis"
    methods = _few(str(row["method"]) for row in _of(tables, "compensation"))
    bases = _few(str(row["basis"]) for row in _of(tables, "thresholds"))
    yield _Item(section, "4.1 list-mode data files", f"{len(rows)} FCS files, hashes in provenance.json")
    yield _Item(section, "4.2 compensation", f"{methods}; compensation.csv" if methods else "", "Run control tubes.")
    yield _Item(
        section,
        "4.3 transformation",
        "inverse hyperbolic sine for thresholds and pictures; thresholds are stated in linear units",
    )
    gates = f"{' against '.join(channels)}; thresholds by {bases}; gates.xml (Gating-ML 2.0)" if bases else ""
    yield _Item(section, "4.4 gating", gates, "See the cautions of the flow cytometry.")


_VARIABLES = ("cell_line", "arm", "compound", "dose", "compound_2", "dose_2", "compound_3", "schedule", "hours")
_CONTROLS = ("unstained", "annexin_only", "dye_only", "positive", "untreated", "vehicle")


def _of(tables: Mapping[str, pd.DataFrame], name: str) -> list[dict[str, Any]]:
    return rows_of(tables[name]) if name in tables else []


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _told(keywords: Sequence[Keywords], *names: str) -> str:
    """Return the different values of the first of these keywords that any file has."""
    found = (_few(one.get(name, "") for one in keywords) for name in names)
    return next(filter(None, found), "")


def _parameter(keywords: Sequence[Keywords], channel: str, letter: str) -> str:
    """Return what the files say of a channel: $PnS its marker, $PnV its voltage and so on."""
    return _few(
        one.get(f"{key[:-1]}{letter}", "")
        for one in keywords
        for key, value in one.items()
        if re.fullmatch(r"\$P\d+N", key) and value.strip() == channel
    )


def _few(values: Iterable[str]) -> str:
    """Return the different values in order of appearance, and how many more there are."""
    different = list(dict.fromkeys(value.strip() for value in values if value.strip()))
    more = [f"{len(different) - MOST} more"] if len(different) > MOST else []
    return ", ".join([*different[:MOST], *more])
