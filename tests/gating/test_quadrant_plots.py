"""Quadrant pictures, compared by their artists."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from gating import QuadrantGate
from gating.plots import draw_quadrants, shown_range
from gating.thresholds import Grid
from gating.transforms import Asinh, Logicle
from gating.tubes import Density

GATE = QuadrantGate(annexin="FITC-A", annexin_threshold=900.0, dye="PE-A", dye_threshold=700.0)
GRID = Grid(Asinh(150.0), -0.8, 3.4, bins=32)
DENSITY = Density(np.full((32, 32), 5), GRID, GRID)
SHARES = {"live": 0.705, "early_apoptotic": 0.2, "late_apoptotic": 0.075, "necrotic": 0.02}


@pytest.mark.parametrize("scale", [None, Logicle()])
def test_dividers_stand_at_the_thresholds_and_shares_in_their_corners(scale: Logicle | None) -> None:
    ax = Figure().add_subplot()
    draw_quadrants(ax, DENSITY, GATE, SHARES, scale=scale)
    across, up = ax.lines
    at = scale or GRID.scale
    assert across.get_xdata() == pytest.approx([float(at(900.0))] * 2)
    assert up.get_ydata() == pytest.approx([float(at(700.0))] * 2)
    corner = {text.get_text(): text.get_position() for text in ax.texts}
    assert corner == {"70.5 %": (0.03, 0.03), "20.0 %": (0.97, 0.03), "7.5 %": (0.97, 0.97), "2.0 %": (0.03, 0.97)}
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Annexin V (FITC-A)", "dead-cell dye (PE-A)")
    assert "0" in [tick.get_text() for tick in ax.get_xticklabels()]


def test_panels_share_a_range_that_shows_every_event() -> None:
    far = Density(np.pad(np.ones((1, 1), dtype=int), ((0, 31), (31, 0))), GRID, GRID)
    (left, right), (bottom, top) = shown_range([DENSITY, far])
    assert left < 0 < GRID.scale.inverse(3.3) < right
    assert bottom < 0 < top
