"""Annexin-negative dye-positive cells: true necrosis, bare nuclei, or an Annexin V threshold that is in doubt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from gating.artefacts.finding import Finding, Trace
from gating.by_size import SIZE_LOW, SIZE_WIDTH
from gating.intervals import wilson_interval
from gating.tube_profile import NEAR_DECADES, TubeProfile

if TYPE_CHECKING:
    from numpy.typing import NDArray

MANY = 0.05
MOST = 0.5
NUCLEUS = 0.5  # of a live cell's forward scatter, and 0.75 of a late apoptotic cell's
FEWEST = 30
LIVE, LATE, DYE_ONLY = 0, 2, 3


def check_dye_only(profiles: Mapping[str, TubeProfile]) -> list[Finding]:
    """Return two findings a tube: how many such cells there are (a note), and whether most crowd below the threshold.

    The second is raised where they are more than 5 % of the cells and more than half of them lie within 0.15 decade
    of the Annexin V threshold, both with their 95 % interval: then they are cells that the threshold cuts off.

    Examples
    --------
    >>> check_dye_only({})
    []
    """
    return [
        finding
        for file, profile in profiles.items()
        if profile.cells
        for finding in _pair(file, profile, _sizes(profile))
    ]


def _pair(file: str, profile: TubeProfile, trace: Trace | None) -> tuple[Finding, Finding]:
    return _many(file, profile, trace), _near(file, profile, trace)


def _many(file: str, profile: TubeProfile, trace: Trace | None) -> Finding:
    count = int(profile.quadrants[DYE_ONLY])
    value = count / profile.cells
    low, high = wilson_interval(count, profile.cells)
    return Finding(
        check="dye_only_cells",
        files=(file,),
        statistic="Annexin-negative dye-positive fraction of the cells",
        value=value,
        low=low,
        high=high,
        limit=MANY,
        raised=low > MANY,
        words=f"{100 * value:.0f} % of the cells are Annexin-negative and dye-positive{_sized(profile)}",
        trace=trace,
    )


def _near(file: str, profile: TubeProfile, trace: Trace | None) -> Finding:
    value = profile.dye_only_near / profile.dye_only if profile.dye_only else 0.0
    low, high = wilson_interval(profile.dye_only_near, profile.dye_only)
    many = wilson_interval(int(profile.quadrants[DYE_ONLY]), profile.cells)[0] > MANY
    return Finding(
        check="annexin_cut_doubtful",
        files=(file,),
        statistic=f"of the Annexin-negative dye-positive cells, those within {NEAR_DECADES} decade of the threshold",
        value=value,
        low=low,
        high=high,
        limit=MOST,
        raised=many and low > MOST and profile.annexin_threshold > 0,
        words=(
            f"{100 * value:.0f} % of the Annexin-negative dye-positive cells lie within {NEAR_DECADES} decade of the "
            "Annexin V threshold"
        ),
        trace=trace,
    )


def _sized(profile: TubeProfile) -> str:
    """Return what their size says of them, in words; empty without scatter."""
    if profile.by_size is None:
        return ""
    live, late, these = (_mean_size(profile.by_size.cells[:, i]) for i in (LIVE, LATE, DYE_ONLY))
    if np.isnan(these) or np.isnan(live):
        return ""
    ratio = 10.0 ** (these - live)
    bare = ratio < NUCLEUS and not these - late > np.log10(0.75)
    return f", {ratio:.2f} times a live cell's forward scatter" + (", as small as bare nuclei" if bare else "")


def _mean_size(counts: NDArray[np.int32]) -> float:
    """Return the mean log10 forward scatter, NaN for too few cells."""
    if counts.sum() < FEWEST:
        return float("nan")
    return float(np.average(SIZE_LOW + SIZE_WIDTH * (np.arange(len(counts)) + 0.5), weights=counts))


def _sizes(profile: TubeProfile) -> Trace | None:
    """Return the share of such cells by size."""
    if profile.by_size is None:
        return None
    table = profile.by_size.cells
    filled = np.flatnonzero(table.sum(axis=1) >= FEWEST)
    n, these = table[filled].sum(axis=1), table[filled, DYE_ONLY]
    bounds = np.array([wilson_interval(int(k), int(m)) for k, m in zip(these, n, strict=True)]).reshape(-1, 2)
    return Trace(
        np.asarray(10.0 ** (SIZE_LOW + SIZE_WIDTH * (filled + 0.5)), dtype=np.float64),
        these / np.maximum(n, 1),
        "forward scatter",
        "Annexin-negative dye-positive fraction",
        bounds[:, 0],
        bounds[:, 1],
        MANY,
    )
