"""What an analysis returns: tidy tables, cautions, and what the figures are drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from blots.blot import Blot
    from blots.geometry import BlotGeometry
    from cytotools.study import Study
    from gating.plate import Plate


@dataclass(frozen=True, eq=False)
class MeasuredImage:
    """One blot image with the geometry that was found, for its picture."""

    file: str
    membrane: str
    blot: Blot
    geometry: BlotGeometry
    first_lane: int = 1


@dataclass(frozen=True, eq=False)
class Results:
    """The results of one study.

    Attributes
    ----------
    study : Study
    tables : mapping of str to DataFrame
        Every table of the contract by name, a header alone where there is nothing.
    cautions : DataFrame
        The table of that name.
    assays : tuple of str
        What was analysed: flow, blots.
    plate : Plate or None
        Gates and pictures of the flow samples.
    images : tuple of MeasuredImage
        The blots that were measured.
    """

    study: Study
    tables: Mapping[str, pd.DataFrame]
    assays: tuple[str, ...]
    plate: Plate | None = None
    images: tuple[MeasuredImage, ...] = ()

    @property
    def cautions(self) -> pd.DataFrame:
        """Every caution of the run."""
        return self.tables["cautions"]

    @property
    def refused(self) -> pd.DataFrame:
        """The files whose content could not be used."""
        return self.cautions[self.cautions["code"] == "unusable_file"]
