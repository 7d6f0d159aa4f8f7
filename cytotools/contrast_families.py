"""Families of contrasts on the logit scale: tested together over independent experiments.

The rule, in order. (1) A contrast is taken within blocks (one experiment, or one experiment at one hour) where the
blocks hold it and either no experiment lacks a part of it or two degrees of freedom are left; else between groups.
(2) A single contrast of two conditions rests on its own scatter: the paired t test, or Welch's. (3) Others share the
pooled error of the model logit = block + condition and are adjusted together by the multivariate t (Dunnett's test
where all share one control), unless the conditions scatter unequally: then each rests on its own scatter and Holm's
method adjusts them. (4) A condition of one experiment is never tested.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blots.multiplicity import holm
from cytotools.dunnett import adjusted
from cytotools.logit_contrasts import (
    Contrast,
    Finding,
    Observation,
    by_experiment,
    by_t,
    experiments,
    lacking,
    on_own_scatter,
)
from cytotools.logit_designs import LogitDesign, design_of, scatter_limit

FloatArray = NDArray[np.float64]
UNEQUAL = 0.01  # how often equal scatter may be taken for unequal; 0.05 would cost 0.4 % of false alarms
COUNTS_DIFFER = 1.5  # share of the mean variance by which counting alone may set conditions apart


def find_contrasts(observations: Sequence[Observation], contrasts: Sequence[Contrast]) -> list[Finding]:
    """Return each contrast of one family with its interval and p-values.

    Parameters
    ----------
    observations : sequence of Observation
        One a condition and experiment, technical repeats averaged before.
    contrasts : sequence of Contrast
        The whole family: what is to be adjusted together.

    Returns
    -------
    list of Finding
        In the order of the contrasts, by the rule at the head of this file.

    References
    ----------
    B. L. Welch, Biometrika 34:28 (1947), doi:10.1093/biomet/34.1-2.28; S. Holm, Scand. J. Statist. 6:65 (1979),
    https://www.jstor.org/stable/4615733; and those of `cytotools.dunnett.adjusted`.

    Examples
    --------
    >>> from cytotools.fractions import Fraction
    >>> values = {0: (0.10, 0.11, 0.13), 1: (0.15, 0.16, 0.20), 2: (0.30, 0.35, 0.36)}
    >>> observations = [Observation(c, str(e), Fraction(v, 0.0, 1.0, 9000), block=str(e))
    ...                 for c, row in values.items() for e, v in enumerate(row)]
    >>> found = find_contrasts(observations, [Contrast(((1, 1.0), (0, -1.0))), Contrast(((2, 1.0), (0, -1.0)))])
    >>> [(round(f.shift, 2), f.n, f.degrees, f.basis, f.adjustment) for f in found]
    [(0.47, 3, 4.0, 'pooled', 'multivariate t'), (1.38, 3, 4.0, 'pooled', 'multivariate t')]
    """
    wanted = {condition for contrast in contrasts for condition in contrast.conditions}
    used = [o for o in observations if o.condition in wanted]
    counts = [min(experiments(used, c) for c in contrast.conditions) for contrast in contrasts]
    repeated = [contrast for contrast, count in zip(contrasts, counts, strict=True) if count > 1]
    model, unequal = _model(used, repeated)
    found = [
        _by_model(model, used, contrast)
        if model and count > 1
        else replace(on_own_scatter(used, contrast), unequal=unequal)
        for contrast, count in zip(contrasts, counts, strict=True)
    ]
    if len(repeated) < 2:
        return [replace(one, p_adjusted=one.p_value) for one in found]
    return _by_holm(found) if model is None else _by_multivariate_t(model, found, contrasts)


@dataclass(frozen=True, eq=False)
class _Model:
    """The pooled fit: where each condition stands in the design, the logits, and their error variance."""

    design: LogitDesign
    places: dict[int, int]
    logits: FloatArray
    variance: float
    blocked: bool

    def vector(self, contrast: Contrast) -> FloatArray:
        vector = np.zeros(len(self.places))
        for condition, weight in contrast.weights:
            vector[self.places[condition]] += weight
        return vector


def _model(used: Sequence[Observation], contrasts: Sequence[Contrast]) -> tuple[_Model | None, bool]:
    """Return the pooled fit, None where contrasts rest on their own scatter, and whether unequal scatter is why."""
    if not contrasts or (len(contrasts) == 1 and len(contrasts[0].conditions) == 2):
        return None, False
    names = list(dict.fromkeys(o.condition for o in used))
    places = {condition: place for place, condition in enumerate(names)}
    blocks = list(dict.fromkeys((o.part, o.block) for o in used))
    within = design_of([blocks.index((o.part, o.block)) for o in used], [places[o.condition] for o in used])
    between = design_of([0] * len(used), [places[o.condition] for o in used])
    logits = np.array([o.fraction.logit for o in used])
    vectors = [_Model(within, places, logits, 0.0, True).vector(contrast) for contrast in contrasts]
    usable = [
        within.holds(v) and (within.degrees > 1 or not lacking(used, c))
        for v, c in zip(vectors, contrasts, strict=True)
    ]
    if any(usable) and not all(usable):
        return None, False
    design = within if all(usable) else between
    squares = float(np.sum((design.residual_maker @ logits) ** 2))
    if design.degrees < 1 or squares < 1e-20:
        return None, False
    model = _Model(design, places, logits, squares / design.degrees, all(usable))
    return (None, True) if _unequal(model, used) else (model, False)


def _unequal(model: _Model, used: Sequence[Observation]) -> bool:
    """Return whether conditions scatter unequally: more than chance allows, or by the counts behind them."""
    counting: dict[int, list[float]] = {}
    for one in used:
        counting.setdefault(one.condition, []).append(one.fraction.counting_variance)
    means = [float(np.mean(found)) for found in counting.values()]
    if max(means) - min(means) > COUNTS_DIFFER * max(model.variance, float(np.mean(means))):
        return True
    return float(model.design.scatter_by_condition(model.logits)) > scatter_limit(model.design, UNEQUAL)


def _by_model(model: _Model, used: Sequence[Observation], contrast: Contrast) -> Finding:
    weights = model.design.on_observations(model.vector(contrast))
    error = float(np.sqrt(model.variance * np.sum(weights**2)))
    n = len(by_experiment(used, contrast)) if model.blocked else 0
    n = n or min(experiments(used, c) for c in contrast.conditions)
    basis = "pooled" if model.blocked else "pooled unpaired"
    short = lacking(used, contrast) if model.blocked else 0
    return by_t(float(weights @ model.logits), error, float(model.design.degrees), n, basis, short)


def _by_holm(found: Sequence[Finding]) -> list[Finding]:
    p_adjusted = holm([one.p_value for one in found])
    return [replace(one, p_adjusted=p, adjustment="Holm") for one, p in zip(found, p_adjusted, strict=True)]


def _by_multivariate_t(model: _Model, found: Sequence[Finding], contrasts: Sequence[Contrast]) -> list[Finding]:
    places = [i for i, one in enumerate(found) if np.isfinite(one.p_value)]
    weights = np.array([model.design.on_observations(model.vector(contrasts[i])) for i in places])
    lengths = np.sqrt(np.sum(weights**2, axis=1))
    t_values = weights @ model.logits / (lengths * np.sqrt(model.variance))
    p_values = adjusted(t_values, (weights @ weights.T) / np.outer(lengths, lengths), model.design.degrees)
    result = list(found)
    for i, p in zip(places, p_values, strict=True):
        result[i] = replace(found[i], p_adjusted=float(p), adjustment="multivariate t")
    return result
