"""Error rates, power and coverage of the comparisons of fractions, to comparison_error_rates.csv beside this file.

Each row draws designs: experiments with a shared shift of the logit, scatter of each tube, and counting of 10,000
events. `per_test` is the share of single tests with p < 0.05, `worst_test` that of the worst comparison, `family_wise`
the share of designs in which any adjusted p < 0.05; where `effect` is 0 these are false alarms and should be 5 %.
Where it is not, every treatment has this shift of the logit: `per_test` is the power of a single test, `adjusted` that
of one comparison after adjustment, `holm_of_paired_t` what paired t tests with Holm's method find in the same designs.
`covers` is the share of single intervals that hold the planted shift; `fell_back` the share of designs in which
unequal scatter was seen and each comparison rested on itself. Run: python benchmarks/comparison_error_rates.py
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from blots.multiplicity import holm
from cytotools.contrast_families import find_contrasts
from cytotools.fractions import Fraction
from cytotools.logit_contrasts import Contrast, Observation, on_own_scatter

FloatArray = NDArray[np.float64]
EVENTS = 10_000
SEED = 20_261_121


@dataclass(frozen=True)
class Scenario:
    """One kind of design; `scatter` multiplies the scatter of control, all but the last treatment, and the last."""

    contrasts: str = "doses against control"
    doses: int = 1
    n: int = 3
    sd: float = 0.15
    pairing: str = "paired"
    shared_sd: float = 0.3
    fraction: float = 0.1
    scatter: tuple[float, float, float] = (1.0, 1.0, 1.0)
    errors: str = "normal"
    missing: str = "none"
    effect: float = 0.0
    designs: int = 5_000


def scenarios() -> list[Scenario]:
    """Return every row of the table."""
    null = [Scenario(doses=k, sd=sd, designs=10_000) for k in (1, 3, 5, 8) for sd in (0.15, 0.30)]
    null += [replace(s, pairing="unpaired", shared_sd=0.0) for s in null]
    null += [Scenario(doses=k, sd=sd, shared_sd=0.0) for k in (1, 3) for sd in (0.15, 0.30)]
    null += [Scenario(doses=k, n=n) for n in (2, 4, 6) for k in (1, 3)]
    null += [replace(s, pairing="unpaired", shared_sd=0.0) for s in null if s.n != 3]
    null += [Scenario("interaction", doses=k, sd=sd) for k in (1, 3) for sd in (0.15, 0.30)]
    null += [Scenario("between lines", doses=k, sd=sd) for k in (1, 3) for sd in (0.15, 0.30)]
    rough = [Scenario(doses=k, fraction=f) for f in (0.001, 0.01, 0.5, 0.97) for k in (1, 3)]
    rough += [Scenario(doses=3, errors="t with 5 df"), Scenario(doses=1, errors="t with 5 df")]
    shapes = ((1.0, 2.0, 2.0), (2.0, 1.0, 1.0), (1.0, 1.0, 2.0), (3.0, 1.0, 1.0), (1.0, 1.0, 3.0))
    rough += [
        Scenario(doses=k, n=n, scatter=s) for k in (1, 3, 8) for n in (3, 6) for s in shapes if k > 1 or s[0] == 1
    ]
    rough += [Scenario(doses=1, pairing="unpaired", shared_sd=0.0, scatter=s) for s in shapes[:2]]
    rough += [Scenario(doses=k, n=n, missing=m) for k in (1, 3) for n in (3, 4) for m in ("a control", "a treated")]
    power = [
        Scenario(doses=k, n=n, sd=sd, effect=e)
        for k in (1, 3, 8)
        for n in (2, 3, 4)
        for sd in (0.15, 0.30)
        for e in (0.5, 1.0)
    ]
    power += [Scenario("interaction", doses=3, sd=0.15, effect=e) for e in (0.5, 1.0)]
    return null + rough + [replace(s, designs=2_000) for s in power]


def contrasts_of(scenario: Scenario) -> tuple[list[Contrast], FloatArray]:
    """Return the family, and for each condition whether it bears the effect.

    Interactions: control, then doses alone, then the second agent alone, then the pairs. Lines: control and doses of
    one, then of the other.
    """
    k = scenario.doses
    if scenario.contrasts == "doses against control":
        return [Contrast(((i, 1.0), (0, -1.0))) for i in range(1, k + 1)], np.array([0.0] + [1.0] * k)
    other = k + 1
    found = [Contrast(((other + i, 1.0), (other, -1.0), (i, -1.0), (0, 1.0))) for i in range(1, k + 1)]
    return found, np.array([0.0] * (other + 1) + [1.0] * k)


def draw(scenario: Scenario, bearing: FloatArray, rng: np.random.Generator) -> list[Observation]:
    """Return the fractions of one design."""
    shape = (len(bearing), scenario.n)
    standard = rng.standard_t(5, shape) / np.sqrt(5 / 3) if scenario.errors != "normal" else rng.standard_normal(shape)
    factors = np.full(len(bearing), scenario.scatter[1])
    factors[0], factors[-1] = scenario.scatter[0], scenario.scatter[2]
    lines = scenario.contrasts == "between lines"
    days = rng.normal(0, scenario.shared_sd, (2, scenario.n))
    of_line = np.array([int(lines and i > scenario.doses) for i in range(len(bearing))])
    levels = logit(scenario.fraction) + scenario.effect * bearing[:, None] + days[of_line]
    values = rng.binomial(EVENTS, expit(levels + scenario.sd * factors[:, None] * standard)) / EVENTS
    lost = {"none": (-1, -1), "a control": (0, 0), "a treated": (len(bearing) - 1, 0)}[scenario.missing]
    return [
        Observation(i, name, Fraction(float(values[i, e]), 0.0, 1.0, EVENTS), str(of_line[i]), name)
        for i in range(shape[0])
        for e in range(shape[1])
        if (i, e) != lost
        for name in [str(e) if scenario.pairing == "paired" else f"{i}-{e}"]
    ]


def row(scenario: Scenario) -> dict[str, object]:
    """Return one row of the table."""
    rng = np.random.default_rng(SEED)
    family, bearing = contrasts_of(scenario)
    alone, adjusted, covers, tests = [], [], [], []
    fell_back = 0
    for _ in range(scenario.designs):
        seen = draw(scenario, bearing, rng)
        found = find_contrasts(seen, family)
        alone.append([one.p_value < 0.05 for one in found])
        adjusted.append([one.p_adjusted < 0.05 for one in found])
        covers.append([one.low <= scenario.effect <= one.high for one in found])
        fell_back += found[0].unequal
        if scenario.effect:
            tests.append([p < 0.05 for p in holm([on_own_scatter(seen, one).p_value for one in family])])
    shown = {
        name: getattr(scenario, name) for name in ("contrasts", "doses", "n", "sd", "pairing", "shared_sd", "fraction")
    }
    shown |= {"scatter": " ".join(f"{f:g}" for f in scenario.scatter), "errors": scenario.errors}
    shown |= {"missing": scenario.missing, "effect": scenario.effect, "designs": scenario.designs}
    shown |= {"per_test": _share(alone), "worst_test": round(float(np.mean(alone, axis=0).max()), 4)}
    shown |= {"family_wise": round(float(np.any(adjusted, axis=1).mean()), 4), "adjusted": _share(adjusted)}
    shown |= {"holm_of_paired_t": _share(tests) if tests else "", "covers": _share(covers)}
    return shown | {"fell_back": round(fell_back / scenario.designs, 4)}


def _share(found: Sequence[Sequence[bool]]) -> float:
    return round(float(np.mean(found)), 4)


def main() -> None:
    """Write the table."""
    rows = []
    for scenario in scenarios():
        rows.append(row(scenario))
        print(" ".join(str(value) for value in rows[-1].values()), flush=True)
    with Path(__file__).with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
