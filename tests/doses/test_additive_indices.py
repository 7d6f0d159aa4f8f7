"""What agents that merely add show as their combination index."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq, curve_fit

from cytotools.doses import CombinedExperiment, CurveWells, index_over_experiments
from cytotools.doses.additive_indices import additive_index
from cytotools.doses.index_headlines import verdicts_of
from cytotools.doses.t_intervals import TIntervals

DOSE, LEVELS = 3.0 ** np.arange(-3.0, 4.0), np.array([0.5, 0.75, 0.9, 0.95])
SHARES, SLOPES = np.array([0.7, 0.3]), np.array([1.0, 2.5])


def affected(dose: np.ndarray, dm: float, m: float) -> np.ndarray:
    return np.asarray(1.0 / (1.0 + (dm / dose) ** m))


def additive(dose: float) -> float:
    def departure(effect: float) -> float:
        return float(np.sum(SHARES * dose / (effect / (1.0 - effect)) ** (1.0 / SLOPES))) - 1.0

    return float(brentq(departure, 1e-9, 1.0 - 1e-9, xtol=1e-14))


def test_it_is_read_from_the_curve_through_loewe_additive_effects() -> None:
    effects = np.array([additive(dose) for dose in DOSE])
    (dm, m), _ = curve_fit(affected, DOSE, effects, (1.0, 1.0))
    odds = LEVELS / (1.0 - LEVELS)
    together = dm * odds ** (1.0 / m)
    known = sum(share * together / odds ** (1.0 / slope) for share, slope in zip(SHARES, SLOPES, strict=True))
    assert additive_index(np.zeros(2), SLOPES, SHARES, DOSE, LEVELS) == pytest.approx(known, rel=1e-6)


@pytest.mark.parametrize("exclusive", [True, False])
def test_one_slope_adds_to_1_whatever_the_doses(exclusive: bool) -> None:
    ln_dm, m, shares = np.log([2.0, 300.0, 5.0]), np.full(3, 1.4), np.array([0.01, 0.9, 0.09])
    found = additive_index(ln_dm, m, shares, 10.0 * DOSE, LEVELS, exclusive)
    assert found == pytest.approx(np.ones(4), abs=1e-9)


def test_unlike_slopes_are_said_of_an_index_and_like_ones_are_not() -> None:
    def said(slope: float) -> list[str]:
        ones = np.ones(len(DOSE))
        alone = tuple(CurveWells(DOSE, affected(DOSE, 1.0, m), ones) for m in (1.0, slope))
        both = (CurveWells(DOSE, affected(DOSE, dm, 1.2), ones) for dm in (0.9, 1.0))
        plates = [CombinedExperiment(str(k), alone, wells, (0.5, 0.5)) for k, wells in enumerate(both)]
        return [words for words in index_over_experiments(plates).cautions if words.startswith("unlike_slopes")]

    assert said(2.0) == [
        "unlike_slopes: mutually exclusive agents of slopes 1 and 2 that merely add would show 1.23 at 0.95"
    ]
    assert not said(1.2)


def test_slopes_alone_are_no_verdict() -> None:
    over = TIntervals(np.log([0.95]), np.log([0.93]), np.log([0.97]), np.array([0.01]))
    told = np.ones(1, dtype=np.bool_)
    assert verdicts_of(over, told, 3) == ("synergy",)
    assert verdicts_of(over, told, 3, np.array([0.95])) == ("not resolved",)
    assert verdicts_of(over, told, 3, np.array([1.1])) == ("synergy",)
