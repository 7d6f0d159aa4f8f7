"""The interaction index from IC50s, open ones included."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cytotools.doses import ExperimentIc50, InteractionIndex, interaction_index
from cytotools.errors import StudyError


def plates(*ic50s: float, highest: float = 100.0) -> dict[str, ExperimentIc50]:
    return {
        str(k): ExperimentIc50(x, min(x, highest) / 1.2, np.inf if x > highest else 1.2 * x, 0.01, highest)
        for k, x in enumerate(ic50s)
    }


A, B = (1.0, 1.3, 0.9), (10.0, 14.0, 9.0)


def index(together: tuple[float, ...], a: tuple[float, ...] = A, b: tuple[float, ...] = B) -> InteractionIndex:
    return interaction_index([plates(*a), plates(*b)], plates(*together), (0.1, 1.0))


def test_it_is_the_t_interval_of_ln_sums() -> None:
    together = np.array([2.5, 3.6, 2.2])
    ln = np.log(0.1 * together / A + together / B)
    interval = stats.t.interval(0.95, 2, ln.mean(), stats.sem(ln))
    found = index((2.5, 3.6, 2.2))
    assert np.log([found.index, found.low, found.high]) == pytest.approx([ln.mean(), *interval])
    assert found.p_value == pytest.approx(stats.ttest_1samp(ln, 0.0).pvalue)
    assert list(found.experiments.values()) == pytest.approx(np.exp(ln))
    assert (found.verdict, found.n, found.cautions) == ("synergy", 3, "")


def test_the_verdicts() -> None:
    assert index((5.0, 6.75, 4.5)).verdict == "additive"
    assert index((11.0, 15.0, 9.0)).verdict == "antagonism"
    assert index((5.0, 15.0, 4.5)).verdict == "not resolved"
    assert index((1.0,), A[:1], B[:1]).verdict == "not resolved"


def test_an_agent_beyond_its_doses_bounds_the_index_above() -> None:
    found = index((2.5, 3.6, 2.2), b=(10.0, 14.0, 900.0))
    assert np.isnan(found.index)
    assert found.low == 0.0
    assert found.high > index((2.5, 3.6, 2.2), b=(10.0, 14.0, 100.0)).index
    assert np.isnan(found.experiments["2"])
    assert found.cautions.startswith("index_open: at most")


def test_a_combination_beyond_its_doses_bounds_it_below() -> None:
    found = index((90.0, 200.0, 95.0), b=(10.0, 140.0, 9.0))
    assert (found.high, found.low > 1) == (np.inf, True)
    assert found.verdict == "antagonism"
    assert found.n == 3


def test_a_partner_whose_part_is_small_at_most_does_not_open_it() -> None:
    flat = {name: ExperimentIc50(7.0, 0.0, np.inf, 0.01, 100.0, flat=True) for name in plates(*A)}
    found = interaction_index([plates(*A), flat], plates(0.5, 0.6, 0.4), (1.0, 1.0))
    assert found.verdict == "synergy"
    assert found.low == pytest.approx(np.exp(_low((0.5, 0.6, 0.4))), rel=0.05)
    assert "negligible_agent" in found.cautions
    assert "flat_experiment: 3 of 9 curves" in found.cautions


def _low(together: tuple[float, ...]) -> float:
    ln = np.log(np.array(together) / A)
    return float(stats.t.interval(0.95, 2, ln.mean(), stats.sem(ln))[0])


def test_plateaus_that_differ_are_said() -> None:
    bottoms = [{"0": 0.05, "1": 0.02}, {"0": 0.4, "1": 0.5}, {"0": 0.1, "1": 0.0}]
    found = interaction_index([plates(*A), plates(*B)], plates(2.5, 3.6, 2.2), (0.1, 1.0), bottoms)
    assert found.cautions == "unlike_plateaus: 0.04 and 0.45 and 0.05"


def test_units_and_the_order_of_agents_do_not_matter() -> None:
    one = index((2.5, 3.6, 2.2))
    swapped = interaction_index([plates(*B), plates(*A)], plates(2.5, 3.6, 2.2), (1.0, 0.1))
    assert (swapped.low, swapped.high) == pytest.approx((one.low, one.high), rel=1e-12)


def test_what_cannot_be_summed_is_refused() -> None:
    with pytest.raises(StudyError, match="agents"):
        interaction_index([plates(*A)], plates(1.0), (1.0,))
    with pytest.raises(StudyError, match="all curves"):
        interaction_index([plates(*A), {}], plates(1.0), (1.0, 1.0))
