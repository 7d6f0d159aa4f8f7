"""Gates that travel with a study: from a gate file to each tube, and from the tubes to gate files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cytotools.errors import Problem, StudyError
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

    from gating.events import Events
    from gating.exchange.flowjo import WorkspaceSample
    from gating.exchange.read_gates import FoundGate
    from gating.gates import QuadrantGate
    from gating.plate import Plate
    from gating.spillover import Spillover


@dataclass(frozen=True)
class OnMatrix:
    """Reads an FCS file as if it carried the matrix that its gate was drawn on."""

    spillovers: Mapping[Path, Spillover | None]

    def __call__(self, path: Path, **options: Any) -> Events:
        """Return the events of a file."""
        from gating import read_fcs

        events = read_fcs(path, **options)
        return replace(events, spillover=self.spillovers[path]) if path in self.spillovers else events


@dataclass(frozen=True)
class GivenGates:
    """The gates of a study's gate file, tube by tube.

    Attributes
    ----------
    gates : mapping of file to QuadrantGate
    read : OnMatrix
        What reads the tubes on the gates' own matrices.
    parents : tuple of str
        Gates above the quadrants, which are not applied.
    """

    gates: Mapping[str, QuadrantGate]
    read: OnMatrix = field(default_factory=lambda: OnMatrix({}))
    parents: tuple[str, ...] = ()


def gates_from_file(
    gates: str, samples: pd.DataFrame, folder: Path, annexin: str | None, dye: str | None
) -> GivenGates:
    """Return the gate of each tube from a Gating-ML file or a FlowJo workspace.

    Parameters
    ----------
    gates : str
        The gate file, relative to the study folder. A single quadrant gate serves all tubes; several are matched by
        the sample's file name (.wsp), or by the names that our own gates.xml gives them: cell line and batch, and the
        file where it differs from its batch.
    samples : DataFrame
        The samples sheet.
    folder : Path
        The study folder.
    annexin, dye : str or None
        The channels, found in each file where they are not given.

    Raises
    ------
    StudyError
        A gate file that can't be used, a tube that no gate or several gates fit, or a gate on other channels.
    """
    from gating import GatingError
    from gating.exchange.read_gates import find_gates

    try:
        found = find_gates(folder / gates)
    except GatingError as error:
        problem = Problem(gates, "flow: gates", error.expected, error.got, error.remedy)
        raise StudyError([problem]) from error
    chosen: dict[str, tuple[FoundGate, QuadrantGate]] = {}
    problems: list[Problem] = []
    for row in rows_of(samples):
        try:
            chosen |= _for_tube(row, found, gates, folder, annexin, dye)
        except StudyError as error:
            problems += error.problems
    if problems:
        raise StudyError(problems)
    matrices = {folder / file: gate.compensation for file, (gate, _) in chosen.items()}
    return GivenGates(
        gates={file: turned for file, (_, turned) in chosen.items()},
        read=OnMatrix({path: matrix for path, matrix in matrices.items() if matrix != "file"}),
        parents=tuple(dict.fromkeys("/".join(gate.parents) for gate, _ in chosen.values() if gate.parents)),
    )


def _for_tube(
    row: Mapping[str, Any],
    found: Mapping[str, FoundGate],
    source: str,
    folder: Path,
    annexin: str | None,
    dye: str | None,
) -> dict[str, tuple[FoundGate, QuadrantGate]]:
    """Return the gate of one tube with its axes the right way round, nothing where the tube can't be read."""
    from gating import GatingError, read_fcs
    from gating.channels import find_annexin, find_dye

    file = str(row["file"])
    try:
        channels = read_fcs(folder / file).channels
        names = find_annexin(channels, file, annexin), find_dye(channels, file, dye)
    except GatingError:
        return {}  # gating names the file and what is wrong with it
    fitting = [gate for gate in _fitting(row, found) if _turned(gate.gate, names) is not None]
    if len(fitting) == 1:
        turned = _turned(fitting[0].gate, names)
        return {} if turned is None else {file: (fitting[0], turned)}
    here = [f"{name} ({gate.gate.annexin} by {gate.gate.dye})" for name, gate in found.items()]
    shown = ", ".join(here[:6]) + (f" and {len(here) - 6} more" if len(here) > 6 else "")
    got = f"{len(fitting)} that fit among {shown}" if fitting else f"none among {shown}"
    remedy = (
        f"Name a gate {label_of(row) or 'all'!r} (cell line and batch) or {file!r} (the file), keep a single quadrant "
        "gate in the file, or set `annexin:` and `dye:` to its channels."
    )
    raise StudyError([Problem(source, file, f"one quadrant gate on {names[0]} and {names[1]}", got, remedy)])


def _fitting(row: Mapping[str, Any], found: Mapping[str, FoundGate]) -> list[FoundGate]:
    """Return the gates that name a tube most particularly."""
    from gating.exchange.gating_ml import identifiers

    if any(gate.sample for gate in found.values()) and len({gate.sample for gate in found.values()}) > 1:
        file = str(row["file"])
        exact = [gate for gate in found.values() if gate.sample == file]
        return exact or [gate for gate in found.values() if gate.sample == Path(file).name]
    if len(found) == 1 or any(gate.sample for gate in found.values()):
        return list(found.values())
    label = label_of(row) or "all"
    names = (f"{label} {row['file']}", label, str(row["file"]), Path(str(row["file"])).name)
    for wanted in (*names, *identifiers(names)):
        if wanted in found:
            return [found[wanted]]
    return list(found.values())


def _turned(gate: QuadrantGate, names: tuple[str, str]) -> QuadrantGate | None:
    """Return the gate with Annexin V first, None where it lies on other channels."""
    from gating import QuadrantGate

    labels = [name.replace("/", "_").casefold() for name in names]  # FlowJo writes an underscore for a slash
    axes = [axis.replace("/", "_").casefold() for axis in (gate.annexin, gate.dye)]
    thresholds = gate.annexin_threshold, gate.dye_threshold
    if axes == labels:
        return QuadrantGate(names[0], thresholds[0], names[1], thresholds[1])
    if axes[::-1] == labels:
        return QuadrantGate(names[0], thresholds[1], names[1], thresholds[0])
    return None


def label_of(row: Mapping[str, Any]) -> str:
    """Return the name under which gates.xml holds the gate of a tube: its cell line and batch.

    Examples
    --------
    >>> label_of({"cell_line": "ECA109", "batch": "1"})
    'ECA109 1'
    """
    return " ".join(str(row.get(key) or "") for key in ("cell_line", "batch")).strip()


def named_gates(plate: Plate) -> dict[str, tuple[QuadrantGate, Spillover | None]]:
    """Return a gate for each cell line and batch, and one for each file that differs from its batch."""
    rows = plate.table.drop_duplicates("file").set_index("file")
    named: dict[str, tuple[QuadrantGate, Spillover | None]] = {}
    for file, gate in plate.gates.items():
        label, matrix = label_of(rows.loc[file]) or "all", plate.spillovers[file]
        first = named.setdefault(label, (gate, matrix))
        if first[0] != gate or _text(first[1]) != _text(matrix):
            named[f"{label} {file}"] = gate, matrix
    return named


def _text(matrix: Spillover | None) -> str:
    return "" if matrix is None else matrix.as_keyword()


def workspace_samples(plate: Plate, folder: Path, above: Sequence[str] = ()) -> list[WorkspaceSample]:
    """Return what a workspace says of each tube; `above` leads from the workspace to the study folder."""
    from gating import read_fcs
    from gating.exchange.flowjo import WorkspaceSample

    return [
        WorkspaceSample.of("/".join([*above, file]), read_fcs(folder / file), gate, plate.spillovers[file])
        for file, gate in plate.gates.items()
    ]
