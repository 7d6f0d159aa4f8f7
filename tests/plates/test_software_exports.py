"""Every software is known by its own words, and each value lands in its well; the files are hand-made."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.plate_exports import MAKERS
from cytotools.plates.export_parsing import parse_export


@pytest.fixture
def values(rng: np.random.Generator) -> np.ndarray:
    drawn = np.round(rng.uniform(0.05, 3, (8, 12)), 4)
    drawn[7, 11], drawn[3, 4] = np.nan, 1_250_000.5
    return drawn


@pytest.mark.parametrize("name", MAKERS)
def test_every_value_lands_in_its_well(name: str, values: np.ndarray) -> None:
    software, label, make = MAKERS[name]
    export = parse_export(make(values), name)
    first = next(reading for reading in export.readings if reading.kind == "raw")
    assert (export.software, first.label) == (software, label)
    np.testing.assert_array_equal(first.signal, values)


@pytest.mark.parametrize("name", [name for name, (_, label, _) in MAKERS.items() if "57" in label or "MTT" in label])
def test_wavelengths_are_told(name: str, values: np.ndarray) -> None:
    export = parse_export(MAKERS[name][2](values), name)
    assert next(reading for reading in export.readings if reading.kind == "raw").wavelength_nm == 570


@pytest.mark.parametrize("name", ["gen5.txt", "mars.csv", "skanit.xlsx"])
def test_what_the_software_worked_out_is_not_raw(name: str, values: np.ndarray) -> None:
    export = parse_export(MAKERS[name][2](values), name)
    assert [reading.kind for reading in export.readings] == ["raw", "calculated"]


KINETIC = {"gen5_kinetic.txt": 0.5, "softmax_kinetic.txt": 30 / 3600, "i_control_kinetic.txt": 0.5}


@pytest.mark.parametrize(("name", "hours"), KINETIC.items())
def test_a_kinetic_read_is_a_reading_for_each_time(name: str, hours: float, values: np.ndarray) -> None:
    export = parse_export(MAKERS[name][2](values), name)
    assert [reading.hours for reading in export.readings] == [0, hours]
    np.testing.assert_allclose(export.readings[1].signal, values + 1)


def test_two_wavelengths_side_by_side(values: np.ndarray) -> None:
    export = parse_export(MAKERS["softmax.txt"][2](values), "mtt.txt")
    assert [reading.wavelength_nm for reading in export.readings] == [570, 630]
    np.testing.assert_array_equal(export.readings[1].signal, values / 8)
