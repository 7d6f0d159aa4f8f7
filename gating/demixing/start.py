"""Where the fit begins: the two signs of each axis as normal populations on both sides of its divider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.demixing.fit import Problem
from gating.demixing.joint import Axis, Joint
from gating.demixing.model import SIGNS, STATES, Mixture
from gating.demixing.splines import Splines, splines

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROUGHNESS = 0.2  # SD of third differences of the log density at knots half a negative SD apart
KNOT_SD = 0.5
REMEMBERED, REMEMBERED_UNSEEN = 5.0, 1_000.0  # events that a starting shape is worth
UNLIKE = 0.03  # by so much the shares of cells above a divider differ between tubes, where some hold positive cells
RICH = 0.5  # of the largest share above the divider
FEWEST_POSITIVE = 50.0  # events of the batch above a divider that tell where its positive cells lie
DISTANCE_SD = 6.0  # where positive cells are put that no event tells of
SHIFT_PART = 0.05  # SD of shifts from tube to tube that is expected, as a part of the positive-negative distance


@dataclass(frozen=True)
class Signs:
    """Centre and SD of the negative and of the positive cells of one axis, display units."""

    negative: float
    negative_sd: float
    positive: float
    positive_sd: float
    is_seen: bool = True


def signs_at(tubes: NDArray[np.float64], axis: Axis, divider: float, has_valley: bool) -> Signs:
    """Return where the cells of both signs lie.

    Parameters
    ----------
    tubes : ndarray, shape (tubes, bins)
        Their histograms on one axis.
    axis : Axis
    divider : float
        On the display scale.
    has_valley : bool
        Whether the divider lies between two modes. Where it does not, positive cells are believed in only if the tubes
        differ in how many there are.
    """
    centres = axis.centres
    pooled = tubes.sum(axis=0)
    share = tubes[:, centres >= divider].sum(axis=1) / np.maximum(tubes.sum(axis=1), 1.0)
    is_seen = has_valley or float(np.ptp(share)) > UNLIKE or float(share.min()) > 0.5
    # Where few cells are positive, what lies above a divider is the tail of the others: the richest tubes tell.
    richest = tubes[share >= RICH * share.max()].sum(axis=0)
    below, above = pooled * (centres < divider), richest * (centres >= divider)
    low, centre, _ = _quantiles(below, centres)
    # The right half of the negative cells may reach beyond the divider, or hold positive ones: the left half is true.
    spread = max(centre - low, axis.bin_width)
    if above.sum() < FEWEST_POSITIVE or not is_seen:
        return Signs(centre, spread, centre + DISTANCE_SD * spread, 1.2 * spread, is_seen=False)
    left, middle, right = _quantiles(above, centres)
    return Signs(centre, spread, middle, max((right - left) / 2.0, axis.bin_width))


def _quantiles(counts: NDArray[np.float64], centres: NDArray[np.float64]) -> tuple[float, float, float]:
    cumulative = np.cumsum(counts)
    if not cumulative[-1]:
        return float(centres[0]), float(centres[0]), float(centres[0])
    at = np.searchsorted(cumulative, np.array([0.16, 0.5, 0.84]) * cumulative[-1])
    return float(centres[at[0]]), float(centres[at[1]]), float(centres[at[2]])


def starting_point(joint: Joint, signs: tuple[Signs, Signs], dividers: tuple[float, float]) -> tuple[Problem, Mixture]:
    """Return what is to be fitted and where the fit begins.

    Parameters
    ----------
    joint : Joint
    signs : tuple of two Signs
        Of Annexin V and of the dye.
    dividers : tuple of two float
        On the display scales: they give the first guess of each tube's fractions.
    """
    bases, remembered, coefficients, expected, falls = [], [], [], [], []
    for axis, found, row in zip(joint.axes, signs, SIGNS, strict=True):
        knot_bins = max(1.0, KNOT_SD * found.negative_sd / axis.bin_width)
        # The penalty is on knots: wider ones differ more in the third difference of the same curve.
        roughness = ROUGHNESS * max(1.0, knot_bins * axis.bin_width / (KNOT_SD * found.negative_sd)) ** 3
        basis = splines(axis.bins, round(knot_bins, 2), round(roughness, 4))
        shapes = [_normal(axis, found.negative, found.negative_sd), _normal(axis, found.positive, found.positive_sd)]
        densities = np.stack([shapes[sign] for sign in row])
        bases.append(basis)
        unseen = (row == 1) & (not found.is_seen)
        remembered.append(densities * np.where(unseen, REMEMBERED_UNSEEN, REMEMBERED)[:, None])
        coefficients.append(np.stack([basis.fitted_to(density) for density in densities]))
        falls.append(np.stack([_falls(basis, axis, found, sign) for sign in row]))
        expected.append(SHIFT_PART * (found.positive - found.negative) / axis.bin_width)
    spreads = np.stack([np.eye(2) * e**2 for e in expected])
    tubes = len(joint.counts)
    start = Mixture(
        (coefficients[0], coefficients[1]), _shares(joint, dividers), np.zeros((tubes, 2, 2)), spreads, np.zeros(STATES)
    )
    counts = Problem(
        joint.counts, (bases[0], bases[1]), np.array(expected), (remembered[0], remembered[1]), (falls[0], falls[1])
    )
    return counts, start


def _normal(axis: Axis, centre: float, sd: float) -> NDArray[np.float64]:
    density = np.exp(-0.5 * np.minimum(((axis.centres - centre) / sd) ** 2, 60.0))
    return np.asarray(density / density.sum(), dtype=np.float64)


def _falls(basis: Splines, axis: Axis, found: Signs, sign: int) -> NDArray[np.float64]:
    """Return where the density of a sign must fall or rise: in the territory of the other, from half-way on."""
    middle = (found.negative * found.positive_sd + found.positive * found.negative_sd) / (
        found.negative_sd + found.positive_sd
    )
    places = basis.basis.T @ axis.centres / np.maximum(basis.basis.sum(axis=0), 1e-9)
    between = (places[:-1] + places[1:]) / 2.0
    return np.where(between > middle, 1.0, 0.0) if sign == 0 else np.where(between < middle, -1.0, 0.0)


def _shares(joint: Joint, dividers: tuple[float, float]) -> NDArray[np.float64]:
    across, up = (axis.centres >= divider for axis, divider in zip(joint.axes, dividers, strict=True))
    counted = [joint.counts[:, across == SIGNS[0, k]][:, :, up == SIGNS[1, k]].sum(axis=(1, 2)) for k in range(STATES)]
    shares = np.stack(counted, axis=1) + 1.0
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), dtype=np.float64)
