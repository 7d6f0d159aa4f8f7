"""The shift of an IC50 by a partner, and whether it is the whole story."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from cytotools.doses import ExperimentIc50, compare_curves, fit_dose_response, potentiation, response_at
from cytotools.doses.experiments import of_fit

DOSE = np.concatenate([np.zeros(4), np.repeat(30.0 * 3.0 ** -np.arange(8.0), 3)])
Curve = tuple[NDArray[np.float64], NDArray[np.float64]]


def plates(*ic50s: float) -> dict[str, ExperimentIc50]:
    return {
        str(k): ExperimentIc50(x, min(x, 100.0) / 1.2, np.inf if x > 100 else 1.2 * x, 0.01, 100.0)
        for k, x in enumerate(ic50s)
    }


def curves(
    rng: np.random.Generator, shift: float, top: float = 1.0, hill: float = 1.5, sd: float = 0.03
) -> dict[str, tuple[Curve, Curve]]:
    def wells(ic50: float, height: float, slope: float) -> Curve:
        return DOSE, response_at(DOSE, 0.1, height, ic50, slope) + sd * rng.standard_normal(len(DOSE))

    return {str(k): (wells(ic50, 1.0, 1.5), wells(ic50 / shift, top, hill)) for k, ic50 in enumerate((1.8, 2.2, 2.0))}


def fitted(wells: dict[str, tuple[Curve, Curve]], which: int) -> dict[str, ExperimentIc50]:
    return {name: of_fit(fit_dose_response(*pair[which]), name) for name, pair in wells.items()}


def test_a_shift_above_one_is_synergy_and_below_antagonism() -> None:
    up, down = (
        potentiation(plates(4.1, 6.0, 7.8), plates(1.0, 1.6, 1.9)),
        potentiation(plates(1.0, 1.6), plates(4.1, 6.0)),
    )
    assert (up.verdict, up.n) == ("synergy", 3)
    assert list(up.experiments.values()) == pytest.approx([4.1, 3.75, 7.8 / 1.9])
    assert up.low <= 1.0 / potentiation(plates(1.0, 1.6, 1.9), plates(4.1, 6.0, 7.8)).high * (1 + 1e-9)
    assert down.shift < 1
    assert potentiation(plates(1.0, 1.6, 1.9), plates(1.02, 1.58, 1.92)).verdict == "additive"
    assert potentiation(plates(4.0), plates(1.0)).verdict == "not resolved"


def test_beyond_the_doses_the_shift_is_at_least() -> None:
    found = potentiation(plates(41.0, 120.0, 78.0), plates(1.0, 1.6, 1.9))
    assert np.isnan(found.shift)
    assert (found.high, found.verdict) == (np.inf, "synergy")
    assert np.isnan(found.experiments["1"])
    assert "ratio_open" in found.cautions


def test_a_pure_shift_has_like_shapes() -> None:
    wells = curves(np.random.default_rng(20_261_202), 4.0)
    found = potentiation(fitted(wells, 0), fitted(wells, 1), wells)
    assert found.low < 4.0 < found.high
    assert found.shape_tests.keys() == wells.keys()
    assert all(test.df_1 == 3 for test in found.shape_tests.values())
    assert found.shapes["top"].n == 3
    assert found.cautions == ""


@pytest.mark.parametrize(("top", "hill", "word"), [(0.7, 1.5, "top -0.3"), (1.0, 4.0, "hill_slope 2.")])
def test_another_plateau_or_slope_is_said(top: float, hill: float, word: str) -> None:
    wells = curves(np.random.default_rng(20_261_203), 4.0, top, hill)
    found = potentiation(fitted(wells, 0), fitted(wells, 1), wells)
    assert "unlike_shapes: F test below 0.05 in 3 of 3 experiments" in found.cautions
    assert word in found.cautions


@pytest.mark.parametrize(("top", "hill"), [(0.97, 1.5), (1.0, 1.35)])
def test_a_difference_that_changes_no_conclusion_is_not_said_however_certain(top: float, hill: float) -> None:
    wells = curves(np.random.default_rng(20_261_205), 4.0, top, hill, sd=0.002)
    found = potentiation(fitted(wells, 0), fitted(wells, 1), wells)
    assert all(test.p_value < 0.05 for test in found.shape_tests.values())
    assert found.cautions == ""


def test_weights_are_those_of_wells_given_twice() -> None:
    [pair] = list(curves(np.random.default_rng(5), 3.0).values())[:1]
    twice = [tuple(np.concatenate([part, part[10:]]) for part in curve) for curve in pair]
    weights = np.where(np.arange(len(DOSE)) < 10, 1.0, 2.0)
    weighted = compare_curves([(*curve, weights) for curve in pair], ("bottom", "top"))
    doubled = compare_curves([(curve[0], curve[1]) for curve in twice], ("bottom", "top"))
    assert weighted.rss == pytest.approx(doubled.rss, rel=1e-9)
    assert weighted.ic50 == pytest.approx(doubled.ic50, rel=1e-8)
    assert weighted.ic50_ratio()[0] == pytest.approx(doubled.ic50_ratio()[0], rel=1e-7)
    assert weighted.converged


def test_like_curves_seldom_raise_the_caution() -> None:
    rng, raised = np.random.default_rng(20_261_204), 0
    for _ in range(25):
        wells = curves(rng, 3.0)
        found = potentiation(plates(2.0, 2.2, 1.9), plates(0.7, 0.7, 0.6), wells)
        raised += "unlike_shapes" in found.cautions
    assert raised <= 5
