"""The hour of each treatment and assay with the largest effect that is well resolved."""

from __future__ import annotations

END_POINT_COLUMNS = ("assay", "quantity", "hours", "estimate", "low", "high", "as_good", "tested_hours", "n", "caution")
