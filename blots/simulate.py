"""Simulated 16-bit blots whose band volumes are known exactly, for tests, benchmarks and the sample study.

The picture is drawn analytically (nothing is resampled), so that the truth is each band's expected volume
before noise and clipping. What a scene can hold follows what real membranes show: tilt, smile, wandering and
unequal lanes, an uneven background, lane haze that grows with the load, dust, glare, and a camera's noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import gaussian_filter

from blots.errors import BlotError
from blots.simulated_shapes import BandShape, EmgBand, flat_top

Array = NDArray[np.float64]

BANDS = ("cIAP2", "cIAP1", "non-specific", "XIAP", "actin")


@dataclass(frozen=True)
class BlotDesign:
    """What was loaded: the relative abundance of every band in every lane, and each lane's load.

    A band's volume is ``abundance * load * gain * unit_volume`` (digital numbers times pixels). A lane whose load
    is zero is empty: it has neither bands nor haze.

    Parameters
    ----------
    abundance : array_like, shape (n_lanes, n_bands)
        Relative abundances, 1 for the usual level; every column in the order of `bands`.
    bands : sequence of str
        Names from top to bottom. `rows_px`, `sigmas_px` and `unit_volumes` have one entry a band.
    loads : array_like, shape (n_lanes,), optional
        Relative protein loads, ones when absent.
    gain : float
        The membrane's own factor (transfer, exposure), which a loading control can't remove but a reference does.

    Examples
    --------
    >>> design = BlotDesign(np.ones((12, 5)), loads=np.full(12, 0.5), gain=2.0)
    >>> design.volumes().shape
    (12, 5)
    >>> float(design.volumes()[0, 4])
    16000000.0
    """

    abundance: ArrayLike
    bands: Sequence[str] = BANDS
    loads: ArrayLike | None = None
    gain: float = 1.0
    rows_px: Sequence[float] = (110.0, 170.0, 196.0, 270.0, 470.0)
    sigmas_px: Sequence[float] = (5.0, 5.0, 5.0, 6.0, 6.5)
    unit_volumes: Sequence[float] = (6e6, 6e6, 9e5, 9e6, 16e6)

    def __post_init__(self) -> None:
        """Refuse a table that does not fit its bands."""
        abundance = np.asarray(self.abundance, dtype=float)
        n_bands = len(self.bands)
        if abundance.ndim != 2 or abundance.shape[1] != n_bands:
            raise BlotError(
                "abundance",
                expected=f"a (lanes, {n_bands}) table",
                got=f"{abundance.shape}",
                remedy="One column a band.",
            )
        rows = {len(self.rows_px), len(self.sigmas_px), len(self.unit_volumes)}
        if rows != {n_bands} or self.lane_loads().shape != abundance.shape[:1]:
            raise BlotError(
                "design",
                expected="one row, sigma and unit volume a band and one load a lane",
                got="other lengths",
                remedy="Give every band its row, and every lane its load.",
            )

    def lane_loads(self) -> Array:
        """Return the load of every lane."""
        n_lanes = len(np.asarray(self.abundance))
        return np.ones(n_lanes) if self.loads is None else np.asarray(self.loads, dtype=float)

    def volumes(self) -> Array:
        """Return the expected volume of every band, shape (n_lanes, n_bands), in digital numbers times pixels."""
        scale = self.gain * np.asarray(self.unit_volumes, dtype=float)
        return np.asarray(np.asarray(self.abundance, dtype=float) * self.lane_loads()[:, None] * scale)


@dataclass(frozen=True)
class Scene:
    """How the membrane lies and how it was photographed; every default is an ideal membrane.

    Lengths are pixels, angles degrees, levels digital numbers (DN).

    Examples
    --------
    >>> Scene(tilt_degrees=2, smile_px=10, haze=700).shape
    (620, 1000)
    """

    shape: tuple[int, int] = (620, 1000)  # rows, columns
    first_lane_px: float = 96.0
    pitch_px: float = 72.0
    lane_width_px: float = 46.0
    pitch_jitter_px: float = 0.0  # standard deviation of each lane's place
    wander_px: float = 0.0  # how far a lane strays from straight on its way down
    tilt_degrees: float = 0.0
    smile_px: float = 0.0  # the outer lanes run ahead of the middle by this much
    skewed_smile_px: float = 0.0  # its odd (cubic) part
    band_smile_px: float = 0.0  # each band's own sides against its middle
    band_tilt_degrees: float = 0.0  # each band's own slope (standard deviation over lanes)
    offset: float = 900.0
    plane: tuple[float, float] = (0.0, 0.0)  # rise of the background from left to right and from top to bottom
    field: float = 0.0  # standard deviation of a slowly varying background
    field_length_px: float = 90.0
    haze: float = 0.0  # level of the smear down a lane of load 1
    dust: int = 0
    blur_px: float = 1.0
    veil: float = 0.0  # fraction of the light scattered widely
    veil_px: float = 40.0
    vignette: float = 0.0  # loss of light in the corners
    gain: float = 2.0  # DN a photo-electron; 0 draws no noise at all
    read_noise: float = 12.0
    full_scale: int = 65535  # where the camera clips, which may lie below 65535
    dark_bands: bool = False  # store dark bands on a light ground


SCENES: dict[str, Scene] = {
    "flat": Scene(),
    "gradient": Scene(plane=(2500, 1200), field=250),
    "tilt": Scene(tilt_degrees=2.0, pitch_jitter_px=1.5),
    "smile": Scene(smile_px=14, band_smile_px=3, skewed_smile_px=3),
    "haze": Scene(plane=(2500, 1200), field=250, haze=900, dust=15),
    "full": Scene(
        plane=(2500, 1200), field=250, haze=700, dust=15, tilt_degrees=2, smile_px=10, band_smile_px=3,
        wander_px=3, veil=0.04, pitch_jitter_px=2,
    ),
}  # fmt: skip


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
    membrane = _Membrane.draw(design, scene, rng)
    light = membrane.bands(design, shape)
    light = _optics(light + membrane.haze(design), scene)
    expected = _camera_light(light + _background(scene, rng), scene)
    image = _exposed(expected, scene, rng)
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


@dataclass(frozen=True, eq=False)
class _Membrane:
    """Where each lane of one membrane runs: the gel's own coordinates, bent into the picture."""

    scene: Scene
    lane_x: Array
    wander_phase: Array
    band_slopes: Array

    @classmethod
    def draw(cls, design: BlotDesign, scene: Scene, rng: np.random.Generator) -> _Membrane:
        n_lanes = len(design.lane_loads())
        jitter = rng.normal(0, 1, n_lanes) * scene.pitch_jitter_px
        slopes = np.tan(np.radians(rng.normal(0, 1, n_lanes) * scene.band_tilt_degrees))
        lane_x = scene.first_lane_px + scene.pitch_px * np.arange(n_lanes) + jitter
        return cls(scene, lane_x, rng.uniform(0, 2 * np.pi, n_lanes), slopes)

    def gel_coordinates(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Return where the picture's pixels lie on the untilted gel."""
        rows, columns = self.scene.shape
        cx, cy = (columns - 1) / 2, (rows - 1) / 2
        a = np.radians(self.scene.tilt_degrees)
        return (
            cx + (x - cx) * np.cos(a) + (y - cy) * np.sin(a),
            cy - (x - cx) * np.sin(a) + (y - cy) * np.cos(a),
        )

    def picture_coordinates(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Return where a point of the gel is seen in the picture."""
        rows, columns = self.scene.shape
        cx, cy = (columns - 1) / 2, (rows - 1) / 2
        a = np.radians(self.scene.tilt_degrees)
        return (
            cx + (x - cx) * np.cos(a) - (y - cy) * np.sin(a),
            cy + (x - cx) * np.sin(a) + (y - cy) * np.cos(a),
        )

    def stray(self, lane: int, y: Array) -> Array:
        """Return how far a lane lies beside its straight line at gel row `y`."""
        rows = self.scene.shape[0]
        return np.asarray(self.scene.wander_px * np.sin(self.wander_phase[lane] + 2 * np.pi * y / (0.9 * rows)))

    def smile(self, x: Array) -> Array:
        """Return how far down the front runs ahead at gel column `x`."""
        columns = self.scene.shape[1]
        z = (x - columns / 2) / (columns / 2)
        return self.scene.smile_px * z**2 + self.scene.skewed_smile_px * z**3

    def bands(self, design: BlotDesign, shape: BandShape) -> Array:
        """Return the light of all bands, sharp."""
        light = np.zeros(self.scene.shape)
        for lane, band in np.argwhere(design.volumes() > 0):
            _add(light, *self._band(design, shape, int(lane), int(band)))
        return light

    def _band(self, design: BlotDesign, shape: BandShape, lane: int, band: int) -> tuple[tuple[slice, slice], Array]:
        x0, y0 = self.centre(design, lane, band)
        px, py = self.picture_coordinates(np.array([x0]), np.array([y0]))
        reach = max(8 * self.scene.lane_width_px / 10 + 40, 90.0)
        window = _window(self.scene.shape, float(px[0]), float(py[0]), self.scene.lane_width_px, reach)
        rows, columns = np.mgrid[window].astype(float)
        x, y = self.gel_coordinates(columns, rows)
        u = x - self.lane_x[lane] - self.stray(lane, y)
        half = self.scene.lane_width_px / 2
        bow = self.scene.band_smile_px * ((u / half) ** 2 - 1 / 3) + self.band_slopes[lane] * u
        v = y - design.rows_px[band] - self.smile(self.lane_x[lane : lane + 1]) - bow
        picture = shape.across(u, self.scene.lane_width_px) * shape.along(v, float(design.sigmas_px[band]))
        return window, np.asarray(design.volumes()[lane, band] * picture)

    def centre(self, design: BlotDesign, lane: int, band: int) -> tuple[float, float]:
        """Return the gel column and row of a band's centre of mass."""
        y = design.rows_px[band] + float(self.smile(self.lane_x[lane : lane + 1])[0])
        return float(self.lane_x[lane] + self.stray(lane, np.array([y]))[0]), y

    def haze(self, design: BlotDesign) -> Array:
        """Return the smear down every lane, in proportion to its load."""
        light = np.zeros(self.scene.shape)
        if self.scene.haze == 0:
            return light
        rows, columns = np.mgrid[: self.scene.shape[0], : self.scene.shape[1]].astype(float)
        x, y = self.gel_coordinates(columns, rows)
        depth = y / self.scene.shape[0]
        fade = 0.55 + 0.45 * np.sin(np.pi * np.clip(depth, 0, 1)) - 0.25 * depth
        for lane, load in enumerate(design.lane_loads()):
            u = x - self.lane_x[lane] - self.stray(lane, y)
            width = self.scene.lane_width_px
            light += self.scene.haze * load * fade * width * flat_top(u, width * 1.04, 3.0)
        return light

    def truth(self, design: BlotDesign, clipped: NDArray[np.bool_]) -> pd.DataFrame:
        """Return lane, target, volume, x, y and clipped pixels of every band."""
        rows = []
        for lane in range(len(self.lane_x)):
            for band, target in enumerate(design.bands):
                gx, gy = self.centre(design, lane, band)
                px, py = self.picture_coordinates(np.array([gx]), np.array([gy]))
                x, y = float(px[0]), float(py[0])
                half = self.scene.lane_width_px / 2
                window = _window(self.scene.shape, x, y, half, 4 * float(design.sigmas_px[band]))
                volume = float(design.volumes()[lane, band])
                rows.append((lane + 1, target, volume, x, y, int(clipped[window].sum())))
        return pd.DataFrame(rows, columns=["lane", "target", "volume", "x", "y", "clipped_px"])


def _add(light: Array, window: tuple[slice, slice], picture: Array) -> None:
    light[window] += picture


def _window(shape: tuple[int, int], x: float, y: float, half_width: float, half_height: float) -> tuple[slice, slice]:
    top, bottom = max(0, int(y - half_height)), min(shape[0], int(y + half_height) + 1)
    left, right = max(0, int(x - half_width)), min(shape[1], int(x + half_width) + 1)
    return slice(top, max(top, bottom)), slice(left, max(left, right))


def _optics(light: Array, scene: Scene) -> Array:
    blurred = gaussian_filter(light, scene.blur_px) if scene.blur_px else light
    if scene.veil == 0:
        return np.asarray(blurred)
    return np.asarray((1 - scene.veil) * blurred + scene.veil * gaussian_filter(light, scene.veil_px))


def _background(scene: Scene, rng: np.random.Generator) -> Array:
    rows, columns = scene.shape
    x, y = np.linspace(0, 1, columns), np.linspace(0, 1, rows)
    level = scene.offset + scene.plane[0] * x[None, :] ** 1.5 + scene.plane[1] * y[:, None]
    if scene.field:
        rough = gaussian_filter(rng.normal(size=scene.shape), scene.field_length_px, mode="wrap")
        level = level + scene.field * (rough - rough.mean()) / rough.std()
    return np.asarray(np.maximum(level, 0) + _dust(scene, rng))


def _dust(scene: Scene, rng: np.random.Generator) -> Array:
    light = np.zeros(scene.shape)
    for _ in range(scene.dust):
        x, y = rng.uniform(0, scene.shape[1]), rng.uniform(0, scene.shape[0])
        size, level = rng.uniform(0.8, 2.5), rng.uniform(2000, 12000)
        window = _window(scene.shape, x, y, 12, 12)
        rows, columns = np.mgrid[window].astype(float)
        _add(light, window, level * np.exp(-0.5 * ((columns - x) ** 2 + (rows - y) ** 2) / size**2))
    return light


def _camera_light(light: Array, scene: Scene) -> Array:
    if scene.vignette == 0:
        return light
    rows, columns = np.mgrid[: scene.shape[0], : scene.shape[1]].astype(float)
    r2 = (rows / scene.shape[0] - 0.5) ** 2 + (columns / scene.shape[1] - 0.5) ** 2
    return np.asarray(light * (1 - scene.vignette * 2 * r2))


def _exposed(expected: Array, scene: Scene, rng: np.random.Generator) -> NDArray[np.uint16]:
    if scene.gain == 0:
        level = expected
    else:
        electrons = rng.poisson(np.maximum(expected, 0) / scene.gain)
        level = electrons * scene.gain + rng.normal(0, scene.read_noise, scene.shape)
    return np.asarray(np.clip(np.rint(level), 0, scene.full_scale), dtype=np.uint16)
