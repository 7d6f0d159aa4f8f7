"""Exposures and reprobed images as a study names them: merged or told why not, lanes lent, residual bands told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tifffile

from blots.simulate import BANDS, BlotDesign, SimulatedBlot, example_design
from blots.simulated_exposures import simulate_exposures
from cytotools import Results, analyse, read_study, write_report
from cytotools.exposures import exposure_groups
from cytotools.study import BlotImage

ALL = "[cIAP2, cIAP1, non-specific, XIAP, actin]"
HEAD = "version: 1\nblots:\n  lanes: lanes.csv\n  loading_control: actin\n  images:\n"


@pytest.fixture(scope="module")
def pictures() -> tuple[SimulatedBlot, ...]:
    rng = np.random.default_rng(4)
    return simulate_exposures(example_design(rng, gain=5), shifts=((0, 0), (2.5, -4.0)), rng=rng)


@pytest.fixture
def membrane(tmp_path: Path, pictures: tuple[SimulatedBlot, ...]) -> Path:
    hours = [0, 1, 3, 6, 12, 24] * 2
    rows = [f"rep1,{n},treated,line {1 + (n > 6)},{hour},rep1" for n, hour in enumerate(hours, 1)]
    (tmp_path / "lanes.csv").write_text("\n".join(["membrane,lane,role,cell_line,hours,replicate", *rows]) + "\n")
    for name, picture in zip(("long", "short"), pictures, strict=True):
        tifffile.imwrite(tmp_path / f"{name}.tif", picture.image)
    return tmp_path


def run(folder: Path, *images: str) -> Results:
    entries = "".join(f"    - {{membrane: rep1, {image}}}\n" for image in images)
    (folder / "study.yaml").write_text(HEAD + entries)
    return analyse(read_study(folder / "study.yaml"))


def apart(results: Results) -> list[str]:
    found = results.cautions
    return list(found.loc[found["code"] == "exposures_not_merged", "caution"])


def test_exposures_of_a_membrane_are_measured_as_one_picture(
    membrane: Path, pictures: tuple[SimulatedBlot, ...], tmp_path: Path
) -> None:
    results = run(
        membrane, f"file: short.tif, exposure_s: 12, bands: {ALL}", f"file: long.tif, exposure_s: 60, bands: {ALL}"
    )
    bands, truth = results.tables["bands"], pictures[0].truth
    assert set(bands["image"]) == {"long.tif + short.tif"}
    actin = bands["target"] == "actin"
    assert (bands["volume"][actin].to_numpy() / truth.volume[truth.target == "actin"].to_numpy()) == pytest.approx(
        np.ones(12), abs=0.02
    )
    assert not bands["caution"].str.contains("saturated").any()
    assert "exposures_merged" in set(results.cautions["code"])
    assert not apart(results)
    assert results.images[0].files == ("long.tif", "short.tif")
    out = write_report(results, tmp_path / "out").parent
    assert list((out / "figures").glob("blot_long.svg"))
    assert (out / "boxes" / "long_boxes.csv").exists()
    assert "short.tif" in (out / "provenance.json").read_text()
    again = run(
        membrane,
        "file: short.tif, exposure_s: 12, bands: " + ALL,
        f"file: long.tif, exposure_s: 60, boxes: out/boxes/long_boxes.csv, bands: {ALL}",
    )
    assert np.allclose(again.tables["bands"]["volume"], bands["volume"], rtol=0.03, atol=2e5)


def test_pages_of_one_file_are_exposures_too(membrane: Path, pictures: tuple[SimulatedBlot, ...]) -> None:
    tifffile.imwrite(membrane / "series.tif", np.stack([p.image for p in pictures]), photometric="minisblack")
    pages = [f"file: series.tif, page: {page}, exposure_s: {s}, bands: {ALL}" for page, s in ((0, 60), (1, 12))]
    assert set(run(membrane, *pages).tables["bands"]["image"]) == {"series.tif (page 0) + series.tif (page 1)"}
    alone = run(membrane, *(page.replace("12", "60") for page in pages))
    assert set(alone.tables["bands"]["image"]) == {"series.tif (page 0)", "series.tif (page 1)"}
    assert "two of them state 60 s" in apart(alone)[0]
    assert alone.tables["normalised"]["caution"].str.contains("several_images").all()


def test_pictures_that_can_not_be_laid_on_one_another_are_measured_alone(membrane: Path) -> None:
    rng = np.random.default_rng(8)
    design = replace(example_design(rng, gain=0.7), rows_px=(60.0, 230.0, 330.0, 390.0, 560.0))
    other = simulate_exposures(design, rng=rng)[0]
    tifffile.imwrite(membrane / "short.tif", other.image)
    results = run(
        membrane, f"file: long.tif, exposure_s: 60, bands: {ALL}", f"file: short.tif, exposure_s: 12, bands: {ALL}"
    )
    assert set(results.tables["bands"]["image"]) == {"long.tif", "short.tif"}
    assert "long.tif + short.tif: expected exposures of one membrane" in apart(results)[0]
    assert results.tables["normalised"]["caution"].str.contains("several_images").all()


def test_an_exposure_that_can_not_be_read_leaves_the_other(membrane: Path) -> None:
    (membrane / "short.tif").write_text("no picture")
    results = run(
        membrane, f"file: long.tif, exposure_s: 60, bands: {ALL}", f"file: short.tif, exposure_s: 12, bands: {ALL}"
    )
    assert set(results.tables["bands"]["image"]) == {"long.tif"}
    assert list(results.refused["file"]) == ["short.tif"]


def image(file: str, seconds: float | None, **more: object) -> BlotImage:
    return BlotImage(file, "rep1", BANDS, exposure_s=seconds, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("images", "groups", "reason"),
    [
        ([image("a", 60), image("b", 10), image("c", 30)], [["a", "c", "b"]], ""),
        ([image("a", None), image("b", None)], [["a"], ["b"]], ""),
        ([image("a", 10), image("b", None), image("c", 60)], [["c", "a"], ["b"]], "b has no exposure_s"),
        ([image("a", 10), image("b", None)], [["a"], ["b"]], "b has no exposure_s"),
        ([image("a", 10), image("b", 10)], [["a"], ["b"]], "two of them state 10 s"),
        ([image("a", 10), image("b", 60, first_lane=7)], [["a"], ["b"]], "they differ in first_lane"),
        ([image("a", 10), image("b", 60, channel=700)], [["a"], ["b"]], "they differ in channel"),
        ([image("a", 10, turn=90), image("b", 60)], [["a"], ["b"]], "they differ in turn"),
        ([image("a", 10, gel="2"), image("b", 60)], [["a"], ["b"]], ""),
        ([image("a", 10, probe_order=2), image("b", 60)], [["a"], ["b"]], ""),
        ([image("a", 10, boxes=pd.DataFrame()), image("b", 60)], [["a"], ["b"]], "for a shorter exposure only"),
    ],
)
def test_images_are_grouped_by_what_the_study_says(
    images: list[BlotImage], groups: list[list[str]], reason: str
) -> None:
    found = exposure_groups(images)
    assert [[i.file for i in group] for group in found.groups] == groups
    assert [reason in one.reason for one in found.apart] == [True] * bool(reason)


@pytest.fixture
def reprobed(membrane: Path) -> Path:
    """Add the picture of a second probe whose target shows in three lanes only."""
    rng = np.random.default_rng(6)
    abundance = np.zeros((12, 1))
    abundance[[2, 3, 7]] = 1.0
    design = BlotDesign(abundance, ("PARP",), rows_px=(360.0,), sigmas_px=(5.0,), unit_volumes=(6e6,))
    tifffile.imwrite(membrane / "second.tif", simulate_exposures(design, rng=rng)[0].image)
    return membrane


FIRST = f"file: short.tif, probe_order: 1, bands: {ALL}"
SECOND = "file: second.tif, probe_order: 2, bands: [PARP]"


def test_lanes_of_a_nearly_empty_image_are_those_of_its_sibling(reprobed: Path) -> None:
    alone = run(reprobed, SECOND.replace("PARP", "actin"))
    assert not len(alone.tables["bands"])
    results = run(reprobed, FIRST, SECOND)
    second = results.tables["bands"].query("image == 'second.tif'").set_index("lane")
    assert second["caution"].str.contains("lanes_from_sibling: they are those of short.tif").all()
    assert second["caution"].str.contains("reprobed: by antibody 2").all()
    assert (second["volume"].loc[[3, 4, 8]] / 6e6).between(0.9, 1.1).all()
    assert second["below_detection"].drop([3, 4, 8]).all()
    ratio = results.tables["normalised"].query("target == 'PARP'")
    assert ratio["caution"].str.contains("reprobed").all()
    assert not results.tables["normalised"].query("target == 'XIAP'")["caution"].str.contains("reprobed").any()


def test_lanes_are_not_lent_to_a_picture_of_another_size(reprobed: Path) -> None:
    tifffile.imwrite(reprobed / "second.tif", tifffile.imread(reprobed / "second.tif")[:-40])
    results = run(reprobed, FIRST, SECOND)
    assert list(results.refused["file"]) == ["second.tif"]


def test_what_stripping_left_is_told(reprobed: Path) -> None:
    clean = run(reprobed, FIRST, SECOND).tables["bands"]["caution"]
    assert not clean.str.contains("residual_signal").any()
    first = tifffile.imread(reprobed / "short.tif").astype(float)
    design = BlotDesign(np.ones((12, 1)), ("PARP",), rows_px=(360.0,), sigmas_px=(5.0,), unit_volumes=(6e6,))
    second = simulate_exposures(design, rng=np.random.default_rng(2))[0].image + 0.04 * (first - np.median(first))
    tifffile.imwrite(reprobed / "second.tif", np.clip(second, 0, 65535).astype(np.uint16))
    told = run(reprobed, FIRST, SECOND).tables["bands"]
    cells = told.loc[told["image"] == "second.tif", "caution"]
    assert cells.str.contains("residual_signal: a band stands where short.tif shows").all()
    assert cells.str.contains(r"actin \(row 47\d, 12 lanes, \d+% of").all()


def test_a_target_at_the_height_of_an_earlier_one_is_told(reprobed: Path) -> None:
    told = run(reprobed, FIRST, f"file: long.tif, force: true, probe_order: 2, bands: {ALL.replace('XIAP', 'PARP')}")
    bands = told.tables["bands"].query("image == 'long.tif'")
    said = bands["caution"].str.contains("residual_signal: PARP lies where XIAP stood")
    assert said.tolist() == (bands["target"] == "PARP").tolist()


def test_two_halves_of_a_membrane_are_measured(membrane: Path, pictures: tuple[SimulatedBlot, ...]) -> None:
    x = pictures[1].truth.query("target == 'actin'")["x"].to_numpy()
    cut = round((x[5] + x[6]) / 2)
    for name, part in (("left", np.s_[:, :cut]), ("right", np.s_[:, cut:])):
        tifffile.imwrite(membrane / f"{name}.tif", pictures[1].image[part])
    results = run(membrane, f"file: left.tif, bands: {ALL}", f"file: right.tif, first_lane: 7, bands: {ALL}")
    bands = results.tables["bands"]
    assert set(bands.loc[bands["image"] == "left.tif", "lane"]) == set(range(1, 7))
    assert set(bands.loc[bands["image"] == "right.tif", "lane"]) == set(range(7, 13))
    assert results.refused.empty
    assert results.tables["normalised"]["lane"].nunique() == 12
