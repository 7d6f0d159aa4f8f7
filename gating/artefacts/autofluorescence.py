"""Cells that shine without a stain: dead cells do, and so do those that hold a fluorescent compound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gating.artefacts.finding import Finding
from gating.artefacts.wells import shares_trace
from gating.intervals import wilson_interval
from gating.levels import Levels

LIMIT = 0.01
# A threshold at the 99th percentile of another unstained tube leaves one in a hundred here, give or take.
LARGE = 1.5


def check_autofluorescence(unstained: Mapping[str, Levels], treated: Sequence[str] = ()) -> list[Finding]:
    """Hold the cells of unstained tubes above each threshold against 1 %.

    Parameters
    ----------
    unstained : mapping of file to Levels
        Untreated and treated tubes without stain.
    treated : sequence of str
        Those among them that hold a compound.

    Returns
    -------
    list of Finding
        One `autofluorescence` a tube, for the channel with more cells above its threshold.
    """
    return [_tube(file, levels, file in treated) for file, levels in unstained.items() if levels.cells.total]


def _tube(file: str, levels: Levels, treated: bool) -> Finding:
    cells = levels.cells
    above = {"Annexin V": cells.early_apoptotic + cells.late_apoptotic, "dye": cells.late_apoptotic + cells.necrotic}
    axis = max(above, key=lambda name: above[name])
    low, high = wilson_interval(above[axis], cells.total)
    share = above[axis] / cells.total
    kind = "treated, unstained" if treated else "unstained"
    return Finding(
        check="autofluorescence",
        files=(file,),
        statistic=f"{kind} cells above the threshold of {axis}, fraction",
        value=share,
        low=low,
        high=high,
        limit=LIMIT,
        raised=low > LIMIT and share > LARGE * LIMIT,
        trace=shares_trace([(count, cells.total) for count in above.values()], "above the threshold", LIMIT),
        words=f"{share:.1%} of the {kind} cells of {file} lie above the threshold of {axis}",
    )
