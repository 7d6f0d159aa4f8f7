"""Write the draft of a study into a folder; nothing that is there is ever written over."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cytotools.drafting.drafted_study import Draft, drafted_study
from cytotools.drafting.found_files import FoundFiles, find_files
from cytotools.errors import Problem, StudyError, refusal
from cytotools.labels import visible

SHOWN = 3  # of the files that were left aside


def write_draft(folder: Path) -> tuple[FoundFiles, Draft]:
    """Look at a folder, write study.yaml and draft sheets into it, and return what was found and drafted.

    Raises
    ------
    StudyError
        No folder, one that holds a study already or nothing to draft from, or one that can't be written to.
    """
    if not folder.is_dir():
        got = "a file" if folder.exists() else "nothing there"
        raise refusal(str(folder), "the folder", "a folder with the files of a study", got, "Check the path.")
    found = find_files(folder)
    if not (found.tubes or found.images or found.exports):
        remedy = "Put the FCS files, pictures of blots or exports of plate readers into it."
        why = "; ".join(f"{visible(file)}: {words}" for file, words in found.aside[:SHOWN])
        got = "none that cytotools knows" + (f" ({why})" if why else "")
        raise refusal(str(folder), "the folder", "files of a study", got, remedy)
    draft = drafted_study(folder.resolve().name, found)
    there = [name for name in draft.files if (folder / name).exists()]
    if there:
        remedy = "Move it away, or use the study that is there."
        raise StudyError([Problem(name, "the draft", "a name that is free", "a file of it", remedy) for name in there])
    _write(folder, draft.files)
    return found, draft


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """Write all files or none; one that has come there meanwhile stays as it is."""
    written: list[Path] = []
    try:
        for name, text in files.items():
            with (folder / name).open("x", encoding="utf-8", newline="\n") as file:
                written.append(folder / name)
                file.write(text)
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        got, remedy = error.strerror or "none", "Look at the folder's permissions, and at the room on its disk."
        raise refusal(str(folder), "the folder", "a folder that can be written to", got, remedy) from None
