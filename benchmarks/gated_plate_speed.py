"""A 96-well plate with its controls, clean-up, estimates, intervals and every check, beside the same at given cuts.

    python benchmarks/gated_plate_speed.py [--files 96] [--events 50000] [--workers 2]

The plate is simulated: 12 channels, four control tubes, eight vehicle wells and the rest treated, from 0 to 90 %
apoptosis. Times are medians of three runs after one warm-up, in a pool of processes that lives through all of them.
"""

from __future__ import annotations

import argparse
import builtins
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd

from gating import Channel, QuadrantGate, gate_plate, write_fcs
from gating.parts import Map
from gating.simulate import Tube, simulate_tube

STAINS = {
    "unstained": (False, False),
    "annexin_only": (True, False),
    "dye_only": (False, True),
}


def write_plate(folder: Path, files: int, events: int) -> pd.DataFrame:
    """Write the plate's files and return its sheet."""
    rng = np.random.default_rng(1)
    roles = [*STAINS, "positive", *["vehicle"] * 8]
    roles += ["treated"] * (files - len(roles))
    rows = []
    for i, role in enumerate(roles[:files]):
        dead = {"vehicle": 0.06, "positive": 0.6}.get(role, float(rng.uniform(0.0, 0.9)))
        annexin, dye = STAINS.get(role, (True, True))
        fractions = {
            "live": 1 - dead,
            "early_apoptotic": 0.5 * dead,
            "late_apoptotic": 0.45 * dead,
            "necrotic": 0.05 * dead,
        }
        drawn = simulate_tube(Tube(fractions, events, annexin, dye), rng).events
        other = rng.lognormal(6.0, 1.0, (events, 12 - drawn.values.shape[1])).astype(np.float32)
        channels = [*drawn.channels, *(Channel(f"C{k}-A") for k in range(other.shape[1]))]
        write_fcs(folder / f"{i:03d}.fcs", np.hstack([drawn.values, other]), channels, spillover=drawn.spillover)
        rows.append({"file": f"{i:03d}.fcs", "role": role})
    return pd.DataFrame(rows)


def seconds(work: Callable[[], object]) -> float:
    """Return the median of three runs after one warm-up."""
    taken = []
    for _ in range(4):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken[1:])


def main() -> None:
    """Time the plate and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=96)
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    gate = QuadrantGate(annexin="FITC-A", annexin_threshold=1_500.0, dye="PE-A", dye_threshold=1_500.0)
    with tempfile.TemporaryDirectory() as name, ProcessPoolExecutor(options.workers) as pool:
        folder = Path(name)
        sheet = write_plate(folder, options.files, options.events)
        in_pool: Map = partial(pool.map, chunksize=8)
        ways: dict[str, Callable[[], object]] = {
            "given cuts, one process": lambda: gate_plate(sheet, folder, gates=gate, map=builtins.map),
            "controls, estimates, checks, one process": lambda: gate_plate(sheet, folder, map=builtins.map),
            f"the same, {options.workers} processes": lambda: gate_plate(sheet, folder, map=in_pool),
        }
        times = {way: seconds(work) for way, work in ways.items()}
    first = next(iter(times.values()))
    table = pd.DataFrame(
        [{"way": way, "seconds": round(t, 3), "ratio": round(t / first, 1)} for way, t in times.items()]
    )
    table.to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
