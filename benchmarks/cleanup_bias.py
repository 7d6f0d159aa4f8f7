"""What the clean-up does to the four fractions, against the label of every event, over many shapes of scatter.

    python -m benchmarks.cleanup_bias [--events 10000] [--seed 1]

Each batch is four wells of 5, 30, 70 and 95 % apoptosis, cleaned as `gate_plate` cleans them: one debris limit for the
batch, doublets by tube. `loss` is how far the cells that were lost move a fraction, `contamination` how far the debris
and doublets that stayed do, both in percentage points and the largest of the four fractions.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.scatter_shapes import CELLS, CUT, DEBRIS, DOUBLET, FRAGMENTS, LIVE, Drawn, Shape, draw, states_of
from gating.debris import DebrisLimit, find_debris_limit, scatter_histogram
from gating.losses import classes_at
from gating.whole_cells import Recipe, WholeCells, whole_single_cells

WELLS = (0.05, 0.3, 0.7, 0.95)
MIXTURES = ((0.0, 0.0), (0.3, 0.0), (0.0, 0.15), (0.1, 0.05), (0.3, 0.15))  # debris, doublets
SIZES = ((1.0, 0.8, 0.6, 0.7), (1.0, 0.7, 0.45, 0.55))
CLASSES = classes_at(CUT, CUT)


def grid() -> Iterator[tuple[Shape, float, float]]:
    """Yield every shape with every mixture; pulses, trend and threshold alternate over them."""
    shapes = itertools.product(CELLS, FRAGMENTS, SIZES, (0.12, 0.2), MIXTURES)
    for i, (cells, debris, sizes, spread, mixture) in enumerate(shapes):
        pulses, trend, threshold = ("overlap", "ratio")[i % 2], 0.08 * (i % 3), 0.02 + 0.05 * (i % 4)
        yield Shape(cells, debris, pulses, spread, sizes, threshold, trend), *mixture


def cleaned(tubes: Sequence[Drawn]) -> tuple[DebrisLimit, list[WholeCells]]:
    """Return the debris limit of a batch and the whole cells of its tubes, the first of which is untreated."""
    histograms = [scatter_histogram(tube.events.column("FSC-A")) for tube in tubes]
    limit = find_debris_limit(histograms, histograms[:1])
    assert limit is not None
    recipe = Recipe("FITC-A", "PE-A", "FSC-A", "FSC-H", None, limit.value, side="SSC-A", time="Time")
    return limit, [whole_single_cells(tube.events, recipe) for tube in tubes]


def errors(tube: Drawn, keep: np.ndarray) -> dict[str, float]:
    """Return loss and contamination in percentage points, and what was lost and left, in percent."""
    labels, cell = tube.labels, tube.labels < DEBRIS
    classes = CLASSES(tube.events.column("FITC-A"), tube.events.column("PE-A"))
    kept = keep & cell

    def shares(values: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        return np.asarray(100 * np.bincount(values[chosen], minlength=4) / chosen.sum())

    return {
        "loss": float(np.abs(shares(labels, kept) - shares(labels, cell)).max()),
        "contamination": float(np.abs(shares(classes, keep) - shares(classes, kept)).max()),
        "cells_lost": float(100 * (1 - kept.sum() / cell.sum())),
        "debris_left": float(100 * np.mean(labels[keep] == DEBRIS)),
        "doublets_left": float(100 * np.mean(labels[keep] == DOUBLET)),
    }


def measure(batches: Sequence[tuple[Shape, float, float]], events: int, seed: int) -> pd.DataFrame:
    """Return one row a tube."""
    rng = np.random.default_rng(seed)
    rows = []
    for shape, debris, doublets in batches:
        tubes = [draw(shape, states_of(well), events, debris, doublets, rng) for well in WELLS]
        limit, found = cleaned(tubes)
        about = {**vars(shape), "debris_share": debris, "doublet_share": doublets, "basis": limit.basis}
        about |= {"late_size": shape.sizes[2], "limit": limit.value / LIVE}
        for well, tube, cells in zip(WELLS, tubes, found, strict=True):
            rows.append(about | {"apoptosis": well} | errors(tube, cells.keep))
    return pd.DataFrame(rows)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return mean, high quantiles and maximum of each error over the tubes, one row a group."""
    mixture = table["debris_share"].astype(str) + " + " + table["doublet_share"].astype(str)
    told = table.assign(all="", mixture=mixture, late_size=table["late_size"].astype(str))
    rows = []
    for kind in ("all", "cells", "debris", "pulses", "late_size", "mixture"):
        for value, part in told.groupby(kind):
            row: dict[str, object] = {"by": kind, "group": value, "tubes": len(part)}
            for name, limit in (("loss", 1.0), ("contamination", 0.5)):
                row |= {f"{name}_mean": part[name].mean(), f"{name}_99": part[name].quantile(0.99)}
                row |= {f"{name}_max": part[name].max(), f"{name}_beyond": (part[name] > limit).mean()}
            rows.append(row)
    return pd.DataFrame(rows).round(3)


def cost(events: int = 50_000, runs: int = 50) -> float:
    """Return the processor's milliseconds that the clean-up of one tube costs."""
    shape = replace(Shape(), trend=0.08)
    tube = draw(shape, states_of(0.3), events, 0.1, 0.05, np.random.default_rng(1))
    cleaned([tube])
    start = time.process_time()
    for _ in range(runs):
        cleaned([tube])
    return 1_000 * (time.process_time() - start) / runs


def main() -> None:
    """Measure the grid and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    table = summary(measure(list(grid()), options.events, options.seed))
    print(table.to_string(index=False))
    print(f"{cost():.2f} ms of processor for 50,000 events, debris limit included")
    if options.events == 10_000 and options.seed == 1:
        table.to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
