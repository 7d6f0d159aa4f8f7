"""The mathews matrices: Bliss and HSA as SynergyFinder gives them; ZIP by exact least squares."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from benchmarks.matrix_scores import least_known, problems
from cytotools.doses import DoseMatrix, bliss_excess, hsa_excess, zip_excess
from cytotools.doses.single_agents import fit_rises


def rows_of(folder: Path, table: str, number: int) -> list[dict[str, str]]:
    with (folder / "doses" / f"mathews_synergyfinder_{table}.csv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if int(row["block_id"]) == number]


def block(folder: Path, number: int) -> DoseMatrix:
    table = np.genfromtxt(folder / "doses" / f"mathews_block{number}_inhibition_matrix.csv", delimiter=",")
    affected = table[1:, 1:] / 100.0
    return DoseMatrix("1", table[1:, 0], table[0, 1:], affected, np.zeros((affected.size, affected.size)))


@pytest.mark.parametrize("number", [1, 2])
def test_bliss_and_hsa_are_those_of_synergyfinder(real_data: Path, number: int) -> None:
    own = block(real_data, number)
    bliss, hsa = (100.0 * score(own.affected) for score in (bliss_excess, hsa_excess))
    [whole] = rows_of(real_data, "summary", number)
    assert bliss[1:, 1:].mean() == pytest.approx(float(whole["Bliss_synergy"]), abs=1e-6)
    assert hsa[1:, 1:].mean() == pytest.approx(float(whole["HSA_synergy"]), abs=1e-6)
    rows = rows_of(real_data, "scores", number)
    assert len(rows) == own.affected.size
    for row in rows:
        i = int(np.abs(own.doses_1 - float(row["conc1"])).argmin())
        j = int(np.abs(own.doses_2 - float(row["conc2"])).argmin())
        assert bliss[i, j] == pytest.approx(float(row["Bliss_synergy"]), abs=1e-6)
        assert hsa[i, j] == pytest.approx(float(row["HSA_synergy"]), abs=1e-6)


@pytest.mark.parametrize(("number", "mean"), [(1, 9.0497), (2, -11.0282)])
def test_zip_stays_at_its_proved_optimum(real_data: Path, number: int, mean: float, rng: np.random.Generator) -> None:
    own = block(real_data, number)
    assert 100.0 * zip_excess(own).excess[1:, 1:].mean() == pytest.approx(mean, abs=1e-3)
    for dose, heights in problems(own.doses_1[1:], own.doses_2[1:], own.affected):
        for row, rss in zip(heights, fit_rises(dose, heights).rss, strict=True):
            assert rss <= least_known(dose, row, 20, rng) * (1.0 + 1e-8) + 1e-15 * float(row @ row)
