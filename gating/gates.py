"""Gates as values: geometry and channel names. Intervals are half-open: positive is value >= threshold."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gating.errors import InvalidGate


@dataclass(frozen=True)
class QuadrantGate:
    """A cross on Annexin V against a dead-cell dye, in linear, compensated units.

    Examples
    --------
    >>> QuadrantGate(annexin="FITC-A", annexin_threshold=900.0, dye="PE-A", dye_threshold=700.0).dye
    'PE-A'
    """

    annexin: str
    annexin_threshold: float
    dye: str
    dye_threshold: float

    def __post_init__(self) -> None:
        """Refuse thresholds that divide nothing."""
        for label, value in (("annexin", self.annexin_threshold), ("dye", self.dye_threshold)):
            if not math.isfinite(value):
                raise InvalidGate(
                    f"the {label} threshold",
                    expected="a finite number in linear, compensated units",
                    got=str(value),
                    remedy="Give the threshold as the cytometer shows it on the linear scale.",
                )
        if self.annexin == self.dye:
            raise InvalidGate(
                "the quadrant gate",
                expected="two different channels",
                got=f"{self.annexin} twice",
                remedy="Name the Annexin V channel and the dye's channel.",
            )
