"""How much of a protein one line holds over another, on one membrane or through a reference lysate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blots.cautions import caution
from blots.levels import CONDITIONS, Z_95, Level, conditions_first, distinct, grouped, mean_level, read_levels
from blots.line_pairs import Line, LinePair, State, basal_state, line_name, line_pairs, state_of
from blots.nested_errors import TINY, NestedContrast, nested_contrast

ABUNDANCE_COLUMNS = ("target", "cell_line", "reference", "ratio", "low", "high", "n", "caution")
POINT_COLUMNS = ("target", "cell_line", "reference", "replicate", "ratio", "censored", "reference_censored")


def abundance_table(
    normalised: pd.DataFrame, lanes: pd.DataFrame, conditions: Sequence[str] = CONDITIONS
) -> pd.DataFrame:
    """Return abundance.csv: the basal level of every target in each line over that in the line it is compared with.

    Parameters
    ----------
    normalised : DataFrame
        Rows of normalised.csv. Where they hold several loading controls the first counts (of several in a study their
        geometric mean); a caution says where another one alone gives a ratio outside the interval.
    lanes : DataFrame
        Rows of lanes.csv; see `blots.levels.read_levels`. Its order decides what is compared with what
        (`blots.line_pairs.line_pairs`): the first arm of each cell line with the first line of the sheet, every
        further arm of a cell line with the first of its own. A row of role `reference` is one lysate, loaded on every
        membrane: it ties lines that never share one.
    conditions : sequence of str
        The columns of the sheet that make a condition.

    Returns
    -------
    DataFrame
        The condition columns that the sheet has (of the lanes compared), `hours` last, then `target, cell_line,
        reference, ratio, low, high, n, caution`. `ratio` is the level of `cell_line` over that of `reference`, both at
        0 h; where one has no 0 h, both untreated at one hour, else both with one vehicle. `low` and `high` are its
        95 % interval, each row's own: nothing is adjusted for the number of rows. `n` counts the independent
        replicates that the ratio rests on. With n = 1 the interval holds the measurement errors alone and a caution
        says so. A level below detection gives a bound and no ratio: `low` 0, or `high` infinite where it is that of
        the reference. What can't be compared has a row with a caution and no numbers.

    Raises
    ------
    InvalidTimeCourse
        A lane given twice, hours that are no number.

    Notes
    -----
    One least-squares model a target on ln(target / loading control), all lanes in it: membrane + replicate + level of
    each line in each state (0 h, and each later treatment and hour, so that lines may respond in their own ways). Lanes
    of one line and replicate share the error of their experiment, a random effect; the lane has its own. The ratio is
    the difference of two levels of that model: of complete membranes, the mean over replicates of the 0 h lanes'
    difference. Later lanes tell how exact a lane is. Their scatter and that between experiments make the interval
    (`blots.nested_errors`). In simulation (benchmarks/abundance_coverage.csv) it holds the truth in 94.5 % or more at
    n = 2 to 6 with an error between experiments up to 0.2 on the log scale. All residuals pooled, as if the lanes of
    one experiment were independent, hold 92 % there; the 0 h lanes alone are 1.7 times as wide at n = 3. One variance
    is assumed beyond what the bands' errors tell: where 0 h lanes are twice as noisy as later ones for another reason,
    82 % of intervals hold the truth.

    A ratio of lines presumes as much loading control in a microgram of both; unlike `protein_ug` cancels.

    Examples
    --------
    >>> lanes = pd.DataFrame({"membrane": ["a", "a", "b", "b"], "lane": [1, 2, 1, 2], "hours": 0.0})
    >>> lanes = lanes.assign(cell_line=["ECA109", "KYSE30"] * 2)
    >>> ratios = lanes[["membrane", "lane"]].assign(target="XIAP", loading_control="actin", censored=False, caution="")
    >>> ratios = ratios.assign(log_ratio=np.log([1.0, 2.1, 3.0, 6.1]))
    >>> ratios = ratios.assign(low=ratios["log_ratio"] - 0.1, high=ratios["log_ratio"] + 0.1)
    >>> abundance_table(ratios, lanes)[["cell_line", "reference", "ratio", "n"]].round(2).to_dict("records")
    [{'cell_line': 'KYSE30', 'reference': 'ECA109', 'ratio': 2.07, 'n': 2}]
    """
    by_measure = grouped(read_levels(normalised, lanes, conditions), lambda level: level.measure)
    by_target = grouped(by_measure.values(), lambda levels: levels[0].target)
    pairs = line_pairs(lanes)
    rows = [_over_controls(pair, measures) for measures in by_target.values() for pair in pairs]
    return _table(rows, lanes, conditions, ABUNDANCE_COLUMNS)


def replicate_ratios(
    normalised: pd.DataFrame, lanes: pd.DataFrame, conditions: Sequence[str] = CONDITIONS
) -> pd.DataFrame:
    """Return the ratio of each replicate whose lanes of both lines share a membrane: the points behind the table.

    Parameters
    ----------
    normalised, lanes, conditions
        As `abundance_table` takes them.

    Returns
    -------
    DataFrame
        The condition columns, then `target, cell_line, reference, replicate, ratio, censored, reference_censored`.
        Where a level is below detection its limit stands in, and the ratio is a bound.
    """
    levels = read_levels(normalised, lanes, conditions)
    firsts = {level.target: level.loading_control for level in reversed(levels)}
    by_target = grouped((v for v in levels if firsts[v.target] == v.loading_control), lambda level: level.target)
    pairs = line_pairs(lanes)
    rows = [row for part in by_target.values() for pair in pairs for row in _points(pair, _usable(part))]
    return _table(rows, lanes, conditions, POINT_COLUMNS)


def _table(
    rows: list[dict[str, Any]], lanes: pd.DataFrame, conditions: Sequence[str], columns: Sequence[str]
) -> pd.DataFrame:
    hours = ["hours"] if "hours" in lanes and "hours" in conditions else []
    filled = [dict.fromkeys(conditions) | row for row in rows]
    return conditions_first(filled, lanes, [c for c in conditions if c != "cell_line"], [*hours, *columns])


def _over_controls(pair: LinePair, measures: Sequence[list[Level]]) -> dict[str, Any]:
    """Return the row over the first loading control, with what each other one says where that differs."""
    row, *others = (_row(pair, levels) for levels in measures)
    differing = [
        caution("control_changes_ratio", f"{other['ratio']:.3g} over {levels[0].loading_control} alone")
        for other, levels in zip(others, measures[1:], strict=True)
        if other["ratio"] < row["low"] or other["ratio"] > row["high"]
    ]
    return row | {"caution": distinct([row["caution"], *differing])}


def _row(pair: LinePair, levels: Sequence[Level]) -> dict[str, Any]:
    usable = _usable(levels)
    state = basal_state(usable, pair)
    if state is None:
        words = f"{line_name(pair.line)} and {line_name(pair.reference)} have no usable lane at 0 h, untreated or "
        return _refused(pair, levels[0].target, caution("no_basal_level", f"{words}with one vehicle in common"))
    told = _comparison(pair, _whole_cells(usable, pair, state), state)
    if told is None:
        words = (
            f"{line_name(pair.line)} and {line_name(pair.reference)} share neither a membrane nor a reference lysate"
        )
        return _refused(pair, levels[0].target, caution("lines_not_tied", words))
    return told.row()


def _usable(levels: Sequence[Level]) -> list[Level]:
    return [level for level in levels if np.isfinite(level.log_ratio)]


def _refused(pair: LinePair, target: str, words: str) -> dict[str, Any]:
    empty = dict.fromkeys(("ratio", "low", "high"), np.nan)
    return _named(pair, target, {"hours": np.nan}) | empty | {"n": 0, "caution": words}


def _named(pair: LinePair, target: str, condition: dict[str, Any]) -> dict[str, Any]:
    cell_line, arm = pair.line
    named = {"cell_line": cell_line or "", "reference": line_name(pair.reference), "target": target}
    return condition | {"arm": arm} | named


def _whole_cells(levels: Sequence[Level], pair: LinePair, state: State) -> list[Level]:
    """Leave out what holds a level below detection, all its replicates together, except where the two are compared."""
    cells = grouped(levels, _cell)
    kept = {(line, state) for line in (pair.line, pair.reference)}
    return [v for key, cell in cells.items() if key in kept or not any(w.censored for w in cell) for v in cell]


def _cell(level: Level) -> tuple[Any, ...]:
    """Return what has one level in the model: a line in a state, or a reference lysate."""
    return ("reference", level.condition) if level.role == "reference" else (level.line, state_of(level))


@dataclass(frozen=True, eq=False)
class _Comparison:
    """Two lines in one state: the contrast and the lanes that it was made for."""

    pair: LinePair
    state: State
    levels: Sequence[Level]
    contrast: NestedContrast

    def lanes_of(self, line: Line) -> list[Level]:
        """Return the lanes of a line that the ratio rests on."""
        weighted = zip(self.levels, self.contrast.weights, strict=True)
        key = (line, self.state)
        return [level for level, weight in weighted if _cell(level) == key and abs(weight) > TINY]

    @property
    def n(self) -> int:
        """Return the replicates of the line that has fewer."""
        both = (self.lanes_of(line) for line in (self.pair.line, self.pair.reference))
        return min(len({level.replicate for level in own}) for own in both)

    def row(self) -> dict[str, Any]:
        """Return the row of abundance.csv."""
        own, base = self.lanes_of(self.pair.line), self.lanes_of(self.pair.reference)
        values = np.array([level.log_ratio for level in self.levels])
        errors = np.array([level.standard_error for level in self.levels])
        center = float(self.contrast.estimate(values))
        if self.n > 1 and self.contrast.between.shape[1]:
            said, reach = "", float(self.contrast.half_width(values, np.nan_to_num(errors)))
        else:
            said = caution(
                "measurement_error_only", "one replicate" if self.n == 1 else "no second experiment to compare"
            )
            reach = Z_95 * self.contrast.measurement_error(np.where(self.contrast.weights, errors, 0.0))
        cautions = [said, self._tied_by(own, base), *(level.caution for level in own)]
        cautions += [f"{text} ({line_name(self.pair.reference)})" for level in base for text in _each(level.caution)]
        low, high = center - reach, center + reach
        if any(level.censored for level in own):
            center, low = np.nan, -np.inf
        if any(level.censored for level in base):
            center, high = np.nan, np.inf
            cautions.append(caution("reference_below_detection", f"{line_name(self.pair.reference)} is an upper limit"))
        condition = {} if self.state == ("0 h",) else dict(own[0].condition)
        numbers = dict(zip(("ratio", "low", "high"), np.exp([center, low, high]).tolist(), strict=True))
        named = _named(self.pair, own[0].target, condition | {"hours": own[0].value("hours")})
        return named | numbers | {"n": self.n, "caution": distinct(cautions)}

    def _tied_by(self, own: Sequence[Level], base: Sequence[Level]) -> str:
        if {level.membrane for level in own} & {level.membrane for level in base}:
            return ""
        weighted = zip(self.levels, self.contrast.weights, strict=True)
        ties = {level for level, weight in weighted if abs(weight) > TINY and level not in (*own, *base)}
        lysate = any(level.role == "reference" for level in ties)
        through = "the reference lysate" if lysate else ", ".join(sorted({line_name(level.line) for level in ties}))
        return caution("tied_by_reference", f"no membrane holds both, compared through {through}")


def _each(cautions: str) -> list[str]:
    return [text for text in cautions.split("; ") if text]


def _comparison(pair: LinePair, levels: Sequence[Level], state: State) -> _Comparison | None:
    """Return the comparison within replicates, or across them where that rests on more of them."""
    found = [contrast_of(pair, levels, state, within_replicates=within) for within in (True, False)]
    told = [_Comparison(pair, state, levels, contrast) for contrast in found if contrast is not None]
    return max(told, key=lambda comparison: comparison.n, default=None)


def contrast_of(
    pair: LinePair, levels: Sequence[Level], state: State, *, within_replicates: bool
) -> NestedContrast | None:
    """Return the difference of two lines in one state as a contrast of all lanes, None where nothing ties them.

    Parameters
    ----------
    pair : LinePair
    levels : sequence of Level
        The lanes of one target and loading control.
    state : tuple
        Of both lines, as `blots.line_pairs.state_of` gives it.
    within_replicates : bool
        Whether a replicate has an effect that its lines share, so that lines are compared within it.
    """
    samples = [level.role != "reference" for level in levels]
    cells = [_cell(level) for level in levels]
    fixed = [_indicators([level.membrane for level in levels])]
    replicates = _indicators([level.replicate for level in levels]) * np.array(samples)[:, None]
    fixed += [replicates] if within_replicates else []
    groups = _indicators([(level.replicate, level.line) for level in levels]) * np.array(samples)[:, None]
    names = list(dict.fromkeys(cells))
    contrast = np.zeros(sum(part.shape[1] for part in fixed) + len(names))
    contrast[names.index((pair.line, state)) - len(names)] = 1.0
    contrast[names.index((pair.reference, state)) - len(names)] = -1.0
    return nested_contrast(np.hstack([*fixed, _indicators(cells)]), groups, contrast)


def _indicators(labels: Sequence[Any]) -> NDArray[np.float64]:
    """Return a column of zeros and ones a label, in order of appearance."""
    names = {name: i for i, name in enumerate(dict.fromkeys(labels))}
    return np.eye(len(names))[[names[label] for label in labels]]


def _points(pair: LinePair, levels: Sequence[Level]) -> list[dict[str, Any]]:
    """Return the ratio of each replicate, its membranes averaged."""
    state = basal_state(levels, pair)
    if state is None:
        return []
    rows = []
    for replicate, part in grouped(levels, lambda level: level.replicate).items():
        lines = [[v for v in part if _cell(v) == (line, state)] for line in (pair.line, pair.reference)]
        shared = {v.membrane for v in lines[0]} & {v.membrane for v in lines[1]}
        if not shared:
            continue
        own, base = (mean_level([v for v in line if v.membrane in shared]) for line in lines)
        condition = {} if state == ("0 h",) else dict(own.condition)
        named = _named(pair, own.target, condition | {"hours": own.value("hours")})
        ratio = float(np.exp(own.log_ratio - base.log_ratio))
        said = {"censored": own.censored, "reference_censored": base.censored}
        rows.append(named | {"replicate": replicate, "ratio": ratio} | said)
    return rows
