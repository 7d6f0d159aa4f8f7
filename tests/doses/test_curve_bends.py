"""Derivatives against differences, for every model, direction and weight."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cytotools.doses.curve_bends import evaluate
from cytotools.doses.curve_information import information
from cytotools.doses.curve_places import Place, Wells, free_columns
from cytotools.doses.sigmoid import FiveParameter, FourParameter, Model, ThreeParameter, free_parameters, ln_dose

MODELS: list[Model] = [FourParameter(), ThreeParameter(bottom=0.0), ThreeParameter(top=0.0), FiveParameter()]
STEP = 1e-5


def problem(sign: float) -> tuple[Wells, Place]:
    rng = np.random.default_rng(3)
    doses = ln_dose([0.0, 0.1, 0.3, 1.0, 3.0, 10.0])
    wells = Wells(doses[None], rng.uniform(0.5, 2.0, (1, 6)), rng.normal(size=(2, 6)), np.zeros(2))
    theta = np.array([[0.3, 0.2, 0.4], [-0.5, 0.6, -0.7]])
    return wells, Place(np.full(2, sign), np.zeros(2), theta)


@pytest.mark.parametrize("model", MODELS, ids=str)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_gradient_and_curvature_are_those_of_the_sum_of_squares(model: Model, sign: float) -> None:
    wells, place = problem(sign)
    free = free_columns(model)
    local = evaluate(wells, model, place, free)
    for k, column in enumerate(free):
        beside = []
        for way in (-1.0, 1.0):
            theta = place.theta.copy()
            theta[:, column] += way * STEP
            beside.append(evaluate(wells, model, place.at(theta), free))
        slope = (beside[1].rss - beside[0].rss) / (4.0 * STEP)  # of half the sum of squares
        assert local.gradient[:, k] == pytest.approx(slope, rel=1e-7, abs=1e-9)
        bend = (beside[1].gradient - beside[0].gradient) / (2.0 * STEP)
        assert local.newton[:, k] == pytest.approx(bend, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_observed_information_is_the_curvature_over_all_parameters(model: Model) -> None:
    from cytotools.doses.sigmoid import response_at

    wells, _ = problem(1.0)
    wells = replace(wells, ln_dose=np.log([[0.01, 0.1, 0.3, 1.0, 3.0, 10.0]]))
    curves = {
        "bottom": 0.2,
        "top": 1.3,
        "ln_ic50": 0.4,
        "hill_slope": -1.2,
        "asymmetry": 1.7 if model.asymmetric else 1.0,
    }

    def half_rss(moved: dict[str, float]) -> float:
        own = curves | {name: curves[name] + step for name, step in moved.items() if name in curves}
        own["asymmetry"] *= np.exp(moved.get("ln_asymmetry", 0.0))
        own["ln_ic50"] += moved.get("ic50", 0.0)
        fitted = response_at(
            np.exp(wells.ln_dose[0]),
            own["bottom"],
            own["top"],
            np.exp(own["ln_ic50"]),
            own["hill_slope"],
            own["asymmetry"],
        )
        return float(0.5 * np.sum(wells.weights * (wells.means[0] - fitted) ** 2))

    at = response_at(np.exp(wells.ln_dose), 0.2, 1.3, np.exp(0.4), -1.2, curves["asymmetry"])
    arrays = {name: np.full(2, value) for name, value in curves.items()}
    _, observed = information(wells, model, arrays, wells.means - at)
    names = ["ln_asymmetry" if name == "asymmetry" else name for name in free_parameters(model)]
    h = 1e-4
    for i, one in enumerate(names):
        for j, other in enumerate(names):
            corners = 0.0
            for a in (-h, h):
                for b in (-h, h):
                    moved = {one: a, other: b} if one != other else {one: a + b}
                    corners += np.sign(a * b) * half_rss(moved)
            assert observed[0, i, j] == pytest.approx(corners / (4 * h * h), rel=1e-4, abs=1e-5)
