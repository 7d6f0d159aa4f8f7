"""The blot with everything that was found drawn on it, so that a person can judge it at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from blots.blot import Blot
from blots.layout import Band, BlotGeometry

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]

# Okabe and Ito's palette: told apart with any colour vision, and of unlike lightness in grey.
LANE_COLOUR = "#0072B2"
BAND_COLOUR = "#D55E00"
SATURATED_COLOUR = (0.8, 0.0, 0.6)
_BAND_LINES = {"found": "-", "neighbours": (0, (3, 2)), "box": (0, (1, 1))}
_DARKEST = 99.7  # percentile shown black: the strongest bands may clip for the eye, never for the numbers
_LIGHTEST = 2.0


def draw_blot(
    ax: Axes, blot: Blot, geometry: BlotGeometry, *, labels: Sequence[str] | None = None, title: str | None = None
) -> None:
    """Draw a blot, its bands dark on light whichever way it is stored, with its lanes and bands outlined.

    Solid outlines are bands found by their own crest, dashed ones were placed by their lane and row because too faint,
    dotted ones are a person's boxes. Clipped pixels are marked. The contrast is stretched and stated under the picture.

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
    >>> draw_blot(ax, blot, find_geometry(blot, 12, BANDS))
    >>> [text.get_text() for text in ax.texts][:2]
    ['1', '2']
    >>> plt.close(fig)
    """
    light, dark = _contrast(blot.signal)
    ax.imshow(blot.signal, cmap="gray_r", vmin=light, vmax=dark, interpolation="antialiased", rasterized=True)
    _mark_saturated(ax, blot.saturated)
    _outline_lanes(ax, geometry)
    _outline_bands(ax, geometry)
    _name_lanes(ax, geometry, labels)
    _name_bands(ax, geometry)
    _state_contrast(ax, blot, light, dark)
    longest = max(map(len, labels or [""]))
    above = 16 if longest <= 4 else 12 + 2.9 * longest  # points: slanted labels stand between picture and title
    ax.set_title(blot.name if title is None else title, fontsize=9, pad=above, loc="left")
    ax.set(xlim=(-0.5, blot.shape[1] - 0.5), ylim=(blot.shape[0] - 0.5, -0.5), xticks=[], yticks=[])


def spread_labels(wanted: Array, least_apart: float, lowest: float, highest: float) -> Array:
    """Return places near `wanted` (ascending) that keep `least_apart` from one another, between the two ends.

    Examples
    --------
    >>> spread_labels(np.array([10.0, 12.0, 50.0]), 6.0, 0.0, 60.0).tolist()
    [8.0, 14.0, 50.0]
    """
    apart = min(least_apart, (highest - lowest) / max(len(wanted) - 1, 1))
    steps = apart * np.arange(len(wanted))
    # Labels that touch share their mean displacement: pool adjacent violators on the places less their steps.
    blocks: list[tuple[float, int]] = []
    for value in wanted - steps:
        blocks.append((float(value), 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (b, m), (a, n) = blocks.pop(), blocks.pop()
            blocks.append(((a * n + b * m) / (n + m), n + m))
    level = np.repeat([value for value, _ in blocks], [count for _, count in blocks])
    return np.asarray(np.clip(level, lowest, highest - steps[-1]) + steps)


def _contrast(signal: Array) -> tuple[float, float]:
    light, dark = np.percentile(signal, [_LIGHTEST, _DARKEST])
    return float(light), float(max(dark, light + 1e-9))


def _mark_saturated(ax: Axes, saturated: NDArray[np.bool_]) -> None:
    if not saturated.any():
        return
    mark = np.zeros((*saturated.shape, 4))
    mark[saturated] = (*SATURATED_COLOUR, 1.0)
    ax.imshow(mark, interpolation="nearest", rasterized=True)


def _outline_lanes(ax: Axes, geometry: BlotGeometry) -> None:
    for lane in geometry.lanes:
        rows = np.linspace(0, len(lane.x) - 1, 60)
        centre = np.interp(rows, np.arange(len(lane.x)), lane.x)
        style = "-" if lane.basis == "found" else (0, (4, 3))
        for side in (-0.5, 0.5):
            ax.plot(centre + side * lane.width_px, rows, color=LANE_COLOUR, lw=0.5, ls=style, alpha=0.7)


def _outline_bands(ax: Axes, geometry: BlotGeometry) -> None:
    for band in geometry.bands:
        x, y = _outline(geometry, band)
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


def _name_lanes(ax: Axes, geometry: BlotGeometry, labels: Sequence[str] | None) -> None:
    names = [str(lane.number) for lane in geometry.lanes] if labels is None else list(labels)
    longest = max(map(len, names), default=0)
    for lane, name in zip(geometry.lanes, names, strict=True):
        ax.annotate(
            name,
            (float(lane.x[0]), 0),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center" if longest <= 4 else "left",
            va="bottom",
            rotation=0 if longest <= 4 else 45,
            rotation_mode="anchor",
            fontsize=7,
            color=LANE_COLOUR,
            annotation_clip=False,
        )


def _name_bands(ax: Axes, geometry: BlotGeometry) -> None:
    height, width = len(geometry.lanes[0].x), len(geometry.course)
    first = [geometry.band(1, target) for target in geometry.targets]
    order = np.argsort([band.y for band in first])
    wanted = np.array([first[i].y for i in order])
    # 7 pt text on this axes: its height in picture rows follows from how large the picture is drawn.
    box = ax.get_window_extent()
    row_pt = max(min(box.width / width, box.height / height), 1e-6) * 72 / ax.figure.dpi
    places = spread_labels(wanted, 9 / row_pt, 0, height - 1.0)
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


def _state_contrast(ax: Axes, blot: Blot, light: float, dark: float) -> None:
    words = f"shown: {light:,.0f} white to {dark:,.0f} black, linear"
    if blot.stored_dark_bands:
        words += "; stored dark on light"
    if blot.saturated.any():
        words += f"; {int(blot.saturated.sum()):,} clipped pixels marked"
    ax.set_xlabel(words, fontsize=6, loc="left")
