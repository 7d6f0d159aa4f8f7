"""Image files: more signal is the larger number, pages and channels are chosen, and what is no picture is refused."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from blots import read_blot
from blots.errors import UnreadableImage
from blots.image_files import blot_from_array, picture_size
from blots.simulate import SCENES, example_design, simulate_blot


@cache
def picture(scene: str = "gradient") -> NDArray[np.uint16]:
    rng = np.random.default_rng(5)
    return simulate_blot(example_design(rng), SCENES[scene], rng=rng).image


def eight_bits() -> NDArray[np.uint8]:
    return np.asarray(picture() / picture().max() * 250, dtype=np.uint8)


def test_a_16_bit_tiff_keeps_every_number(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "rep1.tif", picture())
    blot = read_blot(tmp_path / "rep1.tif")
    assert np.array_equal(blot.signal, picture())
    assert (blot.name, blot.fitness, blot.cautions) == ("rep1.tif", "quantitative", ())


@pytest.mark.parametrize("tag", ["minisblack", "miniswhite"])
@pytest.mark.parametrize("scene", SCENES)
def test_the_picture_tells_its_polarity_and_the_tag_does_not(tmp_path: Path, tag: str, scene: str) -> None:
    for stored, dark in ((picture(scene), False), (65535 - picture(scene), True)):
        tifffile.imwrite(tmp_path / "a.tif", stored, photometric=tag)
        blot = read_blot(tmp_path / "a.tif")
        assert blot.stored_dark_bands is dark
        assert blot.polarity_confidence > 0.8
        assert np.array_equal(blot.signal, picture(scene))


def test_a_page_and_a_channel_are_chosen(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "pages.tif", np.stack([picture("flat"), picture()]), photometric="minisblack")
    assert np.array_equal(read_blot(tmp_path / "pages.tif", page=1).signal, picture())
    colours = np.stack([eight_bits(), eight_bits() // 2, eight_bits() // 3], axis=-1)
    Image.fromarray(colours).save(tmp_path / "colour.png")
    assert np.array_equal(read_blot(tmp_path / "colour.png", channel=1).signal, eight_bits() // 2)


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("grey.png", {"eight_bit"}),
        ("grey.tif", {"eight_bit"}),
        ("colour.png", {"eight_bit", "colour"}),
        ("grey.bmp", {"eight_bit"}),
        ("grey.jpg", {"eight_bit", "lossy"}),
    ],
)
def test_8_bits_colour_and_jpeg_are_semi_quantitative(tmp_path: Path, name: str, codes: set[str]) -> None:
    grey = eight_bits()
    pixels = np.stack([grey, grey, 255 - grey // 2], axis=-1) if "colour" in name else grey
    Image.fromarray(pixels).save(tmp_path / name)
    blot = read_blot(tmp_path / name)
    assert blot.fitness == "semi-quantitative"
    assert {caution.partition(":")[0] for caution in blot.cautions} == codes


def test_equal_colours_are_grey(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "rgb.tif", np.repeat(picture()[..., None], 3, axis=2), photometric="rgb")
    assert read_blot(tmp_path / "rgb.tif").fitness == "quantitative"


@pytest.mark.parametrize("ceiling", [65535, 4095, 20000])
def test_clipping_is_seen_at_the_type_s_end_and_below(tmp_path: Path, ceiling: int) -> None:
    clipped = np.minimum(picture().astype(float) * 65535 / picture().max() * 1.3, ceiling)
    for stored in (clipped, 65535 - clipped):
        tifffile.imwrite(tmp_path / "a.tif", np.asarray(stored, dtype=np.uint16))
        blot = read_blot(tmp_path / "a.tif")
        assert blot.saturated.sum() == pytest.approx((clipped == ceiling).sum(), rel=0.001)
        assert any(caution.startswith("image_saturated") for caution in blot.cautions)


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_clipped_in_a_picture_in_range(seed: int) -> None:
    rng = np.random.default_rng(seed)
    image = simulate_blot(example_design(rng), rng=rng).image.astype(float)
    assert not blot_from_array(image, "in range").saturated.any()
    assert not blot_from_array(np.rint(image / image.max() * 240), "8 bits", ceiling=255.0).saturated.any()


def test_a_drawing_is_not_measured(tmp_path: Path) -> None:
    Image.fromarray(np.asarray(picture() > 5000, dtype=np.uint8) * 200).save(tmp_path / "drawing.png")
    assert read_blot(tmp_path / "drawing.png").fitness == "do not quantify"


def write(path: Path, content: object) -> Path:
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        tifffile.imwrite(path, np.asarray(content))
    return path


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.tif", None, "no such file"),
        ("notes.tif", b"lane,target\n1,actin\n", "a file that is no image"),
        ("empty.tif", b"", "an empty file"),
        ("cut.tif", b"II*\0\x10\0\0\0", "a TIFF that holds none"),
        ("flat.tif", np.full((100, 100), 700, dtype=np.uint16), "the level 700 everywhere"),
        ("tiny.tif", np.arange(100, dtype=np.uint16).reshape(10, 10), "got 10 x 10"),
        ("nan.tif", np.full((64, 64), np.nan, dtype=np.float32), "finite numbers"),
        ("inf.tif", np.where(np.eye(64) > 0, np.inf, 1.0), "finite numbers"),
        ("vast.tif", np.eye(64) * 1e200, "numbers that a scanner writes, got numbers up to 1e[+]200"),
        ("narrow.tif", np.eye(31, 400, dtype=np.uint16), "at least 32 x 32 pixels, got 31 x 400"),
        ("name\0.tif", None, "got no file. Check the path"),
        (300 * "long", None, "file name too long"),
        ("no/folder.tif", None, "no such file"),
    ],
)
def test_what_is_no_picture_is_refused(tmp_path: Path, name: str, content: object, words: str) -> None:
    with pytest.raises(UnreadableImage, match=words) as refusal:
        read_blot(write(tmp_path / name, content))
    assert str(refusal.value).startswith(f"{Path(name).name}: ")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"page": 3}, "page 0, the only one, got 3"),
        ({"page": -1}, "a page from 0, got -1"),
        ({"page": 0.5}, "a page from 0, got 0.5"),
        ({"channel": 2}, "channel 0, the only one, got 2"),
        ({"channel": "2"}, "channel 0, the only one, got 2"),
        ({"channel": 700}, "channel 0, the only one, got 700"),
        ({"channel": -1}, "a channel from 0, got -1. Count from 0; a LI-COR scan's channels are 700 and 800"),
        ({"channel": "scarlet"}, "a channel from 0, got 'scarlet'"),
    ],
)
def test_a_page_or_channel_that_is_not_there_is_refused(tmp_path: Path, asked: dict[str, Any], words: str) -> None:
    with pytest.raises(UnreadableImage, match=words):
        read_blot(write(tmp_path / "a.tif", picture()), **asked)


def test_a_folder_is_called_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UnreadableImage, match="got a folder with no TIFF named after a channel"):
        read_blot(tmp_path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.tif")
    with pytest.raises(UnreadableImage, match="got a pipe or device"):
        read_blot(tmp_path / "pipe.tif")


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that runs as root may read every file, so the refusal is played."""

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path / "a.tif", picture())
    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(UnreadableImage, match=r"a\.tif: expected an image file, got a file that you may not read"):
        read_blot(path)


def test_the_metadata_say_what_the_file_says(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", picture(), software="ImageLab", metadata=None)
    assert read_blot(tmp_path / "a.tif").metadata == {"format": "TIFF", "program": "ImageLab"}


def test_a_cut_file_never_gives_a_traceback_of_another_kind(tmp_path: Path, rng: np.random.Generator) -> None:
    whole = write(tmp_path / "whole.tif", picture()).read_bytes()
    for length in [*rng.integers(0, 4000, 8), *rng.integers(4000, len(whole), 8)]:
        with pytest.raises(UnreadableImage):
            read_blot(write(tmp_path / "cut.tif", whole[: int(length)]))


def test_the_header_tells_a_picture_s_size(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((2, 40, 50), dtype=np.uint16), photometric="minisblack")
    Image.fromarray(np.zeros((30, 20), dtype=np.uint8)).save(tmp_path / "a.png")
    (tmp_path / "a.txt").write_text("no picture")
    assert [picture_size(tmp_path / "a.tif", page) for page in (0, 1, 2)] == [(40, 50), (40, 50), None]
    assert [picture_size(tmp_path / name) for name in ("a.png", "a.txt", "", "none.tif")] == [
        (30, 20),
        None,
        None,
        None,
    ]
