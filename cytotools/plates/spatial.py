"""Position effects of plates in a table, and the wells with them taken out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cytotools.plates.plate_layout import PlateLayout, levels_of, places_of, plate_layouts
from cytotools.plates.position_tests import contrasts_of, effects_of, fitted, joined
from cytotools.plates.wells_table import CELL_ROLES, prepared

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
_PLATE = ("assay", "batch", "plate", "hours")
_MEASURES = ("effect", "where", "value", "low", "high", "p_value", "p_adjusted", "caution")
COLUMNS = (*_PLATE, *_MEASURES)


def position_effects(wells: pd.DataFrame) -> pd.DataFrame:
    """Return the tests of edge, row and column effects of every plate.

    Parameters
    ----------
    wells : DataFrame
        The wells table of `cytotools.plates`, with `rows` and `columns` of the plate where they are known.

    Returns
    -------
    DataFrame
        One row a plate and `effect` (edge, row, column): `where` it is largest, its size `value` as a share of the
        signal above the blank with its 95 % interval, `p_value`, `p_adjusted` (Holm over the three) and `caution`.
        Where conditions stand in rows or columns of their own nothing is tested and the caution says so.

    References
    ----------
    Position effects of plates: N. Malo et al., Nat. Biotechnol. 24:167 (2006), doi:10.1038/nbt1186. Permutation within
    blocks: P. Good, Permutation, Parametric and Bootstrap Tests of Hypotheses, 3rd ed. (2005), ISBN 9780387202792.

    Examples
    --------
    Control wells, those of the first row and column 20 % low:

    >>> import pandas as pd
    >>> names = [f"{row}{column}" for row in "ABCDE" for column in range(1, 9)]
    >>> level = [80.0 if name[0] == "A" or name[1:] == "1" else 100.0 for name in names]
    >>> signal = [x + 3.0 * np.sin(7.0 * i) for i, x in enumerate(level)]
    >>> edge = position_effects(pd.DataFrame({"well": names, "role": "untreated", "signal": signal})).iloc[0]
    >>> edge["effect"], bool(-0.25 < edge["low"] < edge["high"] < -0.15), bool(edge["p_adjusted"] < 0.01)
    ('edge', True, True)
    """
    import pandas as pd

    table = prepared(wells)
    rows = []
    for layout in plate_layouts(table):
        first = table.iloc[int(np.flatnonzero(table["_read"] == layout.read)[0])]
        plate = {name: first[name] for name in _PLATE}
        rows += [plate | {name: getattr(one, name) for name in _MEASURES} for one in effects_of(layout)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def correct_positions(wells: pd.DataFrame) -> pd.DataFrame:
    """Return the wells with those position effects taken out that their plates show.

    Returns
    -------
    DataFrame
        The wells given: `signal` corrected, `signal_before` as read, and `position_effect`, the share of the signal
        above the blank that position adds, 0 where the plate shows no effect that is more than scatter. Effects are
        fitted together with the conditions, so that treatments keep their differences; rows and columns that no
        shared condition tells of are left as they are.

    Examples
    --------
    >>> import pandas as pd
    >>> names = [f"{row}{column}" for row in "ABCDE" for column in range(1, 9)]
    >>> level = [80.0 if name[0] == "A" or name[1:] == "1" else 100.0 for name in names]
    >>> signal = [x + 3.0 * np.sin(7.0 * i) for i, x in enumerate(level)]
    >>> table = correct_positions(pd.DataFrame({"well": names, "role": "untreated", "signal": signal}))
    >>> bool(table["signal_before"].std() > 9.0 and table["signal"].std() < 3.0)
    True
    """
    table = prepared(wells)
    effect, blank = np.zeros(len(table)), np.zeros(len(table))
    with_cells = table["role"].isin(CELL_ROLES).to_numpy()
    for layout in plate_layouts(table):
        found = [one.effect for one in effects_of(layout) if one.found]
        here = np.flatnonzero((table["_read"].to_numpy() == layout.read) & with_cells)
        if found:
            effect[here], blank[here] = _added(layout, found, table.iloc[here]), layout.blank
    signal, net = (table[name].to_numpy(np.float64) for name in ("signal", "_net"))
    before = (net - blank) / (1.0 + effect)
    corrected = np.where(effect == 0, signal, signal - (net - blank) + before)
    return wells.reset_index(drop=True).assign(signal=corrected, signal_before=signal, position_effect=effect)


def _added(layout: PlateLayout, effects: Sequence[str], table: pd.DataFrame) -> FloatArray:
    """Return what position adds to each well of a table, as a share of its signal above the blank."""
    rows, columns = places_of(table)
    of_fit, of_table = [], []
    for effect in effects:
        levels = layout.levels(effect)
        names = np.unique(levels[joined(layout.conditions, levels)])
        codes = contrasts_of(effect, len(names))
        of_fit.append(_coded(levels, names, codes))
        of_table.append(_coded(levels_of(effect, rows, columns, layout.shape), names, codes))
    solved, _, _ = fitted(layout, of_fit)
    return np.asarray(np.hstack(of_table) @ solved, dtype=np.float64)


def _coded(levels: NDArray[np.int64], names: NDArray[np.int64], codes: FloatArray) -> FloatArray:
    """Return the codes of wells, zeros where their level is none of the names."""
    places = np.minimum(np.searchsorted(names, levels), len(names) - 1)
    return np.where((names[places] == levels)[:, None], codes[places], 0.0)
