"""Wells that do not belong with the other wells of their condition: marked by a stated rule, never dropped.

The rule. A well of a condition with at least three wells is compared with the mean of the others, in units of the
scatter that all repeats of its plate show at that signal, the well itself left out (a studentised deleted residual).
The p-values over the plate are held to a false discovery rate of 1 % (Benjamini and Hochberg), as in ROUT. What is
marked is taken out of the scatter and the rest is looked at again, until nothing more is marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from cytotools.plates.cautions import caution
from cytotools.plates.repeats import Repeats, repeats_of
from cytotools.plates.response import SCATTER_ROLES
from cytotools.plates.shared_errors import mean_response
from cytotools.plates.well_scatter import coefficients, degrees_of_freedom, fit_scatter
from cytotools.plates.wells_table import CONDITION, PLATE, prepared

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
FALSE_DISCOVERY = 0.01
FEWEST_WELLS, FEWEST_DEGREES = 3, 4


@dataclass(frozen=True)
class Outlier:
    """A marked well: its row in the table, how many SD from the mean of its condition's others, and its p-value."""

    place: int
    deviation: float
    others: int
    p_value: float


def mark_outliers(wells: pd.DataFrame) -> pd.Series[str]:
    """Return a caution for every well that does not belong with the others of its condition, "" for the rest.

    Parameters
    ----------
    wells : DataFrame
        The wells table of `cytotools.plates`.

    Returns
    -------
    Series
        In the order of the wells, index 0, 1, ... Nothing is dropped: `with_and_without` shows what the mark is worth.

    References
    ----------
    H. J. Motulsky and R. E. Brown, BMC Bioinformatics 7:123 (2006), doi:10.1186/1471-2105-7-123 (outliers by a false
    discovery rate); Y. Benjamini and Y. Hochberg, J. R. Stat. Soc. B 57:289 (1995),
    doi:10.1111/j.2517-6161.1995.tb02031.x.

    Examples
    --------
    >>> import pandas as pd
    >>> signal = [1000.0, 1030.0, 980.0, 1010.0, 510.0, 490.0, 520.0, 900.0]
    >>> wells = pd.DataFrame({"role": ["untreated"] * 4 + ["treated"] * 4, "signal": signal})
    >>> [place for place, words in mark_outliers(wells).items() if words]
    [7]
    """
    import pandas as pd

    table = prepared(wells)
    groups = [g for g in repeats_of(table) if g.role in SCATTER_ROLES]
    said = np.full(len(table), "", dtype=object)
    for read in dict.fromkeys(g.read for g in groups):
        for one in outliers_of([g for g in groups if g.read == read]):
            words = f"{one.deviation:+.1f} SD from the mean of its {one.others} other wells (p = {one.p_value:.1g})"
            said[one.place] = caution("outlier", words)
    return pd.Series(said, dtype=object)


def outliers_of(groups: Sequence[Repeats]) -> list[Outlier]:
    """Return the marked wells of one plate at one read, the most striking first of each round."""
    found: list[Outlier] = []
    while True:
        marked = {one.place for one in found}
        new = _round(groups, marked)
        if not new:
            return found
        found += new


def _round(groups: Sequence[Repeats], marked: set[int]) -> list[Outlier]:
    """Return what is marked among the wells that are not yet; no condition is left with fewer than two wells."""
    kept = [[s for p, s in zip(g.usable, g.signals, strict=True) if p not in marked] for g in groups]
    tested = [(g, np.array(s)) for g, s in zip(groups, kept, strict=True) if len(s)]
    residuals, degrees = _residuals(tested)
    if degrees < FEWEST_DEGREES:
        return []
    found = []
    for (group, signals), (deviations, p_values) in zip(tested, residuals, strict=True):
        if len(signals) >= FEWEST_WELLS:
            places = [int(p) for p in group.usable if p not in marked]
            rows = zip(places, deviations.tolist(), p_values.tolist(), strict=True)
            found += [Outlier(place, deviation, len(signals) - 1, p) for place, deviation, p in rows]
    found.sort(key=lambda one: one.p_value)
    limits = FALSE_DISCOVERY * np.arange(1, len(found) + 1) / max(len(found), 1)
    passing = np.flatnonzero([one.p_value <= limit for one, limit in zip(found, limits, strict=True)])
    return _one_of_each(found[: int(passing[-1]) + 1], groups) if len(passing) else []


def _one_of_each(found: Sequence[Outlier], groups: Sequence[Repeats]) -> list[Outlier]:
    """Return the most striking of each condition: once it is marked, the others may well belong together."""
    condition = {int(place): g.identity for g in groups for place in g.usable}
    first: dict[int, Outlier] = {}
    for one in found:
        first.setdefault(condition[one.place], one)
    return list(first.values())


def _residuals(tested: Sequence[tuple[Repeats, FloatArray]]) -> tuple[list[tuple[FloatArray, FloatArray]], int]:
    """Return the studentised deleted residuals of each condition's wells with their p-values, and the degrees left."""
    medium = [s for g, s in tested if g.role == "blank" and not g.compounds]
    blank = float(np.concatenate(medium).mean()) if medium else 0.0
    counts = np.array([len(s) for _, s in tested])
    above = np.array([s.mean() for _, s in tested]) - blank
    degrees = counts - 1
    squares = np.array([np.sum((s - s.mean()) ** 2) for _, s in tested])
    law = fit_scatter(above, squares / np.maximum(degrees, 1), degrees.astype(np.float64))
    variances = law.variance(coefficients(above))
    left = int(degrees.sum()) - 1
    if left < 1 or not (variances > 0).all():
        return [], 0
    whole = float(np.sum(squares / variances))
    found = []
    known = np.maximum([float(degrees_of_freedom([(law, k)])) - 1.0 for k in coefficients(above)], 1.0)
    for (_, signals), count, variance, df in zip(tested, counts, variances, known, strict=True):
        share = (count - 1) / count if count > 1 else 1.0
        own = (signals - signals.mean()) ** 2 / (variance * share)
        scale = np.sqrt(np.maximum(whole - own, 1e-12 * whole) / left)
        deviations = (signals - signals.mean()) / share / np.sqrt(variance) / scale
        found.append((deviations, 2.0 * stdtr(df, -np.abs(deviations) * np.sqrt(share))))
    return found, left


def with_and_without(table: pd.DataFrame) -> pd.DataFrame:
    """Return the mean response of each condition that holds a marked well, with it and without it.

    Parameters
    ----------
    table : DataFrame
        Rows of `cytotools.plates.responses` with the marks of `mark_outliers` joined to `caution`.

    Returns
    -------
    DataFrame
        Condition columns, `assay, plate, batch, role, replicate`, then `n, mean, low, high` of all wells and
        `n_without, mean_without, low_without, high_without`.
    """
    import pandas as pd

    named = [name for name in (*PLATE, "role", "replicate", *CONDITION) if name in table]
    marked = table["caution"].str.contains("outlier: ", regex=False)
    rows: list[dict[str, Any]] = []
    for _, group in table.groupby(named, dropna=False, sort=False):
        out = marked.loc[group.index]
        if out.any():
            rows.append(dict(group.iloc[0][named]) | _means(group, "") | _means(group[~out], "_without"))
    measures = [f"{name}{end}" for end in ("", "_without") for name in ("n", "mean", "low", "high")]
    return pd.DataFrame(rows, columns=[*named, *measures])


def _means(group: pd.DataFrame, end: str) -> dict[str, Any]:
    found = mean_response(group)
    count = int(np.isfinite(group["response"].to_numpy(np.float64)).sum())
    return {f"n{end}": count, f"mean{end}": found.value, f"low{end}": found.low, f"high{end}": found.high}
