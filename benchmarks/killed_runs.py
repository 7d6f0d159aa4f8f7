"""Runs that are killed at random moments: the earlier results stay whole, and the next run succeeds.

`python -m benchmarks.killed_runs [KILLS]` analyses a small part of the sample study, then starts runs of a changed copy
into the same folder and kills each at a random moment of its course, in turn by SIGKILL and SIGTERM. A run that was
faster than its kill counts as finished. What it started is looked for among the processes of its session, as Linux
lists them in /proc. Then processes that do nothing but put results in place are killed, ten times as many: the moment
between two results is short, and random kills of whole runs hardly ever meet it.
"""

from __future__ import annotations

import csv
import hashlib
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SAMPLE = Path(__file__).parents[1] / "sample_data" / "smac_n7"
STUDY = """\
version: 1
title: {title}
flow: {{samples: samples.csv}}
blots:
  lanes: lanes.csv
  loading_control: actin
  images: [{{file: rep1.tif, membrane: rep1, bands: [cIAP2, cIAP1, non-specific, XIAP, actin]}}]
"""


SWAPS = """\
import itertools
from pathlib import Path
from cytotools.output import require_replaceable, swapped_in
out = Path({out!r})
for number in itertools.count():
    require_replaceable(out)
    with swapped_in(out) as fresh:
        for name in ("a", "b"):
            (fresh / name).write_text(str(number))
        (fresh / "provenance.json").write_text('{{"program": "cytotools", "outputs": ["a", "b"]}}')
    print(number, flush=True)
"""


def main(kills: int = 20, seed: int = 9) -> None:
    """Kill runs, and print what became of each."""
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _write_study(folder)
        began = time.perf_counter()
        assert _run(folder).wait() == 0, "the first run must succeed"
        took, whole = time.perf_counter() - began, _hashes(folder / "results")
        print(f"a whole run takes {took:.1f} s and writes {len(whole)} files")
        (folder / "study.yaml").write_text(STUDY.format(title="changed"))
        kept = finished = alive = 0
        rows = []
        for k in range(kills):
            sign = (signal.SIGKILL, signal.SIGTERM)[k % 2]
            run, moment = _run(folder), draw.uniform(0.02, 1.02) * took
            time.sleep(moment)
            run.send_signal(sign)
            run.wait()
            found = _hashes(folder / "results")
            state = "whole" if found == whole else "new" if run.returncode == 0 else "BROKEN"
            kept, finished = kept + (state == "whole"), finished + (state == "new")
            whole = found if state == "new" else whole
            left_alive = _processes_left(run.pid)
            alive += left_alive
            rows.append([k + 1, sign.name, f"{moment / took:.3f}", state, left_alive])
            print(f"{sign.name} after {moment:5.2f} s: the results are {state}, processes left: {left_alive}")
        last = _run(folder).wait()
        left = [path.name for path in folder.iterdir() if path.name.startswith(".")]
        broken = kills - kept - finished
        print(f"{kept} of {kills} earlier results kept, {finished} runs finished before, {broken} broken")
        print(f"the next run ends with {last}; hidden files left: {left or 'none'}; processes left: {alive}")
        _write(rows)
        lost, torn = _killed_swaps(folder / "swapped", 10 * kills, draw)
        print(
            f"{10 * kills} kills while results are put in place: {lost} times none were there, {torn} times torn ones"
        )
        if broken or last or left or alive or lost or torn:
            sys.exit(1)


def _killed_swaps(out: Path, kills: int, draw: random.Random) -> tuple[int, int]:
    """Kill processes that put results in place, and count how often none are found, or files of two results."""
    lost = torn = 0
    for k in range(kills):
        command = [sys.executable, "-c", SWAPS.format(out=str(out))]
        swaps = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert swaps.stdout is not None
        swaps.stdout.readline()
        time.sleep(draw.uniform(0, 0.02))
        swaps.send_signal((signal.SIGKILL, signal.SIGTERM)[k % 2])
        swaps.communicate()
        lost += not out.is_dir()
        torn += out.is_dir() and len({(out / name).read_text() for name in ("a", "b")}) > 1
    return lost, torn


def _run(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "cytotools", "run", str(folder), "--workers", "2"]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, stdout=quiet, stderr=quiet, start_new_session=True)


def _processes_left(session: int, patience: float = 10.0) -> int:
    """Return how many processes of a session are alive; they are given some seconds to end."""
    until = time.monotonic() + patience
    while (alive := _alive(session)) and time.monotonic() < until:
        time.sleep(0.1)
    return alive


def _alive(session: int) -> int:
    count = 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, own = status.read_text().rpartition(")")[2].split()[:4]
        except (OSError, ValueError):  # it has ended meanwhile
            continue
        count += int(own) == session and state != "Z"
    return count


def _write(rows: list[list[object]]) -> None:
    with Path(__file__).with_suffix(".csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["kill", "signal", "moment_over_whole_run", "results", "processes_left"])
        writer.writerows(rows)


def _hashes(folder: Path) -> dict[str, str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _write_study(folder: Path) -> None:
    (folder / "study.yaml").write_text(STUDY.format(title="first"))
    (folder / "rep1.tif").write_bytes((SAMPLE / "blots" / "rep1.tif").read_bytes())
    _copy_rows(SAMPLE / "blots" / "lanes.csv", folder / "lanes.csv", "membrane", "rep1")
    for row in _copy_rows(SAMPLE / "flow" / "samples.csv", folder / "samples.csv", "replicate", "1"):
        (folder / "flow").mkdir(exist_ok=True)
        (folder / row["file"]).write_bytes((SAMPLE / row["file"]).read_bytes())


def _copy_rows(source: Path, target: Path, column: str, value: str) -> list[dict[str, str]]:
    with source.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row[column] == value]
    with target.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return rows


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
