from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from cytotools.errors import StudyError
from cytotools.output import is_ours, recover, require_replaceable, swapped_in

OURS = '{"program": "cytotools", "outputs": ["report.html"]}'


def fill(folder: Path, text: str) -> None:
    (folder / "provenance.json").write_text(OURS)
    (folder / "report.html").write_text(text)


def fill_the_disk(folder: Path) -> None:
    fill(folder, "half")
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("in_one_step", [True, False])
def test_results_are_swapped_in_when_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_one_step: bool
) -> None:
    if not in_one_step:
        monkeypatch.setattr("cytotools.output._exchanged", lambda *_: False)
    out = tmp_path / "out"
    for text in ("first", "second"):
        with swapped_in(out) as fresh:
            fill(fresh, text)
        assert (out / "report.html").read_text() == text
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_failure_leaves_the_previous_results_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with swapped_in(out) as fresh:
        fill(fresh, "first")
    with pytest.raises(FileNotFoundError), swapped_in(out) as fresh:
        (fresh / "report.html" / "half").mkdir()
    assert (out / "report.html").read_text() == "first"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_kill_between_the_two_renames_is_mended(tmp_path: Path) -> None:
    previous = tmp_path / ".out.previous"
    previous.mkdir()
    fill(previous, "first")
    recover(tmp_path / "out")
    assert (tmp_path / "out" / "report.html").read_text() == "first"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux exchanges folders in one step")
def test_a_kill_after_the_exchange_leaves_the_new_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    with swapped_in(out) as fresh:
        fill(fresh, "first")
    monkeypatch.setattr("cytotools.output.shutil.rmtree", lambda *_, **__: None)  # killed before it clears up
    with swapped_in(out) as fresh:
        fill(fresh, "second")
    assert (out / "report.html").read_text() == "second"
    monkeypatch.undo()
    left = next(path for path in tmp_path.iterdir() if path != out)
    left.rename(tmp_path / ".out.partial-999999999")
    with swapped_in(out) as fresh:
        fill(fresh, "third")
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_what_is_not_ours_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(StudyError, match="a folder with other files"):
        require_replaceable(tmp_path)
    (tmp_path / "provenance.json").write_text('{"program": "another"}')
    assert not is_ours(tmp_path)
    with pytest.raises(StudyError, match="a file of that name"):
        require_replaceable(tmp_path / "thesis.docx")


def test_the_study_itself_is_never_replaced(tmp_path: Path) -> None:
    fill(tmp_path, "results beside the data")
    (tmp_path / "a.fcs").write_text("")
    with pytest.raises(StudyError, match=r"one that holds a\.fcs"):
        require_replaceable(tmp_path, [tmp_path / "a.fcs"])


def test_files_that_a_person_added_to_earlier_results_are_kept(tmp_path: Path) -> None:
    fill(tmp_path, "earlier")
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "my_notes.txt").write_text("Tuesday's thoughts")
    with pytest.raises(StudyError, match=r"files that were added to them \(tables/my_notes\.txt\)"):
        require_replaceable(tmp_path)


def test_links_that_a_person_added_to_earlier_results_are_kept(tmp_path: Path) -> None:
    fill(tmp_path, "earlier")
    (tmp_path / "raw").symlink_to(tmp_path.parent, target_is_directory=True)
    with pytest.raises(StudyError, match=r"files that were added to them \(raw\)"):
        require_replaceable(tmp_path)


def test_a_full_disk_leaves_the_previous_results(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with swapped_in(out) as fresh:
        fill(fresh, "first")
    with pytest.raises(OSError, match="No space"), swapped_in(out) as fresh:
        fill_the_disk(fresh)
    assert (out / "report.html").read_text() == "first"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_leftovers_of_a_killed_run_are_swept(tmp_path: Path) -> None:
    (tmp_path / ".out.partial-999999999").mkdir()
    require_replaceable(tmp_path / "out")
    assert not list(tmp_path.iterdir())
    (tmp_path / ".out.partial-999999999").mkdir()
    with swapped_in(tmp_path / "out") as fresh:
        fill(fresh, "new")
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_place_that_can_not_be_written_to_is_refused_before_the_work() -> None:
    with pytest.raises(StudyError, match="a place that can be written to"):
        require_replaceable(Path("/proc/results"))


def test_new_empty_and_ours_are_accepted(tmp_path: Path) -> None:
    require_replaceable(tmp_path / "new" / "deep")
    (tmp_path / "empty").mkdir()
    require_replaceable(tmp_path / "empty")
    (tmp_path / "ours").mkdir()
    fill(tmp_path / "ours", "earlier")
    require_replaceable(tmp_path / "ours")
