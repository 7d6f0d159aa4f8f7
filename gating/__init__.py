"""FCS files to Annexin V / PI quadrants: read, compensate, clean, place thresholds from controls, count, draw."""

from gating.compensation import compensate, spillover_from_controls
from gating.errors import GatingError, InvalidGate, MissingChannel, UnreadableFcs, UnusableControl
from gating.events import Channel, Events
from gating.exchange.event_masks import event_masks
from gating.exchange.flowjo import flowjo_workspace
from gating.exchange.gating_ml import gating_ml
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
    "Events",
    "GatingError",
    "InvalidGate",
    "MissingChannel",
    "Plate",
    "QuadrantGate",
    "Quadrants",
    "Spillover",
    "UnreadableFcs",
    "UnusableControl",
    "WorkspaceSample",
    "compensate",
    "count_quadrants",
    "event_masks",
    "flowjo_workspace",
    "gate_plate",
    "gating_ml",
    "read_fcs",
    "read_gates",
    "spillover_from_controls",
    "write_fcs",
    "write_populations",
]
