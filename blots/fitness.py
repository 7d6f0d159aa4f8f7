"""Whether a picture can be measured at all: what was clipped, how fine its steps are, and the verdict with reasons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blots.blot import DO_NOT_QUANTIFY, QUANTITATIVE, SEMI_QUANTITATIVE
from blots.cautions import caution

_FEWEST_LEVELS = 48  # fewer distinct grey levels than this is a drawing or a posterised picture
_MOST_SATURATED = 0.05  # of all pixels
_MOST_AT_FLOOR = 0.2


@dataclass(frozen=True)
class Encoding:
    """How the file held the picture, as far as it bears on measuring.

    Examples
    --------
    >>> Encoding(bits=16).lossy
    False
    """

    bits: int  # bits a sample; 32 for floats
    colour: bool = False
    lossy: bool = False  # JPEG, inside a TIFF too


def judge(signal: NDArray[np.float64], saturated: NDArray[np.bool_], encoding: Encoding) -> tuple[str, tuple[str, ...]]:
    """Return the verdict on a picture and its reasons.

    Parameters
    ----------
    signal, saturated : ndarray, shape (rows, columns)
        As `Blot` holds them.
    encoding : Encoding
        Bits, colour and lossy compression of the file.

    Returns
    -------
    tuple
        "quantitative", "semi-quantitative" or "do not quantify", and the cautions that say why.

    Examples
    --------
    >>> picture = np.arange(4096.0).reshape(64, 64)
    >>> judge(picture, picture > 1e9, Encoding(bits=8))[0]
    'semi-quantitative'
    """
    refused, doubts = _refusals(signal, saturated), _doubts(signal, encoding)
    notes: tuple[str, ...] = ()
    if saturated.any():
        notes = (caution("image_saturated", f"{int(saturated.sum())} pixels are clipped at {signal.max():g}"),)
    verdict = DO_NOT_QUANTIFY if refused else SEMI_QUANTITATIVE if doubts else QUANTITATIVE
    return verdict, (*refused, *doubts, *notes)


def _refusals(signal: NDArray[np.float64], saturated: NDArray[np.bool_]) -> tuple[str, ...]:
    levels = len(np.unique(signal))
    found = []
    if levels < _FEWEST_LEVELS:
        found.append(caution("few_levels", f"the picture has only {levels} distinct levels"))
    if saturated.mean() > _MOST_SATURATED:
        found.append(caution("overexposed", f"{saturated.mean():.0%} of the picture is clipped"))
    return tuple(found)


def _doubts(signal: NDArray[np.float64], encoding: Encoding) -> tuple[str, ...]:
    found = []
    if encoding.bits <= 8:
        found.append(caution("eight_bit", "256 levels at most, and exports to 8 bits are often rescaled or curved"))
    if encoding.colour:
        found.append(caution("colour", "a colour picture was averaged over its channels"))
    if encoding.lossy:
        found.append(caution("lossy", "JPEG compression changed the numbers"))
    at_floor = float((signal == signal.min()).mean())
    if at_floor > _MOST_AT_FLOOR:
        found.append(caution("background_clipped", f"{at_floor:.0%} of the picture lies at its lowest level"))
    return tuple(found)
