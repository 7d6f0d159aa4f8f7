"""What a check has found: its number with an interval, the limit that it is held against, and what to draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gating.cautions import caution

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Trace:
    """What shows a finding to the eye: points with their 95 % intervals over an axis, and the limit as a line."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    x_label: str
    y_label: str
    low: NDArray[np.float64] | None = None
    high: NDArray[np.float64] | None = None
    limit: float | None = None


@dataclass(frozen=True, eq=False)
class Finding:
    """The result of one check, raised or not.

    Attributes
    ----------
    check : str
        The code of the caution that it raises.
    files : tuple of str
        The tubes that it concerns; empty where it is the whole batch.
    statistic : str
        What was measured, in words with its unit.
    value, low, high : float
        The number and its 95 % interval.
    limit : float
        Beyond it the check raises an alarm.
    raised : bool
        Whether it does.
    words : str
        One clause for the caution cell.
    trace : Trace, optional
        What to draw.
    """

    check: str
    files: tuple[str, ...]
    statistic: str
    value: float
    low: float
    high: float
    limit: float
    raised: bool
    words: str
    trace: Trace | None = None

    @property
    def caution(self) -> str:
        """The caution cell: empty where no alarm is raised."""
        return caution(self.check, self.words) if self.raised else ""
