"""Newton's steps of many sigmoids at once to the valley below each start, within stated limits.

Bottom and top are linear and eliminated at every step (variable projection: G. H. Golub and V. Pereyra, SIAM J.
Numer. Anal. 10:413 (1973), doi:10.1137/0710036), which leaves the place and the steepness of the curve.

Where noise would be met best by a curve without an end (a step, a straight line, an ic50 at infinity), the
search ends at a limit: hill slopes from FLATTEST to STEEPEST, and an ic50 no further beyond the doses than where
hill_slope * |ln(ic50 / dose)| is REACH, there the curve is a power of the dose to 2e-9; asymmetry between its bounds.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.sigmoid import CONTROL, Bends, FloatArray, HalfWay, Model, bends, half_way
from cytotools.doses.small_systems import solve

FLATTEST, STEEPEST, REACH = 1e-3, 50.0, 20.0
LEAST_ASYMMETRY, MOST_ASYMMETRY = 0.05, 20.0
PLACE, SLOPE, BEND = 0, 1, 2  # columns of theta: ahead, ln hill slope, ln asymmetry
LOWEST, HIGHEST = np.log([FLATTEST, LEAST_ASYMMETRY]), np.log([STEEPEST, MOST_ASYMMETRY])
MARGIN = 8.0  # an ic50 this near its limit is at the limit: only rounding tells them apart
MOST_STEPS = 100
LONGEST_STEP = 2.0
TINY = 1e-9  # a step that moves no parameter further is the last: Newton's steps square their error


@dataclass(frozen=True, eq=False)
class Wells:
    """One least squares problem a row: ln doses, weights and means; `kept` (n_problems,) is never lowered."""

    ln_dose: FloatArray  # (n_problems or 1, n_doses)
    weights: FloatArray  # (n_problems or 1, n_doses)
    means: FloatArray  # (n_problems, n_doses)
    within: FloatArray  # (n_problems,)

    def of(self, rows: NDArray[np.intp]) -> Wells:
        """Return the problems of these rows."""
        ln_dose, weights = (m if len(m) == 1 else m[rows] for m in (self.ln_dose, self.weights))
        return Wells(ln_dose, weights, self.means[rows], self.within[rows])

    @property
    def ends(self) -> tuple[FloatArray, FloatArray]:
        """Return the lowest ln dose above 0 and the highest, (n_problems or 1,)."""
        used = (self.ln_dose > CONTROL) & (self.weights > 0)
        low, high = (np.where(used, self.ln_dose, far) for far in (np.inf, -np.inf))
        return low.min(axis=1), high.max(axis=1)


@dataclass(frozen=True, eq=False)
class Place:
    """Where each curve stands: `sign` -1 where it rises, ln hill slope, ln asymmetry, and `ahead`.

    `ahead` = hill_slope * (ln ic50 - pivot): how far the half-way dose is beyond the pivot, in units of the slope.
    """

    sign: FloatArray
    pivot: FloatArray
    theta: FloatArray  # (n_problems, 3): ahead, ln hill slope, ln asymmetry

    def of(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Place:
        """Return the places of these rows."""
        return Place(self.sign[rows], self.pivot[rows], self.theta[rows])

    def at(self, theta: FloatArray) -> Place:
        """Return the same with other parameters."""
        return Place(self.sign, self.pivot, theta)

    def where(self, chosen: NDArray[np.bool_], other: Place) -> Place:
        """Return this where chosen, else the other."""
        theta = np.where(chosen[:, None], self.theta, other.theta)
        return Place(np.where(chosen, self.sign, other.sign), np.where(chosen, self.pivot, other.pivot), theta)

    def put(self, rows: NDArray[np.intp], other: Place) -> Place:
        """Return this with the other's places in these rows."""
        found = Place(self.sign.copy(), self.pivot.copy(), self.theta.copy())
        found.sign[rows], found.pivot[rows], found.theta[rows] = other.sign, other.pivot, other.theta
        return found

    @property
    def hill(self) -> FloatArray:
        """Return the size of the hill slope."""
        return np.asarray(np.exp(self.theta[:, 1]))

    @property
    def ln_ic50(self) -> FloatArray:
        """Return ln ic50 above the highest dose."""
        return np.asarray(self.pivot + self.theta[:, 0] / self.hill)


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

    def of(self, rows: NDArray[np.intp]) -> Local:
        """Return the rows."""
        return Local(*(getattr(self, f.name)[rows] for f in fields(self)))


def evaluate(wells: Wells, model: Model, place: Place, free: tuple[int, ...]) -> Local:
    """Return the least sum of squares over bottom and top at each place, and how it bends in the free parameters."""
    hill, w, y = place.hill[:, None], wells.weights, wells.means
    sign = place.sign[:, None]
    risen = hill * (wells.ln_dose - place.pivot[:, None])
    asymmetry = np.exp(place.theta[:, 2:]) if model.asymmetric else None
    half = half_way(asymmetry) if asymmetry is not None else None
    u = sign * (risen - place.theta[:, :1]) + (0.0 if half is None else half.shift)
    share = bends(u, asymmetry)
    centred = model.bottom is None and model.top is None
    total = w.sum(axis=1)
    on_rest = np.full(len(y), model.top is not None)
    if centred:
        on_rest = _dot(w, share.share) > 0.5 * total  # of the two the smaller keeps its digits at the limits
    turn = np.where(on_rest, -1.0, 1.0)
    q = np.where(on_rest[:, None], share.rest, share.share)
    mean_q, mean_y = (_dot(w, q) / total, _dot(w, y) / total) if centred else (0.0 * turn, 0.0 * turn)
    c, off = q - mean_q[:, None], y - mean_y[:, None]
    size = np.maximum(_dot(w * c, c), 1e-300)
    height = _dot(w * c, off) / size
    r = off - height[:, None] * c
    wr, wc = w * r, w * c
    firsts = _firsts(share, half, sign, risen, free)
    slopes = [turn[:, None] * f for f in firsts]
    along = [_dot(wr, s) for s in slopes]
    m = len(free)
    gradient = np.stack([-height * a for a in along], axis=1)
    newton, gauss = np.empty((len(y), m, m)), np.empty((len(y), m, m))
    on_base = [height * _dot(w, s) for s in slopes]
    on_height = [height * _dot(wc, s) for s in slopes]
    for i in range(m):
        for j in range(i + 1):
            both = height**2 * _dot(w * slopes[i], slopes[j])
            if centred:
                both = both - on_base[i] * on_base[j] / total
            gauss[:, i, j] = gauss[:, j, i] = both - on_height[i] * on_height[j] / size
            bend = turn * height * _dot(wr, _second(share, half, sign, risen, free[i], free[j]))
            tied = (on_height[i] - along[i]) * (on_height[j] - along[j]) / size
            newton[:, i, j] = newton[:, j, i] = both - bend - tied
    near = mean_y - height * mean_q
    bottom, top = np.where(on_rest, near + height, near), np.where(on_rest, near, near + height)
    return Local(wells.within + _dot(wr, r), bottom, top, gradient, newton, gauss)


def _dot(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the sums over doses of the products."""
    return np.asarray(b @ a[0] if len(a) == 1 else np.einsum("pk,pk->p", a, b))


def _firsts(
    share: Bends, half: HalfWay | None, sign: FloatArray, risen: FloatArray, free: tuple[int, ...]
) -> list[FloatArray]:
    """Return the derivatives of the share in the free parameters."""
    found = []
    for i in free:
        if i == PLACE:
            found.append(-sign * share.u)
        elif i == SLOPE:
            found.append(sign * risen * share.u)
        else:
            assert half is not None
            found.append(share.u * half.slope + share.z)
    return found


def _second(share: Bends, half: HalfWay | None, sign: FloatArray, risen: FloatArray, i: int, j: int) -> FloatArray:
    """Return the second derivative of the share in two parameters."""
    moves = {PLACE: -sign, SLOPE: sign * risen}
    if i in moves and j in moves:
        found = share.uu * moves[i] * moves[j]
        return found + share.u * moves[SLOPE] if i == j == SLOPE else found
    assert half is not None
    if i != j:
        return (share.uu * half.slope + share.uz) * moves[min(i, j)]
    return share.uu * half.slope**2 + 2.0 * share.uz * half.slope + share.zz + share.u * half.bend


def descend(wells: Wells, model: Model, place: Place, free: tuple[int, ...]) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return theta (n_problems, 3) in the valley below each place, and where the steps came to rest."""
    here = place.at(_within_limits(wells, place, place.theta, free))
    local = evaluate(wells, model, here, free)
    found, settled = here.theta.copy(), np.zeros(len(here.theta), dtype=bool)
    rows, damping = np.arange(len(found)), np.full(len(found), 1e-3)
    for _ in range(MOST_STEPS):
        theta = here.theta.copy()
        theta[:, free] += _step(local, damping, _stuck(wells, here, local, free))
        there = here.at(_within_limits(wells, here, theta, free))
        trial = evaluate(wells, model, there, free)
        tiny = np.abs(there.theta - here.theta).max(axis=1) < TINY
        better = (trial.rss <= local.rss) | tiny
        if model.name != "4PL":  # the 4PL is the same curve with its ends and its direction exchanged
            better &= trial.top >= trial.bottom
        here = here.at(np.where(better[:, None], there.theta, here.theta))
        local = trial.where(better, local)
        damping = np.where(better, np.where(damping < 1e-8, 0.0, damping * 0.1), np.maximum(damping, 1e-4) * 10.0)
        done = tiny | (damping > 1e10)
        if done.any():
            found[rows[done]], settled[rows[done]] = here.theta[done], tiny[done]
            kept = np.flatnonzero(~done)
            rows, damping = rows[kept], damping[kept]
            wells, here, local = wells.of(kept), here.of(kept), local.of(kept)
            if not len(rows):
                break
    found[rows] = here.theta
    return found, settled


def _step(local: Local, damping: FloatArray, stuck: NDArray[np.bool_]) -> FloatArray:
    """Return Newton's steps, Gauss and Newton's where the valley bends the wrong way."""
    size = local.gauss.shape[1]
    eye = np.eye(size)
    held = stuck[:, :, None] | stuck[:, None, :]
    gradient = np.where(stuck, 0.0, local.gradient)
    newton, gauss = (np.where(held, eye * stuck[:, None, :], m) for m in (local.newton, local.gauss))
    diagonal = np.einsum("pii->pi", gauss)
    diagonal = np.maximum(diagonal, 1e-12 * diagonal.max(axis=1, keepdims=True)) + 1e-300
    steps, regular = solve(newton + eye * (damping[:, None] * diagonal)[:, None, :], -gradient)
    bent = np.flatnonzero(~regular)
    if len(bent):
        extra = np.maximum(damping[bent], 1e-3)[:, None] * diagonal[bent]
        steps[bent], _ = solve(gauss[bent] + eye * extra[:, None, :], -gradient[bent])
    return np.asarray(np.clip(steps, -LONGEST_STEP, LONGEST_STEP))


def _stuck(wells: Wells, here: Place, local: Local, free: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return which free parameters press against a limit."""
    low, high = _limits(wells, here, here.theta)
    columns = list(free)
    at_low = here.theta[:, columns] <= low[:, columns]
    at_high = here.theta[:, columns] >= high[:, columns]
    return (at_low & (local.gradient > 0)) | (at_high & (local.gradient < 0))


def _within_limits(wells: Wells, here: Place, theta: FloatArray, free: tuple[int, ...]) -> FloatArray:
    """Return theta with its free parameters within the limits, the slope first: the reach rests on it."""
    theta = theta.copy()
    for i in sorted(free, reverse=True):
        low, high = _limits(wells, here, theta)
        theta[:, i] = np.clip(theta[:, i], low[:, i], high[:, i])
    return theta


def _limits(wells: Wells, here: Place, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
    first, last = wells.ends
    hill = np.exp(theta[:, SLOPE])
    low = np.stack([hill * (first - here.pivot) - REACH, *(np.full(len(hill), v) for v in LOWEST)], axis=1)
    high = np.stack([hill * (last - here.pivot) + REACH, *(np.full(len(hill), v) for v in HIGHEST)], axis=1)
    return low, high


def free_columns(model: Model) -> tuple[int, ...]:
    """Return the columns of theta that the model fits."""
    return (PLACE, SLOPE, BEND) if model.asymmetric else (PLACE, SLOPE)


def limits_met(wells: Wells, model: Model, place: Place) -> NDArray[np.str_]:
    """Return at which limit of the space each place lies, "" inside."""
    low, high = _limits(wells, place, place.theta)
    low[:, PLACE] += MARGIN
    high[:, PLACE] -= MARGIN
    names = (("below", "above"), ("shallow", "steep"), ("asymmetry", "asymmetry"))
    found = np.full(len(place.theta), "", dtype="<U9")
    for i in reversed(free_columns(model)):
        found = np.where(place.theta[:, i] <= low[:, i], names[i][0], found)
        found = np.where(place.theta[:, i] >= high[:, i], names[i][1], found)
    return found
