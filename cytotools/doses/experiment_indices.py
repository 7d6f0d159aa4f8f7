"""ln of the combination index and of the dose reductions of each experiment, with their errors from its wells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.chou_talalay import index_of
from cytotools.doses.median_effect import MedianEffect
from cytotools.doses.median_effect_curves import ln_dose_at
from cytotools.doses.t_intervals import TIntervals, t_intervals

FloatArray = NDArray[np.float64]
NAN = float("nan")


def _ln_doses(fits: Sequence[Sequence[MedianEffect | None]], affected: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return ln of the dose of every curve at each effect and its standard error, (n_experiments, n_curves, n)."""
    known = [[(np.log(one.dm), one.m) if one else (NAN, NAN) for one in own] for own in fits]
    unknown = np.full((2, 2), np.inf)
    covariance = np.array([[one.covariance if one else unknown for one in own] for own in fits])
    ln_dm, m = np.moveaxis(np.array(known, dtype=np.float64), -1, 0)
    return ln_dose_at(ln_dm, m, covariance, affected)


def ln_indices(
    fits: Sequence[Sequence[MedianEffect | None]], shares: FloatArray, affected: FloatArray, exclusive: bool
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return ln CI of each experiment, its standard error by the delta method and its degrees of freedom.

    All are (n_experiments, n); the degrees are Satterthwaite's of the curves that add to the error.
    """
    ln_doses, errors = _ln_doses(fits, affected)
    parts = shares[..., None] * np.exp(ln_doses[:, -1:] - ln_doses[:, :-1])
    index = index_of(np.moveaxis(parts, 1, 0), exclusive)
    slopes = parts if exclusive else parts * (1.0 + index[:, None]) / (1.0 + parts)  # in ln of each part
    shared = slopes / index[:, None]
    weights = np.concatenate([shared, shared.sum(axis=1, keepdims=True)], axis=1)
    variances = (weights * errors) ** 2
    return np.log(index), np.sqrt(variances.sum(axis=1)), _degrees(fits, variances)


def _degrees(fits: Sequence[Sequence[MedianEffect | None]], variances: FloatArray) -> FloatArray:
    """Return the degrees of freedom of a sum of variances, (n_experiments, n) of (n_experiments, n_curves, n)."""
    own = np.array([[one.degrees if one else 0 for one in fits_of] for fits_of in fits], dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        degrees = variances.sum(axis=1) ** 2 / np.sum(variances**2 / own[..., None], axis=1)
    return np.asarray(np.where(np.isfinite(degrees), degrees, 1.0))


def ln_reductions(
    fits: Sequence[Sequence[MedianEffect | None]], shares: FloatArray, affected: FloatArray
) -> list[TIntervals]:
    """Return ln of the dose-reduction index of each agent over experiments."""
    ln_doses, errors = _ln_doses(fits, affected)
    ln_dri = ln_doses[:, :-1] - ln_doses[:, -1:] - np.log(shares)[..., None]
    spread = np.hypot(errors[:, :-1], errors[:, -1:])
    pairs = np.stack([errors[:, :-1], np.broadcast_to(errors[:, -1:], errors[:, :-1].shape)], axis=1) ** 2
    found = []
    for agent in range(shares.shape[1]):
        degrees = _degrees([(own[agent], own[-1]) for own in fits], pairs[:, :, agent])
        found.append(t_intervals(ln_dri[:, agent], spread[:, agent], degrees[0]))
    return found
