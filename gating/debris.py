"""Where debris ends and cells begin: one limit of forward scatter for the tubes of a batch.

Dying cells shrink to half their size, so the limit is the gap below the smallest cells of all tubes together, never a
part of the live cells alone. Where debris and cells run into each other the limit stands where no whole cell is lost,
and a caution says so; what the limit does to the answer is measured by moving it (`gating.losses`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gating.cautions import caution
from gating.margins import at_ceiling, at_floor
from gating.smoothing import smooth

if TYPE_CHECKING:
    from numpy.typing import NDArray

SCATTER_DECADES = (-1.0, 7.5)  # FSC of 0.1 to 30 million covers every instrument's unit
SCATTER_BINS = 850
SMOOTHING_DECADES = 0.03
# No whole cell is smaller than the first, none that matters is lost below the second part of the main cells' size.
SEARCH = (0.10, 0.45)
TALL = 0.3  # of the highest mode: what may be the main cells
KIND = 2.5  # modes within this factor are cells of one kind: phases of the cycle, doublets
DEPTH = 1.4  # debris stands at least this much above the gap on its right
TOLERANCE = 0.002  # of the highest mode: as empty as the emptiest
NOTHING = 0.002  # of all events: debris that is not worth a search
EMPTY = 0.03  # of the highest mode: an end of the cells, not a plateau of debris and cells
FEWEST = 200  # events of all tubes: fewer have gaps by chance
STEEP_BINS, STEEP = 9, 4.0  # three SD of the smoothing, and how much a population rises over them from its foot
WITHOUT_GAP = 0.25  # cells of 0.45 of the live ones' size that spread by 20 % reach down to here


@dataclass(frozen=True)
class DebrisLimit:
    """The forward scatter below which events are debris.

    Attributes
    ----------
    value : float
        In the units of the scatter channel.
    main : float
        The main cells' size, their mode.
    basis : str
        gap (between debris and cells), edge (of the cells: the instrument's own threshold left no debris), none
        (nothing lies below), no gap (debris and cells run into each other).
    """

    value: float
    main: float
    basis: str

    @property
    def caution(self) -> str:
        """What there is to say of the limit, empty where it stands in a gap."""
        if self.basis != "no gap":
            return ""
        return caution("no_debris_gap", f"the limit stands at {WITHOUT_GAP:g} of the main cells' forward scatter")


def scatter_histogram(forward: NDArray[Any]) -> NDArray[np.int64]:
    """Return the counts of log10 forward scatter, shape (850,); the first bin holds what is at the ceiling or floor.

    Examples
    --------
    >>> int(scatter_histogram(np.array([-5.0, 100.0, 1e5])).sum())
    3
    """
    low, high = SCATTER_DECADES
    # Single precision halves the time and is exact to a ten-thousandth of a bin.
    with np.errstate(over="ignore"):
        size = np.fmax(np.asarray(forward, dtype=np.float32), np.float32(10.0**low))
    place = np.log(size) * np.float32(SCATTER_BINS / (high - low) / np.log(10.0))
    place -= np.float32(low * SCATTER_BINS / (high - low))
    bins = np.clip(place, 0, SCATTER_BINS - 1, out=place).astype(np.int32)
    # A pile at the end of the scale is no mode of the cells.
    bins[at_ceiling(forward)] = 0
    bins[at_floor(forward)] = 0
    return np.bincount(bins, minlength=SCATTER_BINS)


def find_debris_limit(
    tubes: Sequence[NDArray[np.int64]], negatives: Sequence[NDArray[np.int64]] = ()
) -> DebrisLimit | None:
    """Return the debris limit of a batch, None where fewer than 200 events have a size.

    Parameters
    ----------
    tubes : sequence of ndarray, shape (850,)
        A `scatter_histogram` of each tube that the limit is for; each tube weighs the same.
    negatives : sequence of ndarray, shape (850,)
        Those of the untreated and vehicle tubes, which tell the size of live cells where all others are dying.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> cells, debris = rng.normal(90_000, 9_000, 5_000), rng.normal(8_000, 2_000, 500)
    >>> limit = find_debris_limit([scatter_histogram(np.concatenate([cells, debris]))])
    >>> limit.basis, 14_000 < limit.value < 50_000
    ('gap', True)
    """
    pooled = _pool(tubes)
    if pooled is None or sum(int(tube[1:].sum()) for tube in tubes) < FEWEST:
        return None
    shown = _pool(negatives)
    width = (SCATTER_DECADES[1] - SCATTER_DECADES[0]) / SCATTER_BINS
    centres = SCATTER_DECADES[0] + width * (np.arange(SCATTER_BINS) + 0.5)
    density = smooth(pooled, SMOOTHING_DECADES / width)
    cells = density if shown is None else smooth(shown, SMOOTHING_DECADES / width)
    main = float(centres[_main_mode(cells, width)])
    lowest, highest = (int(np.searchsorted(centres, main + np.log10(part))) for part in SEARCH)
    start = max(lowest, int(np.searchsorted(np.cumsum(pooled), NOTHING)))
    place, basis = _gap(density, start, highest) if start < highest else (-1, "none")
    decades = centres[place] if place >= 0 else main + np.log10(WITHOUT_GAP)
    return DebrisLimit(float(10.0**decades), 10.0**main, basis)


def _pool(tubes: Sequence[NDArray[np.int64]]) -> NDArray[np.float64] | None:
    """Return the mean of the tubes' shares; what the first bin holds is on no scale."""
    shares = [tube[1:] / tube[1:].sum() for tube in tubes if tube[1:].any()]
    return np.concatenate([[0.0], np.mean(shares, axis=0)]) if shares else None


def _main_mode(density: NDArray[np.float64], width: float) -> int:
    """Return the highest of the rightmost tall modes: debris may be more numerous than cells, but never larger."""
    rising = np.flatnonzero((density[1:-1] >= density[:-2]) & (density[1:-1] > density[2:])) + 1
    tall = rising[density[rising] >= TALL * density.max()]
    if not len(tall):
        return int(np.argmax(density))
    kin = tall[tall >= tall[-1] - np.log10(KIND) / width]
    return int(kin[np.argmax(density[kin])])


def _gap(density: NDArray[np.float64], start: int, stop: int) -> tuple[int, str]:
    """Return the middle of the emptiest stretch that has debris on its left, and what it is; -1 where none is."""
    part = density[start:stop]
    behind = np.maximum.accumulate(part) >= DEPTH * part
    if behind.any():
        lowest = part[behind].min()
        near = np.flatnonzero(behind & (part <= lowest + TOLERANCE * density.max()))
        return start + int(np.median(near)), "gap"
    # The events only become fewer towards the small ones: nothing but cells, if they end here, and steeply.
    emptiest = start + int(np.argmin(part))
    ends = density[emptiest] < EMPTY * density.max()
    steep = density[min(emptiest + STEEP_BINS, len(density) - 1)] > STEEP * density[emptiest]
    return (emptiest, "edge") if ends or steep else (-1, "no gap")
