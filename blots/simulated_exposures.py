"""One simulated membrane photographed several times: other exposures, moved and cropped, each with its own noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import shift as moved

from blots.simulate import SimulatedBlot
from blots.simulated_membrane import Membrane, background, camera_light, exposed, optics
from blots.simulated_scenes import BlotDesign, Scene
from blots.simulated_shapes import BandShape, EmgBand


def simulate_exposures(
    design: BlotDesign,
    scene: Scene | None = None,
    shape: BandShape | None = None,
    *,
    factors: Sequence[float] = (1.0, 0.2),
    shifts: Sequence[tuple[float, float]] = ((0.0, 0.0), (0.0, 0.0)),
    offsets: Sequence[float] | None = None,
    rng: np.random.Generator,
) -> tuple[SimulatedBlot, ...]:
    """Draw one membrane as several exposures of it show it.

    Parameters
    ----------
    design, scene, shape
        As `simulate_blot`.
    factors : sequence of float
        How much of the light each exposure gathers.
    shifts : sequence of (float, float)
        How many rows and columns each picture's content lies further down and to the right, fractions too.
    offsets : sequence of float, optional
        The camera's level without light in each exposure; the scene's own when absent.
    rng : numpy.random.Generator
        The only source of chance.

    Returns
    -------
    tuple of SimulatedBlot
        One an exposure; the truth of each is in its own numbers and places.

    Examples
    --------
    >>> long, short = simulate_exposures(BlotDesign(np.ones((12, 5))), rng=np.random.default_rng(1))
    >>> float(short.truth.volume[0] / long.truth.volume[0])
    0.2
    """
    scene, shape = scene or Scene(), shape or EmgBand()
    membrane = Membrane.draw(design, scene, rng)
    light = optics(membrane.bands(design, shape) + membrane.haze(design), scene)
    light = camera_light(light + background(replace(scene, offset=0.0), rng), scene)
    levels = [scene.offset] * len(factors) if offsets is None else offsets
    found = []
    for factor, (down, right), level in zip(factors, shifts, levels, strict=True):
        expected = factor * at_place(light, down, right) + level
        truth = membrane.truth(design, expected >= scene.full_scale)
        truth = truth.assign(volume=factor * truth.volume, x=truth.x + right, y=truth.y + down)
        found.append(SimulatedBlot(exposed(expected, scene, rng), truth, design, scene))
    return tuple(found)


def at_place(light: NDArray[np.float64], down: float, right: float) -> NDArray[np.float64]:
    """Return noiseless light that lies some rows further down and columns to the right, fractions too."""
    if down == 0 and right == 0:
        return light
    return np.asarray(moved(light, (down, right), order=5, mode="nearest"))
