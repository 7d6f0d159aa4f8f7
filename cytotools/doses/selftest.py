"""The fits of this computer beside certified ones: how many digits agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from cytotools.doses.certified.sets import CertifiedSet, certified_sets
from cytotools.doses.least_squares import fit_curve

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("set", "level", "start", "parameter_digits", "sd_digits", "rss_digits", "converged", "passed")
CERTIFIED_DIGITS = 11.0
PARAMETER_DIGITS, SD_DIGITS = 8.0, 6.0
# The residuals of Lanczos1 are the 13th digit of y: no double holds more of them, and without extended precision less.
FEW_DIGITS = {"Lanczos1": 3.0 if np.finfo(np.longdouble).eps < np.finfo(np.float64).eps else 2.0}


def selftest(starts: Sequence[int] = (1, 2)) -> pd.DataFrame:
    """Fit the 27 certified nonlinear regressions of NIST.

    Parameters
    ----------
    starts : sequence of int
        Which of the two published starts to begin from.

    Returns
    -------
    DataFrame
        A row a set and start: `set, level` (lower, average, higher), `start` (1 far, 2 near), `parameter_digits` and
        `sd_digits` (right digits of the worst parameter and of the worst standard deviation, at most the 11 that are
        certified), `rss_digits`, `converged`, `passed` (8 digits of every parameter and 6 of every standard
        deviation, 3 for Lanczos1, whose residuals lie in the last digits of a double).

    References
    ----------
    NIST/ITL Statistical Reference Datasets, doi:10.18434/T43G6C; B. D. McCullough, Am. Stat. 52:358 (1998),
    doi:10.1080/00031305.1998.10480593 (the count of right digits).

    Examples
    --------
    >>> table = selftest(starts=[2])
    >>> len(table), bool(table["passed"].all())
    (27, True)
    """
    import pandas as pd

    rows = [_row(one, start) for start in starts for one in certified_sets()]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def right_digits(found: ArrayLike, certified: ArrayLike) -> float:
    """Return the right digits of the worst of some numbers: -log10 of the relative error, within 0 and 11.

    Examples
    --------
    >>> right_digits([1.0, 2.002], [1.0, 2.0]), right_digits(np.nan, 1.0), right_digits(3.0, 3.0)
    (3.0, 0.0, 11.0)
    """
    expected = np.asarray(certified, dtype=np.float64)
    errors = np.abs(np.asarray(found, dtype=np.float64) - expected) / np.abs(expected)
    digits = -np.log10(np.maximum(errors, 10.0**-CERTIFIED_DIGITS))
    return float(np.round(np.clip(np.where(np.isnan(digits), 0.0, digits), 0.0, CERTIFIED_DIGITS).min(), 2))


def _row(one: CertifiedSet, start: int) -> tuple[object, ...]:
    fit = fit_curve(one.model, one.x, one.y, one.starts[start - 1])
    parameters = right_digits(fit.parameters, one.parameters)
    deviations = right_digits(fit.standard_errors, one.standard_deviations)
    enough = parameters >= PARAMETER_DIGITS and deviations >= FEW_DIGITS.get(one.name, SD_DIGITS)
    rss = right_digits(fit.rss, one.rss)
    return (one.name, one.level, start, parameters, deviations, rss, fit.converged, enough and fit.converged)
