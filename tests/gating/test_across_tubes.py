from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from gating import Channel, Events
from gating.artefacts.across_tubes import check_group, compare_batches
from gating.artefacts.finding import Finding
from gating.artefacts.fluorescent_compounds import FLUORESCENT_COMPOUNDS, known_fluorescence
from gating.artefacts.split_wells import split_low
from gating.artefacts.wells import position, wells_of
from gating.cautions import CAUTIONS
from gating.controls import Group
from gating.levels import Levels, Mode, acquisition_start, tube_levels
from gating.quadrants import POPULATIONS, Quadrants
from gating.whole_cells import Recipe, whole_single_cells

Rows = dict[str, dict[str, object]]


def tube(
    dying: float,
    rng: np.random.Generator,
    *,
    annexin: float = 0.0,
    gain: float = 0.0,
    light: float = 0.0,
    necrotic: float = 0.01,
    started: float | None = None,
) -> Levels:
    """A tube as its levels; shifts in decades: of the positive cells' Annexin V, of everything, of live cells' dye."""
    shares = np.array([1 - dying - necrotic, 0.6 * dying, 0.4 * dying, necrotic])
    cells = Quadrants(*(int(count) for count in np.round(10_000 * shares)))
    sample = 0.01 * rng.standard_normal(8)

    def mode(decades: float, error: float, spread: float, count: int) -> Mode:
        return Mode(10.0 ** (decades + gain + error), spread, count)

    counts = [getattr(cells, name) for name in POPULATIONS]
    a = [2.3, 3.8 + annexin, 4.1 + annexin, 2.5]
    d = [2.1 + light, 2.2, 4.0, 4.1]
    spreads = [[60.0, 0.25, 0.25, 80.0], [50.0, 60.0, 0.25, 0.25]]
    columns = [
        {n: mode(x, e, s, c) for n, x, e, s, c in zip(POPULATIONS, axis, errors, widths, counts, strict=True)}
        for axis, errors, widths in zip((a, d), np.split(sample, 2), spreads, strict=True)
    ]
    return Levels(cells, columns[0], columns[1], 800.0, 700.0, started)


DYING = np.r_[np.full(4, 0.04), np.repeat(np.linspace(0.1, 0.9, 8), 2)]


def batch(**faults: object) -> tuple[dict[str, Levels], Group, Rows]:
    """20 wells: four of vehicle, eight doses twice, in a shuffled order; `faults` name a list of values, one a well."""
    rng = np.random.default_rng(3)
    order = rng.permutation(20)
    each = [{name: values[i] for name, values in faults.items()} for i in range(20)]  # type: ignore[index]
    levels, rows = {}, {}
    for i, k in enumerate(order):
        file = f"{i:02d}.fcs"
        shift = 0.04 * rng.standard_normal()
        fault = {"annexin": shift + each[i].pop("annexin", 0.0)} | each[i]
        levels[file] = tube(float(DYING[k]), rng, **fault)
        dose = max(0, (int(k) - 2) // 2)
        role, compound = ("treated", "doxorubicin") if dose else ("vehicle", "saline")
        rows[file] = {"role": role, "compound": compound, "dose": float(dose)}
    negatives = tuple(file for file, row in rows.items() if row["role"] == "vehicle")
    return levels, Group("1", "H", tuple(levels), negatives, {}), rows


def raised(found: list[Finding]) -> set[str]:
    return {finding.check for finding in found if finding.raised}


def with_tube(
    parts: tuple[dict[str, Levels], Group, Rows], file: str, levels: Levels, role: str, **row: object
) -> tuple[dict[str, Levels], Group, Rows]:
    tubes, group, rows = parts
    controls = dict(group.controls) | ({role: (file,)} if not row.get("compound") else {})
    return tubes | {file: levels}, replace(group, controls=controls), rows | {file: {"role": role, **row}}


def test_a_sound_batch_raises_notes_alone() -> None:
    found = check_group(*batch())
    assert raised(found) == {"may_shine"}
    assert CAUTIONS["may_shine"].severity == "note"
    assert {"annexin_dim", "drift", "high_background", "harvest_damage", "compound_light"} <= {f.check for f in found}


def test_halved_annexin_names_its_wells() -> None:
    levels, _, _ = batch()
    dying = [i for i, tube in enumerate(levels.values()) if tube.share("live") < 0.6][:2]
    found = check_group(*batch(annexin=[-0.35 if i in dying else 0.0 for i in range(20)]))
    dim = [f for f in found if f.check == "annexin_dim" and f.raised]
    assert {f.files for f in dim} == {tuple(f"{i:02d}.fcs" for i in dying)}
    assert dim[0].value == pytest.approx(-0.35, abs=0.1)
    assert "2 of" in dim[0].caution


def test_a_batch_dimmer_than_its_positive_control_is_found() -> None:
    control = tube(0.7, np.random.default_rng(5), annexin=0.32)
    assert "annexin_dim" in raised(check_group(*with_tube(batch(), "p", control, "positive")))


def test_positive_cells_less_than_three_times_as_bright_as_live_ones() -> None:
    found = check_group(*batch(annexin=[-1.3] * 20))
    assert [f.limit for f in found if f.check == "annexin_dim" and f.raised] == [3.0]


def test_dead_cells_without_annexin_among_their_replicates() -> None:
    levels, group, rows = batch()
    top = [file for file, row in rows.items() if row["dose"] == 8.0]
    bare = replace(levels[top[0]], cells=Quadrants(1_000, 100, 400, 3_500))
    found = check_group(levels | {top[0]: bare}, group, rows)
    assert [f.files for f in found if f.check == "annexin_lost" and f.raised] == [(top[0],)]


def test_a_dimmer_batch_is_found_and_a_gain_is_not() -> None:
    levels, group, _ = batch()
    dim, _, _ = batch(annexin=[-0.3] * 20)
    turned, _, _ = batch(gain=[-0.3] * 20)
    assert raised(compare_batches({"1": (levels, group), "2": (dim, group)})) == {"annexin_dim"}
    assert raised(compare_batches({"1": (levels, group), "2": (turned, group)})) == set()


def test_drift_is_found_in_the_order_of_the_clock() -> None:
    gain = np.linspace(0.0, 0.1, 20)
    levels, group, rows = batch(gain=list(gain), started=[float(i) for i in range(20)])
    shuffled = dict(reversed(levels.items()))
    found = [f for f in check_group(shuffled, replace(group, samples=tuple(shuffled)), rows) if f.check == "drift"]
    assert found[0].raised
    assert found[0].low < 0.1 < found[0].high


def test_treatment_read_in_the_order_of_its_doses_is_no_drift() -> None:
    rng = np.random.default_rng(2)
    levels = {f"{i:02d}": tube(float(d), rng, annexin=0.15 * float(d)) for i, d in enumerate(DYING)}
    rows: Rows = {f: {"role": "treated", "compound": "x", "dose": float(i)} for i, f in enumerate(levels)}
    found = check_group(levels, Group("1", "H", tuple(levels), (), {}), rows)
    assert {f.check for f in found if f.raised} <= {"drift_or_dose"}


def test_edge_wells_that_die_more() -> None:
    rng = np.random.default_rng(4)
    levels, rows = {}, {}
    for i in range(96):
        row, column = divmod(i, 12)
        edge = row in (0, 7) or column in (0, 11)
        dose = int(rng.integers(0, 3))
        file = f"{'ABCDEFGH'[row]}{column + 1:02d}"
        levels[file] = tube(0.1 + 0.2 * dose + 0.12 * edge + 0.02 * rng.random(), rng)
        rows[file] = {"role": "treated", "compound": "x", "dose": dose, "well": file}
    found = check_group(levels, Group("1", "H", tuple(levels), (), {}), rows)
    assert "edge wells" in next(f for f in found if f.check == "plate_position" and f.raised).words


def test_background_and_harvest_name_the_wells_and_the_dissociation() -> None:
    levels, group, rows = batch()
    first, second = group.negatives[:2]
    bound, dead = Quadrants(7_500, 2_300, 100, 100), Quadrants(7_500, 100, 1_400, 1_000)
    worse = levels | {first: replace(levels[first], cells=bound), second: replace(levels[second], cells=dead)}
    rows[second]["dissociation"] = "scraping in PBS-EDTA"
    found = {f.check: f for f in reversed(check_group(worse, group, rows)) if f.raised}
    assert found["high_background"].files == (first,)
    assert second in found["harvest_damage"].files
    assert "trypsin" in found["harvest_damage"].words
    assert "calcium" in found["harvest_damage"].words


def test_floating_cells_thrown_away_are_a_note() -> None:
    levels, group, rows = batch()
    rows = {file: row | {"harvest": "adherent"} for file, row in rows.items()}
    assert "floating_cells_lost" in raised(check_group(levels, group, rows))
    rows[group.samples[0]]["harvest"] = "floating"
    assert "floating_cells_lost" not in raised(check_group(levels, group, rows))


def test_a_positive_control_that_is_none() -> None:
    weak = tube(0.2, np.random.default_rng(1))
    assert "weak_positive" in raised(check_group(*with_tube(batch(), "p", weak, "positive")))
    strong = tube(0.7, np.random.default_rng(1))
    tail = replace(strong, annexin=dict(strong.annexin) | {"early_apoptotic": Mode(830.0, 0.1, 4_000)})
    found = check_group(*with_tube(batch(), "p", tail, "positive"))
    assert any("mode of their own" in f.words for f in found if f.check == "weak_positive" and f.raised)


def test_unstained_cells_above_a_threshold() -> None:
    bare = replace(tube(0.1, np.random.default_rng(1)), cells=Quadrants(9_700, 20, 30, 250))
    found = check_group(*with_tube(batch(), "u", bare, "unstained"))
    assert [f.files for f in found if f.check == "autofluorescence" and f.raised] == [("u",)]


def test_live_cells_that_brighten_with_the_dose() -> None:
    _, _, rows = batch()
    doses = [float(str(row["dose"])) for row in rows.values()]
    found = check_group(*batch(light=[float(np.log10(1 + 2 * d / 8)) for d in doses]))
    light = [f for f in found if f.check == "compound_light" and f.raised]
    assert len(light) == 1
    assert "550 to 700 nm" in light[0].words
    assert {rows[file]["dose"] for file in light[0].files} >= {4.0, 5.0, 6.0, 7.0, 8.0}
    assert not set(light[0].files) & {file for file, row in rows.items() if row["role"] == "vehicle"}


def test_an_unstained_treated_tube_frees_its_own_dose_alone() -> None:
    _, _, rows = batch()
    doses = [float(str(row["dose"])) for row in rows.values()]
    parts = batch(light=[float(np.log10(1 + 2 * d / 8)) for d in doses])
    bare = tube(0.5, np.random.default_rng(1))
    parts = with_tube(parts, "dox8", bare, "unstained", compound="doxorubicin", dose=8.0)
    light = next(f for f in check_group(*parts) if f.check == "compound_light" and f.raised)
    assert 8.0 not in {rows[file]["dose"] for file in light.files}
    assert 7.0 in {rows[file]["dose"] for file in light.files}


def test_every_code_is_documented_and_every_clause_is_one() -> None:
    found = check_group(*batch(annexin=[-1.3] * 20, light=[0.4] * 20))
    assert all(f.check in CAUTIONS and "; " not in f.words and f.low <= f.value <= f.high for f in found)


def test_chance_splits_sound_wells_as_rarely_as_it_says() -> None:
    rng = np.random.default_rng(8)
    p_values = [split_low(0.08 * rng.standard_normal(14), 0.08).p_value for _ in range(600)]
    assert np.mean(np.array(p_values) < 0.05) == pytest.approx(0.05, abs=0.025)


def test_levels_find_modes_beside_the_tail_of_a_neighbour() -> None:
    rng = np.random.default_rng(1)
    live, early = 10 ** rng.normal(2.2, 0.25, 9_000), 10 ** rng.normal(3.9, 0.25, 900)
    table = np.column_stack([np.r_[live, early], 10 ** rng.normal(2.0, 0.2, 9_900)])
    events = Events(table, [Channel("FITC-A"), Channel("PE-A")], keywords={"$BTIM": "00:01:00"})
    levels = tube_levels(events, whole_single_cells(events, Recipe("FITC-A", "PE-A")), 500.0, 1_000.0)
    assert levels.cells.total == 9_900
    assert np.log10(levels.annexin["early_apoptotic"].value) == pytest.approx(3.9, abs=0.04)
    assert pickle.loads(pickle.dumps(levels)).started == 60.0
    assert np.isnan(levels.dye["late_apoptotic"].value)


def test_the_start_of_an_acquisition_in_every_form() -> None:
    assert acquisition_start({}) is None
    assert acquisition_start({"$BTIM": "noon"}) is None
    assert acquisition_start({"$BEGINDATETIME": "1970-01-02T00:00:10Z"}) == 86_410.0
    assert acquisition_start({"$DATE": "31-FEB-2020", "$BTIM": "00:00:05"}) == 5.0


def test_wells_without_a_clock_stand_in_the_order_of_the_plate() -> None:
    levels, group, rows = batch()
    for i, file in enumerate(group.samples):
        rows[file]["well"] = f"A{20 - i}"
    assert wells_of(levels, group, rows)[0].file == group.samples[-1]
    assert position("H12") == (7, 11)
    assert position("12H") is None


def test_known_compounds_are_found_under_their_trade_and_salt_names() -> None:
    for name in ("Doxorubicin HCl", "SN38", "Topotecan hydrochloride", "CPT-11", "mitoxantrone", "sunitinib malate"):
        assert known_fluorescence(name) is not None
    assert known_fluorescence("birinapant") is None
    assert all(entry.source for entry in FLUORESCENT_COMPOUNDS)
