"""Taking spillover out, and measuring it from single stains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gating.errors import InvalidGate
from gating.events import Events
from gating.spillover import Spillover
from gating.spillover_estimate import estimate_spillover

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHUNK = 32_768  # events


def compensate(events: Events, spillover: Spillover) -> Events:
    """Return the events with spillover taken out; channels that the matrix does not name stay as they are.

    Parameters
    ----------
    events : Events
        Uncompensated.
    spillover : Spillover
        All its channels must be in `events`.

    Raises
    ------
    InvalidGate
        The events are compensated already.
    MissingChannel
        The matrix names a channel that the events lack.

    Examples
    --------
    >>> from gating.events import Channel
    >>> spillover = Spillover(np.array([[1.0, 0.5], [0.0, 1.0]]), ["A", "B"])
    >>> compensate(Events(np.array([[10.0, 6.0]]), [Channel("A"), Channel("B")]), spillover).values.tolist()
    [[10.0, 1.0]]
    """
    if events.compensated:
        raise InvalidGate(
            events.name or "events",
            expected="events that are not compensated yet",
            got="compensated ones",
            remedy="Compensate the events as read_fcs returns them.",
        )
    columns = [events.index(name) for name in spillover.channels]
    values = np.array(events.values, dtype=np.float64)
    values[:, columns] = np.linalg.solve(spillover.matrix.T, values[:, columns].T).T
    return replace(events, values=values, compensated=True, spillover=spillover)


def compensated_columns(
    events: Events, channels: Sequence[str], spillover: Spillover | None
) -> list[NDArray[np.float64]]:
    """Return the named channels, compensated, without touching the channels that nobody asked for.

    Examples
    --------
    >>> from gating.events import Channel
    >>> spillover = Spillover(np.array([[1.0, 0.5], [0.0, 1.0]]), ["A", "B"])
    >>> events = Events(np.array([[10.0, 6.0]]), [Channel("A"), Channel("B")])
    >>> [column.tolist() for column in compensated_columns(events, ["B"], spillover)]
    [[1.0]]
    """
    parts = list(compensated_chunks(events, channels, spillover))
    return [np.concatenate([part[i] for part in parts]) if parts else np.empty(0) for i in range(len(channels))]


def compensated_chunks(
    events: Events, channels: Sequence[str], spillover: Spillover | None
) -> Iterator[list[NDArray[np.float64]]]:
    """Yield the named channels, compensated, some thousand events at a time, so that they stay in the cache.

    Each channel is a weighted sum of those that spill into it: only these columns are read.
    """
    used = None if events.compensated else spillover
    inverse = np.asarray(np.linalg.inv(used.matrix) if used is not None else np.eye(1), dtype=np.float64)
    sums = [_weights(events, name, used, inverse) for name in channels]
    sources = sorted({column for weights in sums for column in weights})
    for start in range(0, len(events), CHUNK):
        rows = events.values[start : start + CHUNK]
        read = {column: rows[:, column].astype(np.float64) for column in sources}
        yield [_weighted_sum(read, weights) for weights in sums]


def _weights(
    events: Events, channel: str, spillover: Spillover | None, inverse: NDArray[np.float64]
) -> dict[int, float]:
    """Return the columns of which a compensated channel is the sum, with their weights."""
    own = events.index(channel)
    label = events.channels[own].name
    if spillover is None or label not in spillover.channels:
        return {own: 1.0}
    column = inverse[:, spillover.channels.index(label)].tolist()
    return {events.index(name): weight for name, weight in zip(spillover.channels, column, strict=True) if weight}


def _weighted_sum(columns: Mapping[int, NDArray[np.float64]], weights: Mapping[int, float]) -> NDArray[np.float64]:
    (first, weight), *others = weights.items()
    total = columns[first] if weight == 1.0 and not others else columns[first] * weight
    for column, weight in others:
        total += columns[column] * weight
    return total


def spillover_from_controls(controls: Mapping[str, Events]) -> Spillover:
    """Estimate the spillover matrix from an unstained tube and one single stain a channel.

    Parameters
    ----------
    controls : mapping
        `"unstained"` and, under each channel's name, the tube stained with that dye alone (uncompensated events).

    Returns
    -------
    Spillover
        Robust slopes among the positive cells, against negatives that match them in scatter; nothing is clamped at
        zero. `gating.spillover_estimate.estimate_spillover` gives the intervals, too.

    Raises
    ------
    UnusableControl
        No unstained tube, too few positive events, or a tube that is brighter in a channel that is not its own.

    References
    ----------
    Roca CP et al. AutoSpill is a principled framework that simplifies the analysis of multichromatic flow cytometry
    data. Nat Commun 12:2890 (2021), doi 10.1038/s41467-021-23126-8.

    Examples
    --------
    >>> from gating.events import Channel
    >>> def tube(fitc, pe):
    ...     column = np.linspace(0.0, 1.0, 400)
    ...     values = np.column_stack([column + fitc, column + pe])
    ...     return Events(values, [Channel("FITC-A"), Channel("PE-A")])
    >>> controls = {"unstained": tube(0, 0), "FITC-A": tube(1000, 150), "PE-A": tube(20, 2000)}
    >>> spillover_from_controls(controls).matrix.round(3).tolist()
    [[1.0, 0.15], [0.01, 1.0]]
    """
    return estimate_spillover(controls).spillover
