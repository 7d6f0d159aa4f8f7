"""What a design says of its combination indices."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from cytotools.cli import app
from cytotools.design.experiment import Design
from cytotools.design.index_precision import expected_indices
from cytotools.doses import power_to_resolve

AGENT = {"stock": "10 mM", "vehicle": "DMSO", "hill_slope": 1.0}
COMPOUNDS = {
    "A": AGENT | {"doses": {"around": "100 nM", "steps": 8, "factor": 3}},
    "B": AGENT | {"doses": {"around": "1 uM", "steps": 8, "factor": 3}},
}
COMBINED = [{"compounds": ["A", "B"], "steps": 8, "factor": 3}]
PLAN = {"plate": 384, "compounds": COMPOUNDS, "combinations": COMBINED}


def test_a_combination_is_told_from_its_own_doses_wells_and_scatter(design: Callable[..., Design]) -> None:
    strong, weak = expected_indices(design(**PLAN))
    assert (strong.index, weak.index, strong.combination) == (0.5, 0.7, "A + B")
    assert weak.levels == (0.5, 0.75, 0.9, 0.95)
    assert 0.2 * np.sqrt(1.5) < weak.ln_sd < 0.4
    assert weak.power == power_to_resolve(0.7, weak.ln_sd, 3)
    assert strong.power > weak.power
    assert weak.experiments_needed is not None
    assert f"plan {weak.experiments_needed} experiments" in weak.caution
    assert strong.caution == ""


def test_more_wells_and_less_scatter_need_fewer_experiments(design: Callable[..., Design]) -> None:
    def needed(**keys: object) -> int:
        found = list(expected_indices(design(**PLAN, **keys)))[-1].experiments_needed
        return found or 99

    assert needed(experiment_sd=0.1) < needed() < needed(experiment_sd=0.3)
    assert needed(wells_per_dose=1, well_sd_percent=12) > needed(wells_per_dose=3, well_sd_percent=3)
    assert list(expected_indices(design(**PLAN, replicates=8)))[-1].caution == ""


def test_the_sd_is_that_of_simulated_experiments(design: Callable[..., Design], rng: np.random.Generator) -> None:
    from scipy.optimize import curve_fit

    found = design(**PLAN, well_sd_percent=4, wells_per_dose=2)
    expected = list(expected_indices(found))[-1]
    logits = np.log(np.array(expected.levels) / (1 - np.array(expected.levels)))

    def affected(ln_dose: np.ndarray, ln_dm: float, m: float) -> np.ndarray:
        return np.asarray(1 / (1 + np.exp(-m * (ln_dose - ln_dm))))

    def ln_doses(ln_dose: np.ndarray) -> np.ndarray:
        wells = np.repeat(ln_dose, 2)
        seen = affected(wells, rng.normal(0, 0.2), 1.0) + rng.normal(0, 0.04, len(wells))
        (ln_dm, m), _ = curve_fit(affected, wells, seen, [0.0, 1.0])
        return np.asarray(ln_dm + logits / m)

    curves = {curve.name: np.log([level[0] for level in curve.doses]) - np.log(curve.ic50[0]) for curve in found.curves}
    drawn = [
        np.mean(
            ln_doses(curves["A + B"] - np.log(0.7))
            - np.log((np.exp(-ln_doses(curves["A"])) + np.exp(-ln_doses(curves["B"]))) ** -1)
        )
        for _ in range(400)
    ]
    assert expected.ln_sd == pytest.approx(np.std(drawn), rel=0.12)


def test_doses_that_share_no_effect_are_said(design: Callable[..., Design]) -> None:
    low = AGENT | {"ic50": "1 uM", "doses": ["1 nM", "10 nM", "100 nM"]}
    for found in expected_indices(design(**PLAN | {"compounds": {"A": low, "B": COMPOUNDS["B"]}})):
        assert (found.levels, found.power, found.experiments_needed) == ((), 0.0, None)
        assert "share no effect" in found.caution


def test_it_is_printed_and_written(design_file: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["design", str(design_file), "-o", str(tmp_path / "plan")])
    assert result.exit_code == 0, result.output
    assert "Expected combination index" in result.output
    with (tmp_path / "plan" / "expected_index.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["index"] for row in rows] == ["0.5", "0.7"]
    assert rows[0]["combination"] == "birinapant + cisplatin"
    assert 0 < float(rows[1]["power"]) < 1


def test_without_a_combination_there_is_no_such_table(design: Callable[..., Design]) -> None:
    assert list(expected_indices(design())) == []
