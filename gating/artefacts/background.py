"""Live-looking controls that bind Annexin V: the baseline from which every treatment is counted."""

from __future__ import annotations

from collections.abc import Sequence

from gating.artefacts.finding import Finding
from gating.artefacts.wells import Well, shares_trace
from gating.intervals import wilson_interval

ANNEXIN_LIMIT = 0.18


def check_background(wells: Sequence[Well]) -> list[Finding]:
    """Hold the Annexin-positive, dye-negative cells of untreated and vehicle wells against 18 %.

    Parameters
    ----------
    wells : sequence of Well
        Samples; the untreated and vehicle ones are judged, each alone.

    Returns
    -------
    list of Finding
        One `high_background` for the highest well, with the files of all above the limit.
    """
    controls = [well for well in wells if well.role in ("untreated", "vehicle") and well.levels.cells.total]
    if not controls:
        return []
    worst = max(controls, key=lambda well: well.levels.share("early_apoptotic"))
    above = tuple(well.file for well in controls if _interval(well)[0] > ANNEXIN_LIMIT)
    low, high = _interval(worst)
    share = worst.levels.share("early_apoptotic")
    return [
        Finding(
            check="high_background",
            files=above,
            statistic="Annexin-positive, dye-negative cells of the untreated and vehicle wells, largest fraction",
            value=share,
            low=low,
            high=high,
            limit=ANNEXIN_LIMIT,
            raised=bool(above),
            trace=shares_trace([_counts(well) for well in controls], "Annexin-positive, dye-negative", ANNEXIN_LIMIT),
            words=f"{share:.0%} of the cells of {worst.file} bind Annexin V without treatment",
        )
    ]


def _counts(well: Well) -> tuple[int, int]:
    return well.levels.cells.early_apoptotic, well.levels.cells.total


def _interval(well: Well) -> tuple[float, float]:
    return wilson_interval(*_counts(well))
