"""Which crests are rows of bands of their own: one broad band with a flat or dented top shows two crests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_BOTH_CLEAR = 8.0  # over the noise: what a crest must have for the valley beside it to be looked at
_NO_VALLEY = 0.9  # of the lower crest's height: a shallower dent is the top of one band
TOO_NEAR_SIGMAS = 2.4  # two bands of the usual height this near show one crest: two crests are one band's
_NEAR_SIGMAS = 4.0  # crests further apart are two rows, whatever lies between
_NO_DENT = 0.98  # a shoulder, without any valley
_SHOULDER_SIGMAS = 5.0  # how far from its crest a shoulder may lie
_MOST_LANES = 0.7
_DOUBTFUL = 0.1  # what half of a band counts as a row
_AROUND_SIGMAS = 3.0


class Candidate(NamedTuple):
    """A level that may be a row: its `y`, how `clear` it is, and how far `apart_px` its two humps are, 0 for one."""

    y: float
    clear: float
    apart_px: float

    def part_of(self, other: Candidate) -> bool:
        """Tell whether this is one of the two humps of another."""
        return other.apart_px > 0 and abs(self.y - other.y) <= 0.5 * other.apart_px + 0.01


def row_candidates(profiles: Array, crests: Array, levels: Sequence[int], sigma_px: float) -> list[Candidate]:
    """Return the candidates at some levels, two humps of one band taken together.

    Two crests are one band where in most lanes that show either, both are clear and no valley parts them; or where they
    lie nearer than two bands could and still show two crests, as in a hollow band. Lanes that show only one of them
    tell two rows apart, however close.

    Parameters
    ----------
    profiles : ndarray, shape (n_lanes, rows)
        The signal down each lane.
    crests : ndarray, shape (n_lanes, rows)
        How far every point stands out as a crest, in units of the noise.
    levels : sequence of int
        Rows where crests were found, from top to bottom.
    sigma_px : float
        The height of the usual band as a standard deviation.

    Returns
    -------
    list of Candidate
        From top to bottom.

    Examples
    --------
    >>> flat = np.tile(np.exp(-(((np.arange(100.0) - 50) / 9) ** 6)), (4, 1))
    >>> crests = np.where(np.isin(np.arange(100), (45, 55)), 50.0, 0.0) * np.ones((4, 1))
    >>> [(row.y, row.apart_px) for row in row_candidates(flat, crests, [45, 55], 4.0)]
    [(50.0, 10.0)]
    """
    clear = np.log1p(np.maximum(crests - 3, 0)).mean(axis=0)
    found: list[Candidate] = []
    for level in levels:
        this = Candidate(float(level), float(clear[level]), 0.0)
        last = found[-1] if found else None
        top, bottom = (last.y - last.apart_px / 2, last.y + last.apart_px / 2) if last else (-np.inf, -np.inf)
        if last and _are_one(profiles, crests, (int(top), int(bottom), int(level)), sigma_px):
            found[-1] = Candidate((top + level) / 2, max(last.clear, this.clear), level - top)
        else:
            found.append(this)
    return found


def clearest_rows(shown: Sequence[Candidate], wanted: int) -> list[Candidate]:
    """Return the clearest rows from top to bottom; a band of two humps gives two rows only where rows are lacking.

    Examples
    --------
    >>> shown = [Candidate(20.0, 2.0, 0.0), Candidate(50.0, 5.0, 8.0)]
    >>> [[row.y for row in clearest_rows(shown, n)] for n in (1, 2, 3)]
    [[50.0], [20.0, 50.0], [20.0, 46.0, 54.0]]
    """
    if wanted == 0:
        return []
    # A band's second hump competes with the faintest rows: dust, but hardly a row that two lanes show.
    ranked = sorted(
        [(c.clear, c, False) for c in shown] + [(_DOUBTFUL * c.clear, c, True) for c in shown if c.apart_px > 0],
        key=lambda item: -item[0],
    )[:wanted]
    split = [c for _, c, second in ranked if second]
    whole = [c for _, c, second in ranked if not second and not any(c is s for s in split)]
    halves = [c._replace(y=c.y + side * c.apart_px / 2, apart_px=0.0) for c in split for side in (-1, 1)]
    return sorted([*whole, *halves], key=lambda c: c.y)


def _are_one(profiles: Array, crests: Array, levels: tuple[int, int, int], sigma: float) -> bool:
    """Tell whether the crest at the last of `levels` belongs to the band between the first two."""
    top, upper, lower = levels
    if lower - top > _SHOULDER_SIGMAS * sigma:
        return False
    near = max(1, round(sigma / 3))
    tops = np.stack([crests[:, max(0, y - near) : y + near + 1].max(axis=1) for y in (upper, lower)])
    either, both = (tops > _BOTH_CLEAR).any(axis=0), (tops > _BOTH_CLEAR).all(axis=0)
    if both.sum() == 0:
        return False
    around = round(_AROUND_SIGMAS * sigma)
    ground = profiles[:, max(0, upper - around) : lower + around + 1].min(axis=1)
    height = np.minimum(profiles[:, upper], profiles[:, lower]) - ground
    valley = profiles[:, upper : lower + 1].min(axis=1) - ground
    if lower - top <= TOO_NEAR_SIGMAS * sigma:
        least = 0.0
    else:
        least = _NO_VALLEY if lower - top <= _NEAR_SIGMAS * sigma else _NO_DENT
    undivided = both & (valley >= least * height)
    return bool(undivided.sum() >= _MOST_LANES * either.sum())
