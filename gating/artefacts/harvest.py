"""Cells killed on the way from the dish to the tube: dye in vehicle wells, and floating cells thrown away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gating.artefacts.finding import Finding
from gating.artefacts.wells import Rows, Well, shares_trace, text
from gating.intervals import wilson_interval

DEAD_LIMIT, LIVE_LIMIT = 0.15, 0.80
HOW = (
    (("scrap",), "scraping tears membranes: detach with trypsin or accutase"),
    (("edta", "versene", "citrate"), "wash EDTA out and add 2.5 mM calcium before Annexin V"),
    (("tryps", "accut", "tryple"), "shorten the digestion and stop it with serum"),
)


def check_harvest(wells: Sequence[Well], rows: Rows) -> list[Finding]:
    """Hold the dead and the live cells of untreated and vehicle wells against 15 % and 80 %, and name the harvest.

    Scraping alone let propidium iodide into most cells, trypsin into far fewer (Yan and Efferth, 2020).

    Parameters
    ----------
    wells : sequence of Well
        Samples of a batch.
    rows : mapping of file to row
        Its columns `harvest` and `dissociation` are read where they are there.

    Returns
    -------
    list of Finding
        `harvest_damage` for dead and for live cells, and `floating_cells_lost` where adherent cells alone were taken.
    """
    controls = [well for well in wells if well.role in ("untreated", "vehicle") and well.levels.cells.total]
    found = []
    if controls:
        found = [_dead(controls, rows), _live(controls, rows)]
    return [*found, *_thrown_away(wells, rows)]


def _dead(controls: Sequence[Well], rows: Rows) -> Finding:
    counts = {w.file: (w.levels.cells.late_apoptotic + w.levels.cells.necrotic, w.levels.cells.total) for w in controls}
    worst = max(counts, key=lambda file: counts[file][0] / counts[file][1])
    above = tuple(file for file, pair in counts.items() if wilson_interval(*pair)[0] > DEAD_LIMIT)
    low, high = wilson_interval(*counts[worst])
    share = counts[worst][0] / counts[worst][1]
    words = f"{share:.0%} of the cells of {worst} are dead without treatment"
    return Finding(
        check="harvest_damage",
        files=above,
        statistic="dye-positive cells of the untreated and vehicle wells, largest fraction",
        value=share,
        low=low,
        high=high,
        limit=DEAD_LIMIT,
        raised=bool(above),
        trace=shares_trace(list(counts.values()), "dye-positive", DEAD_LIMIT),
        words=words + _how(rows.get(worst, {})),
    )


def _live(controls: Sequence[Well], rows: Rows) -> Finding:
    counts = {w.file: (w.levels.cells.live, w.levels.cells.total) for w in controls}
    worst = min(counts, key=lambda file: counts[file][0] / counts[file][1])
    below = tuple(file for file, pair in counts.items() if wilson_interval(*pair)[1] < LIVE_LIMIT)
    low, high = wilson_interval(*counts[worst])
    share = counts[worst][0] / counts[worst][1]
    words = f"only {share:.0%} of the cells of {worst} live without treatment"
    return Finding(
        check="harvest_damage",
        files=below,
        statistic="live cells of the untreated and vehicle wells, smallest fraction",
        value=share,
        low=low,
        high=high,
        limit=LIVE_LIMIT,
        raised=bool(below),
        trace=shares_trace(list(counts.values()), "live", LIVE_LIMIT),
        words=words + _how(rows.get(worst, {})),
    )


def _how(row: Mapping[str, Any]) -> str:
    """Return what to do about the way the cells were detached, where the sheet tells it."""
    dissociation = text(row.get("dissociation")).casefold()
    advice = [remedy for words, remedy in HOW if any(word in dissociation for word in words)]
    return f" (dissociation {dissociation}: {', '.join(advice)})" if advice else ""


def _thrown_away(wells: Sequence[Well], rows: Rows) -> list[Finding]:
    """Note samples of which the floating cells, the most apoptotic ones, were not taken."""
    files = [well.file for well in wells if well.role != "positive"]
    adherent = tuple(file for file in files if text(rows.get(file, {}).get("harvest")).casefold() == "adherent")
    floating = any(text(rows.get(file, {}).get("harvest")).casefold() == "floating" for file in files)
    if not adherent or floating:
        return []
    share = len(adherent) / len(files)
    return [
        Finding(
            check="floating_cells_lost",
            files=adherent,
            statistic="samples harvested without their floating cells, fraction",
            value=share,
            low=share,
            high=share,
            limit=0.0,
            raised=True,
            words="the sheet says that adherent cells alone were harvested",
        )
    ]
