"""The results as an RO-Crate 1.1: what was made from what, by which program, for archives and machines.

The specification is that of Sefton P and others, RO-Crate Metadata Specification 1.1, doi 10.5281/zenodo.4541002.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Any

METADATA = "ro-crate-metadata.json"
# Its terms are those of schema.org 10, which knows no hashes; RO-Crate 1.2 names them so.
CONTEXT = ["https://w3id.org/ro/crate/1.1/context", {"sha256": "http://schema.org/sha256"}]
PROFILE = "https://w3id.org/ro/crate/1.1"
ROOT, RUN, PROGRAM, LICENCE = "./", "#run", "#cytotools", "#licence"
FORMATS = {
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".html": "text/html",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".pdf": "application/pdf",
    ".xml": "application/xml",
    ".wsp": "application/xml",
    ".pzfx": "application/xml",
    ".zip": "application/zip",
    ".fcs": "application/vnd.isac.fcs",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".jpg": "image/jpeg",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")
Entity = dict[str, Any]


@dataclass(frozen=True)
class CrateFile:
    """One file: its path, its size in bytes and its SHA-256; the hash is empty where it would hold itself."""

    path: str
    size: int
    sha256: str = ""


def ro_crate(
    title: str, made: date, inputs: Iterable[CrateFile], outputs: Iterable[CrateFile], versions: Mapping[str, str]
) -> str:
    """Return the text of ro-crate-metadata.json.

    Parameters
    ----------
    title : str
        Of the study.
    made : date
        The newest date that an input records.
    inputs : iterable of CrateFile
        Relative to the study. They lie outside the crate, and so are described by name and hash, not as its parts.
    outputs : iterable of CrateFile
        The parts of the crate, relative to the folder of the results.
    versions : mapping of str to str
        Of the program under the name `cytotools`, of Python and of the libraries.

    Examples
    --------
    >>> text = ro_crate("A study", date(2026, 3, 12), [CrateFile("a b.fcs", 9, "1f")], [], {"cytotools": "0.1.0"})
    >>> [entity["@id"] for entity in json.loads(text)["@graph"]]
    ['ro-crate-metadata.json', './', '#licence', '#cytotools', '#run', '#input/a%20b.fcs']
    """
    parts = [_part(file) for file in outputs]
    sources = [_source(file) for file in inputs]
    libraries = [_library(name, number) for name, number in versions.items() if name != "cytotools"]
    graph = [
        {
            "@id": METADATA,
            "@type": "CreativeWork",
            "conformsTo": {"@id": PROFILE},
            "about": {"@id": ROOT},
        },
        {
            "@id": ROOT,
            "@type": "Dataset",
            "name": title,
            "description": "Tables, figures and report of an apoptosis study, computed by cytotools from its files.",
            "datePublished": made.isoformat(),
            "license": {"@id": LICENCE},
            "hasPart": _references(parts),
            "mentions": {"@id": RUN},
        },
        {
            "@id": LICENCE,
            "@type": "CreativeWork",
            "name": "Not stated",
            "description": "The study does not state a licence; its authors decide on it.",
        },
        {
            "@id": PROGRAM,
            "@type": "SoftwareApplication",
            "name": "cytotools",
            "version": versions.get("cytotools", ""),
            "softwareRequirements": _references(libraries),
        },
        {
            "@id": RUN,
            "@type": "CreateAction",
            "name": "cytotools run",
            "instrument": {"@id": PROGRAM},
            "object": _references(sources),
            "result": _references(parts),
        },
        *libraries,
        *sources,
        *parts,
    ]
    return json.dumps({"@context": CONTEXT, "@graph": graph}, indent=1, ensure_ascii=False) + "\n"


def quote(path: str) -> str:
    """Return a path as a relative URI (RFC 3986), any sign that has a meaning there as %XX.

    Examples
    --------
    >>> quote("tables/a b#1.csv")
    'tables/a%20b%231.csv'
    """
    data = path.encode("utf-8", errors="surrogateescape")
    return "".join(chr(byte) if byte in SAFE else f"%{byte:02X}" for byte in data)


def _part(file: CrateFile) -> Entity:
    return {"@id": quote(file.path), "@type": "File"} | _described(file)


def _source(file: CrateFile) -> Entity:
    return {"@id": f"#input/{quote(file.path)}", "@type": "DigitalDocument"} | _described(file)


def _described(file: CrateFile) -> Entity:
    kind = FORMATS.get(PurePosixPath(file.path).suffix.casefold())
    said = {"name": file.path, "contentSize": str(file.size)}
    said |= {"sha256": file.sha256} if file.sha256 else {}
    return said | ({"encodingFormat": kind} if kind else {})


def _library(name: str, number: str) -> Entity:
    return {"@id": f"#{quote(name)}", "@type": "SoftwareApplication", "name": name, "version": number}


def _references(entities: Iterable[Entity]) -> list[dict[str, str]]:
    return [{"@id": entity["@id"]} for entity in entities]
