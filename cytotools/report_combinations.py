"""The tables of combinations and schedules as the page shows them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cytotools.combination_words import METHOD_WORDS, circumstances, combination_key, of_line, subject
from cytotools.experiments import grouped
from cytotools.index_answers import reading_of
from cytotools.labels import agent_names, condition_label, dose_label, printed, unit
from cytotools.matrix_answers import is_whole
from cytotools.number_words import bounded, excess, finite, fold, p_value, percent
from cytotools.potentiation_answers import partner_words
from cytotools.schedule_answers import BY_SCHEDULE, NO_ORDER, schedule_comparisons
from cytotools.shown_table import ShownTable, estimate, whole
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, Any]

INDEX_WORDS = (
    "Combination index by fraction affected (over independent experiments, 95 % t intervals of its logarithm, each "
    "level by itself). Below 1: synergy; above 1: antagonism; additive where the interval lies within 0.8 to 1.25; "
    "else not resolved. Beyond the tested effects there is no verdict. Headline: the mean over the tested levels. "
    "Non-linear: curves fitted to the fractions as measured; log-linear: as CompuSyn computes it. Non-exclusive: with "
    "the product term of Chou and Talalay"
)
SCORE_WORDS = (
    "Dose matrices: mean excess of the fraction affected over what each reference expects of the two agents alone "
    "(over independent plates, 95 % t interval). Above 0: synergy; below 0: antagonism; additive where the interval "
    "lies within ±0.10; else not resolved. Bliss: independent action, a + b − ab; HSA: the better agent alone; Loewe: "
    "the dose of one in the place of the other; ZIP: curves of unchanged potency"
)
CELL_WORDS = (
    "Dose pairs that stand out: excess of the fraction affected with its simultaneous 95 % interval (over all dose "
    "pairs of a matrix and score; pairs not shown do not stand out), p adjusted over the matrix"
)
POTENTIATION_WORDS = (
    "Potentiation: the IC50 of the agent alone over that with the partner at a fixed dose (ratio, 95 % interval over "
    "independent experiments). Above 1: potentiated. It needs no effect of the partner alone"
)
SCHEDULE_WORDS = (
    "Schedules compared within independent experiments (pre: compound_2 comes before compound): IC50s and combination "
    "indices as ratios (below 1: the first is lower), Bliss excess as a difference (95 % intervals, each by itself; p "
    "adjusted after Holm within a quantity)"
)
INTERACTION_WORDS = (
    "Interaction index: the combination's IC50 as shares of those of the agents alone (relative IC50s of "
    "four-parameter curves; over independent experiments, 95 % interval). It stands where a curve levels out below "
    "full effect. Below 1: synergy"
)
REDUCTION_WORDS = (
    "Dose-reduction index: the dose of the agent alone over its dose in the combination, at the same fraction affected "
    "(95 % interval, each level by itself). Above 1: less of it is needed; that alone is no synergy"
)
MEDIAN_WORDS = (
    "Median effect: fa / (1 − fa) = (D / Dm)^m (95 % intervals; over experiments those of the t distribution). "
    "r: of the log-linear plot. Outside: mean fractions at or beyond 0 and 1, which the log-linear fit can't take"
)


def combination_tables(tables: Mapping[str, pd.DataFrame]) -> list[ShownTable]:
    """Return the tables that answer, from the results' tables by name."""
    over_all = [row for row in rows_of(tables["combination"]) if row["level"] == "all"]
    return [
        _indices(over_all),
        _interaction(over_all),
        _scores(over_all),
        _cells(over_all),
        _potentiation(over_all),
        _schedules(tables["comparisons"]),
    ]


def combination_details(tables: Mapping[str, pd.DataFrame]) -> list[ShownTable]:
    """Return the tables that the answers rest on."""
    found = rows_of(tables["combination"])
    return [
        _reductions([row for row in found if row["level"] == "all"]),
        _median_effects(tables["median_effect"]),
        _of_experiments([row for row in found if row["level"] == "experiment"]),
    ]


def _indices(rows: Sequence[Row]) -> ShownTable:
    """Return a row a combination and level: the non-linear index with its verdict beside the other readings."""
    header = ["combination", "affected", "combination index (95 % interval)", "verdict", "non-exclusive", "log-linear"]
    header += ["log-linear, non-exclusive", "outside", "n", "caution"]
    shown: list[list[str]] = []
    for own in grouped([row for row in rows if row["method"] in ("ci", "ci_log_linear")], _by_level).values():
        found = {
            (method, exclusive): reading_of(own, method, exclusive)
            for method in ("ci", "ci_log_linear")
            for exclusive in (True, False)
        }
        first = found["ci", True] or own[0]
        shown.append(
            [
                _named(first),
                percent(first["affected"], 0) if finite(first["affected"]) else "headline",
                _value(found["ci", True]),
                str(first["verdict"]),
                _with_verdict(found["ci", False]),
                _with_verdict(found["ci_log_linear", True]),
                _with_verdict(found["ci_log_linear", False]),
                whole(first["outside"]),
                whole(first["n"]),
                str(first["caution"]),
            ]
        )
    return ShownTable(INDEX_WORDS, header, shown, frozenset({9}), wraps=True)


def _by_level(row: Row) -> tuple[Hashable, ...]:
    return *combination_key(row), row["affected"] if finite(row["affected"]) else None


def _named(row: Row) -> str:
    return printed(f"{of_line(row)}{subject(row)}")


def _value(row: Row | None) -> str:
    return "" if row is None else bounded(row["value"], row["low"], row["high"], fold)


def _with_verdict(row: Row | None) -> str:
    return "" if row is None else f"{_value(row)}: {row['verdict']}"


def _interaction(rows: Sequence[Row]) -> ShownTable:
    header = ["combination", "interaction index (95 % interval)", "p", "verdict", "n", "caution"]
    shown = [
        [_named(row), _value(row), p_value(row["p_value"]), str(row["verdict"]), whole(row["n"]), str(row["caution"])]
        for row in rows
        if row["method"] == "interaction_index"
    ]
    return ShownTable(INTERACTION_WORDS, header, shown, frozenset({5}), wraps=True)


def _scores(rows: Sequence[Row]) -> ShownTable:
    header = ["agents", "score", "mean excess (95 % interval)", "p", "verdict", "n", "caution"]
    shown = [
        [
            _pair(row),
            METHOD_WORDS[row["method"]],
            bounded(row["value"], row["low"], row["high"], excess),
            p_value(row["p_value"]),
            str(row["verdict"]),
            whole(row["n"]),
            str(row["caution"]),
        ]
        for row in rows
        if row["method"] in METHOD_WORDS and is_whole(row)
    ]
    return ShownTable(SCORE_WORDS, header, shown, frozenset({6}), wraps=True)


def _pair(row: Row) -> str:
    return printed(f"{of_line(row)}{' × '.join(agent_names(row))}{circumstances(row)}")


def _cells(rows: Sequence[Row]) -> ShownTable:
    header = ["agents", "doses", "score", "excess (95 % interval)", "p, adjusted", "verdict", "n", "caution"]
    shown = [
        [
            _pair(row),
            printed(dose_label({**row, **NO_ORDER})),
            METHOD_WORDS[row["method"]],
            bounded(row["value"], row["low"], row["high"], excess),
            p_value(row["p_value"]),
            str(row["verdict"]),
            whole(row["n"]),
            str(row["caution"]),
        ]
        for row in rows
        if row["method"] in METHOD_WORDS and not is_whole(row) and row["verdict"] in ("synergy", "antagonism")
    ]
    return ShownTable(CELL_WORDS, header, shown, frozenset({7}), wraps=True)


def _potentiation(rows: Sequence[Row]) -> ShownTable:
    header = ["agent", "partner", "IC50 alone over IC50 with it (95 % interval)", "p", "verdict", "n", "caution"]
    shown = [
        [
            printed(f"{of_line(row)}{row['agent']}{circumstances(row)}"),
            printed(partner_words(row)),
            _value(row),
            p_value(row["p_value"]),
            {"synergy": "potentiated", "antagonism": "weakened"}.get(row["verdict"], str(row["verdict"])),
            whole(row["n"]),
            str(row["caution"]),
        ]
        for row in rows
        if row["method"] == "potentiation"
    ]
    return ShownTable(POTENTIATION_WORDS, header, shown, frozenset({6}), wraps=True)


def _schedules(comparisons: pd.DataFrame) -> ShownTable:
    header = ["combination", "quantity", "contrast", "estimate (95 % interval)", "p", "p, Holm", "n", "caution"]
    shown = [
        [
            printed(condition_label({**row, **NO_ORDER, "hours": None}) + circumstances({**row, **NO_ORDER})),
            str(row["quantity"]).removesuffix(BY_SCHEDULE).replace("bliss", "Bliss"),
            str(row["contrast"]),
            bounded(row["estimate"], row["low"], row["high"], excess if row["scale"] == "difference" else fold),
            p_value(row["p_value"]),
            p_value(row["p_adjusted"]),
            whole(row["n"]),
            str(row["caution"]),
        ]
        for row in rows_of(schedule_comparisons(comparisons))
    ]
    return ShownTable(SCHEDULE_WORDS, header, shown, frozenset({7}), wraps=True)


def _reductions(rows: Sequence[Row]) -> ShownTable:
    header = ["combination", "agent", "affected", "dose-reduction index (95 % interval)", "n", "caution"]
    shown = [
        [
            _named(row),
            str(row["agent"]),
            percent(row["affected"], 0) if finite(row["affected"]) else "headline",
            _value(row),
            whole(row["n"]),
            str(row["caution"]),
        ]
        for row in rows
        if row["method"] == "dose_reduction"
    ]
    return ShownTable(REDUCTION_WORDS, header, shown, frozenset({5}), wraps=True)


def _median_effects(table: pd.DataFrame) -> ShownTable:
    header = ["curve", "experiment", "fit", "Dm (95 % interval)", "m (95 % interval)", "r", "affected", "outside", "n"]
    rows = [
        [
            printed(f"{of_line(row)}{row['agent']}{circumstances(row)}"),
            str(row.get("replicate", "") or "all"),
            str(row["fit"]).replace("_", "-").replace("nonlinear", "non-linear"),
            f"{bounded(row['dm'], row['low'], row['high'], fold)} {_first_unit(row)}".strip(),
            estimate(row["m"], row["m_low"], row["m_high"], fold),
            f"{row['r']:.3f}" if finite(row["r"]) else "",
            f"{percent(row['affected_min'], 0)} to {percent(row['affected_max'], 0)}",
            whole(row["outside"]),
            whole(row["n"]),
            str(row["caution"]),
        ]
        for row in rows_of(table)
    ]
    return ShownTable(MEDIAN_WORDS, [*header, "caution"], rows, frozenset({9}), wraps=True)


def _first_unit(row: Row) -> str:
    """Return the unit of Dm: that of the agent, in a ratio of the total dose or of the first agent's."""
    found = (row.get(f"dose_unit{slot}") for slot in ("", "_2", "_3"))
    return next((unit(name) for name in found if isinstance(name, str) and name), "")


def _of_experiments(rows: Sequence[Row]) -> ShownTable:
    header = ["combination", "experiment", "what", "affected", "value (interval within the experiment)"]
    shown = []
    for row in rows:
        form = excess if row["method"] in METHOD_WORDS else fold
        told = row["method"] not in METHOD_WORDS or is_whole(row)
        if told and (str(row["exclusive"]) != "False"):
            shown.append(
                [
                    _pair(row) if row["method"] in METHOD_WORDS else _named(row),
                    str(row.get("replicate", "")),
                    _what(row),
                    percent(row["affected"], 0) if finite(row["affected"]) else "",
                    bounded(row["value"], row["low"], row["high"], form),
                ]
            )
    return ShownTable("Combinations, experiment by experiment (intervals are descriptive)", header, shown, wraps=True)


def _what(row: Row) -> str:
    method = str(row["method"])
    words = {"ci": "combination index", "ci_log_linear": "combination index, log-linear"}.get(method)
    words = words or METHOD_WORDS.get(method) or method.replace("_", " ")
    return f"{words} of {row['agent']}" if isinstance(row["agent"], str) and row["agent"] else words
