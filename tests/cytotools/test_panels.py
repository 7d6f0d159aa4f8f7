"""The blot figure of a study: its recipe, drawn again to the same bytes or refused, and the labels over its lanes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cytotools import Results, StudyError, analyse, read_study
from cytotools.figures.drawing import write_drawing
from cytotools.figures.paper import paper_figures
from cytotools.figures.style import Saved
from cytotools.panel_files import panel_of_recipe, recipe_text
from cytotools.panel_labels import lane_labels
from cytotools.panels import panels_of


def drawn(study: Path, folder: Path) -> tuple[Results, list[Saved]]:
    folder.mkdir()
    results = analyse(read_study(study), only=["blots"])
    return results, [write_drawing(drawing, folder) for drawing in paper_figures(results)]


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory, sample_study: Path) -> tuple[Path, Path, Results, list[Saved]]:
    """Return a study of one membrane, its figures' folder, its results and what was drawn."""
    folder = tmp_path_factory.mktemp("panels")
    study = folder / "study"
    (study / "blots").mkdir(parents=True)
    shutil.copy(sample_study.parent / "blots" / "rep1.tif", study / "blots")
    lanes = (sample_study.parent / "blots" / "lanes.csv").read_text().splitlines()
    (study / "blots" / "lanes.csv").write_text(
        "\n".join([lanes[0], *(r for r in lanes if r.startswith("rep1,"))]) + "\n"
    )
    (study / "study.yaml").write_text(
        "version: 1\nblots:\n  lanes: blots/lanes.csv\n  loading_control: actin\n  kda: {cIAP2: 70}\n  images:\n"
        "    - file: blots/rep1.tif\n      membrane: rep1\n      bands: [cIAP2, cIAP1, non-specific, XIAP, actin]\n"
    )
    results, saved = drawn(study, folder / "figures")
    return study, folder / "figures", results, saved


def with_recipe(once: tuple[Path, Path, Results, list[Saved]], folder: Path, edit: Callable[[Any], None]) -> Path:
    """Return a copy of the study that names an edited recipe."""
    study = folder / "study"
    shutil.copytree(once[0], study)
    recipe = json.loads((once[1] / "panel_rep1.json").read_text())
    edit(recipe)
    (study / "blots" / "panel.json").write_text(json.dumps(recipe))
    text = (study / "study.yaml").read_text()
    (study / "study.yaml").write_text(text.replace("  images:", "  panels: blots/panel.json\n  images:"))
    return study


def test_the_paper_figure_is_written_with_its_recipe_and_its_supplement(
    once: tuple[Path, Path, Results, list[Saved]],
) -> None:
    _, folder, _, saved = once
    assert [(figure.name, figure.section) for figure in saved] == [
        ("panel_rep1", "blots"), ("uncropped_rep1", "blots for the supplement")
    ]  # fmt: skip
    files = [f"{name}.{end}" for name in ("panel_rep1", "uncropped_rep1") for end in ("svg", "png")]
    files += ["panel_rep1.pdf", "panel_rep1.json"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(files)
    for words in ("white at the 1st percentile", "black at its strongest band", "without gamma", "not measured"):
        assert words in saved[0].caption


def test_strips_run_as_on_the_gel_with_the_loading_control_last(
    once: tuple[Path, Path, Results, list[Saved]],
) -> None:
    (panel,) = panels_of(once[2])
    assert [strip.target for strip in panel.strips] == ["cIAP2", "cIAP1", "XIAP", "actin"]
    assert [strip.kda for strip in panel.strips] == [70.0, None, None, None]
    assert panel.lanes == tuple(range(1, 13))
    assert all(strip.crop.within(strip.size[::-1]) for strip in panel.strips)
    words = [[cell.text for cell in row.cells] for row in panel.labels]
    assert words[0] == ["ECA109", "ECA109-Smac"]
    assert words[1] == ["–", "Smac-N7 25 µM"] * 2
    assert words[2] == ["0", "1", "3", "6", "12", "24"] * 2


def test_a_recipe_is_drawn_again_to_the_same_bytes(
    once: tuple[Path, Path, Results, list[Saved]], tmp_path: Path
) -> None:
    study = with_recipe(once, tmp_path, lambda recipe: None)
    drawn(study, tmp_path / "again")
    for file in sorted(once[1].iterdir()):
        assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes(), file.name


def test_what_a_person_sets_in_a_recipe_is_drawn(once: tuple[Path, Path, Results, list[Saved]], tmp_path: Path) -> None:
    def edit(recipe: Any) -> None:
        recipe["strips"] = recipe["strips"][:1]
        recipe["strips"][0]["target"] = "cIAP2 (BIRC3)"
        recipe["strips"][0]["crop"] |= {"y": 80, "height": 55}
        recipe["strips"][0]["contrast"]["black"] = 6000.0

    results, saved = drawn(with_recipe(once, tmp_path, edit), tmp_path / "again")
    (panel,) = panels_of(results)
    assert (panel.strips[0].target, panel.strips[0].crop.y, panel.strips[0].window.black) == ("cIAP2 (BIRC3)", 80, 6000)
    assert "as its recipe says" in saved[0].caption
    assert "are darker than its black" in saved[0].caption


def test_an_image_that_has_changed_is_refused_by_name(
    once: tuple[Path, Path, Results, list[Saved]], tmp_path: Path
) -> None:
    study = with_recipe(once, tmp_path, lambda recipe: None)
    image = study / "blots" / "rep1.tif"
    image.write_bytes(image.read_bytes() + b"\0")
    with pytest.raises(StudyError, match=r"blots/panel\.json: the image blots/rep1\.tif: expected the file that") as no:
        read_study(study)
    assert "Put that file back" in str(no.value)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (["strips", 1, "crop", "x"], -4, r"strips\[2\]\.crop\.x: expected greater than or equal to 0, got -4"),
        (["strips", 1, "crop", "width"], 4000, r"strips\[2\]\.crop: expected a box inside 1000 x 620 pixels"),
        (["strips", 0, "contrast", "black"], 1.0, r"strips\[1\]\.contrast: expected black above white"),
        (["strips", 0, "image"], 7, r"strips\[1\]\.image: expected a number up to 1, got 7"),
        (["strips", 0, "lanes"], [[1.0, 2.0]], r"strips\[1\]\.lanes: expected a place for each of 12 lanes"),
        (["lanes"], [1, 2, 4], r"lanes: expected neighbouring lanes in order"),
        (["labels", 0, "cells", 0, "to"], 9, r"labels\[1\]: expected cells from left to right within lanes 1 to 12"),
        (["membrane"], "rep7", r"membrane: expected a membrane of the study, got 'rep7'. Did you mean `rep1`\?"),
        (["images", 0, "file"], "blots/rep9.tif", r"images: expected an image of membrane rep1"),
        (["images", 0, "sha256"], "abc", r"images\[1\]\.sha256"),
        (["recipe"], "another", r"recipe: expected 'cytotools panel 1', got 'another'"),
        (["colour"], 1, r"colour: expected a key that recipes have"),
    ],
)
def test_what_can_not_be_meant_in_a_recipe_is_refused_with_its_place(
    once: tuple[Path, Path, Results, list[Saved]], tmp_path: Path, path: list[Any], value: Any, words: str
) -> None:
    def edit(recipe: Any) -> None:
        for key in path[:-1]:
            recipe = recipe[key]
        recipe[path[-1]] = value

    with pytest.raises(StudyError, match=rf"blots/panel\.json: {words}"):
        read_study(with_recipe(once, tmp_path, edit))


@pytest.mark.parametrize("text", ["", "{", "[1]", "[" * 100_000, b"\xff\xfe\x00", '{"recipe": NaN}'])
def test_what_is_no_recipe_is_refused(text: str | bytes) -> None:
    with pytest.raises(StudyError, match=r"^panel\.json: "):
        panel_of_recipe(text, "panel.json")


def test_a_recipe_holds_the_whole_panel(once: tuple[Path, Path, Results, list[Saved]]) -> None:
    (panel,) = panels_of(once[2])
    assert panel_of_recipe(recipe_text(panel), "panel.json") == panel


def test_an_image_that_gives_no_numbers_leaves_its_strips_out_and_says_so(
    once: tuple[Path, Path, Results, list[Saved]], tmp_path: Path
) -> None:
    study = tmp_path / "study"
    shutil.copytree(once[0], study)
    noise = np.random.default_rng(0).integers(0, 4, (300, 500)) * 60
    Image.fromarray(noise.astype(np.uint8)).save(study / "blots" / "reprobe.png")
    text = (study / "study.yaml").read_text()
    (study / "study.yaml").write_text(
        text + "    - file: blots/reprobe.png\n      membrane: rep1\n      bands: [PARP]\n"
    )
    results, saved = drawn(study, tmp_path / "figures")
    (panel,) = panels_of(results)
    assert panel.left_out == ("PARP: blots/reprobe.png was not measured",)
    assert "Not shown: PARP: blots/reprobe.png was not measured." in saved[0].caption


def test_ladder_and_empty_lanes_at_the_edge_are_cut_off_and_one_between_samples_stays(
    once: tuple[Path, Path, Results, list[Saved]], tmp_path: Path
) -> None:
    study = tmp_path / "study"
    shutil.copytree(once[0], study)
    sheet = study / "blots" / "lanes.csv"
    rows = sheet.read_text().splitlines()
    for number, role in ((1, "ladder"), (7, "empty"), (12, "ladder")):
        rows[number] = f"rep1,{number},{role},,,,,,,,"
    sheet.write_text("\n".join(rows) + "\n")
    (panel,) = panels_of(analyse(read_study(study), only=["blots"]))
    assert panel.lanes == tuple(range(2, 12))
    assert {len(strip.places) for strip in panel.strips} == {10}
    assert [cell.text for cell in panel.labels[-1].cells] == ["1", "3", "6", "12", "24", "empty", "1", "3", "6", "12"]
    assert [cell.text for cell in panel.labels[0].cells] == ["ECA109", "ECA109-Smac"]


def lane(hours: float, **more: Any) -> dict[str, Any]:
    return {"role": "treated", "hours": hours, "exclude": ""} | more


def test_treatments_that_change_from_lane_to_lane_get_a_row_of_doses_each() -> None:
    agents = [{"compound": "birinapant", "dose": dose, "dose_unit": "uM"} for dose in (0.1, 1.0)]
    both = {"compound_2": "cisplatin", "dose_2": 5.0, "dose_unit_2": "ug/mL"}
    lanes = [lane(24.0, role="vehicle", compound="DMSO"), *(lane(24.0, **a) for a in agents)]
    rows, _ = lane_labels([*lanes, *(lane(24.0, **a, **both) for a in agents)], 24.0)
    found = {row.name: [cell.text for cell in row.cells] for row in rows}
    assert found == {
        "DMSO": ["+", "–", "–", "–", "–"],
        "birinapant (µM)": ["–", "0.1", "1", "0.1", "1"],
        "cisplatin 5 µg/mL": ["–", "–", "–", "+", "+"],
        "Hours": ["24"] * 5,
    }


def test_an_excluded_lane_is_marked_and_the_mark_explained() -> None:
    rows, footnotes = lane_labels([lane(0.0), lane(6.0, exclude="bubble")], 24.0)
    assert [cell.text for cell in rows[-1].cells] == ["0", "6†"]
    assert footnotes == ("† left out of the statistics",)


def test_lanes_without_a_sheet_have_no_labels() -> None:
    assert lane_labels([{}, {}], 24.0) == ((), ())


def test_lanes_that_were_loaded_unlike_say_how_much() -> None:
    even, uneven = (
        [{"role": "treated", "hours": 6.0, "protein_ug": ug} for ug in loads] for loads in ((20, 20), (5, 20))
    )
    assert [row.name for row in lane_labels(even, 24.0)[0]] == ["Hours"]
    assert [cell.text for cell in lane_labels(uneven, 24.0)[0][-1].cells] == ["5", "20"]
