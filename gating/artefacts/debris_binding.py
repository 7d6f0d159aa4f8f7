"""Debris and apoptotic bodies: fragments that bind Annexin V count as early apoptotic where they pass for cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from gating.artefacts.finding import Finding, Trace
from gating.by_size import SIZE_BINS, SIZE_LOW, SIZE_WIDTH, BySize
from gating.intervals import Z_95, wilson_interval
from gating.tube_profile import TubeProfile

if TYPE_CHECKING:
    from numpy.typing import NDArray

MUCH_DEBRIS = 0.20
LIMIT = 0.02  # of the cells
SMALL_FOR_LIVE, SMALL_FOR_LATE = 0.45, 0.65  # parts of a live and of a late apoptotic cell's forward scatter
FEWEST = 100
LIVE, EARLY, LATE = 0, 1, 2
DECILES = 10
CENTRES = 10.0 ** (SIZE_LOW + SIZE_WIDTH * (np.arange(SIZE_BINS) + 0.5))


def check_debris(profiles: Mapping[str, TubeProfile]) -> list[Finding]:
    """Return two findings a tube with scatter: how much debris it holds (a note), and whether the answer depends on it.

    The second is raised where either holds, its 95 % interval included: the early apoptotic fraction moves by more
    than 2 points when the debris limit is set 20 % lower or higher; more than 2 % of the cells are early apoptotic and
    too small for it, below 0.45 of the batch's live cells and 0.65 of its late apoptotic ones. Its picture is the
    Annexin-positive rate by size.

    Examples
    --------
    >>> check_debris({})
    []
    """
    sized = {file: p.by_size for file, p in profiles.items() if p.by_size is not None and p.cells}
    if not sized:
        return []
    too_small = _too_small(np.sum([by_size.cells for by_size in sized.values()], axis=0))
    return [finding for file, by_size in sized.items() for finding in _pair(file, profiles[file], by_size, too_small)]


def _too_small(cells: NDArray[np.int32]) -> float:
    """Return the forward scatter below which no early apoptotic cell is, from the table of all tubes."""
    logs = [
        np.log(part) + np.average(np.log(CENTRES), weights=cells[:, i])
        for i, part in ((LIVE, SMALL_FOR_LIVE), (LATE, SMALL_FOR_LATE))
        if cells[:, i].sum() >= FEWEST
    ]
    return float(np.exp(min(logs))) if logs else 0.0


def _pair(file: str, profile: TubeProfile, by_size: BySize, too_small: float) -> tuple[Finding, Finding]:
    trace = _by_size(by_size)
    return _share(file, profile, by_size, trace), _binding(file, profile, by_size, too_small, trace)


def _share(file: str, profile: TubeProfile, by_size: BySize, trace: Trace) -> Finding:
    value = by_size.debris_events / profile.file_events
    low, high = wilson_interval(by_size.debris_events, profile.file_events)
    sampled = by_size.debris.sum()
    binding = by_size.debris[:, [1, 2]].sum() / sampled if sampled else 0.0
    return Finding(
        check="debris_share",
        files=(file,),
        statistic="fraction of the file's events below the debris limit",
        value=value,
        low=low,
        high=high,
        limit=MUCH_DEBRIS,
        raised=value > MUCH_DEBRIS,
        words=f"{100 * value:.0f} % of the events are debris, {100 * binding:.0f} % of it Annexin-positive",
        trace=trace,
    )


def _binding(file: str, profile: TubeProfile, by_size: BySize, too_small: float, trace: Trace) -> Finding:
    """Return the finding of the larger effect: the limit's, or that of cells too small for their state."""
    move, error = _move(profile, by_size)
    n = int(by_size.cells.sum())
    small = int(by_size.cells[too_small > CENTRES, EARLY].sum())
    low, high = wilson_interval(small, n)
    if abs(move) - Z_95 * error > low:
        statistic = "change of the early apoptotic fraction with the debris limit 20 % lower or higher"
        value, low, high = move, move - Z_95 * error, move + Z_95 * error
        words = f"the early apoptotic fraction moves by {100 * move:+.1f} points with the debris limit by 20 %"
    else:
        statistic = "early apoptotic fraction of the cells that is too small for cells"
        value = small / n
        words = f"{100 * value:.1f} % of the cells are early apoptotic and too small for cells"
    return Finding(
        check="debris_binding",
        files=(file,),
        statistic=statistic,
        value=value,
        low=low,
        high=high,
        limit=LIMIT,
        raised=max(low, -high) > LIMIT,
        words=words,
        trace=trace,
    )


def _move(profile: TubeProfile, by_size: BySize) -> tuple[float, float]:
    """Return how far the early apoptotic fraction moves with the debris limit, and its SE, in the worse direction."""
    early, n = float(profile.quadrants[EARLY]), float(profile.cells)
    moves = []
    for change, sign in ((by_size.gained, 1.0), (by_size.lost, -1.0)):
        total = max(n + sign * change.sum(), 1.0)
        move = (early + sign * change[EARLY]) / total - early / n
        others = change.sum() - change[EARLY]
        error = np.sqrt(change[EARLY] * (1 - early / n) ** 2 + others * (early / n) ** 2) / total
        moves.append((move, float(error)))
    return max(moves, key=lambda m: abs(m[0]))


def _by_size(by_size: BySize) -> Trace:
    """Return the Annexin-positive rate of the debris, then of each tenth of the cells by forward scatter."""
    cells = by_size.cells.sum(axis=1)
    tenth = np.minimum(DECILES * (np.cumsum(cells) - cells / 2) / max(cells.sum(), 1), DECILES - 1).astype(int)
    belongs = tenth == np.arange(DECILES)[:, None]
    rows = [_rates(by_size.debris, np.ones((1, SIZE_BINS))), _rates(by_size.cells, belongs.astype(np.float64))]
    size, n, bound = (np.concatenate([row[i] for row in rows]) for i in range(3))
    shown = n > 0
    bounds = np.array([wilson_interval(int(k), int(m)) for k, m in zip(bound[shown], n[shown], strict=True)])
    low, high = bounds.reshape(-1, 2).T
    rate = bound[shown] / n[shown]
    return Trace(size[shown], rate, "forward scatter", "Annexin-positive fraction", low, high)


def _rates(table: NDArray[np.int32], belongs: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Return geometric mean size, cells and Annexin-positive cells of groups of sizes, shape (groups,) each."""
    every = table.sum(axis=1)
    n = belongs @ every
    size = np.exp(belongs @ (every * np.log(CENTRES)) / np.maximum(n, 1))
    return [size, n, belongs @ table[:, [EARLY, LATE]].sum(axis=1)]
