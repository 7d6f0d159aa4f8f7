"""Scores of the blot grid: a measured blot beside its truth, and the figures of issue 5 over many of them."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import tifffile
from numpy.typing import NDArray

from benchmarks.blot_grid_pictures import DrawnBlot
from benchmarks.blot_grid_scenes import BANDS, HARD, LOADING, SIMPLE
from blots import quantify_blot, read_blot
from blots.cautions import CAUTIONS
from blots.errors import BlotError

Array = NDArray[np.float64]

WEAK = 0.2  # of the row's largest
LANE_PX = 3.0
ROW_PX = 10.0
SIMPLE_CLASS, HARD_CLASS = "flat, gradient, tilt, smile", "haze, everything at once"
CLASSES = dict.fromkeys(SIMPLE, SIMPLE_CLASS) | dict.fromkeys(HARD, HARD_CLASS)
GRID_CODES = ("lane", "row", "band_", "geometry", "turn", "strip")  # how codes that speak of the grid begin
FOUND = (
    "x", "y", "volume", "low", "high", "detection_limit", "below_detection", "saturated_fraction", "method_spread",
    "caution",
)  # fmt: skip


def measured(drawn: DrawnBlot) -> pd.DataFrame:
    """Return a row a band: its truth, what was found (suffix `_found` for x, y and volume), and of the whole blot.

    The picture goes through a file and the package's front door: `read_blot`, then `quantify_blot` with the number
    of lanes and the names of the bands. `seconds` is both together, `cpu` the processor's
    own share of it.
    """
    truth, fitness, said, failure, crashed = drawn.truth, "", "", "", False
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "blot.tif"
        tifffile.imwrite(path, drawn.image)
        started, started_cpu = time.perf_counter(), time.process_time()
        try:
            blot = read_blot(path)
            fitness, said = blot.fitness, "; ".join(blot.cautions)
            found = quantify_blot(blot, drawn.layout.lanes, BANDS)
        except Exception as error:  # a refusal, or a crash: both are results, not the end of the run
            crashed = not isinstance(error, BlotError)
            found, failure = pd.DataFrame(columns=["lane", "target", *FOUND]), f"{type(error).__name__}: {error}"
        seconds, cpu = time.perf_counter() - started, time.process_time() - started_cpu
    found = found[["lane", "target", *FOUND]].rename(columns={n: f"{n}_found" for n in ("x", "y", "volume")})
    table = truth.merge(found.astype({"lane": int, "target": str}), on=["lane", "target"], how="left")
    table["caution"] = table["caution"].fillna("").astype(str)
    numbers = [n for n in table.columns if n.endswith("_found")] + ["low", "high", "detection_limit", "method_spread"]
    table[numbers] = table[numbers].astype(float)
    table["relative"] = table.volume / table.groupby("target").volume.transform("max")
    table["recovery"] = _recovery(table)
    table["error"] = table.volume_found / table.volume.where(table.volume > 0) / table.recovery - 1
    table["fold_error"] = fold_errors(table, drawn.layout.references)
    whole = {
        "fitness": fitness,
        "blot_caution": said,
        "failure": failure,
        "crashed": crashed,
        "seconds": seconds,
        "cpu": cpu,
    } | drawn.options
    whole |= {"layout": drawn.layout_name, "bits": drawn.camera.bits, "binning": drawn.camera.binning}
    whole |= {"dark_bands": drawn.camera.dark_bands, "apart_px": drawn.layout.apart_px}
    whole |= {"scene": drawn.name, "family": drawn.family}
    return pd.concat([table, pd.DataFrame(whole, index=table.index)], axis=1)


def _recovery(table: pd.DataFrame) -> Array:
    """Return each row's median of found over true volume, over its unclipped clear bands; the blot's where too few."""
    clear = (table.clipped == 0) & (table.volume > 0) & ~table.odd & (table.relative > 0.02)
    ratio = (table.volume_found / table.volume.where(table.volume > 0)).where(clear)
    if ratio.isna().all():
        return np.full(len(table), np.nan)
    by_row = ratio.groupby(table.target).transform("median")
    enough = ratio.notna().groupby(table.target).transform("sum") >= 3
    return np.asarray(by_row.where(enough, ratio.median()), dtype=np.float64)


def fold_errors(table: pd.DataFrame, references: NDArray[np.intp]) -> Array:
    """Return log2 of found over true (target / loading control) / (the same in the lane's 0 h); NaN at 0 h.

    `table` has a row a lane and band, sorted by lane, then as BANDS; `references` is each lane's lane of 0 h.
    """
    found, true = (table[name].to_numpy(np.float64).reshape(-1, len(BANDS)) for name in ("volume_found", "volume"))
    with np.errstate(all="ignore"):
        error = np.log2(np.where(true > 0, np.maximum(found, 1e-3 * true) / true, np.nan))
    error = error - error[:, [BANDS.index(LOADING)]]
    error = error - error[references]
    error[references == np.arange(len(error))] = np.nan
    return np.asarray(error.ravel())


def codes(cell: str) -> list[str]:
    """Return the caution codes of a cell."""
    return [part.partition(":")[0].strip() for part in cell.split("; ") if part.strip()]


def warns(cell: str) -> bool:
    """Return whether a cell holds a caution that is more than a note."""
    return any(code not in CAUTIONS or CAUTIONS[code].severity != "note" for code in codes(cell))


def refused(table: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which bands have no answer: no volume, an open interval, a code that withholds, or the whole blot."""
    withholding = {code for code, caution in CAUTIONS.items() if caution.severity == "refused"}
    withheld = [bool(withholding.intersection(codes(cell))) for cell in table.caution]
    closed = np.isfinite(table[["volume_found", "low", "high"]].to_numpy(np.float64)).all(axis=1)
    return np.asarray(np.asarray(withheld, dtype=bool) | ~closed)


def in_range(part: pd.DataFrame) -> pd.DataFrame:
    """Return the bands that hold light, are not clipped, and lie in no odd lane."""
    return part[(part.volume > 0) & (part.clipped == 0) & ~part.odd]


def covered(table: pd.DataFrame, *, scaled: bool) -> pd.Series:
    """Return which intervals hold the truth: scaled to the row's common recovery, or as they stand."""
    scale = table.recovery if scaled else 1.0
    return (table.low / scale <= table.volume) & (table.volume <= table.high / scale)


def nadir_loss(clean: pd.DataFrame) -> pd.DataFrame:
    """Return a row a blot: found over true fold of cIAP1 at its lowest, minus 1 (below 0: the loss is overstated)."""
    cIAP1 = clean[(clean.target == "cIAP1") & clean.fold_error.notna()]
    lowest = cIAP1.loc[cIAP1.groupby("blot").relative.idxmin()]
    return lowest.assign(bias=2**lowest.fold_error - 1)


def grids(part: pd.DataFrame) -> pd.DataFrame:
    """Return a row a blot: are all lanes and rows where they are, was it refused, does a caution speak of the grid."""
    rows = []
    for blot, table in part.groupby("blot"):
        off_x = (table.x_found - table.x).groupby(table.lane).median().abs().max(skipna=False)
        off_y = (table.y_found - table.y)[table.volume > 0].abs().max(skipna=False)
        said = [c for cell in [*table.caution, str(table.blot_caution.iloc[0])] for c in codes(cell)]
        rows.append(
            {
                "blot": blot,
                "right": bool(off_x <= LANE_PX and off_y <= ROW_PX),
                "lanes_right": bool(off_x <= LANE_PX),
                "off_x_px": round(float(off_x), 2),
                "off_y_px": round(float(off_y), 2),
                "failed": bool(table.failure.iloc[0] != ""),
                "crashed": bool(table.crashed.iloc[0]),
                "flagged": any(c.startswith(GRID_CODES) for c in said),
            }
        )
    columns = ["blot", "right", "lanes_right", "off_x_px", "off_y_px", "failed", "crashed", "flagged"]
    return pd.DataFrame(rows, columns=columns).astype(
        dict.fromkeys(("right", "lanes_right", "failed", "crashed", "flagged"), bool)
    )
