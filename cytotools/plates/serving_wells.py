"""Which blank and control wells serve a condition: the rule of the whole study, kept within a plate where it can be."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
from scipy.special import fdtrc

from cytotools.plates.cautions import caution
from cytotools.plates.repeats import Repeats, pooled_variance
from cytotools.plates.wells_table import CONTROL_ROLES

Chosen = tuple[list[Repeats], list[str]]
UNLIKE = 0.01  # p-value at which vehicles are said to differ: it is looked at on every plate


def serving_controls(
    treated: Repeats, groups: Sequence[Repeats], control: str | None, vehicles: Mapping[str, str]
) -> Chosen:
    """Return the control wells that serve a condition, and what must be said of the choice.

    Parameters
    ----------
    treated : Repeats
        A control serves itself, but vehicle wells are compared with the untreated where `control` says so.
    groups : sequence of Repeats
        All wells of its assay on its plate or in its batch. Controls are those of the same cell line and arm at the
        same hours, else at 0 h; of the same plate, else of another plate of the batch.
    control : {"vehicle", "untreated"} or None
        None: the vehicle wells that serve the compound, else the untreated wells.
    vehicles : mapping
        The vehicle of each compound. Vehicle wells that name no compound serve every compound; of those that name
        some, the wells of just the vehicles that the condition holds, else of these and others, else of some of these.
    """
    if treated.role in CONTROL_ROLES and not (treated.role == "vehicle" and control == "untreated"):
        return [treated], []
    near = [g for g in groups if g.role in CONTROL_ROLES and g.line == treated.line and len(g.signals)]
    for elsewhere in (False, True):
        of_plate = [g for g in near if (g.plate != treated.plate) == elsewhere]
        for at_start in (False, True):
            hours = 0.0 if at_start else treated.hours
            found = _chosen(treated, [g for g in of_plate if g.hours == hours], control, vehicles)
            if found:
                return found, _said(treated, found, elsewhere)
    return [], []


def _chosen(
    treated: Repeats, candidates: Sequence[Repeats], control: str | None, vehicles: Mapping[str, str]
) -> list[Repeats]:
    named = [vehicles[compound] for compound in treated.compounds if compound in vehicles]
    wanted = {plain(part) for vehicle in named for part in vehicle.split("+")}
    served_by = _of_vehicles([g for g in candidates if g.role == "vehicle"], wanted)
    untreated = [g for g in candidates if g.role == "untreated"]
    by_word = {None: served_by or untreated, "vehicle": served_by, "untreated": untreated}
    return _nearest(by_word[control], treated, lambda group: group.replicate)


def _of_vehicles(groups: Sequence[Repeats], wanted: Collection[str]) -> list[Repeats]:
    """Return the vehicle wells that serve compounds of these vehicles, all where no vehicle is known."""
    if not wanted:
        return list(groups)
    held = [(g, {plain(part) for name in g.compounds for part in name.split("+")}) for g in groups]
    exact = [g for g, names in held if names == set(wanted)]
    whole = [g for g, names in held if names >= set(wanted)]
    part = [g for g, names in held if names.intersection(wanted)]
    return exact or whole or part or [g for g, names in held if not names]


def plain(vehicle: str) -> str:
    """Return the name of a vehicle without case and spaces: DMSO is dmso."""
    return "".join(vehicle.split()).casefold()


def missing_vehicle(treated: Repeats, groups: Sequence[Repeats], vehicles: Mapping[str, str]) -> str:
    """Return in words which vehicle a compound wants and which there are, "" where that is not the reason."""
    there = dict.fromkeys(" + ".join(g.compounds) for g in groups if g.role == "vehicle" and g.line == treated.line)
    wants = [f"{name} wants vehicle {vehicles[name]}" for name in treated.compounds if name in vehicles]
    return f"{' and '.join(wants)}, the plate has {' and '.join(there)}" if wants and any(there) else ""


def _said(treated: Repeats, found: Sequence[Repeats], elsewhere: bool) -> list[str]:
    said = []
    if elsewhere:
        said.append(caution("control_elsewhere", f"control of plate {found[0].plate[1] or 'without name'}"))
    if found[0].hours == 0 and treated.hours != 0:
        said.append(caution("zero_hours_control", "compared with 0 h"))
    kinds = dict.fromkeys((g.role, g.condition) for g in found)
    if len(kinds) > 1:
        names = dict.fromkeys(" + ".join(g.compounds) or g.role for g in found)
        said.append(caution("several_controls", ", ".join(names)))
    return said


def unlike_vehicles(controls: Sequence[Repeats], blank: float) -> list[str]:
    """Return a caution where control wells of several vehicles differ by more than wells scatter: one-way F test.

    Parameters
    ----------
    controls : sequence of Repeats
        All that serve a condition.
    blank : float
        The signal without cells, which the words leave out.
    """
    kinds: dict[str, list[Repeats]] = {}
    for group in controls:
        if group.role == "vehicle" and len(group.signals):
            kinds.setdefault(" + ".join(group.compounds), []).append(group)
    variance, degrees = pooled_variance([group for groups in kinds.values() for group in groups])
    if len(kinds) < 2 or not degrees or variance <= 0:
        return []
    signals = {name: np.concatenate([group.signals for group in groups]) for name, groups in kinds.items()}
    middle = np.concatenate(list(signals.values())).mean()
    between = sum(len(own) * (own.mean() - middle) ** 2 for own in signals.values()) / (len(kinds) - 1)
    if fdtrc(len(kinds) - 1, degrees, between / variance) >= UNLIKE:
        return []
    lowest, *_, highest = sorted(signals, key=lambda name: float(signals[name].mean()))
    share = (signals[lowest].mean() - blank) / (signals[highest].mean() - blank)
    return [caution("unlike_vehicles", f"{lowest} gives {share:.2f} of {highest}")]


def serving_blanks(treated: Repeats, groups: Sequence[Repeats]) -> Chosen:
    """Return the wells of medium without cells that serve a condition, and what must be said of them.

    Those of the same plate and read, else of another read of the plate, else of another plate. Where blanks name
    hours, a cell line or an arm, the same ones are taken, else those that name none, else all.
    """
    medium = [g for g in groups if g.role == "blank" and not g.compounds and len(g.signals)]
    own = [g for g in medium if g.read == treated.read]
    found = own or [g for g in medium if g.plate == treated.plate] or medium
    for part in (_hours, _cell_line, _arm):
        found = _nearest(found, treated, part)
    if found and not own:
        plate = "another read" if found[0].plate == treated.plate else f"plate {found[0].plate[1] or 'without name'}"
        return found, [caution("blank_elsewhere", f"blank of {plate}")]
    return found, []


def _hours(group: Repeats) -> object:
    return group.hours


def _cell_line(group: Repeats) -> object:
    return group.line[0]


def _arm(group: Repeats) -> object:
    return group.line[1]


def _nearest(groups: list[Repeats], treated: Repeats, part: Callable[[Repeats], object]) -> list[Repeats]:
    """Return the groups that agree with a condition in one part, else those without it, else all."""
    same = [g for g in groups if part(g) == part(treated)]
    return same or [g for g in groups if not part(g)] or groups
