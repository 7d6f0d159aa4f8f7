"""The figures of combinations hold odd content, and are the same bytes for the same content."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from cytotools.drawn_combinations import (
    DrawnAgent,
    DrawnCombinations,
    DrawnIndex,
    DrawnIsobole,
    DrawnMatrix,
    DrawnSchedules,
    DrawnScore,
)
from cytotools.figures.combinations import combination_figures
from cytotools.figures.combined_index import index_figure, index_words
from cytotools.figures.dose_matrices import matrix_figure, matrix_words
from cytotools.figures.drawing import write_drawing
from cytotools.figures.schedule_forest import schedule_figure
from cytotools.figures.style import Saved, styled

HOSTILE = '../<b>$x_"' + "y" * 80
NAN, INF = float("nan"), float("inf")


def drawn_index(*, n: int = 3, agents: tuple[str, ...] = ("cisplatin", "birinapant"), scale: float = 0.5) -> DrawnIndex:
    grid = np.linspace(0.1, 0.9, 9)
    limits = (0.8, 1.25) if n > 1 else (NAN, NAN)
    points = pd.DataFrame({"experiment": "1", "dose": [0.5, 1.0, 2.0, 4.0], "affected": [-0.1, 0.3, 0.7, 1.02]})
    curves = tuple(DrawnAgent(name, "uM", points, 1.3, 1.4, 1.1, 1.8, 0.99) for name in (*agents, "both"))
    part = (0.3, 0.25, 0.4)
    return DrawnIndex(
        name="A, 72 h",
        agents=agents,
        units=("uM",) * len(agents),
        ratio=":".join("1" * len(agents)),
        assay="viability",
        affected=grid,
        index=np.full(9, scale),
        low=np.full(9, scale * limits[0]),
        high=np.full(9, scale * limits[1]),
        experiments={str(k): np.full(9, scale * (1.0 + 0.02 * k)) for k in range(n)},
        points=pd.DataFrame({"experiment": ["1", "1"], "affected": [0.3, 0.7], "index": [scale, scale]}),
        levels=pd.DataFrame({"affected": [0.5], "value": scale, "low": NAN, "high": INF, "verdict": "synergy"}),
        headline="CI 0.5: synergy",
        curves=curves,
        isoboles=(DrawnIsobole(0.5, (part, part), "synergy"),) if len(agents) == 2 else (),
        margin=1.25,
        n=n,
    )


def drawn_matrix(cells: int = 4) -> DrawnMatrix:
    doses = np.concatenate([[0.0], np.geomspace(0.1, 10.0, cells - 1)])
    affected = np.add.outer(doses, doses) / 25.0
    verdicts = np.full(affected.shape, "not resolved", dtype="<U16")
    verdicts[1, 1], verdicts[0], verdicts[:, 0] = "synergy", "", ""
    excess = 0.1 * affected
    scores = tuple(
        DrawnScore(name, excess, excess - 0.1, excess + 0.1, verdicts, "mean excess 0.1: synergy")
        for name in ("bliss", "hsa", "loewe", "zip")
    )
    return DrawnMatrix("A, 72 h", ("x", "y"), ("uM", "nM"), "mtt", doses, doses, affected, scores, 3)


def drawn_schedules() -> DrawnSchedules:
    return DrawnSchedules(
        name="A, 72 h",
        quantity="relative IC50",
        unit="uM",
        is_ratio=True,
        neutral=NAN,
        rows=pd.DataFrame(
            {"schedule": ["pre 24 h", "co"], "value": [1.0, NAN], "low": [0.8, 3.0], "high": [1.3, INF], "n": [3, 3]}
        ),
        experiments=pd.DataFrame({"schedule": ["pre 24 h"] * 2, "experiment": ["1", "2"], "value": [0.9, 1.1]}),
        contrasts=pd.DataFrame(
            {"contrast": ["pre 24 h against co"], "estimate": NAN, "low": 0.0, "high": 0.4, "p_adjusted": NAN}
        ),
        answer="best: pre 24 h",
    )


def written(folder: Path, drawn: DrawnCombinations) -> list[Saved]:
    return [write_drawing(drawing, folder) for drawing in combination_figures(drawn)]


def without_content(one: DrawnIndex) -> DrawnIndex:
    nothing, rows = np.zeros(0), {"points": one.points.iloc[:0], "levels": one.levels.iloc[:0]}
    bare = replace(one, affected=nothing, index=nothing, low=nothing, high=nothing, experiments={}, isoboles=())
    return replace(bare, points=rows["points"], levels=rows["levels"])


HOLED = replace(drawn_matrix(), affected=np.where(np.eye(4, dtype=bool), drawn_matrix().affected, NAN))
ODD = {
    "one experiment": DrawnCombinations((drawn_index(n=1),)),
    "three agents": DrawnCombinations((drawn_index(agents=("a", "b", "c")),)),
    "far apart": DrawnCombinations((drawn_index(scale=0.01), drawn_index(scale=50.0))),
    "nothing in it": DrawnCombinations((without_content(drawn_index()),)),
    "hostile names": DrawnCombinations((replace(drawn_index(agents=(HOSTILE, "b")), name=HOSTILE),)),
    "one cell": DrawnCombinations((), (drawn_matrix(2),)),
    "holes": DrawnCombinations((), (HOLED,)),
    "many cells": DrawnCombinations((), (drawn_matrix(10),)),
    "open schedules": DrawnCombinations((), (), (drawn_schedules(),)),
}


@pytest.mark.parametrize("case", ODD)
def test_odd_content_is_drawn(case: str, tmp_path: Path) -> None:
    saved = written(tmp_path, ODD[case])
    assert saved
    for one in saved:
        assert (tmp_path / f"{one.name}.svg").stat().st_size < 500_000
        assert (tmp_path / f"{one.name}.png").exists()
        assert one.title
        assert "nan" not in one.caption
    assert {path.parent for path in tmp_path.rglob("*.svg")} == {tmp_path}


def test_nothing_is_drawn_of_nothing(tmp_path: Path) -> None:
    assert not written(tmp_path, DrawnCombinations())
    bare = replace(drawn_schedules(), rows=drawn_schedules().rows.iloc[:0])
    assert not written(tmp_path, DrawnCombinations((), (), (bare,)))


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    drawn = DrawnCombinations((drawn_index(),), (drawn_matrix(),), (drawn_schedules(),))
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        written(tmp_path / name, drawn)
    files = sorted(path.name for path in (tmp_path / "one").glob("*.svg"))
    assert len(files) == 3
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes()


def test_an_open_limit_is_an_arrow_and_said_in_words() -> None:
    drawn = drawn_schedules()
    open_one = drawn.contrasts.assign(low=3.0, high=INF)
    with styled():
        figure = schedule_figure(replace(drawn, contrasts=open_one))
    arrows = [line for line in figure.axes[0].lines if line.get_marker() == ">"]
    assert len(arrows) == 1
    assert arrows[0].get_ydata() == [1]
    assert any("not known (3 or above)" in text.get_text() for text in figure.texts)


def test_numbers_of_a_colour_bar_are_those_of_its_ticks() -> None:
    with styled():
        figure = matrix_figure(drawn_matrix())
    bars = [ax for ax in figure.axes if ax.get_label() == "<colorbar>"]
    assert bars
    for bar in bars:
        ticks = bar.yaxis.get_ticklocs()
        assert ticks == pytest.approx([float(f"{tick:.2f}") for tick in ticks], abs=1e-9)


def axes_of(drawn: DrawnIndex) -> list[Axes]:
    with styled():
        return list(index_figure(drawn).axes)


@pytest.mark.parametrize("scale", [0.001, 0.01, 50.0, 900.0])
def test_an_index_far_from_1_lies_inside_its_axes(scale: float) -> None:
    far = (scale, scale / 2, scale * 2)
    fa_ci, _, isobologram = axes_of(
        replace(drawn_index(scale=scale), isoboles=(DrawnIsobole(0.5, (far, far), "not resolved"),))
    )
    low, high = fa_ci.get_ylim()
    assert low < scale < high
    assert isobologram.get_xlim()[1] > scale


def test_an_open_limit_of_an_index_is_an_arrow() -> None:
    drawn = drawn_index()
    open_above = replace(drawn, levels=drawn.levels.assign(low=0.4))
    (arrow,) = [line for line in axes_of(open_above)[0].lines if line.get_marker() == "^"]
    assert arrow.get_ydata() == [axes_of(open_above)[0].get_ylim()[1]]
    without = replace(drawn, levels=drawn.levels.assign(high=NAN))
    assert not [line for line in axes_of(without)[0].lines if line.get_marker() == "^"]


def test_a_median_effect_plot_shows_every_mean_and_none_that_is_missing() -> None:
    points = pd.DataFrame({"experiment": "1", "dose": [0.5, 1.0, 2.0, 4.0], "affected": [-0.1, 0.3, NAN, 1.02]})
    flat = DrawnAgent("flat", "", points, NAN, NAN, NAN, NAN, NAN)
    ax = axes_of(replace(drawn_index(), curves=(flat,)))[1]
    drawn = dict(xy for line in ax.lines if line.get_linestyle() == "None" for xy in np.asarray(line.get_xydata()))
    bottom, top = ax.get_ylim()
    assert drawn == pytest.approx({0.5: bottom, 1.0: np.log10(0.3 / 0.7), 4.0: top})
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["flat\nno median effect"]
    assert ax.get_xlabel() == "dose"


def test_captions_of_one_experiment_claim_no_scatter_between_experiments() -> None:
    index, matrix = index_words(drawn_index(n=1))[1], matrix_words(replace(drawn_matrix(), n=1))[1]
    assert "n = 1 independent experiment)" in index
    assert "over experiments" not in index
    assert "Nothing is marked" in matrix
    assert "Framed" not in matrix


def test_score_maps_show_combinations_only() -> None:
    with styled():
        score = matrix_figure(drawn_matrix()).axes[1]
    assert (score.get_xlim(), score.get_ylim()) == ((0.5, 3.5), (0.5, 3.5))
    assert len(score.get_xticks()) == 3


@pytest.mark.parametrize("name", ["co", "a schedule whose name goes on and on and on and on for a while"])
def test_no_text_beside_schedules_is_cut(name: str) -> None:
    drawn = drawn_schedules()
    contrasts = drawn.contrasts.assign(contrast=f"{name} against {name}", estimate=1.0, low=0.123, p_adjusted=1e-9)
    rows = drawn.rows.assign(schedule=[name, "co"])
    with styled():
        figure = schedule_figure(replace(drawn, rows=rows, contrasts=contrasts))
        figure.draw_without_rendering()
    texts = [*figure.texts, *figure.axes[0].get_yticklabels()]
    boxes = [text.get_window_extent() for text in texts]
    assert min(box.x0 for box in boxes) >= 0
    assert max(box.x1 for box in boxes) <= figure.bbox.x1
