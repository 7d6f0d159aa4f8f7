"""Two exposures of one membrane, merged, against known truth and against each exposure alone.

A membrane of the blot grid (`blot_grid_scenes`, `blot_grid_shapes`) whose loading control is clipped in one, several or
all lanes by 10 to 60 % of its height is photographed twice: the short exposure gathers 5 to 30 % of the light, has a
camera offset of its own, lies up to 40 pixels away (fractions too), is cropped differently, and has its own noise.
Cameras store 16, 14 or 12 bits, dark or bright bands. Both go through TIFF files. A third picture, with the noise of
the long exposure and no upper end, shows what the long exposure would have held: errors are relative to its rows'
recovery. The method was developed on `blots.simulate` and on the develop shapes; the committed figures are those of
the held-out shapes and of seeds from 9000.

    python -m benchmarks.exposure_merge                                    # develop shapes, prints only
    python -m benchmarks.exposure_merge --shapes held-out --first 9000 --keep    # writes exposure_merge.csv
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import tifffile
from numpy.typing import NDArray
from scipy.ndimage import shift as moved

from benchmarks.blot_grid_pictures import light_of
from benchmarks.blot_grid_scenes import (
    BANDS,
    CLIPPED,
    HARD,
    SIMPLE,
    clipped_cells,
    random_layout,
    random_scene,
    time_course,
    with_clipping,
)
from benchmarks.blot_grid_shapes import DEVELOP, FAMILIES, HELD_OUT
from blots import Blot, BlotError, merge_exposures, quantify_blot, read_blot
from blots.image_files import blot_from_array
from blots.registration import register

Array = NDArray[np.float64]
Job = tuple[str, str, int]

HERE = Path(__file__).parent
SETS = {"develop": DEVELOP, "held-out": HELD_OUT}
GAIN, READ = 2.0, 12.0
WEAK = 0.2
FIRST_S = 60.0


def run(job: Job) -> pd.DataFrame:
    """Return a row a band: truth, what each picture says of it, and what the merging found."""
    scene, family, seed = job
    rng = np.random.default_rng([seed, CLIPPED.index(scene), list(FAMILIES).index(family), 77])
    layout = random_layout(rng)[1]
    base = str(rng.choice(SIMPLE + HARD, p=[0.25, 0.15, 0.15, 0.15, 0.15, 0.15]))
    membrane = random_scene(base, rng)
    volumes = with_clipping(scene, time_course(layout, rng), rng)
    clip = float(rng.choice([0.1, 0.2, 0.3, 0.4, 0.6]))
    lit = light_of(layout, membrane, FAMILIES[family], volumes, rng, clip=(clip, clipped_cells(scene, volumes)))
    factor = float(np.exp(rng.uniform(np.log(0.05), np.log(0.3))))
    place = tuple(rng.uniform(-40, 40, 2) if rng.random() < 0.8 else (0.0, 0.0))
    cropped = [int(n) for n in rng.integers(0, 12, 4)] if any(place) else [0, 0, 0, 0]
    rows, columns = lit.expected.shape
    light = np.maximum(moved(lit.expected, place, order=5, mode="nearest"), 0) if any(place) else lit.expected
    part = slice(cropped[0], rows - cropped[1]), slice(cropped[2], columns - cropped[3])
    bits = int(rng.choice([16, 14, 12], p=[0.6, 0.2, 0.2]))
    dark = bool(rng.random() < 0.2)
    scale = (2**bits - 1) / lit.level if bits < 16 or rng.random() < 0.5 else min(1.0, 65535 / lit.level)
    long = _stored(lit.expected, lit.level, scale, bits, dark, rng)
    short = _stored((factor * light + rng.uniform(0, 600))[part], lit.level, scale, bits, dark, rng)
    whole = _noisy(lit.expected, rng) * scale
    truth = lit.truth.assign(volume=lit.truth.volume * scale)
    table = truth[["lane", "target", "volume", "clipped"]].assign(
        scene=scene, family=family, seed=seed, hidden=clip, factor=factor, base=base, bits=bits, failure=""
    )
    blots = _read(long, short)
    table = table.assign(**_measured("whole", blot_from_array(whole, "whole", ceiling=None), table))
    table = table.assign(**_measured("long", blots[0], table), **_measured("short", blots[1], table, 1 / factor))
    found = register(blots[0].signal, ~blots[0].saturated, blots[1].signal, ~blots[1].saturated)
    if found is not None:
        off = found.down - place[0] + cropped[0], found.right - place[1] + cropped[2]
        table = table.assign(place_error=float(np.abs(off).max()))
    try:
        merged = merge_exposures(blots, [FIRST_S, FIRST_S * factor])
    except BlotError as error:
        return table.assign(failure=str(error))
    table = table.assign(**_measured("merged", merged, table), **_as_told(merged, factor))
    return _recovered(table)


def _noisy(expected: Array, rng: np.random.Generator) -> Array:
    return np.asarray(rng.poisson(expected / GAIN) * GAIN + READ * rng.standard_normal(expected.shape))


def _stored(
    expected: Array, level: float, scale: float, bits: int, dark: bool, rng: np.random.Generator
) -> NDArray[np.uint16]:
    top = 2**bits - 1
    stored = np.clip(np.rint(np.minimum(_noisy(expected, rng), level) * scale), 0, top)
    return np.asarray(top - stored if dark else stored, dtype=np.uint16)


def _read(*images: NDArray[np.uint16]) -> list[Blot]:
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for name, image in zip(("long", "short"), images, strict=True):
            tifffile.imwrite(Path(folder) / f"{name}.tif", image)
            found.append(read_blot(Path(folder) / f"{name}.tif"))
    return found


def _measured(name: str, blot: Blot, truth: pd.DataFrame, scale: float = 1.0) -> dict[str, Any]:
    """Return what a picture says of every band, on the scale of the truth; NaN where it says nothing."""
    columns = ["volume", "low", "high"]
    try:
        table = quantify_blot(blot, int(truth.lane.max()), BANDS, force=True).set_index(["lane", "target"])
    except BlotError:
        table = pd.DataFrame(np.nan, index=truth.set_index(["lane", "target"]).index, columns=columns)
    table = table.reindex(pd.MultiIndex.from_frame(truth[["lane", "target"]]))[columns].astype(float) * scale
    return {f"{name}_{column}": table[column].to_numpy() for column in columns}


def _as_told(merged: Blot, factor: float) -> dict[str, Any]:
    words = next((c for c in merged.cautions if " times " in c and c.startswith("exposures_merged")), "")
    slope = float(words.split(" times ")[1].split(" ")[0]) if words else float("nan")
    return {
        "scale_off": slope * factor - 1,
        "scale_error": merged.repair.scale_error if merged.repair else float("nan"),
        "left_clipped": int(merged.saturated.sum()),
        "disagree": any(c.startswith("exposures_disagree") for c in merged.cautions),
    }


def _recovered(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with errors relative to the rows' recovery, and which intervals hold the truth."""
    share = table.volume / table.groupby("target").volume.transform("max")
    clear = (table.volume > 0) & (share > 0.02)

    def usual(name: str, where: pd.Series) -> pd.Series:
        ratio = (table[f"{name}_volume"] / table.volume.where(table.volume > 0)).where(where)
        return ratio.groupby(table.target).transform("median")

    whole = usual("whole", clear)
    found: dict[str, pd.Series] = {"share": share, "is_clipped": table.clipped > 0}
    for name in ("whole", "merged", "long", "short"):
        volume, low, high = (table[f"{name}_{column}"] for column in ("volume", "low", "high"))
        found[f"{name}_error"] = volume / table.volume / (usual(name, clear) if name == "short" else whole) - 1
        own = usual(name, clear & (table.clipped == 0 if name == "long" else True))
        found[f"{name}_free"] = (low / own <= table.volume) & (table.volume <= high / own)
        found[f"{name}_fixed"] = (low / whole <= table.volume) & (table.volume <= high / whole)
    return table.assign(**found)


def figures(bands: pd.DataFrame) -> pd.DataFrame:
    """Return a row a figure: what, where, the target, what was measured, over how many bands or pairs."""
    pairs = bands.groupby(["scene", "family", "seed"]).first()
    done = bands[(bands.failure == "") & (bands.volume > 0)]
    rows: list[tuple[str, str, str, float, int]] = [
        ("pairs refused (%)", "all", "", 100 * float((pairs.failure != "").mean()), len(pairs)),
        ("place, error, largest (px)", "all", "<= 0.1", float(pairs.place_error.max()), len(pairs)),
        ("place, error, median (px)", "all", "", float(pairs.place_error.median()), len(pairs)),
        ("scale, error, median (%)", "all", "", 100 * float(pairs.scale_off.abs().median()), len(pairs)),
        ("scale, error, p95 (%)", "all", "", 100 * float(pairs.scale_off.abs().quantile(0.95)), len(pairs)),
        ("scale, within its interval (%)", "all", "", 100 * _within(pairs), len(pairs)),
        ("pairs said to disagree (%)", "all", "", 100 * float(pairs.disagree.astype(float).mean()), len(pairs)),
    ]
    for where in ("all", *sorted(done["hidden"].unique())):
        part = done if where == "all" else done[done["hidden"] == where]
        words = "all" if where == "all" else f"clipped by {where:.0%} of its height"
        rows += [(what, words, goal, value, n) for what, goal, value, n in _of_clipped(part[part.is_clipped])]
    weak = done[(done.share < WEAK) & ~done.is_clipped]
    for name in ("merged", "long", "short", "whole"):
        error, goal = 100 * weak[f"{name}_error"].abs(), "<= long's" if name == "merged" else ""
        rows.append((f"weak bands, {name}, error, median (%)", "all", goal, error.median(), len(weak)))
        rows.append((f"weak bands, {name}, error, p90 (%)", "all", goal, error.quantile(0.9), len(weak)))
    for kind, some in (("all bands", done), ("clipped bands", done[done.is_clipped]), ("weak bands", weak)):
        for name in ("merged", "whole"):
            goal = "93 to 97" if name == "merged" else ""
            free, fixed = (100 * float(some[f"{name}_{how}"].mean()) for how in ("free", "fixed"))
            rows.append((f"intervals cover, scale-free, {kind}, {name} (%)", "all", goal, free, len(some)))
            rows.append((f"intervals cover, whole's scale, {kind}, {name} (%)", "all", "", fixed, len(some)))
    table = pd.DataFrame(rows, columns=["what", "where", "target", "measured", "n"])
    return table.assign(measured=table.measured.astype(float).round(4))


def _of_clipped(hurt: pd.DataFrame) -> list[tuple[str, str, float, int]]:
    """Return bias, error and answers of the clipped bands, merged, as the long exposure alone gives them, and whole."""
    rows = []
    for name in ("merged", "long", "whole"):
        goal, error = "within 2" if name == "merged" else "", 100 * hurt[f"{name}_error"]
        bounded = 100 * float(np.isfinite(hurt[f"{name}_high"]).mean())
        rows.append((f"clipped bands, {name}, bias, median (%)", goal, float(error.median()), len(hurt)))
        rows.append((f"clipped bands, {name}, error, p90 (%)", "", float(error.abs().quantile(0.9)), len(hurt)))
        rows.append((f"clipped bands, {name}, answered (%)", "", bounded, len(hurt)))
    return rows


def _within(pairs: pd.DataFrame) -> float:
    told = pairs[pairs.scale_error.notna()]
    return float((told.scale_off.abs() <= 1.96 * told.scale_error).mean())


def main() -> None:
    """Draw, merge, measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shapes", choices=list(SETS), default="develop")
    parser.add_argument("--pairs", type=int, default=4, help="pairs a scene and family")
    parser.add_argument("--first", type=int, default=1000, help="the first seed")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="write exposure_merge.csv beside this file")
    parser.add_argument("--bands-to", type=Path, help="keep a row a band in this CSV file")
    options = parser.parse_args()
    seeds = range(options.first, options.first + options.pairs)
    jobs = [(scene, family, seed) for scene in CLIPPED for family in SETS[options.shapes] for seed in seeds]
    with multiprocessing.get_context("spawn").Pool(options.processes) as pool:
        bands = pd.concat(list(pool.imap(run, jobs)), ignore_index=True)
    table = figures(bands)
    with pd.option_context("display.width", 200, "display.max_rows", None, "display.max_colwidth", 80):
        print(table.to_string(index=False))
        print("\n".join(sorted(set(bands.failure[bands.failure != ""]))))
    if options.bands_to:
        bands.to_csv(options.bands_to, index=False, lineterminator="\n")
    if options.keep:
        table.to_csv(HERE / "exposure_merge.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
