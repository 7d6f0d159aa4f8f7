"""Plate maps: one colour a well, its value where there is room, what the well is and whether it carries a caution."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle

from gating.artefacts.wells import position
from gating.errors import GatingError
from gating.plots.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage
    from numpy.typing import NDArray

# Light to dark and safe for the colour-blind (ColorBrewer), so that a grey print keeps the order.
PLATE_MAP = "YlGnBu"
DARK = 0.55  # luminance below which words are white
WRITTEN_COLUMNS = 12  # wider plates have no room for values


@dataclass(frozen=True)
class PlateFormat:
    """A plate's rows and columns."""

    rows: int
    columns: int

    @property
    def wells(self) -> int:
        """How many wells it has."""
        return self.rows * self.columns


@dataclass(frozen=True)
class Well:
    """One well as it is drawn; row and column from 0, a NaN value is one that is not resolved."""

    row: int
    column: int
    value: float
    letter: str
    is_marked: bool


FORMATS = (PlateFormat(8, 12), PlateFormat(16, 24), PlateFormat(32, 48))


def well_position(well: str) -> tuple[int, int]:
    """Return row and column of a well, both from 0.

    Raises
    ------
    GatingError
        The text is no well of a plate with at most 32 rows (A to AF) and 48 columns.

    Examples
    --------
    >>> well_position("A1"), well_position("p24"), well_position("AF48")
    ((0, 0), (15, 23), (31, 47))
    """
    found = position(well)
    if found is None or found[0] >= FORMATS[-1].rows or found[1] >= FORMATS[-1].columns:
        raise GatingError(
            "the plate map",
            expected="wells such as A1 or P24",
            got=repr(well),
            remedy="Write the row's letter and the column's number.",
        )
    return found


def row_name(row: int) -> str:
    """Return the letter of a row from 0.

    Examples
    --------
    >>> row_name(0), row_name(31)
    ('A', 'AF')
    """
    return chr(ord("A") + row) if row < 26 else f"A{chr(ord('A') + row - 26)}"


def plate_format(wells: Iterable[str]) -> PlateFormat:
    """Return the smallest plate of 96, 384 or 1536 wells that has all these wells.

    Examples
    --------
    >>> plate_format(["A1", "H12"]).wells, plate_format(["A1", "B13"]).wells, plate_format(["P24"]).wells
    (96, 384, 384)
    """
    places = [well_position(well) for well in wells]
    return next(f for f in FORMATS if all(row < f.rows and column < f.columns for row, column in places))


def draw_plate_map(
    ax: Axes,
    values: Mapping[str, float],
    *,
    limits: tuple[float, float] = (0.0, 1.0),
    plate: PlateFormat | None = None,
    letters: Mapping[str, str] | None = None,
    marked: Collection[str] = (),
    write: Callable[[float], str] | None = None,
    colours: str = PLATE_MAP,
) -> AxesImage:
    """Draw one plate, row A at the top, and return the image for a colour bar.

    Wells without a value are hatched, wells whose value is NaN (measured, not resolved) white with a question mark.

    Parameters
    ----------
    ax : matplotlib Axes
    values : mapping of well to float
        `A1`, `a01` and `P24` are understood.
    limits : tuple of two floats
        Values of the lightest and the darkest colour.
    plate : PlateFormat, optional
        Default: the smallest that has all the wells.
    letters : mapping of well to str, optional
        A letter or two in the corner, for the role of a control; in the middle where there is no room for values.
    marked : collection of wells, optional
        Wells with a triangle in the corner, for a caution.
    write : callable, optional
        Makes the text of a value; on a plate of 96 wells it is written into its well.
    colours : str
        A colour map of matplotlib's that runs from light to dark.

    Raises
    ------
    GatingError
        A well that is on no plate.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().add_subplot()
    >>> image = draw_plate_map(ax, {"A1": 0.2, "b02": 0.9}, write="{:.1f}".format)
    >>> image.get_array().shape, {"0.2", "0.9"} < {word for words in ax.findobj(Words) for word in words.words}
    ((8, 12), True)
    """
    plate, letters = plate or plate_format(values), letters or {}
    table = np.full((plate.rows, plate.columns), np.nan)
    wells = [Well(*well_position(name), values[name], letters.get(name, ""), name in marked) for name in values]
    for well in wells:
        table[well.row, well.column] = well.value
    hatching = {"facecolor": "#F7F7F7", "edgecolor": "#C4C4C4", "hatch": "/////", "linewidth": 0.0, "zorder": 0}
    ax.add_patch(Rectangle((-0.5, -0.5), plate.columns, plate.rows, **hatching))  # type: ignore[arg-type]
    for well in wells:
        if np.isnan(well.value):
            ax.add_patch(
                Rectangle((well.column - 0.5, well.row - 0.5), 1, 1, facecolor="white", linewidth=0, zorder=0.5)
            )
    norm = Normalize(*limits)
    image = ax.imshow(
        np.ma.masked_invalid(table), cmap=colours, norm=norm, aspect="auto", interpolation="nearest", zorder=1
    )
    _draw_frame(ax, plate)
    inks = np.where(np.nan_to_num(norm([well.value for well in wells])) > _white_from(colours), "white", "black")
    _write_wells(ax, plate, wells, inks, write)
    _mark_wells(ax, plate, wells, inks)
    return image


def _draw_frame(ax: Axes, plate: PlateFormat) -> None:
    """Name rows and columns at the edge, and part the wells by white lines."""
    every = 1 if plate.columns <= 24 else 4
    size = 5.5 if plate.columns <= WRITTEN_COLUMNS else 4.4
    ax.set_axis_off()  # ticks of matplotlib's own take longer than all the rest
    columns, rows = range(0, plate.columns, every), range(0, plate.rows, every)
    Words(ax, [str(k + 1) for k in columns], [(k, -0.62) for k in columns], size=size, up="bottom")
    edge = -0.5 - 0.012 * plate.columns
    Words(ax, [row_name(k) for k in rows], [(edge, k) for k in rows], size=size, across="right")
    width = 0.8 if plate.columns <= WRITTEN_COLUMNS else 0.35
    ax.vlines(np.arange(plate.columns + 1) - 0.5, -0.5, plate.rows - 0.5, color="white", linewidth=width, zorder=2)
    ax.hlines(np.arange(plate.rows + 1) - 0.5, -0.5, plate.columns - 0.5, color="white", linewidth=width, zorder=2)
    ax.set_xlim(-0.5, plate.columns - 0.5)
    ax.set_ylim(plate.rows - 0.5, -0.5)


def _write_wells(
    ax: Axes, plate: PlateFormat, wells: Sequence[Well], inks: NDArray[np.str_], write: Callable[[float], str] | None
) -> None:
    """Write value and role where there is room for both, else the role and a question mark."""
    has_room = plate.columns <= WRITTEN_COLUMNS
    values = ["?" if np.isnan(well.value) else write(well.value) if write and has_room else "" for well in wells]
    if not has_room:
        values = [f"{well.letter}{value}" for well, value in zip(wells, values, strict=True)]
    down = 0.14 if has_room else 0.05
    places = [(well.column, well.row + down) for well in wells]
    Words(ax, values, places, size=5.3 if has_room else 4.0, colours=inks.tolist())
    if has_room:
        corners = [(well.column - 0.43, well.row - 0.41) for well in wells]
        Words(ax, [well.letter for well in wells], corners, size=4.4, colours=inks.tolist(), across="left", up="top")


def _mark_wells(ax: Axes, plate: PlateFormat, wells: Sequence[Well], inks: NDArray[np.str_]) -> None:
    """Set a triangle into the corner of wells that carry a caution."""
    marked = [
        (well.column + 0.29, well.row - 0.27, ink) for well, ink in zip(wells, inks, strict=True) if well.is_marked
    ]
    if marked:
        x, y, colours = zip(*marked, strict=True)
        size = 7.0 if plate.columns <= WRITTEN_COLUMNS else 2.6
        ax.scatter(x, y, marker="^", s=size, color=colours, linewidths=0, zorder=3)


@cache
def _white_from(colours: str) -> float:
    """Return where on the colour map, from 0 to 1, it becomes too dark for black words."""
    steps = np.linspace(0.0, 1.0, 256)
    luminance = mpl.colormaps[colours](steps)[:, :3] @ (0.299, 0.587, 0.114)
    return float(steps[int(np.argmax(luminance < DARK))])
