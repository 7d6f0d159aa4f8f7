"""Ratios between lines: by hand on complete membranes, through a lysate, bounds, refusals, and how often they hold."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from scipy import stats

from blots.abundance import abundance_table, contrast_of, replicate_ratios
from blots.levels import read_levels
from blots.line_pairs import LinePair
from blots.plots.abundance import draw_abundance, ratio_limits

mpl.use("Agg")
RATIO = ["target", "loading_control", "log_ratio", "low", "high", "censored", "caution"]


def lane(membrane: str, line: str, log_ratio: float, hours: float = 0.0, **sheet: Any) -> dict[str, Any]:
    """Return one lane: its row of the sheet and its ratio."""
    ratio = {"target": "XIAP", "loading_control": "actin", "log_ratio": log_ratio, "censored": False, "caution": ""}
    place = {"membrane": membrane, "role": "treated" if hours else "untreated", "cell_line": line, "hours": hours}
    return place | ratio | {"low": log_ratio - 0.1, "high": log_ratio + 0.1} | sheet


def tables(rows: list[dict[str, Any]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return normalised.csv and lanes.csv of these lanes."""
    table = pd.DataFrame(rows)
    lane_of = [c for c in table.columns if c not in RATIO]
    table["lane"] = table.groupby("membrane")[["membrane"]].transform(lambda m: range(1, len(m) + 1))
    return table[["membrane", "lane", *RATIO]], table[["lane", *lane_of]]


def experiments(
    n: int = 3, hours: tuple[float, ...] = (0, 2, 5, 24), lines: str = "AB", apart: bool = False, seed: int = 7
) -> list[dict[str, Any]]:
    """Return n replicates in which B holds 3 times as much as A, each membrane with a gain of its own."""
    rng = np.random.default_rng(seed)
    rows = []
    for k in range(1, n + 1):
        for line in lines:
            gain, own = rng.normal(0, 1) if apart else float(k), rng.normal(0, 0.15)
            level = {"A": 0.0, "B": np.log(3), "C": -1.0}[line]
            name = f"{k}{line}" if apart else str(k)
            rows += [
                lane(name, line, gain + level + own - 0.02 * h + rng.normal(0, 0.2), h, replicate=k) for h in hours
            ]
            if apart:
                rows.append(lane(name, "", gain + rng.normal(0, 0.01), np.nan, role="reference", replicate=k))
    return rows


def levels_of(rows: list[dict[str, Any]], line: str) -> np.ndarray:
    """Return the log ratios of a line, shape (replicates, hours)."""
    own = pd.DataFrame(rows).query("cell_line == @line")
    return own.pivot_table(index="replicate", columns="hours", values="log_ratio").to_numpy()


def left_over(table: np.ndarray) -> float:
    """Return the sum of squares that rows and columns leave."""
    return float(((table - table.mean(0) - table.mean(1)[:, None] + table.mean()) ** 2).sum())


def only(table: pd.DataFrame) -> pd.Series:
    assert len(table) == 1
    return table.iloc[0]


def test_the_interval_is_that_of_the_two_mean_squares_by_hand() -> None:
    rows = experiments()
    found, a, b = only(abundance_table(*tables(rows))), levels_of(rows, "A"), levels_of(rows, "B")
    d, (n, h) = b - a, a.shape
    free = 2 * (n - 1) * (h - 1)
    within = (left_over(d) + left_over(b + a)) / free  # of a difference
    between = h * d.mean(1).var(ddof=1)
    parts = np.array([max(between, within), (h - 1) * within]) / (h * n)
    df = parts.sum() ** 2 / (parts[0] ** 2 / (n - 1) + parts[1] ** 2 / free)
    reach = stats.t.ppf(0.975, df) * np.sqrt(parts.sum())
    centre = d[:, 0].mean()
    assert np.log(found[["ratio", "low", "high"]].astype(float)).tolist() == pytest.approx(
        [centre, centre - reach, centre + reach]
    )
    assert found[["cell_line", "reference", "hours", "n", "caution"]].tolist() == ["B", "A", 0.0, 3, ""]


def test_without_later_hours_it_is_the_paired_t_interval() -> None:
    rows = experiments(hours=(0,))
    found, d = only(abundance_table(*tables(rows))), (levels_of(rows, "B") - levels_of(rows, "A"))[:, 0]
    expected = stats.t.interval(0.95, 2, d.mean(), d.std(ddof=1) / np.sqrt(3))
    assert np.log([found["low"], found["high"]]).tolist() == pytest.approx(list(expected))


def test_the_interval_holds_the_truth_with_an_error_between_experiments() -> None:
    # Another shape than the benchmark's: five hours, n = 5, a lane missing.
    rows = experiments(n=5, hours=(0, 4, 8, 30, 72))[:-1]
    levels = read_levels(*tables(rows))
    contrast = contrast_of(LinePair(("B", None), ("A", None)), levels, ("0 h",), within_replicates=True)
    assert contrast is not None
    rng = np.random.default_rng(20_270_101)
    values = rng.normal(0, 0.2, (20_000, len(levels)))
    for key in {(level.replicate, level.line) for level in levels}:
        own = [(level.replicate, level.line) == key for level in levels]
        values[:, own] += rng.normal(0, 0.15, (20_000, 1))
    reach = contrast.half_width(values, np.zeros(len(levels)))
    assert np.mean(np.abs(contrast.estimate(values)) <= reach) == pytest.approx(0.95, abs=0.01)


def test_errors_of_the_compared_bands_beyond_the_others_widen_the_interval() -> None:
    rows = experiments()
    noisy = [r | {"low": r["log_ratio"] - 0.8, "high": r["log_ratio"] + 0.8} if not r["hours"] else r for r in rows]
    plain, wider = (only(abundance_table(*tables(given))) for given in (rows, noisy))
    assert wider["ratio"] == plain["ratio"]
    assert np.log(wider["high"] / wider["low"]) > 1.3 * np.log(plain["high"] / plain["low"])


def test_a_lysate_on_every_membrane_ties_lines_that_share_none() -> None:
    tied = experiments(apart=True, n=4)
    found = only(abundance_table(*tables(tied)))
    assert found["low"] < 3 < found["high"]
    assert found["high"] / found["low"] < 4
    assert found["n"] == 4
    assert found["caution"] == "tied_by_reference: no membrane holds both, compared through the reference lysate"
    loose = only(abundance_table(*tables([row for row in tied if row["role"] != "reference"])))
    assert loose["caution"] == "lines_not_tied: B and A share neither a membrane nor a reference lysate"
    assert loose[["ratio", "low", "high"]].isna().all()
    assert replicate_ratios(*tables(tied)).empty


def test_replicates_of_their_own_are_compared_across_the_lysate() -> None:
    rows = [r | {"replicate": r["replicate"] + 10 * r["membrane"].endswith("B")} for r in experiments(apart=True)]
    found = only(abundance_table(*tables(rows)))
    assert found["n"] == 3
    assert found["low"] < 3 < found["high"]


def test_a_third_line_may_tie_two() -> None:
    rows = [r for r in experiments(n=6, lines="ACB") if r["cell_line"] != ("A" if r["replicate"] > 3 else "B")]
    table = abundance_table(*tables(rows))
    found = only(table[table["cell_line"] == "B"])
    assert table["n"].tolist() == [3, 3]
    assert "compared through C" in found["caution"]
    assert found["low"] < 3 < found["high"]


def test_gains_of_membranes_change_nothing() -> None:
    rows = experiments()
    moved = [r | {c: r[c] + 5 * r["replicate"] for c in ("log_ratio", "low", "high")} for r in rows]
    before, after = (only(abundance_table(*tables(given)))["high"] for given in (rows, moved))
    assert after == pytest.approx(before)


def test_replicates_on_one_membrane_and_one_replicate_on_two() -> None:
    one = [r | {"membrane": "all"} for r in experiments()]
    assert only(abundance_table(*tables(one)))["n"] == 3
    twice = [r | {"replicate": 1, "membrane": str(r["replicate"])} for r in experiments(n=2)]
    assert only(abundance_table(*tables(twice)))["n"] == 1


def test_one_replicate_has_its_measurement_error_alone() -> None:
    found = only(abundance_table(*tables(experiments(n=1))))
    assert np.log(found["high"] / found["ratio"]) == pytest.approx(np.hypot(0.1, 0.1))
    assert found["caution"] == "measurement_error_only: one replicate"


@pytest.mark.parametrize(("line", "bound"), [("B", "high"), ("A", "low")])
def test_a_level_below_detection_gives_a_bound_and_no_ratio(line: str, bound: str) -> None:
    under = {"censored": True, "low": -np.inf}
    rows = [r | under if r["cell_line"] == line and r["hours"] == 0 else r for r in experiments()]
    found = only(abundance_table(*tables(rows)))
    assert np.isnan(found["ratio"])
    assert found["low"] == 0 if bound == "high" else found["high"] == np.inf
    assert 0 < found[bound] < np.inf
    assert ("reference_below_detection" in found["caution"]) == (line == "A")
    both = [r | under if r["hours"] == 0 else r for r in rows]
    assert only(abundance_table(*tables(both)))[["low", "high"]].tolist() == [0, np.inf]


def test_later_levels_below_detection_do_not_enter() -> None:
    rows = experiments()
    gone = [row for row in rows if not (row["cell_line"] == "B" and row["hours"] == 24)]
    low = [r | {"censored": True, "log_ratio": -9.0} if r not in gone and r["replicate"] == 2 else r for r in rows]
    without, under = (only(abundance_table(*tables(given)))[["ratio", "low", "high"]] for given in (gone, low))
    assert under.tolist() == pytest.approx(without.tolist())


def test_arms_are_compared_within_their_line_and_lines_with_the_first() -> None:
    rows = [lane(str(k), c, x + 0.01 * k, arm=arm, replicate=k) for k in (1, 2) for c, arm, x in
            (("A", "ctrl", 0.0), ("A", "kd", -1.0), ("B", "ctrl", 1.0), ("B", "kd", 0.5))]  # fmt: skip
    table = abundance_table(*tables(rows))
    assert table[["cell_line", "arm", "reference"]].to_numpy().tolist() == [
        ["A", "kd", "A, ctrl"], ["B", "ctrl", "A, ctrl"], ["B", "kd", "B, ctrl"],
    ]  # fmt: skip
    assert np.log(table["ratio"].astype(float)).tolist() == pytest.approx([-1.0, 1.0, -0.5])


def test_without_zero_hours_lines_are_compared_untreated_then_with_one_vehicle() -> None:
    late = [r | {"hours": r["hours"] + 24, "role": "untreated" if not r["hours"] else "treated"} for r in experiments()]
    assert only(abundance_table(*tables(late)))["hours"] == 24
    vehicle = [r | {"role": "vehicle", "compound": "DMSO"} if r["hours"] == 24 else r for r in late]
    assert only(abundance_table(*tables(vehicle)))[["hours", "compound"]].tolist() == [24, "DMSO"]
    treated = only(abundance_table(*tables([r | {"role": "treated"} for r in late])))
    assert treated["caution"].startswith("no_basal_level: B and A have no usable lane")
    assert np.isnan(treated["ratio"])


def test_another_control_that_tells_another_ratio_is_named() -> None:
    rows = experiments()
    other = [r | {"loading_control": "GAPDH", "log_ratio": r["log_ratio"] - 2 * (r["cell_line"] == "B")} for r in rows]
    normalised, lanes = tables(rows)
    again = tables(other)[0]
    found = only(abundance_table(pd.concat([normalised, again]), lanes))
    assert "control_changes_ratio:" in found["caution"]
    assert found["ratio"] == only(abundance_table(normalised, lanes))["ratio"]


def test_one_line_and_no_lane_give_a_header_alone() -> None:
    normalised, lanes = tables(experiments(lines="A"))
    assert abundance_table(normalised, lanes).empty
    assert list(abundance_table(normalised.head(0), lanes)["ratio"]) == []


def test_the_drawing_shows_every_row_replicate_and_bound() -> None:
    rows = experiments() + [r | {"target": "cIAP2", "censored": r["cell_line"] == "B"} for r in experiments()]
    normalised, lanes = tables(rows[: len(rows) // 2])
    second = tables(rows[len(rows) // 2 :])[0]
    normalised = pd.concat([normalised, second])
    table, points = abundance_table(normalised, lanes), replicate_ratios(normalised, lanes)
    ax = Figure().subplots()
    draw_abundance(ax, table, points, ratio_limits(table, points))
    assert [text.get_text() for text in ax.get_yticklabels()] == ["XIAP", "cIAP2"]
    words = [text.get_text() for text in ax.texts]
    assert any(text.startswith("<") for text in words)
    markers = [line.get_marker() for line in ax.lines]
    assert (markers.count("o"), markers.count("<"), markers.count("D")) == (3, 3, 1)
