"""The power to resolve an index, against draws."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import curve_fit
from scipy.stats import nct, t

from cytotools.doses import expected_ln_sd, experiments_needed, power_table, power_to_resolve
from cytotools.errors import StudyError


@pytest.mark.parametrize(("index", "sd", "n"), [(0.5, 0.13, 3), (0.7, 0.2, 4), (1.5, 0.25, 6), (1.0, 0.2, 3)])
def test_power_is_that_of_drawn_studies(index: float, sd: float, n: int) -> None:
    drawn = np.random.default_rng(20_261_205).normal(abs(np.log(index)), sd, (40_000, n))
    reach = t.ppf(0.975, n - 1) * drawn.std(axis=1, ddof=1) / np.sqrt(n)
    assert power_to_resolve(index, sd, n) == pytest.approx(np.mean(drawn.mean(axis=1) - reach > 0), abs=0.009)


def test_power_is_that_of_the_non_central_t() -> None:
    for shift, n in ((1.0, 3), (2.0, 4), (1.2, 8)):
        expected = nct.sf(t.ppf(0.975, n - 1), n - 1, shift * np.sqrt(n))
        assert power_to_resolve(np.exp(-shift), 1.0, n) == pytest.approx(expected, abs=2e-4)


def test_the_experiments_needed_are_the_least_that_do() -> None:
    n = experiments_needed(0.7, 0.2)
    assert n is not None
    assert power_to_resolve(0.7, 0.2, n) >= 0.8 > power_to_resolve(0.7, 0.2, n - 1)
    assert experiments_needed(0.98, 0.5) is None
    assert experiments_needed(0.5, 0.01) == 2


@pytest.mark.parametrize(("m", "level"), [(1.0, 0.5), (2.0, 0.75)])
def test_the_sd_of_an_index_is_that_of_fitted_experiments(m: float, level: float) -> None:
    rng, dose, logit = (
        np.random.default_rng(20_261_206),
        np.repeat(2.0 ** np.arange(-3.0, 4.0), 3),
        np.log(level / (1 - level)),
    )

    def affected(dose: np.ndarray, ln_dm: float, slope: float) -> np.ndarray:
        return np.asarray(1.0 / (1.0 + np.exp(-slope * (np.log(dose) - ln_dm))))

    def ln_dose() -> float:
        ln_dm = rng.normal(0.0, 0.1)
        found, _ = curve_fit(affected, dose, affected(dose, ln_dm, m) + rng.normal(0, 0.04, len(dose)), [0.0, m])
        return float(found[0] + logit / found[1])

    drawn = [ln_dose() - np.log(np.mean(np.exp([ln_dose(), ln_dose()]))) for _ in range(500)]
    assert expected_ln_sd(7, 2.0, 3, 0.04, m, 0.1, level) == pytest.approx(np.std(drawn), rel=0.12)


def test_more_doses_and_experiments_tell_more() -> None:
    rows = power_table(0.7, 2.0, 3, 0.06, potency_sd=0.1, level=0.75)
    assert [(row.doses, row.experiments) for row in rows[:2]] == [(5, 3), (5, 4)]
    by_doses = [row.power for row in rows if row.experiments == 4]
    assert by_doses == sorted(by_doses)


def test_a_plan_that_is_none_is_refused() -> None:
    with pytest.raises(StudyError, match="power"):
        expected_ln_sd(1, 2.0, 3, 0.05)
    with pytest.raises(StudyError, match="power"):
        power_to_resolve(-1.0, 0.1, 3)
