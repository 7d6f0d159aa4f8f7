"""The errors of blots."""

from __future__ import annotations

import pickle

import pytest

from blots.errors import BlotError, InvalidBoxes, InvalidTimeCourse, LanesNotFound, UnfitImage, UnreadableImage


@pytest.mark.parametrize(
    "kind", [BlotError, UnreadableImage, LanesNotFound, InvalidBoxes, UnfitImage, InvalidTimeCourse]
)
def test_an_error_goes_to_a_worker_and_comes_back(kind: type[BlotError]) -> None:
    error = kind("rep1.tif", expected="an image", got="a text file", remedy="Export the scan as TIFF.")
    found = pickle.loads(pickle.dumps(error))
    assert type(found) is kind
    assert str(found) == "rep1.tif: expected an image, got a text file. Export the scan as TIFF."
    assert (found.thing, found.expected, found.got, found.remedy) == tuple(vars(error).values())
