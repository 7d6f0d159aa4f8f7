"""Taking a compound's own light out of a stained tube, as a distribution.

A compound that shines adds its light C to what the stain S gives: a stained, treated cell shows S + C. The unstained
treated tube shows the light of bare cells plus C, the unstained tube bare cells alone. Two deconvolutions follow: of
the first tube by the second, which gives the distribution of C, and of the stained tube by C, which gives that of S.
Subtracting a median would leave the spread of C behind, which carries live cells over the threshold; subtracting
event by event is impossible, since no event says how much of its light is the compound's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.errors import UnusableControl
from gating.own_light import FEWEST_CELLS, STRAY, OwnLight, spaced, width_of
from gating.quadrants import POPULATIONS, count_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

BINS, STEPS, RESAMPLES, RESAMPLE_STEPS = 96, 200, 20, 40
# What dying cells gain in light of their own, and how the compound spreads over states, is not known exactly.
UNCERTAIN_PART = 0.04  # of the correction


@dataclass(frozen=True, eq=False)
class CompoundShift:
    """The quadrants of a stained tube without the compound's light.

    Attributes
    ----------
    fractions, low, high : mapping of population to float
        Of the whole single cells, and a 95 % interval: counting, the deconvolution's noise, and 4 % of what was
        corrected.
    annexin_threshold, dye_threshold : float
        The thresholds raised by the median of the light: the dividers that fit this tube as it was measured.
    """

    fractions: Mapping[str, float]
    low: Mapping[str, float]
    high: Mapping[str, float]
    annexin_threshold: float
    dye_threshold: float


def compound_shift(
    annexin: NDArray[np.float64],
    dye: NDArray[np.float64],
    thresholds: tuple[float, float],
    light: tuple[OwnLight, OwnLight],
    rng: np.random.Generator,
) -> CompoundShift:
    """Return the quadrants of a stained tube after the compound's light is taken out of both channels.

    Parameters
    ----------
    annexin, dye : ndarray, shape (n_cells,)
        The stained tube's whole single cells, linear and compensated.
    thresholds : (float, float)
        Of Annexin V and dye, as they divide tubes without the compound.
    light : (OwnLight, OwnLight)
        The compound's light in the two channels, from an unstained treated tube of the same dose and hours. A cell's
        light is taken as independent of its stain.
    rng : numpy.random.Generator
        For the interval: cells are drawn again 20 times.

    Returns
    -------
    CompoundShift

    Raises
    ------
    UnusableControl
        Fewer than 500 cells.

    Examples
    --------
    >>> from gating.own_light import own_light
    >>> rng = np.random.default_rng(1)
    >>> live = rng.random(8_000) < 0.8
    >>> stain = np.where(live, rng.normal(150, 50, 8_000), rng.normal(9_000, 1_500, 8_000))
    >>> shine = lambda n: 600 * rng.lognormal(0, 0.4, n)
    >>> light = own_light(rng.normal(90, 40, 5_000) + shine(5_000), rng.normal(90, 40, 5_000))
    >>> dark = own_light(rng.normal(90, 40, 5_000), rng.normal(90, 40, 5_000))
    >>> found = compound_shift(rng.normal(150, 50, 8_000), stain + shine(8_000), (600.0, 600.0), (dark, light), rng)
    >>> bool(np.mean(stain + shine(8_000) > 600) > 0.6), round(found.fractions["necrotic"], 1)
    (True, 0.2)
    """
    if len(annexin) < FEWEST_CELLS:
        raise UnusableControl(
            "a stained tube with a compound that shines",
            expected=f"at least {FEWEST_CELLS} whole single cells",
            got=f"{len(annexin)}",
            remedy="Acquire it longer.",
        )
    axes = [_axis(values, cut, own) for values, cut, own in zip((annexin, dye), thresholds, light, strict=True)]
    (across, first, over_a), (up, second, over_d) = axes
    seen = np.histogram2d(annexin, dye, bins=(across, up))[0]
    start = np.full((first.shape[1], second.shape[1]), 1.0 / (first.shape[1] * second.shape[1]))
    stain = _stain(seen, first, second, start, STEPS)
    fractions = _quarters(stain, over_a, over_d)
    again = [
        _quarters(_stain(rng.poisson(seen).astype(np.float64), first, second, stain, RESAMPLE_STEPS), over_a, over_d)
        for _ in range(RESAMPLES)
    ]
    counted = _counted(annexin, dye, thresholds)
    half = np.hypot(1.96 * np.std(again, axis=0, ddof=1), UNCERTAIN_PART * np.abs(counted - fractions))
    named = [
        dict(zip(POPULATIONS, map(float, q), strict=True)) for q in (fractions, fractions - half, fractions + half)
    ]
    return CompoundShift(
        fractions=named[0],
        low={name: max(0.0, value) for name, value in named[1].items()},
        high={name: min(1.0, value) for name, value in named[2].items()},
        annexin_threshold=thresholds[0] + light[0].quantile(0.5),
        dye_threshold=thresholds[1] + light[1].quantile(0.5),
    )


def _counted(
    annexin: NDArray[np.float64], dye: NDArray[np.float64], thresholds: tuple[float, float]
) -> NDArray[np.float64]:
    counts = count_at(annexin, dye, *thresholds)
    return np.array([getattr(counts, name) for name in POPULATIONS]) / counts.total


def _axis(
    values: NDArray[np.float64], threshold: float, light: OwnLight
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return bins of what is seen (k + 1,), P(bin | stain) (k, m), and the part of each stain bin that is positive."""
    linear = max(width_of(values[values <= np.quantile(values, 0.5)]), abs(threshold) / 10)
    edges = spaced(float(values.min()), float(values.max()) * (1 + 1e-9) + 1e-9, linear, BINS)
    lowest = float(values.min()) - max(light.quantile(0.999), 0.0)
    stain = spaced(lowest, edges[-1], linear, BINS)
    # Cells of one stain bin lie anywhere in it: the kernel is the mean over a few places.
    places = (stain[:-1, None] + np.diff(stain)[:, None] * np.array([0.125, 0.375, 0.625, 0.875])).T
    kernel = np.mean([np.diff(light.below(edges[:, None] - at[None, :]), axis=0) for at in places], axis=0) + STRAY
    positive = np.clip((stain[1:] - threshold) / np.diff(stain), 0.0, 1.0)
    return edges, kernel, positive


def _stain(
    seen: NDArray[np.float64],
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    start: NDArray[np.float64],
    steps: int,
) -> NDArray[np.float64]:
    """Return the joint distribution of the stain on both axes by steps of EM, shape (m, m)."""
    weights, total = start, seen.sum()
    for _ in range(steps):
        expected = first @ weights @ second.T
        weights = weights * (first.T @ (seen / np.maximum(expected, 1e-30)) @ second) / total
    return weights


def _quarters(
    weights: NDArray[np.float64], annexin: NDArray[np.float64], dye: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return live, early apoptotic, late apoptotic and necrotic, which sum to 1."""
    share = np.array(
        [
            (1 - annexin) @ weights @ (1 - dye),
            annexin @ weights @ (1 - dye),
            annexin @ weights @ dye,
            (1 - annexin) @ weights @ dye,
        ]
    )
    return np.asarray(share / share.sum(), dtype=np.float64)
