"""Typhoon and other Molecular Dynamics `.gel` scans: TIFF whose numbers may be square roots.

After the description of the format's private tags at awaresystems.be/imaging/tiff/tifftags/docs/gel.html: MD FileTag
(33445) is 2 where the file holds scaled square roots, so that signal = scale x stored^2 with MD ScalePixel (33446) for
scale, and 128 where it holds scaled signal. The tags may stand in an image directory of their own, without an image,
after the picture's. MinIsWhite is set in such files although larger numbers are more signal. Tested on files made after
this description only; no file from a scanner was at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blots.cautions import caution
from blots.errors import UnreadableImage

FILE_TAG, SCALE_PIXEL = 33445, 33446

_TEXTS = {33448: "laboratory", 33449: "sample", 33450: "date", 33451: "time", 33452: "unit"}
_SQUARE_ROOT, _LINEAR = 2, 128
_REMEDY = "Export the scan as a linear 16-bit TIFF."


class GelLaw(NamedTuple):
    """How the stored numbers of a `.gel` file become signal: scale x stored, or scale x stored^2."""

    square: bool
    scale: float
    metadata: Mapping[str, str]

    def signal(self, stored: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Return the linear signal of stored numbers."""
        numbers = np.asarray(stored, dtype=np.float64)
        return self.scale * (numbers * numbers if self.square else numbers)

    def cautions(self) -> tuple[str, ...]:
        """Return what was done, and that it could not be tried on a real file."""
        stored = "the square of the stored number" if self.square else "the stored number"
        words = f"signal is {self.scale:.9g} x {stored}"
        untested = "this reader follows the published format of .gel and was never tried on a file from a scanner"
        return caution("square_law" if self.square else "scaled", words), caution("untested_format", untested)


def gel_law(name: str, tags: Mapping[int, object]) -> GelLaw | None:
    """Return the law of a `.gel` file, None where the tags are those of another TIFF.

    Parameters
    ----------
    name : str
        The file's name, for messages.
    tags : mapping of int to object
        Values of the TIFF tags by their codes; a rational is a pair.

    Raises
    ------
    UnreadableImage
        When the law is neither of the two that the format knows, or its scale is no positive number.

    Examples
    --------
    >>> law = gel_law("scan.gel", {33445: 2, 33446: (1, 21025)})
    >>> float(law.signal(145.0))
    1.0
    """
    if FILE_TAG not in tags:
        return None
    law = _whole(tags[FILE_TAG])
    if law not in (_SQUARE_ROOT, _LINEAR):
        got = f"the unknown law {tags[FILE_TAG]}"
        raise UnreadableImage(name, expected="a .gel file of law 2 (square root) or 128", got=got, remedy=_REMEDY)
    scale = _scale(tags.get(SCALE_PIXEL, (1, 1)))
    if scale is None:
        got = f"the scale {tags[SCALE_PIXEL]}"
        raise UnreadableImage(name, expected="a .gel file with a positive scale", got=got, remedy=_REMEDY)
    said = {key: str(tags[code]).strip() for code, key in _TEXTS.items() if str(tags.get(code, "")).strip()}
    metadata = {"format": "Molecular Dynamics .gel", "scale": f"{scale:.9g}", **said}
    return GelLaw(law == _SQUARE_ROOT, scale, metadata)


def _whole(value: object) -> int | None:
    value = value[0] if isinstance(value, tuple) and value else value
    return int(value) if isinstance(value, int | np.integer) else None


def _scale(value: object) -> float | None:
    if isinstance(value, tuple) and len(value) == 2 and all(isinstance(part, int | np.integer) for part in value):
        return float(value[0]) / float(value[1]) if value[0] > 0 and value[1] > 0 else None
    if isinstance(value, int | float) and 0 < value < np.inf:
        return float(value)
    return None
