"""Band shapes of the blot grid: how a band's light falls off along its lane (v) and across it (u).

Six families may be looked at while the method is developed, five are held out. None of them is a shape that
`blots` fits or draws by itself. Lengths along the lane are in units of the row's sigma (a width at half height of
about 2.35), across it in units of the lane's half width. Only the form matters here: a band's volume is set by
dividing by the drawn sum.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Numbers = dict[str, Array]

REACH = 14.0  # sigma from a band's place to the end of what is drawn of it
_HALF = 1.1774  # half width at half height of a normal curve, in its sigma
_FINE = np.linspace(-20.0, 20.0, 4001)


class Family(NamedTuple):
    """A family of shapes: what is drawn once for a row, and the density that follows.

    `density(numbers, u, v, share)`; `share` is the band's volume over the row's largest, for shapes that depend on
    the load.
    """

    row: Callable[[np.random.Generator], Numbers]
    density: Callable[[Numbers, Array, Array, float], Array]


def varied(numbers: Numbers, level: float, rng: np.random.Generator) -> Numbers:
    """Return the row's numbers with each one changed by up to `level` of itself, as from lane to lane."""
    return {name: value * (1 + level * rng.uniform(-1, 1, np.shape(value))) for name, value in numbers.items()}


def _between(**ranges: tuple[float, float]) -> Callable[[np.random.Generator], Numbers]:
    return lambda rng: {name: np.asarray(rng.uniform(*ends)) for name, ends in ranges.items()}


def _sech2(z: Array) -> Array:
    return np.asarray(1 / np.cosh(np.clip(z, -300, 300)) ** 2)


def _sigmoid(z: Array) -> Array:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * z)))


def _steep(u: Array, power: Array) -> Array:
    return np.asarray(np.exp(-np.log(2) * np.abs(u) ** power))


def _tukey(u: Array, edge: Array) -> Array:
    return np.asarray(0.5 * (1 + np.cos(np.pi * np.clip((np.abs(u) - 1 + edge) / (2 * edge), 0, 1))))


# --- develop ----------------------------------------------------------------------------------------------------------


def _logistic(n: Numbers, u: Array, v: Array, share: float) -> Array:
    return _sech2(v / (1.336 * n["width"])) * _sigmoid((1 - np.abs(u)) / n["edge"])


def _hyper_gaussian(n: Numbers, u: Array, v: Array, share: float) -> Array:
    scale = n["width"] * _HALF / (2 * np.log(2)) ** (1 / n["power"])
    return np.asarray(np.exp(-0.5 * np.abs(v / scale) ** n["power"]) * _steep(u, n["flat"]))


def _asymmetric_voigt(n: Numbers, u: Array, v: Array, share: float) -> Array:
    half = _HALF * n["width"] * np.where(v < 0, 1 + n["lean"], 1 - n["lean"])
    mixed = (1 - n["eta"]) * np.exp(-np.log(2) * (v / half) ** 2) + n["eta"] / (1 + (v / half) ** 2)
    ends = 0.5 * (1 + np.cos(np.pi * np.clip((np.abs(v) - 6) / 6, 0, 1)))
    return np.asarray(mixed * ends * _tukey(u, n["edge"]))


def _comet(n: Numbers, u: Array, v: Array, share: float) -> Array:
    def tail(at: Array) -> Array:
        up = np.logaddexp(0.0, -3 * at) / 3
        return np.asarray(up ** n["order"] * np.exp(-up / n["length"]))

    core = _sech2(v / (1.2 * n["width"])) / (2.4 * n["width"])
    smear = tail(v) / np.trapezoid(tail(_FINE), _FINE)
    wider = _sigmoid((1.05 - np.abs(u)) / (1.6 * n["edge"]))
    return np.asarray((1 - n["part"]) * core * _sigmoid((1 - np.abs(u)) / n["edge"]) + n["part"] * smear * wider)


def _doublet(n: Numbers, u: Array, v: Array, share: float) -> Array:
    width = 1.336 * 0.8 * n["width"]
    two = _sech2((v - n["apart"] / 2) / width) + n["second"] * _sech2((v + n["apart"] / 2) / width)
    return np.asarray(two * _steep(u, n["flat"]))


def _dumb_bell(n: Numbers, u: Array, v: Array, share: float) -> Array:
    bent = v - n["bend"] * (np.clip(u, -1.3, 1.3) ** 2 - 1 / 3)
    along = (1 + (bent / (n["width"] * 3.05)) ** 2) ** -5.0
    return np.asarray(along * (1 + n["ends"] * u**2) * _steep(u, n["flat"]))


def _dumb_bell_row(rng: np.random.Generator) -> Numbers:
    numbers = _between(width=(0.85, 1.1), bend=(0.3, 0.9), ends=(0.2, 0.7), flat=(5, 9))(rng)
    return numbers | {"bend": numbers["bend"] * rng.choice([-1, 1])}


DEVELOP: dict[str, Family] = {
    "logistic": Family(_between(width=(0.85, 1.15), edge=(0.06, 0.14)), _logistic),
    "hyper-Gaussian": Family(_between(width=(0.9, 1.25), power=(2.4, 3.8), flat=(4, 9)), _hyper_gaussian),
    "asymmetric Voigt": Family(
        _between(width=(0.85, 1.1), lean=(-0.3, 0.3), eta=(0.05, 0.25), edge=(0.15, 0.35)), _asymmetric_voigt
    ),
    "comet": Family(
        _between(width=(0.8, 1.05), part=(0.1, 0.3), order=(0.8, 2.0), length=(0.8, 1.8), edge=(0.06, 0.12)), _comet
    ),
    "doublet": Family(_between(width=(0.85, 1.05), apart=(0.7, 1.4), second=(0.4, 1.0), flat=(5, 9)), _doublet),
    "dumb-bell": Family(_dumb_bell_row, _dumb_bell),
}

# --- held out ---------------------------------------------------------------------------------------------------------


def _tilted(n: Numbers, u: Array, v: Array, share: float) -> Array:
    bent = v - n["slope"] * np.clip(u, -1.3, 1.3)
    along = np.exp(-n["peak"] * (np.sqrt(1 + bent**2 / (n["peak"] * n["width"] ** 2)) - 1))
    return np.asarray(along * (1 + n["side"] * np.clip(u, -1.5, 1.5)) * _sigmoid((1 - np.abs(u)) / n["edge"]))


def _overloaded(n: Numbers, u: Array, v: Array, share: float) -> Array:
    width = n["width"] * (0.85 + n["broaden"] * share) * np.where(v < 0, 1 + n["front"] * share, 1 - n["front"] * share)
    power = 2.05 + n["flatten"] * share
    scale = width * _HALF / (2 * np.log(2)) ** (1 / power)
    return np.asarray(np.exp(-0.5 * np.abs(v / scale) ** power) * _steep(u / (1 + 0.06 * share), n["flat"]))


def _ghost(n: Numbers, u: Array, v: Array, share: float) -> Array:
    whole = _sech2(v / (1.4 * n["width"])) * _tukey(u, n["edge"])
    hollow = n["hollow"] * share * np.exp(-((v / n["deep"]) ** 2) - (u / n["wide"]) ** 4)
    return np.asarray(whole * (1 - hollow))


def _peaked(n: Numbers, u: Array, v: Array, share: float) -> Array:
    sharp = 1 / np.cosh(np.clip(1.317 * v / (_HALF * n["width"]), -300, 300))
    return np.asarray(sharp * np.maximum(1 - n["dome"] * u**2, 0.05) * _sigmoid((1 - np.abs(u)) / n["edge"]))


def _humps(at: Array, heights: Array, first: float, step: float) -> Array:
    """Return a sum of cubic B-splines `step` apart."""
    total = np.zeros_like(at)
    for k, height in enumerate(heights):
        z = np.abs((at - first) / step - k)
        inner, outer = 2 / 3 - z**2 + z**3 / 2, (2 - np.minimum(z, 2)) ** 3 / 6
        total += height * np.where(z < 1, inner, outer)
    return total


def _kernel(n: Numbers, u: Array, v: Array, share: float) -> Array:
    at = v / n["width"]
    one = _humps(at, n["along"], -3.5, 0.7) * _humps(u, n["across"], -1.0, 0.2)
    other = _humps(at, n["along_2"], -3.5, 0.7) * _humps(u, n["across_2"], -1.0, 0.2)
    return np.asarray(one + 0.35 * other)


def _kernel_row(rng: np.random.Generator) -> Numbers:
    places = -3.5 + 0.7 * np.arange(11)

    def along() -> Array:
        return np.asarray(np.exp(-(places**2) / (2 * 0.9**2)) * np.exp(0.4 * rng.standard_normal(11)))

    def across() -> Array:
        return np.asarray(np.exp(0.25 * rng.standard_normal(11)) * np.r_[0.5, np.ones(9), 0.5])

    numbers = {"width": np.asarray(rng.uniform(0.85, 1.15)), "along": along(), "along_2": along()}
    return numbers | {"across": across(), "across_2": across()}


def _tilted_row(rng: np.random.Generator) -> Numbers:
    numbers = _between(width=(0.85, 1.1), peak=(1.0, 4.0), slope=(0.2, 0.7), side=(-0.3, 0.3), edge=(0.05, 0.12))(rng)
    return numbers | {"slope": numbers["slope"] * rng.choice([-1, 1])}


HELD_OUT: dict[str, Family] = {
    "tilted": Family(_tilted_row, _tilted),
    "overloaded": Family(
        _between(width=(0.85, 1.0), broaden=(0.15, 0.4), front=(0.05, 0.25), flatten=(0.5, 1.6), flat=(5, 9)),
        _overloaded,
    ),
    "ghost": Family(
        _between(width=(0.9, 1.15), hollow=(0.25, 0.6), deep=(0.5, 0.9), wide=(0.5, 0.8), edge=(0.15, 0.3)), _ghost
    ),
    "kernel": Family(_kernel_row, _kernel),
    "peaked": Family(_between(width=(0.8, 1.05), dome=(0.0, 0.45), edge=(0.06, 0.12)), _peaked),
}

FAMILIES: dict[str, Family] = DEVELOP | HELD_OUT
