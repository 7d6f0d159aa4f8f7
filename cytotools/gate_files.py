"""Gates that travel with a study: from a gate file to each tube, and from the tubes to gate files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cytotools.errors import Problem, StudyError
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

    from gating.events import Events
    from gating.exchange.read_gates import FoundGate
    from gating.exchange.workspace_sample import WorkspaceSample
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
    uncompensated : tuple of str
        Tubes whose gate was drawn on channels as they were measured.
    """

    gates: Mapping[str, QuadrantGate]
    read: OnMatrix = field(default_factory=lambda: OnMatrix({}))
    parents: tuple[str, ...] = ()
    uncompensated: tuple[str, ...] = ()

    def notes(self) -> list[str]:
        """Return what the gate file asks for and what is not taken from it, in words."""
        words = []
        if self.parents:
            above = ", ".join(self.parents)
            words.append(f"gates above the quadrants ({above}) are not applied: all events of a file are counted")
        if self.uncompensated:
            words.append(
                f"the gates of {len(self.uncompensated)} tubes lie on uncompensated channels, and so they count"
            )
        return words


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
    bare = Counter(Path(str(file)).name for file in samples["file"])
    for row in rows_of(samples):
        file = str(row["file"])
        aliases = [file, Path(file).name] if bare[Path(file).name] == 1 else [file]
        fitting = _fitting([label_of(row) or "all", *aliases], found)
        try:
            chosen[file] = _for_tube(file, label_of(row), fitting, found, gates, folder, annexin, dye)
        except StudyError as error:
            problems += error.problems
    if problems:
        raise StudyError(problems)
    matrices = {folder / file: gate.compensation for file, (gate, _) in chosen.items()}
    return GivenGates(
        gates={file: turned for file, (_, turned) in chosen.items()},
        read=OnMatrix({path: matrix for path, matrix in matrices.items() if matrix != "file"}),
        parents=tuple(dict.fromkeys("/".join(gate.parents) for gate, _ in chosen.values() if gate.parents)),
        uncompensated=tuple(file for file, (gate, _) in chosen.items() if gate.compensation is None),
    )


def _for_tube(
    file: str,
    label: str,
    fitting: Sequence[FoundGate],
    found: Mapping[str, FoundGate],
    source: str,
    folder: Path,
    annexin: str | None,
    dye: str | None,
) -> tuple[FoundGate, QuadrantGate]:
    """Return the gate of one tube, and the same with its axes the right way round."""
    from gating import GatingError, MissingChannel, QuadrantGate, read_fcs
    from gating.channels import find_roles

    anything = next(iter(found.values()))
    try:
        channels = read_fcs(folder / file).channels
        names = find_roles(channels, file, annexin, dye)
    except MissingChannel as error:
        if annexin and dye:  # gating names the file that lacks one of them
            return anything, QuadrantGate(annexin, 0.0, dye, 0.0)
        raise StudyError([Problem(source, file, error.expected, error.got, error.remedy)]) from error
    except GatingError:
        return anything, anything.gate  # gating names the file that can't be read
    turned = [(gate, there) for gate in fitting if (there := _turned(gate.gate, names)) is not None]
    if len(turned) == 1:
        return turned[0]
    here = [f"{name} ({gate.gate.annexin} by {gate.gate.dye})" for name, gate in found.items()]
    shown = ", ".join(here[:6]) + (f" and {len(here) - 6} more" if len(here) > 6 else "")
    got = f"{len(turned) or 'none'} that fit{'s' if not turned else ''} among {shown}"
    remedy = (
        f"Name a gate {label or 'all'!r} (cell line and batch) or {file!r} (the file), keep a single quadrant gate in "
        "the file, or set `annexin:` and `dye:` to its channels."
    )
    raise StudyError([Problem(source, file, f"one quadrant gate on {names[0]} and {names[1]}", got, remedy)])


def _fitting(names: Sequence[str], found: Mapping[str, FoundGate]) -> list[FoundGate]:
    """Return the gates that are meant for a tube: `names` is its cell line and batch, then its file."""
    from gating.exchange.gating_ml import identifiers

    samples = {gate.sample for gate in found.values()} - {""}
    if len(samples) > 1:
        exact = [[gate for gate in found.values() if gate.sample == file] for file in names[1:]]
        return next((gates for gates in exact if gates), [])
    if len(found) == 1 or samples:
        return list(found.values())
    label, *files = names
    tries = [f"{label} {files[0]}", label, *files]
    tries += [identifiers([name])[0] for name in tries]
    return next(([found[name]] for name in tries if name in found), [])


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
    rows = {row["file"]: row for row in rows_of(plate.table.drop_duplicates("file"))}
    named: dict[str, tuple[QuadrantGate, Spillover | None]] = {}
    for file, row in rows.items():  # in the order of the sheet, whatever gating went through first
        gate, matrix, label = plate.gates[file], plate.spillovers[file], label_of(row) or "all"
        first = named.setdefault(label, (gate, matrix))
        if first[0] != gate or _text(first[1]) != _text(matrix):
            named[f"{label} {file}"] = gate, matrix
    return named


def _text(matrix: Spillover | None) -> str:
    return "" if matrix is None else matrix.as_keyword()


def workspace_samples(plate: Plate, folder: Path, above: Sequence[str] = ()) -> list[WorkspaceSample]:
    """Return what a workspace says of each tube; `above` leads from the workspace to the study folder.

    Counts go with the tubes of which nothing was cleaned away: a workspace holds no clean-up.
    """
    from gating import Quadrants, read_fcs
    from gating.exchange.workspace_sample import WorkspaceSample

    counts: dict[str, dict[str, int]] = {}
    for row in rows_of(plate.table):
        if row["parent_events"] == row["file_events"]:
            counts.setdefault(row["file"], {})[row["population"]] = int(row["events"])
    known = {file: Quadrants(**found) for file, found in counts.items()}
    return [
        WorkspaceSample.of(
            "/".join([*above, file]),
            read_fcs(folder / file),
            plate.gates[file],
            plate.spillovers[file],
            known.get(file),
        )
        for file in dict.fromkeys(plate.table["file"])
    ]
