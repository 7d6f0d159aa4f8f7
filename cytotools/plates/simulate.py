r"""Simulated plates whose IC50s, responses and faults are known, for tests, benchmarks and the sample study.

The model of the signal of well w on the plate of experiment e, which holds dose x of a compound on a cell line:

    signal = saturate( blank + gain_e * field_w * control * r(x / f_e) * outlier_w * exp(u_w) + light * x + v_w )

r          the planted curve: the fraction of the control's response, any `PlantedCurve`
f_e        exp of a normal deviate with SD `ic50_sd`, for each line and compound and experiment, times one with SD
           `shared_ic50_sd` for each experiment alone: how the IC50 itself differs between experiments, so that the IC50
           of experiment e is that of the curve times f_e
gain_e     exp of a normal deviate with SD `gain_sd`: cells seeded, reagent and lamp of the day
field_w    1 - `edge_loss` in the outer wells, times 1 + `row_trend` (and `column_trend`) times the way from the middle
           of the plate to its last row (column), from -1/2 to 1/2
outlier_w  the factor of wells named in `outliers`, and of a share `outlier_rate` of wells drawn at random; else 1
u_w, v_w   normal deviates with SD `well_cv` (what grows with the cells) and `additive_sd` (what the reader adds)
light      light of the compound itself for each unit of its dose (a coloured drug), with and without cells
saturate   above `saturation` the reader writes OVRFLW in the place of a number

Where two agents stand together r is a `PlantedSurface`. Each combination and experiment has a factor of its own,
exp of a normal deviate with SD `combined_sd`, on both IC50s: on top of those of the agents alone where
`combined_follows` (one stock of each agent for the whole plate), else in their place (each curve pipetted for itself).

A blank well holds no cells, a vehicle or untreated well has r = the curve's top (1 where the line has no curve), an
empty well is not read. A `Reference` adds the second wavelength of an absorbance reader: what dims the well at
both wavelengths, and a share of the dye that absorbs there too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cytotools.plates.simulated_combinations import PlantedSurface, Potencies
from cytotools.plates.simulated_curves import PlantedCurve
from cytotools.plates.well_names import well_name, well_place

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
Treated = tuple[str, str]  # cell line and compound
Combined = tuple[str, str, str, str]  # cell line, compound, compound_2 and schedule, "" where there is none
OVERFLOW = "OVRFLW"
COMBINED_COLUMNS = ("cell_line", "compound", "compound_2", "schedule", "replicate", "potency_1", "potency_2")


@dataclass(frozen=True)
class Reference:
    """The reading at a second wavelength: its level in an empty well, the dye's share, and what both readings share.

    `shade_sd` is the SD of what dims a well at both wavelengths alike (scratches, bubbles, meniscus).
    """

    level: float = 0.045
    dye_share: float = 0.08
    shade_sd: float = 0.008


@dataclass(frozen=True)
class PlateModel:
    """Levels and errors of one assay on one reader, as the model of this module names them; signals in its unit."""

    blank: float = 400.0
    control: float = 60_000.0
    well_cv: float = 0.05
    additive_sd: float = 30.0
    ic50_sd: float = 0.15
    shared_ic50_sd: float = 0.0
    combined_sd: float = 0.15
    combined_follows: bool = False
    gain_sd: float = 0.10
    edge_loss: float = 0.0
    row_trend: float = 0.0
    column_trend: float = 0.0
    outlier_rate: float = 0.0
    outlier_factor: float = 0.4
    outliers: Mapping[tuple[str, str], float] = field(default_factory=dict)  # by replicate and well
    light: Mapping[str, float] = field(default_factory=dict)  # by compound, for each unit of dose
    saturation: float = float("inf")
    reference: Reference | None = None


@dataclass(frozen=True, eq=False)
class SimulatedPlates:
    """Plates and their truth.

    Attributes
    ----------
    wells : DataFrame
        The layout's columns for each experiment, `replicate` and `batch` filled, and `signal` (NaN where the reader
        gave none), `reference_signal`, `said`, `rows`, `columns`. `replicate` is the experiment, "1" and up.
    truth : DataFrame
        One row a well of `wells`: `replicate, plate, well, response` (planted, 1 is the control; NaN in blanks and
        empty wells) and `outlier` (its factor, 1 for none).
    ic50 : DataFrame
        One row a line, compound and experiment: `cell_line, compound, dose_unit, replicate, planted_ic50` (of the
        curve) and `drawn_ic50` (of this experiment).
    combined : DataFrame
        One row a surface and experiment: `cell_line, compound, compound_2, schedule, replicate, potency_1, potency_2`,
        by what factor the IC50 of each agent differs in this combination from that of its curve.
    """

    wells: pd.DataFrame
    truth: pd.DataFrame
    ic50: pd.DataFrame
    combined: pd.DataFrame


def simulate_plates(
    layout: pd.DataFrame,
    curves: Mapping[Treated, PlantedCurve],
    model: PlateModel | None = None,
    *,
    surfaces: Mapping[Combined, PlantedSurface] | None = None,
    experiments: int = 3,
    shape: tuple[int, int] = (8, 12),
    rng: np.random.Generator,
) -> SimulatedPlates:
    """Simulate the same layout in several independent experiments.

    Parameters
    ----------
    layout : DataFrame
        One row a well: `well`, `role`, `cell_line`, `compound`, `dose`, `dose_unit`, and where agents stand together
        `compound_2`, `dose_2`, `dose_unit_2` and `schedule`; further columns (`plate`, `hours`) are carried through.
    curves : mapping of (cell line, compound) to PlantedCurve
        The planted curve of each treated (and positive) line and compound, in the layout's unit of dose. Between
        experiments it moves along ln dose and keeps its shape.
    model : PlateModel, optional
        Levels and errors; those of a luminescence assay when absent.
    surfaces : mapping of (cell line, compound, compound_2, schedule) to PlantedSurface, optional
        What every two agents do together that stand in one well with doses above 0.
    experiments : int
        How many independent experiments.
    shape : tuple of int
        Rows and columns of the plate.
    rng : numpy.random.Generator
        The only source of chance: the same generator state gives the same plates.

    Returns
    -------
    SimulatedPlates

    Raises
    ------
    KeyError
        A treated line and compound has no curve, or two agents in one well no surface.

    Examples
    --------
    >>> from cytotools.plates.simulated_curves import Logistic
    >>> layout = plate_layout("HeLa", "cisplatin", [1.0, 3.0, 9.0], vehicle="saline")
    >>> plates = simulate_plates(layout, {("HeLa", "cisplatin"): Logistic(3.0)}, rng=np.random.default_rng(1))
    >>> plates.wells[["well", "role", "compound", "replicate"]].iloc[6].tolist()
    ['B8', 'treated', 'cisplatin', '1']
    >>> plates.ic50["planted_ic50"].tolist()
    [3.0, 3.0, 3.0]
    """
    import pandas as pd

    model, surfaces = model or PlateModel(), surfaces or {}
    wells, truths, ic50s, combined = [], [], [], []
    for number in range(1, experiments + 1):
        replicate = str(number)
        shared = float(np.exp(rng.normal(0.0, model.shared_ic50_sd)))
        shifts = {key: shared * float(np.exp(rng.normal(0.0, model.ic50_sd))) for key in curves}
        potencies = {key: _potencies(key, shifts, shared, model, rng) for key in surfaces}
        gain = float(np.exp(rng.normal(0.0, model.gain_sd)))
        one = layout.assign(replicate=replicate, batch=replicate)
        response = _responses(one, curves, shifts, surfaces, potencies)
        outlier = _outliers(one, replicate, model, rng)
        read = _signals(one, response * outlier, gain, model, shape, rng)
        wells.append(pd.concat([one.reset_index(drop=True), read], axis=1))
        names = ["plate", "well"] if "plate" in layout.columns else ["well"]
        truth = one[["replicate", *names]].assign(response=response, outlier=outlier)
        truths.append(truth.reset_index(drop=True))
        ic50s += [
            {**_names(layout, key), "replicate": replicate, "planted_ic50": c.ic50, "drawn_ic50": c.ic50 * shifts[key]}
            for key, c in curves.items()
        ]
        combined += [(*key, replicate, *potencies[key]) for key in surfaces]
    return SimulatedPlates(
        pd.concat(wells, ignore_index=True),
        pd.concat(truths, ignore_index=True),
        pd.DataFrame(ic50s),
        pd.DataFrame(combined, columns=list(COMBINED_COLUMNS)),
    )


def _potencies(
    key: Combined, shifts: Mapping[Treated, float], shared: float, model: PlateModel, rng: np.random.Generator
) -> Potencies:
    """Return by what factors the IC50s of two agents differ in their combination in one experiment."""
    line, first, second, _ = key
    own = float(np.exp(rng.normal(0.0, model.combined_sd)))
    if not model.combined_follows:
        return shared * own, shared * own
    return shifts[line, first] * own, shifts[line, second] * own


def _names(layout: pd.DataFrame, key: Treated) -> dict[str, str]:
    line, compound = key
    of_line = layout[layout["cell_line"] == line]
    own = [of_line.loc[of_line[f"compound{slot}"] == compound, f"dose_unit{slot}"] for slot in _slots(layout)]
    return {"cell_line": line, "compound": compound, "dose_unit": str(next(u.iloc[0] for u in own if len(u)))}


def _slots(layout: pd.DataFrame) -> tuple[str, ...]:
    return ("", "_2") if "compound_2" in layout.columns else ("",)


def _responses(
    layout: pd.DataFrame,
    curves: Mapping[Treated, PlantedCurve],
    shifts: Mapping[Treated, float],
    surfaces: Mapping[Combined, PlantedSurface],
    potencies: Mapping[Combined, Potencies],
) -> FloatArray:
    """Return the planted response of each well, NaN where there are no cells."""
    tops = {line: curve.top for (line, _), curve in curves.items()}
    responses, doses = np.full(len(layout), np.nan), np.zeros((len(layout), 2))
    together: dict[Combined, list[int]] = {}
    slots = _slots(layout)
    for i, well in enumerate(layout.to_dict("records")):
        line, agents = well["cell_line"], []
        if well["role"] in ("treated", "positive"):
            agents = [(well[f"compound{slot}"], well[f"dose{slot}"]) for slot in slots if well[f"dose{slot}"] > 0]
        elif well["role"] not in ("vehicle", "untreated"):
            continue
        if len(agents) == 2:
            (first, doses[i, 0]), (second, doses[i, 1]) = agents
            together.setdefault((line, first, second, str(well.get("schedule", ""))), []).append(i)
        elif agents:
            [(compound, dose)] = agents
            responses[i] = float(curves[line, compound].response(dose / shifts[line, compound]))
        else:
            responses[i] = tops.get(line, 1.0)
    for key, rows in together.items():
        responses[rows] = surfaces[key].response(doses[rows, 0], doses[rows, 1], potencies[key])
    return responses


def _outliers(layout: pd.DataFrame, replicate: str, model: PlateModel, rng: np.random.Generator) -> FloatArray:
    drawn = np.where(rng.random(len(layout)) < model.outlier_rate, model.outlier_factor, 1.0)
    named = np.array([model.outliers.get((replicate, well), 1.0) for well in layout["well"]])
    return np.asarray(drawn * named, dtype=np.float64)


def _signals(
    layout: pd.DataFrame,
    response: FloatArray,
    gain: float,
    model: PlateModel,
    shape: tuple[int, int],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return what the reader writes of each well."""
    import pandas as pd

    n = len(layout)
    cells = np.nan_to_num(response) * model.control * np.exp(rng.normal(0.0, model.well_cv, n))
    light = np.zeros(n)
    for slot in _slots(layout):
        own = np.array([model.light.get(str(compound), 0.0) for compound in layout[f"compound{slot}"]])
        light += own * np.nan_to_num(layout[f"dose{slot}"].to_numpy(np.float64))
    dye = gain * _field(layout["well"].tolist(), model, shape) * cells + light
    noise = rng.normal(0.0, model.additive_sd, (2, n))
    shade = rng.normal(0.0, model.reference.shade_sd, n) if model.reference else np.zeros(n)
    signal = model.blank + dye + shade + noise[0]
    second = np.full(n, np.nan)
    if model.reference:
        second = model.reference.level + model.reference.dye_share * dye + shade + noise[1]
    unread = (layout["role"] == "empty").to_numpy()
    over = ~unread & (signal > model.saturation)
    return pd.DataFrame(
        {
            "signal": np.where(unread | over, np.nan, signal),
            "reference_signal": np.where(unread, np.nan, second),
            "said": np.where(over, OVERFLOW, ""),
            "rows": shape[0],
            "columns": shape[1],
        }
    )


def _field(wells: Sequence[str], model: PlateModel, shape: tuple[int, int]) -> FloatArray:
    """Return by what factor a place on the plate changes the light of its cells."""
    places = np.array([place_of(well) for well in wells], dtype=np.float64).reshape(-1, 2)
    last = np.array(shape) - 1
    ways = places / np.maximum(last, 1) - 0.5
    outer = ((places == 0) | (places == last)).any(axis=1)
    trends = (1.0 + model.row_trend * ways[:, 0]) * (1.0 + model.column_trend * ways[:, 1])
    return np.asarray(np.where(outer, 1.0 - model.edge_loss, 1.0) * trends, dtype=np.float64)


def place_of(well: str) -> tuple[int, int]:
    """Return the 0-based row and column of a simulated well.

    Raises
    ------
    ValueError
        There is no such well.
    """
    place = well_place(well)
    if place is None:
        message = f"{well!r} is no well"
        raise ValueError(message)
    return place


def plate_layout(
    cell_line: str,
    compound: str,
    doses: Sequence[float],
    *,
    dose_unit: str = "uM",
    vehicle: str = "",
    wells_per_dose: int = 3,
    control_wells: int = 6,
    blank_wells: int = 6,
    shape: tuple[int, int] = (8, 12),
) -> pd.DataFrame:
    """Return the layout of one compound on one line, row by row over the inner wells: controls, doses, blanks.

    Parameters
    ----------
    cell_line, compound : str
    doses : sequence of float
        Above 0.
    dose_unit : str
    vehicle : str
        Controls are vehicle wells of this name, untreated wells where it is empty.
    wells_per_dose, control_wells, blank_wells : int
    shape : tuple of int
        Rows and columns of the plate; the outer wells are left out.

    Raises
    ------
    ValueError
        There are more wells to fill than the plate has inside.

    Examples
    --------
    >>> plate_layout("HeLa", "cisplatin", [1.0, 3.0], control_wells=1, blank_wells=1, wells_per_dose=1)[
    ...     ["well", "role", "dose"]
    ... ].values.tolist()
    [['B2', 'untreated', 0.0], ['B3', 'treated', 1.0], ['B4', 'treated', 3.0], ['B5', 'blank', nan]]
    """
    import pandas as pd

    control = {"role": "vehicle" if vehicle else "untreated", "cell_line": cell_line, "compound": vehicle, "dose": 0.0}
    treated = [
        {"role": "treated", "cell_line": cell_line, "compound": compound, "dose": dose, "dose_unit": dose_unit}
        for _ in range(wells_per_dose)
        for dose in doses
    ]
    rows: list[dict[str, Any]] = [control] * control_wells + treated + [{"role": "blank"}] * blank_wells
    inner = [well_name(i, j) for i in range(1, shape[0] - 1) for j in range(1, shape[1] - 1)]
    if len(rows) > len(inner):
        message = f"{len(rows)} wells on a plate with {len(inner)} inside"
        raise ValueError(message)
    empty = {"cell_line": "", "compound": "", "dose": np.nan, "dose_unit": ""}
    return pd.DataFrame([{"well": well, **empty, **row} for well, row in zip(inner, rows, strict=False)])
