"""Which control tubes serve which samples: those of the same batch and cell line, or of all where that is empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

CONTROL_ROLES = ("unstained", "annexin_only", "dye_only", "positive")
SAMPLE_ROLES = ("untreated", "vehicle", "treated")


@dataclass(frozen=True)
class Group:
    """The tubes that share one gate: a batch and cell line, with the control tubes that serve them."""

    batch: str
    cell_line: str
    samples: tuple[str, ...]  # files, in the order of the sheet
    negatives: tuple[str, ...]  # the untreated and vehicle ones among them
    controls: Mapping[str, tuple[str, ...]]  # files by role

    @property
    def name(self) -> str:
        """A short label: `ECA109, batch 1`."""
        parts = [self.cell_line, f"batch {self.batch}" if self.batch else ""]
        return ", ".join(part for part in parts if part) or "all tubes"

    @property
    def stained(self) -> tuple[str, ...]:
        """The doubly stained tubes: the samples, then the positive controls."""
        return self.samples + self.controls.get("positive", ())

    @property
    def files(self) -> tuple[str, ...]:
        """Samples, then controls."""
        return self.samples + tuple(file for files in self.controls.values() for file in files)


def groups(samples: pd.DataFrame) -> Iterator[Group]:
    """Yield the groups of a samples sheet in the order in which their first tube stands there.

    Parameters
    ----------
    samples : DataFrame
        Columns `file, role, batch, cell_line, compound`, text, empty where nothing is said.

    Examples
    --------
    >>> import pandas as pd
    >>> columns = {"file": ["u", "a"], "role": ["unstained", "treated"], "batch": "1", "cell_line": ["", "H"]}
    >>> sheet = pd.DataFrame(columns | {"compound": ""})
    >>> [(g.name, g.samples, dict(g.controls)) for g in groups(sheet)]
    [('H, batch 1', ('a',), {'unstained': ('u',)})]
    """
    is_sample = samples["role"].isin(SAMPLE_ROLES)
    # A plate of controls alone still has quadrants: its controls are then their own group.
    keyed = samples[is_sample] if is_sample.any() else samples
    for batch, line in dict.fromkeys(zip(keyed["batch"], keyed["cell_line"], strict=True)):
        own = samples[is_sample & (samples["batch"] == batch) & (samples["cell_line"] == line)]
        serves = samples["batch"].isin(["", batch]) & samples["cell_line"].isin(["", line])
        controls = {}
        for role in CONTROL_ROLES:
            # An unstained tube that names a compound shows that compound's own light, not the cells'.
            tubes = samples[serves & (samples["role"] == role)]
            tubes = tubes[tubes["compound"] == ""] if role == "unstained" else tubes
            if len(tubes):
                controls[role] = tuple(tubes["file"])
        negatives = own[own["role"].isin(("untreated", "vehicle"))]
        yield Group(batch, line, tuple(own["file"]), tuple(negatives["file"]), controls)
