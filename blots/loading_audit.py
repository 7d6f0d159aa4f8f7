"""Whether the loading control can be trusted: does it change itself, is it clipped, do others agree, does it matter."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from blots.calibration import one_step
from blots.cautions import caution
from blots.cell_contrasts import compare_cells
from blots.control_agreement import scatter_of_ratio, slope_between
from blots.levels import (
    CONDITIONS,
    VEHICLE,
    Z_95,
    ZERO_HOURS,
    Level,
    conditions_first,
    distinct,
    grouped,
    read_levels,
    references_of,
)
from blots.normalisation import normalise
from blots.replicate_means import mean_interval
from blots.time_course import replicate_folds

LOADING_COLUMNS = (
    "loading_control",
    "question",
    "against",
    "target",
    "hours",
    "estimate",
    "low",
    "high",
    "p_value",
    "p_adjusted",
    "n",
    "caution",
)
TIME, TREATMENT, SATURATION = "change with time", "change with treatment", "saturation"
SCATTER, SLOPE, EFFECT = "scatter of the ratio", "slope", "effect on fold"
TOTAL, PROTEIN, RAW = "total_protein", "protein_ug", "raw volume"
DISAGREE = 0.3  # two careful blots, each of a technical CV of 20 %, differ by 0.28

Row = dict[str, Any]


def audit_loading(
    bands: pd.DataFrame,
    lanes: pd.DataFrame,
    loading_controls: Sequence[str] = ("actin",),
    reference: str = ZERO_HOURS,
    conditions: Sequence[str] = CONDITIONS,
    vehicles: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return loading.csv: what speaks for and against each loading control.

    Parameters
    ----------
    bands : DataFrame
        As `normalise` takes it.
    lanes, conditions, reference, vehicles
        As `fold_changes` takes them. Where `lanes` has `protein_ug`, a control is judged against it.
    loading_controls : sequence of str
        Those of the study. A stain for total protein that was measured joins them in the comparisons.

    Returns
    -------
    DataFrame
        The condition columns, then `loading_control, question, against, target, hours, estimate, low, high, p_value,
        p_adjusted, n, caution`, one answer a row. n counts independent replicates (clipped lanes: lanes). Questions:

        - "change with time": the control over that of 0 h, as a fold; "change with treatment": over that of the vehicle
          of the same hour. `against` says what the control is divided by first: total protein where that was measured
          on all its membranes, else `protein_ug`, else nothing ("raw volume": unequal loads then look like a change).
          `p_adjusted` is over all such rows of one control.
        - "saturation": the share of its lanes that are clipped, counted.
        - "scatter of the ratio": the standard deviation of ln(control / `against`) between the lanes of a membrane;
          "slope": that of ln control over ln `against`, 1 where both follow the load.
        - "effect on fold": the target's fold over this control divided by its fold over `against`.

    Raises
    ------
    InvalidTimeCourse
        As `normalise` and `fold_changes`.

    Examples
    --------
    >>> band = {"target": "actin", "detection_limit": 1.0, "below_detection": False}
    >>> lanes = pd.DataFrame({"membrane": [*"aabbcc"], "lane": [1, 2] * 3, "hours": [0, 24] * 3})
    >>> bands = lanes.assign(**band, volume=[9.0, 6, 30, 20, 3, 2.1])
    >>> found = audit_loading(bands.assign(low=0.9 * bands["volume"], high=1.1 * bands["volume"]), lanes)
    >>> found[["question", "against", "hours", "estimate", "n"]].round(2).to_dict("records")[0]
    {'question': 'change with time', 'against': 'raw volume', 'hours': 24.0, 'estimate': 0.68, 'n': 3}
    """
    # Total protein comes last: the others are judged against it.
    named_first = dict.fromkeys([*(name for name in loading_controls if name != TOTAL), TOTAL])
    measured = [name for name in named_first if (bands["target"] == name).any()]
    raw = {name: _ratios(bands, lanes, name, RAW) for name in measured}
    rows: list[Row] = []
    for name in (name for name in measured if name in loading_controls):
        against = _yardstick(bands, lanes, name)
        levels = read_levels(_ratios(bands, lanes, name, against), lanes, conditions)
        named = {"loading_control": name, "against": against}
        rows += [named | row for row in _changes(one_step(levels), named, vehicles)]
        rows.append({"loading_control": name} | _saturation(raw[name], name))
    for first, second in combinations(measured, 2):
        pair = {"loading_control": first, "against": second}
        one, other = (read_levels(raw[name], lanes, conditions) for name in (first, second))
        rows += [pair | row for row in _agreement(one, other, pair)]
        folds = replicate_folds(normalise(bands, [first, second], lanes), lanes, reference, conditions, vehicles)
        rows += [pair | row for row in _effects(folds, first, second)]
    blank: Row = dict.fromkeys(conditions)
    blank |= {"question": "", "against": "", "target": "", "p_value": np.nan, "p_adjusted": np.nan, "hours": np.nan}
    return conditions_first([blank | row for row in rows], lanes, conditions, LOADING_COLUMNS)


def _ratios(bands: pd.DataFrame, lanes: pd.DataFrame, control: str, against: str) -> pd.DataFrame:
    """Return rows as of normalised.csv whose target is a loading control, divided by what it is judged against."""
    audited = bands[bands["target"] == control].assign(target="audited")
    divisor = bands[bands["target"] == against]
    if against in (PROTEIN, RAW):
        keys = [key for key in ("membrane", "gel", "lane") if key in audited]
        sheet = lanes[["membrane", "lane", *_given(lanes)]].drop_duplicates(["membrane", "lane"])
        loads = audited.drop_duplicates(keys)[keys].merge(sheet, how="left")
        known = loads[PROTEIN] if against == PROTEIN else pd.Series(1.0, loads.index)
        divisor = loads[keys].assign(target=against, volume=known, low=known, high=known, detection_limit=np.nan)
        divisor = divisor.assign(below_detection=False)
    found = normalise(pd.concat([audited, divisor], ignore_index=True), [against], lanes)
    return found.assign(target=control)


def _given(lanes: pd.DataFrame) -> list[str]:
    return [PROTEIN] if PROTEIN in lanes else []


def _yardstick(bands: pd.DataFrame, lanes: pd.DataFrame, control: str) -> str:
    """Return what a control is judged against."""
    own, total = (set(bands.loc[bands["target"] == name, "membrane"]) for name in (control, TOTAL))
    if control != TOTAL and own <= total:
        return TOTAL
    samples = lanes[~lanes["role"].isin(["ladder", "empty"])] if "role" in lanes else lanes
    return PROTEIN if _given(lanes) and (pd.to_numeric(samples[PROTEIN]) > 0).all() else RAW


def _changes(levels: list[Level], named: Mapping[str, str], vehicles: Mapping[str, str] | None) -> Iterator[Row]:
    """Yield the folds of a control over 0 h and over the vehicle, tested as one family."""
    levels = [level for level in levels if level.role != "reference" and _is_stated(level)]
    cells = grouped(levels, _cell)
    asked = list(_asked(cells, grouped(levels, lambda level: level.membrane), vehicles))
    numbers = {cell: i for i, cell in enumerate(cells)}
    blocks = {block: i for i, block in enumerate(grouped(levels, _block))}
    weights = np.zeros((len(asked), len(cells)))
    for i, (_, cell, bases) in enumerate(asked):
        weights[i, numbers[cell]] = 1
        weights[i, [numbers[base] for base in bases]] = -1 / len(bases)
    if not asked:
        return
    found = compare_cells(
        np.array([level.log_ratio for level in levels]),
        np.array([blocks[_block(level)] for level in levels]),
        np.array([numbers[_cell(level)] for level in levels]),
        weights,
    )
    for (question, cell, bases), *tested in zip(asked, *found, strict=True):
        base = [level for key in bases for level in cells[key]]
        yield {"question": question} | _change(question, cells[cell], base, tested, named)


def _change(
    question: str, levels: list[Level], base: list[Level], tested: Sequence[float], named: Mapping[str, str]
) -> Row:
    """Return one row: the fold of a control between two conditions."""
    estimate, low, high, p_value, p_adjusted = map(float, tested)
    cautions = [level.caution for level in (*levels, *base)]
    n = len({level.replicate for level in levels} & {level.replicate for level in base})
    if n < 2:
        reach = Z_95 * float(np.hypot(levels[0].standard_error, base[0].standard_error))
        low, high, p_value, p_adjusted = estimate - reach, estimate + reach, np.nan, np.nan
        cautions.append(caution("measurement_error_only", "one replicate"))
    if p_adjusted < 0.05:
        start = "of that at 0 h" if question == TIME else "of the vehicle's"
        words = f"{_judged(**named)} at {levels[0].hours:g} h is {np.exp(estimate):.2g} {start}"
        cautions.insert(0, caution("control_changes", words))
    fold = _ends(*np.exp([estimate, low, high]).tolist())
    tests = {"p_value": p_value, "p_adjusted": p_adjusted, "n": n, "caution": distinct(cautions)}
    return dict(levels[0].condition) | fold | tests


def _judged(loading_control: str, against: str) -> str:
    return f"the raw volume of {loading_control}" if against == RAW else f"{loading_control} over {against}"


def _is_stated(level: Level) -> bool:
    return bool(np.isfinite(level.log_ratio)) and not level.censored


def _cell(level: Level) -> Hashable:
    """Return what is one condition over all replicates: all 0 h lanes of a line are one."""
    return level.line if level.hours == 0 else (level.role, level.condition)


def _block(level: Level) -> Hashable:
    return level.replicate, level.membrane


def _asked(
    cells: Mapping[Hashable, list[Level]], near: Mapping[str, list[Level]], vehicles: Mapping[str, str] | None
) -> Iterator[tuple[str, Hashable, list[Hashable]]]:
    """Yield question, cell and the cells that it is compared with; `near` holds the levels of each membrane."""
    for cell, levels in cells.items():
        first = levels[0]
        if first.hours > 0 and first.line in cells:
            yield TIME, cell, [first.line]
        if first.hours > 0 and first.role == "treated":
            serving = [v for level in levels for v in references_of(level, near[level.membrane], VEHICLE, vehicles)]
            if serving:
                yield TREATMENT, cell, list(dict.fromkeys(map(_cell, serving)))


def _saturation(raw: pd.DataFrame, name: str) -> Row:
    """Return the share of a control's lanes that are clipped."""
    clipped = raw["caution"].str.contains(r"\b(?:saturated|lower_bound|no_volume): ", regex=True)
    share, said = float(clipped.mean()), ""
    if clipped.any():
        where = [f"lane {row.lane} of {row.membrane}" for row in raw[clipped].itertuples()]
        words = f"{name} is clipped in {len(where)} of {len(raw)} lanes, such as {where[0]}"
        said = caution("control_saturated", words)
    return {"question": SATURATION, "n": len(raw), "caution": said} | _ends(share, share, share)


def _agreement(first: list[Level], second: list[Level], pair: Mapping[str, str]) -> Iterator[Row]:
    """Yield how far the ratio of two controls scatters, and the slope between them."""
    others = {_sample(level): level.log_ratio for level in second if _is_stated(level)}
    lanes = [level for level in first if _is_stated(level) and _sample(level) in others]
    if not lanes:
        return
    logs = [level.log_ratio for level in lanes], [others[_sample(level)] for level in lanes]
    membranes, n = [level.membrane for level in lanes], len({level.replicate for level in lanes})
    scatter = scatter_of_ratio(*logs, membranes)
    words = f"{pair['loading_control']} over {pair['against']} scatters by {scatter.value:.2g} (ln) between lanes"
    said = caution("controls_disagree", words) if scatter.low > DISAGREE else ""
    yield {"question": SCATTER, "n": n, "caution": said} | _ends(*scatter)
    yield {"question": SLOPE, "n": n, "caution": ""} | _ends(*slope_between(*logs, membranes))


def _sample(level: Level) -> Hashable:
    return level.membrane, level.replicate, level.role, level.condition


def _ends(estimate: float, low: float, high: float) -> Row:
    return {"estimate": estimate, "low": low, "high": high}


def _effects(folds: pd.DataFrame, first: str, second: str) -> Iterator[Row]:
    """Yield what each target's folds over one control are of those over the other, over replicates."""
    keys = [c for c in folds.columns if c not in ("loading_control", "replicate", "fold_change", "censored", "caution")]
    folds = folds.assign(log=np.log(folds["fold_change"]))
    for place, part in folds.groupby(keys, dropna=False, sort=False):
        over = {control: own.set_index("replicate")["log"] for control, own in part.groupby("loading_control")}
        logs = (over[first] - over[second]).dropna().to_numpy()
        named = {str(key): value for key, value in zip(keys, place, strict=True)}
        n = len(logs)
        if not n or named["hours"] == 0:
            continue
        said = "" if n > 1 else caution("one_replicate", "no scatter between blots is known")
        ends = _ends(*np.exp(mean_interval(logs)).tolist())
        yield named | {"question": EFFECT, "n": n, "caution": said} | ends
