"""Write curved quadrant gates as Gating-ML 2.0: a polygon for the positive side of each divider, and how far it is off.

The standard has no curve, so straight segments stand in its place. The four populations are Boolean gates of the two
polygons: each event lies in exactly one of them, whatever a program makes of a point on a polygon's edge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gating.dividers import CurvedQuadrantGate
from gating.errors import GatingError, InvalidGate
from gating.events import Events
from gating.exchange.gating_ml import (
    DIVIDERS,
    SIDES,
    add_matrices,
    add_transformations,
    identifiers,
    labels,
    reference_of,
)
from gating.exchange.markup import add, document, number, root
from gating.exchange.polygon_error import PolygonError, polygon_error
from gating.exchange.segments import Segments, segments
from gating.exchange.transformations import Transformation
from gating.spillover import Spillover

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    import numpy as np
    from numpy.typing import NDArray

TOLERANCE = 1e-3  # of the divider's own value


@dataclass(frozen=True, eq=False)
class PolygonGates:
    """A Gating-ML 2.0 document of curved gates, and the error of each gate under its name."""

    xml: bytes
    errors: Mapping[str, PolygonError]


def curved_gating_ml(
    gates: Mapping[str, tuple[CurvedQuadrantGate, Spillover | None]],
    tubes: Mapping[str, Sequence[Events]] | None = None,
    transformations: Mapping[str, Transformation] | None = None,
    tolerance: float = TOLERANCE,
) -> PolygonGates:
    """Return a Gating-ML 2.0 document with curved gates as polygons, and the error of the approximation.

    Parameters
    ----------
    gates : mapping
        Under each name a gate in linear, compensated units and the matrix it was placed on (None: uncompensated).
    tubes : mapping of gate name to events, optional
        The tubes on which events that change their population are counted; uncompensated ones are compensated with
        the gate's matrix, as a reader of the document does.
    transformations : mapping of channel to FAsinh or Logicle, optional
        The scale on which a channel's polygons are written; default linear.
    tolerance : float
        The largest distance allowed between segment and divider, as a part of the divider's value (or of its level,
        where that is larger).

    Returns
    -------
    PolygonGates
        `.xml`, the same bytes for the same input, and `.errors`. A gate has two PolygonGates, the positive sides of its
        dividers (`batch_1.annexin`, `batch_1.dye`), and a BooleanGate a population (`batch_1.live`). Name, equation and
        error stand in the `custom_info` of the polygons. Their far sides lie at 1e12 linear units on either side of 0.

    Raises
    ------
    GatingError
        There is no gate, a tube belongs to none, or a tube holds events beyond the polygons or without a number.
    InvalidGate
        A divider leaves the polygons, or the tolerance is no fraction between 1e-6 and 0.1.

    References
    ----------
    Spidlen J et al. ISAC's Gating-ML 2.0 data exchange standard for gating description. Cytometry A 87:683 (2015),
    doi 10.1002/cyto.a.22690.

    Examples
    --------
    >>> from gating.dividers import CurvedDivider, StraightDivider
    >>> gate = CurvedQuadrantGate("FITC-A", StraightDivider(900.0), "PE-A", CurvedDivider(level=500.0, spread=4.0))
    >>> written = curved_gating_ml({"batch 1": (gate, None)})
    >>> b"PolygonGate" in written.xml, written.errors["batch 1"].dye_gap <= 0.001
    (True, True)
    """
    tubes = tubes or {}
    _require_sense(gates, tubes, tolerance)
    page = root("gating:Gating-ML")
    names = identifiers(gates)
    taken = {label for name in names for label in labels(name)}
    channels = [channel for gate, _ in gates.values() for channel in (gate.annexin, gate.dye)]
    scales = add_transformations(page, transformations or {}, channels, taken)
    references = add_matrices(page, [spillover for _, spillover in gates.values()], taken)
    errors = {}
    for identifier, (name, (gate, spillover)) in zip(names, gates.items(), strict=True):
        pair = _both(gate, {channel: scale for channel, (_, scale) in scales.items()}, tolerance)
        errors[name] = polygon_error(gate, spillover, pair, tubes.get(name, ()))
        notes = _notes(name, gate, errors[name])
        for divider, side, note in zip(DIVIDERS, pair, notes, strict=True):
            dimensions = [
                (channel, reference_of(channel, spillover, references), scales.get(channel, ("", None))[0])
                for channel in (gate.annexin, gate.dye)
            ]
            _add_polygon(page, f"{identifier}.{divider}", note, dimensions, side.polygon(swapped=divider == "annexin"))
        _add_populations(page, identifier)
    return PolygonGates(document(page), errors)


def _require_sense(
    gates: Mapping[str, tuple[CurvedQuadrantGate, Spillover | None]],
    tubes: Mapping[str, Sequence[Events]],
    tolerance: float,
) -> None:
    if not gates:
        raise GatingError("gates.xml", expected="at least one gate", got="none", remedy="Gate a sample first.")
    stray = [name for name in tubes if name not in gates]
    if stray:
        raise GatingError(
            stray[0], expected=f"tubes of {', '.join(gates)}", got="tubes of no gate", remedy="Name the gate."
        )
    if not 1e-6 <= tolerance <= 0.1:
        raise InvalidGate(
            "the polygons' tolerance",
            expected="a fraction from 1e-6 to 0.1",
            got=str(tolerance),
            remedy="Take 0.001: a thousandth of the divider's value.",
        )


def _both(
    gate: CurvedQuadrantGate, scales: Mapping[str, Transformation], tolerance: float
) -> tuple[Segments, Segments]:
    """Return the segments of both dividers (Annexin V, dye)."""
    annexin, dye = scales.get(gate.annexin), scales.get(gate.dye)
    return (
        segments(gate.annexin_divider, annexin, dye, tolerance),
        segments(gate.dye_divider, dye, annexin, tolerance),
    )


def _notes(name: str, gate: CurvedQuadrantGate, error: PolygonError) -> tuple[dict[str, str], dict[str, str]]:
    """Return the custom_info of both polygons."""
    equations = (
        f"{gate.annexin} >= {gate.annexin_divider.equation}, other channel {gate.dye}",
        f"{gate.dye} >= {gate.dye_divider.equation}, other channel {gate.annexin}",
    )
    first, second = ({"name": name, "divider": text, "error": error.words} for text in equations)
    return first, second


def _add_polygon(
    page: Element,
    identifier: str,
    note: Mapping[str, str],
    dimensions: Sequence[tuple[str, str, str]],
    vertices: NDArray[np.float64],
) -> None:
    element = add(page, "gating:PolygonGate", {"gating:id": identifier})
    add(element, "data-type:custom_info", {"name": note["name"]}).text = f"{note['divider']}. Error: {note['error']}."
    for channel, reference, scale in dimensions:
        attributes = {"gating:compensation-ref": reference} | ({"gating:transformation-ref": scale} if scale else {})
        line = add(element, "gating:dimension", attributes)
        add(line, "data-type:fcs-dimension", {"data-type:name": channel})
    for vertex in vertices.tolist():
        point = add(element, "gating:vertex")
        for value in vertex:
            add(point, "gating:coordinate", {"data-type:value": number(value)})


def _add_populations(page: Element, identifier: str) -> None:
    for population, sides in SIDES.items():
        element = add(page, "gating:BooleanGate", {"gating:id": f"{identifier}.{population}"})
        both = add(element, "gating:and")
        for divider, above in zip(DIVIDERS, sides, strict=True):
            place = {"gating:ref": f"{identifier}.{divider}"}
            add(both, "gating:gateReference", place | ({} if above else {"gating:use-as-complement": "true"}))
