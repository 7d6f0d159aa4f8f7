"""The output folder: written beside its place, swapped in when complete; nothing that is not ours is replaced."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cytotools.errors import Problem, StudyError

PROVENANCE = "provenance.json"
PROGRAM = "cytotools"


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
    parent = next(p for p in folder.resolve().parents if p.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK):
        _refuse(folder, "a place that can be written to", f"{parent.name}, which can't")


def is_ours(folder: Path) -> bool:
    """Say whether a folder holds the results of an earlier run."""
    try:
        found = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and found.get("program") == PROGRAM


@contextmanager
def swapped_in(folder: Path) -> Iterator[Path]:
    """Yield a fresh folder beside `folder`; put it in its place when the block ends well, delete it otherwise."""
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = _beside(folder, f"partial-{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    try:
        yield fresh
        previous = _beside(folder, "previous")
        shutil.rmtree(previous, ignore_errors=True)
        if folder.exists():
            folder.rename(previous)
        fresh.rename(folder)
        shutil.rmtree(previous, ignore_errors=True)
    except BaseException:
        recover(folder)
        raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def recover(folder: Path) -> None:
    """Put the previous results back where a run was killed between taking them away and putting its own there."""
    previous = _beside(folder.resolve(), "previous")
    if previous.is_dir() and not folder.exists():
        previous.rename(folder)


def _beside(folder: Path, what: str) -> Path:
    return folder.with_name(f".{folder.name}.{what}")


def _refuse(folder: Path, expected: str, got: str) -> None:
    problem = Problem(str(folder), "the output folder", expected, got, "Name another folder with -o.")
    raise StudyError([problem])
