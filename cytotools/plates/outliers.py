"""Wells that do not belong with the other wells of their condition: marked by a stated rule, never dropped.

The rule. A well of a condition with at least three wells is compared with the mean of the others, in units of the
scatter that all repeats of its plate show at that signal, the well itself left out (a studentised deleted residual).
The p-values over the plate are held to a false discovery rate of 1 % (Benjamini and Hochberg), as in ROUT. What is
marked is taken out of the scatter and the rest is looked at again, until nothing more is marked. No scatter is below
that of a reading rounded to the steps in which the plate was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from cytotools.number_words import p_value
from cytotools.plates.cautions import caution
from cytotools.plates.repeats import Repeats, repeats_of
from cytotools.plates.response import SCATTER_ROLES
from cytotools.plates.shared_errors import mean_response
from cytotools.plates.well_scatter import WellScatter, coefficients, degrees_of_freedom, fit_scatter
from cytotools.plates.wells_table import CONDITION, PLATE, prepared

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
FALSE_DISCOVERY = 0.01
FEWEST_WELLS, FEWEST_DEGREES = 3, 4
ROUNDING = 1e-9  # of the largest signal: differences below it are those of arithmetic
SCREEN = 1.3  # SD: even a well that makes all the scatter itself is farther from the mean of its three


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
    >>> signal = [1000.0, 1030.0, 980.0, 1010.0, 510.0, 490.0, 520.0, 900.0, 205.0, 195.0, 210.0, 190.0]
    >>> roles = ["untreated"] * 4 + ["treated"] * 8
    >>> wells = pd.DataFrame({"role": roles, "dose": [0.0] * 4 + [1.0] * 4 + [9.0] * 4, "signal": signal})
    >>> [place for place, words in mark_outliers(wells).items() if words]
    [7]
    """
    import pandas as pd

    table = prepared(wells)
    groups = [g for g in repeats_of(table) if g.role in SCATTER_ROLES]
    said = np.full(len(table), "", dtype=object)
    for read in dict.fromkeys(g.read for g in groups):
        for one in outliers_of([g for g in groups if g.read == read]):
            p = f"p = {p_value(one.p_value)}".replace("= <", "<")
            words = f"{one.deviation:+.1f} SD from the mean of its {one.others} other wells ({p})"
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
    """Return what is marked among the wells that are not yet: of each condition the most striking at most.

    Once one is marked the others may well belong together, which the next round sees.
    """
    kept = [g.usable[~np.isin(g.usable, list(marked))] for g in groups]
    left = [(g, places, g.signals[np.isin(g.usable, places)]) for g, places in zip(groups, kept, strict=True)]
    sets = [signals for _, _, signals in left]
    blank = _blank(groups, sets)
    step = _step(groups)
    law = _law(sets, blank, step)
    found = []
    for i, (_, places, signals) in enumerate(left):
        if len(signals) >= FEWEST_WELLS and law.degrees > FEWEST_DEGREES:
            well = int(np.abs(signals - signals.mean()).argmax())
            if _striking(signals, well, blank, law):
                found.append(_deleted(sets, i, well, int(places[well]), blank, step))
    found.sort(key=lambda one: one.p_value)
    tests = sum(len(signals) for signals in sets if len(signals) >= FEWEST_WELLS)
    passing = [k for k, one in enumerate(found, start=1) if one.p_value <= FALSE_DISCOVERY * k / tests]
    return found[: max(passing, default=0)]


def _blank(groups: Sequence[Repeats], sets: Sequence[FloatArray]) -> float:
    medium = [s for g, s in zip(groups, sets, strict=True) if g.role == "blank" and not g.compounds and len(s)]
    return float(np.concatenate(medium).mean()) if medium else 0.0


def _step(groups: Sequence[Repeats]) -> float:
    """Return the smallest step between two signals of a plate: the finest that its reading can have been."""
    signals = np.unique(np.concatenate([g.signals for g in groups]))
    gaps = np.diff(signals)
    gaps = gaps[gaps > ROUNDING * np.abs(signals).max(initial=0.0)]
    return float(gaps.min(initial=np.inf)) if len(gaps) else 0.0


def _law(sets: Sequence[FloatArray], blank: float, step: float) -> WellScatter:
    """Return how these sets of wells scatter: no less than signals rounded to a step, SD step / sqrt(12)."""
    told = [signals for signals in sets if len(signals) > 1]
    means = np.array([signals.mean() for signals in told])
    variances = np.array([signals.var(ddof=1) for signals in told])
    law = fit_scatter(means - blank, variances, np.array([len(signals) - 1.0 for signals in told]))
    return replace(law, floor=max(law.floor, step**2 / 12.0))


def _striking(signals: FloatArray, well: int, blank: float, law: WellScatter) -> bool:
    """Tell whether a well is far enough from its condition's mean to be worth a law of its own."""
    variance = float(law.variance(coefficients(signals.mean() - blank))) * (1 - 1 / len(signals))
    return bool((signals[well] - signals.mean()) ** 2 > SCREEN**2 * variance)


def _deleted(sets: Sequence[FloatArray], condition: int, well: int, place: int, blank: float, step: float) -> Outlier:
    """Return a well compared with the other wells of its condition, on the scatter of the plate without it."""
    others = np.delete(sets[condition], well)
    law = _law([others if i == condition else signals for i, signals in enumerate(sets)], blank, step)
    single = coefficients(others.mean() - blank)
    gap = float(sets[condition][well] - others.mean())
    scatter = float(np.sqrt(law.variance(single)))
    if scatter == 0:
        return Outlier(place, float(np.copysign(np.inf, gap)), len(others), 0.0)
    t_value = gap / scatter / np.sqrt(1 + 1 / len(others))
    chance = 2.0 * float(stdtr(float(degrees_of_freedom([(law, single)])), -abs(t_value)))
    return Outlier(place, gap / scatter, len(others), chance)


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
