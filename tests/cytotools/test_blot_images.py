"""Blot images as a study names them: strips, turned and unfit pictures, total protein, boxes out and in again."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tifffile

from blots.simulate import BlotDesign, Scene, simulate_blot, write_blot_tiff
from blots.simulated_ladder import with_ladder
from cytotools import Results, analyse, read_study, write_report
from cytotools.tables import COLUMNS
from cytotools.wording import answers

BANDS = "[cIAP2, cIAP1, non-specific, XIAP, actin]"
HEAD = "version: 1\nblots:\n  lanes: lanes.csv\n  loading_control: {control}\n  images:\n"


@pytest.fixture
def membrane(tmp_path: Path) -> Path:
    """Return a folder with the lanes and the image of one membrane of the sample study."""
    sample = Path(__file__).parents[2] / "sample_data" / "smac_n7" / "blots"
    lines = (sample / "lanes.csv").read_text().splitlines()
    (tmp_path / "lanes.csv").write_text("\n".join([lines[0], *(r for r in lines if r.startswith("rep1,"))]) + "\n")
    shutil.copy(sample / "rep1.tif", tmp_path)
    return tmp_path


def run(folder: Path, *images: str, control: str = "actin") -> Results:
    entries = "".join(f"    - {{membrane: rep1, {image}}}\n" for image in images)
    (folder / "study.yaml").write_text(HEAD.format(control=control) + entries)
    return analyse(read_study(folder / "study.yaml"))


def volumes(results: Results) -> pd.DataFrame:
    bands = results.tables["bands"]
    wanted = bands[bands["target"] != "non-specific"]
    return wanted.pivot_table(index="lane", columns="target", values="volume")


def picture(folder: Path) -> np.ndarray:
    return tifffile.imread(folder / "rep1.tif")


def test_target_and_control_on_strips_of_one_membrane_meet_by_lane(membrane: Path) -> None:
    whole = run(membrane, f"file: rep1.tif, bands: {BANDS}")
    y = whole.tables["bands"].groupby("target")["y"].median()
    cut = int((y["XIAP"] + y["actin"]) / 2)
    tifffile.imwrite(membrane / "top.tif", picture(membrane)[:cut])
    tifffile.imwrite(membrane / "actin.tif", picture(membrane)[cut:])
    strips = run(
        membrane, "file: top.tif, bands: [cIAP2, cIAP1, non-specific, XIAP]", "file: actin.tif, bands: [actin]"
    )
    ratio = [r.tables["normalised"].set_index(["target", "lane"])["log_ratio"] for r in (whole, strips)]
    assert set(strips.tables["bands"]["image"]) == {"top.tif", "actin.tif"}
    scaled = (ratio[0] - ratio[1]).loc["XIAP"]
    assert np.ptp(scaled) < 0.05


def test_an_image_may_begin_at_a_later_lane(membrane: Path) -> None:
    whole = run(membrane, f"file: rep1.tif, bands: {BANDS}")
    x = whole.tables["bands"].groupby("lane")["x"].median()
    tifffile.imwrite(membrane / "right.tif", picture(membrane)[:, int((x[4] + x[5]) / 2) :])
    right = run(membrane, f"file: right.tif, first_lane: 5, bands: {BANDS}")
    assert sorted(set(right.tables["bands"]["lane"])) == list(range(5, 13))
    assert (volumes(right)["actin"] / volumes(whole)["actin"].loc[5:]).between(0.97, 1.03).all()


def test_a_turned_image_is_measured_as_the_upright_one(membrane: Path) -> None:
    whole = run(membrane, f"file: rep1.tif, bands: {BANDS}")
    tifffile.imwrite(membrane / "turned.tif", np.rot90(picture(membrane)).copy())
    turned = run(membrane, f"file: turned.tif, turn: 90, bands: {BANDS}")
    assert np.allclose(volumes(turned), volumes(whole), rtol=0.01)
    a, b = turned.tables["bands"], whole.tables["bands"]
    assert np.allclose(a["x"], b["y"], atol=0.6)  # where they lie in the image as stored
    assert np.allclose(a["y"], picture(membrane).shape[1] - 1 - b["x"], atol=0.6)


def test_an_unfit_image_is_shown_and_measured_only_when_forced(membrane: Path, tmp_path: Path) -> None:
    signal = picture(membrane).astype(float)
    steps = np.round((signal - signal.min()) / np.ptp(signal) * 20).astype(np.uint8) * 12
    tifffile.imwrite(membrane / "unfit.tif", steps)
    refused = run(membrane, f"file: unfit.tif, bands: {BANDS}")
    assert not len(refused.tables["bands"])
    assert "do not quantify" in refused.refused["caution"].item()
    page = write_report(refused, tmp_path / "out").read_text(encoding="utf-8")
    assert "<b>Not measured:</b> unfit.tif" in page
    assert list((tmp_path / "out" / "figures").glob("*unfit*.svg"))
    forced = run(membrane, f"file: unfit.tif, force: true, bands: {BANDS}")
    assert forced.tables["bands"]["caution"].str.contains("forced").all()


def test_total_protein_is_a_loading_control_measured_over_whole_lanes(membrane: Path) -> None:
    rng = np.random.default_rng(0)
    image = rng.poisson(900.0, (400, 1000)).astype(float)
    loads = rng.lognormal(0, 0.2, 12)
    for lane, load in enumerate(loads):
        x = 96 + 72 * lane
        for y, part in zip(range(40, 380, 20), rng.uniform(0.3, 1, 17), strict=True):
            image[y - 4 : y + 5, x - 23 : x + 24] += 4000 * load * part
    tifffile.imwrite(membrane / "stain.tif", image.astype(np.uint16))
    results = run(
        membrane,
        f"file: rep1.tif, bands: {BANDS}",
        "file: stain.tif, gel: other, bands: [total_protein]",
        control="[actin, total_protein]",
    )
    total = volumes(results)["total_protein"]
    assert total.corr(pd.Series(loads, index=total.index)) > 0.8
    normalised = results.tables["normalised"]
    ratios = normalised[normalised["target"] == "XIAP"].pivot_table(
        index="lane", columns="loading_control", values="log_ratio"
    )
    mean = (ratios["actin"] + ratios["total_protein"]) / 2
    assert np.allclose(ratios["actin+total_protein"], mean)
    assert set(normalised["target"]) == {"cIAP2", "cIAP1", "XIAP"}
    assert tuple(results.tables["bands"].columns) == COLUMNS["bands"]
    across = normalised["caution"].str.contains("across_gels: total_protein stands on gel other of rep1")
    assert (across == (normalised["loading_control"] != "actin")).all()
    assert "across_gels" in set(results.cautions["code"])
    assert {"change with time", "scatter of the ratio", "effect on fold"} <= set(results.tables["loading"]["question"])


def test_exported_boxes_and_rois_read_back_to_the_same_bands(membrane: Path, tmp_path: Path) -> None:
    found = run(membrane, f"file: rep1.tif, bands: {BANDS}")
    write_report(found, tmp_path / "out", figures=False)
    for name in ("rep1_boxes.csv", "rep1_rois.zip"):
        shutil.copy(tmp_path / "out" / "boxes" / name, membrane)
        again = run(membrane, f"file: rep1.tif, boxes: {name}, bands: {BANDS}")
        assert np.allclose(volumes(again), volumes(found), rtol=0.03), name


def test_non_specific_may_stand_twice(membrane: Path) -> None:
    results = run(membrane, "file: rep1.tif, bands: [cIAP2, non-specific, non-specific, XIAP, actin]")
    counts = results.tables["bands"]["target"].value_counts()
    assert counts["non-specific"] == 24


@pytest.mark.parametrize("key", ["turn: 45", "turn: true", "force: maybe"])
def test_keys_that_cannot_be_meant_are_refused(membrane: Path, key: str) -> None:
    with pytest.raises(ValueError, match=key.partition(":")[0]):
        run(membrane, f"file: rep1.tif, {key}, bands: {BANDS}")


def test_two_entries_may_not_look_at_the_same_pixels(membrane: Path) -> None:
    with pytest.raises(ValueError, match=r"each image of a membrane once, got actin in rep1\.tif again"):
        run(membrane, "file: rep1.tif, bands: [XIAP]", "file: rep1.tif, bands: [actin]")


def test_the_answer_says_what_makes_an_image_doubtful(membrane: Path) -> None:
    eight = (picture(membrane) / picture(membrane).max() * 255).astype(np.uint8)
    tifffile.imwrite(membrane / "eight.tif", eight)
    results = run(membrane, f"file: eight.tif, bands: {BANDS}")
    (blots,) = [group for group in answers(results) if group.title == "Western blots"]
    assert all("Doubtful: an image has 8 bits only" in sentence for sentence in blots.sentences)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (["3,cIAP1,200,100,46,20", "3,cIAP2,200,160,46,20"], r"boxes\.csv:2:4.*target cIAP1 below target cIAP2"),
        (["3,cIAP1,100,100,46,20", "2,cIAP1,200,100,46,20"], r"boxes\.csv:2:3.*lane 3 further right than lane 2"),
    ],
)
def test_boxes_in_another_order_are_told_by_their_line(membrane: Path, rows: list[str], words: str) -> None:
    (membrane / "boxes.csv").write_text("\n".join(["lane,target,x,y,width,height", *rows]) + "\n")
    with pytest.raises(ValueError, match=words):
        run(membrane, f"file: rep1.tif, boxes: boxes.csv, bands: {BANDS}")


SERIES = {7: 5.0, 8: 10.0, 9: 20.0, 10: 40.0, 11: 60.0}


@pytest.fixture
def with_ladder_and_series(tmp_path: Path) -> Path:
    """Return a folder with one membrane: a ladder, samples, and a series of 0 h lysate whose XIAP saturates."""
    kda = np.array([250.0, 150.0, 100.0, 75.0, 50.0, 37.0, 25.0])
    ug = np.array([20.0] * 5 + list(SERIES.values()) + [20.0])
    amount = ug / 20 * np.array([1.0, 0.5, 0.2, 0.5, 1.0, *[1.0] * 6])
    levels = np.column_stack([amount, amount, ug / 20, amount / (1 + amount), ug / 20]) / (ug / 20)[:, None]
    run = [40 + 240 * float(np.log(250 / mass)) for mass in (72, 62, 57, 46, 33)]
    design = BlotDesign(levels, loads=ug / 20, rows_px=run, gain=0.3)
    ladder = with_ladder(design, (40 + 240 * np.log(250 / kda)).tolist(), np.full(7, 3e6))
    blot = simulate_blot(ladder, Scene(smile_px=6.0), rng=np.random.default_rng(4))
    write_blot_tiff(tmp_path / "rep1.tif", blot.image)
    rows = ["membrane,lane,role,hours,replicate,protein_ug", "rep1,1,ladder,,,"]
    rows += [f"rep1,{lane},treated,{hours},1,20" for lane, hours in zip(range(2, 7), (1, 3, 6, 12, 24), strict=True)]
    rows += [f"rep1,{lane},untreated,0,1,{load:g}" for lane, load in SERIES.items()]
    (tmp_path / "lanes.csv").write_text("\n".join([*rows, "rep1,12,treated,48,1,20"]) + "\n")
    return tmp_path


def test_a_series_corrects_its_membrane_and_a_ladder_gives_masses(with_ladder_and_series: Path, tmp_path: Path) -> None:
    head = HEAD + "    - {{membrane: rep1, file: rep1.tif, bands: " + BANDS + "}}\n"
    text = head.replace(
        "  images", "  ladder_kda: [250, 150, 100, 75, 50, 37, 25]\n  kda: {{XIAP: 46, actin: 42}}\n  images"
    )
    (with_ladder_and_series / "study.yaml").write_text(text.format(control="actin"))
    results = analyse(read_study(with_ladder_and_series / "study.yaml"))
    tables = results.tables
    found = tables["linear_range"].set_index("target")
    assert found["response"].to_dict() == {
        "cIAP2": "proportional", "cIAP1": "proportional", "XIAP": "saturating", "actin": "proportional"
    }  # fmt: skip
    assert found["half_saturation_ug"]["XIAP"] == pytest.approx(20, rel=0.1)
    course = tables["time_course"].set_index(["target", "hours"])["fold_change"]
    assert course["XIAP", 3.0] == pytest.approx(0.5, rel=0.08)  # 0.67 as measured
    assert set(tables["normalised"]["lane"]) == {2, 3, 4, 5, 6, 9, 12}
    assert "uneven_loading" not in set(results.cautions["code"])
    masses = tables["molecular_weight"].set_index("target")
    assert masses["kda"]["XIAP"] == pytest.approx(46, rel=0.03)
    assert "42 is expected" in masses["caution"]["actin"]
    of_xiap = tables["bands"][(tables["bands"]["target"] == "XIAP") & (tables["bands"]["lane"] > 1)]
    assert of_xiap["kda"].between(44, 48).all()
    page = write_report(results, tmp_path / "out").read_text(encoding="utf-8")
    assert "Usable range of each antibody" in page
    assert "Apparent masses" in page
    assert (tmp_path / "out" / "figures" / "dilution_series_rep1.svg").is_file()
