"""What the verdict on a picture sees: edits of many kinds told, and pictures that nobody edited left in peace.

    python -m benchmarks.image_fitness [--untouched 600] [--edited 8] [--first 9000]

A row a kind of picture: the share of each verdict and of each caution. The last lines give the area under the curve
(AUC) by which 8-bit pictures with a gamma or cut-off ends are told from 8-bit pictures with neither, ranked by
their cautions and then by the evidence of the noise law. Seeds below 9000 were free in development.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from benchmarks.picture_edits import EDITS, Picture, untouched
from blots.clipping import find_saturated
from blots.fitness import Encoding, judge
from blots.grey_levels import grey_levels
from blots.noise_law import NoiseLaw, find_noise_law
from blots.polarity import find_polarity

_CODES = [
    "gamma", "gamma_suspected", "few_levels", "overexposed", "eight_bit", "contrast_stretched", "contrast_clipped",
    "background_clipped", "lossy", "resampled", "burnt_in", "painted_out", "seam", "twin_regions", "image_saturated",
]  # fmt: skip
_STRONG = {"gamma", "few_levels", "overexposed", "contrast_clipped", "background_clipped"}
_LINEAR = ("8 bits, /257", "8 bits, full range")


class Seen(NamedTuple):
    """The verdict on one picture, the codes of its cautions, the time and how suspect it is."""

    kind: str
    camera: str
    verdict: str
    codes: frozenset[str]
    seconds: float
    suspicion: float


def look(kind: str, camera: str, picture: Picture) -> Seen | None:
    """Judge a picture as the reader does; None where the edit left one level only."""
    image = np.asarray(picture, dtype=np.float64)
    if image.min() == image.max():
        return None
    ceiling = None if picture.dtype.kind == "f" else float(np.iinfo(picture.dtype.str).max)
    dark = find_polarity(image).dark_bands
    signal = ((float(image.max()) if ceiling is None else ceiling) - image) if dark else image
    saturated = find_saturated(signal, ceiling)
    start = time.perf_counter()
    verdict, reasons = judge(signal, saturated, Encoding(bits=8 * picture.dtype.itemsize))
    seconds = time.perf_counter() - start
    codes = frozenset(reason.split(":")[0] for reason in reasons)
    levels = grey_levels(signal) if picture.dtype == np.uint8 else None
    law = NoiseLaw(1.0, 0.0) if levels is None else find_noise_law(signal, levels.step)
    bend = law.evidence * abs(float(np.log(law.gamma)))
    return Seen(kind, camera, verdict, codes, seconds, 1e6 * len(codes & _STRONG) + bend)


def edited(seeds: range) -> Iterator[Seen | None]:
    """Judge every edit of the pictures of these seeds."""
    pictures = [untouched(seed) for seed in seeds]
    for kind, edit in EDITS.items():
        for k, (picture, camera) in enumerate(pictures):
            yield look(kind, camera, edit(picture, pictures[(k + 1) % len(pictures)][0]))


def main() -> None:
    """Print the table and commit it beside this file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--untouched", type=int, default=600)
    parser.add_argument("--edited", type=int, default=8)
    parser.add_argument("--first", type=int, default=9000)
    options = parser.parse_args()
    clean = [
        look("untouched", *untouched(seed)[::-1]) for seed in range(options.first, options.first + options.untouched)
    ]
    changed = list(edited(range(options.first, options.first + options.edited)))
    seen = [one for one in [*clean, *changed] if one is not None]
    table = pd.DataFrame(
        [_row(kind, [s for s in seen if s.kind == kind]) for kind in dict.fromkeys(s.kind for s in seen)]
    )
    table.to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")
    print(table.to_string(index=False))
    for one in seen:
        if one.kind == "untouched" and one.codes - {"image_saturated"}:
            print("untouched, yet told:", one.camera, one.verdict, *sorted(one.codes))
    _print_auc(seen)


def _row(kind: str, seen: list[Seen]) -> dict[str, object]:
    verdicts = {
        verdict: round(float(np.mean([s.verdict == verdict for s in seen])), 4)
        for verdict in ("quantitative", "semi-quantitative", "do not quantify")
    }
    shares = {code: round(float(np.mean([code in s.codes for s in seen])), 4) for code in _CODES}
    return {
        "picture": kind,
        "n": len(seen),
        **verdicts,
        **shares,
        "seconds": round(float(np.median([s.seconds for s in seen])), 3),
    }


def _print_auc(seen: list[Seen]) -> None:
    linear = np.array([s.suspicion for s in seen if s.kind in _LINEAR[1:]])
    for kind in dict.fromkeys(s.kind for s in seen):
        if "8 bits of" in kind or "percentiles" in kind:
            bent = np.array([s.suspicion for s in seen if s.kind == kind])
            above = (bent[:, None] > linear).mean() + 0.5 * (bent[:, None] == linear).mean()
            print(f"AUC of {kind} against 8 bits, full range: {above:.3f}")


if __name__ == "__main__":
    main()
