"""The crate that describes the results: what RO-Crate 1.1 asks for, and dates that files record themselves."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import tifffile
from PIL import Image

from cytotools.recorded_dates import NEVER, dates_of, newest_date
from cytotools.ro_crate import CrateFile, ro_crate
from gating import write_fcs
from gating.events import Channel

INPUTS = [CrateFile("flow/a #1.fcs", 10, "ab"), CrateFile("../<b>.csv", 3, "cd")]
OUTPUTS = [CrateFile("tables/quadrants.csv", 5, "ef"), CrateFile("report.html", 7, "01")]


@pytest.fixture
def graph() -> dict[str, dict[str, Any]]:
    text = ro_crate("A <study>", date(2026, 3, 12), INPUTS, OUTPUTS, {"cytotools": "0.1.0", "numpy": "2.4"})
    return {entity["@id"]: entity for entity in json.loads(text)["@graph"]}


def test_root_and_descriptor_are_those_of_the_specification(graph: dict[str, dict[str, Any]]) -> None:
    descriptor, root = graph["ro-crate-metadata.json"], graph["./"]
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert descriptor["about"] == {"@id": "./"}
    assert {"name", "description", "datePublished", "license"} <= root.keys()


def test_every_reference_leads_to_an_entity(graph: dict[str, dict[str, Any]]) -> None:
    def references(value: Any) -> list[str]:
        if isinstance(value, list):
            return [found for one in value for found in references(one)]
        if isinstance(value, dict):
            return [value["@id"]] if "@id" in value else []
        return []

    named = [found for entity in graph.values() for value in entity.values() for found in references(value)]
    assert set(named) - graph.keys() == {"https://w3id.org/ro/crate/1.1"}


def test_parts_are_files_inside_and_inputs_are_not(graph: dict[str, dict[str, Any]]) -> None:
    assert [one["@id"] for one in graph["./"]["hasPart"]] == ["tables/quadrants.csv", "report.html"]
    assert graph["#input/flow/a%20%231.fcs"]["sha256"] == "ab"
    assert graph["#input/../%3Cb%3E.csv"]["@type"] == "DigitalDocument"


def test_dates_are_read_where_files_record_them(tmp_path: Path) -> None:
    keywords = {"$DATE": "12-MAR-2026", "$ETIM": "10:11:12"}
    write_fcs(tmp_path / "a.fcs", np.ones((2, 1)), [Channel("FITC-A")], keywords=keywords)
    (tmp_path / "b.txt").write_text("Plate 7\nDate: 2026-03-14 10:11\n14/3/2031 no date is named here")
    tifffile.imwrite(tmp_path / "c.tif", np.zeros((4, 4), np.uint16), datetime="2026:03:13 01:02:03")
    book = openpyxl.Workbook()
    book.properties.created = datetime(2025, 7, 1)
    book.properties.modified = datetime(2025, 7, 2)
    book.save(tmp_path / "sheet.xlsx")
    (tmp_path / "broken.xlsx").write_bytes(b"PK\3\4nothing")
    files = ["a.fcs", "b.txt", "c.tif", "broken.xlsx", "missing.fcs"]
    assert [newest_date(tmp_path, files[:k]) for k in (0, 1, 3, 5)] == [
        NEVER,
        date(2026, 3, 12),
        date(2026, 3, 14),
        date(2026, 3, 14),
    ]
    assert newest_date(tmp_path, ["sheet.xlsx"]).year >= 2025


def test_dates_are_read_in_the_forms_that_programs_write(tmp_path: Path) -> None:
    assert list(dates_of("12-MAR-98, Thursday, March 12, 2026")) == [date(1998, 3, 12), date(2026, 3, 12)]
    texts = {
        "sheet.csv": "file,acquisition date,role\na.fcs,2026-05-01,treated\nb.fcs,2026-05-09,treated\n",
        "tecan.csv": "Messdatum:;14.05.2026\n",
        "none.csv": "file,dose\n2031-01-01.fcs,3\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    Image.new("L", (8, 8)).save(tmp_path / "b.jpg", exif=_dated("2026:06:01 10:00:00"))
    found = [newest_date(tmp_path, [name]) for name in (*texts, "b.jpg")]
    assert found == [date(2026, 5, 9), date(2026, 5, 14), NEVER, date(2026, 6, 1)]


def _dated(words: str) -> Image.Exif:
    exif = Image.Exif()
    exif[306] = words
    return exif


def test_dates_that_can_be_read_in_two_ways_are_none() -> None:
    assert list(dates_of("3/4/2026, 99-XYZ-2026, 2026-02-30, version 1.2.2026.4")) == []
