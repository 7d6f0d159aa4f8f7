"""What stripping left: bands of a later probe where strong bands of an earlier one stood."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blots.cautions import caution
from blots.layout import BlotGeometry
from blots.measured_blot import MeasuredBlot

Array = NDArray[np.float64]

_REPEATS = "non-specific"
_APART_SIGMAS = 4.0  # a row of the later probe nearer than this hides what was left
_ON_IT = 1.5
_FLANKS = (3.0, 4.5)  # sigmas: where the ground beside a band is read
_MOST_LANES = 0.7
_SURE = 6.0  # times the usual reading of places that hold no band
_FEWEST_LANES = 4
_EMPTY_PLACES = 8
_LEAST_SHARE = 0.01  # of the brightest band of the later probe: less matters to none


def residual_signal(earlier: MeasuredBlot, later: MeasuredBlot) -> dict[str, str]:
    """Tell, as a caution, which rows of an earlier probe still show on a later picture of the stripped membrane.

    Only pictures of one size, turned alike, are compared, pixel by pixel; a membrane that was laid down elsewhere shows
    nothing then. A row of another target that lies where one of the earlier probe stood is told as well: what was left
    can't be seen there.

    Parameters
    ----------
    earlier, later : MeasuredBlot
        Two pictures of one membrane.

    Returns
    -------
    dict of str to str
        A caution for each target of the later probe: what was left is told of all of them, an earlier row under one
        target of that alone; none where nothing is seen.

    Notes
    -----
    In every lane the light of a box on the old band's place is set against its flanks. The same reading at places
    without any band tells how far it strays by itself. A row is told where most lanes read above six times that, and
    above 1 % of the brightest band of the later probe.

    Examples
    --------
    >>> from blots.image_files import blot_from_array
    >>> from blots.quantify import measure_blot
    >>> from blots.simulate import BANDS, BlotDesign, simulate_blot
    >>> rng = np.random.default_rng(0)
    >>> first = simulate_blot(BlotDesign(np.ones((12, 5))), rng=rng).image
    >>> probe = BlotDesign(np.ones((12, 1)), ("PARP",), rows_px=[360], sigmas_px=[5], unit_volumes=[6e6])
    >>> second = simulate_blot(probe, rng=rng).image + 0.05 * (first - np.median(first))
    >>> earlier = measure_blot(blot_from_array(first, "1.tif"), 12, BANDS)
    >>> said = residual_signal(earlier, measure_blot(blot_from_array(second, "2.tif"), 12, ["PARP"]))
    >>> said["PARP"].startswith("residual_signal: a band stands where 1.tif shows cIAP2 (row 109, 12 lanes, 5% of")
    True
    """
    if earlier.blot.shape != later.blot.shape or earlier.blot.quarter_turns != later.blot.quarter_turns:
        return {}
    old, new = earlier.geometry, later.geometry
    if not old.bands or not new.bands or len(old.lanes) != len(new.lanes) or len(old.lanes) < _FEWEST_LANES:
        return {}
    usual = _usual_reading(later.blot.signal, old, new)
    heights = [_readings(later.blot.signal, new, *row) for row in zip(new.y().T, new.sigma_px.tolist(), strict=True)]
    own = max(float(np.nanmax(np.append(row, 0.0))) for row in heights)
    found: list[str] = []
    under: dict[str, list[str]] = {}
    for k, target in enumerate(old.targets):
        y, sigma = old.y()[:, k], float(old.sigma_px[k])
        apart = np.median(np.abs(new.y() - y[:, None]), axis=0) / np.maximum(sigma, new.sigma_px)
        on_it = [t for t, a in zip(new.targets, apart, strict=True) if a < _ON_IT and t != target]
        if not target.startswith(_REPEATS):
            for one in on_it:
                under.setdefault(one, []).append(target)
        if apart.min() < _APART_SIGMAS or target.startswith(_REPEATS) or usual == 0 or own <= 0:
            continue
        read = _readings(later.blot.signal, old, y, sigma)
        lanes = int((read > _SURE * usual).sum())
        share = float(np.nanmedian(read)) / own if np.isfinite(read).any() else 0.0
        if lanes >= max(_FEWEST_LANES, _MOST_LANES * np.isfinite(read).sum()) and share > _LEAST_SHARE:
            found.append(
                f"{target} (row {np.median(y):.0f}, {lanes} lanes, {share:.0%} of the height of its own bands)"
            )
    everywhere = [f"a band stands where {earlier.blot.name} shows {', '.join(found)}"] if found else []
    said = {}
    for target in new.targets:
        stood = ", ".join(under.get(target, []))
        own_words = [f"{target} lies where {stood} stood, so that what was left can't be told apart"] if stood else []
        if words := ", and ".join([*everywhere, *own_words]):
            said[target] = caution("residual_signal", words)
    return said


def _usual_reading(signal: Array, old: BlotGeometry, new: BlotGeometry) -> float:
    """Return how far a reading strays where neither probe has a band; 0 where there are too few such places."""
    sigma = float(np.median(old.sigma_px))
    rows = np.concatenate([old.y(), new.y()], axis=1)
    read = []
    for level in np.arange(6 * sigma, len(signal) - 6 * sigma, 2 * sigma):
        y = level + (old.y()[:, 0] - float(np.median(old.y()[:, 0])))
        if np.abs(rows - y[:, None]).min() > 6 * sigma:
            read.append(_readings(signal, old, y, sigma))
    if len(read) < _EMPTY_PLACES:
        return 0.0
    return 1.4826 * float(np.nanmedian(np.abs(np.concatenate(read))))


def _readings(signal: Array, geometry: BlotGeometry, y: Array, sigma: float) -> Array:
    """Return, lane by lane, the mean light within a sigma of row `y` over that of its flanks; NaN at the borders."""
    read = np.full(len(y), np.nan)
    for i, lane in enumerate(geometry.lanes):
        x = float(np.interp(y[i], np.arange(len(lane.x)), lane.x))
        left, right = round(x - 0.35 * lane.width_px), round(x + 0.35 * lane.width_px) + 1
        near, far = _FLANKS
        ends = [round(y[i] + f * sigma) for f in (-far, -near, -1, 1, near, far)]
        if ends[0] < 0 or ends[-1] >= len(signal) or left < 0 or right > signal.shape[1]:
            continue
        above, body, below = (signal[a : b + 1, left:right].mean() for a, b in zip(ends[::2], ends[1::2], strict=True))
        read[i] = body - (above + below) / 2
    return read
