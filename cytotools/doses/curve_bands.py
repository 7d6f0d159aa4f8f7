"""The band of a fitted curve: between which responses the true curve lies at each dose."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from cytotools.doses.curve_information import covariances, slopes
from cytotools.doses.dose_response import DoseResponse
from cytotools.doses.sigmoid import FloatArray, free_parameters, ln_dose


def curve_band(fit: DoseResponse, dose: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the fitted responses with the pointwise 95 % limits of the true curve.

    The limits are those of the tangent at the fit (delta method, Gauss-Newton, Student's t). They tell the scatter of
    the wells of this one experiment, and hold between the lowest and the highest dose tested.

    Parameters
    ----------
    fit : DoseResponse
    dose : array-like, shape (n,)
        In the unit of the fit, 0 for a control.

    Returns
    -------
    value, low, high : ndarray, shape (n,)
        In the unit of the response. `low` and `high` are NaN where the fit has no covariance: its least squares lies
        at a limit, or no degree of freedom is left.

    References
    ----------
    D. M. Bates and D. G. Watts, Nonlinear Regression Analysis (1988), doi:10.1002/9780470316757, section 2.3.2.

    Examples
    --------
    >>> from cytotools.doses.dose_response import fit_dose_response
    >>> fit = fit_dose_response([0, 1, 2, 4, 8, 16, 32], [100, 98, 91, 68, 39, 16, 7])
    >>> [limits.round(1).tolist() for limits in curve_band(fit, [0.0, 6.0])]
    [[100.8, 51.2], [97.6, 48.2], [104.0, 54.3]]
    """
    curves = fit.curves
    at = np.asarray(dose, dtype=np.float64)
    by_name = slopes(ln_dose(at / curves.groups.highest), fit.model, curves.parameters)
    value = by_name["bottom"][0] * fit.bottom + by_name["top"][0] * fit.top
    if fit.limit == "flat":
        value = np.full(at.shape, fit.bottom)
    if fit.limit or not fit.degrees:
        return value, np.full(at.shape, np.nan), np.full(at.shape, np.nan)
    gradient = np.stack([by_name[name][0] for name in free_parameters(fit.model)])
    covariance = covariances(curves.informations[0], curves.variance)[0]
    variance = np.einsum("in,ij,jn->n", gradient, covariance, gradient)
    reach = stdtrit(fit.degrees, 0.975) * np.sqrt(variance)
    return value, value - reach, value + reach
