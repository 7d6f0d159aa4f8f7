"""Write quadrant gates as Gating-ML 2.0, by way of FlowKit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from io import BytesIO

from gating.errors import GatingError
from gating.gates import QuadrantGate
from gating.spillover import Spillover


def gating_ml(gates: Mapping[str, tuple[QuadrantGate, Spillover | None]]) -> bytes:
    """Return a Gating-ML 2.0 document that holds the gates under their names, each with its spillover matrix.

    Parameters
    ----------
    gates : mapping
        Under each name a gate in linear, compensated units and the matrix it was placed on (None: uncompensated).

    Returns
    -------
    bytes
        XML in UTF-8. Each gate is a true QuadrantGate under its `identifiers` name, with four quadrants called after
        the populations (`ECA109_batch_1.live`).

    Raises
    ------
    GatingError
        There is no gate.

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
    import flowkit

    if not gates:
        raise GatingError("gates.xml", expected="at least one gate", got="none", remedy="Gate a sample first.")
    strategy = flowkit.GatingStrategy()
    references: dict[tuple[object, ...], str] = {}
    for name, (gate, spillover) in zip(identifiers(gates), gates.values(), strict=True):
        reference = _reference(strategy, spillover, references)
        dividers = [
            flowkit.QuadrantDivider(f"{name}.{axis}", channel, _used(channel, spillover, reference), [threshold])
            for axis, channel, threshold in (
                ("annexin", gate.annexin, gate.annexin_threshold),
                ("dye", gate.dye, gate.dye_threshold),
            )
        ]
        strategy.add_gate(flowkit.gates.QuadrantGate(name, dividers, _quadrants(name, gate)), ("root",))
    stream = BytesIO()
    flowkit.export_gatingml(strategy, stream)
    return stream.getvalue()


def identifiers(names: Iterable[str]) -> list[str]:
    """Return the names as XML identifiers, each once: other signs than letters, digits and - . become underscores.

    Examples
    --------
    >>> identifiers(["ECA109, batch 1", "ECA109; batch 1", "7"])
    ['ECA109_batch_1', 'ECA109_batch_1_2', 'gate_7']
    """
    found: list[str] = []
    for name in names:
        base = re.sub(r"[^A-Za-z0-9.-]+", "_", name).strip("_") or "gate"
        base = base if base[0].isalpha() else f"gate_{base}"
        tries = (base if k == 1 else f"{base}_{k}" for k in range(1, len(found) + 2))
        found.append(next(label for label in tries if label not in found))
    return found


def _reference(strategy: object, spillover: Spillover | None, known: dict[tuple[object, ...], str]) -> str:
    """Add a matrix to the document, once however many gates share it, and return its name."""
    import flowkit

    if spillover is None:
        return "uncompensated"
    key = (spillover.channels, spillover.matrix.tobytes())
    if key not in known:
        known[key] = f"spillover_{len(known) + 1}"
        # FlowKit writes nameless fluorochromes as an empty attribute, which the schema forbids.
        matrix = flowkit.Matrix(spillover.matrix, list(spillover.channels), fluorochromes=list(spillover.channels))
        strategy.add_comp_matrix(known[key], matrix)  # type: ignore[attr-defined]
    return known[key]


def _used(channel: str, spillover: Spillover | None, reference: str) -> str:
    return reference if spillover is not None and channel in spillover.channels else "uncompensated"


def _quadrants(name: str, gate: QuadrantGate) -> list[object]:
    import flowkit

    annexin, dye = (gate.annexin_threshold, None), (gate.dye_threshold, None)
    below_annexin, below_dye = (None, gate.annexin_threshold), (None, gate.dye_threshold)
    sides = {
        "live": (below_annexin, below_dye),
        "early_apoptotic": (annexin, below_dye),
        "late_apoptotic": (annexin, dye),
        "necrotic": (below_annexin, dye),
    }
    references = [f"{name}.annexin", f"{name}.dye"]
    return [
        flowkit.gates.Quadrant(f"{name}.{population}", references, list(ranges)) for population, ranges in sides.items()
    ]
