from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gating import Channel, Events, GatingError, QuadrantGate, Spillover, count_quadrants, read_fcs, write_fcs
from gating.dividers import CurvedDivider, CurvedQuadrantGate, Divider, OffsetDivider, StraightDivider
from gating.errors import InvalidGate
from gating.exchange.event_masks import event_masks
from gating.exchange.polygons import curved_gating_ml
from gating.exchange.read_gates import read_gates
from gating.exchange.segments import REACH, off_scale, on_scale, segments
from gating.exchange.transformations import FAsinh, Logicle, Transformation
from gating.quadrants import POPULATIONS

CHANNELS = [Channel("FITC-A"), Channel("PE-A")]
SPILLOVER = Spillover(np.array([[1.0, 0.25], [0.02, 1.0]]), ["FITC-A", "PE-A"])
SCALES = [None, FAsinh(), Logicle(), Logicle(4_194_304.0, 1.0, 5.5, 0.5)]
CURVED = CurvedQuadrantGate("FITC-A", CurvedDivider(300.0, 2.0), "PE-A", CurvedDivider(500.0, 4.0))
OFFSET = CurvedQuadrantGate("FITC-A", OffsetDivider(300.0, 500.0, 400.0), "PE-A", OffsetDivider(400.0, 200.0, 900.0))
CROSSING_ZERO = CurvedQuadrantGate("FITC-A", CurvedDivider(0.0, 2.0), "PE-A", CurvedDivider(-100.0, 4.0))


def tube(rng: np.random.Generator, n: int = 20_000) -> Events:
    """Events that crowd round the dividers and reach below 0 and above the detector's range."""
    annexin = np.where(rng.random(n) < 0.5, rng.normal(300.0, 300.0, n), rng.lognormal(9.0, 1.5, n))
    dye = np.where(rng.random(n) < 0.7, rng.normal(500.0, 400.0, n), rng.lognormal(9.0, 1.5, n))
    far = [[-9e4, 100.0], [100.0, -9e4], [5e6, -9e4], [-9e4, 5e6], [8e6, 9e6], [-9e4, -9e4]]
    values = np.vstack([np.column_stack([annexin, dye]), far]) @ SPILLOVER.matrix
    return Events(values, CHANNELS, spillover=SPILLOVER)


def valid(xml: bytes) -> bool:
    from flowkit._resources import gml_schema  # the schema of ISAC, as FlowKit ships it

    etree = pytest.importorskip("lxml.etree", reason="lxml comes with FlowKit")
    return bool(gml_schema.validate(etree.parse(io.BytesIO(xml))))


def read_back(xml: bytes, events: Events, folder: Path, name: str) -> NDArray[np.int64]:
    """Return each event's population as FlowKit applies the document; every event lies in exactly one."""
    (folder / "gates.xml").write_bytes(xml)
    masks = event_masks(folder / "gates.xml", events)
    table = np.column_stack([masks[f"{name}.{population}"] for population in POPULATIONS])
    assert (table.sum(axis=1) == 1).all()
    return np.asarray(np.argmax(table, axis=1), dtype=np.int64)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("gate", [CURVED, OFFSET, CROSSING_ZERO])
def test_flowkit_and_the_stated_error_agree_event_by_event(
    tmp_path: Path, rng: np.random.Generator, gate: CurvedQuadrantGate, scale: Transformation | None
) -> None:
    events = tube(rng)
    scales = {} if scale is None else {"FITC-A": scale, "PE-A": scale}
    written = curved_gating_ml({"ECA109, day 1": (gate, SPILLOVER)}, {"ECA109, day 1": [events]}, scales)
    error = written.errors["ECA109, day 1"]
    assert valid(written.xml)
    assert (
        written.xml == curved_gating_ml({"ECA109, day 1": (gate, SPILLOVER)}, {"ECA109, day 1": [events]}, scales).xml
    )
    found = read_back(written.xml, events, tmp_path, "ECA109_day_1")
    annexin, dye = np.linalg.solve(SPILLOVER.matrix.T, np.asarray(events.values).T)
    changed = int(np.count_nonzero(found != gate.classes(annexin, dye)))
    assert changed == pytest.approx(error.changed, abs=1)  # FlowKit inverts the matrix its own way
    assert error.events == len(events)
    assert error.largest_share == error.changed / len(events) < 5e-4
    assert max(error.annexin_gap, error.dye_gap) <= 1e-3
    assert error.words.encode() in written.xml


def test_flowkits_own_sample_counts_the_same(tmp_path: Path, rng: np.random.Generator) -> None:
    import flowkit

    drawn = tube(rng)
    path = write_fcs(tmp_path / "a.fcs", drawn.values, drawn.channels, spillover=SPILLOVER)
    events = read_fcs(path)
    written = curved_gating_ml({"a": (CURVED, SPILLOVER)}, {"a": [events]})
    (tmp_path / "gates.xml").write_bytes(written.xml)
    strategy = flowkit.parse_gating_xml(str(tmp_path / "gates.xml"))
    report = strategy.gate_sample(flowkit.Sample(str(path))).report.set_index("gate_name")["count"]
    found = read_back(written.xml, events, tmp_path, "a")
    assert [report[f"a.{p}"] for p in POPULATIONS] == np.bincount(found, minlength=4).tolist()


@pytest.mark.parametrize("scale", SCALES)
def test_straight_dividers_lose_nothing(tmp_path: Path, rng: np.random.Generator, scale: Transformation | None) -> None:
    values = np.vstack([tube(rng, 5_000).values, [[300.0, 400.0], [300.0, 399.0], [299.0, 400.0], [-3.0, 400.0]]])
    events = Events(values, CHANNELS)
    straight = QuadrantGate("FITC-A", 300.0, "PE-A", 400.0)
    scales = {} if scale is None else {"FITC-A": scale, "PE-A": scale}
    written = curved_gating_ml({"a": (CurvedQuadrantGate.from_straight(straight), None)}, {"a": [events]}, scales)
    assert written.errors["a"].changed == 0
    assert written.errors["a"].dye_gap < 1e-12
    counts = count_quadrants(events, straight)
    found = np.bincount(read_back(written.xml, events, tmp_path, "a"), minlength=4)
    assert found.tolist() == [getattr(counts, population) for population in POPULATIONS]


@pytest.mark.parametrize("divider", [StraightDivider(5.0), OffsetDivider(3.0, 7.0, 5.0), OffsetDivider(7.0, -3.0, 0.0)])
def test_whole_numbers_on_a_divider_stay_positive(tmp_path: Path, divider: Divider) -> None:
    grid = np.arange(-9.0, 10.0)
    across, up = (axis.ravel() for axis in np.meshgrid(grid, grid))
    events = Events(np.column_stack([across, up]), CHANNELS)
    gate = CurvedQuadrantGate("FITC-A", divider, "PE-A", divider)
    written = curved_gating_ml({"a": (gate, None)}, {"a": [events]})
    assert written.errors["a"].changed == 0
    assert np.array_equal(read_back(written.xml, events, tmp_path, "a"), gate.classes(across, up))


def test_the_gap_of_a_chord_is_the_one_that_algebra_gives() -> None:
    """Between p and q the chord of a*sqrt lies at most a (sqrt q - sqrt p)^2 / (4 (sqrt q + sqrt p)) below it."""
    curve = CurvedDivider(500.0, 4.0)
    line = segments(curve, None, None, 1e-3)
    p, q = (np.sqrt(np.maximum(line.other[i:], 0.0)) for i in (0, 1))
    p = p[:-1]
    inside = (q > 0) & (q < 1e3)  # up to 1e6 units
    gaps = 4.0 * (q[inside] - p[inside]) ** 2 / (4.0 * (q[inside] + p[inside]))
    dense = np.linspace(0.0, float(line.other[1:][inside].max()), 400_000)
    assert line.gap_units(dense) == pytest.approx(gaps.max(), rel=1e-3)
    assert (gaps / (500.0 + 4.0 * p[inside])).max() <= 1.05e-3
    assert len(segments(curve, None, None, 1e-4).other) > 2 * len(line.other)


@settings(max_examples=30, deadline=None)
@given(
    level=st.floats(-1e5, 1e5),
    spread=st.floats(0.0, 500.0),
    scale=st.sampled_from(SCALES),
    along=st.sampled_from(SCALES),
)
def test_any_curve_is_followed_within_the_tolerance(
    level: float, spread: float, scale: Transformation | None, along: Transformation | None
) -> None:
    line = segments(CurvedDivider(level, spread), scale, along, 1e-3)
    assert line.gap() <= 1e-3 * (1 + 1e-9)
    assert (np.diff(line.other) >= 0).all()
    ends = off_scale(along, line.other[[0, -1]])
    assert ends == pytest.approx([-REACH, REACH], rel=1e-6)


@pytest.mark.parametrize("scale", SCALES[1:])
def test_scales_go_there_and_back(scale: Transformation) -> None:
    values = np.array([-REACH, -500.0, 0.0, 3.0, 1e5, REACH])
    places = on_scale(scale, values)
    assert places[2:5].tolist() == [scale(value) for value in values[2:5]]
    assert off_scale(scale, places) == pytest.approx(values, rel=1e-8, abs=1e-8)


def test_each_tube_counts_for_itself_and_none_is_said(rng: np.random.Generator) -> None:
    coarse = {"a": (CURVED, SPILLOVER)}
    two = curved_gating_ml(
        coarse, {"a": [tube(rng), tube(rng, 200), Events(np.empty((0, 2)), CHANNELS)]}, tolerance=0.1
    )
    assert two.errors["a"].events == 20_212
    assert 0 < two.errors["a"].changed / 20_212 <= two.errors["a"].largest_share
    none = curved_gating_ml(coarse).errors["a"]
    assert np.isnan(none.largest_share)
    assert "no tube was given" in none.words


def test_what_polygons_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GatingError, match="at least one gate"):
        curved_gating_ml({})
    with pytest.raises(GatingError, match=r"b: expected tubes of a"):
        curved_gating_ml({"a": (CURVED, None)}, {"b": []})
    with pytest.raises(InvalidGate, match=r"a fraction from 1e-6 to 0\.1, got 0"):
        curved_gating_ml({"a": (CURVED, None)}, tolerance=0.0)
    for divider in (StraightDivider(2e12), CurvedDivider(0.0, 2e6), OffsetDivider(1.0, 2.0, -2e12)):
        with pytest.raises(InvalidGate, match=r"thresholds between -1e\+12 and 1e\+12"):
            curved_gating_ml({"a": (CurvedQuadrantGate("A", divider, "B", StraightDivider(1.0)), None)})
    far = Events(np.array([[1.0, 1e13], [np.nan, 1.0], [1.0, 1.0]]), CHANNELS, name="far.fcs")
    with pytest.raises(GatingError, match=r"far\.fcs.*got 2 events beyond them or without a number"):
        curved_gating_ml({"a": (CURVED, None)}, {"a": [far]})
    (tmp_path / "curved.xml").write_bytes(curved_gating_ml({"a": (CURVED, None)}).xml)
    with pytest.raises(GatingError, match="at least one quadrant gate"):
        read_gates(tmp_path / "curved.xml")  # no straight cross is made up for a curve
