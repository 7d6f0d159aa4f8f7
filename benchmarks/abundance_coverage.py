"""How often the interval of a ratio between two lines holds the truth, to abundance_coverage.csv beside this file.

Each row is one design and one way in which its lanes err; all draws are normal on the log scale unless said. Columns
`covers` and `half_width` (mean, ln) are those of `blots.nested_errors`, as `blots.abundance` uses it; beside them:
the paired t interval on the 0 h lanes alone (`zero_hours`), all residuals pooled as if the lanes of one experiment were
independent (`pooled`), the t interval on each replicate's mean over all hours (`all_hours`), and the interval that is
never too narrow, whose squared half-width adds each mean square times its own squared t (`cautious`, after Banerjee
1960). Run: python benchmarks/abundance_coverage.py
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from blots.abundance import contrast_of
from blots.levels import Level
from blots.line_pairs import LinePair
from blots.nested_errors import NestedContrast

FloatArray = NDArray[np.float64]
SEED, DRAWS = 20_261_201, 20_000
HOURS = (0.0, 1.0, 3.0, 6.0, 12.0, 24.0)
FALL = np.log([1.0, 0.4, 0.1, 0.1, 0.3, 0.6])  # the second line's course in the rows where lines respond unlike
A, B = ("A", None), ("B", None)


@dataclass(frozen=True)
class Scenario:
    """One design and its errors, standard deviations of the natural logarithm."""

    n: int
    between: float  # of a line in one experiment
    lane: float = 0.25
    kind: str = "two lines on each membrane"
    hours: int = 6
    zero_hours_times: float = 1.0  # the error of the 0 h lanes over that of the others
    known: bool = False  # whether the error budget knows that
    residuals: str = "normal"
    unlike: bool = False  # whether the lines respond unlike


def scenarios() -> list[Scenario]:
    """Return every row of the table."""
    rows = [Scenario(n, between) for n in (2, 3, 4, 6) for between in (0.0, 0.1, 0.2, 0.4)]
    rows += [Scenario(n, between, lane=0.4) for n in (2, 3, 4, 6) for between in (0.0, 0.2)]
    rows += [Scenario(n, 0.15, hours=hours) for n in (2, 3, 4, 6) for hours in (1, 2, 3)]
    kinds = ("three lines on each membrane", "a lane lost in each replicate", "through a reference lysate")
    rows += [Scenario(n, between, kind=kind) for kind in kinds for n in (2, 3, 4, 6) for between in (0.0, 0.2)]
    rows += [Scenario(n, 0.15, unlike=True) for n in (2, 3, 4, 6)]
    rows += [Scenario(n, 0.15, residuals="t with 5 df") for n in (2, 3, 4, 6)]
    unequal = [(0.5, False), (2.0, False), (0.5, True), (2.0, True)]
    return rows + [
        Scenario(n, 0.15, zero_hours_times=times, known=known) for times, known in unequal for n in (2, 3, 4, 6)
    ]


def design_of(scenario: Scenario) -> list[Level]:
    """Return the lanes of a scenario, without numbers."""
    lines = ("A", "B", "C") if scenario.kind.startswith("three") else ("A", "B")
    apart = scenario.kind.startswith("through")
    levels = []
    for k in range(scenario.n):
        for line in lines:
            membrane = f"{k}{line}" if apart else str(k)
            levels += [
                _lane(membrane, str(k), "treated" if h else "untreated", line, h) for h in HOURS[: scenario.hours]
            ]
            levels += [_lane(membrane, str(k), "reference", None, None)] if apart else []
    if scenario.kind.startswith("a lane"):  # the later hours of B in turn, and A's 0 h in the last replicate
        lost = {(str(k), "B", HOURS[1 + k % 5]) for k in range(scenario.n - 1)} | {(str(scenario.n - 1), "A", HOURS[0])}
        levels = [v for v in levels if (v.replicate, v.value("cell_line"), v.hours) not in lost]
    return levels


def _lane(membrane: str, replicate: str, role: str, line: str | None, hours: float | None) -> Level:
    condition = (("cell_line", line), ("hours", hours))
    return Level(membrane, replicate, role, condition, "XIAP", "actin", 0.0, 0.0, False, "")


def drawn(scenario: Scenario, levels: list[Level], rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Return observations, shape (draws, lanes), and the part of each lane's error that the budget knows."""
    size = np.array([scenario.lane * (scenario.zero_hours_times if v.hours == 0 else 1.0) for v in levels])
    shape = (DRAWS, len(levels))
    standard = (
        rng.standard_t(5, shape) / np.sqrt(5 / 3) if scenario.residuals != "normal" else rng.standard_normal(shape)
    )
    values = size * standard
    groups = {(v.replicate, v.line) for v in levels if v.role != "reference"}
    for replicate, line in sorted(groups, key=str):
        own = [v.replicate == replicate and v.line == line and v.role != "reference" for v in levels]
        values[:, own] += scenario.between * rng.standard_normal((DRAWS, 1))
    if scenario.unlike:
        values += [FALL[HOURS.index(v.hours)] if v.line == B else 0.0 for v in levels]
    least = scenario.lane * min(1.0, scenario.zero_hours_times)
    known = np.sqrt(size**2 - (0.5 * least) ** 2) if scenario.known else np.zeros(len(levels))
    return values, known


def others(
    contrast: NestedContrast, levels: list[Level], values: FloatArray
) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Return estimates and half-widths of what might be done instead."""
    between, within = contrast.between, contrast.within
    squares = [np.sum((values @ part) ** 2, axis=1) for part in (between, within)]
    dfs = [between.shape[1], within.shape[1]]
    centre, size = contrast.estimate(values), float(np.sum(contrast.weights**2))
    pooled = sum(squares) / sum(dfs)
    found = {"pooled": (centre, stats.t.ppf(0.975, sum(dfs)) * np.sqrt(size * pooled))}
    shares = (contrast.between_share, contrast.within_share)
    parts = [
        share * square / df * stats.t.ppf(0.975, df) ** 2
        for share, square, df in zip(shares, squares, dfs, strict=True)
        if df
    ]
    found["cautious"] = (centre, np.sqrt(sum(parts)))
    found["zero_hours"] = paired(values, levels, [v.hours == 0 for v in levels])
    found["all_hours"] = paired(values, levels, [v.role != "reference" for v in levels])
    return found


def paired(values: FloatArray, levels: list[Level], chosen: list[bool]) -> tuple[FloatArray, FloatArray]:
    """Return the paired t interval on each replicate's difference of means over the lanes chosen."""
    differences = []
    for replicate in dict.fromkeys(v.replicate for v in levels):
        means = [over_lysate(values, levels, chosen, replicate, line) for line in (A, B)]
        if not any(np.isnan(mean).any() for mean in means):
            differences.append(means[1] - means[0])
    stacked = np.array(differences)
    if len(stacked) < 2:
        return stacked.mean(axis=0), np.full(DRAWS, np.nan)
    reach = stats.t.ppf(0.975, len(stacked) - 1) * stacked.std(axis=0, ddof=1) / np.sqrt(len(stacked))
    return stacked.mean(axis=0), reach


def over_lysate(
    values: FloatArray, levels: list[Level], chosen: list[bool], replicate: str, line: tuple[str, None]
) -> FloatArray:
    """Return a line's mean in a replicate, over the reference lysate of its membrane where there is one."""
    own = [c and v.replicate == replicate and v.line == line for c, v in zip(chosen, levels, strict=True)]
    if not any(own):
        return np.full(len(values), np.nan)
    membranes = {v.membrane for v, o in zip(levels, own, strict=True) if o}
    lysate = [v.role == "reference" and v.membrane in membranes for v in levels]
    base = values[:, lysate].mean(axis=1) if any(lysate) else 0.0
    return np.asarray(values[:, own].mean(axis=1) - base)


def row(scenario: Scenario) -> dict[str, object]:
    """Return one row of the table."""
    levels = design_of(scenario)
    contrast = contrast_of(LinePair(B, A), levels, ("0 h",), within_replicates=True)
    assert contrast is not None
    values, known = drawn(scenario, levels, np.random.default_rng(SEED))
    found = {"": (contrast.estimate(values), contrast.half_width(values, known))} | others(contrast, levels, values)
    told: dict[str, object] = {**scenario.__dict__, "draws": DRAWS}
    for name, (centre, reach) in found.items():
        suffix = f"_{name}" if name else ""
        stated = np.isfinite(reach).all()
        told[f"covers{suffix}"] = round(float(np.mean(np.abs(centre) <= reach)), 4) if stated else ""
        told[f"half_width{suffix}"] = round(float(np.mean(reach)), 3) if stated else ""
    return told


def main() -> None:
    """Write the table."""
    rows = []
    for scenario in scenarios():
        rows.append(row(scenario))
        print(*rows[-1].values(), sep="\t", flush=True)
    path = Path(__file__).with_suffix(".csv")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
