"""Assays that should agree, held against each other under the same conditions."""

from __future__ import annotations

CONCORDANCE_COLUMNS = ("hours", "assay", "quantity", "value", "low", "high", "agrees", "reason", "n", "caution")
