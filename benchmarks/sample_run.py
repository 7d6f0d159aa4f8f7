"""The whole sample study from its files to its report: time by stage, and the bytes of the page.

    python -m benchmarks.sample_run [--workers 2] [--study sample_data/smac_n7/study.yaml]

`cpu` is the processor time of each stage in one process; `wall` its time in so many processes, which begin when the
study is read. The whole is held against a bound from the same run, the processor time shared evenly over the workers:
`of_bound` of 1 would be perfect sharing, whatever the machine. Run it on a machine with nothing else to do.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from cytotools.workers import parallel_map, use_one_thread

ROOT = Path(__file__).resolve().parents[1]
STAGES = ("read and begin", "analyse", "write", "end")


def run(study: Path, out: Path, workers: int, clock: Callable[[], float]) -> list[float]:
    """Run a study and return what the clock says of each stage."""
    told = [clock()]
    from cytotools.study_files import read_study

    read = read_study(study)
    with parallel_map(workers) as parallel:
        from cytotools.analysis import analyse
        from cytotools.report import write_report

        told.append(clock())
        results = analyse(read, map=parallel)
        told.append(clock())
        write_report(results, out, map=parallel)
        told.append(clock())
    told.append(clock())
    return [after - before for before, after in pairwise(told)]


def main() -> None:
    """Run the study in several processes and in one, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--study", type=Path, default=ROOT / "sample_data" / "smac_n7" / "study.yaml")
    options = parser.parse_args()
    use_one_thread()
    with tempfile.TemporaryDirectory() as name:
        out = Path(name)
        wall = run(options.study, out / "many", options.workers, time.perf_counter)
        cpu = run(options.study, out / "one", 1, time.process_time)
        page = (out / "many" / "report.html").read_bytes()
        same = page == (out / "one" / "report.html").read_bytes()
    rows = [
        {"stage": stage, "workers": options.workers, "wall": round(there, 2), "cpu": round(here, 2)}
        for stage, there, here in zip((*STAGES, "whole"), (*wall, sum(wall)), (*cpu, sum(cpu)), strict=True)
    ]
    bound = sum(cpu) / options.workers
    rows[-1] |= {"of_bound": round(sum(wall) / bound, 2), "report_bytes": len(page), "same_bytes": same}
    with (Path(__file__).with_suffix(".csv")).open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, [*rows[-1]], lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    for row in rows:
        print(row)


if __name__ == "__main__":
    main()
