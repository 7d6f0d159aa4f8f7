"""The lanes of a blot, cut out, summed and fitted: what volumes and the plots of profiles both rest on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blots.background import SmoothBackground
from blots.blot import Blot
from blots.lane_solve import over_another
from blots.layout import BlotGeometry
from blots.noise import NoiseModel, estimate_noise
from blots.strips import LaneStrip, cut_strips
from blots.volumes import FitOptions, JointFit, Profiles, fit_bands

Array = NDArray[np.float64]

_KNOT_SIGMAS = 2.0
_STIFFNESS_SIGMAS = 2.2  # below it, the shapes of real tails begin to be told from the background by their lanes
_STIFFER = (4.0, 2.0)  # times as stiff, where the membrane lets it: such a background leaves bands their tails
_EMPTY = 0.01  # of the usual crest: less is no band
_NO_ROUGHER = 1.03  # what a background may leave over between the bands, against one that bends freely
_HOPELESS = 1.5  # the same, while the bands keep the shapes that they had over that one


@dataclass(frozen=True, eq=False)
class LaneFits:
    """The measured lanes: `strips`, their `profiles`, the joint `fit` with its `options`, and the geometry of all."""

    geometry: BlotGeometry
    strips: tuple[LaneStrip, ...]
    profiles: Profiles
    options: FitOptions
    fit: JointFit


def fit_lanes(blot: Blot, geometry: BlotGeometry) -> LaneFits:
    """Cut the lanes out, sum them, and fit bands and backgrounds; what plots of the profiles draw.

    Examples
    --------
    >>> from blots.image_files import blot_from_array
    >>> from blots.geometry import find_geometry
    >>> from blots.simulate import BANDS, example_design, simulate_blot
    >>> rng = np.random.default_rng(0)
    >>> blot = blot_from_array(simulate_blot(example_design(rng), rng=rng).image, "rep1.tif")
    >>> fit_lanes(blot, find_geometry(blot, 12, BANDS)).profiles.signal.shape
    (12, 620)
    """
    strips = cut_strips(blot, geometry, noise_of(blot))
    profiles = Profiles(
        np.stack([strip.profile for strip in strips]),
        np.stack([strip.variance for strip in strips]),
        np.stack([strip.clipped == 0 for strip in strips]),
    )
    sigma = float(np.median(geometry.sigma_px))
    background = SmoothBackground.over(
        profiles.signal.shape[1], max(3.0, _KNOT_SIGMAS * sigma), _STIFFNESS_SIGMAS * sigma
    )
    options, fit = _over_the_stiffest(profiles, geometry, background)
    return LaneFits(geometry, strips, profiles, options, fit)


def noise_of(blot: Blot) -> NoiseModel:
    """Return the noise of a blot's own pixels, those that a shorter exposure gave left out."""
    return estimate_noise(blot.signal, None if blot.repair is None else blot.saturated | blot.repair.pixels)


def _over_the_stiffest(
    profiles: Profiles, geometry: BlotGeometry, supple: SmoothBackground
) -> tuple[FitOptions, JointFit]:
    """Return the fit over the stiffest background that leaves the empty stretches of the lanes as clean as any does.

    A smear, a blotch or the far tail of a band keeps the background supple; none of them is known beforehand.
    """
    options = FitOptions(supple)
    fit = fit_bands(profiles, geometry.y(), geometry.sigma_px, options)
    light = np.abs(fit.bands).sum(axis=1)
    empty = (light < _EMPTY * np.median(light.max(axis=1))) & profiles.usable
    if not empty.any():
        return options, fit
    least = _left_over(profiles, fit.rest(profiles), empty)
    for times in _STIFFER:
        stiff = supple.stiffened(times)
        if _left_over(profiles, over_another(profiles, fit, stiff)[1], empty) > _HOPELESS * least:
            continue  # new shapes would not mend that, and take the time of a whole fit
        other = fit_bands(profiles, geometry.y(), geometry.sigma_px, FitOptions(stiff))
        if _left_over(profiles, other.rest(profiles), empty) <= _NO_ROUGHER * least:
            return FitOptions(stiff), other
    return options, fit


def _left_over(profiles: Profiles, rest: Array, where: NDArray[np.bool_]) -> float:
    return float(np.median((rest**2 / profiles.variance)[where]))
