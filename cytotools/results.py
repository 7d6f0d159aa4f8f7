"""What an analysis returns: tidy tables, cautions, and what the figures are drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from blots.blot import Blot
    from blots.errors import BlotError
    from blots.layout import BlotGeometry
    from blots.measured_blot import MeasuredBlot
    from blots.molecular_weight import Masses
    from cytotools.combination_findings import CombinationFindings
    from cytotools.drawn_plates import DrawnStandards
    from cytotools.fitted_curves import FittedGroup
    from cytotools.study import BlotImage, Study
    from gating.plate import Plate


@dataclass(frozen=True, eq=False)
class MeasuredImage:
    """One blot image that was measured: what was found, and its bands under the membrane's lane numbers.

    `masses` is what its ladder says, None where the study names no ladder or the membrane has no ladder lane;
    `exposures` are the entries that were merged into it, the longest first, empty where it is one picture.
    """

    image: BlotImage
    measured: MeasuredBlot
    bands: pd.DataFrame
    masses: Masses | None = None
    exposures: tuple[BlotImage, ...] = ()

    @property
    def file(self) -> str:
        """The image's file, relative to the study folder; of merged exposures the names of all, joined by " + "."""
        return self.image.file

    @property
    def files(self) -> tuple[str, ...]:
        """The files that its pixels come from, the longest exposure first."""
        return tuple(dict.fromkeys(image.file for image in self.exposures or (self.image,)))

    @property
    def stem(self) -> str:
        """What files made from it are named after: its file, of merged exposures the longest one's."""
        return Path(self.files[0]).stem

    @property
    def membrane(self) -> str:
        """The membrane that it shows."""
        return self.image.membrane

    @property
    def first_lane(self) -> int:
        """The membrane's lane that is leftmost in the image."""
        return self.image.first_lane

    @property
    def blot(self) -> Blot:
        """The picture, upright."""
        return self.measured.blot

    @property
    def geometry(self) -> BlotGeometry:
        """Its lanes and bands."""
        return self.measured.geometry


@dataclass(frozen=True, eq=False)
class RefusedImage:
    """One blot image that gives no numbers, with the reason; its picture where it could be read at all."""

    image: BlotImage
    error: BlotError
    blot: Blot | None = None
    exposures: tuple[BlotImage, ...] = ()


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
        What was analysed: flow, blots, plates.
    plate : Plate or None
        Gates and pictures of the flow samples.
    images : tuple of MeasuredImage
        The blots that were measured.
    refused_images : tuple of RefusedImage
        The blots that were not.
    curves : tuple of FittedGroup
        The dose-response curves of the plates, each fitted in every experiment.
    standards : tuple of DrawnStandards
        The standard curves of the plates.
    combinations : CombinationFindings or None
        The combinations and schedules of the plates.
    """

    study: Study
    tables: Mapping[str, pd.DataFrame]
    assays: tuple[str, ...]
    plate: Plate | None = None
    images: tuple[MeasuredImage, ...] = ()
    refused_images: tuple[RefusedImage, ...] = ()
    curves: tuple[FittedGroup, ...] = ()
    standards: tuple[DrawnStandards, ...] = ()
    combinations: CombinationFindings | None = None

    @property
    def cautions(self) -> pd.DataFrame:
        """Every caution of the run."""
        return self.tables["cautions"]

    @property
    def refused(self) -> pd.DataFrame:
        """The files whose content could not be used."""
        return self.cautions[self.cautions["code"] == "unusable_file"]
