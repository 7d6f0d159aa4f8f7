"""Where the bands lie: the rows that all lanes share, and each lane's own place in every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks

from blots.band_scale import bend_noise, crest_bend, two_sided
from blots.boxes import Box
from blots.lane_lines import LaneLines
from blots.row_candidates import TOO_NEAR_SIGMAS, Candidate, row_candidates
from blots.row_order import rows_in_order

Array = NDArray[np.float64]

_CORE = 0.35  # of the lane's width to either side: free of the neighbours' light
_LANE_SHIFT_PX = 2.5  # how far a whole lane may run ahead
_LANE_STRETCH_PX = 1.5
_OWN_PX = 0.8  # how far one band lies off its lane's and its row's place
_BAND_SIGMAS = 6
_CROWDED = 0.3  # of the picture's height: more, and bands pass for noise
_GRAIN = 5.0  # real noise is coarser than its finest grain
_CLEAR_CREST = 7.0  # over the noise, in one lane at least
_RIVAL = 0.6  # a row left out that is this clear against the faintest one chosen makes the choice unsure
_A_ROW = 1.8  # and so does one that stands out six times the noise in every lane, however bright the chosen ones are


class BandRows(NamedTuple):
    """Rows of bands in the straightened picture.

    `y` (n_lanes, n_rows): every band's crest; `sigma_px` (n_rows,): its height as a standard deviation; `clear`
    (n_lanes, n_rows): how far it stands out of the noise; `rivals`: levels of other rows that are clear.
    """

    y: Array
    sigma_px: Array
    clear: Array
    rivals: tuple[float, ...]


def find_band_rows(
    name: str,
    level: Array,
    lines: LaneLines,
    bands: Sequence[str],
    known: Mapping[str, float] | None = None,
    sigma_px: float | None = None,
) -> BandRows:
    """Find as many rows of bands as are named, from top to bottom, and each lane's place in them.

    The rows are those that most lanes show most clearly. A band that stands out gives its own place; a faint or an
    absent one takes the place that its lane and its row predict, so that no peak of noise is hunted for.

    Parameters
    ----------
    name : str
        What messages call the image.
    level : ndarray, shape (rows, columns)
        The straightened signal.
    lines : LaneLines
        The lanes in the straightened picture.
    bands : sequence of str
        Names from top to bottom.
    known : mapping of str to float, optional
        Levels of rows that a person has shown; the others are looked for above, between and below them.
    sigma_px : float, optional
        The height of the bands as a standard deviation, as far as it is known.

    Returns
    -------
    BandRows
        One column a name.

    Raises
    ------
    BlotError
        When the picture shows fewer rows than are named, or fewer where they must lie beside known ones.

    Examples
    --------
    >>> y, x = np.mgrid[:200, :300].astype(float)
    >>> lanes = np.isin(x // 30 % 2, 1)
    >>> picture = lanes * (np.exp(-(((y - 60) / 6) ** 2)) + 0.2 * np.exp(-(((y - 140) / 6) ** 2))) * 1e4
    >>> picture += np.random.default_rng(0).normal(0, 10, picture.shape)
    >>> lines = LaneLines(np.tile([[44.5], [104.5], [164.5], [224.5], [284.5]], 200), np.full(5, 30.0))
    >>> find_band_rows("rep1.tif", picture, lines, ["cIAP1", "actin"]).y.round().tolist()[0]
    [60.0, 140.0]
    """
    profiles = lane_profiles(level, lines)
    sigma = _band_sigma(profiles, sigma_px or max(1.5, len(level) / 130))
    crests, known = _crests(profiles, sigma, len(bands)), known or {}
    shown = [c for c in _candidates(profiles, crests, sigma) if all(abs(c.y - k) > 2 * sigma for k in known.values())]
    rows = rows_in_order(name, shown, bands, known)
    faintest = min((row.clear for row in rows if row.clear < np.inf), default=np.inf)
    least = min(_RIVAL * faintest, _A_ROW) if faintest < np.inf else np.inf
    rivals = [c.y for c in shown if not any(c is row or c.part_of(row) for row in rows) and c.clear > least]
    levels = np.array([row.y for row in rows], dtype=float)
    y, clear = _own_places([_crests_of(row, profiles, crests, sigma, len(bands)) for row in rows], levels, sigma)
    return BandRows(y, _row_sigmas(profiles, y, clear, sigma), clear, tuple(float(r) for r in np.sort(rivals)))


def _candidates(profiles: Array, crests: Array, sigma: float) -> list[Candidate]:
    """Return all rows that one lane at least shows clearly, from top to bottom."""
    clearness = np.log1p(np.maximum(crests - 3, 0)).mean(axis=0)
    peaks, _ = find_peaks(clearness, height=0.03 * float(clearness.max()), distance=max(1, round(1.2 * sigma)))
    shown = [int(p) for p in peaks if crests[:, max(0, p - 2) : p + 3].max() > _CLEAR_CREST]
    return row_candidates(profiles, crests, shown, sigma)


def _crests_of(row: Candidate, profiles: Array, crests: Array, sigma: float, bands: int) -> Array:
    """Return the crests among which a row's bands are; those of a band with two humps at a scale that takes in both."""
    return crests if row.apart_px == 0 else _crests(profiles, sigma + row.apart_px / 2, bands)


def lane_profiles(level: Array, lines: LaneLines) -> Array:
    """Return the median signal across the middle of every lane, shape (n_lanes, rows); dust does not move a median.

    Examples
    --------
    >>> lane_profiles(np.arange(12.0).reshape(3, 4), LaneLines(np.full((1, 3), 2.0), np.array([1.0]))).tolist()
    [[2.0, 6.0, 10.0]]
    """
    rows, columns = level.shape
    profiles = []
    for x, width in zip(lines.x, lines.width_px, strict=True):
        offsets = np.arange(-round(_CORE * width), round(_CORE * width) + 1)
        at = np.clip(np.rint(x).astype(int)[:, None] + offsets, 0, columns - 1)
        profiles.append(np.median(level[np.arange(rows)[:, None], at], axis=1))
    return np.stack(profiles)


def crest_inside(signal: Array, box: Box, sigma_px: float) -> float:
    """Return the row of the crest near the middle of a box; the middle itself where no crest stands out.

    A generous box may hold a neighbour's crest near its edge, so only the inner half is looked at.

    Examples
    --------
    >>> picture = np.zeros((60, 40))
    >>> picture[24:29] = 100.0
    >>> crest_inside(picture, Box(1, "actin", 5, 15, 30, 20), 2.0)
    26.0
    """
    columns = slice(max(0, round(box.x)), max(round(box.x) + 1, round(box.x + box.width)))
    profile = np.median(signal[:, columns], axis=1)
    crest = _crests(profile[None], max(1.2, sigma_px))[0]
    row, clear = _crest_near(crest, box.centre[1], box.height / 4)
    return row if clear > 6 else box.centre[1]


def _crests(profiles: Array, sigma: float, bands: int = 0) -> Array:
    """Return how far every point of every profile stands out as the crest of a band, in units of the noise.

    Where `bands` of this height fill the picture, its fine grain tells the noise.
    """
    bend = crest_bend(profiles, 0.8 * sigma, axis=1)
    noise = bend_noise(bend - np.median(bend, axis=1, keepdims=True), axis=1)
    if bands * _BAND_SIGMAS * sigma > _CROWDED * profiles.shape[1]:
        grain = np.median(np.abs(np.diff(profiles, 2, axis=1)), axis=1, keepdims=True) * 1.4826 / np.sqrt(6)
        noise = np.minimum(noise, _GRAIN * grain * 0.46 * (0.8 * sigma) ** -2.5)
    bend = two_sided(bend, 0.8 * sigma, axis=1)
    return np.asarray(bend / np.maximum(noise, float(np.median(noise)) / 4 + 1e-12))


def _band_sigma(profiles: Array, guess: float) -> float:
    """Return the usual height of clear bands as a standard deviation, from their half-height width.

    A clipped or a crowded band looks broader than it is, so the lower quartile speaks for all.
    """
    found = []
    for profile, crest in zip(profiles, _crests(profiles, guess), strict=True):
        peaks, _ = find_peaks(crest, height=8.0)
        widths = [_half_height(profile, int(peak), guess) for peak in peaks]
        found += [width / 2.355 for width in widths if np.isfinite(width)]
    sigma = float(np.percentile(found, 25)) if found else guess
    return float(np.clip(sigma, 1.2, profiles.shape[1] / 8))


def _half_height(profile: Array, peak: int, guess: float) -> float:
    reach = round(6 * guess)
    a, b = max(0, peak - reach), min(len(profile), peak + reach + 1)
    piece = profile[a:b] - np.interp(np.arange(a, b), [a, b - 1], [profile[a], profile[b - 1]])
    top = piece[peak - a]
    if top <= 0:
        return float("nan")
    left, right = np.flatnonzero(piece[: peak - a] < top / 2), np.flatnonzero(piece[peak - a :] < top / 2)
    return float("nan") if not left.size or not right.size else float(peak - a + right[0] - left[-1] - 1)


def _own_places(crests: Sequence[Array], rows: Array, sigma: float) -> tuple[Array, Array]:
    """Return every band's place and clearness: its own crest where clear, else what lane and row predict."""
    gaps = np.diff(rows)
    above = np.concatenate([[np.inf], gaps])
    below = np.concatenate([gaps, [np.inf]])
    reach = np.clip(0.45 * np.minimum(above, below), 1.0, 1.8 * sigma)
    found = [[_crest_near(c, row, float(r)) for c in own] for own, row, r in zip(crests, rows, reach, strict=True)]
    seen, clear = np.moveaxis(np.array(found), 0, 1).transpose(2, 0, 1)
    error = 0.3 + 1.5 * sigma / np.maximum(clear - 3, 0.05)
    rows = rows + _weighted_median(seen - rows, 1 / error**2)
    depth = (rows - rows.mean()) / max(float(np.ptp(rows)) / 2, 1.0)
    predicted = np.stack([_lane_shift(s, e, depth) for s, e in zip(seen - rows, error, strict=True)])
    trust = _OWN_PX**2 / (_OWN_PX**2 + error**2)
    # A crest far off its row is something else: a rung of a ladder, dust, what a bubble left of the band.
    own = seen - rows - predicted
    trust = trust / (1 + (own / max(0.8 * sigma, _OWN_PX)) ** 4)
    return rows + predicted + trust * own, clear


def _crest_near(crest: Array, row: float, reach: float) -> tuple[float, float]:
    a, b = max(1, int(np.ceil(row - reach))), min(len(crest) - 1, int(row + reach) + 1)
    if b <= a:
        return row, 0.0
    j = a + int(crest[a:b].argmax())
    left, top, right = crest[j - 1], crest[j], crest[j + 1]
    bow = left - 2 * top + right
    off = float(np.clip(0.5 * (left - right) / bow, -0.5, 0.5)) if bow < 0 else 0.0
    return j + off, float(top)


def _weighted_median(values: Array, weights: Array) -> Array:
    """Return the median of each column, weighted."""
    found = []
    for v, w in zip(values.T, weights.T, strict=True):
        order = np.argsort(v)
        total = np.cumsum(w[order])
        found.append(v[order][int(np.searchsorted(total, total[-1] / 2))])
    return np.array(found)


def _lane_shift(rest: Array, error: Array, depth: Array) -> Array:
    """Return how far a lane's bands lie off their rows, as a shift and a stretch held towards none."""
    powers = np.stack([np.ones_like(depth), depth])
    prior = np.diag([1 / _LANE_SHIFT_PX**2, 1 / _LANE_STRETCH_PX**2])
    spread = np.hypot(error, _OWN_PX)
    for _ in range(3):
        weight = 1 / spread**2
        fitted = np.linalg.solve(powers * weight @ powers.T + prior, powers * weight @ rest)
        miss = np.abs(rest - fitted @ powers)
        spread = np.hypot(error, _OWN_PX) * np.sqrt(np.maximum(1, miss / (2.5 * np.hypot(error, _OWN_PX))))
    return np.asarray(fitted @ powers)


def _row_sigmas(profiles: Array, y: Array, clear: Array, sigma: float) -> Array:
    """Return each row's height from its clearest third of the lanes; a neighbour's light is not part of it."""
    found, levels = [], np.median(y, axis=0)
    for k in range(y.shape[1]):
        best = np.argsort(clear[:, k])[::-1][: max(1, len(y) // 3)]
        widths = [_half_height(profiles[i], round(float(y[i, k])), sigma) / 2.355 for i in best]
        usable = [w for w in widths if np.isfinite(w) and 0.4 * sigma < w < 2.5 * sigma]
        gap = min((abs(levels[k] - other) for j, other in enumerate(levels) if j != k), default=np.inf)
        found.append(min(float(np.median(usable)) if usable else sigma, max(gap / TOO_NEAR_SIGMAS, sigma)))
    return np.array(found)
