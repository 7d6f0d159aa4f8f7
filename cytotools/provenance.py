"""Where every number comes from: the inputs' hashes, the versions, the settings. No clock, no host, no path."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

LIBRARIES = ("flowkit", "matplotlib", "numpy", "pandas", "scikit-image", "scipy", "statsmodels", "tifffile")
DISTRIBUTION = "cytotools-apoptosis"


def own_version() -> str:
    """Return the version of cytotools that is installed."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "0+unknown"


def provenance(folder: Path, inputs: Sequence[str], settings: dict[str, Any]) -> dict[str, Any]:
    """Return what provenance.json holds.

    Parameters
    ----------
    folder : Path
        The study folder.
    inputs : sequence of str
        Files that were read, relative to it.
    settings : dict
        What was asked for.
    """
    return {
        "program": "cytotools",
        "version": own_version(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "settings": settings,
        "inputs": [{"file": file, "sha256": sha256(folder / file)} for file in inputs],
    }


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of(folder: Path, files: Sequence[str]) -> str:
    """Return the SHA-256 of one file; of several, that of theirs in this order."""
    sums = [sha256(folder / file) for file in dict.fromkeys(files)]
    return sums[0] if len(sums) == 1 else hashlib.sha256(" ".join(sums).encode()).hexdigest()


def as_json(found: dict[str, Any]) -> str:
    """Return the same text for the same content."""
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"
