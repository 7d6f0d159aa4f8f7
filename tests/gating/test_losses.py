"""Losses by step and quadrant, counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gating.losses import (
    CLEANUP_COLUMNS,
    SENSITIVITY_COLUMNS,
    Losses,
    classes_at,
    cleanup_rows,
    count_losses,
    debris_caution,
    move_debris_limit,
    sensitivity_rows,
)
from gating.quadrants import POPULATIONS, Quadrants
from gating.whole_cells import Lost, WholeCells

CLASSES = classes_at(10.0, 10.0)
LOW, HIGH = 1.0, 99.0


def cells_of(
    kept: list[tuple[float, float]],
    lost: list[tuple[float, float, int, bool]],
    near: list[bool],
    off_scale: list[int] | None = None,
) -> WholeCells:
    """Return cells at (Annexin V, dye), and lost events with their step and whether a lower limit keeps them."""
    annexin, dye = np.array(kept, dtype=float).reshape(-1, 2).T
    gone = np.array(lost, dtype=float).reshape(-1, 4).T
    away = Lost(gone[0], gone[1], gone[2].astype(np.uint8), gone[3].astype(bool))
    keep = np.ones(len(annexin), dtype=bool)
    return WholeCells(annexin, dye, keep, 0, away, np.array(near), np.array(off_scale or [], dtype=np.intp))


@pytest.fixture
def cells() -> WholeCells:
    kept = [(LOW, LOW), (LOW, LOW), (LOW, LOW), (HIGH, LOW), (HIGH, HIGH), (LOW, HIGH)]
    lost = [(LOW, LOW, 0, False), (HIGH, LOW, 2, True), (HIGH, LOW, 2, False), (HIGH, HIGH, 3, False)]
    return cells_of(kept, lost, near=[False, False, True, False, True, False], off_scale=[5])


def test_each_lost_event_is_counted_in_its_quadrant_and_step(cells: WholeCells) -> None:
    losses = count_losses(cells, CLASSES)
    assert losses.kept == Quadrants(3, 1, 1, 1)
    assert losses.lost == (Quadrants(1, 0, 0, 0), Quadrants(0, 0, 0, 0), Quadrants(0, 2, 0, 0), Quadrants(0, 0, 1, 0))
    assert losses.off_scale == Quadrants(0, 0, 0, 1)


def test_a_fraction_is_of_the_events_before_the_step(cells: WholeCells) -> None:
    losses = count_losses(cells, CLASSES)
    assert losses.fraction(0, "live") == 1 / 4
    assert losses.fraction(2, "early_apoptotic") == 2 / 3
    assert losses.fraction(3, "early_apoptotic") == 0
    assert losses.fraction(3, "late_apoptotic") == 1 / 2
    assert losses.share(2) == 2 / 9
    none = Quadrants(0, 0, 0, 0)
    assert math.isnan(Losses(none, (none,) * 4, none).share(1))


def test_the_limit_moves_both_ways(cells: WholeCells) -> None:
    assert move_debris_limit(cells, CLASSES) == (Quadrants(3, 2, 1, 1), Quadrants(3, 1, 1, 1), Quadrants(2, 1, 0, 1))


def test_the_rows_are_those_of_the_table(cells: WholeCells) -> None:
    rows = list(cleanup_rows("a.fcs", count_losses(cells, CLASSES), cells))
    assert [(r["step"], r["population"]) for r in rows] == [
        (step, population) for step in ("margin", "time", "debris", "doublets") for population in POPULATIONS
    ]
    assert all(tuple(row) == CLEANUP_COLUMNS for row in rows)
    assert rows[3]["caution"] == "off_scale: 1 saturated cells are kept in this quadrant"
    assert [row["lost_events"] for row in rows[8:12]] == [0, 2, 0, 0]


def test_an_uneven_loss_is_a_note_in_its_row() -> None:
    kept = [(LOW, LOW)] * 900 + [(HIGH, LOW)] * 100
    lost = [(HIGH, LOW, 2, False)] * 60 + [(LOW, LOW, 2, False)] * 10 + [(LOW, HIGH, 3, False)] * 2
    cells = cells_of(kept, [(*event,) for event in lost], near=[False] * 1_000)
    notes = [row["caution"] for row in cleanup_rows("a.fcs", count_losses(cells, CLASSES), cells)]
    assert notes[9] == "uneven_loss: 37.5 % of early_apoptotic, 6.5 % of all events"
    assert not any(notes[:9] + notes[10:])


def test_an_answer_that_moves_is_told_in_every_row_of_the_tube() -> None:
    moved = (Quadrants(1_000, 150, 20, 5), Quadrants(1_000, 100, 20, 5), Quadrants(1_000, 99, 20, 5))
    rows = list(sensitivity_rows("a.fcs", 1_000.0, moved))
    assert all(tuple(row) == SENSITIVITY_COLUMNS for row in rows)
    assert [row["debris_limit"] for row in rows[::4]] == [800.0, 1_000.0, 1_200.0]
    words = "debris_sensitive: early_apoptotic moves by 3.9 points as the limit is moved by a fifth"
    assert {row["caution"] for row in rows} == {words}
    assert sum(float(str(row["counted_fraction"])) for row in rows[:4]) == pytest.approx(1.0)


def test_without_debris_left_out_there_is_nothing_to_move() -> None:
    assert list(sensitivity_rows("a.fcs", None, (Quadrants(1, 0, 0, 0),) * 3)) == []


def test_an_empty_tube_is_told_without_a_number() -> None:
    none = Quadrants(0, 0, 0, 0)
    assert debris_caution((none, none, none)) == ""
    rows = list(sensitivity_rows("a.fcs", 9.0, (none, none, none)))
    assert all(math.isnan(float(str(row["counted_fraction"]))) for row in rows)


def test_classes_of_a_curved_gate_serve_as_well(cells: WholeCells) -> None:
    def classes(annexin: np.ndarray, dye: np.ndarray) -> np.ndarray:
        return np.full(len(annexin), 2, dtype=np.int8)

    assert count_losses(cells, classes).kept == Quadrants(0, 0, 6, 0)
