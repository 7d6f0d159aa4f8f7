"""The control tubes of a group as events, read once, and confirmed to be what the sheet says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from gating.control_light import ControlLight
from gating.control_roles import confirm_roles
from gating.controls import CONTROL_ROLES, Group
from gating.events import Events
from gating.spillover_estimate import UNSTAINED
from gating.stain import whole_cells_of
from gating.tubes import Reader, Survey

SINGLE_STAINS = (UNSTAINED, "annexin_only", "dye_only")


def read_control_tubes(
    group: Group, surveys: Mapping[str, Survey], folder: Path, read: Reader
) -> dict[str, dict[str, Events]]:
    """Return the events of the group's control tubes, by role and file; those without a survey are left out.

    Examples
    --------
    >>> group = Group("1", "HeLa", ("s",), (), {"unstained": ("u",)})
    >>> tube = Events(np.ones((1, 0)), [])
    >>> read_control_tubes(group, {}, Path(), lambda path: tube)["unstained"]
    {}
    """
    return {
        role: {file: read(folder / file) for file in group.controls.get(role, ()) if file in surveys}
        for role in CONTROL_ROLES
    }


def confirm_controls(tubes: Mapping[str, Mapping[str, Events]], surveys: Mapping[str, Survey]) -> tuple[str, ...]:
    """Refuse control tubes whose light contradicts the role of the sheet, return those whose stain can't be seen.

    Raises
    ------
    UnusableControl
        As `gating.control_roles.confirm_roles`.

    Examples
    --------
    >>> confirm_controls({"unstained": {}}, {})  # no tube, nothing to refuse
    ()
    """
    events = {file: tube for by_file in tubes.values() for file, tube in by_file.items()}
    if not events:
        return ()
    rows = dict(zip(events, whole_cells_of(list(events.values()), ()), strict=True))
    lights = []
    for role, by_file in tubes.items():
        for file, tube in by_file.items():
            light = np.stack([tube.column(name)[rows[file]] for name in (surveys[file].annexin, surveys[file].dye)])
            lights.append(ControlLight(file, role, light[:, np.isfinite(light).all(axis=0)]))
    first = surveys[next(iter(events))]
    return confirm_roles(lights, (first.annexin, first.dye))


def single_stains(tubes: Mapping[str, Mapping[str, Events]], channels: tuple[str, str]) -> dict[str, Events]:
    """Return the unstained tube and the single stains under their channels' names, tubes of one role pooled.

    Empty where no single stain stands beside an unstained tube.

    Examples
    --------
    >>> tube = Events(np.ones((2, 0)), [])
    >>> tubes = {"unstained": {"u": tube, "v": tube}, "annexin_only": {"a": tube}, "dye_only": {}}
    >>> {name: len(events) for name, events in single_stains(tubes, ("FITC-A", "PE-A")).items()}
    {'unstained': 4, 'FITC-A': 2}
    """
    names = dict(zip(SINGLE_STAINS, (UNSTAINED, *channels), strict=True))
    found = {names[role]: _pooled(list(tubes[role].values())) for role in SINGLE_STAINS if tubes.get(role)}
    return found if UNSTAINED in found and len(found) > 1 else {}


def _pooled(tubes: Sequence[Events]) -> Events:
    """Return tubes of one role as one, where they hold the same channels; else the first of them."""
    alike = [tube for tube in tubes if tube.channel_names == tubes[0].channel_names]
    if len(alike) == 1:
        return tubes[0]
    values = np.concatenate([tube.values for tube in alike])
    return replace(alike[0], values=values, declared_events=len(values))
