"""Summaries and comparisons of fractions: scipy as the oracle, hand-made plates, and simulation under the null."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import expit, logit

from cytotools.comparison import APOPTOSIS_COLUMNS, COMPARISON_COLUMNS, compare_to_control, summarise_fractions
from cytotools.contrast_families import find_contrasts
from cytotools.contrast_rows import Planned, against, family_rows
from cytotools.experiments import Group
from cytotools.fractions import Fraction, mean_of
from cytotools.logit_contrasts import Contrast, Observation

VEHICLES = {"cisplatin": "saline"}


def tube(name: str, early: float, late: float = 0.0, **sheet: Any) -> list[dict[str, Any]]:
    """Return the four rows of a tube."""
    fractions = {"live": 1.0 - early - late, "early_apoptotic": early, "late_apoptotic": late, "necrotic": 0.0}
    own = {"file": name, "role": "treated", "parent_events": 8000} | sheet
    return [
        own | {"population": p, "fraction": f, "low": max(f - 0.01, 0.0), "high": min(f + 0.01, 1.0), "caution": ""}
        for p, f in fractions.items()
    ]


def plate(control: list[float], treated: list[float], **other: Any) -> pd.DataFrame:
    """Return quadrants.csv of one vehicle and one treatment, a replicate an entry."""
    rows: list[dict[str, Any]] = []
    for replicate, (c, t) in enumerate(zip(control, treated, strict=True), start=1):
        shared: dict[str, Any] = {"replicate": str(replicate), "cell_line": "ECA109", "hours": 24.0} | other
        rows += tube(f"c{replicate}", c, **shared | {"role": "vehicle", "compound": "saline", "dose": 0.0})
        rows += tube(f"t{replicate}", t, **shared | {"compound": "cisplatin", "dose": 5.0})
    return pd.DataFrame(rows)


def total(table: pd.DataFrame, column: str = "quantity") -> pd.Series:
    rows = table[table[column] == "total"]
    assert len(rows) == 1
    return rows.iloc[0]


def made(values: list[float] | np.ndarray[Any, Any], events: float = 8000) -> list[Fraction]:
    return [Fraction(float(v), max(float(v) - 0.01, 0.0), min(float(v) + 0.01, 1.0), events) for v in values]


def difference(treated: list[Fraction], control: list[Fraction], paired: bool = True) -> dict[str, Any]:
    """Return the row of one treatment against one control, of the same experiments or of others."""

    def group(role: str, fractions: list[Fraction], prefix: str) -> Group:
        names = tuple(f"{prefix}{i}" for i in range(len(fractions)))
        return Group(role, (), "total", names, names, tuple(fractions), ())

    others = group("vehicle", control, "" if paired else "control ")
    return family_rows([Planned("total", "", against(group("treated", treated, ""), [others]))])[0][0]


def test_mean_is_arithmetic_and_interval_is_t_on_the_logit() -> None:
    values = [0.10, 0.12, 0.15]
    found = mean_of(made(values))
    reach = stats.t.ppf(0.975, 2) * np.std(logit(values), ddof=1) / np.sqrt(3)
    assert (found.value, found.sd) == pytest.approx((np.mean(values), np.std(values, ddof=1)))
    assert (found.low, found.high) == pytest.approx(tuple(expit(logit(np.mean(values)) + np.array([-reach, reach]))))


def test_paired_p_value_is_the_t_test_of_logits() -> None:
    control, treated = [0.08, 0.10, 0.12], [0.14, 0.15, 0.22]
    found = difference(made(treated), made(control))
    assert found["p_value"] == pytest.approx(stats.ttest_rel(logit(treated), logit(control)).pvalue)
    assert found["estimate"] == pytest.approx(np.mean(treated) - np.mean(control), abs=0.003)


def test_unpaired_t_value_is_welchs_on_logits() -> None:
    control, treated = [0.08, 0.10, 0.12], [0.14, 0.15, 0.22]
    found = difference(made(treated), made(control), paired=False)
    t = stats.ttest_ind(logit(treated), logit(control), equal_var=False).statistic
    first, second = (float(np.var(logit(v), ddof=1)) / 3 for v in (treated, control))
    degrees = min((first + second) ** 2 / (first**2 / 4 + second**2 / 4) - 2, 4)  # Welch's second formula
    assert found["p_value"] == pytest.approx(2 * stats.t.sf(abs(t), degrees))
    assert found["caution"] == "unpaired: 3 against 3 experiments"


fractions = st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)), min_size=1, max_size=5)


@given(fractions)
def test_limits_agree_with_p_and_hold_the_estimate(pairs: list[tuple[float, float]]) -> None:
    treated, control = (made(list(column)) for column in zip(*pairs, strict=True))
    for found in (difference(treated, control), difference(treated, control, paired=False)):
        assert -1.0 <= found["low"] <= found["estimate"] <= found["high"] <= 1.0
        if len(pairs) > 1:
            assert (found["low"] > 0 or found["high"] < 0) == (found["p_value"] < 0.05)
        else:
            assert np.isnan(found["p_value"])
    mean = mean_of(treated)
    assert 0.0 <= mean.low <= mean.value <= mean.high <= 1.0


@pytest.mark.parametrize("sd", [0.15, 0.30])
@pytest.mark.parametrize("paired", [True, False])
def test_false_alarms_over_five_thousand_null_designs(sd: float, paired: bool) -> None:
    rng = np.random.default_rng(7)
    batch = rng.normal(0, 0.3, (5000, 3)) if paired else 0.0
    values = expit(logit(0.1) + batch + rng.normal(0, sd, (2, 5000, 3)))
    false = sum(difference(made(t), made(c), paired)["p_value"] < 0.05 for t, c in zip(*values, strict=True))
    assert 0.04 <= false / 5000 <= 0.06


def test_intervals_cover_what_they_claim() -> None:
    rng = np.random.default_rng(8)
    logits = logit(np.array([0.12, 0.35]))[:, None, None] + rng.normal(0, 0.2, (2, 3000, 3))
    values = expit(logits)
    means = [float(expit(logit(p) + rng.normal(0, 0.2, 400_000)).mean()) for p in (0.12, 0.35)]
    control, treated = ([made(row) for row in group] for group in values)
    covered = np.mean([f.low <= means[1] <= f.high for f in map(mean_of, treated)])
    assert 0.935 <= covered <= 0.965
    found = [difference(t, c) for t, c in zip(treated, control, strict=True)]
    assert 0.935 <= np.mean([f["low"] <= means[1] - means[0] <= f["high"] for f in found]) <= 0.975


def test_total_is_early_and_late_over_replicates() -> None:
    rows = [row for r, late in enumerate((0.10, 0.12, 0.14)) for row in tube(f"{r}.fcs", 0.2, late, replicate=str(r))]
    table = summarise_fractions(pd.DataFrame(rows))
    assert tuple(table.columns) == APOPTOSIS_COLUMNS
    assert list(table["population"]) == ["total", "live", "early_apoptotic", "late_apoptotic", "necrotic"]
    found = total(table, "population")
    assert (found["n"], found["mean"], found["sd"]) == (3, pytest.approx(0.32), pytest.approx(0.02))


def test_technical_repeats_are_averaged_and_wells_never_counted() -> None:
    rows = [
        row
        for r, values in enumerate(((0.1, 0.2), (0.2, 0.3)))
        for k, value in enumerate(values)
        for row in tube(f"{r}{k}.fcs", value, replicate=str(r), technical=str(k), well=f"A{k}")
    ]
    found = total(summarise_fractions(pd.DataFrame(rows)), "population")
    assert (found["n"], found["mean"], found["caution"]) == (2, pytest.approx(0.2), "")
    bare = pd.DataFrame(rows).drop(columns=["replicate", "technical", "well"])
    found = total(summarise_fractions(bare), "population")
    assert found["n"] == 1
    assert "unnumbered_files: 4 files are averaged" in found["caution"]


def test_one_replicate_has_no_sd_and_the_interval_of_its_well() -> None:
    found = summarise_fractions(pd.DataFrame(tube("a.fcs", 0.2, replicate="1"))).set_index("population")
    live = found.loc["live"]
    assert np.isnan(live["sd"])
    assert (live["low"], live["high"]) == pytest.approx((0.79, 0.81))
    assert live["caution"] == "one_experiment: the interval is that of the experiment itself"


def test_excluded_rows_and_control_tubes_are_no_samples() -> None:
    table = plate([0.1, 0.1, 0.12], [0.2, 0.3, 0.3]).assign(exclude="")
    table.loc[table["file"] == "t2", "exclude"] = "clogged"
    extra = pd.DataFrame(tube("u.fcs", 0.0, role="unstained", replicate="1", exclude=np.nan))
    summary = summarise_fractions(pd.concat([table, extra]))
    totals = summary[summary["population"] == "total"]
    assert totals["n"].tolist() == [3, 2]


def test_zeros_and_equal_fractions_fall_back_on_counting() -> None:
    found = mean_of(made([0.0, 0.0, 0.0], events=5000))
    assert (found.value, found.low, found.identical) == (0.0, 0.0, True)
    assert 0 < found.high < 0.01
    equal = difference(made([0.3, 0.3]), made([0.1, 0.1]))
    assert equal["caution"] == "same_fractions: equal differences"
    assert 0 < equal["p_value"] < 0.05


def test_treated_against_its_vehicle_paired() -> None:
    control, treated = [0.09, 0.10, 0.12], [0.20, 0.22, 0.27]
    table = compare_to_control(plate(control, treated), vehicles=VEHICLES)
    assert list(table.columns) == ["cell_line", "compound", "dose", "hours", *COMPARISON_COLUMNS]
    found = total(table)
    assert (found["contrast"], found["scale"], found["n"]) == ("cisplatin 5 against saline", "difference", 3)
    assert found["p_value"] == pytest.approx(stats.ttest_rel(logit(treated), logit(control)).pvalue)
    assert found["caution"] == ""


def test_one_pair_of_experiments_with_a_missing_control_is_compared_as_groups() -> None:
    table = plate([0.09, 0.10, 0.12], [0.20, 0.22, 0.27])
    found = total(compare_to_control(table[table["file"] != "c2"], vehicles=VEHICLES))
    assert (found["caution"], found["n"]) == ("unpaired: 3 against 2 experiments", 2)
    assert found["p_value"] < 0.1


def test_four_pairs_and_a_missing_control_stay_paired() -> None:
    control, treated = [0.05, 0.10, 0.20, 0.30, 0.4], [0.08, 0.16, 0.29, 0.41, 0.5]
    table = plate(control, treated)
    found = total(compare_to_control(table[table["file"] != "c5"], vehicles=VEHICLES))
    assert found["p_value"] == pytest.approx(stats.ttest_rel(logit(treated[:4]), logit(control[:4])).pvalue)
    assert (found["caution"], found["n"]) == ("incomplete_pairs: 1 experiments lack a part of it", 4)


def test_one_replicate_is_an_estimate_without_p() -> None:
    found = total(compare_to_control(plate([0.1], [0.3]), vehicles=VEHICLES))
    assert found["estimate"] == pytest.approx(0.2)
    assert np.isnan([found["p_value"], found["p_adjusted"]]).all()
    assert found["low"] < found["estimate"] < found["high"]
    assert "one_experiment" in found["caution"]


def test_controls_are_of_the_same_line_arm_and_hours() -> None:
    one = plate([0.1, 0.11], [0.2, 0.22])
    other = plate([0.4, 0.41], [0.6, 0.62], cell_line="KYSE", hours=48.0)
    other["file"] = "k" + other["file"]
    lone = pd.DataFrame(tube("x", 0.5, cell_line="KYSE", hours=6.0, compound="cisplatin", dose=5.0, replicate="1"))
    table = compare_to_control(pd.concat([one, other, lone]), vehicles=VEHICLES)
    totals = table[table["quantity"] == "total"]
    assert totals["estimate"].iloc[:2].tolist() == pytest.approx([0.105, 0.205], abs=0.002)
    assert np.isnan(totals["estimate"].iloc[2])
    assert totals["caution"].iloc[2].startswith("no_control: no control row serves it")


def test_a_zero_hour_control_serves_all_hours() -> None:
    table = plate([0.1, 0.11, 0.12], [0.2, 0.22, 0.25])
    table.loc[table["role"] == "vehicle", "hours"] = 0.0
    found = total(compare_to_control(table, vehicles=VEHICLES))
    assert found["estimate"] > 0.1
    assert found["caution"] == "zero_hours_control: compared with 0 h"


def test_each_compound_has_its_own_vehicle() -> None:
    table = plate([0.1, 0.11], [0.2, 0.22])
    dmso = plate([0.3, 0.31], [0.2, 0.22]).replace({"saline": "DMSO", "cisplatin": "Smac-N7"})
    dmso["file"] = "d" + dmso["file"]
    both = pd.concat([table, dmso])
    found = compare_to_control(both, vehicles=VEHICLES | {"Smac-N7": "DMSO"})
    assert found.loc[found["quantity"] == "total", "contrast"].tolist() == [
        "cisplatin 5 against saline",
        "Smac-N7 5 against DMSO",
    ]
    unnamed = compare_to_control(both)
    assert unnamed["caution"].str.contains("several_controls: saline, DMSO").all()


def test_untreated_is_the_control_where_asked_or_where_no_vehicle_serves() -> None:
    table = plate([0.1, 0.11], [0.2, 0.22])
    plain = pd.DataFrame(
        [
            row
            for r in ("1", "2")
            for row in tube(f"u{r}", 0.05, replicate=r, role="untreated", cell_line="ECA109", hours=24.0, compound="")
        ]
    )
    both = pd.concat([table, plain])
    assert total(compare_to_control(both, vehicles=VEHICLES))["contrast"] == "cisplatin 5 against saline"
    assert total(compare_to_control(both, "untreated"))["contrast"] == "cisplatin 5 against untreated"
    without = both[both["role"] != "vehicle"]
    assert total(compare_to_control(without))["contrast"] == "cisplatin 5 against untreated"
    assert "no_control" in total(compare_to_control(without, "vehicle"))["caution"]


def test_pairs_by_batch_where_controls_carry_no_replicate() -> None:
    table = plate([0.1, 0.11, 0.12], [0.2, 0.22, 0.25])
    table["batch"] = "day" + table["replicate"]
    table.loc[table["role"] == "vehicle", "replicate"] = ""
    found = total(compare_to_control(table, vehicles=VEHICLES))
    assert (found["n"], found["caution"]) == (3, "")
    assert found["p_value"] == pytest.approx(stats.ttest_rel(logit([0.2, 0.22, 0.25]), logit([0.1, 0.11, 0.12])).pvalue)


def doses(values: dict[float, list[float]], **other: Any) -> pd.DataFrame:
    """Return quadrants.csv of a vehicle (dose 0) and several doses of cisplatin, a replicate an entry."""
    rows: list[dict[str, Any]] = []
    for dose, fractions in values.items():
        kind = {"compound": "cisplatin"} if dose else {"role": "vehicle", "compound": "saline"}
        for replicate, fraction in enumerate(fractions, start=1):
            own = {"replicate": str(replicate), "dose": dose, "hours": 24.0, **kind, **other}
            rows += tube(f"{other}{dose}-{replicate}", fraction, **own)
    return pd.DataFrame(rows)


def test_several_doses_in_the_same_experiments_share_one_error() -> None:
    values = {0.0: [0.10, 0.12, 0.15], 5.0: [0.16, 0.20, 0.22], 10.0: [0.30, 0.31, 0.38]}
    rows = compare_to_control(doses(values), vehicles=VEHICLES)
    logits = logit(np.array(list(values.values())))
    residuals = logits - logits.mean(axis=0) - logits.mean(axis=1, keepdims=True) + logits.mean()
    error = np.sqrt((residuals**2).sum() / 4 * 2 / 3)  # randomised blocks: (3 - 1) (3 - 1) degrees of freedom
    t = (logits[1:].mean(axis=1) - logits[0].mean()) / error
    wanted = rows[rows["quantity"] == "total"]
    assert wanted["p_value"].to_numpy() == pytest.approx(2 * stats.t.sf(t, 4))
    assert (wanted["p_adjusted"] > wanted["p_value"]).all()
    assert (wanted["p_adjusted"] < 2 * wanted["p_value"]).all()


def test_unpaired_doses_are_scipys_dunnett() -> None:
    values = {0.0: [0.10, 0.12, 0.15], 5.0: [0.12, 0.15, 0.17], 10.0: [0.14, 0.18, 0.20]}
    table = doses(values)
    table["replicate"] = table["dose"].astype(str) + table["replicate"]
    found = compare_to_control(table, vehicles=VEHICLES)
    oracle = stats.dunnett(*(logit(values[d]) for d in (5.0, 10.0)), control=logit(values[0.0]))
    assert found.loc[found["quantity"] == "total", "p_adjusted"].to_numpy() == pytest.approx(oracle.pvalue, abs=2e-3)


def test_unequal_scatter_leaves_each_dose_its_own_test_and_holm() -> None:
    values = {0.0: [0.10, 0.11, 0.12, 0.13, 0.14], 5.0: [0.20, 0.22, 0.24, 0.26, 0.28], 10.0: [0.1, 0.6, 0.2, 0.9, 0.1]}
    rows = compare_to_control(doses(values), vehicles=VEHICLES)
    wanted = rows[rows["quantity"] == "total"]
    assert wanted["caution"].str.contains("unequal_scatter").all()
    p = [stats.ttest_rel(logit(values[d]), logit(values[0.0])).pvalue for d in (5.0, 10.0)]
    assert wanted["p_value"].to_numpy() == pytest.approx(p)
    assert wanted["p_adjusted"].to_numpy() == pytest.approx([2 * p[0], p[1]])


def test_a_dose_of_one_experiment_is_not_tested() -> None:
    values = {0.0: [0.10, 0.12, 0.15], 5.0: [0.16, 0.20, 0.22], 10.0: [0.3]}
    rows = compare_to_control(doses(values), vehicles=VEHICLES)
    wanted = rows[rows["quantity"] == "total"]
    assert np.isnan(wanted["p_value"].to_numpy()).tolist() == [False, True]
    assert wanted["n"].tolist() == [3, 1]


@pytest.mark.parametrize("doses_tested", [3, 8])
def test_family_wise_error_against_one_control(doses_tested: int) -> None:
    rng = np.random.default_rng(9)
    shape = (1500, doses_tested + 1, 3)
    values = expit(logit(0.1) + rng.normal(0, 0.3, (1500, 1, 3)) + rng.normal(0, 0.15, shape))
    contrasts = [Contrast(((i, 1.0), (0, -1.0))) for i in range(1, doses_tested + 1)]
    false = 0
    for design in values:
        seen = [
            Observation(i, str(e), f, block=str(e)) for i, row in enumerate(design) for e, f in enumerate(made(row))
        ]
        false += min(one.p_adjusted for one in find_contrasts(seen, contrasts)) < 0.05
    assert 0.038 <= false / 1500 <= 0.063  # three standard errors about 5 %


def test_nothing_in_nothing_out() -> None:
    empty = plate([0.1], [0.2]).head(0)
    assert list(summarise_fractions(empty).columns) == ["cell_line", "compound", "dose", "hours", *APOPTOSIS_COLUMNS]
    assert compare_to_control(empty).empty
