"""The effect of every condition in every assay over its control, on scales that a person reads."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from cytotools.experiments import grouped
from cytotools.number_words import finite, fold, percent, percent_points
from cytotools.tables import rows_of
from cytotools.verdicts.effect_sizes import EARLY, GONE, LACKS, OPEN, SIZES, WEAK, is_slight, state_of
from cytotools.verdicts.matched_conditions import WITHOUT_HOURS, condition_key
from cytotools.verdicts.pooled_scatter import half_widths

if TYPE_CHECKING:
    import pandas as pd

NAN = float("nan")
APOPTOSIS = ("annexin", "caspase", "cleavage")
FEW_CELLS = 0.2  # of the control: what is left of them can't make a caspase signal
MOST_PER_CELL = 2.5  # fold of a viable cell: between what few early apoptotic cells bring and none
LEAST_SCALE = 0.1  # wells scatter in proportion to what they read, down to a tenth of the control
SAID = {"annexin": "Annexin V", "dye": "dye without Annexin V", "caspase": "caspase-3/7", "viability": "viability"}


@dataclass(frozen=True)
class Effect:
    """What one assay found in one condition at one hour.

    Attributes
    ----------
    condition : tuple of (str, value)
        The condition columns without the hours, as the assay's sheet has them.
    hours : float
        NaN where the sheet has none.
    method : str
        annexin, dye, caspase, viability, cleavage or target.
    assay, quantity : str
        As the table shows them.
    value, low, high : float
        Annexin V and dye: the difference in fraction from control. Caspase: fold over control. Viability: the share
        of the control that is lost. Cleavage: the difference in cleaved fraction from 0 h. Target: the share lost.
    n : int
    state : str
        Of `effect_sizes.state_of`.
    """

    condition: tuple[tuple[str, Any], ...]
    hours: float
    method: str
    assay: str
    quantity: str
    value: float
    low: float
    high: float
    n: int
    state: str

    @cached_property
    def key(self) -> Hashable:
        """Return what the effects of one condition share."""
        return condition_key(dict(self.condition))

    @property
    def name(self) -> str:
        """Return the method in words."""
        if self.method in ("cleavage", "target"):
            return self.quantity.removeprefix("loss of ")
        return "MTT" if self.assay == "mtt" else SAID[self.method]

    @property
    def words(self) -> str:
        """Return the effect with its interval and hour, such as `Annexin V +12.0 points (+9.1 to +15.2) at 24 h`."""
        at = f" at {self.hours:g} h" if finite(self.hours) else ""
        if self.method == "caspase":
            return f"{self.name} {fold(self.value)}-fold ({fold(self.low)} to {fold(self.high)}){at}"
        if self.method in ("viability", "target"):  # what is left reads better than what is lost
            left, low, high = (percent(1 - value, 0) for value in (self.value, self.high, self.low))
            whole = "control" if self.method == "viability" else "its start"
            return f"{self.name} {left} of {whole} ({low} to {high}){at}"
        value = f"{percent_points(self.value)} " if finite(self.value) else ""
        return f"{self.name} {value}({100 * self.low:+.1f} to {100 * self.high:+.1f}){at}"


def assay_effects(tables: Mapping[str, pd.DataFrame], values: pd.DataFrame) -> list[Effect]:
    """Return the effect of every treated condition in every assay, hour by hour.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Of a run: comparisons, rebound and cleavage are read; absent ones count as empty.
    values : DataFrame
        Of `experiment_values`, for the wells.

    Returns
    -------
    list of Effect
        Limits are those of comparisons.csv for flow cytometry, of rebound.csv and cleavage.csv for blots. Those of
        caspase activity (ln of the fold) and viability (in proportion to the response) are t intervals over
        experiments on the scatter pooled over the conditions of an assay (`pooled_scatter.half_widths`), so they differ
        from those of caspase.csv.

    Examples
    --------
    >>> import pandas as pd
    >>> from cytotools.verdicts.experiment_values import experiment_values
    >>> well = {"role": "treated", "assay": "viability", "compound": "A", "dose": 1.0, "low": 0.3, "high": 0.5}
    >>> rows = [well | {"replicate": r, "response": v} for r, v in (("1", 0.40), ("2", 0.41), ("3", 0.36))]
    >>> values = experiment_values({"wells": pd.DataFrame(rows)})
    >>> [(found.words, found.state) for found in assay_effects({}, values)]
    [('viability 39 % of control (32 % to 46 %)', 'shows')]
    """
    of_death = [*_of_flow(tables), *_of_wells(values), *_of_cleavage(tables)]
    alike = grouped(of_death, lambda e: e.key)
    told = [_for_its_cells(_beside_others(e, alike[e.key]), alike[e.key]) for e in of_death]
    return [*told, *_of_targets(tables)]


def _beside_others(effect: Effect, of_condition: Sequence[Effect]) -> Effect:
    """Return a sign of apoptosis that is slight as lacking where another method shows far more than it must.

    Viability, which also falls for other reasons and much later, says so only of what was read early.
    """
    if (
        effect.method not in APOPTOSIS
        or effect.state != WEAK
        or not is_slight(effect.method, effect.value, effect.high)
    ):
        return effect
    others = APOPTOSIS if effect.hours > EARLY else (*APOPTOSIS, "viability")
    beside = (e for e in of_condition if e.method in others and e.method != effect.method)
    strong = any(e.n > 1 and e.low > SIZES[e.method].strong for e in beside)
    return replace(effect, state=LACKS) if strong else effect


def _for_its_cells(effect: Effect, of_condition: Sequence[Effect]) -> Effect:
    """Return caspase activity that seems to lack as that of cells gone where it may be that of fewer cells."""
    if effect.method != "caspase" or effect.state != LACKS:
        return effect
    left = _cells_left(effect, of_condition)
    return effect if left >= FEW_CELLS and effect.value / left < MOST_PER_CELL else replace(effect, state=GONE)


def _cells_left(caspase: Effect, of_condition: Sequence[Effect]) -> float:
    """Return the share of the control's viable cells that make the signal, 0 where nothing tells.

    As viability says at the same hour; else no more than Annexin V has left by then, and, where a fold below 1 tells
    that cells are missing, as few as the next viability says.
    """
    viability = [e for e in of_condition if e.method == "viability" and e.hours >= caspase.hours]
    read = sorted((e.hours, 1.0 - e.value) for e in viability)
    if read and read[0][0] == caspase.hours:
        return read[0][1]
    bound = [1.0 - e.value for e in of_condition if e.method == "annexin" and not e.hours > caspase.hours]
    if caspase.high < 1:
        bound.append(read[0][1] if read else 0.0)
    return min(bound, default=1.0)


def _of_flow(tables: Mapping[str, pd.DataFrame]) -> Iterator[Effect]:
    """Yield each condition against its control, which stands before its other comparisons."""
    held = [row for row in _rows(tables, "comparisons") if row["quantity"] in ("total", "necrotic")]
    for own in grouped(held, lambda r: (condition_key(r), str(r.get("hours")), r["quantity"])).values():
        row, method = own[0], {"total": "annexin", "necrotic": "dye"}[own[0]["quantity"]]
        if row["scale"] == "difference" and finite(row["estimate"]):
            named = {"annexin": "Annexin V positive", "dye": "necrotic"}[method]
            yield _effect(row, method, "flow", named, row["estimate"], row["low"], row["high"])


def _of_wells(table: pd.DataFrame) -> Iterator[Effect]:
    """Yield caspase activity and loss of viability, each over its experiments."""
    held = [row for row in rows_of(table) if row["role"] == "treated" and finite(row["value"])]
    of_assay = grouped((row for row in held if row["assay"] != "flow"), lambda row: row["assay"])
    for assay, rows in of_assay.items():
        alike = list(
            grouped(rows, lambda row: (condition_key(row), row["hours"] if finite(row["hours"]) else None)).values()
        )
        values = [np.array([row["value"] for row in own]) for own in alike]
        scales = np.array([1.0 if assay == "caspase" else max(v.mean(), LEAST_SCALE) for v in values])
        halves = np.array(half_widths([v / s for v, s in zip(values, scales, strict=True)])) * scales
        for own, value, half in zip(alike, values, halves, strict=True):
            centre = float(value.mean())
            reach = float(half) if half == half else 1.96 * float(own[0]["error"])
            limits = centre, centre - reach, centre + reach
            row = own[0] | {"n": len(own)}
            if assay == "caspase":
                yield _effect(row, "caspase", assay, "fold", *np.exp(limits).tolist())
            else:
                yield _effect(row, "viability", assay, "loss", 1 - limits[0], 1 - limits[2], 1 - limits[1])


def _of_cleavage(tables: Mapping[str, pd.DataFrame]) -> Iterator[Effect]:
    """Yield the cleaved fraction less that of 0 h, as observed; below detection there is a limit alone."""
    rows = _rows(tables, "cleavage")
    for own in grouped(rows, lambda row: (condition_key(row), row["target"])).values():
        start = next((row["cleaved_fraction"] for row in own if row.get("hours") == 0), 0.0)
        start = start if finite(start) else 0.0
        for row in own:
            if row.get("hours") != 0 and condition_key(row) != condition_key(
                {k: row.get(k) for k in ("cell_line", "arm")}
            ):
                limits = (row[name] - start for name in ("cleaved_fraction", "low", "high"))
                yield _effect(row, "cleavage", "blot", f"cleaved {row['target']}", *limits)


def _of_targets(tables: Mapping[str, pd.DataFrame]) -> Iterator[Effect]:
    """Yield the loss of every IAP, at its lowest hour; a verdict of no loss stands for all its hours."""
    seen = set()
    for row in _rows(tables, "rebound"):
        place = condition_key(row), row["target"]
        if place in seen or not str(row["target"]).casefold().startswith(("ciap", "c-iap", "birc", "xiap")):
            continue
        seen.add(place)
        if not finite(row["nadir_fold"]):
            continue
        limits = 1 - row["nadir_fold"], 1 - row["nadir_high"], 1 - row["nadir_low"]
        found = _effect(row | {"hours": row["nadir_hours"]}, "target", "blot", f"loss of {row['target']}", *limits)
        yield _judged(found, str(row["verdict"]))


def _judged(effect: Effect, verdict: str) -> Effect:
    if verdict in ("no loss", "induction"):
        return replace(effect, state=LACKS)
    return effect if verdict in ("overshoot", "rebound", "sustained loss") else replace(effect, state=OPEN)


def _rows(tables: Mapping[str, pd.DataFrame], name: str) -> list[dict[str, Any]]:
    table = tables.get(name)
    return [] if table is None else rows_of(table)


def _effect(
    row: Mapping[str, Any], method: str, assay: str, quantity: str, value: float, low: float, high: float
) -> Effect:
    condition = tuple(
        (name, row.get(name, NAN if "dose" in name and "unit" not in name else "")) for name in WITHOUT_HOURS
    )
    hours, n = row.get("hours", NAN), int(row["n"])
    state = state_of(method, low, high, n, value)
    hours = float(hours) if finite(hours) else NAN
    return Effect(condition, hours, method, assay, quantity, float(value), float(low), float(high), n, state)
