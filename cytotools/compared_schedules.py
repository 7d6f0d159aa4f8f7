"""Orders of treatment compared: IC50s, combination indices and Bliss excesses of pre-, co- and post-treatment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cytotools.combination_findings import EXCESS, INDEX, Level, ScheduleFinding, Values
from cytotools.contrast_rows import COMPARISON_COLUMNS
from cytotools.dose_response_table import experiment_ic50s
from cytotools.experiments import condition_columns
from cytotools.fitted_curves import KINDS

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.combination_findings import MatrixFinding, RatioFinding
    from cytotools.doses.experiments import ExperimentIc50
    from cytotools.doses.matrix_excess import MatrixExcess
    from cytotools.fitted_curves import FittedGroup
    from cytotools.schedule_order import ScheduleFamily


def compared_schedules(
    curves: Sequence[tuple[ScheduleFamily[Any], Sequence[FittedGroup]]],
    ratios: Sequence[tuple[ScheduleFamily[Any], Sequence[RatioFinding]]],
    matrices: Sequence[tuple[ScheduleFamily[Any], Sequence[MatrixFinding]]],
) -> list[ScheduleFinding]:
    """Return every quantity that is told under more than one schedule.

    Parameters
    ----------
    curves : sequence of (ScheduleFamily, curves)
        With the curve of each member: over a fixed partner, or in a constant ratio.
    ratios, matrices : sequence of (ScheduleFamily, findings)
        With the finding of each member.
    """
    found = [one for family, own in curves for one in _ic50s(family, own)]
    found += [one for family, own in ratios for one in _indices(family, own)]
    return found + [one for family, own in matrices for one in _excesses(family, own)]


def schedule_contrasts(found: Iterable[ScheduleFinding]) -> pd.DataFrame:
    """Return the rows of comparisons.csv of quantity "... by schedule", adjusted together within a finding."""
    import pandas as pd

    rows = [
        one.condition
        | {"assay": one.assay}
        | contrast.row(f"{one.quantity} by schedule", "ratio" if one.is_ratio else "difference")
        for one in found
        for contrast in one.contrasts
    ]
    frame = pd.DataFrame(rows)
    named = condition_columns(frame, [name for name in frame.columns if name not in COMPARISON_COLUMNS])
    return frame.reindex(columns=[*named, *COMPARISON_COLUMNS])


def _ic50s(family: ScheduleFamily[Any], curves: Sequence[FittedGroup]) -> Iterator[ScheduleFinding]:
    from cytotools.doses.experiments import over_experiments
    from cytotools.doses.schedule_comparison import best_schedule, compare_schedules_ic50

    for kind in KINDS:
        held = {name: experiment_ic50s(curve, kind) for name, curve in zip(family.schedules, curves, strict=True)}
        held = {name: own for name, own in held.items() if own}
        if len(held) < 2:
            continue
        contrasts = compare_schedules_ic50(held).contrasts
        best = best_schedule(contrasts, lower_is_better=True)
        over = {name: over_experiments(list(own.values())) for name, own in held.items()}
        levels = {name: Level(one.ic50, one.low, one.high, one.n) for name, one in over.items()}
        values = {name: dict(_known(own)) for name, own in held.items()}
        running = curves[0].group.runs
        slot = running.removeprefix("compound") if running != "ratio" else ""
        unit = str(curves[0].group.condition.get(f"dose_unit{slot}", "") or "")
        yield ScheduleFinding(
            family.condition, family.assay, f"{kind} IC50", unit, values, levels, contrasts, best.name, best.leader
        )


def _known(own: Mapping[str, ExperimentIc50]) -> Iterator[tuple[str, float]]:
    """Yield the IC50s that lie within their doses."""
    for name, one in own.items():
        if not (one.above or one.below or one.flat):
            yield name, one.ic50


def _indices(family: ScheduleFamily[Any], findings: Sequence[RatioFinding]) -> Iterator[ScheduleFinding]:
    """Yield the index over the effects that every schedule was tested at, so that like is compared with like."""
    indices = {
        name: one.indices["nonlinear", True]
        for name, one in zip(family.schedules, findings, strict=True)
        if ("nonlinear", True) in one.indices
    }
    if len(indices) < 2:
        return
    common = np.all([index.tested for index in indices.values()], axis=0)
    if not common.any():
        return
    ln = {
        name: dict(zip(index.experiments, index.ln_index[:, common].mean(axis=1).tolist(), strict=True))
        for name, index in indices.items()
    }
    yield from _finding(family, INDEX, ln)


def _excesses(family: ScheduleFamily[Any], findings: Sequence[MatrixFinding]) -> Iterator[ScheduleFinding]:
    """Yield the mean Bliss excess over the cells that every schedule holds."""
    scores = {
        name: one.scores["bliss"] for name, one in zip(family.schedules, findings, strict=True) if "bliss" in one.scores
    }
    if len(scores) < 2:
        return
    held = [_cells(score) for score in scores.values()]
    common = set.intersection(*held)
    if not common:
        return
    values = {}
    for name, score in scores.items():
        inside = [
            (i, j)
            for i, first in enumerate(score.doses_1)
            for j, second in enumerate(score.doses_2)
            if (first, second) in common
        ]
        rows, columns = np.array(inside).T
        means = score.plates[:, rows, columns].mean(axis=1)
        values[name] = dict(zip(score.experiments, means.tolist(), strict=True))
    yield from _finding(family, EXCESS, values)


def _cells(score: MatrixExcess) -> set[tuple[float, float]]:
    """Return the pairs of doses that have an excess in every experiment."""
    told = np.asarray(np.all(np.isfinite(score.plates), axis=0))
    return {
        (float(first), float(second))
        for i, first in enumerate(score.doses_1)
        for j, second in enumerate(score.doses_2)
        if i and j and told[i, j]
    }


def _finding(family: ScheduleFamily[Any], quantity: str, values: Values) -> Iterator[ScheduleFinding]:
    """Yield the comparison of values on the scale on which errors add; those that are not finite are left unknown."""
    from cytotools.doses.block_model import block_contrasts, level_estimates
    from cytotools.doses.schedule_comparison import best_schedule

    known = {name: {e: v for e, v in own.items() if np.isfinite(v)} for name, own in values.items()}
    known = {name: own for name, own in known.items() if own}
    if len(known) < 2:
        return
    contrasts = tuple(block_contrasts(known))
    best = best_schedule(contrasts, lower_is_better=quantity == INDEX)
    shown = np.exp if quantity == INDEX else np.asarray
    levels = {
        name: Level(float(shown(one.mean)), float(shown(one.low)), float(shown(one.high)), one.n)
        for name, one in level_estimates(known).items()
    }
    told = {name: {e: float(shown(v)) for e, v in own.items()} for name, own in known.items()}
    yield ScheduleFinding(family.condition, family.assay, quantity, "", told, levels, contrasts, best.name, best.leader)
