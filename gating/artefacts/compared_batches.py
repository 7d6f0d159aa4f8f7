"""Annexin V that a whole batch lost: seen only beside another batch of the same line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gating.artefacts.calcium import (
    CHANCE_Z,
    DIMMER_DECADES,
    STAINED,
    TUBE_SHIFT,
    annexin_brightness,
    distance_from_live,
    median,
)
from gating.artefacts.finding import Finding
from gating.artefacts.wells import Well
from gating.intervals import Z_95

if TYPE_CHECKING:
    from numpy.typing import NDArray


def check_batches(batches: Mapping[str, Sequence[Well]]) -> list[Finding]:
    """Compare the Annexin V of positive cells between the batches of one line.

    A gain that was changed between two days moves live cells too and is not taken for lost calcium.

    Parameters
    ----------
    batches : mapping of name to wells
        Of one cell line, as `wells_of` gives them.

    Returns
    -------
    list of Finding
        One for each batch but the brightest; raised where its positive cells are more than 1.6 times dimmer.

    Examples
    --------
    >>> check_batches({"1": (), "2": ()})
    []
    """
    centres = {name: _centres(wells) for name, wells in batches.items()}
    usable = {name: c for name, c in centres.items() if np.isfinite(c[:2]).any()}
    if len(usable) < 2:
        return []
    brightest = max(usable, key=lambda name: float(np.nanmean(usable[name][:2])))
    return [
        _between(name, brightest, usable, batches)
        for name in usable
        if name != brightest and np.isfinite(usable[name][:2] - usable[brightest][:2]).any()
    ]


def _centres(wells: Sequence[Well]) -> NDArray[np.float64]:
    """Return log10 of the Annexin V of early, late and live cells, medians over the wells."""
    values = [median([well.mode("annexin", kind) for well in wells]) for kind in (*STAINED, "live")]
    return np.array([np.log10(value) if value > 0 else np.nan for value in values])


def _between(
    name: str, brightest: str, centres: Mapping[str, NDArray[np.float64]], batches: Mapping[str, Sequence[Well]]
) -> Finding:
    change = centres[name] - centres[brightest]
    difference = float(np.nanmean(change[:2]))
    usual = [TUBE_SHIFT * distance_from_live(batches[batch]) for batch in (name, brightest)]
    wells = [max(1, int(np.isfinite(annexin_brightness(batches[b])[0]).sum())) for b in (name, brightest)]
    error = 1.25 * float(np.sqrt(usual[0] ** 2 / wells[0] + usual[1] ** 2 / wells[1]))
    beyond_gain = np.isnan(change[2]) or difference - change[2] < DIMMER_DECADES / 2
    return Finding(
        check="annexin_dim",
        files=tuple(well.file for well in batches[name]),
        statistic=f"Annexin V of positive cells over batch {brightest}, decades",
        value=difference,
        low=difference - Z_95 * error,
        high=difference + Z_95 * error,
        limit=DIMMER_DECADES,
        raised=bool(difference < DIMMER_DECADES and difference < -CHANCE_Z * error and beyond_gain),
        words=f"Annexin-positive cells are {10.0**-difference:.1f} times dimmer than in batch {brightest}",
    )
