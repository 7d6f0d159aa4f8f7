"""Too few events: a fraction of few cells says little, whatever the rest."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gating.artefacts.finding import Finding, Trace
from gating.tube_profile import TubeProfile

FEW_CELLS = 1_000


def check_few_events(profiles: Mapping[str, TubeProfile]) -> list[Finding]:
    """Return a finding a tube: raised below 1,000 whole single cells.

    At that number a fraction of a half is known within 3 points.

    Examples
    --------
    >>> check_few_events({})
    []
    """
    cells = np.array([profile.cells for profile in profiles.values()], dtype=np.float64)
    trace = Trace(np.arange(1.0, len(cells) + 1), cells, "tube", "whole single cells", limit=FEW_CELLS)
    return [
        Finding(
            check="few_events",
            files=(file,),
            statistic="whole single cells",
            value=n,
            low=n,
            high=n,
            limit=FEW_CELLS,
            raised=n < FEW_CELLS,
            words=f"{int(n)} whole single cells",
            trace=trace,
        )
        for file, n in zip(profiles, cells.tolist(), strict=True)
    ]
