"""How much of each dye is seen by each detector: a matrix, as a value and as the keyword of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.errors import InvalidGate

if TYPE_CHECKING:
    from numpy.typing import NDArray

KEYWORDS = ("$SPILLOVER", "$SPILL", "SPILLOVER", "SPILL", "$COMP", "COMP")


@dataclass(frozen=True, eq=False)
class Spillover:
    """A spillover matrix: row = the dye's own channel (source), column = detector, 1 on the diagonal.

    An event's observed row vector is its true one times this matrix (Bagwell and Adams 1993,
    doi 10.1111/j.1749-6632.1993.tb38775.x).

    Examples
    --------
    >>> spillover = Spillover(np.array([[1.0, 0.2], [0.01, 1.0]]), ["FITC-A", "PE-A"])
    >>> spillover.as_keyword()
    '2,FITC-A,PE-A,1.0,0.2,0.01,1.0'
    """

    matrix: NDArray[np.float64]
    channels: Sequence[str]

    def __post_init__(self) -> None:
        """Check the shape and freeze the matrix."""
        matrix = np.array(self.matrix, dtype=np.float64)
        n = len(self.channels)
        if matrix.shape != (n, n) or len(set(self.channels)) != n or not np.isfinite(matrix).all():
            raise InvalidGate(
                "spillover",
                expected=f"a finite {n} x {n} matrix with {n} different channels",
                got=f"{matrix.shape[0]} rows, channels {', '.join(self.channels)}",
                remedy="Write one row and one column for each channel.",
            )
        if np.linalg.matrix_rank(matrix) < n:
            raise InvalidGate(
                "spillover",
                expected="a matrix that can be inverted",
                got="one with rows that depend on each other",
                remedy="Two channels carry the same dye: leave one of them out.",
            )
        matrix.flags.writeable = False
        object.__setattr__(self, "matrix", matrix)
        object.__setattr__(self, "channels", tuple(self.channels))

    @property
    def is_identity(self) -> bool:
        """True where the matrix changes nothing (a cytometer writes it when no compensation was set)."""
        return bool(np.array_equal(self.matrix, np.eye(len(self.channels))))

    def as_keyword(self) -> str:
        """Return the matrix as the value of $SPILLOVER."""
        numbers = (repr(float(x)) for x in self.matrix.ravel())
        return ",".join([str(len(self.channels)), *self.channels, *numbers])


def spillover_from_keyword(
    keywords: Mapping[str, str], channels: Sequence[str], repairs: list[str]
) -> Spillover | None:
    """Return the matrix that a file carries, or None; one that can't be used is named in `repairs`.

    Examples
    --------
    >>> spillover_from_keyword({"SPILL": "2,A,B,1,0.1,0,1"}, ["A", "B"], []).matrix.tolist()
    [[1.0, 0.1], [0.0, 1.0]]
    """
    key = next((k for k in KEYWORDS if keywords.get(k, "").strip(" ,0")), None)
    if key is None:
        return None
    parts = [part.strip() for part in keywords[key].split(",")]
    try:
        n = int(parts[0])
        names = [_named(label, channels) for label in parts[1 : n + 1]]
        numbers = np.array([float(x) for x in parts[n + 1 : n + 1 + n * n]], dtype=np.float64)
        return Spillover(numbers.reshape(n, n), names)
    except (ValueError, LookupError) as error:  # GatingError is a ValueError
        repairs.append(f"spillover: {key} can't be used ({_one_line(error)})")
        return None


def _named(label: str, channels: Sequence[str]) -> str:
    if label in channels:
        return label
    if label.isdecimal() and 1 <= int(label) <= len(channels):
        return channels[int(label) - 1]
    message = f"no channel {label!r}"
    raise LookupError(message)


def _one_line(error: Exception) -> str:
    return str(error).replace(";", ",").splitlines()[0]
