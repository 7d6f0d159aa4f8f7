"""`cytotools fcs`: what FCS files hold and what is wrong with them, for people and for programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from cytotools.cli import main
from gating import Channel, write_fcs

KEYS = ["file", "status", "version", "events", "channels", "repairs", "error"]


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


Command = Callable[..., Done]


@pytest.fixture
def fcs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    def command(*words: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["cytotools", "fcs", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            main()
        said = capsys.readouterr()
        return Done(int(stop.value.code or 0), said.out, said.err)

    return command


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return a folder with a sound file, a cut one, one that is none, and a file of another kind."""
    folder = tmp_path / "archive"
    (folder / "deep").mkdir(parents=True)
    channels = [Channel("FITC-A", "Annexin V"), Channel("PE-A")]
    sound = write_fcs(folder / "a.fcs", np.ones((5, 2)), channels)
    (folder / "deep" / "B.LMD").write_bytes(sound.read_bytes()[:-3])
    (folder / "deep" / "c.fcs").write_bytes(b"no FCS file")
    (folder / "notes.txt").write_text("nothing of ours")
    return folder


def test_one_object_a_line(fcs: Command, archive: Path) -> None:
    done = fcs(archive, "--json")
    assert done.returncode == 3
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(list(row) == KEYS for row in rows)
    assert [Path(row["file"]).name for row in rows] == ["a.fcs", "B.LMD", "c.fcs"]
    assert rows[0] | {"file": ""} == {
        "file": "",
        "status": "ok",
        "version": "3.1",
        "events": 5,
        "channels": ["FITC-A", "PE-A"],
        "repairs": [],
        "error": None,
    }
    assert (rows[1]["status"], rows[1]["events"]) == ("repaired", 4)
    assert rows[1]["repairs"] == ["truncated: 4 whole events of 5 declared were read"]
    assert (rows[2]["status"], rows[2]["events"], rows[2]["channels"]) == ("refused", None, [])
    assert rows[2]["error"].startswith("c.fcs: expected an FCS file")


def test_lines_for_people(fcs: Command, archive: Path) -> None:
    done = fcs(archive / "a.fcs", archive / "deep")
    assert done.returncode == 3
    lines = done.stdout.splitlines()
    assert lines[0].endswith("a.fcs: ok, FCS 3.1, 5 events, 2 channels: FITC-A, PE-A")
    assert lines[2] == "  truncated: 4 whole events of 5 declared were read"
    assert lines[-1] == "3 files: 1 ok, 1 repaired, 1 refused."


def test_sound_files_end_with_0_and_each_is_told_once(fcs: Command, archive: Path) -> None:
    done = fcs(archive / "a.fcs", archive / "a.fcs")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "1 files: 1 ok, 0 repaired, 0 refused."


def test_a_path_that_does_not_exist_ends_with_2_and_nothing_is_read(fcs: Command, archive: Path) -> None:
    done = fcs(archive / "a.fcs", archive / "absent.fcs", archive / "gone", "--json")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "absent.fcs: the file: expected an FCS file or a folder, got none" in done.stderr
    assert "gone" in done.stderr


def test_a_named_file_of_another_kind_and_an_empty_folder(fcs: Command, archive: Path, tmp_path: Path) -> None:
    assert fcs(archive / "notes.txt").returncode == 3
    (tmp_path / "empty").mkdir()
    done = fcs(tmp_path / "empty")
    assert (done.returncode, done.stdout) == (0, "0 files: 0 ok, 0 repaired, 0 refused.\n")


def test_a_damaged_name_does_not_reach_the_terminal(fcs: Command, tmp_path: Path) -> None:
    write_fcs(tmp_path / "a.fcs", np.ones((1, 1)), [Channel("\x1b[2JFITC-A")])
    assert "\x1b" not in fcs(tmp_path).stdout


def test_names_of_any_bytes_and_dangling_links(fcs: Command, tmp_path: Path) -> None:
    (tmp_path / "link.fcs").symlink_to(tmp_path / "nowhere")
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.fcs"))).write_bytes(b"x")
    done = fcs(tmp_path, "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 3
    assert [row["status"] for row in rows] == ["refused", "refused"]


def test_every_code_of_a_fault_is_a_listing(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cytotools import fcs_listing

    def fail(path: Path) -> None:
        raise MemoryError

    monkeypatch.setattr(fcs_listing, "read_fcs", fail)
    assert fcs_listing.list_fcs_file(archive / "a.fcs").error == "MemoryError"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pseudo-terminal")
def test_a_bar_on_a_terminal_only_and_never_in_the_output(archive: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "cytotools.cli", "fcs", "--json", str(archive)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, text=True, check=False)
    os.close(theirs)
    shown = os.read(ours, 65_536).decode()
    os.close(ours)
    assert "Reading FCS files" in shown
    assert len([json.loads(line) for line in done.stdout.splitlines()]) == 3


def test_the_command_is_in_the_help_and_wants_a_file(fcs: Command) -> None:
    assert fcs().returncode == 2
    assert "--json" in fcs("--help").stdout
