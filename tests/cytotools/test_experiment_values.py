"""Values by experiment are the means of wells and the logits of tubes, each condition once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cytotools.verdicts.experiment_values import experiment_values

WELL = {"assay": "caspase", "role": "treated", "compound": "Smac-N7", "dose": 25.0, "low": 1.0, "high": 3.0}


def test_wells_are_averaged_within_an_experiment_and_excluded_ones_left_out() -> None:
    wells = [
        WELL | {"replicate": "1", "response": v, "exclude": e} for v, e in ((2.0, ""), (4.0, ""), (90.0, "bubble"))
    ]
    found = experiment_values({"wells": pd.DataFrame(wells)})
    assert found["value"].tolist() == [np.log(3.0)]
    assert found.loc[0, "compound_2"] == ""
    assert found["hours"].isna().all()


def test_a_fold_below_zero_has_no_logarithm_and_is_not_dropped() -> None:
    found = experiment_values({"wells": pd.DataFrame([WELL | {"replicate": "1", "response": -0.1}])})
    assert found["value"].isna().tolist() == [True]


def test_tubes_give_logits_by_replicate() -> None:
    parts = {"live": 0.8, "early_apoptotic": 0.1, "late_apoptotic": 0.1, "necrotic": 0.0}
    rows = [
        {"file": f"{r}.fcs", "role": "vehicle", "replicate": r, "parent_events": 8000, "population": p}
        | {"fraction": f, "low": f, "high": f}
        for r in ("1", "2")
        for p, f in parts.items()
    ]
    total = experiment_values({"quadrants": pd.DataFrame(rows)}).query("quantity == 'total'")
    assert total["replicate"].tolist() == ["1", "2"]
    np.testing.assert_allclose(total["value"], np.log(0.2 / 0.8))
