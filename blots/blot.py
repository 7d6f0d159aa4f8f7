"""The noun of the package: one blot image whose larger numbers mean more signal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from blots.repair import Repair

QUANTITATIVE = "quantitative"
SEMI_QUANTITATIVE = "semi-quantitative"
DO_NOT_QUANTIFY = "do not quantify"


@dataclass(frozen=True, eq=False)
class Blot:
    """One image of a membrane, as linear signal.

    Parameters
    ----------
    name : str
        The file's name, or what the caller calls it.
    signal : ndarray, shape (rows, columns)
        Read-only floats; more signal is always larger, whichever way the file stores it.
    saturated : ndarray of bool, shape (rows, columns)
        Pixels at the level where the camera, or an export, clipped.
    fitness : str
        "quantitative", "semi-quantitative" or "do not quantify"; `cautions` gives the reasons.
    cautions : tuple of str
        ``code: words`` each, see `blots.cautions`.
    stored_dark_bands : bool
        True where the file holds dark bands on a light ground; `signal` is then full scale minus the stored value.
    polarity_confidence : float
        0 (a toss-up) to 1 (every structure of the picture agrees).
    metadata : mapping of str to str
        What the file says of itself: `format`, `scanner`, `acquired`, ...
    quarter_turns : int
        By how many quarter turns, anticlockwise, `signal` is turned against the image as stored; see `blots.turns`.
    repair : Repair, optional
        What a shorter exposure gave to this one; see `blots.exposures`.

    Examples
    --------
    >>> import numpy as np
    >>> blot = Blot("demo", np.eye(3), np.zeros((3, 3), dtype=bool))
    >>> blot.shape, blot.fitness, blot.signal.flags.writeable
    ((3, 3), 'quantitative', False)
    """

    name: str
    signal: NDArray[np.float64]
    saturated: NDArray[np.bool_]
    fitness: str = QUANTITATIVE
    cautions: tuple[str, ...] = field(default=())
    stored_dark_bands: bool = False
    polarity_confidence: float = 1.0
    metadata: Mapping[str, str] = field(default_factory=dict)
    quarter_turns: int = 0
    repair: Repair | None = None

    def __post_init__(self) -> None:
        """Keep private read-only arrays."""
        for name, kind in (("signal", np.float64), ("saturated", np.bool_)):
            array = np.array(getattr(self, name), dtype=kind)
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.signal.shape
        return rows, columns
