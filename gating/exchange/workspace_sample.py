"""One FCS file as a FlowJo workspace names it: its file, its channels, its compensated channels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gating.errors import GatingError
from gating.events import Channel, Events
from gating.gates import QuadrantGate
from gating.quadrants import Quadrants
from gating.spillover import Spillover


@dataclass(frozen=True, eq=False)
class WorkspaceSample:
    """One FCS file in a workspace, with its quadrants.

    Attributes
    ----------
    file : str
        The file as seen from the workspace (`flow/a.fcs`, `../flow/a.fcs`), with /.
    channels : sequence of Channel
        All channels of the file.
    keywords : mapping
        TEXT keywords of the file; those that describe the acquisition are written.
    n_events : int
    gate : QuadrantGate
        In linear, compensated units.
    spillover : Spillover or None
        The matrix that the gate was placed on, None where there is none.
    counts : Quadrants or None
        Events of the whole file in each quadrant, where they are known.
    """

    file: str
    channels: Sequence[Channel]
    keywords: Mapping[str, str]
    n_events: int
    gate: QuadrantGate
    spillover: Spillover | None = None
    counts: Quadrants | None = None

    @classmethod
    def of(
        cls, file: str, events: Events, gate: QuadrantGate, spillover: Spillover | None, counts: Quadrants | None = None
    ) -> WorkspaceSample:
        """Return what a workspace says of a file, without holding on to its events."""
        return cls(file, events.channels, events.keywords, len(events), gate, spillover, counts)


def sample_names(samples: Sequence[WorkspaceSample]) -> list[str]:
    """Return the files' names, with their folders where two files bear the same."""
    paths = [relative(sample.file).removeprefix("./") for sample in samples]
    paths = [re.sub(r"^(\.\./)+", "", path) for path in paths]
    short = [path.rsplit("/", 1)[-1] for path in paths]
    seen = Counter(short)
    names = [s if seen[s] == 1 else path for s, path in zip(short, paths, strict=True)]
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise GatingError(
            "gates.wsp", expected="each file once", got=f"{twice[0]} twice", remedy="Leave one of the two out."
        )
    return names


def relative(file: str) -> str:
    """Return a path with /, without the folders of this computer.

    Examples
    --------
    >>> relative("flow/a.fcs"), relative("C:/data/a.fcs")
    ('flow/a.fcs', 'a.fcs')
    """
    path = file.replace("\\", "/")
    absolute = path.startswith("/") or re.match(r"[A-Za-z]:", path)
    return path.rsplit("/", 1)[-1] if absolute else path


def flowjo_labels(sample: WorkspaceSample, name: str) -> dict[str, str]:
    """Return each channel's name as FlowJo writes it: with an underscore for a slash."""
    labels = {channel.name: channel.name.replace("/", "_") for channel in sample.channels}
    needed = [sample.gate.annexin, sample.gate.dye, *(sample.spillover.channels if sample.spillover else ())]
    missing = [channel for channel in needed if channel not in labels]
    if missing or len(set(labels.values())) < len(labels):
        raise GatingError(
            name,
            expected=f"a channel {missing[0]!r}" if missing else "channels that differ without their slashes",
            got=", ".join(labels),
            remedy="Gate the sample on channels of its own file." if missing else "Rename one of the channels.",
        )
    return labels


def compensation_prefix(labels: Sequence[str]) -> str:
    """Return what FlowJo puts before a compensated channel; another one where the file's names begin with it."""
    tries = ("Comp-", *(f"Comp{k}-" for k in range(1, len(labels) + 2)))
    return next(prefix for prefix in tries if not any(label.startswith(prefix) for label in labels))


def quoted(path: str) -> str:
    """Return a path as a relative reference: what is neither letter, digit nor one of -._~/ as %XX.

    Examples
    --------
    >>> quoted("flow/a b.fcs")
    'flow/a%20b.fcs'
    """
    safe = re.compile(rb"[A-Za-z0-9._~/-]")
    signs = (bytes([byte]) for byte in path.encode())
    return "".join(s.decode() if safe.match(s) else f"%{s[0]:02X}" for s in signs)
