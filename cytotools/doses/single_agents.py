"""What an agent does alone, as a curve from no effect at dose 0 to a free plateau, above or below."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.dose_responses import fit_dose_responses
from cytotools.doses.matrix_checks import FloatArray
from cytotools.doses.sigmoid import FixedBaseline, ln_dose, shares
from cytotools.errors import refusal

PARAMETERS = 3


@dataclass(frozen=True, eq=False)
class RisesFromBaseline:
    """Curves height * share, share = 1 / (1 + (half / dose)^slope), each field an array (n_curves,).

    `ln_half` is taken from the highest dose fitted, `highest`. A curve of too few doses holds NaN.
    """

    height: FloatArray
    ln_half: FloatArray
    slope: FloatArray
    rss: FloatArray
    limit: NDArray[np.str_]
    highest: float

    def at(self, doses: FloatArray) -> FloatArray:
        """Return the height above the baseline at doses (n_doses,), shape (n_curves, n_doses)."""
        u = self.slope[:, None] * (ln_dose(doses / self.highest) - self.ln_half[:, None])
        return np.asarray(self.height[:, None] * shares(-u)[0])


def fit_rises(doses: FloatArray, heights: FloatArray) -> RisesFromBaseline:
    """Return the least squares of heights (n_curves, n_doses) above a baseline that is met at dose 0 exactly.

    Parameters
    ----------
    doses : ndarray, shape (n_doses,)
        Above 0.
    heights : ndarray, shape (n_curves, n_doses)
        NaN where there is no well.

    Examples
    --------
    >>> dose = np.array([0.5, 1.0, 2.0, 8.0])
    >>> rises = fit_rises(dose, np.array([0.8 * dose / (1.0 + dose), -0.3 * dose / (2.0 + dose)]))
    >>> rises.height.round(6).tolist(), np.exp(rises.ln_half + np.log(8.0)).round(6).tolist()
    ([0.8, -0.3], [1.0, 2.0])
    """
    fits = fit_dose_responses(doses, heights, model=FixedBaseline(top=0.0))
    height = np.where(np.abs(fits.top) > np.abs(fits.bottom), fits.top, fits.bottom)  # the other one is the baseline
    slope = np.abs(fits.hill_slope)
    flat = fits.limit == "flat"
    return RisesFromBaseline(
        height=np.where(flat, 0.0, height),
        ln_half=np.where(flat, 0.0, fits.place.ln_ic50),
        slope=np.where(flat, 1.0, slope),
        rss=fits.rss,
        limit=fits.limit,
        highest=fits.groups.highest,
    )


def check_curve_doses(doses_1: FloatArray, doses_2: FloatArray, method: str) -> None:
    """Refuse fewer doses beside 0 than a curve has parameters."""
    least = min(len(doses_1), len(doses_2)) - 1
    if least < PARAMETERS:
        remedy = "Take Bliss or HSA, which need no curve."
        raise refusal(method, "doses of an agent", f"{PARAMETERS} or more beside 0", f"{least}", remedy)
