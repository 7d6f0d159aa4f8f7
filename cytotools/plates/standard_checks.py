"""What is wrong with the standards of a plate: order, wells that lie off, recovery, misfit. Nothing is dropped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc, stdtr

from cytotools.number_words import fold
from cytotools.plates.cautions import caution
from cytotools.plates.standard_curves import StandardCurve

FloatArray = NDArray[np.float64]
RECOVERY = 0.20  # ICH M10 (2022) 4.3.1: standards of a ligand-binding assay within 20 %
RECOVERY_LOWEST = 0.25  # and within 25 % at the lowest
OFF = 0.01  # chance that any well of a good plate is marked
MISFIT = 0.01
REVERSED = 0.01


@dataclass(frozen=True)
class Recovery:
    """A standard read back from the curve, over its own concentration, with its 95 % interval."""

    concentration: float
    recovery: float
    low: float
    high: float

    def outside(self, lowest: bool) -> bool:
        """Tell whether it is further from 1 than allowed; the lowest standard is allowed more."""
        return not abs(self.recovery - 1.0) <= (RECOVERY_LOWEST if lowest else RECOVERY)


def standard_recoveries(curve: StandardCurve) -> list[Recovery]:
    """Return how the curve gives back each standard above 0, lowest first.

    Examples
    --------
    >>> from cytotools.plates.standard_curves import standard_curve
    >>> standards = np.repeat([0.0, 125.0, 250.0, 500.0, 1000.0, 2000.0], 2)
    >>> signal = 0.1 + 0.0006 * standards + np.tile([-0.005, 0.005], 6)
    >>> [round(r.recovery, 2) for r in standard_recoveries(standard_curve(standards, signal, "bca"))]
    [1.0, 1.0, 1.0, 1.0, 1.0]
    """
    found = []
    for level in np.unique(curve.concentration[curve.concentration > 0]).tolist():
        signals = curve.signal[curve.concentration == level]
        one, value = curve.concentration_of(signals), curve.inverse(float(signals.mean()))
        found.append(Recovery(level, value / level, one.low / level, one.high / level))
    return found


def on_standards(curve: StandardCurve, wells: list[str], unit: str) -> list[str]:
    """Return the cautions about the standards of a plate; `wells` names them, shape (n,)."""
    found = [*_out_of_order(curve, unit)]
    found += [caution("standard_off", f"{wells[k]}, {curve.concentration[k]:g} {unit}") for k in wells_off(curve)]
    bad = [one for k, one in enumerate(standard_recoveries(curve)) if one.outside(k == 0)]
    found += [caution("standard_recovery", _reads(one, unit)) for one in bad]
    p_value = misfit(curve)
    levels = len(np.unique(curve.concentration))
    words = f"{curve.shape.name} through {levels} levels, p = {p_value:.2g}"
    return [*found, caution("curve_misfits", words)] if p_value < MISFIT else found


def _reads(one: Recovery, unit: str) -> str:
    ends = {0.0: "reads below the foot of the curve", np.inf: "reads beyond the end of the curve"}
    return f"{fold(one.concentration)} {unit} {ends.get(one.recovery, f'reads {one.recovery:.0%}')}"


def wells_off(curve: StandardCurve) -> list[int]:
    """Return the wells that lie off the curve through the others.

    The rule: the residual over its own error, judged without the well (externally studentised), by Student's t; the
    p-value times the number of wells is below `OFF`.

    References
    ----------
    R. D. Cook and S. Weisberg, Residuals and Influence in Regression (1982), https://hdl.handle.net/11299/37076.
    """
    degrees = curve.degrees - 1
    if degrees < 1 or curve.squares <= 0:
        return []
    gradient = curve.shape.gradient(curve.concentration)
    leverage = curve.weights * np.einsum("ni,ij,nj->n", gradient, curve.spread, gradient)
    squares = curve.weights * (curve.signal - curve.shape.value(curve.concentration)) ** 2
    left = np.maximum(1.0 - leverage, 1e-9)
    others = np.maximum(curve.squares - squares / left, 1e-12 * curve.squares) / degrees
    p_values = 2.0 * stdtr(degrees, -np.sqrt(squares / left / others))
    return [int(k) for k in np.flatnonzero(p_values * len(p_values) < OFF)]


def misfit(curve: StandardCurve) -> float:
    """Return the p-value of the F test of lack of fit; 1 where no standard is repeated or all levels are fitted."""
    _, squares, degrees = _within(curve)
    more = curve.degrees - degrees
    if degrees < 1 or more < 1 or squares <= 0:
        return 1.0
    f = max(curve.squares - squares, 0.0) / more / (squares / degrees)
    return float(fdtrc(more, degrees, f))


def _within(curve: StandardCurve) -> tuple[list[FloatArray], float, int]:
    """Return the signals of each level, the weighted sum of squares within levels and its degrees of freedom."""
    groups = [curve.signal[curve.concentration == level] for level in np.unique(curve.concentration)]
    weights = [curve.weights[curve.concentration == level] for level in np.unique(curve.concentration)]
    squares = sum(float(w @ (group - group.mean()) ** 2) for w, group in zip(weights, groups, strict=True))
    return groups, squares, len(curve.signal) - len(groups)


def _out_of_order(curve: StandardCurve, unit: str) -> list[str]:
    """Return where a higher standard gives less signal (more, where the curve falls) than the one below it."""
    groups, squares, degrees = _within(curve)
    levels = np.unique(curve.concentration)
    scatter = squares / degrees if degrees > 1 else curve.squares / curve.degrees
    means, counts = np.array([g.mean() for g in groups]), np.array([len(g) for g in groups])
    variances = scatter * curve.law.at(means) / counts
    rises = np.sign(float(curve.shape.value(levels[-1]) - curve.shape.value(levels[0])))
    falls = -rises * np.diff(means)
    errors = np.sqrt(variances[1:] + variances[:-1])
    t = np.divide(falls, errors, out=np.full(len(falls), -np.inf), where=errors > 0)
    places = np.flatnonzero(stdtr(max(degrees, 1), -t) < REVERSED)
    found = []
    for k in places:
        words = f"{levels[k + 1]:g} {unit} below {levels[k]:g} {unit}"
        found.append(caution("hook_effect" if k == len(falls) - 1 else "standards_out_of_order", words))
    return found
