"""LI-COR scans, made by hand: a folder or archive with one TIFF a channel and a text on the scan."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tifffile

from blots import read_blot
from blots.errors import UnreadableImage
from blots.simulate import SCENES, example_design, simulate_blot

RNG = np.random.default_rng(6)
PAIR = {
    name: simulate_blot(example_design(RNG), SCENES["flat"], rng=RNG).image[60:320, :480] for name in ("700", "800")
}
TEXT = "[Scan]\nScanner = Odyssey\nDate: 2026-11-20 10:12\nIntensity 700 = 5.0\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    scan = tmp_path / "0000416_01"
    scan.mkdir()
    for name, picture in PAIR.items():
        tifffile.imwrite(scan / f"0000416_01_{name}.TIF", picture)
    (scan / "0000416_01.txt").write_text(TEXT)
    (scan / "0000416_01.jpg").write_bytes(b"a preview")
    return scan


def archive(folder: Path) -> Path:
    path = folder.parent / "scan.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for member in folder.iterdir():
            file.write(member, f"0000416_01/{member.name}")
            file.writestr(f"__MACOSX/0000416_01/._{member.name}", b"droppings")
    return path


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("channel", [700, 800, "700", "800", " 800 nm"])
def test_a_channel_is_picked_by_its_name(folder: Path, zipped: bool, channel: int | str) -> None:
    blot = read_blot(archive(folder) if zipped else folder, channel=channel)
    assert np.array_equal(blot.signal, PAIR[str(channel).strip(" nm")])
    assert [words.partition(":")[0] for words in blot.cautions] == ["untested_format"]
    assert blot.metadata["Scanner"] == "Odyssey"
    assert blot.metadata["Date"] == "2026-11-20 10:12"
    assert blot.metadata["channel"] == str(channel).strip(" nm")


def test_an_undeclared_channel_is_told(folder: Path) -> None:
    blot = read_blot(folder)
    assert np.array_equal(blot.signal, PAIR["700"])
    assert "channel_chosen: channel 700 of 700 and 800 was taken" in blot.cautions


def test_the_file_of_one_channel_is_read_by_itself(folder: Path) -> None:
    for channel in (None, 800, "800"):
        blot = read_blot(folder / "0000416_01_800.TIF", channel=channel)
        assert np.array_equal(blot.signal, PAIR["800"])
    with pytest.raises(UnreadableImage, match="expected channel 0, the only one, got 700"):
        read_blot(folder / "0000416_01_800.TIF", channel=700)


def test_a_channel_that_is_not_there_is_refused(folder: Path) -> None:
    with pytest.raises(UnreadableImage, match="expected channel 520, got the channels 700 and 800"):
        read_blot(folder, channel=520)
    with pytest.raises(UnreadableImage, match="expected page 0, the only one, got 1"):
        read_blot(folder, page=1, channel=700)


def test_two_scans_or_none_are_refused(folder: Path, tmp_path: Path) -> None:
    (folder / "0000417_01_700.TIF").write_bytes((folder / "0000416_01_700.TIF").read_bytes())
    with pytest.raises(UnreadableImage, match="a folder with 2 scans"):
        read_blot(folder)
    with pytest.raises(UnreadableImage, match="a folder with no TIFF named after a channel"):
        read_blot(tmp_path)
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as file:
        file.writestr("notes.txt", "nothing")
    with pytest.raises(UnreadableImage, match="a zip archive with no TIFF named after a channel"):
        read_blot(tmp_path / "other.zip")


def test_what_calls_itself_a_channel_must_be_a_tiff(folder: Path) -> None:
    (folder / "0000416_01_700.TIF").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    with pytest.raises(UnreadableImage, match="expected a TIFF, got another kind of image"):
        read_blot(folder, channel=700)


def test_a_damaged_archive_is_refused(folder: Path, rng: np.random.Generator) -> None:
    whole = archive(folder).read_bytes()
    for _ in range(12):
        raw = bytearray(whole)
        raw[int(rng.integers(30, len(raw)))] ^= 255
        cut = bytes(raw[: int(rng.integers(30, len(raw)))])
        (folder.parent / "scan.zip").write_bytes(cut)
        with pytest.raises(UnreadableImage, match="expected a whole zip archive"):
            read_blot(folder.parent / "scan.zip")


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ("word/document.xml", "a Word document"),
        ("ppt/slides/slide1.xml", "a PowerPoint presentation"),
        ("xl/workbook.xml", "an Excel workbook"),
    ],
)
def test_documents_are_called_by_their_names(tmp_path: Path, member: str, words: str) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("[Content_Types].xml", "")
        file.writestr(member, "")
    (tmp_path / "figure.tif").write_bytes(content.getvalue())
    with pytest.raises(UnreadableImage, match=f"got {words}. Give the scan"):
        read_blot(tmp_path / "figure.tif")
