"""Figures as values: another process draws the same bytes, and the page's copy is small and self-contained."""

from __future__ import annotations

import base64
import pickle
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from cytotools.figures.drawing import Drawing, write_drawing
from cytotools.figures.page_pictures import picture_uri
from cytotools.figures.style import Saved


def figure_of(height: float) -> Figure:
    figure = Figure(figsize=(2.0, height), layout="constrained")
    figure.add_subplot().plot([0, 1], [0, 1])
    return figure


def with_words(height: float) -> tuple[Figure, str]:
    return figure_of(height), "known from the drawing"


def test_a_drawing_that_was_sent_draws_the_same_bytes(tmp_path: Path) -> None:
    drawing = Drawing(Saved("one", "One", "said", "flow"), partial(figure_of, 2.0), pdf=True, beside="{}")
    files = []
    for name, sent in (("here", drawing), ("there", pickle.loads(pickle.dumps(drawing)))):
        (tmp_path / name).mkdir()
        assert write_drawing(sent, tmp_path / name) == drawing.saved
        files.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert files[0] == files[1]
    assert set(files[0]) == {"one.svg", "one.png", "one.pdf", "one.json"}


def test_a_caption_may_come_from_the_drawing(tmp_path: Path) -> None:
    drawing = Drawing(Saved("one", "One", "", "blots"), partial(with_words, 1.5))
    assert write_drawing(drawing, tmp_path).caption == "known from the drawing"


@pytest.mark.parametrize(
    ("section", "start"),
    [
        ("flow", "data:image/svg+xml,"),
        ("plates in detail", "data:image/webp;base64,"),
        ("blots for the supplement", "data:image/webp;base64,"),
    ],
)
def test_the_page_holds_details_as_pictures(tmp_path: Path, section: str, start: str) -> None:
    saved = write_drawing(Drawing(Saved("one", "One", "", section), partial(figure_of, 2.0)), tmp_path)
    uri = picture_uri(tmp_path / saved.file, tmp_path / "one.png", section)
    assert (tmp_path / "one.svg").exists() == (not section.endswith("in detail"))
    assert uri.startswith(start)
    assert '"' not in uri
    if "webp" in start:
        picture = np.asarray(Image.open(BytesIO(base64.b64decode(uri.removeprefix(start)))))
        assert picture.min() < 10
        assert picture.max() == 255  # the ground stays white
