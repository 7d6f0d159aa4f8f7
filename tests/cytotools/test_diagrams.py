"""The pathway and the troubleshooting path say what the tables say, and nothing that was not measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest

from cytotools.diagrams.nodes import BLOCKED, SHOWN, UNKNOWN, Pathway
from cytotools.diagrams.pathway import pathways
from cytotools.diagrams.steps import NO, NOT_TESTED, YES
from cytotools.diagrams.troubleshooting import troubleshooting_path
from cytotools.figures.diagrams import diagram_figures
from cytotools.figures.drawing import write_drawing
from cytotools.tables import complete

NAN = float("nan")
HOSTILE = "<script>$x_1$\u202e\u05d0 细胞 " + "L" * 300


def agents(name: str) -> str:
    return {"birinapant": "smac_mimetic", "LCL161": "smac_mimetic", "cisplatin": "platinum"}.get(name, "")


def condition(line: str = "R", compound: str = "birinapant", dose: float = 1.0, **more: Any) -> dict[str, Any]:
    empty = {f"{name}_2": NAN if name == "dose" else "" for name in ("compound", "dose", "dose_unit")}
    return {"cell_line": line, "arm": "", "compound": compound, "dose": dose, "dose_unit": "uM", **empty, **more}


def course(target: str, levels: dict[float, float], line: str = "R", n: int = 3, **more: Any) -> list[dict[str, Any]]:
    return [
        condition(line, **more)
        | {"target": target, "loading_control": "actin", "hours": hours, "n": n, "fold_change": level}
        | {"low": level * (0.8 if hours else 1), "high": level * (1.25 if hours else 1), "caution": ""}
        for hours, level in levels.items()
    ]


def judged(target: str, verdict: str, line: str = "R") -> dict[str, Any]:
    found = {"target": target, "loading_control": "actin", "verdict": verdict, "n": 3, "caution": ""}
    return condition(line) | found | {"nadir_hours": 3.0, "nadir_fold": 0.1}


def tables(**rows: list[dict[str, Any]]) -> dict[str, pd.DataFrame]:
    return complete({name: pd.DataFrame(own) for name, own in rows.items()})


def edges(one: Pathway) -> dict[tuple[str, str], str]:
    return {(edge.start, edge.end): edge.state for edge in one.edges}


def lines_that_differ() -> dict[str, pd.DataFrame]:
    return tables(
        time_course=[
            *course("c-IAP1", {0.0: 1.0, 24.0: 0.1}),
            *course("cIAP2", {0.0: 1.0, 3.0: 0.1, 24.0: 2.0}),
            *course("cIAP1", {0.0: 1.0, 24.0: 0.1}, "S"),
            *course("cIAP2", {0.0: 1.0, 3.0: 0.1, 24.0: 0.1}, "S"),
        ],
        rebound=[judged("cIAP2", "overshoot"), judged("cIAP2", "sustained loss", "S")],
    )


def test_return_of_ciap2_is_told_from_its_loss() -> None:
    resistant, sensitive = pathways(lines_that_differ(), agents)
    assert (resistant.node("cIAP2").state, resistant.node("cIAP2").mark) == ("up", "↓↑")
    assert (sensitive.node("cIAP2").state, sensitive.node("cIAP2").mark) == ("down", "↓")
    assert resistant.node("cIAP1").said == "down: 0.10 × at 24 h (0.08 to 0.12), n = 3"
    assert edges(resistant)["NF-κB", "cIAP2"] == edges(resistant)["cIAP2", "caspase-3/7"] == SHOWN
    assert edges(sensitive)["NF-κB", "cIAP2"] == edges(sensitive)["cIAP2", "caspase-3/7"] == BLOCKED


def test_what_was_not_measured_has_no_state() -> None:
    one = pathways(lines_that_differ(), agents)[0]
    assert not any(one.node(name).is_measured for name in ("NF-κB", "TNF-α", "Bcl-2", "caspase-3/7", "apoptosis"))
    assert edges(one)["Bcl-2", "caspase-3/7"] == UNKNOWN
    assert "Not measured: XIAP, NF-κB, PI3K/AKT" in one.words


def test_one_experiment_resolves_nothing() -> None:
    (one,) = pathways(tables(time_course=course("cIAP1", {0.0: 1.0, 24.0: 0.1}, n=1)), agents)
    assert one.node("cIAP1").state == "not resolved"


def test_study_without_smac_mimetic_has_no_pathway() -> None:
    found = tables(time_course=course("cIAP1", {0.0: 1.0, 24.0: 0.1}, compound="cisplatin"))
    assert pathways(found, agents) == []
    assert not troubleshooting_path(found, agents).branches


def test_control_at_dose_zero_is_no_treatment() -> None:
    assert not pathways(tables(time_course=course("cIAP1", {0.0: 1.0, 24.0: 0.1}, dose=0.0)), agents)


def test_other_treatment_is_named() -> None:
    rows = [condition(compound="cisplatin", hours=24.0) | {"fold": 3.0, "low": 2.5, "high": 3.5, "n": 3}]
    one = pathways(complete(lines_that_differ() | {"caspase": pd.DataFrame(rows)}), agents)[0]
    assert one.node("caspase-3/7").condition == "with cisplatin 1 µM"
    assert edges(one)["TNF-α", "caspase-3/7"] == UNKNOWN


@pytest.mark.parametrize(
    ("treated", "control", "state"),
    [((NAN, 0.0, 15.0), (NAN, 0.0, 15.0), "unchanged"), ((600.0, 500.0, 700.0), (NAN, 0.0, 15.0), "up")],
)
def test_tnf_under_its_standards_has_not_risen(
    treated: tuple[float, ...], control: tuple[float, ...], state: str
) -> None:
    shared = {"hours": 24.0, "assay": "elisa", "analyte": "TNF-α", "unit": "pg/mL", "n": 3, "replicate": ""}
    rows = [
        condition(compound=compound) | shared | dict(zip(("concentration", "low", "high"), numbers, strict=True))
        for compound, numbers in (("birinapant", treated), ("", control))
    ]
    (one,) = pathways(tables(concentrations=rows), agents)
    assert one.node("TNF-α").state == state


def test_level_of_a_line_is_told_from_both_sides() -> None:
    row = {"cell_line": "R", "arm": "", "reference": "S", "target": "XIAP", "ratio": 4.0, "low": 3.0, "high": 5.0}
    one, other = pathways(
        complete(lines_that_differ() | {"abundance": pd.DataFrame([row | {"n": 3, "caution": ""}])}), agents
    )
    assert (one.node("XIAP").state, one.node("XIAP").words) == ("up", ("4.00 × S", "(3.00 to 5.00)"))
    assert (other.node("XIAP").state, other.node("XIAP").words) == ("down", ("0.25 × R", "(0.20 to 0.33)"))


def test_path_ends_at_the_first_supported_mechanism() -> None:
    resistant, sensitive = troubleshooting_path(lines_that_differ(), agents).branches
    assert [step.answer for step in resistant.steps[:2]] == [YES, NO]
    assert [step.is_reached for step in resistant.steps] == [True, True, *[False] * 5]
    assert "cIAP2 comes back" in resistant.outcome
    assert all(step.is_reached for step in sensitive.steps)
    assert sensitive.steps[-1].answer == NOT_TESTED


def test_grade_goes_before_the_level() -> None:
    row = {"cell_line": "R", "arm": "", "compound": "birinapant", "mechanism": "cIAP2_rebound", "grade": "against"}
    graded = pd.DataFrame([row | {"evidence": "cIAP2 stays down", "n": 3, "next_experiment": ""}])
    path = troubleshooting_path(complete(lines_that_differ() | {"resistance": graded}), agents)
    assert (path.branches[0].steps[1].answer, path.branches[0].steps[1].evidence) == (YES, "cIAP2 stays down")


def test_failed_control_is_a_no_with_its_remedy() -> None:
    shared = condition() | {"hours": 24.0, "assay": "flow", "n": 3, "remedy": "Thaw new cells."}
    checks = [
        shared | {"check": check, "verdict": "failed"} for check in ("high_background", "missing_negative_control")
    ]
    fold = [condition(hours=24.0) | {"fold": 3.0, "low": 2.5, "high": 3.5, "n": 3}]
    path = troubleshooting_path(tables(control_checks=checks, caspase=fold), agents)
    by_question = {step.question: step for step in path.steps}
    assert by_question["Is the background low?"].answer == by_question["Are the controls sound?"].answer == NO
    assert by_question["Is the background low?"].remedy == "Thaw new cells."
    assert by_question["Does the positive control respond?"].answer == NOT_TESTED


def test_blots_alone_give_a_shorter_path() -> None:
    asked = [step.question for step in troubleshooting_path(lines_that_differ(), agents).steps]
    assert asked == ["Are the controls sound?", "Are there enough experiments, events and wells?"]


def test_empty_study_has_no_diagram(tmp_path: Path) -> None:
    assert list(diagram_figures([], troubleshooting_path(complete({}), agents))) == []


def test_hostile_names_are_words_in_pictures(tmp_path: Path) -> None:
    found = tables(time_course=course("cIAP1", {0.0: 1.0, 24.0: 0.1}, HOSTILE, arm="$\\frac$"))
    drawings = diagram_figures(pathways(found, agents), troubleshooting_path(found, agents))
    saved = [write_drawing(drawing, tmp_path) for drawing in drawings]
    assert [figure.section for figure in saved] == ["answer", "answer"]
    assert {path.stem for path in tmp_path.iterdir()} == {figure.name for figure in saved}
    assert all(ElementTree.parse(path) for path in tmp_path.glob("*.svg"))


def test_every_row_of_the_tables_is_text() -> None:
    path = troubleshooting_path(lines_that_differ(), agents)
    shown = [path.table, *(one.table for one in pathways(lines_that_differ(), agents))]
    assert all(isinstance(cell, str) for table in shown for row in table.rows for cell in row)
    assert all(len(row) == len(table.header) for table in shown for row in table.rows)


def test_level_under_another_treatment_says_nothing_of_the_smac_mimetic() -> None:
    other = course("cIAP1", {0.0: 1.0, 24.0: 0.1}, compound="cisplatin")
    one = pathways(tables(time_course=[*other, *course("cIAP2", {0.0: 1.0, 24.0: 0.1})]), agents)[0]
    assert one.node("cIAP1").condition == "with cisplatin 1 µM"
    assert edges(one)["Smac mimetic", "cIAP1"] == edges(one)["cIAP1", "caspase-3/7"] == UNKNOWN
    assert edges(one)["Smac mimetic", "cIAP2"] == SHOWN


def test_other_dose_is_named() -> None:
    fold = [condition(dose=0.1, hours=24.0) | {"fold": 3.0, "low": 2.5, "high": 3.5, "n": 3}]
    one = pathways(complete(lines_that_differ() | {"caspase": pd.DataFrame(fold)}), agents)[0]
    assert (one.treatment, one.node("caspase-3/7").condition) == ("birinapant 1 µM", "with birinapant 0.1 µM")


def test_half_a_return_leaves_the_brake_open() -> None:
    found = tables(time_course=course("cIAP2", {0.0: 1.0, 3.0: 0.1, 24.0: 0.3}), rebound=[judged("cIAP2", "rebound")])
    (one,) = pathways(found, agents)
    assert (one.node("cIAP2").mark, edges(one)["cIAP2", "caspase-3/7"]) == ("↓↑", UNKNOWN)
