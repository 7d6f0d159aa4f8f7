"""The certified regressions of NIST: the digits that are promised, and what the command prints."""

from __future__ import annotations

import pandas as pd
import pytest
from typer.testing import CliRunner

import cytotools.doses.selftest as home
from cytotools.cli import app
from cytotools.doses.certified.sets import certified_sets
from cytotools.doses.selftest import right_digits, selftest


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return selftest()


def test_all_27_sets_have_8_digits_from_either_start(table: pd.DataFrame) -> None:
    assert len(table) == 54
    assert table["converged"].all()
    assert table["parameter_digits"].min() >= 10.0
    others = table[table["set"] != "Lanczos1"]
    assert others[["sd_digits", "rss_digits"]].min().min() >= 9.0
    assert table["passed"].all()


def test_the_models_give_the_certified_sums_of_squares() -> None:
    for one in certified_sets():
        rss = float(((one.model(one.x, *one.parameters) - one.y) ** 2).sum())
        # Of Lanczos1 the parameters would have to be known to more digits than are printed.
        assert one.name == "Lanczos1" or right_digits(rss, one.rss) >= 5.0, one.name


def test_the_command_prints_the_table(table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "selftest", lambda: table)
    done = CliRunner().invoke(app, ["selftest"])
    assert done.exit_code == 0
    assert "Rat43     higher       1" in done.output
    assert done.output.splitlines()[-1].startswith("27 of 27 fits from start 2")


def test_a_fit_with_too_few_digits_ends_the_command_with_an_error(
    table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "selftest", lambda: table.assign(passed=table["set"] != "BoxBOD"))
    done = CliRunner().invoke(app, ["selftest"])
    assert done.exit_code == 1
    assert "too few" in done.output
    assert "26 of 27 fits from start 1" in done.output
