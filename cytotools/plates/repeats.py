"""Repeats: the wells of one plate that hold one condition of one replicate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cytotools.plates.wells_table import COMPOUNDS, CONDITION

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
Agents = tuple[tuple[str, float | None, str], ...]


@dataclass(frozen=True, eq=False)
class Repeats:
    """Wells that repeat one condition on one plate at one read.

    `plate` is its assay, name and batches, `batches` are those of these wells: of the plate where they name none.
    `places` are the rows of all of them in the table, `usable` of those with a number; `signals` are the numbers.
    `lost` is how many gave a word in place of one.
    """

    identity: int
    read: int
    plate: tuple[str, str, str]
    batches: tuple[str, ...]
    role: str
    replicate: str
    condition: tuple[tuple[str, str | float | None], ...]
    places: NDArray[np.intp]
    usable: NDArray[np.intp]
    signals: FloatArray
    lost: int

    def value(self, column: str) -> str | float | None:
        """Return the value of a condition column, None where it is empty."""
        return dict(self.condition)[column]

    @property
    def line(self) -> tuple[object, object]:
        """Return cell line and arm."""
        return self.value("cell_line"), self.value("arm")

    @property
    def hours(self) -> float | None:
        """Return the hours of the treatment, None where they are not given."""
        hours = self.value("hours")
        return None if hours is None else float(hours)

    @property
    def compounds(self) -> tuple[str, ...]:
        """Return the names of the compounds."""
        return tuple(str(name) for column in COMPOUNDS if (name := self.value(column)) is not None)

    @property
    def agents(self) -> Agents:
        """Return each compound with its dose and unit."""
        found = []
        for suffix in ("", "_2", "_3"):
            name, dose, unit = (self.value(f"{part}{suffix}") for part in ("compound", "dose", "dose_unit"))
            if name is not None:
                found.append((str(name), None if dose is None else float(dose), str(unit or "")))
        return tuple(found)

    @property
    def mean(self) -> float:
        """Return the mean signal, NaN where no well gave a number."""
        return float(self.signals.mean()) if len(self.signals) else float("nan")

    @property
    def squares(self) -> float:
        """Return the sum of squares about the mean."""
        return float(np.sum((self.signals - self.mean) ** 2)) if len(self.signals) > 1 else 0.0

    @property
    def degrees(self) -> int:
        """Return the wells less one, never below 0."""
        return max(len(self.signals) - 1, 0)


def repeats_of(table: pd.DataFrame) -> list[Repeats]:
    """Return the repeats of a table of `cytotools.plates.wells_table.prepared`, in order of appearance."""
    if table.empty:
        return []
    net, usable = table["_net"].to_numpy(), table["_usable"].to_numpy()
    lost = (table["said"] != "").to_numpy() & ~np.isfinite(net) & (table["exclude"] == "").to_numpy()
    firsts = table.drop_duplicates("_group").sort_values("_group").to_dict("records")
    by_group = np.argsort(table["_group"].to_numpy(), kind="stable")
    starts = np.flatnonzero(np.diff(table["_group"].to_numpy()[by_group])) + 1
    found = []
    for first, places in zip(firsts, np.split(by_group, starts), strict=True):
        counting = places[usable[places]]
        found.append(
            Repeats(
                identity=int(first["_group"]),
                read=int(first["_read"]),
                plate=(first["assay"], first["plate"], ", ".join(first["_batches"])),
                batches=(first["batch"],) if first["batch"] else first["_batches"],
                role=first["role"],
                replicate=first["replicate"],
                condition=tuple((name, _filled(first[name])) for name in CONDITION),
                places=places,
                usable=counting,
                signals=net[counting],
                lost=int(lost[places].sum()),
            )
        )
    return found


def within_reach(group: Repeats, groups: Sequence[Repeats]) -> list[Repeats]:
    """Return the groups of the same assay whose wells may serve a condition: of its own plate, or of its batch."""
    batches = set(group.batches)
    return [
        g
        for g in groups
        if g.plate[0] == group.plate[0] and (g.plate == group.plate or batches.intersection(g.batches))
    ]


def pooled_variance(groups: Sequence[Repeats]) -> tuple[float, int]:
    """Return the variance within groups of repeats and its degrees of freedom, NaN and 0 where none tells."""
    degrees = sum(group.degrees for group in groups)
    return (sum(group.squares for group in groups) / degrees if degrees else float("nan")), degrees


def _filled(value: str | float) -> str | float | None:
    return None if value == "" or value != value else value
