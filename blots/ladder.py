"""The rungs of a ladder lane, and which mass each of them has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

Array = NDArray[np.float64]
Index = NDArray[np.int64]

_MOST_RUNGS = 16
_OVER_NOISE = 8.0
_OF_STRONGEST = 0.02
_FEWEST_MATCHED = 3
# Odds of the matching, as natural logs or of the picture's height.
_SEEN = 0.85  # a rung whose place lies in the picture shows
_RUN_OFF = -0.3  # for a mass whose place lies outside the picture
_SCATTER = 0.007  # of rungs about a smooth course
_FIRST_LOOK = 0.012
_BEND, _SKEW = 0.4, 0.35  # how far log mass against position usually departs from a line
_CLEAR = 3.5  # by which the best matching must beat any other that gives a rung another mass
_POSITION_PX = 1.5
_LEAST_LOG_ERROR = 0.01  # natural log: a curve through few rungs is not known better


@dataclass(frozen=True, eq=False)
class Ladder:
    """Rungs that were given a mass: rows `y` (rising) and `kda` (falling); `doubt` says why none was given.

    `missing` are masses whose place lies in the picture without a rung; `extra` rungs without a mass.
    """

    y: Array
    kda: Array
    missing: tuple[float, ...] = ()
    extra: tuple[float, ...] = ()
    doubt: str = ""

    def mass(self, y: ArrayLike) -> Array:
        """Return the apparent mass at rows `y`: monotone cubics through log mass, straight on beyond the last rungs."""
        y = np.asarray(y, dtype=float)
        logs = np.log(self.kda)
        inside = PchipInterpolator(self.y, logs)(np.clip(y, self.y[0], self.y[-1]))
        up, down = (logs[1] - logs[0]) / (self.y[1] - self.y[0]), (logs[-1] - logs[-2]) / (self.y[-1] - self.y[-2])
        beyond = up * np.minimum(y - self.y[0], 0) + down * np.maximum(y - self.y[-1], 0)
        return np.asarray(np.exp(inside + beyond))

    def outside(self, y: ArrayLike) -> NDArray[np.bool_]:
        """Return whether rows lie above the first or below the last rung."""
        y = np.asarray(y, dtype=float)
        return np.asarray((y < self.y[0]) | (y > self.y[-1]))

    def log_error(self, y: ArrayLike, place_px: float = 0.0) -> Array:
        """Return the standard error of ln mass at rows `y`, which are known to `place_px` beside the crests themselves.

        A crest, of a rung and of a band, is known to 1.5 px; between rungs the error is half of what leaving a
        rung out makes of it, most at the middle; beyond the last rung all of it, growing with the distance.
        """
        y = np.asarray(y, dtype=float)
        i = np.clip(np.searchsorted(self.y, y) - 1, 0, len(self.y) - 2)
        gap = self.y[i + 1] - self.y[i]
        share = (y - self.y[i]) / gap
        slope = np.log(self.kda[i] / self.kda[i + 1]) / gap
        within = 4 * np.clip(share, 0, 1) * (1 - np.clip(share, 0, 1)) / 2
        beyond = np.maximum(np.maximum(-share, share - 1), 0) * 2
        place = slope * np.hypot(_POSITION_PX * np.sqrt(2), place_px) * (1 + beyond)
        between = self._left_out() * np.where(beyond > 0, 1 + beyond, within)
        return np.asarray(np.hypot(place, between))

    def _left_out(self) -> float:
        """Return the usual error of a rung's ln mass when it is read from the others."""
        logs = np.log(self.kda)
        errors = [
            float(PchipInterpolator(np.delete(self.y, i), np.delete(logs, i))(self.y[i]) - logs[i])
            for i in range(1, len(logs) - 1)
        ]
        return max(float(np.sqrt(np.mean(np.square(errors)))) if errors else 0.0, _LEAST_LOG_ERROR)


def find_rungs(profile: ArrayLike, variance: ArrayLike, sigma_px: float) -> Array:
    """Find the bands of a ladder lane, whichever rows they lie in.

    Parameters
    ----------
    profile : array_like, shape (rows,)
        Signal summed across the lane.
    variance : array_like, shape (rows,)
        Its noise.
    sigma_px : float
        The usual height of a band as a standard deviation.

    Returns
    -------
    ndarray, shape (n,)
        Rows of their crests from top to bottom, of at most the 16 that stand out most.

    Examples
    --------
    >>> rows = np.arange(300.0)
    >>> lane = sum(np.exp(-0.5 * ((rows - y) / 4) ** 2) for y in (60, 150, 155.5, 220)) * 1e4 + 500
    >>> find_rungs(lane, np.full(300, 400.0), 4.0).round(0)
    array([ 60., 153., 220.])
    """
    signal, noise = np.asarray(profile, dtype=float), np.asarray(variance, dtype=float)
    blur = max(1.0, 0.5 * sigma_px)
    smooth = gaussian_filter1d(signal, blur)
    floor = np.sqrt(np.median(noise) / (2 * np.sqrt(np.pi) * blur))
    peaks, told = find_peaks(smooth, prominence=_OVER_NOISE * floor, wlen=max(5, int(14 * sigma_px)))
    prominence = told["prominences"]
    if not len(peaks):
        return np.empty(0)
    strong = np.flatnonzero(prominence >= _OF_STRONGEST * prominence.max())
    kept = np.sort(strong[np.argsort(prominence[strong])[::-1][:_MOST_RUNGS]])
    return np.array([_crest(smooth, int(peaks[i])) for i in kept])


def match_ladder(y: ArrayLike, kda: Sequence[float], height: float) -> Ladder:
    """Give the rungs of a lane their masses, in order, so that log mass runs smoothly with the row.

    Parameters
    ----------
    y : array_like, shape (n,)
        Rows of what shows in the ladder lane, from top to bottom; some may be no rungs.
    kda : sequence of float
        The ladder's masses from top to bottom; some may not show, or have run off.
    height : float
        Rows of the picture.

    Returns
    -------
    Ladder
        With a `doubt` and no rungs where fewer than three masses are found, or where another matching is about as
        likely: masses in a regular row fit as well one rung further.

    Notes
    -----
    Every pair of rungs is tried for every pair of masses with twenty bends; the best are refined with penalised
    bends. A match gains what makes it likelier than a stray, a mass without a rung costs what makes a rung unlikely
    to be unseen.

    Examples
    --------
    >>> kda = [250, 150, 100, 75, 50, 37, 25]
    >>> rows = 60 + 180 * np.log10(250 / np.array(kda, dtype=float)) * 2
    >>> match_ladder(np.delete(rows, 1), kda, 620).missing
    (150.0,)
    """
    rows, masses = np.asarray(y, dtype=float), np.asarray(kda, dtype=float)
    if len(masses) < _FEWEST_MATCHED:
        return _unclear(f"the study names {len(masses)} of its masses, and {_FEWEST_MATCHED} are needed")
    if len(rows) < _FEWEST_MATCHED:
        return _unclear(f"it shows {len(rows)} bands, and {_FEWEST_MATCHED} are needed")
    t = np.log(masses[0] / masses) / np.log(masses[0] / masses[-1])
    tried = {}
    for given in _first_looks(rows, t, height):
        refined = _refined(given, rows, t, height)
        if refined is not None:
            tried[tuple(refined[0].tolist())] = refined
    if not tried:
        return _unclear("its bands do not lie as the masses of `ladder_kda` would")
    ranked = sorted(tried.values(), key=lambda one: -one[1])
    best, score, outside = ranked[0]
    rival = next((one for one in ranked[1:] if _contradicts(one[0], best)), None)
    if rival is not None and score - rival[1] < _CLEAR:
        own, other = (_masses(one, masses) for one in (best, rival[0]))
        return _unclear(f"its bands may be {own} or {other} kDa")
    shown = best >= 0
    unseen = ~shown & ~outside
    strays = tuple(float(row) for i, row in enumerate(rows) if i not in best)
    return Ladder(rows[best[shown]], masses[shown], tuple(masses[unseen].tolist()), strays)


def _unclear(doubt: str) -> Ladder:
    return Ladder(np.empty(0), np.empty(0), doubt=doubt)


def _masses(given: Index, masses: Array) -> str:
    return ", ".join(f"{mass:g}" for mass in masses[given >= 0])


def _contradicts(one: Index, other: Index) -> bool:
    """Return whether two matchings give a rung different masses."""
    mass = {int(rung): j for j, rung in enumerate(one) if rung >= 0}
    return any(mass.get(int(rung), j) != j for j, rung in enumerate(other) if rung >= 0)


def _crest(smooth: Array, at: int) -> float:
    """Return the top of the parabola through a peak and its neighbours."""
    if not 0 < at < len(smooth) - 1:
        return float(at)
    before, top, after = smooth[at - 1 : at + 2]
    bend = before - 2 * top + after
    return at + (0.5 * float(before - after) / float(bend) if bend < 0 else 0.0)


def _terms(t: Array) -> Array:
    """Return place, line, bend and skew at each mass, shape (n, 4); t is 0 at the largest mass and 1 at the least."""
    arch = t * (1 - t)
    return np.stack([np.ones_like(t), t, arch, arch * (1 - 2 * t)], axis=-1)


def _first_looks(rows: Array, t: Array, height: float) -> list[Index]:
    """Return the likeliest matchings at first sight: which rung each mass has, -1 for none."""
    bends = np.array([(bend, skew) for bend in (-0.6, -0.3, 0, 0.3, 0.6) for skew in (-0.6, -0.3, 0, 0.3)])
    course = _terms(t)[:, 1] + bends @ _terms(t)[:, 2:].T  # (bends, masses)
    pairs = np.array(list(combinations(range(len(t)), 2)))
    rungs = np.array(list(combinations(range(len(rows)), 2)))
    step = course[:, pairs[:, 1]] - course[:, pairs[:, 0]]  # (bends, pairs)
    scale = (rows[rungs[:, 1]] - rows[rungs[:, 0]])[:, None, None] / step
    start = rows[rungs[:, 0]][:, None, None] - scale * course[:, pairs[:, 0]]
    likely = (step > 0.02) & (scale > 0.2 * height) & (scale < 6 * height)
    r, b, p = np.nonzero(likely)
    places = start[r, b, p][:, None] + scale[r, b, p][:, None] * course[b]
    after = np.clip(np.searchsorted(rows, places), 1, len(rows) - 1)
    nearest = np.where(places - rows[after - 1] < rows[after] - places, after - 1, after)
    off = (rows[nearest] - places) / (_FIRST_LOOK * height)
    gains = _gain(off, _FIRST_LOOK)
    none = np.where((places < 0) | (places > height - 1), _RUN_OFF, np.log(1 - _SEEN))
    given = np.where(gains > none, nearest, -1)
    score = np.maximum(gains, none).sum(axis=1)
    found = {one.tobytes(): one for one in _in_a_row(len(rows), len(t))}
    for i in np.argsort(-score, kind="stable")[:1500]:
        one = _once_each(given[i], np.abs(off[i]))
        found.setdefault(one.tobytes(), one)
        if len(found) >= 90:
            break
    return list(found.values())


def _in_a_row(rungs: int, masses: int) -> list[Index]:
    """Return the matchings of neighbouring rungs to neighbouring masses, as many as there are of the fewer."""
    shifts = range(min(0, masses - rungs), max(0, masses - rungs) + 1)
    found = []
    for shift in shifts:
        given = np.arange(masses) - shift
        found.append(np.where((given >= 0) & (given < rungs), given, -1))
    return found


def _once_each(given: Index, off: Array) -> Index:
    """Leave each rung to the mass that lies nearest."""
    one = given.copy()
    for rung in set(given[given >= 0].tolist()):
        sharing = np.flatnonzero(given == rung)
        one[sharing[off[sharing] > off[sharing].min()]] = -1
    return one


def _gain(off: Array, scatter: float) -> Array:
    """Return the log odds of a rung of this mass against a stray, at this many scatters from its place."""
    return np.asarray(np.log(_SEEN / (scatter * np.sqrt(2 * np.pi))) - 0.5 * off**2)


def _refined(given: Index, rows: Array, t: Array, height: float) -> tuple[Index, float, NDArray[np.bool_]] | None:
    """Return a matching after its course was fitted, with its log odds and which masses lie outside the picture."""
    terms = _terms(t)
    for _ in range(4):
        shown = given >= 0
        if shown.sum() < _FEWEST_MATCHED:
            return None
        found = _course(terms[shown], rows[given[shown]], height)
        places = terms @ found
        if (np.diff(places) <= 0).any():
            return None
        nearest = np.abs(rows[:, None] - places).argmin(axis=0)
        off = (rows[nearest] - places) / (_SCATTER * height)
        outside = (places < 0) | (places > height - 1)
        none = np.where(outside, _RUN_OFF, np.log(1 - _SEEN))
        again = _once_each(np.where(_gain(off, _SCATTER) > none, nearest, -1), np.abs(off))
        if (again == given).all():
            break
        given = again
    shown = given >= 0
    if shown.sum() < _FEWEST_MATCHED:
        return None
    prior = -0.5 * ((found[2] / (_BEND * found[1])) ** 2 + (found[3] / (_SKEW * found[1])) ** 2)
    return given, float(np.where(shown, _gain(off, _SCATTER), none).sum() + prior), outside


def _course(terms: Array, rows: Array, height: float) -> Array:
    """Return place, line, bend and skew by least squares, the last two held as far as they are usually small."""
    scatter = _SCATTER * height
    scale = float(np.polyfit(terms[:, 1], rows, 1)[0])
    for _ in range(3):
        held = np.diag([1e-6, 1e-6, scatter / (_BEND * abs(scale)), scatter / (_SKEW * abs(scale))])
        found = np.linalg.lstsq(np.vstack([terms, held]), np.concatenate([rows, np.zeros(4)]), rcond=None)[0]
        scale = float(found[1]) if found[1] > 0 else scale
    return np.asarray(found)
