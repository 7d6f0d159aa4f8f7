"""What the first page says where a loading control itself changes."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cytotools.blot_answers import control_answers
from cytotools.report_blots import blot_details
from cytotools.tables import complete

ROW: dict[str, Any] = {
    "cell_line": "ECA109",
    "compound": "Smac",
    "loading_control": "actin",
    "question": "change with time",
    "against": "raw volume",
    "target": "",
    "hours": 12.0,
    "estimate": 0.8,
    "low": 0.7,
    "high": 0.9,
    "p_value": 0.001,
    "p_adjusted": 0.01,
    "n": 3,
    "caution": "control_changes: so",
}
EFFECT = {"question": "effect on fold", "against": "GAPDH", "p_value": None, "p_adjusted": None, "caution": ""}


def test_the_largest_change_is_told_once() -> None:
    rows = [
        ROW,
        ROW | {"hours": 24.0, "estimate": 0.6, "low": 0.5, "high": 0.7},
        ROW | {"estimate": 0.1, "caution": ""},
    ]
    (words,) = control_answers(pd.DataFrame(rows))
    assert words == (
        "ECA109, Smac: actin itself is 0.6 × that of 0 h at 24 h (95 % CI 0.5 to 0.7), judged by its raw volume; "
        "n = 3. Folds over actin are off by as much."
    )


def test_effects_alike_for_several_targets_are_one_line_of_the_page() -> None:
    loading = pd.DataFrame([ROW, ROW | EFFECT | {"target": "cIAP1"}, ROW | EFFECT | {"target": "cIAP2"}])
    shown = next(t for t in blot_details(complete({"loading": loading})) if "loading control" in t.header)
    assert [row[-1] for row in shown.rows] == ["", "cIAP1, cIAP2"]
    assert list(shown.rows[0][5:7]) == ["0.8 (0.7 to 0.9)", "0.01"]
