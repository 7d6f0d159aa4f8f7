"""The sum of squares of many curves and how it bends in their place, slope and asymmetry.

Bottom and top are linear and eliminated at every step: variable projection, G. H. Golub and V. Pereyra, SIAM J. Numer.
Anal. 10:413 (1973), doi:10.1137/0710036.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.curve_places import BEND, PLACE, SLOPE, Place, Rows, Wells
from cytotools.doses.sigmoid import Bends, FloatArray, HalfWay, Model, bends, half_way

BLOCK = 2048  # problems at a time: what is worked out of them stays in the cache


@dataclass(frozen=True, eq=False)
class Local:
    """The sum of squares at a place, its gradient and its two curvatures in the free parameters."""

    rss: FloatArray
    bottom: FloatArray
    top: FloatArray
    gradient: FloatArray
    newton: FloatArray
    gauss: FloatArray

    def where(self, chosen: NDArray[np.bool_], other: Local) -> Local:
        """Return this where chosen, else the other."""
        pairs = ((getattr(self, f.name), getattr(other, f.name)) for f in fields(self))
        return Local(*(np.where(chosen.reshape(-1, *[1] * (a.ndim - 1)), a, b) for a, b in pairs))

    def of(self, rows: Rows) -> Local:
        """Return the rows."""
        return Local(*(getattr(self, f.name)[rows] for f in fields(self)))


def evaluate(wells: Wells, model: Model, place: Place, free: tuple[int, ...]) -> Local:
    """Return the least sum of squares over bottom and top at each place, and how it bends in the free parameters."""
    count = len(wells.means)
    if count <= BLOCK:
        return _evaluate(wells, model, place, free)
    parts = [slice(begin, begin + BLOCK) for begin in range(0, count, BLOCK)]
    found = [_evaluate(wells.of(part), model, place.of(part), free) for part in parts]
    return Local(*(np.concatenate([getattr(local, f.name) for local in found]) for f in fields(Local)))


def _evaluate(wells: Wells, model: Model, place: Place, free: tuple[int, ...]) -> Local:
    w, y = wells.weights, wells.means
    risen = place.hill[:, None] * (wells.ln_dose - place.pivot[:, None])
    asymmetry = np.exp(place.theta[:, BEND:]) if model.asymmetric else None
    half = half_way(1.0 if asymmetry is None else asymmetry)
    share = bends(place.sign[:, None] * (risen - place.theta[:, :SLOPE]) + half.shift, asymmetry)
    centred = model.bottom is None and model.top is None
    total = w.sum(axis=1)
    on_rest = np.full(len(y), model.top is not None)
    if centred:
        on_rest = dot(w, share.share) > 0.5 * total  # of the two the smaller keeps its digits at the limits
    turn = np.where(on_rest, -1.0, 1.0)
    q = share.share.copy()
    q[on_rest] = share.rest[on_rest]
    mean_q, mean_y = (dot(w, q) / total, dot(w, y) / total) if centred else (0.0 * turn, 0.0 * turn)
    c, off = q - mean_q[:, None], y - mean_y[:, None]
    wc = w * c
    size = np.maximum(dot(wc, c), 1e-300)
    height = dot(wc, off) / size
    r = off - height[:, None] * c
    wr = w * r
    slopes = _Slopes(share, half, risen, place.sign, turn * height)
    found = [slopes.first(i) for i in free]
    gradient, newton, gauss = np.empty((len(y), len(free))), *np.empty((2, len(y), len(free), len(free)))
    along = [sign * dot(wr, f) for sign, f in found]
    on_height = [sign * dot(wc, f) for sign, f in found]
    on_base = [sign * dot(w, f) / total if centred else 0.0 for sign, f in found]
    tied = [h - a / np.where(height == 0, 1.0, height) for h, a in zip(on_height, along, strict=True)]
    for i, (sign, f) in enumerate(found):
        gradient[:, i] = -along[i]
        wf = w * f
        for j in range(i + 1):
            both = sign * found[j][0] * dot(wf, found[j][1]) - on_base[i] * on_base[j] * total
            gauss[:, i, j] = gauss[:, j, i] = both - on_height[i] * on_height[j] / size
            bend = slopes.second(wr, free[i], free[j])
            newton[:, i, j] = newton[:, j, i] = both - bend - tied[i] * tied[j] / size
    near = mean_y - height * mean_q
    bottom, top = np.where(on_rest, near + height, near), np.where(on_rest, near, near + height)
    return Local(wells.within + dot(wr, r), bottom, top, gradient, newton, gauss)


def dot(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the sums over doses of the products."""
    return np.asarray(b @ a[0] if len(a) == 1 else np.einsum("pk,pk->p", a, b))


@dataclass(frozen=True, eq=False)
class _Slopes:
    """The derivatives of the response in the parameters; `height` (n_problems,) is top - bottom."""

    share: Bends
    half: HalfWay
    risen: FloatArray
    sign: FloatArray
    height: FloatArray

    def first(self, i: int) -> tuple[FloatArray, FloatArray]:
        """Return the first derivative: a factor (n_problems,) and its course over the doses."""
        if i == PLACE:
            return -self.sign * self.height, self.share.u
        if i == SLOPE:
            return self.sign * self.height, self.risen * self.share.u
        return self.height, self.share.u * self.half.slope + self.share.z

    def second(self, along: FloatArray, i: int, j: int) -> FloatArray:
        """Return the sums over doses of the second derivatives times `along`."""
        share, half = self.share, self.half
        low, high = min(i, j), max(i, j)
        course = share.uu
        if high == BEND:
            course = share.uu * half.slope + share.uz
        if low == BEND:
            course = course * half.slope + share.uz * half.slope + share.zz + share.u * half.bend
        if high == SLOPE and low == SLOPE:
            course = (course * self.risen + self.sign[:, None] * share.u) * self.risen
        elif SLOPE in (low, high):
            course = course * self.risen
        turned = {PLACE: -self.sign, SLOPE: self.sign, BEND: np.ones_like(self.sign)}
        return np.asarray(self.height * turned[low] * turned[high] * dot(along, course))
