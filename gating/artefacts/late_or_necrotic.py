"""Late apoptotic or necrotic: both are positive for both stains, and only their past tells them apart.

A cell that has died by apoptosis has been early apoptotic before. Where the early apoptotic fraction of a condition had
risen at an earlier hour, above the cells without treatment, "late apoptotic" is supported for the hours after; at a
single end point it is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from gating.artefacts.finding import Finding, Trace

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

RISE = 0.05
TUBE_SD = 0.02  # of an early fraction between repeats, where there are too few repeats to tell
LATE = 0.05
CELLS = ("cell_line", "arm")
CONDITION = (
    *(*CELLS, "compound", "dose", "dose_unit", "compound_2", "dose_2", "dose_unit_2"),
    *("compound_3", "dose_3", "dose_unit_3", "schedule", "lead_hours"),
)
REFERENCES = ("untreated", "vehicle")


def check_late_naming(
    hours: ArrayLike, early: ArrayLike, late: ArrayLike, reference: ArrayLike, files: Sequence[str] = ()
) -> Finding:
    """Say whether a condition's time course supports the name "late apoptotic" at its last hour.

    Parameters
    ----------
    hours, early, late : array_like, shape (n_tubes,)
        Hours of each tube, its Annexin-positive dye-negative fraction and its Annexin-positive dye-positive one.
    reference : array_like, shape (n_reference,)
        Early fractions of the tubes without treatment (untreated, vehicle or 0 h); where there is none, the earliest
        hour stands in for them.
    files : sequence of str
        The tubes at the last hour.

    Returns
    -------
    Finding
        Raised, as a note, where the name is *not* supported. `value` is the largest earlier rise of the early
        fraction. It supports the name where it is at least 5 points, its 95 % t interval is above zero, and the late
        fraction has grown since.

    Raises
    ------
    ValueError
        The arrays differ in length, or there is no tube.

    Examples
    --------
    >>> found = check_late_naming([0, 12, 48], [0.03, 0.30, 0.15], [0.02, 0.05, 0.55], [0.03, 0.05])
    >>> found.raised, round(found.value, 2)
    (False, 0.26)
    >>> check_late_naming([48], [0.10], [0.60], [0.03]).words
    'one time point: late apoptotic and primary necrotic cells look alike'
    """
    time, soon, later = (np.asarray(a, dtype=np.float64) for a in (hours, early, late))
    base = np.asarray(reference, dtype=np.float64)
    if not len(time) or not len(time) == len(soon) == len(later):
        raise ValueError(
            f"expected one early and one late fraction for each hour, got {len(time)}, {len(soon)}, {len(later)}"
        )
    points, last = np.unique(time), float(time.max())
    if not len(base):
        base, points = soon[time == points[0]], points[1:]
    earlier = [float(h) for h in points if h < last]
    if not earlier:
        return _finding(
            files,
            (np.nan, np.nan, np.nan),
            "one time point: late apoptotic and primary necrotic cells look alike",
            None,
        )
    rises = {h: _difference(soon[time == h], base) for h in earlier}
    trace = _trace(time, soon, base)
    for hour, rise in sorted(rises.items(), key=lambda item: -item[1][0]):
        grown = later[time == last].mean() > later[time == hour].mean()
        if rise[0] >= RISE and rise[1] > 0 and grown:
            words = f"the early apoptotic fraction had risen by {100 * rise[0]:.0f} points at {hour:g} h"
            return _finding(files, rise, words, trace, supported=True)
    most = max(rises.values())
    return _finding(files, most, "no earlier rise of early apoptotic cells: they may be primary necrotic", trace)


def check_late_names(table: pd.DataFrame) -> list[Finding]:
    """Say of every treated condition of a table of quadrants whether "late apoptotic" is supported at its last hour.

    Parameters
    ----------
    table : DataFrame
        `file, role, population, fraction`, and where the sheet has them `hours` and the columns of the condition.
        Conditions with less than 5 % late apoptotic or necrotic cells at their last hour are left out.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("a", 12, "early_apoptotic", 0.3), ("a", 12, "late_apoptotic", 0.1)]
    >>> rows += [("b", 48, "early_apoptotic", 0.2), ("b", 48, "late_apoptotic", 0.6)]
    >>> rows += [("u", 12, "early_apoptotic", 0.03), ("u", 12, "late_apoptotic", 0.02)]
    >>> table = pd.DataFrame(rows, columns=["file", "hours", "population", "fraction"])
    >>> table["role"] = ["treated"] * 4 + ["untreated"] * 2
    >>> [(f.files, f.raised) for f in check_late_names(table)]
    [(('b',), False)]
    """
    keys = [column for column in CONDITION if column in table.columns]
    same = [column for column in CELLS if column in table.columns]
    tubes = _tubes(table)
    treated = sorted((t for t in tubes if t["role"] == "treated"), key=lambda t: _key(t, keys))
    found = []
    for _, members in groupby(treated, key=lambda t: _key(t, keys)):
        course = list(members)
        last = max(t["hours"] for t in course)
        ends = [t for t in course if t["hours"] == last]
        if np.mean([t["late_apoptotic"] for t in ends]) < LATE:
            continue
        own = [t for t in tubes if t["role"] in REFERENCES and _key(t, same) == _key(course[0], same)]
        hours, early, late = ([t[c] for t in course] for c in ("hours", "early_apoptotic", "late_apoptotic"))
        reference = [t["early_apoptotic"] for t in own]
        found.append(check_late_naming(hours, early, late, reference, tuple(t["file"] for t in ends)))
    return found


def _tubes(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return one record a file with its two fractions; without hours, all tubes are one time point."""
    import pandas as pd

    table = table[table["fraction"].notna()]  # a tube whose populations can't be told apart has none to name
    wide = table.drop_duplicates("file").set_index("file").drop(columns=["population", "fraction"])
    shares = table.pivot_table(index="file", columns="population", values="fraction", sort=False)
    shares = shares.reindex(columns=["early_apoptotic", "late_apoptotic"])
    joined = wide.join(shares[["early_apoptotic", "late_apoptotic"]], how="inner").reset_index()
    hours = joined["hours"] if "hours" in joined else pd.Series("", index=joined.index)
    joined["hours"] = pd.to_numeric(hours, errors="coerce").fillna(0.0)
    return [{str(name): value for name, value in row.items()} for row in joined.to_dict("records")]


def _key(tube: dict[str, Any], keys: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(tube[key]) for key in keys)


def _difference(values: NDArray[np.float64], base: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return mean difference with its 95 % interval: pooled SD and Student's t where there are repeats."""
    from scipy.stats import t

    freedom = len(values) + len(base) - 2
    squares = float(np.sum((values - values.mean()) ** 2) + np.sum((base - base.mean()) ** 2))
    sd, reach = (np.sqrt(squares / freedom), float(t.ppf(0.975, freedom))) if freedom >= 2 else (TUBE_SD, 1.96)
    half = reach * max(sd, TUBE_SD / 2) * np.sqrt(1 / len(values) + 1 / len(base))
    rise = float(values.mean() - base.mean())
    return rise, rise - half, rise + half


def _trace(time: NDArray[np.float64], early: NDArray[np.float64], base: NDArray[np.float64]) -> Trace:
    points = np.unique(time)
    means = np.array([early[time == h].mean() for h in points])
    return Trace(points, means, "hours", "early apoptotic fraction", limit=float(base.mean()) + RISE)


def _finding(
    files: Sequence[str], rise: tuple[float, float, float], words: str, trace: Trace | None, *, supported: bool = False
) -> Finding:
    return Finding(
        check="late_or_necrotic",
        files=tuple(files),
        statistic="largest earlier rise of the early apoptotic fraction",
        value=rise[0],
        low=rise[1],
        high=rise[2],
        limit=RISE,
        raised=not supported,
        words=words,
        trace=trace,
    )
