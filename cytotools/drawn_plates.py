"""What the figures of plates are drawn from: wells, fitted curves, standards, and tables of the analysis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
PlateKey = tuple[str, str, str, float | None]  # assay, batch, plate, hours
_NONE = np.empty(0)


def plate_key(row: Mapping[str, Any]) -> PlateKey:
    """Return what tells the plates of wells.csv and position_effects.csv apart.

    Examples
    --------
    >>> plate_key({"assay": "mtt", "batch": 1, "plate": "rep1", "hours": 72.0})
    ('mtt', '1', 'rep1', 72.0)
    """
    hours = row.get("hours")
    timed = float(hours) if isinstance(hours, int | float) and hours == hours else None
    return str(row.get("assay", "")), str(row.get("batch", "")), str(row.get("plate", "")), timed


@dataclass(frozen=True, eq=False)
class CurveLine:
    """A fitted curve to draw: its height at each of `x`, all above 0, and its 95 % band where it has one."""

    x: FloatArray
    y: FloatArray
    low: FloatArray = field(default_factory=lambda: _NONE)
    high: FloatArray = field(default_factory=lambda: _NONE)


@dataclass(frozen=True, eq=False)
class DrawnCurve:
    """The dose response of one compound on one cell line.

    Attributes
    ----------
    name : str
        What tells it from the others of its compound: the cell line and arm, hours where they differ.
    cell_line, compound : str
    unit : str
        Of the doses, as the study writes it ("uM").
    assay : str
        viability, mtt or caspase; curves of one assay share a figure.
    points : DataFrame
        One row a well: `dose` (0 for a control), `response` (fraction of the control, fold for caspase; NaN is not
        drawn), `replicate` (the experiment), `excluded` (the reason, "" for none).
    overall : CurveLine or None
        The curve over all experiments.
    experiments : mapping of str to CurveLine
        The curve of each experiment, by `replicate`.
    ic50, low, high : float
        In `unit`: NaN where it is open; `low` 0 or `high` infinite where its interval is.
    kind : str
        relative or absolute.
    open_text : str
        What stands for an open IC50: `> 20 uM` or `< 0.1 uM`.
    """

    name: str
    cell_line: str
    compound: str
    unit: str
    assay: str
    points: pd.DataFrame = field(repr=False)
    overall: CurveLine | None = field(default=None, repr=False)
    experiments: Mapping[str, CurveLine] = field(default_factory=dict, repr=False)
    ic50: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    kind: str = "relative"
    open_text: str = ""


@dataclass(frozen=True, eq=False)
class DrawnStandards:
    """The standard curve of one plate and the samples that were placed on it.

    Attributes
    ----------
    name : str
        What tells the plate from others; "" where there is one.
    assay, analyte, unit : str
        elisa or bca; what was measured, and the unit of its concentrations.
    standards : DataFrame
        One row a well: `concentration` (0 for none), `signal`, `excluded` ("" for none).
    fit : CurveLine or None
        Signal against concentration, with the band of the fit.
    samples : DataFrame
        One row a sample: `name`, `signal`, and `concentration`, `low`, `high` in the well, before the dilution is
        taken out; NaN where it lies outside the standards.
    lowest, highest : float
        The standards that samples are held between, in `unit`.
    model : str
        4PL, linear, ...
    """

    name: str
    assay: str
    analyte: str
    unit: str
    standards: pd.DataFrame = field(repr=False)
    fit: CurveLine | None = field(repr=False)
    samples: pd.DataFrame = field(repr=False)
    lowest: float
    highest: float
    model: str = ""


@dataclass(frozen=True, eq=False)
class DrawnPlates:
    """All that the figures of plates show.

    Attributes
    ----------
    wells : DataFrame
        One row a well: the condition columns, `assay`, `plate`, `role`, `signal`, `response`, `caution`, and where
        there are any `exclude`, `said` (the reader's word) and `corrected` (the response without the plate's trends).
    curves : tuple of DrawnCurve
    standards : tuple of DrawnStandards
    caspase : DataFrame or None
        caspase.csv, with `viability`, `viability_low`, `viability_high` where viability was measured beside it.
    dose_response : DataFrame or None
        dose_response.csv.
    uneven : frozenset of PlateKey
        Plates on which the place of a well moves its value.
    """

    wells: pd.DataFrame = field(repr=False)
    curves: tuple[DrawnCurve, ...] = ()
    standards: tuple[DrawnStandards, ...] = ()
    caspase: pd.DataFrame | None = field(default=None, repr=False)
    dose_response: pd.DataFrame | None = field(default=None, repr=False)
    uneven: frozenset[PlateKey] = frozenset()
