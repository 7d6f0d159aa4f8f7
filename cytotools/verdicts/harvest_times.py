"""Harvests that came too early to see the effect, or too late to read how cells died."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit

from cytotools.experiments import grouped
from cytotools.hour_series import listed_hours
from cytotools.labels import condition_label
from cytotools.number_words import finite, percent
from cytotools.tables import rows_of
from cytotools.verdicts.assay_effects import APOPTOSIS, Effect
from cytotools.verdicts.contradictions import strongest
from cytotools.verdicts.effect_sizes import EARLY, GONE, LACKS, SHOWS
from cytotools.verdicts.matched_conditions import condition_key, family_key
from cytotools.verdicts.verdict_cautions import CAUTIONS, caution

if TYPE_CHECKING:
    import pandas as pd

# Where hardly a cell lives and hardly one is early apoptotic, nothing tells apoptosis from necrosis.
LEAST_LIVE, LEAST_EARLY = 0.2, 0.1
LONG_BEFORE = 0.4  # of the hour at which another assay shows the effect


def harvest_checks(
    tables: Mapping[str, pd.DataFrame], values: pd.DataFrame, effects: Sequence[Effect]
) -> Iterator[dict[str, Any]]:
    """Yield the rows of control_checks.csv on harvest times: too_early and too_late.

    An assay came too early where none of its hours shows an effect that another shows more than twice as late; it may
    have where the effect is largest at its last hour (not resolved). Flow cytometry came too late where under every
    condition of a treatment that acts fewer than a fifth of the cells live and fewer than a tenth of the others are
    early apoptotic; caspase activity, where hardly a cell is left at every hour.
    """
    yield from _before_the_effect(effects)
    yield from _dead_everywhere(values, effects)
    yield from _caspase_too_late(effects)
    yield from _at_the_edge(tables)


def _before_the_effect(effects: Sequence[Effect]) -> Iterator[dict[str, Any]]:
    """Yield each assay of a treatment that saw nothing so early that another one's later effect is no contradiction."""
    found: dict[Any, list[tuple[Effect, Effect]]] = {}
    for own in grouped(effects, lambda e: e.key).values():
        for method, held in grouped((e for e in own if e.method in APOPTOSIS), lambda e: e.method).items():
            shows = [e for e in own if e.method in (*APOPTOSIS, "viability") and e.state == SHOWS]
            if {e.state for e in held} == {LACKS} and shows and _long_before(held, shows):
                family = method, family_key(dict(held[0].condition))
                found.setdefault(family, []).append((max(held, key=lambda e: e.hours), strongest(shows)))
    for pairs in found.values():
        early, late = max(pairs, key=lambda pair: pair[1].low)
        words = f"{early.words} in {condition_label(dict(early.condition))} but {late.words}"
        yield _row(early, "too_early", "failed", caution("too_early", words))


def _long_before(lacking: Sequence[Effect], showing: Sequence[Effect]) -> bool:
    late, early = ([e.hours for e in side if finite(e.hours)] for side in (showing, lacking))
    if not late or not early or max(early) >= LONG_BEFORE * min(late):
        return False
    return max(early) <= EARLY or any(effect.method != "viability" for effect in showing)


def _dead_everywhere(values: pd.DataFrame, effects: Sequence[Effect]) -> Iterator[dict[str, Any]]:
    shares = _shares(values)
    acting = [e for e in effects if e.method == "annexin" and e.state == SHOWS]
    for own in grouped(acting, lambda e: family_key(dict(e.condition))).values():
        seen = [shares[e.key, e.hours] for e in own if (e.key, e.hours) in shares]
        if not seen or any(live >= LEAST_LIVE or early >= LEAST_EARLY * (1 - live) for live, early in seen):
            continue
        first = own[0]
        live, early = max(seen)
        words = f"{condition_label(dict(first.condition))}: {percent(live)} live and {percent(early)} early apoptotic"
        row = _row(first, "too_late", "failed", caution("too_late", f"{words} at {listed_hours(_hours(own))}"))
        yield row | {"value": early / (1 - live), "limit": LEAST_EARLY}


def _shares(values: pd.DataFrame) -> dict[Any, tuple[float, float]]:
    """Return the live and the early apoptotic fraction of each treated condition and hour."""
    held = [row for row in rows_of(values) if row["role"] == "treated"]
    means = {
        key: float(expit(np.mean([row["value"] for row in own])))
        for key, own in grouped(held, lambda r: (condition_key(r), _hour(r), r["quantity"])).items()
    }
    return {
        (condition, hours): (live, means.get((condition, hours, "early_apoptotic"), 0.0))
        for (condition, hours, quantity), live in means.items()
        if quantity == "live"
    }


def _hour(row: Mapping[str, Any]) -> Any:
    return float(row["hours"]) if finite(row["hours"]) else None


def _caspase_too_late(effects: Sequence[Effect]) -> Iterator[dict[str, Any]]:
    """Yield caspase activity of treatments that was read only where hardly a cell is left, at all doses that act."""
    for family in grouped(effects, lambda e: family_key(dict(e.condition))).values():
        acting = [
            own
            for own in grouped(family, lambda e: e.key).values()
            if any(e.method in ("annexin", "viability") and e.state == SHOWS for e in own)
        ]
        read = [own for own in acting if any(e.method == "caspase" for e in own)]
        if read and all(_gone_when_read(own) for own in read):
            first = next(e for e in read[0] if e.method == "caspase")
            words = f"{condition_label(dict(first.condition))}: {first.words}, hardly a cell is viable there"
            yield _row(first, "too_late", "failed", caution("too_late", words))


def _gone_when_read(effects: Sequence[Effect]) -> bool:
    gone = {e.hours for e in effects if e.method == "viability" and e.low > 1 - LEAST_LIVE}
    return all(e.state == GONE and e.hours in gone for e in effects if e.method == "caspase")


def _at_the_edge(tables: Mapping[str, pd.DataFrame]) -> Iterator[dict[str, Any]]:
    """Yield what the courses leave open: effects largest at the last hour, caspase at the first."""
    points = tables.get("end_points")
    for row in [] if points is None else rows_of(points):
        tested = [float(word) for word in str(row["tested_hours"]).split()]
        if (
            len(tested) < 2
            or row["assay"] not in ("flow", "caspase")
            or str(row["as_good"])
            or not finite(row["hours"])
        ):
            continue
        check = {tested[-1]: "too_early", tested[0]: "too_late"}.get(row["hours"])
        if check and (check == "too_early" or row["assay"] == "caspase"):
            names = ("assay", "hours", "low", "high", "n")
            found = {name: value for name, value in row.items() if name not in ("quantity", "estimate", "as_good")}
            found = {k: v for k, v in found.items() if k != "tested_hours"} | {name: row[name] for name in names}
            remedy = CAUTIONS[check][2]
            yield found | {
                "check": check,
                "verdict": "not resolved",
                "value": row["estimate"],
                "remedy": remedy,
                "caution": "",
            }


def _row(effect: Effect, check: str, verdict: str, said: str) -> dict[str, Any]:
    row = dict(effect.condition) | {"hours": effect.hours, "assay": effect.assay, "check": check, "verdict": verdict}
    row |= {"value": effect.value, "low": effect.low, "high": effect.high, "n": effect.n}
    return row | {"remedy": CAUTIONS[check][2], "caution": said}


def _hours(effects: Sequence[Effect]) -> list[float]:
    return sorted({effect.hours for effect in effects if finite(effect.hours)})
