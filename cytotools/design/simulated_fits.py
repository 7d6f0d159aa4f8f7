"""What experiments of a design will say of an IC50: simulated, fitted and reported as measured ones are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
PARAMETERS = 4
DRAWS = 400
SEED = 20_261_121


@dataclass(frozen=True, eq=False)
class SimulatedFits:
    """Fits of simulated experiments.

    Attributes
    ----------
    ln_ic50 : ndarray, shape (draws,)
        As fitted, infinite where the curve has no end.
    low, high : ndarray, shape (draws,)
        The 95 % interval as it is reported: `high` is inf where the IC50 is open above, `low` 0 where it is below.
    told : ndarray of bool, shape (draws,)
        Where the IC50 and its upper limit lie within the doses.
    """

    ln_ic50: FloatArray
    low: FloatArray
    high: FloatArray
    told: NDArray[np.bool_]

    @property
    def fold_width(self) -> float:
        """The median of upper over lower limit; inf where half of the experiments are open."""
        with np.errstate(divide="ignore"):
            return float(np.median(self.high / self.low))

    @property
    def log_sd(self) -> float:
        """SD of ln IC50 that the wells cause: half the width of the middle 68 %, which an open curve does not upset."""
        lower, upper = np.quantile(self.ln_ic50, (0.1587, 0.8413), method="nearest")
        return float(upper - lower) / 2


def sigmoid(dose: FloatArray, ic50: float, hill_slope: float) -> FloatArray:
    """Return the response between 1 at dose 0 and 0 at the highest doses."""
    with np.errstate(over="ignore"):
        return 1 / (1 + (dose / ic50) ** hill_slope)


def simulate_fits(
    dose: FloatArray,
    wells: NDArray[np.int64],
    ic50: Sequence[float],
    hill_slope: float,
    well_sd: float,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> tuple[SimulatedFits, ...]:
    """Return the fits of simulated experiments for each true IC50; none where no degree of freedom is left.

    Parameters
    ----------
    dose : ndarray, shape (n,)
        The doses, 0 for the controls.
    wells : ndarray of int, shape (n,)
        Wells of each.
    ic50 : sequence of float
        Of the true curves, which fall from 1 to 0.
    hill_slope : float
    well_sd : float
        SD of a well, as a fraction of the control.
    draws, seed : int
        Experiments for each IC50.

    Examples
    --------
    >>> dose = np.array([0, *(3.0 ** np.arange(-4, 5))])
    >>> fits, far = simulate_fits(dose, np.full(10, 3), [1.0, 81.0], 1.0, 0.05)
    >>> round(fits.fold_width, 1), far.fold_width, float(fits.told.mean())
    (1.6, inf, 1.0)
    """
    from cytotools.doses.dose_responses import fit_dose_responses

    if wells.sum() <= PARAMETERS or len(dose) < PARAMETERS:
        return ()
    of_well = np.repeat(dose, wells)
    truth = np.repeat([sigmoid(of_well, half, hill_slope) for half in ic50], draws, axis=0)
    noise = np.random.default_rng(seed).standard_normal(truth.shape)
    fits = fit_dose_responses(of_well, truth + well_sd * noise)
    found = fits.relative()
    with np.errstate(divide="ignore"):
        columns = (np.log(fits.ic50), found.low, found.high, np.isfinite(found.ic50))
    parts = [np.split(column, len(ic50)) for column in columns]
    return tuple(SimulatedFits(*part) for part in zip(*parts, strict=True))
