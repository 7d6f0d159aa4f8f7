"""Where lanes and bands lie, on membranes of 33 kinds that share neither shapes nor bends with the package.

    python benchmarks/blot_geometry.py [--blots 70] [--first 9000]

A grid is wrong where a lane that holds bands lies more than 3 px off (6 % of the pitch on large scans; 15 % for a lane
without bands or cut by the picture's side), or a band that is there more than 3 px or 1.2 sigma, one that is absent
4 px or 2.5 sigma off its row. `silent` counts wrong grids that carry no caution; for sheets that do not fit the
picture it counts those that were neither refused nor flagged. Seeds below 9000 were free in development.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.geometry_kinds import KINDS, TURNED, WRONG_SHEETS
from benchmarks.geometry_scenes import Drawn, draw
from blots.blot import Blot
from blots.errors import BlotError
from blots.geometry import find_geometry
from blots.turns import to_stored, upright

Array = NDArray[np.float64]


class Outcome(NamedTuple):
    """What one blot gave: answered or refused, its worst places, flagged or not."""

    kind: str
    seed: int
    answered: bool
    lanes_right: bool
    rows_right: bool
    flagged: bool
    worst_x: float
    worst_y: float
    seconds: float
    said: str


def scene(kind: str, seed: int) -> Drawn:
    """Return the blot of a kind and a seed."""
    maker = {**KINDS, **WRONG_SHEETS, **TURNED}[kind]
    rng = np.random.default_rng([seed, sum(kind.encode())])
    return draw(maker(rng), rng)


def as_blot(drawn: Drawn) -> Blot:
    """Return the picture as the package reads it, polarity known."""
    return Blot("drawn", drawn.picture, drawn.picture >= 65535)


def look(kind: str, seed: int) -> Outcome:
    """Find the geometry of one blot and set it against the truth."""
    drawn = scene(kind, seed)
    blot = as_blot(drawn)
    start = time.process_time()
    try:
        x, y, cautions = places(blot, drawn)
    except BlotError as error:
        took = time.process_time() - start
        return Outcome(kind, seed, False, False, False, True, np.nan, np.nan, took, str(error))
    took = time.process_time() - start
    said = "; ".join(cautions)
    if "refuse" in drawn.membrane.notes.get("must", ""):
        return Outcome(kind, seed, True, False, False, bool(said), np.nan, np.nan, took, said)
    x_off, y_off = offsets(drawn, (x, y))
    right_rows = y_off <= 1
    if drawn.membrane.notes.get("must") == "flag":
        right_rows = right_rows and bool(said)
    return Outcome(kind, seed, True, x_off <= 1, right_rows, bool(said), x_off, y_off, took, said)


def offsets(drawn: Drawn, found: tuple[Array, Array]) -> tuple[float, float]:
    """Return the worst column and row of a band, in units of what is allowed."""
    m = drawn.membrane
    lanes = len(drawn.x)
    x, y = found
    shown = drawn.height > 0
    if m.quarter_turns % 2:
        across, down = (y, drawn.y), (x, drawn.x)
        extent = drawn.picture.shape[0]
    else:
        across, down = (x, drawn.x), (y, drawn.y)
        extent = drawn.picture.shape[1]
    cut = ((across[1] < m.widths[:, None] / 2) | (across[1] > extent - 1 - m.widths[:, None] / 2)).any(axis=1)
    held = shown.any(axis=1) | np.array([any(e[0] == i for e in m.extra) for i in range(lanes)])
    fair = held & ~cut
    allowed_x = np.where(fair, max(3.0, 0.06 * drawn.pitch), max(4.0, 0.15 * drawn.pitch))
    sigmas = m.sigmas[list(m.listed)]
    allowed_y = np.where(shown, np.maximum(3, 1.2 * sigmas), np.maximum(4, 2.5 * sigmas))
    x_off = np.abs(across[0] - across[1]).max(axis=1) / allowed_x
    y_off = np.abs(down[0] - down[1]) / allowed_y
    return float(x_off.max()), float(y_off[held].max())


def places(blot: Blot, drawn: Drawn) -> tuple[Array, Array, tuple[str, ...]]:
    """Return where the bands were found in the image as stored (lanes, rows), and what was said."""
    m = drawn.membrane
    targets = [f"target {k + 1}" for k in range(len(m.listed) - 1)] + ["actin"]
    blot = upright(blot, m.lanes, targets, empty_lanes=m.empty)
    geometry = find_geometry(blot, m.lanes, targets, empty_lanes=m.empty)
    found_x = np.array([band.x for band in geometry.bands]).reshape(m.lanes, -1)
    said = (*blot.cautions, *geometry.cautions)
    if len(drawn.x) == m.lanes and blot.quarter_turns % 2 == 1:
        found_x, found_y = to_stored(found_x, geometry.y(), blot)
        # Nothing tells which way a picture lies, unless its rows do; what was assumed is said and not scored.
        if np.abs(found_x - drawn.x).max() > np.abs(found_x - drawn.x[::-1, ::-1]).max():
            found_x, found_y = found_x[::-1, ::-1], found_y[::-1, ::-1]
        return found_x, found_y, tuple(s for s in said if not s.startswith("turned"))
    return found_x, geometry.y(), said


def table_of(outcomes: list[Outcome]) -> pd.DataFrame:
    """Return one row a kind, and one for all."""
    each = pd.DataFrame(outcomes)
    rows = [_row(str(kind), group) for kind, group in each.groupby("kind", sort=False)]
    honest = each[~each.kind.isin(WRONG_SHEETS)]
    rows.append(_row("all with a right sheet", honest))
    rows.append(_row("all with a wrong sheet", each[each.kind.isin(WRONG_SHEETS)]))
    return pd.DataFrame(rows)


def _row(kind: str, group: pd.DataFrame) -> dict[str, object]:
    answered = group[group.answered]
    right = answered[answered.lanes_right & answered.rows_right]
    wrong = answered[~(answered.lanes_right & answered.rows_right)]
    return {
        "kind": kind,
        "blots": len(group),
        "answered": len(answered),
        "lanes_right": int(answered.lanes_right.sum()),
        "rows_right": int(answered.rows_right.sum()),
        "right": len(right),
        "right_flagged": int(right.flagged.sum()),
        "wrong_flagged": int(wrong.flagged.sum()),
        "silent": int((~wrong.flagged).sum()),
        "median_seconds": round(float(group.seconds.median()), 3),
    }


def main() -> None:
    """Look at all kinds, print the table and keep it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blots", type=int, default=70, help="of each kind")
    parser.add_argument("--first", type=int, default=9000)
    parser.add_argument("--kinds", nargs="*", default=[*KINDS, *WRONG_SHEETS, *TURNED])
    parser.add_argument("--show", action="store_true", help="name every blot that is not right and quiet")
    parser.add_argument("--keep", type=Path, default=Path(__file__).with_suffix(".csv"))
    options = parser.parse_args()
    outcomes = []
    for kind in options.kinds:
        found = [look(kind, seed) for seed in range(options.first, options.first + options.blots)]
        outcomes += found
        for o in found if options.show else ():
            fine = (o.lanes_right and o.rows_right and not o.flagged) or (kind in WRONG_SHEETS and o.flagged)
            if not fine:
                print(f"{kind} {o.seed}: x {o.worst_x:.1f} y {o.worst_y:.1f} {o.said[:150]}", flush=True)
    table = table_of(outcomes)
    table.to_csv(options.keep, index=False, lineterminator="\n")
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
