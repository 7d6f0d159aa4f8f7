"""The 27 nonlinear regressions that NIST certified to 11 digits, read from the copy in this package."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.certified.models import MODELS, Model

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CertifiedSet:
    """One certified regression.

    Attributes
    ----------
    name, level : str
        NIST's, the level of difficulty one of lower, average and higher.
    model : callable
        model(x, *parameters).
    x : ndarray, shape (n_points,), or (2, n_points) for Nelson
    y : ndarray, shape (n_points,)
        As it is fitted: for Nelson the log of the published value.
    starts : tuple of two ndarray, shape (n_parameters,)
        Start 1 is far, start 2 near.
    parameters, standard_deviations : ndarray, shape (n_parameters,)
    rss : float
    """

    name: str
    level: str
    model: Model
    x: FloatArray
    y: FloatArray
    starts: tuple[FloatArray, FloatArray]
    parameters: FloatArray
    standard_deviations: FloatArray
    rss: float


@cache
def certified_sets() -> tuple[CertifiedSet, ...]:
    """Return the sets in alphabetical order.

    References
    ----------
    NIST/ITL Statistical Reference Datasets, nonlinear regression, doi:10.18434/T43G6C (public domain).

    Examples
    --------
    >>> sets = certified_sets()
    >>> len(sets), sets[-1].name, sets[-1].level, sets[-1].parameters[0].item()
    (27, 'Thurber', 'higher', 1288.13968)
    """
    published = json.loads(files(__package__).joinpath("nist.json").read_text(encoding="utf-8"))
    return tuple(_set(name, fields) for name, fields in published.items())


def _set(name: str, fields: dict[str, object]) -> CertifiedSet:
    arrays = {key: np.array(value, dtype=np.float64) for key, value in fields.items() if key != "level"}
    return CertifiedSet(
        name=name,
        level=str(fields["level"]),
        model=MODELS[name],
        x=arrays["x"],
        y=np.log(arrays["y"]) if name == "Nelson" else arrays["y"],
        starts=(arrays["start_1"], arrays["start_2"]),
        parameters=arrays["parameters"],
        standard_deviations=arrays["standard_deviations"],
        rss=float(arrays["rss"]),
    )
