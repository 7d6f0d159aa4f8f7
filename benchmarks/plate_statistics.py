"""Coverage, false alarms and power of the statistics of plates, to plate_statistics.csv beside this file.

Each row is one measure of one case over `draws` drawn plates: a share with its 95 % limits (Wilson), or a mean.
Coverage: `well` is the expected response of a condition told by a single well, `mean` by its repeats, `ratio` that of
two conditions on one control, `level` the 50 % level of the control within 1.96 of its `level_error`. Position:
`median polish` is what a B-score takes out of the plate. Run: python -m benchmarks.plate_statistics [draws] [study]
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.plate_scenes import (
    BLANK,
    WINDOW,
    CaspaseStudy,
    Plate,
    caspase_wells,
    field,
    laid_out,
    noisy,
    plate_wells,
    without_cells,
)
from cytotools.plates import (
    caspase_folds,
    correct_positions,
    find_interference,
    level_error,
    mark_outliers,
    mean_response,
    plate_quality,
    position_effects,
    response_ratio,
    responses,
)
from cytotools.plates.caspase_courses import peak_of

FloatArray = NDArray[np.float64]
Found = dict[str, list[float]]
Measured = dict[str, Sequence[float] | float]
SEED = 20_261_122
DRAWS = 2_000


def drawn(draws: int, one: Callable[[np.random.Generator], Measured]) -> Found:
    """Return every measure of every draw; NaN counts for nothing."""
    rng = np.random.default_rng(SEED)
    found: Found = {}
    for _ in range(draws):
        for name, values in one(rng).items():
            found.setdefault(name, []).extend(np.atleast_1d(np.asarray(values, dtype=np.float64)).tolist())
    return {name: [value for value in values if value == value] for name, values in found.items()}


def intervals(draws: int) -> Iterator[dict[str, object]]:
    """Return the coverage of responses."""
    cases = {
        "triplicates, 6 controls, 3 blanks": Plate(),
        "constant scatter": Plate(cv=0.0, floor=0.06),
        "3 controls, 3 blanks": Plate(controls=3),
        "duplicates, 8 controls, 8 blanks": Plate(repeats=2, controls=8, blanks=8),
        "single wells, 3 controls, 3 blanks": Plate(repeats=1, controls=3),
        "cv 15 %": Plate(cv=0.15, floor=0.005),
        "scatter of signal to the 0.65": Plate(law="power"),
        "log-normal": Plate(law="log-normal", cv=0.12),
        "t with 5 df": Plate(law="t5"),
    }
    for case, plate in cases.items():
        yield from rows_of("interval coverage", case, draws, drawn(draws, partial(_intervals, plate)))


def _intervals(plate: Plate, rng: np.random.Generator) -> Measured:
    wells, levels = plate_wells(plate, rng)
    table = responses(wells)
    treated = table[table["role"] == "treated"]
    truth = levels[-len(treated) :]
    parts = [part for _, part in treated.groupby("dose")]
    means = [mean_response(part) for part in parts]
    ratios = [response_ratio(part, parts[0]) for part in parts[1:]]
    blank, control = (wells.loc[wells["role"] == role, "signal"].mean() for role in ("blank", "untreated"))
    level = (BLANK + 0.5 * WINDOW - blank) / (control - blank)
    return {
        "well": ((treated["low"] <= truth) & (truth <= treated["high"])).tolist(),
        "mean": [m.low <= x <= m.high for m, x in zip(means, plate.levels, strict=True)],
        "ratio": [r.low <= x / plate.levels[0] <= r.high for r, x in zip(ratios, plate.levels[1:], strict=True)],
        "level": abs(level - 0.5) <= 1.96 * level_error(treated),
    }


def quality(draws: int) -> Iterator[dict[str, object]]:
    """Return the coverage of the statistics of quality."""
    for controls, blanks in ((3, 3), (6, 3), (8, 8), (16, 16), (32, 8)):
        case = f"{controls} controls, {blanks} blanks"
        found = drawn(draws, partial(_quality, controls, blanks))
        yield from rows_of("quality coverage", case, draws, found)


def _quality(controls: int, blanks: int, rng: np.random.Generator) -> Measured:
    high, low, s_high, s_low = 1000.0, 50.0, 100.0, 5.0
    signal = [low + s_low * rng.standard_normal(blanks), high + s_high * rng.standard_normal(controls)]
    signal.append(500 + 50 * rng.standard_normal(12))
    roles = ["blank"] * blanks + ["untreated"] * controls + ["treated"] * 12
    doses = [np.nan] * (blanks + controls) + [1.0, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]
    z_prime = 1 - 3 * (s_high + s_low) / (high - low)
    truth = {
        "z_prime": z_prime,
        "robust_z_prime": z_prime,
        "ssmd": (high - low) / np.hypot(s_high, s_low),
        "signal_window": (high - low - 3 * (s_high + s_low)) / s_high,
        "signal_to_blank": high / low,
        "control_cv": 0.1,
        "blank_cv": 0.1,
        "replicate_cv": 0.1,
    }
    table = plate_quality(pd.DataFrame({"role": roles, "dose": doses, "signal": np.concatenate(signal)}))
    rows = zip(table["statistic"], table["low"], table["high"], strict=True)
    return {name: low <= truth[name] <= high for name, low, high in rows}


def positions(draws: int) -> Iterator[dict[str, object]]:
    """Return false alarms and power of the tests of position, and what correction is worth."""
    for shape in ((8, 12), (16, 24)):
        for kind in ("at random", "dose per column"):
            for law in ("two parts", "t5"):
                case = f"{shape[0] * shape[1]} wells {kind}, no effect, {law}"
                found = drawn(draws, partial(_positions, kind, shape, law, 0.0, 0.0))
                yield from rows_of("position", case, draws, found)
            for edge, gradient in ((0.05, 0.0), (0.1, 0.0), (0.0, 0.2)):
                case = f"{shape[0] * shape[1]} wells {kind}, edge {-edge:+.0%}, rows {gradient:+.0%}"
                few = max(draws // 4, 10)
                found = drawn(few, partial(_positions, kind, shape, "", edge, gradient))
                yield from rows_of("position", case, few, found)


def _positions(
    kind: str, shape: tuple[int, int], law: str, edge: float, gradient: float, rng: np.random.Generator
) -> Measured:
    wells, levels = laid_out(kind, shape, rng)
    factor = field(wells, edge, gradient)
    wells["signal"] = noisy(levels * factor, Plate(cv=0.06, floor=0.005, law=law), rng)
    table = position_effects(wells).set_index("effect")
    found: Measured = {
        f"{effect} found": _or_nan(row["p_adjusted"] < 0.05, row["p_value"]) for effect, row in table.iterrows()
    }
    found["any found"] = bool((table["p_adjusted"] < 0.05).any())
    if edge:
        at_edge = table.loc["edge"]
        found["edge covered"] = bool(at_edge["low"] <= -edge <= at_edge["high"])
    if edge or gradient:
        found |= _errors(wells, levels)
    return found


def _or_nan(value: bool, seen: float) -> float:
    return float(value) if seen == seen else float("nan")


def _errors(wells: pd.DataFrame, levels: FloatArray) -> Measured:
    """Return the error of responses (root mean square) as read, corrected, and after a median polish of the plate."""
    rows, columns = (int(wells[name].iloc[0]) for name in ("rows", "columns"))
    polished = wells["signal"].to_numpy(np.float64) - median_polish(wells["signal"].to_numpy().reshape(rows, columns))
    treated = (wells["role"] == "treated").to_numpy()

    def error(signal: FloatArray) -> float:
        response = responses(wells.assign(signal=signal))["response"].to_numpy(np.float64)
        squares = ((response - levels)[treated & np.isfinite(response)]) ** 2
        return float(np.sqrt(squares.mean())) if len(squares) else float("nan")

    before, after = wells["signal"].to_numpy(np.float64), correct_positions(wells)["signal"].to_numpy(np.float64)
    return {"error as read": error(before), "error corrected": error(after), "error median polish": error(polished)}


def median_polish(grid: FloatArray, rounds: int = 10) -> FloatArray:
    """Return the row and column effects that Tukey's median polish takes out, as the B-score does, (n_wells,)."""
    left = np.array(grid, dtype=np.float64)
    for _ in range(rounds):
        left -= np.median(left, axis=1, keepdims=True)
        left -= np.median(left, axis=0, keepdims=True)
    effects = grid - left
    return np.asarray(effects - np.median(effects), dtype=np.float64).ravel()


def outliers(draws: int) -> Iterator[dict[str, object]]:
    """Return false marks of plates without outliers, and how often a well 6 SD off is marked."""
    for repeats, conditions in ((3, 20), (3, 100), (4, 80), (8, 8)):
        for law in ("two parts", "t5"):
            case = f"{conditions} conditions of {repeats} wells, {law}"
            found = drawn(draws, partial(_outliers, repeats, conditions, law))
            yield from rows_of("outliers", case, draws, found)


def _outliers(repeats: int, conditions: int, law: str, rng: np.random.Generator) -> Measured:
    plate = Plate(repeats, blanks=6, cv=0.06, law=law, levels=tuple(rng.uniform(0.05, 1.0, conditions)))
    wells, levels = plate_wells(plate, rng)
    marks = int((mark_outliers(wells) != "").sum())
    place = int(rng.integers(12, len(wells)))
    scatter = WINDOW * np.hypot(plate.cv * levels[place], plate.floor)
    wells.loc[place, "signal"] = BLANK + WINDOW * levels[place] + 6 * scatter * rng.choice([-1, 1])
    found = mark_outliers(wells)[place] != ""
    return {"false marks a plate": marks, "plates with a false mark": marks > 0, "6 SD well marked": found}


def interference(draws: int) -> Iterator[dict[str, object]]:
    """Return false alarms (per plate) and power for compounds without cells."""
    for inhibits in (False, True):
        for compounds in (1, 4):
            for wells in (1, 2):
                for shift in (0.0, 2.0, 4.0):
                    kind = "inhibits the reporter" if inhibits else "coloured"
                    case = f"{compounds} compounds, 6 doses of {wells} wells, {kind}, {shift:g} SD at half the top dose"
                    found = drawn(draws, partial(_interference, compounds, shift, inhibits, wells))
                    yield from rows_of("interference", case, draws, found)


def _interference(compounds: int, shift: float, inhibits: bool, wells: int, rng: np.random.Generator) -> Measured:
    table = find_interference(without_cells(compounds, shift, inhibits, wells, rng))
    return {"found": bool((table["kind"] != "").any())}


def caspase(draws: int) -> Iterator[dict[str, object]]:
    """Return the coverage over experiments, of the set of hours that holds the peak, and cells that are gone."""
    for n in (1, 2, 3, 4, 6):
        for sd in (0.2, 0.35):
            study = CaspaseStudy(n, sd) if n > 1 else CaspaseStudy(1, 0.0, 0.0)
            found = drawn(draws, partial(_covered, study))
            if n > 1 or sd == 0.2:
                case = f"{n} experiments, SD of ln fold {sd:g}" if n > 1 else "1 experiment, its own fold"
                yield from rows_of("caspase coverage", case, draws, found)
    for name, means in {"flat": (1.0, 1.0, 1.0, 1.0), "peak at 24 h": (0.2, 1.0, 0.8, 0.1)}.items():
        for n in (2, 3, 6):
            found = drawn(draws, partial(_peak, n, np.array(means)))
            yield from rows_of("caspase peak", f"{n} experiments, {name}", draws, found)
    hours = (6.0, 24.0, 48.0, 72.0)
    courses = {
        "cells gone": ((2.0, 5.0, 3.0, 1.0), (0.95, 0.8, 0.4, 0.15)),
        "activity falls, cells stay": ((2.0, 5.0, 3.0, 1.0), (0.95, 0.9, 0.9, 0.9)),
        "no fall": ((2.0, 4.0, 4.0, 4.0), (0.95, 0.8, 0.6, 0.4)),
    }
    few = max(draws // 4, 10)
    for name, (folds, viable) in courses.items():
        study = CaspaseStudy(3, 0.15, 0.1, hours, folds, viable)
        found = drawn(few, partial(_gone, study))
        yield from rows_of("caspase cells gone", name, few, found)


def _covered(study: CaspaseStudy, rng: np.random.Generator) -> Measured:
    row = caspase_folds(responses(caspase_wells(study, rng))).iloc[0]
    fold, per_viable = study.folds[0], study.folds[0] / study.viable[0]
    return {
        "fold": row["low"] <= fold <= row["high"],
        "per viable cell": row["per_viable_low"] <= per_viable <= row["per_viable_high"],
    }


def _peak(n: int, means: FloatArray, rng: np.random.Generator) -> Measured:
    hours = (6, 24, 48, 72)
    logs = means + 0.3 * rng.standard_normal((n, 1)) + 0.2 * rng.standard_normal((n, 4))
    at, words = peak_of(logs, hours)
    truth = 1 if means.max() > means.min() else int(rng.integers(4))
    return {"peak named": hours[at] == hours[truth] or f"{hours[truth]} h" in words}


def _gone(study: CaspaseStudy, rng: np.random.Generator) -> Measured:
    table = caspase_folds(responses(caspase_wells(study, rng))).set_index("hours")
    flagged = table["caution"].str.contains("cells_gone")
    return {"flagged at 72 h": bool(flagged[72.0]), "flagged anywhere": bool(flagged.any())}


def rows_of(study: str, case: str, draws: int, found: Found) -> Iterator[dict[str, object]]:
    """Return the rows of one case."""
    for measure, values in found.items():
        row: dict[str, object] = {"study": study, "case": case, "measure": measure, "draws": draws}
        row["value"] = round(float(np.mean(values)), 4) if values else ""
        low, high = _limits(float(np.mean(values)), draws) if values and set(values) <= {0.0, 1.0} else ("", "")
        yield row | {"low": low, "high": high}


def _limits(share: float, n: int) -> tuple[float, float]:
    z = 1.96
    centre, half = share + z**2 / (2 * n), z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low, high = ((centre + side * half) / (1 + z**2 / n) for side in (-1, 1))
    return round(max(float(low), 0.0), 4), round(float(high), 4)


STUDIES = {
    "intervals": intervals,
    "quality": quality,
    "positions": positions,
    "outliers": outliers,
    "interference": interference,
    "caspase": caspase,
}


def main(arguments: Sequence[str]) -> None:
    """Write the table; a number among the arguments is the draws a case, a name one study alone (printed only)."""
    draws = next((int(a) for a in arguments if a.isdigit()), DRAWS)
    named = [a for a in arguments if a in STUDIES]
    rows = []
    for name in named or STUDIES:
        for row in STUDIES[name](draws):
            rows.append(row)
            print(" | ".join(str(value) for value in row.values()), flush=True)
    if not named:
        with Path(__file__).with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main(sys.argv[1:])
