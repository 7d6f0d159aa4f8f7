"""Fold changes and verdicts as tables: geometric means by hand, references, repeats, gaps, and the drawing."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from scipy import stats

from blots.errors import InvalidTimeCourse
from blots.multiplicity import holm
from blots.plots.labels import moved_apart
from blots.plots.time_course import draw_time_course, fold_limits, fold_ticks, plain_fold
from blots.time_course import fold_changes, replicate_folds
from blots.verdicts import REBOUND_COLUMNS, rebound_table

HOURS = (0.0, 1.0, 3.0, 6.0, 12.0, 24.0)
mpl.use("Agg")


def lane(membrane: str, number: int, log_ratio: float, **sheet: Any) -> dict[str, Any]:
    """Return one lane: its row of the sheet and its ratio."""
    ratio = {"target": "cIAP2", "loading_control": "actin", "log_ratio": log_ratio, "censored": False, "caution": ""}
    limits = {"low": log_ratio - 0.1, "high": log_ratio + 0.1}
    return {"membrane": membrane, "lane": number, "role": "treated"} | ratio | limits | sheet


def tables(rows: list[dict[str, Any]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return normalised.csv and lanes.csv of these lanes."""
    table = pd.DataFrame(rows)
    ratios = ["target", "loading_control", "log_ratio", "low", "high", "censored", "caution"]
    lanes = table.drop(columns=ratios).drop_duplicates(["membrane", "lane"])
    return table[["membrane", "lane", *ratios]], lanes


def course(
    curve: list[float], n: int = 3, sd: float = 0.05, seed: int = 1, target: str = "cIAP2", **sheet: Any
) -> list[dict[str, Any]]:
    """Return n membranes of one course; 0 h is an untreated lane."""
    rng = np.random.default_rng(seed)
    rows = []
    for replicate in range(1, n + 1):
        logs = np.log(curve) + rng.normal(0, 0.3) + rng.normal(0, sd, len(curve))
        for i, (hours, log_ratio) in enumerate(zip(HOURS, logs, strict=False)):
            treated = {"role": "treated" if hours else "untreated", "compound": "Smac-N7" if hours else ""}
            row = {"hours": hours, "replicate": replicate, "target": target} | treated | sheet
            rows.append(lane(f"rep{replicate}", i + 1, float(log_ratio), **row))
    return rows


def at(table: pd.DataFrame, hours: float) -> pd.Series:
    rows = table[table["hours"] == hours]
    assert len(rows) == 1
    return rows.iloc[0]


def test_geometric_mean_and_t_interval_by_hand() -> None:
    rows = [lane(m, 1, 1.0, hours=0) for m in "abc"]
    rows += [lane(m, 2, x, hours=6) for m, x in zip("abc", (0.0, -0.2, -0.4), strict=True)]
    found = at(fold_changes(*tables(rows)), 6)
    reach = stats.t.ppf(0.975, 2) * 0.2 / np.sqrt(3)
    assert found["n"] == 3
    assert found[["fold_change", "low", "high"]].tolist() == pytest.approx(
        np.exp([-1.2, -1.2 - reach, -1.2 + reach]).tolist()
    )


def test_the_reference_is_one_and_serves_its_treatments() -> None:
    rows = course([1.0, 0.5]) + [row | {"lane": row["lane"] + 10} for row in course([1.0, 0.2])[1::2]]
    for row in rows:
        row["compound"] = "other" if row["lane"] > 10 else row["compound"]
    table = fold_changes(*tables(rows))
    assert list(table["compound"]) == ["Smac-N7", "Smac-N7", "other", "other"]
    zero = table[table["hours"] == 0]
    assert zero[["fold_change", "low", "high"]].to_numpy().tolist() == [[1.0] * 3] * 2
    assert zero["n"].tolist() == [3, 3]


def test_columns_come_in_the_order_of_the_contract() -> None:
    normalised, lanes = tables(course([1.0, 0.5], cell_line="ECA109", dose=25.0, batch="b", protein_ug=20))
    expected = ["cell_line", "compound", "dose", "target", "loading_control", "hours", "n", "fold_change"]
    assert list(fold_changes(normalised, lanes).columns) == [*expected, "low", "high", "caution"]
    assert list(rebound_table(normalised, lanes).columns) == [*expected[:3], *REBOUND_COLUMNS]


def test_a_line_without_its_own_zero_hours_has_no_fold() -> None:
    rows = course([1.0, 0.5], cell_line="A") + [
        row | {"cell_line": "B", "lane": row["lane"] + 5} for row in course([1.0, 0.5])[1::2]
    ]
    table = fold_changes(*tables(rows))
    other = table[table["cell_line"] == "B"].iloc[0]
    assert np.isnan(other["fold_change"])
    assert other["n"] == 0
    assert "no_reference: no 0 h on rep1" in other["caution"]
    verdict = rebound_table(*tables(rows)).set_index("cell_line").loc["B"]
    assert verdict["verdict"] == "not resolved"
    assert "no_reference: no usable lane at 0 h" in verdict["caution"]


def test_technical_repeats_are_averaged_before_the_statistics() -> None:
    rows = [lane(m, 1, 0.0, hours=0, technical="") for m in "ab"]
    rows += [lane(m, 2 + i, x, hours=6, technical=str(i)) for m in "ab" for i, x in enumerate((-1.0, -1.4))]
    found = at(fold_changes(*tables(rows)), 6)
    assert (found["n"], found["caution"]) == (2, "")
    assert found["fold_change"] == pytest.approx(np.exp(-1.2))


def test_repeated_hours_without_technical_are_named() -> None:
    rows = [lane(m, 1, 0.0, hours=0) for m in "ab"] + [lane(m, k, -1.0, hours=6) for m in "ab" for k in (2, 3)]
    found = at(fold_changes(*tables(rows)), 6)
    assert found["n"] == 2
    assert "unlabelled_repeats: 2 lanes of a are averaged" in found["caution"]
    assert "unlabelled_repeats" in rebound_table(*tables([*rows, lane("a", 9, -1.0, hours=12)])).iloc[0]["caution"]


def test_excluded_rows_are_left_out() -> None:
    rows = course([1.0, 0.5, 0.2], exclude="")
    rows[4]["exclude"] = "bubble"
    found = fold_changes(*tables(rows))
    assert [at(found, hours)["n"] for hours in HOURS[:3]] == [3, 2, 3]


def test_one_membrane_has_the_interval_of_its_measurement() -> None:
    found = at(fold_changes(*tables(course([1.0, 0.5], n=1))), 1)
    reach = np.hypot(0.1, 0.1)
    assert found["high"] / found["fold_change"] == pytest.approx(np.exp(reach))
    assert found["caution"] == "measurement_error_only: one replicate"


def test_a_lane_without_actin_is_a_gap() -> None:
    rows = course([1.0, 0.3, 0.1, 0.1, 0.5, 2.0])
    rows[3] |= {"log_ratio": np.nan, "low": np.nan, "high": np.nan, "caution": "no_loading_control: no actin"}
    found = at(fold_changes(*tables(rows)), 6)
    assert found["n"] == 2
    assert "no_loading_control" in found["caution"]
    assert rebound_table(*tables(rows)).iloc[0]["verdict"] == "overshoot"


def test_a_missing_zero_hours_informs_the_later_hours() -> None:
    rows = [row for row in course([1.0, 0.3, 0.1, 0.1, 0.5, 2.0]) if (row["membrane"], row["hours"]) != ("rep2", 0)]
    assert at(fold_changes(*tables(rows)), 24)["n"] == 2
    verdict = rebound_table(*tables(rows)).iloc[0]
    assert (verdict["verdict"], verdict["n"]) == ("overshoot", 3)
    assert "replicate_without_reference: 1 of 3" in verdict["caution"]


def test_levels_and_references_below_detection() -> None:
    rows = course([1.0, 0.5, 0.1])
    rows[2] |= {"censored": True, "low": -np.inf}
    found = at(fold_changes(*tables(rows)), 3)
    assert found["low"] == 0.0
    assert np.isfinite([found["fold_change"], found["high"]]).all()
    rows[0] |= {"censored": True, "low": -np.inf}
    table = fold_changes(*tables(rows))
    assert at(table, 1)["high"] == np.inf
    assert np.isnan(at(table, 3)["fold_change"])
    assert "reference_below_detection" in at(table, 1)["caution"]
    assert rebound_table(*tables(rows)).iloc[0]["verdict"] == "not resolved"


def test_the_vehicle_of_the_same_hour() -> None:
    rows = []
    for m in "ab":
        rows += [lane(m, 1, 0.0, hours=6, role="vehicle", compound="DMSO")]
        rows += [lane(m, 2, 1.0, hours=6, role="vehicle", compound="saline")]
        rows += [lane(m, 3, -1.0, hours=6, compound="Smac-N7"), lane(m, 4, 5.0, hours=12, compound="Smac-N7")]
    table = fold_changes(*tables(rows), "vehicle at the same hour", vehicles={"Smac-N7": "DMSO"})
    table = table[table["compound"] == "Smac-N7"]
    assert at(table, 6)["fold_change"] == pytest.approx(np.exp(-1.0))
    assert np.isnan(at(table, 12)["fold_change"])
    assert "no_reference: no vehicle at the same hour on a" in at(table, 12)["caution"]


def test_the_reference_lane_and_another_hour() -> None:
    rows = [lane(m, 1, 2.0, role="reference") for m in "ab"]
    rows += [lane(m, 2 + i, float(-i), hours=h) for m in "ab" for i, h in enumerate((1.0, 6.0))]
    assert at(fold_changes(*tables(rows), "reference lane"), 6)["fold_change"] == pytest.approx(np.exp(-3.0))
    assert at(fold_changes(*tables(rows), "1 h"), 6)["fold_change"] == pytest.approx(np.exp(-1.0))
    with pytest.raises(InvalidTimeCourse, match="expected an hour such as 0 h, vehicle at the same hour or"):
        fold_changes(*tables(rows), "actin")


def test_a_replicate_on_two_membranes_is_one() -> None:
    rows = []
    for replicate in (1, 2, 3):
        for membrane, offset, hours in (("x", 1.0, (0.0, 1.0, 3.0)), ("y", 3.0, (0.0, 6.0, 24.0))):
            logs = {0.0: 0.0, 1.0: -1.0, 3.0: -2.0, 6.0: -2.0, 24.0: 1.0}
            rows += [
                lane(f"{membrane}{replicate}", i, logs[h] + offset + 0.02 * replicate * i, hours=h, replicate=replicate)
                for i, h in enumerate(hours)
            ]
    verdict = rebound_table(*tables(rows)).iloc[0]
    assert (verdict["verdict"], verdict["n"]) == ("overshoot", 3)
    assert verdict["rebound_fold"] == pytest.approx(np.exp(3.0), rel=0.1)
    assert "several_membranes" in verdict["caution"]


def test_verdicts_are_adjusted_over_the_other_targets() -> None:
    fall = [1.0, 0.3, 0.1, 0.1, 0.1, 0.11]
    rows = [row for i, name in enumerate(("cIAP1", "cIAP2", "XIAP")) for row in course(fall, seed=i, target=name)]
    table = rebound_table(*tables(rows)).set_index("target")
    assert table.loc["cIAP2", "p_adjusted"] == table.loc["cIAP2", "p_value"]
    others = table.loc[["cIAP1", "XIAP"]]
    assert others["p_adjusted"].tolist() == pytest.approx(holm(others["p_value"].tolist()))


def test_holm_by_hand() -> None:
    assert holm([0.04, np.nan, 0.01, 0.03])[::2] == pytest.approx([0.06, 0.03])
    assert np.isnan(holm([0.04, np.nan])[1])
    assert holm([]) == []


def test_a_lane_twice_in_the_sheet() -> None:
    normalised, lanes = tables(course([1.0, 0.5]))
    with pytest.raises(InvalidTimeCourse, match="rep1, lane 1: expected one row, got two rows"):
        fold_changes(normalised, pd.concat([lanes, lanes.head(1)]))
    with pytest.raises(InvalidTimeCourse, match="rep1, lane 1: expected hours as a number, got 'noon'"):
        fold_changes(normalised, lanes.assign(hours="noon"))


def test_nothing_in_nothing_out() -> None:
    normalised, lanes = tables(course([1.0, 0.5]))
    assert fold_changes(normalised.head(0), lanes).empty
    assert rebound_table(normalised.head(0), lanes).empty
    assert replicate_folds(normalised.head(0), lanes).empty


def test_the_drawing_shows_every_point_and_names_every_line() -> None:
    rows = course([1.0, 0.3, 0.1, 0.1, 0.5, 2.0]) + course([1.0, 0.3, 0.1, 0.1, 0.1, 0.1], target="cIAP1", seed=2)
    rows[3] |= {"censored": True, "low": -np.inf}
    normalised, lanes = tables(rows)
    points = replicate_folds(normalised, lanes)
    figure = Figure(figsize=(4, 3))
    ax = figure.add_subplot()
    symbols = draw_time_course(ax, fold_changes(normalised, lanes), points, label="cIAP2 / actin\nfold of 0 h")
    figure.canvas.draw()
    drawn = [line for line in ax.lines if line.get_linestyle() == "None" and len(np.atleast_1d(line.get_ydata()))]
    assert sum(np.isfinite(np.asarray(line.get_ydata(), dtype=float)).sum() for line in drawn) >= len(points) == 36
    assert list(symbols.symbols) == ["cIAP2", "cIAP1"]
    lines = [container[0] for container in ax.containers]
    assert len({line.get_color() for line in lines}) == len({line.get_marker() for line in lines}) == 2
    assert ax.get_ylabel() == "cIAP2 / actin\nfold of 0 h"
    assert {"1/8", "1", "2"} <= {label.get_text() for label in ax.get_yticklabels()}


@pytest.mark.parametrize("octaves", [1, 2, 5, 9, 13, 14, 20, 40])
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_ticks_are_few_and_round_with_1_among_them(octaves: int, share: float) -> None:
    ticks = fold_ticks(2.0 ** (-octaves * share - 0.1), 2.0 ** (octaves * (1 - share) + 0.1))
    assert 1.0 in ticks
    assert (1 if octaves == 1 else 2) <= len(ticks) <= 9
    labels = [plain_fold(fold) for fold in ticks]
    assert len(set(labels)) == len(labels)
    assert not any("e" in label for label in labels)


def test_a_wide_interval_neither_squeezes_the_points_nor_ends_without_a_mark() -> None:
    rows = course([1.0, 0.5, 0.2, 0.3, 1.0, 1.5], n=2, sd=1.2, seed=3)
    normalised, lanes = tables(rows)
    table, points = fold_changes(normalised, lanes), replicate_folds(normalised, lanes)
    bottom, top = fold_limits(table, points)
    shown = np.log2(points["fold_change"].to_numpy(dtype=float))
    assert bottom < 2.0 ** shown.min() <= 2.0 ** shown.max() < top
    assert np.log2(top / bottom) < 2.3 * max(np.ptp(shown), 2.0) + 1
    ax = Figure().subplots()
    drawn = draw_time_course(ax, table, points)
    outside = int((table["low"] < bottom).sum()), int((table["high"] > top).sum())
    ends = {"v": bottom, "^": top}
    drawn_at = [(str(line.get_marker()), float(y)) for line in ax.lines for y in np.atleast_1d(line.get_ydata())]
    arrows = [sum(mark == m and y == at for mark, y in drawn_at) for m, at in ends.items()]
    assert tuple(arrows) == outside
    assert drawn.runs_on
    assert sum(outside) > 0


def test_a_series_looks_the_same_in_every_drawing() -> None:
    rows = course([1.0, 0.5], target="cIAP1") + [r | {"lane": r["lane"] + 10} for r in course([1.0, 0.3])]
    normalised, lanes = tables(rows)
    table, points = fold_changes(normalised, lanes), replicate_folds(normalised, lanes)
    alone = draw_time_course(
        Figure().subplots(), table[table["target"] == "cIAP2"], points, order=["cIAP1", "cIAP2"]
    ).symbols["cIAP2"]
    both = draw_time_course(Figure().subplots(), table, points).symbols["cIAP2"]
    assert alone[0].get_color() == both[0].get_color()
    assert alone[0].get_marker() == both[0].get_marker()


def test_eight_series_are_told_apart_without_colour() -> None:
    rows = [
        row | {"lane": row["lane"] + 10 * i, "cell_line": f"line {i}"}
        for i in range(8)
        for row in course([1.0, 0.5, 0.4], seed=i)
    ]
    normalised, lanes = tables(rows)
    table, points = fold_changes(normalised, lanes), replicate_folds(normalised, lanes)
    symbols = draw_time_course(Figure().subplots(), table, points, by=("cell_line",)).symbols
    assert len({symbol[0].get_marker() for symbol in symbols.values()}) == len(symbols) == 8


def test_hours_are_labelled_where_they_fit() -> None:
    rows = course([1.0, 0.5, 0.2, 0.3, 1.0, 1.5])
    normalised, lanes = tables(rows)
    figure = Figure(figsize=(2.2, 2.2))
    ax = figure.subplots()
    draw_time_course(ax, fold_changes(normalised, lanes), replicate_folds(normalised, lanes))
    figure.canvas.draw()
    boxes = [label.get_window_extent() for label in ax.get_xticklabels() if label.get_text()]
    assert all(not a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])
    assert len(ax.get_xticks()) == 6


def test_labels_move_apart_and_keep_their_order() -> None:
    heights = np.array([3.0, 0.0, 1.0, 50.0])
    moved = moved_apart(heights, 10.0)
    assert np.array_equal(np.argsort(moved), np.argsort(heights))
    assert np.diff(np.sort(moved)).min() >= 10.0 - 1e-9
    assert moved[3] == 50.0


def test_a_membrane_without_the_reference_is_tied_by_other_samples() -> None:
    logs = {0.0: 0.0, 1.0: -1.0, 3.0: -2.0, 6.0: -1.5, 24.0: 1.0}
    lanes = [("x", 0.0, (0.0, 1.0, 3.0)), ("y", 2.0, (1.0, 3.0, 6.0, 24.0))]
    rows = [
        lane(f"{m}{n}", i, logs[h] + gain + 0.01 * n * i, hours=h, replicate=n)
        for n in (1, 2)
        for m, gain, hours in lanes
        for i, h in enumerate(hours)
    ]
    found = fold_changes(*tables(rows))
    assert found["n"].tolist() == [2] * 5
    assert at(found, 24)["fold_change"] == pytest.approx(np.exp(1.0), rel=0.1)
    assert "several_membranes: x1, y1 are tied by 2 samples" in at(found, 24)["caution"]
    assert len(replicate_folds(*tables(rows))) == 10


def test_a_target_absent_at_the_reference_is_censored_not_infinite() -> None:
    limit = {"censored": True, "low": -np.inf, "high": -2.9, "log_ratio": -3.0}
    rows = [lane(m, 1, 0.0, hours=0) | limit for m in "ab"] + [lane(m, 2, 0.5, hours=6) for m in "ab"]
    table = fold_changes(*tables(rows))
    six, zero = at(table, 6), at(table, 0)
    assert (six["n"], six["fold_change"], six["high"]) == (2, pytest.approx(np.exp(3.5)), np.inf)
    assert 0 < six["low"] <= six["fold_change"]
    assert "reference_below_detection: the fold over the reference on a is a lower bound" in six["caution"]
    assert zero["n"] == 0
    assert np.isnan(zero["fold_change"])
    both = [*rows, *(lane(m, 3, 0.0, hours=12) | limit for m in "ab")]
    assert at(fold_changes(*tables(both)), 12)[["low", "high"]].tolist() == [0.0, np.inf]
    assert np.isnan(at(fold_changes(*tables(both)), 12)["fold_change"])


def test_an_empty_replicate_is_that_of_the_membrane() -> None:
    rows = [row | ({"replicate": np.nan} if row["hours"] == 0 else {}) for row in course([1.0, 0.5], n=2)]
    assert sorted(replicate_folds(*tables(rows))["replicate"]) == ["1", "1", "2", "2"]


def test_folds_over_an_undetected_reference_are_drawn_as_lower_limits() -> None:
    limit = {"censored": True, "low": -np.inf, "high": -2.9, "log_ratio": -3.0}
    rows = [lane(m, 1, 0.0, hours=0) | limit for m in "ab"] + [lane(m, 2, 0.5, hours=6) for m in "ab"]
    normalised, lanes = tables(rows)
    ax = Figure().subplots()
    drawn = draw_time_course(ax, fold_changes(normalised, lanes), replicate_folds(normalised, lanes))
    open_up = [line for line in ax.lines if line.get_marker() == "^" and line.get_markerfacecolor() == "white"]
    assert [int(np.isfinite(np.asarray(line.get_ydata(), dtype=float)).sum()) for line in open_up] == [2]
    assert drawn.runs_on


def test_the_vehicle_stands_for_a_missing_zero_hour_and_is_not_judged_itself() -> None:
    treated = [row for row in course([1.0, 0.3, 0.1, 0.1, 0.6, 2.0]) if row["hours"]]
    vehicle = [
        row | {"lane": row["lane"] + 10} for row in course([1.0] * 6, role="vehicle", compound="DMSO") if row["hours"]
    ]
    table = rebound_table(*tables(treated + vehicle), reference="vehicle at the same hour")
    assert table["compound"].tolist() == ["Smac-N7"]
    assert "judged_against_vehicle" in table.iloc[0]["caution"]
    assert "judged_against_zero_hours" not in table.iloc[0]["caution"]


def test_replicates_that_agree_by_chance_are_no_closer_than_they_were_measured() -> None:
    rows = [lane(m, 1, 1.0, hours=0) for m in "ab"] + [lane(m, 2, 0.0, hours=6) for m in "ab"]
    found = at(fold_changes(*tables(rows)), 6)
    reach = 0.1 * np.sqrt(2) / np.sqrt(2)  # two lanes of +- 0.1 a fold, two folds
    assert np.log(found["high"] / found["fold_change"]) == pytest.approx(reach)


def test_hours_stand_in_order_whatever_order_they_were_loaded_in() -> None:
    rows = [lane("a", 1, 1.0, hours=0), lane("a", 2, 0.2, hours=24), lane("b", 1, 1.0, hours=0)]
    rows += [lane("b", 2, 0.2, hours=24), lane("b", 3, 0.5, hours=12)]
    assert fold_changes(*tables(rows))["hours"].tolist() == [0, 12, 24]
