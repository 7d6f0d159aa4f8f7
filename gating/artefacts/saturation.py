"""Saturation: events brighter than the detector can tell, piled up at its largest value."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gating.artefacts.finding import Finding, Trace
from gating.intervals import wilson_interval
from gating.tube_profile import TubeProfile

LIMIT = 0.005


def check_saturation(profiles: Mapping[str, TubeProfile]) -> list[Finding]:
    """Return a finding a tube: raised where more than 0.5 % of its events lie at the ceiling of a colour channel.

    Compensation takes a part of a clipped number away from the other channel: the error is in both.

    Examples
    --------
    >>> check_saturation({})
    []
    """
    return [_worst(file, profile) for file, profile in profiles.items() if profile.at_ceiling]


def _worst(file: str, profile: TubeProfile) -> Finding:
    names, n = list(profile.at_ceiling), profile.sampled_events
    # One brightest event there always is.
    counts = [count if count > 1 else 0 for count in profile.at_ceiling.values()]
    worst = int(np.argmax(counts))
    value = counts[worst] / n
    intervals = np.array([wilson_interval(count, n) for count in counts])
    return Finding(
        check="saturated_channel",
        files=(file,),
        statistic=f"fraction of events at the ceiling of {names[worst]}",
        value=value,
        low=float(intervals[worst, 0]),
        high=float(intervals[worst, 1]),
        limit=LIMIT,
        raised=value > LIMIT,
        words=f"{100 * value:.1f} % of the events lie at the ceiling of {names[worst]}",
        trace=Trace(
            np.arange(1.0, len(names) + 1),
            np.array(counts) / n,
            f"colour channel ({', '.join(names)})",
            "fraction of events at the ceiling",
            intervals[:, 0],
            intervals[:, 1],
            LIMIT,
        ),
    )
