from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from gating import Channel, Events
from gating.artefacts.carry_over import check_carry_over
from gating.artefacts.debris_binding import check_debris
from gating.artefacts.dye_only_cells import check_dye_only
from gating.artefacts.error_rate import z_limit
from gating.artefacts.few_events import check_few_events
from gating.artefacts.finding import Finding
from gating.artefacts.late_or_necrotic import check_late_names, check_late_naming
from gating.artefacts.rna import check_rna
from gating.artefacts.saturation import check_saturation
from gating.artefacts.time_drift import check_time_drift
from gating.artefacts.within_tubes import check_tubes
from gating.cautions import CAUTIONS
from gating.controls import Group
from gating.simulate import STATES, State, Tube, simulate_tube
from gating.tube_profile import TubeProfile, began, tube_profile
from gating.whole_cells import Recipe, whole_single_cells

CHANNELS = tuple(Channel(name) for name in ("FSC-A", "FSC-H", "SSC-A", "FITC-A", "PE-A", "Time"))
LIVE, EARLY, LATE, NECROTIC = (np.eye(4)[i] for i in range(4))
NAMES = tuple(STATES)


def drawn(
    rng: np.random.Generator,
    mix: Sequence[float],
    n: int = 10_000,
    states: dict[str, State] | None = None,
    **what: float,
) -> NDArray[np.float64]:
    tube = Tube(dict(zip(NAMES, mix, strict=True)), n, states=states or STATES, **what)  # type: ignore[arg-type]
    return simulate_tube(tube, rng).events.values.astype(np.float64)


def profiled(
    values: NDArray[np.float64],
    *,
    channels: Sequence[Channel] = CHANNELS,
    keywords: dict[str, str] | None = None,
    annexin: float = 1_200.0,
    dye: float = 900.0,
) -> TubeProfile:
    spillover = simulate_tube(Tube({"live": 1.0}, 10), np.random.default_rng(0)).events.spillover
    events = Events(values, channels, keywords or {}, spillover=spillover)
    names = events.channel_names
    scatter = {"forward": "FSC-A", "height": "FSC-H", "debris_limit": 25_000.0} if "FSC-A" in names else {}
    recipe = Recipe("FITC-A", "PE-A", spillover=spillover, time="Time" if "Time" in names else None, **scatter)  # type: ignore[arg-type]
    return tube_profile(events, whole_single_cells(events, recipe), recipe, annexin, dye)


def raised(findings: Sequence[Finding]) -> dict[str, list[str]]:
    return {f.files[0]: [*[g.check for g in findings if g.files == f.files and g.raised]] for f in findings}


def group_of(files: Sequence[str]) -> Group:
    return Group("1", "H", tuple(files), (), {})


MIX = (0.60, 0.20, 0.17, 0.03)


def test_a_profile_holds_what_can_be_counted_by_hand() -> None:
    # 80 cells: 60 live, then 20 early; one event of debris that binds Annexin V lies a tenth below the limit.
    rows = [[90_000, 90_000, 1, 0, 0]] * 60 + [[80_000, 80_000, 1, 5_000, 0]] * 20 + [[22_500, 22_500, 1, 5_000, 0]]
    values = np.column_stack([np.array(rows, dtype=float), np.arange(81.0)])
    profile = profiled(values)
    assert profile.quadrants.tolist() == [60, 20, 0, 0]
    assert profile.by_size is not None
    assert profile.in_time is not None
    assert profile.by_size.debris_events == 1
    assert profile.by_size.gained.tolist() == [0, 1, 0, 0]
    assert profile.in_time.quadrants[:, 1].tolist() == [0] * 30 + [2] * 10
    assert profile.in_time.time[-1] == 79


def test_a_profile_is_small_and_travels(rng: np.random.Generator) -> None:
    packed = pickle.dumps(profiled(drawn(rng, MIX, 50_000)))
    assert len(packed) < 16_000
    assert pickle.loads(packed).cells > 40_000


def test_time_that_runs_out_of_order_is_sorted(rng: np.random.Generator) -> None:
    values = drawn(rng, MIX)
    shuffled = profiled(values[rng.permutation(len(values))])
    straight = profiled(values)
    assert shuffled.in_time is not None
    assert straight.in_time is not None
    assert (np.diff(shuffled.in_time.time) >= 0).all()
    np.testing.assert_allclose(shuffled.in_time.time, straight.in_time.time, rtol=0.02)


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        ({"$DATE": "21-NOV-2026", "$BTIM": "09:05:07.33"}, "2026-11-21T09:05:07"),
        ({"$BEGINDATETIME": "2026-11-21T09:05:07.5Z"}, "2026-11-21T09:05:07"),
        ({"$DATE": "yesterday", "$BTIM": "09:05:07"}, ""),
        ({"$DATE": "21-NOV-2026", "$BTIM": "25:05:07"}, ""),
        ({}, ""),
    ],
)
def test_the_clock_is_read_or_left_out(keywords: dict[str, str], expected: str) -> None:
    assert began(keywords) == expected


def test_limits_grow_with_the_number_of_looks() -> None:
    assert z_limit(1) == pytest.approx(3.2905, abs=1e-4)  # two-sided 0.001
    assert z_limit(1) < z_limit(24) < z_limit(24 * 24)


def test_clipped_events_are_found_and_a_lone_brightest_one_is_not(rng: np.random.Generator) -> None:
    values = drawn(rng, MIX)
    clipped = values.copy()
    clipped[:, 3] = np.minimum(clipped[:, 3], np.quantile(values[:, 3], 0.98))
    clean, found = check_saturation({"clean": profiled(values), "clipped": profiled(clipped)})
    assert not clean.raised
    assert clean.value == 0
    assert found.raised
    assert found.value == pytest.approx(0.02, abs=0.001)
    assert "FITC-A" in found.words


def test_a_dark_channel_is_not_saturated(rng: np.random.Generator) -> None:
    dark = np.column_stack([drawn(rng, MIX), np.zeros(10_000), rng.integers(0, 6, 10_000)])
    (found,) = check_saturation({"a": profiled(dark, channels=(*CHANNELS, Channel("BV421-A"), Channel("APC-A")))})
    assert not found.raised


@pytest.mark.parametrize(("events", "expected"), [(900, True), (10_000, False)])
def test_few_cells(rng: np.random.Generator, events: int, expected: bool) -> None:
    (found,) = check_few_events({"a": profiled(drawn(rng, MIX, events))})
    assert found.raised is expected


def carried_over(rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    before, after = drawn(rng, (0.2, 0.4, 0.38, 0.02)), drawn(rng, (0.85, 0.08, 0.05, 0.02))
    after[:500, :5] = before[:500, :5]
    return before, after


def test_carry_over_is_found_and_its_source_named(rng: np.random.Generator) -> None:
    before, after = carried_over(rng)
    first, second = check_carry_over({"A1": profiled(before), "A2": profiled(after)})
    assert not first.raised
    assert second.raised
    # 65 points of the composition in 5 % of the tube
    assert second.value == pytest.approx(0.0325, abs=0.008)
    assert "as A1 before it would leave" in second.words


def test_the_clock_says_which_tube_came_before(rng: np.random.Generator) -> None:
    before, after = carried_over(rng)
    other = drawn(rng, (0.95, 0.02, 0.02, 0.01))
    clocks = [{"$DATE": "21-NOV-2026", "$BTIM": f"09:0{i}:00"} for i in range(3)]
    tubes = {
        "late": profiled(after, keywords=clocks[2]),
        "first": profiled(other, keywords=clocks[0]),
        "middle": profiled(before, keywords=clocks[1]),
    }
    (found,) = [f for f in check_carry_over(tubes) if f.raised]
    assert found.files == ("late",)
    assert "as middle before it" in found.words


def test_a_steady_drift_is_no_carry_over(rng: np.random.Generator) -> None:
    live, dead = drawn(rng, LIVE), drawn(rng, EARLY)
    settles = np.where((rng.random(10_000) < np.linspace(0.1, 0.5, 10_000))[:, None], dead, live)
    settles[:, 5] = live[:, 5]
    tubes = {"a": profiled(drawn(rng, MIX)), "settles": profiled(settles)}
    assert not any(f.raised for f in check_carry_over(tubes))
    steady, found = check_time_drift(tubes)
    assert not steady.raised
    assert found.raised
    assert found.low < 0.4 < found.high
    assert "share of Annexin-positive" in found.words


def test_bleaching_is_found_with_its_sign(rng: np.random.Generator) -> None:
    values = drawn(rng, (0.3, 0.65, 0.05, 0.0))
    lost = values[:, 3] * (1 - 10 ** np.linspace(0, -0.2, len(values)))
    values[:, 3] -= lost
    values[:, 4] -= 0.16 * lost
    (found,) = check_time_drift({"a": profiled(values, annexin=900.0)})
    assert found.raised
    assert found.value == pytest.approx(-0.2, abs=0.04)
    assert "decades" in found.words


def stained_rna(rng: np.random.Generator, share: float, size: float) -> NDArray[np.float64]:
    values = drawn(rng, (0.85, 0.08, 0.06, 0.01))
    rna = {**STATES, "live": replace(STATES["live"], dye=1_000.0, dye_sd=0.4, size=size)}
    swap = np.flatnonzero(rng.random(len(values)) < share)
    values[swap, :5] = drawn(rng, LIVE, len(values), rna, debris=0.0, doublets=0.0)[: len(swap), :5]
    return values


def test_rna_stained_cells_are_found_with_their_size(rng: np.random.Generator) -> None:
    found = check_rna({f"{i}": profiled(stained_rna(rng, 0.10, 1.25)) for i in range(3)})
    assert all(f.raised for f in found)
    assert found[0].value == pytest.approx(0.11, abs=0.03)
    ratio = float(found[0].words.split(", ")[1].split(" ")[0])
    assert ratio == pytest.approx(1.25, abs=0.06)


def test_rna_in_one_tube_of_a_batch_is_found(rng: np.random.Generator) -> None:
    tubes = {f"{i}": profiled(drawn(rng, MIX)) for i in range(5)} | {"rna": profiled(stained_rna(rng, 0.10, 1.2))}
    assert [f.files for f in check_rna(tubes) if f.raised] == [("rna",)]


@pytest.mark.parametrize("heavy", [False, True])
def test_dim_late_apoptotic_and_shrunken_necrotic_cells_are_no_rna(rng: np.random.Generator, heavy: bool) -> None:
    dim = {
        **STATES,
        "late_apoptotic": replace(STATES["late_apoptotic"], dye=2_000.0),
        "necrotic": replace(STATES["necrotic"], dye=3_000.0, size=0.7),
    }
    mixes = [(0.9, 0.05, 0.04, 0.01), (0.2, 0.25, 0.5, 0.05), (0.4, 0.1, 0.2, 0.3)]
    tubes = {str(i): profiled(drawn(rng, mix, states=dim, heavy_tails=heavy)) for i, mix in enumerate(mixes)}
    assert not any(f.raised for f in check_rna(tubes))


def test_bodies_that_pass_for_cells_are_found(rng: np.random.Generator) -> None:
    values = drawn(rng, (0.9, 0.05, 0.04, 0.01))
    bodies = rng.random(len(values)) < 0.3
    values[bodies, 0] = 90_000 * np.exp(rng.uniform(np.log(0.15), np.log(0.7), bodies.sum()))
    values[bodies, 1] = values[bodies, 0]
    values[bodies, 3] = 6_000 * rng.lognormal(0, 0.4, bodies.sum())
    values[bodies, 4] = 0.16 * values[bodies, 3]
    clean = drawn(rng, MIX, debris=0.3)
    tubes = {"clean": profiled(clean), "bodies": profiled(values)}
    assert raised(check_debris(tubes)) == {"clean": ["debris_share"], "bodies": ["debris_binding"]}


def test_debris_is_a_note_with_its_binding(rng: np.random.Generator) -> None:
    share = check_debris({"a": profiled(drawn(rng, LIVE, debris=0.3))})[0]
    assert share.value == pytest.approx(0.3, abs=0.02)
    assert CAUTIONS[share.check].severity == "note"
    assert share.trace is not None
    assert share.trace.y[0] > 0.2 > share.trace.y[-1]  # debris first, then ten sizes of living cells


def test_cells_just_below_the_annexin_threshold_put_it_in_doubt(rng: np.random.Generator) -> None:
    near = {**STATES, "necrotic": replace(STATES["necrotic"], annexin=550.0, annexin_sd=0.12)}
    mix = (0.7, 0.1, 0.05, 0.15)
    tubes = {"far": profiled(drawn(rng, mix)), "near": profiled(drawn(rng, mix, states=near), annexin=1_020.0)}
    found = raised(check_dye_only(tubes))
    assert found == {"far": ["dye_only_cells"], "near": ["dye_only_cells", "annexin_cut_doubtful"]}


def test_bare_nuclei_are_told_by_their_size(rng: np.random.Generator) -> None:
    bare = {**STATES, "necrotic": replace(STATES["necrotic"], size=0.36)}
    nuclei = check_dye_only({"a": profiled(drawn(rng, (0.7, 0.1, 0.05, 0.15), states=bare))})[0]
    cells = check_dye_only({"a": profiled(drawn(rng, (0.7, 0.1, 0.05, 0.15)))})[0]
    assert "as small as bare nuclei" in nuclei.words
    assert "nuclei" not in cells.words


def test_a_rise_of_early_cells_supports_the_name() -> None:
    found = check_late_naming([12, 12, 48, 48], [0.3, 0.34, 0.1, 0.1], [0.05, 0.06, 0.6, 0.7], [0.04, 0.06])
    assert not found.raised
    assert found.value == pytest.approx(0.27)
    assert "risen by 27 points at 12 h" in found.words


@pytest.mark.parametrize(
    ("hours", "early", "late", "words"),
    [
        ([48], [0.1], [0.6], "one time point"),
        ([12, 48], [0.05, 0.05], [0.3, 0.6], "no earlier rise"),
        ([12, 48], [0.30, 0.10], [0.6, 0.3], "no earlier rise"),  # late cells were there first
    ],
)
def test_without_an_earlier_rise_the_name_is_open(
    hours: list[float], early: list[float], late: list[float], words: str
) -> None:
    found = check_late_naming(hours, early, late, [0.04])
    assert found.raised
    assert words in found.words


def test_courses_of_unlike_length_are_refused() -> None:
    with pytest.raises(ValueError, match="one early and one late fraction for each hour, got 2, 1, 2"):
        check_late_naming([0, 1], [0.1], [0.1, 0.2], [0.1])


def test_each_condition_of_a_table_is_judged_by_itself() -> None:
    rows = []
    for compound, course in {
        "TNF": [(12, 0.4, 0.1), (48, 0.2, 0.6)],
        "H2O2": [(12, 0.04, 0.5), (48, 0.03, 0.8)],
    }.items():
        rows += [(f"{compound}{h}", "treated", compound, h, e, late) for h, e, late in course]
    rows += [("u", "untreated", "", 12, 0.03, 0.02), ("dmso", "treated", "DMSO", 48, 0.03, 0.01)]
    wide = pd.DataFrame(rows, columns=["file", "role", "compound", "hours", "early_apoptotic", "late_apoptotic"])
    table = wide.melt(["file", "role", "compound", "hours"], var_name="population", value_name="fraction")
    assert {f.files[0]: f.raised for f in check_late_names(table)} == {"TNF48": False, "H2O248": True}


def test_without_scatter_and_time_checks_are_left_out(rng: np.random.Generator) -> None:
    values = drawn(rng, MIX)[:, [3, 4]]
    found = check_tubes({"a": profiled(values, channels=CHANNELS[3:5])}, group_of(["a"]))
    assert {f.check for f in found} == {*("few_events", "saturated_channel", "dye_only_cells", "annexin_cut_doubtful")}
    assert not any(f.raised for f in found)


@pytest.mark.parametrize("events", [0, 30])
def test_a_tube_without_cells_fails_no_check(rng: np.random.Generator, events: int) -> None:
    values = drawn(rng, MIX, max(events, 5))
    values[:, :2] *= 1.0 if events else 0.001
    found = check_tubes({"a": profiled(values), "b": profiled(drawn(rng, MIX))}, group_of(["a", "b"]))
    assert [f.check for f in found if f.raised] == ["few_events"]


def test_clean_tubes_are_quiet_and_every_finding_can_be_shown(rng: np.random.Generator) -> None:
    mixes = [(0.9, 0.05, 0.04, 0.01), (0.2, 0.4, 0.38, 0.02), (0.5, 0.3, 0.18, 0.02), (0.25, 0.3, 0.42, 0.03)]
    tubes = {f"{i}": profiled(drawn(rng, mix, heavy_tails=i % 2)) for i, mix in enumerate(mixes * 2)}
    found = check_tubes(tubes, group_of(list(tubes)))
    assert [f.caution for f in found if f.raised and CAUTIONS[f.check].severity != "note"] == []
    for finding in found:
        assert CAUTIONS[finding.check].remedy
        assert "; " not in finding.words
        assert finding.low <= finding.value <= finding.high
        assert finding.trace is not None
        assert finding.trace.x.shape == finding.trace.y.shape
