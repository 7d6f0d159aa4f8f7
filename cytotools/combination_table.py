"""combination.csv: indices of constant ratios, scores of dose matrices, and potentiations, each with its verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import stdtrit

from cytotools.conditions import CONDITION_COLUMNS
from cytotools.doses.cautions import caution, join
from cytotools.tables import COLUMNS

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.combination_findings import (
        CombinationFindings,
        MatrixFinding,
        PotentiationFinding,
        RatioFinding,
    )
    from cytotools.doses.combined_indices import CombinedIndex
    from cytotools.doses.matrix_excess import MatrixExcess
    from cytotools.potentiated_curves import PotentiationPair

COMBINATION_COLUMNS = COLUMNS["combination"]
METHODS = {"nonlinear": "ci", "log_linear": "ci_log_linear"}
NAN = float("nan")
UNRESOLVED = "not resolved"
INACTIVE = 0.8  # of the control: what a partner must leave alive alone for a shift to be potentiation
Row = dict[str, Any]


def combination_table(found: CombinationFindings) -> pd.DataFrame:
    """Return combination.csv.

    Returns
    -------
    DataFrame
        Condition columns, then those of the contract and `ratio` (p:q), `p_value` (of no interaction; adjusted for all
        cells in the rows of cells) and `outside` (means of wells at or beyond 0 or 1). An empty `affected` is the
        headline; the rows of cells hold their doses.
    """
    import pandas as pd

    rows: list[Row] = []
    for ratio in found.ratios:
        rows += _ratio_rows(ratio)
    for matrix in found.matrices:
        rows += _matrix_rows(matrix)
        rows += _matrix_index_rows(matrix)
    rows += [row for one in found.potentiations for row in _potentiation_rows(one)]
    named = [name for name in CONDITION_COLUMNS if any(name in row for row in rows)]
    return pd.DataFrame(rows, columns=[*named, *COMBINATION_COLUMNS])


def _row(condition: Mapping[str, Any], assay: str, method: str, values: Mapping[str, Any]) -> Row:
    empty = {"exclusive": "", "agent": "", "ratio": "", "affected": NAN, "value": NAN, "low": NAN, "high": NAN}
    rest = {"p_value": NAN, "verdict": "", "outside": 0, "n": 0, "caution": "", "replicate": "", "level": "all"}
    return dict(condition) | {"assay": assay, "method": method} | empty | rest | dict(values)


def _ratio_rows(found: RatioFinding) -> Iterator[Row]:
    combination = found.combination
    head = (combination.condition, combination.assay)
    if not found.indices:
        named = {"exclusive": True, "ratio": combination.ratio, "verdict": UNRESOLVED}
        yield _row(*head, "ci", named | {"caution": join(combination.missing, *combination.notes)})
    for (fit, exclusive), index in found.indices.items():
        named = {"exclusive": exclusive, "ratio": combination.ratio, "outside": index.outside}
        yield from (_row(*head, METHODS[fit], named | row) for row in _index_rows(index, combination.notes))
        if fit == "nonlinear" and exclusive:
            reductions = _reduction_rows(index, combination.agents)
            yield from (_row(*head, "dose_reduction", {"ratio": combination.ratio} | row) for row in reductions)
    if found.interaction is not None:
        one = found.interaction
        limits = {"value": one.index, "low": one.low, "high": one.high, "p_value": one.p_value}
        rest = {"verdict": one.verdict, "n": one.n, "caution": one.cautions}
        yield _row(*head, "interaction_index", {"ratio": combination.ratio} | limits | rest)


def _index_rows(index: CombinedIndex, notes: tuple[str, ...]) -> Iterator[Row]:
    """Yield the index over all experiments at each level and as a headline, then that of each experiment."""
    head = index.headline
    said = join(*notes, *index.cautions)
    yield {
        "value": head.index,
        "low": head.low,
        "high": head.high,
        "p_value": head.p_value,
        "verdict": head.verdict,
        "n": index.n,
        "caution": said,
    }
    for k, level in enumerate(index.levels):
        beyond = "" if index.tested[k] else caution("untested_effect", f"fa {level:g}")
        yield {
            "affected": float(level),
            "value": float(index.index[k]),
            "low": float(index.low[k]),
            "high": float(index.high[k]),
            "p_value": float(index.p_value[k]),
            "verdict": index.verdicts[k],
            "n": index.n,
            "caution": join(beyond, said),
        }
    for i in range(len(index.experiments)):
        yield from _experiment_rows(index, i)


def _experiment_rows(index: CombinedIndex, i: int) -> Iterator[Row]:
    """Yield the index of one experiment with the limits of its own wells, which hold no scatter between experiments."""
    own = {"level": "experiment", "replicate": index.experiments[i], "n": 1, "verdict": UNRESOLVED}
    head = index.headline
    least = index.degrees[i, index.tested].min(initial=np.inf)
    yield own | _own_limits(head.ln_index[i], head.ln_errors[i], least)
    for k, level in enumerate(index.levels):
        limits = _own_limits(index.ln_index[i, k], index.ln_errors[i, k], index.degrees[i, k])
        yield own | {"affected": float(level)} | limits


def _own_limits(ln: float, error: float, degrees: float) -> Row:
    reach = float(stdtrit(degrees, 0.975)) * error
    with np.errstate(over="ignore"):
        value, low, high = np.exp([ln, ln - reach, ln + reach]).tolist()
    return {"value": value, "low": low, "high": high}


def _reduction_rows(index: CombinedIndex, agents: tuple[str, ...]) -> Iterator[Row]:
    """Yield how many times lower the dose of each agent is in the combination than alone."""
    for j, agent in enumerate(agents):
        for k, level in enumerate(index.levels):
            beyond = "" if index.tested[k] else caution("untested_effect", f"fa {level:g}")
            numbers = {"value": index.dri[j, k], "low": index.dri_low[j, k], "high": index.dri_high[j, k]}
            yield {"agent": agent, "affected": float(level), "n": index.n, "caution": beyond} | {
                name: float(number) for name, number in numbers.items()
            }


def _matrix_rows(found: MatrixFinding) -> Iterator[Row]:
    family = found.family
    if not found.scores:
        nothing = {"verdict": UNRESOLVED, "caution": join(family.missing, *family.notes)}
        yield _row(family.condition, family.assay, "bliss", nothing)
    for method, score in found.scores.items():
        overall, beyond = score.overall, _beyond(score.mean_affected)
        limits = {"value": overall.value, "low": overall.low, "high": overall.high, "p_value": overall.p_value}
        rest = {
            "verdict": overall.verdict,
            "n": score.n,
            "outside": beyond,
            "caution": join(*family.notes, *score.cautions),
        }
        yield _row(family.condition, family.assay, method, limits | rest)
        yield from _cell_rows(found, method, score)
        for name, mean in zip(score.experiments, score.plate_means, strict=True):
            own = {"level": "experiment", "replicate": name, "n": 1, "verdict": UNRESOLVED, "value": float(mean)}
            yield _row(family.condition, family.assay, method, own)


def _matrix_index_rows(found: MatrixFinding) -> Iterator[Row]:
    """Yield the index at doses in any ratio: of the whole matrix, of each cell, and of each plate."""
    family, index = found.family, found.index
    if index is None:
        return
    head = index.headline
    whole = {"exclusive": True, "n": index.n, "outside": index.outside, "caution": join(*index.cautions)}
    limits = {"value": head.index, "low": head.low, "high": head.high, "p_value": head.p_value}
    yield _row(family.condition, family.assay, "ci", whole | limits | {"verdict": head.verdict})
    for i, j in zip(*np.nonzero(index.verdicts != ""), strict=True):
        doses = {"dose": float(index.doses_1[i]), "dose_2": float(index.doses_2[j])}
        numbers = {"affected": index.mean_affected, "value": index.index, "low": index.low, "high": index.high}
        numbers["p_value"] = index.p_adjusted
        rest = {"exclusive": True, "verdict": str(index.verdicts[i, j]), "n": index.n}
        values = {name: float(of_cell[i, j]) for name, of_cell in numbers.items()}
        yield _row(dict(family.condition) | doses, family.assay, "ci", values | rest)
    for name, ln_index in zip(index.experiments, head.ln_index, strict=True):
        own = {"exclusive": True, "level": "experiment", "replicate": name, "n": 1, "verdict": UNRESOLVED}
        yield _row(family.condition, family.assay, "ci", own | {"value": float(np.exp(ln_index))})


def _beyond(affected: np.ndarray[Any, np.dtype[np.float64]]) -> int:
    """Return how many dosed cells lie at or beyond 0 or 1."""
    dosed = affected.ravel()[1:]
    return int(np.sum((dosed <= 0) | (dosed >= 1)))


def _cell_rows(found: MatrixFinding, method: str, score: MatrixExcess) -> Iterator[Row]:
    family = found.family
    for i in range(1, len(score.doses_1)):
        for j in range(1, len(score.doses_2)):
            if np.isnan(score.mean_affected[i, j]):
                continue
            doses = {"dose": float(score.doses_1[i]), "dose_2": float(score.doses_2[j])}
            numbers = {"affected": score.mean_affected, "value": score.excess, "low": score.low, "high": score.high}
            numbers["p_value"] = score.p_adjusted
            undefined = bool(score.undefined[i, j])
            beyond = undefined and method == "loewe" and np.isfinite(score.plates[:, i, j]).sum() < score.n
            said = caution("undefined_cell", "beyond the weaker agent's maximum, or not measured") if beyond else ""
            values = {name: float(of_cell[i, j]) for name, of_cell in numbers.items()}
            rest = {"verdict": str(score.verdicts[i, j]) or UNRESOLVED, "n": score.n, "caution": said}
            yield _row(dict(family.condition) | doses, family.assay, method, values | rest)


def _potentiation_rows(found: PotentiationFinding) -> Iterator[Row]:
    one, pair = found.potentiation, found.pair
    limits = {"value": one.shift, "low": one.low, "high": one.high, "p_value": one.p_value}
    active = _on_active_partner(pair)
    verdict = UNRESOLVED if active else one.verdict
    rest = {"verdict": verdict, "n": one.n, "caution": join(active, one.cautions, *pair.notes)}
    yield _row(pair.condition, pair.assay, "potentiation", {"agent": pair.agent} | limits | rest)


def _on_active_partner(pair: PotentiationPair) -> str:
    """Return the caution on a partner that acts by itself: a shift then tells no synergy, for Loewe expects one too."""
    left = [one.value for one in pair.partner_alone.values() if np.isfinite(one.value)]
    if not left or np.mean(left) >= INACTIVE:
        return ""
    return caution("partner_active", f"{pair.partner} alone leaves {100 * np.mean(left):.0f} %")
