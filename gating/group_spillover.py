"""The spillover matrix of each tube of a group: the file's own, else that of the group's single stains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from gating.cautions import caution
from gating.compensation import spillover_from_controls
from gating.controls import Group
from gating.errors import GatingError
from gating.spillover import Spillover
from gating.tubes import Reader, Survey


def group_spillovers(
    group: Group, files: Sequence[str], surveys: Mapping[str, Survey], folder: Path, read: Reader
) -> tuple[dict[str, Spillover | None], str]:
    """Return each file's matrix: its own, else that of the group's single stains, else none with a caution."""
    own = {file: surveys[file].spillover for file in files}
    if all(s is not None and not s.is_identity for s in own.values()):
        return own, ""
    measured, note = None, ""
    tubes = {role: group.controls.get(role, ()) for role in ("unstained", "annexin_only", "dye_only")}
    first = surveys[files[0]]
    if all(tubes.values()):
        names = {"unstained": "unstained", first.annexin: "annexin_only", first.dye: "dye_only"}
        try:
            measured = spillover_from_controls({name: read(folder / tubes[role][0]) for name, role in names.items()})
        except GatingError as error:
            note = str(error).replace(";", ",")
    else:
        note = f"no {' and no '.join(role for role, found in tubes.items() if not found)} tube"
    filled = {file: s if s is not None and not s.is_identity else measured for file, s in own.items()}
    return filled, caution("no_compensation", note) if measured is None else ""
