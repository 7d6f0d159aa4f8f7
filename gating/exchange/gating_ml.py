"""Write quadrant gates as Gating-ML 2.0."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from gating.errors import GatingError
from gating.exchange.markup import add, document, number, numbered, root
from gating.exchange.transformations import Transformation
from gating.gates import QuadrantGate
from gating.spillover import Spillover

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

UNCOMPENSATED = "uncompensated"
DIVIDERS = ("annexin", "dye")
# Which side of (Annexin V, dye) each population lies on.
SIDES = {
    "live": (False, False),
    "early_apoptotic": (True, False),
    "late_apoptotic": (True, True),
    "necrotic": (False, True),
}
RESERVED = frozenset({"root", "FCS", UNCOMPENSATED})  # words that the standard and FlowKit keep for themselves


def gating_ml(
    gates: Mapping[str, tuple[QuadrantGate, Spillover | None]],
    transformations: Mapping[str, Transformation] | None = None,
) -> bytes:
    """Return a Gating-ML 2.0 document that holds the gates under their names, each with its spillover matrix.

    Parameters
    ----------
    gates : mapping
        Under each name a gate in linear, compensated units and the matrix it was placed on (None: uncompensated).
    transformations : mapping of channel to FAsinh or Logicle, optional
        The scale on which a channel's thresholds are written; default linear, which needs none and loses nothing
        (a scale rounds, so that two values that differ in their last digit may fall together).

    Returns
    -------
    bytes
        XML in UTF-8, the same for the same gates. Each gate is a true QuadrantGate under its `identifiers` name, with
        four quadrants called after the populations (`ECA109_batch_1.live`); the name as given stands in its
        `custom_info`.

    Raises
    ------
    GatingError
        There is no gate, or a name can't stand in XML.

    References
    ----------
    Spidlen J et al. ISAC's Gating-ML 2.0 data exchange standard for gating description. Cytometry A 87:683 (2015),
    doi 10.1002/cyto.a.22690.

    Examples
    --------
    >>> gate = QuadrantGate(annexin="FITC-A", annexin_threshold=900.0, dye="PE-A", dye_threshold=700.0)
    >>> b"QuadrantGate" in gating_ml({"batch 1": (gate, None)})
    True
    """
    if not gates:
        raise GatingError("gates.xml", expected="at least one gate", got="none", remedy="Gate a sample first.")
    page = root("gating:Gating-ML")
    names = identifiers(gates)
    taken = {label for name in names for label in labels(name)}
    channels = [channel for gate, _ in gates.values() for channel in (gate.annexin, gate.dye)]
    scales = add_transformations(page, transformations or {}, channels, taken)
    references = add_matrices(page, [spillover for _, spillover in gates.values()], taken)
    for identifier, (name, (gate, spillover)) in zip(names, gates.items(), strict=True):
        _add_gate(page, identifier, name, gate, spillover, references, scales)
    return document(page)


def identifiers(names: Iterable[str]) -> list[str]:
    """Return the names as XML identifiers, each once: other signs than letters, digits and - . become underscores.

    Examples
    --------
    >>> identifiers(["ECA109, batch 1", "ECA109; batch 1", "7"])
    ['ECA109_batch_1', 'ECA109_batch_1_2', 'gate_7']
    """
    found: list[str] = []
    taken = set(RESERVED)
    for name in names:
        base = re.sub(r"[^A-Za-z0-9.-]+", "_", name).strip("_") or "gate"
        base = base if base[0].isalpha() else f"gate_{base}"
        tries = (base if k == 1 else f"{base}_{k}" for k in range(1, sys.maxsize))
        found.append(next(label for label in tries if taken.isdisjoint(labels(label))))
        taken.update(labels(found[-1]))
    return found


def labels(identifier: str) -> list[str]:
    """Return every label that a gate uses up: a document has one space of names for all its parts."""
    return [identifier, *(f"{identifier}.{part}" for part in (*DIVIDERS, *SIDES))]


def add_transformations(
    page: Element,
    transformations: Mapping[str, Transformation],
    channels: Iterable[str],
    taken: set[str],
) -> dict[str, tuple[str, Transformation]]:
    """Add the scale of each of these channels; return its label and itself under the channel."""
    used = set(channels)
    scales: dict[str, tuple[str, Transformation]] = {}
    for channel, scale in transformations.items():
        if channel not in used:
            continue
        label = numbered(taken, "scale")
        taken.add(label)
        scales[channel] = label, scale
        tag, parameters = scale.element
        holder = add(page, "transforms:transformation", {"transforms:id": label})
        add(holder, f"transforms:{tag}", {f"transforms:{key}": number(v) for key, v in parameters.items()})
    return scales


def add_matrices(page: Element, spillovers: Iterable[Spillover | None], taken: set[str]) -> dict[object, str]:
    """Add each matrix once, however many gates share it; return the labels under the matrices' keys."""
    references: dict[object, str] = {}
    for spillover in spillovers:
        if spillover is None or _key(spillover) in references or _is_no_matrix(spillover):
            continue
        label = numbered(taken, "spillover")
        taken.add(label)
        references[_key(spillover)] = label
        matrix = add(page, "transforms:spectrumMatrix", {"transforms:id": label})
        for part in ("fluorochromes", "detectors"):
            listed = add(matrix, f"transforms:{part}")
            for channel in spillover.channels:
                add(listed, "data-type:fcs-dimension", {"data-type:name": channel})
        for row in spillover.matrix:
            spectrum = add(matrix, "transforms:spectrum")
            for value in row:
                add(spectrum, "transforms:coefficient", {"transforms:value": number(value)})
    return references


def reference_of(channel: str, spillover: Spillover | None, references: Mapping[object, str]) -> str:
    """Return the label of the matrix that compensates a channel."""
    inside = spillover is not None and channel in spillover.channels
    return references.get(_key(spillover), UNCOMPENSATED) if spillover and inside else UNCOMPENSATED


def _key(spillover: Spillover) -> object:
    return spillover.channels, spillover.matrix.tobytes()


def _is_no_matrix(spillover: Spillover) -> bool:
    """Say whether a matrix of one channel changes nothing; the schema wants at least two channels in a matrix."""
    if len(spillover.channels) > 1:
        return False
    if not spillover.is_identity:
        raise GatingError(
            "gates.xml",
            expected="a spillover matrix of two channels or more",
            got=f"one of {spillover.channels[0]} alone",
            remedy="Write the matrix with all its channels.",
        )
    return True


def _add_gate(
    page: Element,
    identifier: str,
    name: str,
    gate: QuadrantGate,
    spillover: Spillover | None,
    references: Mapping[object, str],
    scales: Mapping[str, tuple[str, Transformation]],
) -> None:
    element = add(page, "gating:QuadrantGate", {"gating:id": identifier})
    add(element, "data-type:custom_info", {"name": name})
    values = []
    for divider, channel, threshold in (
        ("annexin", gate.annexin, gate.annexin_threshold),
        ("dye", gate.dye, gate.dye_threshold),
    ):
        reference = reference_of(channel, spillover, references)
        attributes = {"gating:id": f"{identifier}.{divider}", "gating:compensation-ref": reference}
        if channel in scales:
            label, scale = scales[channel]
            attributes["gating:transformation-ref"], threshold = label, scale(threshold)
        values.append(threshold)
        line = add(element, "gating:divider", attributes)
        add(line, "data-type:fcs-dimension", {"data-type:name": channel})
        add(line, "gating:value").text = number(threshold)
    for population, sides in SIDES.items():
        quadrant = add(element, "gating:Quadrant", {"gating:id": f"{identifier}.{population}"})
        for divider, value, above in zip(DIVIDERS, values, sides, strict=True):
            place = {"gating:divider_ref": f"{identifier}.{divider}", "gating:location": number(_beside(value, above))}
            add(quadrant, "gating:position", place)


def _beside(value: float, above: bool) -> float:
    """Return a point well on one side of a divider."""
    reach, largest = max(1.0, abs(value)), sys.float_info.max
    return min(value + reach, largest) if above else max(value - reach, -largest)
