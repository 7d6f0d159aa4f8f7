"""Doses around a known IC50."""

from __future__ import annotations

import math


def dose_series(around: float, steps: int, factor: float) -> tuple[float, ...]:
    """Return doses that rise by a constant factor, the IC50 in their middle.

    The highest dose is rounded to two digits, which moves the middle by less than 5 %, and the others follow from it
    by the exact factor, so that a serial dilution makes them.

    Parameters
    ----------
    around : float
        The IC50, above 0.
    steps : int
        Number of doses.
    factor : float
        Of one dose to the next, above 1.

    Examples
    --------
    >>> [round(dose, 1) for dose in dose_series(100, 5, 3)]
    [11.1, 33.3, 100.0, 300.0, 900.0]
    """
    highest = two_digits(around * factor ** ((steps - 1) / 2))
    return tuple(as_written(highest / factor ** (steps - 1 - step)) for step in range(steps))


def as_written(amount: float) -> float:
    """Return an amount with the 15 digits that a workbook keeps, so that a dose is one number in every file."""
    return float(f"{amount:.15g}")


def two_digits(amount: float) -> float:
    """Return an amount rounded to two digits.

    Examples
    --------
    >>> two_digits(4676.5), two_digits(0.0123)
    (4700.0, 0.012)
    """
    return float(f"{amount:.1e}")


def middle(doses: tuple[float, ...]) -> float:
    """Return the geometric mean of doses."""
    return math.exp(math.fsum(map(math.log, doses)) / len(doses))
