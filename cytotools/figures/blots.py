"""The blot figures: each image with its lanes and bands, lane profiles, time courses with every replicate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cytotools.figures.style import Saved

if TYPE_CHECKING:
    from cytotools.results import Results


def blot_figures(results: Results, folder: Path) -> Iterator[Saved]:
    """Write the blot figures and yield what each shows."""
    yield from ()
