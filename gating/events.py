"""The noun of flow cytometry: a table of events, one row a particle, one column a channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from gating.errors import MissingChannel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gating.spillover import Spillover


@dataclass(frozen=True)
class Channel:
    """A detector: its name ($PnN, `FITC-A`) and the marker stained in it ($PnS, `Annexin V`, often empty)."""

    name: str
    marker: str = ""


@dataclass(frozen=True, eq=False)
class Events:
    """The events of one data set of one FCS file.

    Attributes
    ----------
    values : ndarray, shape (n_events, n_channels)
        Linear units (after $PnE, $PnG and $TIMESTEP), read-only; a memory map of the file where its layout allows that.
    channels : tuple of Channel
        One a column; names are unique.
    keywords : mapping of str to str
        TEXT keywords, upper case, as in the file.
    repairs : tuple of str
        Each departure from the standard that was mended, as `code: words`.
    name : str
        The file's name.
    spillover : Spillover or None
        The matrix that the file carries, applied or not.
    compensated : bool
        True once a spillover matrix has been taken out.
    declared_events : int
        What $TOT promises; more than `len(values)` in a cut file.
    version : str
        Of the FCS standard, `3.1`; empty where the events come from no file.

    Examples
    --------
    >>> events = Events(np.array([[1.0, 2.0], [3.0, 4.0]]), [Channel("FITC-A"), Channel("PE-A")])
    >>> len(events), events.column("PE-A").tolist()
    (2, [2.0, 4.0])
    """

    values: NDArray[Any] = field(repr=False)
    channels: Sequence[Channel]
    keywords: Mapping[str, str] = field(default_factory=dict, repr=False)
    repairs: Sequence[str] = ()
    name: str = ""
    spillover: Spillover | None = None
    compensated: bool = False
    declared_events: int = -1
    version: str = ""

    def __post_init__(self) -> None:
        """Freeze what is mutable."""
        values = self.values.view()
        values.flags.writeable = False
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "channels", tuple(self.channels))
        object.__setattr__(self, "repairs", tuple(self.repairs))
        object.__setattr__(self, "keywords", MappingProxyType(dict(self.keywords)))
        if self.declared_events < 0:
            object.__setattr__(self, "declared_events", len(values))

    def __len__(self) -> int:
        """Return the number of events."""
        return len(self.values)

    @property
    def channel_names(self) -> tuple[str, ...]:
        """The $PnN of each column."""
        return tuple(channel.name for channel in self.channels)

    def index(self, channel: str) -> int:
        """Return the column of a channel, found by its name or, failing that, by its marker; case does not matter."""
        names = self.channel_names
        if channel in names:
            return names.index(channel)
        wanted = channel.strip().casefold()
        for key in ("name", "marker"):
            labels = [getattr(c, key).strip().casefold() for c in self.channels]
            if wanted and labels.count(wanted) == 1:
                return labels.index(wanted)
        raise MissingChannel(
            self.name or "events",
            expected=f"a channel {channel!r}",
            got=", ".join(self.channel_names),
            remedy="Name one of these channels in the study file (`annexin:`, `dye:`).",
        )

    def column(self, channel: str) -> NDArray[np.float64]:
        """Return one channel as float64, shape (n_events,)."""
        return np.asarray(self.values[:, self.index(channel)], dtype=np.float64)

    def take(self, keep: NDArray[np.bool_]) -> Events:
        """Return the events where `keep`, shape (n_events,), is True."""
        return replace(self, values=self.values[keep], declared_events=self.declared_events)
