"""Which row is which band: the named ones from top to bottom, around those that a person has shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from blots.errors import BlotError
from blots.row_candidates import Candidate, clearest_rows


def rows_in_order(
    name: str, shown: list[Candidate], bands: Sequence[str], known: Mapping[str, float]
) -> list[Candidate]:
    """Return every band's row: the known ones, and above, between and below them the clearest rows seen there.

    Raises
    ------
    BlotError
        When fewer rows are seen than are named.

    Examples
    --------
    >>> shown = [Candidate(20.0, 2.0, 0.0), Candidate(50.0, 5.0, 0.0), Candidate(90.0, 4.0, 0.0)]
    >>> [row.y for row in rows_in_order("rep1.tif", shown, ["cIAP1", "XIAP", "actin"], {"XIAP": 70.0})]
    [50.0, 70.0, 90.0]
    """
    rows, sought, top = list[Candidate](), list[str](), -np.inf
    for band in (*bands, None):
        if band is not None and band not in known:
            sought.append(band)
            continue
        bottom = np.inf if band is None else known[band]
        here = clearest_rows([c for c in shown if top < c.y < bottom], len(sought))
        if len(here) < len(sought):
            raise _too_few(name, bands, known, len(rows) + len(here))
        rows += here
        if band is not None:
            rows.append(Candidate(bottom, np.inf, 0.0))
        sought, top = [], bottom
    return rows


def _too_few(name: str, bands: Sequence[str], known: Mapping[str, float], seen: int) -> BlotError:
    return BlotError(
        name,
        expected=f"{len(bands)} rows of bands ({', '.join(bands)})",
        got=f"{seen} seen" + (" above, between and below the boxed ones" if known else ""),
        remedy="List in `bands` only the rows that the picture shows, or give the others a box in one lane at least."
        + (f" Is a box at a wrong place ({', '.join(known)})?" if known else ""),
    )
