from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gating import Channel, Events, GatingError, QuadrantGate, Spillover, count_quadrants, read_fcs, write_fcs
from gating.exchange.event_masks import event_masks
from gating.exchange.flowjo import QUADRANTS, flowjo_workspace
from gating.exchange.read_gates import find_gates, read_gates
from gating.exchange.workspace_sample import WorkspaceSample
from gating.simulate import Tube, simulate_tube

CHANNELS = [Channel("FITC-A"), Channel("PE-A")]
FRACTIONS = {"live": 0.5, "early_apoptotic": 0.2, "late_apoptotic": 0.2, "necrotic": 0.1}
THRESHOLD = st.floats(-1e6, 1e6, allow_subnormal=False)


def in_order(events: Events, gate: QuadrantGate) -> list[int]:
    counts = count_quadrants(events, gate)
    return [getattr(counts, population) for population in QUADRANTS]


def write(path: Path, *samples: WorkspaceSample) -> Path:
    path.write_bytes(flowjo_workspace(samples))
    return path


def test_flowkit_finds_the_files_and_the_same_four_counts(tmp_path: Path, rng: np.random.Generator) -> None:
    import flowkit

    (tmp_path / "flow").mkdir()
    (tmp_path / "results").mkdir()
    samples, truth = [], {}
    for k, name in enumerate(["a.fcs", "b c%.fcs", "é.fcs"]):
        drawn = simulate_tube(Tube(FRACTIONS), rng).events
        path = write_fcs(tmp_path / "flow" / name, drawn.values, drawn.channels, spillover=drawn.spillover)
        events = read_fcs(path)
        gate = QuadrantGate("FITC-A", 1_400.0 + 100.0 * k, "PE-A", 1_700.0)
        truth[name] = in_order(events, gate)
        samples.append(WorkspaceSample.of(f"../flow/{name}", events, gate, events.spillover))
    path = write(tmp_path / "results" / "gates.wsp", *samples)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # FlowKit leaves its files open
        workspace = flowkit.Workspace(str(path), find_fcs_files_from_wsp=True)
        workspace.analyze_samples(use_mp=False)
    report = workspace.get_analysis_report()
    assert {name: list(rows["count"]) for name, rows in report.groupby("sample_id")} == truth
    assert {name: found.gate for name, found in find_gates(path).items()} == {
        s.file.removeprefix("../flow/"): s.gate for s in samples
    }


@settings(max_examples=25, deadline=None)
@given(annexin=THRESHOLD, dye=THRESHOLD, spill=st.floats(0.0, 0.5), size=st.sampled_from(["1000", "10000", "262144"]))
def test_any_gate_counts_the_same_through_flowkit_and_comes_back(
    tmp_path_factory: pytest.TempPathFactory, annexin: float, dye: float, spill: float, size: str
) -> None:
    rng = np.random.default_rng(5)
    spillover = Spillover(np.array([[1.0, spill], [0.01, 1.0]]), ["FITC-A", "PE-A"])
    values = rng.normal((annexin, dye), 1e5, (500, 2)) @ spillover.matrix
    events = Events(values, CHANNELS, {"$P1R": size, "$P2R": size}, name="a.fcs", spillover=spillover)
    gate = QuadrantGate("FITC-A", annexin, "PE-A", dye)
    path = tmp_path_factory.mktemp("wsp") / "gates.wsp"
    write(path, WorkspaceSample.of("a.fcs", events, gate, spillover))
    assert [int(mask.sum()) for mask in event_masks(path, events).values()] == in_order(events, gate)
    found = find_gates(path)["a.fcs"]
    assert found.gate == gate
    assert isinstance(found.compensation, Spillover)
    assert found.compensation.as_keyword() == spillover.as_keyword()


@settings(max_examples=25, deadline=None)
@given(annexin=THRESHOLD, dye=THRESHOLD)
def test_an_event_on_a_threshold_is_positive_and_its_neighbour_below_is_not(
    tmp_path_factory: pytest.TempPathFactory, annexin: float, dye: float
) -> None:
    steps = [np.array([min(np.nextafter(t, -np.inf), t - 1e-300), t, np.nextafter(t, np.inf)]) for t in (annexin, dye)]
    across, up = np.meshgrid(*steps)
    keywords = {"$P1R": "10000", "$P2R": "262144"}
    events = Events(np.column_stack([across.ravel(), up.ravel()]), CHANNELS, keywords, name="a.fcs")
    path = tmp_path_factory.mktemp("edge") / "gates.wsp"
    write(path, WorkspaceSample.of("a.fcs", events, QuadrantGate("FITC-A", annexin, "PE-A", dye), None))
    assert [int(mask.sum()) for mask in event_masks(path, events).values()] == [2, 4, 2, 1]


def test_no_host_path_and_no_person_is_written_and_bytes_repeat() -> None:
    keywords = {"$OP": "Jane Doe", "$FIL": "/home/jane/a.fcs", "FILE PATH": "C:\\jane", "$TOT": "3", "$P1N": "FITC-A"}
    gate = QuadrantGate("FITC-A", 1.0, "PE-A", 2.0)
    samples = [
        WorkspaceSample("/home/jane/a.fcs", CHANNELS, keywords, 3, gate),
        WorkspaceSample("C:\\jane\\b.fcs", CHANNELS, {"$CYT": "a\x00b"}, 3, gate),
    ]
    xml = flowjo_workspace(samples).decode()
    assert "jane" not in xml.lower()
    assert 'uri="a.fcs"' in xml
    assert 'uri="b.fcs"' in xml
    assert '<Keyword name="$TOT" value="3" />' in xml
    assert "$CYT" not in xml
    assert xml.encode() == flowjo_workspace(samples)


def test_a_slash_in_a_channel_and_names_that_begin_like_compensated_ones(tmp_path: Path) -> None:
    names = ["V/450", "Comp-X", "PE-A"]
    spillover = Spillover(np.array([[1.0, 0.1], [0.0, 1.0]]), ["V/450", "PE-A"])
    values = np.random.default_rng(2).normal(0.0, 10.0, (400, 3))
    events = Events(values, [Channel(n) for n in names], name="a.fcs", spillover=spillover)
    for annexin in ("V/450", "Comp-X"):
        gate = QuadrantGate(annexin, 1.5, "PE-A", -2.5)
        path = write(tmp_path / "gates.wsp", WorkspaceSample.of("a.fcs", events, gate, spillover))
        assert [int(mask.sum()) for mask in event_masks(path, events).values()] == in_order(events, gate)
        assert read_gates(path)["a.fcs"].annexin == annexin.replace("/", "_")


def test_files_of_one_name_keep_their_folders(tmp_path: Path) -> None:
    gates = [QuadrantGate("FITC-A", float(k), "PE-A", 2.0) for k in (1, 2)]
    samples = [WorkspaceSample(f"../rep{k}/A1.fcs", CHANNELS, {}, 3, gate) for k, gate in enumerate(gates, start=1)]
    path = write(tmp_path / "gates.wsp", *samples)
    assert read_gates(path) == dict(zip(["rep1/A1.fcs", "rep2/A1.fcs"], gates, strict=True))


def test_what_a_workspace_cannot_hold_is_refused() -> None:
    gate = QuadrantGate("FITC-A", 1.0, "PE-A", 2.0)
    good = WorkspaceSample("a.fcs", CHANNELS, {}, 3, gate)
    with pytest.raises(GatingError, match="at least one sample"):
        flowjo_workspace([])
    with pytest.raises(GatingError, match=r"each file once, got a\.fcs twice"):
        flowjo_workspace([good, good])
    with pytest.raises(GatingError, match="a channel 'PE-A', got FITC-A"):
        flowjo_workspace([WorkspaceSample("a.fcs", CHANNELS[:1], {}, 3, gate)])
    with pytest.raises(GatingError, match="differ without their slashes"):
        flowjo_workspace([WorkspaceSample("a.fcs", [*CHANNELS, Channel("A/B"), Channel("A_B")], {}, 3, gate)])


def test_a_gate_below_others_and_two_gates_keep_their_paths(tmp_path: Path) -> None:
    gate = QuadrantGate("FITC-A", 1.0, "PE-A", 2.0)
    xml = flowjo_workspace([WorkspaceSample("a.fcs", CHANNELS, {}, 3, gate)]).decode()
    head, rest = xml.split("<Subpopulations>", 1)
    body, tail = rest.rsplit("</Subpopulations>", 1)
    box = body.split("<Gate", 1)[1].split("</Gate>", 1)[0].replace('gating:max="1.0"', 'gating:max="9.0"')
    cells = f'<Population name="Cells" annotation="" owningGroup="" count="-1"><Gate{box}</Gate>'
    nested = f"{head}<Subpopulations>{cells}<Subpopulations>{body}</Subpopulations></Population>"
    path = tmp_path / "gates.wsp"
    path.write_text(nested + f"</Subpopulations>{tail}", encoding="utf-8")
    found = find_gates(path)
    assert found["a.fcs"].parents == ("Cells",)
    second = body.replace('"1.0"', '"7.0"')
    path.write_text(nested + second + f"</Subpopulations>{tail}", encoding="utf-8")
    assert {name: g.gate.annexin_threshold for name, g in find_gates(path).items()} == {
        "a.fcs/FITC-A by PE-A": 7.0,
        "a.fcs/Cells/FITC-A by PE-A": 1.0,
    }


@pytest.mark.parametrize("change", [("gating:max", "gating:min"), ('eventsInside="1"', 'eventsInside="0"')])
def test_four_rectangles_that_are_no_cross_are_no_quadrant_gate(tmp_path: Path, change: tuple[str, str]) -> None:
    gate = QuadrantGate("FITC-A", 1.0, "PE-A", 2.0)
    xml = flowjo_workspace([WorkspaceSample("a.fcs", CHANNELS, {}, 3, gate)]).decode()
    path = tmp_path / "gates.wsp"
    path.write_text(xml.replace(*change, 1), encoding="utf-8")
    with pytest.raises(GatingError, match="at least one quadrant gate"):
        read_gates(path)


def test_a_number_that_is_none_is_refused(tmp_path: Path) -> None:
    gate = QuadrantGate("FITC-A", 1.0, "PE-A", 2.0)
    xml = flowjo_workspace([WorkspaceSample("a.fcs", CHANNELS, {}, 3, gate)]).decode()
    path = tmp_path / "gates.wsp"
    for bad in ("nan", "inf", "1,5", ""):
        path.write_text(xml.replace('gating:max="1.0"', f'gating:max="{bad}"'), encoding="utf-8")
        with pytest.raises(GatingError, match="numbers in gates and matrices"):
            read_gates(path)


def test_masks_say_which_sample_they_need(tmp_path: Path) -> None:
    gate = QuadrantGate("FITC-A", 1.0, "PE-A", 2.0)
    samples = [WorkspaceSample(name, CHANNELS, {}, 3, gate) for name in ("a.fcs", "b.fcs")]
    path = write(tmp_path / "gates.wsp", *samples)
    events = Events(np.array([[1.0, 2.0]]), CHANNELS, name="c.fcs")
    with pytest.raises(GatingError, match=r"a sample 'c\.fcs', got a\.fcs, b\.fcs"):
        event_masks(path, events)
    assert event_masks(path, events, "b.fcs")["Q2: late_apoptotic"].tolist() == [True]
    with pytest.raises(GatingError, match="not compensated yet"):
        event_masks(path, Events(events.values, CHANNELS, compensated=True))
    with pytest.raises(GatingError, match="gates that fit the channels"):
        event_masks(path, Events(events.values, [Channel("X"), Channel("Y")], name="a.fcs"))
