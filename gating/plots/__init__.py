"""Pictures of tubes, controls, plates and checks: the only rooms of this package that know matplotlib.

Each draws on the axes that the caller hands it.
"""

from gating.plots.artefacts import draw_trace
from gating.plots.controls import draw_controls
from gating.plots.plate_map import PLATE_MAP, PlateFormat, draw_plate_map, plate_format, well_position
from gating.plots.profiles import Profile, pooled_profile
from gating.plots.quadrants import draw_quadrants, shown_range
from gating.plots.words import Words

__all__ = [
    "PLATE_MAP",
    "PlateFormat",
    "Profile",
    "Words",
    "draw_controls",
    "draw_plate_map",
    "draw_quadrants",
    "draw_trace",
    "plate_format",
    "pooled_profile",
    "shown_range",
    "well_position",
]
