"""Tubes that were read at other voltages or gains than the rest of their batch."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from gating import Channel, Events, UnusableControl, read_fcs, write_fcs
from gating.settings import check_settings, detector_settings

GROUP = SimpleNamespace(samples=("s1", "s2", "s3"), files=("s1", "s2", "s3", "u", "a", "d"))
USUAL = {"FITC-A $PnV": "450", "PE-A $PnV": "520", "FITC-A $PnG": "1"}


def surveys(**odd: dict[str, str]) -> dict[str, SimpleNamespace]:
    return {
        file: SimpleNamespace(annexin="FITC-A", dye="PE-A", settings=USUAL | odd.get(file, {})) for file in GROUP.files
    }


def stated(**keywords: str) -> dict[str, str]:
    named = {"$P1N": "FITC-A", "$P2N": "PE-A"} | {f"${key}": value for key, value in keywords.items()}
    return detector_settings(Events(np.ones((1, 2)), [Channel("FITC-A"), Channel("PE-A")], named), ["FITC-A", "PE-A"])


def test_the_same_settings_pass() -> None:
    assert check_settings(GROUP, surveys()) == {}
    assert check_settings(GROUP, surveys(a={"FITC-A $PnV": "450.0"}, s1={"PE-A $PnV": "520.00001"})) == {}


def test_a_file_that_says_nothing_contradicts_nothing() -> None:
    assert stated() == stated(P1V="", P1G=" ", P2V="n/a", P2G="0") == {}
    silent = surveys()
    silent["u"] = SimpleNamespace(annexin="fitc-a", dye="PE-A", settings={})
    assert check_settings(GROUP, silent) == {}


def test_numbers_are_read_however_they_are_written() -> None:
    assert stated(P1V=" 450.0 ", P1G="1", P2V="5,2e2") == {"FITC-A $PnV": "450", "FITC-A $PnG": "1", "PE-A $PnV": "520"}


def test_channels_in_another_order_are_found_by_their_names() -> None:
    keywords = {"$P1N": "PE-A", "$P2N": "FITC-A", "$P1V": "520", "$P2V": "450"}
    events = Events(np.ones((1, 1)), [Channel("FITC-A")], keywords)  # one channel of two was read
    assert detector_settings(events, ["FITC-A"]) == {"FITC-A $PnV": "450"}


def test_settings_come_from_files(tmp_path: Path) -> None:
    channels = [Channel("FITC-A"), Channel("PE-A")]
    path = write_fcs(tmp_path / "a.fcs", np.ones((3, 2)), channels, keywords={"$P1V": "450", "$P2V": "520.5"})
    found = detector_settings(read_fcs(path), ["FITC-A", "PE-A"])
    assert found == {"FITC-A $PnV": "450", "FITC-A $PnG": "1", "PE-A $PnV": "520.5", "PE-A $PnG": "1"}


def test_one_odd_sample_is_refused_alone() -> None:
    refused = check_settings(GROUP, surveys(s2={"FITC-A $PnV": "500", "PE-A $PnV": "560"}))
    assert list(refused) == ["s2"]
    assert str(refused["s2"]).startswith("s2: expected FITC-A $PnV 450, as in s1, s3, u, a and 1 more, got 500.")


@pytest.mark.parametrize("setting", USUAL)
@pytest.mark.parametrize("files", [("u",), ("d",), ("u", "a", "d"), ("s1", "s2"), ("s1", "s2", "s3")])
def test_anything_else_refuses_the_batch(setting: str, files: tuple[str, ...]) -> None:
    odd = {file: {setting: "451"} for file in files}
    with pytest.raises(UnusableControl, match="at the same settings") as error:
        check_settings(GROUP, surveys(**odd))
    assert setting in str(error.value)
    assert USUAL[setting] in str(error.value)
    assert "451" in str(error.value)


def test_two_samples_that_are_odd_in_different_ways_refuse_the_batch() -> None:
    with pytest.raises(UnusableControl, match="s1"):
        check_settings(GROUP, surveys(s1={"FITC-A $PnV": "500"}, s2={"PE-A $PnV": "500"}))


def test_two_tubes_that_differ_refuse_each_other() -> None:
    pair = SimpleNamespace(samples=("s1",), files=("s1", "u"))
    with pytest.raises(UnusableControl, match=r"450.*at the same settings"):
        check_settings(pair, surveys(u={"FITC-A $PnV": "500"}))


def test_the_only_sample_is_not_odd_but_contradicts_its_controls() -> None:
    group = SimpleNamespace(samples=("s1",), files=("s1", "u", "a", "d"))
    with pytest.raises(UnusableControl, match=r"s1: expected PE-A \$PnV 520, as in u, a, d, got 600"):
        check_settings(group, surveys(s1={"PE-A $PnV": "600"}))


def test_another_detector_is_another_setting() -> None:
    moved = surveys()
    moved["a"] = SimpleNamespace(annexin="APC-A", dye="PE-A", settings={})
    with pytest.raises(UnusableControl, match=r"Annexin V's \$PnN FITC-A.*got APC-A"):
        check_settings(GROUP, moved)
