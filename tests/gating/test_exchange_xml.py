from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from gating import GatingError, QuadrantGate
from gating.exchange import xml_files
from gating.exchange.event_masks import event_masks
from gating.exchange.gating_ml import gating_ml
from gating.exchange.read_gates import read_gates
from gating.exchange.xml_files import read_xml
from gating.simulate import Tube, simulate_tube

GATE = QuadrantGate("FITC-A", 900.0, "PE-A", 700.0)
XML = gating_ml({"all": (GATE, None)}).decode()
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
REMOTE = '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">'


def with_type(definition: str, encoding: str = "UTF-8") -> str:
    head, body = XML.split("\n", 1)
    return f"{head.replace('UTF-8', encoding)}\n{definition}\n{body}"


@pytest.mark.parametrize("definition", [LAUGHS, OUTSIDE, REMOTE, "<!doctype x>", "<!DOCTYPE x>"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_a_document_type_is_refused_in_every_encoding(tmp_path: Path, definition: str, encoding: str) -> None:
    path = tmp_path / "gates.xml"
    path.write_bytes(with_type(definition, encoding).encode(encoding))
    for read in (read_gates, read_xml):
        with pytest.raises(GatingError, match="without a document type"):
            read(path)


def test_event_masks_refuses_entities_too(tmp_path: Path, rng: object) -> None:
    import numpy as np

    path = tmp_path / "gates.xml"
    path.write_text(with_type(LAUGHS))
    events = simulate_tube(Tube({"live": 1.0}), np.random.default_rng(1)).events
    with pytest.raises(GatingError, match="without a document type"):
        event_masks(path, events)


def test_gates_are_read_in_the_encodings_of_xml(tmp_path: Path) -> None:
    path = tmp_path / "gates.xml"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "iso-8859-1"):
        named = encoding.removesuffix("-sig")
        path.write_bytes(XML.replace("UTF-8", named.upper()).encode(encoding))
        assert read_gates(path) == {"all": GATE}
    path.write_bytes(codecs.BOM_UTF16_BE + XML.replace("UTF-8", "UTF-16").encode("utf-16-be"))
    assert read_gates(path) == {"all": GATE}


BAD = {
    "empty": (b"", "gates.xml: expected a Gating-ML"),
    "blank": (b"   \n", "another kind of file"),
    "no xml": (b"FCS3.1    and then", "another kind of file"),
    "cut": (XML[:800].encode(), "does not parse"),
    "utf-7": (b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE x+AD4-<x/>', "the encoding utf-7"),
    "ebcdic": ('<?xml version="1.0" encoding="cp037"?><x/>'.encode("cp037"), "another kind of file"),
    "wrong encoding": (b'<?xml version="1.0" encoding="UTF-8"?><x a="\xff\xfe\xfa"/>', "does not parse"),
    "unknown encoding": (b'<?xml version="1.0" encoding="klingon"?><x/>', "the encoding klingon"),
    "other xml": (b"<html><body/></html>", "neither GatingML 2.0 compliant nor a FlowJo workspace"),
    "old flowjo": (b'<Workspace flowJoVersion="9.7"/>', "workspace of FlowJo 10"),
    "no version": (b"<Workspace/>", "workspace of FlowJo 10"),
    "no gates": (b'<Workspace flowJoVersion="10.8.1"><SampleList/></Workspace>', "at least one quadrant gate"),
    "deep": (b"<a>" * 100_000 + b"</a>" * 100_000, "nested more than 200 deep"),
    "undefined entity": (b"<a>&b;</a>", "does not parse"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_gate_file_is_refused_by_name(tmp_path: Path, case: str) -> None:
    content, words = BAD[case]
    path = tmp_path / "gates.xml"
    path.write_bytes(content)
    with pytest.raises(GatingError, match=words):
        read_gates(path)


def test_a_missing_file_a_folder_and_a_giant_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GatingError, match=r"gates\.xml: expected a gate file, got no such file"):
        read_gates(tmp_path / "gates.xml")
    with pytest.raises(GatingError, match="got is a directory"):
        read_gates(tmp_path)
    monkeypatch.setattr(xml_files, "MAX_BYTES", 1024**2)
    (tmp_path / "gates.xml").write_bytes(XML.encode() + b" " * 1024**2)
    with pytest.raises(GatingError, match="at most 1 MB, got a larger file"):
        read_gates(tmp_path / "gates.xml")


def test_no_mutation_of_a_gate_file_breaks_the_reader(tmp_path: Path) -> None:
    import numpy as np

    rng = np.random.default_rng(3)
    path, whole = tmp_path / "gates.xml", XML.encode()
    for _ in range(300):
        bad = bytearray(whole)
        for at in rng.integers(0, len(bad), rng.integers(1, 6)):
            bad[at] = rng.integers(0, 256)
        path.write_bytes(bad[: rng.integers(1, len(bad) + 1)] if rng.random() < 0.2 else bad)
        try:
            found = read_gates(path)
        except GatingError:
            continue
        assert all(isinstance(gate, QuadrantGate) for gate in found.values())
