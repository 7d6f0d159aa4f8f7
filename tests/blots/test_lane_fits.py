"""How stiff a background the picture itself allows."""

from __future__ import annotations

import numpy as np
import pytest

from blots import find_geometry
from blots.image_files import blot_from_array
from blots.lane_fits import fit_lanes
from blots.simulate import BANDS, SCENES, example_design, simulate_blot


@pytest.mark.parametrize(("scene", "supple"), [("flat", False), ("haze", True)])
def test_a_clean_membrane_has_a_stiffer_background_than_a_smeared_one(scene: str, supple: bool) -> None:
    rng = np.random.default_rng(5)
    simulated = simulate_blot(example_design(rng), SCENES[scene], rng=rng)
    blot = blot_from_array(simulated.image, "rep1.tif")
    fits = fit_lanes(blot, find_geometry(blot, 12, BANDS))
    sigmas = fits.options.background.stiffness_px / float(np.median(fits.geometry.sigma_px))
    assert (sigmas < 3) == supple
