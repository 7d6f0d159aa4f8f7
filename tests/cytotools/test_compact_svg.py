from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from io import StringIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from cytotools.figures.compact_svg import compact_svg
from cytotools.figures.style import styled


@pytest.fixture
def svg() -> str:
    with styled():
        figure = Figure(figsize=(3.0, 2.0))
        ax = figure.add_subplot()
        ax.plot([0.0, 1.0, 1.7], [0.1, 3.3, 2.2], "o-")
        ax.imshow([[0.0, 1.0], [1.0, 0.0]], extent=(0.0, 1.0, 0.0, 1.0))
        ax.text(0.3, 0.3, "0.31 <a> & 'b' -- µ", fontsize=5.3, rotation=30)
        written = StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None})
    return written.getvalue()


def test_the_same_shapes_in_fewer_bytes(svg: str) -> None:
    small = compact_svg(svg)
    assert len(small) < 0.8 * len(svg)
    for tag in ("path", "use", "image", "clipPath"):
        found = [len(list(ET.fromstring(text).iter(f"{{http://www.w3.org/2000/svg}}{tag}"))) for text in (svg, small)]
        assert found[0] == found[1]


def test_every_reference_still_leads_somewhere(svg: str) -> None:
    root = ET.fromstring(compact_svg(svg))
    names = {element.get("id") for element in root.iter()}
    links = [element.get("{http://www.w3.org/1999/xlink}href", "#") for element in root.iter()]
    assert {link[1:] for link in links if link.startswith("#") and link != "#"} <= names


def test_nothing_is_left_to_take_away(svg: str) -> None:
    assert compact_svg(compact_svg(svg)) == compact_svg(svg)


def test_small_numbers_and_matrices_keep_their_digits() -> None:
    told = (
        '<a transform="scale(0.015625)"/><b transform="matrix(1.234567 0 0 1.234567 2.5 3)"/><c x="0.0625" y="1e-05"/>'
    )
    assert compact_svg(told) == told


def corners(data: str) -> list[list[tuple[float, float]]]:
    """Return the corners of each outline of a path of straight lines, absolute or in steps."""
    outlines: list[list[tuple[float, float]]] = []
    for command, numbers in re.findall(r"([MLlz])([^MLlz]*)", data):
        values = [float(number) for number in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", numbers)]
        for x, y in zip(values[::2], values[1::2], strict=True):
            if command == "M":
                outlines.append([(x, y)])
            else:
                before = outlines[-1][-1] if command == "l" else (0.0, 0.0)
                outlines[-1].append((before[0] + x, before[1] + y))
    return outlines


@given(st.lists(st.lists(st.tuples(*[st.floats(-500, 500)] * 2), min_size=2, max_size=6), min_size=1, max_size=4))
def test_every_outline_of_a_path_keeps_its_corners(outlines: list[list[tuple[float, float]]]) -> None:
    data = " ".join("M " + " L ".join(f"{x:f} {y:f}" for x, y in one) + " z" for one in outlines)
    small = compact_svg(f'<path d="{data}"/>')
    found = corners(small.split('"')[1])
    assert [len(one) for one in found] == [len(one) for one in outlines]
    for one, other in zip(found, outlines, strict=True):
        assert np.allclose(one, other, atol=0.006 * len(one))
