"""The sample study: what was planted must be found, and what is committed must be what its maker makes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cytotools
from cytotools.plates import read_export
from cytotools.results import Results
from cytotools.sample_arms import PLANTED
from cytotools.sample_combinations import LINES, MATRIX
from cytotools.sample_plates import DOXORUBICIN, PER_VIABLE, TNF_STANDARDS
from cytotools.sample_study import APOPTOSIS, VERDICTS, write_sample_study
from cytotools.tables import rows_of
from gating import read_fcs


@pytest.fixture(scope="module")
def results(sample_study: Path) -> Results:
    return cytotools.analyse(cytotools.read_study(sample_study))


def test_every_groups_apoptosis_is_found(results: Results) -> None:
    totals = results.tables["apoptosis"].query("population == 'total'")
    assert len(totals) == 13
    found = totals.query("compound in ('saline', 'cisplatin')").set_index(["cell_line", "dose"])["mean"]
    for line, doses in APOPTOSIS.items():
        for dose, (mean, _) in doses.items():
            assert 100 * float(found.loc[(line, dose)]) == pytest.approx(mean, abs=1.5)


def test_the_apoptosis_of_every_arm_is_found(results: Results) -> None:
    rows = rows_of(by_arm(results.tables["apoptosis"].query("population == 'total'")))
    found = {(row["cell_line"], row["named"]): row for row in rows}
    for line, arms in PLANTED.items():
        for arm in arms:
            if arm.apoptosis:
                row = found[line, arm.name]
                assert 100 * float(row["mean"]) == pytest.approx(arm.apoptosis[0], abs=2.0)
                assert row["low"] < arm.apoptosis[0] / 100 < row["high"]


def by_arm(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the name of each row's arm."""
    rows = table.to_dict("records")
    agents = [[(row.get(f"compound{slot}"), row.get(f"dose{slot}")) for slot in ("", "_2", "_3")] for row in rows]
    names = ["_".join(f"{name}_{dose:g}" for name, dose in own if isinstance(name, str) and name) for own in agents]
    return table.assign(named=names)


def test_caspase_and_viability_of_every_arm_are_found(results: Results, sample_study: Path) -> None:
    truth = by_arm(pd.read_csv(sample_study.parent / "truth" / "arms.csv"))
    found = by_arm(results.tables["caspase"].query("hours == 24"))
    joined = truth.merge(found, on=["cell_line", "named"])
    assert len(joined) == len(truth) == 23
    for name, low, high in (("fold", "low", "high"), ("fold_per_viable", "per_viable_low", "per_viable_high")):
        assert np.abs(np.log(joined[name] / joined[f"drawn_{name}"])).max() < 0.12
        assert ((joined[low] < joined[f"planted_{name}"]) & (joined[f"planted_{name}"] < joined[high])).mean() > 0.85


def test_each_tube_is_within_two_points_of_what_was_drawn(results: Results, sample_study: Path) -> None:
    truth = pd.read_csv(sample_study.parent / "truth" / "apoptosis.csv").set_index("file")["drawn_total"]
    quadrants = results.tables["quadrants"]
    apoptotic = quadrants[quadrants["population"].isin(["early_apoptotic", "late_apoptotic"])]
    found = apoptotic.groupby("file")["fraction"].sum().loc[truth.index]
    assert np.abs(100 * (found.to_numpy(float) - truth.to_numpy(float))).max() < 1.0


def test_fold_changes_are_found_without_a_box(results: Results, sample_study: Path) -> None:
    truth = pd.read_csv(sample_study.parent / "truth" / "time_course.csv")
    joined = truth.merge(results.tables["time_course"], on=["cell_line", "target", "hours"], suffixes=("_true", ""))
    error = pd.Series(np.log2(joined["fold_change"] / joined["fold_change_true"])).abs()
    assert len(joined) == len(truth)
    assert error[joined["target"] != "cIAP1"].max() < 0.1
    assert error.max() < 0.2
    assert ((joined["low"] <= joined["fold_change_true"]) & (joined["fold_change_true"] <= joined["high"])).mean() > 0.9


def test_ratios_of_the_lines_are_those_of_the_drawn_bands(results: Results, sample_study: Path) -> None:
    truth = pd.read_csv(sample_study.parent / "truth" / "bands.csv")
    starts = truth[truth["lane"].isin([1, 7])].assign(log=lambda t: np.log(t["volume"]))
    logs = starts.pivot_table(index=["membrane", "lane"], columns="target", values="log")
    over_actin = logs.sub(logs["actin"], axis=0).groupby("lane").mean()
    found = results.tables["abundance"]
    planted = (over_actin.iloc[1] - over_actin.iloc[0])[found["target"].tolist()]
    assert np.log(found["ratio"].to_numpy(float)).tolist() == pytest.approx(planted.tolist(), abs=0.03)


def test_lanes_and_bands_lie_where_they_were_drawn(results: Results, sample_study: Path) -> None:
    truth = pd.read_csv(sample_study.parent / "truth" / "bands.csv")
    joined = truth.merge(results.tables["bands"], on=["membrane", "lane", "target"], suffixes=("_true", ""))
    assert len(joined) == 180
    assert (joined["x"] - joined["x_true"]).abs().max() < 3
    assert (joined["y"] - joined["y_true"]).abs().max() < 3


def test_verdicts_are_as_planted(results: Results) -> None:
    found = results.tables["rebound"].set_index(["cell_line", "target"])["verdict"]
    assert {line: {t: found.loc[(line, t)] for t in targets} for line, targets in VERDICTS.items()} == VERDICTS


def test_every_planted_ic50_is_found(results: Results, sample_study: Path) -> None:
    tables = [pd.read_csv(sample_study.parent / "truth" / f"{name}.csv") for name in ("ic50", "single_agents")]
    keys = ["assay", "cell_line", "compound", "hours"]
    truth = pd.concat(tables).drop_duplicates(keys).query("compound not in ('LCL161', 'paclitaxel')")
    joined = truth.merge(alone(results), on=keys)
    assert len(joined) == len(truth) == 16
    assert ((joined["low"] < joined["planted_ic50"]) & (joined["planted_ic50"] < joined["high"])).all()
    assert np.abs(np.log(joined["ic50"] / joined["planted_ic50"])).max() < 0.15


def alone(results: Results) -> pd.DataFrame:
    """Return the relative IC50s over all experiments of the agents alone."""
    found = results.tables["dose_response"].query("level == 'all' and kind == 'relative' and curve_dose == 'compound'")
    return found[found["compound_2"].isin(["", None]) | found["compound_2"].isna()]


def test_shifts_and_the_index_are_found_in_the_ic50s(results: Results, sample_study: Path) -> None:
    truth = pd.read_csv(sample_study.parent / "truth" / "combination.csv").fillna({"schedule": ""})
    keys = ["assay", "cell_line", "hours", "compound"]
    found = results.tables["dose_response"].query("level == 'all' and kind == 'relative' and compound_2 != ''")
    found = found.fillna({"schedule": ""})
    shifts = found.merge(truth.query("method == 'potentiation'"), on=[*keys, "compound_2", "schedule"])
    shifts = shifts.merge(alone(results), on=keys, suffixes=("", "_alone"))
    assert len(shifts) == 15
    shifts = shifts.assign(log_error=np.log(shifts["ic50_alone"] / shifts["ic50"] / shifts["drawn"]))
    assert shifts.groupby("planted")["log_error"].mean().abs().max() < 0.12
    singles = alone(results).query("hours == 96").set_index(["cell_line", "compound"])["ic50"].sort_index()
    for line, own in LINES.items():
        cisplatin = found.query("curve_dose == 'ratio' and cell_line == @line")["ic50"].iloc[0]
        shares = {"cisplatin": cisplatin, "birinapant": cisplatin * own.birinapant.ic50 / own.cisplatin.ic50}
        drawn_index = np.exp(np.log(truth.query("cell_line == @line and affected == 0.5")["drawn"]).mean())
        assert drawn_index == pytest.approx(own.index, rel=0.1)
        measured_index = sum(share / float(singles[line, name]) for name, share in shares.items())
        assert measured_index == pytest.approx(drawn_index, rel=0.1)


def test_the_planted_excess_lies_in_its_block(sample_study: Path) -> None:
    cells = pd.read_csv(sample_study.parent / "truth" / "combination.csv").query("method == 'bliss'")
    assert len(cells) == 3 * 25
    inside = cells["dose"].between(*MATRIX.block_1) & cells["dose_2"].between(*MATRIX.block_2)
    assert (cells["planted"] == np.where(inside, MATRIX.excess, 0.0)).all()
    assert np.abs(cells["drawn"] - cells["planted"]).max() < 0.05


def test_the_caspase_course_is_found_and_its_fall_explained(results: Results, sample_study: Path) -> None:
    truth = pd.read_csv(sample_study.parent / "truth" / "caspase.csv")
    course = results.tables["caspase"].query("compound == 'cisplatin' and dose == 10")
    joined = truth.merge(course, on=["cell_line", "hours"])
    assert len(joined) == 8
    for name in ("fold", "fold_per_viable"):
        assert np.abs(np.log(joined[name] / joined[f"drawn_{name}"])).max() < 0.06
    last = joined.query("cell_line == 'ECA109-Smac' and hours == 48")["caution"]
    assert last.str.contains("cells_gone").all()


def test_concentrations_are_found_and_the_resistant_lines_tnf_is_below(results: Results, sample_study: Path) -> None:
    truth = pd.read_csv(sample_study.parent / "truth" / "concentrations.csv", dtype={"replicate": str})
    truth["compound"] = truth["compound"].fillna("")
    keys = ["assay", "cell_line", "compound", "hours", "replicate"]
    joined = truth.merge(results.tables["concentrations"], on=keys, suffixes=("_true", ""))
    assert len(joined) == 24
    below = joined["concentration"].isna()
    assert set(joined["cell_line"][below]) == {"ECA109"}
    assert set(joined["assay"][below]) == {"elisa"}
    assert np.abs(np.log(joined["concentration"] / joined["concentration_true"]))[~below].max() < 0.1


def test_the_planted_ic50s_are_the_published_ones(sample_study: Path) -> None:
    truth = pd.read_csv(sample_study.parent / "truth" / "ic50.csv")
    means = np.exp(np.log(truth.set_index(["cell_line", "compound"])["drawn_ic50"]).groupby(level=[0, 1]).mean())
    for line, ic50s in DOXORUBICIN.items():
        for compound, ic50 in ic50s.items():
            planted = truth.query("cell_line == @line and compound == @compound")["planted_ic50"]
            assert planted.tolist() == [ic50] * 3
            assert float(means.loc[(line, compound)]) == pytest.approx(ic50, rel=0.12)


def test_the_sensitive_lines_caspase_falls_as_its_cells_go(sample_study: Path) -> None:
    truth = pd.read_csv(sample_study.parent / "truth" / "caspase.csv").query("cell_line == 'ECA109-Smac'")
    assert truth["planted_fold"].iloc[-1] < 0.6 * truth["planted_fold"].max()
    assert truth["planted_fold_per_viable"].is_monotonic_increasing
    assert tuple(truth["planted_fold_per_viable"]) == PER_VIABLE["ECA109-Smac"]


def test_the_resistant_line_makes_less_tnf_than_the_lowest_standard(sample_study: Path) -> None:
    truth = pd.read_csv(sample_study.parent / "truth" / "concentrations.csv").query("analyte == 'TNF-alpha'")
    lowest = sorted(TNF_STANDARDS)[1]
    in_well = truth["concentration"] / truth["dilution"]
    assert ((in_well < lowest) == (truth["cell_line"] == "ECA109")).all()
    assert (in_well < 0.5 * lowest).sum() == 6


def test_the_truth_tells_the_whole_story(sample_study: Path) -> None:
    grades = pd.read_csv(sample_study.parent / "truth" / "resistance.csv").set_index(["cell_line", "mechanism"])[
        "grade"
    ]
    assert set(grades["ECA109"]) == {"supported", "against", "not tested"}
    assert set(grades["ECA109-Smac"]) == {"against", "not tested"}
    assert set(grades["ECA109"].index) == set(grades["ECA109-Smac"].index)
    together = pd.read_csv(sample_study.parent / "truth" / "concordance.csv")
    halted = together["agrees"] == "no"
    assert together["compound"][halted].tolist() == ["palbociclib"]
    tubes = together[~halted & together["planted_total"].notna()]
    ranks = tubes[["planted_total", "planted_fold"]].assign(loss=-tubes["planted_viable"])
    assert len(tubes) == 10
    assert ranks.corr("spearman").to_numpy().min() == pytest.approx(1.0)


def test_mechanisms_are_graded_as_planted(results: Results, sample_study: Path) -> None:
    truth = pd.read_csv(sample_study.parent / "truth" / "resistance.csv").set_index(["cell_line", "mechanism"])["grade"]
    found = results.tables["resistance"].query("compound == 'Smac-N7'").set_index(["cell_line", "mechanism"])["grade"]
    assert found.to_dict() == truth.to_dict()


def test_the_planted_contradiction_is_named_and_no_other(results: Results, sample_study: Path) -> None:
    truth = by_arm(pd.read_csv(sample_study.parent / "truth" / "concordance.csv"))
    table = results.tables["concordance"]
    ranks = table.query("quantity == 'rank_agreement' and assay == 'flow and caspase'")
    assert ranks["low"].tolist()[0] > 0.5
    found = by_arm(table.query("quantity != 'rank_agreement'"))
    assert set(zip(truth["cell_line"], truth["named"], strict=True)) <= set(
        zip(found["cell_line"], found["named"], strict=True)
    )
    against = found.query("agrees == 'no'")
    assert set(against["assay"]) == {"flow", "caspase", "viability"}
    assert set(against["named"]) == set(truth.query("agrees == 'no'")["named"])


def test_no_control_is_out_of_bounds(results: Results) -> None:
    checks = results.tables["control_checks"]
    checks = checks[~checks["check"].isin(["too_early", "too_late"])]
    assert set(checks["verdict"]) == {"passed", "not tested"}


def test_the_sensitising_dose_does_nothing_alone_and_that_of_the_arms_kills(results: Results) -> None:
    wells = results.tables["wells"].query("compound == 'Smac-N7' and cell_line == 'ECA109-Smac' and assay != 'caspase'")
    viable = wells[wells["compound_2"].fillna("") == ""].groupby("dose")["response"].mean()
    assert viable[2.5] == pytest.approx(1.0, abs=0.1)
    assert viable[25.0] == pytest.approx(0.5, abs=0.06)


def test_every_well_that_was_read_stands_in_its_layout(sample_study: Path) -> None:
    plates = cytotools.read_study(sample_study).plates
    assert {plate.assay for plate in plates} == {"viability", "caspase", "mtt", "elisa", "bca"}
    for plate in plates:
        if plate.file.endswith(".txt") or plate.file.startswith("plates/arms_"):
            export = read_export(sample_study.parent / plate.file)
            assert sum(int(np.isfinite(reading.signal).sum()) for reading in export.readings) == len(plate.layout)


def test_the_committed_study_is_what_its_maker_makes(sample_study: Path, tmp_path: Path) -> None:
    made = write_sample_study(tmp_path / "again").parent
    committed = sample_study.parent
    names = sorted(p.relative_to(committed).as_posix() for p in committed.rglob("*") if p.is_file())
    assert sorted(p.relative_to(made).as_posix() for p in made.rglob("*") if p.is_file()) == names
    for name in ("study.yaml", "flow/samples.csv", "blots/lanes.csv", "truth/verdicts.csv", "truth/README.md"):
        assert (made / name).read_text() == (committed / name).read_text()
    for sheet in committed.glob("plates/layout*.csv"):
        assert (made / "plates" / sheet.name).read_text() == sheet.read_text()
    # numpy promises the same random numbers only under the lock: the truth is compared, not the bytes.
    for name in (
        "ic50",
        "single_agents",
        "combination",
        "caspase",
        "arms",
        "concordance",
        "resistance",
        "concentrations",
    ):
        again, kept = (pd.read_csv(folder / "truth" / f"{name}.csv") for folder in (made, committed))
        pd.testing.assert_frame_equal(
            again.filter(regex="planted|compound|dose"), kept.filter(regex="planted|compound|dose")
        )
    tube = "flow/rep2_ECA109-Smac_cisplatin_10.fcs"
    first, second = (np.median(read_fcs(folder / tube).values, axis=0) for folder in (made, committed))
    np.testing.assert_allclose(first, second, rtol=0.1)


def test_it_is_small(sample_study: Path) -> None:
    assert sum(p.stat().st_size for p in sample_study.parent.rglob("*") if p.is_file()) < 12e6
    assert [p.parent.name for p in sample_study.parents[1].rglob("study.yaml")] == ["smac_n7"]
