"""A blot that was measured: the picture, where its bands lie, what was fitted, how wrong it may be, and bands.csv."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from blots.blot import Blot
from blots.error_budget import ErrorBudget
from blots.lane_fits import LaneFits
from blots.layout import BlotGeometry


@dataclass(frozen=True, eq=False)
class MeasuredBlot:
    """All that a measurement leaves behind.

    `blot` stands upright (after quarter turns); `fits` is None where whole lanes were measured; `table` is bands.csv,
    its x and y in pixels of the image as stored.
    """

    blot: Blot
    geometry: BlotGeometry
    fits: LaneFits | None
    budget: ErrorBudget
    table: pd.DataFrame
