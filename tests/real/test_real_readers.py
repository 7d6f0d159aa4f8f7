"""Real scans: `.1sc` files pixel for pixel as Image Lab exports them, whatever the tags of the export say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from blots import UnreadableImage, read_blot
from blots.bio_rad_1sc import read_bio_rad_1sc


@pytest.fixture(scope="module")
def scans(real_data: Path) -> Path:
    return real_data / "blots" / "biorad_1sc"


@pytest.mark.parametrize(
    ("name", "acquired"),
    [("test1", "15-Dec-2015 11:55"), ("test2", "09-Apr-2014 12:09"), ("test4", "03-Jul-2015 12:16")],
)
def test_no_pixel_of_a_1sc_differs_from_image_lab(scans: Path, name: str, acquired: str) -> None:
    export = scans / f"{name}_imglab_analysis.tif"
    scan, exported = read_blot(scans / f"{name}.1sc"), read_blot(export)
    with tifffile.TiffFile(export) as file:
        assert file.pages[0].aspage().photometric == tifffile.PHOTOMETRIC.MINISWHITE
    assert np.array_equal(scan.signal, tifffile.imread(export))
    assert np.array_equal(scan.signal, exported.signal)
    assert (scan.stored_dark_bands, exported.stored_dark_bands) == (False, False)
    assert scan.polarity_confidence > 0.9
    assert (scan.metadata["scanner"], scan.metadata["acquired"]) == ("ChemiDoc XRS", acquired)


def test_a_damaged_1sc_gives_the_picture_or_words(scans: Path, rng: np.random.Generator) -> None:
    whole = (scans / "test4.1sc").read_bytes()
    described, refused = 60_000, 0  # the fields before the pixels
    for _ in range(150):
        raw = bytearray(whole)
        for place in rng.integers(136, described, int(rng.integers(1, 400))):
            raw[int(place)] = int(rng.integers(256))
        cut = bytes(raw[: int(rng.integers(200, len(raw)))]) if rng.random() < 0.5 else bytes(raw)
        try:
            assert read_bio_rad_1sc("test4.1sc", cut).pixels.shape == (520, 696)
        except UnreadableImage:
            refused += 1
    assert 50 < refused < 150


def test_the_polarity_of_real_pictures_is_certain(real_data: Path) -> None:
    photograph = read_blot(real_data / "blots" / "elife_gel" / "gel-example.png")
    assert photograph.stored_dark_bands
    assert photograph.polarity_confidence > 0.8


@pytest.mark.parametrize("name", ["S0_flat", "S1_gradient", "S2_tilt2", "S3_smile", "S4_haze", "S5_full"])
def test_the_polarity_of_the_simulated_blots_survives_what_people_do_to_them(
    real_data: Path, tmp_path: Path, name: str
) -> None:
    picture = tifffile.imread(real_data / "blots" / "synthetic" / f"{name}_0.tif")
    eight = np.asarray(np.rint(picture / picture.max() * 255), dtype=np.uint8)
    curved = np.asarray(np.rint((picture / picture.max()) ** 0.45 * 65535), dtype=np.uint16)
    for stored in (picture, eight, curved, np.rot90(picture), picture[100:420, 200:800]):
        full = np.iinfo(stored.dtype).max
        for pixels, dark in ((stored, False), (full - stored, True)):
            tifffile.imwrite(tmp_path / "a.tif", np.asarray(pixels, dtype=stored.dtype))
            blot = read_blot(tmp_path / "a.tif")
            assert np.array_equal(blot.signal, stored)
            assert blot.stored_dark_bands is dark
            assert blot.polarity_confidence > 0.5
