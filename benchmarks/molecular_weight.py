"""Masses read from simulated ladders, against the masses planted, to molecular_weight.csv beside this file.

Rows "rungs" match the rows of rungs alone: four ladders on gels where log mass runs straight, bent or as an S, each
rung off by 1.6 px (standard deviation); some rungs do not show, some strays do, or the lightest have run off. Rows
"image" draw whole membranes (tilt, smile, haze; five targets in eleven lanes and a ladder at the left), measure them as
a study would, and read the bands' masses. `wrong` is the share of ladders with a rung given the mass of another,
`unclear` the share refused; errors are of the mass, in percent, over 15 bands between the rungs of each ladder (rungs)
or over all detected bands (image); `covers` the share of 95 % intervals that hold the truth.
Run: python benchmarks/molecular_weight.py
"""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from blots import Blot, LanesNotFound, MeasuredBlot, measure_blot
from blots.image_files import blot_from_array
from blots.ladder import match_ladder
from blots.molecular_weight import find_masses
from blots.simulate import SCENES, Scene, example_design, simulate_blot
from blots.simulated_ladder import with_ladder
from blots.simulated_shapes import SHAPE_FAMILIES
from cytotools.tables import rows_of

Array = NDArray[np.float64]

SEED = 20_261_121
REPEATS, IMAGES, HEIGHT = 60, 8, 620
LADDERS = {
    "250 to 10": (250.0, 150.0, 100.0, 75.0, 50.0, 37.0, 25.0, 20.0, 15.0, 10.0),
    "180 to 10": (180.0, 130.0, 100.0, 70.0, 55.0, 40.0, 35.0, 25.0, 15.0, 10.0),
    "170 to 26": (170.0, 130.0, 95.0, 72.0, 55.0, 43.0, 34.0, 26.0),
    "116 to 14": (116.0, 66.2, 45.0, 35.0, 25.0, 18.4, 14.4),
}
GELS = ("straight", "bent", "S")
CASES = {"all show": (0, 0, 0), "1 missing": (1, 0, 0), "1 stray": (0, 1, 0), "2 missing, 1 stray": (2, 1, 0),
         "2 run off": (0, 0, 2)}  # fmt: skip
TARGET_KDA = {"cIAP2": 72.0, "cIAP1": 62.0, "non-specific": 57.5, "XIAP": 46.0, "actin": 33.0}
SHOWN = (250.0, 150.0, 100.0, 75.0, 50.0, 37.0, 25.0, 20.0)


class Gel:
    """How far masses run: row as a function of mass."""

    def __init__(self, kind: str, largest: float, least: float, rng: np.random.Generator) -> None:
        self.kind, self.largest, self.least = kind, largest, least
        self.bend, self.steep, self.middle = rng.uniform(-0.5, 0.5), rng.uniform(1.0, 2.2), rng.uniform(0.4, 0.6)
        self.top, self.bottom = rng.uniform(20, 70), HEIGHT * rng.uniform(0.85, 0.97)

    def run(self, kda: Array) -> Array:
        """Return how far masses run, 0 for the largest and 1 for the least."""
        t = np.log(self.largest / kda) / np.log(self.largest / self.least)
        if self.kind == "straight":
            return np.asarray(t)
        if self.kind == "bent":
            return np.asarray(t + self.bend * t * (1 - t))
        s, zero, one = (1 / (1 + np.exp(-2 * self.steep * (part - self.middle))) for part in (t, 0.0, 1.0))
        return np.asarray((s - zero) / (one - zero))

    def rows(self, kda: Array, last: float) -> Array:
        """Return rows, where mass `last` lies at the bottom of the picture's ladder."""
        end = float(self.run(np.array([last]))[0])
        return np.asarray(self.top + (self.bottom - self.top) * self.run(kda) / end)


def matched(name: str, kind: str, case: str) -> dict[str, object]:
    """Return one row about rungs alone."""
    kda = np.array(LADDERS[name])
    missing, strays, run_off = CASES[case]
    rng = np.random.default_rng([SEED, list(LADDERS).index(name), GELS.index(kind), list(CASES).index(case)])
    wrong = unclear = 0
    errors, inside = [], []
    for _ in range(REPEATS):
        gel = Gel(kind, kda[0], kda[-1], rng)
        y = gel.rows(kda, kda[-1 - run_off]) + rng.normal(0, 1.0, len(kda)) + rng.normal(0, 0.002 * HEIGHT, len(kda))
        shows = (np.arange(len(kda)) < len(kda) - run_off) & (y < HEIGHT - 1)
        if missing:
            shows[rng.choice(np.flatnonzero(shows), missing, replace=False)] = False
        seen = np.concatenate([y[shows], rng.uniform(10, HEIGHT - 10, strays)])
        truth = np.concatenate([kda[shows], np.full(strays, np.nan)])
        order = np.argsort(seen)
        found = match_ladder(seen[order], LADDERS[name], HEIGHT)
        if found.doubt:
            unclear += 1
            continue
        given = dict(zip(found.y.tolist(), found.kda.tolist(), strict=True))
        wrong += any(given.get(row, mass) != mass for row, mass in zip(seen, truth, strict=True) if mass == mass)
        asked = np.exp(rng.uniform(np.log(found.kda[-1]), np.log(found.kda[0]), 15))
        rows = gel.rows(asked, kda[-1 - run_off]) + rng.normal(0, 1.0, 15)
        off = np.log(found.mass(rows) / asked)
        errors += np.abs(np.expm1(off)).tolist()
        inside += (np.abs(off) <= 1.96 * found.log_error(rows)).tolist()
    head: dict[str, object] = {"what": "rungs", "ladder_or_scene": name, "gel_or_shape": kind, "case": case}
    return head | _figures(wrong, unclear, errors, inside, REPEATS)


def imaged(scene: str, shape: str, missing: int) -> dict[str, object]:
    """Return one row about whole images, so many rungs of each missing."""
    rng = np.random.default_rng([SEED, 9, list(SCENES).index(scene), list(SHAPE_FAMILIES).index(shape), missing])
    wrong = unclear = 0
    errors: list[float] = []
    inside: list[bool] = []
    for _ in range(IMAGES):
        blot, ladder = _drawn(SCENES[scene], shape, missing, rng)
        measured = _measured(blot)
        found = find_masses(measured, [1], SHOWN)
        (read,) = found.ladders.values()
        if read.doubt:
            unclear += 1
            continue
        nearest = [ladder[min(ladder, key=lambda row: abs(row - y))] for y in read.y.tolist()]
        wrong += nearest != read.kda.tolist()
        for row in rows_of(found.table):
            inside.append(bool(row["low"] <= TARGET_KDA[row["target"]] <= row["high"]))
        planted = measured.table["target"].map(TARGET_KDA).to_numpy(dtype=float)
        own = np.abs(found.kda / planted - 1)[measured.table["target"].to_numpy() != "non-specific"]
        errors += own[np.isfinite(own)].tolist()
    case = f"{missing} missing" if missing else "all show"
    head: dict[str, object] = {"what": "image", "ladder_or_scene": scene, "gel_or_shape": shape, "case": case}
    return head | _figures(wrong, unclear, errors, inside, IMAGES)


def _drawn(scene: Scene, shape: str, missing: int, rng: np.random.Generator) -> tuple[Blot, dict[float, float]]:
    """Return a blot with a ladder in lane 1, and the masses of its rungs by row of the picture."""
    gel = Gel("bent", SHOWN[0], SHOWN[-1], rng)
    samples = example_design(rng)
    rows = gel.rows(np.array(list(TARGET_KDA.values())), SHOWN[-1])
    design = replace(samples, abundance=np.asarray(samples.abundance)[:11], loads=samples.lane_loads()[:11])
    design = replace(design, rows_px=tuple(rows.tolist()))
    volumes = np.exp(rng.normal(np.log(5e6), 0.7, len(SHOWN)))
    volumes[rng.choice(len(SHOWN), missing, replace=False)] = 0.0
    design = with_ladder(design, gel.rows(np.array(SHOWN), SHOWN[-1]).tolist(), volumes)
    drawn = simulate_blot(design, scene, SHAPE_FAMILIES[shape], rng=rng)
    rungs = drawn.truth[(drawn.truth["lane"] == 1) & (drawn.truth["volume"] > 0)]
    masses = {f"rung {number}": mass for number, mass in enumerate(SHOWN, 1)}
    truth = {row["y"]: masses[row["target"]] for row in rows_of(rungs) if row["target"] in masses}
    return blot_from_array(drawn.image, "drawn"), truth


def _measured(blot: Blot) -> MeasuredBlot:
    """Return the measured blot as a study would: a ladder in other rows may not be seen as a lane."""
    try:
        return measure_blot(blot, 12, list(TARGET_KDA))
    except LanesNotFound:
        return measure_blot(blot, 12, list(TARGET_KDA), empty_lanes=[1])


def _figures(wrong: int, unclear: int, errors: list[float], inside: list[bool], repeats: int) -> dict[str, object]:
    known = np.array(errors) if errors else np.array([np.nan])
    shown: dict[str, object] = {"wrong": round(wrong / repeats, 4), "unclear": round(unclear / repeats, 3)}
    shown |= {"median_error_percent": round(100 * float(np.median(known)), 2)}
    shown |= {"p95_error_percent": round(100 * float(np.percentile(known, 95)), 2)}
    return shown | {"covers": round(float(np.mean(inside)) if inside else np.nan, 3), "repeats": repeats}


def main() -> None:
    """Write the table."""
    table = [matched(name, kind, case) for name in LADDERS for kind in GELS for case in CASES]
    scenes, shapes = ("flat", "tilt", "smile", "full"), ("emg", "student")
    table += [imaged(scene, shape, missing) for scene in scenes for shape in shapes for missing in (0, 1)]
    with Path(__file__).with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


if __name__ == "__main__":
    main()
