"""From the combinations of a study to what their figures are drawn from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cytotools.drawn_combinations import (
    DrawnAgent,
    DrawnCombinations,
    DrawnIndex,
    DrawnIsobole,
    DrawnMatrix,
    DrawnSchedules,
    DrawnScore,
)
from cytotools.labels import condition_label, line_label
from cytotools.number_words import fold

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.combination_findings import CombinationFindings, MatrixFinding, RatioFinding, ScheduleFinding
    from cytotools.doses.combined_experiment import CurveWells
    from cytotools.doses.combined_indices import CombinedIndex
    from cytotools.doses.excess_tests import Overall
    from cytotools.doses.median_effect import MedianEffect

FloatArray = NDArray[np.float64]
_STEPS = 99
_ISOBOLES = 3  # levels of an isobologram: more are not told apart


def drawn_combinations(found: CombinationFindings) -> DrawnCombinations:
    """Return all that the figures of combinations show."""
    return DrawnCombinations(
        tuple(_index(ratio) for ratio in found.ratios if _has_fits(ratio)),
        tuple(_matrix(matrix) for matrix in found.matrices if _is_crossed(matrix)),
        tuple(_schedules(one) for one in found.schedules),
    )


def _is_crossed(found: MatrixFinding) -> bool:
    """Tell whether doses of both agents were crossed: one ratio or one fixed dose is drawn as a curve."""
    for score in list(found.scores.values())[:1]:
        inner = np.isfinite(score.mean_affected[1:, 1:])
        return bool((inner.sum(axis=0) > 1).any() and (inner.sum(axis=1) > 1).any())
    return False


def _has_fits(found: RatioFinding) -> bool:
    """Tell whether every curve has a median effect in every experiment: without it there is no index to draw."""
    index = found.indices.get(("nonlinear", True))
    return index is not None and all(fit is not None for fits in index.fits for fit in fits)


def _name(condition: Mapping[str, Any]) -> str:
    """Return what tells a combination from others of its agents: line, hours, schedule."""
    hours, lead = condition.get("hours"), condition.get("lead_hours")
    schedule = str(condition.get("schedule") or "")
    if schedule and isinstance(lead, float) and lead == lead and lead:
        schedule = f"{schedule} {lead:g} h"
    parts = [line_label(condition), f"{hours:g} h" if isinstance(hours, float) and hours == hours else "", schedule]
    return ", ".join(part for part in parts if part)


def _headline(word: str, value: float, low: float, high: float, verdict: str) -> str:
    limits = f" ({fold(low)} to {fold(high)})" if low == low else ""
    return f"{word} {fold(value)}{limits}: {verdict}" if value == value else f"{word}: {verdict}"


def _index(found: RatioFinding) -> DrawnIndex:
    import pandas as pd

    from cytotools.doses.index_verdicts import MARGIN

    combination, index = found.combination, found.indices["nonlinear", True]
    head = index.headline
    grid = np.linspace(*index.tested_range, _STEPS) if index.tested_range[0] < index.tested_range[1] else np.zeros(0)
    middle, low, high = index.at(grid)
    own = index.experiment_index(grid)
    levels = pd.DataFrame(
        {
            "affected": index.levels,
            "value": index.index,
            "low": index.low,
            "high": index.high,
            "verdict": list(index.verdicts),
        }
    )
    return DrawnIndex(
        name=_name(combination.condition),
        agents=combination.agents,
        units=combination.units,
        ratio=combination.ratio,
        assay=combination.assay,
        affected=grid,
        index=middle,
        low=low,
        high=high,
        experiments=dict(zip(index.experiments, own, strict=True)),
        points=_points(found),
        levels=levels[index.tested].reset_index(drop=True),
        headline=_headline("CI", head.index, head.low, head.high, head.verdict),
        curves=tuple(_agents(found)),
        isoboles=tuple(_isoboles(found)) if len(combination.agents) == 2 else (),
        margin=MARGIN,
        n=index.n,
    )


def _points(found: RatioFinding) -> pd.DataFrame:
    """Return the index of each experiment at the measured effect of every dose, where that lies between 0 and 1."""
    import pandas as pd

    index = found.indices["nonlinear", True]
    rows = []
    for experiment, fits in zip(found.combination.experiments, _fits(index), strict=True):
        for dose, affected in _means(experiment.combined):
            if 0.0 < affected < 1.0:
                alone = [float(fit.dose_at(affected)) for fit in fits[:-1]]
                at = sum(share * dose / single for share, single in zip(experiment.shares, alone, strict=True))
                rows.append({"experiment": experiment.name, "affected": affected, "index": at})
    return pd.DataFrame(rows, columns=["experiment", "affected", "index"])


def _fits(index: CombinedIndex) -> list[list[MedianEffect]]:
    """Return the fits of each experiment; those that are drawn have all of them."""
    return [[fit for fit in fits if fit is not None] for fits in index.fits]


def _means(wells: CurveWells) -> Iterator[tuple[float, float]]:
    """Yield each dose with the mean of its wells."""
    for dose in np.unique(wells.dose):
        here = wells.dose == dose
        yield float(dose), float(np.average(wells.affected[here], weights=wells.weight[here]))


def _agents(found: RatioFinding) -> Iterator[DrawnAgent]:
    """Yield each agent alone and the combination, with their median effects over experiments."""
    import pandas as pd

    combination, index = found.combination, found.indices["nonlinear", True]
    classic = found.indices["log_linear", True]
    labels = [*combination.agents, f"{' + '.join(combination.agents)} {combination.ratio}"]
    for k, (label, name) in enumerate(zip(labels, (*combination.units, combination.unit), strict=True)):
        rows = [
            {"experiment": one.name, "dose": dose, "affected": affected}
            for one in combination.experiments
            for dose, affected in _means((*one.singles, one.combined)[k])
        ]
        points = pd.DataFrame(rows, columns=["experiment", "dose", "affected"])
        m = float(np.mean([fits[k].m for fits in _fits(index)]))
        dm, low, high = _over([float(fits[k].dm) for fits in _fits(index)])
        r = float(np.mean([fit.r for fits in classic.fits if (fit := fits[k]) is not None] or [np.nan]))
        yield DrawnAgent(label, name, points, m, dm, low, high, r)


def _over(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the geometric mean of an experiment's doses with its 95 % t interval."""
    from cytotools.doses.averages import average

    found = average(values, geometric=True)
    return found.mean, found.low, found.high


def _isoboles(found: RatioFinding) -> Iterator[DrawnIsobole]:
    """Yield the tested levels of an isobologram, the lowest first; a part is 1 over the dose-reduction index."""
    index = found.indices["nonlinear", True]
    tested = [k for k in range(len(index.levels)) if index.tested[k]]
    numbers = (index.dri, index.dri_high, index.dri_low)
    for k in tested[:_ISOBOLES]:
        first, second = ([float(1.0 / own[agent, k]) for own in numbers] for agent in (0, 1))
        parts = ((first[0], first[1], first[2]), (second[0], second[1], second[2]))
        yield DrawnIsobole(float(index.levels[k]), parts, index.verdicts[k])


def _matrix(found: MatrixFinding) -> DrawnMatrix:
    family, first = found.family, next(iter(found.scores.values()))
    scores = [
        DrawnScore(
            method,
            score.excess,
            score.low,
            score.high,
            score.verdicts,
            _excess_words(score.overall),
        )
        for method, score in found.scores.items()
    ]
    return DrawnMatrix(
        name=_name(family.condition),
        agents=family.agents,
        units=family.units,
        assay=family.assay,
        doses_1=first.doses_1,
        doses_2=first.doses_2,
        affected=first.mean_affected,
        scores=tuple(scores),
        n=first.n,
    )


def _excess_words(overall: Overall) -> str:
    return _headline("mean excess", overall.value, overall.low, overall.high, overall.verdict)


def _schedules(found: ScheduleFinding) -> DrawnSchedules:
    import pandas as pd

    rows = [{"schedule": name, **level._asdict()} for name, level in found.levels.items()]
    values = [
        {"schedule": name, "experiment": experiment, "value": value}
        for name, own in found.values.items()
        for experiment, value in own.items()
    ]
    columns = ["contrast", "estimate", "low", "high", "p_adjusted"]
    scale = "ratio" if found.is_ratio else "difference"
    contrasts = [one.row(found.quantity, scale) | {"p_adjusted": one.p_adjusted} for one in found.contrasts]
    return DrawnSchedules(
        name=condition_label(found.condition),
        quantity=found.quantity.replace("bliss", "Bliss"),
        unit=found.unit,
        is_ratio=found.is_ratio,
        neutral=found.neutral,
        rows=pd.DataFrame(rows),
        experiments=pd.DataFrame(values, columns=["schedule", "experiment", "value"]),
        contrasts=pd.DataFrame(contrasts, columns=columns),
        answer=_order_words(found),
    )


def _order_words(found: ScheduleFinding) -> str:
    """Return which order is best, as far as it is told."""
    if found.best:
        return f"best: {found.best}"
    return f"which order is best is not resolved{f' ({found.leader} leads)' if found.leader else ''}"
