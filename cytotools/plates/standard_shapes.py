"""The shapes of standard curves: a line, a parabola and the four-parameter logistic, each fitted with weights."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.dose_response import DoseResponse, fit_dose_response
from cytotools.doses.sigmoid import CONTROL, ThreeParameter

FloatArray = NDArray[np.float64]
FAR_TOP = 100.0  # times the largest signal: the upper plateau of a curve that shows none


@dataclass(frozen=True, eq=False)
class Polynomial:
    """signal = p0 + p1 c (+ p2 c²), with c in units of the highest standard."""

    parameters: FloatArray
    highest: float

    @property
    def name(self) -> str:
        """Return what the shape is called."""
        return ("line", "quadratic")[len(self.parameters) - 2]

    def value(self, concentration: FloatArray | float) -> FloatArray:
        """Return the signal at concentrations."""
        return np.asarray(self.gradient(concentration) @ self.parameters)

    def gradient(self, concentration: FloatArray | float) -> FloatArray:
        """Return the derivatives of the signal by the parameters, shape (..., k)."""
        c = np.asarray(concentration, dtype=np.float64) / self.highest
        return np.stack([c**power for power in range(len(self.parameters))], axis=-1)


@dataclass(frozen=True, eq=False)
class Logistic:
    """signal = bottom + (top - bottom) share, by ln of the concentration; parameters bottom, top, ln middle, slope.

    Where the standards show no upper plateau the top is given, not fitted (`free_top` False).
    """

    parameters: FloatArray
    free_top: bool = True
    name = "4PL"

    def value(self, concentration: FloatArray | float) -> FloatArray:
        """Return the signal at concentrations."""
        bottom, top, _, _ = self.parameters
        return np.asarray(bottom + (top - bottom) * self._share(concentration))

    def gradient(self, concentration: FloatArray | float) -> FloatArray:
        """Return the derivatives of the signal by the parameters, shape (..., k)."""
        bottom, top, middle, slope = self.parameters
        share = self._share(concentration)
        steep = (top - bottom) * share * (1.0 - share)
        parts = [1.0 - share, share, slope * steep, -steep * (_ln(concentration) - middle)]
        return np.stack(parts if self.free_top else [parts[0], *parts[2:]], axis=-1)

    def _share(self, concentration: FloatArray | float) -> FloatArray:
        _, _, middle, slope = self.parameters
        u = np.clip(slope * (_ln(concentration) - middle), -700.0, 700.0)
        return np.asarray(1.0 / (1.0 + np.exp(u)))


def _ln(concentration: FloatArray | float) -> FloatArray:
    with np.errstate(divide="ignore"):
        return np.maximum(np.log(np.asarray(concentration, dtype=np.float64)), CONTROL)


Shape = Polynomial | Logistic


def fit_polynomial(concentration: FloatArray, signal: FloatArray, weights: FloatArray, degree: int) -> Polynomial:
    """Return the weighted least-squares line (degree 1) or parabola (degree 2)."""
    shape = Polynomial(np.zeros(degree + 1), float(concentration.max()))
    root = np.sqrt(weights)[:, None]
    found = np.linalg.lstsq(root * shape.gradient(concentration), root[:, 0] * signal, rcond=None)[0]
    return replace(shape, parameters=np.asarray(found, dtype=np.float64))


def fit_logistic(concentration: FloatArray, signal: FloatArray, weights: FloatArray) -> Logistic | None:
    """Return the weighted least-squares 4PL, None where the standards have no such optimum."""
    fit = fit_dose_response(concentration, signal, weights)
    if fit.converged:
        return _logistic(fit)
    if fit.limit != "above":
        return None
    far = float(signal.min() + FAR_TOP * np.ptp(signal))
    fit = fit_dose_response(concentration, signal, weights, ThreeParameter(top=far))
    return replace(_logistic(fit), free_top=False) if fit.converged else None


def _logistic(fit: DoseResponse) -> Logistic:
    return Logistic(np.array([fit.bottom, fit.top, np.log(fit.ic50), fit.hill_slope]))
