"""FCS files laid by hand, whose values are known, and the departures from the standard that real programs write."""

from __future__ import annotations

import os
import tempfile
import tracemalloc
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gating import Channel, MissingChannel, UnreadableFcs, read_fcs, write_fcs

TABLE = np.array([[1037, 960, 0], [1, 2, 1023], [512, 513, 77]])


def lay(
    path: Path,
    data: bytes,
    keywords: dict[str, str],
    n_events: int = 3,
    n_channels: int = 3,
    header: tuple[int, int] | None = None,
    delimiter: str = "/",
) -> Path:
    """Write an FCS file byte by byte; TEXT starts at 58 and DATA at 1024 unless keywords say otherwise."""
    begin, end = 1024, 1023 + len(data)
    text = {"$PAR": str(n_channels), "$TOT": str(n_events), "$MODE": "L", "$NEXTDATA": "0", "$BYTEORD": "1,2,3,4"}
    text |= {"$BEGINDATA": str(begin), "$ENDDATA": str(end), "$DATATYPE": "F"}
    for i in range(1, n_channels + 1):
        text |= {f"$P{i}N": f"C{i}", f"$P{i}B": "32", f"$P{i}R": "262144", f"$P{i}E": "0,0"}
    text |= keywords
    body = delimiter + "".join(f"{k}{delimiter}{v}{delimiter}" for k, v in text.items() if v != "absent")
    first, last = header or (begin, end)
    head = f"FCS3.1    {58:8d}{57 + len(body):8d}{first:8d}{last:8d}{0:8d}{0:8d}"
    path.write_bytes((head + body).encode("latin-1").ljust(1024) + data)
    return path


INTEGERS: list[tuple[str, dict[str, str], bytes]] = [
    ("int16 little", {"$DATATYPE": "I", **{f"$P{i}B": "16" for i in (1, 2, 3)}}, TABLE.astype("<u2").tobytes()),
    (
        "int16 big",
        {"$DATATYPE": "I", "$BYTEORD": "4,3,2,1", **{f"$P{i}B": "16" for i in (1, 2, 3)}},
        TABLE.astype(">u2").tobytes(),
    ),
    ("int32", {"$DATATYPE": "I"}, TABLE.astype("<u4").tobytes()),
    ("int64", {"$DATATYPE": "I", **{f"$P{i}B": "64" for i in (1, 2, 3)}}, TABLE.astype("<u8").tobytes()),
    ("float big", {"$BYTEORD": "4,3,2,1"}, TABLE.astype(">f4").tobytes()),
    ("double", {"$DATATYPE": "D", **{f"$P{i}B": "64" for i in (1, 2, 3)}}, TABLE.astype("<f8").tobytes()),
    ("float mixed order", {"$BYTEORD": "3,4,1,2"}, TABLE.astype("<f4").view("<u2")[:, [1, 0, 3, 2, 5, 4]].tobytes()),
    (
        "int24",
        {"$DATATYPE": "I", **{f"$P{i}B": "24" for i in (1, 2, 3)}},
        b"".join(int(v).to_bytes(3, "little") for v in TABLE.ravel()),
    ),
    (
        "mixed widths, big",
        {"$DATATYPE": "I", "$P1B": "16", "$P2B": "32", "$P3B": "24", "$BYTEORD": "4,3,2,1"},
        b"".join(int(a).to_bytes(2) + int(b).to_bytes(4) + int(c).to_bytes(3) for a, b, c in TABLE),
    ),
    (
        "FCS 3.2 mixed types",
        {"$P1DATATYPE": "I", "$P1B": "16"},
        b"".join(np.uint16(a).tobytes() + np.array([b, c], "<f4").tobytes() for a, b, c in TABLE),
    ),
    (
        "text, free",
        {"$DATATYPE": "A", "$P1B": "*", "$P2B": "*", "$P3B": "*"},
        " ".join(map(str, TABLE.ravel())).encode(),
    ),
    (
        "text, fixed",
        {"$DATATYPE": "A", **{f"$P{i}B": "6" for i in (1, 2, 3)}},
        "".join(f"{v:6d}" for v in TABLE.ravel()).encode(),
    ),
]


@pytest.mark.parametrize(("keywords", "data"), [case[1:] for case in INTEGERS], ids=[case[0] for case in INTEGERS])
def test_every_type_is_read_to_the_value_that_was_laid(tmp_path: Path, keywords: dict[str, str], data: bytes) -> None:
    events = read_fcs(lay(tmp_path / "a.fcs", data, keywords))
    np.testing.assert_array_equal(events.values, TABLE)


FLOATS = TABLE.astype("<f4").tobytes()
REPAIRS: list[tuple[str, dict[str, Any], str]] = [
    ("end off by one", {"keywords": {"$ENDDATA": "1060"}, "header": (1024, 1060)}, "data_size"),
    ("header silent", {"header": (0, 0), "keywords": {}}, "header_offsets"),
    ("header disagrees", {"header": (1025, 1060), "keywords": {}}, "offsets"),
    ("text offsets zero", {"keywords": {"$BEGINDATA": "0", "$ENDDATA": "0"}}, "text_offsets"),
    ("no total", {"keywords": {"$TOT": "absent"}}, "no_total"),
    ("empty value", {"keywords": {"OP": ""}}, "empty_values"),
    ("no name", {"keywords": {"$P2N": "absent"}}, "no_name"),
    ("same name", {"keywords": {"$P2N": "C1"}}, "same_name"),
    ("float with a log amplifier", {"keywords": {"$P1E": "4,1"}}, "float_log"),
    ("gain of zero", {"keywords": {"$P1G": "0"}}, "gain"),
    ("byte order of one number", {"keywords": {"$BYTEORD": "1"}}, "byte_order"),
    ("latin-1", {"keywords": {"$SRC": "25 \xb5M"}}, "latin_1"),
]


@pytest.mark.parametrize(("laid", "code"), [case[1:] for case in REPAIRS], ids=[case[0] for case in REPAIRS])
def test_departures_are_mended_under_a_name(tmp_path: Path, laid: dict[str, Any], code: str) -> None:
    events = read_fcs(lay(tmp_path / "a.fcs", FLOATS, **laid))
    np.testing.assert_array_equal(events.values, TABLE)
    assert [r.split(":")[0] for r in events.repairs] == ([code] if code else [])


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"$MODE": "H"}, "list mode"),
        ({"$PAR": "absent"}, r"\$PAR"),
        ({"$DATATYPE": "Q"}, r"\$DATATYPE F, D, I or A"),
        ({"$BYTEORD": "1,1,2,3"}, r"\$BYTEORD"),
        ({"$DATATYPE": "I", "$P1B": "x"}, r"\$P1B"),
        ({"$DATATYPE": "I", "$P1B": "10", "$P2B": "10", "$P3B": "10"}, "Bit-packed"),
    ],
)
def test_what_can_not_be_read_is_refused_by_name(tmp_path: Path, keywords: dict[str, str], words: str) -> None:
    with pytest.raises(UnreadableFcs, match=words):
        read_fcs(lay(tmp_path / "a.fcs", FLOATS, keywords))


def test_masks_gain_log_and_time_are_applied_once(tmp_path: Path) -> None:
    keywords = {"$DATATYPE": "I", "$P1R": "1024", "$P1E": "4,1", "$P2G": "2", "$P3N": "Time", "$TIMESTEP": "0.5"}
    raw = np.array([[1024 + 512, 10, 4]])  # bit 10 lies above $PnR and is cleared
    path = lay(tmp_path / "a.fcs", raw.astype("<u4").tobytes(), keywords, n_events=1)
    np.testing.assert_allclose(read_fcs(path).values, [[100.0, 5.0, 2.0]])
    np.testing.assert_array_equal(read_fcs(path, linearise=False).values, [[512, 10, 4]])


def test_a_cut_file_gives_its_whole_events(tmp_path: Path) -> None:
    path = lay(tmp_path / "a.fcs", FLOATS, {})
    path.write_bytes(path.read_bytes()[:-5])
    events = read_fcs(path)
    np.testing.assert_array_equal(events.values, TABLE[:2])
    assert events.declared_events == 3
    assert events.repairs[-1] == "truncated: 2 whole events of 3 declared were read"


def test_no_event_is_an_answer(tmp_path: Path) -> None:
    assert read_fcs(write_fcs(tmp_path / "a.fcs", np.empty((0, 2)), [Channel("A"), Channel("B")])).values.shape == (
        0,
        2,
    )


def test_only_the_channels_asked_for_in_the_order_asked_for(tmp_path: Path) -> None:
    path = lay(tmp_path / "a.fcs", FLOATS, {})
    np.testing.assert_array_equal(read_fcs(path, channels=["C3", "C1"]).values, TABLE[:, [2, 0]])
    with pytest.raises(MissingChannel, match="'PE-A'"):
        read_fcs(path, channels=["PE-A"])


def test_supplemental_text_and_a_second_data_set(tmp_path: Path) -> None:
    path = lay(tmp_path / "a.fcs", FLOATS, {"$NEXTDATA": "2000"})
    second = lay(tmp_path / "b.fcs", (TABLE + 1).astype("<f4").tobytes(), {}).read_bytes()
    path.write_bytes(path.read_bytes().ljust(2000) + second)
    np.testing.assert_array_equal(read_fcs(path, dataset=1).values, TABLE + 1)
    with pytest.raises(UnreadableFcs, match="3 data sets"):
        read_fcs(path, dataset=2)


@pytest.mark.parametrize("content", [b"", b"not an FCS file at all", b"FCS3.1" + b" " * 60, b"FCS3.1    " + b"9" * 48])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.fcs").write_bytes(content)
    with pytest.raises(UnreadableFcs):
        read_fcs(tmp_path / "a.fcs")


def test_a_missing_file_is_refused_in_the_words_of_the_house(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFcs, match="expected an FCS file, got No such file"):
        read_fcs(tmp_path / "absent.fcs")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(width=32, allow_nan=False), st.floats(width=32, allow_nan=False)), max_size=20))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float, float]]) -> None:
    table = np.array(rows, dtype=np.float32).reshape(-1, 2)
    path = tmp_path_factory.mktemp("fcs") / "a.fcs"
    events = read_fcs(write_fcs(path, table, [Channel("a|b", "x"), Channel("FITC-A")]))
    np.testing.assert_array_equal(events.values, table)
    assert (events.channel_names, events.repairs) == (("a|b", "FITC-A"), ())


def test_the_values_are_the_file_itself(tmp_path: Path) -> None:
    path = lay(tmp_path / "a.fcs", FLOATS, {})
    for channels in (None, ["C2"], ["C1", "C3"], ["C3", "C1"]):
        values = read_fcs(path, channels=channels).values
        assert not values.flags.owndata
        assert values.base is not None


def test_only_the_columns_asked_for_take_memory(tmp_path: Path) -> None:
    n = 100_000
    keywords = {"$DATATYPE": "I", **{f"$P{i}B": "16" for i in (1, 2, 3)}, **{f"$P{i}R": "1000" for i in (1, 2, 3)}}
    path = lay(tmp_path / "a.fcs", np.arange(3 * n, dtype="<u2").tobytes(), keywords, n_events=n)
    tracemalloc.start()
    values = read_fcs(path, channels=["C2"]).values
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < values.nbytes + 1_000_000
    np.testing.assert_array_equal(values[:, 0], np.arange(1, 3 * n, 3) % 65_536 % 1024)


@pytest.mark.parametrize("header", [(0, 0), (99_999_999, 99_999_999)])
def test_offsets_past_99_999_999(tmp_path: Path, header: tuple[int, int]) -> None:
    first = 120_000_000
    keywords = {"$BEGINDATA": str(first), "$ENDDATA": str(first + len(FLOATS) - 1)}
    path = lay(tmp_path / "a.fcs", b"", keywords, header=header)
    with path.open("r+b") as file:  # a sparse file: it takes no room on the disk
        file.seek(first)
        file.write(FLOATS)
    events = read_fcs(path)
    np.testing.assert_array_equal(events.values, TABLE)
    assert [r.split(":")[0] for r in events.repairs] == (["header_offsets"] if header[0] else [])


def test_what_is_no_readable_file_is_refused(tmp_path: Path) -> None:
    for path, words in ((tmp_path, "a folder"), (Path("/dev/null"), "no regular file"), (Path("a\0b"), "null")):
        with pytest.raises(UnreadableFcs, match=words):
            read_fcs(path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = lay(tmp_path / "a.fcs", FLOATS, {})
    path.chmod(0)
    with pytest.raises(UnreadableFcs, match="Permission denied"):
        read_fcs(path)


def test_the_disk_may_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = lay(tmp_path / "a.fcs", FLOATS, {})

    def deny(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", deny)
    with pytest.raises(UnreadableFcs, match="Permission denied"):
        read_fcs(path)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_integers_of_any_widths_and_order_are_read(data: st.DataObject) -> None:
    widths = data.draw(st.lists(st.sampled_from([8, 16, 24, 32, 40, 48]), min_size=3, max_size=3))
    rows = data.draw(st.lists(st.tuples(*(st.integers(0, 2**w - 1) for w in widths)), max_size=5))
    order = data.draw(st.sampled_from(["little", "big"]))
    laid = b"".join(v.to_bytes(w // 8, order) for row in rows for v, w in zip(row, widths, strict=True))
    keywords = {"$DATATYPE": "I", "$BYTEORD": "1,2,3,4" if order == "little" else "4,3,2,1"}
    keywords |= {f"$P{i}{k}": str(v) for i, w in enumerate(widths, 1) for k, v in (("B", w), ("R", 2**w))}
    with tempfile.TemporaryDirectory() as folder:
        events = read_fcs(lay(Path(folder) / "a.fcs", laid, keywords, n_events=len(rows)))
        np.testing.assert_array_equal(events.values, np.array(rows, dtype=np.float64).reshape(-1, 3))
        assert events.repairs == ()


@settings(max_examples=100, deadline=None)
@given(st.integers(9, 31), st.sampled_from(["little", "big"]), st.integers(1, 40), st.randoms(use_true_random=False))
def test_packed_integers_are_read(bits: int, order: str, n_events: int, draw: Random) -> None:
    rows = [[draw.randrange(2**bits) for _ in range(3)] for _ in range(n_events)]
    told = [format(v, f"0{bits}b")[:: -1 if order == "little" else 1] for row in rows for v in row]
    stream = "".join(told)
    octets = [stream[i : i + 8].ljust(8, "0") for i in range(0, len(stream), 8)]
    laid = bytes(int(octet[:: -1 if order == "little" else 1], 2) for octet in octets)
    keywords = {"$DATATYPE": "I", "$BYTEORD": "1,2,3,4" if order == "little" else "4,3,2,1"}
    keywords |= {f"$P{i}{k}": str(v) for i in (1, 2, 3) for k, v in (("B", bits), ("R", 2**bits))}
    with tempfile.TemporaryDirectory() as folder:
        path = lay(Path(folder) / "a.fcs", laid, keywords, n_events=n_events)
        whole_bytes = -(-bits // 8)
        if bits % 8 and len(laid) in (3 * n_events * whole_bytes, 3 * n_events * (4 if bits > 16 else 2)):
            with pytest.raises(UnreadableFcs, match="how integers of no whole bytes are stored"):
                read_fcs(path)  # so few that they take as many bytes either way
            return
        events = read_fcs(path)
        np.testing.assert_array_equal(events.values, rows)
        assert [r.split(":")[0] for r in events.repairs] == (["packed_bits"] if bits % 8 else [])
