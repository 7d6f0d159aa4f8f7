"""The four steps of the clean-up on tubes with a known fault in each."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from gating import Channel, Events
from gating.simulate import DEBRIS, DOUBLET, SimulatedTube, Tube, simulate_tube
from gating.whole_cells import STEPS, Recipe, WholeCells, whole_single_cells

FRACTIONS = {"live": 0.5, "early_apoptotic": 0.25, "late_apoptotic": 0.2, "necrotic": 0.05}
RECIPE = Recipe("FITC-A", "PE-A", "FSC-A", "FSC-H", None, 24_000.0, side="SSC-A", time="Time")
FSC, HEIGHT, SSC, FITC, PE, TIME = range(6)


@pytest.fixture
def tube(rng: np.random.Generator) -> SimulatedTube:
    return simulate_tube(Tube(FRACTIONS, debris=0.15, doublets=0.1), rng)


def changed(tube: SimulatedTube, keywords: dict[str, str] | None = None, **columns: np.ndarray) -> Events:
    """Return the tube's events with some columns replaced."""
    values = np.array(tube.events.values)
    for name, column in columns.items():
        values[:, {"fsc": FSC, "height": HEIGHT, "fitc": FITC, "pe": PE, "time": TIME}[name]] = column
    return replace(tube.events, values=values, keywords=keywords or {})


def lost(cells: WholeCells, step: str) -> int:
    return int(np.count_nonzero(cells.lost.step == STEPS.index(step)))


def test_debris_and_doublets_go_and_cells_of_every_state_stay(tube: SimulatedTube) -> None:
    cells = whole_single_cells(tube.events, replace(RECIPE, spillover=tube.events.spillover))
    for state in range(4):
        assert cells.keep[tube.labels == state].mean() > 0.99
    assert cells.keep[tube.labels == DEBRIS].mean() < 0.01
    assert cells.keep[tube.labels == DOUBLET].mean() < 0.01
    assert cells.caution == ""
    assert lost(cells, "margin") <= np.count_nonzero(tube.labels == DOUBLET) * 0.2
    assert lost(cells, "time") == 0


def test_every_event_is_kept_lost_or_no_number(tube: SimulatedTube) -> None:
    fitc = np.array(tube.events.values[:, FITC])
    fitc[[3, 5]], fitc[9] = np.nan, np.inf
    cells = whole_single_cells(changed(tube, fitc=fitc), RECIPE)
    assert cells.not_a_number == 3
    assert len(cells.annexin) + len(cells.lost.step) + 3 == len(tube.events)
    assert len(cells.annexin) == np.count_nonzero(cells.keep) == len(cells.near_limit)
    assert cells.cautions[""] == "not_a_number: 3 events"


def test_a_width_serves_where_there_is_no_height(tube: SimulatedTube) -> None:
    area, height = tube.events.values[:, FSC], tube.events.values[:, HEIGHT]
    wide = changed(tube, height=65_536 * area / height)
    by_width = whole_single_cells(wide, replace(RECIPE, height=None, width="FSC-H"))
    by_height = whole_single_cells(tube.events, RECIPE)
    assert np.count_nonzero(by_width.keep != by_height.keep) <= 3 + lost(by_height, "margin")


@pytest.mark.parametrize(
    ("lacking", "step", "caution"),
    [
        ({"forward": None, "height": None}, "debris", "no_scatter: debris and doublets were not left out"),
        ({"height": None}, "doublets", "no_pulse_height: doublets were not left out"),
        ({"time": None}, "time", "no_time: clogs and bursts were not looked for"),
        ({"debris_limit": None}, "debris", "few_events: too few to find a debris limit, .* were not left out"),
    ],
)
def test_a_step_without_its_channel_is_skipped_with_a_caution(
    tube: SimulatedTube, lacking: dict[str, None], step: str, caution: str
) -> None:
    cells = whole_single_cells(tube.events, replace(RECIPE, **lacking))  # type: ignore[arg-type]
    assert lost(cells, step) == 0
    assert re.fullmatch(caution, cells.cautions[step])


@pytest.mark.parametrize("value", [0.0, 5_000.0])
def test_a_channel_that_was_not_recorded_is_as_good_as_none(tube: SimulatedTube, value: float) -> None:
    n = len(tube.events)
    flat = np.full(n, value)
    assert whole_single_cells(changed(tube, fsc=flat), RECIPE).cautions["debris"].startswith("no_scatter: ")
    assert whole_single_cells(changed(tube, height=flat), RECIPE).cautions["doublets"].startswith("no_pulse_height: ")
    assert whole_single_cells(changed(tube, time=flat), RECIPE).cautions["time"].startswith("no_time: ")
    assert whole_single_cells(changed(tube, fsc=flat), RECIPE).keep.all()


def test_a_pulse_height_that_most_cells_lack_is_not_used(tube: SimulatedTube) -> None:
    height = np.array(tube.events.values[:, HEIGHT])
    height[: 6 * len(height) // 10] = 0.0
    cells = whole_single_cells(changed(tube, height=height), RECIPE)
    assert cells.cautions["doublets"].startswith("no_pulse_height: ")


def test_scatter_without_a_size_is_left_out_at_the_margin(tube: SimulatedTube) -> None:
    area = np.array(tube.events.values[:, FSC])
    area[:3] = [-4_685_690.0, 0.0, np.nan]
    cells = whole_single_cells(changed(tube, fsc=area), RECIPE)
    assert not cells.keep[:3].any()
    assert (cells.lost.step[:3] == 0).all()


def test_few_events_at_the_ceiling_of_scatter_go_and_many_stay_with_a_caution(tube: SimulatedTube) -> None:
    keywords = {"$P1N": "FSC-A", "$P1R": "120001"}
    clipped = np.minimum(tube.events.values[:, FSC], 120_000.0)
    singles = tube.labels < DEBRIS
    high = singles & (clipped == 120_000.0)
    assert high.sum() > 20
    few = np.where(
        high & (np.cumsum(high) > 20), 100_000.0, np.minimum(clipped, np.where(singles, 120_000.0, 119_000.0))
    )
    cells = whole_single_cells(changed(tube, keywords, fsc=few), RECIPE)
    assert lost(cells, "margin") == 20
    assert cells.cautions["margin"] == ""
    brighter = np.minimum(2.0 * tube.events.values[:, FSC], 120_000.0)
    kept = whole_single_cells(changed(tube, keywords, fsc=brighter, height=2 * tube.events.values[:, HEIGHT]), RECIPE)
    assert lost(kept, "margin") == 0
    assert kept.cautions["margin"].startswith("scatter_off_scale: ")
    assert kept.keep[tube.labels == 0].mean() > 0.98


def test_a_saturated_cell_stays_and_is_named(tube: SimulatedTube) -> None:
    pe = np.minimum(tube.events.values[:, PE], 20_000.0)
    events = changed(tube, {"$P5N": "PE-A", "$P5R": "20001"}, pe=pe)
    cells = whole_single_cells(events, RECIPE)
    bright = pe == 20_000.0
    assert len(cells.off_scale) == np.count_nonzero(bright & cells.keep) > 100
    assert (cells.dye[cells.off_scale] == 20_000.0).all()
    assert not len(whole_single_cells(replace(events, compensated=True), RECIPE).off_scale)


def test_a_step_of_the_detector_is_left_out(rng: np.random.Generator) -> None:
    tube = simulate_tube(Tube(FRACTIONS, n_events=10_000), rng)
    fitc = np.array(tube.events.values[:, FITC])
    fitc[4_000:4_500] *= 0.2
    cells = whole_single_cells(changed(tube, fitc=fitc), RECIPE)
    assert not cells.keep[4_000:4_500].any()
    assert lost(cells, "time") <= 600
    assert cells.cautions["time"].startswith("disturbed_acquisition: 5.0 % of the events, the level of FITC-A")


def test_no_events_and_one_event_are_no_error() -> None:
    channels = [Channel(name) for name in ("FSC-A", "FSC-H", "SSC-A", "FITC-A", "PE-A", "Time")]
    for n in (0, 1, 2):
        cells = whole_single_cells(Events(np.full((n, 6), 3e4), channels), RECIPE)
        assert len(cells.annexin) == n
