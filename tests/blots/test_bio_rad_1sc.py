"""Bio-Rad `.1sc` scans, built field by field after the published notes on the format; real ones are in tests/real."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from blots import read_blot
from blots.errors import UnreadableImage
from blots.simulate import SCENES, example_design, simulate_blot

RNG = np.random.default_rng(2)
PICTURE = simulate_blot(example_design(RNG), SCENES["flat"], rng=RNG).image[60:320, :480]
POINTERS = (142, 143, 132, 133, 141, 140, 126, 127, 128, 129, 130)
SCN, LAYOUT, HEADER, STRINGS = 131, 900, 901, {"SCN": 1, "nxpix": 2, "nypix": 3, "bytes_per_pix": 4, "scanner": 5}


def field(kind: int, number: int, payload: bytes) -> bytes:
    return struct.pack("<HHI", kind, 8 + len(payload), number) + payload


def block(*fields: bytes) -> bytes:
    return bytes(8) + b"".join(fields) + bytes(8)


def layout(width: int) -> bytes:
    """Where the four values lie in the scan header; a width of 0 leaves it to the type of the value."""
    values = [("nxpix", 4, 0, 2), ("nypix", 4, 2, 2), ("bytes_per_pix", 3, 4, 2), ("scanner", 17, 6, 4)]
    return b"".join(
        struct.pack("<HHIIIII12x", kind, n, 1, offset, STRINGS[name], 0, bytes_each if width else 0)
        for n, (name, kind, offset, bytes_each) in enumerate(values)
    )


def scan(pixels: NDArray[np.generic], width: int = 1, claim: tuple[int, int] | None = None) -> bytes:
    rows, columns = claim or pixels.shape
    texts = [field(16, number, name.encode() + b"\0") for name, number in STRINGS.items()]
    contents = struct.pack("<HHHHIII", SCN, 0, 0, 4, LAYOUT, 10, STRINGS["SCN"])
    header = struct.pack("<HHHI", columns, rows, pixels.dtype.itemsize, 77)
    blocks = [block() for _ in range(9)]
    blocks[3] = block(*texts, field(16, 77, b"ChemiDoc XRS\0"))
    fields = field(101, 800, contents), field(100, LAYOUT, layout(width)), field(SCN, HEADER, header)
    blocks.append(block(*fields))
    blocks.append(pixels[::-1].tobytes())
    start, pointers = 4140, b""
    for kind, content in zip(POINTERS, blocks, strict=True):
        pointers += struct.pack("<HHIIII", kind, 1, 0, start, len(content), 0)[:20]
        start += len(content)
    head = b"\xaf\xafStable File Version 2.0 \r\n  \r\n" + b"Intel Format          \r\n"
    head += b"Bio-Rad Scan File - ID 12345678901234567".ljust(78) + b"\r\n"
    head += struct.pack("<IIIIII", 200, 3, 0, 4140, start - 4140, 0x10000) + pointers
    return head.ljust(4140, b"\0") + b"".join(blocks)


@pytest.mark.parametrize("width", [0, 1])
def test_every_pixel_and_the_scanner_are_read(tmp_path: Path, width: int) -> None:
    (tmp_path / "scan.1SC").write_bytes(scan(PICTURE, width))
    blot = read_blot(tmp_path / "scan.1SC")
    assert np.array_equal(blot.signal, PICTURE)
    assert blot.cautions == ()
    assert blot.metadata == {"format": "Bio-Rad .1sc", "scanner": "ChemiDoc XRS"}


def test_eight_bits_a_pixel_are_read_and_told(tmp_path: Path) -> None:
    pixels = np.asarray(PICTURE / PICTURE.max() * 250, dtype=np.uint8)
    (tmp_path / "scan.tif").write_bytes(scan(pixels))
    blot = read_blot(tmp_path / "scan.tif")
    assert np.array_equal(blot.signal, pixels)
    assert blot.fitness != "quantitative"


@pytest.mark.parametrize("claim", [(0, 480), (261, 480), (260, 40_000), (520, 480)])
def test_a_size_that_does_not_fit_is_refused(tmp_path: Path, claim: tuple[int, int]) -> None:
    (tmp_path / "scan.1sc").write_bytes(scan(PICTURE, claim=claim))
    with pytest.raises(UnreadableImage, match=r"bytes for .* pixels. Open it in Image Lab"):
        read_blot(tmp_path / "scan.1sc")


def test_there_is_one_page_and_one_channel(tmp_path: Path) -> None:
    (tmp_path / "scan.1sc").write_bytes(scan(PICTURE))
    assert read_blot(tmp_path / "scan.1sc", channel=0).shape == PICTURE.shape
    for asked in ({"page": 1}, {"channel": 1}):
        with pytest.raises(UnreadableImage, match=r"(page|channel) 0, the only one, got 1\. Count from 0"):
            read_blot(tmp_path / "scan.1sc", **asked)


def test_a_cut_file_is_refused_wherever_it_was_cut(tmp_path: Path, rng: np.random.Generator) -> None:
    whole = scan(PICTURE)
    for length in [*range(136, 160), *rng.integers(160, 4700, 60), *rng.integers(4700, len(whole), 20)]:
        (tmp_path / "scan.1sc").write_bytes(whole[: int(length)])
        with pytest.raises(UnreadableImage, match=r"whole \.1sc scan"):
            read_blot(tmp_path / "scan.1sc")


def test_a_damaged_header_gives_the_picture_or_words(rng: np.random.Generator) -> None:
    from blots.bio_rad_1sc import read_bio_rad_1sc

    whole, refused = scan(PICTURE), 0
    places = np.flatnonzero(np.frombuffer(whole[136:4700], dtype=np.uint8)) + 136
    for _ in range(1500):
        raw = bytearray(whole)
        for place in rng.choice(places, rng.integers(1, 6)):
            raw[int(place)] = int(rng.integers(256))
        try:
            read_bio_rad_1sc("scan.1sc", bytes(raw))
        except UnreadableImage:
            refused += 1
    assert 100 < refused < 1500
