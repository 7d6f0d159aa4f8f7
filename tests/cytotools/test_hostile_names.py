"""Names that attack the page, the terminal, the disk or a spreadsheet: shown as text, and written nowhere else."""

from __future__ import annotations

import csv
import json
import re
import shutil
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

from cytotools.cli import main
from cytotools.figures import style
from cytotools.labels import visible

SAMPLE = Path(__file__).parents[2] / "sample_data" / "smac_n7"
SCRIPT = "<script>alert(1)</script>"
# What the sample study calls by its name, and what stands there instead.
NAMES = {
    "ECA109": SCRIPT,
    "ECA109-Smac": "=cmd|'/C calc'!A0",
    "Smac": "../../x",
    "cisplatin": '"><img src=x onerror=alert(2)>',
    "saline": r"$x^2$ \frac{ {{ 7*7 }}",
    "Smac-N7": "N7\u202e\u2066drow\u200b",
    "TNF-alpha": "\U0001f480\u200d T\nF",
    "palbociclib": "b" * 300,
    "staurosporine": "'\"; -- & &amp; ]]> <!--",
    "birinapant": "__proto__ %s{0}",
    "DMSO": "CON",
    "cIAP2": "<b>c&IAP2",
    "cIAP1": r"$\frac{1}{",
    "XIAP": "constructor",
    "actin": "a|c;t,i\"n'",
    "rep1": "m/../../<m>",
}
# File names that a disk may hold, whatever they would do elsewhere.
TUBES = {
    "unstained": "<img src=x onerror=alert(3)>",
    "annexin_only": "=cmd()",
    "dye_only": "CON",
    "positive": "rl\u202eo ..\U0001f480",
    "ECA109_cisplatin_0": "n" * 240,
    "ECA109_cisplatin_20": "-rf a%2f..%2f#?&x=1 $x^2$ 'q' `d`",
}
STUDY = {
    "version": 1,
    "title": f"{SCRIPT} \u202e\"'& ../../x " + "t" * 300,
    "compounds": {
        NAMES["cisplatin"]: {"molar_mass": 300.05, "vehicle": NAMES["saline"], "class": "<u>platinum"},
        NAMES["Smac-N7"]: {"vehicle": NAMES["saline"], "class": "Smac mimetic"},
        "<u>": {"class": SCRIPT},
    },
    "resistance": "rules <i>.yaml",
    "flow": {"samples": "samples.csv", "annexin": "FITC-A", "dye": "PE-A"},
    "blots": {
        "lanes": "lanes.csv",
        "loading_control": NAMES["actin"],
        "images": [
            {
                "file": "<svg onload=alert(4)>.tif",
                "membrane": NAMES["rep1"],
                "bands": [NAMES.get(band, band) for band in ("cIAP2", "cIAP1", "non-specific", "XIAP", "actin")],
            }
        ],
    },
    "plates": [
        {"file": "<a>1.txt", "assay": "viability", "layout": "layout.csv", "hours": 72, "replicate": "1<b>"},
        {
            "file": "tnf\u202e.xlsx",
            "assay": "elisa",
            "layout": "elisa.xlsx",
            "analyte": f"TNF {SCRIPT}",
            "batch": "=1+1",
        },
    ],
}


class Done(NamedTuple):
    status: int
    said: str


def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str | Path) -> Done:
    monkeypatch.setattr(sys, "argv", ["cytotools", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        main()
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert all(letter.isprintable() or letter == "\n" for letter in said.out + said.err)
    return Done(int(stop.value.code or 0), said.out + said.err)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the sample study, cut down, with names that are attacks."""
    folder = tmp_path_factory.mktemp("hostile") / "study"
    folder.mkdir()
    (folder / "study.yaml").write_text(json.dumps(STUDY, ensure_ascii=False), encoding="utf-8")
    shutil.copy(SAMPLE.parents[1] / "cytotools" / "verdicts" / "resistance_rules.yaml", folder / "rules <i>.yaml")
    copy_sheet("flow/samples.csv", folder / "samples.csv", files={f"flow/rep1_{t}.fcs": f for t, f in TUBES.items()})
    for tube, name in TUBES.items():
        shutil.copy(SAMPLE / "flow" / f"rep1_{tube}.fcs", folder / f"{name}.fcs")
    copy_sheet("blots/lanes.csv", folder / "lanes.csv")
    shutil.copy(SAMPLE / "blots" / "rep1.tif", folder / "<svg onload=alert(4)>.tif")
    copy_sheet("plates/layout_cisplatin.csv", folder / "layout.csv")
    export = (SAMPLE / "plates" / "ctg_rep1.txt").read_bytes()
    (folder / "<a>1.txt").write_bytes(export.replace(b"Plate 1", b"<p>=1+1 'x'"))
    shutil.copy(SAMPLE / "plates" / "elisa_tnf.xlsx", folder / "tnf\u202e.xlsx")
    shutil.copy(SAMPLE / "plates" / "layout_elisa.xlsx", folder / "elisa.xlsx")
    return folder


def copy_sheet(source: str, target: Path, files: dict[str, str] | None = None) -> None:
    """Write a sheet of the sample study with the names above and a column of its own."""
    with (SAMPLE / source).open(newline="", encoding="utf-8") as lines:
        rows = [{name: NAMES.get(cell, cell) for name, cell in row.items()} for row in csv.DictReader(lines)]
    if files is not None:
        rows = [row | {"file": files[row["file"]] + ".fcs"} for row in rows if row["file"] in files]
    rows = [row | {"<i>note $y$": "+1+1\u202e<u>"} for row in rows if row.get("membrane") in (None, NAMES["rep1"])]
    with target.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


class Page(HTMLParser):
    """The tags of a page, what they refer to, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_hostile_names_are_shown_as_text_and_stay_inside(
    study: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = sorted(study.rglob("*"))
    assert command(capsys, monkeypatch, "check", study).status == 0
    monkeypatch.setattr(style, "DPI", 20)  # coarse pictures: the names in them are what counts
    monkeypatch.setattr(style, "PRINTED_DPI", 20)
    out = tmp_path / "place" / "out"
    assert command(capsys, monkeypatch, "run", study, "-o", out, "--workers", "1").status == 0
    assert sorted(study.rglob("*")) == before
    assert list((tmp_path / "place").iterdir()) == [out]
    assert command(capsys, monkeypatch, "diff", out, out).status == 0
    command(capsys, monkeypatch, "fcs", study)
    files = [path for path in out.rglob("*") if path.is_file()]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,80}\.[a-z]{3,4}", path.name) for path in files)
    for path in files:
        judge(path)
    crate = json.loads((out / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    assert not [one["@id"] for one in crate["@graph"] if set(one["@id"]) & set("<>\"' {}|\\^`\u202e")]
    page_holds_names((out / "report.html").read_text(encoding="utf-8"))


def judge(path: Path) -> None:
    """Read a file as the programs that it is for do."""
    if path.suffix in (".svg", ".xml", ".wsp", ".pzfx"):
        tags = {element.tag.rpartition("}")[2] for element in ElementTree.parse(path).iter()}
        assert not tags & {"script", "img", "foreignObject"}, path.name
    elif path.suffix == ".json":
        json.loads(path.read_text(encoding="utf-8"))
    elif path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as lines:
            assert len({len(row) for row in csv.reader(lines, strict=True)}) == 1, path.name


def page_holds_names(text: str) -> None:
    page = Page(text)
    words = " ".join(page.words)
    assert visible(text) == text
    assert page.tags.count("script") == 1  # the page's own, which its content policy lets through by its hash
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    references = [value for name, value in page.attributes if name in ("src", "href")]
    assert all(reference.startswith(("#", "data:image/")) for reference in references)
    for name in ("ECA109", "ECA109-Smac", "cisplatin", "staurosporine", "cIAP2", "actin", "rep1"):
        assert NAMES[name] in words, name


@pytest.mark.parametrize(
    ("key", "value"),
    [("title", r'"a\0b"'), ("title", r'"a\ud800"'), ("title", r'"a\uffff"'), (r'"\e[31m"', "1")],
)
def test_escapes_that_no_table_can_hold_are_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str, value: str
) -> None:
    (tmp_path / "study.yaml").write_text(f"version: 1\n{key}: {value}\n")
    done = command(capsys, monkeypatch, "check", tmp_path)
    assert done.status == 2
    assert "study.yaml:2:" in done.said
    assert "an escape that means the character" in done.said
