"""A dilution series: the standards, the response fitted to them, and the part of it that can be used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter, NullLocator

from blots.linearised import MARGIN
from blots.responses import PROPORTIONAL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from blots.linear_range import LinearRange

COLOUR = "#0072B2"


def draw_dilution_series(ax: Axes, found: LinearRange, samples: Sequence[float] = ()) -> None:
    """Draw volume against load on logarithmic axes.

    Parameters
    ----------
    ax : Axes
    found : LinearRange
        From `blots.linear_range.find_ranges`. Points are standards with the 95 % interval of their measurement, the
        line is the response, the shade its usable range; a dashed line shows what a proportional response through
        the lower end of the range would give, where the response is another.
    samples : sequence of float
        Volumes of the membrane's other lanes, drawn as ticks at the right: where they lie against the range.
    """
    wide = np.exp(1.96 * found.error)
    ax.errorbar(
        found.ug, found.volume, yerr=[found.volume * (1 - 1 / wide), found.volume * (wide - 1)], fmt="o", color=COLOUR,
        markersize=4, elinewidth=0.9, zorder=3,
    )  # fmt: skip
    if found.fit is not None:
        ug = np.geomspace(found.ug.min() / MARGIN, found.ug.max() * MARGIN, 200)
        volume = found.fit.volume(ug)
        ax.plot(ug[volume > 0], volume[volume > 0], color=COLOUR, linewidth=1.3)
        if found.fit.family is not PROPORTIONAL:
            through = float(found.fit.volume(found.lowest_ug)) / found.lowest_ug
            ax.plot(ug, through * ug, color="0.4", linewidth=0.9, linestyle="--")
        if found.highest_ug > found.lowest_ug:
            ax.axvspan(found.lowest_ug, found.highest_ug, color=COLOUR, alpha=0.10, linewidth=0, zorder=0)
    ax.set_xscale("log")
    ax.set_yscale("log")
    loads = sorted(set(found.series.protein_ug))
    ax.xaxis.set_major_locator(FixedLocator(loads))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda ug, _: f"{ug:g}"))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda volume, _: plain_volume(volume)))
    ax.yaxis.set_minor_formatter(NullFormatter())
    _show_samples(ax, samples)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_xlabel("Protein loaded (µg)")
    ax.set_ylabel("Volume (grey levels × pixels)")


def plain_volume(volume: float) -> str:
    """Return a tick of a logarithmic axis as people write it.

    Examples
    --------
    >>> plain_volume(2e6)
    '2×10⁶'
    """
    power = int(np.floor(np.log10(volume) + 1e-9))
    raised = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{volume / 10.0**power:.0f}×10{raised}"


def _show_samples(ax: Axes, samples: Sequence[float]) -> None:
    """Draw the samples' volumes as ticks at the right side, within limits that hold them."""
    shown = [volume for volume in samples if np.isfinite(volume) and volume > 0]
    low, high = ax.get_ylim()
    if shown:
        ax.set_ylim(min(low, min(shown) / 1.2), max(high, max(shown) * 1.2))
    for volume in shown:
        ax.plot([0.97, 1.0], [volume, volume], transform=ax.get_yaxis_transform(), color="0.25", linewidth=0.9)
