"""Which control rows serve a treated condition: those of its line and hour, of its compound's vehicle first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cytotools.experiments import Group, caution

CONTROL_ROLES = ("untreated", "vehicle")


def serving(
    group: Group, groups: Sequence[Group], control: str | None, vehicles: Mapping[str, str]
) -> tuple[list[Group], list[str]]:
    """Return the controls that serve a condition, and what must be said of the choice.

    Parameters
    ----------
    group : Group
    groups : sequence of Group
        All conditions; controls are those of the same population, cell line, arm and hour, else of 0 h.
    control : {"vehicle", "untreated"} or None
        None: the vehicle rows that serve the compound, else the untreated rows.
    vehicles : mapping
        The vehicle of each compound. A vehicle row that names no compound serves every compound.
    """
    near = [o for o in groups if o.role in CONTROL_ROLES and o.line == group.line and o.population == group.population]
    same_hour = [other for other in near if other.value("hours") == group.value("hours")]
    zero_hours = [other for other in near if other.value("hours") == 0]
    for candidates in (same_hour, zero_hours):
        found = chosen(group, candidates, control, vehicles)
        if found:
            cautions = []
            if candidates is zero_hours:
                cautions.append(caution("zero_hours_control", "compared with 0 h"))
            if len(found) > 1:
                names = ", ".join(map(control_name, found))
                cautions.append(caution("several_controls", names))
            return found, cautions
    return [], []


def chosen(group: Group, candidates: Sequence[Group], control: str | None, vehicles: Mapping[str, str]) -> list[Group]:
    """Return those of the candidates that serve a condition, by role and vehicle."""
    wanted = {vehicles[compound] for compound in group.compounds if compound in vehicles}
    of_role = [other for other in candidates if other.role == "vehicle"]
    own = [other for other in of_role if wanted & set(other.compounds)]
    served_by = own or [other for other in of_role if not wanted or not other.compounds]
    untreated = [other for other in candidates if other.role == "untreated"]
    if control is None:
        return served_by or untreated
    return served_by if control == "vehicle" else untreated


def control_name(group: Group) -> str:
    """Return a control in words: its vehicle, else its role."""
    return " + ".join(group.compounds) or group.role
