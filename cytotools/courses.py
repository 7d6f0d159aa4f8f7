"""The courses of a study: each condition over its hours, experiment by experiment, with where it started."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cytotools.compartments import Course
from cytotools.control_choice import CONTROL_ROLES, chosen
from cytotools.experiments import PARTS, Group, caution, grouped, key_of
from cytotools.fractions import Fraction, averaged

Tube = tuple[tuple[Fraction, ...], float]  # the four fractions, cells per microlitre


@dataclass(frozen=True, eq=False)
class Treatment:
    """One condition over its hours: a course an experiment, and what must be said of them.

    `condition` are the condition columns without the hours. `vehicle` holds, where there is one, the course of the
    control of the same experiment.
    """

    group: Group
    condition: tuple[tuple[str, Any], ...]
    experiments: tuple[str, ...]
    courses: tuple[Course, ...]
    vehicle: tuple[Course | None, ...]
    hours: tuple[float, ...]
    cautions: tuple[str, ...]


def treatments(groups: Sequence[Group], control: str | None, vehicles: Mapping[str, str]) -> list[Treatment]:
    """Return every condition that was harvested at known hours, controls with two hours or more included.

    Parameters
    ----------
    groups : sequence of Group
        Of `cytotools.experiments.read_groups`.
    control, vehicles
        As `cytotools.control_choice.serving` takes them.

    Returns
    -------
    list of Treatment
        A treated course starts at 0 h, from the tubes of 0 h that serve it; where there are none, from the control of
        its first hour, which stands in for 0 h (never for a single hour). A course of a control starts at its first
        hour. Experiments without a start are left out and named.
    """
    timed = [group for group in groups if group.population in PARTS and isinstance(group.value("hours"), int | float)]
    found = []
    for same in grouped(timed, lambda g: (g.role, _without_hours(g))).values():
        own = _tubes(same)
        if same[0].role in CONTROL_ROLES:
            if len({hour for hours in own.values() for hour in hours}) > 1:
                found.append(_treatment(same, own, {name: {} for name in own}, ()))
            continue
        controls = _controls(same[0], timed, control, vehicles)
        starts, cautions = _starts(own, controls)
        if not own or (cautions and len({hour for hours in own.values() for hour in hours}) < 2):
            continue  # one hour and a start that only stands in: no course
        found.append(_treatment(same, own, starts, cautions, controls))
    return found


def _treatment(
    same: Sequence[Group],
    own: Mapping[str, Mapping[float, Tube]],
    starts: Mapping[str, Mapping[float, Tube]],
    cautions: Sequence[str],
    served: Mapping[str, Mapping[float, Tube]] | None = None,
) -> Treatment:
    names = [name for name in own if name in starts]
    lost = [name for name in own if name not in starts]
    said = [*cautions, *(text for group in same for text in group.cautions)]
    if lost:
        said.append(caution("no_start", f"{len(lost)} of {len(own)} experiments have no tube to start from"))
    courses = [_course({**starts[name], **own[name]}) for name in names]
    vehicle = [_course(served[name]) if served and len(served.get(name, {})) > 1 else None for name in names]
    hours = tuple(sorted({float(hour) for course in courses for hour in course.hours}))
    condition = tuple((column, value) for column, value in same[0].condition if column != "hours")
    return Treatment(same[0], condition, tuple(names), tuple(courses), tuple(vehicle), hours, tuple(said))


def _controls(
    group: Group, timed: Sequence[Group], control: str | None, vehicles: Mapping[str, str]
) -> dict[str, dict[float, Tube]]:
    """Return the control tubes that serve a treatment, by experiment and hour."""
    near = [other for other in timed if other.line == group.line and other.role in CONTROL_ROLES]
    places = grouped(near, lambda other: (other.population, other.value("hours"))).values()
    return _tubes([other for part in places for other in chosen(group, part, control, vehicles)])


def _starts(
    own: Mapping[str, Mapping[float, Tube]], controls: Mapping[str, Mapping[float, Tube]]
) -> tuple[dict[str, dict[float, Tube]], list[str]]:
    """Return each experiment's tube at 0 h, and what must be said of it."""
    first = min((hour for hours in own.values() for hour in hours), default=0.0)
    stands = caution("start_from_control", f"the control of {first:g} h stands for 0 h")
    for tubes, hour, said in ((own, 0.0, []), (controls, 0.0, []), (controls, first, [stands])):
        starts = {name: {0.0: hours[hour]} for name, hours in tubes.items() if hour in hours}
        if starts:
            return starts, said
    return {}, []


def _tubes(groups: Sequence[Group]) -> dict[str, dict[float, Tube]]:
    """Return the tubes by experiment and hour, where all four fractions are known; several controls are averaged."""
    seen: dict[tuple[str, float], dict[str, list[tuple[Fraction, float]]]] = {}
    for group in groups:
        cells = group.cells_per_ul or (float("nan"),) * len(group.fractions)
        for name, fraction, count in zip(group.experiments, group.fractions, cells, strict=True):
            held = seen.setdefault((name, float(group.value("hours"))), {})
            held.setdefault(group.population, []).append((fraction, count))
    found: dict[str, dict[float, Tube]] = {}
    for (name, hour), held in seen.items():
        if all(part in held for part in PARTS):
            fractions = tuple(averaged([fraction for fraction, _ in held[part]]) for part in PARTS)
            found.setdefault(name, {})[hour] = fractions, float(np.mean([count for _, count in held["live"]]))
    return found


def _course(tubes: Mapping[float, Tube]) -> Course:
    hours = sorted(tubes)
    values = np.array([[f.value for f in tubes[hour][0]] for hour in hours])
    errors = np.array([[(f.high - f.low) / 3.92 for f in tubes[hour][0]] for hour in hours])
    events = np.array([tubes[hour][0][0].events for hour in hours])
    values = values / values.sum(axis=1, keepdims=True)
    return Course(np.array(hours), values, errors, events, np.array([tubes[hour][1] for hour in hours]))


def _without_hours(group: Group) -> tuple[Any, ...]:
    return tuple(key_of(value) for column, value in group.condition if column != "hours")
