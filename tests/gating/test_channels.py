"""Which channels carry Annexin V and the dye, by the labels that instruments and people give."""

from __future__ import annotations

import pytest

from gating import Channel, MissingChannel
from gating.agreed_channels import agree_channels
from gating.channels import find_annexin, find_dye, find_roles
from gating.tubes import Survey

SCATTER = ("FSC-A", "SSC-A")


def channels(text: str) -> list[Channel]:
    """Return the channels of `name=marker, name`."""
    pairs = (part.strip().partition("=") for part in text.split(","))
    return [*map(Channel, SCATTER), *(Channel(name, marker) for name, _, marker in pairs)]


@pytest.mark.parametrize(
    ("labels", "annexin", "dye"),
    [
        ("FITC-A, PE-A", "FITC-A", "PE-A"),
        ("FL1-A, FL2-A, FL3-A, FL4-A", "FL1-A", "FL3-A"),
        ("FL1-H, FL2-H, FL2-A", "FL1-H", "FL2-A"),
        ("BL1-A, BL1-H, BL2-A, RL1-A", "BL1-A", "BL2-A"),
        ("B525-FITC-A, B585-PE-A", "B525-FITC-A", "B585-PE-A"),
        ("B525-A, Y610-A", "B525-A", "Y610-A"),
        ("Comp-FITC-A, Comp-PE-A", "Comp-FITC-A", "Comp-PE-A"),
        ("488-530/30-A, 561-610/20-A=PI (dead)", "488-530/30-A", "561-610/20-A"),
        ("FL 1 Log=Annexin-V FITC, FL 3 Log=PI", "FL 1 Log", "FL 3 Log"),
        ("GRN-B-HLog, YEL-B-HLog", "GRN-B-HLog", "YEL-B-HLog"),
        ("APC-A=Annexin V, FITC-A=GFP, PE-A=PI", "APC-A", "PE-A"),
        ("FITC-A=ANNEXIN_V, BV421-A=dapi", "FITC-A", "BV421-A"),
        ("FL1-A=AnxV, FL2-A, FL3-A=7-AAD", "FL1-A", "FL3-A"),
        ("FL1-A=AV, FL2-A=P.I., FL4-A=PI", "FL1-A", "FL4-A"),
        ("FITC-A=annV 488, PE-A=propidium iodide", "FITC-A", "PE-A"),
        ("Pacific Blue-A=AnnexinV-PB, PerCP-Cy5-5-A=7AAD", "Pacific Blue-A", "PerCP-Cy5-5-A"),
        ("Pacific Blue-A, 7-AAD-A", "Pacific Blue-A", "7-AAD-A"),
        ("eFluor 450-A, 7AAD-A", "eFluor 450-A", "7AAD-A"),
        ("PE-A, 7-AAD-A", "PE-A", "7-AAD-A"),
        ("PE-A, PerCP-Cy5-5-A", "PE-A", "PerCP-Cy5-5-A"),
        ("Cy5-A=annexinV, Alexa Fluor 488-A=SYTOX_GREEN", "Cy5-A", "Alexa Fluor 488-A"),
        ("FITC-A=SYTOX Green, APC-A", "APC-A", "FITC-A"),
        ("FITC-A, APC-A=SYTOX Red", "FITC-A", "APC-A"),
        ("FITC-A, Pacific Blue-A=SYTOX Blue", "FITC-A", "Pacific Blue-A"),
        ("APC-A=Annexin V eFluor 660, V450-A=Zombie Violet", "APC-A", "V450-A"),
        ("APC-A=Annexin V, APC-Cy7-A=LIVE/DEAD Near-IR", "APC-A", "APC-Cy7-A"),
        ("FITC-A, PE-Texas Red-A, PE-Cy7-A, APC-Cy7-A", "FITC-A", "PE-Texas Red-A"),
        ("Alexa Fluor 488-A, PE-A, 7-AAD-A, PE-Cy7-A, Alexa Fluor 647-A", "Alexa Fluor 488-A", "7-AAD-A"),
    ],
)
def test_roles_are_read_from_labels(labels: str, annexin: str, dye: str) -> None:
    assert find_roles(channels(labels), "a.fcs") == (annexin, dye)
    assert find_roles(channels(labels.upper().replace("-A", "_A")), "a.fcs") == (
        annexin.upper().replace("-A", "_A"),
        dye.upper().replace("-A", "_A"),
    )


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ("CD3-A, CD4-A", "recognised as Annexin V"),
        ("FITC-A, CD4-A", "recognised as the dead-cell dye"),
        ("FITC-A, PE-A, PE-Texas Red-A", "the dead-cell dye .*got PE-A, PE-Texas Red-A"),
        ("FITC-A=Annexin V, APC-A=Annexin V, PE-A", "Annexin V .*got FITC-A, APC-A"),
        ("PE-A, CD4-A", "recognised as the dead-cell dye"),
    ],
)
def test_what_is_in_doubt_is_asked(labels: str, words: str) -> None:
    with pytest.raises(MissingChannel, match=words):
        find_roles(channels(labels), "a.fcs")


def test_a_name_that_the_study_gives_is_found_whatever_its_case_and_punctuation() -> None:
    tube = channels("FITC-A, FITC-H, PE-A=PI, PE-Texas Red-A")
    assert [find_annexin(tube, "a.fcs", wanted) for wanted in ("fitc-a", "FITC A", "fitc", "FITC-H")] == [
        "FITC-A",
        "FITC-A",
        "FITC-A",
        "FITC-H",
    ]
    assert [find_dye(tube, "a.fcs", wanted) for wanted in ("PI", "pi", "petexasred-a")] == [
        "PE-A",
        "PE-A",
        "PE-Texas Red-A",
    ]
    with pytest.raises(MissingChannel, match="a channel 'APC' for Annexin V"):
        find_annexin(tube, "a.fcs", "APC")
    with pytest.raises(MissingChannel, match="two different channels"):
        find_roles(tube, "a.fcs", annexin="FITC-A", dye="FITC-A")


def test_the_other_role_is_looked_for_among_the_rest() -> None:
    tube = channels("FITC-A, PE-A, PerCP-A")
    assert find_roles(tube, "a.fcs", annexin="PE-A") == ("PE-A", "PerCP-A")
    assert find_roles(tube, "a.fcs", dye="FITC-A") == ("PE-A", "FITC-A")


def survey(file: str, labels: str) -> Survey:
    tube = channels(labels)
    annexin, dye = find_roles(tube, file)
    return Survey(file, annexin, dye, None, None, None, None, channels=tuple(tube))


def test_tubes_that_label_one_stain_only_take_the_other_from_those_that_do() -> None:
    surveys = {
        "s": survey("s", "FITC-A=Annexin V, PE-A=PI, PerCP-A"),
        "a": survey("a", "FITC-A=Annexin V, PE-A, PerCP-A"),
        "d": survey("d", "FITC-A, PE-A=PI, PerCP-A"),
    }
    assert surveys["a"].dye == "PerCP-A"
    assert {(s.annexin, s.dye) for s in agree_channels(surveys).values()} == {("FITC-A", "PE-A")}


def test_a_tube_that_labels_another_channel_keeps_it() -> None:
    surveys = {
        "s": survey("s", "FITC-A=Annexin V, PE-A=PI, APC-A"),
        "x": survey("x", "FITC-A, PE-A=PI, APC-A=Annexin V"),
    }
    assert [s.annexin for s in agree_channels(surveys).values()] == ["FITC-A", "APC-A"]
