"""What MIFlowCyt asks for is stated from the sheet and the keywords, or named as missing with where to write it."""

from __future__ import annotations

import pandas as pd
import pytest

from cytotools.miflowcyt import miflowcyt

KEYWORDS = [{"$CYT": "LSRII", "$DATE": "17-MAY-2018", "$P1N": "FITC-A", "$P1S": "Annexin V", "$P1V": "450"}]
SAMPLES = pd.DataFrame(
    [{"file": f"{r}.fcs", "role": r, "cell_line": "ECA109", "replicate": "1"} for r in ("unstained", "treated")]
)


@pytest.fixture
def found() -> pd.DataFrame:
    return miflowcyt("", SAMPLES, KEYWORDS, ["FITC-A", "PE-A"], {}).set_index("item")


def test_what_files_and_sheets_say_is_stated(found: pd.DataFrame) -> None:
    values = found["value"]
    assert (values["3.2 model"], values["1.6 date"]) == ("LSRII", "17-MAY-2018")
    assert values["2.4 fluorescence reagents"] == "FITC-A: Annexin V"
    assert values["3.3 voltages of the gated channels"] == "FITC-A: 450"


def test_what_nothing_says_is_named_with_its_remedy(found: pd.DataFrame) -> None:
    missing = found[found["stated"] == "no"]
    assert {"1.1 purpose", "4.4 gating", "3.1 manufacturer"} <= set(missing.index)
    assert (missing["remedy"] != "").all()
    assert (missing["value"] == "").all()


def test_every_section_of_the_standard_is_there(found: pd.DataFrame) -> None:
    assert sorted(set(found["section"].str[0])) == ["1", "2", "3", "4"]
