"""How the counts depend on the divider: each tube counted where 98, 99, 99.5 and 99.9 % of the controls are negative.

This is how dividers are drawn by hand, from the tube that lacks one stain. The counts at the four of them, side by
side, show how much of an answer is the choice of the percentage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.cautions import caution, join
from gating.errors import UnusableControl
from gating.grids import Grid, grid_for
from gating.negative_cells import control_cells
from gating.quadrants import POPULATIONS, Quadrants

if TYPE_CHECKING:
    from numpy.typing import NDArray

QUANTILE_COLUMNS = (
    "file",
    "quantile",
    "annexin_threshold",
    "dye_threshold",
    "population",
    "counted_fraction",
    "caution",
)
QUANTILES = (0.98, 0.99, 0.995, 0.999)
FEWEST_ABOVE = 10  # events of the control: the count of so few is known to within a factor of two
MODE_SMOOTHING_DECADES = 0.05


@dataclass(frozen=True)
class CutPair:
    """The two cuts, linear and compensated, below which this part of each control lies."""

    quantile: float
    annexin: float
    dye: float
    caution: str = ""


def quantile_cuts(
    histogram: NDArray[np.int64], grid: Grid, quantiles: Sequence[float] = QUANTILES
) -> NDArray[np.float64]:
    """Return the linear values below which these parts of a control's events lie, shape (quantiles,).

    Every event of the control counts, as it does in programs where the cut is drawn by hand.

    Parameters
    ----------
    histogram : ndarray, shape (bins,)
        Of the tube that lacks this stain, on the grid.
    grid : Grid
        A fine one: within a bin, events are taken as evenly spread on the display scale.
    quantiles : sequence of float
        Between 0 and 1.

    Raises
    ------
    UnusableControl
        The histogram holds no event.

    Examples
    --------
    >>> from gating.grids import FINE
    >>> control = FINE.histogram(np.random.default_rng(1).normal(0.0, 100.0, 100_000))
    >>> quantile_cuts(control, FINE, [0.975]).round(-1).tolist()
    [200.0]
    """
    total = int(histogram.sum())
    if not total:
        raise UnusableControl(
            "control",
            expected="at least one event",
            got="none",
            remedy="Acquire the control again, or leave its row out of the sheet.",
        )
    cumulative = np.concatenate([[0], np.cumsum(histogram)])
    cuts = []
    for quantile in quantiles:
        wanted = quantile * total
        bin_ = int(np.searchsorted(cumulative, wanted, side="left")) - 1
        bin_ = max(bin_, int(np.flatnonzero(histogram)[0]))
        cuts.append(grid.value_at(bin_ + (wanted - cumulative[bin_]) / histogram[bin_]))
    return np.asarray(cuts, dtype=np.float64)


def cut_pairs(
    annexin_control: NDArray[np.int64] | None,
    dye_control: NDArray[np.int64] | None,
    grid: Grid,
    quantiles: Sequence[float] = QUANTILES,
) -> tuple[CutPair, ...]:
    """Return the pair of cuts of each quantile, none where a control is missing or empty.

    Parameters
    ----------
    annexin_control, dye_control : ndarray, shape (bins,), or None
        Annexin V of the tube that lacks Annexin V (dye_only), the dye of the tube that lacks the dye (annexin_only);
        the unstained tube's where that is missing.
    grid : Grid
        The scale of both.
    quantiles : sequence of float

    Examples
    --------
    >>> from gating.grids import FINE
    >>> control = FINE.histogram(np.random.default_rng(1).normal(0.0, 100.0, 20_000))
    >>> [pair.quantile for pair in cut_pairs(control, control, FINE)]
    [0.98, 0.99, 0.995, 0.999]
    >>> cut_pairs(control, None, FINE)
    ()
    """
    if annexin_control is None or dye_control is None or not (annexin_control.any() and dye_control.any()):
        return ()
    cuts = [quantile_cuts(control, grid, quantiles).tolist() for control in (annexin_control, dye_control)]
    ends = [_end_of_bulk(control, grid) for control in (annexin_control, dye_control)]
    notes = [
        join(
            _on(annexin_control, "Annexin V", quantile, annexin, ends[0]),
            _on(dye_control, "the dye", quantile, dye, ends[1]),
        )
        for quantile, annexin, dye in zip(quantiles, *cuts, strict=True)
    ]
    return tuple(CutPair(*found) for found in zip(quantiles, *cuts, notes, strict=True))


def _end_of_bulk(control: NDArray[np.int64], grid: Grid) -> float:
    """Return the linear value that no negative cell of the control exceeds."""
    low, middle, top = quantile_cuts(control, grid, (0.05, 0.5, 1.0)).tolist()
    own = grid_for(low, middle, max(top, 1.0))  # its negative cells have one mode on their own scale only
    filled = np.flatnonzero(control_cells(own.rebin(control, grid), MODE_SMOOTHING_DECADES / own.step).bulk)
    return own.value_at(float(filled[-1]) + 1.0)


def _on(control: NDArray[np.int64], channel: str, quantile: float, cut: float, end: float) -> str:
    above = (1.0 - quantile) * float(control.sum())
    notes = []
    if above < FEWEST_ABOVE:
        notes.append(caution("few_above_cut", f"{above:.0f} events of the control of {channel} lie above this cut"))
    if cut > end:
        notes.append(caution("bright_in_control", f"the cut in {channel} lies among bright events of its control"))
    return join(*notes)


def sensitivity_rows(counted: Mapping[str, Sequence[Quadrants]], pairs: Sequence[CutPair]) -> list[dict[str, object]]:
    """Return rows of sensitivity.csv: a tube, a quantile and a population each.

    Parameters
    ----------
    counted : mapping of file to sequence of Quadrants
        Each tube's quadrants at each pair, in the order of the pairs.
    pairs : sequence of CutPair

    Examples
    --------
    >>> rows = sensitivity_rows({"A1.fcs": [Quadrants(80, 10, 10, 0)]}, [CutPair(0.99, 900.0, 700.0)])
    >>> [row["counted_fraction"] for row in rows]
    [0.8, 0.1, 0.1, 0.0]
    """
    return [
        {
            "file": file,
            "quantile": pair.quantile,
            "annexin_threshold": pair.annexin,
            "dye_threshold": pair.dye,
            "population": population,
            "counted_fraction": getattr(quadrants, population) / quadrants.total if quadrants.total else np.nan,
            "caution": pair.caution,
        }
        for file, tube in counted.items()
        for pair, quadrants in zip(pairs, tube, strict=True)
        for population in POPULATIONS
    ]
