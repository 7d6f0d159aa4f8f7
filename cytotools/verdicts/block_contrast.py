"""One weighted contrast of arms within independent experiments, of any number of arms.

The rule is that of `cytotools.doses.block_model`, which knows pairs only: least squares of value = experiment + arm; a
contrast is tested on the scatter of all arms, and on its own with degrees of freedom half-way between its own and the
model's. The wider limits count. Arms that no experiment ties are compared as independent groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from cytotools.logit_designs import design_of

FloatArray = NDArray[np.float64]
NAN = float("nan")
Z_95 = 1.959963984540054


@dataclass(frozen=True)
class BlockContrast:
    """A contrast with what its limits rest on.

    Attributes
    ----------
    estimate : float
    errors : tuple of (standard error, degrees of freedom)
        The one that says least counts; empty where nothing is tested.
    spread : float
        Standard error by the errors within experiments alone.
    n : int
        Independent experiments: those that hold all arms, else those of the scarcest arm.
    paired : bool
        Whether the contrast is taken within experiments.
    """

    estimate: float
    errors: tuple[tuple[float, float], ...]
    spread: float
    n: int
    paired: bool

    def limits(self, alpha: float = 0.05) -> tuple[float, float]:
        """Return two-sided limits at 1 - alpha; of one experiment they describe the errors within it."""
        if not self.errors:
            return self.estimate - Z_95 * self.spread, self.estimate + Z_95 * self.spread
        reach = max(error * float(stdtrit(degrees, 1.0 - alpha / 2.0)) for error, degrees in self.errors)
        return self.estimate - reach, self.estimate + reach


def block_contrast(
    values: Sequence[Mapping[str, float]], errors: Sequence[Mapping[str, float]], weights: Mapping[int, float]
) -> BlockContrast:
    """Return one contrast of arms over independent experiments.

    Parameters
    ----------
    values : sequence of mapping of experiment to float
        One an arm, on the scale on which errors add. Arms that the contrast does not weigh tell of the scatter.
    errors : sequence of mapping of experiment to float
        Standard errors within experiments.
    weights : mapping of arm (its place in `values`) to weight
        They sum to 0.

    Returns
    -------
    BlockContrast

    References
    ----------
    H. Scheffé, The Analysis of Variance (1959), chapter 4 (treatments in blocks).

    Examples
    --------
    A rescue beyond what the agent does alone: (both - mimetic) - (agent - control).

    >>> control, mimetic = {"1": -2.4, "2": -2.1, "3": -2.3}, {"1": -1.7, "2": -1.5, "3": -1.8}
    >>> agent, both = {"1": -2.2, "2": -2.1, "3": -2.2}, {"1": 0.1, "2": 0.2, "3": -0.1}
    >>> found = block_contrast([control, mimetic, agent, both], [{}] * 4, {3: 1.0, 1: -1.0, 2: -1.0, 0: 1.0})
    >>> round(found.estimate, 2), found.n, found.limits()[0] > 1
    (1.63, 3, True)
    """
    names = sorted({name for held in values for name in held})
    places = [(names.index(name), arm) for arm, held in enumerate(values) for name in held]
    entries = np.array([value for held in values for value in held.values()])
    within = [errors[arm].get(names[block], NAN) for block, arm in places]
    coefficients = np.zeros(len(values))
    coefficients[list(weights)] = list(weights.values())
    arms = [arm for _, arm in places]
    design = design_of([block for block, _ in places], arms)
    whole = [name for name in names if all(name in values[arm] for arm in weights)]
    paired = design.holds(coefficients)
    if not paired:
        design = design_of([0] * len(arms), arms)
    shares = design.on_observations(coefficients)
    estimate = float(shares @ entries)
    counts = np.abs(shares) > 1e-9
    spread = float(np.sqrt(np.sum((shares[counts] * np.array(within)[counts]) ** 2)))
    scarcest = min(len(values[arm]) for arm in weights)
    n = len(whole) if paired and len(whole) > 1 else scarcest
    if n < 2 or design.degrees < 1:
        return BlockContrast(estimate, (), spread, min(n, 1), paired)
    residuals = design.residual_maker @ entries
    variance, length = float(residuals @ residuals) / design.degrees, float(np.linalg.norm(shares))
    tests = [(max(length * variance**0.5, 1e-12), float(design.degrees))]
    if paired and len(whole) > 1:
        own = [sum(weight * values[arm][name] for arm, weight in weights.items()) for name in whole]
        error = length * float(np.std(own, ddof=1)) / float(np.linalg.norm(coefficients))
        tests.append((error, (len(whole) - 1 + design.degrees) / 2.0))
    return BlockContrast(estimate, tuple(tests), spread, n, paired)
