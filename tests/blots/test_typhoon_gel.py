"""Typhoon `.gel` files, made by hand after the published description of their tags."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from blots import read_blot
from blots.errors import UnreadableImage
from blots.simulate import SCENES, example_design, simulate_blot

RNG = np.random.default_rng(4)
SIGNAL = simulate_blot(example_design(RNG), SCENES["gradient"], rng=RNG).image[60:320, :480].astype(float) * 3
STORED = np.asarray(np.rint(np.sqrt(SIGNAL * 21025)), dtype=np.uint16)


def gel(path: Path, law: int | None, scale: tuple[int, int] | None = (1, 21025), **how: Any) -> Path:
    tags: list[Any] = [] if law is None else [(33445, "I", 1, law, True)]
    tags += [] if scale is None else [(33446, "2I", 1, scale, True)]
    tags += [(33448, "s", 0, "Smac group", True)]
    tifffile.imwrite(path, how.pop("stored", STORED), photometric="miniswhite", metadata=None, extratags=tags, **how)
    return path


def test_square_roots_are_squared_and_that_is_recorded(tmp_path: Path) -> None:
    blot = read_blot(gel(tmp_path / "scan.gel", 2))
    assert np.allclose(blot.signal, STORED.astype(float) ** 2 / 21025, rtol=1e-12)
    assert np.abs(blot.signal - SIGNAL).max() < 10  # what rounding the root may cost
    assert not blot.stored_dark_bands
    assert any(words.startswith("square_law: signal is 4.756") for words in blot.cautions)
    assert any(words.startswith("untested_format") for words in blot.cautions)
    assert blot.metadata["laboratory"] == "Smac group"


def test_linear_numbers_are_scaled_only(tmp_path: Path) -> None:
    blot = read_blot(gel(tmp_path / "scan.gel", 128, (1, 4)))
    assert np.array_equal(blot.signal, STORED / 4)
    assert any(words.startswith("scaled: signal is 0.25 x the stored number") for words in blot.cautions)


def test_the_content_decides_and_not_the_suffix(tmp_path: Path) -> None:
    squared = read_blot(gel(tmp_path / "scan.TIF", 2))
    tifffile.imwrite(tmp_path / "plain.gel", STORED)
    assert np.allclose(squared.signal, STORED.astype(float) ** 2 / 21025)
    assert np.array_equal(read_blot(tmp_path / "plain.gel").signal, STORED)
    assert "square_law" not in " ".join(read_blot(tmp_path / "plain.gel").cautions)


def test_tags_in_a_directory_of_their_own_are_found(tmp_path: Path) -> None:
    """Real files may hold the private tags in the directory after the picture's, which has no image."""
    tifffile.imwrite(tmp_path / "scan.gel", STORED, photometric="miniswhite", metadata=None)
    raw = bytearray((tmp_path / "scan.gel").read_bytes())
    with tifffile.TiffFile(tmp_path / "scan.gel") as file:
        page = file.pages[0].aspage()
        link = page.offset + 2 + 12 * len(page.tags)
    raw += bytes(len(raw) % 2)
    directory = len(raw)
    raw[link : link + 4] = directory.to_bytes(4, "little")
    entries = [(33445, 4, 1, 2), (33446, 5, 1, directory + 2 + 24 + 4)]
    raw += len(entries).to_bytes(2, "little")
    for code, kind, count, value in entries:
        raw += code.to_bytes(2, "little") + kind.to_bytes(2, "little")
        raw += count.to_bytes(4, "little") + value.to_bytes(4, "little")
    raw += bytes(4) + (1).to_bytes(4, "little") + (21025).to_bytes(4, "little")
    (tmp_path / "scan.gel").write_bytes(raw)
    blot = read_blot(tmp_path / "scan.gel")
    assert np.allclose(blot.signal, STORED.astype(float) ** 2 / 21025, rtol=1e-12)
    assert "page_chosen" not in " ".join(blot.cautions)


def test_clipping_is_seen_at_the_largest_stored_number(tmp_path: Path) -> None:
    clipped = np.minimum(STORED.astype(np.int64) * 80_000 // int(STORED.max()), 65535).astype(np.uint16)
    blot = read_blot(gel(tmp_path / "scan.gel", 2, stored=clipped))
    assert np.array_equal(blot.saturated, clipped == 65535)
    assert blot.saturated.any()


def test_a_scale_that_is_absent_is_one(tmp_path: Path) -> None:
    assert read_blot(gel(tmp_path / "scan.gel", 2, None)).signal.max() == float(STORED.max()) ** 2


def test_dark_bands_contradict_the_format_and_that_is_told(tmp_path: Path) -> None:
    blot = read_blot(gel(tmp_path / "scan.gel", 2, stored=np.asarray(65535 - STORED, dtype=np.uint16)))
    assert not blot.stored_dark_bands
    assert any(words.startswith("polarity_unsure") for words in blot.cautions)


@pytest.mark.parametrize(
    ("law", "scale", "words"),
    [(7, (1, 2), "the unknown law 7"), (2, (1, 0), "the scale"), (2, (0, 5), "the scale")],
)
def test_a_law_or_scale_that_nobody_knows_is_refused(
    tmp_path: Path, law: int, scale: tuple[int, int], words: str
) -> None:
    with pytest.raises(UnreadableImage, match=words):
        read_blot(gel(tmp_path / "scan.gel", law, scale))
