"""The files that a study names: inside its folder, there, and meant without doubt."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from cytotools.cells.refused import Refused, nearest
from cytotools.errors import refusal

_KEEP_INSIDE = "Keep the files inside the study folder and name them relative to it."


def study_file(path: Path) -> Path:
    """Return the study.yaml that a path names, itself or by its folder.

    Raises
    ------
    StudyError
        Nothing is there; the remedy names the YAML files that are.

    Examples
    --------
    >>> study_file(Path("no/such/folder"))
    Traceback (most recent call last):
    ...
    cytotools.errors.StudyError: ...: the study: expected a study file, got nothing under this name. ...
    """
    path = path / "study.yaml" if answers_yes(path.is_dir) else path
    if answers_yes(path.is_file):
        return path
    others = sorted(p.name for p in path.parent.glob("*.y*ml")) if answers_yes(path.parent.is_dir) else []
    remedy = f"The folder holds {', '.join(others)}." if others else "Name a study.yaml, or the folder that holds one."
    raise refusal(str(path), "the study", "a study file", "nothing under this name", remedy)


def answers_yes(test: Callable[[], bool]) -> bool:
    """Ask the file system; a name that it can't bear (too long, no permission, a NUL) names nothing."""
    try:
        return test()
    except (OSError, ValueError):
        return False


def folder_of(sheet: str | None) -> str:
    """Return the folder of a sheet, relative to the study folder; `.` where there is no sheet.

    Examples
    --------
    >>> folder_of("flow/samples.csv"), folder_of(None)
    ('flow', '.')
    """
    return str(PurePosixPath(sheet or "").parent)


def file_inside(folder: Path, named: object, near: str = ".") -> str:
    """Return a file's name relative to the study folder.

    Parameters
    ----------
    folder : Path
        The study folder.
    named : object
        What a cell or a key holds; backslashes are read as slashes.
    near : str
        The folder of the sheet, relative to the study folder; the file may be named from there too.

    Raises
    ------
    Refused
        The name leads out of the study folder, means no file, or means two.

    Examples
    --------
    >>> file_inside(Path("study"), "../results.csv")
    Traceback (most recent call last):
    ...
    cytotools.cells.refused.Refused: expected a file inside the study folder. Keep the files inside the study folder...
    """
    text = str(named).strip().replace("\\", "/")
    candidates = [_normal(text), _normal(f"{near}/{text}")]
    if text.startswith(("/", "~")) or re.match(r"[A-Za-z]:", text) or candidates == [None, None]:
        raise Refused("a file inside the study folder", _KEEP_INSIDE)
    found = {name for candidate in candidates if candidate and (name := _existing(folder, candidate))}
    if len(found) > 1:
        remedy = f"Both {' and '.join(sorted(found))} exist: rename one of them."
        raise Refused("a name that means one file", remedy)
    if not found:
        raise Refused("a file that exists", _missing_remedy(folder, [name for name in candidates if name]))
    return found.pop()


def sample_file(folder: Path, near: str, samples: Sequence[str], named: object) -> str:
    """Return a file as `file_inside` does, and refuse one that the samples sheet, if it was read, does not name."""
    file = file_inside(folder, named, near)
    if samples and file not in samples:
        raise Refused("a file of the samples sheet", nearest(file, samples))
    return file


def _normal(name: str) -> str | None:
    """Resolve `.` and `..` in a relative name; None where it leads out of its folder."""
    parts: list[str] = []
    for part in name.split("/"):
        if part == ".." and not parts:
            return None
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _existing(folder: Path, name: str) -> str | None:
    """Return the name if there is such a file, in whichever form a Mac or a PC composed its accents."""
    forms = dict.fromkeys((name, unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)))
    return next((form for form in forms if answers_yes((folder / form).is_file)), None)


def _missing_remedy(folder: Path, names: Sequence[str]) -> str:
    for name in names:
        if answers_yes((folder / name).is_dir):
            return f"{name or 'This'} is a folder: name a file in it."
        parent = PurePosixPath(name).parent
        beside = _files_in(folder / parent)
        close = _close_file(PurePosixPath(name), beside)
        if close:
            return f"Did you mean `{(parent / close).as_posix()}`? Upper and lower case count."
    return "Put the file there; names are relative to the study folder."


def _files_in(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir() if path.is_file())
    except (OSError, ValueError):
        return []


def _close_file(name: PurePosixPath, files: Sequence[str]) -> str | None:
    """Return the file of the same name but for case, or of the same stem, or else the most similar one."""
    folded = {file.casefold(): file for file in files}
    stems = {PurePosixPath(file).stem.casefold(): file for file in files}
    same = folded.get(name.name.casefold()) or stems.get(name.stem.casefold()) or stems.get(name.name.casefold())
    if same or len(files) > 200:  # similarity is costly, and thousands of rows may miss their file at once
        return same
    return next(iter(difflib.get_close_matches(name.name, files, n=1, cutoff=0.75)), None)
