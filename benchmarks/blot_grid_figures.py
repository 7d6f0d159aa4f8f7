"""The figures of issue 5 over many measured blots: what was asked beside what was measured."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from benchmarks.blot_grid_scenes import CLIPPED, LOADING, REPORTED
from benchmarks.blot_grid_scores import (
    HARD_CLASS,
    SIMPLE_CLASS,
    WEAK,
    codes,
    covered,
    grids,
    in_range,
    nadir_loss,
    refused,
    warns,
)

Figure = tuple[str, str, float]  # what, target, measured
_COVER = "93 to 97"


def figures(bands: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of the issue for rows of `measured` (with `blot`, `scene_class`).

    Columns: what, scenes, target (empty where none was set), measured, holds.
    """
    rows: list[tuple[str, str, str, float]] = []
    for scenes in (SIMPLE_CLASS, HARD_CLASS):
        part = bands[bands.scene_class == scenes]
        if len(part):
            simple = scenes == SIMPLE_CLASS
            of_class = [*_accuracy(part, simple), *_intervals(part), *_flags(part, simple), *_grids(part)]
            rows += [(what, scenes, target, value) for what, target, value in of_class]
    for scene in (*CLIPPED, "all clipped"):
        part = bands[bands.scene.isin(CLIPPED) if scene == "all clipped" else bands.scene == scene]
        rows += [(what, scene, target, value) for what, target, value in _clipping(part[part.clipped > 0])]
    rows += [(what, "faint", target, value) for what, target, value in _detection(bands[bands.scene == "faint"])]
    rows += [(what, "odd", target, value) for what, target, value in _odd(bands[bands.scene == "odd"])]
    table = pd.DataFrame(rows, columns=["what", "scenes", "target", "measured"])
    held = [holds(target, value) for target, value in zip(table.target, table.measured, strict=True)]
    return table.assign(holds=pd.Series(held, dtype=object))


def holds(target: str, value: float) -> bool | None:
    """Return whether a figure meets its target, None where there is none or nothing was measured.

    >>> holds("<= 3", 2.5), holds("within 3", -4.0), holds("93 to 97", 95.0), holds("", 1.0)
    (True, False, True, None)
    """
    if not target or not np.isfinite(value):
        return None
    if target.startswith("<="):
        return bool(value <= float(target[2:]))
    if target.startswith(">="):
        return bool(value >= float(target[2:]))
    if target.startswith("within"):
        return bool(abs(value) <= float(target[6:]))
    low, _, high = target.partition(" to ")
    return bool(float(low) <= value <= float(high or low))


def _percentile(values: pd.Series, q: float) -> float:
    finite = values.to_numpy(np.float64)
    finite = finite[np.isfinite(finite)]
    return float(np.percentile(finite, q)) if len(finite) else float("nan")


def _percent(values: pd.Series) -> float:
    return float(100 * values.mean()) if len(values) else float("nan")


def _accuracy(part: pd.DataFrame, simple: bool) -> Iterator[Figure]:
    clean = in_range(part)
    weak = clean[clean.relative < WEAK]
    error, targets = 100 * weak.error.abs(), clean.target.isin(REPORTED)
    yield "weak bands, error, median (%)", "<= 1" if simple else "<= 2", _percentile(error, 50)
    yield "weak bands, error, p90 (%)", "<= 3" if simple else "<= 6", _percentile(error, 90)
    yield "weak bands, error, p99 (%)", "", _percentile(error, 99)
    yield "weak bands, answered (%)", "", 100 * float(1 - refused(weak).mean())
    yield "all bands, error, median (%)", "", _percentile(100 * clean.error.abs(), 50)
    yield "all bands, error, p90 (%)", "", _percentile(100 * clean.error.abs(), 90)
    yield (
        "fold change, p90 (log2)",
        "<= 0.03" if simple else "<= 0.08",
        _percentile(clean.fold_error.abs()[targets], 90),
    )
    for target in REPORTED:
        yield f"fold change, {target}, p90 (log2)", "", _percentile(clean.fold_error.abs()[clean.target == target], 90)
    loss = nadir_loss(clean)
    yield "cIAP1 at the nadir, bias, median (%)", "within 3" if simple else "within 5", _percentile(100 * loss.bias, 50)
    yield "cIAP1 at the nadir, bias, mean (%)", "within 3" if simple else "within 5", _percent(loss.bias)
    yield "cIAP1 at the nadir, error, p90 (%)", "", _percentile(100 * loss.bias.abs(), 90)
    for by, said in (("apart_px", "neighbour {:.0f} px away"), ("family", "{}")):
        for level, near in loss.groupby(by):
            yield f"cIAP1 at the nadir, {said.format(level)}, bias, median (%)", "", _percentile(100 * near.bias, 50)


def _intervals(part: pd.DataFrame) -> Iterator[Figure]:
    clean = in_range(part)
    clean = clean[~refused(clean)]
    if clean.empty:
        return
    deciles = clean.assign(decile=pd.qcut(clean.relative.rank(method="first"), min(10, len(clean)), labels=False) + 1)
    for scaled, name in ((True, "scale-free"), (False, "absolute")):
        inside = covered(clean, scaled=scaled)
        weak = clean.relative < WEAK
        yield f"intervals cover, {name} (%)", _COVER, _percent(inside)
        yield f"intervals cover, {name}, weak bands (%)", _COVER, _percent(inside[weak])
        yield f"intervals cover, {name}, other bands (%)", _COVER, _percent(inside[~weak])
        yield (
            f"intervals miss low, {name} (%)",
            "",
            _percent(clean.high / (clean.recovery if scaled else 1) < clean.volume),
        )
        for by in ("decile", "target", "scene", "family"):
            for level, some in inside.groupby(deciles[by]):
                yield f"intervals cover, {name}, {by} {level} (%)", "", _percent(some)
    half = 50 * (clean.high - clean.low) / clean.volume
    yield "half width of the interval, median (%)", "", _percentile(half, 50)
    yield "half width of the interval, weak bands, median (%)", "", _percentile(half[clean.relative < WEAK], 50)
    yield "half width of the interval, strongest decile, median (%)", "", _percentile(half[deciles.decile == 10], 50)


def _flags(part: pd.DataFrame, simple: bool) -> Iterator[Figure]:
    clean = in_range(part)
    asked = "<= 2" if simple else "<= 10"
    yield "clean bands with a warning (%)", asked, _percent(clean.caution.map(warns))
    yield "clean bands with any caution (%)", "", _percent(clean.caution != "")
    said = clean.caution.map(codes)
    for code in sorted({code for cell in said for code in cell}):
        yield f"clean bands with {code} (%)", asked, 100 * float(np.mean([code in cell for cell in said]))
    blots = part.groupby("blot").first()
    yield "images with a warning (%)", asked, _percent(blots.blot_caution.map(warns))
    yield "images not quantitative (%)", asked, _percent(blots.fitness != "quantitative")
    said = blots.blot_caution.map(codes)
    for code in sorted({code for cell in said for code in cell}):
        yield f"images with {code} (%)", asked, 100 * float(np.mean([code in cell for cell in said]))


def _grids(part: pd.DataFrame) -> Iterator[Figure]:
    blots = grids(part)
    found = blots[~blots.failed]
    reference = part[(part.layout == "12 lanes") & (part.binning == 1)].groupby("blot").first()
    yield "blots with all lanes within 3 px (%)", ">= 99", _percent(blots.lanes_right)
    yield "blots with all lanes and rows right (%)", "", _percent(blots.right)
    yield "blots refused (%)", "", _percent(blots.failed & ~blots.crashed)
    yield "blots that ended in a crash", "<= 0", float(blots.crashed.sum())
    yield "blots wrong and unflagged (of 2,000)", "<= 1", 20 * _percent(~found.right & ~found.flagged)
    yield "right grids with a caution on lanes or rows (%)", "<= 1", _percent(found[found.right].flagged)
    yield "seconds an image of 12 lanes, median", "<= 1", _percentile(reference.seconds, 50)
    yield "processor seconds an image of 12 lanes, median", "<= 1", _percentile(reference.cpu, 50)
    yield "blots", "", float(len(blots))


def _clipping(hurt: pd.DataFrame) -> Iterator[Figure]:
    for low, high in [(0.0, 0.4), (0.0, 0.1), (0.1, 0.2), (0.2, 0.3), (0.3, 0.4), (0.4, 0.6), (0.6, 1.0)]:
        some = hurt[(hurt.clipped > low) & (hurt.clipped <= high)]
        if some.empty:
            continue
        what = f"clipped over {100 * low:.0f} to {100 * high:.0f} %"
        answered = some[~refused(some)]
        error, silent = 100 * answered.error, ~answered.caution.map(warns)
        asked = "within 3" if high <= 0.4 else ""
        yield f"{what}, bias, median (%)", asked, _percentile(error, 50)
        yield f"{what}, bias, mean (%)", asked, float(error.mean())
        yield f"{what}, error, p90 (%)", "", _percentile(error.abs(), 90)
        yield f"{what}, answered (%)", "", 100 * len(answered) / len(some)
        yield f"{what}, answered and off by over 3 % (%)", "", 100 * float((error.abs() > 3).sum()) / len(some)
        yield (
            f"{what}, no warning and off by over 3 % (%)",
            "<= 0",
            100 * float((silent & (error.abs() > 3)).sum()) / len(some),
        )
        yield f"{what}, intervals cover, scale-free (%)", _COVER, _percent(covered(answered, scaled=True))
        yield f"{what}, bands", "", float(len(some))


def _detection(faint: pd.DataFrame) -> Iterator[Figure]:
    here = faint[faint.failure == ""]
    absent, near = here[here.volume == 0], here[(here.volume > 0) & (here.relative < 0.05) & (here.target != LOADING)]
    if absent.empty or near.empty:
        return
    below, limits = near.below_detection.astype(bool), near.volume / near.detection_limit
    yield "true zeros called detected (%)", "<= 5", _percent(~absent.below_detection.astype(bool))
    yield "true zeros, intervals cover 0 (%)", ">= 93", _percent((absent.low <= 0) & (absent.high >= 0))
    yield "true zeros with a warning (%)", "", _percent(absent.caution.map(warns))
    yield "true zeros", "", float(len(absent))
    yield "bands under 5 %, intervals cover, scale-free (%)", _COVER, _percent(covered(near, scaled=True))
    yield "bands under 5 %, intervals cover, absolute (%)", _COVER, _percent(covered(near, scaled=False))
    yield (
        "called undetected, the limit or the interval's end holds the truth (%)",
        ">= 95",
        _percent(near.volume[below] <= np.maximum(near.detection_limit, near.high)[below]),
    )
    for low, high in ((0.0, 0.5), (0.5, 1.0), (1.0, 1.5), (1.5, 3.0), (3.0, 1e9)):
        some = (limits > low) & (limits <= high)
        yield f"detected, truth {low:g} to {high:g} times the limit (%)", "", _percent(~below[some])
    limit = 100 * here.detection_limit / here.groupby(["blot", "target"]).volume.transform("max")
    yield "detection limit over the row's largest, median (%)", "", _percentile(limit[here.target != LOADING], 50)
    yield (
        "other bands of these blots, error, p90 (%)",
        "",
        _percentile(100 * here[here.relative >= 0.05].error.abs(), 90),
    )
    blots = grids(faint)
    yield "blots with all lanes within 3 px (%)", ">= 99", _percent(blots.lanes_right)
    yield "blots wrong and unflagged (of 2,000)", "<= 1", 20 * _percent(~blots.right & ~blots.flagged & ~blots.failed)


def _odd(odd: pd.DataFrame) -> Iterator[Figure]:
    here = odd[(odd.failure == "") & (odd.volume > 0)]
    if here.empty:
        return
    others = here[~here.odd]
    yield "other lanes, error, p90 (%)", "", _percentile(100 * others.error.abs(), 90)
    yield "other lanes, bands with a warning (%)", "", _percent(others.caution.map(warns))
    for kind, lanes in here[here.odd].groupby("odd_kind"):
        off = lanes.error.abs() > 0.1
        silent = off & ~lanes.caution.map(warns) & ~covered(lanes, scaled=True)
        yield f"{kind}: bands off by more than 10 % (%)", "", _percent(off)
        yield f"{kind}: the same, with no warning nor an interval that covers (%)", "", _percent(silent)
