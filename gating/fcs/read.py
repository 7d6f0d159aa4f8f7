"""Read an FCS file into Events."""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gating.errors import MissingChannel, UnreadableFcs
from gating.events import Channel, Events
from gating.fcs.decode import decode
from gating.fcs.keywords import read_dataset
from gating.fcs.layout import read_layout
from gating.spillover import spillover_from_keyword


def read_fcs(
    path: str | Path, channels: Sequence[str] | None = None, dataset: int = 0, *, linearise: bool = True
) -> Events:
    """Read one data set of an FCS 2.0, 3.0, 3.1 or 3.2 file.

    Parameters
    ----------
    path : str or Path
        The file.
    channels : sequence of str, optional
        Names ($PnN) of the channels wanted, in the order wanted; default all. Only these are decoded.
    dataset : int
        Which data set, from 0.
    linearise : bool
        Apply $PnE (log amplifiers, integers only), $PnG (gain) and $TIMESTEP (Time). False: as stored after bit masks.

    Returns
    -------
    Events
        `.values` of shape (n_events, n_channels), read-only, mapped rather than copied where the layout allows it.
        Every departure from the standard stands in `.repairs`; a cut file is salvaged to its whole events, and no
        event at all is shape (0, n_channels).

    Raises
    ------
    UnreadableFcs
        No such file, no FCS file, or one that can't be read without guessing.
    MissingChannel
        A channel that was asked for is not there.

    References
    ----------
    Spidlen J et al. Data File Standard for Flow Cytometry, version FCS 3.1. Cytometry A 77:97 (2010),
    doi 10.1002/cyto.a.20825.

    Examples
    --------
    >>> import tempfile
    >>> from gating import write_fcs
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_fcs(Path(folder) / "a.fcs", np.array([[1.0, 2.0]]), [Channel("FITC-A"), Channel("PE-A")])
    ...     read_fcs(Path(folder) / "a.fcs").column("PE-A").tolist()
    [2.0]
    """
    path = Path(path)
    buffer = _map(path)
    found = read_dataset(memoryview(buffer), path.name, dataset)
    layout = read_layout(found, memoryview(buffer), path.name)
    wanted = _wanted(layout.channels, channels, path.name)
    data = np.frombuffer(buffer, dtype=np.uint8, offset=min(layout.first_byte, len(buffer)))[: layout.n_bytes]
    values = decode(data, layout, wanted, linearise, path.name)
    repairs = list(layout.repairs)
    declared = len(values) if layout.declared_events is None else layout.declared_events
    if declared > len(values):
        repairs.append(f"truncated: {len(values)} whole events of {declared} declared were read")
    picked = tuple(layout.channels[i] for i in wanted)
    spillover = spillover_from_keyword(found.keywords, [c.name for c in layout.channels], repairs)
    return Events(
        values,
        picked,
        keywords=found.keywords,
        repairs=tuple(repairs),
        name=path.name,
        spillover=spillover,
        declared_events=declared,
    )


def _map(path: Path) -> bytes | mmap.mmap:
    try:
        with path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""
    except OSError as error:
        raise UnreadableFcs(
            str(path),
            expected="an FCS file",
            got=error.strerror or "an error of the disk",
            remedy="Check the path in the sheet.",
        ) from error


def _wanted(present: Sequence[Channel], channels: Sequence[str] | None, name: str) -> list[int]:
    if channels is None:
        return list(range(len(present)))
    names = [c.name for c in present]
    for channel in channels:
        if channel not in names:
            raise MissingChannel(
                name, expected=f"a channel {channel!r}", got=", ".join(names), remedy="Ask for one of these."
            )
    return [names.index(channel) for channel in channels]
