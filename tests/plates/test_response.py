"""From signal to response: which blank and control serve, what is subtracted, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from cytotools.errors import StudyError
from cytotools.plates import level_error, mean_response, response_covariance, response_ratio, responses

SIGNALS = {"blank": [10.0, 12.0, 11.0], "untreated": [1011.0, 981.0, 1041.0], "treated": [511.0, 490.0, 530.0]}


def wells_of(*parts: dict[str, Any]) -> pd.DataFrame:
    """Return one row a signal; each part holds the columns that its wells share."""
    rows = [part | {"signal": signal} for part in parts for signal in part["signal"]]
    return pd.DataFrame([{"well": f"A{i + 1}"} | row for i, row in enumerate(rows)])


def plate(**columns: Any) -> pd.DataFrame:
    parts = [{"role": role, "signal": signals} | columns for role, signals in SIGNALS.items()]
    parts[2]["compound"] = "cisplatin"
    return wells_of(*parts)


def test_a_response_is_the_share_of_the_control_above_the_blank() -> None:
    table = responses(plate())
    assert table["response"].iloc[6] == pytest.approx(0.5)
    assert table["response"].iloc[:3].isna().all()
    assert table["response"].iloc[3:6].mean() == pytest.approx(1.0)
    assert (table["caution"] == "").all()


def test_nothing_is_clipped() -> None:
    wells = plate()
    wells.loc[6:7, "signal"] = [5.0, 1500.0]
    table = responses(wells)
    assert table["response"].iloc[6] == pytest.approx(-0.006)
    assert table["response"].iloc[7] == pytest.approx(1.489)


def test_the_reference_wavelength_is_subtracted_well_by_well() -> None:
    wells = plate()
    wells["reference_signal"] = np.arange(len(wells)) * 3.0
    wells["signal"] += wells["reference_signal"]
    assert responses(wells)["response"].tolist() == pytest.approx(responses(plate())["response"].tolist(), nan_ok=True)
    wells.loc[7, "reference_signal"] = np.nan
    lost = responses(wells).iloc[7]
    assert np.isnan(lost["response"])
    assert lost["caution"].startswith("no_reference")


def test_each_compound_has_its_own_vehicle() -> None:
    wells = wells_of(
        {"role": "blank", "signal": [0.0, 0.1]},
        {"role": "untreated", "signal": [100.0, 101.0]},
        {"role": "vehicle", "compound": "DMSO", "signal": [80.0, 81.0]},
        {"role": "vehicle", "compound": "saline", "signal": [40.0, 41.0]},
        {"role": "treated", "compound": "birinapant", "signal": [20.0, 21.0]},
        {"role": "treated", "compound": "cisplatin", "signal": [20.0, 21.0]},
    )
    vehicles = {"birinapant": "DMSO", "cisplatin": "saline"}
    ratio = responses(wells, vehicles=vehicles)["response"]
    assert ratio.iloc[8] == pytest.approx(19.95 / 80.45)
    assert ratio.iloc[10] == pytest.approx(19.95 / 40.45)
    untreated = responses(wells, control="untreated", vehicles=vehicles)["response"]
    assert untreated.iloc[8] == untreated.iloc[10] == pytest.approx(19.95 / 100.45)
    assert untreated.iloc[2] == pytest.approx(99.95 / 100.45)
    assert untreated.iloc[4] == pytest.approx(79.95 / 100.45)


def test_a_control_of_another_plate_serves_where_there_is_none_and_is_said() -> None:
    first, second = plate(plate="p1", batch="1"), plate(plate="p2", batch="1")
    second = second[second["role"] != "untreated"]
    table = responses(pd.concat([first, second]))
    row = table.iloc[-3]
    assert row["response"] == pytest.approx(0.5)
    assert row["caution"] == "control_elsewhere: control of plate p1"
    alone = responses(pd.concat([first, second.assign(batch="2")])).iloc[-3]
    assert np.isnan(alone["response"])
    assert alone["caution"].startswith("no_control")


def test_a_control_at_0_h_serves_all_hours() -> None:
    start = plate(plate="p", hours=0.0)
    later = plate(plate="p", hours=24.0)
    table = responses(pd.concat([start, later[later["role"] == "treated"]]))
    assert table["caution"].iloc[-1].startswith("zero_hours_control: compared with 0 h; blank_elsewhere")
    assert table["response"].iloc[-1] == pytest.approx(responses(plate())["response"].iloc[-1])


def test_another_line_or_arm_has_its_own_control() -> None:
    other = plate(arm="knockdown")
    other["signal"] = other["signal"] * 3.0
    table = responses(pd.concat([plate(arm="scramble"), other]))
    assert len(set(table["_control"].iloc[5:15:9])) == 2


def test_without_blanks_it_is_said_and_nothing_subtracted() -> None:
    wells = plate()
    table = responses(wells[wells["role"] != "blank"])
    assert table["response"].iloc[3] == pytest.approx(0.511 / 1.011)
    assert set(table["caution"]) == {"no_blank: the signal is taken as it is"}


def test_a_control_that_is_not_above_the_blank_is_refused() -> None:
    wells = plate()
    wells.loc[3:5, "signal"] = [10.5, 12.1, 11.4]
    row = responses(wells).iloc[6]
    assert np.isnan(row["response"])
    assert row["caution"].startswith("control_not_above_blank")


def test_words_of_the_reader_are_kept_and_said() -> None:
    wells = plate()
    wells["said"] = np.where(wells.index.isin([3, 6]), "OVRFLW", "")
    wells["signal"] = wells["signal"].where(wells["said"] == "")
    table = responses(wells)
    assert np.isnan(table["response"].iloc[6])
    assert table["caution"].iloc[6].startswith("no_number: the reader says OVRFLW")
    assert "lost_control_wells: 1 of 6" in table["caution"].iloc[7]
    assert np.isfinite(table["response"].iloc[7])


def test_a_control_of_another_name_is_refused() -> None:
    with pytest.raises(StudyError, match="expected vehicle or untreated"):
        responses(plate(), control="mock")


def test_an_excluded_well_counts_in_no_mean() -> None:
    wells = plate()
    wells["exclude"] = np.where(wells.index == 3, "bubble", "")
    wells.loc[3, "signal"] = 9000.0
    table = responses(wells)
    assert table["response"].iloc[6] == pytest.approx(0.5)
    assert table["caution"].iloc[3] == "excluded: bubble"


def test_single_wells_have_no_interval() -> None:
    wells = plate().iloc[[0, 3, 6]]
    row = responses(wells).iloc[2]
    assert np.isfinite(row["response"])
    assert np.isnan(row["low"])
    assert row["caution"].startswith("no_scatter")


def test_order_of_wells_and_scale_do_not_matter(rng: np.random.Generator) -> None:
    wells = plate()
    expected = responses(wells).set_index("well")
    shuffled = wells.sample(frac=1.0, random_state=rng)
    shuffled["signal"] *= 1e6
    found = responses(shuffled).set_index("well").loc[expected.index]
    for name in ("response", "low", "high"):
        assert np.allclose(found[name], expected[name], rtol=1e-9, equal_nan=True)


def test_the_control_drops_out_of_a_ratio_and_stays_in_a_mean() -> None:
    table = responses(plate())
    table["_control_error"] = 0.2
    treated = table.iloc[6:9]
    ratio, mean = response_ratio(treated, treated.iloc[:2]), mean_response(treated)
    assert ratio.high - ratio.low < 0.3 < mean.high - mean.low
    assert response_covariance(table.iloc[3:6]).shape == (3, 3)
    assert level_error(treated.assign(_degrees=1e9), 1.0) == pytest.approx(0.2)


def test_the_mean_of_all_control_wells_is_1_without_error() -> None:
    rows = responses(plate()).iloc[3:6]
    mean = mean_response(rows)
    assert [mean.low, mean.high] == pytest.approx([1.0, 1.0], abs=1e-6)


@pytest.mark.parametrize("scatter", [(0.0, 0.06), (0.08, 0.01)])
def test_intervals_hold_the_truth_as_often_as_they_say(scatter: tuple[float, float], rng: np.random.Generator) -> None:
    truth = np.array([0.9, 0.5, 0.1])
    well, mean, ratio = [], [], []
    for _ in range(80):
        levels = np.concatenate([np.zeros(3), np.ones(6), np.repeat(truth, 3)])
        signal = 50 + 1000 * levels + 1000 * np.hypot(scatter[0] * levels, scatter[1]) * rng.standard_normal(18)
        wells = pd.DataFrame({"signal": signal, "well": [f"A{i + 1}" for i in range(18)]})
        wells["role"] = ["blank"] * 3 + ["untreated"] * 6 + ["treated"] * 9
        wells["dose"] = [np.nan] * 9 + [1.0] * 3 + [2.0] * 3 + [3.0] * 3
        table = responses(wells).iloc[9:]
        well += ((table["low"] <= levels[9:]) & (levels[9:] <= table["high"])).tolist()
        parts = [table.iloc[3 * i : 3 * i + 3] for i in range(3)]
        means = [mean_response(part) for part in parts]
        mean += [m.low <= x <= m.high for m, x in zip(means, truth, strict=True)]
        one = response_ratio(parts[1], parts[0])
        ratio.append(one.low <= 5 / 9 <= one.high)
    assert min(np.mean(well), np.mean(mean), np.mean(ratio)) > 0.9


def test_a_vehicle_is_known_in_any_case_and_a_missing_one_is_named() -> None:
    rows = [("blank", "", 1.0), ("vehicle", "dmso", 11.0), ("treated", "drugA", 6.0)]
    wells = pd.DataFrame([{"role": r, "compound": c, "signal": s + e} for r, c, s in rows for e in (-0.1, 0.1)])
    assert responses(wells, vehicles={"drugA": "DMSO"})["response"].iloc[-2:].mean() == pytest.approx(0.5)
    said = responses(wells, vehicles={"drugA": "saline"})["caution"].iloc[-1]
    assert "no_control: drugA wants vehicle saline, the plate has dmso" in said


SALINE, DMSO, BOTH = 100.0, 80.0, 60.0
TWO_VEHICLES = {"cisplatin": "saline", "birinapant": "DMSO"}


def vehicles_apart(*controls: tuple[str, str, float]) -> dict[str, pd.Series[Any]]:
    """Return the row of each treatment on a plate with control wells of these vehicles and this level."""
    treated = {"cisplatin": ("cisplatin", ""), "birinapant": ("birinapant", ""), "both": ("cisplatin", "birinapant")}
    parts: list[dict[str, Any]] = [{"role": "blank", "signal": [0.0, 0.1]}]
    parts += [
        {"role": "vehicle", "compound": one, "compound_2": two, "signal": [level - 1.0, level, level + 1.0]}
        for one, two, level in controls
    ]
    parts += [
        {"role": "treated", "compound": one, "dose": 1.0, "compound_2": two, "dose_2": 1.0 if two else np.nan}
        | {"signal": [29.0, 31.0]}
        for one, two in treated.values()
    ]
    rows = responses(wells_of(*parts), vehicles=TWO_VEHICLES).iloc[-6::2]
    return {name: rows.iloc[k] for k, name in enumerate(treated)}


def control_levels(rows: dict[str, pd.Series[Any]]) -> list[float]:
    return [float((row["signal"] - 0.05) / row["response"] + 0.05) for row in rows.values()]


def test_wells_of_both_vehicles_serve_the_combination_and_each_vehicle_its_own_agent() -> None:
    rows = vehicles_apart(("saline", "", SALINE), ("DMSO", "", DMSO), ("DMSO", "saline", BOTH))
    assert control_levels(rows) == pytest.approx([SALINE, DMSO, BOTH])
    assert [row["caution"] for row in rows.values()] == ["", "", ""]


@pytest.mark.parametrize("cells", [("saline", "DMSO"), ("saline + DMSO", "")])
def test_wells_of_both_vehicles_alone_serve_all_three(cells: tuple[str, str]) -> None:
    assert control_levels(vehicles_apart((*cells, BOTH))) == pytest.approx([BOTH] * 3)


def test_separate_vehicles_serve_the_combination_together_and_unlike_ones_are_named() -> None:
    rows = vehicles_apart(("saline", "", SALINE), ("DMSO", "", DMSO))
    assert control_levels(rows) == pytest.approx([SALINE, DMSO, (SALINE + DMSO) / 2])
    assert rows["both"]["caution"] == "several_controls: saline, DMSO; unlike_vehicles: DMSO gives 0.80 of saline"
    alike = vehicles_apart(("saline", "", SALINE), ("DMSO", "", SALINE + 0.3))
    assert alike["both"]["caution"] == "several_controls: saline, DMSO"


def test_vehicle_wells_without_a_name_serve_all_three() -> None:
    rows = vehicles_apart(("", "", BOTH))
    assert control_levels(rows) == pytest.approx([BOTH] * 3)
    assert {row["caution"] for row in rows.values()} == {""}
