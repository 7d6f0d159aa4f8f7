"""Many differences between conditions that were measured in blocks, each with an interval and an adjusted p-value.

The model is value = block + condition + error, by least squares. A difference is divided by the larger of two standard
errors: the pooled one, which knows much where all conditions scatter alike, and that of the difference's own scatter
between blocks, which holds where one condition scatters more. The null distribution of this ratio, and of the largest
of all ratios, is drawn for the very design, so that p-values hold for gaps and shared controls too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

DRAWS = 20_000
SEED = 20_161_122


class CellContrasts(NamedTuple):
    """Differences with their tests, (n_contrasts,) each.

    `low` and `high` are the 95 % interval of each alone, `p_adjusted` is that of the largest ratio of all. A difference
    that the design can't tell has a NaN `estimate`; without degrees of freedom only estimates are stated.
    """

    estimate: FloatArray
    low: FloatArray
    high: FloatArray
    p_value: FloatArray
    p_adjusted: FloatArray


def compare_cells(values: FloatArray, blocks: IntArray, cells: IntArray, contrasts: FloatArray) -> CellContrasts:
    """Estimate differences between cells and test them as one family.

    Parameters
    ----------
    values : ndarray, shape (n,)
        One measurement each, all finite.
    blocks, cells : ndarray of int, shape (n,)
        The block (one membrane of a replicate) and the cell (the condition) of each, numbered from 0.
    contrasts : ndarray, shape (n_contrasts, n_cells)
        Weights of the cells in each difference; rows sum to 0.

    Returns
    -------
    CellContrasts

    Notes
    -----
    p-values rest on 20,000 draws with a fixed seed, so that none is below 0.00005 and the same design gives the same.
    The adjustment is that of Dunnett (J. Am. Stat. Assoc. 50:1096, 1955, doi:10.1080/01621459.1955.10501294) with
    another ratio.

    Examples
    --------
    >>> values = np.array([0.0, 0.1, 1.0, 1.2, 1.1, 2.1, 0.1, 0.2, 1.2])
    >>> blocks, cells = np.repeat([0, 1, 2], 3), np.tile([0, 1, 2], 3)
    >>> found = compare_cells(values, blocks, cells, np.array([[-1.0, 1, 0], [-1, 0, 1]]))
    >>> found.estimate.round(2).tolist(), (found.p_adjusted < 0.05).tolist()
    ([0.03, 1.0], [False, True])
    """
    groups = blocks.astype(np.int64).tobytes(), cells.astype(np.int64).tobytes()
    design = _design(*groups, contrasts.astype(np.float64).tobytes(), len(contrasts))
    estimate = np.where(design.told, design.weights @ values, np.nan)
    if not design.degrees_of_freedom:
        nothing = np.full(len(contrasts), np.nan)
        return CellContrasts(estimate, nothing, nothing, nothing, nothing)
    error = design.errors(values[None])[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.abs(estimate) / error
    reach = error * design.critical
    single = _share(design.null, ratio)
    family = _share(design.largest, ratio)
    return CellContrasts(estimate, estimate - reach, estimate + reach, single, np.maximum(single, family))


def _share(null: FloatArray, ratio: FloatArray) -> FloatArray:
    """Return the share of draws, sorted in each column, that reach a ratio, counting the ratio itself as one."""
    columns = np.broadcast_to(null, (len(null), len(ratio))).T
    below = [np.searchsorted(drawn, value) for drawn, value in zip(columns, ratio, strict=True)]
    return np.where(np.isfinite(ratio), 1 - np.array(below) / (1 + len(null)), np.nan)


@dataclass(frozen=True, eq=False)
class _Design:
    """What least squares makes of the values: differences by `weights`, residuals by `residual_maker`."""

    weights: FloatArray
    residual_maker: FloatArray
    degrees_of_freedom: int
    blocks: IntArray
    told: NDArray[np.bool_]
    null: FloatArray  # (n_draws, n_contrasts) ratios where there are no differences, each column sorted
    critical: FloatArray  # their 95 % points
    largest: FloatArray  # (n_draws, 1) the largest of each draw

    def errors(self, values: FloatArray) -> FloatArray:
        """Return the standard errors (n_sets, n_contrasts) of each set of values (n_sets, n)."""
        residuals = values @ self.residual_maker
        pooled = (residuals**2).sum(axis=1, keepdims=True) / self.degrees_of_freedom * (self.weights**2).sum(axis=1)
        own, entering = np.zeros_like(pooled), np.zeros(len(self.weights))
        for block in np.unique(self.blocks):
            here = self.blocks == block
            own += (residuals[:, here] @ self.weights[:, here].T) ** 2
            entering += (np.abs(self.weights[:, here]) > 1e-9).any(axis=1)
        own *= entering / np.maximum(entering - 1, 1)
        return np.asarray(np.sqrt(np.maximum(pooled, own)))


@lru_cache(maxsize=64)
def _design(blocks: bytes, cells: bytes, contrasts: bytes, n_contrasts: int) -> _Design:
    block, cell = np.frombuffer(blocks, dtype=np.int64), np.frombuffer(cells, dtype=np.int64)
    wanted = np.frombuffer(contrasts).reshape(n_contrasts, -1)
    model = np.hstack([block[:, None] == np.unique(block), cell[:, None] == np.arange(wanted.shape[1])]).astype(float)
    inverse = np.linalg.pinv(model)
    full = np.hstack([np.zeros((n_contrasts, model.shape[1] - wanted.shape[1])), wanted])
    told = np.isclose(full @ inverse @ model, full, atol=1e-8).all(axis=1)
    maker = np.eye(len(block)) - model @ inverse
    freedom = len(block) - int(np.linalg.matrix_rank(model))
    none = np.zeros((0, n_contrasts))
    bare = _Design(full @ inverse, maker, freedom, block, told, none, none, none)
    if not freedom:
        return bare
    draws = np.random.default_rng(SEED).standard_normal((DRAWS, len(block)))
    with np.errstate(divide="ignore", invalid="ignore"):
        null = np.nan_to_num(np.abs(draws @ bare.weights.T) / bare.errors(draws))
    largest = np.sort(null[:, told].max(axis=1, initial=0.0))[:, None]
    return replace(bare, null=np.sort(null, axis=0), critical=np.quantile(null, 0.95, axis=0), largest=largest)
