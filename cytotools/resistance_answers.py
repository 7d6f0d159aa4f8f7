"""Why a line does not answer to a Smac mimetic, in the sentences of the first screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cytotools.labels import line_label, mechanism_label, printed
from cytotools.number_words import listed
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd


def resistance_answers(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Yield the supported mechanisms, what else was found of each line, then the lines of which nothing was measured.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Of a run; resistance.csv is read.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"cell_line": "A", "arm": "", "compound": "BV6", "grade": "supported", "mechanism": "cIAP2_rebound",
    ...        "evidence": "cIAP2 is back: 1.1 × its start; n = 3", "next_experiment": "Add an IKK inhibitor."}
    >>> list(resistance_answers({"resistance": pd.DataFrame([row])}))
    ['A, BV6, supported: cIAP2 is back: 1.1 × its start; n = 3. Next: Add an IKK inhibitor.']
    """
    untested: list[str] = []
    lines = {(f"{where}, {smac}" if where else smac): rows for (where, smac), rows in _by_line(tables).items()}
    for named, rows in lines.items():
        for row in rows:
            if row["grade"] == "supported":
                yield printed(f"{named}, supported: {row['evidence']}. Next: {row['next_experiment']}")
    for named, rows in lines.items():
        if all(row["grade"] == "not tested" for row in rows):
            untested.append(named)
            continue
        rest = [*_told(rows, "against"), *_told(rows, "not resolved")]
        if names := [mechanism_label(row["mechanism"]) for row in rows if row["grade"] == "not tested"]:
            rest.append(f"not tested: {listed(names)}")
        if rest:
            yield f"{named}: {'; '.join(rest)}."
    if untested:
        yield f"Why a line answers to its Smac mimetic or not was not measured: {'; '.join(untested)}."


def _by_line(tables: Mapping[str, pd.DataFrame]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows_of(tables["resistance"]):
        found.setdefault((line_label(row), str(row["compound"])), []).append(row)
    return found


def _told(rows: Sequence[Mapping[str, Any]], grade: str) -> list[str]:
    """Return what the mechanisms of one grade say, without their numbers."""
    return [str(row["evidence"]).partition(": ")[0] for row in rows if row["grade"] == grade]
