"""Published tests of nested curves: white mustard under two herbicides, ryegrass under ferulic acid (R package drc).

drc stops early: its sums of squares for mustard lie 6e-6 above the least ones found here.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import fdtrc

from cytotools.doses import SharedFit, compare_curves, fit_dose_response, is_flat


@pytest.fixture(scope="module")
def mustard(real_data: Path) -> SharedFit:
    wells = pd.read_csv(real_data / "doses" / "S_alba.csv")
    curves = [wells.loc[wells["Herbicide"] == name, ["Dose", "DryMatter"]] for name in ("Bentazone", "Glyphosate")]
    return compare_curves([(one["Dose"].to_numpy(), one["DryMatter"].to_numpy()) for one in curves], ("bottom", "top"))


def test_two_herbicides_share_their_plateaus(mustard: SharedFit) -> None:
    assert (mustard.test.df_1, mustard.test.df_2, mustard.degrees) == (2, 60, 62)
    assert mustard.test.f == pytest.approx(0.58756, rel=3e-4)
    assert mustard.test.p_value == pytest.approx(0.55885, rel=2e-4)
    for ours, theirs in ((mustard.rss, 8.51144714), (sum(one.rss for one in mustard.separate), 8.34794940)):
        assert ours <= theirs
        assert ours == pytest.approx(theirs, rel=1e-5)


def test_their_ic50s_and_ratio_are_those_of_drc(mustard: SharedFit) -> None:
    assert mustard.ic50 == pytest.approx([28.632355, 66.890545], rel=1e-3)
    assert mustard.standard_errors_observed.ic50 == pytest.approx([2.038098, 5.968819], rel=3e-3)
    ratio, low, high = mustard.ic50_ratio()
    assert ratio == pytest.approx(0.4280479, rel=5e-4)
    assert [low, high] == pytest.approx([0.349903, 0.529903], rel=0.01)  # Fieller's; the delta method's is symmetric


def test_the_profile_of_the_ratio_rises_by_f_at_its_limits(mustard: SharedFit) -> None:
    from scipy.optimize import least_squares

    bundle, (_, low, _) = mustard.bundle, mustard.ic50_ratio()

    def errors(parameters: np.ndarray) -> np.ndarray:
        bottom, top, place, first_hill, second_hill = parameters
        return bundle.errors(np.array([bottom, top, place + np.log(low), place, first_hill, second_hill]))

    start = [mustard.bottom[0], mustard.top[0], np.log(mustard.ic50[1] / bundle.highest), *mustard.hill_slope]
    rss = 2.0 * least_squares(errors, start, xtol=1e-14, ftol=1e-14, gtol=1e-14).cost
    assert fdtrc(1, 62, (rss - mustard.rss) / (mustard.rss / 62)) == pytest.approx(0.05, rel=1e-4)


def test_nested_curves_of_ryegrass(real_data: Path) -> None:
    wells = pd.read_csv(real_data / "doses" / "ryegrass.csv")
    dose, length = wells["conc"].to_numpy(), wells["rootl"].to_numpy()
    three, four, five = (fit_dose_response(dose, length, model=name) for name in ("3PL", "4PL", "5PL"))
    assert three.rss == pytest.approx(6.622820, rel=1e-6)
    assert five.rss == pytest.approx(5.277047, rel=1e-6)
    f = (three.rss - four.rss) / (four.rss / four.degrees)
    assert [f, fdtrc(1, four.degrees, f)] == pytest.approx([4.52799, 0.04597], rel=2e-4)
    within = float(four.curves.groups.within[0])
    df_1, df_2 = 7 - 4, len(dose) - 7
    lack = (four.rss - within) / df_1 / (within / df_2)
    assert [lack, fdtrc(df_1, df_2, lack)] == pytest.approx([0.24106, 0.86648], rel=1e-4)
    assert is_flat(dose, length).p_value < 1e-9
