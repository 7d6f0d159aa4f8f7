"""Whole plates against the simulator's labels, and what happens when something is missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gating import GatingError, Plate, QuadrantGate, gate_plate, read_fcs, write_fcs
from gating.plate import QUADRANT_COLUMNS
from gating.simulate import Cytometer, SimulatedTube, Tube, simulate_tube

CONTROLS = {"unstained": (False, False, 0.1), "annexin_only": (True, False, 0.12), "dye_only": (False, True, 0.12)}


def mixture(apoptosis: float) -> dict[str, float]:
    return {
        "live": 0.98 - apoptosis,
        "early_apoptotic": 0.5 * apoptosis,
        "late_apoptotic": 0.5 * apoptosis,
        "necrotic": 0.02,
    }


def write_plate(
    folder: Path,
    rng: np.random.Generator,
    apoptosis: tuple[float, ...] = (0.08, 0.3, 0.7),
    controls: bool = True,
    spillover: bool = True,
    cytometer: Cytometer | None = None,
    heavy_tails: bool = False,
) -> tuple[pd.DataFrame, dict[str, SimulatedTube]]:
    tubes = {f"{role}.fcs": Tube(mixture(t), annexin_stained=a, dye_stained=d) for role, (a, d, t) in CONTROLS.items()}
    tubes = (tubes if controls else {}) | {
        f"{i}.fcs": Tube(mixture(t), heavy_tails=heavy_tails) for i, t in enumerate(apoptosis)
    }
    drawn = {file: simulate_tube(tube, rng, cytometer) for file, tube in tubes.items()}
    for file, tube in drawn.items():
        matrix = tube.events.spillover if spillover else None
        write_fcs(folder / file, tube.events.values, tube.events.channels, spillover=matrix)
    roles = [file[:-4] if file[:-4] in CONTROLS else "vehicle" if file == "0.fcs" else "treated" for file in drawn]
    return pd.DataFrame({"file": list(drawn), "role": roles}), drawn


def errors(plate: Plate, drawn: dict[str, SimulatedTube]) -> pd.DataFrame:
    """Return estimated less drawn fraction, percentage points: a row a sample, a column a population."""
    wide = plate.table[plate.table["role"].isin(["vehicle", "treated"])].pivot_table(
        index="file", columns="population", values="fraction"
    )
    truth = pd.DataFrame({file: drawn[file].fractions() for file in wide.index}).T
    return 100 * (wide - truth)


@pytest.mark.parametrize("heavy_tails", [False, True])
@pytest.mark.parametrize("spillover", [True, False])
def test_fractions_are_those_that_were_drawn(
    tmp_path: Path, rng: np.random.Generator, spillover: bool, heavy_tails: bool
) -> None:
    sheet, drawn = write_plate(tmp_path, rng, spillover=spillover, heavy_tails=heavy_tails)
    assert errors(gate_plate(sheet, tmp_path), drawn).abs().to_numpy().max() < 1.5


def test_an_all_negative_plate_is_not_split_in_its_mode(tmp_path: Path, rng: np.random.Generator) -> None:
    sheet, _ = write_plate(tmp_path, rng, apoptosis=(0.0, 0.0))
    table = gate_plate(sheet, tmp_path).table
    samples = table[table["role"].isin(["vehicle", "treated"]) & (table["population"] == "early_apoptotic")]
    assert samples["fraction"].max() < 0.02


def test_without_controls_it_is_answered_with_a_caution(tmp_path: Path, rng: np.random.Generator) -> None:
    sheet, drawn = write_plate(tmp_path, rng, controls=False)
    plate = gate_plate(sheet, tmp_path)
    assert errors(plate, drawn).abs().to_numpy().max() < 2.0
    assert plate.table["caution"].str.contains("no_controls: ").all()


def test_the_table_is_the_contract(tmp_path: Path, rng: np.random.Generator) -> None:
    sheet, _ = write_plate(tmp_path, rng)
    sheet = sheet.assign(cell_line="HeLa", hours=24.0)
    table = gate_plate(sheet, tmp_path).table
    assert tuple(table.columns[-len(QUADRANT_COLUMNS) :]) == QUADRANT_COLUMNS
    assert set(table["cell_line"]) == {"HeLa"}
    np.testing.assert_allclose(table.groupby("file")["fraction"].sum(), 1.0)
    np.testing.assert_array_equal(table.groupby("file")["events"].sum(), table.groupby("file")["parent_events"].first())
    assert (table["low"] <= table["fraction"]).all()
    assert (table["fraction"] <= table["high"]).all()


def test_a_column_that_bears_one_of_our_names_is_kept_under_another(tmp_path: Path, rng: np.random.Generator) -> None:
    sheet, _ = write_plate(tmp_path, rng)
    table = gate_plate(sheet.assign(events="many"), tmp_path).table
    assert set(table["sheet_events"]) == {"many"}
    assert table["events"].dtype.kind == "i"


def test_batches_have_their_own_gates(tmp_path: Path, rng: np.random.Generator) -> None:
    sheets = []
    for batch, noise in (("mon", 30.0), ("tue", 600.0)):
        (tmp_path / batch).mkdir()
        sheet, _ = write_plate(tmp_path / batch, rng, cytometer=Cytometer(noise_sd=noise))
        sheets.append(sheet.assign(file=batch + "/" + sheet["file"], batch=batch))
    plate = gate_plate(pd.concat(sheets), tmp_path)
    by_batch = plate.thresholds.pivot_table(index="batch", columns="channel", values="threshold")
    assert (by_batch.loc["tue"] > 1.2 * by_batch.loc["mon"]).all()


def test_swapped_single_stains_leave_their_batch_out(tmp_path: Path, rng: np.random.Generator) -> None:
    sheets = []
    for batch in ("mon", "tue"):
        (tmp_path / batch).mkdir()
        sheet, _ = write_plate(tmp_path / batch, rng)
        sheets.append(sheet.assign(file=batch + "/" + sheet["file"], batch=batch))
    swapped = {"annexin_only": "dye_only", "dye_only": "annexin_only"}
    sheets[0]["role"] = sheets[0]["role"].replace(swapped)
    plate = gate_plate(pd.concat(sheets), tmp_path)
    assert {file.split("/")[0] for file in plate.refused} == {"mon"}
    assert {file.split("/")[0] for file in plate.table["file"]} == {"tue"}
    with pytest.raises(GatingError, match="swapped"):
        gate_plate(sheets[0], tmp_path)


def test_a_bad_file_stops_no_other(tmp_path: Path, rng: np.random.Generator) -> None:
    sheet, _ = write_plate(tmp_path, rng)
    (tmp_path / "1.fcs").write_bytes(b"no cytometer wrote this")
    plate = gate_plate(sheet, tmp_path)
    assert list(plate.refused) == ["1.fcs"]
    assert set(plate.table["file"]) == set(sheet["file"]) - {"1.fcs"}


def test_a_cut_file_is_counted_with_a_caution_and_an_empty_one_refused(
    tmp_path: Path, rng: np.random.Generator
) -> None:
    sheet, _ = write_plate(tmp_path, rng)
    whole = (tmp_path / "1.fcs").read_bytes()
    (tmp_path / "1.fcs").write_bytes(whole[:100_000])
    (tmp_path / "2.fcs").write_bytes(whole[: int(read_fcs(tmp_path / "2.fcs").keywords["$BEGINDATA"]) + 10])
    plate = gate_plate(sheet, tmp_path)
    assert plate.table.loc[plate.table["file"] == "1.fcs", "caution"].str.contains("truncated: ").all()
    assert "2.fcs" in plate.refused


def test_a_mended_file_says_so(tmp_path: Path, rng: np.random.Generator) -> None:
    sheet, _ = write_plate(tmp_path, rng)
    path = tmp_path / "1.fcs"
    path.write_bytes(path.read_bytes().replace(b"$BYTEORD|1,2,3,4|", b"$BYTEORD|1      |", 1))
    table = gate_plate(sheet, tmp_path).table
    assert table.loc[table["file"] == "1.fcs", "caution"].str.contains("repaired: .*byte_order").all()
    assert not table.loc[table["file"] == "2.fcs", "caution"].str.contains("byte_order").any()


def test_gates_set_by_hand_count_every_event(tmp_path: Path, rng: np.random.Generator) -> None:
    sheet, _ = write_plate(tmp_path, rng)
    gate = QuadrantGate(annexin="FITC-A", annexin_threshold=1_500.0, dye="PE-A", dye_threshold=1_500.0)
    table = gate_plate(sheet, tmp_path, gates=gate).table
    assert (table["parent_events"] == table["file_events"]).all()
    assert table.groupby("file")["events"].sum().eq(8_000).all()


def test_the_same_numbers_every_time_and_on_two_processes(tmp_path: Path, rng: np.random.Generator) -> None:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    sheet, _ = write_plate(tmp_path, rng)
    once = gate_plate(sheet, tmp_path)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        again = gate_plate(sheet, tmp_path, map=pool.map)
    pd.testing.assert_frame_equal(once.table, again.table)


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        (pd.DataFrame({"file": ["a.fcs"]}), "columns file and role"),
        (pd.DataFrame({"file": [], "role": []}), "0 rows"),
        (pd.DataFrame({"file": ["a.fcs", "a.fcs"], "role": "treated"}), "a.fcs twice"),
        (pd.DataFrame({"file": ["a.fcs"], "role": "treated"}), "No such file"),
    ],
)
def test_a_sheet_that_can_not_be_used_is_refused(tmp_path: Path, sheet: pd.DataFrame, words: str) -> None:
    with pytest.raises(GatingError, match=words):
        gate_plate(sheet, tmp_path)


def test_debris_and_doublets_are_left_out_and_dying_cells_kept(tmp_path: Path, rng: np.random.Generator) -> None:
    sheet, drawn = write_plate(tmp_path, rng)
    parents = gate_plate(sheet, tmp_path).table.groupby("file")["parent_events"].first()
    for file, tube in drawn.items():
        assert parents[file] == pytest.approx(np.count_nonzero(tube.labels < 4), rel=0.01)
    assert read_fcs(tmp_path / "0.fcs").values.shape == (8_000, 6)
