"""The flow figures of a study: which are written, and what their captions and panels say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cytotools.comparison import summarise_fractions
from cytotools.figures.artefacts import artefact_sheets
from cytotools.figures.control_pages import control_pages
from cytotools.figures.doubts import doubts
from cytotools.figures.drawing import write_drawing
from cytotools.figures.estimates import estimates_figure
from cytotools.figures.flow import flow_figures
from cytotools.figures.plate_maps import plate_maps, plates_of
from cytotools.figures.style import Saved
from cytotools.figures.tubes import tubes_of
from gating import Plate, QuadrantGate, gate_plate, write_fcs
from gating.artefacts.finding import Finding, Trace
from gating.quadrants import POPULATIONS
from gating.simulate import Tube, simulate_tube

CONTROLS = {
    "unstained": {"annexin_stained": False, "dye_stained": False},
    "annexin_only": {"dye_stained": False},
    "dye_only": {"annexin_stained": False},
    "positive": {},
}


def tubes(folder: Path, roles: Sequence[str], n_events: int = 2_000) -> pd.DataFrame:
    """Write one simulated tube a role and return its sheet."""
    rng, rows = np.random.default_rng(3), []
    for number, role in enumerate(roles):
        dying = {"positive": 0.6, "treated": 0.4}.get(role, 0.1)
        parts = dict(zip(POPULATIONS, (1 - dying, 0.5 * dying, 0.4 * dying, 0.1 * dying), strict=True))
        stains: dict[str, Any] = CONTROLS.get(role, {})
        events = simulate_tube(Tube(parts, n_events=n_events, **stains), rng).events
        file = f"{number}_{role}.fcs"
        write_fcs(folder / file, events.values, events.channels, spillover=events.spillover)
        dose = 5.0 * number if role == "treated" else np.nan
        compound = {"treated": "cisplatin", "vehicle": "saline"}.get(role, "")
        rows.append({"file": file, "role": role, "compound": compound, "dose": dose, "dose_unit": "uM"})
    return pd.DataFrame(rows).assign(cell_line="ECA109", batch="1", replicate="1", hours=24.0)


def drawn(plate: Plate, folder: Path) -> dict[str, Saved]:
    drawings = flow_figures(plate, summarise_fractions(plate.table))
    found = [write_drawing(drawing, folder) for drawing in drawings]
    assert all((folder / f"{saved.name}.{kind}").stat().st_size for saved in found for kind in ("svg", "png"))
    return {saved.name: saved for saved in found}


def test_a_batch_with_controls_has_every_figure(tmp_path: Path) -> None:
    sheet = tubes(tmp_path, [*CONTROLS, "vehicle", "treated", "treated"])
    found = drawn(gate_plate(sheet, tmp_path, pictures=True), tmp_path)
    in_report = [name for name, saved in found.items() if saved.section == "flow"]
    assert in_report == [
        "apoptosis_dose_cisplatin_24h",
        "fractions_by_condition",
        "counted_and_estimated",
        "controls",
        "quadrants_samples",
        "quadrants_controls",
    ]
    assert list(found) == in_report  # no file for every tube: the sheet of quadrants shows them all


@pytest.mark.parametrize("roles", [["treated"], ["unstained"], ["vehicle", "treated"]])
def test_a_study_with_few_tubes_is_drawn(tmp_path: Path, roles: list[str]) -> None:
    found = drawn(gate_plate(tubes(tmp_path, roles, n_events=300), tmp_path, pictures=True), tmp_path)
    assert "controls" in found
    assert ("quadrants_samples" in found) == (roles != ["unstained"])


def words_of(plate: Plate, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the words over the panels of the control page."""
    said: list[str] = []
    monkeypatch.setattr(
        "cytotools.figures.control_pages._write_above", lambda _, heading, words: said.append(f"{heading} {words}")
    )
    for drawing in control_pages(plate, tubes_of(plate.table)):
        drawing.draw()
    return [" ".join(text.split()) for text in said]


def test_the_control_page_says_what_each_cut_rests_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plate = gate_plate(tubes(tmp_path, [*CONTROLS, "vehicle", "treated"], 6_000), tmp_path, pictures=True)
    annexin, dye = words_of(plate, monkeypatch)
    cut = plate.thresholds.set_index("channel")["threshold"]
    value = f"{cut['FITC-A']:,.0f}".replace(",", " ")
    assert f"ECA109, batch 1: FITC-A cut at {value} (" in annexin
    assert "99 % of dye_only below" in annexin
    assert "99 % of annexin_only below" in dye
    assert "untreated and vehicle mode" in annexin


def test_the_control_page_says_where_no_control_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plate = gate_plate(tubes(tmp_path, ["vehicle", "treated"], 6_000), tmp_path, pictures=True)
    annexin, _ = words_of(plate, monkeypatch)
    assert "no control that lacks this stain alone" in annexin
    assert "no_controls" in annexin


def test_cuts_set_tube_by_tube_are_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = tubes(tmp_path, ["vehicle", "treated"])
    gates = {
        file: QuadrantGate(annexin="FITC-A", annexin_threshold=threshold, dye="PE-A", dye_threshold=1e9)
        for file, threshold in zip(sheet["file"], (900.0, 1_100.0), strict=True)
    }
    annexin, dye = words_of(gate_plate(sheet, tmp_path, gates=gates, pictures=True), monkeypatch)
    assert "cut at 1 000 (900 to 1 100)" in annexin
    assert "the line is the median, the band their range" in annexin
    assert "beyond what is drawn" in dye


def quadrants(wells: Sequence[str], **columns: str) -> pd.DataFrame:
    """Return quadrants.csv of made-up tubes: 60 % live, 20 % early, 15 % late, 5 % dye only."""
    shares = dict(zip(POPULATIONS, (0.6, 0.2, 0.15, 0.05), strict=True))
    rows = [
        {
            "file": f"{well}.fcs",
            "well": well,
            "population": p,
            "counted_fraction": f,
            "fraction": f,
            "parent_events": 900,
        }
        | {"low": f - 0.05, "high": f + 0.05}
        for well in wells
        for p, f in shares.items()
    ]
    return pd.DataFrame(rows).assign(**{"role": "treated", "batch": "1", "caution": "", **columns})


def maps(table: pd.DataFrame, folder: Path) -> list[Saved]:
    return [write_drawing(drawing, folder) for drawing in plate_maps(table, tubes_of(table))]


def test_totals_add_early_and_late_and_stay_open_where_one_is() -> None:
    table = quadrants(["A1", "A2"])
    table.loc[(table["well"] == "A2") & (table["population"] == "late_apoptotic"), "fraction"] = np.nan
    first, second = tubes_of(table)[["counted_total", "total", "low", "high"]].to_numpy()
    assert first == pytest.approx([0.35, 0.35, 0.25, 0.45])
    assert np.isnan(second[1])
    assert second[[0, 2, 3]] == pytest.approx([0.35, 0.25, 0.45])


def test_no_wells_no_plate_map(tmp_path: Path) -> None:
    assert maps(quadrants(["", ""]), tmp_path) == []
    assert maps(quadrants(["A1"]).drop(columns="well"), tmp_path) == []


def test_the_caption_of_a_plate_names_roles_and_doubtful_wells(tmp_path: Path) -> None:
    table = quadrants(["A1", "A2", "H12"])
    table["role"] = table["well"].map({"A1": "vehicle", "A2": "unstained", "H12": "treated"})
    table["caution"] = "no_controls: x" + table["well"].map({"A2": "; few_events: 640 cells"}).fillna("")
    first, second = maps(table, tmp_path)
    assert (first.name, second.name) == ("plate_batch_1", "plate_batch_1_populations")
    assert "U unstained, V vehicle." in first.caption
    assert "Triangle: a caution, few_events (A2). Every well carries no_controls." in first.caption


def test_a_384_well_plate_is_drawn(tmp_path: Path) -> None:
    wells = [f"{row}{column}" for row in "ABCDEFGHIJKLMNOP" for column in range(1, 25)]
    assert len(maps(quadrants(wells), tmp_path)) == 2
    assert (tmp_path / "plate_batch_1.svg").stat().st_size < 400_000


def test_a_well_that_stands_twice_makes_two_plates() -> None:
    base = pd.DataFrame({"file": ["a/1.fcs", "b/1.fcs"], "well": "A1", "batch": "1"})
    names = [[name for name, _ in plates_of(base.assign(**more))] for more in ({}, {"hours": [24.0, 48.0]})]
    assert names == [["batch 1, a", "batch 1, b"], ["batch 1, 24 h", "batch 1, 48 h"]]
    same = base.assign(file=["1.fcs", "2.fcs"])
    assert [name for name, _ in plates_of(same)] == ["batch 1, tube 1 of a well", "batch 1, tube 2 of a well"]


def test_notes_are_no_doubts() -> None:
    assert doubts("partial_interval: counting only; few_events: 12; few_events: 12; new_code: x") == [
        "few_events",
        "new_code",
    ]


@pytest.mark.parametrize("n", [1, 40, 120])
def test_counted_and_estimated_stand_side_by_side(tmp_path: Path, n: int) -> None:
    table = quadrants([f"{row}{column}" for row in "ABCDEFGHIJ" for column in range(1, 13)][:n])
    late = table["population"] == "late_apoptotic"
    table.loc[late & (table["well"] == "A1"), "counted_fraction"] = 0.45
    drawing = estimates_figure(tubes_of(table))
    assert drawing is not None
    saved = write_drawing(drawing, tmp_path)
    assert (f"outside the interval in 1 of {n} tubes: " in saved.caption) == (n > 96)


def test_controls_alone_have_no_estimates() -> None:
    assert estimates_figure(tubes_of(quadrants(["A1"], role="unstained"))) is None


def finding(check: str, file: str, trace: Trace | None = None, *, raised: bool = True) -> Finding:
    return Finding(check, (file,), "share", 0.3, 0.2, 0.4, 0.1, raised, "30 % of the cells", trace)


def sheets(findings: Sequence[Finding], folder: Path) -> list[Saved]:
    return [write_drawing(drawing, folder) for drawing in artefact_sheets(findings)]


def test_raised_findings_are_drawn_and_quiet_checks_named(tmp_path: Path) -> None:
    x = np.arange(5.0)
    raised = [finding("carry_over", f"{k}.fcs", Trace(x, x, "Time", "share", limit=2.0)) for k in range(5)]
    (saved,) = sheets(
        [*raised, finding("few_events", "a.fcs"), finding("rna_stained", "a.fcs", raised=False)], tmp_path
    )
    assert saved.name == "artefacts"
    assert "Not drawn: 2 more of carry_over." in saved.caption
    assert "Checked and quiet: rna_stained." in saved.caption


def test_findings_that_share_a_picture_share_a_panel(tmp_path: Path) -> None:
    shared = Trace(np.arange(9.0), np.arange(9.0), "tube", "cells", limit=3.0)
    (saved,) = sheets([finding("few_events", f"{k}.fcs", shared) for k in range(8)], tmp_path)
    assert "Not drawn" not in saved.caption


def test_quiet_checks_alone_make_no_sheet(tmp_path: Path) -> None:
    assert sheets([finding("few_events", "a.fcs", raised=False)], tmp_path) == []


def test_many_checks_take_several_sheets(tmp_path: Path) -> None:
    names = [saved.name for saved in sheets([finding(f"check_{k}", "a.fcs") for k in range(11)], tmp_path)]
    assert names == ["artefacts_1", "artefacts_2"]


def test_a_condition_that_is_not_resolved_has_no_bar(tmp_path: Path) -> None:
    sheet = tubes(tmp_path, ["vehicle", "treated"])
    plate = gate_plate(sheet, tmp_path, pictures=True)
    table = summarise_fractions(plate.table)
    table.loc[table["role"] == "vehicle" if "role" in table else table["dose"].isna(), ["mean", "low", "high"]] = np.nan
    (drawing,) = [one for one in flow_figures(plate, table) if one.saved.name == "fractions_by_condition"]
    assert write_drawing(drawing, tmp_path).section == "flow"
