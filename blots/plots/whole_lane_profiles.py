"""The profile of every whole lane, with the membrane at its two sides on which the background rests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from blots.blot import Blot
from blots.lane_totals import lane_grounds
from blots.layout import BlotGeometry
from blots.noise import estimate_noise
from blots.plots.picture import BAND_COLOUR, LANE_COLOUR

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

_COLUMNS = 4


def draw_whole_lanes(
    figure: Figure, blot: Blot, geometry: BlotGeometry, *, labels: Sequence[str] | None = None
) -> None:
    """Draw the mean signal of every lane down the picture, and the background that is taken off it.

    Parameters
    ----------
    figure : matplotlib Figure
        An empty figure with a layout of its own.
    blot : Blot
        From `read_blot`.
    geometry : BlotGeometry
        Its lanes, from `find_geometry` with the bands ``["total_protein"]``.
    labels : sequence of str, optional
        What to call each lane; "lane 1" and so on when absent.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from blots.layout import Lane
    >>> picture = np.full((100, 90), 50.0) + np.random.default_rng(0).normal(0, 1, (100, 90))
    >>> picture[:, 10:31] += 20
    >>> lanes = tuple(Lane(n, np.full(100, x), 21.0) for n, x in ((1, 20.0), (2, 65.0)))
    >>> geometry = BlotGeometry(("total_protein",), lanes, (), np.zeros(90), np.array([2.0]))
    >>> figure = Figure(layout="constrained")
    >>> draw_whole_lanes(figure, Blot("demo", picture, picture > 99), geometry)
    >>> [text.get_text() for ax in figure.axes for text in ax.texts]
    ['lane 1', 'lane 2']
    """
    profiles, grounds = lane_grounds(blot, geometry, estimate_noise(blot.signal))
    lanes = len(geometry.lanes)
    columns = min(_COLUMNS, lanes)
    axes = figure.subplots(-(-lanes // columns), columns, sharex=True, sharey=True, squeeze=False)
    names = [f"lane {lane.number}" for lane in geometry.lanes] if labels is None else list(labels)
    low, high = float(min(profiles.min(), grounds.min())), float(profiles.max())
    rows = np.arange(profiles.shape[1])
    for i, ax in enumerate(axes.flat):
        if i >= lanes:
            ax.set_axis_off()
            continue
        ax.fill_between(rows, grounds[i], profiles[i], color=BAND_COLOUR, alpha=0.35, linewidth=0)
        ax.plot(rows, profiles[i], color="black", linewidth=0.9)
        ax.plot(rows, grounds[i], color=LANE_COLOUR, linewidth=1.0, linestyle="--")
        ax.text(0.98, 0.97, names[i], transform=ax.transAxes, fontsize=7, ha="right", va="top", parse_math=False)
    axes[0, 0].set_ylim(low - 0.03 * (high - low), high + 0.25 * (high - low))
    figure.supxlabel("row (px)", fontsize=8)
    figure.supylabel("mean signal across the lane", fontsize=8)
