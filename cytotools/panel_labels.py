"""What is written over the lanes of a blot figure: cell lines and treatments as bars over lanes, doses, hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from blots.panel import LabelCell, LabelRow
from cytotools.labels import dose_label, schedule_label, unit

Lane = Mapping[str, Any]

TYPE_PT = 7.0
_LETTER = 0.58  # of the type's size: how wide a letter is, on average
_NO_SAMPLE = {"ladder": "ladder", "empty": "empty"}
_EXCLUDED = "†"
_NONE = "–"


def lane_labels(lanes: Sequence[Lane], pitch_pt: float) -> tuple[tuple[LabelRow, ...], tuple[str, ...]]:
    """Return the rows of labels over lanes, from the top, and the footnotes that their marks need.

    Neighbouring lanes of one cell line, arm or treatment share a bar. Where treatments change from lane to lane, each
    compound has a row with its doses instead. Where lanes were loaded unlike, their protein stands below.

    Parameters
    ----------
    lanes : sequence of mapping
        The rows of the lanes sheet from left to right, an empty one where the sheet has none.
    pitch_pt : float
        How far apart the lanes will stand, in points.

    Examples
    --------
    >>> hours = (0.0, 6.0, 24.0)
    >>> lanes = [{"role": "treated", "cell_line": "HeLa", "compound": "TNF", "dose": 1.0, "dose_unit": "nM", "hours": h}
    ...          for h in hours]
    >>> rows, _ = lane_labels(lanes, 30.0)
    >>> [(row.name, [cell.text for cell in row.cells]) for row in rows]
    [('', ['HeLa']), ('', ['TNF 1 nM']), ('Hours', ['0', '6', '24'])]
    """
    lines = [_line(lane) for lane in lanes]
    arms = [_arm(lane, line) for lane, line in zip(lanes, lines, strict=True)]
    rows = [_bars(lines), _bars(arms), *_treatments(lanes, pitch_pt), *_hours(lanes), *_loads(lanes)]
    return tuple(row for row in rows if row is not None), _footnotes(lanes)


def _loads(lanes: Sequence[Lane]) -> list[LabelRow]:
    """Return a row with the protein of each lane where lanes were loaded unlike, as in a dilution series."""
    loads = [lane.get("protein_ug") if _is_sample(lane) else None for lane in lanes]
    words = [f"{load:g}" if isinstance(load, int | float) and load > 0 else "" for load in loads]
    return [LabelRow("µg", _cells(words))] if len(set(words) - {""}) > 1 else []


def _is_sample(lane: Lane) -> bool:
    return str(lane.get("role", "")) not in _NO_SAMPLE


def _line(lane: Lane) -> str:
    return str(lane.get("cell_line", "") or "") if _is_sample(lane) else ""


def _arm(lane: Lane, line: str) -> str:
    arm = str(lane.get("arm", "") or "") if _is_sample(lane) else ""
    return "" if arm.casefold() in line.casefold() else arm


def _treatment(lane: Lane) -> str:
    words = dose_label({**lane, "role": ""}) if _is_sample(lane) else ""
    if words != "all":
        return words
    return "vehicle" if lane.get("role") == "vehicle" else ""


def _bars(words: Sequence[str]) -> LabelRow | None:
    """Return a row with one bar over every run of lanes that share their words; None where none has any."""
    runs = [run for run in _runs(words) if run.text]
    return LabelRow("", tuple(runs)) if runs else None


def _runs(words: Sequence[str]) -> list[LabelCell]:
    runs, at = [], 0
    for text, group in groupby(words):
        count = len(list(group))
        runs.append(LabelCell(at, at + count - 1, text, bar=True))
        at += count
    return runs


def _treatments(lanes: Sequence[Lane], pitch_pt: float) -> list[LabelRow]:
    """Return a row of bars where they hold their words, else a row for each compound."""
    words = [_treatment(lane) for lane in lanes]
    runs = [run for run in _runs(words) if run.text]
    if not runs:
        return []
    wide = sum(run.last > run.first for run in runs)
    if 2 * wide >= len(runs) and all(_holds(run, pitch_pt) for run in runs):
        bare = [LabelCell(n, n, _NONE) for n, lane in enumerate(lanes) if not words[n] and _is_sample(lane) and lane]
        return [LabelRow("", tuple(sorted([*runs, *bare], key=lambda cell: cell.first)))]
    return _dose_rows(lanes)


def _holds(run: LabelCell, pitch_pt: float) -> bool:
    """Say whether a bar is wide enough for its words on two lines."""
    room = (run.last - run.first + 1) * pitch_pt
    letters = max(max(map(len, run.text.split()), default=0), -(-len(run.text) // 2) + 1)
    return letters * _LETTER * TYPE_PT <= room


def _dose_rows(lanes: Sequence[Lane]) -> list[LabelRow]:
    """Return a row for each compound: its doses by lane, or plus and minus where it has one dose."""
    given = [dict(_agents(lane)) for lane in lanes]
    rows = []
    for name in dict.fromkeys(name for agents in given for name in agents):
        doses = {agents[name] for agents in given if name in agents}
        units = {unit for _, unit in doses if unit}
        head, with_units = name, len(units) > 1
        if len(doses) == 1:
            head = " ".join(part for part in (name, *next(iter(doses))) if part)
        elif len(units) == 1:
            head = f"{name} ({next(iter(units))})"
        words = [
            _amount(agents.get(name), len(doses) == 1, with_units) if lane and _is_sample(lane) else ""
            for lane, agents in zip(lanes, given, strict=True)
        ]
        rows.append(LabelRow(head, _cells(words)))
    schedules = [schedule_label(lane) for lane in lanes]
    if any(schedules):
        rows.append(LabelRow("Schedule", _cells(schedules)))
    return rows


def _amount(dose: tuple[str, str] | None, is_only: bool, with_unit: bool) -> str:
    """Return a compound's dose in one lane in words; plus where it has the only one, a dash where it is absent."""
    if dose is None:
        return _NONE
    if is_only or not dose[0]:
        return "+"
    return " ".join(dose) if with_unit else dose[0]


def _agents(lane: Lane) -> list[tuple[str, tuple[str, str]]]:
    """Return the compounds of a lane, each with its dose and unit in words."""
    if not _is_sample(lane):
        return []
    agents = []
    for suffix in ("", "_2", "_3"):
        name, dose = str(lane.get(f"compound{suffix}", "") or ""), lane.get(f"dose{suffix}")
        if name:
            known = isinstance(dose, float) and dose == dose
            amount = (f"{dose:g}", unit(str(lane.get(f"dose_unit{suffix}", "") or ""))) if known else ("", "")
            agents.append((name, amount))
    return agents or ([("vehicle", ("", ""))] if lane.get("role") == "vehicle" else [])


def _hours(lanes: Sequence[Lane]) -> list[LabelRow]:
    """Return the row nearest to the lanes: their hours, or what they are; numbers where nothing is known of any."""
    words, timed = [], False
    for lane in lanes:
        hours, role = lane.get("hours"), str(lane.get("role", "") or "")
        known = isinstance(hours, float) and hours == hours and _is_sample(lane)
        timed = timed or known
        words.append(f"{hours:g}" if known else {**_NO_SAMPLE, "reference": "ref."}.get(role, ""))
        if lane.get("exclude"):
            words[-1] += _EXCLUDED
    if not any(words):
        return []
    return [LabelRow("Hours" if timed else "", _cells(words))]


def _cells(words: Sequence[str]) -> tuple[LabelCell, ...]:
    return tuple(LabelCell(n, n, text) for n, text in enumerate(words) if text)


def _footnotes(lanes: Sequence[Lane]) -> tuple[str, ...]:
    return (f"{_EXCLUDED} left out of the statistics",) if any(lane.get("exclude") for lane in lanes) else ()
