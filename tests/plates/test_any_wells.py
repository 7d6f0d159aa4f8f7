"""Whatever stands in a wells table, the rooms of plates answer with numbers and cautions, never with another error."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from cytotools.plates import (
    caspase_folds,
    correct_positions,
    find_interference,
    mark_outliers,
    plate_quality,
    position_effects,
    responses,
)

ROLES = ("blank", "standard", "untreated", "vehicle", "positive", "treated", "empty")
CELLS: dict[str, tuple[object, ...]] = {
    "compound": ("", "a", "b", "DMSO"),
    "dose": (np.nan, 0.0, 1.0, 10.0),
    "hours": (np.nan, 0.0, 24.0),
    "assay": ("caspase", "viability"),
    "plate": ("p", "q"),
    "replicate": ("", "1", "2"),
    "cell_line": ("", "A"),
    "said": ("", "OVRFLW"),
    "exclude": ("", "", "bubble; spilt"),
    "reference_signal": (np.nan, 0.1),
}


def any_wells(rng: np.random.Generator) -> pd.DataFrame:
    size = int(rng.integers(0, 40))
    names = [f"{'ABCDEFGH'[rng.integers(8)]}{rng.integers(1, 13)}" for _ in range(size)]
    signals = rng.choice([np.nan, 0.0, 1.0, -3.0, 1e7, 5.0, 5.1, 100.0], size)
    wells = pd.DataFrame({"well": names, "role": rng.choice(ROLES, size), "signal": signals})
    for name, values in CELLS.items():
        if rng.random() < 0.5:
            wells[name] = [values[i] for i in rng.integers(len(values), size=size)]
    return wells


def folds(wells: pd.DataFrame) -> pd.DataFrame:
    return caspase_folds(responses(wells).assign(assay="caspase"))


FUNCTIONS = (responses, folds, plate_quality, position_effects, correct_positions, mark_outliers, find_interference)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_any_wells_are_answered(function: Callable[[pd.DataFrame], object], rng: np.random.Generator) -> None:
    for _ in range(30):
        function(any_wells(rng))


def test_every_well_has_its_row(rng: np.random.Generator) -> None:
    for _ in range(20):
        wells = any_wells(rng)
        table = responses(wells)
        assert table["well"].tolist() == wells["well"].tolist()
        assert table["signal"].equals(wells["signal"].astype(float))
        told = table["response"].notna() | table["caution"].ne("") | ~table["role"].isin(["treated", "positive"])
        assert told.all()
