"""Does the response change with the dose at all? The best of a family of sigmoids against a flat line.

Under a flat line a sigmoid has no IC50 and no slope, so that its F does not follow the F distribution. Its wells could
then have come in any order, however their errors are distributed: F is compared with those of shuffled wells.

The family holds slopes and places that assays have, not every sigmoid there is. Steps, and curves that leave the flat
line at one well only, would cost power and tell little. As in F. Bretz, J. C. Pinheiro and M. Branson, Biometrics
61:738 (2005), doi:10.1111/j.1541-0420.2005.00344.x, who take normal errors instead of shuffled wells.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import fdtrc

from cytotools.doses.dose_groups import dose_groups
from cytotools.doses.sigmoid import CONTROL, FloatArray, ln_dose, shares

HILLS = (1.0, 2.5)
BEYOND = np.array([0.5, 1.1])  # ln dose: the last places, outside the doses
SHUFFLES, SEED = 1999, 20_261_130
COUNTED = 20  # fewer shuffles beyond a value than this do not tell how many of more would be
SAME = 1e-9  # share of a sum of squares that is rounding


@dataclass(frozen=True)
class FTest:
    """An F test: NaN where no degree of freedom is left."""

    f: float
    df_1: int
    df_2: int
    p_value: float


def is_flat(dose: ArrayLike, response: ArrayLike, weights: ArrayLike | None = None) -> FTest:
    """Test whether the response changes with the dose.

    A small p-value says that it does. The wells are those of one experiment: the test says nothing of the next one.

    Parameters
    ----------
    dose, response : array-like, shape (n_points,)
        One number a well, in any units; dose 0 is a control, NaN a response that is missing.
    weights : array-like, shape (n_points,), optional
        1 / variance of each well, up to a factor.

    Returns
    -------
    FTest
        `f` and its degrees are those of the best sigmoid of the family, with four parameters, against the mean.
        `p_value` comes from 1999 shuffles of the wells, always the same ones; below 0.01 it is continued in
        proportion to the tail of F, and is exact for wells of any distribution only above.

    Raises
    ------
    StudyError
        Shapes that don't agree, a dose below 0, an infinite response.

    Examples
    --------
    >>> dose = [0, 0, 0, 1, 2, 4, 8, 16, 32]
    >>> round(is_flat(dose, [98, 104, 99, 101, 97, 103, 96, 102, 100]).p_value, 1)
    1.0
    >>> is_flat(dose, [98, 104, 99, 101, 97, 95, 88, 83, 79]).p_value < 0.001
    True
    """
    wells = _wells(dose, response, weights)
    df_1 = min(3, len(set(wells.ln_dose)) - 1)
    df_2 = len(wells.ln_dose) - 1 - df_1
    if df_1 < 1 or df_2 < 1:
        return FTest(np.nan, df_1, df_2, np.nan)
    if not wells.deviations.any():
        return FTest(0.0, df_1, df_2, 1.0)
    root, shapes = np.array(wells.root), _shapes(wells.ln_dose, wells.root)
    found = float(_told(wells.deviations[None], root, shapes)[0])
    shuffled = _told(wells.deviations[_shuffles(len(root))], root, shapes)
    return FTest(_f(found, df_1, df_2), df_1, df_2, _p_value(found, shuffled, df_1, df_2))


class _Wells(NamedTuple):
    """The wells that count, in one order whatever the order in which they came: ln dose and root of the weight.

    `deviations` from the mean are times the root, and at most 1; 0 where they are rounding.
    """

    ln_dose: tuple[float, ...]
    root: tuple[float, ...]
    deviations: FloatArray


def _wells(dose: ArrayLike, response: ArrayLike, weights: ArrayLike | None) -> _Wells:
    doses, values = (np.asarray(given, dtype=np.float64) for given in (dose, response))
    highest = dose_groups(doses, values[None], weights).highest
    per_well = np.ones(values.shape) if weights is None else np.asarray(weights, dtype=np.float64)
    order = np.lexsort((per_well, values, doses))
    order = order[(np.isfinite(values) & (per_well > 0))[order]]
    if not len(order):
        return _Wells((), (), np.zeros(0))
    values, per_well = values[order], per_well[order]
    root = np.sqrt(per_well / per_well.max())
    deviations = root * (values - np.average(values, weights=per_well))
    largest = float(np.abs(deviations).max())
    known = largest > SAME * np.abs(values).max()
    ln_doses = np.round(ln_dose(doses[order] / highest), 9)  # one key, whatever the unit
    return _Wells(tuple(ln_doses.tolist()), tuple(root.tolist()), deviations / largest if known else 0.0 * deviations)


def _told(deviations: FloatArray, root: FloatArray, shapes: FloatArray) -> FloatArray:
    """Return which share of the squares about the mean the best shape takes away, (n,) of deviations (n, wells)."""
    total = np.sum(deviations**2, axis=1) - (deviations @ root) ** 2 / (root @ root)
    taken = ((deviations @ shapes.T) ** 2).max(axis=1)
    return np.asarray(np.minimum(taken / total, 1.0), dtype=np.float64)


def _f(share: float, df_1: int, df_2: int) -> float:
    return float(share / df_1 / ((1.0 - share) / df_2)) if share < 1.0 else np.inf


def _p_value(found: float, shuffled: FloatArray, df_1: int, df_2: int) -> float:
    count = 1 + int(np.sum(shuffled >= found * (1.0 - SAME)))
    if count >= COUNTED:
        return count / (1 + len(shuffled))
    known = float(np.partition(shuffled, -COUNTED)[-COUNTED])
    by_f = [float(fdtrc(df_1, df_2, _f(share, df_1, df_2))) for share in (found, known)]
    return by_f[0] / by_f[1] * COUNTED / (1 + len(shuffled))


@lru_cache(maxsize=256)
def _shapes(ln_doses: tuple[float, ...], root: tuple[float, ...]) -> FloatArray:
    """Return the sigmoids of the family at the wells, centred, weighted and of length 1, shape (n_shapes, wells)."""
    at, heavy = np.array(ln_doses), np.array(root)
    used = np.unique(at[at > CONTROL])
    between = np.interp(np.arange(0.0, len(used) - 0.75, 0.5), np.arange(len(used)), used)
    places = np.concatenate([used[0] - BEYOND, between, used[-1] + BEYOND])
    family = np.concatenate([shares(hill * (at - places[:, None]))[0] for hill in HILLS])
    centred = heavy * (family - (family @ heavy**2 / (heavy @ heavy))[:, None])
    return np.asarray(centred / np.linalg.norm(centred, axis=1, keepdims=True), dtype=np.float64)


@lru_cache(maxsize=64)
def _shuffles(n_wells: int) -> NDArray[np.intp]:
    rng = np.random.default_rng(SEED)
    return rng.permuted(np.tile(np.arange(n_wells), (SHUFFLES, 1)), axis=1)
