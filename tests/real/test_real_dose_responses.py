"""Certified dose responses (skipped where the data are absent)."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from cytotools.doses import DoseResponse, fit_dose_response


@pytest.fixture
def ryegrass(real_data: Path) -> tuple[list[float], list[float]]:
    with (real_data / "doses" / "ryegrass.csv").open() as file:
        rows = list(csv.DictReader(file))
    return [float(row["conc"]) for row in rows], [float(row["rootl"]) for row in rows]


def shown(fit: DoseResponse) -> list[float]:
    return [fit.hill_slope, fit.bottom, fit.top, fit.ic50, fit.rss]


def test_ryegrass_has_its_certified_parameters_and_errors(
    real_data: Path, ryegrass: tuple[list[float], list[float]]
) -> None:
    truth = json.loads((real_data / "doses" / "ryegrass_LL4_certified.json").read_text())
    fit = fit_dose_response(*ryegrass)
    assert shown(fit) == pytest.approx([float(truth[name]) for name in ("b", "c", "d", "e", "rss")], rel=1e-11)
    expected, observed = fit.standard_errors, fit.standard_errors_observed
    names = ("hill_slope", "bottom", "top", "ic50")
    assert [getattr(expected, name) for name in names] == pytest.approx(
        [float(truth[f"se_{name}"]) for name in "bcde"], rel=1e-10
    )
    certified = [float(truth["se_observed_information"][name]) for name in "bcde"]
    assert [getattr(observed, name) for name in names] == pytest.approx(certified, rel=1e-9)
    assert fit.ic50_interval == pytest.approx(truth["profile_ci_e"], rel=1e-10)


def test_ryegrass_with_three_and_five_parameters(ryegrass: tuple[list[float], list[float]]) -> None:
    three, five = (fit_dose_response(*ryegrass, model=model) for model in ("3PL", "5PL"))
    assert (three.rss, three.hill_slope, three.top, three.ic50) == pytest.approx(
        (6.622820, 2.470327, 7.855426, 3.263358), rel=2e-6
    )
    assert five.rss == pytest.approx(5.277047, rel=1e-6)
    e = five.ic50 / (2 ** (1 / five.asymmetry) - 1) ** (1 / five.hill_slope)  # drc's parameter is not the ic50
    assert np.array([five.hill_slope, five.bottom, five.top, e, five.asymmetry]) == pytest.approx(
        [3.9287, 0.32165, 7.76054, 2.21539, 0.46831], rel=2e-3
    )
