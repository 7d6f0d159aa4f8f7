"""Which events lie in which gate of any kind, as FlowKit applies Gating-ML 2.0 and FlowJo workspaces."""

from __future__ import annotations

from collections import Counter
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gating.errors import GatingError, InvalidGate
from gating.events import Events
from gating.exchange.read_gates import parse
from gating.exchange.xml_files import read_xml
from gating.spillover import Spillover

if TYPE_CHECKING:
    from numpy.typing import NDArray


def event_masks(path: str | Path, events: Events, sample: str | None = None) -> dict[str, NDArray[np.bool_]]:
    """Return a mask of the events for every gate and quadrant of a gate file.

    Parameters
    ----------
    path : str or Path
        Gating-ML 2.0 or a FlowJo 10 workspace.
    events : Events
        As `read_fcs` returns them, not compensated: the gate file says how.
    sample : str, optional
        Which sample of a workspace; default the one that bears the name of the events, or the only one.

    Returns
    -------
    dict of str to ndarray of bool, shape (n_events,)
        Parents are applied. A name that stands in several places has its path before it (`Cells/Q1`).

    Raises
    ------
    GatingError
        No gate file, or one that FlowKit can't apply to these events.
    InvalidGate
        The events are compensated already.

    Examples
    --------
    >>> import tempfile
    >>> from gating.events import Channel
    >>> from gating.exchange.gating_ml import gating_ml
    >>> from gating.gates import QuadrantGate
    >>> gate = QuadrantGate(annexin="A", annexin_threshold=5.0, dye="B", dye_threshold=5.0)
    >>> events = Events(np.array([[1.0, 1.0], [5.0, 1.0]]), [Channel("A"), Channel("B")])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "gates.xml").write_bytes(gating_ml({"all": (gate, None)}))
    ...     event_masks(Path(folder) / "gates.xml", events)["all.early_apoptotic"].tolist()
    [False, True]
    """
    if events.compensated:
        raise InvalidGate(
            events.name or "events",
            expected="events that are not compensated yet",
            got="compensated ones",
            remedy="Pass the events as read_fcs returns them: the gate file says how they are compensated.",
        )
    data, first = read_xml(path)
    name = Path(path).name
    labels = list(events.channel_names)
    if first.tag == "Workspace":
        labels = [label.replace("/", "_") for label in labels]  # as FlowJo writes them
        identity, strategy = _of_sample(data, name, sample or events.name)
    else:
        identity, strategy = events.name or "events", parse(data, name)
    try:
        with np.errstate(all="ignore"):  # a logarithm of what is not positive lies in no gate
            results = strategy.gate_sample(_FlowKitView(events, identity, labels))
        return _masks(strategy, results)
    except GatingError:
        raise
    except Exception as error:  # FlowKit lets errors of every kind through
        raise GatingError(
            name,
            expected=f"gates that fit the channels of {identity}",
            got=f"gates that can't be applied ({' '.join(str(error).split()) or type(error).__name__})",
            remedy="Apply gates to the files, or to files of the panel, that they were drawn on.",
        ) from error


def _of_sample(data: bytes, name: str, wanted: str) -> tuple[str, Any]:
    """Return the name and the gating strategy of one sample of a workspace."""
    import flowkit

    try:
        workspace = flowkit.Workspace(BytesIO(data), load_missing_file_data=True)
    except Exception as error:  # FlowKit lets errors of every kind through
        raise GatingError(
            name,
            expected="a FlowJo 10 workspace",
            got=f"one that can't be read ({' '.join(str(error).split()) or type(error).__name__})",
            remedy="Save the workspace again, or export the gates as Gating-ML 2.0.",
        ) from error
    samples = workspace.get_sample_ids(loaded_only=False)
    identity = wanted if wanted in samples or len(samples) != 1 else samples[0]
    if identity not in samples:
        raise GatingError(
            name,
            expected=f"a sample {wanted!r}",
            got=", ".join(samples) or "no sample",
            remedy="Name the sample of the workspace whose gates you want.",
        )
    return identity, workspace.get_gating_strategy(identity)


def _masks(strategy: Any, results: Any) -> dict[str, NDArray[np.bool_]]:
    from flowkit.exceptions import QuadrantReferenceError

    listed = []
    for label, path in strategy.get_gate_ids():
        try:
            whole = strategy.get_gate(label, path).gate_type == "QuadrantGate"
        except QuadrantReferenceError:
            whole = False
        if not whole:  # the four quadrants follow under their own names
            listed.append((label, path))
    seen = Counter(label for label, _ in listed)
    return {
        label if seen[label] == 1 else "/".join([*path[1:], label]): np.asarray(
            results.get_gate_membership(label, path), dtype=np.bool_
        )
        for label, path in listed
    }


class _FlowKitView:
    """Events in the shape that FlowKit's gating asks for; its own Sample would round them to 32 bits."""

    def __init__(self, events: Events, identity: str, labels: list[str]) -> None:
        self.id = identity
        self.event_count = len(events)
        self.pnn_labels = labels
        self.pns_labels = [channel.marker for channel in events.channels]
        self.null_channels: list[str] = []
        # FlowKit takes matrices on any of these channels, and the file's own one only if it covers them all.
        self.fluoro_indices = list(range(len(self.pnn_labels)))
        self._events = events
        self._values = np.array(events.values, dtype=np.float64)

    def get_metadata(self) -> dict[str, NDArray[np.float64]]:
        spillover = self._events.spillover
        return {} if spillover is None else {"spillover": _padded(spillover, self._events)}

    def get_events(self, source: str = "raw", **_: object) -> NDArray[np.float64]:
        return self._values

    def get_channel_index(self, label: str) -> int:
        return self.pnn_labels.index(label)


def _padded(spillover: Spillover, events: Events) -> NDArray[np.float64]:
    """Return a matrix over all channels; those that it does not name spill nowhere."""
    places = [events.index(channel) for channel in spillover.channels]
    whole = np.eye(len(events.channels))
    whole[np.ix_(places, places)] = spillover.matrix
    return whole
