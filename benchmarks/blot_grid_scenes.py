"""What the blots of the grid hold: layouts, time courses, scenes, cameras.

Nothing here comes from `blots`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.blot_grid_shapes import Array

BANDS = ("cIAP2", "cIAP1", "non-specific", "XIAP", "actin")
LOADING = "actin"
REPORTED = ("cIAP2", "cIAP1", "XIAP")
SIMPLE = ("flat", "gradient", "tilt", "smile")
HARD = ("haze", "full")
CLIPPED = ("clipped one", "clipped several", "clipped all")
OTHER = ("faint", "odd")
SCENES = SIMPLE + HARD + CLIPPED + OTHER

_ROW_PX = {"cIAP2": 113.0, "cIAP1": 173.0, "XIAP": 273.0, "actin": 473.0}
_SIGMA_PX = {"cIAP2": 5.0, "cIAP1": 5.0, "non-specific": 5.0, "XIAP": 6.0, "actin": 6.5}
_MOST = {"cIAP2": 6.2e6, "cIAP1": 6.2e6, "non-specific": 0.9e6, "XIAP": 9.5e6, "actin": 16e6}


@dataclass(frozen=True)
class Layout:
    """Where lanes and rows lie before any bending, and which hour each lane holds."""

    lanes: int = 12
    hours: tuple[float, ...] = (0, 1, 3, 6, 12, 24, 0, 1, 3, 6, 12, 24)
    pitch_px: float = 72.0
    lane_px: float = 46.0
    first_px: float = 96.0
    apart_px: float = 26.0  # from cIAP1 to the non-specific band
    height_px: int = 620
    scale: float = 1.0

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the picture."""
        width = 2 * self.first_px + (self.lanes - 1) * self.pitch_px + (16 if self.lanes == 12 else 0)
        return round(self.height_px * self.scale), round(width * self.scale)

    @property
    def references(self) -> NDArray[np.intp]:
        """Each lane's lane of 0 h."""
        zeros = np.flatnonzero(np.asarray(self.hours) == 0)
        return np.asarray([zeros[zeros <= i][-1] for i in range(self.lanes)])

    def row_px(self, band: str) -> float:
        """Return the row's place, in pixels from the top."""
        at = _ROW_PX["cIAP1"] + self.apart_px if band == "non-specific" else _ROW_PX[band]
        return at * self.scale

    def sigma_px(self, band: str) -> float:
        """Return the row's sigma."""
        return _SIGMA_PX[band] * self.scale


LAYOUTS = {
    "12 lanes": Layout(),
    "6 lanes": Layout(lanes=6, hours=(0, 1, 3, 6, 12, 24), pitch_px=84, lane_px=56, first_px=104, height_px=560),
    "8 lanes": Layout(lanes=8, hours=(0, 1, 3, 6, 9, 12, 24, 48), pitch_px=78, lane_px=50, first_px=90),
    "15 lanes": Layout(lanes=15, hours=(0, 1, 6, 12, 24) * 3, pitch_px=68, lane_px=45, first_px=80, height_px=600),
    "12 lanes, x 1.6": Layout(scale=1.6),
    "12 lanes, x 0.75": Layout(scale=0.75),
}


@dataclass(frozen=True)
class Scene:
    """How far a scene departs from an ideal membrane; lengths in pixels of the 1000 x 620 picture, light in DN."""

    tilt_deg: float = 0.0
    smile_px: float = 0.0
    wander_px: float = 0.0
    uneven: float = 0.01
    plane_dn: tuple[float, float] = (0.0, 0.0)
    bowl_dn: float = 0.0
    haze_dn: float = 0.0
    blotch_dn: float = 0.0
    veil: float = 0.0
    dust: int = 0
    scratches: int = 0
    vignette: float = 0.0
    speckle: float = 0.0


@dataclass(frozen=True)
class Camera:
    """The largest number stored, in DN of 16 bits, as which it is stored, the binning, and the polarity."""

    full_dn: float = 65535.0
    bits: int = 16
    binning: int = 1
    dark_bands: bool = False


def random_scene(name: str, rng: np.random.Generator) -> Scene:
    """Draw what a named scene may hold."""

    def either_way(low: float, high: float) -> float:
        return float(rng.uniform(low, high) * rng.choice([-1, 1]))

    plane = (either_way(800, 2500), either_way(400, 1500))
    match name:
        case "gradient":
            return Scene(plane_dn=plane, bowl_dn=either_way(0, 600))
        case "tilt":
            return Scene(tilt_deg=either_way(1.5, 2.5))
        case "smile":
            return Scene(smile_px=either_way(5, 11), uneven=0.02)
        case "haze":
            return Scene(plane_dn=plane, haze_dn=float(rng.uniform(300, 900)))
        case "full":
            return Scene(
                either_way(1.0, 2.5), either_way(4, 10), rng.uniform(1, 3.5), 0.04, plane, either_way(0, 500),
                rng.uniform(300, 900), rng.uniform(80, 250), rng.uniform(0.02, 0.04), int(rng.integers(8, 18)),
                int(rng.integers(1, 4)), rng.uniform(0.05, 0.12), rng.uniform(0.003, 0.01),
            )  # fmt: skip
        case _:
            return Scene(plane_dn=(0.3 * plane[0], 0.3 * plane[1]) if rng.random() < 0.5 else (0.0, 0.0))


def random_layout(rng: np.random.Generator) -> tuple[str, Layout]:
    """Draw a layout: that of the reference set for 6 of 10, and a distance to the non-specific band."""
    names = list(LAYOUTS)
    name = str(rng.choice(names, p=[0.6] + [0.08] * 5))
    return name, replace(LAYOUTS[name], apart_px=float(rng.choice([26.0, 18.0, 35.0], p=[0.6, 0.2, 0.2])))


def random_camera(rng: np.random.Generator) -> Camera:
    """Draw a camera: 16 bits for 6 of 10, 14 or 12 bits or binned otherwise; dark bands for 2 of 10."""
    kind = rng.choice(["16", "14", "12", "binned"], p=[0.6, 0.15, 0.15, 0.1])
    dark = bool(rng.random() < 0.2)
    bits = int(kind) if kind != "binned" else 16
    return Camera(bits=bits, binning=2 if kind == "binned" else 1, dark_bands=dark)


# --- what is loaded ---------------------------------------------------------------------------------------------------


def time_course(layout: Layout, rng: np.random.Generator) -> Array:
    """Return volumes (lanes, bands) in DN px: cIAP1 and cIAP2 fall, cIAP2 comes back, XIAP falls slowly."""
    hours = np.asarray(layout.hours, dtype=np.float64)
    log_h = np.log2(1 + hours)
    rest = rng.uniform(0.25, 0.8)
    cIAP2 = rest * np.interp(log_h, [0, 1, 2, 2.8, 3.7, 4.64, 6], [1, 0.3, rng.uniform(0.08, 0.25), 0.9, 2, 3, 3])
    cIAP2 = np.maximum(np.minimum(cIAP2, 1.2), 0.08)
    late = rng.choice([1.0, rng.uniform(2, 8)])
    cIAP1 = np.interp(log_h, [0, 1, 2, 3, 4.64, 6], [1, 0.08, 0.05, 0.06, 0.05 * late, 0.05 * late])
    xiap = np.exp(-hours / rng.uniform(30, 200))
    course = np.stack([cIAP2, cIAP1, np.ones_like(hours), xiap, np.ones_like(hours)], axis=1)
    course[:, [0, 1, 3]] *= np.exp(0.1 * rng.standard_normal((layout.lanes, 3)))
    course[:, 2] *= np.exp(0.08 * rng.standard_normal(layout.lanes))
    load = np.exp(0.12 * rng.standard_normal(layout.lanes))
    exposure = rng.uniform(0.7, 1.15) * layout.scale**2
    return np.asarray(course * load[:, None] * np.array([_MOST[b] for b in BANDS]) * exposure)


def with_faint(volumes: Array, rng: np.random.Generator) -> Array:
    """Return the volumes with a fifth of the targets' bands absent and a fifth near what can be seen at all."""
    faint = volumes.copy()
    for k in (0, 1, 3):
        kind = rng.permutation(np.resize([0, 1, 2, 3, 3], len(volumes)))
        faint[kind == 0, k] = 0.0
        near = kind == 1
        faint[near, k] = np.exp(rng.uniform(np.log(2e3), np.log(1.5e5), near.sum()))
    return faint


def with_clipping(name: str, volumes: Array, rng: np.random.Generator) -> Array:
    """Return the volumes with the loading control of one or several lanes well above that of the others."""
    loud = volumes.copy()
    if name != "clipped all":
        lanes = rng.choice(len(loud), 1 if name == "clipped one" else max(2, len(loud) // 3), replace=False)
        loud[lanes, 4] = loud[:, 4].max() * rng.uniform(2.2, 3.0, len(lanes))
    return loud


def clipped_cells(name: str, volumes: Array) -> NDArray[np.bool_]:
    """Return which bands the full scale is set by: the loud ones, or all of the loading control."""
    cells = np.zeros(volumes.shape, dtype=bool)
    cells[:, 4] = True if name == "clipped all" else volumes[:, 4] > 1.7 * np.median(volumes[:, 4])
    return cells
