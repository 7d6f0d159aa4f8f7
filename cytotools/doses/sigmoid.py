"""Sigmoid dose responses: the models that can be chosen, their values and their derivatives.

response = bottom + (top - bottom) * share with share = (1 + (dose / e)^hill_slope)^-asymmetry, which is 1/2 at ic50.

The hill slope is positive when the response falls, and top is the larger asymptote. A well at dose 0 sits on the
asymptote of dose 0 itself. Everything runs over ln dose, so that no unit matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cytotools.errors import refusal

FloatArray = NDArray[np.float64]
CONTROL = -1e6  # ln dose of a well at dose 0: so far off that its share is 0 or 1 to the last digit
LARGEST = 700.0  # u beyond which the share is 0 to 300 decimals


@dataclass(frozen=True)
class FourParameter:
    """Bottom, top, ic50 and hill slope, the four-parameter logistic of A. V. Hill (1910)."""

    name = "4PL"
    bottom: None = None
    top: None = None
    asymmetric = False
    either_height = True  # top may lie below bottom, so that one direction of the slope serves for both


@dataclass(frozen=True)
class ThreeParameter:
    """The four-parameter logistic with one asymptote given, in the unit of the response.

    Examples
    --------
    >>> ThreeParameter(bottom=0.0), ThreeParameter(top=100.0)
    (ThreeParameter(bottom=0.0, top=None), ThreeParameter(bottom=None, top=100.0))
    """

    name = "3PL"
    bottom: float | None = None
    top: float | None = None
    asymmetric = False
    either_height = False

    def __post_init__(self) -> None:
        """Refuse both asymptotes or none."""
        if (self.bottom is None) == (self.top is None) or not np.isfinite(self.level):
            got = f"bottom={self.bottom}, top={self.top}"
            remedy = "Write ThreeParameter(bottom=0.0) or ThreeParameter(top=100.0)."
            raise refusal("3PL", "fixed asymptote", "one number, bottom or top", got, remedy)

    @property
    def level(self) -> float:
        """Return the asymptote that is given."""
        return float(self.top if self.bottom is None else self.bottom)  # type: ignore[arg-type]


@dataclass(frozen=True)
class FixedBaseline(ThreeParameter):
    """The four-parameter logistic whose response at dose 0 is given; from there it rises or falls to a free plateau.

    Examples
    --------
    >>> FixedBaseline(top=0.0).level
    0.0
    """

    either_height = True

    def __post_init__(self) -> None:
        """Refuse a baseline that is no number."""
        if self.top is None or self.bottom is not None or not np.isfinite(self.top):
            got = f"bottom={self.bottom}, top={self.top}"
            raise refusal("3PL", "response at dose 0", "one number, top", got, "Write FixedBaseline(top=0.0).")


@dataclass(frozen=True)
class FiveParameter:
    """The four-parameter logistic with an exponent, the asymmetry; ic50 stays the dose half-way between the asymptotes.

    J. H. Ricketts and G. A. Head, Am. J. Physiol. 277:R441 (1999), doi:10.1152/ajpregu.1999.277.2.R441.
    """

    name = "5PL"
    bottom: None = None
    top: None = None
    asymmetric = True
    either_height = False


Model = FourParameter | ThreeParameter | FiveParameter


def model_of(model: str | Model) -> Model:
    """Return the model of a name: 4PL, 3PL (bottom 0) or 5PL; a model is returned as it is.

    Examples
    --------
    >>> model_of("3PL")
    ThreeParameter(bottom=0.0, top=None)
    """
    if not isinstance(model, str):
        return model
    known: dict[str, Model] = {"4PL": FourParameter(), "3PL": ThreeParameter(bottom=0.0), "5PL": FiveParameter()}
    if model not in known:
        raise refusal("fit", "model", "4PL, 3PL or 5PL", repr(model), "Choose one of the three.")
    return known[model]


def free_parameters(model: Model) -> tuple[str, ...]:
    """Return the names of the parameters that the model fits, in the order of all its errors.

    Examples
    --------
    >>> free_parameters(ThreeParameter(bottom=0.0))
    ('top', 'ic50', 'hill_slope')
    """
    given = [name for name in ("bottom", "top") if getattr(model, name) is None]
    return (*given, "ic50", "hill_slope", *(["asymmetry"] if model.asymmetric else []))


def response_at(
    dose: ArrayLike,
    bottom: ArrayLike,
    top: ArrayLike,
    ic50: ArrayLike,
    hill_slope: ArrayLike,
    asymmetry: ArrayLike = 1.0,
) -> FloatArray:
    """Return the response at each dose; the arguments broadcast.

    Examples
    --------
    >>> response_at([0.0, 1.0, 3.0, 1e9], bottom=5.0, top=100.0, ic50=3.0, hill_slope=1.0).round(2).tolist()
    [100.0, 76.25, 52.5, 5.0]
    """
    lowest, highest = np.asarray(bottom, dtype=np.float64), np.asarray(top, dtype=np.float64)
    slope, exponent = np.asarray(hill_slope, dtype=np.float64), np.asarray(asymmetry, dtype=np.float64)
    u = slope * (ln_dose(dose) - np.log(np.asarray(ic50, dtype=np.float64))) + half_way(exponent).shift
    share, rest = shares(u, exponent)
    return np.asarray(lowest * rest + highest * share, dtype=np.float64)


def ln_dose(dose: ArrayLike) -> FloatArray:
    """Return the natural logarithm of doses, of dose 0 a number far below all others."""
    doses = np.asarray(dose, dtype=np.float64)
    return np.log(doses, out=np.full(doses.shape, CONTROL), where=doses > 0)


def shares(u: FloatArray, asymmetry: FloatArray | float = 1.0) -> tuple[FloatArray, FloatArray]:
    """Return share = (1 + exp(u))^-asymmetry and 1 - share, each to its own last digit."""
    falling, rising = _logistic(u)
    if np.ndim(asymmetry) == 0 and asymmetry == 1.0:
        return falling, rising
    ln_share = -asymmetry * _softplus(u)
    return np.exp(ln_share), -np.expm1(ln_share)


def _logistic(u: FloatArray) -> tuple[FloatArray, FloatArray]:
    odds = np.exp(np.minimum(u, LARGEST))
    falling = 1.0 / (1.0 + odds)
    return falling, odds * falling


def _softplus(u: FloatArray) -> FloatArray:
    return np.asarray(np.maximum(u, 0.0) + np.log1p(np.exp(-np.abs(u))), dtype=np.float64)


class HalfWay(NamedTuple):
    """What u is where the share is 1/2, and its first and second derivative in ln asymmetry."""

    shift: FloatArray
    slope: FloatArray
    bend: FloatArray


def half_way(asymmetry: FloatArray | float) -> HalfWay:
    """Return u at the share 1/2: ln(2^(1/asymmetry) - 1).

    Examples
    --------
    >>> float(half_way(1.0).shift), round(float(half_way(0.5).shift), 6)
    (0.0, 1.098612)
    """
    a = np.log(2.0) / np.asarray(asymmetry, dtype=np.float64)
    ratio = -1.0 / np.expm1(-a)
    return HalfWay(np.log(np.expm1(a)), -a * ratio, a * ratio * (1.0 - a * (ratio - 1.0)))


NONE = np.zeros(0)


class Bends(NamedTuple):
    """The share and its derivatives: in u, and in z = ln asymmetry (empty where the curve is symmetric)."""

    share: FloatArray
    rest: FloatArray
    u: FloatArray
    uu: FloatArray
    z: FloatArray = NONE
    uz: FloatArray = NONE
    zz: FloatArray = NONE


def bends(u: FloatArray, asymmetry: FloatArray | None = None) -> Bends:
    """Return the share with its first and second derivatives in u and in ln asymmetry.

    Examples
    --------
    >>> [round(float(v), 6) for v in bends(np.array(1.0))[:4]]
    [0.268941, 0.731059, -0.196612, 0.090858]
    """
    falling, rising = _logistic(u)
    if asymmetry is None:
        slope = -falling * rising
        return Bends(falling, rising, slope, slope * (falling - rising))
    f, ln_inverse = asymmetry, asymmetry * _softplus(u)
    share = np.exp(-ln_inverse)
    slope = -f * share * rising
    return Bends(
        share,
        -np.expm1(-ln_inverse),
        slope,
        slope * (falling - f * rising),
        -ln_inverse * share,
        slope * (1.0 - ln_inverse),
        share * ln_inverse * (ln_inverse - 1.0),
    )
