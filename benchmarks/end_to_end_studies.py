"""Simulated blot studies with planted verdicts, from the folder that a user would hand in.

Each study is drawn from one seed: its hours, its cell lines (sensitive, partial, resistant), the courses of cIAP2,
cIAP1 and XIAP, the scatter between its independent experiments, and for every experiment a membrane of its own with
its gain, scene, family of band shapes and camera. The families are the four of `blots.simulate`, and the five of the
blot grid that no estimator was tuned on; none is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks import blot_grid_scenes as grid_scenes
from benchmarks.blot_grid_pictures import draw
from benchmarks.blot_grid_shapes import HELD_OUT
from blots.simulate import BANDS, SCENES, BlotDesign, simulate_blot, write_blot_tiff
from blots.simulated_shapes import SHAPE_FAMILIES

FloatArray = NDArray[np.float64]

TARGETS = ("cIAP2", "cIAP1", "XIAP")
KINDS = ("sensitive", "partial", "resistant")
HOURS: tuple[tuple[float, ...], ...] = (
    (0, 1, 3, 6, 12, 24),
    (0, 2, 6, 24),
    (0, 1, 4, 8, 24),
    (0, 3, 6, 12, 24, 48),
    (0, 0.5, 1, 2, 4, 8, 24),
    (0, 1, 3, 6, 9, 12, 24, 48),
)
HOURS_DRAWN = (0.5, 0.1, 0.1, 0.1, 0.1, 0.1)
REPLICATES_DRAWN = {2: 0.1, 3: 0.8, 4: 0.1}
MOST_LANES = 15
LOAD_SD = 0.12
GAIN_SD = 0.2
PITCH_PX = 72.0
FIRST_PX = 96.0
GRID_SCENES = grid_scenes.SIMPLE + grid_scenes.HARD
# Volumes of a level of one in DN px, as the blot grid has them; cIAP2 starts low, so that it has room to rise.
UNIT_VOLUMES = np.array([6e6, 6e6, 0.9e6, 9e6, 16e6])
CIAP2_AT_ZERO = (0.25, 0.4)


@dataclass(frozen=True, eq=False)
class PlantedLine:
    """One cell line: its kind, and the planted levels over 0 h of each target, shape (hours,)."""

    name: str
    kind: str
    courses: dict[str, FloatArray]
    ciap2_at_zero: float


@dataclass(frozen=True, eq=False)
class PlantedStudy:
    """What a study holds before any picture is drawn; `scatter_sd` is that of ln(level) between experiments."""

    seed: int
    hours: tuple[float, ...]
    n: int
    scatter_sd: float
    lines: tuple[PlantedLine, ...]


def plant(seed: int) -> PlantedStudy:
    """Draw what a study holds.

    Examples
    --------
    >>> study = plant(31000)
    >>> study.n in (2, 3, 4), all(line.kind in KINDS for line in study.lines)
    (True, True)
    """
    rng = np.random.default_rng([seed, 0])
    hours = HOURS[int(rng.choice(len(HOURS), p=HOURS_DRAWN))]
    n = int(rng.choice(list(REPLICATES_DRAWN), p=list(REPLICATES_DRAWN.values())))
    lines = []
    for index in range(min(MOST_LANES // len(hours), 3)):
        kind = str(rng.choice(KINDS))
        courses = _courses(kind, len(hours), rng)
        lines.append(PlantedLine(f"line {index + 1}", kind, courses, float(rng.uniform(*CIAP2_AT_ZERO))))
    return PlantedStudy(seed, hours, n, float(rng.uniform(0.15, 0.3)), tuple(lines))


def _courses(kind: str, count: int, rng: np.random.Generator) -> dict[str, FloatArray]:
    """Return the planted levels of a line of this kind."""
    flat = np.ones(count)
    if kind == "sensitive":
        return {"cIAP2": _fall(count, rng), "cIAP1": _fall(count, rng), "XIAP": flat}
    ends = (0.3, 0.6) if kind == "partial" else (1.5, 3.0)
    ciap2 = _comes_back(_fall(count, rng, last=count - 2), float(rng.uniform(*ends)), rng)
    ciap1 = _fall(count, rng, last=count - 2)
    if rng.random() < 0.5:
        ciap1 = _comes_back(ciap1, float(ciap1.min() * rng.uniform(1.2, 2.5)), rng)
    return {"cIAP2": ciap2, "cIAP1": ciap1, "XIAP": flat}


def _fall(count: int, rng: np.random.Generator, last: int | None = None) -> FloatArray:
    """Return a fall to a nadir at a random hour, up to the one numbered `last`, and the same level from there on."""
    nadir = int(rng.integers(1, (count - 1 if last is None else last) + 1))
    low, high = (0.02, 0.05) if rng.random() < 0.25 else (0.05, 0.2)
    level = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    # Most of a loss comes within the first hours: the way down is convex on the log scale.
    way = np.minimum(np.arange(count) / nadir, 1.0) ** float(rng.uniform(0.4, 1.0))
    return np.asarray(np.exp(np.log(level) * way))


def _comes_back(fallen: FloatArray, level: float, rng: np.random.Generator) -> FloatArray:
    """Return the course with a rise from its nadir to `level`, reached at a random later hour and then kept."""
    nadir = int(np.argmin(fallen))
    top = int(rng.integers(nadir + 1, len(fallen)))
    steps = np.clip((np.arange(len(fallen)) - nadir) / (top - nadir), 0.0, 1.0)
    return np.asarray(np.where(np.arange(len(fallen)) <= nadir, fallen, fallen.min() ** (1 - steps) * level**steps))


def verdict_of(levels: FloatArray) -> str:
    """Return the verdict that a course was planted with.

    Examples
    --------
    >>> verdict_of(np.array([1.0, 0.1, 0.1])), verdict_of(np.array([1.0, 0.1, 0.5])), verdict_of(np.ones(3))
    ('sustained loss', 'rebound', 'no loss')
    """
    if levels.min() > 0.999:
        return "no loss"
    after = levels[int(np.argmin(levels)) :].max()
    if after > 1.001:
        return "overshoot"
    return "rebound" if after > 1.001 * levels.min() else "sustained loss"


def write_study(study: PlantedStudy, folder: Path) -> tuple[Path, pd.DataFrame, pd.DataFrame]:
    """Write study.yaml, lanes.csv and one 16-bit TIFF a membrane.

    Returns
    -------
    path : Path
        The study file.
    truth : DataFrame
        `membrane, lane, target, volume` of every band, and `planted_ratio`: ln(target / actin) as drawn, up to the
        membrane's own factors.
    membranes : DataFrame
        `membrane, drawn_by, scene, shape` of every picture.
    """
    lanes = [(line, i) for line in study.lines for i in range(len(study.hours))]
    sheet, truths, membranes, images = [], [], [], []
    for replicate in range(1, study.n + 1):
        rng = np.random.default_rng([study.seed, 1, replicate])
        name = f"rep{replicate}"
        levels = np.array([_levels(line, i) for line, i in lanes])
        levels[:, [0, 1, 3]] *= np.exp(study.scatter_sd * rng.standard_normal((len(lanes), 3)))
        loads = np.exp(LOAD_SD * rng.standard_normal(len(lanes)))
        gain = float(np.clip(np.exp(GAIN_SD * rng.standard_normal()), 0.6, 1.5))
        image, truth, drawn = _picture(levels, loads, gain, study.hours, rng)
        write_blot_tiff(folder / f"{name}.tif", image)
        truths.append(truth.assign(membrane=name))
        membranes.append({"membrane": name} | drawn)
        sheet += [_lane(study, name, replicate, i) for i in range(len(lanes))]
        images.append(f"    - {{file: {name}.tif, membrane: {name}, bands: [{', '.join(BANDS)}]}}\n")
    pd.DataFrame(sheet).to_csv(folder / "lanes.csv", index=False)
    path = folder / "study.yaml"
    path.write_text(f"version: 1\nblots:\n  lanes: lanes.csv\n  loading_control: actin\n  images:\n{''.join(images)}")
    truth = pd.concat(truths, ignore_index=True)
    control = truth[truth["target"] == "actin"].set_index(["membrane", "lane"])["volume"]
    below = control.reindex(pd.MultiIndex.from_frame(truth[["membrane", "lane"]])).to_numpy()
    return path, truth.assign(planted_ratio=np.log(truth["volume"] / below)), pd.DataFrame(membranes)


def _levels(line: PlantedLine, i: int) -> tuple[float, ...]:
    course = line.courses
    return line.ciap2_at_zero * course["cIAP2"][i], course["cIAP1"][i], 1.0, course["XIAP"][i], 1.0


def _lane(study: PlantedStudy, membrane: str, replicate: int, index: int) -> dict[str, object]:
    line, hours = study.lines[index // len(study.hours)], study.hours[index % len(study.hours)]
    return {
        "membrane": membrane,
        "lane": index + 1,
        "role": "treated" if hours else "untreated",
        "cell_line": line.name,
        "compound": "Smac-N7" if hours else "",
        "dose": 25 if hours else "",
        "dose_unit": "uM" if hours else "",
        "hours": hours,
        "replicate": replicate,
    }


def _picture(
    levels: FloatArray, loads: FloatArray, gain: float, hours: tuple[float, ...], rng: np.random.Generator
) -> tuple[NDArray[np.uint16], pd.DataFrame, dict[str, str]]:
    """Draw one membrane with a family of band shapes and a scene drawn at random, and say which."""
    families = [*SHAPE_FAMILIES, *HELD_OUT]
    shape = families[int(rng.integers(len(families)))]
    if shape in SHAPE_FAMILIES:
        return _drawn_by_blots(levels, loads, gain, shape, rng)
    return _drawn_by_the_grid(levels, loads, gain, shape, hours, rng)


def _drawn_by_blots(
    levels: FloatArray, loads: FloatArray, gain: float, shape: str, rng: np.random.Generator
) -> tuple[NDArray[np.uint16], pd.DataFrame, dict[str, str]]:
    name = str(rng.choice(list(SCENES)))
    width = round(2 * FIRST_PX + (len(levels) - 1) * PITCH_PX + 16)
    scene = replace(SCENES[name], shape=(620, width), dark_bands=bool(rng.random() < 0.2))
    design = BlotDesign(levels, loads=loads, gain=gain, unit_volumes=tuple(UNIT_VOLUMES))
    blot = simulate_blot(design, scene, SHAPE_FAMILIES[shape], rng=rng)
    return blot.image, blot.truth[["lane", "target", "volume"]], {"drawn_by": "blots", "scene": name, "shape": shape}


def _drawn_by_the_grid(
    levels: FloatArray,
    loads: FloatArray,
    gain: float,
    shape: str,
    hours: tuple[float, ...],
    rng: np.random.Generator,
) -> tuple[NDArray[np.uint16], pd.DataFrame, dict[str, str]]:
    name = str(rng.choice(GRID_SCENES))
    apart = float(rng.choice([26.0, 18.0, 35.0], p=[0.6, 0.2, 0.2]))
    of_lanes = tuple(hours[i % len(hours)] for i in range(len(levels)))
    layout = grid_scenes.Layout(len(levels), of_lanes, PITCH_PX, first_px=FIRST_PX, apart_px=apart)
    camera, scene = grid_scenes.random_camera(rng), grid_scenes.random_scene(name, rng)
    volumes = levels * loads[:, None] * gain * UNIT_VOLUMES
    blot = draw(layout, scene, camera, HELD_OUT[shape], volumes, rng)
    return blot.image, blot.truth[["lane", "target", "volume"]], {"drawn_by": "grid", "scene": name, "shape": shape}
