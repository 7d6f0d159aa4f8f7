"""Cells passing from live to early and late apoptotic, or to necrotic, at constant rates an hour; late ones dissolve.

States are in the order live, early_apoptotic, late_apoptotic, necrotic everywhere. Live cells divide at a rate of their
own; dead cells other than the late ones stay.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
TRANSITIONS = ("live_to_early", "early_to_late", "live_to_necrotic", "late_lost")
SLOWEST, FASTEST = 1e-5, 3.0  # an hour: beyond them a rate is as good as 0, or as done at once


@dataclass(frozen=True)
class Rates:
    """Rates an hour; `growth` is that at which live cells divide."""

    live_to_early: float
    early_to_late: float
    live_to_necrotic: float
    late_lost: float = 0.0
    growth: float = 0.0


@dataclass(frozen=True, eq=False)
class Course:
    """One experiment over the hours of one condition.

    Attributes
    ----------
    hours : ndarray, shape (n_times,)
        Increasing; the first is where the course starts.
    fractions : ndarray, shape (n_times, 4)
    errors : ndarray, shape (n_times, 4)
        Standard errors by the tubes' own intervals.
    events : ndarray, shape (n_times,)
        Cells counted.
    cells_per_ul : ndarray, shape (n_times,)
        NaN where the volume is unknown.
    """

    hours: FloatArray
    fractions: FloatArray
    errors: FloatArray
    events: FloatArray
    cells_per_ul: FloatArray

    @property
    def counted(self) -> bool:
        """Return whether the number of cells a volume is known at every hour."""
        return bool(np.isfinite(self.cells_per_ul).all())


def cells_at(rates: Rates, start: FloatArray, hours: FloatArray) -> FloatArray:
    """Return the cells of each state after these hours.

    Parameters
    ----------
    rates : Rates
    start : ndarray, shape (4,)
    hours : ndarray, shape (n_times,)

    Returns
    -------
    ndarray, shape (n_times, 4)

    Examples
    --------
    Half of the live cells turn in ln 2 / rate hours; nobody is lost.

    >>> found = cells_at(Rates(0.01, 0.1, 0.0), np.array([1.0, 0.0, 0.0, 0.0]), np.array([0.0, np.log(2) / 0.01]))
    >>> found.round(2).tolist()
    [[1.0, 0.0, 0.0, 0.0], [0.5, 0.06, 0.44, 0.0]]
    """
    named = np.array([getattr(rates, name) for name in (*TRANSITIONS, "growth")])
    return passed(named, start, hours)


def passed(rates: FloatArray, start: FloatArray, hours: FloatArray) -> FloatArray:
    """Return the cells of many courses at once: rates (..., 5), start (..., 4), hours (n_times,) to (..., n_times, 4).

    The rates are those of TRANSITIONS, then growth.
    """
    turn, ripen, die, lost, growth = np.moveaxis(np.asarray(rates)[..., None], -2, 0)
    a, b, d = _apart(turn + die - growth, ripen, lost)
    live, early, late = np.exp(-a * hours), np.exp(-b * hours), np.exp(-d * hours)
    from_live, to_late, past_live = (live - early) / (b - a), (early - late) / (d - b), (live - late) / (d - a)
    through = (past_live - to_late) / (b - a)
    begin = np.moveaxis(np.asarray(start)[..., None], -2, 0)
    states = (
        begin[0] * live,
        begin[1] * early + turn * begin[0] * from_live,
        begin[2] * late + ripen * (begin[1] * to_late + turn * begin[0] * through),
        begin[3] + die * begin[0] * (-np.expm1(-a * hours) / a),
    )
    return np.stack(np.broadcast_arrays(*states), axis=-1)


def _apart(a: FloatArray, b: FloatArray, d: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the three rates of leaving a state, moved a hair apart where they meet: the solution divides by them."""
    hair = 1e-4 * np.maximum(np.maximum(np.abs(a), np.abs(b)), np.maximum(np.abs(d), 1e-6))
    a = np.where(np.abs(a) > hair, a, hair)
    b = np.where(np.abs(b - a) > hair, b, a + hair)
    for _ in range(2):  # past one of them it may meet the other
        d = np.where(np.minimum(np.abs(d - a), np.abs(d - b)) > 0.9 * hair, d, d + 2.0 * hair)
    return a, b, d
