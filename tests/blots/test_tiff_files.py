"""TIFF in all its packings: every number as written, whichever bits, layout, compression and byte order hold it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from blots import read_blot
from blots.errors import UnreadableImage
from blots.simulate import SCENES, Scene, example_design, simulate_blot

RNG = np.random.default_rng(11)
PICTURE = simulate_blot(example_design(RNG), SCENES["gradient"], rng=RNG).image[60:320, :480]
OTHER = simulate_blot(example_design(RNG), SCENES["flat"], rng=RNG).image[60:320, :480]
IN_12 = np.asarray(np.rint(PICTURE / PICTURE.max() * 3900), dtype=np.uint16)
IN_8 = np.asarray(np.rint(PICTURE / PICTURE.max() * 245), dtype=np.uint8)


def codes(cautions: tuple[str, ...]) -> set[str]:
    return {words.partition(":")[0] for words in cautions}


def written(path: Path, pixels: NDArray[Any], **how: Any) -> Path:
    tifffile.imwrite(path, pixels, **how)
    return path


@pytest.mark.parametrize("kind", ["u1", "u2", "u4", "u8", "i2", "i4", "f2", "f4", "f8"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_every_kind_of_number_is_read_as_it_is(tmp_path: Path, kind: str, order: str) -> None:
    pixels = (IN_8 if kind == "u1" else IN_12).astype(kind)
    blot = read_blot(written(tmp_path / "a.tif", pixels, byteorder=order))
    assert np.array_equal(blot.signal, pixels.astype(float))
    assert not blot.stored_dark_bands


@pytest.mark.parametrize(
    "how",
    [
        {"compression": "lzw"},
        {"compression": "lzw", "predictor": True},
        {"compression": "zlib"},
        {"compression": "packbits"},
        {"compression": "zstd"},
        {"tile": (64, 128)},
        {"tile": (64, 128), "compression": "zlib"},
        {"rowsperstrip": 7},
        {"bigtiff": True},
        {"compression": "jpegxl", "compressionargs": {"lossless": True}},
    ],
    ids=str,
)
def test_every_packing_gives_the_same_numbers(tmp_path: Path, how: dict[str, Any]) -> None:
    blot = read_blot(written(tmp_path / "a.tif", PICTURE, **how))
    assert np.array_equal(blot.signal, PICTURE)


def packed_12(picture: NDArray[np.uint16]) -> bytes:
    """Two numbers in three bytes, high bits first."""
    first, second = picture[:, 0::2].astype(np.uint32), picture[:, 1::2].astype(np.uint32)
    three = np.stack([first >> 4, (first & 15) << 4 | second >> 8, second & 255], axis=-1)
    return three.astype(np.uint8).tobytes()


def test_twelve_bits_packed_are_unpacked_and_end_at_4095(tmp_path: Path) -> None:
    clipped = np.minimum(IN_12 * 2, 4095).astype(np.uint16)
    path = written(tmp_path / "a.tif", clipped, metadata=None)
    raw = bytearray(path.read_bytes())
    with tifffile.TiffFile(path) as file:
        tags = file.pages[0].aspage().tags
        start, places = file.pages[0].aspage().dataoffsets[0], {n: tags[n].valueoffset for n in (258, 279)}
    data = packed_12(clipped)
    raw[start:] = data
    raw[places[258] : places[258] + 2] = (12).to_bytes(2, "little")
    raw[places[279] : places[279] + 4] = len(data).to_bytes(4, "little")
    path.write_bytes(raw)
    blot = read_blot(path)
    assert np.array_equal(blot.signal, clipped)
    assert np.array_equal(blot.saturated, clipped == 4095)


@pytest.mark.parametrize("full", [1023, 4095, 16383])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_camera_of_fewer_bits_in_a_file_of_16_clips_at_its_own_end(tmp_path: Path, full: int, sign: int) -> None:
    rng = np.random.default_rng(3)
    scene = Scene(full_scale=full, gain=0.3, offset=80, read_noise=2)
    picture = simulate_blot(example_design(rng, gain=0.06 * full / 1023), scene, rng=rng).image[300:560, :480]
    assert (picture == full).sum() > 20
    stored = picture if sign > 0 else np.asarray(65535 - picture, dtype=np.uint16)
    blot = read_blot(written(tmp_path / "a.tif", stored, extratags=[(341, "H", 1, 65535, True)]))
    assert np.array_equal(blot.saturated, picture == full)


def test_negative_numbers_with_dark_bands_turn_round(tmp_path: Path) -> None:
    stored = 5000 - IN_12.astype(np.int32) * 3
    blot = read_blot(written(tmp_path / "a.tif", stored.astype(np.int16)))
    assert blot.stored_dark_bands
    assert np.array_equal(blot.signal, (IN_12 - float(IN_12.min())) * 3)


@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("alpha", [False, True])
def test_equal_colours_are_grey_however_they_lie(tmp_path: Path, planar: str, alpha: bool) -> None:
    layers = [PICTURE] * 3 + [np.full_like(PICTURE, 65535)] * alpha
    pixels = np.stack(layers, axis=-1 if planar == "contig" else 0)
    extra = {"extrasamples": ["unassalpha"]} if alpha else {}
    blot = read_blot(written(tmp_path / "a.tif", pixels, photometric="rgb", planarconfig=planar, **extra))
    assert np.array_equal(blot.signal, PICTURE)
    assert blot.cautions == ()


def test_transparent_pixels_are_told(tmp_path: Path) -> None:
    alpha = np.full_like(IN_8, 255)
    alpha[: len(alpha) // 4] = 0
    pixels = np.stack([IN_8, IN_8, IN_8, alpha], axis=-1)
    blot = read_blot(written(tmp_path / "a.tif", pixels, photometric="rgb", extrasamples=["unassalpha"]))
    assert any(words.startswith("transparent: 25 % of the pixels") for words in blot.cautions)


def test_one_colour_that_shows_anything_is_the_signal(tmp_path: Path) -> None:
    pixels = np.stack([np.zeros_like(PICTURE), PICTURE, np.zeros_like(PICTURE)], axis=-1)
    blot = read_blot(written(tmp_path / "a.tif", pixels, photometric="rgb"))
    assert np.array_equal(blot.signal, PICTURE)
    assert codes(blot.cautions) == {"channel_chosen"}


def test_inks_of_black_alone_are_grey(tmp_path: Path) -> None:
    pixels = np.zeros((*IN_8.shape, 4), dtype=np.uint8)
    pixels[..., 3] = 255 - IN_8
    blot = read_blot(written(tmp_path / "a.tif", pixels, photometric="separated"))
    assert np.array_equal(blot.signal, IN_8)
    assert "colour" not in codes(blot.cautions)


def test_a_palette_of_greys_is_grey(tmp_path: Path) -> None:
    order = np.random.default_rng(0).permutation(256)
    table = np.repeat(order[None] * 257, 3, axis=0).astype(np.uint16)
    indices = np.argsort(order)[IN_8].astype(np.uint8)
    blot = read_blot(written(tmp_path / "a.tif", indices, photometric="palette", colormap=table))
    assert np.array_equal(blot.signal, IN_8)
    assert "eight_bit" in codes(blot.cautions)


def test_the_numbers_under_a_lookup_table_are_measured(tmp_path: Path) -> None:
    ramp = np.arange(256)
    fire = np.stack([np.minimum(ramp * 2, 255), np.maximum(ramp - 60, 0), 255 - ramp]).astype(np.uint16) * 257
    blot = read_blot(written(tmp_path / "a.tif", IN_8, photometric="palette", colormap=fire))
    assert np.array_equal(blot.signal, IN_8)
    assert "lookup_table" in codes(blot.cautions)


def test_colours_without_an_order_are_called_false(tmp_path: Path) -> None:
    wild = np.random.default_rng(0).integers(0, 65536, (3, 256)).astype(np.uint16)
    blot = read_blot(written(tmp_path / "a.tif", IN_8, photometric="palette", colormap=wild))
    assert {"false_colour", "colour"} <= codes(blot.cautions)
    assert blot.fitness != "quantitative"


def test_a_page_that_nobody_named_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "a.tif", np.stack([PICTURE, OTHER]), photometric="minisblack", metadata=None)
    first, second = read_blot(path), read_blot(path, page=1)
    assert np.array_equal(first.signal, PICTURE)
    assert np.array_equal(second.signal, OTHER)
    assert first.cautions == ("page_chosen: page 0 of 2 was taken",)
    assert second.cautions == ()


def test_pages_of_unlike_sizes_keep_their_order(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        for page in (PICTURE, OTHER[:200, :400], OTHER):
            file.write(page, photometric="minisblack", metadata=None)
    assert [read_blot(tmp_path / "a.tif", page=n).shape for n in range(3)] == [(260, 480), (200, 400), (260, 480)]


def test_a_reduced_copy_is_no_page(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(IN_8[::4, ::4], photometric="minisblack", subfiletype=1, metadata=None)
        file.write(PICTURE, photometric="minisblack", metadata=None)
    blot = read_blot(tmp_path / "a.tif")
    assert np.array_equal(blot.signal, PICTURE)
    assert blot.cautions == ()


@pytest.mark.parametrize("program", ["imagej", "ome"])
def test_pages_and_channels_are_told_apart_where_they_are_declared(tmp_path: Path, program: str) -> None:
    stack = np.stack([np.stack([PICTURE, OTHER]), np.stack([OTHER // 2, PICTURE // 2])])
    path = written(tmp_path / "a.tif", stack, **{program: True}, metadata={"axes": "TCYX"})
    for page in (0, 1):
        for channel in (0, 1):
            blot = read_blot(path, page=page, channel=channel)
            assert np.array_equal(blot.signal, stack[page, channel])
            assert codes(blot.cautions) == ({"page_chosen"} if page == 0 else set())
    assert "channel_chosen: channel 0 of 2 was taken" in read_blot(path).cautions
    with pytest.raises(UnreadableImage, match="expected a page from 0 to 1, got 2"):
        read_blot(path, page=2)
    with pytest.raises(UnreadableImage, match="expected a channel from 0 to 1, got 2"):
        read_blot(path, channel=2)


def test_an_imagej_picture_of_32_bits_is_plain(tmp_path: Path) -> None:
    blot = read_blot(written(tmp_path / "a.tif", PICTURE.astype(np.float32), imagej=True))
    assert np.array_equal(blot.signal, PICTURE)
    assert blot.cautions == ()


def test_jpeg_inside_a_tiff_is_lossy(tmp_path: Path) -> None:
    blot = read_blot(written(tmp_path / "a.tif", IN_8, compression="jpeg"))
    assert {"lossy", "eight_bit"} <= codes(blot.cautions)
    assert np.abs(blot.signal - IN_8).mean() < 4


def test_one_bit_is_no_measurement(tmp_path: Path) -> None:
    assert read_blot(written(tmp_path / "a.tif", IN_8 > 60)).fitness == "do not quantify"


def test_an_orientation_tag_is_told_and_not_obeyed(tmp_path: Path) -> None:
    blot = read_blot(written(tmp_path / "a.tif", PICTURE, extratags=[(274, "H", 1, 6, True)]))
    assert np.array_equal(blot.signal, PICTURE)
    assert blot.cautions == ("orientation: viewers show it turned 90 degrees clockwise, it was measured as stored",)


@pytest.mark.parametrize("compression", [None, "lzw", "zlib", "packbits"])
@pytest.mark.parametrize("kept", [0.99, 0.6, 0.1])
def test_a_file_that_was_cut_is_refused(tmp_path: Path, compression: str | None, kept: float) -> None:
    whole = written(tmp_path / "a.tif", PICTURE, compression=compression, rowsperstrip=16).read_bytes()
    (tmp_path / "a.tif").write_bytes(whole[: int(kept * len(whole))])
    with pytest.raises(UnreadableImage, match=r"a\.tif: expected a whole TIFF image"):
        read_blot(tmp_path / "a.tif")


def test_a_header_that_claims_a_huge_picture_is_refused_at_once(tmp_path: Path) -> None:
    path = written(tmp_path / "a.tif", PICTURE, compression="zlib", metadata=None)
    with tifffile.TiffFile(path) as file:
        places = [file.pages[0].aspage().tags[n].valueoffset for n in (256, 257)]
    raw = bytearray(path.read_bytes())
    for place in places:
        raw[place : place + 4] = (60_000).to_bytes(4, "little")
    path.write_bytes(raw)
    with pytest.raises(UnreadableImage, match="60000 x 60000 pixels"):
        read_blot(path)


def test_colours_that_are_no_light_are_refused(tmp_path: Path) -> None:
    pixels = np.stack([IN_8] * 3, axis=-1)
    with pytest.raises(UnreadableImage, match="in the colours of CIELAB"):
        read_blot(written(tmp_path / "a.tif", pixels, photometric="cielab"))
    with pytest.raises(UnreadableImage, match="numbers of type complex64"):
        read_blot(written(tmp_path / "b.tif", PICTURE.astype(np.complex64)))
