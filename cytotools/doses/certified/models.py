"""The models of the 27 certified regressions of NIST, as functions of x and the parameters, in NIST's order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

# The functions take whatever numbers they are given, complex and extended ones too.
Model = Callable[..., Any]


def _bennett5(x: Any, b1: Any, b2: Any, b3: Any) -> Any:
    return b1 * (b2 + x) ** (-1.0 / b3)


def _box_bod(x: Any, b1: Any, b2: Any) -> Any:
    return b1 * (1.0 - np.exp(-b2 * x))


def _chwirut(x: Any, b1: Any, b2: Any, b3: Any) -> Any:
    return np.exp(-b1 * x) / (b2 + b3 * x)


def _dan_wood(x: Any, b1: Any, b2: Any) -> Any:
    return b1 * x**b2


def _enso(x: Any, b1: Any, b2: Any, b3: Any, b4: Any, b5: Any, b6: Any, b7: Any, b8: Any, b9: Any) -> Any:
    year, first, second = 2.0 * np.pi * x / 12.0, 2.0 * np.pi * x / b4, 2.0 * np.pi * x / b7
    annual = b1 + b2 * np.cos(year) + b3 * np.sin(year)
    return annual + b5 * np.cos(first) + b6 * np.sin(first) + b8 * np.cos(second) + b9 * np.sin(second)


def _eckerle4(x: Any, b1: Any, b2: Any, b3: Any) -> Any:
    return b1 / b2 * np.exp(-0.5 * ((x - b3) / b2) ** 2)


def _gauss(x: Any, b1: Any, b2: Any, b3: Any, b4: Any, b5: Any, b6: Any, b7: Any, b8: Any) -> Any:
    return b1 * np.exp(-b2 * x) + b3 * np.exp(-(((x - b4) / b5) ** 2)) + b6 * np.exp(-(((x - b7) / b8) ** 2))


def _cubic_over_cubic(x: Any, b1: Any, b2: Any, b3: Any, b4: Any, b5: Any, b6: Any, b7: Any) -> Any:
    return (b1 + b2 * x + b3 * x**2 + b4 * x**3) / (1.0 + b5 * x + b6 * x**2 + b7 * x**3)


def _kirby2(x: Any, b1: Any, b2: Any, b3: Any, b4: Any, b5: Any) -> Any:
    return (b1 + b2 * x + b3 * x**2) / (1.0 + b4 * x + b5 * x**2)


def _lanczos(x: Any, b1: Any, b2: Any, b3: Any, b4: Any, b5: Any, b6: Any) -> Any:
    return b1 * np.exp(-b2 * x) + b3 * np.exp(-b4 * x) + b5 * np.exp(-b6 * x)


def _mgh09(x: Any, b1: Any, b2: Any, b3: Any, b4: Any) -> Any:
    return b1 * (x**2 + b2 * x) / (x**2 + b3 * x + b4)


def _mgh10(x: Any, b1: Any, b2: Any, b3: Any) -> Any:
    return b1 * np.exp(b2 / (x + b3))


def _mgh17(x: Any, b1: Any, b2: Any, b3: Any, b4: Any, b5: Any) -> Any:
    return b1 + b2 * np.exp(-b4 * x) + b3 * np.exp(-b5 * x)


def _misra1b(x: Any, b1: Any, b2: Any) -> Any:
    return b1 * (1.0 - (1.0 + b2 * x / 2.0) ** -2.0)


def _misra1c(x: Any, b1: Any, b2: Any) -> Any:
    return b1 * (1.0 - (1.0 + 2.0 * b2 * x) ** -0.5)


def _misra1d(x: Any, b1: Any, b2: Any) -> Any:
    return b1 * b2 * x / (1.0 + b2 * x)


def _nelson(x: Any, b1: Any, b2: Any, b3: Any) -> Any:
    weeks, celsius = x
    return b1 - b2 * weeks * np.exp(-b3 * celsius)


def _rat42(x: Any, b1: Any, b2: Any, b3: Any) -> Any:
    return b1 / (1.0 + np.exp(b2 - b3 * x))


def _rat43(x: Any, b1: Any, b2: Any, b3: Any, b4: Any) -> Any:
    return b1 / (1.0 + np.exp(b2 - b3 * x)) ** (1.0 / b4)


def _roszman1(x: Any, b1: Any, b2: Any, b3: Any, b4: Any) -> Any:
    return b1 - b2 * x - np.arctan(b3 / (x - b4)) / np.pi


MODELS: dict[str, Model] = {
    "Bennett5": _bennett5,
    "BoxBOD": _box_bod,
    "Chwirut1": _chwirut,
    "Chwirut2": _chwirut,
    "DanWood": _dan_wood,
    "ENSO": _enso,
    "Eckerle4": _eckerle4,
    "Gauss1": _gauss,
    "Gauss2": _gauss,
    "Gauss3": _gauss,
    "Hahn1": _cubic_over_cubic,
    "Kirby2": _kirby2,
    "Lanczos1": _lanczos,
    "Lanczos2": _lanczos,
    "Lanczos3": _lanczos,
    "MGH09": _mgh09,
    "MGH10": _mgh10,
    "MGH17": _mgh17,
    "Misra1a": _box_bod,
    "Misra1b": _misra1b,
    "Misra1c": _misra1c,
    "Misra1d": _misra1d,
    "Nelson": _nelson,
    "Rat42": _rat42,
    "Rat43": _rat43,
    "Roszman1": _roszman1,
    "Thurber": _cubic_over_cubic,
}
