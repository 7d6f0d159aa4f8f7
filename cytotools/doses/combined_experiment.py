"""The wells of one combination experiment: each agent alone, and all of them together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CurveWells:
    """The dosed wells of one curve in one experiment, each field an array (n_wells,).

    Attributes
    ----------
    dose : ndarray
        Above 0; of a combination its abscissa, as `CombinedExperiment.shares` reads it.
    affected : ndarray
        Fraction affected, 1 less the fraction of the control that survives: as measured, so that it may lie beyond
        0 and 1.
    weight : ndarray
        1 / variance of a well, up to a factor.
    """

    dose: FloatArray
    affected: FloatArray
    weight: FloatArray


@dataclass(frozen=True, eq=False)
class CombinedExperiment:
    """One independent experiment: two or more agents alone, and together in a constant ratio.

    Attributes
    ----------
    name : str
        The replicate.
    singles : tuple of CurveWells
        In the order of `shares`.
    combined : CurveWells
    shares : tuple of float
        The dose of each agent in its own unit, per unit of the combination's abscissa: p / (p + q) and q / (p + q)
        where that is the total dose of a ratio p:q, 1 and q / p where it is the first agent's dose.
    """

    name: str
    singles: tuple[CurveWells, ...]
    combined: CurveWells
    shares: tuple[float, ...]
