"""Blots measured by `quantify_blot`, which finds its bands itself, and by peers that are given the true positions.

    python -m benchmarks.blot_peers [--seeds 1] [--first 9100] [--grid 0] [--files FOLDER] [--gelpy COMMAND]

Pictures: `blots.simulate` (6 scenes x 4 families of shapes), with --grid those of `blot_grid` (held-out shapes), with
--files a folder of TIFFs and JSON truths. Peers: plain scikit-image recipes, ImageJ's Gels tool where Debian's
`imagej`, java and xvfb-run are installed, gelpy where its command is named. What is absent is said and left out.

Errors are scale-free a row (divided by the row's median recovery); `weak` is under 20 % of the row's largest band;
`fold` is |log2| of (target / actin) / (the same at 0 h); `nadir` is that fold of cIAP1 at 3 h over the truth, minus 1:
its neighbour is a constant band, and below 0 the loss is overstated. `clipped` is actin / XIAP of a picture whose full
scale was lowered until actin lost 10 to 40 % of its height, over the same method's ratio in the unclipped picture,
minus 1; `clipped_told` is the share of these bands that were flagged or refused. Slow ones (rolling ball, gelpy)
see the files and the simulator's lopsided family, clipped only in the scenes flat and full. `seconds` are the
processor's (a program's start included); `..._over_ours` compares with cytotools on the same pictures.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import multiprocessing
import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.blot_grid_pictures import DrawnBlot, draw_named
from benchmarks.blot_grid_shapes import HELD_OUT
from benchmarks.blot_peers_programs import gelpy, gelpy_version, imagej, imagej_jar, imagej_version
from benchmarks.blot_peers_recipes import RECIPES, Array, Placed
from blots.errors import BlotError
from blots.image_files import blot_from_array
from blots.quantify import quantify_blot
from blots.simulate import BANDS, SCENES, SimulatedBlot, example_design, simulate_blot
from blots.simulated_shapes import SHAPE_FAMILIES

_REFERENCES = np.repeat([0, 6], 6)
_NADIRS = [2, 8]  # 3 h
_SEEN_BY_SLOW = "lopsided"
_COMPARED = ("weak_median_percent", "weak_p90_percent", "fold_p90_log2", "seconds")
_CLIPPED = (0.1, 0.4)
_FILES = ("S0_flat_0", "S1_gradient_0", "S2_tilt2_0", "S3_smile_0", "S4_haze_0", "S5_full_0")
_CLASSES = {"haze": "haze, full", "full": "haze, full"}
OURS = "cytotools"


class Job(NamedTuple):
    """One picture to draw or read: its source, scene, family and seed; where files lie, and the command of gelpy."""

    source: str
    scene: str
    family: str
    seed: int
    folder: Path
    gelpy: str | None

    def case(self) -> Case | None:
        """Return the picture; None where there is none."""
        if self.source == "files":
            return file_case(self.folder, self.scene)
        make = grid_case if self.source == "grid" else simulated_case
        return make(self.scene, self.family, self.seed)


class Measured(NamedTuple):
    """What a method gave: volumes (lanes, bands) up to a factor a row (gelpy: a lane), which bands it warned of."""

    volume: Array
    told: NDArray[np.bool_]


class Method(NamedTuple):
    """A way to measure, its version, and whether volumes of different lanes may be compared."""

    measure: Callable[[Placed], Measured]
    version: str
    across_lanes: bool = True
    slow: bool = False


class Case(NamedTuple):
    """A picture, the same one clipped, and the part of each actin band's height that is lost there."""

    source: str
    scene: str
    family: str
    placed: Placed
    clipped: Placed | None = None
    lost: Array = np.zeros(0)


def ours(placed: Placed) -> Measured:
    """Measure with cytotools; no position is given."""
    table = quantify_blot(blot_from_array(placed.image, placed.name), len(placed.x), BANDS)
    volume = table.volume.to_numpy().reshape(placed.x.shape)
    return Measured(volume, table.caution.str.len().gt(0).to_numpy().reshape(placed.x.shape))


def methods(gelpy_command: str | None) -> dict[str, Method]:
    """Return what can be run here."""
    skimage = f"scikit-image {importlib.metadata.version('scikit-image')}"
    plain = f"numpy {importlib.metadata.version('numpy')}"
    found = {OURS: Method(ours, f"cytotools {importlib.metadata.version('cytotools-apoptosis')}")}
    for name, recipe in RECIPES.items():
        version = skimage if "ball" in name else plain
        measure = partial(_recipe, recipe)
        found[name] = Method(measure, version, slow="ball" in name)
    if jar := imagej_jar():
        version = imagej_version(jar)
        found["ImageJ Gels"] = Method(lambda placed: _silent(imagej(placed, jar)), version)
        found["ImageJ Gels, plots 4 x taller"] = Method(lambda placed: _silent(imagej(placed, jar, 4)), version)
    if gelpy_command:
        version = gelpy_version(gelpy_command)
        found["gelpy, true lanes"] = Method(lambda placed: _with_doubts(placed, gelpy_command), version, False, True)
    return found


def _recipe(recipe: Callable[[Placed], Array], placed: Placed) -> Measured:
    return _silent(recipe(placed))


def _silent(volume: Array) -> Measured:
    return Measured(volume, np.zeros(volume.shape, dtype=bool))


def _with_doubts(placed: Placed, command: str) -> Measured:
    area, unsure = gelpy(placed, command)
    return Measured(area, unsure > 0)


def simulated_case(scene: str, family: str, seed: int) -> Case:
    """Return a blot of the simulator and its clipped twin."""
    placed = _placed(_simulate(scene, family, seed), f"{scene} {family} {seed}")
    full, lost = _lowered_full_scale(placed)
    clipped = _placed(_simulate(scene, family, seed, full), f"{placed.name} clipped")
    return Case("simulated", scene, family, placed, clipped, lost)


def _simulate(scene: str, family: str, seed: int, full_scale: int = 65535) -> SimulatedBlot:
    rng = np.random.default_rng(seed)
    seen = replace(SCENES[scene], full_scale=full_scale)
    return simulate_blot(example_design(rng), seen, SHAPE_FAMILIES[family], rng=rng)


def _placed(blot: SimulatedBlot, name: str) -> Placed:
    truth = blot.truth
    x, y, volume, clipped = (truth[c].to_numpy(float).reshape(12, 5) for c in ("x", "y", "volume", "clipped_px"))
    sigmas = np.array(blot.design.sigmas_px, dtype=float)
    return Placed(name, blot.image, x, y, volume, clipped > 0, blot.scene.lane_width_px, sigmas)


def _lowered_full_scale(placed: Placed) -> tuple[int, Array]:
    """Return a full scale at which the median actin band loses a quarter of its height, and what each band loses."""
    heights, grounds = np.empty(len(placed.x)), np.empty(len(placed.x))
    for lane, (left, right, top, bottom) in enumerate(placed.boxes()[:, -1]):
        inside = placed.image[top:bottom, left:right].astype(float)
        grounds[lane] = np.percentile(inside, 5)
        heights[lane] = np.percentile(inside, 99.5) - grounds[lane]
    full = int(np.median(grounds + 0.75 * heights))
    return full, np.clip(1 - (full - grounds) / heights, 0, 1)


def grid_case(scene: str, family: str, seed: int) -> Case | None:
    """Return a blot of the grid; None where it holds another number of lanes."""
    drawn = draw_named(scene, family, seed)
    if drawn.layout.lanes != 12:
        return None
    return Case("grid", scene, family, _placed_grid(drawn, f"{scene} {family} {seed}"))


def _placed_grid(drawn: DrawnBlot, name: str) -> Placed:
    truth = drawn.truth.sort_values(["lane", "y"])
    x, y, volume = (truth[c].to_numpy(float).reshape(-1, 5) for c in ("x", "y", "volume"))
    binned, scale = drawn.camera.binning, drawn.layout.scale
    image = drawn.image
    if drawn.camera.dark_bands:  # the recipes take bright bands
        image = (2**drawn.camera.bits - 1 - image.astype(np.int64)).astype(np.uint16)
    sigmas = np.array([drawn.layout.sigma_px(band) for band in BANDS]) / binned
    width = drawn.layout.lane_px * scale / binned
    return Placed(name, image, x, y, volume, np.zeros(x.shape, bool), width, sigmas)


def file_case(folder: Path, name: str) -> Case | None:
    """Return a picture of the reference set; None, saying so, where it is not there."""
    import tifffile

    if not (folder / f"{name}.tif").exists():
        print(f"{name} left out: not in {folder}")
        return None
    said = json.loads((folder / f"{name}.json").read_text())
    truth = pd.DataFrame(said["truth"]).sort_values(["lane", "yc"])
    x, y, volume, clipped = (truth[c].to_numpy(float).reshape(12, 5) for c in ("xc", "yc", "volume", "n_sat"))
    sigmas = np.array([said["params"]["sig_y"][band] for band in ("cIAP2", "cIAP1", "cIAP1", "XIAP", "actin")])
    image, width = tifffile.imread(folder / f"{name}.tif"), float(said["params"]["lane_w"])
    return Case("files", name, "emg", Placed(name, image, x, y, volume, clipped > 0, width, sigmas))


def run(job: Job) -> list[dict[str, object]]:
    """Measure one picture with every method."""
    case = job.case()
    there = methods(job.gelpy)
    if case is None:
        return []
    fit = {n: m for n, m in there.items() if not m.slow or job.source == "files" or job.family == _SEEN_BY_SLOW}
    return [score(case, name, method) for name, method in fit.items()]


def score(case: Case, name: str, method: Method) -> dict[str, object]:
    """Run a method on a case; return one row of raw errors, arrays included."""
    row: dict[str, object] = {"source": case.source, "scene": case.scene, "picture": case.placed.name, "method": name}
    start = _seconds()
    try:
        found = method.measure(case.placed)
    except BlotError as error:
        print(f"{case.placed.name}: {name} refused: {error}")
        return row | {"refused": 1}
    row |= {"refused": 0, "seconds": _seconds() - start, "told": found.told}
    row |= errors(case.placed, found.volume, across_lanes=method.across_lanes)
    if case.clipped is not None and (not method.slow or case.scene in ("flat", "full")):
        row |= _clipped_errors(case.clipped, case.lost, found.volume, method)
    return row


def _seconds() -> float:
    """Return the processor's seconds of this process and of the programs that it ran: a busy machine does not count."""
    return sum(os.times()[:4])


def errors(placed: Placed, volume: Array, *, across_lanes: bool) -> dict[str, object]:
    """Return the weak bands' errors (%), the folds' (log2) and the nadir's (%)."""
    ratio = np.where(placed.clipped, np.nan, volume / placed.truth)
    relative = np.maximum(ratio / np.nanmedian(ratio, axis=0), 1e-3)
    if not across_lanes:
        relative = np.maximum(ratio, 1e-9)
    weak = (placed.truth < 0.2 * placed.truth.max(axis=0)) & np.isfinite(ratio)
    loaded = relative / relative[:, 4:]
    fold = loaded / loaded[_REFERENCES]
    others = np.setdiff1d(np.arange(12), np.unique(_REFERENCES))
    folds = np.minimum(np.abs(np.log2(fold[others][:, [0, 1, 3]])), 5)  # 5: a band that was missed
    return {
        "weak": 100 * np.abs(relative - 1)[weak] if across_lanes else np.empty(0),
        "folds": folds[np.isfinite(folds)],
        "nadir": 100 * (np.nan_to_num(fold[_NADIRS, 1], nan=1.0) - 1),
    }


def _clipped_errors(clipped: Placed, lost: Array, unclipped: Array, method: Method) -> dict[str, object]:
    lanes = (lost >= _CLIPPED[0]) & (lost <= _CLIPPED[1])
    try:
        found = method.measure(clipped)
    except BlotError as error:
        print(f"{clipped.name}: refused: {error}")
        return {"clipped": np.empty(0), "clipped_told": np.ones(int(lanes.sum()), bool)}
    with np.errstate(divide="ignore", invalid="ignore"):
        change = (found.volume[:, 4] / found.volume[:, 3]) / (unclipped[:, 4] / unclipped[:, 3])
    bias = 100 * (change[lanes] - 1)
    return {"clipped": bias[np.isfinite(bias)], "clipped_told": found.told[lanes, 4]}


def summary(rows: list[dict[str, object]], versions: dict[str, str]) -> pd.DataFrame:
    """Return a row a source, class of scenes and method, with ratios to ours in the same pictures."""
    order = [OURS, *(name for name in versions if name != OURS)]

    def place(raw: dict[str, object]) -> tuple[str, int]:
        return str(raw["source"]), order.index(str(raw["method"]))

    in_order: list[dict[str, object]] = sorted(rows, key=place)
    frame = pd.DataFrame(in_order)
    frame.insert(1, "scenes", [_class_of(str(scene)) for scene in frame.scene])
    parts: list[dict[str, object]] = []
    which = ["source", "scenes", "method"]
    for source, scenes, name in frame[which].drop_duplicates().itertuples(index=False, name=None):
        part = frame[(frame.source == source) & (frame.scenes == scenes) & (frame.method == name)]
        figures = _figures(part)
        same = _figures(frame[(frame.method == OURS) & frame.picture.isin(part.picture)])
        row: dict[str, object] = {"source": source, "scenes": scenes, "method": name, "version": versions[name]}
        ratios = {f"{figure}_over_ours": round(figures[figure] / same[figure], 1) for figure in _COMPARED}
        parts.append(row | figures | ratios)
    return pd.DataFrame(parts)


def _class_of(scene: str) -> str:
    hard = scene in _CLASSES or scene.startswith(("S4", "S5"))
    return "haze, full" if hard else "flat, gradient, tilt, smile"


def _figures(part: pd.DataFrame) -> dict[str, float]:
    def pooled(column: str) -> Array:
        arrays = [a for a in part.get(column, pd.Series(dtype=object)) if isinstance(a, np.ndarray)]
        return np.concatenate([np.asarray(a, dtype=float).ravel() for a in arrays]) if arrays else np.empty(0)

    def at(values: Array, percentile: float, digits: int) -> float:
        return round(float(np.percentile(values, percentile)), digits) if values.size else np.nan

    weak, folds, nadir, clipped = (pooled(c) for c in ("weak", "folds", "nadir", "clipped"))
    told, unclipped_told = pooled("clipped_told"), pooled("told")
    return {
        "blots": len(part),
        "refused": int(part.refused.sum()),
        "weak_median_percent": at(weak, 50, 2),
        "weak_p90_percent": at(weak, 90, 2),
        "fold_p90_log2": at(folds, 90, 3),
        "nadir_bias_percent": at(nadir, 50, 1),
        "clipped_bias_percent": at(clipped, 50, 1),
        "clipped_worst_percent": round(float(clipped[np.argmax(np.abs(clipped))]), 1) if clipped.size else np.nan,
        "clipped_told": round(float(told.mean()), 2) if told.size else np.nan,
        "told_of_unclipped": round(float(unclipped_told.mean()), 3) if unclipped_told.size else np.nan,
        "seconds": round(float(part.seconds.median()), 3) if "seconds" in part else np.nan,
    }


def main() -> None:
    """Measure every picture with every method, print the table and keep it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first", type=int, default=9100)
    parser.add_argument("--sources", default="files,simulated,grid")
    parser.add_argument("--grid", type=int, default=0, help="blots of the grid a scene and held-out shape")
    parser.add_argument("--files", type=Path, default=Path("../shared/data/blots/synthetic"))
    parser.add_argument("--gelpy", help="the command of gelpy, in an environment of its own")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--scenes", help="only these, by commas")
    parser.add_argument("--to", type=Path, default=Path(__file__).with_suffix(".csv"))
    options = parser.parse_args()
    there = methods(options.gelpy)
    for name, remedy in (
        ("ImageJ Gels", "imagej, java and xvfb-run"),
        ("gelpy, true lanes", "the command for --gelpy"),
    ):
        if name not in there:
            print(f"{name} left out: it needs {remedy}")
    versions = {name: method.version for name, method in there.items()}
    rows: list[dict[str, object]] = []
    with multiprocessing.Pool(options.processes) as pool:
        for done in pool.imap_unordered(run, _jobs(options), chunksize=1):
            rows += done
            if rows:
                _keep(summary(rows, versions), options.to)
    print(summary(rows, versions).to_string(index=False) if rows else "no picture")


def _keep(table: pd.DataFrame, path: Path) -> None:
    """Write the table; rows of sources that this run did not look at stay."""
    before = pd.read_csv(path) if path.exists() else table.iloc[:0]
    kept = before[~before.source.isin(table.source)]
    both = [part for part in (table, kept) if len(part)]
    pd.concat(both).to_csv(path, index=False, lineterminator="\n")


def _jobs(options: argparse.Namespace) -> list[Job]:
    last = options.files, options.gelpy
    jobs = [Job("files", name, "emg", 0, *last) for name in _FILES]
    for source, families, blots in (("simulated", SHAPE_FAMILIES, options.seeds), ("grid", HELD_OUT, options.grid)):
        seeds = range(options.first, options.first + blots)
        jobs += [Job(source, scene, f, seed, *last) for f in reversed(families) for scene in SCENES for seed in seeds]
    wanted = options.scenes.split(",") if options.scenes else None
    sources = options.sources.split(",")
    return [job for job in jobs if job.source in sources and (wanted is None or job.scene in wanted)]


if __name__ == "__main__":
    main()
