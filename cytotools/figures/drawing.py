"""A figure that is still to be drawn, as a value: what draws it can be sent to another process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cytotools.figures.style import Saved, save, save_words, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Drawing:
    """A figure that is still to be drawn.

    Attributes
    ----------
    saved : Saved
        What is said of it.
    draw : callable
        Takes nothing and returns the figure, or the figure and its caption where that is known from the drawing;
        a `functools.partial` of a module's function, which a process can be sent.
    pdf : bool
        Whether it is for print.
    beside : str
        What a JSON file of its name says of it.
    """

    saved: Saved
    draw: Callable[[], Figure | tuple[Figure, str]]
    pdf: bool = False
    beside: str = ""


def write_drawing(drawing: Drawing, folder: Path) -> Saved:
    """Draw a figure in the house style, write its files into a folder and return what is said of it."""
    with styled():
        drawn = drawing.draw()
        if drawing.beside:
            save_words(drawing.beside, folder / f"{drawing.saved.name}.json")
        if not isinstance(drawn, tuple):
            return save(drawn, folder, drawing.saved, pdf=drawing.pdf)
        figure, caption = drawn
        return save(figure, folder, replace(drawing.saved, caption=caption), pdf=drawing.pdf)
