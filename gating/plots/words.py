"""Many short words in one artist: each text of matplotlib's own is laid out for itself, longer than it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import to_rgba
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D, IdentityTransform, Transform

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase
    from numpy.typing import ArrayLike, NDArray

ACROSS = {"left": 0.0, "center": 0.5, "right": 1.0}  # of a word's width that lies left of its place
UP = {"bottom": 0.24, "center": -0.26, "top": -0.76}  # of the size, from a place to the line that letters stand on
LETTERING = text_to_path.FONT_SCALE  # the size of the letters whose outlines matplotlib gives


class Words(Artist):
    """Words of one size on an axes, each at a place in its data; drawn whole, also beyond the axes' edge.

    Parameters
    ----------
    ax : matplotlib Axes
    words : sequence of str
        A few letters each, of one line.
    places : array_like, shape (n, 2)
        x and y.
    size : float
        In points.
    colours : str or sequence of str
    across : {"left", "center", "right"}
        Which part of a word stands at its place.
    up : {"bottom", "center", "top"}
        The same upwards.
    zorder : float
    transform : Transform, optional
        From places to pixels; default that of the axes' data.
    weight : str
        Of the letters, as matplotlib names it.
    halo : float
        Points of white around the letters, so that they are read on any ground.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().add_subplot()
    >>> written = Words(ax, ["12", "7"], [[0, 0], [1, 0]], size=6.0)
    >>> written.words, written in ax.get_children()
    (('12', '7'), True)
    """

    def __init__(
        self,
        ax: Axes,
        words: Sequence[str],
        places: ArrayLike,
        *,
        size: float,
        colours: str | Sequence[str] = "black",
        across: str = "center",
        up: str = "center",
        zorder: float = 3,
        transform: Transform | None = None,
        weight: str = "normal",
        halo: float = 0.0,
    ) -> None:
        super().__init__()
        self.words = tuple(words)
        self.places = np.asarray(places, np.float64).reshape(-1, 2)
        self.size = size
        self.set(zorder=zorder, in_layout=False, transform=transform or ax.transData)
        inks = (colours,) * len(self.words) if isinstance(colours, str) else colours
        self._letters = _letters(self.words, inks, ACROSS[across], weight)
        self._weight, self._halo = weight, halo
        self._up = UP[up]
        ax.add_artist(self)
        self.set_clip_on(False)

    def draw(self, renderer: RendererBase) -> None:
        """Draw each letter of each colour at all of its places at once."""
        if not self.get_visible():
            return
        if self._halo:
            self._draw_letters(renderer, self._halo)
        self._draw_letters(renderer)
        self.stale = False

    def _draw_letters(self, renderer: RendererBase, halo: float = 0.0) -> None:
        pixels = renderer.points_to_pixels(self.size)
        at = self.get_transform().transform(self.places)
        for (letter, ink), (owners, shifts) in self._letters.items():
            places = at[owners] + np.column_stack([shifts, np.full(len(shifts), self._up)]) * pixels
            gc = renderer.new_gc()
            gc.set_linewidth(renderer.points_to_pixels(halo))
            gc.set_foreground("white")
            gc.set_joinstyle("round")
            gc.set_snap(False)
            scale: Any = Affine2D().scale(pixels)
            outline, fill = _glyph(letter, self._weight)[0], "white" if halo else ink
            renderer.draw_markers(gc, outline, scale, Path(places), IdentityTransform(), to_rgba(fill))
            gc.restore()


def _letters(
    words: Sequence[str], inks: Sequence[str], left: float, weight: str
) -> dict[tuple[str, str], tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Return for each letter and colour the words that it stands in and how far from their places, in sizes."""
    found: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for number, (word, ink) in enumerate(zip(words, inks, strict=True)):
        shift = -left * sum(_glyph(letter, weight)[1] for letter in word)
        for letter in word:
            found.setdefault((letter, ink), []).append((number, shift))
            shift += _glyph(letter, weight)[1]
    return {
        key: (np.array([owner for owner, _ in own]), np.array([shift for _, shift in own]))
        for key, own in found.items()
        if len(_glyph(key[0], weight)[0].vertices)
    }


@cache
def _glyph(letter: str, weight: str) -> tuple[Path, float]:
    """Return the outline of a letter of size 1 and how wide it is."""
    font = FontProperties(family="DejaVu Sans", weight=weight, size=LETTERING)
    vertices, codes = text_to_path.get_text_path(font, letter)
    width, _, _ = text_to_path.get_text_width_height_descent(letter, font, ismath=False)
    return Path(np.asarray(vertices).reshape(-1, 2) / LETTERING, codes), width / LETTERING
