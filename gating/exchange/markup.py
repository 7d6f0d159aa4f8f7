"""The XML of cytometry as it is written: the three namespaces, numbers in full, the same bytes for the same gates."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from gating.errors import GatingError

NAMESPACES = {
    "gating": "http://www.isac-net.org/std/Gating-ML/v2.0/gating",
    "transforms": "http://www.isac-net.org/std/Gating-ML/v2.0/transformations",
    "data-type": "http://www.isac-net.org/std/Gating-ML/v2.0/datatypes",
}
# Prefixes are part of the names here: ElementTree's own table of prefixes is one for the whole program.
DECLARED = {f"xmlns:{prefix}": uri for prefix, uri in NAMESPACES.items()}
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def root(tag: str, **attributes: str) -> Element:
    """Return the first element of a document, with the namespaces declared."""
    return Element(tag, {**attributes, **DECLARED})


def add(parent: Element, tag: str, attributes: dict[str, str] | None = None) -> Element:
    """Add a child; attributes keep their order.

    Raises
    ------
    GatingError
        A name holds a sign that XML can't carry.
    """
    for value in (attributes or {}).values():
        if not is_text(value):
            raise GatingError(
                "a name in a gate file",
                expected="signs that XML can carry",
                got=ascii(value),
                remedy="Take control characters out of the names of channels, samples and files.",
            )
    return SubElement(parent, tag, attributes or {})


def is_text(value: str) -> bool:
    """Say whether XML can carry a text."""
    return FORBIDDEN.search(value) is None


def number(value: float) -> str:
    """Return the shortest decimal that reads back as the same double.

    Examples
    --------
    >>> number(0.1), number(900)
    ('0.1', '900.0')
    """
    return repr(float(value))


def document(element: Element) -> bytes:
    """Return a document in UTF-8, indented, without anything that changes from run to run."""
    indent(element)
    body: bytes = tostring(element, encoding="utf-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"


def numbered(names: Iterable[str], stem: str) -> str:
    """Return `stem_1`, or the first such name that is free.

    Examples
    --------
    >>> numbered(["spillover_1"], "spillover")
    'spillover_2'
    """
    taken, k = set(names), 1
    while f"{stem}_{k}" in taken:
        k += 1
    return f"{stem}_{k}"
