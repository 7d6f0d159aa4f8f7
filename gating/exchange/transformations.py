"""Scales that Gating-ML 2.0 defines, for programs that show gates on the scale they are written in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gating.errors import InvalidGate


@dataclass(frozen=True)
class FAsinh:
    """The parametrised inverse hyperbolic sine of Gating-ML 2.0 (`fasinh`).

    Attributes
    ----------
    top : float
        T: the linear value that becomes 1.
    decades : float
        M: decades of the logarithmic part.
    extra_decades : float
        A: additional negative decades.

    References
    ----------
    Spidlen J et al. Cytometry A 87:683 (2015), doi 10.1002/cyto.a.22690, section 6.4 of the specification.

    Examples
    --------
    >>> round(FAsinh()(262144.0), 12)
    1.0
    """

    top: float = 262_144.0
    decades: float = 4.5
    extra_decades: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what the standard excludes."""
        if not (0 < self.top < np.inf and 0 < self.decades < np.inf and 0 <= self.extra_decades < np.inf):
            raise InvalidGate(
                "the asinh scale",
                expected="top and decades above 0, extra decades of at least 0",
                got=f"{self.top:g}, {self.decades:g}, {self.extra_decades:g}",
                remedy="Take top 262144, decades 4.5, extra decades 0.",
            )

    def __call__(self, value: float) -> float:
        """Return the place of a linear value on the scale."""
        from flowutils import transforms

        point = np.array([[value]], dtype=np.float64)
        return float(transforms.asinh(point, None, self.top, self.decades, self.extra_decades)[0, 0])

    @property
    def element(self) -> tuple[str, dict[str, float]]:
        """The element and the attributes of the standard."""
        return "fasinh", {"T": self.top, "M": self.decades, "A": self.extra_decades}


@dataclass(frozen=True)
class Logicle:
    """The logicle scale of Gating-ML 2.0.

    Attributes
    ----------
    top : float
        T: the linear value that becomes 1.
    width : float
        W: decades of the linear part.
    decades : float
        M: decades of the whole scale.
    extra_decades : float
        A: additional negative decades.

    References
    ----------
    Moore WA, Parks DR. Update for the logicle data scale. Cytometry A 81:273 (2012), doi 10.1002/cyto.a.22030.

    Examples
    --------
    >>> round(Logicle()(262144.0), 12)
    1.0
    """

    top: float = 262_144.0
    width: float = 0.5
    decades: float = 4.5
    extra_decades: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what the standard excludes."""
        finite = all(np.isfinite((self.top, self.width, self.decades, self.extra_decades)))
        widths = 0 <= self.width <= self.decades / 2
        extra = -self.width <= self.extra_decades <= self.decades - 2 * self.width
        if not (finite and self.top > 0 and self.decades > 0 and widths and extra):
            raise InvalidGate(
                "the logicle scale",
                expected="top and decades above 0, width up to half the decades, extra decades from -width on",
                got=f"{self.top:g}, width {self.width:g}, {self.decades:g}, {self.extra_decades:g}",
                remedy="Take top 262144, width 0.5, decades 4.5, extra decades 0.",
            )

    def __call__(self, value: float) -> float:
        """Return the place of a linear value on the scale."""
        from flowutils import transforms

        point = np.array([[value]], dtype=np.float64)
        scaled = transforms.logicle(point, None, t=self.top, m=self.decades, w=self.width, a=self.extra_decades)
        return float(scaled[0, 0])

    @property
    def element(self) -> tuple[str, dict[str, float]]:
        """The element and the attributes of the standard."""
        return "logicle", {"T": self.top, "W": self.width, "M": self.decades, "A": self.extra_decades}


Transformation = FAsinh | Logicle
