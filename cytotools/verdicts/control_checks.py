"""Controls and harvest times, judged before the effects that rest on them."""

from __future__ import annotations

CONTROL_COLUMNS = ("hours", "assay", "check", "verdict", "value", "low", "high", "limit", "n", "remedy", "caution")
