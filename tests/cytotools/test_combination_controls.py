from __future__ import annotations

import math

import pandas as pd
import pytest

from cytotools.combination_answers import combination_answers
from cytotools.combination_controls import told_of_controls
from cytotools.tables import complete
from cytotools.verdicts.agent_classes import agent_class

PLACE = {"cell_line": "A", "hours": 72.0, "assay": "viability"}
BOTH = PLACE | {"compound": "cisplatin", "compound_2": "birinapant", "dose": math.nan, "dose_2": math.nan}
NUMBERS = {"value": 0.5, "low": 0.4, "high": 0.6, "n": 3, "level": "all"}


def told(method: str, verdict: str, said: str, *wells: dict[str, object]) -> pd.DataFrame:
    rows = [BOTH | NUMBERS | {"method": method, "verdict": verdict, "caution": said}]
    return told_of_controls(pd.DataFrame(rows), pd.DataFrame([{"role": "treated"} | well for well in wells]))


@pytest.mark.parametrize("method", ["ci", "bliss"])
def test_a_combination_whose_vehicles_differ_has_no_verdict_and_says_why(method: str) -> None:
    table = told(method, "synergy", "", BOTH | {"caution": "unlike_vehicles: DMSO gives 0.80 of saline"})
    assert table["verdict"].to_list() == ["not resolved"]
    whole = table.assign(ratio="1:20" if method == "ci" else "", exclusive=True, affected=math.nan)
    [words] = combination_answers(complete({"combination": whole}), agent_class)
    assert "is not resolved" in words
    assert words.endswith(
        "No verdict: its vehicles differ (DMSO gives 0.80 of saline), add control wells that hold every vehicle."
    )


def test_other_hours_and_potentiation_keep_their_verdict() -> None:
    unlike = {"caution": "unlike_vehicles: DMSO gives 0.80 of saline"}
    assert told("ci", "synergy", "", BOTH | unlike | {"hours": 24.0})["verdict"].to_list() == ["synergy"]
    assert told("potentiation", "synergy", "", BOTH | unlike)["verdict"].to_list() == ["synergy"]


def test_an_agent_without_its_vehicle_is_not_said_to_be_untested() -> None:
    reason = "no_control: birinapant wants vehicle DMSO, the plate has saline"
    alone = PLACE | {"compound": "birinapant", "compound_2": "", "caution": reason}
    said = "single_agent_missing: birinapant alone has no curve on A at 72 h"
    assert told("ci", "not resolved", said, alone)["caution"].to_list() == [reason]
    assert told("ci", "not resolved", said, alone | {"cell_line": "B"})["caution"].to_list() == [said]
