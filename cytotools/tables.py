"""The tables that every run writes, and their columns after the condition columns: what programs outside rely on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: dict[str, tuple[str, ...]] = {
    "quadrants": (
        "file",
        "role",
        "population",
        "events",
        "parent_events",
        "file_events",
        "counted_fraction",
        "fraction",
        "low",
        "high",
        "caution",
    ),
    "apoptosis": ("population", "n", "mean", "sd", "low", "high", "caution"),
    "comparisons": (
        "quantity",
        "contrast",
        "scale",
        "estimate",
        "low",
        "high",
        "p_value",
        "p_adjusted",
        "n",
        "caution",
    ),
    "kinetics": ("transition", "rate_per_hour", "low", "high", "n", "caution"),
    "thresholds": ("batch", "cell_line", "file", "channel", "threshold", "low", "high", "basis", "caution"),
    "evidence": (
        "batch",
        "cell_line",
        "file",
        "channel",
        "separation",
        "negative_shift",
        "positive_shift",
        "misfit",
    ),
    "compensation": (
        "batch",
        "cell_line",
        "source",
        "detector",
        "applied",
        "measured",
        "low",
        "high",
        "residual_slope",
        "residual_low",
        "residual_high",
        "method",
        "caution",
    ),
    "cleanup": ("file", "step", "population", "lost_events", "lost_fraction", "caution"),
    "debris_sensitivity": (
        "file",
        "population",
        "limit_factor",
        "debris_limit",
        "events",
        "parent_events",
        "counted_fraction",
        "caution",
    ),
    "sensitivity": (
        "file",
        "quantile",
        "annexin_threshold",
        "dye_threshold",
        "population",
        "counted_fraction",
        "caution",
    ),
    "artefacts": (
        "batch",
        "cell_line",
        "check",
        "file",
        "statistic",
        "value",
        "low",
        "high",
        "limit",
        "raised",
        "caution",
    ),
    "bands": (
        "membrane",
        "image",
        "lane",
        "target",
        "x",
        "y",
        "volume",
        "low",
        "high",
        "detection_limit",
        "below_detection",
        "saturated_fraction",
        "method_spread",
        "kda",
        "caution",
    ),
    "error_budget": (
        "membrane",
        "image",
        "lane",
        "target",
        "noise",
        "background",
        "overlap",
        "shape",
        "truncation",
        "saturation",
        "geometry",
    ),
    "molecular_weight": (
        "membrane",
        "image",
        "target",
        "kda",
        "low",
        "high",
        "expected_kda",
        "rungs",
        "n",
        "caution",
    ),
    "linear_range": (
        "membrane",
        "image",
        "target",
        "lanes",
        "used",
        "response",
        "lowest_ug",
        "highest_ug",
        "lowest_volume",
        "highest_volume",
        "slope",
        "slope_low",
        "slope_high",
        "intercept",
        "intercept_low",
        "intercept_high",
        "half_saturation_ug",
        "half_saturation_low",
        "half_saturation_high",
        "departure",
        "departure_low",
        "departure_high",
        "residual_cv",
        "n",
        "caution",
    ),
    "linearised": (
        "membrane",
        "image",
        "lane",
        "target",
        "response",
        "measured_volume",
        "volume",
        "low",
        "high",
        "detection_limit",
        "below_detection",
        "equivalent_ug",
        "equivalent_low",
        "equivalent_high",
        "caution",
    ),
    "normalised": ("membrane", "lane", "target", "loading_control", "log_ratio", "low", "high", "censored", "caution"),
    "time_course": ("target", "loading_control", "hours", "n", "fold_change", "low", "high", "caution"),
    "abundance": ("target", "cell_line", "reference", "ratio", "low", "high", "n", "caution"),
    "cleavage": ("target", "cleaved_fraction", "low", "high", "n", "caution"),
    "loading": (
        "loading_control",
        "question",
        "against",
        "target",
        "hours",
        "estimate",
        "low",
        "high",
        "p_value",
        "p_adjusted",
        "n",
        "caution",
    ),
    "rebound": (
        "target",
        "loading_control",
        "verdict",
        "nadir_hours",
        "nadir_fold",
        "nadir_low",
        "nadir_high",
        "rebound_fold",
        "low",
        "high",
        "p_value",
        "p_adjusted",
        "n",
        "possible_nadir_hours",
        "caution",
    ),
    "cautions": ("severity", "assay", "file", "place", "code", "caution", "remedy"),
}


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as dictionaries by column name.

    Examples
    --------
    >>> import pandas as pd
    >>> rows_of(pd.DataFrame({"lane": [1, 2]}))
    [{'lane': 1}, {'lane': 2}]
    """
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def complete(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return every table of a run in the order above: those given, and a header alone for the others.

    Examples
    --------
    >>> complete({})["rebound"].shape[0]
    0
    """
    import pandas as pd

    return {
        name: tables[name] if name in tables else pd.DataFrame(columns=list(columns))
        for name, columns in COLUMNS.items()
    }
