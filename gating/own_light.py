"""The light of a compound alone, from an unstained treated tube and an unstained one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.errors import UnusableControl

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST_CELLS = 500
LIGHT_POINTS, LIGHT_BINS, LIGHT_STEPS = 120, 240, 300
STRAY = 1e-9  # an event that nothing explains may come from anywhere, and then changes nothing


@dataclass(frozen=True, eq=False)
class OwnLight:
    """The distribution of a compound's light on one axis.

    Attributes
    ----------
    edges : ndarray, shape (k + 1,)
        Linear, compensated units, rising.
    weights : ndarray, shape (k,)
        The part of the cells whose light lies between two edges; they sum to 1.
    """

    edges: NDArray[np.float64]
    weights: NDArray[np.float64]

    def below(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the part of the cells with less light than each value, same shape."""
        return np.asarray(np.interp(values, self.edges, np.concatenate([[0.0], np.cumsum(self.weights)])))

    def quantile(self, q: float) -> float:
        """Return the light that this part of the cells stays below."""
        return float(np.interp(q, np.concatenate([[0.0], np.cumsum(self.weights)]), self.edges))


def own_light(treated: NDArray[np.float64], untreated: NDArray[np.float64], name: str = "the compound") -> OwnLight:
    """Return the distribution of a compound's light from two unstained tubes.

    Parameters
    ----------
    treated, untreated : ndarray, shape (n_cells,)
        One channel of the whole single cells, linear and compensated, with and without the compound.
    name : str
        Of the tube, for the message.

    Returns
    -------
    OwnLight
        The mixing distribution of greatest likelihood; light that dying cells gain on their own is in it.

    Raises
    ------
    UnusableControl
        Fewer than 500 cells in one of the tubes.

    References
    ----------
    Laird N. Nonparametric maximum likelihood estimation of a mixing distribution. J Am Stat Assoc 73:805 (1978),
    doi 10.1080/01621459.1978.10480103. The steps are those of Richardson WH. J Opt Soc Am 62:55 (1972),
    doi 10.1364/JOSA.62.000055.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> bare, light = rng.normal(100, 40, 5_000), 300 * rng.lognormal(0, 0.3, 5_000)
    >>> found = own_light(rng.normal(100, 40, 5_000) + light, bare)
    >>> round(found.quantile(0.5), -1), round(found.quantile(0.9), -1)
    (300.0, 430.0)
    """
    for cells in (treated, untreated):
        if len(cells) < FEWEST_CELLS:
            raise UnusableControl(
                name,
                expected=f"at least {FEWEST_CELLS} whole single cells in the unstained tubes, treated and untreated",
                got=f"{len(cells)}",
                remedy="Acquire these tubes for as long as the samples.",
            )
    bare = np.sort(untreated)
    centre, width = float(np.median(bare)), width_of(bare)
    top = float(np.quantile(treated, 0.9995)) - centre
    bottom = min(0.0, float(np.quantile(treated, 0.0005)) - float(np.quantile(bare, 0.0005))) - 0.5 * width
    support = spaced(bottom, max(top, width), 0.5 * width, LIGHT_POINTS)
    points = (support[1:] + support[:-1]) / 2
    edges = spaced(float(min(bare[0], treated.min())), float(treated.max()) + 1.0, width, LIGHT_BINS)
    seen = np.histogram(treated, edges)[0].astype(np.float64)
    below = np.searchsorted(bare, edges[:, None] - points[None, :]) / len(bare)
    return OwnLight(support, _mixing(seen, np.diff(below, axis=0) + STRAY))


def width_of(values: NDArray[np.float64]) -> float:
    """Return half the range of the middle 68 %, never zero."""
    lower, upper = np.quantile(values, (0.16, 0.84))
    return max(float(upper - lower) / 2, 1e-6 * max(1.0, float(np.abs(values).max())))


def spaced(low: float, high: float, linear: float, count: int) -> NDArray[np.float64]:
    """Return edges from low to high: evenly spaced near zero, by ratio far from it, shape (count + 1,)."""
    ends = np.arcsinh(np.array([low, high]) / linear)
    edges = np.sinh(np.linspace(ends[0], ends[1], count + 1)) * linear
    edges[[0, -1]] = low, high  # rounding must not leave the outermost events out
    return np.asarray(edges, dtype=np.float64)


def _mixing(seen: NDArray[np.float64], kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weights of the columns of a kernel that make the counts most likely, by 300 steps of EM."""
    weights = np.full(kernel.shape[1], 1.0 / kernel.shape[1])
    total = seen.sum()
    for _ in range(LIGHT_STEPS):
        expected = kernel @ weights
        weights = weights * (kernel.T @ (seen / np.maximum(expected, 1e-12))) / total
    return np.asarray(weights / weights.sum(), dtype=np.float64)
