"""Wells whose compound shines, with its light taken out: where an unstained tube was treated in the same way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gating.artefacts.wells import text
from gating.cautions import caution
from gating.compound_control import compound_shift
from gating.controls import Group
from gating.errors import GatingError
from gating.estimates import Estimate
from gating.own_light import own_light
from gating.thresholds import Threshold
from gating.tubes import Reader
from gating.whole_cells import Recipe, whole_single_cells

Rows = Mapping[str, Mapping[str, Any]]
TREATMENT = ("compound", "dose", "dose_unit", "compound_2", "dose_2", "compound_3", "dose_3")


def bare_tubes(group: Group, rows: Rows) -> tuple[str, ...]:
    """Return the unstained tubes that name a compound and serve this batch and cell line.

    Examples
    --------
    >>> row = {"role": "unstained", "compound": "doxorubicin", "batch": "1", "cell_line": ""}
    >>> bare_tubes(Group("1", "HeLa", (), (), {}), {"u.fcs": row, "v.fcs": row | {"batch": "2"}})
    ('u.fcs',)
    """
    return tuple(
        file
        for file, row in rows.items()
        if row["role"] == "unstained"
        and text(row.get("compound"))
        and text(row.get("batch")) in ("", group.batch)
        and text(row.get("cell_line")) in ("", group.cell_line)
    )


def without_compound_light(
    group: Group,
    bare: Sequence[str],
    rows: Rows,
    recipes: Mapping[str, Recipe],
    thresholds: tuple[Threshold, Threshold],
    folder: Path,
    read: Reader,
) -> dict[str, Estimate]:
    """Return the estimate of each sample for which an unstained tube of the same treatment shows the compound's light.

    Parameters
    ----------
    group : Group
        With an unstained tube of bare cells; without one nothing is known of the light.
    bare : sequence of str
        As `bare_tubes` returns them.
    rows : mapping of file to row of the sheet
    recipes, thresholds, folder, read
        How the group's tubes are turned into cells and divided.
    """
    blanks = [file for file in group.controls.get("unstained", ()) if file in recipes]
    found: dict[str, Estimate] = {}
    if not blanks:
        return found
    blank = whole_single_cells(read(folder / blanks[0]), recipes[blanks[0]])
    rng = np.random.default_rng(20_261_121)
    cuts = (thresholds[0].value, thresholds[1].value)
    for tube in bare:
        wells = [file for file in group.samples if file in recipes and _alike(rows[tube], rows[file])]
        treated = whole_single_cells(read(folder / tube), recipes[tube])
        for file in wells:
            cells = whole_single_cells(read(folder / file), recipes[file])
            try:
                light = (
                    own_light(treated.annexin, blank.annexin, tube),
                    own_light(treated.dye, blank.dye, tube),
                )
                shift = compound_shift(cells.annexin, cells.dye, cuts, light, rng)
            except GatingError:  # too few cells to tell the light: the well keeps its caution
                continue
            words = caution("compound_subtracted", f"the light that {tube} shows")
            found[file] = Estimate(shift.fractions, shift.low, shift.high, words)
    return found


def _alike(bare: Mapping[str, Any], well: Mapping[str, Any]) -> bool:
    """Say whether a well was treated as an unstained tube was; an hour that the tube does not name is any."""
    same = all(text(bare.get(column)) == text(well.get(column)) for column in TREATMENT)
    return same and text(bare.get("hours")) in ("", text(well.get("hours")))
