"""The blot with everything that was found drawn on it, so that a person can judge it at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blots.blot import Blot
from blots.layout import Band, BlotGeometry
from blots.plots.flags import band_flags
from blots.plots.labels import lane_slant, spread_labels
from blots.plots.picture import BAND_COLOUR, LANE_COLOUR, mark_places, show_picture, small_print

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]

_BAND_LINES = {"found": "-", "neighbours": (0, (3, 2)), "box": (0, (1, 1))}
_WHOLE_LANES = ("total_protein",)
_BASIS_WORDS = {
    "found": "solid outline: found by its own crest",
    "neighbours": "dashed: too faint, placed by its lane and row",
    "box": "dotted: drawn by hand",
}


def draw_blot(
    ax: Axes,
    blot: Blot,
    geometry: BlotGeometry,
    *,
    labels: Sequence[str] | None = None,
    title: str | None = None,
    table: pd.DataFrame | None = None,
) -> float:
    """Draw a blot, its bands dark on light whichever way it is stored, with its lanes and bands outlined.

    Solid outlines are bands found by their own crest, dashed ones were placed by their lane and row because too faint,
    dotted ones are a person's boxes. A letter beside a band stands for a caution that this band carries and others do
    not; what each letter means, and how the contrast was stretched, is written under the picture.

    Parameters
    ----------
    ax : matplotlib Axes
        Where to draw.
    blot : Blot
        From `read_blot`.
    geometry : BlotGeometry
        From `find_geometry`.
    labels : sequence of str, optional
        What to write over each lane; the lane's number when absent.
    title : str, optional
        The blot's name when absent.
    table : DataFrame, optional
        From `measure_bands`, a row for every band of `geometry`; without it no cautions are drawn.

    Returns
    -------
    float
        How far the names of the lanes reach above the picture, in points.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> import matplotlib.pyplot as plt
    >>> from blots.image_files import blot_from_array
    >>> from blots.geometry import find_geometry
    >>> from blots.simulate import BANDS, example_design, simulate_blot
    >>> rng = np.random.default_rng(0)
    >>> blot = blot_from_array(simulate_blot(example_design(rng), rng=rng).image, "rep1.tif")
    >>> fig, ax = plt.subplots()
    >>> names_pt = draw_blot(ax, blot, find_geometry(blot, 12, BANDS))
    >>> [text.get_text() for text in ax.texts][:2]
    ['1', '2']
    >>> plt.close(fig)
    """
    said = [show_picture(ax, blot)]
    whole = geometry.targets == _WHOLE_LANES
    _outline_lanes(ax, geometry)
    if not whole:
        _outline_bands(ax, geometry)
    names = [str(lane.number) for lane in geometry.lanes] if labels is None else list(labels)
    above = _name_lanes(ax, geometry, names)
    if not whole:
        _name_bands(ax, geometry)
        bases = {band.basis for band in geometry.bands}
        said.append("; ".join(words for basis, words in _BASIS_WORDS.items() if basis in bases))
    if table is not None:
        said.append(_flag_bands(ax, geometry, table))
    said.append(mark_places(ax, blot))
    small_print(ax, said)
    ax.set_title(blot.name if title is None else title, fontsize=9, pad=above + 3, loc="left")
    return above


def _outline_lanes(ax: Axes, geometry: BlotGeometry) -> None:
    for lane in geometry.lanes:
        rows = np.linspace(0, len(lane.x) - 1, 60)
        centre = np.interp(rows, np.arange(len(lane.x)), lane.x)
        style = "-" if lane.basis == "found" else _BAND_LINES[lane.basis]
        for side in (-0.5, 0.5):
            ax.plot(centre + side * lane.width_px, rows, color=LANE_COLOUR, lw=0.5, ls=style, alpha=0.7)


def _outline_bands(ax: Axes, geometry: BlotGeometry) -> None:
    for band in geometry.bands:
        x, y = _outline(geometry, band)
        ax.plot(x, y, color="white", lw=1.8, alpha=0.6, solid_joinstyle="round")
        ax.plot(x, y, color=BAND_COLOUR, lw=0.8, ls=_BAND_LINES[band.basis])


def _outline(geometry: BlotGeometry, band: Band) -> tuple[Array, Array]:
    """Return the band's outline, bent along the course of its row."""
    half = geometry.lanes[band.lane - 1].width_px / 2
    across = np.linspace(-half, half, 9)
    columns = np.arange(len(geometry.course))
    drop = np.interp(band.x + across, columns, geometry.course) - np.interp(band.x, columns, geometry.course)
    x = band.x + np.concatenate([across, across[::-1], across[:1]])
    top, bottom = band.y + drop - band.half_height_px, band.y + drop + band.half_height_px
    return x, np.concatenate([top, bottom[::-1], top[:1]])


def _name_lanes(ax: Axes, geometry: BlotGeometry, names: Sequence[str]) -> float:
    """Write the lanes' names over them, slanted where they would touch; return how far up they reach, in points."""
    at = np.array([lane.x[0] for lane in geometry.lanes])
    point_px = _row_pt(ax, geometry)
    pitch_pt = float(np.diff(at).min()) * point_px if len(at) > 1 else np.inf
    size, slant = lane_slant(names, pitch_pt)
    for x, name in zip(at, names, strict=True):
        ax.annotate(
            name,
            (float(x), 0),
            xytext=(0, 3),
            textcoords="offset points",
            ha="left" if slant else "center",
            va="bottom",
            rotation=slant,
            rotation_mode="anchor",
            fontsize=size,
            color=LANE_COLOUR,
            annotation_clip=False,
        )
    return 6 + size + float(np.sin(np.radians(slant))) * 0.55 * size * max(map(len, names), default=0)


def _row_pt(ax: Axes, geometry: BlotGeometry) -> float:
    """Return how many points of the page a pixel of the picture takes."""
    height, width = len(geometry.lanes[0].x), len(geometry.course)
    box = ax.get_window_extent()
    return max(min(box.width / width, box.height / height), 1e-6) * 72 / ax.figure.dpi


def _name_bands(ax: Axes, geometry: BlotGeometry) -> None:
    height, width = len(geometry.lanes[0].x), len(geometry.course)
    first = [geometry.band(1, target) for target in geometry.targets]
    order = np.argsort([band.y for band in first])
    wanted = np.array([first[i].y for i in order])
    # Names of 7 pt stand 9 pt apart, over and under a flat strip too where it is too low for them.
    apart = 9 / _row_pt(ax, geometry)
    spare = max(0.0, apart * (len(wanted) - 1) - (height - 1)) / 2
    places = spread_labels(wanted, apart, -spare, height - 1.0 + spare)
    left = first[0].x - geometry.lanes[0].width_px / 2
    for i, place in zip(order, places, strict=True):
        ax.annotate(
            first[i].target,
            (left - 2, first[i].y),
            xytext=(-0.012 * width, place),
            textcoords="data",
            ha="right",
            va="center",
            fontsize=7,
            color=BAND_COLOUR,
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "lw": 0.4, "color": BAND_COLOUR, "shrinkA": 0, "shrinkB": 0},
        )


def _flag_bands(ax: Axes, geometry: BlotGeometry, table: pd.DataFrame) -> str:
    """Write the letters of its cautions in the gutter beside every band, and return what they mean."""
    flags = band_flags(table)
    for band, letters in zip(geometry.bands, flags.letters, strict=True):
        if not letters:
            continue
        ax.annotate(
            letters,
            (band.x + geometry.lanes[band.lane - 1].width_px / 2, band.y),
            xytext=(1.0, 0),
            textcoords="offset points",
            ha="left",
            va="center",
            fontsize=5.5,
            fontweight="bold",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.3, "alpha": 0.75},
        )
    return flags.key
