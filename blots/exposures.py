"""Several exposures of one membrane in one picture: weak bands from the long one, clipped pixels from a shorter one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, gaussian_filter, map_coordinates, spline_filter

from blots.blot import Blot
from blots.cautions import caution
from blots.errors import BlotError
from blots.exposure_scale import ExposureScale, fit_exposure_scale
from blots.fitness import OF_CLIPPING, judge_again
from blots.noise import NoiseModel, estimate_noise
from blots.registration import Registration, register
from blots.repair import Repair

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_SAME = 0.9  # correlation: less is another membrane, or a relation that is no line
_RIVAL = 1.5
_LARGEST_ERROR_PX = 0.25
_STRAINED_PX = 0.5
_STRAIN_SURE = 4.0
_NEAR_CEILING = 0.97
_SEEN = 8.0  # standard errors over the ground: a pixel that tells of the scale
_FEWEST = 400  # pixels
_LARGEST_SCALE_ERROR = 0.05
_LARGEST_BENT_ERROR = 0.2  # what is told with a warning before nothing is
_SMOOTH = 1.0
_TILES = 8  # each way
_AS_STATED = 0.2
_STILL_PX = 0.02  # a displacement so near whole pixels needs no interpolation
_ALONE = "Leave one of them out, or measure each alone (no `exposure_s`)."
_BETWEEN = "Add an exposure between the two, or measure each alone (no `exposure_s`)."
_OUTSIDE, _CLIPPED, _SHOWN = 0, 1, 2  # what the shorter exposure has of a pixel


def merge_exposures(blots: Sequence[Blot], exposures_s: Sequence[float]) -> Blot:
    """Merge exposures of one membrane: pixels that are clipped in the longest are taken from a shorter one.

    The pictures are registered (moved against one another by fractions of a pixel, and cropped differently at will),
    and a line ``long = offset + scale * short`` is fitted over pixels that both show unclipped, with the noise of both.
    What the longest clips is replaced by the next shorter that does not, on the scale of the longest. Pixels that all
    exposures clip stay clipped, at the least that they can hold.

    Parameters
    ----------
    blots : sequence of Blot
        As `read_blot` returns them, all standing the same way; in any order.
    exposures_s : sequence of float
        Seconds of each. They decide which is the longest, and are compared with the scale that is found.

    Returns
    -------
    Blot
        In the pixels of the longest exposure and on its scale, without its upper end. `.name` joins the names of the
        exposures that are in it, `.saturated` and `.fitness` are judged anew, `.repair` tells which pixels came from
        a shorter one and how noisy they are, `.cautions` tells the scale (`exposures_merged`), a scale far from the
        ratio of the times (`exposure_ratio`) and a relation that is no line (`exposures_disagree`). Other doubts are
        inherited from all that are in it. Where the longest clips nothing, it is returned with a caution that says so.

    Raises
    ------
    BlotError
        When there are fewer than two exposures, times are missing, equal or not positive, the pictures can't be
        registered, are turned or scaled against one another, or share too few unclipped pixels with signal.

    Notes
    -----
    A shorter exposure counts fewer photons, so that its pixels are noisier than the longest's would be; they keep
    their own noise in the error budget. The error of the scale, which all repaired bands share, is part of their
    intervals too.

    References
    ----------
    Debevec P. E. and Malik J., SIGGRAPH 369 (1997), doi:10.1145/258734.258884, for pictures of several exposures.

    Examples
    --------
    >>> from blots.image_files import blot_from_array
    >>> from blots.simulate import example_design
    >>> from blots.simulated_exposures import simulate_exposures
    >>> rng = np.random.default_rng(0)
    >>> pair = simulate_exposures(example_design(rng, gain=4.0), shifts=((0, 0), (3.4, -2.7)), rng=rng)
    >>> long, short = (blot_from_array(p.image, n) for p, n in zip(pair, ("60 s.tif", "12 s.tif")))
    >>> merged = merge_exposures([long, short], [60, 12])
    >>> merged.name, int(long.saturated.sum()) > 1000, int(merged.saturated.sum()), merged.fitness
    ('60 s.tif + 12 s.tif', True, 0, 'quantitative')
    """
    order = _ordered(blots, exposures_s)
    longest = blots[order[0]]
    merged, parts = _Merging.start(longest), [longest]
    told: list[str] = []
    for shorter in order[1:]:
        if not merged.clipped.any():
            break
        times = float(exposures_s[order[0]]), float(exposures_s[shorter])
        merged, words = _with(merged, blots[shorter], times)
        parts += [blots[shorter]] if words else []
        told += words
    if len(parts) == 1:
        why = "no pixel is clipped" if not longest.saturated.any() else "no shorter one shows its clipped pixels"
        alone = caution("exposures_merged", f"{longest.name} stands alone, for {why}")
        return replace(longest, cautions=(*longest.cautions, alone))
    return _as_blot(merged, parts, told)


def _seconds(time: object) -> float:
    """Return a time, NaN for what is none."""
    return float(time) if isinstance(time, int | float | np.integer | np.floating) else float("nan")


def _ordered(blots: Sequence[Blot], exposures_s: Sequence[float]) -> list[int]:
    """Return the order from the longest exposure to the shortest, or refuse times and poses that make none."""
    names = " + ".join(blot.name for blot in blots) or "exposures"
    if len(blots) < 2 or len(blots) != len(exposures_s):
        got = f"{len(blots)} pictures and {len(exposures_s)} times"
        remedy = "Give every exposure with its time."
        raise BlotError(names, expected="two exposures or more with a time each", got=got, remedy=remedy)
    times = [_seconds(time) for time in exposures_s]
    if not all(np.isfinite(time) and time > 0 for time in times) or len(set(times)) < len(times):
        got = ", ".join("none" if time != time else f"{time:g} s" for time in times)
        remedy = "State the seconds of each exposure, or leave out all but one of those that are alike."
        raise BlotError(names, expected="exposures of different times above 0 s", got=got, remedy=remedy)
    if len({blot.quarter_turns for blot in blots}) > 1:
        remedy = "Turn all pictures alike."
        raise BlotError(
            names, expected="pictures that stand the same way", got="different quarter turns", remedy=remedy
        )
    return sorted(range(len(blots)), key=lambda i: -times[i])


class _Merging(NamedTuple):
    """What is merged so far, in the pixels and on the scale of the longest exposure."""

    blot: Blot
    signal: Array
    clipped: Mask
    variance: Array
    taken: Mask
    scale_error: float

    @classmethod
    def start(cls, blot: Blot) -> _Merging:
        noise = estimate_noise(blot.signal, blot.saturated)
        none = np.zeros(blot.shape, dtype=bool)
        return cls(blot, blot.signal, blot.saturated, noise.variance(blot.signal), none, 0.0)


def _with(merged: _Merging, short: Blot, times: tuple[float, float]) -> tuple[_Merging, list[str]]:
    """Return what is merged with what a shorter exposure gives to it, and what is to be said; nothing where none."""
    place = _placed(merged, short)
    noise = estimate_noise(short.signal, short.saturated)
    scale = _scale(merged, short, place, noise)
    signal, variance, shown = _moved(short, place, merged.blot.shape, noise)
    signal, variance = scale.offset + scale.slope * signal, scale.slope**2 * variance
    ceiling = float(merged.signal[merged.clipped].min())
    # Chosen by what the shorter one says too: a pixel that noise alone kept under the ceiling would read too low.
    wanted = merged.clipped | (binary_dilation(merged.clipped, iterations=2) & (signal > _NEAR_CEILING * ceiling))
    take, least = wanted & (shown == _SHOWN), merged.clipped & (shown == _CLIPPED)
    if not (take & merged.clipped).any():
        return merged, []
    found = _Merging(
        merged.blot,
        np.where(take, signal, np.where(least, np.maximum(merged.signal, signal), merged.signal)),
        merged.clipped & ~take,
        np.where(take, variance, merged.variance),
        merged.taken | take,
        float(np.hypot(merged.scale_error, scale.error)),
    )
    return found, _words(merged, short, place, scale, times, int(take.sum()))


def _refused(merged: _Merging, short: Blot, expected: str, got: str, remedy: str) -> BlotError:
    return BlotError(f"{merged.blot.name} + {short.name}", expected=expected, got=got, remedy=remedy)


def _placed(merged: _Merging, short: Blot) -> Registration:
    """Return how the shorter exposure lies; refuse one that can't be laid on the longer."""
    expected = "exposures of one membrane"
    place = register(merged.signal, ~merged.clipped, short.signal, ~short.saturated)
    if place is None or place.error_px > _LARGEST_ERROR_PX or place.agreement < _SAME:
        got = "pictures that show nothing alike" if place is None else f"a correlation of {place.agreement:.2f}"
        raise _refused(merged, short, expected, got, f"Check that both show the same membrane. {_ALONE}")
    if place.rival < _RIVAL:
        got = "pictures that fit at several places about as well"
        raise _refused(merged, short, expected, got, f"Export both uncropped. {_ALONE}")
    if place.strain_px > max(_STRAINED_PX, _STRAIN_SURE * place.strain_error_px):
        got = f"pictures turned or scaled against one another by {place.strain_px:.1f} px at the corners"
        remedy = f"Export both as the camera stored them, neither turned nor resized. {_ALONE}"
        raise _refused(merged, short, "exposures of a membrane that lay still", got, remedy)
    return place


def _scale(merged: _Merging, short: Blot, place: Registration, noise: NoiseModel) -> ExposureScale:
    """Return the line between both exposures, over smoothed pixels that both show with signal."""
    smooth, short_smooth = gaussian_filter(merged.signal, _SMOOTH), gaussian_filter(short.signal, _SMOOTH)
    shrunk = 1 / (4 * np.pi * _SMOOTH**2)  # of the variance by smoothing
    reach = int(np.ceil(3 * _SMOOTH))
    other, _, shown = _moved(replace(short, signal=short_smooth), place, merged.blot.shape, noise)
    edge = binary_dilation(shown != _SHOWN, iterations=reach) | binary_dilation(merged.clipped, iterations=reach)
    variance, short_variance = shrunk * merged.variance, shrunk * noise.variance(other)
    told = np.zeros(edge.shape, dtype=bool)
    if not edge.all():
        gain = float(np.std(smooth[~edge]) / max(float(np.std(other[~edge])), 1e-300))
        least = _SEEN * np.sqrt(np.maximum(variance, gain**2 * short_variance))
        told = ~edge & (smooth - float(np.median(smooth[~edge])) > least)
    if told.sum() < _FEWEST:
        got, expected = f"{int(told.sum())} of them", f"{_FEWEST} pixels with signal that neither exposure clips"
        raise _refused(merged, short, expected, got, _BETWEEN)
    rows, columns = np.nonzero(told)
    tile = rows * _TILES // merged.blot.shape[0] * _TILES + columns * _TILES // merged.blot.shape[1]
    scale = fit_exposure_scale(other[told], smooth[told], short_variance[told], variance[told], tile)
    largest = _LARGEST_BENT_ERROR if scale.is_bent else _LARGEST_SCALE_ERROR
    if scale.slope <= 0 or scale.error > largest:
        got = f"a scale known to {scale.error:.0%} only"
        raise _refused(merged, short, "exposures that tell their scale", got, _BETWEEN)
    return scale


def _moved(short: Blot, place: Registration, shape: tuple[int, int], noise: NoiseModel) -> tuple[Array, Array, Array]:
    """Return the shorter exposure in the reference's pixels, its noise there, and what each pixel is."""
    rows, columns = np.arange(shape[0]) + place.down, np.arange(shape[1]) + place.right
    near = np.rint(rows).astype(int), np.rint(columns).astype(int)
    still = max(abs(place.down - round(place.down)), abs(place.right - round(place.right))) < _STILL_PX
    margin = 0 if still else 2
    inside = np.logical_and.outer(
        (near[0] >= margin) & (near[0] < short.shape[0] - margin),
        (near[1] >= margin) & (near[1] < short.shape[1] - margin),
    )
    there = np.ix_(*(np.clip(n, 0, size - 1) for n, size in zip(near, short.shape, strict=True)))
    if still:
        signal = short.signal[there]
    else:
        splines = spline_filter(short.signal, order=3)
        at = np.meshgrid(rows, columns, indexing="ij")
        signal = map_coordinates(splines, at, order=3, prefilter=False, mode="nearest")
    bad = short.saturated if still or not short.saturated.any() else binary_dilation(short.saturated, iterations=2)
    state = np.where(inside, np.where(bad[there], _CLIPPED, _SHOWN), _OUTSIDE)
    # Interpolation lowers the noise of a pixel and not that of a sum, which is what volumes are made of.
    return signal, noise.variance(short.signal)[there], state


def _words(
    merged: _Merging, short: Blot, place: Registration, scale: ExposureScale, times: tuple[float, float], taken: int
) -> list[str]:
    long_s, short_s = times
    share = taken / merged.signal.size
    said = [
        caution(
            "exposures_merged",
            f"{share:.2%} of the pixels, clipped at {long_s:g} s, are those of {short.name} ({short_s:g} s) times "
            f"{scale.slope:.4g} ± {1.96 * scale.error:.1%}, which lies {place.down:+.2f} rows and {place.right:+.2f} "
            "columns from it",
        )
    ]
    stated = long_s / short_s
    if abs(scale.slope / stated - 1) > _AS_STATED:
        words = f"{scale.slope:.3g} times the light of {short.name}, where the times say {stated:.3g}"
        said.append(caution("exposure_ratio", words))
    if scale.is_bent:
        words = f"against {short.name} the brighter half is {1 + scale.bend:.2f} times as steep as the darker half"
        said.append(caution("exposures_disagree", words))
    return said


def _as_blot(merged: _Merging, parts: Sequence[Blot], said: Sequence[str]) -> Blot:
    reasons = [reason for blot in parts for reason in blot.cautions if reason.partition(":")[0] not in OF_CLIPPING]
    fitness, reasons_now = judge_again(tuple(reasons), merged.signal, merged.clipped)
    repair = Repair(merged.taken, np.where(merged.taken, merged.variance, 0.0), merged.scale_error)
    return replace(
        merged.blot,
        name=" + ".join(blot.name for blot in parts),
        signal=merged.signal,
        saturated=merged.clipped,
        fitness=fitness,
        cautions=(*reasons_now, *said),
        polarity_confidence=min(blot.polarity_confidence for blot in parts),
        repair=repair,
    )
