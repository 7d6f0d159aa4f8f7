"""Choice of the response, bias of ratios and coverage of their intervals with dilution series of known truth.

Each row plants one response in simulated lanes: standards whose loads scatter; twelve samples of 0.15 to 1.6 of the
reference, which is the first of them, loaded at 20 ug; 4 % measurement error. `called` are shares of series;
`raw_bias` and `corrected_bias` are median errors of the ratio to the reference of samples under 0.4 of it, as
fractions; `covers` is the share of 95 % intervals of ratios that hold the truth (the corrected volumes' limits joined
as independent); `withheld` the share of samples above the range; `warned` the share of series called proportional with
the caution that a curved response is not excluded, and `covers_unwarned` the coverage without these.
Run: python benchmarks/linear_range.py
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd

from blots.linear_range import find_ranges
from blots.linearised import linearise

SEED = 20_261_121
REPEATS = 2000
SAMPLES, SAMPLE_UG, MEASUREMENT = 12, 20.0, 0.04
LOADS = {"5 lanes": (2.5, 5, 10, 20, 40), "4 lanes": (5, 10, 20, 40), "5 loads twice": (2.5, 5, 10, 20, 40) * 2}
RESPONSES = {"proportional": (np.inf, 0.0), "half saturation 40 ug": (40.0, 0.0), "half saturation 20 ug": (20.0, 0.0),
             "intercept 3 ug": (np.inf, 3.0)}  # fmt: skip


def drawn(
    loads: tuple[float, ...], response: tuple[float, float], scatter: float, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Return bands, lanes and the samples' true levels."""
    half, intercept = response
    truth = np.exp(rng.uniform(np.log(0.15), np.log(1.6), SAMPLES))
    truth[0] = 1.0
    ug = np.array([*loads, *[SAMPLE_UG] * SAMPLES])
    lanes = pd.DataFrame({"membrane": "rep1", "lane": np.arange(1, len(ug) + 1), "protein_ug": ug})
    lanes["role"] = ["reference"] * len(loads) + ["treated"] * SAMPLES
    lanes["hours"] = [0.0] * len(loads) + [float(hour) for hour in range(SAMPLES)]
    held = np.concatenate([np.array(loads) * np.exp(rng.normal(0, scatter, len(loads))), SAMPLE_UG * truth])
    volume = 1e5 * (held + intercept) / (1 + held / half) * np.exp(rng.normal(0, MEASUREMENT, len(held)))
    reach = np.exp(1.96 * MEASUREMENT)
    bands = lanes[["membrane", "lane"]].assign(image="a.tif", target="XIAP", volume=volume, caution="")
    bands = bands.assign(low=volume / reach, high=volume * reach, detection_limit=1e3, below_detection=False)
    return bands, lanes, truth


def row(name: str, design: str, scatter: float) -> dict[str, object]:
    """Return one row of the table."""
    rng = np.random.default_rng(SEED)
    called: list[str] = []
    raw, corrected, covers = [], [], []
    proven: list[bool] = []
    withheld = warned = 0
    for _ in range(REPEATS):
        bands, lanes, truth = drawn(LOADS[design], RESPONSES[name], scatter, rng)
        ranges = find_ranges(bands, lanes)
        called.append(ranges[0].fit.family.name if ranges[0].fit else "none")
        unproven = "range_not_proven" in ranges[0].caution
        warned += unproven
        done = linearise(bands, ranges).iloc[len(LOADS[design]) :]
        volume = done["volume"].to_numpy(dtype=float)
        limit = done["below_detection"].to_numpy(dtype=bool)
        above = np.isnan(volume)
        withheld += int(above[1:].sum())
        if above[0] or limit[0]:
            continue
        usable = ~above & ~limit
        error = np.log(volume[usable][1:] / volume[0]) - np.log(truth[usable][1:])
        limits = np.log(done["high"].to_numpy(dtype=float)[usable] / volume[usable])
        held = list(np.abs(error) <= np.hypot(limits[1:], limits[0]))
        covers += held
        proven += [] if unproven else held
        low = truth[usable][1:] < 0.4
        measured = bands["volume"].to_numpy()[len(LOADS[design]) :]
        raw += list((np.log(measured[usable][1:] / measured[0]) - np.log(truth[usable][1:]))[low])
        corrected += list(error[low])
    shares = {f"called_{kind}": round(called.count(kind) / REPEATS, 4) for kind in KINDS}
    shown: dict[str, object] = {"response": name, "standards": design, "lane_scatter": scatter} | shares
    shown |= {"raw_bias": round(float(np.expm1(np.median(raw))), 3)}
    shown |= {"corrected_bias": round(float(np.expm1(np.median(corrected))), 3)}
    shown |= {"covers": round(float(np.mean(covers)), 3), "withheld": round(withheld / REPEATS / (SAMPLES - 1), 3)}
    shown |= {"warned": round(warned / REPEATS, 3), "covers_unwarned": round(float(np.mean(proven)), 3)}
    return shown | {"repeats": REPEATS}


KINDS = ("proportional", "intercept", "saturating", "none")


def main() -> None:
    """Write the table."""
    table = [row(name, design, scatter) for name in RESPONSES for design in LOADS for scatter in (0.05, 0.10)]
    with Path(__file__).with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


if __name__ == "__main__":
    main()
