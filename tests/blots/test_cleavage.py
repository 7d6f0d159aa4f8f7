"""Cleaved fractions: by hand, whatever the spelling, with bounds where a form is below detection."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from scipy import stats
from scipy.special import expit, logit

from blots.cleavage import cleavage_table, replicate_fractions
from blots.errors import InvalidTimeCourse
from blots.plots.cleavage import draw_cleavage

mpl.use("Agg")


def band(membrane: str, lane: int, target: str, volume: float, **other: Any) -> dict[str, Any]:
    limits = {"low": volume * 0.9, "high": volume * 1.1, "detection_limit": 10.0, "below_detection": volume < 10}
    return {"membrane": membrane, "lane": lane, "image": membrane, "target": target, "volume": volume} | limits | other


def both(membrane: str, lane: int, fraction: float, total: float = 1000.0, **other: Any) -> list[dict[str, Any]]:
    """Return the two bands of a lane of which this fraction is cleaved."""
    forms = (("PARP", 1 - fraction), ("cleaved PARP", fraction))
    return [band(membrane, lane, name, total * share, **other) for name, share in forms]


def sheet(n: int = 3, hours: tuple[float, ...] = (0.0, 24.0)) -> pd.DataFrame:
    rows = [
        {"membrane": str(k), "lane": i + 1, "hours": h, "replicate": k, "role": "treated" if h else "untreated"}
        | {"cell_line": "A", "compound": "TRAIL" if h else ""}
        for k in range(1, n + 1)
        for i, h in enumerate(hours)
    ]
    return pd.DataFrame(rows)


def study(late: tuple[float, ...], start: float = 0.1, totals: tuple[float, ...] = (1000.0,) * 9) -> pd.DataFrame:
    rows = [
        both(str(k), 1, start) + both(str(k), 2, x, total)
        for k, (x, total) in enumerate(zip(late, totals, strict=False), 1)
    ]
    return pd.DataFrame([row for lanes in rows for row in lanes])


def at(table: pd.DataFrame, hours: float) -> pd.Series:
    rows = table[table["hours"] == hours]
    assert len(rows) == 1
    return rows.iloc[0]


def test_the_fraction_is_the_mean_logit_with_its_t_interval_whatever_the_load() -> None:
    late = (0.4, 0.55, 0.7)
    found = at(cleavage_table(study(late, totals=(1000.0, 300.0, 5000.0)), sheet()), 24)
    mean, error = logit(late).mean(), stats.sem(logit(late))
    expected = expit([mean, *stats.t.interval(0.95, 2, mean, error)])
    assert found[["cleaved_fraction", "low", "high"]].tolist() == pytest.approx(expected.tolist())
    assert found[["target", "n", "caution"]].tolist() == ["PARP", 3, ""]


def test_zero_hours_stand_at_the_head_of_the_treatment() -> None:
    table = cleavage_table(study((0.4, 0.5, 0.6)), sheet())
    assert table[["compound", "hours"]].to_numpy().tolist() == [["TRAIL", 0.0], ["TRAIL", 24.0]]


@pytest.mark.parametrize(
    ("full", "cleaved"),
    [("PARP", "Cleaved-PARP"), ("Caspase 3", "cleaved caspase-3"), ("PARP", "PARP (cleaved)"),
     ("full-length PARP", "cleaved PARP"), ("pro-caspase-3", "CLEAVED_CASPASE-3")],
)  # fmt: skip
def test_forms_meet_whatever_the_spelling(full: str, cleaved: str) -> None:
    names = {"PARP": full, "cleaved PARP": cleaved}
    bands = study((0.4, 0.5, 0.6)).replace({"target": names})
    assert set(cleavage_table(bands, sheet())["target"]) == {full}


def test_other_names_make_no_pair() -> None:
    bands = study((0.4, 0.5, 0.6)).replace({"target": {"cleaved PARP": "c-IAP1"}})
    assert cleavage_table(bands, sheet()).empty
    alone = study((0.4, 0.5, 0.6)).replace({"target": {"PARP": "caspase-3"}})
    row = at(cleavage_table(alone, sheet()), 24)
    assert row["caution"] == "no_full_length: 1 has cleaved PARP alone; no_full_length: 2 has cleaved PARP alone; " \
        "no_full_length: 3 has cleaved PARP alone"  # fmt: skip
    assert np.isnan(row["cleaved_fraction"])
    assert row["n"] == 0


@pytest.mark.parametrize(
    ("fraction", "low", "high", "code"),
    [(0.001, 0.0, None, "cleaved_below_detection"), (0.999, None, 1.0, "full_below_detection")],
)
def test_a_form_below_detection_gives_a_bound(fraction: float, low: float, high: float, code: str) -> None:
    row = at(cleavage_table(study((fraction, 0.5, fraction)), sheet()), 24)
    assert np.isnan(row["cleaved_fraction"])
    assert row["low" if low is not None else "high"] == (low if low is not None else high)
    assert 0 < row["high" if low is not None else "low"] < 1
    assert row["caution"].startswith(code)


def test_a_bound_is_the_detection_limit_over_both() -> None:
    one = pd.DataFrame(both("1", 1, 0.1) + both("1", 2, 0.001, low=998.9, high=999.1))
    row = at(cleavage_table(one, sheet(1)), 24)
    assert row["high"] == pytest.approx(10 / (10 + 999), rel=1e-3)


def test_neither_form_detected_is_refused() -> None:
    row = at(cleavage_table(study((0.5,) * 3, totals=(5.0,) * 3), sheet()), 24)
    assert row[["cleaved_fraction", "low", "high"]].isna().all()
    assert "no_form_detected: lane 2 of 1" in row["caution"]


def test_a_clipped_row_gives_no_fraction() -> None:
    bands = study((0.4, 0.5, 0.6))
    bands.loc[(bands["target"] == "PARP") & (bands["membrane"] == "1"), "high"] = np.inf
    assert at(cleavage_table(bands, sheet()), 24)["n"] == 2


def test_one_replicate_has_the_measurement_errors_of_both_bands() -> None:
    row = at(cleavage_table(study((0.5,)), sheet(1)), 24)
    assert logit(row["high"]) == pytest.approx(np.hypot(*[np.log(1.1 / 0.9) / 2] * 2))
    assert row["caution"] == "measurement_error_only: one replicate"


def test_forms_on_unlike_images_are_told_and_one_image_of_both_is_preferred() -> None:
    bands = study((0.4, 0.5, 0.6))
    apart = bands.assign(image=bands["target"])
    assert "unlike_images: cleaved PARP and PARP" in at(cleavage_table(apart, sheet()), 24)["caution"]
    dim = bands[bands["target"] == "PARP"].assign(image="other", volume=lambda t: t["volume"] / 9)
    table = cleavage_table(pd.concat([dim, bands]), sheet())
    assert table["cleaved_fraction"].tolist() == cleavage_table(bands, sheet())["cleaved_fraction"].tolist()


def test_bands_without_the_needed_columns_are_refused() -> None:
    with pytest.raises(InvalidTimeCourse, match="none called detection_limit"):
        cleavage_table(study((0.5,)).drop(columns="detection_limit"), sheet())


def test_the_drawing_shows_every_replicate_and_the_bound() -> None:
    bands = study((0.4, 0.5, 0.6), start=0.001)
    table, points = (f(bands, sheet()).assign(series="A") for f in (cleavage_table, replicate_fractions))
    ax = Figure().subplots()
    draw_cleavage(ax, table, points)
    markers = [line.get_marker() for line in ax.lines if len(np.atleast_1d(line.get_xdata()))]
    assert markers.count("v") == 4  # three replicates and the bound
    assert len(points) == 6
