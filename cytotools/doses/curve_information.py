"""What the wells tell of a curve's parameters: the expected and the observed information, and the standard errors."""

from __future__ import annotations

import numpy as np

from cytotools.doses.curve_places import Wells
from cytotools.doses.sigmoid import FloatArray, Model, bends, free_parameters, half_way
from cytotools.doses.small_systems import inverses


def slopes(ln_dose: FloatArray, model: Model, curves: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Return the derivatives of the response in bottom, top, ln ic50, hill slope and ln asymmetry.

    Parameters
    ----------
    ln_dose : ndarray, shape (n_doses,) or (n_curves, n_doses)
    curves : dict of ndarray, shape (n_curves,)
        bottom, top, ln_ic50, hill_slope, asymmetry.

    Returns
    -------
    dict of ndarray, shape (n_curves, n_doses)
        By the names of `free_parameters`.
    """
    return _Derivatives(ln_dose, model, curves).firsts


def information(
    wells: Wells, model: Model, curves: dict[str, FloatArray], residuals: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the expected (Gauss-Newton) and the observed information, each (n_curves, n_parameters, n_parameters).

    They are those of half the sum of squares, so that s^2 times the inverse is the covariance. In the order of
    `free_parameters`, of ln ic50 and ln asymmetry.
    """
    there = _Derivatives(wells.ln_dose, model, curves)
    names = free_parameters(model)
    m = len(names)
    expected, observed = np.empty((len(residuals), m, m)), np.empty((len(residuals), m, m))
    for i, one in enumerate(names):
        for j, other in enumerate(names[: i + 1]):
            both = np.einsum("pk,pk,pk->p", wells.weights, there.firsts[one], there.firsts[other])
            bend = np.einsum("pk,pk,pk->p", wells.weights, residuals, there.second(one, other))
            expected[:, i, j] = expected[:, j, i] = both
            observed[:, i, j] = observed[:, j, i] = both - bend
    return expected, observed


def covariances(information: FloatArray, variance: FloatArray) -> FloatArray:
    """Return variance times the inverse of the information; inf where the wells do not tell all parameters."""
    size = np.sqrt(np.maximum(np.einsum("pii->pi", information), 1e-300))
    scaled = inverses(information / (size[:, :, None] * size[:, None, :]))
    with np.errstate(over="ignore", invalid="ignore"):
        found = scaled / (size[:, :, None] * size[:, None, :]) * variance[:, None, None]
    return np.where(np.isfinite(found), found, np.inf)


class _Derivatives:
    """The derivatives of the response at each dose."""

    def __init__(self, ln_dose: FloatArray, model: Model, curves: dict[str, FloatArray]) -> None:
        bottom, top, place, hill, asymmetry = (
            curves[name][:, None] for name in ("bottom", "top", "ln_ic50", "hill_slope", "asymmetry")
        )
        half = half_way(asymmetry)
        x = ln_dose - place
        self.share = bends(hill * x + half.shift, asymmetry if model.asymmetric else None)
        self.height, self.half, self.model = top - bottom, half, model
        self.moves = {"ic50": -hill, "hill_slope": x}  # of u
        one = np.ones_like(self.share.share)
        self.firsts = {name: self.height * self._share(name) for name in ("ic50", "hill_slope")}
        self.firsts |= {"bottom": self.share.rest * one, "top": self.share.share * one}
        if model.asymmetric:
            self.firsts["asymmetry"] = self.height * self._share("asymmetry")

    def _share(self, name: str) -> FloatArray:
        if name != "asymmetry":
            return self.share.u * self.moves[name]
        return self.share.u * self.half.slope + self.share.z

    def second(self, one: str, other: str) -> FloatArray:
        """Return the second derivative of the response in two parameters."""
        linear = {"bottom": -1.0, "top": 1.0}
        if one in linear and other in linear:
            return np.zeros_like(self.share.share)
        if one in linear or other in linear:
            sign, name = (linear[one], other) if one in linear else (linear[other], one)
            return sign * self._share(name)
        return self.height * self._second_share(one, other)

    def _second_share(self, one: str, other: str) -> FloatArray:
        share, half = self.share, self.half
        if "asymmetry" not in (one, other):
            crossed = share.u if one != other else 0.0
            return share.uu * self.moves[one] * self.moves[other] - crossed
        if one != other:
            name = one if other == "asymmetry" else other
            return (share.uu * half.slope + share.uz) * self.moves[name]
        return share.uu * half.slope**2 + 2.0 * share.uz * half.slope + share.zz + share.u * half.bend
