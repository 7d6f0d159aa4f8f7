"""Simulated studies from images to verdicts, a small part of them. All: benchmarks/end_to_end_verdicts.py."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.end_to_end_cases import power, run_study
from benchmarks.end_to_end_studies import TARGETS, PlantedStudy, plant, verdict_of
from benchmarks.end_to_end_verdicts import figures, groups, scored, wrong

SMALL = 31_128  # two experiments of one line


def test_courses_are_planted_as_their_line_says() -> None:
    lines = [line for seed in range(40) for line in plant(seed).lines]
    found = {(line.kind, verdict_of(line.courses["cIAP2"])) for line in lines}
    assert found == {("sensitive", "sustained loss"), ("partial", "rebound"), ("resistant", "overshoot")}
    assert {verdict_of(line.courses["XIAP"]) for line in lines} == {"no loss"}
    assert all(line.courses[target][0] == 1 for line in lines for target in TARGETS)


def test_power_is_that_of_the_planted_verdict() -> None:
    rising = np.array([1, 0.1, 0.1, 2.5])
    quiet, loud = (PlantedStudy(1, (0, 3, 6, 24), 3, sd, ()) for sd in (0.1, 1.5))
    assert power(quiet, rising, [1]) > 0.95
    assert power(loud, rising, [1]) < 0.5


def test_a_study_goes_from_images_to_scored_verdicts() -> None:
    cases, images = run_study(SMALL)
    study, cases = plant(SMALL), scored(cases)
    assert list(cases["verdict"] != "") == [True] * len(cases)
    assert len(cases) == len(study.lines) * len(TARGETS)
    assert (images["refused"] == "").all()
    assert cases["ratio_error_sd"].median() < 0.1
    told = figures(cases, images).set_index("figure")["measured"]
    assert told["overshoots called in a sustained loss"] == 0
    assert groups(cases)["cases"].iloc[0] == len(cases)


def test_a_wrong_verdict_is_listed_with_its_worst_lane() -> None:
    case = {"seed": 1, "line": "a", "target": "cIAP2", "verdict": "rebound", "planted": "overshoot", "power": 0.99,
            "n": 3, "planted_n": 3, "caution": "faint: so", "worst_lane": "rep2, lane 3 (6 h)"}  # fmt: skip
    images = pd.DataFrame([{"seed": 1, "membrane": "rep2", "drawn_by": "grid", "scene": "full", "shape": "ghost"}])
    listed = wrong(scored(pd.DataFrame([case, case | {"power": 0.9, "line": "b"}])), images)
    assert listed[["line", "worst_picture", "codes"]].values.tolist() == [["a", "grid full ghost", "faint"]]
