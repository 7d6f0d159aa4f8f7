"""The spillover matrix of a set of single stains, each coefficient with its interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.control_light import ControlLight
from gating.errors import UnusableControl
from gating.events import Events
from gating.spillover import Spillover
from gating.stain import Light, Stain, size_of, whole_cells_of
from gating.stain_slope import Slope, SlopeMethod, matched_slope

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNSTAINED = "unstained"
MIN_POSITIVE = 15  # events: below, no interval of a line through them can be trusted
REFINEMENTS = 10
VANISHED = 3e-4  # residual slope: 0.03 percentage points

Columns = Callable[[Events], "NDArray[np.float64]"]


@dataclass(frozen=True, eq=False)
class SpilloverEstimate:
    """A measured matrix.

    Attributes
    ----------
    spillover : Spillover
        The matrix; nothing is clamped at zero.
    slopes : mapping of (source, detector) to Slope
        Each coefficient off the diagonal with its 95 % interval: that of the events of one tube. How much a
        coefficient differs from tube to tube, one tube can't tell.
    residuals : mapping of (source, detector) to Slope
        The slope that is left in each single stain once this matrix is taken out.
    """

    spillover: Spillover
    slopes: Mapping[tuple[str, str], Slope]
    residuals: Mapping[tuple[str, str], Slope]

    @property
    def standard_errors(self) -> NDArray[np.float64]:
        """Of the coefficients, shape (n, n), zero on the diagonal.

        Rows come from different tubes and are as good as independent.
        """
        errors = np.zeros_like(self.spillover.matrix)
        places = {name: i for i, name in enumerate(self.spillover.channels)}
        for (source, detector), slope in self.slopes.items():
            errors[places[source], places[detector]] = slope.standard_error
        return errors


def estimate_spillover(controls: Mapping[str, Events], slope: SlopeMethod = matched_slope) -> SpilloverEstimate:
    """Estimate the spillover matrix from an unstained tube and one single stain a channel.

    The slopes are fitted, the controls compensated with them, fitted again and the matrix corrected by what is left,
    until nothing is (as AutoSpill does, Roca et al. 2021, doi 10.1038/s41467-021-23126-8).

    Parameters
    ----------
    controls : mapping
        `"unstained"` and, under each channel's name, the tube stained with that dye alone (uncompensated events).
    slope : callable
        How a coefficient is taken from one single stain: `matched_slope`, or for comparison `median_slope` or
        `regression_slope` of `gating.stain_slope`.

    Raises
    ------
    UnusableControl
        No unstained tube, too few positive events, or a tube that is brighter in a channel that is not its own.

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
    >>> found = estimate_spillover(tubes)  # the truth is 0.16 and 0.012
    >>> found.spillover.matrix.round(2).tolist()
    [[1.0, 0.16], [0.01, 1.0]]
    """
    channels = _channels(controls)
    for source in channels:
        _require_brightest(controls, source, channels)
    rows = dict(zip(controls, whole_cells_of(list(controls.values()), channels), strict=True))
    matrix, slopes, residuals = np.eye(len(channels)), {}, {}
    for step in range(REFINEMENTS):
        found = _slopes(controls, rows, channels, matrix, slope)
        if not step:
            _require_positives(found, controls)
            slopes = found
        left = _matrix(found, channels) - np.eye(len(channels))
        residuals = found
        if not np.abs(left).max() >= VANISHED:  # a tube without positive cells once it is compensated has no slope
            break
        corrected = (np.eye(len(channels)) + left) @ matrix
        matrix = corrected / np.diag(corrected)[:, None]
    return SpilloverEstimate(Spillover(matrix, channels), _centred(slopes, matrix, channels), residuals)


def stains_of(
    controls: Mapping[str, Events],
    rows: Mapping[str, NDArray[np.intp]],
    channels: Sequence[str],
    columns: Columns,
    applied: NDArray[np.float64],
) -> dict[tuple[str, str], Stain]:
    """Return each pair of source and detector as a stain; a channel without a single stain is a detector only.

    Parameters
    ----------
    controls : mapping
        As for `estimate_spillover`.
    rows : mapping of the same names to ndarray
        The events of each tube that are looked at.
    channels : sequence of str
    columns : callable
        Gives the light of a tube in these channels, shape (n_events, n_channels), compensated or not.
    applied : ndarray, shape (n_channels, n_channels)
        What it takes out.

    Examples
    --------
    >>> from gating.events import Channel
    >>> tube = Events(np.ones((5, 2)), [Channel("A"), Channel("B")])
    >>> rows = {"unstained": np.arange(5), "A": np.arange(3)}
    >>> found = stains_of({"unstained": tube, "A": tube}, rows, ["A", "B"], lambda t: t.values, np.eye(2))
    >>> [(pair, len(stain.stained.own), len(stain.blank.own)) for pair, stain in found.items()]
    [(('A', 'B'), 3, 5)]
    """
    light = {name: columns(events)[rows[name]] for name, events in controls.items()}
    size = {name: size_of(events, rows[name]) for name, events in controls.items()}
    stains = {}
    for i, source in enumerate(channels):
        for j, detector in enumerate(channels):
            if i != j and source in controls:
                pair = [Light(light[name][:, i], light[name][:, j], size[name]) for name in (source, UNSTAINED)]
                stains[source, detector] = Stain(pair[0], pair[1], float(applied[i, j]))
    return stains


def _slopes(
    controls: Mapping[str, Events],
    rows: Mapping[str, NDArray[np.intp]],
    channels: Sequence[str],
    matrix: NDArray[np.float64],
    slope: SlopeMethod,
) -> dict[tuple[str, str], Slope]:
    """Return the slopes that are left once a matrix is taken out."""
    inverse = np.linalg.inv(matrix)

    def columns(events: Events) -> NDArray[np.float64]:
        raw = np.column_stack([events.column(name) for name in channels])
        return np.asarray(raw @ inverse)

    return {pair: slope(stain) for pair, stain in stains_of(controls, rows, channels, columns, matrix).items()}


def _matrix(slopes: Mapping[tuple[str, str], Slope], channels: Sequence[str]) -> NDArray[np.float64]:
    rows = [[slopes[a, b].value if a != b else 1.0 for b in channels] for a in channels]
    return np.array(rows, dtype=np.float64)


def _centred(
    slopes: Mapping[tuple[str, str], Slope], matrix: NDArray[np.float64], channels: Sequence[str]
) -> dict[tuple[str, str], Slope]:
    """Return the slopes with the values that the refined matrix has."""
    places = {name: i for i, name in enumerate(channels)}
    return {
        (source, detector): Slope(
            float(matrix[places[source], places[detector]]), slope.standard_error, slope.positives, slope.matched
        )
        for (source, detector), slope in slopes.items()
    }


def _channels(controls: Mapping[str, Events]) -> list[str]:
    if UNSTAINED not in controls or len(controls) < 2:
        raise UnusableControl(
            "controls",
            expected="an unstained tube and at least one single stain",
            got=", ".join(controls) or "none",
            remedy="Add the tubes to the sheet, with the roles unstained, annexin_only and dye_only.",
        )
    return [name for name in controls if name != UNSTAINED]


def _require_brightest(controls: Mapping[str, Events], source: str, channels: Sequence[str]) -> None:
    """Refuse a single stain whose light is brightest in another channel."""
    tube = controls[source]
    excess = {}
    for name in channels:
        stained, blank = (
            ControlLight("", "", np.atleast_2d(values[np.isfinite(values)])).upper(0)
            for values in (tube.column(name), controls[UNSTAINED].column(name))
        )
        excess[name] = stained - blank
    brightest = max(excess, key=lambda name: excess[name])
    if brightest != source and excess[brightest] > 0:
        raise UnusableControl(
            tube.name or source,
            expected=f"a single stain that is brightest in its own channel {source}",
            got=f"one that is brighter in {brightest}",
            remedy="Check whether two control tubes were swapped in the sheet.",
        )


def _require_positives(slopes: Mapping[tuple[str, str], Slope], controls: Mapping[str, Events]) -> None:
    for (source, _), slope in slopes.items():
        if slope.positives < MIN_POSITIVE:
            raise UnusableControl(
                controls[source].name or source,
                expected=f"at least {MIN_POSITIVE} events that are positive in their own channel",
                got=str(slope.positives),
                remedy="Stain a tube that holds positive cells, or acquire more events of it.",
            )
