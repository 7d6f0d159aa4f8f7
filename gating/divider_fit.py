"""Dividers from single stains: does the cut have to rise with the other channel, and how fast.

A tube that lacks one stain shows where cells without it end, for dim and for bright cells of the other stain: the
annexin_only tube for the dye's divider, the dye_only tube for that of Annexin V. A straight cut is kept unless the
control shows that it must not be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.cautions import join
from gating.compensation import compensated_columns
from gating.divider_verdicts import judge, left_open, misfit_caution, shift_caution, width_of
from gating.dividers import CurvedDivider, CurvedQuadrantGate, Divider, OffsetDivider, StraightDivider
from gating.events import Events
from gating.quantile_curve import quantile_curve
from gating.single_stain import Estimate, require_events, require_numbers, single_stain

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIM_ONLY = "the control does not hold both dim and bright cells of its stain, the straight cut is kept"


@dataclass(frozen=True)
class DividerFit:
    """A divider fitted to a control that lacks the stain which it divides.

    Attributes
    ----------
    divider : StraightDivider, CurvedDivider or OffsetDivider
        The one to use: straight unless the control shows that the cut has to rise.
    straight : Estimate
        The straight cut: the declared quantile of all events of the control, linear units.
    level : Estimate
        The cut of events that are dim in the other channel (of a curve b, of an offset the side below the split).
    spread : Estimate
        a of the curve, in square roots of a unit, at least 0; NaN for an offset.
    rise : Estimate
        How much higher the cut of bright events is than that of dim ones, linear units.
    quantile : float
        The part of the control below the divider.
    brightest : float
        The other channel's value that ten events of the control exceed: beyond it the divider is extrapolated.
    n_events : int
        Of the control.
    statement : str
        Whether the cut has to rise, in words.
    caution : str
        Empty, or codes with words.
    """

    divider: Divider
    straight: Estimate
    level: Estimate
    spread: Estimate
    rise: Estimate
    quantile: float
    brightest: float
    n_events: int
    statement: str
    caution: str = ""


@dataclass(frozen=True)
class CurvedGateFit:
    """A gate of two fitted dividers, with both fits."""

    gate: CurvedQuadrantGate
    annexin: DividerFit
    dye: DividerFit


def fit_curved_gate(
    annexin_only: Events, dye_only: Events, annexin: str, dye: str, quantile: float = 0.99
) -> CurvedGateFit:
    """Fit both dividers of a gate from the two single stains.

    Parameters
    ----------
    annexin_only, dye_only : Events
        Single stains with dim and bright cells, best cleaned as the samples are; uncompensated ones are compensated
        with the matrix that they carry.
    annexin, dye : str
        The two channels.
    quantile : float
        The part of each control that is to lie below its divider.

    Raises
    ------
    MissingChannel
        A control lacks a channel.
    UnusableControl
        A control has too few events, an event without a number, or its cut at the top of its range.
    InvalidGate
        A quantile that is not between 0.5 and 1.

    Examples
    --------
    A user asks for curves where the controls need them, keeps straight lines elsewhere, and counts:

    >>> from gating.curved_quadrants import count_curved
    >>> from gating.simulate import Cytometer, Tube, simulate_tube
    >>> mixed = {"live": 0.5, "early_apoptotic": 0.2, "late_apoptotic": 0.2, "necrotic": 0.1}
    >>> rng, instrument = np.random.default_rng(1), Cytometer(annexin_into_dye=0.4, units_per_photon=20.0)
    >>> def draw(**stains):
    ...     return simulate_tube(Tube(mixed, n_events=20_000, **stains), rng, instrument).events
    >>> fit = fit_curved_gate(draw(dye_stained=False), draw(annexin_stained=False), "FITC-A", "PE-A")
    >>> type(fit.dye.divider).__name__, fit.dye.spread.low > 0.0
    ('CurvedDivider', True)
    >>> count_curved(draw(), fit.gate).total
    20000
    """
    across, up = (compensated_columns(tube, [annexin, dye], tube.spillover) for tube in (dye_only, annexin_only))
    for tube, columns in ((dye_only, across), (annexin_only, up)):
        require_numbers(tube.name or "control", *columns)
    fit_annexin = fit_divider(across[0], across[1], quantile=quantile, name=dye_only.name or "the dye_only tube")
    fit_dye = fit_divider(up[1], up[0], quantile=quantile, name=annexin_only.name or "the annexin_only tube")
    return CurvedGateFit(CurvedQuadrantGate(annexin, fit_annexin.divider, dye, fit_dye.divider), fit_annexin, fit_dye)


def fit_divider(
    divided: NDArray[np.float64],
    other: NDArray[np.float64],
    tube: NDArray[np.int64] | None = None,
    quantile: float = 0.99,
    name: str = "control",
    rng: np.random.Generator | None = None,
) -> DividerFit:
    """Fit `level + spread * sqrt(max(other, 0))` to a quantile of a control, and say whether the spread is needed.

    Parameters
    ----------
    divided, other : ndarray, shape (n,)
        The channel that is divided, whose stain the control lacks, and the one whose stain it has; compensated units.
    tube : ndarray of int, shape (n,), optional
        The control tube of each event: with several, whole tubes are drawn again too.
    quantile : float
        The part of the control that is to lie below the divider.
    name : str
        The control, for messages.
    rng : numpy.random.Generator, optional
        For the 200 resamples; default a fixed one, so that intervals do not change from run to run.

    Raises
    ------
    UnusableControl
        Fewer events than leave ten above the cut, an event without a number, or a cut at the top of the range.
    InvalidGate
        A quantile that is not between 0.5 and 1.

    References
    ----------
    Koenker R, Bassett G. Regression quantiles. Econometrica 46:33 (1978), doi 10.2307/1913643.
    Roederer M. Spectral compensation for flow cytometry: visualization artifacts, limitations, and caveats. Cytometry
    45:194 (2001), doi 10.1002/1097-0320(20011101)45:3<194::AID-CYTO1163>3.0.CO;2-C.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> annexin = np.concatenate([rng.normal(0, 80, 8_000), rng.lognormal(9.0, 0.7, 4_000)])
    >>> noise = rng.standard_normal(12_000)
    >>> fit = fit_divider(noise * (100 + 3 * np.sqrt(np.maximum(annexin, 0))), annexin)
    >>> type(fit.divider).__name__, fit.spread.low < 2.326 * 3 < fit.spread.high
    ('CurvedDivider', True)
    >>> fit_divider(100 * noise, annexin).divider == StraightDivider(np.quantile(100 * noise, 0.99))
    True
    """
    stain = single_stain(divided, other, quantile, tube, name)
    dim, bright = stain.ends
    steps = np.sqrt(np.maximum(stain.other, 0.0))
    bracket: tuple[float, float] | None = None

    def numbers(rows: NDArray[np.intp]) -> NDArray[np.float64]:
        y, root = stain.divided[rows], steps[rows]
        level, spread = quantile_curve(y, root, quantile, bracket)
        rise = spread * (np.sqrt(max(bright, 0.0)) - np.sqrt(max(dim, 0.0)))
        return np.array([np.quantile(y, quantile), level, spread, rise])

    found = numbers(stain.rows)
    bracket = (0.5 * float(found[2]), 1.5 * float(found[2]))
    straight, level, spread, rise = stain.estimates(numbers, found, rng)
    width = width_of(stain, stain.other <= dim, level.value)
    verdict = judge(rise, width, spread.low > 0.0, f"events at {bright:.3g} of the other channel")
    if not verdict.is_needed and not stain.holds_both_ends:
        verdict = left_open(DIM_ONLY)
    curve = CurvedDivider(level.value, spread.value)
    chosen: Divider = curve if verdict.is_needed else StraightDivider(straight.value)
    misfit = misfit_caution(stain, curve, quantile) if verdict.is_needed else ""
    notes = join(verdict.caution, shift_caution(stain, rise.value, width), misfit)
    bounds, n = (straight, level, spread, rise), len(stain.other)
    return DividerFit(chosen, *bounds, quantile, stain.brightest, n, verdict.words, notes)


def fit_offset_divider(
    divided: NDArray[np.float64],
    other: NDArray[np.float64],
    split: float,
    tube: NDArray[np.int64] | None = None,
    quantile: float = 0.99,
    name: str = "control",
    rng: np.random.Generator | None = None,
) -> DividerFit:
    """Fit two thresholds to a control, one on each side of the other channel's threshold.

    Parameters
    ----------
    divided, other, tube, quantile, name, rng
        As `fit_divider` takes them.
    split : float
        The other channel's threshold, linear units.

    Raises
    ------
    UnusableControl, InvalidGate
        As `fit_divider`; each side needs its own ten events above the cut.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> annexin = np.concatenate([rng.normal(0, 80, 8_000), rng.lognormal(9.0, 0.7, 4_000)])
    >>> dye = rng.standard_normal(12_000) * np.where(annexin < 900.0, 100.0, 250.0)
    >>> fit = fit_offset_divider(dye, annexin, split=900.0)
    >>> fit.level.low < 232.6 < fit.level.high, fit.rise.low < 348.9 < fit.rise.high
    (True, True)
    """
    stain = single_stain(divided, other, quantile, tube, name)
    above = stain.other >= split
    for side, rows in (("below", ~above), ("from", above)):
        require_events(int(rows.sum()), quantile, f"{name}, {side} {split:g} on")

    def numbers(rows: NDArray[np.intp]) -> NDArray[np.float64]:
        y, right = stain.divided[rows], above[rows]
        low = np.quantile(y[~right], quantile)
        return np.array([np.quantile(y, quantile), low, np.nan, np.quantile(y[right], quantile) - low])

    straight, level, spread, rise = stain.estimates(numbers, numbers(stain.rows), rng)
    width = width_of(stain, ~above, level.value)
    verdict = judge(rise, width, rise.low > 0.0 or rise.high < 0.0, f"events from {split:g} on")
    offset = OffsetDivider(level.value, level.value + rise.value, split)
    chosen: Divider = offset if verdict.is_needed else StraightDivider(straight.value)
    bounds, n = (straight, level, spread, rise), len(stain.other)
    return DividerFit(chosen, *bounds, quantile, stain.brightest, n, verdict.words, verdict.caution)
