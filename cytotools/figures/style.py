"""How every figure looks, and how it is saved: the same bytes for the same content."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cytotools.figures.compact_svg import compact_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 150
PRINTED_DPI = 300
LAYOUT_PASSES = 2
PNG_EFFORT = 2  # a finer search saves a tenth of the bytes and takes twice as long
SETTINGS: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 8.0,
    "axes.titlesize": 8.5,
    "axes.labelsize": 8.0,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.labelsize": 7.0,
    "ytick.labelsize": 7.0,
    "legend.frameon": False,
    "legend.fontsize": 7.5,
    "legend.handlelength": 2.8,
    "savefig.dpi": DPI,
    "svg.hashsalt": "cytotools",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,  # letters that a journal's staff can select and set again
    "figure.facecolor": "white",
}
# Okabe and Ito's colours, told apart by the colour-blind; markers say the same without colour.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#8A6D00", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
# Light to dark, so that a grey print keeps the order.
POPULATION_COLOURS = {
    "live": "#E8E8E8",
    "early_apoptotic": "#F0B060",
    "late_apoptotic": "#B5310A",
    "necrotic": "#303030",
}
POPULATION_NAMES = {
    "total": "total apoptosis (early + late)",
    "live": "live",
    "early_apoptotic": "early apoptotic",
    "late_apoptotic": "late apoptotic / necrotic",
    "necrotic": "dye only (necrotic)",
}


@dataclass(frozen=True)
class Saved:
    """One figure that was written: its file name without ending, what it shows, and where the report puts it."""

    name: str
    title: str
    caption: str
    section: str  # flow, blots, blots in detail, or "" where the report leaves it out


@contextmanager
def styled() -> Iterator[None]:
    """Draw in the house style inside the block; a sign that the font lacks, such as a picture, is drawn as a box."""
    import matplotlib as mpl

    with mpl.rc_context(SETTINGS), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from font", UserWarning)
        yield


def save(figure: Figure, folder: Path, saved: Saved, *, pdf: bool = False) -> Saved:
    """Write a figure as SVG and PNG, and as PDF and finer where it is for print; return what was said of it."""
    from matplotlib.backends.backend_pdf import FigureCanvasPdf
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    _lay_out(figure)
    figure.dpi = DPI
    svg = StringIO()
    _drawn(FigureCanvasSVG(figure).print_svg, svg, {"Date": None, "Creator": "cytotools"})
    save_words(compact_svg(svg.getvalue()), folder / f"{saved.name}.svg")
    figure.dpi = PRINTED_DPI if pdf else DPI
    _save_png(figure, folder / f"{saved.name}.png")
    if pdf:
        print_pdf = FigureCanvasPdf(figure).print_pdf
        _drawn(print_pdf, folder / f"{saved.name}.pdf", {"CreationDate": None, "Creator": "cytotools"})
    return saved


def _save_png(figure: Figure, path: Path) -> None:
    """Write a figure as PNG without an opacity, which would be the same everywhere."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    told = PngInfo()
    told.add_text("Software", "cytotools")
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3])
    picture.save(path, "png", compress_level=PNG_EFFORT, dpi=(figure.dpi, figure.dpi), pnginfo=told)


def _drawn(write: Callable[..., object], to: Path | StringIO, metadata: dict[str, str | None]) -> None:
    """Let a canvas write a figure."""
    write(str(to) if isinstance(to, Path) else to, metadata=metadata)


def _lay_out(figure: Figure) -> None:
    """Lay a figure out once for all its formats: the engine would do so again for each, longer than the drawing."""
    engine = figure.get_layout_engine()
    if engine is not None:
        # What stands outside a picture of fixed aspect finds its place from pass to pass.
        for _ in range(LAYOUT_PASSES if any(ax.get_aspect() != "auto" for ax in figure.axes) else 1):
            engine.execute(figure)
        figure.set_layout_engine("none")


def save_words(text: str, path: Path) -> None:
    """Write what belongs beside a figure."""
    path.write_text(text, encoding="utf-8", newline="\n")
