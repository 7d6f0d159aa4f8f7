"""Potentiation: how many times lower a compound's IC50 is beside a fixed dose of a partner, over experiments.

A partner that does nothing alone has no median-effect dose, so that no combination index exists. Its effect is then
the shift of the other's curve: IC50 alone / IC50 with the partner, above 1 where it potentiates. The relative IC50 is
half-way between each curve's own plateaus, so that a partner that kills a constant share of the cells by itself (Bliss
independence) shifts nothing.

A shift tells the whole story only where the curves are otherwise alike. Inside an experiment the F test of shared
plateaus and slope tells whether they are; over experiments, the t intervals of the differences of slopes and plateaus.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from blots.multiplicity import holm
from cytotools.doses.block_model import BlockContrast, block_contrasts
from cytotools.doses.cautions import caution, join
from cytotools.doses.curve_tests import FTest
from cytotools.doses.experiments import ExperimentIc50
from cytotools.doses.index_verdicts import index_verdict
from cytotools.doses.selectivity import Ic50Pair, Ic50Ratio, compare_ic50
from cytotools.doses.shared_curves import SharedFit, compare_curves

SHAPE = ("bottom", "top", "hill_slope")
ALIKE = {"bottom": 0.05, "top": 0.05, "hill_slope": float(np.log(1.25))}  # differences that change no conclusion
ALONE, TOGETHER = "alone", "with the partner"

Wells = tuple[ArrayLike, ArrayLike] | tuple[ArrayLike, ArrayLike, ArrayLike]  # dose, response, weights


@dataclass(frozen=True)
class Potentiation:
    """The shift of an IC50 by a partner.

    Attributes
    ----------
    shift, low, high : float
        IC50 alone / IC50 with the partner, with its 95 % interval: above 1 where the partner potentiates. Known on one
        side where IC50s lie beyond doses: NaN with `low` and inf, or with 0 and `high`.
    p_value : float
        Of a shift of 1; NaN where nothing is tested.
    verdict : str
        synergy, antagonism, additive (inside the margin of `cytotools.doses.index_verdicts`) or not resolved.
    n : int
        Independent experiments.
    experiments : dict of str to float
        The shift of each experiment that holds both curves; NaN where either IC50 lies beyond its doses.
    shape_tests : dict of str to FTest
        By experiment: do the curves share plateaus and slope? A small p-value says that they do not.
    shapes : dict of str to BlockContrast
        Over experiments: with the partner less alone, of bottom, top (both in the unit of the responses) and
        ln hill_slope, p adjusted after Holm over the three. Empty without wells.
    cautions : str
        The cell of a table.
    """

    shift: float
    low: float
    high: float
    p_value: float
    verdict: str
    n: int
    experiments: Mapping[str, float]
    shape_tests: Mapping[str, FTest]
    shapes: Mapping[str, BlockContrast]
    cautions: str


def potentiation(
    alone: Mapping[str, ExperimentIc50],
    with_partner: Mapping[str, ExperimentIc50],
    wells: Mapping[str, tuple[Wells, Wells]] | None = None,
) -> Potentiation:
    """Return how many times a partner lowers an IC50, over experiments.

    Parameters
    ----------
    alone, with_partner : mapping of experiment to ExperimentIc50
        Of the same compound in one unit, without and with a fixed dose of the partner.
    wells : mapping of experiment to (alone, with the partner), optional
        The wells of both curves: dose (0 for a control without the compound; with the partner, one that holds the
        partner), response, and weights where they have any.

    Returns
    -------
    Potentiation

    References
    ----------
    M. C. Berenbaum, Pharmacol. Rev. 41:93 (1989), https://pubmed.ncbi.nlm.nih.gov/2692037 (agents of which one does
    nothing alone); N. R. Draper and H. Smith, Applied Regression Analysis (1998), doi:10.1002/9781118625590, section
    6.1 (F test).

    Examples
    --------
    >>> def plates(*ic50s):
    ...     return {str(k): ExperimentIc50(x, 0.8 * x, 1.25 * x, 0.01, 100.0) for k, x in enumerate(ic50s)}
    >>> found = potentiation(plates(4.1, 6.0, 7.8), plates(1.0, 1.6, 1.9))
    >>> round(found.shift, 2), round(found.low, 2), round(found.high, 2), found.verdict
    (3.98, 3.5, 4.53, 'synergy')
    """
    [ratio] = compare_ic50([Ic50Pair(f"{ALONE} against {TOGETHER}", alone, with_partner)])
    fits = {name: compare_curves(pair, SHAPE) for name, pair in (wells or {}).items()}
    tests = {name: fit.test for name, fit in fits.items()}
    shapes = _shapes(fits)
    return Potentiation(
        shift=ratio.estimate,
        low=ratio.low,
        high=ratio.high,
        p_value=ratio.p_value,
        verdict=_verdict(ratio),
        n=ratio.n,
        experiments={name: _shift(one, with_partner[name]) for name, one in alone.items() if name in with_partner},
        shape_tests=tests,
        shapes=shapes,
        cautions=join(ratio.cautions, _unlike(list(tests.values()), shapes)),
    )


def _verdict(ratio: Ic50Ratio) -> str:
    """Return the verdict of the shift: its inverse is read as an index is, below 1 where there is synergy."""
    low = 1.0 / ratio.high
    return index_verdict(low, 1.0 / ratio.low if ratio.low > 0 else np.inf, ratio.n)


def _shift(alone: ExperimentIc50, together: ExperimentIc50) -> float:
    known = not any(one.above or one.below or one.flat for one in (alone, together))
    return alone.ic50 / together.ic50 if known else float("nan")


def _shapes(fits: Mapping[str, SharedFit]) -> dict[str, BlockContrast]:
    """Return the differences of the shapes over the experiments in which both curves have one."""
    sound = {name: fit for name, fit in fits.items() if all(one.converged for one in fit.separate)}
    found = {}
    for parameter in SHAPE:
        values: dict[str, dict[str, float]] = {TOGETHER: {}, ALONE: {}}
        for name, fit in sound.items():
            alone, together = (getattr(one, parameter) for one in fit.separate)
            if parameter == "hill_slope":
                if alone * together <= 0:  # one rises, the other falls: no ratio
                    continue
                alone, together = np.log(abs(alone)), np.log(abs(together))
            values[ALONE][name], values[TOGETHER][name] = float(alone), float(together)
        if values[ALONE]:
            [found[parameter]] = block_contrasts(values)
    adjusted = holm([one.p_value for one in found.values()])
    return {name: replace(one, p_adjusted=p) for (name, one), p in zip(found.items(), adjusted, strict=True)}


def _unlike(tests: Sequence[FTest], shapes: Mapping[str, BlockContrast]) -> str:
    """Return the caution on shapes that differ over experiments, or inside most of them, by more than `ALIKE`.

    Differences that change no conclusion are significant too once the wells are precise enough. Without shapes (no
    curve of either has one in the same experiment) the F tests decide alone.
    """
    inside = sum(one.p_value < 0.05 for one in tests)
    large = [name for name, one in shapes.items() if abs(one.estimate) > ALIKE[name]]
    differ = [name for name in large if shapes[name].p_adjusted < 0.05]
    if not differ and (2 * inside <= len(tests) or (shapes and not large)):
        return ""
    words = [f"F test below 0.05 in {inside} of {len(tests)} experiments"]
    words += [f"{name} {_words(name, shapes[name])}" for name in differ]
    return caution("unlike_shapes", ", ".join(words))


def _words(name: str, one: BlockContrast) -> str:
    if name == "hill_slope":
        return f"{np.exp(one.estimate):.2g} times that alone"
    return f"{one.estimate:+.2g} from that alone"
