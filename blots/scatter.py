"""How much the entries of a time course scatter, hour by hour: the errors that contrasts are judged with.

Faint lanes are noisier than strong ones, and a plateau whose noisiest hour looks low and whose next looks high would
pass for a rebound. So each hour has a variance of its own. A handful of replicates can't tell it alone, so it is drawn
towards the variance of all hours, as Smyth (2004) does with genes. Measurement errors, where they are known, are a
floor under every entry and nothing else: taken for a part of the scatter, errors stated twice too large in one hour
would make all others look quiet.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from blots.designs import Design, FloatArray, IntArray, diagonal, residuals_of

# Degrees of freedom that the variance of all hours counts for beside an hour's own. 0.7 is about the most robust choice
# that keeps 80 % power for a 2-fold rise with three replicates; two replicates leave an hour one degree of freedom
# at most and would be called too easily with it (benchmarks/rebound_error_rates.csv).
PRIOR = 0.7
PRIOR_OF_TWO_BLOTS = 0.1
ROUNDING = 1e-12  # of the largest entry
NOTHING = 1e-9  # degrees of freedom that are rounding
ENOUGH = 0.7  # of all degrees of freedom, to judge the later hours by themselves alone


@dataclass(frozen=True, eq=False)
class Scatter:
    """What tells the error of each entry.

    `residual_maker` (n_observed, n_observed) gives the residuals that count, `hours` (n_observed,) the hour of each
    entry, `shares` (n_times,) the degrees of freedom that each hour holds of all, and `prior` those that the variance
    of all hours counts for beside them.
    """

    residual_maker: FloatArray
    hours: IntArray
    shares: FloatArray
    prior: float

    @property
    def degrees_of_freedom(self) -> int:
        """Return the degrees of freedom of all hours together."""
        return round(float(self.shares.sum()))

    def factors(self, squares: FloatArray) -> FloatArray:
        """Return how much each hour's variance exceeds that of all hours, drawn towards 1.

        Parameters
        ----------
        squares : ndarray, shape (n_times, ...)
            Each hour's sum of squared residuals, in units of the variance of all hours.

        Returns
        -------
        ndarray, shape (n_times, ...)
            1 for an hour without residuals of its own.
        """
        shares = self.shares.reshape(-1, *[1] * (squares.ndim - 1))
        return np.asarray((self.prior + squares) / (self.prior + shares))

    def by_hour(self, squares: FloatArray) -> FloatArray:
        """Return the sums over the entries of each hour, shape (n_times, ...)."""
        sums = np.zeros((len(self.shares), *squares.shape[1:]))
        np.add.at(sums, self.hours, squares)
        return sums

    def variances(self, entries: FloatArray, measured: FloatArray) -> FloatArray:
        """Return the variance of every entry.

        Parameters
        ----------
        entries : ndarray, shape (n_observed,)
        measured : ndarray, shape (n_observed,)
            Variance of the measurement alone, 0 where unknown: no entry gets less.

        Returns
        -------
        ndarray, shape (n_observed,)
        """
        residuals = self.residual_maker @ entries
        if np.abs(residuals).max() < ROUNDING * max(1.0, float(np.abs(entries).max())):
            return measured  # equal numbers: the measurement is all that is known to scatter
        squares = self.by_hour(residuals**2)
        of_all = float(squares.sum()) / self.degrees_of_freedom
        return np.asarray(np.maximum(of_all * self.factors(squares / of_all)[self.hours], measured))


@lru_cache(maxsize=512)
def scatter_of(design: Design) -> Scatter:
    """Return the scatter of all hours.

    Examples
    --------
    >>> from blots.designs import design_of
    >>> scatter_of(design_of(np.ones((3, 6), dtype=bool))).degrees_of_freedom
    10
    """
    return _scatter(design.residual_maker, design, PRIOR)


@lru_cache(maxsize=512)
def later_scatter_of(design: Design) -> Scatter:
    """Return the scatter of the hours after the reference by themselves, where they hold enough degrees of freedom.

    After a loss all later lanes are faint and the reference is not: it should not vouch for their noise.

    Examples
    --------
    >>> from blots.designs import design_of
    >>> later_scatter_of(design_of(np.ones((3, 6), dtype=bool))).degrees_of_freedom
    8
    >>> later_scatter_of(design_of(np.ones((3, 3), dtype=bool))).degrees_of_freedom  # too few hours: all of them
    4
    """
    prior = PRIOR_OF_TWO_BLOTS if design.n_blots == 2 else PRIOR
    later = np.flatnonzero(design.hours > 0)
    maker = np.zeros_like(design.residual_maker)
    maker[np.ix_(later, later)] = residuals_of(design.blots[later], design.hours[later])
    enough = np.trace(maker) >= ENOUGH * design.degrees_of_freedom
    return _scatter(maker if enough else design.residual_maker, design, prior)


@lru_cache(maxsize=512)
def side_by_side_scatter(first: Scatter, second: Scatter) -> Scatter:
    """Return the scatter of two courses that share no entry, the hours of the first before those of the second.

    Examples
    --------
    >>> from blots.designs import design_of
    >>> one = later_scatter_of(design_of(np.ones((3, 6), dtype=bool)))
    >>> side_by_side_scatter(one, one).degrees_of_freedom
    16
    """
    return Scatter(
        diagonal(first.residual_maker, second.residual_maker),
        np.concatenate([first.hours, len(first.shares) + second.hours]),
        np.concatenate([first.shares, second.shares]),
        min(first.prior, second.prior),
    )


def _scatter(maker: FloatArray, design: Design, prior: float) -> Scatter:
    shares = np.zeros(design.n_times)
    np.add.at(shares, design.hours, np.diag(maker))
    return Scatter(maker, design.hours, np.where(shares < NOTHING, 0.0, shares), prior)
