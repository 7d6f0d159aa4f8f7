"""How long a blot takes, part by part: 12 lanes in 1000 x 620 pixels and in 6 megapixels, one process.

    python -m benchmarks.blot_speed [--runs 5]

Asked: 1 s and 3 s on two cores, with no positions given. `wall` counts what else the machine does, `processor` does
not; both are the best of the runs, parts of one picture measured in turn. scikit-image's `rolling_ball` of radius 50
on the same picture is the yardstick (its default: one worker a core).
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import pandas as pd

from blots.geometry import find_geometry
from blots.image_files import read_blot
from blots.quantify import measure_bands
from blots.simulate import BANDS, SCENES, SimulatedBlot, example_design, simulate_blot, write_blot_tiff

_SIZES = {"1000 x 620": 1.0, "3112 x 1929": 3.112}
_ASKED_S = {"1000 x 620": 1.0, "3112 x 1929": 3.0}
_BALL_PX = 50
T = TypeVar("T")


class Seconds(NamedTuple):
    """By the clock, and by the processor."""

    wall: float
    processor: float


def timed(part: Callable[[], T]) -> tuple[T, Seconds]:
    """Return what a part gives and the seconds that it took."""
    wall, processor = time.perf_counter(), time.process_time()
    given = part()
    return given, Seconds(time.perf_counter() - wall, time.process_time() - processor)


def enlarged(scale: float, seed: int) -> SimulatedBlot:
    """Return a blot of the scene with everything at once, every length `scale` times as long."""
    rng = np.random.default_rng(seed)
    design, scene = example_design(rng), SCENES["full"]
    design = replace(
        design,
        rows_px=tuple(scale * row for row in design.rows_px),
        sigmas_px=tuple(scale * sigma for sigma in design.sigmas_px),
        unit_volumes=tuple(scale**2 * volume for volume in design.unit_volumes),
    )
    lengths = (
        "first_lane_px", "pitch_px", "lane_width_px", "pitch_jitter_px", "wander_px", "smile_px", "band_smile_px",
        "field_length_px", "blur_px", "veil_px",
    )  # fmt: skip
    shape = round(scene.shape[0] * scale), round(scene.shape[1] * scale)
    scene = replace(scene, shape=shape, **{name: scale * getattr(scene, name) for name in lengths})
    return simulate_blot(design, scene, rng=rng)


def parts_of(path: Path) -> dict[str, Seconds]:
    """Return the seconds of each part of one measurement."""
    blot, read = timed(lambda: read_blot(path))
    geometry, found = timed(lambda: find_geometry(blot, 12, BANDS))
    _, measured = timed(lambda: measure_bands(blot, geometry))
    parts = {"read, polarity, fitness": read, "geometry": found, "measure": measured}
    return parts | {"all": Seconds(*(sum(side) for side in zip(*parts.values(), strict=True)))}


def ball_of(image: np.ndarray) -> Seconds:
    """Return the seconds of rolling a ball."""
    from skimage.restoration import rolling_ball

    return timed(lambda: rolling_ball(image.astype(float), radius=_BALL_PX))[1]


def _best(runs: list[Seconds]) -> Seconds:
    return Seconds(min(run.wall for run in runs), min(run.processor for run in runs))


def main() -> None:
    """Time both sizes, print the table and keep it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    rows = []
    for size, scale in _SIZES.items():
        blot = enlarged(scale, seed=9200)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "blot.tif"
            write_blot_tiff(path, blot.image)
            parts_of(path)  # imports and caches
            times = [parts_of(path) for _ in range(runs)]
            print(f"{size}: {times[-1]}", flush=True)
        best = {
            part: Seconds(*(min(side) for side in zip(*(t[part] for t in times), strict=True))) for part in times[0]
        }
        ball = ball_of(blot.image)
        for part, seconds in {**best, "rolling_ball 50": ball}.items():
            asked = _ASKED_S[size] if part == "all" else np.nan
            ratio = seconds.processor / ball.processor
            rows.append((size, part, round(seconds.wall, 3), round(seconds.processor, 3), asked, round(ratio, 4)))
    columns = ["size", "part", "wall_s", "processor_s", "asked_s", "processor_over_rolling_ball"]
    table = pd.DataFrame(rows, columns=columns)
    table.to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
