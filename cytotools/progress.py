"""Whether the hours show cells passing from early to late apoptosis, and so what double positives may be called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from cytotools.conditions import CONDITION_COLUMNS
from cytotools.contrast_rows import Planned, against, family_rows
from cytotools.experiments import read_groups
from cytotools.fractions import level_of
from cytotools.hour_series import Series, hour_series, pairs_of_hours

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Progress:
    """How a treatment's early and late fractions move over its hours.

    `early_peak` and `late_peak` are the hours of the largest mean fraction. `late_apoptotic` says whether the double
    positives may be called so: early apoptosis rose first, at `early_rise`, and they rose after it.
    """

    line: str
    treatment: str
    hours: tuple[float, ...]
    early_peak: float
    late_peak: float
    early_rise: float | None
    late_apoptotic: bool

    @property
    def words(self) -> str:
        """Return the finding in a sentence without its full stop."""
        place = ", ".join(filter(None, (self.line, self.treatment)))
        peaks = f"early apoptotic cells peak at {self.early_peak:g} h, double positive ones at {self.late_peak:g} h"
        words = f"{place}: {peaks}"
        if self.late_apoptotic:
            return f"{words}; early apoptosis rose first ({self.early_rise:g} h), so these may be called late apoptotic"
        why = (
            "no earlier rise of early apoptosis is resolved"
            if self.early_rise is None
            else "they did not rise after it"
        )
        return f"{words}; {why}, so these stay late apoptotic or necrotic"


def progress(
    quadrants: pd.DataFrame,
    control: str | None = None,
    vehicles: Mapping[str, str] | None = None,
    by: Sequence[str] = CONDITION_COLUMNS,
) -> list[Progress]:
    """Return for each treatment with two hours or more when its fractions peak and what its double positives are.

    Parameters
    ----------
    quadrants, control, vehicles, by
        As `cytotools.comparison.compare_to_control` takes them.

    Returns
    -------
    list of Progress
        Double positives are late apoptotic where early apoptotic cells are more than in the control at an hour, and
        the double positives over their control grow from that hour to a later one; both are tested over independent
        experiments and adjusted over the hours at 5 %. Primary necrosis gives no such order.

    Examples
    --------
    >>> from cytotools.hour_series import course_example
    >>> [found.words.partition(";")[0] for found in progress(course_example())]
    ['A, cisplatin: early apoptotic cells peak at 24 h, double positive ones at 6 h']
    """
    groups = read_groups(quadrants, by)
    early, late = (hour_series(groups, f"{part}_apoptotic", control, vehicles or {}) for part in ("early", "late"))
    return [_progress(first, second) for first in early for second in late if _same(first, second)]


def _same(first: Series, second: Series) -> bool:
    same = [(g.line, g.treatment, g.value("schedule"), g.value("lead_hours")) for g in (first[0][0], second[0][0])]
    return same[0] == same[1] and _hours(first) == _hours(second)


def _hours(series: Series) -> tuple[float, ...]:
    return tuple(float(group.value("hours")) for group, _, _ in series)


def _progress(early: Series, late: Series) -> Progress:
    hours = _hours(early)
    peaks = [max(series, key=lambda one: level_of(one[0].fractions))[0].value("hours") for series in (early, late)]
    rises = [found[0] for found in family_rows([Planned("", "", against(g, c)) for g, c, _ in early])]
    risen = [i for i, row in enumerate(rises) if _grows(row, 0.0)]
    growth = {
        pair: found[0]
        for pair, found in zip(combinations(range(len(hours)), 2), family_rows(pairs_of_hours(late)), strict=True)
    }
    follows = any(_grows(growth[i, j], 1.0) for i in risen for j in range(i + 1, len(hours)))
    rise = hours[risen[0]] if risen else None
    group = early[0][0]
    return Progress(group.line_name, group.treatment, hours, float(peaks[0]), float(peaks[1]), rise, follows)


def _grows(row: Mapping[str, Any], nothing: float) -> bool:
    return bool(row["p_adjusted"] < 0.05 and row["estimate"] > nothing)
