"""Rows of comparisons.csv: the IC50 of one line over that of another, within experiments where they hold both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from cytotools.contrast_rows import COMPARISON_COLUMNS
from cytotools.dose_response_table import experiment_ic50s
from cytotools.experiments import condition_columns, grouped, key_of
from cytotools.fitted_curves import KINDS
from cytotools.labels import line_label

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.fitted_curves import FittedGroup

LINE = ("cell_line", "arm")


def ic50_ratios(groups: Sequence[FittedGroup]) -> pd.DataFrame:
    """Return the IC50 ratio of every two lines (or arms) whose curves are of the same treatment, hours and assay.

    Parameters
    ----------
    groups : sequence of FittedGroup
        Every line's own curve, its experiments told by the same names.

    Returns
    -------
    DataFrame
        Condition columns (of the line named first) and `assay`, then those of comparisons.csv: `quantity` is
        "relative IC50" or "absolute IC50", `scale` ratio. All pairs of one kind and assay are one family, adjusted
        after Holm. A ratio known on one side is empty with `low` and inf, or 0 and `high`.
    """
    import pandas as pd

    rows = []
    for assay_groups in grouped(groups, lambda found: found.group.assay).values():
        pairs = [pair for alike in grouped(assay_groups, _treatment).values() for pair in combinations(alike, 2)]
        for kind in KINDS:
            rows += list(_rows([pair for pair in pairs if _is_answerable(pair, kind)], kind))
    frame = pd.DataFrame(rows)
    named = condition_columns(frame, [name for name in frame.columns if name not in COMPARISON_COLUMNS])
    return frame.reindex(columns=[*named, *COMPARISON_COLUMNS])


def _treatment(found: FittedGroup) -> tuple[Any, ...]:
    """Return what two curves must share to be compared: all but line and arm."""
    shared = {name: key_of(value) for name, value in found.group.condition.items() if name not in LINE}
    return found.group.runs, found.group.ratio, tuple(shared.items())


def _is_answerable(pair: Sequence[FittedGroup], kind: str) -> bool:
    return all(experiment_ic50s(found, kind) for found in pair)


def _rows(pairs: Sequence[Sequence[FittedGroup]], kind: str) -> Iterator[dict[str, Any]]:
    from cytotools.doses.selectivity import Ic50Pair, compare_ic50

    planned = [
        Ic50Pair(_contrast(first, second), experiment_ic50s(first, kind), experiment_ic50s(second, kind))
        for first, second in pairs
    ]
    for (first, _), ratio in zip(pairs, compare_ic50(planned), strict=True):
        yield dict(first.group.condition) | {"assay": first.group.assay} | ratio.row(f"{kind} IC50")


def _contrast(first: FittedGroup, second: FittedGroup) -> str:
    return " against ".join(line_label(found.group.condition) for found in (first, second))
