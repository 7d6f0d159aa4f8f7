"""How often the interval of an IC50 inside one experiment holds the truth, to ic50_coverage.csv beside this file.

A row simulates `draws` curves of 4PL wells with the true IC50 1, top 1 and bottom 0.1: controls, and doses in
`replicates` each from `lowest` to `highest` dose, with errors that are normal (SD `well_sd` of the control),
proportional to the signal, or t with 3 degrees of freedom at the same SD. Kind `relative` asks for the IC50,
`absolute` for the dose at which the response is 0.5 where the level has a standard error of `level_error` that all
wells share.

`covers` is the share of intervals that hold the truth, open ones included; `miss_low` and `miss_high` are the shares
whose lower limit lies above it and whose upper limit lies below it (2.5 % each is nominal). `answered` is the share
with an estimate and both limits among the doses, `fold` the median of high / low among these; `low` is the median of
the lower limit over the truth where the IC50 is open above, so that an interval that says nothing is seen to say
nothing. `wald` and `wald_log` are the coverage of estimate ± t SE and of the same on ln IC50, which most programs give
(an estimate without an error covers). A row has its own seed.

    python -m benchmarks.ic50_coverage [--draws 4000]
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from scipy.special import stdtrit

from cytotools.doses import DoseResponses, fit_dose_responses, response_at
from cytotools.doses.sigmoid import FloatArray

SEED, BOTTOM, LEVEL = 20_261_202, 0.1, 0.5


@dataclass(frozen=True)
class Design:
    """Wells, curve and errors."""

    name: str
    lowest: float = 0.01
    highest: float = 100.0
    doses: int = 9
    replicates: int = 3
    controls: int = 3
    hill: float = 1.0
    well_sd: float = 0.06
    errors: str = "normal"
    kind: str = "relative"
    level_error: float = 0.0


def designs() -> Iterator[Design]:
    """Yield every row of the table."""
    full = Design("full range")
    tops = [
        replace(full, name=f"top dose {top:g} x IC50", lowest=1e-4 * top, highest=top) for top in (3.0, 2.0, 1.0, 0.5)
    ]
    named = [full, *tops]
    yield from named
    for hill in (0.7, 1.5, 2.0, 3.0):
        yield from (replace(one, hill=hill) for one in named[:4])
    for sd in (0.03, 0.10):
        yield from (replace(one, well_sd=sd) for one in named[:4])
    for one in named[:4]:
        yield replace(one, doses=8, replicates=2, controls=2)
        yield replace(one, doses=8, replicates=1, controls=2)
        yield replace(one, doses=6, replicates=2, controls=6)
    yield replace(full, name="IC50 below the lowest dose", lowest=3.0, highest=3e4)
    yield replace(full, name="IC50 below the lowest dose", lowest=3.0, highest=3e4, controls=12)
    for errors in ("proportional", "t 3"):
        yield from (replace(one, errors=errors) for one in named[:4])
    for error in (0.0, 0.02):
        yield from (replace(one, kind="absolute", level_error=error) for one in named)


def drawn(one: Design, draws: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Return the doses and the responses."""
    doses = np.geomspace(one.lowest, one.highest, one.doses)
    dose = np.concatenate([np.zeros(one.controls), np.repeat(doses, one.replicates)])
    truth = response_at(dose, BOTTOM, 1.0, 1.0, one.hill)
    shape = (draws, len(dose))
    errors = rng.standard_t(3, shape) / np.sqrt(3.0) if one.errors == "t 3" else rng.standard_normal(shape)
    return dose, truth + one.well_sd * errors * (truth if one.errors == "proportional" else 1.0)


def wald(fits: DoseResponses, truth: float) -> tuple[float, float]:
    """Return the coverage of the intervals that most programs give, of the IC50 and of its logarithm."""
    reach = stdtrit(np.maximum(fits.degrees, 1), 0.975) * np.where(fits.converged, fits.standard_errors.ic50, np.inf)
    linear = np.abs(fits.ic50 - truth) <= reach
    by_log = np.abs(np.log(fits.ic50 / truth)) <= reach / fits.ic50
    return float(linear.mean()), float(by_log.mean())


def row_of(one: Design, seed: int, draws: int) -> dict[str, object]:
    """Return one row of the table."""
    rng = np.random.default_rng([SEED, seed])
    dose, y = drawn(one, draws, rng)
    fits, truth = fit_dose_responses(dose, y), 1.0
    if one.kind == "absolute":
        truth = ((1.0 - BOTTOM) / (LEVEL - BOTTOM) - 1.0) ** (1.0 / one.hill)
        found = fits.absolute(LEVEL + one.level_error * rng.standard_normal(draws), one.level_error)
    else:
        found = fits.relative()
    answered, open_above = np.isfinite(found.ic50) & (found.low > 0), np.isinf(found.high)
    by_wald = wald(fits, truth) if one.kind == "relative" else (np.nan, np.nan)
    shares = {
        "covers": np.mean((found.low <= truth) & (truth <= found.high)),
        "miss_low": np.mean(found.low > truth),
        "miss_high": np.mean(found.high < truth),
        "answered": answered.mean(),
        "fold": np.median((found.high / found.low)[answered]) if answered.any() else np.nan,
        "low": np.median(found.low[open_above]) / truth if open_above.any() else np.nan,
        "wald": by_wald[0],
        "wald_log": by_wald[1],
    }
    return asdict(one) | {"draws": draws} | {name: round(float(value), 4) for name, value in shares.items()}


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=4000)
    options = parser.parse_args()
    table = []
    for seed, one in enumerate(designs()):
        table.append(row_of(one, seed, options.draws))
        print(table[-1], flush=True)
    with Path(__file__).with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


if __name__ == "__main__":
    main()
