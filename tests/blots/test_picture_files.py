"""PNG, JPEG, BMP, GIF and WebP: the numbers as stored, and what speaks against measuring them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from blots import read_blot
from blots.errors import UnreadableImage
from blots.simulate import SCENES, example_design, simulate_blot

RNG = np.random.default_rng(8)
PICTURE = simulate_blot(example_design(RNG), SCENES["gradient"], rng=RNG).image[60:320, :480]
IN_8 = np.asarray(np.rint(PICTURE / PICTURE.max() * 245), dtype=np.uint8)


def codes(cautions: tuple[str, ...]) -> set[str]:
    return {words.partition(":")[0] for words in cautions}


def saved(path: Path, pixels: NDArray[Any], mode: str | None = None, **how: Any) -> Path:
    picture = Image.fromarray(pixels)
    (picture.convert(mode) if mode else picture).save(path, **how)
    return path


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.gif", "A.PNG"])
def test_eight_bits_are_kept(tmp_path: Path, name: str) -> None:
    blot = read_blot(saved(tmp_path / name, IN_8))
    assert np.array_equal(blot.signal, IN_8)
    assert "eight_bit" in codes(blot.cautions)
    assert not codes(blot.cautions) & {"lossy", "colour"}


def test_a_webp_without_loss_is_exact_and_one_with_loss_is_told(tmp_path: Path) -> None:
    exact = read_blot(saved(tmp_path / "a.webp", np.stack([IN_8] * 3, axis=-1), lossless=True))
    assert np.array_equal(exact.signal, IN_8)
    assert "lossy" not in codes(exact.cautions)
    assert "lossy" in codes(read_blot(saved(tmp_path / "b.webp", np.stack([IN_8] * 3, axis=-1))).cautions)


@pytest.mark.parametrize("layers", [1, 2, 3, 4])
def test_a_png_of_16_bits_keeps_them_in_grey_and_in_colour(tmp_path: Path, layers: int) -> None:
    colours = [PICTURE] * (layers - 1 + layers % 2) + [np.full_like(PICTURE, 65535)] * (1 - layers % 2)
    pixels = np.stack(colours, axis=-1) if layers > 1 else PICTURE
    (tmp_path / "a.png").write_bytes(imagecodecs.png_encode(pixels))
    blot = read_blot(tmp_path / "a.png")
    assert np.array_equal(blot.signal, PICTURE)
    assert blot.cautions == ()
    assert blot.fitness == "quantitative"


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_opaque_pixels_are_nothing_and_transparent_ones_are_told(tmp_path: Path, mode: str) -> None:
    opaque = read_blot(saved(tmp_path / "a.png", IN_8, mode))
    assert "transparent" not in codes(opaque.cautions)
    pixels = np.array(Image.fromarray(IN_8).convert(mode))
    pixels[:130, :, -1] = 3
    clear = read_blot(saved(tmp_path / "b.png", pixels))
    assert np.array_equal(clear.signal, IN_8)
    assert any(words.startswith("transparent: 50 % of the pixels are transparent") for words in clear.cautions)


def test_a_level_that_stands_for_transparent_is_told(tmp_path: Path) -> None:
    level = int(np.median(IN_8))
    blot = read_blot(saved(tmp_path / "a.png", IN_8, transparency=level))
    assert "transparent" in codes(blot.cautions)


def test_palettes_of_greys_and_of_false_colours(tmp_path: Path) -> None:
    grey = read_blot(saved(tmp_path / "a.png", IN_8, "P"))
    assert np.array_equal(grey.signal, IN_8)
    false = Image.fromarray(IN_8, mode=None).convert("P")
    false.putpalette(np.random.default_rng(0).integers(0, 256, 768).tolist())
    false.save(tmp_path / "b.gif")
    assert {"false_colour", "eight_bit"} <= codes(read_blot(tmp_path / "b.gif").cautions)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_jpeg_is_lossy_whatever_its_colours(tmp_path: Path, mode: str) -> None:
    blot = read_blot(saved(tmp_path / "a.jpg", IN_8, mode, quality=95))
    assert {"lossy", "eight_bit"} <= codes(blot.cautions)
    assert "colour" not in codes(blot.cautions)
    assert np.abs(blot.signal - IN_8).mean() < 4


def test_an_exif_turn_is_told_and_not_obeyed(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[274] = 8
    blot = read_blot(saved(tmp_path / "a.jpg", IN_8, exif=exif))
    assert blot.shape == IN_8.shape
    assert any(words.startswith("orientation: viewers show it turned 90 degrees anti") for words in blot.cautions)


def test_the_frames_of_a_gif_are_pages(tmp_path: Path) -> None:
    frames = [Image.fromarray(IN_8), Image.fromarray(np.asarray(IN_8 // 2, dtype=np.uint8))]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert "page_chosen: page 0 of 2 was taken" in read_blot(tmp_path / "a.gif").cautions
    assert np.abs(read_blot(tmp_path / "a.gif", page=1).signal - IN_8 // 2).max() < 2
    with pytest.raises(UnreadableImage, match="expected a page from 0 to 1, got 2"):
        read_blot(tmp_path / "a.gif", page=2)


def test_one_bit_is_no_measurement(tmp_path: Path) -> None:
    assert read_blot(saved(tmp_path / "a.png", IN_8 > 60)).fitness == "do not quantify"


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.bmp", "a.webp"])
def test_a_file_that_was_cut_is_refused(tmp_path: Path, name: str) -> None:
    whole = saved(tmp_path / name, IN_8, "RGB").read_bytes()
    for kept in (0.95, 0.5, 0.01):
        (tmp_path / name).write_bytes(whole[: max(16, int(kept * len(whole)))])
        with pytest.raises(UnreadableImage, match="expected a whole image, got one that is cut or damaged"):
            read_blot(tmp_path / name)


def test_a_header_that_claims_a_huge_picture_is_refused(tmp_path: Path) -> None:
    raw = bytearray(saved(tmp_path / "a.bmp", IN_8).read_bytes())
    raw[18:26] = (60_000).to_bytes(4, "little") * 2
    (tmp_path / "a.bmp").write_bytes(raw)
    with pytest.raises(UnreadableImage, match="one of more pixels than a scan has"):
        read_blot(tmp_path / "a.bmp")
