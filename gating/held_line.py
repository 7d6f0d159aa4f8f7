"""A robust line through positive cells whose height is softly held and whose regressor is noisy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.robust_regression import MAD_TO_SD

if TYPE_CHECKING:
    from numpy.typing import NDArray

HUBER, BISQUARE = 2.0, 5.0  # robust SD
HUBER_STEPS, STEPS = 4, 40
VARIANCE_STEPS = (1, 3, 5)
CONVERGED = 1e-6
GROUPS, EVENTS_A_GROUP = 8, 15
LEAST_SPILL = 0.002  # below which the photon noise of the own detector can't be told from the other's


@dataclass(frozen=True, eq=False)
class HeldLine:
    """What the line is fitted to.

    Attributes
    ----------
    own, other : ndarray, shape (n,)
        Light of the positive cells above that of their matched negatives.
    regressors : ndarray, shape (n, k)
        Further ones, centred; k may be 0.
    leverage : ndarray, shape (n,)
        How much more an event counts, before its distance from the line is known.
    height_sd : float
        How well it is known that the line passes through the origin.
    own_variance, covariance : float
        Of a cell's light without stain: variance in its own detector, covariance with the other.
    applied : float
        The spillover that was taken out of `other` before; its noise is then that of `own` times this.
    own_light_sd : float
        SD of the cells' light in the other detector, without stain.
    left_correlation : float
        Of that light with the stain, which nothing explains.
    """

    own: NDArray[np.float64]
    other: NDArray[np.float64]
    regressors: NDArray[np.float64]
    leverage: NDArray[np.float64]
    height_sd: float
    own_variance: float
    covariance: float
    applied: float
    own_light_sd: float
    left_correlation: float


def fit_held_line(line: HeldLine) -> tuple[float, float]:
    """Return the slope and its standard error.

    Huber's weights, then Tukey's; scatter around the line grows with the light, as photons do. The moments of the
    regressor are taken without its own noise (Fuller 1987), the covariance is the sandwich.

    References
    ----------
    Fuller WA. Measurement error models. Wiley 1987, section 1.2, doi 10.1002/9780470316665.
    Huber PJ, Ronchetti EM. Robust statistics. Wiley 2009, section 7, doi 10.1002/9780470434697.

    Examples
    --------
    >>> light = np.linspace(1_000.0, 9_000.0, 200)
    >>> noise = np.resize([20.0, -20.0, 5.0, -5.0], 200)
    >>> nothing = np.empty((200, 0))
    >>> line = HeldLine(light, 0.1 * light + noise, nothing, np.ones(200), 10.0, 0.0, 0.0, 0.0, 20.0, 0.0)
    >>> slope, error = fit_held_line(line)
    >>> round(slope, 3), error < 0.001
    (0.1, True)
    """
    design = np.column_stack([np.ones(len(line.own)), line.own, line.regressors])
    held = np.zeros((design.shape[1], design.shape[1]))
    held[0, 0] = 1.0 / line.height_sd**2
    start = float(np.median(line.other) / np.median(line.own))
    coefficients = np.zeros(design.shape[1])
    coefficients[1] = start
    variance, photons = np.full(len(line.own), max(line.own_light_sd, 1e-9) ** 2), 0.0
    for step in range(STEPS):
        residuals = line.other - design @ coefficients
        if step in VARIANCE_STEPS:
            variance, photons = _variance(line.own, residuals)
        weights = line.leverage * _weights(residuals, variance, step)
        bread, response = _moments(line, design, weights, photons, float(coefficients[1]))
        moved = np.linalg.lstsq(bread + held, response, rcond=None)[0]
        change, coefficients = abs(moved[1] - coefficients[1]), moved
        if step > max(VARIANCE_STEPS) and change < CONVERGED:
            break
    residuals = line.other - design @ coefficients
    return float(coefficients[1]), _standard_error(line, design, weights * residuals, weights, bread, held)


def _weights(residuals: NDArray[np.float64], variance: NDArray[np.float64], step: int) -> NDArray[np.float64]:
    """Return the weights, in units of the inverse of a typical event's variance."""
    distance = residuals / np.sqrt(variance)
    distance = distance - np.median(distance) if step == 0 else distance
    spread = max(MAD_TO_SD * float(np.median(np.abs(distance))), 1e-9)
    distance = np.abs(distance) / spread
    if step < HUBER_STEPS:
        robust = np.minimum(1.0, HUBER / np.maximum(distance, 1e-12))
    else:
        robust = np.square(np.maximum(1.0 - np.square(distance / BISQUARE), 0.0))
    return np.asarray(robust / (float(np.median(variance)) * spread**2))


def _moments(
    line: HeldLine, design: NDArray[np.float64], weights: NDArray[np.float64], photons: float, slope: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the normal equations without what the noise of the own detector adds to them."""
    weighted = design * weights[:, None]
    bread, response = weighted.T @ design, weighted.T @ line.other
    spill = slope + line.applied
    # The scatter around the line grows by spill + spill^2 times what photons add in a detector; both see alike.
    a_unit = photons / (spill + spill**2) if spill > LEAST_SPILL else 0.0
    noise = a_unit * np.maximum(line.own, 0.0)
    bread[1, 1] -= float(weights @ (line.own_variance + noise))
    response[1] -= float(weights @ (line.covariance - line.applied * noise))
    return bread, response


def _variance(own: NDArray[np.float64], residuals: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Return each event's variance about the line, linear in its light, and what a unit of light adds to it."""
    light = np.maximum(own, 0.0)
    groups = int(np.clip(len(own) // EVENTS_A_GROUP, 1, GROUPS))
    parts = np.array_split(np.argsort(own), groups)
    spread = np.array([(MAD_TO_SD * np.median(np.abs(residuals[part]))) ** 2 for part in parts])
    spread = np.maximum(spread, 1e-12 * float(spread.max()) + 1e-300)
    if groups < 3:
        return np.full(len(own), spread.mean()), 0.0
    middle = np.array([np.median(light[part]) for part in parts])
    slope, base = np.polyfit(middle, spread, 1, w=1.0 / spread)
    if slope <= 0.0:
        return np.full(len(own), float(np.median(spread))), 0.0
    return max(base, 0.1 * float(np.median(spread))) + slope * light, float(slope)


def _standard_error(
    line: HeldLine,
    design: NDArray[np.float64],
    scores: NDArray[np.float64],
    weights: NDArray[np.float64],
    bread: NDArray[np.float64],
    held: NDArray[np.float64],
) -> float:
    """Return the slope's standard error: events, the height's own uncertainty, own light that goes with the stain."""
    inverse = np.linalg.pinv(bread + held)
    each = design * scores[:, None]
    covariance = inverse @ (each.T @ each + held) @ inverse * (len(scores) / max(len(scores) - design.shape[1], 1))
    centred = line.own - np.average(line.own, weights=weights + 1e-300)
    together = line.left_correlation * line.own_light_sd * centred / max(float(centred.std()), 1e-12)
    bend = inverse @ (design.T @ (weights * together))
    return float(np.sqrt(covariance[1, 1] + bend[1] ** 2))
