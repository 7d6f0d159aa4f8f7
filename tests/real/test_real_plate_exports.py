"""Ten real exports of seven vendors: every value is allotropy's, in the same well, with no vendor named.

allotropy (MIT) is the oracle. Its values stand here as digests, so that they hold without it; where it can be imported,
it is run too. It numbers the rows of a plate by their order: rows A, E, I, M of an EnVision file are its A, B, C, D.
Its units are not used: it calls optical density mAU.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from cytotools.plates.export_files import read_export
from cytotools.plates.reading import Export, PlateReading
from cytotools.plates.well_names import row_letters, well_name

GEN5, SOFTMAX = "agilent_gen5__", "moldev_softmax_pro__MD_SMP_"
TRUTH: dict[str, tuple[str, dict[str, tuple[int, str]]]] = {
    f"{GEN5}240411_172731_BNCH2345883_abs450_96well_non_numeric_values.txt": (
        "Gen5",
        {"Plate 1": (83, "810593d2ae728d92")},
    ),
    f"{GEN5}endpoint_singleplate.txt": ("Gen5", {"Plate 1": (96, "32b0a6e33a05ae0d")}),
    f"{GEN5}luminescence_no_results_table.txt": ("Gen5", {"Plate 1": (384, "d705ec13eb31c0d4")}),
    "bmg_mars__BMG_Labtech_format.CSV": ("MARS", {"xxxxxxxxxxxxx": (96, "4a95cb5e3cd72b1c")}),
    f"{SOFTMAX}absorbance_endpoint_example01.txt": (
        "SoftMax Pro",
        {"Plate01": (96, "9270acb9bad18b28"), "Plate02": (96, "ce075906461c7310")},
    ),
    f"{SOFTMAX}luminescence_endpoint_example03.txt": (
        "SoftMax Pro",
        {"c12345_2": (48, "6bf75f8ea496cc4a"), "c123455_3": (48, "2214b29f737cea16")},
    ),
    "perkin_elmer_envision__PE_Envision_luminescence_example01.csv": (
        "EnVision",
        {"8/22/2023 11:01:43 AM": (96, "99f86b28103287d6"), "8/22/2023 12:16:57 PM": (96, "5e57f95eabab8172")},
    ),
    "revvity_kaleido__luminescence_endpoint_single_plate_example_01.csv": (
        "Kaleido",
        {"V-2023-05-17 16:21:29": (96, "3623327fd52cd657")},
    ),
    "tecan_magellan__SLA01P01_OD.xlsx": ("Magellan", {"96WEL008": (96, "9bb09b9617a9c29b")}),
    "thermo_skanit__luciferase_assay_example.xlsx": ("SkanIt", {"Plate 1": (96, "530bf9c4d4acf20c")}),
}
VENDORS = {
    "Gen5": "AGILENT_GEN5",
    "MARS": "BMG_MARS",
    "SoftMax Pro": "MOLDEV_SOFTMAX_PRO",
    "EnVision": "PERKIN_ELMER_ENVISION",
    "Kaleido": "REVVITY_KALEIDO",
    "Magellan": "TECAN_MAGELLAN",
    "SkanIt": "THERMO_SKANIT",
}


@pytest.fixture
def plates(real_data: Path) -> Path:
    return real_data / "doses" / "plates"


def raw(export: Export) -> list[PlateReading]:
    return [reading for reading in export.readings if reading.kind == "raw"]


def wells(reading: PlateReading, software: str) -> dict[str, float]:
    """Return the values as allotropy names their wells."""
    held = np.argwhere(np.isfinite(reading.signal))
    rows = sorted({row for row, _ in held}) if software == "EnVision" else range(reading.rows)
    return {well_name(list(rows).index(row), column): float(reading.signal[row, column]) for row, column in held}


def digest(values: dict[str, float]) -> tuple[int, str]:
    lines = "\n".join(sorted(f"{well}={value!r}" for well, value in values.items()))
    return len(values), hashlib.sha256(lines.encode()).hexdigest()[:16]


@pytest.mark.parametrize("name", TRUTH)
def test_every_value_is_that_of_allotropy(name: str, plates: Path) -> None:
    software, truth = TRUTH[name]
    export = read_export(plates / name)
    assert export.software == software
    assert {reading.plate: digest(wells(reading, software)) for reading in raw(export)} == truth
    assert not export.notes


def test_envision_rows_are_those_that_the_file_names(plates: Path) -> None:
    reading = raw(read_export(plates / "perkin_elmer_envision__PE_Envision_luminescence_example01.csv"))[0]
    held = {row_letters(row) for row, _ in np.argwhere(np.isfinite(reading.signal))}
    assert (held, reading.signal.shape) == ({"A", "E", "I", "M"}, (16, 24))


def test_words_and_calculated_blocks_are_told_apart(plates: Path) -> None:
    words = raw(read_export(plates / f"{GEN5}240411_172731_BNCH2345883_abs450_96well_non_numeric_values.txt"))[0]
    assert sorted(words.said.values()) == ["MISSED"] * 5 + ["OVRFLW"] * 8
    assert (words.said["A8"], words.said["D12"], words.wavelength_nm) == ("OVRFLW", "MISSED", 450)
    kinds = [
        (reading.label, reading.kind) for reading in read_export(plates / f"{GEN5}endpoint_singleplate.txt").readings
    ]
    assert kinds == [("LUM:Lum", "raw"), ("NormLum", "calculated")]


@pytest.mark.parametrize("name", TRUTH)
def test_allotropy_live(name: str, plates: Path) -> None:
    factory = pytest.importorskip("allotropy.parser_factory", reason="allotropy is not installed")
    convert = pytest.importorskip("allotropy.to_allotrope").allotrope_from_file
    software, truth = TRUTH[name]
    found: dict[str, dict[str, float]] = {}
    document = convert(str(plates / name), factory.Vendor[VENDORS[software]])["plate reader aggregate document"]
    for well in document["plate reader document"]:
        for measured in well["measurement aggregate document"]["measurement document"]:
            kind = next(word for word in ("absorbance", "luminescence", "fluorescence") if word in measured)
            sample = measured["sample document"]
            if "error aggregate document" not in measured:
                plate = found.setdefault(sample["well plate identifier"], {})
                plate[sample["location identifier"]] = float(measured[kind]["value"])
    assert {plate: digest(values) for plate, values in found.items()} == truth
