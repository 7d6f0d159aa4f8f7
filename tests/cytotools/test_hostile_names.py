"""Names that attack: every text of a study holds markup, paths, formulas, right-to-left marks or 300 letters."""

from __future__ import annotations

import csv
import html
import json
import shutil
import sys
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import pytest

from cytotools.cli import main

SAMPLE = Path(__file__).parents[2] / "sample_data" / "smac_n7"
ATTACKS = (
    "<script>alert(1)</script>",
    "\"' onload='alert(1)'",
    "\u202egpj.exe\u200f",
    "L" * 300,
    "../../outside",
    "/etc/outside",
    "CON",
    "=cmd|' /C calc'!A0",
    "{{ 7 * 7 }} {% raw %}",
    "$\\frac{1}{0}$ \\input{x}",
    "%s%n %2e%2e%2fx",
    "[bold]rich[/bold] \x1b[31m".replace("\x1b", ""),
)
Row = dict[str, str]
FILES = ("<script>alert(1)<script>.fcs", "' onload='x.fcs", "\u202egpj.fcs", "=cmd.fcs", "..%2f..%2fx.fcs", "CON.fcs")


def tree(folder: Path, out: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_relative_to(out))
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def rewrite(sheet: Path, words: dict[str, list[str]], kept: Callable[[Row], bool]) -> list[Row]:
    """Return the rows that are kept with the words of some columns replaced, each word always by the same one."""
    with sheet.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if kept(row)]
    for name, attacks in words.items():
        said = dict(zip(dict.fromkeys(row[name] for row in rows if row[name]), cycle(attacks), strict=False))
        rows = [row | {name: said.get(row[name], "")} for row in rows]
    return rows


def write_rows(path: Path, rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def hostile_study(tmp_path: Path) -> Path:
    """Return a study of a few tubes, a membrane and a plate, all of whose words attack."""
    folder = tmp_path / "deep" / "er" / ATTACKS[0].replace("/", "") / "study"
    tubes = rewrite(
        SAMPLE / "flow" / "samples.csv",
        {"cell_line": [ATTACKS[0]], "compound": [ATTACKS[7], ATTACKS[3]], "replicate": [ATTACKS[4]]},
        lambda row: row["replicate"] == "1" and row["cell_line"] in ("", "ECA109") and row["dose"] in ("", "0", "20"),
    )
    sources = [row["file"] for row in tubes]
    tubes = [row | {"file": f"flow/{name}"} for row, name in zip(tubes, FILES, strict=False)]
    write_rows(folder / "flow" / "samples.csv", tubes)
    for source, row in zip(sources, tubes, strict=False):
        shutil.copy(SAMPLE / source, folder / row["file"])
    lanes = rewrite(
        SAMPLE / "blots" / "lanes.csv",
        {"membrane": [ATTACKS[4]], "cell_line": [ATTACKS[1]], "compound": [ATTACKS[2]]},
        lambda row: row["membrane"] == "rep1",
    )
    write_rows(folder / "lanes.csv", lanes)
    shutil.copy(SAMPLE / "blots" / "rep1.tif", folder / "'; x='<b>.tif")
    wells = rewrite(
        SAMPLE / "plates" / "layout_cisplatin.csv",
        {"cell_line": [ATTACKS[8], ATTACKS[9]], "compound": [ATTACKS[10], ATTACKS[5]]},
        lambda row: True,
    )
    write_rows(folder / "layout.csv", wells)
    shutil.copy(SAMPLE / "plates" / "ctg_rep1.txt", folder / "=cmd.txt")
    study = {
        "version": 1,
        "title": "\n".join(ATTACKS),
        "flow": {"samples": "flow/samples.csv"},
        "blots": {
            "lanes": "lanes.csv",
            "loading_control": ATTACKS[6],
            "images": [
                {
                    "file": "'; x='<b>.tif",
                    "membrane": ATTACKS[4],
                    "bands": [ATTACKS[0], ATTACKS[7], "non-specific", ATTACKS[11], ATTACKS[6]],
                }
            ],
        },
        "plates": [{"file": "=cmd.txt", "assay": "viability", "layout": "layout.csv", "hours": 72, "replicate": 1}],
    }
    (folder / "study.yaml").write_text(json.dumps(study), encoding="utf-8")
    return folder


def test_hostile_names_are_words_and_nothing_is_written_outside(
    hostile_study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "deep" / "out"
    before = tree(tmp_path, out)
    monkeypatch.setattr(sys, "argv", ["cytotools", "run", str(hostile_study), "-o", str(out), "--workers", "1"])
    with pytest.raises(SystemExit) as stop:
        main()
    said = capsys.readouterr()
    assert stop.value.code in (None, 0), said.err
    assert tree(tmp_path, out) == before
    assert not [path for path in out.rglob("*") if path.is_symlink() or len(path.name) > 120]
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert html.escape(ATTACKS[0]) in page
    assert "49 {%" not in page
    crate = json.loads((out / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    assert not [one["@id"] for one in crate["@graph"] if set(one["@id"]) & set("<>\"' {}|\\^`\u202e")]
    assert "\x1b" not in said.out + said.err
    with (out / "tables" / "quadrants.csv").open(encoding="utf-8", newline="") as file:
        lines = {row["cell_line"] for row in csv.DictReader(file)}
    assert ATTACKS[0] in lines  # tables hold what the sheets hold, so that their rows can be matched
