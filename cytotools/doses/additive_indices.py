"""The combination index that agents would show which merely add: 1 only where their curves have one slope.

Agents of unlike slopes add to a curve that is no median effect. The straight or sigmoid line drawn through it departs
from 1 without any interaction, the more the stronger the effect: of slopes 1 and 2 in an equipotent ratio by 10 % at
0.9 and by 22 % at 0.95.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cytotools.doses.affected_fractions import logit
from cytotools.doses.cautions import caution
from cytotools.doses.chou_talalay import index_of
from cytotools.doses.median_effect_curves import fit_median_effect_curves
from cytotools.doses.median_effect_search import affected_of

FloatArray = NDArray[np.float64]
FARTHEST, HALVINGS = 40.0, 60  # logits between which the effect of a dose is sought
DEPARTS = 1.05  # an additive index this far from 1 is said


def slope_caution(found: FloatArray, m: FloatArray, levels: FloatArray, exclusive: bool) -> Iterator[str]:
    """Yield what agents of slopes m would show without any interaction, where that departs from 1.

    `found` is their `additive_index` at these levels.
    """
    worst = int(np.abs(np.log(found)).argmax())
    if not 1.0 / DEPARTS <= found[worst] <= DEPARTS:
        slopes = " and ".join(f"{slope:.2g}" for slope in m)
        kind = "mutually exclusive" if exclusive else "non-exclusive"
        words = f"{kind} agents of slopes {slopes} that merely add would show {found[worst]:.2f} at {levels[worst]:g}"
        yield caution("unlike_slopes", words)


def additive_index(
    ln_dm: FloatArray,
    m: FloatArray,
    shares: FloatArray,
    dose: ArrayLike,
    levels: FloatArray,
    exclusive: bool = True,
    fit: str = "nonlinear",
) -> FloatArray:
    """Return the index of agents that merely add, as the median effect of their combination gives it.

    Parameters
    ----------
    ln_dm, m, shares : ndarray, shape (n_agents,)
        Of the agents alone, and their shares of the combination's dose.
    dose : array-like, shape (n_doses,)
        Of the combination.
    levels : ndarray, shape (n_levels,)
        Fractions affected.
    exclusive : bool
        Which index is meant, and so which addition.
    fit : {"nonlinear", "log_linear"}
        How the combination's curve is fitted.

    Returns
    -------
    ndarray, shape (n_levels,)

    Examples
    --------
    >>> dose, half, levels = 2.0 ** np.arange(-3, 4), np.full(2, 0.5), np.array([0.5, 0.9])
    >>> additive_index(np.zeros(2), np.array([1.5, 1.5]), half, dose, levels).round(6).tolist()
    [1.0, 1.0]
    >>> additive_index(np.zeros(2), np.array([1.0, 2.0]), half, dose, levels).round(3).tolist()
    [0.965, 1.106]
    """
    doses = np.asarray(dose, dtype=np.float64)
    low, high = np.full(doses.shape, -FARTHEST), np.full(doses.shape, FARTHEST)
    for _ in range(HALVINGS):  # the stronger the effect, the smaller the index of a dose at it
        middle = 0.5 * (low + high)
        above = _index_at(ln_dm, m, shares, np.log(doses), middle, exclusive) > 1.0
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    logits = logit(levels)
    if fit == "log_linear":
        slope, intercept = np.polyfit(np.log(doses), low, 1)
        ln_dose = (logits - intercept) / slope
    else:
        combined = fit_median_effect_curves(doses, affected_of(low)[None])
        ln_dose = np.log(combined.dm) + logits / combined.m
    return _index_at(ln_dm, m, shares, ln_dose, logits, exclusive)


def _index_at(
    ln_dm: FloatArray, m: FloatArray, shares: FloatArray, ln_dose: FloatArray, logits: FloatArray, exclusive: bool
) -> FloatArray:
    """Return the index of doses of the combination that have these effects."""
    alone = ln_dm[:, None] + logits / m[:, None]
    return index_of(shares[:, None] * np.exp(ln_dose - alone), exclusive)
