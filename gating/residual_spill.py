"""What is left of each stain in the other channel once the matrix in use is taken out, and whether that matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.artefacts.finding import Finding, Trace
from gating.compensation import compensated_columns
from gating.events import Events
from gating.positive_events import positive_events
from gating.spillover import Spillover
from gating.spillover_estimate import stains_of
from gating.stain import Stain, whole_cells_of
from gating.stain_slope import Slope, matched_slope

if TYPE_CHECKING:
    from numpy.typing import NDArray

MATERIAL = 0.0065  # of the stain's light: two thirds of a percentage point
SIGNIFICANT = 3.0  # standard errors
GROUPS = 8  # of brightness, in the picture


@dataclass(frozen=True, eq=False)
class Residual:
    """What is left of one stain in another channel: the slope, and what shows it."""

    source: str
    detector: str
    applied: float
    slope: Slope
    trace: Trace | None

    @property
    def is_wrong(self) -> bool:
        """True where the matrix is wrong by more than two thirds of a percentage point, beyond doubt."""
        return abs(self.slope.value) > max(MATERIAL, SIGNIFICANT * self.slope.standard_error)


def residual_slopes(
    controls: Mapping[str, Events], channels: tuple[str, str], spillover: Spillover | None
) -> list[Residual]:
    """Return what each single stain leaves in the other channel once a matrix is taken out.

    Parameters
    ----------
    controls : mapping
        `"unstained"` and, under each channel's name, the tube stained with that dye alone (uncompensated events).
    channels : tuple of str
        Annexin V's and the dye's.
    spillover : Spillover or None
        The matrix in use, of these channels and any others that the tubes have; None where none is used.

    Examples
    --------
    >>> from gating.simulate import Tube, simulate_tube
    >>> rng = np.random.default_rng(1)
    >>> half = {"live": 0.5, "early_apoptotic": 0.2, "late_apoptotic": 0.3, "necrotic": 0.0}
    >>> stains = {"unstained": (False, False), "FITC-A": (True, False), "PE-A": (False, True)}
    >>> tubes = {
    ...     name: simulate_tube(Tube(half, annexin_stained=a, dye_stained=d), rng).events
    ...     for name, (a, d) in stains.items()
    ... }
    >>> wrong = Spillover(np.array([[1.0, 0.13], [0.012, 1.0]]), ["FITC-A", "PE-A"])  # the truth is 0.16 and 0.012
    >>> [(r.source, round(r.slope.value, 2), r.is_wrong) for r in residual_slopes(tubes, ("FITC-A", "PE-A"), wrong)]
    [('FITC-A', 0.03, True), ('PE-A', 0.0, False)]
    """
    applied = applied_coefficients(spillover, channels)

    def columns(events: Events) -> NDArray[np.float64]:
        return np.column_stack(compensated_columns(events, channels, spillover))

    rows = dict(zip(controls, whole_cells_of(list(controls.values()), channels), strict=True))
    stains = stains_of(controls, rows, channels, columns, applied)
    places = {name: i for i, name in enumerate(channels)}
    return [
        Residual(
            source,
            detector,
            float(applied[places[source], places[detector]]),
            matched_slope(stain),
            _trace(stain, source, detector),
        )
        for (source, detector), stain in stains.items()
    ]


def applied_coefficients(spillover: Spillover | None, channels: Sequence[str]) -> NDArray[np.float64]:
    """Return the part of a matrix that concerns these channels, shape (n, n); the identity where none is used.

    Examples
    --------
    >>> applied_coefficients(Spillover(np.array([[1.0, 0.2], [0.0, 1.0]]), ["A", "B"]), ["B", "C"]).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    found = np.eye(len(channels))
    if spillover is None:
        return found
    places = {name: i for i, name in enumerate(spillover.channels)}
    for i, source in enumerate(channels):
        for j, detector in enumerate(channels):
            if source in places and detector in places:
                found[i, j] = spillover.matrix[places[source], places[detector]]
    return found


def finding_of(residual: Residual, files: tuple[str, ...]) -> Finding:
    """Return what is to be said of a residual slope, in percentage points of the stain's light.

    Examples
    --------
    >>> finding_of(Residual("FITC-A", "PE-A", 0.13, Slope(0.031, 0.002, 900), None), ("a.fcs",)).words
    'the matrix under-compensates FITC-A in PE-A by 3.1 (2.7 to 3.5) percentage points, it takes out 13.0 %'
    """
    slope = residual.slope
    value, low, high = (100.0 * x for x in (slope.value, slope.low, slope.high))
    way = "under" if value > 0 else "over"
    smallest, largest = sorted((abs(low), abs(high))) if low * high > 0 else (0.0, max(abs(low), abs(high)))
    return Finding(
        check="spill",
        files=files,
        statistic=f"light of {residual.source} left in {residual.detector}, percentage points",
        value=value,
        low=low,
        high=high,
        limit=100.0 * MATERIAL,
        raised=residual.is_wrong,
        words=f"the matrix {way}-compensates {residual.source} in {residual.detector} by {abs(value):.1f} "
        f"({smallest:.1f} to {largest:.1f}) percentage points, it takes out {100.0 * residual.applied:.1f} %",
        trace=residual.trace,
    )


def _trace(stain: Stain, source: str, detector: str) -> Trace | None:
    """Return the other channel's median over the stain's own brightness, in groups of as many positive cells each."""
    own, other = stain.stained.own, stain.stained.other
    positive = np.flatnonzero(positive_events(stain))
    if len(positive) < GROUPS:
        return None
    parts = np.array_split(positive[np.argsort(own[positive])], GROUPS)
    quartiles = np.array([np.quantile(other[part], [0.25, 0.5, 0.75]) for part in parts])
    reach = 1.57 * (quartiles[:, 2] - quartiles[:, 0]) / np.sqrt([len(part) for part in parts])  # McGill 1978
    return Trace(
        x=np.array([np.median(own[part]) for part in parts]),
        y=quartiles[:, 1],
        x_label=f"{source}, compensated",
        y_label=f"{detector}, compensated",
        low=quartiles[:, 1] - reach,
        high=quartiles[:, 1] + reach,
        limit=float(np.median(stain.blank.other)),
    )
