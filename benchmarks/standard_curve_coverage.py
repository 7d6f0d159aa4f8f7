"""How often the interval of a concentration holds the truth, to standard_curve_coverage.csv beside this file.

Every plate has its standards in duplicate and `samples` samples in duplicate, a third each at a low, a middle and a
high concentration of the range. `curve` is the true shape, `scatter` its law: "even" (one SD) or "growing" (SD² = a²
+ (b signal)²). Columns for each of the three: the share of intervals that hold the truth, and the median of high / low.
A row has its own seed. `shape` is the one most often chosen, `share` on how many of the plates. Two true shapes, the
power and the five-parameter curve, are none that the method fits. Samples of one plate share its curve, so that the
standard error of a share is 0.12 / sqrt(plates) or more. Run: python -m benchmarks.standard_curve_coverage [plates]
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cytotools.plates.standard_curves import standard_curve

FloatArray = NDArray[np.float64]
SEED, PLATES, WELLS = 20_261_201, 1000, 2
EIGHT = (0.0, 15.6, 31.2, 62.5, 125.0, 250.0, 500.0, 1000.0)
SIX = (31.2, 62.5, 125.0, 250.0, 500.0, 1000.0)
PROTEIN = (0.0, 125.0, 250.0, 500.0, 1000.0, 1500.0, 2000.0)
CURVES: dict[str, Callable[[FloatArray], FloatArray]] = {
    "4PL": lambda c: 3.2 - 3.14 / (1.0 + (c / 600.0) ** 1.2),
    "5PL": lambda c: 0.07 + 2.8 * (1.0 - (1.0 + (c / 500.0) ** 1.1) ** -0.7),
    "power": lambda c: 0.05 + 2.0 * (c / 1000.0) ** 0.9,
    "line": lambda c: 0.1 + 6e-4 * c,
    "slight bend": lambda c: 0.1 + 9e-4 * c - 4e-8 * c**2,
    "bend": lambda c: 0.1 + 1e-3 * c - 1.2e-7 * c**2,
}


@dataclass(frozen=True)
class Scenario:
    """One kind of plate."""

    assay: str
    curve: str
    standards: tuple[float, ...]
    scatter: str
    samples: int = 24


def scenarios() -> list[Scenario]:
    """Return every row of the table."""
    elisa = [Scenario("elisa", c, s, k) for c in ("4PL", "5PL") for s in (EIGHT, SIX) for k in ("even", "growing")]
    elisa += [Scenario("elisa", "power", EIGHT, "growing"), Scenario("elisa", "4PL", EIGHT, "growing", samples=3)]
    protein = [Scenario("bca", c, PROTEIN, k) for c in ("line", "slight bend", "bend") for k in ("even", "growing")]
    return [*elisa, *protein, Scenario("bca", "slight bend", PROTEIN, "growing", samples=3)]


def read(scenario: Scenario, concentration: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return signals of wells."""
    signal = CURVES[scenario.curve](concentration)
    even = 0.02 if scenario.assay == "elisa" else 0.012
    sd = even if scenario.scatter == "even" else np.hypot(0.006, 0.04 * signal)
    return np.asarray(signal + sd * rng.standard_normal(signal.shape))


def row_of(scenario: Scenario, plates: int, rng: np.random.Generator) -> dict[str, object]:
    """Return one row of the table."""
    standards = np.repeat(scenario.standards, WELLS)
    above = standards[standards > 0]
    truths = above.min() * (above.max() / above.min()) ** np.array([0.2, 0.5, 0.85])
    of_samples = np.tile(truths, scenario.samples // len(truths))
    shapes: Counter[str] = Counter()
    held: list[list[bool]] = [[] for _ in truths]
    fold: list[list[float]] = [[] for _ in truths]
    for _ in range(plates):
        samples = list(read(scenario, np.repeat(of_samples[:, None], WELLS, axis=1), rng))
        curve = standard_curve(standards, read(scenario, standards, rng), scenario.assay, samples)
        shapes[curve.shape.name] += 1
        for k, sample in enumerate(samples):
            one, place = curve.concentration_of(sample), k % len(truths)
            held[place].append(bool(one.low <= truths[place] <= one.high))
            fold[place].append(one.high / max(one.low, 1e-9))
    (shape, count), *_ = shapes.most_common()
    found: dict[str, object] = {"shape": shape, "share": round(count / plates, 3)}
    for name, inside, ratios in zip(("low", "middle", "high"), held, fold, strict=True):
        found |= {
            f"covers_{name}": round(float(np.mean(inside)), 4),
            f"fold_{name}": round(float(np.median(ratios)), 3),
        }
    head = {"assay": scenario.assay, "curve": scenario.curve, "standards": len(scenario.standards)}
    return head | {"scatter": scenario.scatter, "samples": scenario.samples, "plates": plates} | found


def main() -> None:
    """Write the table."""
    plates = int(sys.argv[1]) if len(sys.argv) > 1 else PLATES
    rows = [row_of(one, plates, np.random.default_rng([SEED, k])) for k, one in enumerate(scenarios())]
    with Path(__file__).with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
