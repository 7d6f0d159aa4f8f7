"""Least squares of logit = block + condition: what a pattern of experiments and conditions can tell.

A block is what conditions share (one experiment, or one experiment at one hour): differences are taken within it. With
one block for all, the model is that of independent groups. One error variance holds for all conditions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class LogitDesign:
    """What least squares makes of observations in these blocks and conditions.

    Attributes
    ----------
    conditions : ndarray of int, shape (n_observations,)
    weights : ndarray, shape (n_conditions, n_observations)
        Row by row the conditions' levels, defined but for what all conditions of a connected set share.
    undefined : ndarray, shape (n_conditions, n_parameters)
        What the levels rest on that the blocks do not tell; a contrast that it touches has no estimate.
    residual_maker : ndarray, shape (n_observations, n_observations)
    degrees : int
        Degrees of freedom of the residuals.
    """

    conditions: IntArray
    weights: FloatArray
    undefined: FloatArray
    residual_maker: FloatArray
    degrees: int

    def holds(self, contrast: FloatArray) -> bool:
        """Return whether the blocks tell this contrast of conditions, shape (n_conditions,)."""
        return bool(np.abs(contrast @ self.undefined).max(initial=0.0) < 1e-8)

    def on_observations(self, contrasts: FloatArray) -> FloatArray:
        """Return the weights of each observation in each contrast, shape (n_contrasts, n_observations)."""
        return contrasts @ self.weights

    def scatter_by_condition(self, logits: FloatArray) -> FloatArray:
        """Return the largest share of the residual scatter that one condition has over what it would have by chance.

        Parameters
        ----------
        logits : ndarray, shape (..., n_observations)

        Returns
        -------
        ndarray, shape (...)
            Mean squared residual of the noisiest condition, over that of all.
        """
        squares = (logits @ self.residual_maker) ** 2
        expected = np.diag(self.residual_maker)
        members = self.conditions[:, None] == np.unique(self.conditions)
        room = expected @ members
        by_condition = (squares @ members)[..., room > 1e-9] / room[room > 1e-9]
        total = np.maximum(squares.sum(axis=-1), 1e-300)
        return np.asarray(by_condition.max(axis=-1) * self.degrees / total, dtype=np.float64)


def design_of(blocks: Sequence[int], conditions: Sequence[int]) -> LogitDesign:
    """Return the design of observations in these blocks and conditions, both numbered from 0 without gaps.

    Examples
    --------
    Three experiments, each with a control and two doses: 9 observations less 3 blocks and 2 shifts.

    >>> design = design_of([0, 0, 0, 1, 1, 1, 2, 2, 2], [0, 1, 2] * 3)
    >>> design.degrees, design.holds(np.array([-1.0, 1.0, 0.0]))
    (4, True)
    """
    return _design(tuple(blocks), tuple(conditions))


@lru_cache(maxsize=256)
def _design(blocks: tuple[int, ...], conditions: tuple[int, ...]) -> LogitDesign:
    block, condition = np.array(blocks)[:, None], np.array(conditions)[:, None]
    in_block = block == np.arange(block.max() + 1)
    in_condition = condition == np.arange(condition.max() + 1)
    matrix = np.hstack([in_block, in_condition]).astype(np.float64)
    inverse = np.linalg.pinv(matrix)
    size = in_condition.shape[1]
    undefined = np.asarray((np.eye(matrix.shape[1]) - inverse @ matrix)[-size:], dtype=np.float64)
    rank = round(float(np.trace(matrix @ inverse)))
    residual_maker = np.asarray(np.eye(len(matrix)) - matrix @ inverse, dtype=np.float64)
    weights = np.asarray(inverse[-size:], dtype=np.float64)
    return LogitDesign(condition[:, 0], weights, undefined, residual_maker, len(matrix) - rank)


@lru_cache(maxsize=256)
def scatter_limit(design: LogitDesign, level: float) -> float:
    """Return what `scatter_by_condition` exceeds with this chance where all conditions scatter alike.

    Examples
    --------
    >>> design = design_of([0, 0, 0, 1, 1, 1, 2, 2, 2], [0, 1, 2] * 3)
    >>> 1.5 < scatter_limit(design, 0.05) < 3.0
    True
    """
    draws = np.random.default_rng(20_261_121).standard_normal((20_000, len(design.conditions)))
    return float(np.quantile(design.scatter_by_condition(draws), 1.0 - level))
