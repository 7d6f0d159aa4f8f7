"""The clean-up on files from real instruments: nothing raises, and what is lost is sane."""

from __future__ import annotations

from pathlib import Path

import pytest

from gating import Events, GatingError, read_fcs
from gating.acquisition import find_time
from gating.channels import find_scatter
from gating.debris import find_debris_limit, scatter_histogram
from gating.losses import classes_at, count_losses, move_debris_limit
from gating.whole_cells import Recipe, WholeCells, whole_single_cells


def cleaned(events: Events, recipe: Recipe) -> WholeCells:
    cells = whole_single_cells(events, recipe)
    losses = count_losses(cells, classes_at(2_000.0, 2_000.0))
    total = losses.kept.total + sum(q.total for q in losses.lost) + cells.not_a_number
    assert total == len(events)
    lower, same, higher = move_debris_limit(cells, classes_at(2_000.0, 2_000.0))
    assert lower.total >= same.total == losses.kept.total >= higher.total
    return cells


@pytest.fixture(scope="module")
def tubes(real_data: Path) -> dict[str, Events]:
    return {path.name: read_fcs(path) for path in sorted((real_data / "flow" / "lsr2_fitc_7aad").glob("*.fcs"))}


@pytest.fixture(scope="module")
def found(tubes: dict[str, Events]) -> dict[str, WholeCells]:
    limit = find_debris_limit([scatter_histogram(events.column("FSC-A")) for events in tubes.values()])
    assert limit is not None
    assert limit.basis == "no gap"  # lymphocytes whose debris runs into them
    recipe = Recipe("Alexa Fluor 488-A", "7-AAD-A", "FSC-A", "FSC-H", None, limit.value, "FSC-W", "SSC-A", "Time")
    return {name: cleaned(events, recipe) for name, events in tubes.items()}


def share(cells: WholeCells, step: int) -> float:
    return float((cells.lost.step == step).sum() / len(cells.keep))


def test_lymphocytes_lose_what_they_must(found: dict[str, WholeCells]) -> None:
    for cells in found.values():
        assert share(cells, 0) < 0.01
        assert 0.10 < share(cells, 2) < 0.25
        assert 0.01 < share(cells, 3) < 0.10


def test_the_burst_and_the_clog_are_found_and_steady_runs_are_left_alone(found: dict[str, WholeCells]) -> None:
    assert 0.005 < share(found["Compensation-Unstained.fcs"], 1) < 0.05  # a surge in the last seconds
    assert 0 < share(found["Compensation-FITC.fcs"], 1) < 0.005  # a clog at 23 s
    for name in ("Activation_1.fcs", "Activation_17.fcs", "Activation_32.fcs", "Compensation-7AAD.fcs"):
        assert share(found[name], 1) == 0


def test_the_impossible_area_is_left_out(tubes: dict[str, Events], found: dict[str, WholeCells]) -> None:
    area = tubes["Compensation-Unstained.fcs"].column("FSC-A")
    assert area.min() < -4e6
    assert not found["Compensation-Unstained.fcs"].keep[area.argmin()]


def test_the_files_width_says_the_same_as_its_height(tubes: dict[str, Events]) -> None:
    events = tubes["Activation_17.fcs"]
    recipe = Recipe("Alexa Fluor 488-A", "7-AAD-A", "FSC-A", None, None, 15_000.0, "FSC-W")
    by_height = Recipe("Alexa Fluor 488-A", "7-AAD-A", "FSC-A", "FSC-H", None, 15_000.0)
    differ = whole_single_cells(events, recipe).keep != whole_single_cells(events, by_height).keep
    assert differ.sum() < 10


def test_files_of_every_maker_are_cleaned_without_an_error(real_data: Path) -> None:
    seen = 0
    for path in sorted((real_data / "flow" / "parsers").rglob("*.[fl][cm][sd]")):
        try:
            events = read_fcs(path)
        except GatingError:
            continue
        forward = find_scatter(events.channels, "FSC", "A") or find_scatter(events.channels, "FSC", "H")
        height, width = (find_scatter(events.channels, "FSC", pulse) for pulse in "HW")
        limit = find_debris_limit([scatter_histogram(events.column(forward))]) if forward else None
        others = [name for name in events.channel_names if name not in (forward, height, width)]
        pulses = (forward, height if height != forward else None)
        value = limit.value if limit else None
        recipe = Recipe(others[0], others[1], *pulses, None, value, width, None, find_time(events.channels))
        cleaned(events, recipe)
        seen += 1
    assert seen > 10
