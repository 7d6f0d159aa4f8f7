"""One linear fit for all lanes: how much of every picture a profile holds, beside a smooth background.

Every lane of a row is weighed alike, strong or weak. A shape that is a little wrong then misleads all of them by the
same part, which no ratio between lanes can feel; a weight that followed each band's own strength would not cancel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blots.background import SmoothBackground
from blots.band_shapes import BandShape

Array = NDArray[np.float64]

CLEAR = 15.0  # amount over its error from which a band tells of shapes and places
_STRANGE = 5.0  # times the usual rest between bands: from there on it is taken for a band that nobody listed


@dataclass(frozen=True, eq=False)
class Profiles:
    """What is fitted: `signal`, `variance` (n_lanes, rows) of the row sums, and `usable` where nothing is clipped."""

    signal: Array
    variance: Array
    usable: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class JointFit:
    """The fit of all lanes.

    `volume`, `noise` (its standard deviation from pixel noise), `y` (n_lanes, n_rows); `background` and `bands`
    (n_lanes, rows; n_lanes, n_rows, rows) are what the profile is made of; `shapes` one a row; `tails` how the
    volumes would change were the far tails of the shapes held to zero harder.
    """

    volume: Array
    noise: Array
    y: Array
    background: Array
    bands: Array
    shapes: tuple[BandShape, ...]
    tails: Array | None = None

    def rest(self, profiles: Profiles) -> Array:
        """Return what the fit leaves over, (n_lanes, rows)."""
        return np.asarray(profiles.signal - self.background - self.bands.sum(axis=1))


def design(y: Array, shapes: tuple[BandShape, ...], rows: int) -> Array:
    """Return the pictures of one unit of every band of every lane, shape (n_lanes, rows, n_rows).

    Examples
    --------
    >>> design(np.array([[50.0], [60.0]]), (BandShape.gaussian(4.0, -20.0, 20.0),), 100).argmax(axis=1).ravel().tolist()
    [50, 60]
    """
    return np.stack([placed(shape, shape.at, y[:, k], rows) for k, shape in enumerate(shapes)], axis=2)


def placed(shape: BandShape, curve: Callable[[Array], Array], y: Array, rows: int) -> Array:
    """Return a curve of the distance to the crest, laid at every lane's `y`, shape (n_lanes, rows)."""
    row, inside = around(y, shape, rows)
    picture = np.zeros((len(y), rows))
    lane = np.arange(len(y))[:, None]
    picture[lane, row] += curve((row - y[:, None]).ravel()).reshape(row.shape) * inside
    return picture


def around(y: Array, shape: BandShape, rows: int) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return the rows that a band may reach in every lane, shape (n_lanes, n), and which of them are in the picture."""
    row = np.floor(y).astype(int)[:, None] + np.arange(int(np.floor(shape.above)), int(np.ceil(shape.below)) + 2)
    inside = (row >= 0) & (row < rows)
    # A row outside stands for a row of its own far end, so that no cell is written twice with an answer.
    return np.where(inside, row, np.where(row < 0, row + rows, row - rows)) % rows, inside


def trust(profiles: Profiles, fit: JointFit | None) -> Array:
    """Return the weight of every row of every lane: the lane's noise, less where a band stands that nobody listed."""
    weight = profiles.usable / np.median(profiles.variance, axis=1, keepdims=True)
    if fit is None:
        return np.asarray(weight)
    bands = np.abs(fit.bands).sum(axis=1)
    rest = fit.rest(profiles)
    return np.stack([w * _not_listed(r, b) for w, r, b in zip(weight, rest, bands, strict=True)])


def _not_listed(rest: Array, bands: Array) -> Array:
    """Return less than one where the lane stands far above the fit between its bands: a band that nobody listed."""
    between = bands < 0.01 * float(bands.max())
    usual = 1.4826 * float(np.median(np.abs(rest[between]))) if between.any() else 0.0
    if usual == 0:
        return np.ones(len(rest))
    excess = np.maximum(rest / (_STRANGE * usual), 1e-12)
    return np.where(between & (excess > 1), 1 / excess**2, 1.0)


def solve_lanes(
    signal: Array,
    weight: Array,
    variance: Array,
    pictures: Array,
    background: SmoothBackground,
    ridge: Array | None = None,
) -> tuple[Array, Array, Array]:
    """Return amounts, their standard deviations from noise (n_lanes, n), and the backgrounds (n_lanes, rows).

    Parameters
    ----------
    signal, weight, variance : ndarray, shape (n_lanes, rows)
        Row sums, how far each is trusted, and their variance.
    pictures : ndarray, shape (n_lanes, rows, n)
        What the amounts are of.
    background : SmoothBackground
        The curve under them.
    ridge : ndarray, shape (n_lanes, n), optional
        What holds each amount towards zero, in units of the weights.

    Notes
    -----
    A tiny ridge holds a band with no usable row at zero, so that the equations always have an answer.

    Examples
    --------
    >>> background = SmoothBackground.over(100, 10.0, 40.0)
    >>> picture = np.exp(-0.5 * ((np.arange(100.0) - 50) / 4) ** 2)[None, :, None]
    >>> ones = np.ones((1, 100))
    >>> amounts, _, _ = solve_lanes(7 * picture[:, :, 0] + 3, ones, ones, picture, background)
    >>> float(amounts[0, 0].round(3))
    7.0
    """
    lanes, _, n = pictures.shape
    basis = background.basis
    everything = np.concatenate([pictures, np.broadcast_to(basis, (lanes, *basis.shape))], axis=2)
    weighted = np.swapaxes(everything, 1, 2) * weight[:, None, :]
    left = weighted @ everything
    scale = usual_weight(weight)
    left[:, n:, n:] += scale[:, None, None] * background.penalty
    own = np.arange(n)
    left[:, own, own] = left[:, own, own] * (1 + 1e-6) + (0 if ridge is None else ridge)
    every = np.arange(left.shape[1])
    # Amounts, displacements and levels have units of their own: all are brought to one size before they are solved.
    size = np.sqrt(np.where(left[:, every, every] > 0, left[:, every, every], scale[:, None]))
    even = left / (size[:, :, None] * size[:, None, :])
    even[:, every, every] = 1 + 1e-12
    inverse = np.linalg.inv(even) / (size[:, :, None] * size[:, None, :])
    amounts = np.squeeze(inverse @ (weighted @ signal[:, :, None]), axis=2)
    spread = inverse[:, :n] @ weighted
    noise = np.sqrt((spread**2 @ variance[:, :, None])[:, :, 0])
    return amounts[:, :n], noise, amounts[:, n:] @ basis.T


def over_another(profiles: Profiles, fit: JointFit, background: SmoothBackground) -> tuple[Array, Array]:
    """Return the volumes and what is left over, were the fitted bands laid over another background."""
    amount = np.where(np.abs(fit.volume) > 0, fit.volume, 1.0)
    pictures = np.swapaxes(fit.bands, 1, 2) / amount[:, None, :]
    volume, _, ground = solve_lanes(profiles.signal, trust(profiles, fit), profiles.variance, pictures, background)
    return volume, profiles.signal - ground - (pictures @ volume[:, :, None])[:, :, 0]


def usual_weight(weight: Array) -> Array:
    """Return the median weight of each lane's usable rows, one where it has none."""
    return np.array([float(np.median(w[w > 0])) if (w > 0).any() else 1.0 for w in weight])
