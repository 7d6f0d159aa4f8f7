"""From the shell to the answer on one file of 1,000,000 events: `cytotools run` against a FlowKit script.

    python benchmarks/whole_process.py

Both start an interpreter, read the file, compensate it and count four quadrants at given cuts; ours also checks the
study, hashes the input and writes its tables and report. Runs alternate; the ratio is taken pair by pair.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from plate_speed import GATE, SPILLOVER, write_plate  # type: ignore[import-not-found]

STUDY = f"""\
version: 1
title: speed
flow:
  samples: samples.csv
  annexin: {GATE.annexin}
  dye: {GATE.dye}
  thresholds: thresholds.csv
"""
SCRIPT = f"""\
import sys
import flowkit as fk
import numpy as np
strategy = fk.GatingStrategy()
matrix = np.array({SPILLOVER.matrix.tolist()})
strategy.add_comp_matrix("m", fk.Matrix(matrix, {list(SPILLOVER.channels)}, {list(SPILLOVER.channels)}))
a, d = {GATE.annexin_threshold}, {GATE.dye_threshold}
dividers = [fk.QuadrantDivider("a", "{GATE.annexin}", "m", [a]), fk.QuadrantDivider("d", "{GATE.dye}", "m", [d])]
sides = dict(live=((None, a), (None, d)), early=((a, None), (None, d)), late=((a, None), (d, None)))
sides["dead"] = ((None, a), (d, None))
quadrants = [fk.gates.Quadrant(name, ["a", "d"], list(ranges)) for name, ranges in sides.items()]
strategy.add_gate(fk.gates.QuadrantGate("q", dividers, quadrants), ("root",))
report = strategy.gate_sample(fk.Sample(sys.argv[1])).report
print(report[["gate_name", "count"]])
"""
PAIRS = 5


def seconds(command: list[str]) -> float:
    """Return the wall time of a command that must end well."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    """Time both, in turn."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_plate(folder, 1, 1_000_000)
        (folder / "study.yaml").write_text(STUDY)
        (folder / "samples.csv").write_text("file,role,replicate\n000.fcs,treated,1\n")
        cuts = f"channel,threshold\n{GATE.annexin},{GATE.annexin_threshold}\n{GATE.dye},{GATE.dye_threshold}\n"
        (folder / "thresholds.csv").write_text(cuts)
        (folder / "flowkit_script.py").write_text(SCRIPT)
        words = ["run", str(folder), "-o", str(folder / "out"), "--only", "flow", "--no-figures"]
        ours = [sys.executable, "-m", "cytotools.cli", *words]
        theirs = [sys.executable, str(folder / "flowkit_script.py"), str(folder / "000.fcs")]
        seconds(ours), seconds(theirs)
        pairs = [(seconds(ours), seconds(theirs)) for _ in range(PAIRS)]
    ratios = [b / a for a, b in pairs]
    row = {
        "pairs": PAIRS,
        "ours_seconds": round(statistics.median(a for a, _ in pairs), 3),
        "flowkit_seconds": round(statistics.median(b for _, b in pairs), 3),
        "times_faster": round(statistics.median(ratios), 2),
        "slowest_pair": round(min(ratios), 2),
    }
    table = pd.DataFrame([row])
    table.to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
