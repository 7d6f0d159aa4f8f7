"""A plate with a compound that shines: its light is taken out where an unstained treated tube shows it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from gating import gate_plate
from gating.events import Events
from gating.simulate import Tube, simulate_tube

ROWS = [
    ("unstained", "", 0.0, 0.10, (False, False)),
    ("annexin_only", "", 0.0, 0.30, (True, False)),
    ("dye_only", "", 0.0, 0.30, (False, True)),
    ("positive", "", 0.0, 0.60, (True, True)),
    ("vehicle", "", 0.0, 0.08, (True, True)),
    ("vehicle", "", 0.0, 0.10, (True, True)),
    ("treated", "doxorubicin", 1.0, 0.40, (True, True)),
    ("unstained", "doxorubicin", 1.0, 0.40, (False, False)),
]
SHARES = {"live": 0.0, "early_apoptotic": 0.5, "late_apoptotic": 0.45, "necrotic": 0.05}


def plate(with_bare_tube: bool) -> tuple[pd.DataFrame, dict[str, Events], dict[str, float]]:
    rng = np.random.default_rng(5)
    rows, events, truth = [], {}, {}
    for i, (role, compound, dose, dead, (annexin, dye)) in enumerate(ROWS[: len(ROWS) if with_bare_tube else -1]):
        fractions = {name: dead * share for name, share in SHARES.items()} | {"live": 1 - dead}
        drawn = simulate_tube(Tube(fractions, 8_000, annexin, dye), rng)
        values = drawn.events.values.astype(np.float64)
        if compound:
            values[:, 4] += 700.0 * rng.lognormal(0.0, 0.3, len(values))
        file = f"{i}.fcs"
        events[file] = replace(drawn.events, values=values, name=file)
        truth[file] = drawn.fractions()["late_apoptotic"]
        rows.append({"file": file, "role": role, "compound": compound, "dose": dose})
    return pd.DataFrame(rows), events, truth


def late(table: pd.DataFrame, column: str) -> float:
    return float(table.query("file == '6.fcs' and population == 'late_apoptotic'")[column].iloc[0])


def test_the_light_of_a_compound_is_taken_out() -> None:
    sheet, events, truth = plate(with_bare_tube=True)
    table = gate_plate(sheet, "", read=lambda path: events[Path(path).name]).table
    estimated, counted = (abs(late(table, column) - truth["6.fcs"]) for column in ("fraction", "counted_fraction"))
    assert estimated < 0.03 < counted
    assert "compound_subtracted" in table.query("file == '6.fcs'")["caution"].iloc[0]
    assert (table["file"] == "7.fcs").sum() == 4


def test_without_such_a_tube_nothing_is_subtracted() -> None:
    sheet, events, _ = plate(with_bare_tube=False)
    table = gate_plate(sheet, "", read=lambda path: events[Path(path).name]).table
    assert not table["caution"].str.contains("compound_subtracted").any()
    assert table.query("file == '6.fcs'")["caution"].str.contains("compound_light|may_shine").all()
