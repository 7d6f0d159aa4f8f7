"""Randomised positions: wells of one kind apart from one another, over all rows and columns of their block.

Position and dose then go together as little as chance and the plate allow, and what a plate does to its rows and
columns can be told from what the doses do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SWEEPS = 60
CENTRED = 0.5  # how much the mean position of a kind counts beside its wells that share a row or column


def spread(counts: Sequence[int], rows: int, columns: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return which kind stands where.

    Parameters
    ----------
    counts : sequence of int
        Wells of each kind; at most rows x columns in all.
    rows, columns : int
        Size of the block.
    rng : Generator

    Returns
    -------
    ndarray of int64, shape (rows, columns)
        The index of a kind, -1 where nothing stands.

    Notes
    -----
    From a random order, pairs of wells are swapped at random for as long as that parts wells of one kind that share a
    row or column, or moves the mean position of a kind towards the middle. What is left undecided stays random.

    Examples
    --------
    >>> where = spread([3, 3], 6, 10, np.random.default_rng(1))
    >>> rows, columns = np.nonzero(where == 0)
    >>> len(set(rows)), len(set(columns))
    (3, 3)
    """
    kinds = np.repeat(np.arange(len(counts)), counts)
    cells = np.concatenate([kinds, np.full(rows * columns - len(kinds), -1)])
    return _swapped([int(kind) for kind in rng.permutation(cells)], columns, rows, rng).reshape(rows, columns)


def _swapped(kinds: list[int], columns: int, rows: int, rng: np.random.Generator) -> NDArray[np.int64]:
    across = _standardised(columns)
    down = _standardised(rows)
    row_counts: Counter[tuple[int, int]] = Counter()
    column_counts: Counter[tuple[int, int]] = Counter()
    sums: dict[int, list[float]] = {kind: [0.0, 0.0, 0.0] for kind in kinds}

    def put(well: int, kind: int, sign: int) -> float:
        """Add a well to its kind, or take it away, and return what that adds to the cost."""
        if kind < 0:
            return 0.0
        row, column = divmod(well, columns)
        total = sums[kind]
        before = row_counts[kind, row] ** 2 + column_counts[kind, column] ** 2 + _off_centre(total)
        row_counts[kind, row] += sign
        column_counts[kind, column] += sign
        total[0] += sign * down[row]
        total[1] += sign * across[column]
        total[2] += sign
        return row_counts[kind, row] ** 2 + column_counts[kind, column] ** 2 + _off_centre(total) - before

    def swap(one: int, other: int) -> float:
        first, second = kinds[one], kinds[other]
        change = put(one, first, -1) + put(other, second, -1) + put(one, second, 1) + put(other, first, 1)
        kinds[one], kinds[other] = second, first
        return change

    for well, kind in enumerate(kinds):
        put(well, kind, 1)
    for _ in range(SWEEPS):
        better = False
        for one, other in rng.integers(len(kinds), size=(4 * len(kinds), 2)).tolist():
            if kinds[one] == kinds[other]:
                continue
            change = swap(one, other)
            if change > 1e-9:
                swap(one, other)
            better |= change < -1e-9
        if not better:
            break
    return np.array(kinds, dtype=np.int64)


def _off_centre(total: Sequence[float]) -> float:
    down, across, n = total
    return CENTRED * (down * down + across * across) / n if n > 0.5 else 0.0


def _standardised(n: int) -> list[float]:
    """Return the positions 0 to n - 1 with mean 0 and SD 1; a single one is 0."""
    middle, sd = (n - 1) / 2, max(((n * n - 1) / 12) ** 0.5, 1e-9)
    return [(i - middle) / sd for i in range(n)]
