"""FCS files to Annexin V / PI quadrants: read, compensate, clean, place thresholds from controls, count, draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gating.compensation import compensate, spillover_from_controls
    from gating.curved_quadrants import count_curved
    from gating.divider_fit import fit_curved_gate
    from gating.dividers import CurvedDivider, CurvedQuadrantGate, OffsetDivider, StraightDivider
    from gating.errors import GatingError, InvalidGate, MissingChannel, UnreadableFcs, UnusableControl
    from gating.events import Channel, Events
    from gating.exchange.event_masks import event_masks
    from gating.exchange.flowjo import flowjo_workspace
    from gating.exchange.gating_ml import gating_ml
    from gating.exchange.polygons import curved_gating_ml
    from gating.exchange.populations import write_populations
    from gating.exchange.read_gates import read_gates
    from gating.exchange.workspace_sample import WorkspaceSample
    from gating.fcs.read import read_fcs
    from gating.fcs.write import write_fcs
    from gating.gates import QuadrantGate
    from gating.plate import Plate, gate_plate
    from gating.quadrants import Quadrants, count_quadrants
    from gating.spillover import Spillover

__all__ = [
    "Channel",
    "CurvedDivider",
    "CurvedQuadrantGate",
    "Events",
    "GatingError",
    "InvalidGate",
    "MissingChannel",
    "OffsetDivider",
    "Plate",
    "QuadrantGate",
    "Quadrants",
    "Spillover",
    "StraightDivider",
    "UnreadableFcs",
    "UnusableControl",
    "WorkspaceSample",
    "compensate",
    "count_curved",
    "count_quadrants",
    "curved_gating_ml",
    "event_masks",
    "fit_curved_gate",
    "flowjo_workspace",
    "gate_plate",
    "gating_ml",
    "read_fcs",
    "read_gates",
    "spillover_from_controls",
    "write_fcs",
    "write_populations",
]

# A name is imported when it is first asked for: who reads a file does not wait for the gating of plates.
_HOME = {
    "Channel": "gating.events",
    "CurvedDivider": "gating.dividers",
    "CurvedQuadrantGate": "gating.dividers",
    "Events": "gating.events",
    "GatingError": "gating.errors",
    "InvalidGate": "gating.errors",
    "MissingChannel": "gating.errors",
    "OffsetDivider": "gating.dividers",
    "Plate": "gating.plate",
    "QuadrantGate": "gating.gates",
    "Quadrants": "gating.quadrants",
    "Spillover": "gating.spillover",
    "StraightDivider": "gating.dividers",
    "UnreadableFcs": "gating.errors",
    "UnusableControl": "gating.errors",
    "WorkspaceSample": "gating.exchange.workspace_sample",
    "compensate": "gating.compensation",
    "count_curved": "gating.curved_quadrants",
    "count_quadrants": "gating.quadrants",
    "curved_gating_ml": "gating.exchange.polygons",
    "event_masks": "gating.exchange.event_masks",
    "fit_curved_gate": "gating.divider_fit",
    "flowjo_workspace": "gating.exchange.flowjo",
    "gate_plate": "gating.plate",
    "gating_ml": "gating.exchange.gating_ml",
    "read_fcs": "gating.fcs.read",
    "read_gates": "gating.exchange.read_gates",
    "spillover_from_controls": "gating.compensation",
    "write_fcs": "gating.fcs.write",
    "write_populations": "gating.exchange.populations",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        message = f"module 'gating' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
