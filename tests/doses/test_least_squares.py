"""Curves of known answer: certified ones, perfect ones, bad starts, and models and data that must be refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit

from cytotools.doses import fit_curve
from cytotools.errors import StudyError

DOSES = np.repeat(np.geomspace(0.01, 100.0, 9), 3)
TRUTH = (0.1, 1.0, 1.5, 1.2)


def sigmoid(x: Any, bottom: Any, top: Any, ic50: Any, hill: Any) -> Any:
    return bottom + (top - bottom) / (1.0 + (x / ic50) ** hill)


@pytest.fixture
def responses(rng: np.random.Generator) -> NDArray[np.float64]:
    return np.asarray(sigmoid(DOSES, *TRUTH) + rng.normal(0.0, 0.05, len(DOSES)))


def test_a_straight_line_has_the_answer_of_linear_least_squares(rng: np.random.Generator) -> None:
    x = np.linspace(0.0, 4.0, 9)
    y = 2.0 + 3.0 * x + rng.normal(0.0, 0.1, 9)
    fit = fit_curve(lambda x, a, b: a + b * x, x, y, [0.0, 0.0])
    design = np.column_stack([np.ones(9), x])
    expected, rss, _, _ = np.linalg.lstsq(design, y)
    errors = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * rss / 7)
    assert fit.parameters == pytest.approx(expected, rel=1e-13)
    assert fit.standard_errors == pytest.approx(errors, rel=1e-12)
    assert (fit.degrees, fit.converged, fit.caution) == (7, True, "")
    assert fit.intervals[0] == pytest.approx(expected[0] + errors[0] * 2.364624251 * np.array([-1, 1]), rel=1e-9)


@pytest.mark.parametrize(
    "start", [(0, 1, 1, 1), (0, 1, 1e-3, 1), (0, 1, 1e3, 1), (1, 0, 1, 1), (10, 100, 50, 5), (1, 1, 1, 1), (0, 0, 1, 1)]
)
def test_a_sigmoid_is_found_from_bad_starts(responses: NDArray[np.float64], start: tuple[float, ...]) -> None:
    fit, best = (fit_curve(sigmoid, DOSES, responses, begin) for begin in (start, TRUTH))
    assert fit.converged
    assert fit.rss == pytest.approx(best.rss, rel=1e-12)
    assert fit.parameters == pytest.approx(best.parameters, rel=1e-9)


def test_control_wells_at_dose_0_keep_their_digits(responses: NDArray[np.float64]) -> None:
    # 0 ** hill has no complex slope: differences take its place for that parameter.
    x, y = np.append(DOSES, [0.0, 0.0]), np.append(responses, [1.01, 0.98])
    fit = fit_curve(sigmoid, x, y, (0, 1, 1, 1))
    tiny = fit_curve(sigmoid, np.where(x == 0, 1e-300, x), y, (0, 1, 1, 1))
    assert fit.converged
    assert fit.parameters == pytest.approx(tiny.parameters, rel=1e-10)


def test_the_fit_does_not_depend_on_the_units(responses: NDArray[np.float64]) -> None:
    here = fit_curve(sigmoid, DOSES, responses, (0, 1, 1, 1))
    there = fit_curve(sigmoid, DOSES * 1e-9, responses * 1e12, (0, 1e12, 1e-9, 1))
    units = np.array([1e12, 1e12, 1e-9, 1.0])
    assert there.parameters / units == pytest.approx(here.parameters, rel=1e-11)
    assert there.standard_errors / units == pytest.approx(here.standard_errors, rel=1e-11)


def test_perfect_data_give_the_truth_and_no_error() -> None:
    fit = fit_curve(sigmoid, DOSES, sigmoid(DOSES, *TRUTH), (0, 1, 1, 1))
    assert fit.converged
    assert fit.parameters == pytest.approx(np.array(TRUTH), rel=1e-13)
    assert fit.rss < 1e-28


@pytest.mark.parametrize(
    "model",
    [
        lambda x, a, k: abs(a) * np.exp(-abs(k) * x),
        lambda x, a, k: np.array([a * math.exp(-k * v) for v in x]),
        lambda x, a, k: a * np.where(k > 0, 1.0, -1.0) * expit(-k * x) / expit(k * x),
    ],
    ids=["abs", "math", "where and scipy"],
)
def test_models_of_real_numbers_alone_are_fitted_too(model: Any) -> None:
    x = np.linspace(0.1, 3.0, 12)
    y = 2.0 * np.exp(-0.7 * x) + 0.01 * np.cos(9.0 * x)
    expected = fit_curve(lambda x, a, k: a * np.exp(-k * x), x, y, (1, 1))
    fit = fit_curve(model, x, y, (1, 1))
    assert fit.converged
    assert fit.parameters == pytest.approx(expected.parameters, rel=1e-9)


def test_two_predictors_stand_in_rows() -> None:
    x = np.array([[1.0, 2.0, 3.0, 1.0, 2.0, 3.0], [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]])
    fit = fit_curve(lambda x, a, b: a * x[0] + b * x[1], x, 2.0 * x[0] - x[1], (1, 1))
    assert fit.parameters == pytest.approx([2.0, -1.0], rel=1e-12)


@pytest.mark.parametrize(
    ("model", "start"),
    [
        (lambda x, a, b: a * b * x, (1, 2)),
        (lambda x, a, b: a + 0.0 * x, (1, 2)),
        (sigmoid, (0, 1, 1, 1)),
    ],
    ids=["a product", "no part", "a level curve"],
)
def test_what_the_points_do_not_determine_is_said(model: Any, start: tuple[float, ...]) -> None:
    fit = fit_curve(model, DOSES, np.ones(27), start)
    assert not fit.converged
    assert fit.caution.startswith("not_determined: ")
    assert np.isnan(fit.standard_errors).all()


def test_a_way_that_leads_to_infinity_is_no_convergence() -> None:
    step = np.array([1.0, 1.01, 0.99, 1.0, 0.0, 0.01, -0.01, 0.0])
    fit = fit_curve(sigmoid, np.arange(1.0, 9.0), step, (0, 1, 4, 1))
    assert not fit.converged
    assert fit.caution.startswith("not_")


def test_as_many_parameters_as_points_leave_no_error() -> None:
    fit = fit_curve(lambda x, a, b: a + b * x, [0.0, 1.0], [1.0, 3.0], (0, 0))
    assert fit.parameters == pytest.approx([1.0, 2.0])
    assert np.isnan(fit.standard_errors).all()
    assert fit.caution.startswith("no_degrees_of_freedom: ")


@pytest.mark.parametrize(
    ("x", "y", "start", "said"),
    [
        ([1, 2, 3], [1, np.nan, 2], (1, 1), "finite numbers, got 1 that are missing"),
        ([1, np.inf, 3], [1, 2, 2], (1, 1), "x: expected finite numbers"),
        ([1], [1], (1, 1), "1 points for 2 parameters"),
        ([1, 2], [1, 2, 3], (1, 1), "x: expected as many points"),
        (["a", "b", "c"], [1, 2, 3], (1, 1), "x: expected real numbers"),
        ([1, 2, 3], [1, 2, 3], (), "y and start"),
        ([0, 1, 2000], [1, 2, 3], (1, -1), "not finite at the start"),
    ],
)
def test_what_no_fit_can_rest_on_is_refused(x: Any, y: Any, start: tuple[float, ...], said: str) -> None:
    with pytest.raises(StudyError, match=said):
        fit_curve(lambda x, a, b: a * np.exp(-b * x), x, y, start)


@pytest.mark.parametrize("model", [lambda x, a: np.ones(5) * a, lambda x, a: ["a"] * 3, lambda x, a: a + 1j * x])
def test_a_model_that_returns_something_else_is_refused(model: Any) -> None:
    with pytest.raises(StudyError, match="the model's values: expected 3 real numbers"):
        fit_curve(model, [1, 2, 3], [1, 2, 3], [1.0])


def test_a_model_that_divides_by_zero_is_refused() -> None:
    with pytest.raises(StudyError, match="not finite at the start"):
        fit_curve(lambda x, a: 1 / 0, [1, 2, 3], [1, 2, 3], [1.0])
