"""The processes that a run works in: as many as there are cores, one thread each, gone when the run is gone."""

from __future__ import annotations

import builtins
import importlib
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext

MOST = 8  # beyond which a study has too little work to share
NEW_OBJECTS = 50_000  # between two looks for garbage: figures are made of many small things
# Threads of the linear algebra under numpy would fight over the cores, and their number changes the last digits.
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
# What every task needs: imported once, by the process that the workers are forked from.
PRELOADED = ["cytotools.analysis", "cytotools.report", "cytotools.figures.write", "blots", "gating", "scipy.stats"]

Map = Callable[..., Iterable[Any]]


def usable_cores() -> int:
    """Return how many processes the system lets run at once, at most 8."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(allowed, MOST)


def use_one_thread() -> None:
    """Let the linear algebra of this process and its workers use one thread; numpy must not be imported yet.

    Whatever the environment asks for: the same study has to give the same bytes everywhere.
    """
    os.environ.update(dict.fromkeys(THREADS, "1"))


@contextmanager
def parallel_map(workers: int) -> Iterator[Map]:
    """Yield a map over this many processes, which begin at once; with one, the plain map.

    A task begins when its map is called, and its result waits until it is asked for. Results come in order, and the
    error of a task is raised in its place. However the block ends, no process outlives it: not the end of a run that
    is stopped, nor that of one that is killed.
    """
    if workers == 1:
        _import_all()
        yield builtins.map
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import active_children

    with ProcessPoolExecutor(workers, mp_context=_context(), initializer=_settle_in) as pool:
        for _ in range(workers):
            pool.submit(os.getpid)  # so that they begin now, and a forked one before this process has other threads
        try:
            yield pool.map
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in active_children():
                child.terminate()
            raise


def _context() -> BaseContext:
    """Return how workers begin: with all modules there where a process can be forked, which no Mac should.

    Nor may one that has threads, as their locks would stay shut in its copy: another is begun, and forked instead.
    """
    from multiprocessing import get_context

    if sys.platform != "linux":
        return get_context("spawn")
    if len(sys._current_frames()) == 1:  # of Python's threads, also those that `threading` does not know
        _import_all()
        return get_context("fork")
    context = get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


def _import_all() -> None:
    """Import what every task needs, and look for garbage seldom and not among it: that takes a fifth of the time."""
    import gc

    for name in PRELOADED:
        importlib.import_module(name)
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)


def _settle_in() -> None:
    """Leave Ctrl-C to the process that started this one, and end with it even where it is killed."""
    import threading

    _import_all()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    from multiprocessing import parent_process
    from multiprocessing.connection import wait

    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
