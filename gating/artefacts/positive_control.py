"""A positive control that is none: too few positive cells, no mode of their own, or dead cells without Annexin V."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gating.artefacts.finding import Finding
from gating.artefacts.wells import Well, shares_trace
from gating.intervals import wilson_interval

FEWEST_POSITIVE = 0.30
FEWEST_OF_DEAD, ENOUGH_DEAD = 0.5, 200
OWN_MODE_SD = 1.0


def check_positive_control(wells: Sequence[Well]) -> list[Finding]:
    """Judge each positive control: 30 % Annexin-positive cells, a mode clear of the threshold, Annexin V on the dead.

    Parameters
    ----------
    wells : sequence of Well
        Those in the role of a positive control are judged.

    Returns
    -------
    list of Finding
        `weak_positive` for the fraction and for the mode, `annexin_lost` for the dead cells.
    """
    controls = [well for well in wells if well.role == "positive" and well.levels.cells.total]
    return [found for well in controls for found in (_fraction(well), _mode(well), _on_the_dead(well)) if found]


def _fraction(well: Well) -> Finding:
    cells = well.levels.cells
    positive = cells.early_apoptotic + cells.late_apoptotic
    low, high = wilson_interval(positive, cells.total)
    return Finding(
        check="weak_positive",
        files=(well.file,),
        statistic="Annexin-positive cells of the positive control, fraction",
        value=positive / cells.total,
        low=low,
        high=high,
        limit=FEWEST_POSITIVE,
        raised=high < FEWEST_POSITIVE,
        trace=shares_trace([(positive, cells.total)], "Annexin-positive", FEWEST_POSITIVE),
        words=f"{positive / cells.total:.0%} of the cells of {well.file} bind Annexin V",
    )


def _mode(well: Well) -> Finding | None:
    """Ask whether the positive cells stand clear of the threshold, in SD of the live cells; a tail does not."""
    levels = well.levels
    kind = max(("early_apoptotic", "late_apoptotic"), key=lambda k: levels.annexin[k].events)
    positive, live = levels.annexin[kind], levels.annexin["live"]
    if positive.events < 50 or live.events < 50 or not live.spread > 0:
        return None
    clear = (positive.value - levels.annexin_threshold) / live.spread
    # The positive spread is in decades: the error of the centre follows from it.
    half = 2.5 * positive.value * np.log(10.0) * positive.spread / np.sqrt(positive.events) / live.spread
    return Finding(
        check="weak_positive",
        files=(well.file,),
        statistic="Annexin V of the positive control's positive cells above the threshold, SD of its live cells",
        value=clear,
        low=clear - half,
        high=clear + half,
        limit=OWN_MODE_SD,
        raised=clear + half < OWN_MODE_SD,
        words=f"the positive cells of {well.file} have no mode of their own",
    )


def _on_the_dead(well: Well) -> Finding | None:
    late, dead = well.levels.cells.late_apoptotic, well.levels.cells.late_apoptotic + well.levels.cells.necrotic
    if dead < ENOUGH_DEAD:
        return None
    low, high = wilson_interval(late, dead)
    return Finding(
        check="annexin_lost",
        files=(well.file,),
        statistic="dye-positive cells of the positive control with Annexin V, fraction",
        value=late / dead,
        low=low,
        high=high,
        limit=FEWEST_OF_DEAD,
        raised=high < FEWEST_OF_DEAD,
        trace=shares_trace([(late, dead)], "Annexin-positive of the dead", FEWEST_OF_DEAD),
        words=f"{late / dead:.0%} of the dead cells of {well.file} carry Annexin V",
    )
