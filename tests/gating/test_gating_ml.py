from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gating import Channel, Events, GatingError, QuadrantGate, Spillover, count_quadrants, read_fcs, write_fcs
from gating.errors import InvalidGate
from gating.exchange.event_masks import event_masks
from gating.exchange.gating_ml import gating_ml, identifiers
from gating.exchange.read_gates import find_gates, read_gates
from gating.exchange.transformations import FAsinh, Logicle
from gating.quadrants import POPULATIONS
from gating.simulate import Tube, simulate_tube

CHANNELS = [Channel("FITC-A"), Channel("PE-A")]
THRESHOLD = st.floats(-1e6, 1e6, allow_subnormal=False)
SPILL = st.floats(0.0, 0.4)


def valid(xml: bytes) -> bool:
    from flowkit._resources import gml_schema  # the schema of ISAC, as FlowKit ships it

    etree = pytest.importorskip("lxml.etree", reason="lxml comes with FlowKit")
    return bool(gml_schema.validate(etree.parse(io.BytesIO(xml))))


def masked(xml: bytes, events: Events, folder: Path, name: str = "all") -> tuple[int, ...]:
    """Count by FlowKit."""
    path = folder / "gates.xml"
    path.write_bytes(xml)
    masks = event_masks(path, events)
    return tuple(int(masks[f"{name}.{population}"].sum()) for population in POPULATIONS)


def counted(events: Events, gate: QuadrantGate) -> tuple[int, ...]:
    ours = count_quadrants(events, gate)
    return tuple(getattr(ours, population) for population in POPULATIONS)


def test_flowkit_reads_the_gate_back_with_the_same_counts(tmp_path: Path, rng: np.random.Generator) -> None:
    import flowkit

    fractions = {"live": 0.5, "early_apoptotic": 0.2, "late_apoptotic": 0.25, "necrotic": 0.05}
    drawn = simulate_tube(Tube(fractions), rng).events
    path = write_fcs(tmp_path / "a.fcs", drawn.values, drawn.channels, spillover=drawn.spillover)
    gate = QuadrantGate(annexin="FITC-A", annexin_threshold=1_500.0, dye="PE-A", dye_threshold=1_700.0)
    xml = gating_ml({"ECA109, batch 1": (gate, drawn.spillover), "bare": (gate, None)})
    (tmp_path / "gates.xml").write_bytes(xml)
    strategy = flowkit.parse_gating_xml(str(tmp_path / "gates.xml"))
    report = strategy.gate_sample(flowkit.Sample(str(path))).report.set_index("gate_name")["count"]
    assert tuple(report[f"ECA109_batch_1.{p}"] for p in POPULATIONS) == counted(read_fcs(path), gate)


@settings(max_examples=25, deadline=None)
@given(annexin=THRESHOLD, dye=THRESHOLD, spill=st.tuples(SPILL, SPILL), seed=st.integers(0, 2**32 - 1))
def test_any_gate_and_matrix_give_the_same_counts_through_flowkit(
    tmp_path_factory: pytest.TempPathFactory, annexin: float, dye: float, spill: tuple[float, float], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    spillover = Spillover(np.array([[1.0, spill[0]], [spill[1], 1.0]]), ["FITC-A", "PE-A"])
    values = rng.normal((annexin, dye), 1e5, (500, 2)) @ spillover.matrix
    events = Events(values, CHANNELS, spillover=spillover)
    gate = QuadrantGate("FITC-A", annexin, "PE-A", dye)
    xml = gating_ml({"all": (gate, spillover)})
    assert valid(xml)
    assert xml == gating_ml({"all": (gate, spillover)})
    folder = tmp_path_factory.mktemp("xml")
    assert masked(xml, events, folder) == counted(events, gate)
    assert read_gates(folder / "gates.xml") == {"all": gate}


@settings(max_examples=25, deadline=None)
@given(annexin=THRESHOLD, dye=THRESHOLD)
def test_an_event_on_a_threshold_is_positive_and_its_neighbour_below_is_not(
    tmp_path_factory: pytest.TempPathFactory, annexin: float, dye: float
) -> None:
    steps = [np.array([np.nextafter(t, -np.inf), t, np.nextafter(t, np.inf)]) for t in (annexin, dye)]
    across, up = np.meshgrid(*steps)
    events = Events(np.column_stack([across.ravel(), up.ravel()]), CHANNELS)
    gate = QuadrantGate("FITC-A", annexin, "PE-A", dye)
    folder = tmp_path_factory.mktemp("edge")
    assert masked(gating_ml({"all": (gate, None)}), events, folder) == (1, 2, 4, 2) == counted(events, gate)
    assert read_gates(folder / "gates.xml") == {"all": gate}


@pytest.mark.parametrize("scale", [FAsinh(), FAsinh(1e4, 4.0, 1.0), Logicle(), Logicle(4_194_304.0, 1.0, 5.5, 0.5)])
def test_a_display_scale_moves_no_event(tmp_path: Path, rng: np.random.Generator, scale: FAsinh | Logicle) -> None:
    events = Events(rng.normal(500.0, 800.0, (4_000, 2)), CHANNELS)
    gate = QuadrantGate("FITC-A", 432.1, "PE-A", -12.3)
    xml = gating_ml({"all": (gate, None)}, {"FITC-A": scale, "PE-A": scale, "APC-A": scale})
    assert valid(xml)
    assert masked(xml, events, tmp_path) == counted(events, gate)
    back = read_gates(tmp_path / "gates.xml")["all"]
    assert counted(events, back) == counted(events, gate)
    assert back.annexin_threshold == pytest.approx(432.1, rel=1e-9)
    assert back.dye_threshold == pytest.approx(-12.3, rel=1e-9)


def test_each_matrix_stands_once_and_comes_back(tmp_path: Path) -> None:
    gate = QuadrantGate("FITC-A", 1.0, "PE-A", 2.0)
    one = Spillover(np.array([[1.0, 0.1, 0.0], [0.0, 1.0, 0.3], [0.2, 0.0, 1.0]]), ["FITC-A", "PE-A", "APC-A"])
    two = Spillover(np.array([[1.0, 0.5], [0.0, 1.0]]), ["FITC-A", "APC-A"])
    xml = gating_ml({"a": (gate, one), "b": (gate, one), "spillover_1": (gate, two), "c": (gate, None)})
    assert valid(xml)
    assert xml.count(b"<transforms:spectrumMatrix") == 2
    (tmp_path / "gates.xml").write_bytes(xml)
    found = find_gates(tmp_path / "gates.xml")
    assert [f.compensation and f.compensation.as_keyword() for f in found.values()] == [  # type: ignore[union-attr]
        one.as_keyword(),
        one.as_keyword(),
        two.as_keyword(),
        None,
    ]


NAMES = st.lists(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8),
    min_size=1,
    max_size=6,
    unique=True,
)


@settings(max_examples=40, deadline=None)
@given(names=NAMES)
def test_any_names_make_a_valid_document_and_come_back(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    gates = {name: (QuadrantGate("A/b,<&\"'", float(k), "PE-A", -float(k)), None) for k, name in enumerate(names)}
    try:
        xml = gating_ml(gates)
    except GatingError as error:
        assert "signs that XML can carry" in str(error)  # noqa: PT017
        return
    path = tmp_path_factory.mktemp("names") / "gates.xml"
    path.write_bytes(xml)
    assert valid(xml)
    found = read_gates(path)
    assert sorted(found.values(), key=lambda g: g.annexin_threshold) == [gate for gate, _ in gates.values()]
    assert all(found[name] == gate for name, (gate, _) in gates.items() if name)


def test_labels_never_meet_those_of_other_gates() -> None:
    assert identifiers(["a", "a.live", "root", "FCS", "uncompensated"]) == [
        "a",
        "a.live_2",
        "root_2",
        "FCS_2",
        "uncompensated_2",
    ]


def test_what_gating_ml_cannot_hold_is_refused() -> None:
    gate = QuadrantGate("FITC-A", 1.0, "PE-A", 2.0)
    with pytest.raises(GatingError, match="at least one gate"):
        gating_ml({})
    with pytest.raises(GatingError, match="two channels or more"):
        gating_ml({"a": (gate, Spillover(np.array([[2.0]]), ["FITC-A"]))})
    assert b"spectrumMatrix" not in gating_ml({"a": (gate, Spillover(np.array([[1.0]]), ["FITC-A"]))})
    with pytest.raises(GatingError, match="signs that XML can carry"):
        gating_ml({"a": (QuadrantGate("FITC\x00A", 1.0, "PE-A", 2.0), None)})
    with pytest.raises(InvalidGate, match="width up to half the decades"):
        Logicle(width=3.0)
    with pytest.raises(InvalidGate, match="top and decades above 0"):
        FAsinh(top=-1.0)


def test_writing_imports_no_flowkit() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from gating import QuadrantGate; from gating.exchange.gating_ml import gating_ml;"
        "from gating.exchange.flowjo import flowjo_workspace; import gating.exchange.read_gates;"
        "gating_ml({'a': (QuadrantGate('A', 1.0, 'B', 2.0), None)});"
        "print([m for m in ('flowkit', 'lxml', 'bokeh', 'scipy.stats', 'flowutils') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
