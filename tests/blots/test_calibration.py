"""One step over the membranes of a replicate: by hand, against the known covariance, and what can't be tied."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from blots.calibration import one_step
from blots.levels import Level

SIGMA = 0.1


def level(membrane: str, hours: float, log_ratio: float, replicate: str = "1", role: str = "treated") -> Level:
    condition = (("compound", "Smac" if hours else None), ("hours", hours))
    return Level(membrane, replicate, role, condition, "XIAP", "actin", log_ratio, SIGMA, False, "")


def lanes(membrane: str, gain: float, *hours: float, replicate: str = "1") -> list[Level]:
    return [level(membrane, h, gain - 0.1 * h, replicate) for h in hours]


def by_hour(levels: list[Level]) -> dict[float, Level]:
    found = {level.hours: level for level in levels}
    assert len(found) == len(levels)
    return found


def test_membranes_that_share_samples_become_one() -> None:
    found = by_hour(one_step([*lanes("a", 0.0, 0, 1, 3), *lanes("b", 2.0, 0, 3, 6), *lanes("c", 5.0, 6, 24)]))
    truth = {0: 0.0, 1: -0.1, 3: -0.3, 6: -0.6, 24: -2.4}
    assert {h: found[h].log_ratio - found[0].log_ratio for h in truth} == pytest.approx(truth)
    assert {level.membrane for level in found.values()} == {"a + b + c"}
    assert found[0].caution == "several_membranes: a, b, c are tied by 3 samples that they share"


def test_one_membrane_and_other_replicates_are_left_alone() -> None:
    given = [*lanes("a", 0.0, 0, 1), *lanes("a", 9.0, 0, 1, replicate="2")]
    assert one_step(given) == given


def test_where_only_the_reference_is_shared_it_is_two_steps() -> None:
    given = [level("a", 0, 0.3), level("a", 1, -1.0), level("b", 0, 1.1), level("b", 6, 0.5)]
    found = by_hour(one_step(given))
    assert found[1].log_ratio - found[0].log_ratio == pytest.approx(-1.3)
    assert found[6].log_ratio - found[0].log_ratio == pytest.approx(-0.6)
    # Fold = one lane over one lane of its own membrane: its variance is twice that of a lane.
    assert np.hypot(found[6].standard_error, found[0].standard_error) == pytest.approx(SIGMA * np.sqrt(2))


def test_errors_are_those_of_the_estimates() -> None:
    rng = np.random.default_rng(3)
    given = [*lanes("a", 0.0, 0, 1, 3, 6), *lanes("b", 0.0, 0, 3, 6, 12)]
    drawn = [
        by_hour(one_step([replace(v, log_ratio=v.log_ratio + rng.normal(0, SIGMA)) for v in given])) for _ in range(600)
    ]
    for hours in (3, 12):  # on both membranes, and on one
        spread = np.std([found[hours].log_ratio - found[0].log_ratio for found in drawn])
        assert np.hypot(drawn[0][hours].standard_error, drawn[0][0].standard_error) == pytest.approx(spread, rel=0.1)


def test_a_reference_lysate_ties_membranes() -> None:
    shared = [level("a", 5, 0.0, "a", "reference"), level("b", 5, 2.0, "b", "reference")]
    found = one_step([*lanes("a", 0.0, 0, 1), *lanes("b", 2.0, 6), *shared])
    own = by_hour([v for v in found if v.role != "reference"])
    assert own[6].log_ratio - own[0].log_ratio == pytest.approx(-0.6)
    assert [v.replicate for v in found if v.membrane == "a + b" and v.role == "reference"] == ["1"]


def test_what_is_below_detection_ties_nothing() -> None:
    zero = replace(level("b", 0, -3.0), censored=True)
    found = one_step([*lanes("a", 0.0, 0, 1), zero, level("b", 6, 0.0)])
    assert {v.membrane for v in found} == {"a", "b"}
    assert "membranes_untied: a and b share no sample that both show" in found[-1].caution
    tied = by_hour(one_step([*lanes("a", 0.0, 0, 1), zero, level("b", 1, 1.0), level("b", 6, 0.0)]))
    assert tied[0].censored
    assert not tied[6].censored


def test_lines_on_membranes_of_their_own_need_no_tie() -> None:
    other = [replace(v, condition=(("cell_line", "B"), *v.condition)) for v in lanes("b", 1.0, 0, 1)]
    given = [*lanes("a", 0.0, 0, 1), *other]
    assert one_step(given) == given


def test_an_unknown_error_stays_unknown_and_nothing_gives_nothing() -> None:
    given = [replace(v, standard_error=np.nan) for v in [*lanes("a", 0.0, 0, 1), *lanes("b", 1.0, 0, 6)]]
    assert np.isnan([v.standard_error for v in one_step(given)]).all()
    assert one_step([]) == []
    gap = replace(level("b", 1, np.nan), caution="no_loading_control: none")
    assert np.isnan(by_hour(one_step([*lanes("a", 0.0, 0), level("b", 0, 1.0), gap]))[1].log_ratio)
