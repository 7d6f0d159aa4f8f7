"""How fast FCS files are read, beside FlowIO, FlowKit and the bytes themselves.

    python benchmarks/fcs_reading.py [EVENTS]       default 1,000,000 x 12; writes fcs_reading.csv beside this file

Each reader runs in a process of its own, in turn, on the same warm files: median wall of 5 runs after one to warm up,
and the peak memory above that after the imports. Every reader must give the same values before it is timed.
"""

from __future__ import annotations

import csv
import json
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHANNELS, FIRST, RUNS = 12, 4_096, 5
NAMES = [f"C{i}" for i in range(1, CHANNELS + 1)]
KINDS = {
    "float32": ("<f4", {"$DATATYPE": "F"}, {"B": "32", "R": "262144", "E": "0,0"}),
    "float32 with gain": ("<f4", {"$DATATYPE": "F"}, {"B": "32", "R": "262144", "E": "0,0", "G": "2"}),
    "int16 masked": ("<u2", {"$DATATYPE": "I"}, {"B": "16", "R": "1024", "E": "0,0"}),
    "int16 masked, big": (">u2", {"$DATATYPE": "I", "$BYTEORD": "4,3,2,1"}, {"B": "16", "R": "1024", "E": "0,0"}),
    "int16 masked, log": ("<u2", {"$DATATYPE": "I"}, {"B": "16", "R": "1024", "E": "4,1"}),
}


def lay(path: Path, n_events: int, kind: str) -> Path:
    """Write a file of random numbers of one kind."""
    code, keywords, each = KINDS[kind]
    draw = np.random.default_rng(5)
    if "f" in code:
        table = draw.lognormal(6, 2, (n_events, CHANNELS)).astype(code)
    else:
        table = draw.integers(0, 65_536, (n_events, CHANNELS)).astype(code)
    last = FIRST + table.nbytes - 1
    text = {"$PAR": str(CHANNELS), "$TOT": str(n_events), "$MODE": "L", "$NEXTDATA": "0", "$BYTEORD": "1,2,3,4"}
    text |= {"$BEGINDATA": str(FIRST), "$ENDDATA": str(last), **keywords}
    for i, name in enumerate(NAMES, 1):
        text |= {f"$P{i}N": name, **{f"$P{i}{letter}": value for letter, value in each.items()}}
    body = "/" + "".join(f"{k}/{v}/" for k, v in text.items())
    places = (FIRST, last) if last <= 99_999_999 else (0, 0)
    head = f"FCS3.1    {58:8d}{57 + len(body):8d}{places[0]:8d}{places[1]:8d}{0:8d}{0:8d}"
    path.write_bytes((head + body).encode().ljust(FIRST) + table.tobytes())
    return path


def readers(path: Path) -> dict[str, Callable[[], Callable[[], NDArray[Any]]]]:
    """Return each reader as a function that imports what it needs and returns the function to time."""

    def bytes_alone() -> Callable[[], NDArray[Any]]:
        return lambda: np.fromfile(path, dtype=np.uint8)

    def ours() -> Callable[[], NDArray[Any]]:
        from gating import read_fcs

        return lambda: np.array(read_fcs(path).values, dtype=np.float64, copy=None)

    def ours_mapped() -> Callable[[], NDArray[Any]]:
        from gating import read_fcs

        return lambda: read_fcs(path).values

    def ours_two_channels() -> Callable[[], NDArray[Any]]:
        from gating import read_fcs

        return lambda: np.array(read_fcs(path, channels=[NAMES[2], NAMES[6]]).values, dtype=np.float64, copy=None)

    def flowio() -> Callable[[], NDArray[Any]]:
        from flowio import FlowData

        return lambda: np.asarray(FlowData(path).as_array())

    def flowkit() -> Callable[[], NDArray[Any]]:
        from flowkit import Sample

        return lambda: np.asarray(Sample(path).get_events("raw"))

    return {
        "np.fromfile, bytes alone": bytes_alone,
        "read_fcs, as it comes": ours_mapped,
        "read_fcs, all as float64": ours,
        "read_fcs, 2 of 12 as float64": ours_two_channels,
        "flowio as_array": flowio,
        "flowkit Sample": flowkit,
    }


def peak_kib() -> int:
    """Return the peak memory of this process (Linux): ru_maxrss would hold that of the parent too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def measure(path: Path, reader: str) -> dict[str, float]:
    """Time one reader in this process."""
    from gating import read_fcs

    warnings.simplefilter("ignore")
    read = readers(path)[reader]()
    before = peak_kib()
    values = read()
    peak = peak_kib()
    if values.ndim == 2 and values.shape[1] == CHANNELS:
        np.testing.assert_allclose(values[:1_000], read_fcs(path).values[:1_000], rtol=1e-6)
    del values
    walls = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        read()
        walls.append(time.perf_counter() - begun)
    return {"wall_s": statistics.median(walls), "peak_mib": (peak - before) / 1_024}


def main() -> None:
    """Measure every reader on every kind, each in its own process."""
    n_events = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder, Path(__file__).with_suffix(".csv").open("w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["file", "reader", "wall_s", "flowio_over_this", "peak_above_imports_mib"])
        for kind in KINDS:
            path = lay(Path(folder) / "file.fcs", n_events, kind)
            found = {}
            for reader in readers(path):
                command = [sys.executable, __file__, "--one", str(path), reader]
                found[reader] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
            for reader, row in found.items():
                ratio = found["flowio as_array"]["wall_s"] / row["wall_s"]
                told = [f"{n_events:,} x {CHANNELS} {kind}", reader, f"{row['wall_s']:.5f}", f"{ratio:.3g}"]
                writer.writerow([*told, f"{row['peak_mib']:.0f}"])
                print(*told, f"{row['peak_mib']:.0f} MiB", sep="; ")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(Path(sys.argv[2]), sys.argv[3])))
    else:
        main()
