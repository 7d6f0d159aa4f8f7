"""Wells drawn with known truth for plate_statistics: plates, compounds without cells, experiments of caspase.

Scatter is drawn by laws that the method does not share: `two parts` is its own, `power` grows with the signal to the
0.65, `log-normal` multiplies, `t5` has heavy tails.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BLANK, WINDOW = 50.0, 1000.0


@dataclass(frozen=True)
class Plate:
    """A plate of three kinds of wells: how many of each, and how they scatter (shares of the control's signal)."""

    repeats: int = 3
    controls: int = 6
    blanks: int = 3
    cv: float = 0.08
    floor: float = 0.01
    law: str = "two parts"
    levels: tuple[float, ...] = (1.0, 0.9, 0.7, 0.5, 0.3, 0.1, 0.02)


def noisy(levels: FloatArray, plate: Plate, rng: np.random.Generator) -> FloatArray:
    """Return signals of wells whose expected response is `levels`."""
    normal = rng.standard_normal(len(levels))
    if plate.law == "log-normal":
        spread = np.log1p(plate.cv**2)
        above = levels * np.exp(np.sqrt(spread) * normal - spread / 2)
        return np.asarray(BLANK + WINDOW * (above + plate.floor * rng.standard_normal(len(levels))))
    if plate.law == "t5":
        normal = rng.standard_t(5, len(levels)) / np.sqrt(5 / 3)
    part = np.abs(levels) ** (0.65 if plate.law == "power" else 1.0)
    signals = BLANK + WINDOW * (levels + np.hypot(plate.cv * part, plate.floor) * normal)
    return np.asarray(signals, dtype=np.float64)


def plate_wells(plate: Plate, rng: np.random.Generator) -> tuple[pd.DataFrame, FloatArray]:
    """Return the wells of a plate and their expected responses."""
    treated = np.repeat(np.array(plate.levels), plate.repeats)
    levels = np.concatenate([np.zeros(plate.blanks), np.ones(plate.controls), treated])
    doses = np.repeat(np.arange(1.0, len(plate.levels) + 1), plate.repeats)
    roles = ["blank"] * plate.blanks + ["untreated"] * plate.controls + ["treated"] * len(treated)
    no_dose = np.full(plate.blanks + plate.controls, np.nan)
    wells = pd.DataFrame({"role": roles, "dose": np.concatenate([no_dose, doses]), "signal": noisy(levels, plate, rng)})
    return wells, levels


def laid_out(kind: str, shape: tuple[int, int], rng: np.random.Generator) -> tuple[pd.DataFrame, FloatArray]:
    """Return a full plate and its expected responses: doses `at random`, or a `dose per column` as people pipette."""
    rows, columns = np.divmod(np.arange(shape[0] * shape[1]), shape[1])
    names = [f"{chr(65 + r)}{c + 1}" for r, c in zip(rows, columns, strict=True)]
    wells = pd.DataFrame({"well": names, "rows": float(shape[0]), "columns": float(shape[1])})
    if kind == "dose per column":
        roles = np.where(columns == 0, "untreated", np.where(columns == shape[1] - 1, "blank", "treated"))
        doses = columns.astype(np.float64)
    else:
        order, size = rng.permutation(len(names)), len(names)
        roles, doses = np.full(size, "treated"), np.zeros(size)
        roles = roles.astype(object)
        roles[order[: size // 12]], roles[order[size // 12 : size // 6]] = "blank", "untreated"
        doses[order[size // 6 :]] = np.arange(size - size // 6) // (3 if size < 200 else 4) + 1.0
    treated = roles == "treated"
    levels = np.where(roles == "blank", 0.0, 1.0)
    levels[treated] = 1.0 / (1.0 + (doses[treated] / np.median(doses[treated])) ** 2)
    return wells.assign(role=roles, dose=np.where(treated, doses, np.nan)), levels


def field(wells: pd.DataFrame, edge: float, gradient: float) -> FloatArray:
    """Return the factor of position: wells on the edge lose `edge`, rows rise by `gradient` from first to last."""
    rows = np.array([ord(name[0]) - 65 for name in wells["well"]])
    columns = np.array([int(name[1:]) - 1 for name in wells["well"]])
    last = int(wells["rows"].iloc[0]) - 1, int(wells["columns"].iloc[0]) - 1
    on_edge = (rows == 0) | (rows == last[0]) | (columns == 0) | (columns == last[1])
    return np.asarray(1.0 - edge * on_edge + gradient * (rows / last[0] - 0.5), dtype=np.float64)


def without_cells(compounds: int, shift: float, inhibits: bool, wells: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return blanks, controls and compounds without cells; the last compound changes the signal.

    Its dose of half (of six, twofold) changes it by `shift` SD of a blank well: in proportion to the dose (colour), or
    with a Hill curve down from reporter and substrate in every well (`inhibits`).
    """
    doses = 2.0 ** np.arange(6)
    level = 1000.0 if inhibits else BLANK
    scatter = 0.05 * level
    rows = [{"role": "blank", "compound": "", "dose": np.nan, "signal": level}] * 6
    if not inhibits:
        rows += [{"role": "untreated", "compound": "", "dose": np.nan, "signal": BLANK + WINDOW}] * 6
    for k in range(compounds):
        effect = (-1.0 if inhibits else 1.0) * shift * scatter * (k == compounds - 1)
        shape = 2 * doses**2 / (doses**2 + 16.0**2) if inhibits else doses / 16.0
        for dose, part in zip(doses, shape, strict=True):
            rows += [{"role": "blank", "compound": f"c{k}", "dose": dose, "signal": level + effect * part}] * wells
    found = pd.DataFrame(rows)
    return found.assign(signal=found["signal"] + scatter * rng.standard_normal(len(found)))


@dataclass(frozen=True)
class CaspaseStudy:
    """Experiments that read caspase and viability at several hours; ln fold and ln viability vary between them."""

    experiments: int = 3
    fold_sd: float = 0.2
    viable_sd: float = 0.1
    hours: tuple[float, ...] = (24.0,)
    folds: tuple[float, ...] = (3.0,)  # of all wells, as the reader sees them
    viable: tuple[float, ...] = (0.6,)


def caspase_wells(study: CaspaseStudy, rng: np.random.Generator) -> pd.DataFrame:
    """Return the wells of both assays of every experiment and hour."""
    parts = []
    for experiment in range(study.experiments):
        for assay, truth, sd in (
            ("caspase", study.folds, study.fold_sd),
            ("viability", study.viable, study.viable_sd),
        ):
            for hours, level in zip(study.hours, truth, strict=True):
                drawn = level * np.exp(sd * rng.standard_normal())
                wells, _ = plate_wells(Plate(levels=(drawn,), floor=0.03), rng)
                names = {
                    "assay": assay,
                    "plate": f"{hours:g} h",
                    "batch": str(experiment),
                    "replicate": str(experiment),
                }
                parts.append(wells.assign(**names, hours=hours, compound=np.where(wells["dose"] == 1, "TNF", "")))
    return pd.concat(parts, ignore_index=True)
