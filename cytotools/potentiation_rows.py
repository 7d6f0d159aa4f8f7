"""Rows of comparisons.csv: the IC50 of an agent alone over that beside a fixed dose of its partner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cytotools.contrast_rows import COMPARISON_COLUMNS
from cytotools.experiments import condition_columns

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.combination_findings import PotentiationFinding

QUANTITY = "potentiation"


def potentiation_contrasts(found: Sequence[PotentiationFinding]) -> pd.DataFrame:
    """Return the shift of every potentiated curve with its p-value, all of them adjusted together after Holm."""
    import pandas as pd

    from blots.multiplicity import holm

    adjusted = holm([one.potentiation.p_value for one in found])
    frame = pd.DataFrame([_row(one, p) for one, p in zip(found, adjusted, strict=True)])
    named = condition_columns(frame, [name for name in frame.columns if name not in COMPARISON_COLUMNS])
    return frame.reindex(columns=[*named, *COMPARISON_COLUMNS])


def _row(found: PotentiationFinding, p_adjusted: float) -> dict[str, Any]:
    one, pair = found.potentiation, found.pair
    contrast = f"{pair.agent} alone against {pair.agent} with {pair.partner}"
    numbers = {"estimate": one.shift, "low": one.low, "high": one.high, "p_value": one.p_value}
    rest = {"p_adjusted": p_adjusted, "n": one.n, "caution": one.cautions}
    return (
        dict(pair.condition)
        | {"assay": pair.assay, "quantity": QUANTITY, "contrast": contrast, "scale": "ratio"}
        | numbers
        | rest
    )
