"""Read quadrant gates that another program, or an earlier run, has written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from gating.errors import GatingError
from gating.exchange.crosses import Rectangle, Side, crosses
from gating.exchange.flowjo_gates import workspace_samples
from gating.exchange.linear import smallest_value
from gating.exchange.markup import NAMESPACES
from gating.exchange.xml_files import read_xml
from gating.gates import QuadrantGate
from gating.spillover import Spillover

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

Compensation = Spillover | Literal["file"] | None
CUSTOM_INFO = f"{{{NAMESPACES['data-type']}}}custom_info"
IDENTITY = f"{{{NAMESPACES['gating']}}}id"
QUADRANT_GATE = f"{{{NAMESPACES['gating']}}}QuadrantGate"


@dataclass(frozen=True, eq=False)
class FoundGate:
    """A quadrant gate of a file.

    Attributes
    ----------
    gate : QuadrantGate
        In linear units; the first axis of the file's gate stands as Annexin V, the second as the dye.
    compensation : Spillover, "file" or None
        The matrix that the gate was drawn on: one that the gate file holds, the one of each FCS file, or none.
    sample : str
        The sample that the gate belongs to; empty where it serves any.
    parents : tuple of str
        Gates above it, which a quadrant gate does not hold.
    """

    gate: QuadrantGate
    compensation: Compensation = None
    sample: str = ""
    parents: tuple[str, ...] = ()


def read_gates(path: str | Path) -> dict[str, QuadrantGate]:
    """Return the quadrant gates of a Gating-ML 2.0 file or a FlowJo 10 workspace, under their names.

    Parameters
    ----------
    path : str or Path
        `gates.xml`, or a workspace (.wsp). Four rectangles that share a cross count as a quadrant gate, as FlowJo and
        CytoML write it.

    Returns
    -------
    dict of str to QuadrantGate
        Linear, compensated units; a threshold on another scale is brought back to the smallest value that reaches it.
        The first axis stands as Annexin V, the second as the dye.

    Raises
    ------
    GatingError
        No such file, no gate file, one with entities, or one without any quadrant gate.

    Examples
    --------
    >>> import tempfile
    >>> from gating.exchange.gating_ml import gating_ml
    >>> gate = QuadrantGate(annexin="FITC-A", annexin_threshold=900.0, dye="PE-A", dye_threshold=700.0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "gates.xml").write_bytes(gating_ml({"batch 1": (gate, None)}))
    ...     read_gates(Path(folder) / "gates.xml") == {"batch 1": gate}
    True
    """
    return {name: found.gate for name, found in find_gates(path).items()}


def find_gates(path: str | Path) -> dict[str, FoundGate]:
    """Return what `read_gates` does, with each gate's matrix, sample and parents.

    Raises
    ------
    GatingError
        As `read_gates`.
    """
    data, first = read_xml(path)
    name = Path(path).name
    found = _of_workspace(first, name) if first.tag == "Workspace" else _of_gating_ml(data, first, name)
    if not found:
        raise GatingError(
            name,
            expected="at least one quadrant gate on two channels",
            got="none",
            remedy="Draw a quadrant gate and export again, or set the thresholds in a sheet (`thresholds:`).",
        )
    return found


def _of_workspace(first: Element, name: str) -> dict[str, FoundGate]:
    found: dict[str, FoundGate] = {}
    for sample in workspace_samples(first, name):
        drawn = crosses(sample.rectangles)
        for cross in drawn:
            dimensions = [sample.dimension(side.channel) for side in cross.sides]
            compensation = _one_matrix([matrix for _, matrix in dimensions], cross.channels, name)
            gate = _gate([channel for channel, _ in dimensions], cross.thresholds)
            label = (
                sample.name if len(drawn) == 1 else "/".join([sample.name, *cross.parents, " by ".join(cross.channels)])
            )
            found[label] = FoundGate(gate, compensation, sample.name, cross.parents)
    return found


def _of_gating_ml(data: bytes, first: Element, name: str) -> dict[str, FoundGate]:
    strategy = parse(data, name)
    called = {e.get(IDENTITY): _given_name(e) for e in first.iter(QUADRANT_GATE)}
    found: dict[str, FoundGate] = {}
    rectangles: dict[str, tuple[Rectangle, list[Any]]] = {}
    for label, path, gate in _gates(strategy):
        dimensions = [d for d in gate.dimensions if _channel(d) is not None]
        if len(dimensions) != 2 or len(gate.dimensions) != 2:
            continue
        if gate.gate_type == "QuadrantGate" and all(len(d.values) == 1 for d in dimensions):
            thresholds = [_threshold(d.values[0], d, strategy, name) for d in dimensions]
            compensation = _one_matrix([_matrix(d, strategy, name) for d in dimensions], _channels(dimensions), name)
            given = called.get(label) or label
            found[given if given not in found else label] = FoundGate(
                _gate(_channels(dimensions), thresholds), compensation, "", path[1:]
            )
        elif gate.gate_type == "RectangleGate":
            rectangles[label] = Rectangle(path[1:], [_side(d) for d in dimensions]), dimensions
    for cross in crosses([rectangle for rectangle, _ in rectangles.values()]):
        dimensions = next(d for r, d in rectangles.values() if r is cross.first)
        thresholds = [_threshold(t, d, strategy, name) for t, d in zip(cross.thresholds, dimensions, strict=True)]
        compensation = _one_matrix([_matrix(d, strategy, name) for d in dimensions], _channels(dimensions), name)
        label = " by ".join([*cross.parents, *cross.channels])
        found[label] = FoundGate(_gate(_channels(dimensions), thresholds), compensation, "", cross.parents)
    return found


def parse(data: bytes, name: str) -> Any:
    """Return FlowKit's reading of a Gating-ML 2.0 document that `read_xml` has let through.

    Raises
    ------
    GatingError
        The document is not valid, or FlowKit can't read it.
    """
    import flowkit

    try:
        return flowkit.parse_gating_xml(BytesIO(data))
    except Exception as error:  # FlowKit lets errors of every kind through
        raise GatingError(
            name,
            expected="a valid Gating-ML 2.0 file or a FlowJo 10 workspace",
            got=f"one that can't be read ({' '.join(str(error).split()) or type(error).__name__})",
            remedy="Export the gates again as Gating-ML 2.0.",
        ) from error


def _gates(strategy: Any) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    """Yield name, path and gate, without the single quadrants of a quadrant gate."""
    from flowkit.exceptions import QuadrantReferenceError

    for label, path in strategy.get_gate_ids():
        try:
            yield label, path, strategy.get_gate(label, path)
        except QuadrantReferenceError:
            continue


def _given_name(element: Element) -> str:
    """Return the name that our own files keep beside the identifier."""
    info = element.find(CUSTOM_INFO)
    return "" if info is None else info.get("name", "")


def _channel(dimension: Any) -> str | None:
    """Return the channel of a dimension, None for a ratio of two."""
    label = getattr(dimension, "dimension_ref", None) or getattr(dimension, "id", None)
    return None if hasattr(dimension, "ratio_ref") else label


def _channels(dimensions: Sequence[Any]) -> list[str]:
    return [str(_channel(d)) for d in dimensions]


def _side(dimension: Any) -> Side:
    key = f"{dimension.compensation_ref} {dimension.transformation_ref} {_channel(dimension)}"
    return Side(str(_channel(dimension)), dimension.min, dimension.max, key)


def _matrix(dimension: Any, strategy: Any, name: str) -> Compensation:
    reference = dimension.compensation_ref
    if reference in (None, "uncompensated"):
        return None
    if reference == "FCS":
        return "file"
    matrix = _defined(strategy.comp_matrices, reference, name)
    return Spillover(np.asarray(matrix.matrix, dtype=np.float64), list(matrix.detectors))


def _defined(parts: Mapping[str, Any], reference: str, name: str) -> Any:
    if reference not in parts:
        raise GatingError(
            name,
            expected=f"a definition of {reference!r}",
            got="none",
            remedy="Export the gates again, with their compensation and scales.",
        )
    return parts[reference]


def _one_matrix(found: Sequence[Compensation], channels: Sequence[str], name: str) -> Compensation:
    """Return the matrix that serves both channels."""
    first, second = found
    if first is second or (isinstance(first, Spillover) and isinstance(second, Spillover) and _same(first, second)):
        return first
    for matrix, other, bare in ((first, second, channels[1]), (second, first, channels[0])):
        if isinstance(matrix, Spillover) and other is None and bare not in matrix.channels:
            return matrix
    raise GatingError(
        name,
        expected=f"one compensation for {channels[0]} and {channels[1]}",
        got="two different ones",
        remedy="Draw the quadrants on channels that are compensated by one matrix.",
    )


def _same(one: Spillover, other: Spillover) -> bool:
    return one.channels == other.channels and np.array_equal(one.matrix, other.matrix)


def _gate(channels: Sequence[str], thresholds: Sequence[float]) -> QuadrantGate:
    return QuadrantGate(channels[0], float(thresholds[0]), channels[1], float(thresholds[1]))


def _threshold(value: float, dimension: Any, strategy: Any, name: str) -> float:
    reference = dimension.transformation_ref
    return (
        value if reference is None else smallest_value(value, _defined(strategy.transformations, reference, name), name)
    )
