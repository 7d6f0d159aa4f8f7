"""An axis of doses or concentrations: logarithmic, with the control at its left beyond a break."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = NDArray[np.float64]
CONTROL_GAP = 0.09  # between the lowest dose and the control, in widths of the doses' range
MARGIN = 0.06
MOST_NAMED = 8
BETWEEN: dict[str, Any] = {
    "linestyle": "none",
    "marker": 3,  # a stroke downwards
    "markersize": 2.0,
    "markeredgewidth": 0.6,
    "color": "black",
    "clip_on": False,
    "zorder": 2.0,
}
FEW_DECADES = 2  # on the axis: then 2 and 5 are named too


class DoseAxis:
    """Where doses stand on the axis that is drawn: the base-10 logarithm, 0 to the left of all of them.

    Parameters
    ----------
    doses : sequence of float
        All that shall be on the axis; those above 0 span it.
    has_control : bool
        Whether dose 0 is shown.

    Examples
    --------
    >>> axis = DoseAxis([1.0, 100.0])
    >>> axis.place([0.0, 1.0, 10.0]).round(2).tolist()
    [-0.36, 0.0, 1.0]
    """

    def __init__(self, doses: Sequence[float] | FloatArray, *, has_control: bool = True) -> None:
        positive = [d for d in doses if d > 0 and np.isfinite(d)] or [1.0]
        low, high = float(np.log10(min(positive))), float(np.log10(max(positive)))
        self.width = max(high - low, 0.3)
        self.low, self.high, self.has_control = low, high, has_control
        self.control = low - 2 * CONTROL_GAP * self.width

    def place(self, doses: ArrayLike) -> FloatArray:
        """Return where doses stand; 0 at the control's place, infinity beyond the right end."""
        values = np.asarray(doses, dtype=np.float64)
        positive = np.where(values > 0, values, 1.0)
        with np.errstate(invalid="ignore"):
            return np.where(values > 0, np.log10(positive), np.where(values == 0, self.control, np.nan))

    @property
    def ends(self) -> tuple[float, float]:
        """The left and right end of the axis."""
        left = self.control if self.has_control else self.low
        return left - MARGIN * self.width, self.high + MARGIN * self.width

    def draw(self, ax: Axes, label: str) -> None:
        """Set ticks, limits, label and, where the control is shown, the break."""
        ax.set_xlim(*self.ends)
        major, minor = self._ticks()
        names = [f"{10**place:g}" for place in major]
        if self.has_control:
            major, names = [self.control, *major], ["0", *names]
        ax.set_xticks(major, names)
        self._draw_between(ax, minor)
        ax.set_xlabel(label)
        if self.has_control:
            self._draw_break(ax)

    def _ticks(self) -> tuple[list[float], list[float]]:
        """Return the places that are named and those that are not; none beside the control, on the break."""
        span = range(int(np.floor(self.low)), int(np.ceil(self.high)) + 1)
        right = self.high + 1e-9
        inside = {(decade, k): decade + float(np.log10(k)) for decade in span for k in range(1, 10)}
        inside = {key: place for key, place in inside.items() if self.low - 1e-9 <= place <= right}
        decades = [place for (_, k), place in inside.items() if k == 1]
        major = decades if len(decades) > FEW_DECADES else [p for (_, k), p in inside.items() if k in (1, 2, 5)]
        if not major:
            major = [self.low]
        every = -(-len(major) // MOST_NAMED)
        return major[::every], [place for place in inside.values() if place not in major]

    def _draw_between(self, ax: Axes, places: Sequence[float]) -> None:
        """Draw the strokes between the named doses in one artist: a tick of matplotlib's own is several."""
        (strokes,) = ax.plot(places, np.zeros(len(places)), transform=ax.get_xaxis_transform(), **BETWEEN)
        strokes.set_in_layout(False)

    def _draw_break(self, ax: Axes) -> None:
        """Draw two strokes over the axis, halfway between the control and the lowest dose."""
        middle, apart = (self.control + self.low) / 2, 0.012 * self.width
        ax.plot(
            [middle - apart, middle + apart],
            [0, 0],
            transform=ax.get_xaxis_transform(),
            color="white",
            linewidth=2.4,
            clip_on=False,
            zorder=10,
            solid_capstyle="butt",
        )
        for place in (middle - apart, middle + apart):
            ax.plot(
                place,
                0,
                marker=[(-0.4, -1), (0.4, 1)],
                markersize=6,
                color="black",
                markeredgewidth=0.7,
                transform=ax.get_xaxis_transform(),
                clip_on=False,
                zorder=11,
            )
