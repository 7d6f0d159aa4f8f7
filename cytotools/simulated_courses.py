"""Courses with known rates: cells that divide, turn apoptotic or necrotic and dissolve, counted tube by tube."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cytotools.compartments import Rates

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
PARTS = ("live", "early_apoptotic", "late_apoptotic", "necrotic")
UNTREATED = Rates(0.002, 0.06, 0.0004, late_lost=0.02, growth=0.03)


@dataclass(frozen=True)
class CourseDesign:
    """What is planted: rates with and without treatment, hours, and how experiments, tubes and counts err.

    `rate_scatter` is the SD of each log rate between experiments, `tube_scatter` that of the log of each state's cells
    between tubes, `count_scatter` that of the log of cells a volume. `counted` adds `events_per_ul`.
    """

    treated: Rates
    untreated: Rates = UNTREATED
    hours: tuple[float, ...] = (6.0, 12.0, 24.0, 48.0)
    experiments: int = 3
    rate_scatter: float = 0.15
    tube_scatter: float = 0.1
    count_scatter: float = 0.05
    events: int = 10_000
    start: tuple[float, ...] = (0.94, 0.03, 0.02, 0.01)
    start_per_ul: float = 300.0
    counted: bool = True
    zero_hours: bool = True
    sheet: tuple[tuple[str, Any], ...] = field(default=(("cell_line", "ECA109"),))


def simulate_course(design: CourseDesign, rng: np.random.Generator) -> pd.DataFrame:
    """Return the rows of quadrants.csv of a vehicle and a treated course.

    Examples
    --------
    >>> table = simulate_course(CourseDesign(Rates(0.03, 0.05, 0.002)), np.random.default_rng(1))
    >>> len(table), sorted(table["role"].unique())
    (108, ['treated', 'vehicle'])
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for experiment in range(1, design.experiments + 1):
        shifts = rng.normal(0.0, design.rate_scatter, 4)
        own = {
            role: _shifted(rates, shifts)
            for role, rates in (("vehicle", design.untreated), ("treated", design.treated))
        }
        for role, hour in product(("vehicle", "treated"), (0.0, *design.hours)):
            if hour or (role == "vehicle" and design.zero_hours):
                sheet = {"role": role, "compound": "cisplatin" if role == "treated" else "", "hours": hour}
                sheet |= {
                    "replicate": str(experiment),
                    "file": f"{role}-{hour:g}-{experiment}.fcs",
                    **dict(design.sheet),
                }
                rows += _tube(design, own[role], sheet, rng)
    return pd.DataFrame(rows)


def _shifted(rates: Rates, shifts: FloatArray) -> Rates:
    first, second, third, lost = np.exp(shifts).tolist()
    return replace(
        rates,
        live_to_early=rates.live_to_early * first,
        early_to_late=rates.early_to_late * second,
        live_to_necrotic=rates.live_to_necrotic * third,
        late_lost=rates.late_lost * lost,
    )


def _tube(design: CourseDesign, rates: Rates, sheet: dict[str, Any], rng: np.random.Generator) -> list[dict[str, Any]]:
    """Count one tube."""
    cells = _flow(rates, sheet["hours"]) @ np.array(design.start) * np.exp(rng.normal(0.0, design.tube_scatter, 4))
    counts = rng.multinomial(design.events, cells / cells.sum())
    level = design.start_per_ul * cells.sum() * np.exp(rng.normal(0.0, design.count_scatter))
    common = sheet | {"parent_events": design.events, "file_events": 2 * design.events}
    common |= {"events_per_ul": 2.0 * level} if design.counted else {}
    rows = []
    for part, count in zip(PARTS, counts.tolist(), strict=True):
        p = count / design.events
        reach = 1.96 * float(np.sqrt(p * (1.0 - p) / design.events)) + 0.5 / design.events
        found = {
            "population": part,
            "events": count,
            "fraction": p,
            "low": max(p - reach, 0.0),
            "high": min(p + reach, 1.0),
        }
        rows.append(common | found)
    return rows


def _flow(rates: Rates, hours: float) -> FloatArray:
    """Return the matrix that carries the states over these hours, by doubling short steps."""
    out = rates.live_to_early + rates.live_to_necrotic
    rate = np.zeros((4, 4))
    rate[0, 0], rate[1, 0], rate[3, 0] = rates.growth - out, rates.live_to_early, rates.live_to_necrotic
    rate[1, 1], rate[2, 1], rate[2, 2] = -rates.early_to_late, rates.early_to_late, -rates.late_lost
    short = rate * hours / 2**16
    step = np.eye(4) + short + short @ short / 2.0
    return np.asarray(np.linalg.matrix_power(step, 2**16), dtype=np.float64)
