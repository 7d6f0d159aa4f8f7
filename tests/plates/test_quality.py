"""Quality of plates: statistics by hand, their intervals and grades."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cytotools.plates import plate_quality

CONTROL, LOW = [1000.0, 1040.0, 960.0, 1010.0, 990.0], [50.0, 54.0, 46.0, 52.0, 48.0]


def wells(control: list[float] = CONTROL, low: list[float] = LOW, role: str = "blank") -> pd.DataFrame:
    roles = [role] * len(low) + ["untreated"] * len(control)
    return pd.DataFrame({"role": roles, "signal": low + control})


def value(table: pd.DataFrame, name: str) -> float:
    return float(table.set_index("statistic")["value"].loc[name])


def test_statistics_are_those_of_the_papers() -> None:
    table = plate_quality(wells())
    s, b = np.std(CONTROL, ddof=1), np.std(LOW, ddof=1)
    assert value(table, "z_prime") == pytest.approx(1 - 3 * (s + b) / 950)
    assert value(table, "robust_z_prime") == pytest.approx(1 - 3 * 1.4826 * (10 + 2) / 950)
    assert value(table, "ssmd") == pytest.approx(950 / np.hypot(s, b))
    assert value(table, "signal_window") == pytest.approx((950 - 3 * (s + b)) / s)
    assert value(table, "signal_to_blank") == pytest.approx(20.0)
    assert value(table, "control_cv") == pytest.approx(s / 1000)
    assert value(table, "blank_cv") == pytest.approx(b / 50)
    assert ((table["low"] <= table["value"]) & (table["value"] <= table["high"])).all()


def test_positive_wells_stand_in_for_blanks() -> None:
    both = pd.concat([wells(), wells([], [300.0, 310.0, 290.0], "positive")])
    assert value(plate_quality(both), "ssmd") < value(plate_quality(wells()), "ssmd")


def test_the_order_of_bright_and_dark_does_not_matter() -> None:
    caspase = plate_quality(wells(LOW, CONTROL, "positive"))
    assert value(caspase, "z_prime") == pytest.approx(value(plate_quality(wells()), "z_prime"))


GRADES = [(1.0, ""), (5.0, "assay_not_proved"), (8.0, "assay_marginal"), (15.0, "assay_fails")]


@pytest.mark.parametrize(("spread", "code"), GRADES)
def test_grades(spread: float, code: str) -> None:
    control = [1000 + spread * (x - 1000) for x in CONTROL * 3]
    z_prime = plate_quality(wells(control, LOW * 3)).set_index("statistic").loc["z_prime"]
    assert str(z_prime["caution"]).partition(":")[0] == code


def test_single_wells_give_no_value() -> None:
    table = plate_quality(wells([1000.0], [50.0])).set_index("statistic")
    assert table["value"].isna().all()
    assert table["caution"].str.startswith("few_wells: 1 well").all()


def test_a_blank_that_may_be_0_leaves_signal_to_blank_open() -> None:
    table = plate_quality(wells(low=[-1.0, 1.0, 2.0, -1.5])).set_index("statistic")
    assert table["high"].loc["signal_to_blank"] == np.inf


def test_replicates_are_pooled_over_conditions() -> None:
    treated = pd.DataFrame({"role": "treated", "dose": [1.0, 1.0, 2.0, 2.0], "signal": [90.0, 110.0, 45.0, 55.0]})
    assert value(plate_quality(treated), "replicate_cv") == pytest.approx(np.sqrt(0.02))


def test_intervals_hold_the_truth_as_often_as_they_say(rng: np.random.Generator) -> None:
    truth = 1 - 3 * (80 + 5) / 950
    found = []
    for _ in range(100):
        drawn = wells((1000 + 80 * rng.standard_normal(6)).tolist(), (50 + 5 * rng.standard_normal(4)).tolist())
        row = plate_quality(drawn).set_index("statistic").loc["z_prime"]
        found.append(row["low"] <= truth <= row["high"])
    assert np.mean(found) > 0.9


def test_blanks_above_the_controls_are_no_assay() -> None:
    signal = [900.0, 910.0, 890.0, 905.0, 100.0, 104.0, 98.0, 101.0]
    found = plate_quality(pd.DataFrame({"role": ["blank"] * 4 + ["untreated"] * 4, "signal": signal}))
    failed = found[found["caution"].str.startswith("assay_fails: the blank reads 901")]
    assert failed["statistic"].tolist() == ["z_prime", "robust_z_prime", "ssmd", "signal_window"]
    assert failed["value"].isna().all()
