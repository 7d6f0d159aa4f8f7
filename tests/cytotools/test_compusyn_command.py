"""`cytotools compusyn`: the certified digits of a published table, and what it says of a table that it can't use."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from cytotools.cli import main
from cytotools.compusyn_files import read_compusyn_file
from cytotools.compusyn_results import CompusynResults, compusyn_results

CHOU = Path(__file__).parents[2] / "sample_data" / "compusyn" / "chou1994.txt"
# m, Dm, r and the indices at 0.5, 0.75, 0.9 and 0.95 of the table, as two other programs compute them to 1e-9.
FITS = {
    "paclitaxel": (1.2478293510, 0.0021677721, 0.9901345622),
    "cisplatin": (1.4598995745, 0.3201556695, 0.9859953822),
    "topotecan": (1.8548568709, 0.0462134359, 0.9910310262),
}
TOGETHER = {
    "paclitaxel+cisplatin [1:100]": (1.5715966409, 0.1158611604, 0.9999516501),
    "cisplatin+topotecan [10:1]": (1.5878168916, 0.1158827795, 0.9894810082),
    "paclitaxel+topotecan [1:10]": (1.8908103242, 0.0182718492, 0.9989614947),
    "paclitaxel+cisplatin+topotecan [1:100:10]": (3.3633592645, 0.1289382201, 0.9840505031),
}
INDICES = {
    "paclitaxel+cisplatin [1:100]": (0.8874863418, 0.7810465559, 0.6901393446, 0.6359082393),
    "cisplatin+topotecan [10:1]": (0.557012007, 0.561532819, 0.569693135, 0.577421097),
    "paclitaxel+topotecan [1:10]": (1.1256960542, 0.9234155916, 0.7724749155, 0.6922219981),
    "paclitaxel+cisplatin+topotecan [1:100:10]": (1.1500341833, 0.7377061100, 0.4795882284, 0.3606751524),
}


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


Command = Callable[..., Done]


@pytest.fixture
def compusyn(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    def command(*words: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["cytotools", "compusyn", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            main()
        said = capsys.readouterr()
        return Done(int(stop.value.code or 0), said.out, said.err)

    return command


@pytest.fixture(scope="module")
def chou() -> CompusynResults:
    [table] = read_compusyn_file(CHOU)
    return compusyn_results(table)


def test_median_effects_have_the_certified_digits(chou: CompusynResults) -> None:
    found = chou.fits | {index.combination.label: index.fit for index in chou.indices}
    for name, certified in (FITS | TOGETHER).items():
        fit = found[name]
        np.testing.assert_allclose((fit.m, fit.dm, fit.r), certified, rtol=0, atol=1e-9)


def test_indices_have_the_certified_digits(chou: CompusynResults) -> None:
    for found in chou.indices:
        np.testing.assert_allclose(found.index, INDICES[found.combination.label], rtol=0, atol=1e-9)
        # Paclitaxel alone reaches 0.932.
        assert found.tested.tolist() == [True, True, True, "paclitaxel" not in found.combination.names]
    first = chou.indices[0]
    non_exclusive = (1.0770950057, 0.9309665755, 0.8086782965, 0.7369468572)
    np.testing.assert_allclose(first.index_nonexclusive, non_exclusive, rtol=0, atol=1e-9)
    reduction = [
        (1.889718546, 2.265520309, 2.716056462, 3.072658489),
        (2.790902706, 2.944234586, 3.105990502, 3.221056256),
    ]
    np.testing.assert_allclose(first.dose_reduction, reduction, rtol=0, atol=1e-8)


def test_the_command_prints_them_and_says_that_it_is_one_experiment(compusyn: Command) -> None:
    done = compusyn(CHOU)
    assert done.returncode == 0
    for words in (
        "Experiment: 833K",
        "1.2478",
        "0.002168",
        "cisplatin+topotecan [1:100:10]",
        "0.8875",
        "0.6901",
        "0.95 *",
        "1.8897",
        "descriptive and not resolved",
    ):
        assert words in done.stdout


def test_the_folder_holds_every_digit_and_is_replaced_by_the_next_run(compusyn: Command, tmp_path: Path) -> None:
    for _ in range(2):
        assert compusyn(CHOU, "-o", tmp_path / "out").returncode == 0
    found = pd.read_csv(tmp_path / "out" / "combination.csv").fillna({"agent": ""})
    assert set(found["verdict"]) == {"not resolved"}
    row = found.query("combination == 'paclitaxel+cisplatin [1:100]' and exclusive == True and affected == 0.9")
    assert row["value"].tolist() == pytest.approx([0.6901393446], abs=1e-9)
    assert len(pd.read_csv(tmp_path / "out" / "median_effect.csv")) == 7
    (tmp_path / "out" / "mine.txt").write_text("mine")
    assert compusyn(CHOU, "-o", tmp_path / "out").returncode == 2


def test_doses_in_unlike_units_are_not_added(compusyn: Command, tmp_path: Path) -> None:
    table = tmp_path / "units.txt"
    table.write_text(
        "Drug: A [uM]\n1 0.2\n2 0.5\n4 0.8\nDrug: B [nM]\n10 0.2\n20 0.5\n40 0.8\n"
        "Combo: A+B [1:10]\n0.5+ 0.2\n1+ 0.5\n2+ 0.8\n"
    )
    done = compusyn(table, "-o", tmp_path / "out")
    assert "1 uM + 10 nM" in done.stdout
    together = pd.read_csv(tmp_path / "out" / "median_effect.csv").iloc[-1]
    assert (together["dose_unit"], round(together["dm"], 9)) == ("uM", 1.0)


def test_percent_and_missing_files_end_in_a_message(compusyn: Command, tmp_path: Path) -> None:
    table = tmp_path / "percent.txt"
    table.write_text("Drug: A\n1 20\n2 40\n")
    done = compusyn(table)
    assert (done.returncode, done.stdout) == (2, "")
    assert "percent.txt:2: the effect of A: expected a fraction, 0 to 1, got percent, up to 40" in done.stderr
    assert compusyn(tmp_path / "none.txt").returncode == 2


def test_effects_beyond_one_are_refused_until_a_policy_is_named(compusyn: Command, tmp_path: Path) -> None:
    table = tmp_path / "beyond.txt"
    table.write_text("Drug: A\n1 0.2\n2 0.4\n4 0.7\n8 1.02\n")
    refused = compusyn(table)
    assert refused.returncode == 2
    assert "beyond.txt, A" in refused.stderr
    for policy in ("leave-out", "0.01"):
        done = compusyn(table, "--beyond", policy)
        assert (done.returncode, "1 effect" in done.stdout) == (0, True)
    assert "refuse, leave-out or a number" in compusyn(table, "--beyond", "drop").stderr
