"""FCS files to Annexin V / PI quadrants: read, compensate, clean, place thresholds from controls, count, draw."""

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
