"""Real pictures, whose truth nobody knows: what is found, and whether the same blot seen otherwise says the same.

    python -m benchmarks.real_blots FOLDER [--data ../shared/data/blots]

The Western blot `biorad_1sc/test4` (16 lanes in its loading row by eye) and the two gels of the photograph `elife_gel`
(15 lanes each). Lanes and bands are drawn into FOLDER, and every band is printed. Stability stands in for truth: the
picture is cropped, mirrored, shifted, inverted, thinned (half its photons, by Poisson's law) and binned 2 x 2; each
row is divided by its median, so that scale does not count. `moved` is how far a band's relative volume went from the
original's, `covers` the share of bands in whose original interval (relative too) the altered value lies. Bands under
their detection limit in either picture are left out and counted.

The intervals speak of measurement error; the altered pictures share the original's background, band shapes and most
of its noise, so that covering them is necessary, and far from enough.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blots.blot import Blot
from blots.errors import BlotError
from blots.fitness import Encoding
from blots.geometry import find_geometry
from blots.image_files import blot_from_array, read_blot
from blots.layout import BlotGeometry
from blots.quantify import measure_bands

Image = NDArray[np.float64]


class Alteration(NamedTuple):
    """Another look at the same blot: the picture, and how its lanes and bands are numbered (1 or -1)."""

    alter: Callable[[Image], Image]
    lanes: int = 1


class RealBlot(NamedTuple):
    """A real picture: its file, the part of its rows that is looked at, and what an eye sees there."""

    name: str
    path: str
    rows: tuple[int, int | None]
    lanes: int
    bands: tuple[str, ...]


BLOTS = (
    RealBlot("test4", "biorad_1sc/test4_imglab_analysis.tif", (0, None), 16, ("upper", "loading")),
    RealBlot("test4 loading", "biorad_1sc/test4_imglab_analysis.tif", (300, None), 16, ("loading",)),
    RealBlot("upper gel", "elife_gel/gel-example.png", (60, 470), 15, ("high", "middle", "low")),
    RealBlot("lower gel", "elife_gel/gel-example.png", (560, 960), 15, ("high", "middle", "low")),
)


def thinned(image: Image) -> Image:
    """Return the picture with half its photons, if its brightest pixel held as many as 16 bits can count."""
    rng = np.random.default_rng(5)
    photons = np.rint(np.maximum(image, 0) * 65535 / image.max()).astype(np.int64)
    return np.asarray(2.0 * rng.binomial(photons, 0.5) * image.max() / 65535, dtype=np.float64)


def binned(image: Image) -> Image:
    """Return sums over 2 x 2 pixels, as a camera bins."""
    rows, columns = (n // 2 * 2 for n in image.shape)
    return np.asarray(image[:rows, :columns].reshape(rows // 2, 2, columns // 2, 2).sum(axis=(1, 3)))


ALTERATIONS: dict[str, Alteration] = {
    "cropped 8 px all sides": Alteration(lambda image: image[8:-8, 8:-8]),
    "mirrored": Alteration(lambda image: image[:, ::-1], lanes=-1),
    "shifted crop +7, +5": Alteration(lambda image: image[7:, 5:]),
    "shifted crop -7, -5": Alteration(lambda image: image[:-7, :-5]),
    "half the photons": Alteration(thinned),
    "binned 2 x 2": Alteration(binned),
    "inverted": Alteration(lambda image: image.max() - image),
}


def picture(real: RealBlot, data: Path) -> tuple[Blot, Image]:
    """Return a real blot's part as a Blot, and its numbers."""
    read = read_blot(data / real.path)
    signal = np.asarray(read.signal[slice(*real.rows)])
    return _blot(signal, real, read), signal


def _blot(image: Image, real: RealBlot, read: Blot) -> Blot:
    eight_bit = any(caution.startswith("eight_bit") for caution in read.cautions)
    encoding = Encoding(bits=8 if eight_bit else 16, colour=eight_bit)
    return blot_from_array(image, real.name, encoding=encoding, ceiling=None)


def measured(blot: Blot, real: RealBlot) -> tuple[BlotGeometry, pd.DataFrame]:
    """Return where the bands were found, and their table."""
    geometry = find_geometry(blot, real.lanes, real.bands)
    return geometry, measure_bands(blot, geometry)


def relative(table: pd.DataFrame) -> pd.DataFrame:
    """Return volume, low and high of every lane and target over the median of the target's detected bands."""
    middle = table.volume.where(~table.below_detection).groupby(table.target).transform("median")
    parts = {side: table[side] / middle for side in ("volume", "low", "high")}
    keys = {"lane": table.lane, "target": table.target, "below": table.below_detection}
    return pd.DataFrame({**keys, **parts, "caution": table.caution}).set_index(["lane", "target"])


def stability(real: RealBlot, read: Blot, image: Image, table: pd.DataFrame) -> list[dict[str, object]]:
    """Return a row an alteration: how far the bands moved, and how often their intervals hold that."""
    before, rows = relative(table), []
    for name, alteration in ALTERATIONS.items():
        row: dict[str, object] = {"blot": real.name, "altered": name}
        try:
            _, found = measured(_blot(alteration.alter(image), real, read), real)
        except BlotError as error:
            rows.append(row | {"refused": str(error)[:60]})
            continue
        if alteration.lanes < 0:
            found = found.assign(lane=real.lanes + 1 - found.lane)
        rows.append(row | _moves(before, relative(found).reindex(before.index)))
    return rows


def _moves(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, object]:
    seen = ~before.below & ~after.below.astype(bool)
    moved = (100 * (after.volume / before.volume - 1).abs())[seen]
    held = ((before.low <= after.volume) & (after.volume <= before.high))[seen]
    wide = (50 * (before.high - before.low) / before.volume)[seen]
    return {
        "bands": int(seen.sum()),
        "changed_detection": int((before.below != after.below).sum()),
        "moved_median_percent": round(float(moved.median()), 2),
        "moved_p90_percent": round(float(moved.quantile(0.9)), 2),
        "moved_worst_percent": round(float(moved.max()), 1),
        "half_interval_percent": round(float(wide.median()), 1),
        "covers": round(float(held.mean()), 3),
        "refused": "",
    }


def draw(blot: Blot, geometry: BlotGeometry, path: Path) -> None:
    """Draw lanes (blue) and bands (red found, orange taken from neighbours) over the picture, darker is more signal."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    rows, columns = blot.shape
    figure, axes = plt.subplots(figsize=(14, 14 * rows / columns))
    low, high = np.percentile(blot.signal, [1, 99.7])
    axes.imshow(blot.signal, cmap="gray_r", vmin=low, vmax=high)
    y = np.arange(rows)
    for lane in geometry.lanes:
        for side in (-0.5, 0.5):
            axes.plot(lane.x + side * lane.width_px, y, "b", lw=0.5)
        axes.text(lane.x[0], 15, str(lane.number), color="b", ha="center")
    for band in geometry.bands:
        axes.plot(band.x + np.array([-9, 9]), [band.y] * 2, "r" if band.basis == "found" else "orange", lw=1)
    axes.set(xlim=(0, columns - 1), ylim=(rows - 1, 0), title=f"{blot.name}: shown from {low:.0f} to {high:.0f}")
    figure.savefig(path, dpi=80, bbox_inches="tight")
    plt.close(figure)


def main() -> None:
    """Draw, print and compare; keep the table of moves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/blots"))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    moves: list[dict[str, object]] = []
    for real in BLOTS:
        if not (options.data / real.path).exists():
            print(f"{real.name} left out: {real.path} is not in {options.data}")
            continue
        blot, image = picture(real, options.data)
        print(f"\n{real.name}: {blot.fitness}, {'; '.join(blot.cautions) or 'no caution'}")
        try:
            geometry, table = measured(blot, real)
        except BlotError as error:
            print(f"  refused: {error}")
            moves.append({"blot": real.name, "altered": "not at all", "refused": str(error)[:60]})
            continue
        draw(blot, geometry, options.folder / f"{real.name.replace(' ', '_')}.png")
        shown = table[["lane", "target", "x", "y", "volume", "low", "high", "detection_limit", "method_spread"]]
        print(shown.assign(caution=table.caution.str.slice(0, 60)).round(3).to_string(index=False))
        moves += stability(real, blot, image, table)
    if moves:
        frame = pd.DataFrame(moves)
        frame.to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")
        print(f"\n{frame.to_string(index=False)}")


if __name__ == "__main__":
    main()
