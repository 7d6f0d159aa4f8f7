"""Spillover from single stains against a truth whose shapes neither the method nor gating.simulate knows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from gating import Channel, Events, Spillover, UnusableControl, spillover_from_controls
from gating.residual_spill import finding_of, residual_slopes
from gating.simulate import STATES, State, Tube, simulate_tube
from gating.spillover_estimate import SpilloverEstimate, estimate_spillover
from gating.stain_slope import SlopeMethod, matched_slope, median_slope, regression_slope

NAMES = ("FITC-A", "PE-A")
CHANNELS = (Channel("FSC-A"), Channel("FSC-H"), Channel("SSC-A"), Channel("FITC-A"), Channel("PE-A"))
SIZE, GRANULARITY = np.array([1.0, 0.8, 0.6, 0.7]), np.array([1.0, 1.4, 1.6, 1.3])  # live, early, late, necrotic
OWN_LIGHT = (130.0, 85.0)


@dataclass(frozen=True)
class Bench:
    """What is on the bench; brightness in detector units."""

    into_dye: float = 0.16
    into_annexin: float = 0.012
    dying: float = 0.12
    dying_unstained: float | None = None
    n: int = 8_000
    annexin: tuple[float, float] = (8_000.0, 14_000.0)  # early, late
    dye: float = 12_000.0
    glow: tuple[float, float, float] = (1.2, 2.5, 2.3)  # own light of early, late, necrotic cells; live ones have 1
    shape: str = "normal"
    dye_shape: str = "dna"
    dye_with_size: float = 0.0
    debris: float = 0.06
    scatter: bool = True
    strangers: float = 0.0

    @property
    def truth(self) -> NDArray[np.float64]:
        return np.array([[1.0, self.into_dye], [self.into_annexin, 1.0]])

    def controls(self, rng: np.random.Generator) -> dict[str, Events]:
        unstained = self.dying if self.dying_unstained is None else self.dying_unstained
        return {
            "unstained": self.tube(rng, unstained, 0, 0),
            "FITC-A": self.tube(rng, self.dying, 1, 0),
            "PE-A": self.tube(rng, self.dying, 0, 1),
        }

    def tube(self, rng: np.random.Generator, dying: float, annexin: int, dye: int) -> Events:
        kinds = rng.choice(3, self.n, p=[0.96 - self.debris, self.debris, 0.04])
        cells, partners = self._cells(rng, dying), self._cells(rng, dying)
        cells[:, kinds == 2] += partners[:, kinds == 2]
        fragments = kinds == 1
        cells[:2, fragments] *= rng.uniform(0.03, 0.17, fragments.sum())
        cells[2:, fragments] *= 0.3
        forward, side, green, red, *own = cells
        stain = np.stack([green * annexin, red * dye], axis=1) @ self.truth
        stain += (rng.random(self.n) < self.strangers)[:, None] * rng.lognormal(8.5, 1.0, (self.n, 2))
        expected = stain + np.stack(own, axis=1)
        gains = np.array([6.0, 4.0])
        light = rng.poisson(expected / gains) * gains + np.array([45.0, 40.0]) * rng.standard_normal((self.n, 2))
        height = forward / np.where(kinds == 2, rng.uniform(1.45, 1.95, self.n), 1.0) * rng.lognormal(0, 0.035, self.n)
        table = np.minimum(np.column_stack([forward, height, side, light]), 262_143.0).astype(np.float32)
        return Events(table if self.scatter else table[:, 3:], CHANNELS if self.scatter else CHANNELS[3:])

    def _cells(self, rng: np.random.Generator, dying: float) -> NDArray[np.float64]:
        state = rng.choice(4, self.n, p=[1 - dying, 0.45 * dying, 0.45 * dying, 0.10 * dying])
        volume = rng.lognormal(0.0, 0.16, self.n)
        forward = 90_000.0 * SIZE[state] * volume
        side = 45_000.0 * GRANULARITY[state] * volume * rng.lognormal(0.0, 0.25, self.n)
        bright = np.array([120.0, *self.annexin, 200.0])[state] * draw(rng, self.shape, self.n)
        dead = np.array([50.0, 100.0, self.dye, 1.3 * self.dye])[state] * draw(rng, self.dye_shape, self.n)
        glow = np.array([1.0, *self.glow])[state] * volume * rng.lognormal(0.0, 0.25, self.n)
        own = [level * glow * rng.lognormal(0.0, 0.25, self.n) for level in OWN_LIGHT]
        return np.stack([forward, side, bright, dead * volume**self.dye_with_size, *own])


def draw(rng: np.random.Generator, shape: str, n: int) -> NDArray[np.float64]:
    """Relative brightness: lognormal, heavy-tailed, skewed, the cell cycle's DNA, or narrow as of beads."""
    if shape == "t":
        return np.asarray(np.exp(0.5 * np.clip(rng.standard_t(3, n), -6, 6)))
    if shape == "gamma":
        return rng.gamma(3.0, 1 / 3.0, n)
    if shape == "dna":
        return np.asarray(rng.choice([1.0, 1.5, 2.0], n, p=[0.6, 0.15, 0.25]) * rng.lognormal(0.0, 0.17, n))
    return rng.lognormal(0.0, 0.12 if shape == "narrow" else 0.6, n)


BENCHES = {
    "plain": Bench(),
    "5 %": Bench(into_dye=0.05, into_annexin=0.002),
    "40 % both ways": Bench(into_dye=0.40, into_annexin=0.40),
    "dead cells glow 4 times": Bench(glow=(1.3, 4.0, 4.0)),
    "heavy tails": Bench(shape="t", dye_shape="t"),
    "skewed, narrow dye": Bench(shape="gamma", dye_shape="narrow"),
    "dye follows size": Bench(dye_with_size=1.0),
    "debris": Bench(debris=0.3),
    "saturated": Bench(annexin=(60_000.0, 160_000.0), dye=120_000.0),
    "mostly positive": Bench(dying=0.8),
    "healthy unstained tube": Bench(dying=0.8, dying_unstained=0.03),
    "strangers": Bench(strangers=0.005),
    "7-AAD at half": Bench(dye=6_000.0, into_annexin=0.03, dying=0.3),
}


def errors(estimate: SpilloverEstimate, bench: Bench) -> NDArray[np.float64]:
    """Return the two coefficients' errors, percentage points."""
    return 100.0 * (estimate.spillover.matrix - bench.truth)[[0, 1], [1, 0]]


@pytest.mark.parametrize("name", BENCHES)
def test_spillover_is_found_within_a_third_of_a_point(rng: np.random.Generator, name: str) -> None:
    worst = [np.abs(errors(estimate_spillover(BENCHES[name].controls(rng)), BENCHES[name])).max() for _ in range(3)]
    assert np.median(worst) < 0.3
    assert max(worst) < 0.45


def test_without_scatter_it_is_found_within_half_a_point_and_says_so(rng: np.random.Generator) -> None:
    bench = Bench(scatter=False)
    found = [estimate_spillover(bench.controls(rng)) for _ in range(6)]
    assert max(np.abs(errors(f, bench)).max() for f in found) < 0.5
    with_scatter = estimate_spillover(Bench().controls(rng))
    assert not any(slope.matched for f in found for slope in f.slopes.values())
    assert found[0].standard_errors.max() > 1.5 * with_scatter.standard_errors.max()


def test_over_all_benches_it_is_so_in_95_percent_and_the_intervals_cover(rng: np.random.Generator) -> None:
    found = [(estimate_spillover(bench.controls(rng)), bench) for bench in BENCHES.values() for _ in range(2)]
    worst = np.array([np.abs(errors(estimate, bench)).max() for estimate, bench in found])
    covered = [
        slope.low <= bench.truth[NAMES.index(source), NAMES.index(detector)] <= slope.high
        for estimate, bench in found
        for (source, detector), slope in estimate.slopes.items()
    ]
    assert np.mean(worst < 0.3) >= 0.93
    assert np.mean(covered) >= 0.90


@pytest.mark.parametrize("method", [median_slope, regression_slope])
def test_the_default_is_the_best_where_dead_cells_glow(rng: np.random.Generator, method: SlopeMethod) -> None:
    bench = BENCHES["dead cells glow 4 times"]
    controls = bench.controls(rng)
    ours, theirs = (np.abs(errors(estimate_spillover(controls, slope), bench)) for slope in (matched_slope, method))
    assert theirs[1] > 1.5  # the dye's: own light of the dead cells taken for spillover
    assert (ours < 0.35).all()


@pytest.mark.parametrize("bench", [Bench(annexin=(900.0, 1_600.0)), Bench(n=500), Bench(dye=1_500.0)])
def test_what_can_not_be_told_has_a_wide_interval(rng: np.random.Generator, bench: Bench) -> None:
    plain = estimate_spillover(Bench().controls(rng)).standard_errors
    found = [estimate_spillover(bench.controls(rng)) for _ in range(5)]
    off = np.array([np.abs(errors(f, bench)) / (100.0 * f.standard_errors[[0, 1], [1, 0]]) for f in found])
    assert max(f.standard_errors.max() for f in found) > 2.0 * plain.max()
    assert (off < 3.5).all()
    assert np.mean(off < 2.0) >= 0.8


def test_gating_simulates_own_tubes_with_7_aad_and_pi(rng: np.random.Generator) -> None:
    half = {"live": 0.6, "early_apoptotic": 0.2, "late_apoptotic": 0.15, "necrotic": 0.05}
    dim = {
        name: State(s.annexin, s.annexin_sd, s.dye * 0.5, s.dye_sd, s.size, s.granularity, s.autofluorescence)
        for name, s in STATES.items()
    }
    for states in (STATES, dim):
        tubes = {
            name: simulate_tube(Tube(half, annexin_stained=a, dye_stained=d, states=states), rng).events
            for name, a, d in (("unstained", False, False), ("FITC-A", True, False), ("PE-A", False, True))
        }
        off = spillover_from_controls(tubes).matrix - [[1.0, 0.16], [0.012, 1.0]]
        assert np.abs(off).max() < 0.003


@pytest.mark.parametrize("name", ["plain", "40 % both ways", "heavy tails", "dye follows size", "debris"])
def test_a_matrix_that_is_one_point_wrong_is_found_and_a_right_one_is_not(rng: np.random.Generator, name: str) -> None:
    bench = BENCHES[name]
    for n in (5_000, 10_000):
        controls = Bench(**{**bench.__dict__, "n": n}).controls(rng)
        assert not any(r.is_wrong for r in residual_slopes(controls, NAMES, Spillover(bench.truth, NAMES)))
        for row, column in ((0, 1), (1, 0)):
            for off in (0.01, -0.01):
                wrong = bench.truth.copy()
                wrong[row, column] += off
                left = residual_slopes(controls, NAMES, Spillover(wrong, NAMES))
                assert [r.is_wrong for r in left] == [row == 0, row == 1]
                finding = finding_of(left[row], ("a.fcs",))
                assert finding.low <= -100.0 * off / (1 - bench.truth[0, 1] * bench.truth[1, 0]) <= finding.high
                assert ("over-compensates" if off > 0 else "under-compensates") in finding.caution


def test_residual_slopes_vanish_with_the_measured_matrix(rng: np.random.Generator) -> None:
    controls = Bench().controls(rng)
    estimate = estimate_spillover(controls)
    left = residual_slopes(controls, NAMES, estimate.spillover)
    assert max(abs(r.slope.value) for r in left) < 5e-4
    assert all(r.trace is not None and len(r.trace.x) == 8 for r in left)
    assert estimate.standard_errors[0, 0] == 0.0


def test_other_channels_of_the_matrix_count_too(rng: np.random.Generator) -> None:
    controls = {}
    for name, events in Bench(into_dye=0.0).controls(rng).items():
        third = 0.2 * events.column("FITC-A")  # light of FITC in a third detector, of which the dye's sees a half
        values = np.column_stack([events.values, third]).astype(np.float64)
        values[:, 4] += 0.5 * third
        controls[name] = Events(values, (*CHANNELS, Channel("APC-A")))
    matrix = np.array([[1.0, 0.10, 0.2], [0.012, 1.0, 0.0], [0.0, 0.0, 1.0]])
    left = residual_slopes(controls, NAMES, Spillover(matrix, (*NAMES, "APC-A")))
    assert abs(left[0].slope.value) < 0.003
    assert left[0].applied == pytest.approx(0.10)


def test_beads_are_compared_with_the_negative_beads_of_their_tube(rng: np.random.Generator) -> None:
    bench = Bench()
    controls = bench.controls(rng)
    n = 4_000
    stained = (np.arange(n) % 2) * 9_000.0 * rng.lognormal(0.0, 0.10, n)
    glow = 600.0 + 60.0 * rng.standard_normal((2, n))  # beads glow four times as much as cells
    size = np.stack([10_000.0 * rng.lognormal(0.0, 0.05, n), 150_000.0 * rng.lognormal(0.0, 0.05, n)])
    beads = np.column_stack([size[0], size[0], size[1], stained + glow[0], 0.16 * stained + glow[1]])
    controls["FITC-A"] = Events(beads, CHANNELS)
    controls["unstained"] = Bench(debris=0.0).controls(rng)["unstained"]
    assert spillover_from_controls(controls).matrix[0, 1] == pytest.approx(0.16, abs=0.003)


def test_controls_that_give_no_matrix_are_refused(rng: np.random.Generator) -> None:
    controls = Bench().controls(rng)
    with pytest.raises(UnusableControl, match="an unstained tube and at least one single stain"):
        spillover_from_controls({"FITC-A": controls["FITC-A"]})
    with pytest.raises(UnusableControl, match="swapped"):
        spillover_from_controls({**controls, "FITC-A": controls["PE-A"], "PE-A": controls["FITC-A"]})
    with pytest.raises(UnusableControl, match="positive in their own channel"):
        spillover_from_controls({**controls, "FITC-A": controls["unstained"]})
