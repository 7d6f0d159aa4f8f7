"""ImageJ's selections in and out: names, places, shapes, and files that can't be meant."""

from __future__ import annotations

import struct
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blots.boxes import COLUMNS
from blots.errors import InvalidBoxes
from blots.imagej_rois import read_boxes, write_rois
from blots.roi_names import meanings

BANDS = ["cIAP2", "cIAP1", "β-actin", "caspase-3", "cleaved caspase-3", "Bcl-2/Bcl-xL"]


def roi(x: int, y: int, width: int, height: int, kind: int = 1, subtype: int = 0) -> bytes:
    """A selection byte by byte as ImageJ's RoiEncoder writes it: 1 rectangle, 2 oval, 3 line, 10 point."""
    start = b"Iout" + struct.pack(">hBxhhhhH", 217, kind, y, x, y + height, x + width, 0) + bytes(16)
    return start + struct.pack(">hi4s4shhBBhii", 0, 0, bytes(4), bytes(4), subtype, 0, 0, 0, 0, 0, 0)


def packed(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def read(path: Path, lanes: int = 12, bands: list[str] = BANDS) -> pd.DataFrame:
    return read_boxes(path, lanes=lanes, bands=bands)


def test_a_selection_of_imagej_is_read_half_open(tmp_path: Path) -> None:
    (tmp_path / "3 cIAP1.roi").write_bytes(roi(10, 20, 40, 12))
    assert read(tmp_path / "3 cIAP1.roi").to_numpy().tolist() == [[3, "cIAP1", 10, 20, 40, 12, ""]]


def test_what_is_written_reads_back_with_parts_of_pixels_and_odd_names(tmp_path: Path) -> None:
    rows = [
        (3, "cIAP1", 10.5, 20.25, 40.5, 12.0),
        (1, "β-actin", 100.0, 20.0, 40.0, 12.0),
        (2, "", 50.0, 0.0, 40.0, 300.0),
        (2, "Bcl-2/Bcl-xL", 50.0, 100.0, 40.0, 30.0),
        (11, "cleaved caspase-3", 0.1, 0.0, 7.3, 5.0),
    ]
    boxes = pd.DataFrame(rows, columns=list(COLUMNS))
    for name in ("a.zip", "b.zip"):
        write_rois(boxes, tmp_path / name)
    again = read(tmp_path / "a.zip")
    assert again[["lane", "target"]].equals(boxes[["lane", "target"]])
    assert np.allclose(again[list(COLUMNS[2:])].astype(float), boxes[list(COLUMNS[2:])], atol=1e-5)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_target_that_stands_twice_in_a_lane_is_written_and_read_twice(tmp_path: Path) -> None:
    rows = [(3, "non-specific", 10.0, 20.0, 40.0, 12.0), (3, "non-specific", 10.0, 60.0, 40.0, 12.0)]
    write_rois(pd.DataFrame(rows, columns=list(COLUMNS)), tmp_path / "a.zip")
    again = read(tmp_path / "a.zip", bands=["non-specific", "non-specific"])
    assert again[list(COLUMNS)].to_numpy().tolist() == [list(row) for row in rows]


@pytest.mark.parametrize(
    ("label", "meaning"),
    [
        ("3 cIAP1", (3, "cIAP1")),
        ("cIAP1 3", (3, "cIAP1")),
        ("3_ciap1", (3, "cIAP1")),
        ("CIAP1-lane 03", (3, "cIAP1")),
        ("lane_12", (12, "")),
        ("L4", (4, "")),
        ("7: Cleaved-Caspase 3", (7, "cleaved caspase-3")),
        ("caspase-3_7", (7, "caspase-3")),
        ("2 Bcl-2_Bcl-xL", (2, "Bcl-2/Bcl-xL")),
        ("β-actin5", (5, "β-actin")),
    ],
)
def test_names_say_lane_and_target_in_many_ways(label: str, meaning: tuple[int, str]) -> None:
    assert meanings("set.zip", [[label]], np.array([[0.0, 0, 9, 9]]), 12, BANDS) == [meaning]


@pytest.mark.parametrize("label", ["cIAP13", "GAPDH 3", "cIAP1", "cIAP1 3-1", "dust"])
def test_a_name_that_says_neither_or_may_mean_two_is_refused(label: str, tmp_path: Path) -> None:
    path = packed(tmp_path / "set.zip", {f"{label}.roi": roi(1, 2, 30, 9), "3 cIAP1.roi": roi(50, 2, 30, 9)})
    with pytest.raises(InvalidBoxes, match=r"1 of 2 that say neither: .*Name each in the ROI Manager"):
        read(path)


def grid(lanes: int, rows: int) -> dict[tuple[int, int], tuple[int, int]]:
    """Left and top of every band of a blot that leans and smiles."""
    return {
        (i, k): (20 + 60 * i - 8 * k, 30 + 50 * k + 2 * i + round(0.5 * (i - 3) ** 2))
        for i in range(lanes)
        for k in range(rows)
    }


@given(st.permutations(range(18)))
def test_unnamed_selections_in_any_order_are_told_by_their_places(order: list[int]) -> None:
    places = [((i + 1, BANDS[k]), (x, y, 40, 14)) for (i, k), (x, y) in grid(6, 3).items()]
    shuffled = [places[n] for n in order]
    labels = [[f"{n:04d}-{y:04d}-{x:04d}"] for n, (_, (x, y, *_)) in enumerate(shuffled)]
    found = meanings("set.zip", labels, np.array([p for _, p in shuffled], dtype=float), 6, BANDS[:3])
    assert found == [meaning for meaning, _ in shuffled]


def test_unnamed_lanes_alone_and_lanes_with_their_bands_are_told_apart() -> None:
    lanes = np.array([[60.0 * i, 0, 40, 300] for i in range(4)])
    bands = np.array([[60.0 * i, 100 * k + 20, 40, 14] for i in range(4) for k in range(2)])
    nameless = [["0150-0020"]]
    assert meanings("a", nameless * 4, lanes, 4, BANDS[:2]) == [(1, ""), (2, ""), (3, ""), (4, "")]
    both = meanings("a", nameless * 12, np.concatenate([bands, lanes]), 4, BANDS[:2])
    assert both[:2] + both[8:9] == [(1, "cIAP2"), (1, "cIAP1"), (1, "")]


def test_unnamed_selections_of_another_number_or_without_rows_are_refused() -> None:
    row = np.array([[60.0 * i, 20, 40, 14] for i in range(4)])
    with pytest.raises(InvalidBoxes, match="expected 8 unnamed selections, one for each of 4 lanes x 2 bands, got 4"):
        meanings("a", [["0150-0020"]] * 4, row, 4, BANDS[:2])
    piled = np.array([[10.0 * i, 20.0 * (i % 3), 40, 14] for i in range(8)])
    with pytest.raises(InvalidBoxes, match="run into one another"):
        meanings("a", [["0150-0020"]] * 8, piled, 4, BANDS[:2])


def test_outlines_are_taken_by_their_bounding_box_and_say_so(tmp_path: Path) -> None:
    path = packed(tmp_path / "set.zip", {"3 cIAP1.roi": roi(10, 20, 40, 12, kind=2)})
    found = read(path).iloc[0]
    assert found[list(COLUMNS[2:])].tolist() == [10, 20, 40, 12]
    assert found.caution == "box_from_outline: 3 cIAP1 is an oval, of which the bounding box was taken"


@pytest.mark.parametrize(
    ("member", "words"),
    [
        (roi(10, 20, 40, 12, kind=3), "expected rectangles, got '3 cIAP1', a line"),
        (roi(10, 20, 40, 12, kind=10), "a point"),
        (roi(10, 20, 0, 12), "expected selections with a size"),
        (roi(10, 20, 40, 12)[:30], "which is none"),
        (b"hello" * 40, "which is none"),
        (b"", "which is none"),
    ],
)
def test_selections_that_are_no_boxes_are_refused(member: bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidBoxes, match=words):
        read(packed(tmp_path / "set.zip", {"3 cIAP1.roi": member}))


def test_what_systems_leave_in_archives_is_passed_over_and_else_refused(tmp_path: Path) -> None:
    own = {"RoiSet/3 cIAP1.roi": roi(10, 20, 40, 12)}
    odd = {"__MACOSX/RoiSet/._3 cIAP1.roi": b"x", "RoiSet/.DS_Store": b"x", "Thumbs.db": b"x"}
    assert len(read(packed(tmp_path / "a.zip", own | odd))) == 1
    with pytest.raises(InvalidBoxes, match=r"selections in the \.zip, got none"):
        read(packed(tmp_path / "b.zip", odd))
    with pytest.raises(InvalidBoxes, match=r"'notes\.txt', which is none"):
        read(packed(tmp_path / "c.zip", own | {"notes.txt": b"hello"}))


def test_damaged_missing_and_foreign_files_are_refused(tmp_path: Path) -> None:
    whole = packed(tmp_path / "set.zip", {"3 cIAP1.roi": roi(10, 20, 40, 12)}).read_bytes()
    for name, content, words in [
        ("cut.zip", whole[:60], "a damaged one"),
        ("empty.roi", b"", "an empty file"),
        ("boxes.csv", b"lane,target,x", "something else.*read as a table"),
    ]:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InvalidBoxes, match=words):
            read(tmp_path / name)
    with pytest.raises(InvalidBoxes, match="no such file"):
        read(tmp_path / "gone.zip")


@given(st.integers(0, 63), st.integers(0, 255))
def test_a_changed_byte_never_ends_in_a_traceback(tmp_path_factory: pytest.TempPathFactory, at: int, to: int) -> None:
    content = bytearray(roi(10, 20, 40, 12))
    content[at] = to
    path = tmp_path_factory.mktemp("roi") / "3 cIAP1.roi"
    path.write_bytes(bytes(content))
    with suppress(InvalidBoxes):
        assert len(read(path)) == 1


def test_tables_that_can_t_be_written_are_refused(tmp_path: Path) -> None:
    boxes = pd.DataFrame([(3, "cIAP1", 10, 20, 40, 12)] * 2, columns=list(COLUMNS))
    with pytest.raises(InvalidBoxes, match=r"one box in a \.roi file, got 2"):
        write_rois(boxes, tmp_path / "a.roi")
    with pytest.raises(InvalidBoxes, match="got no row"):
        write_rois(boxes[:0], tmp_path / "a.zip")
    with pytest.raises(InvalidBoxes, match="expected numbers"):
        write_rois(boxes.assign(x=np.nan), tmp_path / "a.zip")
