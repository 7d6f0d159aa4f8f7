"""The layouts of the sample study's plates, as rows of a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.plates.simulate import SimulatedPlates

REPLICATES = (1, 2, 3)
ARMS = {"ECA109": "", "ECA109-Smac": "Smac"}
COLUMNS = ("well", "role", "cell_line", "arm", "compound", "dose", "dose_unit")


def vehicle(name: str, unit: str) -> dict[str, Any]:
    """Return what a vehicle well holds."""
    return {"role": "vehicle", "compound": name, "dose": 0.0, "dose_unit": unit}


def laid_out(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as a layout with every condition column that the simulator reads."""
    import pandas as pd

    empty = {"cell_line": "", "arm": "", "compound": "", "dose": np.nan, "dose_unit": ""}
    return pd.DataFrame([empty | row for row in rows])


def write_sheet(layout: pd.DataFrame, path: Path, columns: Sequence[str] = COLUMNS) -> None:
    """Write a layout as a person would: numbers without needless decimals."""
    words = layout[list(columns)].map(lambda v: "" if v != v else f"{v:g}" if isinstance(v, float) else v)
    words.to_csv(path, index=False, lineterminator="\n")


def wells_of(plates: SimulatedPlates, replicate: int) -> pd.DataFrame:
    """Return the wells of one experiment."""
    return plates.wells[plates.wells["replicate"] == str(replicate)]
