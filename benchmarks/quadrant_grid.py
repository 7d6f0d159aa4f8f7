"""Quadrants against known truth over a grid of separations and shapes: the figures of issue 4, target beside measured.

A cell of the grid is a range of D (the smaller of the two axes') and a family of shapes; all other options (spill,
debris, doublets, controls, tube-to-tube shifts ...) are drawn at random within it. Errors are against the labels of
the events in the file, coverage is of the fractions that the cells were drawn from. An oracle that knows the shapes,
the shifts and the spill of each tube, and the best single divider given the labels, stand beside the method.

    python -m benchmarks.quadrant_grid                       # the develop shapes
    python -m benchmarks.quadrant_grid --shapes held-out     # the shapes that no method was tuned on
    python -m benchmarks.quadrant_grid --quick               # one small plate a cell, prints only
    python -m benchmarks.quadrant_grid --cells 4-5,heavy     # cells whose range or family is named

Writes quadrant_grid.csv (a row a cell, then a row a level of each option) and quadrant_grid_summary.csv beside itself;
the rows of the other set of shapes are kept.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from benchmarks.quadrant_plates import (
    DEBRIS,
    DEVELOP,
    HELD_OUT,
    POSITIVE,
    Design,
    DrawnPlate,
    draw_plate,
    random_design,
)
from gating import gate_plate
from gating.cautions import CAUTIONS
from gating.quadrants import POPULATIONS

FloatArray = NDArray[np.float64]

RANGES = ((1.5, 2.5), (2.5, 3.0), (3.0, 4.0), (4.0, 5.0), (5.0, 6.0), (6.0, 7.5), (7.5, 9.0))
FAMILIES = {"develop": DEVELOP, "held-out": HELD_OUT}
SEED = 20_261_121
Z = 1.959963984540054
DIVIDER_BINS = 192
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Cell:
    """A cell of the grid: a range of the smaller D and a family of shapes."""

    low: float
    high: float
    family: str

    @property
    def range(self) -> str:
        """The range of D as text, `4-5`."""
        return f"{self.low:g}-{self.high:g}"


@dataclass(frozen=True)
class Job:
    """One plate of a cell; the same job gives the same plate."""

    cell: Cell
    index: int
    seed: int
    quick: bool

    def plate(self) -> DrawnPlate:
        """Draw the plate."""
        families = DEVELOP + HELD_OUT
        at = [self.seed, families.index(self.cell.family), int(10 * self.cell.low), self.index]
        rng = np.random.default_rng(at)
        design = random_design(rng, self.cell.family, self.cell.low, self.cell.high)
        return draw_plate(replace(design, wells=8) if self.quick else design, rng)


# --- one plate --------------------------------------------------------------------------------------------------------


def run(job: Job) -> pd.DataFrame:
    """Return a row a well and population: truth, estimate, counts, interval, oracle, best divider."""
    plate = job.plate()
    truth = _truth(plate)
    started = time.perf_counter()
    try:
        found, failure = gate_plate(plate.sheet, "", read=plate.read).table, ""
    except Exception as error:  # a plate that can't be gated is a result, not the end of the run
        found, failure = _nothing(), f"{type(error).__name__}: {error}"
    seconds = time.perf_counter() - started
    wanted = ["file", "population", "fraction", "counted_fraction", "low", "high", "caution"]
    table = truth.merge(found[wanted], on=["file", "population"], how="left")
    table["range"] = job.cell.range
    table["plate"] = f"{job.cell.range} {job.cell.family} {job.index}"
    table["achieved_d"] = min(plate.achieved())  # NaN where a sign has no cell
    table["seconds"] = seconds
    table["failure"] = failure
    options = pd.DataFrame([_options(plate.design)] * len(table))
    return pd.concat([table, options], axis=1)


def _nothing() -> pd.DataFrame:
    columns = {name: pd.Series(dtype=float) for name in ("fraction", "counted_fraction", "low", "high")}
    return pd.DataFrame({name: pd.Series(dtype=object) for name in ("file", "population", "caution")} | columns)


def _truth(plate: DrawnPlate) -> pd.DataFrame:
    """Return what is true of each well and population, and what the oracle and the best divider say."""
    best = best_dividers(plate)
    rows = []
    for file in plate.samples:
        known = oracle(plate, file)
        for k, population in enumerate(POPULATIONS):
            rows.append(
                {
                    "file": file,
                    "population": population,
                    "drawn_from": plate.population[file][k],
                    "labels": plate.true_fractions(file)[k],
                    "all_negative": plate.population[file][0] == 1.0,
                    "best_divider": best[file][k],
                    "oracle": known.fractions[k],
                    "oracle_low": known.low[k],
                    "oracle_high": known.high[k],
                    "blind_width": known.blind_width[k],
                }
            )
    return pd.DataFrame(rows)


def _options(design: Design) -> dict[str, object]:
    """Return the options of a design as levels, for the tables by option."""

    def level(value: float, *edges: float) -> str:
        if value == 0.0:
            return "0"
        return next((f"up to {edge:g}" for edge in edges if value <= edge), f"over {edges[-1]:g}")

    return {
        "family": design.family,
        "d": min(design.annexin_d, design.dye_d),
        "variant": design.variant,
        "control events": design.control_events,
        "larger spill": level(max(design.annexin_into_dye, design.dye_into_annexin), 0.15, 0.25),
        "debris": level(design.debris, 0.10, 0.20),
        "doublets": level(design.doublets, 0.07),
        "PI-dim late": level(design.dim_late, 0.25),
        "nonspecific Annexin (SD)": level(design.nonspecific_sd, 1.0),
        "shoulder": level(design.shoulder, 0.07),
        "shift": design.shift_kind,
        "correlation": level(design.correlation, 0.25),
        "offset of states (SD)": level(design.state_offset_sd, 0.3),
    }


OPTIONS = tuple(name for name in _options(Design(3.0, 3.0)) if name not in ("family", "d"))


@dataclass(frozen=True, eq=False)
class Oracle:
    """Fractions of the four states and their 95 % interval, shape (4,) each; the width where shifts are unknown."""

    fractions: FloatArray
    low: FloatArray
    high: FloatArray
    blind_width: FloatArray


def oracle(plate: DrawnPlate, file: str) -> Oracle:
    """Return what an oracle finds that knows the tube's shapes, shifts, spill and whole cells.

    Maximum likelihood of the four weights on fine two-dimensional bins; the interval is Wilson's with the variance
    that the information matrix gives, so that it is Wilson's own where the states do not overlap. `blind_width` is
    that of one which knows of the tube's shifts only how large they are in general.
    """
    densities = plate.shapes.densities(plate.tubes[file])
    cells = plate.labels[file] < DEBRIS
    counts = plate.shapes.binned(plate.display(file)[cells]).ravel()
    n = int(counts.sum())
    filled = np.flatnonzero(counts)
    weights = _most_likely(densities.reshape(4, -1)[:, filled], counts[filled])
    safe = np.maximum(weights, 0.1 / n) / np.maximum(weights, 0.1 / n).sum()
    low, high = _interval(weights, _variances(densities, safe, n, []), n)
    blind_low, blind_high = _interval(weights, _variances(densities, safe, n, _unknown_shifts(plate, densities)), n)
    return Oracle(weights, low, high, blind_high - blind_low)


def _interval(weights: FloatArray, variance: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Return Wilson's interval with another variance than the binomial one."""
    shrink = 1.0 + Z**2 / n
    centre = (weights + Z**2 / (2 * n)) / shrink
    half = Z * np.sqrt(variance + Z**2 / (4 * n**2)) / shrink
    low = np.where(weights < 0.1 / n, 0.0, np.maximum(centre - half, 0.0))
    return low, np.where(weights > 1 - 0.1 / n, 1.0, np.minimum(centre + half, 1.0))


def _most_likely(densities: FloatArray, counts: NDArray[np.int64]) -> FloatArray:
    """Return the weights that make the counts most likely, by expectation-maximisation."""
    weights = np.full(4, 0.25)
    for _ in range(1_000):
        parts = weights[:, None] * densities
        new = (parts / parts.sum(axis=0)) @ counts / counts.sum()
        if np.abs(new - weights).max() < 1e-7:
            break
        weights = new
    return np.asarray(new, dtype=np.float64)


def _unknown_shifts(plate: DrawnPlate, densities: FloatArray) -> list[FloatArray]:
    """Return how the densities change with each shift of the plate's kind, per SD of that shift, (4, bins, bins)."""
    kinds: dict[str, list[tuple[int, ...]]] = {
        "whole tube": [(0, 1)],
        "positives": [(1,)],
        "independent": [(0,), (1,)],
    }
    signs = kinds[plate.design.shift_kind]
    changes = []
    for axis, edges in enumerate(plate.shapes.oracle_edges):
        sd = plate.design.shift_sd * plate.shapes.distances[axis] / (edges[1] - edges[0])
        slopes = -sd * np.gradient(densities, axis=axis + 1)
        changes += [slopes * np.isin(POSITIVE[axis], sign)[:, None, None] for sign in signs]
    return changes


def _variances(densities: FloatArray, weights: FloatArray, n: int, shifts: Sequence[FloatArray]) -> FloatArray:
    """Return the asymptotic variance of each weight of a mixture of known densities, shifts being N(0, 1) a priori."""
    known = densities.reshape(4, -1)
    scores = np.vstack([known, *(weights @ change.reshape(4, -1) for change in shifts)])
    information = n * (scores / (weights @ known)) @ scores.T + np.diag([0.0] * 4 + [1.0] * len(shifts))
    inverse = np.linalg.inv(information)
    sum_to_one = inverse[:, :4].sum(axis=1)  # the weights have no freedom in the direction of their sum
    covariance = inverse - np.outer(sum_to_one, sum_to_one) / sum_to_one[:4].sum()
    return np.asarray(np.maximum(np.diag(covariance)[:4], 0.0), dtype=np.float64)


def best_dividers(plate: DrawnPlate) -> dict[str, FloatArray]:
    """Return each well's counts at the one divider an axis for the plate that errs least, the labels being known.

    Least: the smallest sum of squared errors over wells and populations, of whole single cells only.
    """
    edges = [np.linspace(e[0], e[-1], DIVIDER_BINS + 1) for e in plate.shapes.oracle_edges]
    answers = {}
    errors = np.zeros((DIVIDER_BINS + 1, DIVIDER_BINS + 1))
    for file in plate.samples:
        cells = plate.display(file)[plate.labels[file] < DEBRIS]
        x, y = (np.clip(cells[:, a], e[0], np.nextafter(e[-1], e[0])) for a, e in enumerate(edges))
        counts = np.histogram2d(x, y, bins=(edges[0], edges[1]))[0]
        below = np.pad(counts.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0))) / counts.sum()
        live, dye_negative, annexin_negative = below, below[-1:, :], below[:, -1:]
        early, necrotic = dye_negative - live, annexin_negative - live
        answers[file] = np.stack([live, early, 1.0 - live - early - necrotic, necrotic])
        errors += np.sum((answers[file] - plate.true_fractions(file)[:, None, None]) ** 2, axis=0)
    i, j = np.unravel_index(int(np.argmin(errors)), errors.shape)
    return {file: np.asarray(answer[:, i, j]) for file, answer in answers.items()}


# --- tables -----------------------------------------------------------------------------------------------------------


def judged(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with errors in percentage points, coverage, widths and flags."""
    codes = table["caution"].fillna("").map(_codes)
    covers = (table["low"] <= table["drawn_from"] + 1e-12) & (table["drawn_from"] <= table["high"] + 1e-12)
    oracle_width = table["oracle_high"] - table["oracle_low"]
    return table.assign(
        answered=table["fraction"].notna(),
        error=100 * (table["fraction"] - table["labels"]),
        counted_error=100 * (table["counted_fraction"] - table["labels"]),
        best_error=100 * (table["best_divider"] - table["labels"]),
        oracle_error=100 * (table["oracle"] - table["labels"]),
        covers=covers,
        oracle_covers=(table["oracle_low"] <= table["drawn_from"] + 1e-12)
        & (table["drawn_from"] <= table["oracle_high"] + 1e-12),
        width=table["high"] - table["low"],
        oracle_width=oracle_width,
        width_ratio=(table["high"] - table["low"]) / oracle_width,
        blind_ratio=(table["high"] - table["low"]) / table["blind_width"],
        not_resolved=codes.map(lambda found: "not_resolved" in found),
        flagged=codes.map(lambda found: any(_is_warning(code) for code in found)),
    )


def _codes(cautions: str) -> tuple[str, ...]:
    return tuple(note.split(":")[0] for note in cautions.split("; ") if note)


def _is_warning(code: str) -> bool:
    return code in CAUTIONS and CAUTIONS[code].severity == "warning"


def rms(errors: pd.Series[float]) -> float:
    """Return the root mean square of what is there."""
    return float(np.sqrt(np.mean(errors.dropna() ** 2))) if errors.notna().any() else float("nan")


def figures(rows: pd.DataFrame) -> dict[str, object]:
    """Return the figures of some rows of the judged table."""
    errors = rows["error"].abs()
    return {
        "plates": rows["plate"].nunique(),
        "rows": len(rows),
        "achieved_d": rows.loc[rows["achieved_d"].notna(), "achieved_d"].median(),
        "answered": rows["answered"].mean(),
        "rmse_pp": rms(rows["error"]),
        "bias_pp": rows.loc[rows["population"] == "live", "error"].mean(),
        "p95_pp": errors.quantile(0.95),
        "worst_pp": errors.max(),
        "counted_rmse_pp": rms(rows["counted_error"]),
        "counted_worst_pp": rows["counted_error"].abs().max(),
        "best_divider_rmse_pp": rms(rows["best_error"]),
        "oracle_rmse_pp": rms(rows["oracle_error"]),
        "coverage": rows["covers"].mean(),
        "p_below_90": stats.binomtest(int(rows["covers"].sum()), len(rows), 0.9, "less").pvalue,
        "oracle_coverage": rows["oracle_covers"].mean(),
        "median_width": rows["width"].median(),
        "median_width_ratio": rows["width_ratio"].median(),
        "median_width_ratio_blind": rows["blind_ratio"].median(),
        "not_resolved": rows["not_resolved"].mean(),
        "flagged": rows["flagged"].mean(),
    }


def cells_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of each cell of the grid, then of each level of each option over D of 2.5 and more."""
    found = []
    for (spans, family), part in rows.groupby(["range", "family"], sort=False):
        found.append({"by": "D x family", "level": f"{spans} {family}"} | figures(part))
    cells = pd.DataFrame(found)
    inside = ~cells["level"].str.startswith("1.5-")
    cells["p_holm"] = np.nan
    cells.loc[inside, "p_holm"] = holm(cells.loc[inside, "p_below_90"].to_numpy(dtype=np.float64))
    grid = rows[rows["d"] >= 2.5]
    options = [
        {"by": name, "level": str(level)} | figures(part)
        for name in ("range", *OPTIONS, "population")
        for level, part in grid.groupby(name, sort=True)
    ]
    return pd.concat([cells, pd.DataFrame(options)], ignore_index=True)


def holm(p_values: FloatArray) -> FloatArray:
    """Return Holm's adjusted p values, same shape."""
    order = np.argsort(p_values)
    steps = np.maximum.accumulate(p_values[order] * (len(p_values) - np.arange(len(p_values))))
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted


@dataclass(frozen=True)
class Line:
    """One line of the summary: what, its target as text, what was measured, and whether it holds."""

    what: str
    target: str
    measured: float
    holds: bool | None


def summary(rows: pd.DataFrame, cells: pd.DataFrame) -> list[Line]:
    """Return the lines of the issue's table, target beside measured."""
    grid = rows[rows["d"] >= 2.5]
    controlled = grid[grid["variant"] != "no controls"]
    bands = {"D >= 6": (6.0, 99.0, 0.5, 1.0), "4 <= D < 6": (4.0, 6.0, 0.8, 2.0), "2.5 <= D < 4": (2.5, 4.0, 1.2, 5.0)}
    lines: list[Line] = []
    for name, (low, high, rmse, within) in bands.items():
        part = controlled[controlled["d"].between(low, high, inclusive="left")]
        lines += _error_lines(f"{name}, estimate", part["error"], rmse, within)
        lines.append(_of(f"{name}, share answered", part["answered"], None))
    narrow = controlled[controlled["d"] < 4.0]
    lines.append(_of("2.5 <= D < 4, share with a caution", narrow["flagged"] | narrow["not_resolved"], ("=", 1.0)))
    lines += _below(rows) + _counts(controlled) + _all_negative(grid)
    lines += _intervals(grid, cells) + _flags(grid)
    free = grid[grid["variant"] == "no controls"]
    lines.append(Line("no controls, estimate, RMSE (pp)", "", rms(free["error"]), None))
    lines.append(_of("no controls, coverage", free["covers"], None))
    lines.append(Line("oracle, RMSE (pp)", "", rms(grid["oracle_error"]), None))
    lines.append(_of("oracle, coverage (a check of the truth)", grid["oracle_covers"], None))
    failed = rows.groupby("plate")["failure"].first().ne("")
    lines.append(Line("plates that raise an error", "= 0", float(failed.sum()), bool(not failed.any())))
    return lines


def _error_lines(what: str, errors: pd.Series[float], rmse: float, within: float) -> list[Line]:
    errors = errors.dropna()
    share = float((errors.abs() <= within).mean()) if len(errors) else float("nan")
    return [
        _at_most(f"{what}, RMSE (pp)", rms(errors), rmse),
        Line(f"{what}, share within {within:g} pp", "= 1", share, share == 1.0),
        Line(f"{what}, worst (pp)", f"<= {within:g}", float(errors.abs().max()), bool(errors.abs().max() <= within)),
    ]


def _at_most(what: str, value: float, limit: float) -> Line:
    return Line(what, f"<= {limit:g}", value, bool(value <= limit))


def _of(what: str, flags: pd.Series[bool], target: tuple[str, float] | None) -> Line:
    """Return a line of a share."""
    share = float(flags.mean()) if len(flags) else float("nan")
    if target is None:
        return Line(what, "", share, None)
    sign, limit = target
    holds = {"=": share == limit, "<=": share <= limit, ">=": share >= limit}[sign]
    return Line(what, f"{sign} {limit:g}", share, holds)


def _below(rows: pd.DataFrame) -> list[Line]:
    part = rows[rows["d"] < 2.5]
    if part.empty:
        return []
    return [
        _of("D < 2.5, share not resolved", part["not_resolved"], ("=", 1.0)),
        _of("D < 2.5, coverage", part["covers"], (">=", 0.93)),
    ]


def _counts(rows: pd.DataFrame) -> list[Line]:
    far = rows[rows["d"] >= 6.0]
    normal, other = far[far["family"] == "normal"], far[far["family"] != "normal"]
    lines = _error_lines("D >= 6, counts, normal shapes", normal["counted_error"], 0.5, 1.0) if len(normal) else []
    if other.empty:
        return lines
    excess = (other["counted_error"].abs() - other["best_error"].abs()).dropna()
    by_plate = [rms(p["counted_error"]) - rms(p["best_error"]) for _, p in other.groupby("plate")]
    return [
        *lines,
        _of("D >= 6, counts, other shapes, share within 0.5 pp of the best divider", excess <= 0.5, ("=", 1.0)),
        _at_most("D >= 6, counts, other shapes, RMSE over that of the best divider, worst plate", max(by_plate), 0.5),
    ]


def _all_negative(rows: pd.DataFrame) -> list[Line]:
    """Return what is called not live in wells that hold live cells only."""
    live = rows[rows["all_negative"] & (rows["population"] == "live")]
    lines = []
    without = live["variant"] == "no controls"
    for name, part in (("with controls", live[~without]), ("no controls", live[without])):
        if part.empty:
            continue
        called = (100 * (1 - part["fraction"])).dropna()
        wanted = ("=", 1.0) if name == "with controls" else None
        largest = _at_most(f"all-negative well, {name}, largest estimate (%)", float(called.max()), 1.0)
        lines.append(_of(f"all-negative well, {name}, share with an estimate of at most 1 %", called <= 1.0, wanted))
        lines.append(largest if wanted else replace(largest, target="", holds=None))
        lines.append(_of(f"all-negative well, {name}, share answered", part["answered"], None))
    normal = live[(live["d"] >= 5) & (live["family"] == "normal") & (live["variant"] != "no controls")]
    if len(normal):
        worst = float(100 * (1 - normal["counted_fraction"]).max())
        lines.append(_at_most("all-negative well, largest count at D >= 5, normal shapes (%)", worst, 2.0))
    return lines


def _intervals(rows: pd.DataFrame, cells: pd.DataFrame) -> list[Line]:
    low_cells = int((cells["p_holm"] < 0.05).sum())
    answered = rows[rows["answered"]]
    return [
        _of("95 % intervals, mean coverage", rows["covers"], (">=", 0.93)),
        Line("cells significantly below 90 % (Holm)", "= 0", float(low_cells), low_cells == 0),
        _at_most("median width over the oracle's, all rows", float(rows["width_ratio"].median()), 1.5),
        _at_most("median width over the oracle's, answered rows", float(answered["width_ratio"].median()), 1.5),
        Line("median width over that of an oracle blind to shifts", "", float(rows["blind_ratio"].median()), None),
        _at_most("ratio of median widths", float(rows["width"].median() / rows["oracle_width"].median()), 1.5),
    ]


def _flags(rows: pd.DataFrame) -> list[Line]:
    clean = rows[(rows["d"] >= 4) & rows["variant"].isin(["full", "mostly dead"])]
    wells = clean.groupby(["plate", "file"])[["not_resolved", "flagged", "answered"]].agg(["any", "all"])
    bad = wells[("not_resolved", "any")] | wells[("flagged", "any")] | ~wells[("answered", "all")]
    return [_of("wells unresolved or flagged, D >= 4, controls complete", bad, ("<=", 0.05))]


def codes_seen(rows: pd.DataFrame) -> list[tuple[str, float]]:
    """Return how often each caution stands on a row at D of 4 and more with all controls, most frequent first."""
    clean = rows[(rows["d"] >= 4) & rows["variant"].isin(["full", "mostly dead"])]
    counts = Counter(code for cautions in clean["caution"].fillna("") for code in set(_codes(cautions)))
    return [(code, count / len(clean)) for code, count in counts.most_common()]


# --- the run ----------------------------------------------------------------------------------------------------------


def jobs(shapes: Sequence[str], chosen: str, plates: int, seed: int, quick: bool) -> list[Job]:
    """Return the plates of the cells whose range or family is among the chosen ones, all where none is."""
    words = {word.strip() for word in chosen.split(",") if word.strip()}
    cells = [Cell(low, high, family) for name in shapes for family in FAMILIES[name] for low, high in RANGES]
    spans = words & {cell.range for cell in cells}
    families = words & {cell.family for cell in cells}
    if words - spans - families:
        raise SystemExit(f"--cells: no range or family {', '.join(sorted(words - spans - families))}")
    kept = [c for c in cells if (not spans or c.range in spans) and (not families or c.family in families)]
    # Below 2.5 the question is only whether the method says so: one plate a family answers it.
    return [Job(c, i, seed, quick) for c in kept for i in range(plates if c.low >= 2.5 else min(plates, 1))]


def run_all(todo: Sequence[Job], workers: int, watch: Callable[[int], None]) -> pd.DataFrame:
    """Return the judged rows of all plates."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when a worker imports numpy; threads on shared cores cost time
    results: list[pd.DataFrame] = []
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        for found in pool.imap(run, todo):
            results.append(found)
            watch(len(results))
    return judged(pd.concat(results, ignore_index=True))


def write(table: pd.DataFrame, path: Path, shapes: str) -> None:
    """Write a table of one set of shapes, keeping the rows of the other set that stand in the file."""
    kept: Iterable[Any] = []
    if path.exists():
        old = pd.read_csv(path, dtype=str)
        kept = [old[old["shapes"] != shapes]]
    new = table.round(4).assign(shapes=shapes).astype(object)
    pd.concat([*kept, new], ignore_index=True).sort_values("shapes", kind="stable").to_csv(
        path, index=False, lineterminator="\n"
    )


def main() -> None:
    """Run the grid, print its tables and write them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plates", type=int, default=4, help="plates a cell")
    parser.add_argument("--cells", default="", help="ranges of D and families, with commas: 4-5,heavy")
    parser.add_argument("--shapes", choices=tuple(FAMILIES), default="develop")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="one plate of 8 wells a cell; nothing is written")
    parser.add_argument("--rows", type=Path, help="also write every row (a well and population) to this CSV")
    args = parser.parse_args()
    started = time.perf_counter()
    todo = jobs([args.shapes], args.cells, 1 if args.quick else args.plates, args.seed, args.quick)
    rows = run_all(todo, args.workers, lambda done: print(f"\r{done}/{len(todo)} plates", end="", flush=True))
    cells = cells_table(rows)
    lines = pd.DataFrame([vars(line) for line in summary(rows, cells)])
    shown = ["by", "level", "plates", "answered", "rmse_pp", "worst_pp", "counted_rmse_pp", "best_divider_rmse_pp"]
    shown += ["oracle_rmse_pp", "coverage", "p_holm", "oracle_coverage", "median_width_ratio"]
    shown += ["median_width_ratio_blind", "flagged"]
    with pd.option_context("display.width", 250, "display.max_rows", None, "display.max_colwidth", 90):
        print("\n", cells[shown].round(3).to_string(index=False, na_rep=""))
        print("\n", lines.round(4).to_string(index=False, na_rep=""))
    for code, share in codes_seen(rows):
        print(f"{share:8.3f} of rows at D >= 4, controls complete: {code}")
    for failure, plates in rows[rows["failure"] != ""].groupby("failure")["plate"].unique().items():
        print(f"{len(plates)} plates raise {failure}: {', '.join(plates[:5])}")
    gating = rows.groupby("plate")["seconds"].first().median()
    print(f"{len(todo)} plates in {time.perf_counter() - started:.0f} s, {gating:.2f} s of gating a plate")
    if args.rows:
        rows.to_csv(args.rows, index=False, lineterminator="\n")
    if not (args.quick or args.cells):
        write(cells, HERE / "quadrant_grid.csv", args.shapes)
        write(lines, HERE / "quadrant_grid_summary.csv", args.shapes)


if __name__ == "__main__":
    main()
