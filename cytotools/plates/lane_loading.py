"""Volumes of lysate, diluent and Laemmli buffer that put equal protein on every lane, from BCA concentrations.

The rule. All lanes have one mass and one volume. The mass is the largest, up to `highest_ug`, that the weakest sample
reaches within the volume of a lane; a sample that can't reach `lowest_ug` is named and not loaded, since it would hold
all others back. The volume is the smallest that holds the weakest sample with its buffer. Volumes are those of a
pipette, in steps of 0.1 ul.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cytotools.conditions import CONDITION_COLUMNS
from cytotools.doses.cautions import join
from cytotools.errors import refusal
from cytotools.plates.cautions import caution

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
STEP_UL = 0.1
SMALLEST_UL = 1.0  # below it pipettes err by several percent
UG_PER_UL = {"ug/mL": 1e-3, "mg/mL": 1.0, "ug/uL": 1.0, "g/L": 1.0, "mg/L": 1e-3, "ng/uL": 1e-3, "ng/mL": 1e-6}
LOAD_COLUMNS = ("sample", "sample_ul", "diluent_ul", "buffer_ul", "lane_ul", "protein_ug", "low", "high", "caution")


@dataclass(frozen=True)
class LoadingPlan:
    """How lanes are to be loaded.

    Protein a lane, how concentrated the sample buffer is (4 for 4x Laemmli), and what a lane holds at most.
    """

    lowest_ug: float = 20.0
    highest_ug: float = 30.0
    buffer_strength: float = 4.0
    largest_lane_ul: float = 20.0

    def __post_init__(self) -> None:
        """Refuse what can't be loaded."""
        masses = 0 < self.lowest_ug <= self.highest_ug < math.inf
        if not (masses and 1 < self.buffer_strength < math.inf and 0 < self.largest_lane_ul < math.inf):
            expected = "0 < lowest_ug <= highest_ug, a buffer above 1x and a lane volume above 0"
            raise refusal("protein loads", "plan", expected, str(self), "Correct it.")

    @property
    def most_buffer_ul(self) -> float:
        """Return the buffer of the fullest lane, in whole steps."""
        return math.floor(self.largest_lane_ul / self.buffer_strength / STEP_UL + 1e-9) * STEP_UL

    def room_ul(self, buffer_ul: float) -> float:
        """Return how much sample and diluent go with a volume of buffer."""
        return buffer_ul * (self.buffer_strength - 1.0)


def protein_loads(concentrations: pd.DataFrame, plan: LoadingPlan = LoadingPlan()) -> pd.DataFrame:
    """Return what to pipette for each sample.

    Parameters
    ----------
    concentrations : DataFrame
        Rows of concentrations.csv of assay bca (others are passed over).
    plan : LoadingPlan
        Mass and volume of a lane.

    Returns
    -------
    DataFrame
        The condition columns, then `sample, sample_ul, diluent_ul, buffer_ul, lane_ul, protein_ug, low, high, caution`:
        the protein that the rounded volume holds with its 95 % interval, which has the error of the concentration and
        not that of pipetting. NaN volumes where a sample is not loaded; the caution says why: too
        little protein, or a concentration that is not known or not a mass in a volume.

    Examples
    --------
    >>> import pandas as pd
    >>> bca = pd.DataFrame({"assay": "bca", "sample": ["a", "b", "c"], "unit": "ug/mL",
    ...                     "concentration": [2000.0, 5200.0, 900.0], "low": [1900.0, 5000.0, 850.0],
    ...                     "high": [2100.0, 5400.0, 950.0]})
    >>> protein_loads(bca)[["sample", "sample_ul", "diluent_ul", "buffer_ul", "protein_ug"]].round(2).to_dict("records")
    [{'sample': 'a', 'sample_ul': 15.0, 'diluent_ul': 0.0, 'buffer_ul': 5.0, 'protein_ug': 30.0},
     {'sample': 'b', 'sample_ul': 5.8, 'diluent_ul': 9.2, 'buffer_ul': 5.0, 'protein_ug': 30.16},
     {'sample': 'c', 'sample_ul': nan, 'diluent_ul': nan, 'buffer_ul': nan, 'protein_ug': nan}]
    """
    import pandas as pd

    rows = concentrations[concentrations["assay"] == "bca"].to_dict("records")
    factors = np.array([UG_PER_UL.get(str(row["unit"]), np.nan) for row in rows], dtype=np.float64)
    measured = np.array([row["concentration"] for row in rows], dtype=np.float64) * factors
    most = measured * plan.room_ul(plan.most_buffer_ul)
    volumes, buffer = _volumes(measured, most, plan)
    conditions = [name for name in CONDITION_COLUMNS if name in concentrations]
    found: list[dict[str, Any]] = []
    for row, factor, volume, largest in zip(rows, factors, volumes.tolist(), most.tolist(), strict=True):
        of_sample = _on_sample(volume, largest, plan) if factor == factor else _on_unit(str(row["unit"]))
        said = join(of_sample, str(row.get("caution", "") or ""))
        limits = (factor * row[name] for name in ("concentration", "low", "high"))
        held = dict(zip(("protein_ug", "low", "high"), (volume * limit for limit in limits), strict=True))
        head = {name: row[name] for name in (*conditions, "sample")}
        found.append(head | _lane(volume, buffer, plan) | held | {"caution": said})
    return pd.DataFrame(found, columns=[*conditions, *LOAD_COLUMNS])


def _volumes(measured: FloatArray, most: FloatArray, plan: LoadingPlan) -> tuple[FloatArray, float]:
    """Return the volume of each sample, NaN where it is not loaded, and that of the buffer in every lane."""
    loaded = most >= plan.lowest_ug * (1.0 - 1e-9)
    mass = min(plan.highest_ug, float(np.min(most[loaded], initial=np.inf)))
    volumes = np.where(loaded, np.round(mass / measured / STEP_UL) * STEP_UL, np.nan)
    largest = float(np.max(volumes[loaded], initial=0.0))
    buffer = math.ceil(largest / plan.room_ul(STEP_UL) - 1e-9) * STEP_UL
    buffer = min(buffer, plan.most_buffer_ul)
    return np.minimum(volumes, plan.room_ul(buffer)), buffer


def _lane(volume_ul: float, buffer_ul: float, plan: LoadingPlan) -> dict[str, float]:
    """Return what is pipetted for one lane, all NaN where the sample is not loaded."""
    if math.isnan(volume_ul):
        return dict.fromkeys(("sample_ul", "diluent_ul", "buffer_ul", "lane_ul"), math.nan)
    room = plan.room_ul(buffer_ul)
    lane = {"sample_ul": volume_ul, "diluent_ul": room - volume_ul, "buffer_ul": buffer_ul, "lane_ul": room + buffer_ul}
    return {name: round(value, 3) for name, value in lane.items()}


def _on_sample(volume_ul: float, most_ug: float, plan: LoadingPlan) -> str:
    if math.isnan(most_ug):
        return caution("not_loaded", "its concentration is not known")
    if math.isnan(volume_ul):
        return caution("not_loaded", f"a lane holds {most_ug:.3g} ug of it at most, less than {plan.lowest_ug:g} ug")
    return caution("small_volume", f"{volume_ul:.1f} ul") if volume_ul < SMALLEST_UL else ""


def _on_unit(unit: str) -> str:
    words = f"its standards have {f'the unit {unit}' if unit else 'no unit'}, not one of {', '.join(UG_PER_UL)}"
    return caution("not_loaded", words)
