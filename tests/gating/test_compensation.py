from __future__ import annotations

import numpy as np
import pytest

from gating import Channel, Events, InvalidGate, Spillover, UnusableControl, compensate, spillover_from_controls
from gating.compensation import compensated_columns
from gating.simulate import Cytometer, Tube, simulate_tube
from gating.spillover import spillover_from_keyword

HALF = {"live": 0.5, "early_apoptotic": 0.2, "late_apoptotic": 0.3, "necrotic": 0.0}
CHANNELS = (Channel("FITC-A"), Channel("PE-A"))


def test_compensation_inverts_spillover(rng: np.random.Generator) -> None:
    spillover = Spillover(np.array([[1.0, 0.2], [0.03, 1.0]]), ("FITC-A", "PE-A"))
    true = rng.uniform(0, 1e4, (50, 2))
    events = Events(true @ spillover.matrix, CHANNELS)
    np.testing.assert_allclose(compensate(events, spillover).values, true)
    np.testing.assert_allclose(compensated_columns(events, ["PE-A"], spillover)[0], true[:, 1])


def test_compensating_twice_is_refused() -> None:
    spillover = Spillover(np.eye(2), ("FITC-A", "PE-A"))
    once = compensate(Events(np.ones((1, 2)), CHANNELS), spillover)
    with pytest.raises(InvalidGate, match="not compensated yet"):
        compensate(once, spillover)


@pytest.mark.parametrize("matrix", [np.ones((2, 2)), np.full((2, 2), np.nan), np.ones((1, 2))])
def test_a_matrix_that_can_not_be_inverted_is_refused(matrix: np.ndarray) -> None:
    with pytest.raises(InvalidGate):
        Spillover(matrix, ("FITC-A", "PE-A"))


@pytest.mark.parametrize(("green", "red"), [(0.05, 0.002), (0.16, 0.012), (0.40, 0.05)])
def test_single_stains_give_the_matrix_back(rng: np.random.Generator, green: float, red: float) -> None:
    cytometer = Cytometer(annexin_into_dye=green, dye_into_annexin=red)
    tubes = {
        name: simulate_tube(Tube(HALF, annexin_stained=a, dye_stained=d), rng, cytometer).events
        for name, a, d in (("unstained", False, False), ("FITC-A", True, False), ("PE-A", False, True))
    }
    found = spillover_from_controls(tubes).matrix
    assert found[0, 1] == pytest.approx(green, abs=0.003)
    assert found[1, 0] == pytest.approx(red, abs=0.003)  # dead cells glow twice as much as live ones


def test_swapped_single_stains_are_refused(rng: np.random.Generator) -> None:
    tubes = {
        name: simulate_tube(Tube(HALF, annexin_stained=a, dye_stained=d), rng).events
        for name, a, d in (("unstained", False, False), ("FITC-A", False, True), ("PE-A", True, False))
    }
    with pytest.raises(UnusableControl, match="swapped"):
        spillover_from_controls(tubes)


@pytest.mark.parametrize("text", ["2,FITC-A,BV421,1,0.1,0,1", "2,FITC-A,PE-A,1,0.1,0", "x", "2,FITC-A,PE-A,1,1,1,1"])
def test_an_unusable_keyword_is_named_and_not_used(text: str) -> None:
    repairs: list[str] = []
    assert spillover_from_keyword({"$SPILLOVER": text}, ["FITC-A", "PE-A"], repairs) is None
    assert repairs[0].startswith("spillover: ")
