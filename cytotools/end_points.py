"""The hours of a treatment against each other: where its effect is largest, and which hours do as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from cytotools.conditions import CONDITION_COLUMNS
from cytotools.contrast_rows import COMPARISON_COLUMNS, Planned, against, family_rows
from cytotools.experiments import condition_columns, read_groups
from cytotools.hour_series import Series, hour_series, listed_hours, pairs_of_hours

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class EndPoint:
    """The best hour of a treatment, its effect there, and the hours that can't be told from it.

    `hours` is None where no hour has an effect that is resolved over all hours. `estimate, low, high` are the
    difference in fraction from control at that hour (or at the hour of the largest effect). `condition` holds the
    condition columns of its first hour.
    """

    line: str
    treatment: str
    tested_hours: tuple[float, ...]
    hours: float | None
    estimate: float
    low: float
    high: float
    as_good: tuple[float, ...]
    n: int
    condition: tuple[tuple[str, Any], ...] = ()

    @property
    def words(self) -> str:
        """Return the finding in a sentence without its full stop."""
        place = ", ".join(filter(None, (self.line, self.treatment)))
        span = f"{100 * self.estimate:+.1f} points ({100 * self.low:+.1f} to {100 * self.high:+.1f})"
        tested = listed_hours(self.tested_hours)
        if self.hours is None:
            return f"{place}: no hour of {tested} has a resolved effect on apoptosis; the largest is {span}"
        words = f"{place}: of {tested} the effect on apoptosis is largest at {self.hours:g} h, {span}"
        return f"{words}; {listed_hours(self.as_good)} can't be told from it" if self.as_good else words


def compare_hours(
    quadrants: pd.DataFrame,
    control: str | None = None,
    vehicles: Mapping[str, str] | None = None,
    by: Sequence[str] = CONDITION_COLUMNS,
) -> pd.DataFrame:
    """Return the total effect of each treatment at every two hours against each other.

    Parameters
    ----------
    quadrants, control, vehicles, by
        As `cytotools.comparison.compare_to_control` takes them.

    Returns
    -------
    DataFrame
        Columns of comparisons.csv: `total between hours`, `24 h against 6 h, cisplatin 5 ug/mL`, scale odds_ratio: the
        odds ratio over control at the later hour (that of the row) over that at the earlier. The pairs of hours of a
        treatment are one family.

    Examples
    --------
    >>> from cytotools.hour_series import course_example
    >>> row = compare_hours(course_example()).iloc[0]
    >>> row["contrast"], bool(row["p_adjusted"] < 0.05)
    ('24 h against 6 h, cisplatin', True)
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for series in hour_series(read_groups(quadrants, by), "total", control, vehicles or {}):
        rows += [row for found in family_rows(pairs_of_hours(series)) for row in found]
    return pd.DataFrame(rows, columns=[*condition_columns(quadrants, by), *COMPARISON_COLUMNS])


def end_points(
    quadrants: pd.DataFrame,
    control: str | None = None,
    vehicles: Mapping[str, str] | None = None,
    by: Sequence[str] = CONDITION_COLUMNS,
) -> list[EndPoint]:
    """Return the best hour of each treatment that was harvested at two hours or more.

    Returns
    -------
    list of EndPoint
        The hour with the largest difference in fraction from control among those whose effect is resolved (adjusted
        over the hours of the treatment), and the hours whose effect, as an odds ratio, can't be told from it (adjusted
        over all pairs of hours).

    Examples
    --------
    >>> from cytotools.hour_series import course_example
    >>> [found.words for found in end_points(course_example())]
    ['A, cisplatin: of 6 h and 24 h the effect on apoptosis is largest at 24 h, +29.6 points (+28.1 to +31.1)']
    """
    return [_best(series) for series in hour_series(read_groups(quadrants, by), "total", control, vehicles or {})]


def _best(series: Series) -> EndPoint:
    hours = [float(group.value("hours")) for group, _, _ in series]
    effects = [found[0] for found in family_rows([Planned("total", "", against(g, c)) for g, c, _ in series])]
    resolved = [i for i, row in enumerate(effects) if row["p_adjusted"] < 0.05]
    best = max(resolved or range(len(hours)), key=lambda i: abs(effects[i]["estimate"]))
    told = {
        frozenset(pair): found[0]["p_adjusted"] < 0.05
        for pair, found in zip(combinations(range(len(hours)), 2), family_rows(pairs_of_hours(series)), strict=True)
    }
    alike = tuple(hours[i] for i in range(len(hours)) if i != best and resolved and not told[frozenset((i, best))])
    row, group = effects[best], series[0][0]
    estimate, low, high = (float(row[name]) for name in ("estimate", "low", "high"))
    chosen, place = hours[best] if resolved else None, (group.line_name, group.treatment)
    return EndPoint(*place, tuple(hours), chosen, estimate, low, high, alike, row["n"], group.condition)
