"""From stored numbers to linear units: $PnE, $PnG and $TIMESTEP, each once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from gating.fcs.layout import Column

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST_TABLE = 65_536


def is_scaled(column: Column, timestep: float) -> bool:
    """Tell whether a channel's stored numbers differ from its linear units."""
    return timestep != 1.0 if column.is_time else column.decades > 0 or column.gain != 1.0


def scale_of(column: Column, timestep: float, n_events: int) -> Callable[[NDArray[Any]], NDArray[np.float64]]:
    """Return the function that turns stored numbers of one channel into linear units.

    Time is multiplied by $TIMESTEP; a log amplifier ($PnE, integers only) gives lowest x 10^(decades x value / $PnR);
    anything else is divided by its gain. Source: FCS 3.1, Spidlen 2010, doi 10.1002/cyto.a.20825.

    Examples
    --------
    >>> column = Column("I", 16, 1024, 4.0, 1.0, 1.0, False)
    >>> scale_of(column, 1.0, 2)(np.array([0, 512])).tolist()
    [1.0, 100.0]
    """
    if column.is_time:
        return lambda values: np.multiply(values, timestep, dtype=np.float64)
    if column.decades <= 0:
        return lambda values: np.divide(values, column.gain, dtype=np.float64)
    if column.kind == "I" and column.mask < min(LARGEST_TABLE, n_events):
        table = _logarithmic(np.arange(column.mask + 1), column)
        return lambda values: table[values]
    return lambda values: _logarithmic(values, column)


def _logarithmic(values: NDArray[Any], column: Column) -> NDArray[np.float64]:
    top = column.maximum or 2**column.bits
    linear = values.astype(np.float64)
    linear *= column.decades / top
    np.power(10.0, linear, out=linear)
    linear *= column.lowest
    return linear
