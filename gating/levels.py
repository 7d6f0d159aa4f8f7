"""Where a tube's populations stand, in a few numbers: what is compared across the tubes of a batch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from gating.events import Events
from gating.quadrants import POPULATIONS, Quadrants, count_at
from gating.whole_cells import WholeCells

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLED = 10_000  # events: the sampling error of a mode is then far below what separates two tubes
IQR_TO_SD = 0.7413
WINDOW_SD = 1.25
STEPS = 12
_QUANTILES = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Mode:
    """Where one population of a tube stands on one axis.

    Attributes
    ----------
    value : float
        Its centre in linear, compensated units; NaN where the population has fewer than ten events.
    spread : float
        Its robust SD: in decades where the population is positive on this axis, in linear units where it is negative.
    events : int
        How many events were measured.
    """

    value: float
    spread: float
    events: int


@dataclass(frozen=True, eq=False)
class Levels:
    """The levels of one tube.

    Attributes
    ----------
    cells : Quadrants
        The whole single cells, counted at the two thresholds.
    annexin, dye : mapping of population to Mode
        Where live, early apoptotic, late apoptotic and necrotic cells stand on each axis.
    annexin_threshold, dye_threshold : float
        At which the tube was divided, linear and compensated.
    started : float or None
        Start of the acquisition in seconds since 1970, or since midnight where the file gives no date.
    """

    cells: Quadrants
    annexin: Mapping[str, Mode]
    dye: Mapping[str, Mode]
    annexin_threshold: float
    dye_threshold: float
    started: float | None = None

    def share(self, *populations: str) -> float:
        """Return the fraction of the cells that are in these populations; NaN in an empty tube."""
        total = self.cells.total
        return sum(getattr(self.cells, name) for name in populations) / total if total else float("nan")


def tube_levels(events: Events, cells: WholeCells, annexin_threshold: float, dye_threshold: float) -> Levels:
    """Return where the four populations of a tube stand on both axes.

    Parameters
    ----------
    events : Events
        Of the file; only its keywords are read.
    cells : WholeCells
        Its whole single cells.
    annexin_threshold, dye_threshold : float
        Linear, compensated units; a cell on a threshold is positive.

    Returns
    -------
    Levels
        All cells are counted; the modes rest on at most 10,000 of them, taken evenly over the tube.

    Examples
    --------
    >>> from gating.events import Channel
    >>> from gating.whole_cells import Recipe, whole_single_cells
    >>> rng = np.random.default_rng(1)
    >>> annexin = np.r_[rng.normal(100, 20, 4_000), 10 ** rng.normal(4.0, 0.2, 1_000)]
    >>> table = np.column_stack([annexin, rng.normal(80, 20, 5_000)])
    >>> events = Events(table, [Channel("FITC-A"), Channel("PE-A")])
    >>> levels = tube_levels(events, whole_single_cells(events, Recipe("FITC-A", "PE-A")), 1_000.0, 900.0)
    >>> levels.cells.early_apoptotic, 9_000 < levels.annexin["early_apoptotic"].value < 11_000
    (1000, True)
    """
    every = slice(None, None, -(-len(cells.annexin) // SAMPLED) or 1)
    annexin, dye = cells.annexin[every], cells.dye[every]
    over_annexin, over_dye = annexin >= annexin_threshold, dye >= dye_threshold
    members = dict(zip(POPULATIONS, _quarters(over_annexin, over_dye), strict=True))
    return Levels(
        cells=count_at(cells.annexin, cells.dye, annexin_threshold, dye_threshold),
        annexin={n: _mode(annexin[m], n in POPULATIONS[1:3]) for n, m in members.items()},
        dye={n: _mode(dye[m], n in POPULATIONS[2:4]) for n, m in members.items()},
        annexin_threshold=annexin_threshold,
        dye_threshold=dye_threshold,
        started=acquisition_start(events.keywords),
    )


def _quarters(annexin: NDArray[np.bool_], dye: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], ...]:
    return ~(annexin | dye), annexin & ~dye, annexin & dye, dye & ~annexin


def _mode(values: NDArray[np.float64], positive: bool) -> Mode:
    """Return the centre of a population: where its events are densest, looked for from the side that is its own.

    Debris and the tail of the neighbour lie next to the threshold, below a positive population and above a negative
    one. The search starts in the far quarter, with a window as wide as that side's spread, and moves to the mean of
    the window's events until it rests.
    """
    if len(values) < 10:
        return Mode(float("nan"), float("nan"), len(values))
    logarithmic = positive and float(values.min()) > 0
    ordered = np.sort(np.log10(values) if logarithmic else values)
    quantiles = ordered[(len(ordered) * _QUANTILES).astype(np.int64)]
    far, quarter = quantiles[[4, 3]] if positive else quantiles[[0, 1]]
    spread = IQR_TO_SD * float(quantiles[3] - quantiles[1])
    centre = _densest(ordered, float(quarter), WINDOW_SD * min(spread, float(abs(far - quarter)) / 0.971))
    if logarithmic:
        return Mode(10.0**centre, spread, len(values))
    decades = spread / (abs(centre) * np.log(10.0)) if positive and centre else spread
    return Mode(centre, float(decades), len(values))


def _densest(ordered: NDArray[np.float64], start: float, reach: float) -> float:
    """Return where a window of this half-width rests when it follows the mean of the sorted values in it."""
    sums = np.concatenate([[0.0], np.cumsum(ordered)])
    centre = start
    for _ in range(STEPS):
        first, last = np.searchsorted(ordered, (centre - reach, centre + reach))
        if last - first < 5:
            break
        moved = float(sums[last] - sums[first]) / int(last - first)
        if abs(moved - centre) < 0.01 * reach:
            return moved
        centre = moved
    return centre


def acquisition_start(keywords: Mapping[str, str]) -> float | None:
    """Return when a tube's acquisition began, in seconds; None where the file does not tell.

    `$BEGINDATETIME` (FCS 3.2), else `$DATE` and `$BTIM` in any of their forms: a fourth part of the time is sixtieths
    of a second (FCS 3.0) or hundredths (after a point).

    Examples
    --------
    >>> acquisition_start({"$DATE": "02-JAN-1970", "$BTIM": "01:00:00:30"})
    90000.5
    >>> acquisition_start({"$BTIM": "00:10:00.25"})
    600.25
    """
    whole = keywords.get("$BEGINDATETIME", "").strip().replace("Z", "+00:00")
    if whole:
        try:
            moment = datetime.fromisoformat(whole)
        except ValueError:
            return None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    time = re.fullmatch(r"(\d{1,2}):(\d{2}):(\d{2})(?::(\d{1,2})|\.(\d+))?", keywords.get("$BTIM", "").strip())
    if time is None:
        return None
    hours, minutes, seconds = (int(part) for part in time.group(1, 2, 3))
    rest = int(time[4]) / 60 if time[4] else float(f"0.{time[5]}") if time[5] else 0.0
    return _midnight(keywords.get("$DATE", "")) + 3600 * hours + 60 * minutes + seconds + rest


def _midnight(date: str) -> float:
    """Return the seconds from 1970 to a `dd-mmm-yyyy`, 0 where it is missing or in another form."""
    parts = re.fullmatch(r"(\d{1,2})[- ]([A-Za-z]{3})[- ](\d{4})", date.strip())
    if parts is None or parts[2].casefold() not in MONTHS:
        return 0.0
    try:
        day = datetime(int(parts[3]), MONTHS.index(parts[2].casefold()) + 1, int(parts[1]), tzinfo=UTC)
    except ValueError:
        return 0.0
    return day.timestamp()
