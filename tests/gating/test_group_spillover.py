"""The compensation of a group of tubes: matrices, rows of compensation.csv, findings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gating import Events, Spillover, UnusableControl
from gating.controls import Group
from gating.group_spillover import COMPENSATION_COLUMNS, GroupSpillover, group_spillovers
from gating.simulate import Cytometer, Tube, simulate_tube
from gating.tubes import Survey, survey_tube

TRUTH = Cytometer().spillover
MIXTURE = {"live": 0.86, "early_apoptotic": 0.06, "late_apoptotic": 0.06, "necrotic": 0.02}
ROLES = {"u": "unstained", "a": "annexin_only", "d": "dye_only", "t": "treated"}


def tubes(rng: np.random.Generator, matrix: Spillover | None, n_events: int = 8_000) -> dict[str, Events]:
    drawn = {}
    for file, (annexin, dye) in {"u": (0, 0), "a": (1, 0), "d": (0, 1), "t": (1, 1)}.items():
        tube = Tube(MIXTURE, n_events, annexin_stained=bool(annexin), dye_stained=bool(dye))
        events = simulate_tube(tube, rng).events
        drawn[file] = Events(events.values, events.channels, name=file, spillover=matrix)
    return drawn


def compensated(events: dict[str, Events], controls: tuple[str, ...] = ("u", "a", "d")) -> GroupSpillover:
    def read(path: Path) -> Events:
        return events[path.name]

    surveys: dict[str, Survey] = {file: survey_tube(file, Path(), None, None, read) for file in events}
    group = Group("1", "HeLa", ("t",), (), {ROLES[file]: (file,) for file in controls})
    return group_spillovers(group, list(group.files), surveys, Path(), read)


def test_a_right_matrix_of_the_files_is_used_and_nothing_is_said(rng: np.random.Generator) -> None:
    found = compensated(tubes(rng, TRUTH))
    assert all(matrix is not None and np.array_equal(matrix.matrix, TRUTH.matrix) for matrix in found.matrices.values())
    assert [finding.caution for finding in found.findings] == ["", ""]
    assert found.caution == ""
    assert all(set(row) == set(COMPENSATION_COLUMNS) for row in found.rows)
    assert [(row["source"], row["detector"], row["applied"]) for row in found.rows] == [
        ("FITC-A", "PE-A", 0.16),
        ("PE-A", "FITC-A", 0.012),
    ]
    for row in found.rows:
        assert row["low"] < row["applied"] < row["high"]  # type: ignore[operator]
        assert row["residual_low"] < 0 < row["residual_high"]  # type: ignore[operator]
        assert (row["method"], row["caution"]) == ("matched negatives", "")


def test_a_matrix_that_is_one_point_wrong_is_found_and_said_by_how_much(rng: np.random.Generator) -> None:
    wrong = Spillover(np.array([[1.0, 0.15], [0.022, 1.0]]), TRUTH.channels)
    found = compensated(tubes(rng, wrong))
    under, over = found.findings
    assert (under.raised, over.raised) == (True, True)
    assert under.value == pytest.approx(1.0, abs=0.3)
    assert "under-compensates FITC-A in PE-A by" in under.caution
    assert over.value == pytest.approx(-1.0, abs=0.35)
    assert "over-compensates PE-A in FITC-A by" in over.caution
    assert set(under.files) == {"t", "u", "a", "d"}
    assert [str(row["caution"]).partition(":")[0] for row in found.rows] == ["spill", "spill"]
    assert found.covariance is not None
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), [0.01, 0.01], atol=0.0035)


def test_without_a_matrix_in_the_files_the_measured_one_is_used(rng: np.random.Generator) -> None:
    for own in (None, Spillover(np.eye(2), TRUTH.channels)):
        found = compensated(tubes(rng, own))
        matrix = found.matrices["t"]
        assert matrix is not None
        np.testing.assert_allclose(matrix.matrix, TRUTH.matrix, atol=0.003)
        assert not any(finding.raised for finding in found.findings)
        assert found.caution == ""
        assert [row["applied"] for row in found.rows] == pytest.approx([row["measured"] for row in found.rows])


@pytest.mark.parametrize("missing", ["u", "a", "d"])
def test_without_a_control_the_file_is_trusted_unchecked_or_there_is_none(
    rng: np.random.Generator, missing: str
) -> None:
    left = tuple(file for file in ("u", "a", "d") if file != missing)
    trusted = compensated(tubes(rng, TRUTH), left)
    assert trusted.caution == ""
    notes = [str(row["caution"]).partition(":")[0] for row in trusted.rows]
    assert notes == {"u": ["spill_unchecked"] * 2, "a": ["spill_unchecked", ""], "d": ["", "spill_unchecked"]}[missing]
    none = compensated(tubes(rng, None), left)
    assert none.caution == f"no_compensation: no {ROLES[missing]} tube"
    assert none.matrices["t"] is None


def test_too_few_positive_cells_measure_nothing(rng: np.random.Generator) -> None:
    events = tubes(rng, None, n_events=150)
    found = compensated(events)
    assert found.matrices["t"] is None
    assert found.caution.startswith("no_compensation: ")
    assert found.covariance is None
    assert "; " not in found.caution


def test_a_matrix_of_one_file_that_differs_is_told_apart(rng: np.random.Generator) -> None:
    events = tubes(rng, TRUTH)
    events["t"] = Events(
        events["t"].values,
        events["t"].channels,
        spillover=Spillover(np.array([[1.0, 0.18], [0.012, 1.0]]), TRUTH.channels),
    )
    raised = [finding for finding in compensated(events).findings if finding.raised]
    assert [finding.files for finding in raised] == [("t",)]


def test_swapped_controls_are_refused(rng: np.random.Generator) -> None:
    events = tubes(rng, TRUTH)
    with pytest.raises(UnusableControl, match="swapped"):
        compensated({**events, "a": events["d"], "d": events["a"]})
