"""The kinds of membranes of the geometry benchmark: each takes an ordinary one and does one thing to it, or all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from benchmarks.geometry_scenes import Membrane, plain, with_pitch

Kind = Callable[[np.random.Generator], Membrane]


def _either(rng: np.random.Generator) -> float:
    return float(rng.choice([-1, 1]))


def _tilt(rng: np.random.Generator) -> Membrane:
    m = with_pitch(plain(rng), rng.uniform(0.72, 0.82), 0.5, rng)
    return _moved_in(replace(m, tilt=_either(rng) * rng.uniform(2, 8)))


def _moved_in(m: Membrane) -> Membrane:
    """Return the membrane with its rows drawn towards the middle, so that a tilt leaves them in the picture."""
    drop = np.tan(np.radians(abs(m.tilt))) * 0.45 * m.shape[1] + abs(m.smile) + abs(m.skew)
    low, high = 3 * m.sigmas.max() + drop, m.shape[0] - 3 * m.sigmas.max() - drop
    y = m.rows_y
    if y.min() >= low and y.max() <= high:
        return m
    scale = min(1.0, (high - low) / max(float(np.ptp(y)), 1.0))
    if scale < 0.75:
        return replace(m, tilt=m.tilt * 0.75, smile=m.smile * 0.75) if abs(m.tilt) > 1 else m
    y = (y - y.mean()) * scale
    return replace(m, rows_y=np.clip(y + m.rows_y.mean(), low - y.min() + y, high - y.max() + y))


def _smile(rng: np.random.Generator) -> Membrane:
    m = plain(rng)
    rows = m.shape[0]
    return _moved_in(
        replace(m, smile=_either(rng) * rng.uniform(0.01, 0.06) * rows, skew=_either(rng) * rng.uniform(0, 0.02) * rows)
    )


def _uneven(rng: np.random.Generator) -> Membrane:
    m = plain(rng)
    pitch = float(np.median(np.diff(m.lane_x)))
    return replace(
        m,
        lane_x=m.lane_x + rng.normal(0, 0.045, len(m.lane_x)) * pitch,
        widths=m.widths * rng.uniform(0.85, 1.12, len(m.lane_x)),
        wander=rng.uniform(0, 0.06) * pitch,
        wander_together=rng.uniform(0, 0.1) * pitch,
        bow=rng.uniform(-0.6, 0.6),
        band_tilt=1.0,
    )


def _touching(rng: np.random.Generator) -> Membrane:
    m = plain(rng)
    pitch = float(np.median(np.diff(m.lane_x)))
    return replace(m, widths=np.full(len(m.lane_x), pitch * rng.uniform(0.86, 0.97)), edge_power=rng.uniform(5, 14))


def _narrow(rng: np.random.Generator) -> Membrane:
    m = plain(rng)
    pitch = float(np.median(np.diff(m.lane_x)))
    return replace(m, widths=np.full(len(m.lane_x), pitch * rng.uniform(0.3, 0.5)), edge_power=rng.uniform(3, 8))


def _gap(rng: np.random.Generator) -> Membrane:
    m = plain(rng, lanes=int(rng.integers(9, 15)))
    lanes = rng.choice(np.arange(1, len(m.lane_x) - 1), int(rng.integers(1, 3)), replace=False)
    height = m.height.copy()
    height[lanes] = 0
    return replace(m, height=height, empty=tuple(int(n) + 1 for n in lanes) if rng.random() < 0.5 else ())


def _empty_edges(rng: np.random.Generator) -> Membrane:
    m = plain(rng, lanes=int(rng.integers(9, 15)))
    n = len(m.lane_x)
    lanes = [[0], [n - 1], [0, n - 1], [0, 1]][int(rng.integers(4))]
    height = m.height.copy()
    height[lanes] = 0
    return replace(m, height=height, empty=tuple(i + 1 for i in lanes))


def _cut_lanes(rng: np.random.Generator) -> Membrane:
    m = plain(rng)
    pitch, width = float(np.median(np.diff(m.lane_x))), m.widths[0]
    shift = -m.lane_x[0] + rng.uniform(0.0, 0.45) * width
    lane_x = m.lane_x + shift
    columns = int(lane_x[-1] + pitch * rng.uniform(0.3, 1.0))
    return replace(m, lane_x=lane_x, shape=(m.shape[0], columns), tilt=m.tilt * 0.3)


def _ladder(rng: np.random.Generator) -> Membrane:
    m = plain(rng)
    n = len(m.lane_x)
    sides = [[0], [n - 1], [0, n - 1]][int(rng.integers(3))]
    height = m.height.copy()
    height[sides] = 0
    count = int(rng.integers(5, 11))
    places = np.sort(rng.uniform(0.05, 0.95, count)) * m.shape[0]
    level = float(np.exp(rng.uniform(np.log(3000), np.log(30000))))
    extra = tuple((i, float(y), level * rng.uniform(0.4, 1.3)) for i in sides for y in places)
    return replace(m, height=height, extra=extra)


def _part(rng: np.random.Generator) -> Membrane:
    m = plain(rng)
    return with_pitch(m, rng.uniform(0.33, 0.65), rng.uniform(0, 1), rng)


def _border(rng: np.random.Generator) -> Membrane:
    m = with_pitch(plain(rng), rng.uniform(0.5, 0.8), rng.uniform(0.1, 0.9), rng)
    return replace(m, border=rng.uniform(1.3, 4.0) if rng.random() < 0.6 else rng.uniform(0.2, 0.7), labels=0)


def _perspective(rng: np.random.Generator) -> Membrane:
    m = with_pitch(plain(rng), rng.uniform(0.7, 0.85), 0.5, rng)
    return replace(m, perspective=(rng.uniform(-0.07, 0.07), rng.uniform(-0.07, 0.07)))


def _two_pieces(rng: np.random.Generator) -> Membrane:
    m = plain(rng, rows=int(rng.integers(2, 6)))
    gaps = np.diff(m.rows_y)
    k = int(gaps.argmax())
    cut = float(m.rows_y[k] + gaps[k] / 2)
    pitch = float(np.median(np.diff(m.lane_x)))
    moved = (rng.uniform(-0.25, 0.25) * pitch, rng.uniform(0, 0.3) * gaps[k], rng.uniform(-1.5, 1.5))
    return replace(m, piece_cut=cut, piece_moved=moved)


def _few(rng: np.random.Generator) -> Membrane:
    m = plain(rng, lanes=int(rng.integers(1, 5)))
    shape = (int(rng.integers(250, 650)), int(rng.integers(260, 900)))
    lanes = len(m.lane_x)
    pitch = shape[1] / lanes * rng.uniform(0.5, 0.85)
    first = shape[1] / 2 - pitch * (lanes - 1) / 2 + rng.uniform(-0.1, 0.1) * pitch
    y = m.rows_y * shape[0] / m.shape[0]
    sigmas = m.sigmas * shape[0] / m.shape[0]
    width = min(pitch * rng.uniform(0.55, 0.85), 0.6 * shape[1])
    return replace(
        m,
        shape=shape,
        lane_x=first + pitch * np.arange(lanes, dtype=np.float64),
        widths=np.full(lanes, width),
        rows_y=y,
        sigmas=sigmas,
    )


def _many(rng: np.random.Generator) -> Membrane:
    return plain(rng, lanes=int(rng.choice([17, 18, 20, 24, 26])))


def _scan_sizes(rng: np.random.Generator) -> Membrane:
    m = plain(rng)
    zoom_x = float(np.exp(rng.uniform(np.log(300), np.log(3500)))) / m.shape[1]
    zoom_y = zoom_x * rng.uniform(0.6, 1.6)
    zoom_y = float(np.clip(zoom_y, 1.6 / float(m.sigmas.min()), 2600 / m.shape[0]))
    pitch = float(np.median(np.diff(m.lane_x)))
    zoom_x = max(zoom_x, 14 / pitch)
    return replace(
        m,
        shape=(int(m.shape[0] * zoom_y), int(m.shape[1] * zoom_x)),
        lane_x=m.lane_x * zoom_x,
        widths=m.widths * zoom_x,
        rows_y=m.rows_y * zoom_y,
        sigmas=m.sigmas * zoom_y,
    )


def _band_heights(rng: np.random.Generator) -> Membrane:
    """Bands of another height than usual for the picture's: 3 to 60 pixels."""
    m = plain(rng, rows=int(rng.integers(1, 4)))
    sigma = float(np.exp(rng.uniform(np.log(1.4), np.log(22))))
    rows = len(m.rows_y)
    sigmas = sigma * rng.uniform(0.9, 1.1, rows)
    gap, height = 7.5 * sigma, m.shape[0]
    height = max(height, int(gap * (rows + 1.5)))
    while True:
        y = np.sort(rng.uniform(4 * sigma, height - 4 * sigma, rows))
        if rows < 2 or np.diff(y).min() > gap:
            break
    return replace(m, shape=(height, m.shape[1]), sigmas=sigmas, rows_y=y)


def _strip(rng: np.random.Generator) -> Membrane:
    m = plain(rng, rows=1 if rng.random() < 0.75 else 2)
    rows = len(m.rows_y)
    height = int(rng.uniform(40, 100)) * rows
    sigma = rng.uniform(3, 0.09 * height / rows)
    y = np.array([height * rng.uniform(0.35, 0.65)]) if rows == 1 else height * np.array([0.28, 0.72])
    smile = rng.uniform(-0.06, 0.06) * height
    return replace(m, shape=(height, m.shape[1]), rows_y=y, sigmas=np.full(rows, sigma), tilt=m.tilt * 0.5, smile=smile)


def _dots(rng: np.random.Generator) -> Membrane:
    m = plain(rng)
    pitch = float(np.median(np.diff(m.lane_x)))
    width = min(pitch * 0.55, float(4.5 * m.sigmas.max()))
    return replace(m, widths=np.full(len(m.lane_x), max(width, 0.28 * pitch)), edge_power=2.0, shape_family="super")


def _faint(rng: np.random.Generator) -> Membrane:
    """One row that shows in one or two lanes only, or very faintly in all."""
    m = plain(rng, rows=int(rng.integers(2, 6)))
    height = m.height.copy()
    k = int(rng.integers(len(m.rows_y) - 1))
    if rng.random() < 0.5:
        shown = rng.choice(len(height), int(rng.integers(1, 3)), replace=False)
        height[np.setdiff1d(np.arange(len(height)), shown), k] = 0
        height[shown, k] = rng.uniform(1200, 15000, len(shown))
    else:
        height[:, k] = rng.uniform(250, 700) * np.exp(rng.normal(0, 0.2, len(height)))
    return replace(m, height=height)


def _some_lanes(rng: np.random.Generator) -> Membrane:
    """Draw a row that comes up late, absent in half of the lanes."""
    m = plain(rng, rows=int(rng.integers(2, 6)))
    height = m.height.copy()
    k = int(rng.integers(len(m.rows_y) - 1))
    height[: len(height) // 2, k] = 0
    return replace(m, height=height)


def _unlisted_faint(rng: np.random.Generator) -> Membrane:
    """Draw a further row far fainter than the listed ones, or bands in a few lanes."""
    m = plain(rng, rows=int(rng.integers(3, 6)))
    height = np.maximum(m.height, 1500)
    k = int(rng.integers(len(m.rows_y)))
    height[:, k] = rng.uniform(0.01, 0.04) * height.max(axis=0).min() * np.exp(rng.normal(0, 0.2, len(height)))
    listed = tuple(j for j in range(len(m.rows_y)) if j != k)
    return replace(m, height=height, listed=listed)


def _unlisted_strong(rng: np.random.Generator) -> Membrane:
    """Draw a further row as strong as the listed ones: nobody can tell which is meant, so it must be said."""
    m = plain(rng, rows=int(rng.integers(3, 6)))
    k = int(rng.integers(len(m.rows_y)))
    listed = tuple(j for j in range(len(m.rows_y)) if j != k)
    return replace(m, listed=listed, notes={"must": "flag"})


def _non_specific(rng: np.random.Generator) -> Membrane:
    """Draw a listed constant band close under a falling one."""
    m = plain(rng, rows=int(rng.integers(3, 6)))
    k = int(rng.integers(len(m.rows_y) - 2))
    y, height = m.rows_y.copy(), m.height.copy()
    y[k + 1] = y[k] + rng.uniform(4.2, 5.2) * m.sigmas[k : k + 2].max()
    if k + 2 < len(y) and y[k + 2] - y[k + 1] < 5 * m.sigmas.max():
        y[k + 2 :] += 5 * m.sigmas.max()
    z = np.linspace(0, 1, len(height))
    height[:, k] = rng.uniform(8000, 25000) * (0.04 + np.exp(-6 * z))
    height[:, k + 1] = rng.uniform(1500, 6000) * np.exp(rng.normal(0, 0.1, len(height)))
    return replace(m, rows_y=np.minimum(y, 0.97 * m.shape[0]), height=height, asymmetry=min(m.asymmetry, 0.1))


def _dirty(rng: np.random.Generator) -> Membrane:
    m = plain(rng)
    return replace(
        m, dust=int(rng.integers(10, 60)), scratches=int(rng.integers(0, 4)), bubbles=int(rng.integers(0, 6))
    )


def _labelled(rng: np.random.Generator) -> Membrane:
    m = with_pitch(plain(rng), rng.uniform(0.6, 0.78), rng.uniform(0.2, 0.8), rng)
    return replace(m, labels=int(rng.integers(2, 7)))


def _haze(rng: np.random.Generator) -> Membrane:
    m = plain(rng)
    return replace(
        m, haze=rng.uniform(400, 2500), clouds=rng.uniform(0, 400), plane=(rng.uniform(0, 3000), rng.uniform(0, 1500))
    )


def _everything(rng: np.random.Generator) -> Membrane:
    m = with_pitch(plain(rng), rng.uniform(0.6, 0.82), rng.uniform(0.3, 0.7), rng)
    pitch = float(np.median(np.diff(m.lane_x)))
    return _moved_in(
        replace(
            m,
            lane_x=m.lane_x + rng.normal(0, 0.03, len(m.lane_x)) * pitch,
            tilt=_either(rng) * rng.uniform(0.5, 4),
            smile=_either(rng) * rng.uniform(0.005, 0.03) * m.shape[0],
            wander=0.04 * pitch,
            wander_together=0.05 * pitch,
            haze=rng.uniform(300, 1200),
            clouds=rng.uniform(0, 300),
            plane=(rng.uniform(0, 3000), rng.uniform(0, 1500)),
            dust=int(rng.integers(5, 25)),
            bubbles=int(rng.integers(0, 3)),
            scratches=int(rng.integers(0, 2)),
            perspective=(rng.uniform(-0.03, 0.03), rng.uniform(-0.03, 0.03)),
            bow=rng.uniform(-0.5, 0.5),
        )
    )


def _wrong_lanes(rng: np.random.Generator) -> Membrane:
    m = plain(rng)
    n = len(m.lane_x)
    asked = int(rng.choice([n - 3, n - 2, n - 1, n + 1, n + 2, 2 * n]))
    return replace(m, asked_lanes=asked, notes={"must": "refuse or flag"})


def _wrong_rows(rng: np.random.Generator) -> Membrane:
    """Name a row that is not there (drawn with level 0 in all lanes)."""
    m = plain(rng, rows=int(rng.integers(2, 6)))
    height = m.height.copy()
    height[:, int(rng.integers(len(m.rows_y)))] = 0
    return replace(m, height=height, notes={"must": "refuse or flag"})


def _nothing(rng: np.random.Generator) -> Membrane:
    m = plain(rng)
    which = int(rng.integers(3))
    return replace(
        m,
        height=np.zeros_like(m.height),
        clouds=float(rng.uniform(0, 600)) * (which > 0),
        dust=30 * (which == 2),
        bubbles=4 * (which == 2),
        notes={"must": "refuse or flag"},
    )


def _turned(rng: np.random.Generator) -> Membrane:
    m = [plain, _uneven, _haze, _smile, _few][int(rng.integers(5))](rng)
    return replace(m, quarter_turns=int(rng.choice([1, 3])))


KINDS: dict[str, Kind] = {
    "plain": plain, "tilted": _tilt, "smile": _smile, "uneven": _uneven, "touching": _touching, "narrow": _narrow,
    "empty_inside": _gap, "empty_edges": _empty_edges, "cut_lanes": _cut_lanes, "ladder": _ladder, "part": _part,
    "border": _border, "perspective": _perspective, "two_pieces": _two_pieces, "few_lanes": _few, "many_lanes": _many,
    "scan_sizes": _scan_sizes, "band_heights": _band_heights, "strip": _strip, "dots": _dots, "faint_row": _faint,
    "row_in_some": _some_lanes, "non_specific": _non_specific, "unlisted_faint": _unlisted_faint, "dirty": _dirty,
    "labelled": _labelled, "haze": _haze, "everything": _everything,
}  # fmt: skip
WRONG_SHEETS: dict[str, Kind] = {
    "unlisted_strong": _unlisted_strong, "wrong_lanes": _wrong_lanes, "wrong_rows": _wrong_rows, "nothing": _nothing,
}  # fmt: skip
TURNED: dict[str, Kind] = {"turned": _turned}
