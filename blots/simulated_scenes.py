"""What a simulated blot holds and how it lies: the design of its lanes, and the scene that was photographed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from blots.errors import BlotError

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
