"""What was found of the combinations of a study: each family of wells with the estimates made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from cytotools.constant_ratios import RatioCombination
    from cytotools.doses.block_model import BlockContrast
    from cytotools.doses.combined_indices import CombinedIndex
    from cytotools.doses.interaction_indices import InteractionIndex
    from cytotools.doses.matrix_excess import MatrixExcess
    from cytotools.doses.matrix_indices import MatrixIndex
    from cytotools.doses.potentiated_curves import Potentiation
    from cytotools.matrix_families import MatrixFamily
    from cytotools.potentiated_curves import PotentiationPair


INDEX, EXCESS = "combination index", "bliss excess"
NEUTRAL = {INDEX: 1.0, EXCESS: 0.0}
NAN = float("nan")
Values = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, eq=False)
class RatioFinding:
    """A combination in a constant ratio with its indices.

    Attributes
    ----------
    combination : RatioCombination
    indices : mapping of (fit, exclusive) to CombinedIndex
        fit is "nonlinear" or "log_linear"; empty where no experiment holds all curves.
    interaction : InteractionIndex or None
        From the IC50s; None where a curve is missing.
    """

    combination: RatioCombination
    indices: Mapping[tuple[str, bool], CombinedIndex]
    interaction: InteractionIndex | None


@dataclass(frozen=True, eq=False)
class MatrixFinding:
    """A dose matrix with its scores by method, as far as its doses allow them, and its combination index or None."""

    family: MatrixFamily
    scores: Mapping[str, MatrixExcess]
    index: MatrixIndex | None = None


@dataclass(frozen=True, eq=False)
class PotentiationFinding:
    """An agent alone and over a fixed dose of a partner, with the shift of its IC50."""

    pair: PotentiationPair
    potentiation: Potentiation


class Level(NamedTuple):
    """One schedule over its experiments, on the scale of its quantity."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, eq=False)
class ScheduleFinding:
    """One quantity under several schedules.

    Attributes
    ----------
    condition : dict
        The condition columns that all share.
    assay : str
    quantity : str
        "relative IC50", "absolute IC50", "combination index" or "bliss excess".
    unit : str
        Of an IC50.
    values : mapping of schedule to mapping of experiment to float
    levels : mapping of schedule to Level
    contrasts : tuple of BlockContrast
        On the logarithm of a ratio.
    best, leader : str
        The schedule that is told from every other, and the one that looks best; "" where there is none.
    """

    condition: dict[str, Any]
    assay: str
    quantity: str
    unit: str
    values: Values = field(repr=False)
    levels: Mapping[str, Level]
    contrasts: tuple[BlockContrast, ...]
    best: str
    leader: str

    @property
    def is_ratio(self) -> bool:
        """Tell whether it is compared by ratios."""
        return self.quantity != EXCESS

    @property
    def neutral(self) -> float:
        """Return the value of no interaction, NaN of an IC50."""
        return NEUTRAL.get(self.quantity, NAN)


@dataclass(frozen=True, eq=False)
class CombinationFindings:
    """All of them, in the order of the plates."""

    ratios: tuple[RatioFinding, ...] = ()
    matrices: tuple[MatrixFinding, ...] = ()
    potentiations: tuple[PotentiationFinding, ...] = ()
    schedules: tuple[ScheduleFinding, ...] = field(default=())
