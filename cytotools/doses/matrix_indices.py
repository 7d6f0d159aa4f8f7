"""The combination index of doses in any ratio: a dose matrix read cell by cell, at the effect that each cell had.

The agents alone, the first row and column, give a median effect each in every plate; a cell's index sets its doses
against those that have its own measured effect alone. It is not defined where a plate measured an effect at or beyond 0
or 1, and is left out, and said, where the agents alone were not tested at such an effect. One ln CI a plate: the mean
over cells has Student's t interval over plates, single cells have limits that hold in all of them at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.affected_fractions import logit
from cytotools.doses.cautions import caution
from cytotools.doses.chou_talalay import index_of
from cytotools.doses.combined_experiment import CurveWells
from cytotools.doses.common_doses import cut_to_common_doses
from cytotools.doses.curve_plateaus import plateau_cautions
from cytotools.doses.dose_matrix import DoseMatrix
from cytotools.doses.excess_scatter import ExcessScatter
from cytotools.doses.excess_tests import Overall, are_copies, judged_cells, judged_mean
from cytotools.doses.experiment_effects import median_effects, tested_effects
from cytotools.doses.index_verdicts import NOT_RESOLVED, index_verdict
from cytotools.doses.median_effect import MedianEffect

FloatArray = NDArray[np.float64]
ASSUMED = 0.05  # SD of cell means where nothing tells it: only how unlike cells are is taken from it
NAN = float("nan")


@dataclass(frozen=True, eq=False)
class MatrixIndex:
    """The combination index of the cells of a dose matrix over independent plates.

    Attributes
    ----------
    experiments : tuple of str
    doses_1, doses_2 : ndarray, shapes (n_rows,) and (n_columns,)
        From 0.
    mean_affected : ndarray, shape (n_rows, n_columns)
        NaN where a plate has no well.
    ln_index : ndarray, shape (n, n_rows, n_columns)
        Of each plate; NaN where it is not told.
    index, low, high, p_adjusted : ndarray, shape (n_rows, n_columns)
        The geometric mean over plates with limits that hold in all cells at once; NaN where it is not told.
    verdicts : ndarray of str, shape (n_rows, n_columns)
        "" where an agent is alone or there is no well.
    overall : Overall
        Of the geometric mean over the cells that are told; plates are its n.
    plate_means : ndarray, shape (n,)
    cautions : tuple of str
    """

    experiments: tuple[str, ...]
    doses_1: FloatArray
    doses_2: FloatArray
    mean_affected: FloatArray
    ln_index: FloatArray
    index: FloatArray
    low: FloatArray
    high: FloatArray
    p_adjusted: FloatArray
    verdicts: NDArray[np.str_]
    overall: Overall
    plate_means: FloatArray
    cautions: tuple[str, ...]

    @property
    def n(self) -> int:
        """Return the number of independent plates."""
        return len(self.experiments)


def index_over_plates(
    matrices: Sequence[DoseMatrix], *, exclusive: bool = True, names: Sequence[str] = ("agent 1", "agent 2")
) -> MatrixIndex:
    """Return the combination index of every cell of dose matrices.

    Parameters
    ----------
    matrices : sequence of DoseMatrix
        One an independent experiment, of the same agents.
    exclusive : bool
        Whether the agents exclude one another.
    names : sequence of two str
        Of the agents, for cautions.

    Returns
    -------
    MatrixIndex

    Raises
    ------
    StudyError
        No common doses of the plates, or percent instead of fractions.

    References
    ----------
    T.-C. Chou, Pharmacol. Rev. 58:621 (2006), doi:10.1124/pr.58.3.10 (ratios that are not constant).

    Examples
    --------
    A drug with itself: doses add.

    >>> dose = np.array([0.0, 0.5, 1.0, 2.0, 4.0])
    >>> sham = 1.0 - 1.0 / (1.0 + np.add.outer(dose, dose))
    >>> rng = np.random.default_rng(2)
    >>> plates = [DoseMatrix(str(k), dose, dose, sham + rng.normal(0.0, 0.01, (5, 5)), 1e-4 * np.eye(25))
    ...           for k in range(3)]
    >>> found = index_over_plates(plates)
    >>> found.overall.verdict, bool(abs(np.log(found.overall.value)) < 0.05)
    ('additive', True)
    """
    plates, _ = cut_to_common_doses(matrices)
    affected = np.stack([plate.affected for plate in plates])
    fits = [_alone(plate) for plate in plates]
    inner = np.zeros(affected.shape[1:], dtype=np.bool_)
    inner[1:, 1:] = np.all(np.isfinite(affected), axis=0)[1:, 1:]
    inside = np.asarray(inner & np.all((affected > 0) & (affected < 1), axis=0))
    mean = affected.mean(axis=0)
    told = inside & _tested(plates, mean)
    if any(fit is None for own in fits for fit in own):
        told &= False
    chosen = np.flatnonzero(told)
    found = [_cells(plate, own, chosen, exclusive) for plate, own in zip(plates, fits, strict=True)]
    values, covariances = (np.array(part) for part in zip(*found, strict=True))
    known = all(_is_scatter_known(plate) for plate in plates)
    scatter = ExcessScatter(covariances.mean(axis=0), known)
    cells, overall = judged_cells(values, scatter), judged_mean(values, scatter)
    n = 1 if are_copies(values) else len(plates)
    index, low, high = (np.exp(_placed(part, chosen, mean.shape)) for part in (cells.mean, cells.low, cells.high))
    verdicts = np.where(inner, NOT_RESOLVED, "").astype("<U16")
    verdicts.ravel()[chosen] = [
        index_verdict(*limits, n=n) for limits in zip(low.ravel()[chosen], high.ravel()[chosen], strict=True)
    ]
    limits = float(np.exp(overall.low)), float(np.exp(overall.high))
    verdict = index_verdict(*limits, n=n) if len(chosen) else NOT_RESOLVED
    ln_index = np.full(affected.shape, NAN)
    ln_index.reshape(len(plates), -1)[:, chosen] = values
    return MatrixIndex(
        experiments=tuple(plate.name for plate in plates),
        doses_1=plates[0].doses_1,
        doses_2=plates[0].doses_2,
        mean_affected=mean,
        ln_index=ln_index,
        index=index,
        low=low,
        high=high,
        p_adjusted=_placed(cells.p_value, chosen, mean.shape),
        verdicts=verdicts,
        overall=Overall(float(np.exp(overall.value)), *limits, overall.p_value, verdict),
        plate_means=np.exp(values.mean(axis=1)) if len(chosen) else np.full(len(plates), NAN),
        cautions=(*_cautions(fits, inner, inside, told, n, known), *_on_plateaus(plates, names)),
    )


def _wells(plate: DoseMatrix, agent: int) -> CurveWells:
    """Return the means of one agent alone, each with the weight of a well."""
    doses = (plate.doses_1, plate.doses_2)[agent][1:]
    affected = (plate.affected[1:, 0], plate.affected[0, 1:])[agent]
    held = np.isfinite(affected)
    return CurveWells(doses[held], affected[held], np.ones(int(held.sum())))


def _alone(plate: DoseMatrix) -> list[MedianEffect | None]:
    return [fit for agent in (0, 1) for fit in median_effects([_wells(plate, agent)])]


def _on_plateaus(plates: Sequence[DoseMatrix], names: Sequence[str]) -> list[str]:
    curves = [[_wells(plate, agent) for plate in plates] for agent in (0, 1)]
    return list(plateau_cautions(curves, [f"{name} alone" for name in names]))


def _tested(plates: Sequence[DoseMatrix], affected: FloatArray) -> NDArray[np.bool_]:
    """Return which effects both agents alone were tested at, averaged over plates."""
    ranges = [tested_effects([_wells(plate, agent) for plate in plates]) for agent in (0, 1)]
    low, high = max(one[0] for one in ranges), min(one[1] for one in ranges)
    with np.errstate(invalid="ignore"):
        return np.asarray((affected >= low) & (affected <= high))


def _cells(
    plate: DoseMatrix, fits: Sequence[MedianEffect | None], chosen: NDArray[np.intp], exclusive: bool
) -> tuple[FloatArray, FloatArray]:
    """Return ln CI of chosen cells and its covariance by the delta method: the cells' errors, and those of the fits."""
    singles = [fit for fit in fits if fit is not None]
    rows, columns = np.unravel_index(chosen, plate.affected.shape)
    affected = plate.affected[rows, columns]
    if not len(chosen):
        return np.zeros(0), np.zeros((0, 0))
    doses = np.stack([plate.doses_1[rows], plate.doses_2[columns]])
    parts = doses / np.array([single.dose_at(affected) for single in singles])
    index = index_of(parts, exclusive)
    slopes = parts / index if exclusive else parts * (1.0 + index) / (1.0 + parts) / index
    own = np.diag(plate.covariance)[chosen]
    own = np.where(np.isfinite(own) & (own > 0), own, ASSUMED**2)
    in_effect = sum(share / single.m for share, single in zip(slopes, singles, strict=True))
    covariance = np.diag(own * (in_effect / (affected * (1.0 - affected))) ** 2)
    for share, single in zip(slopes, singles, strict=True):
        along = share[:, None] * np.stack([np.ones(len(chosen)), -logit(affected) / single.m**2], axis=1)
        if np.isfinite(single.covariance).all():
            covariance = covariance + along @ single.covariance @ along.T
    return np.log(index), covariance


def _is_scatter_known(plate: DoseMatrix) -> bool:
    variance = np.diag(plate.covariance)[1:]
    return bool((np.isfinite(variance) & (variance > 0.0))[np.isfinite(plate.affected.ravel()[1:])].all())


def _placed(values: FloatArray, chosen: NDArray[np.intp], shape: tuple[int, ...]) -> FloatArray:
    matrix = np.full(shape, NAN)
    matrix.ravel()[chosen] = values
    return matrix


def _cautions(
    fits: Sequence[Sequence[MedianEffect | None]],
    inner: NDArray[np.bool_],
    inside: NDArray[np.bool_],
    told: NDArray[np.bool_],
    n: int,
    known: bool,
) -> list[str]:
    said = []
    lost = sum(fit is None for own in fits for fit in own)
    if lost:
        said.append(caution("no_median_effect", f"{lost} of {2 * len(fits)} curves of an agent alone"))
    if (inner & ~inside).any():
        words = f"{int((inner & ~inside).sum())} dose pairs at or beyond 0 or 1 in a plate, which have no index"
        said.append(caution("effects_outside", words))
    if not lost and (inside & ~told).any():
        words = f"{int((inside & ~told).sum())} of {int(inner.sum())} dose pairs, beyond what both agents alone reach"
        said.append(caution("untested_effect", words))
    if n < 2:
        said.append(caution("one_experiment" if len(fits) == 1 else "no_scatter", f"{len(fits)} plates"))
    if not known:
        said.append(caution("unknown_well_scatter", "wells tell no scatter of their own"))
    return said
