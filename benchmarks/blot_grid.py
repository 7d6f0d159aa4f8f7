"""Blots against known truth over scenes and band shapes that the method has never seen: the figures of issue 5.

A blot is drawn from a scene, a family of band shapes and a seed; layout (6 to 15 lanes, several sizes), distance to the
non-specific band, camera (12, 14 or 16 bits, binned) and polarity are drawn at random within. It goes through a TIFF
and the front door (`read_blot`, `quantify_blot`), no positions given. `scale-free` divides by the row's median
recovery. Seeds below 9000 were free to be used in development; the held-out shapes and the seeds from 9000 were not.

    python -m benchmarks.blot_grid                            # the develop shapes
    python -m benchmarks.blot_grid --shapes held-out --first 9000
    python -m benchmarks.blot_grid --scenes flat,haze --blots 2 --families comet
    python -m benchmarks.blot_grid --quick                    # one blot a cell, prints only
    python -m benchmarks.blot_grid --timing                   # 12 lanes at 1000 x 620 and at 6 megapixels
    python -m benchmarks.blot_grid --transforms               # the six files of the reference set, altered seven ways

Writes blot_grid.csv (a row a scene, family and band) and blot_grid_summary.csv (a row a figure) beside itself; the
rows of the other set of shapes are kept. `--bands-to FILE` keeps a row a band, `--draw FILE` a picture of one blot.
"""

from __future__ import annotations

import argparse
import multiprocessing
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.blot_grid_figures import figures
from benchmarks.blot_grid_pictures import draw, draw_named
from benchmarks.blot_grid_scenes import (
    CLIPPED,
    HARD,
    LAYOUTS,
    REPORTED,
    SCENES,
    SIMPLE,
    Camera,
    random_scene,
    time_course,
)
from benchmarks.blot_grid_scores import CLASSES, covered, grids, in_range, measured, refused
from benchmarks.blot_grid_shapes import DEVELOP, FAMILIES, HELD_OUT

HERE = Path(__file__).parent
SETS = {"develop": DEVELOP, "held-out": HELD_OUT}
Job = tuple[str, str, int]


def run(job: Job) -> pd.DataFrame:
    """Return the measured blot of a scene, a family and a seed, a row a band."""
    scene, family, seed = job
    table = measured(draw_named(scene, family, seed))
    return table.assign(blot=f"{scene} {family} {seed}", scene_class=CLASSES.get(scene, ""))


def run_all(jobs: Iterable[Job], processes: int) -> pd.DataFrame:
    """Return the rows of all jobs."""
    jobs = list(jobs)
    if processes == 1:
        return pd.concat([run(job) for job in jobs], ignore_index=True)
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        return pd.concat(list(pool.imap_unordered(run, jobs)), ignore_index=True).sort_values(
            ["blot", "lane"], kind="stable", ignore_index=True
        )


def cells(bands: pd.DataFrame) -> pd.DataFrame:
    """Return a row a scene, family and band: errors, bias, coverage, flags."""
    rows = []
    for (scene, family, target), part in in_range(bands).groupby(["scene", "family", "target"], sort=False):
        answered = part[~refused(part)]
        weak = answered[answered.relative < 0.2]
        rows.append(
            {
                "scene": scene,
                "family": family,
                "target": target,
                "blots": part.blot.nunique(),
                "bands": len(part),
                "answered": round(len(answered) / len(part), 4),
                "error_median_percent": _rounded(100 * answered.error.abs().median()),
                "error_p90_percent": _rounded(100 * answered.error.abs().quantile(0.9)),
                "weak_median_percent": _rounded(100 * weak.error.abs().median()),
                "weak_p90_percent": _rounded(100 * weak.error.abs().quantile(0.9)),
                "weak_bias_percent": _rounded(100 * weak.error.median()),
                "fold_p90_log2": _rounded(answered.fold_error.abs().quantile(0.9), 4),
                "cover_scale_free": _rounded(covered(answered, scaled=True).mean(), 4),
                "cover_absolute": _rounded(covered(answered, scaled=False).mean(), 4),
                "recovery": _rounded(answered.recovery.median(), 4),
                "with_caution": round(float((part.caution != "").mean()), 4),
            }
        )
    return pd.DataFrame(rows)


def _rounded(value: float, digits: int = 3) -> float:
    return round(float(value), digits)


def matrix(bands: pd.DataFrame) -> pd.DataFrame:
    """Return weak-band error (median / p90, %), fold p90 and scale-free coverage by family and scene."""
    rows = {}
    for (family, scene), part in in_range(bands[bands.scene_class != ""]).groupby(["family", "scene"], sort=False):
        weak = 100 * part[part.relative < 0.2].error.abs()
        fold = part[part.target.isin(REPORTED)].fold_error.abs().quantile(0.9)
        free, absolute = (100 * covered(part[~refused(part)], scaled=s).mean() for s in (True, False))
        cell = f"{weak.median():.2f} / {weak.quantile(0.9):.1f}; {fold:.3f}; {free:.0f} {absolute:.0f}"
        rows[family, scene] = cell
    table = pd.DataFrame([{"family": family, "scene": scene, "cell": cell} for (family, scene), cell in rows.items()])
    if table.empty:
        return table
    order = [scene for scene in SIMPLE + HARD if scene in set(table.scene)]
    return table.pivot_table("cell", "family", "scene", aggfunc="first", sort=False)[order]


def _keep(table: pd.DataFrame, name: str, shapes: str) -> None:
    """Write a table, keeping the rows of the other set of shapes that stand in the file."""
    path = HERE / name
    table = table.assign(shapes=shapes)
    if path.exists():
        old = pd.read_csv(path)
        table = pd.concat([old[old["shapes"] != shapes], table], ignore_index=True)
    table.to_csv(path, index=False, lineterminator="\n")


def main() -> None:
    """Draw, measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shapes", choices=list(SETS), default="develop")
    parser.add_argument("--families", help="names, comma-separated; default: all of the set")
    parser.add_argument("--scenes", help=f"names, comma-separated, of: {', '.join(SCENES)}; or simple, hard")
    parser.add_argument("--blots", type=int, default=4, help="blots a scene and family")
    parser.add_argument("--first", type=int, default=1000, help="the first seed")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="one blot a cell, nothing written")
    parser.add_argument("--transforms", action="store_true", help="the reference set's files instead")
    parser.add_argument("--timing", action="store_true", help="seconds an image, fully automatic, prints only")
    parser.add_argument("--bands-to", type=Path, help="keep a row a band in this CSV file, and write nothing else")
    parser.add_argument("--draw", type=Path, help="write the picture of the first job as TIFF and its truth as CSV")
    options = parser.parse_args()
    if options.transforms:
        from benchmarks.blot_grid_transforms import main as transforms

        transforms(write=not options.quick)
        return
    if options.timing:
        print(timing().to_string(index=False))
        return
    jobs = _jobs(options)
    if options.draw:
        _draw(jobs[0], options.draw)
        return
    bands = run_all(jobs, options.processes)
    _print(bands)
    if options.bands_to:
        bands.to_csv(options.bands_to, index=False, lineterminator="\n")
    elif not options.quick and not options.families and not options.scenes:
        _keep(cells(bands), "blot_grid.csv", options.shapes)
        _keep(figures(bands).round({"measured": 4}), "blot_grid_summary.csv", options.shapes)


def timing(repeats: int = 3) -> pd.DataFrame:
    """Return the least seconds that reading and measuring took, for two sizes and two scenes."""
    rows = []
    for scale in (1.0, 3.1):
        layout = replace(LAYOUTS["12 lanes"], scale=scale)
        for scene in ("flat", "full"):
            rng = np.random.default_rng(0)
            membrane, volumes = random_scene(scene, rng), time_course(layout, rng)
            blot = draw(layout, membrane, Camera(), FAMILIES["logistic"], volumes, rng)
            table = pd.concat([measured(blot).head(1) for _ in range(repeats)])
            size = f"{blot.image.shape[1]} x {blot.image.shape[0]}"
            rows.append({"size": size, "scene": scene, "seconds": table.seconds.min(), "processor": table.cpu.min()})
    return pd.DataFrame(rows).round(2)


def _jobs(options: argparse.Namespace) -> list[Job]:
    groups = {"simple": list(SIMPLE), "hard": list(HARD)}
    scenes = list(SCENES)
    if options.scenes:
        scenes = [s for name in options.scenes.split(",") for s in groups.get(name, [name])]
    families = options.families.split(",") if options.families else list(SETS[options.shapes])
    seeds = range(options.first, options.first + (1 if options.quick else options.blots))
    return [(scene, family, seed) for scene in scenes for family in families for seed in seeds]


def _draw(job: Job, path: Path) -> None:
    import tifffile

    drawn = draw_named(*job)
    tifffile.imwrite(path, drawn.image)
    drawn.truth.to_csv(path.with_suffix(".csv"), index=False)
    print(drawn.layout_name, drawn.scene, drawn.camera, drawn.options)


def _print(bands: pd.DataFrame) -> None:
    """Print the table of the issue, the matrix of families and scenes, and what went wrong; the rest is in the CSV."""
    with pd.option_context("display.width", 250, "display.max_rows", None, "display.max_colwidth", 100):
        print("weak bands, error median / p90 (%); fold p90 (log2); intervals cover, scale-free and absolute (%)")
        print(matrix(bands).to_string())
        table = figures(bands)
        shown = table[(table.target != "") | ~table.what.str.contains("decile|target|scene|family|clean bands with ")]
        shown = shown.assign(
            measured=shown.measured.map("{:.3g}".format), holds=shown.holds.map({True: "", False: "MISSED"})
        )
        shown = shown[~shown.scenes.isin(CLIPPED) | shown.what.str.contains("0 to 40")]
        for scenes, part in shown.groupby("scenes", sort=False):
            print(f"\n{scenes}\n{part.drop(columns='scenes').fillna('').to_string(index=False)}")
        for blot, failure in bands[bands.failure != ""].groupby("blot").failure.first().items():
            print(f"{blot}: {failure}")
        blots = grids(bands)
        if not blots.right.all():
            print(blots[~blots.right].to_string(index=False))


if __name__ == "__main__":
    main()
