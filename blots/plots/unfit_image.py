"""A picture that gives no numbers, shown with the reasons and with the places to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from blots.blot import Blot
from blots.plots.picture import mark_places, show_picture, small_print

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_unfit(ax: Axes, blot: Blot, reasons: Sequence[str] = (), *, title: str | None = None) -> None:
    """Draw a blot that was refused, without lanes, bands or numbers, and write why it was.

    Parameters
    ----------
    ax : matplotlib Axes
        Where to draw.
    blot : Blot
        From `read_blot`.
    reasons : sequence of str
        Why it was refused, in sentences (the error's text); the picture's own cautions follow.
    title : str, optional
        The blot's name when absent.

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> picture = np.random.default_rng(0).normal(100, 5, (60, 90))
    >>> blot = Blot("rep1.tif", picture, picture > 1e9, "do not quantify", ("few_levels: only 12 levels",))
    >>> ax = Figure().subplots()
    >>> draw_unfit(ax, blot, ["No number is given."])
    >>> ax.get_title(loc="left"), ax.get_xlabel().splitlines()[1:]
    ('rep1.tif: not measured', ['No number is given.', 'few levels: only 12 levels'])
    """
    shown = show_picture(ax, blot)
    frames = mark_places(ax, blot)
    own = [code.replace("_", " ") + ": " + words for code, _, words in (said.partition(": ") for said in blot.cautions)]
    small_print(ax, [shown, *reasons, *own, frames])
    ax.set_title(f"{blot.name if title is None else title}: not measured", fontsize=9, loc="left")
    for spine in ax.spines.values():
        spine.set(visible=True, linewidth=1.6, linestyle=(0, (4, 2)), edgecolor="black")
