"""How far the quadrants are from the truth, on plates whose shapes the simulator of the package does not draw.

Populations are normal on a log10 scale (optionally skewed) with additive noise, uncompensated channels without
spillover, on instruments of different range. Errors are against the labels of the events in the file.

    python benchmarks/flow_accuracy.py            # prints the table and writes benchmarks/flow_accuracy.csv
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gating import Channel, gate_plate, write_fcs
from gating.quadrants import POPULATIONS

CONTROLS = {"unstained": (False, False), "annexin_only": (True, False), "dye_only": (False, True)}


@dataclass(frozen=True)
class Scenario:
    """A plate: apoptosis of the samples (the first is the vehicle), separation and spread in decades, what is there."""

    name: str
    apoptosis: Sequence[float] = (0.08, 0.3, 0.6)
    separation: float = 1.8
    spread: float = 0.2
    level: float = 150.0
    noise: float = 40.0
    events: int = 10_000
    controls: bool = True
    skewed: bool = False
    scatter: bool = True


SCENARIOS = (
    Scenario("well separated"),
    Scenario("separation 1.2 decades", separation=1.2),
    Scenario("separation 1.0, spread 0.25", separation=1.0, spread=0.25),
    Scenario("skewed early state", spread=0.25, skewed=True),
    Scenario("noise twice the negative level", noise=300.0),
    Scenario("four-decade instrument", level=5.0, noise=0.5),
    Scenario("600 events a tube", events=600),
    Scenario("no scatter", scatter=False),
    Scenario("no controls", controls=False),
    Scenario("all negative", apoptosis=(0.0, 0.0)),
    Scenario("mostly positive", apoptosis=(0.05, 0.9, 0.95)),
    Scenario("mostly positive, no controls", apoptosis=(0.9, 0.95), controls=False),
)


def draw(
    scenario: Scenario, fractions: Sequence[float], stains: tuple[bool, bool], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return events (n, 2 or 3 columns) and labels of one tube."""
    n, low = scenario.events, scenario.level
    labels = rng.choice(4, n, p=fractions)
    high = low * 10**scenario.separation
    columns = []
    for axis, (positive, stained) in enumerate(zip(((1, 2), (2, 3)), stains, strict=True)):
        centre = np.where(np.isin(labels, positive), high, low) if stained else np.full(n, 0.6 * low)
        spread = np.full(n, scenario.spread)
        if scenario.skewed and axis == 0 and stained:
            centre = np.where(labels == 1, 0.4 * high, centre)
            spread = np.where(labels == 1, 1.3 * scenario.spread, spread)
        columns.append(centre * 10 ** (spread * rng.standard_normal(n)) + scenario.noise * rng.standard_normal(n))
    if scenario.scatter:
        columns.insert(0, rng.normal(90_000, 12_000, n) * np.where(labels > 0, 0.7, 1.0))
    return np.column_stack(columns), labels


def plate_errors(scenario: Scenario, rng: np.random.Generator, folder: Path) -> pd.DataFrame:
    """Return a row a sample and population: estimate less truth, whether the interval covers, whether it is flagged."""
    tubes = {f"{role}.fcs": (role, stains, 0.1) for role, stains in CONTROLS.items()} if scenario.controls else {}
    for i, share in enumerate(scenario.apoptosis):
        tubes[f"{i}.fcs"] = ("treated" if i else "vehicle", (True, True), share)
    truth = {}
    channels = [Channel("FSC-A")] * scenario.scatter + [Channel("FL1-A"), Channel("FL2-A")]
    for file, (_, stains, share) in tubes.items():
        values, labels = draw(scenario, [0.99 - share, share / 2, share / 2, 0.01], stains, rng)
        write_fcs(folder / file, values, channels)
        truth[file] = {p: float(np.mean(labels == k)) for k, p in enumerate(POPULATIONS)}
    sheet = pd.DataFrame({"file": list(tubes), "role": [role for role, *_ in tubes.values()]})
    table = gate_plate(sheet, folder).table
    table = table[table["role"].isin(["vehicle", "treated"])].copy()
    table["truth"] = [truth[f][p] for f, p in zip(table["file"], table["population"], strict=True)]
    table["error_pp"] = 100 * (table["fraction"] - table["truth"])
    table["covers"] = (table["low"] <= table["truth"]) & (table["truth"] <= table["high"])
    table["flagged"] = table["caution"].str.contains("one_mode|conflict|unanchored")
    return table


def main() -> None:
    """Run every scenario on new seeds and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plates", type=int, default=20)
    plates = parser.parse_args().plates
    rows = []
    for index, scenario in enumerate(SCENARIOS):
        found = []
        for plate in range(plates):
            with tempfile.TemporaryDirectory() as folder:
                found.append(plate_errors(scenario, np.random.default_rng([77, index, plate]), Path(folder)))
        table = pd.concat(found)
        errors = table["error_pp"].abs()
        rows.append(
            {
                "scenario": scenario.name,
                "plates": plates,
                "median_error_pp": round(float(errors.median()), 3),
                "p95_error_pp": round(float(errors.quantile(0.95)), 3),
                "worst_error_pp": round(float(errors.max()), 3),
                "covered": round(float(table["covers"].mean()), 3),
                "flagged": round(float(table["flagged"].mean()), 3),
            }
        )
    result = pd.DataFrame(rows)
    result.to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")
    print(result.to_string(index=False))


if __name__ == "__main__":
    main()
