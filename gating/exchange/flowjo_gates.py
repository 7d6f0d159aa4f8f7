"""The rectangles of a FlowJo 10 workspace, sample by sample.

FlowJo keeps gates in linear units, whatever scale it draws them on, so that they are read here as they stand; FlowKit
brings them to the scale first, which has an end (its biexponential), and gives up on scales that it does not know.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.errors import GatingError
from gating.exchange.crosses import Rectangle, Side
from gating.exchange.markup import NAMESPACES
from gating.spillover import Spillover

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

GATING, TRANSFORMS, TYPES = (f"{{{NAMESPACES[key]}}}" for key in ("gating", "transforms", "data-type"))


@dataclass(frozen=True, eq=False)
class WorkspaceGates:
    """The rectangles of one sample, and how its channels are compensated."""

    name: str
    rectangles: Sequence[Rectangle] = ()
    spillover: Spillover | None = None
    prefix: str = ""
    suffix: str = ""

    def dimension(self, label: str) -> tuple[str, Spillover | None]:
        """Return the channel that a gate's dimension names, and the matrix if it means the compensated one."""
        if self.spillover is not None and self.prefix + self.suffix:
            bare = label.removeprefix(self.prefix).removesuffix(self.suffix)
            if label == self.prefix + bare + self.suffix and bare in self.spillover.channels:
                return bare, self.spillover
        return label, None


def workspace_samples(first: Element, name: str) -> list[WorkspaceGates]:
    """Return the samples of a workspace.

    Raises
    ------
    GatingError
        The workspace is of FlowJo 9 or older, or a number in it is none.
    """
    version = first.get("flowJoVersion", "")
    if not version.split(".")[0].isdecimal() or int(version.split(".")[0]) < 10:
        raise GatingError(
            name,
            expected="a workspace of FlowJo 10",
            got=f"version {version or 'unknown'}",
            remedy="Save the workspace with FlowJo 10.",
        )
    try:
        return [_sample(element) for element in first.iterfind("SampleList/Sample")]
    except (ValueError, IndexError) as error:
        if isinstance(error, GatingError):
            raise
        raise GatingError(
            name, expected="numbers in gates and matrices", got=str(error), remedy="Save the workspace again."
        ) from error


def _sample(element: Element) -> WorkspaceGates:
    node = element.find("SampleNode")
    if node is None:
        return WorkspaceGates(element.get("name", ""))
    rectangles = list(_rectangles(node, ()))
    matrix = element.find(f"{TRANSFORMS}spilloverMatrix")
    if matrix is None:
        return WorkspaceGates(node.get("name", ""), rectangles)
    return WorkspaceGates(
        node.get("name", ""), rectangles, _spillover(matrix), matrix.get("prefix", ""), matrix.get("suffix", "")
    )


def _rectangles(node: Element, parents: tuple[str, ...]) -> Iterator[Rectangle]:
    for population in node.iterfind("Subpopulations/Population"):
        box = population.find(f"Gate/{GATING}RectangleGate")
        if box is not None and box.get("eventsInside", "1") == "1":
            yield Rectangle(parents, [_side(side) for side in box.iterfind(f"{GATING}dimension")])
        yield from _rectangles(population, (*parents, population.get("name", "")))


def _side(dimension: Element) -> Side:
    channel = dimension.find(f"{TYPES}fcs-dimension")
    low, high = (dimension.get(f"{GATING}{end}") for end in ("min", "max"))
    return Side(
        "" if channel is None else channel.get(f"{TYPES}name", ""),
        None if low is None else _finite(low),
        None if high is None else _finite(high),
    )


def _spillover(matrix: Element) -> Spillover:
    names = [p.get(f"{TYPES}name", "") for p in matrix.iterfind(f"{TYPES}parameters/{TYPES}parameter")]
    rows = [
        [_finite(cell.get(f"{TRANSFORMS}value", "")) for cell in row.iterfind(f"{TRANSFORMS}coefficient")]
        for row in matrix.iterfind(f"{TRANSFORMS}spillover")
    ]
    return Spillover(np.array(rows, dtype=np.float64), names)


def _finite(text: str) -> float:
    value = float(text)
    if not np.isfinite(value):
        message = f"{text!r} is no finite number"
        raise ValueError(message)
    return value
