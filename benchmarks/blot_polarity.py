"""How often the polarity of a picture is told wrongly: simulated pictures of nineteen kinds, each in both signs.

    python benchmarks/blot_polarity.py [--each 100] [--first 9100]

A picture is `wrong` where bright bands are taken for dark ones or the other way round, `unsure` where the blot would
carry `polarity_unsure`, and `wrong_and_sure` where nobody is told. Seeds below 9100 were free to be used in
development. Every picture has its own lanes, bands, loads, scene and family of band shapes; the kinds add to that.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from blots.picture_signal import UNSURE_POLARITY
from blots.polarity import find_polarity
from blots.simulate import SCENES, BlotDesign, simulate_blot
from blots.simulated_shapes import SHAPE_FAMILIES

Array = NDArray[np.float64]
Rng = np.random.Generator

_FULL = 65535.0


def membrane(
    rng: Rng,
    most_bands: int = 5,
    weakest: float = 1500,
    strongest: float = 45_000,
    lanes_shown: int = 99,
    **scene: float,
) -> Array:
    """Return a simulated picture with bright bands: 4 to 18 lanes, any scene and family of shapes."""
    rows, columns, lanes = int(rng.integers(220, 640)), int(rng.integers(300, 1000)), int(rng.integers(4, 19))
    pitch = columns / (lanes + rng.uniform(0.5, 2.5))
    width, bands = pitch * rng.uniform(0.5, 0.85), int(rng.integers(1, most_bands + 1))
    sigmas = rng.uniform(0.15, 0.4, bands) * rows**0.5
    volumes = np.exp(rng.uniform(np.log(weakest), np.log(strongest), bands)) * width * sigmas * 2.5
    abundance = np.exp(rng.normal(0, 0.5, (lanes, bands))) * (rng.random((lanes, bands)) > 0.15)
    hidden = rng.permutation(lanes)[min(lanes_shown, lanes) :]
    abundance[:, 0] = np.maximum(abundance[:, 0], 0.3)
    abundance[hidden] = 0
    design = BlotDesign(
        abundance,
        [f"band {n}" for n in range(bands)],
        np.exp(rng.normal(0, 0.15, lanes)),
        rows_px=tuple(np.sort(rng.uniform(0.1, 0.9, bands)) * rows),
        sigmas_px=tuple(sigmas),
        unit_volumes=tuple(volumes),
    )
    base = SCENES[str(rng.choice(list(SCENES)))]
    lying = replace(
        base,
        shape=(rows, columns),
        first_lane_px=(columns - pitch * (lanes - 1)) / 2 + rng.normal(0, 0.2 * pitch),
        pitch_px=pitch,
        lane_width_px=width,
        smile_px=base.smile_px * rows / 620 * rng.uniform(0, 1.5),
        offset=float(np.exp(rng.uniform(np.log(100), np.log(8000)))),
        vignette=float(rng.choice([0, 0, 0.1, 0.3])),
    )
    shape = SHAPE_FAMILIES[str(rng.choice(list(SHAPE_FAMILIES)))]
    return simulate_blot(design, replace(lying, **scene), shape, rng=rng).image.astype(float)  # type: ignore[arg-type]


def dots(rng: Rng) -> Array:
    """Return a dot blot, some of its dots hollow."""
    rows, columns = int(rng.integers(220, 640)), int(rng.integers(300, 900))
    down, across = int(rng.integers(1, 7)), int(rng.integers(2, 11))
    radius = 0.32 * min(rows / (down + 0.5), columns / (across + 0.5)) * rng.uniform(0.5, 1)
    y, x = np.mgrid[:rows, :columns].astype(float)
    light = np.zeros((rows, columns))
    for i in range(down):
        for j in range(across):
            r = np.hypot(y - (i + 0.75) * rows / (down + 0.5), x - (j + 0.75) * columns / (across + 0.5))
            hollow = 1 - rng.uniform(0, 0.5) * np.exp(-((2 * r / radius) ** 2))
            light += rng.lognormal(8, 1) * hollow / (1 + np.exp(np.minimum((r - radius) / 1.5, 50)))
    light = gaussian_filter(light, 1) + rng.uniform(200, 5000) + rng.uniform(0, 2000) * x / columns
    return np.asarray(np.clip(np.rint(rng.poisson(light / 2) * 2 + rng.normal(0, 12, light.shape)), 0, _FULL))


def labelled(picture: Array, rng: Rng, level: float) -> Array:
    """Return the picture with one to four words burnt in at a level."""
    from PIL import Image, ImageDraw, ImageFont

    rows, columns = picture.shape
    page = Image.new("L", (columns, rows))
    font = ImageFont.load_default(size=int(rng.uniform(0.03, 0.08) * rows) + 8)
    for _ in range(int(rng.integers(1, 5))):
        place = rng.uniform(0, 0.7) * columns, rng.uniform(0, 0.9) * rows
        ImageDraw.Draw(page).text(place, "actin 42 kDa"[: int(rng.integers(3, 12))], fill=255, font=font)
    return np.where(np.asarray(page) > 100, level, picture)


def on_a_tray(picture: Array, rng: Rng, lighter: bool) -> Array:
    """Return the picture as a membrane on a larger tray that is darker (or, not `lighter`, brighter) than it."""
    rows, columns = picture.shape
    height, width = int(rows / rng.uniform(0.55, 0.95)), int(columns / rng.uniform(0.5, 0.95))
    step, ground = np.ptp(picture) * rng.uniform(0.05, 0.6), float(np.percentile(picture, 20))
    tray = np.full((height, width), ground if lighter else ground + step)
    top, left = int(rng.integers(0, height - rows + 1)), int(rng.integers(0, width - columns + 1))
    window = np.s_[top : top + rows, left : left + columns]
    inside, whole = np.zeros_like(tray), tray.copy()
    inside[window], whole[window] = 1, picture + (step if lighter else 0)
    inside = gaussian_filter(inside, rng.uniform(0.5, 3))
    grain = rng.normal(0, max(10.0, 0.003 * np.ptp(picture)), tray.shape)
    return np.asarray(inside * whole + (1 - inside) * (tray + grain))


def framed(picture: Array, rng: Rng, bright: bool) -> Array:
    """Return the picture with an even frame on some of its sides."""
    whole, wide = picture.copy(), int(rng.uniform(0.01, 0.06) * min(picture.shape)) + 1
    level = picture.max() * rng.uniform(0.5, 1) if bright else picture.min() * rng.uniform(0, 0.6)
    for side in (np.s_[:wide], np.s_[-wide:], np.s_[:, :wide], np.s_[:, -wide:]):
        if rng.random() < 0.6:
            whole[side] = level + rng.normal(0, 10, whole[side].shape)
    return whole


def strip(picture: Array, rng: Rng) -> Array:
    """Return the strongest row alone, as figures show it."""
    row = int(picture.mean(axis=1).argmax())
    reach = int(rng.uniform(0.05, 0.12) * len(picture)) + 20
    return picture[max(0, row - reach) : row + reach]


def eight_bits(picture: Array, rng: Rng) -> Array:
    """Return the picture stretched to 8 bits, its brightest part clipped."""
    low, high = picture.min(), np.percentile(picture, rng.uniform(98, 100))
    return np.asarray(np.rint(255 * np.clip((picture - low) / (high - low), 0, 1)))


def quarter(picture: Array, rng: Rng) -> Array:
    """Return any quarter of the picture, which may hold next to no band."""
    rows, columns = (n // 2 for n in picture.shape)
    top, left = int(rng.integers(0, rows + 1)), int(rng.integers(0, columns + 1))
    return picture[top : top + rows, left : left + columns]


def mixed(picture: Array, rng: Rng) -> Array:
    """Return the picture after any of: tray, label, turn, 8 bits."""
    picture = on_a_tray(picture, rng, rng.random() < 0.5) if rng.random() < 0.5 else picture
    picture = labelled(picture, rng, float(rng.choice([0, picture.max()]))) if rng.random() < 0.5 else picture
    picture = np.rot90(picture) if rng.random() < 0.5 else picture
    return np.rint(255 * picture / picture.max()) if rng.random() < 0.5 else picture


KINDS: dict[str, Callable[[Rng], Array]] = {
    "plain": membrane,
    "one row in up to three lanes": lambda rng: membrane(rng, most_bands=1, lanes_shown=int(rng.integers(1, 4))),
    "faint": lambda rng: membrane(rng, weakest=150, strongest=800),
    "strong haze": lambda rng: membrane(rng, haze=float(rng.uniform(1500, 6000))),
    "overexposed": lambda rng: membrane(rng, full_scale=int(rng.choice([4095, 8000, 16383]))),
    "dot blot": dots,
    "label, white": lambda rng: labelled(membrane(rng), rng, _FULL),
    "label, black": lambda rng: labelled(membrane(rng), rng, 0.0),
    "on a darker tray": lambda rng: on_a_tray(membrane(rng), rng, lighter=True),
    "on a lighter tray": lambda rng: on_a_tray(membrane(rng), rng, lighter=False),
    "dark frame": lambda rng: framed(membrane(rng), rng, bright=False),
    "bright frame": lambda rng: framed(membrane(rng), rng, bright=True),
    "strip": lambda rng: strip(membrane(rng), rng),
    "8 bits": lambda rng: eight_bits(membrane(rng), rng),
    "gamma": lambda rng: (membrane(rng) / _FULL) ** float(rng.choice([0.3, 0.45, 2.2])),
    "ground cut off": lambda rng: (lambda p: np.maximum(p, np.percentile(p, rng.uniform(30, 85))))(membrane(rng)),
    "turned": lambda rng: np.rot90(membrane(rng)),
    "any quarter": lambda rng: quarter(membrane(rng), rng),
    "mixed": lambda rng: mixed(membrane(rng), rng),
}


def tally(kind: str, seeds: range) -> dict[str, object]:
    """Return how the pictures of a kind were told, both signs of each."""
    asked = wrong = unsure = wrong_and_sure = 0
    for seed in seeds:
        picture = np.ascontiguousarray(KINDS[kind](np.random.default_rng([seed, list(KINDS).index(kind)])))
        if picture.min() == picture.max():  # refused before any look at its polarity
            continue
        for stored, dark in ((picture, False), (picture.max() - picture, True)):
            told = find_polarity(stored)
            mistaken, doubted = told.dark_bands != dark, told.confidence < UNSURE_POLARITY
            asked, wrong, unsure = asked + 1, wrong + mistaken, unsure + doubted
            wrong_and_sure += mistaken and not doubted
    return {"kind": kind, "pictures": asked, "wrong": wrong, "unsure": unsure, "wrong_and_sure": wrong_and_sure}


def main() -> None:
    """Tally every kind, print the table and keep it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=100)
    parser.add_argument("--first", type=int, default=9100)
    options = parser.parse_args()
    seeds = range(options.first, options.first + options.each)
    table = pd.DataFrame([tally(kind, seeds) for kind in KINDS])
    table.loc[len(table)] = ["all", *table.drop(columns="kind").sum()]
    table.to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
