"""What a straight and a curved 99 % cut call positive among cells without dye, bright and dim in Annexin V.

Single stains and held-out cells are counted photon by photon: light spills, arrives as a Poisson number of photons,
meets electronic noise and is compensated with the true matrix. The dividers are fitted to the single stain; the rates
are of fresh cells without dye. `needed` is the part of the repeats in which the fit asks for a curve (in the rows
without photon noise: in which it asks for one in vain). `cut_off_percent` is the largest distance of the median curve
from the true 99 % quantile, 2.326 sqrt(noise^2 + units * spill * (1 + spill) * Annexin) above the middle, at the
states' medians. `dim_dye_found` is the part of cells without Annexin V and with little dye (about 500 units) that a cut
still finds.

    python benchmarks/curved_dividers.py            # prints the table and writes benchmarks/curved_dividers.csv
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gating.divider_fit import DividerFit, fit_divider

Z_99 = 2.3263478740408408
LIVE, EARLY = 250.0, 9_000.0  # medians of Annexin V


@dataclass(frozen=True)
class Instrument:
    """How much Annexin light the dye's detector sees, units a photon (0: no photon noise), and the noise's shape."""

    name: str
    spill: float
    units_per_photon: float
    noise_sd: float = 60.0
    heavy: bool = False
    bright_share: float = 0.4
    events: int = 10_000


INSTRUMENTS = (
    Instrument("no photon noise", 0.4, 0.0),
    Instrument("no photon noise, heavy tails", 0.4, 0.0, heavy=True),
    Instrument("spill 5 %", 0.05, 8.0),
    Instrument("spill 16 %", 0.16, 8.0),
    Instrument("spill 40 %", 0.40, 8.0),
    Instrument("spill 40 %, few photons", 0.40, 30.0),
    Instrument("spill 40 %, heavy tails", 0.40, 8.0, heavy=True),
    Instrument("spill 40 %, 5 % bright in the control", 0.40, 8.0, bright_share=0.05),
    Instrument("spill 40 %, 3,000 events", 0.40, 8.0, events=3_000),
)


def draw(
    instrument: Instrument, n: int, bright: float, dye: float, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return Annexin V and dye, compensated, of cells that carry this much dye; a share of them is bright."""
    annexin = np.where(rng.random(n) < bright, EARLY, LIVE) * rng.lognormal(0.0, 0.6, n)
    light = np.stack([annexin, instrument.spill * annexin + 90.0 + dye * rng.lognormal(0.0, 0.4, n)])
    unit = instrument.units_per_photon
    seen = unit * rng.poisson(light / unit) if unit else light
    noise = rng.standard_t(4, (2, n)) / np.sqrt(2.0) if instrument.heavy else rng.standard_normal((2, n))
    seen = seen + instrument.noise_sd * noise
    return seen[0], seen[1] - instrument.spill * seen[0]


def true_cut(instrument: Instrument, annexin: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the 99 % quantile of normal noise and counted photons."""
    spill, unit = instrument.spill, instrument.units_per_photon
    dark = instrument.noise_sd**2 * (1.0 + spill**2) + unit * 90.0
    return np.asarray(90.0 + Z_99 * np.sqrt(dark + unit * spill * (1.0 + spill) * annexin))


def repeat(instrument: Instrument, rng: np.random.Generator) -> dict[str, float]:
    """Fit one control, and rate both cuts on fresh cells."""
    annexin, dye = draw(instrument, instrument.events, instrument.bright_share, 0.0, rng)
    fit: DividerFit = fit_divider(dye, annexin, rng=rng)
    found = {
        "needed": float(fit.divider.at(np.array([0.0]))[0] != fit.divider.at(np.array([1e4]))[0]),
        "spread": fit.spread.value,
        "level": fit.level.value,
    }
    for state, bright in (("live", 0.0), ("early", 1.0)):
        across, up = draw(instrument, 40_000, bright, 0.0, rng)
        found[f"{state}_straight"] = 100 * float(np.mean(up >= fit.straight.value))
        found[f"{state}_fitted"] = 100 * float(np.mean(up >= fit.divider.at(across)))
    across, up = draw(instrument, 10_000, 0.0, 500.0, rng)  # necrotic, dim: what a cut for bright cells costs
    found["dim_dye_found_straight"] = 100 * float(np.mean(up >= fit.straight.value))
    found["dim_dye_found_fitted"] = 100 * float(np.mean(up >= fit.divider.at(across)))
    return found


def main() -> None:
    """Run every instrument on new seeds and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=40)
    repeats = parser.parse_args().repeats
    places = np.array([LIVE, 1_000.0, EARLY, 2.0 * EARLY])
    rows = []
    for index, instrument in enumerate(INSTRUMENTS):
        found = pd.DataFrame([repeat(instrument, np.random.default_rng([31, index, k])) for k in range(repeats)])
        middle = found.median()
        cut = middle["level"] + middle["spread"] * np.sqrt(places)
        off = np.nan if instrument.heavy else 100 * float(np.max(np.abs(cut / true_cut(instrument, places) - 1.0)))
        rows.append(
            {"instrument": instrument.name, "repeats": repeats, "needed": round(float(found["needed"].mean()), 3)}
            | {key: round(float(middle[key]), 2) for key in found.columns if key != "needed"}
            | {"early_fitted_worst": round(float(found["early_fitted"].max()), 2), "cut_off_percent": round(off, 1)}
        )
    result = pd.DataFrame(rows)
    result.to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")
    print(result.to_string(index=False))


if __name__ == "__main__":
    main()
