"""RNA-stained cells: propidium iodide that reached cytoplasmic RNA makes living cells dim positives.

They are a second mode, or a shoulder, of the dye among cells without Annexin V, above the live ones and well below the
dead ones, and not smaller than live cells. A shape that is merely skewed or heavy-tailed has no such shoulder: its
density falls ever more steeply, or ever less steeply, while a shoulder falls steeply, then less, then steeply again.
That is what is looked for. Dim late apoptotic cells and the spread that compensation leaves lie among the
Annexin-positive cells, which are not looked at; the dead ones among these say where dim ends.

Rieger AM, Hall BE, Luong LT, Schang LM, Barreda DR. Conventional apoptosis assays using propidium iodide generate a
significant number of false positives that prevent accurate assessment of cell death. J Immunol Methods 358:81 (2010),
doi 10.1016/j.jim.2010.03.019: up to 40 % false positives, most in large cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gating.artefacts.error_rate import z_limit
from gating.artefacts.finding import Finding, Trace
from gating.intervals import wilson_interval
from gating.transforms import Asinh
from gating.tube_profile import LEVEL_BINS, LEVEL_LOW, LEVEL_SCALE, LEVEL_WIDTH, TubeProfile

if TYPE_CHECKING:
    from numpy.typing import NDArray

LIMIT = 0.03  # of the Annexin-negative cells
PROMINENCE = 0.7  # ln units a decade by which the fall must slacken
LINEAR = 2.0  # robust SDs of the negative cells that the linear part of the scale holds
STEP = 0.04  # decades
WINDOWS = (3, 5, 7, 9)  # steps that one density is counted over
DIMMER = 0.3  # decades that RNA-stained cells are dimmer than dead ones at least
ROOM = 3.5  # SDs between live mode and dead cells' foot, or nothing dim can be told from either
LARGER = 1.1  # of a live cell's forward scatter, where no dead cells say how bright these are
SIZES = (0.93, 1.7)  # of a live cell's forward scatter; dead cells are smaller, two cells larger
BRIGHTEST_PAIR = 2.5  # times a live cell; two of them are twice as bright
LEAK = 0.03  # of the Annexin-positive cells of the same dye level: so many may lack Annexin V by chance
FEWEST = 300
FEWEST_DEAD = 50
DEAD_WINDOW = 7  # steps
BRIGHTER = 0.5  # decades that dead cells are brighter than live ones at least
TALL = 0.2  # a mode, as a part of the highest


@dataclass(frozen=True, eq=False)
class Axis:
    """The dye's display scale, on which negative cells fill the linear part, and the level of the dead cells."""

    scale: Asinh
    dead: float
    dead_spread: float

    @property
    def edges(self) -> NDArray[np.float64]:
        """Edges of the bins that shoulders are looked for on."""
        return np.arange(-2.0, 6.0, STEP)

    def spread_over(self, counts: NDArray[Any]) -> NDArray[np.float64]:
        """Return a histogram of levels on this axis, shape (bins,)."""
        levels = LEVEL_SCALE.inverse(LEVEL_LOW + LEVEL_WIDTH * np.arange(LEVEL_BINS + 1))
        below = np.concatenate([[0.0], np.cumsum(counts, dtype=np.float64)])
        return np.diff(np.interp(self.edges, self.scale(levels), below))


@dataclass(frozen=True)
class Shoulder:
    """Where the density falls steeply, then less, then steeply again: the bins of the two changes, and their z."""

    start: int
    end: int
    z: float


def check_rna(profiles: Mapping[str, TubeProfile]) -> list[Finding]:
    """Return a finding a tube of stained samples: the share of dim cells among those without Annexin V.

    Tubes without scatter are left out. Raised where the tube alone, or all tubes together, each moved to the same live
    mode, show a shoulder beyond chance (1 in 1,000 batches), the tube's share right of it is above 3 %, its interval
    included, and these cells are not smaller than live ones.

    Examples
    --------
    >>> check_rna({})
    []
    """
    # Without a size, debris could not be left out: a dimmer mode, beside which the live cells would look like RNA.
    looked = {file: p for file, p in profiles.items() if p.by_size and p.levels.negative.sum() >= FEWEST}
    if not looked:
        return []
    axis = _axis(looked)
    tubes = {file: axis.spread_over(p.levels.negative) for file, p in looked.items()}
    modes = {file: _live_mode(tube) for file, tube in tubes.items()}
    middle = int(np.median(list(modes.values())))
    together = np.sum([np.roll(tube, middle - modes[file]) for file, tube in tubes.items()], axis=0)
    # Two slopes must both stand out against their own order, so that looking at every place costs little.
    beyond = z_limit(len(looked))
    shared = _shoulder(together, middle, axis, z_limit(1))
    found = []
    for file, tube in tubes.items():
        moved = modes[file] - middle
        shoulder = _shoulder(tube, modes[file], axis, beyond)
        if shoulder is None and shared is not None:
            shoulder = Shoulder(shared.start + moved, shared.end + moved, shared.z)
        found.append(_finding(file, looked[file], tube, modes[file], shoulder, axis))
    return found


def _axis(profiles: Mapping[str, TubeProfile]) -> Axis:
    """Return the scale that suits the negative cells of all tubes, and the level of the Annexin-positive dead cells."""
    levels = LEVEL_SCALE.inverse(LEVEL_LOW + LEVEL_WIDTH * (np.arange(LEVEL_BINS) + 0.5))
    negative = np.sum([p.levels.negative / p.levels.negative.sum() for p in profiles.values()], axis=0)
    low, middle = (_quantile(levels, negative, q) for q in (0.05, 0.5))
    scale = Asinh(max(LINEAR * (middle - low) / 1.645, 1e-6))
    return Axis(scale, *_dead(scale, profiles))


def _dead(scale: Asinh, profiles: Mapping[str, TubeProfile]) -> tuple[float, float]:
    """Return level and spread of the dead cells, Annexin-positive or not: the brightest mode of the dye.

    Without such a mode the level is infinite: nothing says then where dim ends.
    """
    axis = Axis(scale, np.inf, 0.0)
    every = axis.spread_over(np.sum([p.levels.positive + p.levels.negative for p in profiles.values()], axis=0))
    smooth = np.convolve(every, np.ones(DEAD_WINDOW) / DEAD_WINDOW, mode="same")
    bright = _live_mode(every) + round(BRIGHTER / STEP)
    peaks = _peaks(smooth)
    peaks = peaks[(peaks > bright) & (smooth[peaks] * DEAD_WINDOW > FEWEST_DEAD)]
    if not len(peaks):
        return np.inf, 0.0
    brightest = int(peaks[smooth[peaks] >= TALL * smooth[peaks].max()][-1])
    behind = np.cumsum(every[brightest:])
    return float(axis.edges[brightest]) + STEP / 2, STEP * int(np.searchsorted(behind, 0.683 * behind[-1]))


def _peaks(smooth: NDArray[np.float64]) -> NDArray[np.intp]:
    return np.flatnonzero((smooth[1:-1] >= smooth[:-2]) & (smooth[1:-1] > smooth[2:])) + 1


def _quantile(levels: NDArray[np.float64], counts: NDArray[np.float64], q: float) -> float:
    cumulative = np.cumsum(counts)
    return float(levels[int(np.searchsorted(cumulative, q * cumulative[-1]))])


def _live_mode(counts: NDArray[np.float64]) -> int:
    """Return the bin of the dimmest mode that is at least a fifth as high as the highest."""
    smooth = np.convolve(counts, np.ones(7) / 7, mode="same")
    rising = _peaks(smooth)
    tall = rising[smooth[rising] >= TALL * smooth.max()]
    return int(tall[0]) if len(tall) else int(np.argmax(smooth))


def _shoulder(counts: NDArray[np.float64], mode: int, axis: Axis, beyond: float) -> Shoulder | None:
    """Return the clearest shoulder between the live mode and the dead cells, if one is beyond chance."""
    ends = axis.dead - max(DIMMER, axis.dead_spread)
    if ends - axis.edges[mode] < ROOM * max(_left_spread(counts, mode), axis.dead_spread):
        return None
    last = min(int(np.searchsorted(axis.edges, ends)) - 1, len(counts) - 2 * max(WINDOWS))
    places = np.arange(mode, max(last, mode))
    found = []
    for width in WINDOWS:
        windows = np.convolve(counts, np.ones(width), mode="valid") + 0.5
        left, right = windows[places - width], windows[places]
        slope = (np.log(right) - np.log(left)) / (width * STEP)
        found.append(_clearest(places, slope, (1 / left + 1 / right) / (width * STEP) ** 2))
    clearest = max(found, key=lambda s: s.z)
    middle = (clearest.start + clearest.end) // 2
    level, live = (float(axis.scale.inverse(axis.edges[i])) for i in (middle, mode))
    return clearest if clearest.z > beyond and level > BRIGHTEST_PAIR * live else None


def _left_spread(counts: NDArray[np.float64], mode: int) -> float:
    """Return the SD of the live cells on the axis, by the left half of their mode."""
    behind = np.cumsum(counts[mode::-1])
    return STEP * float(np.searchsorted(behind, 0.683 * behind[-1]))


def _clearest(places: NDArray[np.int64], slope: NDArray[np.float64], variance: NDArray[np.float64]) -> Shoulder:
    """Return the place whose slope stands farthest above one before it and one behind it, in SEs of the difference."""
    if not len(places):
        return Shoulder(0, 0, 0.0)
    gain = slope[:, None] - slope[None, :]
    z = np.where(gain > PROMINENCE, gain / np.sqrt(variance[:, None] + variance[None, :]), 0.0)
    earlier = np.tri(len(places), k=-1, dtype=bool)
    before, behind = np.where(earlier, z, 0.0), np.where(earlier.T & (slope < 0)[None, :], z, 0.0)
    scores = np.minimum(before.max(axis=1), behind.max(axis=1))
    best = int(np.argmax(scores))
    return Shoulder(int(places[best]), int(places[int(np.argmax(behind[best]))]), float(scores[best]))


def _finding(
    file: str, profile: TubeProfile, counts: NDArray[np.float64], mode: int, shoulder: Shoulder | None, axis: Axis
) -> Finding:
    n, dim, leaked, ratio = 0, 0, 0.0, float("nan")
    if shoulder is not None:
        stop = _foot_of_the_dead(counts, shoulder, axis)
        n, dim = round(float(counts[:stop].sum())), round(float(counts[shoulder.start : stop].sum()))
        leaked = LEAK * float(axis.spread_over(profile.levels.positive)[shoulder.start : stop].sum())
        ratio = _size_ratio(profile, axis, mode, shoulder.start, stop)
    value = dim / n if n else 0.0
    low, high = wilson_interval(dim, n)
    sized = "" if np.isnan(ratio) else f", {ratio:.2f} times the live cells' forward scatter"
    return Finding(
        check="rna_stained",
        files=(file,),
        statistic="dye-dim fraction of the Annexin-negative cells",
        value=value,
        low=low,
        high=high,
        limit=LIMIT,
        raised=low > LIMIT and dim > leaked and _as_large_as_live(ratio, axis),
        words=f"{100 * value:.0f} % of the Annexin-negative cells are a dye-dim mode between live and dead{sized}",
        trace=_trace(counts, axis),
    )


def _as_large_as_live(ratio: float, axis: Axis) -> bool:
    """Say whether the size is that of living cells; where no dead mode bounds "dim", it must be larger."""
    if np.isinf(axis.dead):
        return LARGER < ratio < SIZES[1]
    return bool(np.isnan(ratio)) or SIZES[0] < ratio < SIZES[1]


def _foot_of_the_dead(counts: NDArray[np.float64], shoulder: Shoulder, axis: Axis) -> int:
    """Return the emptiest bin between the shoulder and the dead cells."""
    dead = min(int(np.searchsorted(axis.edges, axis.dead)), len(counts))
    between = np.convolve(counts, np.ones(5) / 5, mode="same")[shoulder.end : dead]
    return shoulder.end + int(np.argmin(between)) if len(between) else shoulder.end


def _size_ratio(profile: TubeProfile, axis: Axis, mode: int, start: int, stop: int) -> float:
    """Return the forward scatter of the dim cells over that of the live ones, NaN without scatter or cells."""
    if profile.levels.negative_log_size is None:
        return float("nan")
    sums, n = (axis.spread_over(a) for a in (profile.levels.negative_log_size, profile.levels.negative))
    live, dim = slice(max(2 * mode - start, 0), start), slice(start, stop)
    if min(n[live].sum(), n[dim].sum()) < 1:
        return float("nan")
    return float(np.exp(sums[dim].sum() / n[dim].sum() - sums[live].sum() / n[live].sum()))


def _trace(counts: NDArray[np.float64], axis: Axis) -> Trace:
    filled = np.flatnonzero(counts > 0.5)
    shown = slice(filled[0], filled[-1] + 1)
    return Trace(
        axis.scale.inverse(axis.edges[:-1] + STEP / 2)[shown],
        counts[shown] / counts.sum(),
        "dye (linear, compensated)",
        "fraction of the Annexin-negative cells",
    )
