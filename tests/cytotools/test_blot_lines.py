"""Two lines with PARP on simulated membranes: from images to ratios, cleaved fractions, their words and figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from blots.simulate import BlotDesign, simulate_blot, write_blot_tiff
from cytotools import Results, analyse, read_study
from cytotools.figures.blot_lines import line_figures
from cytotools.figures.drawing import write_drawing
from cytotools.report_blots import blot_tables
from cytotools.wording import answers

HOURS, CLEAVED = (0, 6, 24), {"A": (0.03, 0.3, 0.7), "B": (0.03, 0.1, 0.25)}
BANDS = ("XIAP", "PARP", "cleaved PARP", "actin")
B_OVER_A = 2.5


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder, rng = tmp_path_factory.mktemp("parp"), np.random.default_rng(11)
    lanes = ["membrane,lane,role,cell_line,compound,hours,replicate"]
    images = []
    for k in (1, 2, 3):
        rows = [(line, i) for line in CLEAVED for i in range(len(HOURS))]
        xiap = [(B_OVER_A if line == "B" else 1.0) * np.exp(rng.normal(0, 0.08)) for line, _ in rows]
        cleaved = np.array([CLEAVED[line][i] for line, i in rows])
        table = np.column_stack([xiap, 1 - cleaved, cleaved, np.ones(len(rows))])
        loads = np.exp(rng.normal(0, 0.15, len(rows)))
        design = BlotDesign(
            table, BANDS, loads, rows_px=(110, 200, 270, 470), sigmas_px=(5, 6, 6, 6), unit_volumes=(4e6, 9e6, 9e6, 9e6)
        )
        write_blot_tiff(folder / f"m{k}.tif", simulate_blot(design, rng=rng).image)
        for number, (line, i) in enumerate(rows, 1):
            treated = "treated,{},TRAIL" if HOURS[i] else "untreated,{},"
            lanes.append(f"m{k},{number},{treated.format(line)},{HOURS[i]},{k}")
        images.append(f"    - {{file: m{k}.tif, membrane: m{k}, bands: [{', '.join(BANDS)}]}}")
    (folder / "lanes.csv").write_text("\n".join(lanes) + "\n")
    head = "version: 1\nblots:\n  lanes: lanes.csv\n  loading_control: actin\n  reference: 0 h\n  images:\n"
    (folder / "study.yaml").write_text(head + "\n".join(images) + "\n")
    return analyse(read_study(folder / "study.yaml"))


def test_the_planted_ratio_lies_in_its_interval(results: Results) -> None:
    table = results.tables["abundance"]
    row = table[table["target"] == "XIAP"].iloc[0]
    assert row[["cell_line", "reference", "n"]].tolist() == ["B", "A", 3]
    assert row["low"] < B_OVER_A < row["high"]
    assert row["ratio"] == pytest.approx(B_OVER_A, rel=0.15)


def test_planted_fractions_are_found(results: Results) -> None:
    table = results.tables["cleavage"].set_index(["cell_line", "hours"])["cleaved_fraction"]
    for line, fractions in CLEAVED.items():
        for hours, fraction in zip(HOURS, fractions, strict=True):
            assert table.loc[(line, hours)] == pytest.approx(fraction, abs=0.02)
    assert "cleaved PARP" in set(results.tables["time_course"]["target"])


def test_both_are_said_and_drawn(results: Results, tmp_path: Path) -> None:
    said = " ".join(said for group in answers(results) for said in group.sentences)
    assert "B over A at 0 h, ratio of levels (95 % CI): XIAP 2." in said
    assert "A, TRAIL: cleaved PARP is largest at 24 h, " in said
    drawn = [write_drawing(drawing, tmp_path) for drawing in line_figures(results)]
    assert [saved.name for saved in drawn] == ["abundance", "cleavage"]
    assert all((tmp_path / f"{saved.name}.svg").stat().st_size > 5000 for saved in drawn)
    *_, abundance, cleavage = blot_tables(results.tables)
    assert ["B", "A", "XIAP"] in [list(row[:3]) for row in abundance.rows]
    assert cleavage.header[2:] == ["0 h", "6 h", "24 h"]
