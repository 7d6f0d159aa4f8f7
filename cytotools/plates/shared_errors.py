"""Errors that wells share: what the means of blanks and controls add to a mean, a ratio or a level of responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from cytotools.errors import refusal
from cytotools.fractions import Z_95
from cytotools.plates.fieller import fieller

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]


class Estimate(NamedTuple):
    """A value with its 95 % limits and degrees of freedom."""

    value: float
    low: float
    high: float
    degrees: float

    @property
    def error(self) -> float:
        """Return the standard error, where the limits are even about the value."""
        return (self.high - self.low) / (2.0 * float(stdtrit(self.degrees, 0.975)))


def response_covariance(table: pd.DataFrame) -> FloatArray:
    """Return the covariance of responses: each well's own scatter, and the errors of shared blanks and controls.

    Parameters
    ----------
    table : DataFrame
        Rows of `cytotools.plates.responses`, all with a response.

    Returns
    -------
    ndarray, shape (n_rows, n_rows)
        To first order: R has the error e - (1 - R) b - R c, where e is the well's, b the blank's and c the control's.

    Examples
    --------
    The control's error does not touch what is near the blank:

    >>> import pandas as pd
    >>> rows = pd.DataFrame({"response": [1.0, 0.0], "_well_error": 0.05, "_blank_error": 0.01, "_control_error": 0.02,
    ...                      "_blank": "b", "_control": "c", "_own_blank": False, "_in_control": False})
    >>> (response_covariance(rows) * 1e4).round(2).tolist()
    [[29.0, 0.0], [0.0, 26.0]]
    """
    response, well_error = (table[name].to_numpy(np.float64) for name in ("response", "_well_error"))
    own = table["_own_blank"].to_numpy(np.bool_)
    of_blank = -(1.0 - np.where(own, 0.0, response)) * table["_blank_error"].to_numpy(np.float64)
    of_control = -response * table["_control_error"].to_numpy(np.float64)
    blank, control = table["_blank"].to_numpy(), table["_control"].to_numpy()
    same_control = control[:, None] == control
    covariance = np.diag(well_error**2)
    covariance += np.outer(of_blank, of_blank) * (blank[:, None] == blank)
    covariance += np.outer(of_control, of_control) * same_control
    # A control well is part of the mean that it is divided by.
    member = table["_in_control"].to_numpy(np.bool_)
    of_mean = np.outer(member, response) * same_control * table["_control_error"].to_numpy(np.float64) ** 2
    return np.asarray(covariance - of_mean - of_mean.T, dtype=np.float64)


def mean_response(table: pd.DataFrame) -> Estimate:
    """Return the mean of the wells of a condition, with the errors of blank and control once, not once a well.

    Rows without a response are left out; NaN where there is none.
    """
    rows = _told(table)
    if not len(rows):
        return Estimate(np.nan, np.nan, np.nan, np.nan)
    value = float(rows["response"].mean())
    error = float(np.sqrt(max(response_covariance(rows).mean(), 0.0)))
    degrees = float(rows["_degrees"].min())
    reach = float(stdtrit(degrees, 0.975)) * error
    return Estimate(value, value - reach, value + reach, degrees)


def response_ratio(above: pd.DataFrame, below: pd.DataFrame) -> Estimate:
    """Return the ratio of two conditions' mean responses; a control that both share drops out of its interval.

    Limits are -inf and inf where the lower one may be 0.

    References
    ----------
    E. C. Fieller, J. R. Stat. Soc. B 16:175 (1954), doi:10.1111/j.2517-6161.1954.tb00159.x.
    """
    import pandas as pd

    first, second = _told(above), _told(below)
    if not len(first) or not len(second):
        return Estimate(np.nan, np.nan, np.nan, np.nan)
    both = pd.concat([first, second])
    weights = np.zeros((2, len(both)))
    weights[0, : len(first)], weights[1, len(first) :] = 1.0 / len(first), 1.0 / len(second)
    (n, d) = weights @ both["response"].to_numpy(np.float64)
    covariance = weights @ response_covariance(both) @ weights.T
    degrees = float(both["_degrees"].min())
    t = float(stdtrit(degrees, 0.975))
    low, high = fieller(n, d, covariance[0, 0], covariance[1, 1], covariance[0, 1], t)
    return Estimate(float(n / d), float(low), float(high), degrees)


def level_error(table: pd.DataFrame, level: float = 0.5) -> float:
    """Return the standard error of a level of the control (0.5 for an absolute IC50) as a curve's wells share it.

    Parameters
    ----------
    table : DataFrame
        Rows of `cytotools.plates.responses` of one curve: one control and one blank.
    level : float
        Fraction of the control.

    Returns
    -------
    float
        In units of the response: sqrt((level c)^2 + ((1 - level) b)^2) with the errors c and b of control and blank,
        times t / 1.96 for the degrees of freedom behind them, so that 1.96 of it hold the level in 95 % of cases.
        Where the curve is fitted with the control wells themselves, it counts their error twice and is too large
        rather than too small.

    Raises
    ------
    StudyError
        The rows rest on several controls, whose levels differ.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"response": [0.9, 0.2], "_blank_error": 0.01, "_control_error": 0.03, "_blank": "b",
    ...                      "_control": "c", "_own_blank": False, "_degrees": 1e6})
    >>> round(level_error(rows), 4)
    0.0158
    """
    rows = _told(table)
    shared = rows[~rows["_own_blank"].to_numpy(np.bool_)]
    rows = shared if len(shared) else rows
    controls = rows["_control"].nunique()
    if controls != 1:
        raise refusal(
            "level_error", "control", "one control that all wells of the curve share", f"{controls}", "Take one plate."
        )
    first = rows.iloc[0]
    error = float(np.hypot(level * first["_control_error"], (1.0 - level) * first["_blank_error"]))
    return error * float(stdtrit(rows["_degrees"].median(), 0.975)) / Z_95


def _told(table: pd.DataFrame) -> pd.DataFrame:
    told: pd.DataFrame = table[np.isfinite(table["response"].to_numpy(np.float64))]
    return told
