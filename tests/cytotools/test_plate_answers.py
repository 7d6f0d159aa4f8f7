from __future__ import annotations

import pandas as pd

from cytotools.plate_answers import plate_answers
from cytotools.tables import complete

NAN = float("nan")
TREATMENT = {"compound": "cisplatin", "dose": NAN, "dose_unit": "uM", "hours": 72.0}


def curve(line: str, assay: str) -> dict[str, object]:
    shape = {"curve_dose": "compound", "kind": "relative", "ratio": "", "ic50": 2.0, "low": 1.0, "high": 4.0}
    return TREATMENT | {"cell_line": line, "assay": assay, "level": "all", "n": 3, "caution": ""} | shape


def test_lines_compared_by_one_assay_do_not_differ_by_the_other() -> None:
    curves = [curve(line, assay) for assay in ("viability", "mtt") for line in ("A", "B")]
    told = {"contrast": "A against B", "scale": "ratio", "estimate": 3.0, "low": 2.0, "high": 4.5, "caution": ""}
    ratio = TREATMENT | {"cell_line": "A", "assay": "mtt", "quantity": "relative IC50"} | told
    ratio |= {"p_value": 0.01, "p_adjusted": 0.01, "n": 3}
    tables = complete({"dose_response": pd.DataFrame(curves), "comparisons": pd.DataFrame([ratio])})
    first, second = plate_answers(tables)
    assert "Lines differ" not in first
    assert second.endswith("A over B 3 (2 to 4.5), p = 0.01.")
