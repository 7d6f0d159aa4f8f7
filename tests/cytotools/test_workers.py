"""The processes of a run: results in order, errors as they are, nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cytotools.errors import StudyError, refusal
from cytotools.workers import parallel_map, usable_cores

KILLED = """
import time
from cytotools.workers import parallel_map
if __name__ == "__main__":
    with parallel_map(2) as parallel:
        print(*set(parallel(worker_of, range(40))), flush=True)
        time.sleep(60)
"""
TASKS = """
import os, time
def worker_of(number):
    time.sleep(0.02)
    return os.getpid()
"""


def fails(number: int) -> int:
    if number == 3:
        raise refusal("samples.csv:3:5", "dose", "a number", "'ten'", "Write 10.")
    return number * number


def test_one_worker_is_the_plain_map() -> None:
    with parallel_map(1) as parallel:
        assert parallel is map
    assert usable_cores() >= 1


def test_results_keep_their_order_and_an_error_its_parts() -> None:
    with parallel_map(2) as parallel:
        assert list(parallel(fails, range(3))) == [0, 1, 4]
        with pytest.raises(StudyError) as caught:
            list(parallel(fails, range(5)))
    assert caught.value.problems[0].remedy == "Write 10."


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_workers_end_with_a_killed_run(tmp_path: Path) -> None:
    (tmp_path / "tasks.py").write_text(TASKS)
    script = tmp_path / "script.py"
    script.write_text("from tasks import worker_of" + KILLED)
    run = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    workers = [int(word) for word in run.stdout.readline().split()]
    run.send_signal(signal.SIGKILL)
    run.wait()
    run.stdout.close()
    assert workers
    until = time.monotonic() + 20.0
    while any(is_running(worker) for worker in workers) and time.monotonic() < until:
        time.sleep(0.05)
    assert not [worker for worker in workers if is_running(worker)]


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
