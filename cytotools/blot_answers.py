"""The findings of the blots in words, each with its interval and n."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cytotools.conditions import CONDITION_COLUMNS
from cytotools.labels import condition_label, line_label, printed
from cytotools.number_words import bounded, count, finite, fold, interval, p_value, percent
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.results import Results

VERDICT_WORDS = {
    "overshoot": "falls, rebounds and rises above its starting level",
    "rebound": "falls and rebounds",
    "sustained loss": "falls and stays down",
    "induction": "rises above its starting level",
    "no loss": "does not fall (a two-fold loss is excluded)",
    "not resolved": "is not resolved by these replicates",
}

# What makes the volumes of a whole image doubtful, in the words of the answer.
DOUBTS = {
    "uneven_loading": "the loading control differs more than four-fold between lanes, which loading seldom does",
    "upside_down": "an image seems to stand upside down",
    "rows_unsure": "an image shows more rows than were named",
    "lanes_left_out": "an image shows more lanes than the sheet has",
    "lanes_unsure": "the lanes of an image may be others",
    "control_changes": "a loading control itself changes with time or treatment",
    "coarse": "the bands of an image are hardly a pixel high",
    "forced": "an image was judged unfit to be measured",
    "eight_bit": "an image has 8 bits only, which may hide a curve over its numbers",
    "lossy": "JPEG changed the numbers of an image",
    "gamma_suspected": "a curve seems to lie over the numbers of an image",
    "exposures_disagree": "two exposures of a membrane are not related by a straight line",
    "lanes_from_sibling": "the lanes of an image are those of another image of its membrane",
    "residual_signal": "a membrane shows bands where those of an earlier probe stood",
}


def blot_answers(results: Results) -> Iterator[str]:
    """Yield the findings of the blots, one sentence each, in the order of the report."""
    yield from _verdict_answers(results)
    yield from _rise_answers(results.tables)
    yield from _line_answers(results.tables)
    yield from _cleavage_answers(results.tables)
    yield from control_answers(results.tables["loading"])
    yield from _not_measured(results)


def _verdict_answers(results: Results) -> Iterator[str]:
    tables, doubt = results.tables, _doubt(results.tables)
    for row in rows_of(tables["rebound"]):
        place = condition_label({**row, "hours": None})
        if row["n"] == 0:
            over = row["loading_control"]
            yield f"{place}: {row['target']} gives no verdict over {over}; the cautions say why.{doubt}"
            continue
        words = f"{place}: {row['target']} {_verdict_in_words(row)}"
        start = _start_in_words(results, row)
        if finite(row["nadir_fold"]) and row["verdict"] != "induction":
            at_most = "at most " if row["nadir_low"] == 0 else ""
            words += (
                f"; lowest at {row['nadir_hours']:g} h, {at_most}{fold(row['nadir_fold'])} × {start} "
                f"{interval(row['nadir_low'], row['nadir_high'], fold)}"
            )
        if row["verdict"] in ("overshoot", "rebound"):
            reached = row["nadir_fold"] * row["rebound_fold"]
            at_least = "at least " if row["high"] == math.inf else ""
            words += f"; then up {at_least}{fold(row['rebound_fold'])}-fold {interval(row['low'], row['high'], fold)}"
            words += f", to {fold(reached)} × {start}"
        if row["n"] == 1 and finite(row["rebound_fold"]) and row["rebound_fold"] > 1:
            words += f"; then up {fold(row['rebound_fold'])}-fold"
        if row["verdict"] == "induction":
            words += _highest_in_words(results, row, start)
        yield f"{words}; n = {count(row['n'])}, {row['loading_control']} as loading control.{doubt}"


def _start_in_words(results: Results, row: Mapping[str, Any]) -> str:
    """Return what a verdict compares with: an hour of the same course, or the vehicle that stands for it."""
    if "judged_against_vehicle:" in row["caution"]:
        return "the vehicle's level"
    block = results.study.blots
    hours = block.reference.hours if block and block.reference.kind == "hour" and block.reference.hours else 0.0
    return f"the {hours:g} h level"


def _alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two rows are of one condition but for the hours, target and loading control."""
    keys = [key for key in (*CONDITION_COLUMNS, "target", "loading_control") if key != "hours" and key in one]
    return all(one[key] == other[key] or (one[key] != one[key] and other[key] != other[key]) for key in keys)


def _highest_in_words(results: Results, row: Mapping[str, Any], start: str) -> str:
    """Return the highest level of a course over its start, where the folds of the time course are over that start."""
    block, course = results.study.blots, results.tables["time_course"]
    if block is None or block.reference.kind != "hour":
        return ""
    told = [other for other in rows_of(course) if _alike(other, row) and finite(other["fold_change"])]
    if not told:
        return ""
    top = max(told, key=lambda r: r["fold_change"])
    limits = interval(top["low"], top["high"], fold)
    return f"; highest at {top['hours']:g} h, {fold(top['fold_change'])} × {start} {limits}, of that hour alone"


def _verdict_in_words(row: Mapping[str, Any]) -> str:
    """Return a verdict in words; that a level stays down is said only where later hours showed it."""
    words = VERDICT_WORDS.get(row["verdict"], str(row["verdict"]))
    if "reference_below_detection:" in row["caution"] and row["verdict"] == "not resolved":
        return "can't be judged: it is under its detection limit at the start, so no fold over that can be stated"
    if row["n"] == 1:
        return "was measured in one experiment, and nothing is tested"
    if row["verdict"] != "sustained loss":
        return words
    if "two_hours:" in row["caution"]:
        return "falls (with one later hour, whether it stays down was not seen)"
    last_alone = "nothing_after_nadir:" in row["caution"] and len(str(row["possible_nadir_hours"]).split()) == 1
    return "falls until the last hour; what follows was not seen" if last_alone else words


def rises_compared(comparisons: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of comparisons.csv that compare rises of a band's level between lines."""
    return comparisons[comparisons["quantity"].str.contains(" rise", regex=False)] if len(comparisons) else comparisons


def _rise_answers(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Yield a sentence for each pair of lines and target whose rises differ."""
    for row in rows_of(rises_compared(tables["comparisons"])):
        if finite(row["p_adjusted"]) and row["p_adjusted"] < 0.05:
            place = condition_label({**row, "cell_line": "", "arm": "", "hours": None})
            one, _, other = str(row["contrast"]).partition(" against ")
            words = f"{place}: {row['quantity']}: {fold(row['estimate'])} times as large in {one} as in {other} "
            words += f"{interval(row['low'], row['high'], fold)}, adjusted p = {p_value(row['p_adjusted'])}"
            yield f"{words.replace('= <', '<')}; n = {count(row['n'])}."


def _line_answers(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Yield a sentence a pair of lines: the levels of all targets in one over the other."""
    pairs: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows_of(tables["abundance"]):
        pairs.setdefault((line_label(row), str(row["reference"])), []).append(row)
    for (line, reference), rows in pairs.items():
        told = [row for row in rows if _told(row)]
        if not told:
            yield f"{line} and {reference} can't be compared; the cautions say why.{_doubt(tables)}"
            continue
        levels = ", ".join(f"{row['target']} {bounded(row['ratio'], row['low'], row['high'], fold)}" for row in told)
        missing = [str(row["target"]) for row in rows if not _told(row)]
        more = f"; {', '.join(missing)} can't be compared" if missing else ""
        counts = {count(row["n"]) for row in told}
        n = f"n = {min(counts)}" if len(counts) == 1 else f"n = {min(counts)} to {max(counts)}"
        hours = next((f" at {row['hours']:g} h" for row in told if finite(row.get("hours"))), "")
        yield f"{line} over {reference}{hours}, ratio of levels (95 % CI): {levels}{more}; {n}.{_doubt(tables)}"


def _told(row: Mapping[str, Any]) -> bool:
    """Tell whether a row of abundance.csv says a ratio or a bound."""
    return bounded(row["ratio"], row["low"], row["high"], fold) != "n/a"


def _cleavage_answers(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Yield a sentence a line, treatment and target: where most of it is cleaved."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows_of(tables["cleavage"]):
        if row["n"]:
            groups.setdefault((condition_label({**row, "hours": None}), str(row["target"])), []).append(row)
    for (place, target), rows in groups.items():
        most = max(rows, key=lambda row: row["cleaved_fraction"] if finite(row["cleaved_fraction"]) else row["low"])
        at = f" at {most['hours']:g} h" if finite(most.get("hours")) else ""
        share = bounded(most["cleaved_fraction"], most["low"], most["high"], percent, top=1.0)
        words = f"{place}: cleaved {target} is largest{at}, {share} of both forms; n = {count(most['n'])}."
        yield words + _doubt(tables)


def _doubt(tables: Mapping[str, pd.DataFrame]) -> str:
    """Return what makes all levels doubtful, in one sentence, or nothing."""
    if not len(tables["bands"]):
        return ""
    said = "; ".join(tables[name]["caution"].str.cat(sep="; ") for name in ("normalised", "bands", "loading"))
    doubts = [words for code, words in DOUBTS.items() if f"{code}:" in said]
    return f" Doubtful: {', and '.join(doubts)}; see the cautions." if doubts else ""


def control_answers(loading: pd.DataFrame) -> Iterator[str]:
    """Yield where a loading control itself changes, once a condition and control: the largest change."""
    largest: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows_of(loading):
        key = condition_label({**row, "hours": None}), str(row["loading_control"])
        size = abs(math.log(row["estimate"])) if "control_changes:" in row["caution"] else 0.0
        if size and (key not in largest or size > abs(math.log(largest[key]["estimate"]))):
            largest[key] = row
    for (place, control), row in largest.items():
        start = "of 0 h" if row["question"] == "change with time" else "of the vehicle"
        judged = "by its raw volume" if row["against"] == "raw volume" else f"against {row['against']}"
        yield (
            f"{place}: {control} itself is {fold(row['estimate'])} × that {start} at {row['hours']:g} h "
            f"{interval(row['low'], row['high'], fold)}, judged {judged}; n = {count(row['n'])}. "
            f"Folds over {control} are off by as much."
        )


def _not_measured(results: Results) -> Iterator[str]:
    """Yield which blot images gave no numbers, in one sentence; the cautions say why."""
    files = [refused.image.file for refused in results.refused_images]
    if files:
        shown = " They are shown below without numbers." if any(r.blot for r in results.refused_images) else ""
        yield printed(f"Not measured: {', '.join(files)}; the cautions say why.{shown}")
