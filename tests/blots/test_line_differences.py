"""Differences of rises between two lines against planted courses and by simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import stats

from blots.courses import Course, read_course
from blots.line_differences import RiseDifference, compare_lines, compare_rises

HOURS = [0, 1, 3, 6, 12, 24]
RISING = [1.0, 0.3, 0.1, 0.1, 0.5, 1.0]
FLAT = [1.0, 0.3, 0.1, 0.1, 0.1, 0.1]


def values(curve: list[float], n: int, sd: float, rng: np.random.Generator) -> NDArray[np.float64]:
    return np.asarray(np.log(curve) + rng.normal(0, 0.3, (n, 1)) + rng.normal(0, sd, (n, len(curve))))


def course(*args: object) -> Course:
    return read_course(values(*args), HOURS, None, None)  # type: ignore[arg-type]


def test_the_planted_difference_is_found() -> None:
    rng = np.random.default_rng(1)
    found = compare_rises(course(RISING, 4, 0.05, rng), course(FLAT, 3, 0.05, rng))
    assert (found.later_hours, found.n, found.caution) == (24, 3, "")
    assert found.earlier_hours in (3, 6)
    assert found.ratio == pytest.approx(10.0, rel=0.2)
    assert found.low < 10.0 < found.high
    assert found.p_value < 1e-4


def test_lines_change_places() -> None:
    rng = np.random.default_rng(2)
    one, other = course(RISING, 3, 0.2, rng), course(FLAT, 3, 0.2, rng)
    forth, back = compare_rises(one, other), compare_rises(other, one)
    assert (back.ratio, back.low, back.high) == pytest.approx((1 / forth.ratio, 1 / forth.high, 1 / forth.low))
    assert back.p_value == pytest.approx(forth.p_value, rel=0.02)


def test_equal_courses_differ_in_five_percent_and_the_interval_agrees() -> None:
    rng = np.random.default_rng(3)
    found: list[RiseDifference] = [
        compare_rises(course(RISING, 3, 0.3, rng), course(RISING, 3, 0.3, rng)) for _ in range(2000)
    ]
    called = [result.p_value < 0.05 for result in found]
    assert stats.binomtest(sum(called), 2000, 0.05).pvalue > 0.001
    assert called == [result.low > 1 or result.high < 1 for result in found]


def test_one_replicate_has_no_p_value() -> None:
    rng = np.random.default_rng(4)
    found = compare_rises(course(RISING, 1, 0.1, rng), course(FLAT, 3, 0.1, rng))
    assert np.isnan(found.p_value)
    assert "one_replicate" in found.caution


def test_hours_below_detection_are_left_out() -> None:
    rng = np.random.default_rng(5)
    limited = np.zeros((3, 6), dtype=bool)
    limited[1, 2:4] = True
    one = read_course(values(RISING, 3, 0.05, rng), HOURS, None, limited)
    found = compare_rises(one, course(FLAT, 3, 0.05, rng))
    assert (found.earlier_hours, found.later_hours) == (1, 24)
    assert "below_detection: 3, 6 h are left out" in found.caution


def test_the_table_names_lines_hours_and_target() -> None:
    rng = np.random.default_rng(6)
    rows, lanes = [], []
    for line, curve in (("A", RISING), ("B", FLAT)):
        for n, replicate in enumerate(values(curve, 3, 0.05, rng), 1):
            for i, hour in enumerate(HOURS):
                membrane = f"{line}{n}"
                lanes.append({"membrane": membrane, "lane": i + 1, "cell_line": line, "hours": hour, "replicate": n})
                for target in ("cIAP2", "cIAP1", "XIAP"):
                    ratio = {"log_ratio": replicate[i], "low": replicate[i] - 0.1, "high": replicate[i] + 0.1}
                    names = {"target": target, "loading_control": "actin", "censored": False, "caution": ""}
                    rows.append({"membrane": membrane, "lane": i + 1} | names | ratio)
    table = compare_lines(pd.DataFrame(rows), pd.DataFrame(lanes)).set_index("quantity")
    assert set(table["contrast"]) == {"A against B"}
    cIAP2, others = table[table.index.str.startswith("cIAP2 rise from")], table[~table.index.str.startswith("cIAP2")]
    assert cIAP2["p_adjusted"].tolist() == cIAP2["p_value"].tolist()
    assert others["p_adjusted"].tolist() == pytest.approx((2 * others["p_value"]).tolist())


def test_copied_replicates_have_no_scatter_and_make_no_warning() -> None:
    one = read_course(np.tile(np.log(RISING), (3, 1)), HOURS, None, None)
    found = compare_rises(one, read_course(np.tile(np.log(FLAT), (3, 1)), HOURS, None, None))
    assert found.ratio == pytest.approx(10.0)
    assert found.p_value == 0.0
