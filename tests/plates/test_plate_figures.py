"""Figures of plates: what is open, left out or missing is drawn as such, and everything that is there is drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from cytotools.drawn_plates import CurveLine, DrawnCurve, DrawnPlates, DrawnStandards, plate_key
from cytotools.figures.dose_axis import DoseAxis
from cytotools.figures.dose_curves import draw_dose_curves
from cytotools.figures.drawing import write_drawing
from cytotools.figures.ic50_forest import ic50_forests
from cytotools.figures.plate_heat_maps import plate_heat_maps
from cytotools.figures.plates import plate_figures
from cytotools.figures.standard_curves import draw_standard_curve
from cytotools.plates.simulate import plate_layout, simulate_plates
from cytotools.plates.simulated_curves import Logistic
from cytotools.tables import rows_of

DOSES = (0.1, 1.0, 10.0)
NAN = float("nan")


def curve(
    ic50: float = 1.0, low: float = 0.5, high: float = 2.0, open_text: str = "", line: str = "HeLa"
) -> DrawnCurve:
    dose = np.repeat([0.0, *DOSES], 4)
    points = pd.DataFrame({"dose": dose, "response": Logistic(1.0).response(dose), "excluded": ""})
    points["replicate"] = np.tile(["1", "1", "2", "2"], 4)
    points.loc[5, "excluded"] = "bubble"
    x = np.geomspace(0.1, 10.0, 20)
    y = Logistic(1.0).response(x)
    line_of = CurveLine(x, y, y - 0.1, y + 0.1)
    return DrawnCurve(
        line, line, "a$b", "uM", "mtt", points, line_of, {"1": CurveLine(x, y)}, ic50, low, high, "relative", open_text
    )


def dose_response() -> pd.DataFrame:
    row = {"assay": "mtt", "cell_line": "HeLa", "arm": "", "compound": "drug", "dose_unit": "uM", "hours": 72.0}
    row |= {"kind": "relative", "curve_dose": "compound", "dose_min": 0.1, "dose_max": 10.0, "n": 3}
    estimates = [
        ("all", 1.0, 0.5, 2.0),
        ("experiment", 0.9, 0.7, 1.2),
        ("all", NAN, 6.0, np.inf),
        ("all", NAN, 0.0, 0.2),
    ]
    return pd.DataFrame([row | dict(zip(("level", "ic50", "low", "high"), e, strict=True)) for e in estimates])


def wells() -> pd.DataFrame:
    layout = plate_layout("HeLa", "drug", DOSES, vehicle="DMSO", wells_per_dose=6)
    plates = simulate_plates(layout, {("HeLa", "drug"): Logistic(1.0)}, experiments=1, rng=np.random.default_rng(1))
    table = plates.wells.assign(assay="viability", plate="", hours=72.0, caution="", exclude="")
    table["response"] = (table["signal"] - 400.0) / 60_000.0
    table.loc[table["role"] == "blank", "response"] = NAN
    table.loc[0, ["signal", "response"]] = NAN
    table.loc[0, "said"] = "OVRFLW"
    table.loc[7, "caution"] = "a_code: far from its condition"
    table.loc[8, "exclude"] = "spilled"
    return table


def caspase() -> pd.DataFrame:
    row = {"cell_line": "HeLa", "arm": "", "compound": "drug", "dose": 1.0, "dose_unit": "uM", "n": 3, "caution": ""}
    row |= {"per_viable_low": NAN, "per_viable_high": NAN, "low": 1.0, "high": 4.0}
    return pd.DataFrame([row | {"hours": h, "fold": f, "fold_per_viable": NAN} for h, f in ((6.0, 2.0), (24.0, 3.0))])


def standards() -> DrawnStandards:
    x = np.array([0.0, 10.0, 100.0])
    table = pd.DataFrame({"concentration": x, "signal": x / 100, "excluded": ["", "", "bubble"]})
    samples = pd.DataFrame(
        {
            "name": ["a", "b", "c"],
            "signal": [0.05, 0.5, 2.0],
            "concentration": [NAN, 50.0, NAN],
            "low": [0, 40.0, 100.0],
        }
    ).assign(high=[10.0, 60.0, np.inf])
    return DrawnStandards(
        "plate 1", "elisa", "TNF-alpha", "pg/mL", table, CurveLine(x[1:], x[1:] / 100), samples, 10, 100
    )


def test_all_figures_are_written(tmp_path: Path) -> None:
    drawn = DrawnPlates(wells(), (curve(), curve(line="HCT116")), (standards(),), caspase(), dose_response())
    written = [write_drawing(drawing, tmp_path) for drawing in plate_figures(drawn)]
    names = ["ic50_mtt_uM", "dose_curves_mtt", "dose_curve_each_mtt", "caspase_drug", "standards_elisa"]
    assert [saved.name for saved in written] == [*names, "plate_viability_HeLa_replicate_1_72_h"]
    assert all((tmp_path / f"{saved.name}.{ending}").is_file() for saved in written for ending in ("svg", "png"))
    assert {saved.section for saved in written} == {"plates", "plates in detail"}


def test_a_heat_map_names_what_it_marks(tmp_path: Path) -> None:
    (drawing,) = plate_heat_maps(wells())
    saved = write_drawing(drawing, tmp_path)
    for words in ("Crossed out: left out (B10)", "a_code (B9)", "B2 OVRFLW", "V vehicle"):
        assert words in saved.caption


def many_plates(count: int) -> pd.DataFrame:
    few = wells().assign(caution="", exclude="", said="", signal=1.0, response=1.0)
    return pd.concat([few.assign(hours=float(k), plate=f"P{k}") for k in range(1, count + 1)], ignore_index=True)


def test_many_plates_share_pages(tmp_path: Path) -> None:
    table = many_plates(14)
    spilled = table["hours"].eq(2.0) & table["role"].eq("vehicle")
    table = table.assign(exclude=np.where(spilled, "spilled", ""))
    written = [write_drawing(drawing, tmp_path) for drawing in plate_heat_maps(table)]
    assert [saved.title for saved in written] == [
        "Plates P1, 1 h to P12, 12 h",
        "Plates P13, 13 h to P14, 14 h",
    ]
    assert "P3, 3 h:" not in written[0].caption
    assert written[0].caption.count("Darker: more") == 1
    assert "P2, 2 h: Crossed out" in written[0].caption


def test_a_plate_whose_places_matter_has_its_own_page() -> None:
    table = many_plates(6)
    uneven = {plate_key(row) for row in rows_of(table[table["plate"] == "P2"])}
    names = [drawing.saved.name for drawing in plate_heat_maps(table, uneven)]
    assert names == ["plate_P2_2_h", "plates_1"]


def test_a_plate_without_responses_shows_its_signals_alone(tmp_path: Path) -> None:
    table = wells().assign(response=NAN, assay="elisa")
    (drawing,) = plate_heat_maps(table)
    assert write_drawing(drawing, tmp_path).title.startswith("Plate")


@pytest.mark.parametrize(
    ("drawn", "words"),
    [
        (curve(), "IC50 1 (0.5 to 2) µM"),
        (curve(NAN, 4.0, np.inf, "> 10 uM"), "IC50 > 10 µM"),
        (curve(NAN, 0.0, 0.3, "< 0.1 uM"), "IC50 < 0.1 µM"),
        (curve(NAN, NAN, NAN), "IC50 not found"),
    ],
)
def test_the_title_says_the_ic50(drawn: DrawnCurve, words: str) -> None:
    ax = Figure().add_subplot()
    draw_dose_curves(ax, [drawn], alone=True)
    assert ax.get_title().endswith(words)
    arrows = [line.get_marker() for line in ax.lines if line.get_marker() in ("<", ">")]
    assert arrows == [mark for mark in ("<", ">") if f" {mark} " in words]


def test_every_well_is_on_the_picture_and_the_control_left_of_the_doses() -> None:
    ax = Figure().add_subplot()
    one = curve()
    one.points.loc[3, "response"] = 2.4
    draw_dose_curves(ax, [one])
    assert ax.get_ylim()[1] > 2.4
    assert [tick.get_text() for tick in ax.get_xticklabels()][:2] == ["0", "0.1"]
    assert DoseAxis(DOSES).control < np.log10(0.1)
    assert np.isnan(DoseAxis(DOSES).place(NAN))


def test_samples_beyond_the_standards_are_triangles() -> None:
    ax = Figure().add_subplot()
    draw_standard_curve(ax, standards())
    shown = {line.get_marker(): len(line.get_xdata()) for line in ax.lines if line.get_marker() in ("<", ">")}  # type: ignore[arg-type]
    assert shown == {"<": 1, ">": 1}


def test_open_ic50s_are_in_words_and_no_row_is_lost(tmp_path: Path) -> None:
    (drawing,) = ic50_forests(dose_response())
    saved = write_drawing(drawing, tmp_path)
    alone = list(ic50_forests(dose_response().query("level == 'experiment'")))
    assert "Arrow" in saved.caption
    assert len(alone) == 1
