"""The nouns of a study: what was measured, from which files, under which conditions.

They are made by `read_study`, which has checked them; nothing here is to be changed, the tables included.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cytotools.errors import Problem

if TYPE_CHECKING:
    import pandas as pd

    from blots.panel import Panel
    from cytotools.plates.lane_loading import LoadingPlan

Control = Literal["", "vehicle", "untreated"]


@dataclass(frozen=True)
class Compound:
    """A compound as `compounds:` describes it.

    Attributes
    ----------
    name : str
    molar_mass : float or None
        In g/mol; needed where doses in mass and molar units meet.
    vehicle : str
        What it is dissolved in, empty where the study does not say.
    drug_class : str
        The key `class`.
    """

    name: str
    molar_mass: float | None = None
    vehicle: str = ""
    drug_class: str = ""


@dataclass(frozen=True, eq=False)
class FlowBlock:
    """The flow cytometry of a study.

    Attributes
    ----------
    samples : DataFrame
        One row a file: every condition column in the contract's order (text, "" where empty; numbers, NaN where empty;
        `batch` is the replicate where it was empty), then `file` (relative to the study folder), `role`, `harvest`,
        `dissociation`, `events_per_ul`, `exclude`, the sheet's other columns, and last `place` ("flow/samples.csv:7").
    annexin, dye : str or None
        The channels that the study names.
    thresholds : DataFrame or None
        Thresholds set by hand: `batch, cell_line, file, channel, threshold`, other columns, `place`.
    gates : str or None
        A Gating-ML file, relative to the study folder.
    """

    samples: pd.DataFrame = field(repr=False)
    annexin: str | None = None
    dye: str | None = None
    thresholds: pd.DataFrame | None = field(default=None, repr=False)
    gates: str | None = None


@dataclass(frozen=True)
class Reference:
    """What band levels are expressed against.

    Attributes
    ----------
    kind : {"hour", "vehicle", "lane"}
        The lanes of one hour, the vehicle lanes of the same hour, or the lanes of role reference.
    hours : float or None
        The hour, where the kind is "hour".

    Examples
    --------
    >>> print(Reference("hour", 0.0))
    0 h
    """

    kind: Literal["hour", "vehicle", "lane"] = "hour"
    hours: float | None = 0.0

    def __str__(self) -> str:
        """Return the reference as study.yaml writes it."""
        if self.kind == "hour":
            return f"{self.hours:g} h"
        return "vehicle at the same hour" if self.kind == "vehicle" else "reference lane"


@dataclass(frozen=True, eq=False)
class BlotImage:
    """One image of a membrane.

    Attributes
    ----------
    file : str
        Relative to the study folder.
    membrane : str
        As in the lanes sheet.
    bands : tuple of str
        From top to bottom; "non-specific" may repeat; ("total_protein",) alone is measured over whole lanes.
    boxes : DataFrame or None
        Boxes set by hand: `lane, target, x, y, width, height` in pixels, other columns, `place`.
    page : int
        0-based page of the file.
    channel : int, str or None
        Which channel of a file that holds several.
    gel : str
        Which gel, where the lanes of a membrane were run on several; strips cut from one gel share it.
    exposure_s : float or None
        Seconds of exposure.
    probe_order : int or None
        1 for the first antibody on the membrane, 2 after stripping.
    first_lane : int
        The membrane's lane that is leftmost in the image.
    turn : int or None
        Degrees clockwise (0, 90, 180, 270) that set the stored image upright; None where they are to be found.
    force : bool
        Measure the image even where it was judged "do not quantify", with a caution on every row.
    """

    file: str
    membrane: str
    bands: tuple[str, ...]
    boxes: pd.DataFrame | None = field(default=None, repr=False)
    page: int = 0
    channel: int | str | None = None
    gel: str = ""
    exposure_s: float | None = None
    probe_order: int | None = None
    first_lane: int = 1
    turn: int | None = None
    force: bool = False


@dataclass(frozen=True, eq=False)
class BlotsBlock:
    """The Western blots of a study.

    Attributes
    ----------
    lanes : DataFrame
        One row a lane of a membrane: condition columns as in `FlowBlock.samples`, then `membrane`, `lane` (int, 1 is
        leftmost), `role`, `protein_ug`, `exclude`, other columns, and last `place`.
    loading_controls : tuple of str
        One or several; "total_protein" is one.
    images : tuple of BlotImage
    reference : Reference
    ladder_kda : tuple of float
        Masses of the ladder's bands from top to bottom, empty where the study does not say.
    kda : mapping of str to float
        Masses of the targets.
    panels : mapping of str to Panel
        Figures to be drawn as their recipes say, by the recipe's file.
    """

    lanes: pd.DataFrame = field(repr=False)
    loading_controls: tuple[str, ...]
    images: tuple[BlotImage, ...]
    reference: Reference = field(default_factory=Reference)
    ladder_kda: tuple[float, ...] = ()
    kda: Mapping[str, float] = field(default_factory=dict)
    panels: Mapping[str, Panel] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class PlateFile:
    """One export of a plate reader.

    Attributes
    ----------
    file : str
        Relative to the study folder.
    assay : str
        viability, mtt, caspase, elisa or bca.
    layout : DataFrame
        One row a well: condition columns (`well` is A1, not A01), then `plate`, `role`, `dilution`, `exclude`, other
        columns, and last `place`.
    reference_nm : float or None
        The wavelength to subtract.
    read : str
        Which read of the file is the signal, by its label or wavelength; empty where there is one.
    sheet : str
        The worksheet of the export, empty for the first.
    analyte : str
        What an ELISA measures.
    correct_positions : bool
        Whether edge, row and column effects that its plates show are taken out of the responses.
    model : {"4PL", "3PL", "5PL"}
        The curve that is fitted to its doses; 3PL has its bottom at the blank.
    weights : {"scatter", "none"}
        Whether wells count by 1 / variance at their signal, or all alike.
    loading : LoadingPlan or None
        How lanes are to be loaded from a BCA plate; None for 20 to 30 ug with 4x buffer in 20 ul.
    """

    file: str
    assay: str
    layout: pd.DataFrame = field(repr=False)
    reference_nm: float | None = None
    sheet: str = ""
    analyte: str = ""
    read: str = ""
    correct_positions: bool = False
    model: str = "4PL"
    weights: str = "scatter"
    loading: LoadingPlan | None = None


@dataclass(frozen=True, eq=False)
class Study:
    """A study whose files and sheets were read and found sound.

    Attributes
    ----------
    path : Path
        The study file.
    title : str
    control : {"", "vehicle", "untreated"}
        What treated rows are compared with; "" is each compound's own vehicle where present, else untreated.
    compounds : mapping of str to Compound
    rules : str
        The text of the study's own rules of resistance, empty for those of the toolkit.
    flow : FlowBlock or None
    blots : BlotsBlock or None
    plates : tuple of PlateFile
    notes : tuple of Problem
        What is no error, and should be known: each becomes a caution.
    inputs : tuple of str
        Every file that the study rests on, relative to its folder, in order.
    """

    path: Path
    title: str = ""
    control: Control = ""
    compounds: Mapping[str, Compound] = field(default_factory=dict)
    rules: str = ""
    flow: FlowBlock | None = None
    blots: BlotsBlock | None = None
    plates: tuple[PlateFile, ...] = ()
    notes: tuple[Problem, ...] = ()
    inputs: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """The folder of the study file; every file's name is relative to it."""
        return self.path.parent
