"""Spillover from single stains: its error, the coverage of its interval, and wrong matrices that are found.

    python benchmarks/spillover_accuracy.py [--plates 100]

Plates of three single stains, 5,000 and 10,000 events, 8 to 80 % apoptosis, spillover of 5 to 40 %, normal and
heavy-tailed brightness. Errors are the larger of the two coefficients', in percentage points.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from gating.events import Events
from gating.residual_spill import residual_slopes
from gating.simulate import Cytometer, Tube, simulate_tube
from gating.spillover import Spillover
from gating.spillover_estimate import estimate_spillover

CHANNELS = ("FITC-A", "PE-A")
STAINS = {"unstained": (False, False), "FITC-A": (True, False), "PE-A": (False, True)}
WRONG = {"Annexin V +1": (0.01, 0.0), "Annexin V -1": (-0.01, 0.0), "dye +1": (0.0, 0.01), "dye -1": (0.0, -0.01)}


def controls(k: int, cytometer: Cytometer, rng: np.random.Generator) -> dict[str, Events]:
    """Return the three tubes of plate k."""
    dead = (0.08, 0.12, 0.30, 0.80)[k % 4]
    fractions = {"live": 0.98 - dead, "early_apoptotic": dead / 2, "late_apoptotic": dead / 2, "necrotic": 0.02}
    events, heavy = (5_000, 10_000)[k % 2], k % 3 == 0
    return {
        name: simulate_tube(Tube(fractions, events, annexin, dye, heavy_tails=heavy), rng, cytometer).events
        for name, (annexin, dye) in STAINS.items()
    }


def main() -> None:
    """Draw the plates and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plates", type=int, default=100)
    rng, plates = np.random.default_rng(78), parser.parse_args().plates
    errors, covered, alarms = [], [], []
    found: dict[str, list[bool]] = {name: [] for name in WRONG}
    for k in range(plates):
        spill = ((0.05, 0.002), (0.16, 0.012), (0.40, 0.05))[k % 3]
        cytometer = Cytometer(annexin_into_dye=spill[0], dye_into_annexin=spill[1])
        tubes, truth = controls(k, cytometer, rng), cytometer.spillover.matrix
        alarms.append(any(r.is_wrong for r in residual_slopes(tubes, CHANNELS, cytometer.spillover)))
        for place, (name, (first, second)) in enumerate(WRONG.items()):
            wrong = Spillover(truth + np.array([[0.0, first], [second, 0.0]]), CHANNELS)
            found[name].append(residual_slopes(tubes, CHANNELS, wrong)[place // 2].is_wrong)
        estimate = estimate_spillover(tubes)
        off = (estimate.spillover.matrix - truth)[[0, 1], [1, 0]]
        errors.append(100 * float(np.abs(off).max()))
        covered += (np.abs(off) < 1.96 * estimate.standard_errors[[0, 1], [1, 0]]).tolist()
    rows = {
        "plates": plates,
        "median error, points": round(float(np.median(errors)), 3),
        "95 % of errors, points": round(float(np.quantile(errors, 0.95)), 3),
        "largest error, points": round(max(errors), 3),
        "share within 0.3 points": float(np.mean(np.array(errors) < 0.3)),
        "coverage of the 95 % interval": round(float(np.mean(covered)), 3),
        "right matrices that raise an alarm": float(np.mean(alarms)),
    }
    rows |= {f"matrix wrong by 1 point, found: {name}": float(np.mean(hits)) for name, hits in found.items()}
    table = pd.DataFrame({"what": list(rows), "measured": list(rows.values())})
    table.to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
