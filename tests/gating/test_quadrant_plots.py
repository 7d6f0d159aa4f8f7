"""Pictures of tubes, controls, plates and checks, read from their artists; how they look was judged by eye."""

from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gating import GatingError, QuadrantGate
from gating.artefacts.finding import Trace
from gating.plots import (
    Profile,
    Words,
    draw_controls,
    draw_plate_map,
    draw_quadrants,
    draw_trace,
    plate_format,
    pooled_profile,
    shown_range,
    well_position,
)
from gating.thresholds import Grid
from gating.transforms import Asinh, Logicle
from gating.tubes import Density

GATE = QuadrantGate(annexin="FITC-A", annexin_threshold=900.0, dye="PE-A", dye_threshold=700.0)
GRID = Grid(Asinh(150.0), -0.8, 3.4, bins=32)
DENSITY = Density(np.full((32, 32), 5), GRID, GRID)
SHARES = {"live": 0.705, "early_apoptotic": 0.2, "late_apoptotic": 0.075, "necrotic": 0.02}


@pytest.fixture
def ax() -> Axes:
    return Figure().add_subplot()


def _words(ax: Axes) -> dict[str, tuple[float, float]]:
    found = [child for child in ax.get_children() if isinstance(child, Words)]
    return {word: (x, y) for written in found for word, (x, y) in zip(written.words, written.places, strict=True)}


@pytest.mark.parametrize("scale", [None, Logicle()])
def test_dividers_stand_at_the_thresholds_and_shares_in_their_corners(ax: Axes, scale: Logicle | None) -> None:
    draw_quadrants(ax, DENSITY, GATE, SHARES, scale=scale)
    across, up = ax.lines
    at = scale or GRID.scale
    assert across.get_xdata() == pytest.approx([float(at(900.0))] * 2)
    assert up.get_ydata() == pytest.approx([float(at(700.0))] * 2)
    corner = _words(ax)
    assert corner == {"70.5 %": (0.03, 0.03), "20.0 %": (0.97, 0.03), "7.5 %": (0.97, 0.97), "2.0 %": (0.03, 0.97)}
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Annexin V (FITC-A)", "dead-cell dye (PE-A)")
    assert "0" in [tick.get_text() for tick in ax.get_xticklabels()]


def test_a_share_that_is_no_number_is_said_so(ax: Axes) -> None:
    draw_quadrants(ax, DENSITY, GATE, {"live": float("nan")})
    assert list(_words(ax)) == ["n/a"]


def test_intervals_of_thresholds_are_bands_and_open_ones_run_to_the_edge(ax: Axes) -> None:
    draw_quadrants(ax, DENSITY, GATE, SHARES, intervals=((800.0, 1_000.0), (-np.inf, np.inf)))
    across, up = (patch.get_extents().transformed(ax.transData.inverted()) for patch in ax.patches)
    assert across.intervalx == pytest.approx([float(GRID.scale(v)) for v in (800.0, 1_000.0)])
    assert up.intervaly == pytest.approx(ax.get_ylim())


@pytest.mark.parametrize("nothing", [(900.0, 900.0), (np.nan, np.nan), (1e9, 2e9)])
def test_an_interval_without_width_or_out_of_sight_is_no_band(ax: Axes, nothing: tuple[float, float]) -> None:
    draw_quadrants(ax, DENSITY, GATE, SHARES, intervals=(nothing, nothing))
    assert not ax.patches


def test_a_few_events_are_a_few_dots_and_no_cloud(ax: Axes) -> None:
    counts = np.zeros((32, 32), dtype=int)
    counts[[3, 20, 28], [5, 22, 9]] = 1
    draw_quadrants(ax, Density(counts, GRID, GRID), GATE, SHARES)
    assert np.ma.count(np.ma.asarray(ax.images[0].get_array())) == 3


def test_a_dense_population_has_no_holes(ax: Axes) -> None:
    counts = np.full((32, 32), 5)
    counts[16, 16] = 0
    draw_quadrants(ax, Density(counts, GRID, GRID), GATE, SHARES)
    assert np.ma.count(np.ma.asarray(ax.images[0].get_array())) == counts.size


@pytest.mark.parametrize("scale", [None, Logicle()])
def test_the_picture_is_small_in_svg(scale: Logicle | None) -> None:
    figure, grid = Figure(figsize=(3.3, 3.1)), Grid(Asinh(150.0), -0.8, 3.4, bins=128)
    rng = np.random.default_rng(1)
    draw_quadrants(figure.add_subplot(), Density(rng.poisson(3, (128, 128)), grid, grid), GATE, SHARES, scale=scale)
    written = io.BytesIO()
    figure.savefig(written, format="svg")
    assert len(written.getvalue()) < 250_000


def test_panels_share_a_range_that_shows_every_event_and_the_dividers() -> None:
    far = Density(np.pad(np.ones((1, 1), dtype=int), ((0, 31), (31, 0))), GRID, GRID)
    (left, right), (bottom, top) = shown_range([DENSITY, far])
    assert left < 0 < GRID.scale.inverse(3.3) < right
    assert bottom < 0 < top
    dim = Density(np.pad(np.ones((1, 1), dtype=int), ((0, 31), (0, 31))), GRID, GRID)
    high = QuadrantGate(annexin="FITC-A", annexin_threshold=50_000.0, dye="PE-A", dye_threshold=1e12)
    (_, right), (_, top) = shown_range([dim], [high])
    assert right > 50_000.0
    assert top < 1e6  # a divider beyond the grid would leave nothing to see


def normal(mean: float, sd: float, n: int = 40_000, grid: Grid = GRID) -> Density:
    """Return a tube whose Annexin V is normal on the linear scale and whose dye is zero."""
    values = np.random.default_rng(7).normal(mean, sd, n)
    counts = np.zeros((grid.bins, grid.bins), dtype=int)
    counts[grid.bins // 3] = grid.histogram(values)
    return Density(counts, grid, grid)


FINE = Grid(Asinh(150.0), -1.5, 3.5, bins=128)


def test_a_profile_knows_its_mode_and_quantiles() -> None:
    profile = pooled_profile([normal(100.0, 150.0, grid=FINE)], "annexin", FINE)
    assert profile is not None
    # The density over asinh(x / 150) is highest where (x - 100) / 150^2 = x / (x^2 + 150^2).
    assert profile.mode == pytest.approx(175.0, abs=25.0)
    assert profile.quantile(0.99) == pytest.approx(100.0 + 2.326 * 150.0, abs=15.0)
    assert profile.above(100.0) == pytest.approx(0.5, abs=0.01)


def test_tubes_weigh_the_same_and_may_lie_on_other_scales() -> None:
    other = Grid(Asinh(400.0), -1.2, 3.0, bins=128)
    tubes = [normal(0.0, 150.0, n=1_000, grid=FINE), normal(20_000.0, 1_500.0, n=50_000, grid=other)]
    profile = pooled_profile(tubes, "annexin", FINE)
    assert profile is not None
    assert profile.tubes == 2
    assert profile.shares.sum() == pytest.approx(1.0)
    assert profile.above(5_000.0) == pytest.approx(0.5, abs=1e-3)
    assert profile.above(20_000.0) == pytest.approx(0.25, abs=0.02)
    assert pooled_profile([Density(np.zeros((4, 4), dtype=int), GRID, GRID)], "dye", GRID) is None


def profile_of(mean: float) -> Profile:
    found = pooled_profile([normal(mean, 150.0, grid=FINE)], "annexin", FINE)
    assert found is not None
    return found


def test_controls_stand_in_rows_with_the_cut_its_interval_and_the_marks(ax: Axes) -> None:
    rows = {"unstained": profile_of(0.0), "lacking": profile_of(50.0), "negatives": profile_of(300.0)}
    draw_controls(ax, rows, 900.0, (800.0, 1_100.0), names={"lacking": "dye_only"})
    assert [label.get_text() for label in ax.get_yticklabels()] == ["unstained", "dye_only", "negatives"]
    marks = {
        line.get_marker(): float(np.asarray(line.get_xdata())[0]) for line in ax.lines if np.size(line.get_xdata()) == 1
    }
    assert FINE.scale.inverse(marks["v"]) == pytest.approx(rows["lacking"].quantile(0.99))
    assert FINE.scale.inverse(marks["o"]) == pytest.approx(rows["negatives"].mode)
    assert float(FINE.scale(900.0)) in [float(np.asarray(line.get_xdata())[0]) for line in ax.lines]
    band = ax.patches[0].get_extents().transformed(ax.transData.inverted())
    assert band.intervalx == pytest.approx([float(FINE.scale(v)) for v in (800.0, 1_100.0)])


def test_rows_differ_without_colour(ax: Axes) -> None:
    kinds = ("unstained", "lacking", "single", "negatives", "positive", "stained")
    draw_controls(ax, dict.fromkeys(kinds, profile_of(0.0)), 900.0, (np.nan, np.nan))
    outlines = [line for line in ax.lines if np.size(line.get_xdata()) == FINE.bins]
    hatched = [fill.get_hatch() for fill in ax.collections if fill.get_hatch()]
    assert len({(line.get_linestyle(), line.get_linewidth()) for line in outlines}) >= 4
    assert hatched == ["////"]


@pytest.mark.parametrize(("well", "place"), [("A1", (0, 0)), ("a01", (0, 0)), ("P24", (15, 23)), ("AF48", (31, 47))])
def test_wells_have_their_place(well: str, place: tuple[int, int]) -> None:
    assert well_position(well) == place


@pytest.mark.parametrize("well", ["", "12", "A0", "A49", "AG1", "tube 3"])
def test_what_is_no_well_is_refused(well: str) -> None:
    with pytest.raises(GatingError, match="expected wells such as A1 or P24"):
        well_position(well)


def test_the_plate_is_the_smallest_that_has_all_wells() -> None:
    assert [plate_format(wells).wells for wells in (["H12"], ["I1"], ["A13"], ["Q1"])] == [96, 384, 384, 1536]


def test_values_stand_in_the_wells_of_a_96_well_plate(ax: Axes) -> None:
    values = {"A1": 0.02, "h12": 0.9, "C4": float("nan")}
    image = draw_plate_map(ax, values, letters={"A1": "V"}, marked=["h12"], write="{:.2f}".format)
    words = _words(ax)
    assert words["0.02"][0] == 0
    assert words["0.90"][0] == 11
    assert words["?"][0] == 3
    assert {"V", "A", "H", "12"} <= set(words)
    assert np.ma.count(np.ma.asarray(image.get_array())) == 2
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # row A on top


def test_a_384_well_plate_has_roles_and_no_values(ax: Axes) -> None:
    draw_plate_map(ax, {"A1": 0.5, "P24": float("nan")}, letters={"A1": "V", "P24": "U"}, write="{:.2f}".format)
    words = _words(ax)
    assert {"V", "U?"} <= set(words)
    assert "0.50" not in words


def test_wells_without_a_tube_are_hatched(ax: Axes) -> None:
    draw_plate_map(ax, {"A1": 0.5})
    assert [patch.get_hatch() for patch in ax.patches] == ["/////"]


def test_a_trace_shows_points_intervals_and_limit(ax: Axes) -> None:
    x, y = np.array([0.0, 5.0, 10.0]), np.array([0.1, 0.2, 0.4])
    draw_trace(ax, Trace(x, y, "dose (µM)", "share", y - 0.05, np.array([0.15, np.inf, np.nan]), limit=0.3))
    points, limit = ax.lines
    assert np.asarray(points.get_ydata()) == pytest.approx(y)
    assert limit.get_ydata() == [0.3, 0.3]
    ends = [segment[:, 1].tolist() for segment in ax.collections[0].get_segments()]  # type: ignore[attr-defined]
    top = ax.get_ylim()[1]
    assert ends == [pytest.approx([0.05, 0.15]), pytest.approx([0.15, top]), pytest.approx([0.35, 0.4])]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("dose (µM)", "share")


@pytest.mark.parametrize(
    ("x", "scale"),
    [
        (np.arange(384.0), "linear"),
        (10.0 ** np.linspace(2, 5, 20), "log"),
        (np.array([0.0, 0.1, 1.0, 10.0, 100.0]), "symlog"),
        (np.array([3.0]), "linear"),
        (np.array([]), "linear"),
    ],
)
def test_points_that_spread_out_have_a_logarithmic_axis(ax: Axes, x: np.ndarray, scale: str) -> None:
    draw_trace(ax, Trace(x, np.full(len(x), 0.5), "x", "y"))
    assert ax.get_xscale() == scale
    ax.get_figure().savefig(io.BytesIO())  # type: ignore[union-attr]
