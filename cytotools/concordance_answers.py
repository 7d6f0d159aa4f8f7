"""What the assays say together, in words: apoptosis by how many methods, contradictions, controls, best hours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cytotools.cautions import entry_of
from cytotools.experiments import grouped
from cytotools.labels import assay_label, condition_label, line_label, printed
from cytotools.labels import unit as printed_unit
from cytotools.number_words import count, finite, fold, interval, listed
from cytotools.tables import rows_of
from cytotools.verdicts.assay_effects import SAID, assay_effects
from cytotools.verdicts.contradictions import method_states, supporting_methods
from cytotools.verdicts.effect_sizes import SHOWS
from cytotools.verdicts.experiment_values import experiment_values
from cytotools.verdicts.matched_conditions import WITHOUT_HOURS, condition_key, family_key

if TYPE_CHECKING:
    import pandas as pd

METHODS = SAID | {"cleavage": "a cleaved caspase substrate"}


def concordance_answers(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Yield a sentence a finding: faults of controls first, for all rests on them."""
    yield from _control_faults(tables["control_checks"])
    yield from _contradictions(tables["concordance"])
    yield from apoptosis_claims(tables)
    yield from _agreement(tables["concordance"])
    yield from _best_hours(tables["end_points"])


def apoptosis_claims(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Yield for each line the treatments for which two methods support apoptosis, and those for which one does."""
    effects = assay_effects(tables, experiment_values(tables))
    for own in grouped(effects, lambda effect: line_label(dict(effect.condition))).values():
        claims: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for of_condition in grouped(own, lambda effect: effect.key).values():
            states = method_states(of_condition)
            methods = supporting_methods(states)
            if any(states[method] == SHOWS for method in methods):
                claims.setdefault(methods, []).append(dict(of_condition[0].condition))
        told = [_claim(methods, rows) for methods, rows in sorted(claims.items(), key=lambda claim: -len(claim[0]))]
        if told:
            line = line_label(dict(own[0].condition))
            yield printed(f"{f'{line}: ' if line else ''}{'; '.join(told)}.")


def _claim(methods: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    named = listed([METHODS[method] for method in methods])
    families = [_doses(own) for own in grouped(rows, family_key).values()]
    where = listed(families if len(families) < 5 else [*families[:4], f"{len(families) - 4} other treatments"])
    if len(methods) > 1:
        return f"apoptosis by {'two' if len(methods) == 2 else 'three'} methods ({named}) with {where}"
    return f"signs of apoptosis by one method only ({named}), not enough to claim it, with {where}"


def _doses(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return treatments in words: one agent with all its doses, else each in full."""
    alone = all(not row.get("compound_2") for row in rows) and len({row["dose_unit"] for row in rows}) == 1
    if len(rows) == 1 or not alone:
        shown = [condition_label(row, ()) for row in rows]
        return listed(shown if len(shown) < 5 else [*shown[:3], f"{len(shown) - 3} more"])
    doses = listed([f"{dose:g}" for dose in sorted(row["dose"] for row in rows)])
    return f"{rows[0]['compound']} {doses} {printed_unit(str(rows[0]['dose_unit']))}"


def _agreement(table: pd.DataFrame) -> Iterator[str]:
    """Yield how many conditions the assays agree in, and whether they rank them alike."""
    rows = [row for row in rows_of(table) if row["quantity"] != "rank_agreement"]
    if rows:
        of_condition = [{row["agrees"] for row in own} for own in grouped(rows, condition_key).values()]
        verdicts = ["no" if "no" in seen else "yes" if "yes" in seen else "not resolved" for seen in of_condition]
        told = [f"{words} in {verdicts.count(kind)}" for kind, words in _KINDS.items() if kind in verdicts]
        measured = "1 condition was" if len(verdicts) == 1 else f"{len(verdicts)} conditions were"
        yield f"{measured} measured by two assays or more: they {listed(told)}."
    ranks = [row for row in rows_of(table) if row["quantity"] == "rank_agreement" and finite(row["value"])]
    if ranks:
        yield f"Rank agreement (Kendall's tau): {'; '.join(map(_rank, ranks))}."


def _rank(row: Mapping[str, Any]) -> str:
    return (
        f"{row['assay']} {fold(row['value'])} {interval(row['low'], row['high'], fold)}, {count(row['n'])} conditions"
    )


_KINDS = {"yes": "agree", "no": "contradict each other", "not resolved": "leave it open"}


def _contradictions(table: pd.DataFrame) -> Iterator[str]:
    for row in rows_of(table):
        for said in filter(None, str(row["caution"]).split("; ")):
            entry = entry_of(said, "study", "", "")
            yield printed(
                f"Assays contradict in {condition_label(row | {'hours': None})}: {entry.caution} {entry.remedy}"
            )


def _control_faults(table: pd.DataFrame) -> Iterator[str]:
    for row in rows_of(table):
        if row["verdict"] == "failed" and row["caution"]:
            entry = entry_of(str(row["caution"]), "study", "", "")
            yield printed(f"{_FAULTS[row['check']]}: {entry.caution}. {entry.remedy}")


_FAULTS = {
    "high_background": "High background in a control",
    "low_viability": "Few living cells in a control",
    "weak_positive_control": "Weak positive control",
    "missing_negative_control": "No negative control",
    "vehicle_effect": "The vehicle acts on its own",
    "too_early": "Harvested too early",
    "too_late": "Harvested too late",
}


def _best_hours(table: pd.DataFrame) -> Iterator[str]:
    """Yield the best hours of the treatments that an assay other than viability followed over hours."""
    timed = [row for row in rows_of(table) if " " in str(row["tested_hours"]) and finite(row["hours"])]
    for own in grouped(timed, lambda row: condition_key(row)).values():
        if any(row["assay"] in ("flow", "caspase") for row in own):
            place = condition_label({name: own[0][name] for name in WITHOUT_HOURS})
            yield printed(f"{place}: largest effect {', '.join(_hour(row) for row in own)}.")


def _hour(row: Mapping[str, Any]) -> str:
    name = {"flow": "Annexin V", "caspase": "caspase-3/7", "blot": row["quantity"]}.get(row["assay"])
    near = [f"{float(hour):g} h" for hour in str(row["as_good"]).split()]
    also = f" ({listed(near)} as good)" if near else ""
    return f"by {name or assay_label(row['assay'])} at {row['hours']:g} h{also}"
