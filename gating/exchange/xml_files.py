"""Read the XML of others with care: no entities, no external references, bounded in size and depth."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from gating.errors import GatingError

MAX_BYTES = 256 * 1024**2  # a FlowJo workspace of a thousand samples has about 100 MB
MAX_DEPTH = 200  # FlowJo nests four elements a gate
ENCODINGS = frozenset(["utf-8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii", "iso-8859-1", "windows-1252"])
MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def read_xml(path: str | Path) -> tuple[bytes, Element]:
    """Return a file's bytes, which are safe to hand to another parser, and its first element.

    Raises
    ------
    GatingError
        No such file, one that is too large, no XML, XML nested beyond reason, or one with a document type or
        entities: these can name files of this computer, reach into the network or grow without bound, and no gate
        file needs them.

    References
    ----------
    Morgan T, Al Ibrahim O. XML Schema, DTD, and Entity Attacks. VSR (2014).
    """
    path = Path(path)
    data = _bytes(path)
    return data, parse_xml(data, path.name)


def parse_xml(data: bytes, name: str) -> Element:
    """Return the first element of a document with the same care.

    Raises
    ------
    GatingError
        As `read_xml` does.
    """
    _refuse_definitions(data, name)
    return _parsed(data, name)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or "it can't be opened"
        raise GatingError(path.name, expected="a gate file", got=reason.lower(), remedy="Check the path.") from error
    if len(data) > MAX_BYTES:
        raise GatingError(
            path.name,
            expected=f"at most {MAX_BYTES // 1024**2} MB",
            got="a larger file",
            remedy="Save a workspace that holds only the samples of this study.",
        )
    return data


def _refuse_definitions(data: bytes, name: str) -> None:
    """Refuse a document type or an entity, in whatever encoding, before any parser sees it."""
    # Without its zero bytes, UTF-16 and UTF-32 of either order read as ASCII.
    bare = data.replace(b"\0", b"") if b"\0" in data else data
    upper = bare.upper() if b"<!" in bare else b""
    if any(word in upper for word in (b"<!DOCTYPE", b"<!ENTITY", b"<!ELEMENT", b"<!ATTLIST", b"<!NOTATION")):
        raise GatingError(
            name,
            expected="XML without a document type and entities",
            got="a file that defines them",
            remedy="Export the gates again: no cytometry program writes such definitions.",
        )
    start = data[3:] if data.startswith(MARKS[0]) else data
    readable = data.startswith(MARKS) or start.lstrip(b" \t\r\n").startswith((b"<", b"\0<"))
    head = bare[:200].split(b"?>")[0]
    declared = _declared(head)
    if not readable or (declared and declared not in ENCODINGS):
        got = f"the encoding {declared}" if readable else "another kind of file"
        raise _no_xml(name, got)


def _declared(head: bytes) -> str:
    """Return the encoding that the first line names, in lower case."""
    _, found, rest = head.partition(b"encoding")
    quoted = rest.partition(b"=")[2].strip(b" \t\r\n")
    return quoted[1:].split(quoted[:1])[0].decode("ascii", "replace").lower() if found and quoted else ""


def _parsed(data: bytes, name: str) -> Element:
    depth = 0
    first: Element | None = None
    pull: Any = XMLPullParser(events=("start", "end"))  # its stubs know no pairs of event and element
    try:
        for at in range(0, len(data), 1 << 20):
            pull.feed(data[at : at + (1 << 20)])
            for event, element in pull.read_events():
                first = element if first is None else first
                depth += 1 if event == "start" else -1
                if depth > MAX_DEPTH:
                    raise _no_xml(name, f"elements nested more than {MAX_DEPTH} deep")
        pull.close()
    except (ParseError, ValueError, LookupError) as error:
        if isinstance(error, GatingError):
            raise
        raise _no_xml(name, f"a file that does not parse ({error})") from error
    if first is None:
        raise _no_xml(name, "an empty file")
    return first


def _no_xml(name: str, got: str) -> GatingError:
    return GatingError(
        name,
        expected="a Gating-ML 2.0 file or a FlowJo 10 workspace",
        got=got,
        remedy="Export the gates again, or set the thresholds in a sheet (`thresholds:`).",
    )
