"""Simulated 16-bit blots whose band volumes are known exactly, for tests, benchmarks and the sample study.

The picture is drawn analytically (nothing is resampled), so that the truth is each band's expected volume
before noise and clipping. What a scene can hold follows what real membranes show: tilt, smile, wandering and
unequal lanes, an uneven background, lane haze that grows with the load, dust, glare, and a camera's noise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blots.errors import BlotError
from blots.simulated_membrane import Membrane, background, camera_light, exposed, optics
from blots.simulated_scenes import BANDS, SCENES, BlotDesign, Scene
from blots.simulated_shapes import BandShape, EmgBand

__all__ = [
    "BANDS",
    "SCENES",
    "BlotDesign",
    "Scene",
    "SimulatedBlot",
    "example_design",
    "simulate_blot",
    "write_blot_tiff",
]


@dataclass(frozen=True, eq=False)
class SimulatedBlot:
    """A picture and its truth.

    `image` is uint16 (rows, columns). `truth` has a row a band: `lane` (from 1), `target`, `volume` (expected,
    unclipped, before noise), `x`, `y` (centre of mass, 0-based column and row) and `clipped_px`.
    """

    image: NDArray[np.uint16]
    truth: pd.DataFrame
    design: BlotDesign = field(repr=False)
    scene: Scene = field(repr=False)


def simulate_blot(
    design: BlotDesign, scene: Scene | None = None, shape: BandShape | None = None, *, rng: np.random.Generator
) -> SimulatedBlot:
    """Draw a blot of `design` in `scene`, its bands of the family `shape`.

    Parameters
    ----------
    design : BlotDesign
        What was loaded in which lane.
    scene : Scene, optional
        Geometry, background and camera; an ideal membrane when absent. `SCENES` holds six named ones.
    shape : BandShape, optional
        The family of band shapes, `EmgBand()` when absent. `SHAPE_FAMILIES` holds four.
    rng : numpy.random.Generator
        The only source of chance: the same generator state gives the same picture.

    Returns
    -------
    SimulatedBlot
        `.image` (uint16) and `.truth` (DataFrame).

    Examples
    --------
    >>> design = BlotDesign(np.ones((12, 5)))
    >>> blot = simulate_blot(design, SCENES["full"], rng=np.random.default_rng(1))
    >>> blot.image.shape, len(blot.truth)
    ((620, 1000), 60)
    """
    scene, shape = scene or Scene(), shape or EmgBand()
    membrane = Membrane.draw(design, scene, rng)
    light = membrane.bands(design, shape)
    light = optics(light + membrane.haze(design), scene)
    expected = camera_light(light + background(scene, rng), scene)
    image = exposed(expected, scene, rng)
    truth = membrane.truth(design, expected >= scene.full_scale)
    if scene.dark_bands:
        image = np.asarray(scene.full_scale - image.astype(np.int64), dtype=np.uint16)
    return SimulatedBlot(image, truth, design, scene)


def example_design(rng: np.random.Generator, gain: float = 1.0) -> BlotDesign:
    """Return a time course of two lines x 0, 1, 3, 6, 12, 24 h: cIAP1 falls, cIAP2 falls and rebounds, XIAP stays.

    Loads vary by 12 % and every abundance by 10 % (standard deviations), as between honest lysates.

    Examples
    --------
    >>> example_design(np.random.default_rng(0)).volumes().shape
    (12, 5)
    """
    ciap2 = np.tile([0.35, 0.1, 0.08, 0.3, 0.9, 1.2], 2)
    ciap1 = np.tile([1.0, 0.09, 0.05, 0.08, 0.2, 0.35], 2)
    expected = np.column_stack([ciap2, ciap1, np.ones(12), np.ones(12), np.ones(12)])
    spread = np.exp(rng.normal(0, 0.1, expected.shape))
    spread[:, 4] = 1.0
    return BlotDesign(expected * spread, loads=np.exp(rng.normal(0, 0.12, 12)), gain=gain)


def write_blot_tiff(path: str | Path, image: NDArray[np.uint16]) -> None:
    """Write a picture as a plain 16-bit uncompressed TIFF; the same picture gives the same bytes.

    Parameters
    ----------
    path : str or Path
        The file to write.
    image : ndarray of uint16, shape (rows, columns)
        As `simulate_blot` returns it.

    Raises
    ------
    BlotError
        When the picture is not of 16 bits.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_blot_tiff(Path(folder) / "rep1.tif", np.zeros((4, 5), dtype=np.uint16))
    """
    import tifffile

    if image.dtype != np.uint16 or image.ndim != 2:
        got = f"{image.dtype} of {image.ndim} dimensions"
        raise BlotError(str(path), expected="a two-dimensional picture of 16 bits", got=got, remedy="Pass .image.")
    tifffile.imwrite(path, image, photometric="minisblack", metadata=None, software=False)
