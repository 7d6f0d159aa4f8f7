"""What one measurement says of one mechanism: its grade, its numbers, and the words for both."""

from __future__ import annotations

from dataclasses import dataclass

NAN = float("nan")


@dataclass(frozen=True)
class Evidence:
    """One measurement of one mechanism in one line.

    Attributes
    ----------
    grade : str
        supported, against or not resolved.
    words : str
        The measurement with its numbers; the mechanism's own sentence stands before it in the table.
    quantity : str
        What `value` is.
    value, low, high : float
        Estimate and 95 % interval; NaN where there is none.
    n : int
        Independent experiments.
    cautions : tuple of str
    """

    grade: str
    words: str
    quantity: str
    value: float
    low: float
    high: float
    n: int
    cautions: tuple[str, ...] = ()
