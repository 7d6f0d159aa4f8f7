"""What the figures of combinations are drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class DrawnAgent:
    """The median effect of one agent, or of the combination, over its doses.

    Attributes
    ----------
    label : str
        "cisplatin", or "cisplatin + birinapant 1:100".
    unit : str
    points : DataFrame
        One row a dose and experiment: `experiment`, `dose`, `affected` (mean of the wells, as measured).
    m, dm, low, high, r : float
        Over experiments: slope, median-effect dose with its 95 % interval, and r of the log-linear fit.
    """

    label: str
    unit: str
    points: pd.DataFrame = field(repr=False)
    m: float
    dm: float
    low: float
    high: float
    r: float


@dataclass(frozen=True, eq=False)
class DrawnIsobole:
    """One effect level of a normalised isobologram of two agents.

    Attributes
    ----------
    affected : float
    parts : tuple of two tuples (part, low, high)
        The dose of each agent in the combination over its dose alone with the same effect, with its 95 % interval.
    verdict : str
    """

    affected: float
    parts: tuple[tuple[float, float, float], tuple[float, float, float]]
    verdict: str


@dataclass(frozen=True, eq=False)
class DrawnIndex:
    """The combination index of one combination in a constant ratio on one cell line.

    Attributes
    ----------
    name : str
        Cell line and arm, hours, schedule: what tells it from others of the same agents.
    agents : tuple of str
    units : tuple of str
    ratio : str
        p:q.
    assay : str
    affected, index, low, high : ndarray, shape (n,)
        The index over a fine grid of effects inside the tested range, with its 95 % band over experiments (NaN where
        one experiment gives none).
    experiments : mapping of str to ndarray (n,)
        The index of each experiment over the same grid.
    points : DataFrame
        `experiment, affected, index`: the index at the measured effect of each dose, where it lies between 0 and 1.
    levels : DataFrame
        `affected, value, low, high, verdict`: the levels that are reported and tested.
    headline : str
        "CI 0.52 (0.40 to 0.67): synergy".
    curves : tuple of DrawnAgent
        Each agent alone, the combination last.
    isoboles : tuple of DrawnIsobole
        Empty where there are not two agents.
    margin : float
        Indices from 1 / margin to margin count as additive.
    n : int
    """

    name: str
    agents: tuple[str, ...]
    units: tuple[str, ...]
    ratio: str
    assay: str
    affected: FloatArray = field(repr=False)
    index: FloatArray = field(repr=False)
    low: FloatArray = field(repr=False)
    high: FloatArray = field(repr=False)
    experiments: Mapping[str, FloatArray] = field(repr=False)
    points: pd.DataFrame = field(repr=False)
    levels: pd.DataFrame = field(repr=False)
    headline: str
    curves: tuple[DrawnAgent, ...] = field(repr=False)
    isoboles: tuple[DrawnIsobole, ...] = field(repr=False)
    margin: float
    n: int


@dataclass(frozen=True, eq=False)
class DrawnScore:
    """One score of a dose matrix: the excess over what a reference model expects, positive where synergy.

    Attributes
    ----------
    method : str
        bliss, hsa, loewe or zip.
    excess, low, high : ndarray, shape (n_rows, n_columns)
        Fraction affected; margins are 0, NaN where it is undefined. The limits are simultaneous over the matrix.
    verdicts : ndarray of str, shape (n_rows, n_columns)
        "" outside the combination cells.
    headline : str
        "mean excess 0.12 (0.05 to 0.19): synergy".
    """

    method: str
    excess: FloatArray = field(repr=False)
    low: FloatArray = field(repr=False)
    high: FloatArray = field(repr=False)
    verdicts: NDArray[np.str_] = field(repr=False)
    headline: str


@dataclass(frozen=True, eq=False)
class DrawnMatrix:
    """A dose matrix over its experiments.

    Attributes
    ----------
    name : str
        As in `DrawnIndex`.
    agents, units : tuple of two str
    assay : str
    doses_1, doses_2 : ndarray, shapes (n_rows,) and (n_columns,)
        From 0.
    affected : ndarray, shape (n_rows, n_columns)
        Mean over experiments.
    scores : tuple of DrawnScore
    n : int
    """

    name: str
    agents: tuple[str, str]
    units: tuple[str, str]
    assay: str
    doses_1: FloatArray = field(repr=False)
    doses_2: FloatArray = field(repr=False)
    affected: FloatArray = field(repr=False)
    scores: tuple[DrawnScore, ...] = field(repr=False)
    n: int


@dataclass(frozen=True, eq=False)
class DrawnSchedules:
    """One quantity under several schedules.

    Attributes
    ----------
    name : str
        Agents, cell line, hours.
    quantity : str
        "relative IC50", "combination index" or "Bliss excess".
    unit : str
        Of an IC50, "" else.
    is_ratio : bool
        Whether it is drawn on a logarithmic axis.
    neutral : float
        1 for an index, 0 for an excess, NaN for an IC50: where no interaction is.
    rows : DataFrame
        A row a schedule: `schedule` ("pre, 24 h"), `value, low, high, n`, over experiments.
    experiments : DataFrame
        `schedule, experiment, value`.
    contrasts : DataFrame
        `contrast` ("pre against co"), `estimate, low, high, p_adjusted`.
    answer : str
        The sentence on which order is best.
    """

    name: str
    quantity: str
    unit: str
    is_ratio: bool
    neutral: float
    rows: pd.DataFrame = field(repr=False)
    experiments: pd.DataFrame = field(repr=False)
    contrasts: pd.DataFrame = field(repr=False)
    answer: str


@dataclass(frozen=True, eq=False)
class DrawnCombinations:
    """All that the figures of combinations show."""

    indices: tuple[DrawnIndex, ...] = ()
    matrices: tuple[DrawnMatrix, ...] = ()
    schedules: tuple[DrawnSchedules, ...] = ()
