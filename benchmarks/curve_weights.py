"""IC50s of single experiments from wells as a reader sees them: weights of the study against equal weights.

Plates are simulated with 6 controls, 6 blanks, 8 doses in triplicate; signals go through `plates.responses` and
`fit_curves` as in a study. `cover` is the share of 95 % intervals that hold the planted IC50, `closed` the share with
an upper limit, `width` the median of ln high/low of those, `bias` the median error of ln IC50; `absolute_cover` is that
of the dose at half of the control. Gompertz and biphasic responses are no 4PL. Writes curve_weights.csv. Run:
python -m benchmarks.curve_weights [draws]
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from cytotools.fitted_curves import fit_curves
from cytotools.plates import responses
from cytotools.plates.simulate import PlateModel, plate_layout, simulate_plates
from cytotools.plates.simulated_curves import Biphasic, Gompertz, Logistic, PlantedCurve, absolute_ic50
from cytotools.well_agents import read_agents

SEED = 4_000
MULTIPLICATIVE, ADDITIVE = (
    PlateModel(well_cv=0.06, ic50_sd=0.0),
    PlateModel(well_cv=0.0, additive_sd=3000.0, ic50_sd=0.0),
)
CASES: tuple[tuple[str, PlateModel, PlantedCurve, float], ...] = (
    ("4PL, 6 % of the signal", MULTIPLICATIVE, Logistic(1.0, 1.2, bottom=0.03), 30.0),
    ("4PL, 6 % of the signal, top dose 3 x IC50", MULTIPLICATIVE, Logistic(1.0, 1.2, bottom=0.03), 3.0),
    ("4PL, 5 % of the control", ADDITIVE, Logistic(1.0, 1.2, bottom=0.03), 30.0),
    ("Gompertz, 6 % of the signal", MULTIPLICATIVE, Gompertz(1.0, 1.0), 30.0),
    ("biphasic, 6 % of the signal", MULTIPLICATIVE, Biphasic(0.4, 8.0, 0.6), 30.0),
)


def rows(draws: int) -> Iterator[dict[str, object]]:
    """Yield a row a case and weighting."""
    for seed, (name, model, curve, top) in enumerate(CASES):
        layout = plate_layout("A", "x", np.geomspace(top / 300, top, 8).tolist())
        made = simulate_plates(
            layout, {("A", "x"): curve}, model, experiments=draws, rng=np.random.default_rng(SEED + seed)
        )
        answered = responses(made.wells.assign(assay="viability", exclude="", said=""))
        for weights in ("scatter", "none"):
            told = answered.assign(_weights=weights, _model="4PL")
            [group] = fit_curves(told, read_agents(told, {}))
            found = [one.ic50s["relative"] for one in group.curves]
            low, high, at = (np.array([getattr(one, key) for one in found]) for key in ("low", "high", "at"))
            half, closed = absolute_ic50(curve, 0.5), np.isfinite(high) & (low > 0)
            absolute = [one.ic50s["absolute"] for one in group.curves]
            yield {
                "case": name,
                "weights": weights,
                "draws": draws,
                "cover": round(float(np.mean((low <= curve.ic50) & (curve.ic50 <= high))), 3),
                "closed": round(float(closed.mean()), 3),
                "width": round(float(np.median(np.log(high[closed] / low[closed]))), 3),
                "bias": round(float(np.median(np.log(at / curve.ic50))), 3),
                "absolute_cover": round(float(np.mean([one.low <= half <= one.high for one in absolute])), 3),
            }


def main() -> None:
    """Print the table and write it beside this file."""
    found = list(rows(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
    with Path(__file__).with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(found[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)
    for row in found:
        print(*row.values(), sep="  ")


if __name__ == "__main__":
    main()
