"""Newton's steps of many sigmoids at once to the valley below each start, within stated limits.

Where noise would be met best by a curve without an end (a step, a straight line, an ic50 at infinity), the
search ends at a limit: hill slopes from FLATTEST to STEEPEST, and an ic50 no further beyond the doses than where
hill_slope * |ln(ic50 / dose)| is REACH (there the curve is a power of the dose to 2e-9) or |ln(ic50 / dose)|
FARTHEST; asymmetry from LEAST_ASYMMETRY to MOST_ASYMMETRY.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.curve_bends import Local, evaluate
from cytotools.doses.curve_places import PLACE, SLOPE, Place, Wells, free_columns
from cytotools.doses.sigmoid import FloatArray, Model
from cytotools.doses.small_systems import solve

FLATTEST, STEEPEST, REACH, FARTHEST = 1e-3, 100.0, 20.0, 600.0
LEAST_ASYMMETRY, MOST_ASYMMETRY = 0.05, 20.0
LOWEST, HIGHEST = np.log([FLATTEST, LEAST_ASYMMETRY]), np.log([STEEPEST, MOST_ASYMMETRY])
MARGIN = 8.0  # an ic50 this near its limit is at the limit: only rounding tells them apart
FLAT_END = 12.0  # this far from its middle a curve has come to its end but for 6e-6
MOST_STEPS = 250
TAIL, MOST_BOLD = 1.8, 16.0  # steps that gain nearly what an exponential tail does (2 of a sum of squares) are doubled
LEAST_CURVATURE = 0.01  # of a step downhill, in units of the expected curvature
LONGEST_STEP, FIRST_DAMPING, MOST_DAMPING = 2.0, 1e-3, 1e10
TINY = 1e-9  # a step that moves no parameter further is the last: Newton's steps square their error
ROUNDING = 1e-13  # of a sum of squares: a step that promises no more is the last
SHORT = 1e-3  # a last step that is longer is not taken: where it promises nothing, nothing is known of its end


def descend(
    wells: Wells, model: Model, place: Place, free: tuple[int, ...]
) -> tuple[Place, NDArray[np.bool_], FloatArray]:
    """Return the valley below each place, where the steps came to rest, and the sum of squares there."""
    here = _turned(wells, place, place.theta, free)
    local = evaluate(wells, model, here, free)
    pivot, theta = here.pivot.copy(), here.theta.copy()
    rows, damping = np.arange(len(theta)), np.full(len(theta), FIRST_DAMPING)
    settled, bold, rss = np.zeros(len(theta), dtype=bool), np.ones(len(theta)), local.rss.copy()
    for _ in range(MOST_STEPS):
        steps = _step(local, damping, _stuck(wells, here, local, free))
        longest = np.abs(steps).max(axis=1)
        promised = -np.einsum("pi,pi->p", local.gradient, steps)
        tiny = (longest < TINY) | ((promised >= 0) & (promised < ROUNDING * local.rss))
        done = tiny | (damping > MOST_DAMPING)
        if done.any():
            last = steps[done] * (tiny & (longest < SHORT))[done, None]
            end = _moved(wells.of(done), here.of(done), last, free)
            pivot[rows[done]], theta[rows[done]] = end.pivot, end.theta
            settled[rows[done]], rss[rows[done]] = (tiny & (damping <= 1.0))[done], local.rss[done]
            rows, damping, bold, steps, promised = (part[~done] for part in (rows, damping, bold, steps, promised))
            wells, here, local = wells.of(~done), here.of(~done), local.of(~done)
            if not len(rows):
                break
        there = _moved(wells, here, np.clip(bold[:, None] * steps, -LONGEST_STEP, LONGEST_STEP), free)
        trial = evaluate(wells, model, there, free)
        better = trial.rss <= local.rss
        if not model.either_height:  # else it is the same curve with its ends and its direction exchanged
            better &= trial.top >= trial.bottom
        tail = better & (local.rss - trial.rss > TAIL * (1.0 - np.exp(-bold)) * promised)
        bold = np.where(tail, np.minimum(2.0 * bold, MOST_BOLD), 1.0)
        here, local = there.where(better, here), trial.where(better, local)
        damping = np.where(better, np.where(damping < 1e-8, 0.0, damping * 0.1), np.maximum(damping, 1e-4) * 10.0)
    pivot[rows], theta[rows], rss[rows] = here.pivot, here.theta, local.rss
    return Place(place.sign, pivot, theta), settled, rss


def polished(wells: Wells, model: Model, place: Place) -> Place:
    """Return minima after one more of Newton's steps, undamped: the last digits where wells tell little."""
    free = free_columns(model)
    local = evaluate(wells, model, place, free)
    steps = _step(local, np.zeros(len(place.theta)), _stuck(wells, place, local, free))
    short = np.asarray((np.abs(steps) < SHORT).all(axis=1, keepdims=True))
    return _moved(wells, place, steps * short, free)


def _moved(wells: Wells, here: Place, steps: FloatArray, free: tuple[int, ...]) -> Place:
    theta = here.theta.copy()
    theta[:, free] += steps
    return _turned(wells, here, theta, free)


def _turned(wells: Wells, place: Place, theta: FloatArray, free: tuple[int, ...]) -> Place:
    """Return the place of theta within the limits, about the dose nearest to its ic50.

    A step that passes through one dose turns about it, and its valley is straight only in such coordinates.
    """
    theta = theta.copy()
    theta[:, SLOPE:] = np.clip(theta[:, SLOPE:], LOWEST, HIGHEST)
    if PLACE not in free:
        return place.at(theta)
    low, high = _reach(wells, place, theta)
    theta[:, PLACE] = np.clip(theta[:, PLACE], low, high)
    found = place.at(theta)
    first, last = wells.ends
    pivots = np.column_stack([np.where(wells.used, wells.ln_dose, first[:, None]), first - FARTHEST, last + FARTHEST])
    nearest = np.abs(pivots - found.ln_ic50[:, None]).argmin(axis=1)
    pivot = pivots[0][nearest] if len(pivots) == 1 else pivots[np.arange(len(nearest)), nearest]
    theta[:, PLACE] += found.hill * (found.pivot - pivot)
    return Place(found.sign, pivot, theta)


def _step(local: Local, damping: FloatArray, stuck: NDArray[np.bool_]) -> FloatArray:
    """Return Newton's steps, turned downhill where the sum of squares bends the wrong way."""
    gradient, newton = local.gradient, local.newton.copy()
    gauss = np.maximum(np.einsum("pii->pi", local.gauss), 0.0)  # rounding may leave less
    if stuck.any():
        gradient = np.where(stuck, 0.0, gradient)
        newton[stuck[:, :, None] | stuck[:, None, :]] = 0.0
        gauss = np.where(stuck, 1.0, gauss)
        np.einsum("pii->pi", newton)[stuck] = 1.0
    scale = np.maximum(gauss, 1e-12 * gauss.max(axis=1, keepdims=True)) + 1e-300
    np.einsum("pii->pi", newton)[:] += damping[:, None] * scale
    steps, regular = solve(newton, -gradient)
    bent = np.flatnonzero(~regular)
    if len(bent):
        steps[bent] = _downhill(newton[bent], gradient[bent], np.sqrt(scale[bent]))
    return np.asarray(np.clip(steps, -LONGEST_STEP, LONGEST_STEP))


def _downhill(newton: FloatArray, gradient: FloatArray, scale: FloatArray) -> FloatArray:
    """Return steps with the sign of every negative curvature turned."""
    curvature, axes = np.linalg.eigh(newton / (scale[:, :, None] * scale[:, None, :]))
    size = np.maximum(np.abs(curvature), LEAST_CURVATURE)
    along = np.einsum("pij,pi->pj", axes, gradient / scale) / size
    return np.asarray(-np.einsum("pij,pj->pi", axes, along) / scale)


def _stuck(wells: Wells, here: Place, local: Local, free: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return which free parameters press against a limit."""
    low, high = _at_limits(wells, here)
    columns = list(free)
    return (low[:, columns] & (local.gradient > 0)) | (high[:, columns] & (local.gradient < 0))


def _at_limits(wells: Wells, here: Place, margin: float = TINY) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which parameters are at their lower and at their upper limit, (n_problems, 3)."""
    low, high = np.empty(here.theta.shape, dtype=bool), np.empty(here.theta.shape, dtype=bool)
    first, last = _reach(wells, here, here.theta)
    low[:, PLACE], high[:, PLACE] = here.theta[:, PLACE] <= first + margin, here.theta[:, PLACE] >= last - margin
    low[:, SLOPE:], high[:, SLOPE:] = here.theta[:, SLOPE:] <= LOWEST + TINY, here.theta[:, SLOPE:] >= HIGHEST - TINY
    return low, high


def _reach(wells: Wells, here: Place, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return how far the ic50 may lie behind and ahead of the pivot."""
    first, last = wells.ends
    hill = np.exp(theta[:, SLOPE])
    reach = np.minimum(REACH, FARTHEST * hill)
    return hill * (first - here.pivot) - reach, hill * (last - here.pivot) + reach


def limits_met(wells: Wells, model: Model, place: Place) -> NDArray[np.str_]:
    """Return at which limit of the space each place lies, "" inside."""
    low, high = _at_limits(wells, place, MARGIN)
    names = (("below", "above"), ("shallow", "steep"), ("asymmetry", "asymmetry"))
    found = np.full(len(place.theta), "", dtype="<U9")
    for i in reversed(free_columns(model)):
        found = np.where(low[:, i], names[i][0], np.where(high[:, i], names[i][1], found))
    off = place.hill[:, None] * np.abs(wells.ln_dose - place.ln_ic50[:, None])
    return np.where((found == "") & (np.sum(wells.used & (off < FLAT_END), axis=1) < 2), "steep", found)
