"""A 96-well plate at given cuts: ours against a hand-written numpy bound and FlowKit's Session, in one run.

    python benchmarks/plate_speed.py [--files 96] [--events 50000] [--no-flowkit]

Every way counts the same four quadrants of compensated events (2 x 2 spillover) of files of 12 float32 channels; the
counts are compared before a time is printed. Times are medians of five runs after one warm-up; the peak is what a
process of its own holds beyond what it held after its imports.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from gating import Channel, QuadrantGate, Spillover, gate_plate, write_fcs

CHANNELS = [Channel(f"C{i}-A") for i in range(1, 13)]
GATE = QuadrantGate(annexin="C4-A", annexin_threshold=1_000.0, dye="C5-A", dye_threshold=1_200.0)
SPILLOVER = Spillover(np.array([[1.0, 0.15], [0.02, 1.0]]), ("C4-A", "C5-A"))


def write_plate(folder: Path, files: int, events: int) -> None:
    """Write the plate's files."""
    rng = np.random.default_rng(1)
    for i in range(files):
        values = rng.lognormal(6.0, 1.5, (events, len(CHANNELS))).astype(np.float32)
        write_fcs(folder / f"{i:03d}.fcs", values, CHANNELS, spillover=SPILLOVER)


def bound(folder: Path) -> np.ndarray:
    """Count with what numpy can do at best: mapped bytes, two columns, chunks that stay in the cache."""
    inverse = np.linalg.inv(SPILLOVER.matrix).astype(np.float32)
    total = np.zeros(4, dtype=np.int64)
    for path in sorted(folder.glob("*.fcs")):
        with path.open("rb") as file:
            header = file.read(58)
            first, last = int(header[26:34]), int(header[34:42])
        table = np.memmap(path, dtype="<f4", mode="r", offset=first, shape=((last - first + 1) // 48, 12))
        for start in range(0, len(table), 32_768):
            pair = table[start : start + 32_768, 3:5] @ inverse
            annexin, dye = pair[:, 0] >= GATE.annexin_threshold, pair[:, 1] >= GATE.dye_threshold
            both, a, d = np.count_nonzero(annexin & dye), np.count_nonzero(annexin), np.count_nonzero(dye)
            total += [len(pair) - a - d + both, a - both, both, d - both]
    return total


def ours(folder: Path) -> np.ndarray:
    """Count with gate_plate at a given gate."""
    sheet = pd.DataFrame({"file": [p.name for p in sorted(folder.glob("*.fcs"))], "role": "treated"})
    table = gate_plate(sheet, folder, gates=GATE).table
    return np.asarray(table["events"].to_numpy().reshape(-1, 4).sum(axis=0))


def flowkit_linear(folder: Path) -> np.ndarray:
    """Count with FlowKit's Session at the same linear cuts."""
    return _flowkit(folder, logicle=False)


def flowkit_logicle(folder: Path) -> np.ndarray:
    """Count with FlowKit's Session as its users gate: on logicle scales, at the same cuts."""
    return _flowkit(folder, logicle=True)


def _flowkit(folder: Path, *, logicle: bool) -> np.ndarray:
    import flowkit as fk

    strategy = fk.GatingStrategy()
    strategy.add_comp_matrix("m", fk.Matrix(SPILLOVER.matrix, list(SPILLOVER.channels), list(SPILLOVER.channels)))
    a, d, scale = GATE.annexin_threshold, GATE.dye_threshold, None
    if logicle:
        transform, scale = fk.transforms.LogicleTransform(262_144, 0.5, 4.5, 0), "logicle"
        strategy.add_transform(scale, transform)
        a, d = (float(transform.apply(np.array([cut]))[0]) for cut in (a, d))
    dividers = [fk.QuadrantDivider("a", GATE.annexin, "m", [a], scale)]
    dividers.append(fk.QuadrantDivider("d", GATE.dye, "m", [d], scale))
    low_a, low_d, high_a, high_d = (None, a), (None, d), (a, None), (d, None)
    sides = [
        ("live", (low_a, low_d)),
        ("early", (high_a, low_d)),
        ("late", (high_a, high_d)),
        ("dead", (low_a, high_d)),
    ]
    quadrants = [fk.gates.Quadrant(name, ["a", "d"], list(ranges)) for name, ranges in sides]
    strategy.add_gate(fk.gates.QuadrantGate("q", dividers, quadrants), ("root",))
    session = fk.Session(strategy, fcs_samples=str(folder))
    session.analyze_samples()
    report = session.get_analysis_report()
    return np.array([report.loc[report["gate_name"] == name, "count"].sum() for name, _ in sides])


WAYS: dict[str, Callable[[Path], np.ndarray]] = {
    "bound": bound,
    "ours": ours,
    "flowkit_linear": flowkit_linear,
    "flowkit_logicle": flowkit_logicle,
}


def timed(way: str, folder: Path, runs: int) -> tuple[float, np.ndarray]:
    """Return the median seconds of a way and what it counted."""
    counted, seconds = WAYS[way](folder), []
    for _ in range(runs):
        start = time.perf_counter()
        WAYS[way](folder)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), counted


def resident_mib(which: str) -> float:
    """Return this process's resident memory now (VmRSS) or at its highest (VmHWM); Linux only."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return float(next(line for line in lines if line.startswith(which)).split()[1]) / 1024


def peak_mib(way: str, folder: Path) -> float:
    """Return how far a fresh process rises above what it holds after its imports."""
    code = (
        "import sys; sys.path.insert(0, 'benchmarks'); import plate_speed as b; from pathlib import Path\n"
        f"{'import flowkit' if way.startswith('flowkit') else ''}\n"
        "before = b.resident_mib('VmRSS')\n"
        "Path('/proc/self/clear_refs').write_text('5')  # the high-water mark starts anew\n"
        f"b.WAYS['{way}'](Path(sys.argv[1]))\n"
        "print(b.resident_mib('VmHWM') - before)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def main() -> None:
    """Time the three ways and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=96)
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--no-flowkit", action="store_true")
    options = parser.parse_args()
    ways = [way for way in WAYS if not (way.startswith("flowkit") and options.no_flowkit)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_plate(folder, options.files, options.events)
        found = {way: timed(way, folder, 3 if way.startswith("flowkit") else 7) for way in ways}
        rows = []
        for way, (seconds, counted) in found.items():
            if not np.abs(counted - found["bound"][1]).max() <= 5:  # float32 against float64 at the cut
                message = f"{way} counted {counted}, the bound {found['bound'][1]}"
                raise SystemExit(message)
            ratio = seconds / found["bound"][0]
            rows.append((way, round(seconds, 4), round(ratio, 2), round(peak_mib(way, folder), 1)))
    table = pd.DataFrame(rows, columns=["way", "seconds", "ratio_to_bound", "peak_mib_above_imports"])
    table.insert(0, "files", options.files)
    print(table.to_string(index=False))
    if options.files == 96:
        table.to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
