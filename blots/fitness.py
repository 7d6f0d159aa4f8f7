"""Whether a picture can be measured at all: what befell it between camera and file, and the verdict with reasons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blots.blot import DO_NOT_QUANTIFY, QUANTITATIVE, SEMI_QUANTITATIVE
from blots.cautions import caution
from blots.grey_levels import GreyLevels
from blots.histogram_comb import CURVED, DOUBTED, EVEN
from blots.picture_traces import PictureTraces, find_traces

_FEWEST_LEVELS = 48  # fewer distinct grey levels than this is a drawing or a posterised picture
_EIGHT_BITS = 256
_FILLED = 20  # pixels at a level: enough that an empty neighbour is no chance
_FAR_APART = 16.0
_MOST_SATURATED = 0.05  # of all pixels
_MOST_OF_BANDS = 0.5  # saturated, of the pixels that stand out
_MOST_AT_FLOOR = 0.2
_CUT_TOLD = 0.0005  # of all pixels of an 8-bit picture
_CUT = 1.5  # times the next level
_NOT_FALLING = 1.15
_PILE = 6.0  # times the levels below
_BENT = 0.33  # logarithm of gamma
_BENT_SURE = 200.0  # well above what clean pictures show, despeckled ones included
_BENT_MUCH = 0.5
# What each reason does to the verdict.
REFUSING = frozenset({"false_colour", "few_levels", "gamma", "overexposed"})
DOUBTFUL = frozenset(
    {
        "eight_bit", "colour", "lossy", "background_clipped", "contrast_stretched", "contrast_clipped",
        "gamma_suspected", "resampled", "burnt_in", "painted_out",
    }
)  # fmt: skip
OF_CLIPPING = frozenset({"image_saturated", "overexposed"})
_BENT_SURE_ENOUGH = 400.0  # to refuse an 8-bit picture; 16-bit ones may come from detectors with a law of their own


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
    false_colour: bool = False  # a palette whose colours have no order: signal can't be known
    square_law: bool = False  # signal = scale x stored^2, so that its levels lie unevenly
    coloured_marks: bool = False  # a grey picture with a few coloured pixels: arrows, letters, boxes


def judge(signal: NDArray[np.float64], saturated: NDArray[np.bool_], encoding: Encoding) -> tuple[str, tuple[str, ...]]:
    """Return the verdict on a picture and its reasons.

    A curve that was laid over the numbers, too few of them and overexposure refuse a picture. What may have changed
    the numbers (8 bits, JPEG, colour, interpolation, cut background, drawings) leaves it semi-quantitative. Seams and
    twin regions are told as places to look at and decide nothing by themselves.

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
    >>> picture = np.random.default_rng(0).normal(100, 15, (200, 300)).round()
    >>> judge(picture, picture > 1e9, Encoding(bits=8))[0]
    'semi-quantitative'
    """
    signal = np.asarray(signal, dtype=np.float64)
    traces = find_traces(signal, saturated, encoding.lossy, encoding.square_law)
    refused = _refusals(signal, saturated, encoding, traces)
    doubts = (
        *_doubts(signal, encoding, traces),
        *_edits(encoding, traces, any(c.startswith("gamma") for c in refused)),
    )
    verdict = DO_NOT_QUANTIFY if refused else SEMI_QUANTITATIVE if doubts else QUANTITATIVE
    return verdict, (*refused, *doubts, *_places(traces), *_notes(signal, saturated))


def judge_again(
    reasons: tuple[str, ...], signal: NDArray[np.float64], saturated: NDArray[np.bool_]
) -> tuple[str, tuple[str, ...]]:
    """Return the verdict on a picture some of whose clipped pixels were replaced, and its reasons.

    Parameters
    ----------
    reasons : tuple of str
        Cautions of the pictures that it was made of; those of clipping are told anew.
    signal, saturated : ndarray, shape (rows, columns)
        What it holds now.

    Examples
    --------
    >>> picture = np.random.default_rng(0).normal(100, 15, (200, 300))
    >>> judge_again(("overexposed: 9 % of the picture is clipped",), picture, picture > 1e9)
    ('quantitative', ())
    """
    kept = tuple(dict.fromkeys(r for r in reasons if _code(r) not in OF_CLIPPING))
    refused = _overexposed(signal, saturated)
    codes = {_code(reason) for reason in (*refused, *kept)}
    verdict = DO_NOT_QUANTIFY if codes & REFUSING else SEMI_QUANTITATIVE if codes & DOUBTFUL else QUANTITATIVE
    return verdict, (*refused, *kept, *_notes(signal, saturated))


def _code(reason: str) -> str:
    return reason.partition(":")[0]


def _refusals(
    signal: NDArray[np.float64], saturated: NDArray[np.bool_], encoding: Encoding, traces: PictureTraces
) -> tuple[str, ...]:
    found = []
    occupied = traces.levels.occupied if traces.levels is not None else signal.size
    if encoding.false_colour:
        found.append(caution("false_colour", "the colours have no order that tells which of two means more signal"))
    if occupied < _FEWEST_LEVELS:
        found.append(caution("few_levels", f"the picture has only {occupied} distinct levels"))
    if traces.comb.kind == CURVED:
        words = "empty and doubled levels lie at distances that change with the level, as gamma leaves them"
        found.append(caution("gamma", words))
    elif _bent(traces, _BENT_MUCH, _BENT_SURE_ENOUGH) and _is_eight_bit(traces.levels) and not encoding.colour:
        found.append(caution("gamma", _noise_words(traces)))
    return (*found, *_overexposed(signal, saturated))


def _overexposed(signal: NDArray[np.float64], saturated: NDArray[np.bool_]) -> tuple[str, ...]:
    if saturated.any() and (saturated.mean() > _MOST_SATURATED or _of_bands(signal, saturated) > _MOST_OF_BANDS):
        return (caution("overexposed", f"{saturated.mean():.1%} of the picture is clipped"),)
    return ()


def _of_bands(signal: NDArray[np.float64], saturated: NDArray[np.bool_]) -> float:
    """Return the saturated share of all pixels that stand well out of the ground."""
    ground = float(np.median(signal))
    top = float(signal[~saturated].max(initial=ground))  # letters at the type's end do not make bands small
    out = signal > ground + 0.1 * (top - ground)
    return float(saturated.sum()) / max(int(out.sum()), 1)


def _doubts(signal: NDArray[np.float64], encoding: Encoding, traces: PictureTraces) -> tuple[str, ...]:
    """Return what the way of storing leaves in doubt."""
    found = []
    if encoding.bits <= 8:
        found.append(caution("eight_bit", "256 levels at most, and exports to 8 bits are often rescaled or curved"))
    elif traces.levels is not None and _few_in_a_wide_range(traces.levels):
        words = f"the {encoding.bits}-bit file holds {traces.levels.occupied} different numbers, as of 8 bits"
        found.append(caution("eight_bit", words))
    if encoding.colour:
        found.append(caution("colour", "a colour picture was averaged over its channels"))
    if encoding.lossy:
        found.append(caution("lossy", "JPEG compression changed the numbers"))
    elif traces.grid.kind == "jpeg":
        found.append(caution("lossy", f"the picture shows {traces.grid.words}, although its file is no JPEG"))
    at_floor = float((signal == signal.min()).mean())
    if at_floor > _MOST_AT_FLOOR and signal.min() == 0:
        found.append(caution("background_clipped", f"{at_floor:.2g} of the picture lies at its lowest level"))
    return tuple(found)


def _few_in_a_wide_range(levels: GreyLevels) -> bool:
    """Tell whether a picture has no more numbers than 8 bits hold, though its range has room for many more."""
    filled = np.flatnonzero(levels.counts >= _FILLED)
    if levels.occupied > _EIGHT_BITS or len(filled) < _FEWEST_LEVELS:
        return False
    fractions = levels.step != round(levels.step)
    return bool(fractions or levels.step * float(np.median(np.diff(filled))) >= _FAR_APART)


def _bent(traces: PictureTraces, logarithm: float, evidence: float) -> bool:
    law = traces.noise_law
    return law.evidence > evidence and abs(float(np.log(law.gamma))) > logarithm


def _noise_words(traces: PictureTraces) -> str:
    return f"its noise changes with the level as after a gamma near {traces.noise_law.gamma:.2g}"


def _is_eight_bit(levels: GreyLevels | None) -> bool:
    return levels is not None and levels.step == 1 and len(levels.counts) <= _EIGHT_BITS


def _piles(levels: GreyLevels) -> tuple[float, float]:
    """Return the shares of an 8-bit picture that were cut off at its lowest and highest level, 0 where none was.

    Uncut, counts fall off towards the lowest level and thin out towards the highest.
    """
    shares = levels.counts / levels.counts.sum()
    if len(shares) < _FEWEST_LEVELS:
        return 0.0, 0.0
    bottom, rising = shares[0], shares[1] <= _NOT_FALLING * shares[2:5].mean()
    low = bottom > max(_CUT_TOLD, _CUT * shares[1]) and rising
    high = shares[-1] > max(_CUT_TOLD, _PILE * shares[-6:-1].mean())
    return float(bottom) if low else 0.0, float(shares[-1]) if high else 0.0


def _edits(encoding: Encoding, traces: PictureTraces, refused: bool) -> tuple[str, ...]:
    """Return what a program or a person did to the picture."""
    found = []
    levels = traces.levels
    if levels is not None and _is_eight_bit(levels):
        if traces.comb.kind == EVEN:
            found.append(caution("contrast_stretched", "empty or doubled levels lie at equal distances"))
        low, high = _piles(levels)
        if low or high:
            words = f"{low:.2g} of the picture lies piled up at its lowest level and {high:.2g} at its highest"
            found.append(caution("contrast_clipped", words))
    if _bent(traces, _BENT, _BENT_SURE) and not refused:
        found.append(caution("gamma_suspected", _noise_words(traces)))
    elif traces.comb.kind == DOUBTED:
        found.append(caution("gamma_suspected", "neighbouring levels are filled more unevenly than chance fills them"))
    if traces.grid.kind == "resampled":
        found.append(caution("resampled", f"the picture was enlarged or turned, {traces.grid.words}"))
    if traces.label is not None:
        found.append(caution("burnt_in", f"look here at {traces.label}, letters, arrows or a frame seem drawn on it"))
    elif encoding.coloured_marks:
        found.append(caution("burnt_in", "a grey picture bears coloured marks"))
    if traces.paint is not None:
        found.append(caution("painted_out", f"look here at {traces.paint}, a patch holds one exact number"))
    return tuple(found)


def _places(traces: PictureTraces) -> tuple[str, ...]:
    found = []
    if traces.seam is not None:
        found.append(caution("seam", f"look here at {traces.seam}, the level jumps along a straight line"))
    if traces.copy is not None:
        found.append(caution("twin_regions", f"look here, the same noise stands {traces.copy}"))
    return tuple(found)


def _notes(signal: NDArray[np.float64], saturated: NDArray[np.bool_]) -> tuple[str, ...]:
    if not saturated.any():
        return ()
    clipped = int(saturated.sum())
    counted = "1 pixel is" if clipped == 1 else f"{clipped} pixels are"
    return (caution("image_saturated", f"{counted} clipped at {signal.max():g}"),)
