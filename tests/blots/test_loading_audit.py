"""The loading control on trial: planted losses, clipping, disagreement, and what they do to the folds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from blots.loading_audit import LOADING_COLUMNS, audit_loading

TOTAL = "total_protein"
HOURS = (0.0, 1.0, 3.0, 6.0, 12.0, 24.0)


def membranes(n: int = 3, seed: int = 1, loss: float = 1.0, load_sd: float = 0.12, sd: float = 0.05) -> pd.DataFrame:
    """Return bands of a vehicle's and a treatment's course; actin of the treated is divided by `loss` at 24 h."""
    rng = np.random.default_rng(seed)
    rows = []
    for replicate in range(1, n + 1):
        courses = [("untreated", 0.0)] + [(role, h) for role in ("vehicle", "treated") for h in HOURS[1:]]
        gain = rng.normal(0, 0.4)
        for number, (role, hours) in enumerate(courses, 1):
            load = rng.normal(0, load_sd)
            lost = np.log(loss) if (role, hours) == ("treated", 24.0) else 0.0
            sheet = {
                "membrane": f"rep{replicate}",
                "lane": number,
                "role": role,
                "hours": hours,
                "replicate": replicate,
            }
            sheet |= {"compound": {"vehicle": "DMSO", "treated": "Smac"}.get(role, ""), "protein_ug": 20.0}
            for target, level in {"XIAP": 0.0, "actin": -lost, "total_protein": 0.0}.items():
                volume = float(1e5 * np.exp(level + load + gain + rng.normal(0, sd)))
                rows.append(sheet | {"target": target, "volume": volume, "image": target})
    return pd.DataFrame(rows).assign(
        low=lambda t: t["volume"] * 0.9,
        high=lambda t: t["volume"] * 1.1,
        detection_limit=1.0,
        below_detection=False,
        caution="",
    )


def audit(bands: pd.DataFrame, controls: tuple[str, ...] = ("actin",), without: str = "", **other: Any) -> pd.DataFrame:
    sheet = ["membrane", "lane", "role", "hours", "replicate", "compound", "protein_ug"]
    lanes = bands[sheet].drop_duplicates().drop(columns=[without] if without == "protein_ug" else [])
    bands = bands[bands["target"] != without].drop(columns=["role", "hours", "replicate", "compound", "protein_ug"])
    return audit_loading(bands, lanes, controls, **other)


def changed(table: pd.DataFrame) -> list[tuple[str, float]]:
    rows = table[table["caution"].str.contains("control_changes: ")]
    return list(rows[["question", "hours"]].itertuples(index=False, name=None))


def test_a_planted_loss_is_found_and_named() -> None:
    table = audit(membranes(loss=1.5))
    assert list(table.columns) == ["compound", *LOADING_COLUMNS]
    assert changed(table) == [("change with time", 24.0), ("change with treatment", 24.0)]
    row = table[table["question"] == "change with treatment"].iloc[-1]
    assert row[["against", "compound", "n"]].tolist() == ["total_protein", "Smac", 3]
    assert row["low"] < 1 / 1.5 < row["high"] < 1
    assert "actin over total_protein at 24 h is 0.63 of the vehicle's" in row["caution"]


def test_a_loss_is_found_in_raw_volumes_too() -> None:
    found = [len(changed(audit(membranes(seed=seed, loss=2.0, sd=0.0), without="total_protein"))) for seed in range(4)]
    assert min(found) > 0


def test_what_a_control_is_judged_against() -> None:
    bands = membranes()
    assert audit(bands)["against"].iloc[0] == "total_protein"
    assert audit(bands, without="total_protein")["against"].iloc[0] == "protein_ug"
    raw = bands[bands["target"] != TOTAL]
    assert audit(raw, without="protein_ug")["against"].iloc[0] == "raw volume"
    one_lacks = bands[(bands["target"] != "total_protein") | (bands["membrane"] != "rep1")]
    assert audit(one_lacks)["against"].iloc[0] == "protein_ug"


def test_a_double_load_is_no_change_where_the_sheet_tells_of_it() -> None:
    bands = membranes(sd=0.03)
    late = bands["hours"] == 24
    bands["protein_ug"] = np.where(late, 40.0, 20.0)
    for column in ("volume", "low", "high"):
        bands[column] *= np.where(late, 2.0, 1.0)
    assert changed(audit(bands, without="total_protein")) == []
    assert ("change with time", 24.0) in changed(audit(bands[bands["target"] != TOTAL], without="protein_ug"))


def test_the_effect_on_every_target_is_that_of_the_control() -> None:
    table = audit(membranes(loss=1.5, sd=0.0))
    effects = table[(table["question"] == "effect on fold") & (table["hours"] == 24)].set_index("compound")
    assert effects["estimate"].to_dict() == pytest.approx({"DMSO": 1.0, "Smac": 1.5})
    named = effects[["target", "loading_control", "against", "n"]]
    assert named.to_numpy().tolist() == [["XIAP", "actin", TOTAL, 3]] * 2


def test_clipping_is_counted() -> None:
    bands = membranes()
    bands.loc[(bands["target"] == "actin") & (bands["lane"] == 4), "caution"] = "saturated: 12 % of the band is clipped"
    row = audit(bands).set_index("question").loc["saturation"]
    assert (row["estimate"], row["n"]) == (pytest.approx(1 / 11), 33)
    assert row["caution"] == "control_saturated: actin is clipped in 3 of 33 lanes, such as lane 4 of rep1"
    assert audit(membranes()).set_index("question").loc["saturation", "caution"] == ""


@pytest.mark.parametrize(("sd", "disagree"), [(0.05, False), (0.2, False), (0.4, True)])
def test_controls_that_disagree(sd: float, disagree: bool) -> None:
    table = audit(membranes(load_sd=0.5, sd=sd), controls=("actin", "total_protein")).set_index("question")
    scatter, slope = table.loc["scatter of the ratio"], table.loc["slope"]
    assert scatter["low"] < sd * np.sqrt(2) < scatter["high"]
    assert slope["low"] < 1 < slope["high"]
    assert ("controls_disagree: " in scatter["caution"]) == disagree


def test_one_replicate_has_no_test() -> None:
    table = audit(membranes(n=1, loss=3.0))
    changes = table[table["question"].str.startswith("change")]
    assert changes["p_value"].isna().all()
    assert changes["p_adjusted"].isna().all()
    assert changes["low"].notna().all()
    assert changes["caution"].str.contains("measurement_error_only").all()
    assert table.loc[table["question"] == "effect on fold", "caution"].str.startswith("one_replicate").all()


def test_lanes_that_are_missing_are_gaps() -> None:
    bands = membranes()
    absent = (bands["target"] == "actin") & (bands["membrane"] == "rep2") & (bands["hours"] == 24)
    bands.loc[absent, "below_detection"] = True
    changes = audit(bands)
    late = changes[(changes["hours"] == 24) & (changes["question"] == "change with time")]
    assert late["n"].tolist() == [2, 2]
    assert audit(bands[bands["hours"] > 0])["question"].unique().tolist()[0] == "change with treatment"
    assert audit(bands.head(0)).empty
    assert set(audit(bands, controls=("tubulin", "actin"))["loading_control"]) == {"actin"}
