"""The estimate of each doubly stained tube of a batch: its fractions with the dividers' errors taken out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from gating.cautions import caution, join
from gating.controls import Group
from gating.demixing.demix import Demixed, demix
from gating.demixing.joint import Axis
from gating.quadrants import POPULATIONS
from gating.thresholds import Threshold
from gating.tubes import Density

if TYPE_CHECKING:
    from numpy.typing import NDArray

EVIDENCE_COLUMNS = (
    "batch",
    "cell_line",
    "file",
    "channel",
    "separation",
    "negative_shift",
    "positive_shift",
    "misfit",
)
RESOLVED, SEPARATE = 2.5, 4.0  # pooled robust SD between the medians of positive and negative cells
PARTNERS = ([1, 0, 3, 2], [3, 2, 1, 0])  # the state that differs on Annexin V alone, on the dye alone
MISFIT = 0.10  # share of a tube's cells that the batch's shapes can't place


@dataclass(frozen=True)
class Estimate:
    """The four fractions of one tube, by population; NaN where the populations can't be told apart."""

    fractions: Mapping[str, float]
    low: Mapping[str, float]
    high: Mapping[str, float]
    caution: str


def estimates(
    densities: Mapping[str, Density], thresholds: tuple[Threshold, Threshold], channels: tuple[str, str]
) -> tuple[dict[str, Estimate], Demixed | None]:
    """Return the estimate of each tube, and the mixture that they rest on.

    Parameters
    ----------
    densities : mapping of file to Density
        The doubly stained tubes of one batch and cell line, on one pair of display scales.
    thresholds : tuple of two Threshold
        Of Annexin V and of the dye.
    channels : tuple of two str
        Their names, for the cautions.

    Returns
    -------
    dict of file to Estimate
        Empty where nothing tells which population is the negative one.
    Demixed or None
    """
    files = [file for file, density in densities.items() if density.counts.any()]
    if not files or not all(isfinite(t.low) and isfinite(t.high) for t in thresholds):
        return {}, None
    grids = (densities[files[0]].annexin, densities[files[0]].dye)
    axes = tuple(Axis(g.low, (g.high - g.low) / g.bins, g.bins) for g in grids)
    dividers = tuple(float(g.scale(t.value)) for g, t in zip(grids, thresholds, strict=True))
    tubes = [densities[file].counts.T for file in files]
    valleys = tuple(t.basis in ("both", "valley", "conflict") and "no_valley" not in t.caution for t in thresholds)
    found = demix(tubes, (axes[0], axes[1]), (dividers[0], dividers[1]), (valleys[0], valleys[1]))
    shared = _on_separation(found.separation, channels)
    return {file: _estimate(found, tube, shared) for tube, file in enumerate(files)}, found


def _on_separation(separation: Sequence[float], channels: Sequence[str]) -> str:
    """Return what must be said of the batch's separation."""
    notes = []
    for d, channel in zip(separation, channels, strict=True):
        if d < SEPARATE:
            code = "not_resolved" if d < RESOLVED else "low_separation"
            notes.append(caution(code, f"D = {d:.1f} in {channel}"))
    return join(*notes)


def _estimate(found: Demixed, tube: int, shared: str) -> Estimate:
    usual = float(np.median(found.misfit))
    odd = float(np.sqrt(max(found.misfit[tube] ** 2 - usual**2, 0.0))) if usual < MISFIT else float(found.misfit[tube])
    words = caution("misfit", f"{100 * odd:.0f} % of the cells") if odd > MISFIT else ""
    fractions, low, high = found.fractions[tube], found.low[tube].copy(), found.high[tube].copy()
    for axis, d in enumerate(found.separation):
        if d < RESOLVED:  # two states that differ on this axis alone: only their sum is known
            fractions = np.full(len(POPULATIONS), np.nan)
            low = np.zeros_like(low)
            high = np.minimum(high + high[PARTNERS[axis]], 1.0)
    return Estimate(_named(fractions), _named(low), _named(high), join(shared, words))


def _named(values: NDArray[np.float64]) -> dict[str, float]:
    return dict(zip(POPULATIONS, values.tolist(), strict=True))


def evidence_rows(
    group: Group, found: Demixed | None, files: Sequence[str], channels: tuple[str, str]
) -> list[dict[str, object]]:
    """Return rows of evidence.csv: what each tube's estimate rests on, by channel."""
    if found is None:
        return []
    return [
        {
            "batch": group.batch,
            "cell_line": group.cell_line,
            "file": file,
            "channel": channel,
            "separation": found.separation[axis],
            "negative_shift": float(found.shifts[tube, axis, 0]),
            "positive_shift": float(found.shifts[tube, axis, 1]),
            "misfit": float(found.misfit[tube]),
        }
        for tube, file in enumerate(files)
        for axis, channel in enumerate(channels)
    ]
