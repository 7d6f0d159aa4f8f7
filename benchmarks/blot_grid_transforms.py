"""The reference set's six simulated blots, altered as files get altered: within target, flagged, refused, or silent.

Each of {as is, inverted, 8-bit, JPEG 80, gamma 0.45 at 16 and 8 bits, rotated 90, cropped} x the six images is read
and measured with no positions given. `within`: weak bands, fold change and clipped bands meet the targets of the
scene's column. `flagged`: not, but the fitness is not quantitative, the image carries a warning, or every band that is
off does. `refused`: no numbers. `SILENT` must not happen. Skips where the reference set is absent.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import tifffile
from numpy.typing import NDArray
from PIL import Image

from benchmarks.blot_grid_scenes import BANDS, LAYOUTS, LOADING, REPORTED
from benchmarks.blot_grid_scores import WEAK, codes, fold_errors, warns
from blots import quantify_blot, read_blot
from blots.errors import BlotError

Pixels = NDArray[np.uint16]
HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / "shared" / "data" / "blots" / "synthetic"
SIMPLE_IMAGES = ("S0", "S1", "S2", "S3")


class Altered(NamedTuple):
    """A file's ending, how it is written, and where a point of the original lies in it."""

    suffix: str
    write: Callable[[Path, Pixels], None]
    move: Callable[[pd.DataFrame, Pixels], pd.DataFrame]


def transforms(window: tuple[slice, slice]) -> dict[str, Altered]:
    """Return the ways in which an image is altered; `window` is what the crop keeps."""
    rows, columns = window

    def tiff(change: Callable[[Pixels], NDArray[np.generic]]) -> Callable[[Path, Pixels], None]:
        def write(path: Path, pixels: Pixels) -> None:
            tifffile.imwrite(path, change(pixels))

        return write

    def jpeg(path: Path, pixels: Pixels) -> None:
        Image.fromarray(_eight_bits(pixels)).save(path, quality=80)

    def stay(truth: pd.DataFrame, pixels: Pixels) -> pd.DataFrame:
        return truth

    def turned(truth: pd.DataFrame, pixels: Pixels) -> pd.DataFrame:
        return truth.assign(x=truth.y, y=pixels.shape[1] - 1 - truth.x)

    def cropped(truth: pd.DataFrame, pixels: Pixels) -> pd.DataFrame:
        return truth.assign(x=truth.x - columns.start, y=truth.y - rows.start)

    return {
        "as is": Altered(".tif", tiff(lambda p: p), stay),
        "inverted": Altered(".tif", tiff(lambda p: np.asarray(65535 - p, dtype=np.uint16)), stay),
        "8-bit": Altered(".tif", tiff(_eight_bits), stay),
        "JPEG 80": Altered(".jpg", jpeg, stay),
        "gamma 0.45, 16-bit": Altered(".tif", tiff(lambda p: _gamma(p, 65535).astype(np.uint16)), stay),
        "gamma 0.45, 8-bit": Altered(".tif", tiff(lambda p: _gamma(p, 255).astype(np.uint8)), stay),
        "rotated 90": Altered(".tif", tiff(lambda p: np.ascontiguousarray(np.rot90(p))), turned),
        "cropped": Altered(".tif", tiff(lambda p: np.ascontiguousarray(p[rows, columns])), cropped),
    }


def _eight_bits(pixels: Pixels) -> NDArray[np.uint8]:
    low, high = float(pixels.min()), float(pixels.max())
    return np.asarray(np.rint((pixels - low) / (high - low) * 255), dtype=np.uint8)


def _gamma(pixels: Pixels, top: int) -> NDArray[np.float64]:
    return np.asarray(np.rint(top * (pixels / 65535.0) ** 0.45))


def reference(stem: str) -> tuple[Pixels, pd.DataFrame, tuple[slice, slice]]:
    """Return an image of the reference set, its truth (a row a lane and band), and a window around all bands."""
    pixels = np.asarray(tifffile.imread(FOLDER / f"{stem}.tif"))
    known = pd.DataFrame(json.loads((FOLDER / f"{stem}.json").read_text(encoding="utf-8"))["truth"])
    known["target"] = known.band.replace("ns", "non-specific")
    known["lane"] += 1
    order = known.target.map({name: k for k, name in enumerate(BANDS)})
    truth = known.assign(order=order).sort_values(["lane", "order"], ignore_index=True)
    truth = truth.rename(columns={"xc": "x", "yc": "y"})
    rows = slice(max(int(known.y0.min()) - 8, 0), int(known.y1.max()) + 8)
    columns = slice(max(int(known.x0.min()) - 8, 0), int(known.x1.max()) + 8)
    return pixels, truth[["lane", "target", "volume", "x", "y", "n_sat"]], (rows, columns)


def judged(stem: str, name: str) -> dict[str, object]:
    """Return how one altered image fared."""
    pixels, truth, window = reference(stem)
    altered = transforms(window)[name]
    truth = altered.move(truth, pixels)
    row: dict[str, object] = {"image": stem, "altered": name}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{stem}{altered.suffix}"
        altered.write(path, pixels)
        try:
            blot = read_blot(path)
            row |= {"fitness": blot.fitness, "image_cautions": " ".join(_codes(blot.cautions))}
            found = quantify_blot(blot, 12, BANDS)
        except BlotError as error:
            return row | {"status": "refused", "flagged_by": type(error).__name__, "said": str(error)[:160]}
    return row | _figures(truth, found, stem, blot.fitness, blot.cautions)


def _codes(cautions: tuple[str, ...]) -> list[str]:
    return sorted({code for cell in cautions for code in codes(cell)})


def _figures(
    truth: pd.DataFrame, found: pd.DataFrame, stem: str, fitness: str, cautions: tuple[str, ...]
) -> dict[str, object]:
    table = truth.merge(found.astype({"lane": int}), on=["lane", "target"], suffixes=("", "_found"))
    clipped = table.n_sat > 0
    ratio = (table.volume_found / table.volume).where(~clipped)
    table["error"] = (table.volume_found / table.volume) / ratio.groupby(table.target).transform("median") - 1
    fold = fold_errors(table, LAYOUTS["12 lanes"].references)
    unclipped = ~np.repeat(clipped[table.target == LOADING].to_numpy(), len(BANDS))
    fold = np.abs(fold[unclipped & table.target.isin(REPORTED).to_numpy() & np.isfinite(fold)])
    weak = (table.volume < WEAK * table.groupby("target").volume.transform("max")) & ~clipped
    simple = stem[:2] in SIMPLE_IMAGES
    median, p90, fold_limit, clip_limit = (1.0, 3.0, 0.03, 3.0) if simple else (2.0, 6.0, 0.08, 3.0)
    error = 100 * table.error.abs()
    off = (weak & (error > p90)) | (clipped & ~(error <= clip_limit)) | table.volume_found.isna()
    figures: dict[str, float] = {
        "lanes_off_px": round(float((table.x_found - table.x).abs().max()), 1),
        "rows_off_px": round(float((table.y_found - table.y).abs().max()), 1),
        "weak_median_percent": round(float(error[weak].median()), 2),
        "weak_p90_percent": round(float(error[weak].quantile(0.9)), 2),
        "fold_p90_log2": round(float(np.percentile(fold, 90)), 4) if len(fold) else np.nan,
        "clipped_error_percent": round(float(error[clipped].max()), 2) if clipped.any() else np.nan,
    }
    within = bool(
        figures["weak_median_percent"] <= median
        and figures["weak_p90_percent"] <= p90
        and figures["fold_p90_log2"] <= fold_limit
        and not (figures["clipped_error_percent"] > clip_limit)
    )
    said = [fitness] if fitness != "quantitative" else []
    said += [code for cell in cautions if warns(cell) for code in codes(cell)]
    if off.any() and table[off].caution.map(warns).all():
        said.append("bands: " + " ".join(sorted({c for cell in table[off].caution for c in codes(cell)})))
    status = "within" if within else "flagged" if said else "SILENT"
    row: dict[str, object] = {"status": status, "flagged_by": ", ".join(said)}
    return row | dict(figures)


def main(write: bool = True) -> None:
    """Print the table and keep it."""
    if not FOLDER.exists():
        print(f"no reference set at {FOLDER.name}: nothing done")
        return
    stems = sorted(path.stem for path in FOLDER.glob("*.tif"))
    names = list(transforms((slice(0), slice(0))))
    table = pd.DataFrame([judged(stem, name) for stem in stems for name in names])
    with pd.option_context("display.width", 250, "display.max_rows", None, "display.max_colwidth", 60):
        print(table.drop(columns=[c for c in ("said",) if c in table]).to_string(index=False))
        print(pd.crosstab(table.altered, table.status).to_string())
    if write:
        table.drop(columns="said", errors="ignore").to_csv(
            HERE / "blot_grid_transforms.csv", index=False, lineterminator="\n"
        )


if __name__ == "__main__":
    main()
