"""The lanes of real gels, set against what the eye reads off the picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from blots import find_geometry
from blots.image_files import blot_from_array

# The middles of the 15 lanes of the lower gel; its side lies half a lane right of the last.
LOWER_GEL = [56, 94, 127, 161, 194, 230, 265, 302, 340, 375, 412, 447, 480, 513, 547]


@pytest.fixture(scope="module")
def gels(real_data: Path) -> NDArray[np.uint8]:
    return np.asarray(Image.open(real_data / "blots" / "elife_gel" / "gel-example.png").convert("L"))


def test_the_lanes_of_a_gel_beside_its_own_edge_are_not_shifted_by_one(gels: NDArray[np.uint8]) -> None:
    geometry = find_geometry(blot_from_array(gels[560:960], "lower gel"), 15, ["product"])
    found = np.array([lane.x[250] for lane in geometry.lanes])
    assert np.abs(found - LOWER_GEL).max() < 0.3 * 35
