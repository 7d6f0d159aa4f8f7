"""Why a line does not respond to a Smac mimetic: each mechanism graded by what was measured."""

from __future__ import annotations

RESISTANCE_COLUMNS = (
    "cell_line",
    "arm",
    "compound",
    "mechanism",
    "grade",
    "evidence",
    "quantity",
    "value",
    "low",
    "high",
    "n",
    "next_experiment",
    "source",
    "caution",
)
