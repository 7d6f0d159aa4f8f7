"""Carry-over: the first events of a tube are those that the tube before left in the tubing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.artefacts.error_rate import z_limit
from gating.artefacts.finding import Finding, Trace
from gating.in_time import TIME_BINS, InTime
from gating.intervals import Z_95
from gating.tube_profile import TubeProfile

if TYPE_CHECKING:
    from numpy.typing import NDArray

WINDOWS = (1, 2, 4, 8)  # of 40 bins: the first 2.5, 5, 10 and 20 % of the tube
RESTS_FROM = 12
LIMIT = 0.0075
DRIFTS = 2.5  # SE
ALIKE = 0.8  # cosine between what the start has too much of, and what the tube before has more of
NAMES = ("live", "early apoptotic", "late apoptotic or necrotic", "dye-only", "Annexin-positive", "dye-positive")
# The shares that are compared: four populations, and the two stains.
CONTRASTS = np.vstack([np.eye(4), [0.0, 1.0, 1.0, 0.0], [0.0, 0.0, 1.0, 1.0]])


@dataclass(frozen=True, eq=False)
class Start:
    """How the start of a tube differs from the rest.

    `share` is the part of the tube that is the start, `excess` the fractions of the four populations that it has more
    than expected, `contrast` the comparison that shows it best, `there` and `expected` the fractions in that.
    """

    share: float
    excess: NDArray[np.float64]
    z: float
    contrast: int
    there: float
    expected: float

    @property
    def moved(self) -> float:
        """Events that must be exchanged to make the start like the rest, as a fraction of the tube."""
        return self.share * float(np.maximum(self.excess, 0.0).sum())


def check_carry_over(profiles: Mapping[str, TubeProfile]) -> list[Finding]:
    """Return a finding a tube that has a Time channel: how many of its events the start has too many of.

    The populations of the first 2.5, 5, 10 and 20 % of the cells are compared with those of the last 70 %; where these
    drift, with what a straight line through them leads to expect, so that a slow drift is not taken for carry-over.
    Raised where the difference is beyond chance in all tubes together (1 in 1,000 batches) and at least 0.75 % of the
    tube's cells are out of place. The tube before is the one that was acquired before ($DATE, $BTIM), else the one
    before it in `profiles`; it is named where the difference points to it. Cells that the clean-up left out because
    the flow was disturbed are looked at too.

    Examples
    --------
    >>> check_carry_over({})
    []
    """
    order = _acquired(profiles)
    followed = {file: in_time for file in order if (in_time := profiles[file].in_time) is not None}
    beyond = z_limit(len(WINDOWS) * len(CONTRASTS) * len(followed))
    before = dict(zip(order[1:], order, strict=False))
    return [_finding(file, in_time, before.get(file, ""), profiles, beyond) for file, in_time in followed.items()]


def _acquired(profiles: Mapping[str, TubeProfile]) -> list[str]:
    """Return the files in the order of acquisition where all tell it, else in the order given."""
    told = all(profile.began for profile in profiles.values())
    return sorted(profiles, key=lambda file: profiles[file].began) if told else list(profiles)


def _finding(file: str, in_time: InTime, before: str, profiles: Mapping[str, TubeProfile], beyond: float) -> Finding:
    starts = _starts(in_time)
    significant = [start for start in starts if abs(start.z) > beyond]
    start = max(significant or starts, key=lambda s: s.moved if significant else abs(s.z))
    source = before if before and _points_to(start, in_time, profiles[before]) else ""
    error = start.moved / max(abs(start.z), 1e-9)
    share = CONTRASTS @ in_time.quadrants.T / in_time.quadrants.sum(axis=1)
    y = share[start.contrast]
    half = Z_95 * np.sqrt(np.maximum(y * (1.0 - y), 1e-4) / in_time.quadrants.sum(axis=1))
    return Finding(
        check="carry_over",
        files=(file,),
        statistic="fraction of the tube's cells that its start has too many of",
        value=start.moved,
        low=max(0.0, start.moved - Z_95 * error),
        high=start.moved + Z_95 * error,
        limit=LIMIT,
        raised=bool(significant) and start.moved > LIMIT,
        words=(
            f"the first {100 * start.share:.3g} % of the cells hold {100 * start.there:.3g} % "
            f"{NAMES[start.contrast]} cells, the rest leads to expect {100 * start.expected:.3g} %"
            + (f", as {source} before it would leave" if source else "")
        ),
        trace=Trace(
            in_time.time,
            y,
            "Time (as the file counts it)",
            f"share of {NAMES[start.contrast]} cells",
            y - half,
            y + half,
        ),
    )


def _starts(in_time: InTime) -> list[Start]:
    """Compare each window at the start with the straight line through the rest."""
    counts = in_time.quadrants.astype(np.float64)
    n = counts.sum(axis=1)
    x = np.arange(TIME_BINS) + 0.5
    rest = slice(RESTS_FROM, None)
    shares = counts / n[:, None]
    mean, centre = shares[rest].mean(axis=0), x[rest].mean()
    spread = float(np.sum((x[rest] - centre) ** 2))
    slope = (x[rest] - centre) @ (shares[rest] - mean) / spread
    base = CONTRASTS @ mean
    total = n[rest].sum()
    variance = (base * total + 1.0) * ((1.0 - base) * total + 1.0) / (total + 2.0) ** 2  # of one cell; never zero
    residual = CONTRASTS @ (shares[rest] - mean - np.outer(x[rest] - centre, slope)).T
    scatter = (residual**2).sum(axis=1) / (TIME_BINS - RESTS_FROM - 2) * n[0] / variance
    variance = variance * np.maximum(scatter, 1.0)
    # A straight line doubles the error at the start, so that it is drawn only where the rest is seen to drift.
    drifts = np.abs(CONTRASTS @ slope) / np.sqrt(variance / (n[0] * spread)) > DRIFTS
    slope, reach = (slope, 1.0) if drifts.any() else (0.0 * slope, 0.0)
    found = []
    for bins in WINDOWS:
        there = counts[:bins].sum(axis=0) / n[:bins].sum()
        line = np.clip(mean + slope * (x[:bins].mean() - centre), 0.0, 1.0)
        error = np.sqrt(
            variance * (1 / n[:bins].sum() + 1 / total + reach * (x[:bins].mean() - centre) ** 2 / (n[0] * spread))
        )
        z = CONTRASTS @ (there - line) / error
        best = int(np.argmax(np.abs(z)))
        found.append(
            Start(
                bins / TIME_BINS,
                there - line,
                float(z[best]),
                best,
                float(CONTRASTS[best] @ there),
                float(CONTRASTS[best] @ line),
            )
        )
    return found


def _points_to(start: Start, in_time: InTime, before: TubeProfile) -> bool:
    """Say whether the start's excess has the direction from this tube to the one before."""
    rest = in_time.quadrants[RESTS_FROM:].sum(axis=0)
    toward = before.quadrants / max(before.cells, 1) - rest / rest.sum()
    length = float(np.linalg.norm(toward) * np.linalg.norm(start.excess))
    return length > 0 and float(toward @ start.excess) / length > ALIKE
