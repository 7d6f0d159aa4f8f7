"""How a state's two brightnesses go together, as a copula that leaves each of them as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

STRONGEST = 0.95  # below 1, so that no corner of a state is forbidden to its cells
SHARED_EVENTS = 500.0  # how many of its own events a state's tie needs to outweigh the tie that all states share


def centred_ranks(densities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 2 u - 1 of each bin, u the probability of dimmer cells: from -1 to 1, of mean zero.

    Examples
    --------
    >>> centred_ranks(np.array([0.25, 0.5, 0.25])).tolist()
    [-0.75, 0.0, 0.75]
    """
    cumulative = np.cumsum(densities, axis=-1)
    return np.asarray(2.0 * cumulative - densities - cumulative[..., -1:], dtype=np.float64)


def expected_counts(
    across: NDArray[np.float64], up: NDArray[np.float64], weights: NDArray[np.float64], ties: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the mixture of tubes, shape (tubes, Annexin V bins, dye bins).

    Parameters
    ----------
    across : ndarray, shape (tubes, 4, Annexin V bins)
    up : ndarray, shape (tubes, 4, dye bins)
        Densities.
    weights : ndarray, shape (tubes, 4)
    ties : ndarray, shape (4,)

    References
    ----------
    Farlie DJG. The performance of some correlation coefficients for a general bivariate distribution.
    Biometrika 47:307 (1960), doi 10.1093/biomet/47.3-4.307.
    """
    tilted = across * centred_ranks(across) * ties[:, None]
    left = np.concatenate([across, tilted], axis=1) * np.tile(weights, 2)[:, :, None]
    right = np.concatenate([up, up * centred_ranks(up)], axis=1)
    return np.asarray(left.transpose(0, 2, 1) @ right, dtype=np.float64)


def shares(
    ratio: NDArray[np.float64],
    across: NDArray[np.float64],
    up: NDArray[np.float64],
    weights: NDArray[np.float64],
    ties: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return each state's expected events along both axes, and the ties that these events show.

    Parameters
    ----------
    ratio : ndarray, shape (tubes, Annexin V bins, dye bins)
        Counts over `expected_counts`.
    across, up, weights, ties
        As `expected_counts` takes them.
    """
    first, second = centred_ranks(across), centred_ranks(up)
    tied, across = ties[:, None], across * weights[:, :, None]
    right = np.concatenate([up, up * second, up * second**2], axis=1)
    plain, tilted, curved = np.split((ratio @ right.transpose(0, 2, 1)).transpose(0, 2, 1), 3, axis=1)
    along = across * (plain + tied * first * tilted)
    moved = across * first
    back = np.concatenate([across, moved * tied], axis=1) @ ratio
    below = up * (back[:, :4] + second * back[:, 4:])
    together = (moved * (tilted + tied * first * curved)).sum(axis=(0, 2))
    events = along.sum(axis=(0, 2))
    # Both ranks have a variance of a third, so that their mean product is a ninth of the tie.
    common = 9.0 * together.sum() / max(float(events.sum()), 1.0)
    found = (9.0 * together + SHARED_EVENTS * common) / (events + SHARED_EVENTS)
    return along, below, np.clip(found, -STRONGEST, STRONGEST)
