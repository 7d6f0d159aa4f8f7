"""The truth of the quadrant grid: are its plates what they say, and do its oracle and its best divider know them?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.quadrant_grid import best_dividers, holm, oracle
from benchmarks.quadrant_plates import (
    DEBRIS,
    DEVELOP,
    DOUBLET,
    HELD_OUT,
    MAXIMUM,
    MIXES,
    NORMAL_SCORES,
    Design,
    DrawnPlate,
    Tube,
    draw_plate,
    draw_shapes,
    random_design,
    random_kind,
    separations,
)
from gating import gate_plate

FAMILIES = DEVELOP + HELD_OUT
EASY = Design(annexin_d=9.0, dye_d=9.0, wells=8, control_events=500)
HARD = Design(annexin_d=3.0, dye_d=3.5, family="skewed", wells=8, annexin_into_dye=0.3, correlation=0.3)


@pytest.fixture(scope="module")
def easy() -> DrawnPlate:
    return draw_plate(EASY, np.random.default_rng(1))


@pytest.fixture(scope="module")
def hard() -> DrawnPlate:
    return draw_plate(HARD, np.random.default_rng(2))


def test_a_normal_shape_is_a_straight_line_over_normal_scores() -> None:
    quantiles = random_kind("normal", np.random.default_rng(1)).at(0.3, 0.2).quantiles
    np.testing.assert_allclose(quantiles, 0.3 + 0.2 * NORMAL_SCORES, atol=2e-3)


@pytest.mark.parametrize("family", sorted((set(FAMILIES) | set(MIXES["other mixed"])) - set(MIXES) - {"lognormal"}))
def test_every_shape_has_the_median_and_the_robust_sd_that_it_was_given(family: str) -> None:
    rng = np.random.default_rng(3)
    drawn = random_kind(family, rng).at(0.0, 1.0)(rng.standard_normal(100_000))
    assert abs(np.median(drawn)) < 0.02
    assert 1.4826 * np.median(np.abs(drawn - np.median(drawn))) == pytest.approx(1.0, abs=0.03)


def test_the_families_have_the_skewness_and_the_tails_that_their_names_say() -> None:
    def tails(family: str) -> tuple[float, float]:
        drawn = random_kind(family, np.random.default_rng(4)).at(0.0, 1.0)(NORMAL_SCORES[200:-200])
        return float(abs(drawn[0] + drawn[-1])), float(drawn[-1] - drawn[0])

    assert tails("normal")[0] < 0.05
    assert tails("skewed")[0] > 1.0
    assert tails("heavy")[0] < 0.1
    assert tails("heavy")[1] > tails("normal")[1] + 2.0


@pytest.mark.parametrize("family", FAMILIES)
def test_d_is_what_the_design_says(family: str) -> None:
    shapes = draw_shapes(replace(HARD, family=family, dye_d=6.5, dim_late=0.3), np.random.default_rng(5))
    rng = np.random.default_rng(6)
    drawn = np.concatenate([shapes.compensated(state, 20_000, Tube(), rng) for state in range(4)])
    assert separations(drawn, np.repeat(np.arange(4), 20_000)) == pytest.approx((3.0, 6.5), rel=0.04)


def test_the_same_generator_gives_the_same_plate(hard: DrawnPlate) -> None:
    again = draw_plate(HARD, np.random.default_rng(2))
    assert again.sheet.equals(hard.sheet)
    assert all(np.array_equal(again.events[f].values, hard.events[f].values) for f in hard.events)


def test_tubes_hold_the_events_and_kinds_of_the_design(easy: DrawnPlate) -> None:
    assert len(easy.samples) == 8
    assert {len(easy.events[f]) for f in easy.samples} == {10_000}
    assert {len(easy.events[f"{role}.fcs"]) for role in ("unstained", "annexin_only", "dye_only", "positive")} == {500}
    labels = np.concatenate([easy.labels[f] for f in easy.samples])
    assert np.mean(labels == DEBRIS) == pytest.approx(EASY.debris, abs=0.005)
    assert np.mean(labels == DOUBLET) == pytest.approx(EASY.doublets, abs=0.005)
    assert all(np.sum(p) == pytest.approx(1.0) for p in easy.population.values())
    assert max(abs(easy.true_fractions(f) - easy.population[f]).max() for f in easy.samples) < 0.03


def test_the_matrix_is_the_true_one_and_spilled_light_widens(hard: DrawnPlate) -> None:
    shapes, rng = hard.shapes, np.random.default_rng(7)
    early = shapes.compensated(1, 50_000, Tube(), rng)[:, 1]
    assert abs(np.median(early) - shapes.brightness(1, 1, stained=True)(np.zeros(1))[0]) < 0.02
    narrow = replace(shapes, design=replace(HARD, spread=0.0)).compensated(1, 50_000, Tube(), rng)[:, 1]
    assert np.std(early) > 1.05 * np.std(narrow)


def test_live_cells_with_nonspecific_annexin_stand_above_the_tube_without_it() -> None:
    shapes = draw_shapes(replace(EASY, nonspecific_sd=1.5), np.random.default_rng(8))
    rng = np.random.default_rng(9)
    stained, without = (
        np.median(shapes.compensated(0, 20_000, Tube(stains), rng)[:, 0]) for stains in ((True, True), (False, True))
    )
    assert stained - without == pytest.approx(1.5 / (3 * np.log(10)), abs=0.02)


def test_hardly_an_event_is_saturated() -> None:
    plate = draw_plate(replace(EASY, family="heavy", debris=0.0), np.random.default_rng(10))
    assert np.mean([np.mean(plate.events[f].values[:, 3:5] >= MAXIMUM) for f in plate.samples]) < 1e-3


def test_an_all_negative_plate_holds_live_cells_only() -> None:
    plate = draw_plate(replace(EASY, variant="all negative"), np.random.default_rng(11))
    assert all(plate.true_fractions(f).tolist() == [1.0, 0.0, 0.0, 0.0] for f in plate.samples)


def test_without_controls_the_sheet_holds_samples_only() -> None:
    plate = draw_plate(replace(EASY, variant="no controls"), np.random.default_rng(12))
    assert set(plate.sheet["role"]) == {"vehicle", "treated"}


def test_the_best_divider_of_a_plate_without_overlap_is_the_truth(easy: DrawnPlate) -> None:
    best = best_dividers(easy)
    assert max(abs(best[f] - easy.true_fractions(f)).max() for f in easy.samples) < 0.002


def test_the_oracle_is_exact_without_overlap_and_its_interval_wilsons(easy: DrawnPlate) -> None:
    from gating.intervals import wilson_interval

    file = easy.samples[-1]
    known = oracle(easy, file)
    counts = np.bincount(easy.labels[file], minlength=6)[:4]
    np.testing.assert_allclose(known.fractions, easy.true_fractions(file), atol=0.002)
    wilson = [wilson_interval(int(c), int(counts.sum())) for c in counts]
    np.testing.assert_allclose(np.column_stack([known.low, known.high]), wilson, atol=0.003)


def test_the_oracles_intervals_cover_the_population_on_hard_plates() -> None:
    covered, wider = [], []
    for seed in range(8):
        plate = draw_plate(HARD, np.random.default_rng([13, seed]))
        for file in plate.samples:
            known, truth = oracle(plate, file), plate.population[file]
            covered += ((known.low <= truth) & (truth <= known.high)).tolist()
            wider += (known.blind_width >= known.high - known.low - 1e-12).tolist()
    assert all(wider)
    assert 0.91 <= np.mean(covered) <= 0.99


def test_random_designs_lie_in_their_cell() -> None:
    rng = np.random.default_rng(14)
    designs = [random_design(rng, "mixed", 4.0, 5.0) for _ in range(200)]
    assert all(4.0 <= min(d.annexin_d, d.dye_d) <= 5.0 and max(d.annexin_d, d.dye_d) <= 9.0 for d in designs)
    assert {d.control_events for d in designs} == {500, 1_000, 2_000, 5_000, 10_000}
    assert all(0.05 <= d.annexin_into_dye <= 0.40 and 0.0 <= d.debris <= 0.30 for d in designs)


def test_gating_takes_the_plate_as_it_is(easy: DrawnPlate) -> None:
    table = gate_plate(easy.sheet, "", read=easy.read).table
    assert list(dict.fromkeys(table["file"])) == list(easy.sheet["file"])


def test_holms_adjustment_of_a_known_case() -> None:
    assert holm(np.array([0.01, 0.04, 0.03])).tolist() == pytest.approx([0.03, 0.06, 0.06])
