"""What people get wrong in a study of blots over time: answered with a caution, or refused by name; never a traceback.

The study is one line on three small membranes, cIAP2 falling to 0.1 at 3 h and rising 20-fold, XIAP level. Each test
changes one thing and runs the command. A picture that was measured before is not measured again.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
import tifffile

import blots
from blots.measured_blot import MeasuredBlot
from blots.simulate import BlotDesign, Scene, simulate_blot, write_blot_tiff
from cytotools.cli import main

HOURS = (0, 1, 3, 6, 12, 24)
BANDS = ("cIAP2", "XIAP", "actin")
CIAP2 = (0.4, 0.1, 0.04, 0.04, 0.15, 0.8)
ROWS_PX = (60.0, 140.0, 230.0)
FIRST_PX, PITCH_PX = 50, 60
SHEET = ["membrane", "lane", "role", "cell_line", "compound", "dose", "dose_unit", "hours", "replicate"]


class Run(NamedTuple):
    status: int
    said: str
    out: Path

    def table(self, name: str) -> pd.DataFrame:
        return pd.read_csv(self.out / "tables" / f"{name}.csv", keep_default_na=False)

    def codes(self) -> set[str]:
        return set(self.table("cautions")["code"]) - {"interval_scope"}

    def verdict(self, target: str = "cIAP2") -> dict[str, Any]:
        rows = self.table("rebound").query("target == @target")
        return {str(name): value for name, value in rows.iloc[0].items()}


@pytest.fixture(scope="session")
def three_membranes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("three_membranes")
    scene = Scene(shape=(300, 400), first_lane_px=FIRST_PX, pitch_px=PITCH_PX, lane_width_px=38)
    course, rows = np.column_stack([CIAP2, np.ones(6), np.ones(6)]), []
    for replicate in (1, 2, 3):
        rng = np.random.default_rng([7, replicate])
        levels = course * np.exp(0.1 * rng.standard_normal(course.shape) * [1, 1, 0])
        design = BlotDesign(levels, BANDS, np.exp(0.1 * rng.standard_normal(6)), 1 + 0.1 * replicate, ROWS_PX,
                            (4.0, 4.5, 5.0), (5e6, 7e6, 10e6))  # fmt: skip
        write_blot_tiff(folder / f"rep{replicate}.tif", simulate_blot(design, scene, rng=rng).image)
        for lane, hours in enumerate(HOURS, start=1):
            treated = ["treated", "ECA109", "Smac-N7", 25, "uM"] if hours else ["untreated", "ECA109", "", "", ""]
            rows.append([f"rep{replicate}", lane, *treated, hours, replicate])
    pd.DataFrame(rows, columns=SHEET).to_csv(folder / "lanes.csv", index=False)
    images = "".join(f"    - {image(n)}\n" for n in (1, 2, 3))
    text = f"version: 1\nblots:\n  lanes: lanes.csv\n  loading_control: actin\n  images:\n{images}"
    (folder / "study.yaml").write_text(text)
    return folder


def image(number: int) -> str:
    return f"{{file: rep{number}.tif, membrane: rep{number}, bands: [cIAP2, XIAP, actin]}}"


@pytest.fixture(scope="session")
def measured_once() -> Callable[..., MeasuredBlot]:
    measure = blots.measure_blot
    kept: dict[tuple[str, ...], MeasuredBlot] = {}

    def measured(blot: blots.Blot, *arguments: Any, **named: Any) -> MeasuredBlot:
        pixels = hashlib.sha256(blot.signal.tobytes()).hexdigest()
        key = (pixels, repr(arguments), repr(sorted(named.items())))
        if key not in kept:
            kept[key] = measure(blot, *arguments, **named)
        return kept[key]

    return measured


@pytest.fixture
def study(tmp_path: Path, three_membranes: Path) -> Path:
    return Path(shutil.copytree(three_membranes, tmp_path / "study"))


@pytest.fixture
def run(
    study: Path,
    measured_once: Callable[..., MeasuredBlot],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[[], Run]:
    monkeypatch.setattr(blots, "measure_blot", measured_once, raising=False)

    def command(*words: str) -> Run:
        out = study / "out"
        ways = words or ("run", str(study), "-o", str(out), "--no-figures")
        monkeypatch.setattr(sys, "argv", ["cytotools", *ways])
        with pytest.raises(SystemExit) as stop:
            main()
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        assert "A fault" not in said.err
        return Run(int(stop.value.code or 0), said.err + said.out, out)

    return command


def edit(study: Path, old: str, new: str) -> None:
    text = (study / "study.yaml").read_text()
    assert old in text
    (study / "study.yaml").write_text(text.replace(old, new))


def lanes(study: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    sheet = pd.read_csv(study / "lanes.csv", dtype=str, keep_default_na=False)
    change(sheet).to_csv(study / "lanes.csv", index=False)


def cells(study: Path, column: str, value: str, lane: str, membrane: str = "") -> None:
    """Write a value into a column for one lane, of one membrane or of all."""

    def change(sheet: pd.DataFrame) -> pd.DataFrame:
        sheet[column] = sheet.get(column, "")
        rows = (sheet["lane"] == lane) & sheet["membrane"].str.contains(membrane)
        sheet.loc[rows, column] = value
        return sheet

    lanes(study, change)


def wipe(study: Path, number: int, band: str, lane: int | None = None) -> None:
    """Take a band out of a picture, in one lane or in all."""
    path, y = study / f"rep{number}.tif", int(ROWS_PX[BANDS.index(band)])
    picture, x = tifffile.imread(path), FIRST_PX + PITCH_PX * ((lane or 1) - 1)
    columns = slice(x - 29, x + 29) if lane else slice(None)
    part = picture[y - 28 : y + 28, columns]
    part[:] = np.random.default_rng(1).normal(900, 45, part.shape)
    write_blot_tiff(path, picture)


def test_the_study_as_it_is(run: Callable[[], Run]) -> None:
    done = run()
    assert (done.status, done.codes()) == (0, set())
    assert (done.verdict()["verdict"], done.verdict("XIAP")["verdict"]) == ("overshoot", "no loss")
    assert done.verdict()["nadir_fold"] == pytest.approx(0.1, rel=0.15)
    assert done.verdict()["rebound_fold"] == pytest.approx(20, rel=0.15)


# --- answered, with a caution -----------------------------------------------------------------------------------------


def drop(lane: str) -> Callable[[Path], None]:
    return lambda study: lanes(study, lambda t: t[~((t["membrane"] == "rep2") & (t["lane"] == lane))])


def no_zero_hours(study: Path) -> None:
    cells(study, "exclude", "lost", "1", "rep2")


def two_lanes_of_3_h(study: Path) -> None:
    cells(study, "hours", "3", "4")


def numbered_repeats(study: Path) -> None:
    two_lanes_of_3_h(study)
    cells(study, "technical", "a", "3")
    cells(study, "technical", "b", "4")


def one_later_hour(study: Path) -> None:
    lanes(study, lambda t: t.assign(role=t["role"].where(~t["lane"].isin(list("3456")), "empty")))


def one_experiment(study: Path) -> None:
    for number in (2, 3):
        edit(study, f"    - {image(number)}\n", "")
        lanes(study, lambda t, n=number: t[t["membrane"] != f"rep{n}"])  # type: ignore[misc]


def membrane_without_image(study: Path) -> None:
    edit(study, f"    - {image(3)}\n", "")


def no_numbers(study: Path) -> None:
    lanes(study, lambda t: t.drop(columns="replicate"))


def borrowed_zero_hours(study: Path) -> None:
    for lane in "456":
        cells(study, "replicate", "2", lane, "rep1")


def excluded_lane(study: Path) -> None:
    cells(study, "exclude", "a bubble", "3", "rep1")


def other_spelling_of_a_membrane(study: Path) -> None:
    cells(study, "membrane", "Rep2", "4", "rep2")


def unnamed_row(study: Path) -> None:
    edit(study, "bands: [cIAP2, XIAP, actin]", "bands: [cIAP2, actin]")


ANSWERED: dict[str, tuple[Callable[[Path], None], int, str, str]] = {
    "a lane in the middle that the sheet lacks": (drop("3"), 3, "lane_not_in_sheet", "overshoot"),
    "the first lane that the sheet lacks": (drop("1"), 3, "replicate_without_reference", "overshoot"),
    "no actin in one lane": (lambda s: wipe(s, 2, "actin", 3), 3, "no_loading_control", "overshoot"),
    "no actin at 0 h": (lambda s: wipe(s, 2, "actin", 1), 3, "replicate_without_reference", "overshoot"),
    "two lanes of one hour": (two_lanes_of_3_h, 3, "unlabelled_repeats", "overshoot"),
    "no 0 h in one experiment": (no_zero_hours, 3, "replicate_without_reference", "overshoot"),
    "one later hour": (one_later_hour, 3, "two_hours", "sustained loss"),
    "one experiment": (one_experiment, 1, "one_replicate", "not resolved"),
    "a membrane without image": (membrane_without_image, 2, "sheet", "overshoot"),
    "experiments without numbers": (no_numbers, 3, "sheet", "overshoot"),
    "0 h of another experiment": (borrowed_zero_hours, 3, "several_membranes", "overshoot"),
    "an excluded lane": (excluded_lane, 3, "excluded", "overshoot"),
    "a membrane spelled in two ways": (other_spelling_of_a_membrane, 3, "lane_not_in_sheet", "overshoot"),
}


@pytest.mark.parametrize("case", ANSWERED)
def test_what_can_be_answered_is_answered_with_a_caution(case: str, study: Path, run: Callable[[], Run]) -> None:
    change, n, code, verdict = ANSWERED[case]
    change(study)
    done = run()
    found = done.verdict()
    assert (done.status, found["n"], found["verdict"]) == (0, n, verdict)
    assert code in done.codes()
    if verdict == "overshoot":
        assert found["nadir_fold"] == pytest.approx(0.1, rel=0.25)
        assert found["rebound_fold"] == pytest.approx(20, rel=0.25)


def test_numbered_repeats_are_averaged_without_a_word(study: Path, run: Callable[[], Run]) -> None:
    numbered_repeats(study)
    done = run()
    assert (done.status, done.codes(), done.verdict()["n"]) == (0, set(), 3)


@pytest.mark.parametrize("kind", ["xlsx", "semicolons"])
def test_other_sheets_of_the_same_lanes_give_the_same_verdict(kind: str, study: Path, run: Callable[[], Run]) -> None:
    cells(study, "hours", "0.5", "2")
    sheet = pd.read_csv(study / "lanes.csv", dtype={"role": str})
    if kind == "xlsx":
        sheet.to_excel(study / "lanes.xlsx", index=False)
        edit(study, "lanes.csv", "lanes.xlsx")
    else:
        sheet.to_csv(study / "lanes.csv", index=False, sep=";", decimal=",")
    done = run()
    assert (done.status, done.codes(), done.verdict()["verdict"]) == (0, set(), "overshoot")
    assert 0.5 in set(done.table("time_course")["hours"])


@pytest.mark.parametrize("shows", [True, False])
def test_a_ladder_lane_counts(shows: bool, study: Path, run: Callable[[], Run]) -> None:
    ladder = np.random.default_rng(3).normal(900, 45, (300, PITCH_PX))
    down, across = np.mgrid[:300, :PITCH_PX]
    for y in (30, 70, 110, 150, 190, 230, 265) if shows else ():
        ladder += 12000 * np.exp(-0.5 * ((down - y) / 3) ** 2) * (abs(across - 30) < 19)
    for number in (1, 2, 3):
        path = study / f"rep{number}.tif"
        write_blot_tiff(path, np.hstack([np.clip(ladder, 0, 65535).astype(np.uint16), tifffile.imread(path)]))

    def moved(sheet: pd.DataFrame) -> pd.DataFrame:
        first = sheet.groupby("membrane").head(1)[["membrane", "lane"]].assign(role="ladder")
        return pd.concat([first, sheet.assign(lane=sheet["lane"].astype(int) + 1)]).fillna("")

    lanes(study, moved)
    done = run()
    assert (done.status, done.verdict()["verdict"], done.verdict()["n"]) == (0, "overshoot", 3)
    assert done.verdict()["nadir_fold"] == pytest.approx(0.1, rel=0.15)


@pytest.mark.parametrize("reference", ["vehicle at the same hour", "2 h", "reference lane"])
def test_a_reference_that_was_not_loaded_gives_no_fold(reference: str, study: Path, run: Callable[[], Run]) -> None:
    edit(study, "  images:", f"  reference: {reference}\n  images:")
    done = run()
    later = done.table("time_course").query("hours > 0")
    assert (done.status, set(later["fold_change"]), set(later["n"])) == (0, {""}, {0})
    assert "no_reference" in done.codes()


def test_a_course_without_a_later_hour_is_said(study: Path, run: Callable[[], Run]) -> None:
    lanes(study, lambda t: t.assign(hours="0"))
    done = run()
    assert (done.status, len(done.table("rebound"))) == (0, 0)
    assert "expected a treated lane after 0 h, got none" in done.table("cautions")["caution"].str.cat()


def test_a_row_that_nobody_named_makes_the_answer_doubtful(study: Path, run: Callable[[], Run]) -> None:
    unnamed_row(study)
    done = run()
    assert (done.status, "rows_unsure" in done.codes()) == (0, True)
    assert "an image shows more rows than were named" in (done.out / "report.html").read_text()


# --- refused: the study, before anything is analysed ------------------------------------------------------------------


def same_lane_twice(study: Path) -> None:
    lanes(study, lambda t: pd.concat([t, t.iloc[[3]]]))


def boxes(*rows: str) -> Callable[[Path], None]:
    def change(study: Path) -> None:
        (study / "boxes.csv").write_text("\n".join(["lane,target,x,y,width,height", *rows]) + "\n")
        edit(study, "membrane: rep2,", "membrane: rep2, boxes: boxes.csv,")

    return change


REFUSED: dict[str, tuple[Callable[[Path], None], str]] = {
    "hours with their h": (lambda s: cells(s, "hours", "6 h", "4"), "lanes.csv:5:8: hours: expected a number"),
    "0h": (lambda s: cells(s, "hours", "0h", "1"), "lanes.csv:2:8: hours: expected a number, got '0h'"),
    "a decimal comma between commas": (
        lambda s: cells(s, "hours", "0,5", "2"),
        "got '0,5' (and 2 more cells). Write 0.5",
    ),
    "negative hours": (lambda s: cells(s, "hours", "-1", "1"), "hours: expected a number of 0 or more, got '-1'"),
    "no hours": (lambda s: cells(s, "hours", "", "4"), "expected the hours of a treated lane"),
    "a role that is none": (lambda s: cells(s, "role", "control", "1"), "role: expected one of ladder"),
    "a lane twice": (same_lane_twice, "got membrane rep1 lane 4 again"),
    "lane 0": (lambda s: cells(s, "lane", "0", "1"), "lane: expected a whole number from 1"),
    "an image of no membrane": (
        lambda s: lanes(s, lambda t: t[t["membrane"] != "rep3"]),
        "membrane: expected a membrane of lanes.csv, got 'rep3'",
    ),
    "one picture for two membranes": (
        lambda s: edit(s, "file: rep2.tif", "file: rep1.tif"),
        "images[2]: expected a picture of its own for each membrane, got rep1.tif again, as in images[1]",
    ),
    "a membrane without the control": (
        lambda s: edit(s, "rep2, bands: [cIAP2, XIAP, actin]", "rep2, bands: [cIAP2, XIAP, GAPDH]"),
        "loading_control on membrane rep2: expected a band of an image of membrane rep2, got 'actin'",
    ),
    "the mass of no band": (
        lambda s: edit(s, "  images:", "  kda: {cIAP3: 70}\n  images:"),
        "kda.cIAP3: expected a band of an image",
    ),
    "a first lane that is not there": (
        lambda s: edit(s, "membrane: rep2,", "membrane: rep2, first_lane: 9,"),
        "first_lane: expected a lane up to 6, got 9",
    ),
    "a box beside the picture": (
        boxes("3,cIAP2,390,50,40,20"),
        "boxes.csv:2:3: x: expected a box inside rep2.tif (400 x 300), got 390 and a width of 40",
    ),
    "a box below the picture": (
        boxes("3,cIAP2,150,50,40,20", "3,actin,150,290,40,20"),
        "boxes.csv:3:4: y: expected a box inside rep2.tif (400 x 300), got 290 and a height of 20",
    ),
    "no picture": (lambda s: (s / "rep2.tif").unlink(), "file: expected a file that exists, got 'rep2.tif'"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("command", ["check", "run"])
def test_a_wrong_study_is_refused_by_its_place(case: str, command: str, study: Path, run: Callable[..., Run]) -> None:
    change, words = REFUSED[case]
    change(study)
    done = run(command, str(study))
    assert done.status == 2
    assert words in done.said
    assert not (study / "results").exists()


def test_one_scan_may_show_two_membranes_where_boxes_tell_them_apart(study: Path, run: Callable[..., Run]) -> None:
    edit(study, "file: rep2.tif", "file: rep1.tif")
    rows = (
        f"{lane},{band},{lane * 50},{y},40,20"
        for lane in range(1, 7)
        for band, y in zip(BANDS, (50, 130, 220), strict=True)
    )
    (study / "boxes.csv").write_text("\n".join(["lane,target,x,y,width,height", *rows]) + "\n")
    for number in (1, 2):
        edit(study, f"membrane: rep{number},", f"membrane: rep{number}, boxes: boxes.csv,")
    assert run("check", str(study)).status == 0


def test_roles_are_read_whatever_their_case(study: Path, run: Callable[..., Run]) -> None:
    lanes(study, lambda t: t.assign(role=t["role"].str.upper()))
    assert run("check", str(study)).status == 0


# --- refused: one picture, the rest is done ---------------------------------------------------------------------------


def few_grey_levels(study: Path) -> None:
    levels = np.round(tifffile.imread(study / "rep2.tif") / 65535 * 10) * 25
    tifffile.imwrite(study / "rep2.tif", levels.astype(np.uint8))


UNUSABLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "no image": (lambda s: (s / "rep2.tif").write_text("words"), "expected an image"),
    "no levels": (few_grey_levels, "judged do not quantify"),
    "the last lane that the sheet lacks": (drop("6"), "expected 5 lanes as in the sheet, got 6 seen"),
    "lanes that the picture lacks": (
        lambda s: lanes(s, lambda t: pd.concat([t, t[t["lane"] == "6"].assign(lane="7").query("membrane == 'rep2'")])),
        "expected 7 lanes as in the sheet, got 6 seen",
    ),
    "a picture saved under two names": (
        lambda s: shutil.copy(s / "rep1.tif", s / "rep2.tif"),
        "the same pixels as rep1.tif (membrane rep1)",
    ),
    "a target that is nowhere seen": (lambda s: wipe(s, 2, "cIAP2"), "expected 3 rows of bands"),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_an_unusable_picture_is_left_out_by_name_and_the_rest_done(
    case: str, study: Path, run: Callable[[], Run]
) -> None:
    change, words = UNUSABLE[case]
    change(study)
    done = run()
    refused = done.table("cautions").query("code == 'unusable_file'")
    assert (done.status, done.verdict()["n"], done.verdict()["verdict"]) == (3, 2, "overshoot")
    assert list(refused["file"]) == ["rep2.tif"]
    caution, remedy = str(refused["caution"].item()), str(refused["remedy"].item())
    assert words in caution
    assert remedy
    assert remedy not in caution
    assert f"left out: {caution} {remedy}" in done.said


def test_a_refused_picture_lists_its_own_cautions(study: Path, run: Callable[[], Run]) -> None:
    few_grey_levels(study)
    own = run().table("cautions").query("file == 'rep2.tif'")
    assert {"unusable_file", "few_levels", "eight_bit", "background_clipped"} <= set(own["code"])


def test_a_forced_picture_is_doubted_and_not_counted_as_refused(study: Path, run: Callable[[], Run]) -> None:
    few_grey_levels(study)
    edit(study, "membrane: rep2,", "membrane: rep2, force: true,")
    done = run()
    found = done.table("cautions").query("file == 'rep2.tif'").set_index("code")["severity"]
    assert (done.status, done.verdict()["n"]) == (0, 3)
    assert (found["few_levels"], found["forced"]) == ("warning", "warning")
    assert "refused" not in set(done.table("cautions")["severity"])


def test_nothing_that_can_be_measured_leaves_header_only_tables(study: Path, run: Callable[[], Run]) -> None:
    for number in (1, 2, 3):
        (study / f"rep{number}.tif").write_bytes(b"")
    done = run()
    assert (done.status, done.said.count("left out: ")) == (3, 3)
    assert all(not len(done.table(name)) for name in ("bands", "normalised", "time_course", "rebound"))


def test_one_lane_is_counted_as_one(study: Path, run: Callable[[], Run]) -> None:
    lanes(study, lambda t: t[t["lane"] == "1"])
    assert "expected 1 lane as in the sheet" in run().said
