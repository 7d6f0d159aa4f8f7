"""The output folder: written beside its place, swapped in when complete; nothing that is not ours is replaced."""

from __future__ import annotations

import ctypes
import glob
import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cytotools.errors import Problem, StudyError

PROVENANCE = "provenance.json"
PROGRAM = "cytotools"
AT_FDCWD, RENAME_EXCHANGE = -100, 2  # of renameat2(2)


def require_replaceable(folder: Path, inputs: Iterable[Path] = ()) -> None:
    """Refuse an output folder that holds anything but an earlier run's results, or that holds the study itself.

    Raises
    ------
    StudyError
        With the remedy; nothing has been touched.
    """
    recover(folder)
    if folder.exists() and not folder.is_dir():
        _refuse(folder, "a folder for the results", "a file of that name")
    if folder.is_dir() and any(folder.iterdir()) and not is_ours(folder):
        _refuse(folder, "a new folder, an empty one, or earlier results of cytotools", "a folder with other files")
    inside = [path for path in inputs if path.resolve().is_relative_to(folder.resolve())]
    if inside:
        _refuse(folder, "a folder apart from the study's own files", f"one that holds {inside[0].name}")
    if folder.is_dir() and is_ours(folder) and (added := _strangers(folder)):
        _refuse(folder, "earlier results and nothing else", f"files that were added to them ({added[0]})")
    trial = next(p for p in folder.resolve().parents if p.exists()) / _partial(folder.resolve())
    _sweep(trial.with_name(folder.resolve().name))
    try:
        trial.mkdir()
        trial.rmdir()
    except OSError as error:
        _refuse(folder, "a place that can be written to", error.strerror or "an error of the disk")


def is_ours(folder: Path) -> bool:
    """Say whether a folder holds the results of an earlier run."""
    return _provenance(folder).get("program") == PROGRAM


def _provenance(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def written_files(folder: Path) -> list[str]:
    """Return the files below a folder, relative to it, in order: what provenance.json says that we wrote."""
    found = (path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    return sorted(path.relative_to(folder).as_posix() for path in found)


def _strangers(folder: Path) -> list[str]:
    """Return the files in earlier results that no run of ours has written."""
    known = {*_provenance(folder).get("outputs", []), PROVENANCE}
    return [file for file in written_files(folder) if file not in known]


@contextmanager
def swapped_in(folder: Path) -> Iterator[Path]:
    """Yield a fresh folder beside `folder`; put it in its place when the block ends well, delete it otherwise."""
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    fresh = folder.with_name(_partial(folder))
    fresh.mkdir()
    try:
        yield fresh
        if not (folder.exists() and _exchanged(fresh, folder)):
            _replace(fresh, folder)
    except BaseException:
        recover(folder)
        raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _exchanged(fresh: Path, folder: Path) -> bool:
    """Exchange two folders in one step, where the system can: nobody ever finds half a result, or none."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        exchange = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):  # a C library that does not know the call
        return False
    return int(exchange(AT_FDCWD, os.fsencode(fresh), AT_FDCWD, os.fsencode(folder), RENAME_EXCHANGE)) == 0


def _replace(fresh: Path, folder: Path) -> None:
    """Put the new results in the place of the old in two steps; `recover` mends a kill between them."""
    previous = _beside(folder, "previous")
    shutil.rmtree(previous, ignore_errors=True)
    if folder.exists():
        folder.rename(previous)
    fresh.rename(folder)
    shutil.rmtree(previous, ignore_errors=True)


def recover(folder: Path) -> None:
    """Put the previous results back where a run was killed between taking them away and putting its own there."""
    previous = _beside(folder.resolve(), "previous")
    if previous.is_dir() and not folder.exists():
        previous.rename(folder)


def _sweep(folder: Path) -> None:
    """Delete the half-written folders of runs that were killed."""
    for left in folder.parent.glob(f".{glob.escape(folder.name)}.partial-*"):
        pid = left.name.rpartition("-")[2]
        if pid.isdecimal() and not _is_running(int(pid)):
            shutil.rmtree(left, ignore_errors=True)


def _is_running(pid: int) -> bool:
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _partial(folder: Path) -> str:
    """Return the name under which this process writes the folder: one that `_sweep` knows, should it be killed."""
    return f".{folder.name}.partial-{os.getpid()}"


def _beside(folder: Path, what: str) -> Path:
    return folder.with_name(f".{folder.name}.{what}")


def _refuse(folder: Path, expected: str, got: str) -> None:
    problem = Problem(str(folder), "the output folder", expected, got, "Name another folder with -o.")
    raise StudyError([problem])
