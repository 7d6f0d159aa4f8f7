"""FCS files to Annexin V / PI quadrants: read, compensate, clean, place thresholds from controls, count, draw."""

from gating.compensation import compensate, spillover_from_controls
from gating.errors import GatingError, InvalidGate, MissingChannel, UnreadableFcs, UnusableControl
from gating.events import Channel, Events
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
    "compensate",
    "count_quadrants",
    "gate_plate",
    "read_fcs",
    "spillover_from_controls",
    "write_fcs",
]
