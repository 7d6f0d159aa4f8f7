"""Drift inside a tube: cells settle, dyes bleach, Annexin V goes on binding while the tube is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.artefacts.error_rate import z_limit
from gating.artefacts.finding import Finding, Trace
from gating.in_time import CLASSES, TIME_BINS, InTime
from gating.intervals import Z_95
from gating.tube_profile import TubeProfile

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEFT_OUT = 4  # of 40 bins: what the tube before left is another check's
SHARE_LIMIT = 0.05
POSITIVE_LIMIT = 0.06  # decades, a seventh of the brightness
NEGATIVE_LIMIT = 0.15  # of the threshold
FEWEST = 300  # cells whose brightness is followed
MEASURES = 6


@dataclass(frozen=True, eq=False)
class Course:
    """One number over a tube: its value and SE by bin, and how much of it is drift that matters."""

    name: str
    unit: str
    values: NDArray[np.float64]
    errors: NDArray[np.float64]
    limit: float


def check_time_drift(profiles: Mapping[str, TubeProfile]) -> list[Finding]:
    """Return a finding a tube that has a Time channel: the change from the first to the last event that matters most.

    Followed are the shares of Annexin-positive and dye-positive cells and the brightness of the negative and the
    positive cells in each channel, by a weighted straight line over the tube's events, its first tenth left out.
    Raised where a change is beyond chance in all tubes together (1 in 1,000 batches) and beyond 5 points of share,
    0.06 decade of a positive population's brightness, or 15 % of the threshold for a negative one's.

    Examples
    --------
    >>> check_time_drift({})
    []
    """
    followed = {file: profile.in_time for file, profile in profiles.items() if profile.in_time is not None}
    beyond = z_limit(MEASURES * len(followed))
    return [_finding(file, in_time, beyond) for file, in_time in followed.items()]


def _finding(file: str, in_time: InTime, beyond: float) -> Finding:
    """Return the finding of the course that is nearest to, or farthest beyond, its two limits."""
    scored = []
    for course in _courses(in_time):
        change, error = _change(course)
        scored.append((min(abs(change) / course.limit, abs(change) / error / beyond), change, error, course))
    score, change, error, course = max(scored, key=lambda s: s[0])
    return Finding(
        check="time_drift",
        files=(file,),
        statistic=f"change of {course.name} from the first to the last event ({course.unit})",
        value=change,
        low=change - Z_95 * error,
        high=change + Z_95 * error,
        limit=course.limit,
        raised=score > 1.0,
        words=f"{course.name} changes by {change:+.2g} ({course.unit}) from the first to the last event",
        trace=Trace(
            in_time.time,
            course.values,
            "Time (as the file counts it)",
            course.name,
            course.values - Z_95 * course.errors,
            course.values + Z_95 * course.errors,
        ),
    )


def _courses(in_time: InTime) -> Iterator[Course]:
    quadrants = in_time.quadrants.astype(np.float64)
    n = quadrants.sum(axis=1)
    for name, columns in (("Annexin-positive", (1, 2)), ("dye-positive", (2, 3))):
        share = quadrants[:, columns].sum(axis=1) / n
        mean = (share.mean() * n.sum() + 1.0) / (n.sum() + 2.0)  # never without an error, however pure the tube
        yield Course(f"the share of {name} cells", "fraction", share, np.sqrt(mean * (1.0 - mean) / n), SHARE_LIMIT)
    for i, name in enumerate(CLASSES):
        counts = in_time.counts[i]
        if counts.sum() < FEWEST or counts[LEFT_OUT:].min() < 2:
            continue
        positive = bool(i % 2)
        yield Course(
            f"the brightness of {name} cells",
            "decades" if positive else "parts of the threshold",
            in_time.means[i].astype(np.float64),
            np.maximum(in_time.spreads[i], 1e-6) / np.sqrt(np.maximum(counts, 1)),
            POSITIVE_LIMIT if positive else NEGATIVE_LIMIT,
        )


def _change(course: Course) -> tuple[float, float]:
    """Return the change over the whole tube by a weighted straight line, and its SE.

    The SE is never less than what the bins' scatter around the line says: a tube that flows unevenly has more.
    """
    x = (np.arange(TIME_BINS)[LEFT_OUT:] + 0.5) / TIME_BINS
    y, weight = course.values[LEFT_OUT:], course.errors[LEFT_OUT:] ** -2.0
    x, y = x - weight @ x / weight.sum(), y - weight @ y / weight.sum()
    spread = float(weight @ x**2)
    slope = float(weight @ (x * y)) / spread
    misfit = float(weight @ (y - slope * x) ** 2) / (len(x) - 2)
    return slope, float(np.sqrt(max(misfit, 1.0) / spread))
