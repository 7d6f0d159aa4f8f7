"""From wells to verdicts: whole simulated studies of two agents, to combination_studies.csv beside this file.

A study has three independent experiments, each on a plate of its own with blanks, controls and triplicate wells, as a
reader gives them: signals, not fractions. What was planted is a constant ratio (Loewe with an index, where every
curve of every experiment has a potency of its own) or a 6 x 6 matrix (Bliss with an excess in a block; both agents'
potencies vary between experiments). The signals go through the rooms of a study: blanks and controls, grouping by
doses, fits, tables.

`truth` is the planted index, or excess of the block. `synergy`, `antagonism`, `additive` and `not_resolved` are shares
of the studies by the verdict of the headline; `covers` is the share whose interval holds the truth; `false_cells` the
share of matrices in which a cell without an excess is called, `found_cells` the share of planted cells that are.

    python -m benchmarks.combination_studies [studies] [seed]
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cytotools.combination_analysis import analyse_combinations
from cytotools.findings import Findings
from cytotools.fitted_curves import fit_curves
from cytotools.plates import responses
from cytotools.plates.simulate import PlateModel, simulate_plates
from cytotools.plates.simulated_combinations import BlissSurface, LoeweSurface, PlantedSurface
from cytotools.plates.simulated_curves import Gompertz, InvertibleCurve, Logistic
from cytotools.tables import rows_of
from cytotools.well_agents import read_agents

SEED = 20_261_206
RATIO_DOSES = [0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0]
MATRIX_DOSES = [0.0, 0.25, 0.5, 1.0, 2.0, 4.0]
FIRST, SECOND = "cisplatin", "birinapant"
BLOCK = (0.2, 0.6)
Row = dict[str, Any]


def curves_of(shape: str, m: float) -> tuple[InvertibleCurve, InvertibleCurve]:
    """Return both agents alone, of equal potency: a drug with itself, or two sigmoids that are no median effect."""
    curve: InvertibleCurve = Logistic(1.0, m, bottom=0.0) if shape == "logistic" else Gompertz(1.0, m, bottom=0.0)
    return curve, curve


def layout(pairs: list[tuple[float, float]]) -> pd.DataFrame:
    """Return triplicate wells of pairs of doses, eight controls and six blanks on a 384-well plate."""
    rows: list[Row] = [{"role": "untreated"}] * 8 + [{"role": "blank"}] * 6
    for one, two in pairs:
        named = [(name, dose) for name, dose in ((FIRST, one), (SECOND, two)) if dose]
        slots: Row = {}
        for slot, (name, dose) in zip(("", "_2"), named, strict=False):
            slots |= {f"compound{slot}": name, f"dose{slot}": dose}
        rows += [{"role": "treated", **slots}] * 3
    names = [f"{row}{column}" for row in "BCDEFGHIJKLMNO" for column in range(2, 24)]
    found = pd.DataFrame(rows).assign(well=names[: len(rows)], cell_line="A", arm="", hours=72.0, schedule="")
    for slot in ("", "_2"):
        found[f"compound{slot}"] = found[f"compound{slot}"].fillna("")
        found[f"dose_unit{slot}"] = np.where(found[f"compound{slot}"] == "", "", "uM")
    return found


def table_of(
    pairs: list[tuple[float, float]],
    surface: PlantedSurface,
    alone: tuple[Any, Any],
    model: PlateModel,
    rng: np.random.Generator,
) -> list[Row]:
    """Return combination.csv of one simulated study."""
    curves = {("A", FIRST): alone[0], ("A", SECOND): alone[1]}
    plates = simulate_plates(
        layout(pairs), curves, model, surfaces={("A", FIRST, SECOND, ""): surface}, shape=(16, 24), rng=rng
    )
    wells = plates.wells.assign(assay="viability", plate="", exclude="", said="", file="a.txt")
    answered = responses(wells)
    agents = read_agents(answered, {})
    found = Findings()
    found.curves = tuple(fit_curves(answered, agents))
    analyse_combinations(answered, agents.by_row, found)
    return rows_of(found.tables["combination"])


def ratio_study(index: float, shape: str, m: float, potency_sd: float, well_cv: float, rng: np.random.Generator) -> Row:
    """Return the headline of a constant ratio."""
    pairs = [(d, 0.0) for d in RATIO_DOSES] + [(0.0, d) for d in RATIO_DOSES] + [(d / 2, d / 2) for d in RATIO_DOSES]
    model = PlateModel(well_cv=well_cv, ic50_sd=potency_sd, combined_sd=potency_sd)
    alone = curves_of(shape, m)
    rows = table_of(pairs, LoeweSurface(*alone, index=index), alone, model, rng)
    return next(row for row in rows if row["method"] == "ci" and row["level"] == "all" and row["exclusive"] is True)


def matrix_study(
    excess: float, shape: str, m: float, potency_sd: float, well_cv: float, rng: np.random.Generator
) -> list[Row]:
    """Return the Bliss rows of a matrix, the whole first."""
    pairs = [pair for pair in product(MATRIX_DOSES, MATRIX_DOSES) if any(pair)]
    model = PlateModel(well_cv=well_cv, ic50_sd=potency_sd, combined_sd=0.0, combined_follows=True)
    alone = curves_of(shape, m)
    surface = BlissSurface(*alone, excess=excess, block_1=BLOCK, block_2=BLOCK)
    rows = table_of(pairs, surface, alone, model, rng)
    return [row for row in rows if row["method"] == "bliss" and row["level"] == "all"]


def verdicts(found: list[Row], truth: float) -> Row:
    """Return the shares of verdicts of headlines, and of intervals that hold the truth."""
    counts = Counter(str(row["verdict"]) for row in found)
    shares = {
        name.replace(" ", "_"): counts[name] / len(found)
        for name in ("synergy", "antagonism", "additive", "not resolved")
    }
    return shares | {"covers": float(np.mean([row["low"] <= truth <= row["high"] for row in found]))}


def cells(found: list[list[Row]]) -> Row:
    """Return how often cells without an excess are called, and planted ones found."""
    wrong, right = [], []
    for rows in found:
        inside = [all(BLOCK[0] <= row[name] <= BLOCK[1] for name in ("dose", "dose_2")) for row in rows[1:]]
        called = [row["verdict"] in ("synergy", "antagonism") for row in rows[1:]]
        wrong.append(any(c for c, planted in zip(called, inside, strict=True) if not planted))
        right += [row["verdict"] == "synergy" for row, planted in zip(rows[1:], inside, strict=True) if planted]
    return {"false_cells": float(np.mean(wrong)), "found_cells": float(np.mean(right))}


def table(studies: int, seed: int) -> Iterator[Row]:
    """Yield the rows of the table."""
    cases = [
        ("ratio", *case) for case in product((1.0, 0.5), ("logistic", "gompertz"), (1.5,), (0.0, 0.1, 0.2), (0.05,))
    ]
    cases += [("matrix", *case) for case in product((0.0, 0.15), ("logistic", "gompertz"), (1.2,), (0.0, 0.2), (0.05,))]
    for number, (design, truth, shape, m, potency_sd, well_cv) in enumerate(cases):
        rng = np.random.default_rng([seed, number])
        head = {"design": design, "truth": truth, "shape": shape, "m": m, "potency_sd": potency_sd, "well_cv": well_cv}
        head["studies"] = studies
        if design == "ratio":
            found = [ratio_study(truth, shape, m, potency_sd, well_cv, rng) for _ in range(studies)]
            yield head | verdicts(found, truth)
            continue
        matrices = [matrix_study(truth, shape, m, potency_sd, well_cv, rng) for _ in range(studies)]
        pairs = (len(MATRIX_DOSES) - 1) ** 2
        inside = sum(BLOCK[0] <= dose <= BLOCK[1] for dose in MATRIX_DOSES) ** 2
        yield head | verdicts([rows[0] for rows in matrices], truth * inside / pairs) | cells(matrices)


def main() -> None:
    """Write the table."""
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else SEED
    rows = []
    for row in table(studies, seed):
        rows.append({name: round(value, 4) if isinstance(value, float) else value for name, value in row.items()})
        print(rows[-1], flush=True)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with Path(__file__).with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
