"""Assays that should agree, held against each other under the same conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from cytotools.experiments import grouped
from cytotools.labels import assay_label, dose_label
from cytotools.number_words import listed
from cytotools.statistical_cautions import join
from cytotools.verdicts.assay_effects import Effect
from cytotools.verdicts.contradictions import Contradiction, contradictions, method_states
from cytotools.verdicts.effect_sizes import GONE, LACKS, OPEN, SHOWS, WEAK
from cytotools.verdicts.experiment_values import NUMBERS
from cytotools.verdicts.matched_conditions import WITHOUT_HOURS, family_key
from cytotools.verdicts.rank_agreement import FEWEST, rank_agreement
from cytotools.verdicts.verdict_cautions import caution

if TYPE_CHECKING:
    import pandas as pd

CONCORDANCE_COLUMNS = ("hours", "assay", "quantity", "value", "low", "high", "agrees", "reason", "n", "caution")
NAN = float("nan")
OF_DEATH = ("annexin", "caspase", "cleavage", "viability")
RANKED = ("flow", "caspase", "viability", "mtt")
STATES_IN_WORDS = {
    SHOWS: "shows the effect",
    WEAK: "shows a small effect",
    LACKS: "shows none",
    OPEN: "leaves it open",
    GONE: "has few cells left",
}
SAID = {"annexin": "Annexin V", "caspase": "caspase activity", "cleavage": "cleavage", "viability": "viability"}


def concordance(effects: Sequence[Effect]) -> pd.DataFrame:
    """Return concordance.csv: what every assay found under the conditions that two or more of them measured.

    Parameters
    ----------
    effects : sequence of Effect
        Of `assay_effects`.

    Returns
    -------
    DataFrame
        The condition columns without hours, then `hours, assay, quantity, value, low, high, agrees, reason, n,
        caution`; values as `Effect` has them. `agrees` is no where the row is part of a contradiction, yes where two
        methods or more clearly say the same, else not resolved. A contradiction carries its caution once a line and
        treatment, at the dose where it is clearest. Rows of quantity rank_agreement, their condition empty, hold
        Kendall's tau of a pair of assays over the conditions that both measured, each at its largest effect.
    """
    import pandas as pd

    shared = shared_effects(effects)
    found = contradictions(shared)
    rows = [row for own in grouped(shared, lambda e: e.key).values() for row in _of_condition(in_order(own), found)]
    rows += _rank_rows(shared)
    return pd.DataFrame(rows, columns=[*WITHOUT_HOURS, *CONCORDANCE_COLUMNS])


def shared_effects(effects: Sequence[Effect]) -> list[Effect]:
    """Return the effects under conditions that two assays or more measured, or one that contradicts itself."""
    of_condition = grouped(effects, lambda effect: effect.key)
    return [e for own in of_condition.values() if len({e.assay for e in own}) > 1 or contradictions(own) for e in own]


def in_order(effects: Sequence[Effect]) -> list[Effect]:
    """Return effects assay by assay, hours in order."""
    of_assay = grouped(effects, lambda effect: (effect.assay, effect.quantity))
    return [effect for own in of_assay.values() for effect in sorted(own, key=lambda effect: effect.hours)]


def _of_condition(effects: Sequence[Effect], found: Sequence[Contradiction]) -> Iterator[dict[str, Any]]:
    against = [one for one in found if one.key == effects[0].key]
    states = method_states(effects)
    for effect in effects:
        own = [one for one in against if effect in one.shows or effect in one.lacks]
        if effect.method == "dye" and not own and effect.state != SHOWS:
            continue
        verdict = _verdict(effect, own, states)
        said = [_caution(one, found) for one in own if one.shows[0] is effect]
        yield _row(effect) | verdict | {"caution": join(said)}


def _row(effect: Effect) -> dict[str, Any]:
    row = dict(effect.condition) | {"hours": effect.hours, "assay": effect.assay, "quantity": effect.quantity}
    return row | {"value": effect.value, "low": effect.low, "high": effect.high, "n": effect.n}


def _verdict(effect: Effect, against: Sequence[Contradiction], states: Mapping[str, str]) -> dict[str, str]:
    if against:
        reasons = [f"{one.numbers}: {one.asks} {one.checks}" for one in against]
        return {"agrees": "no", "reason": " ".join(dict.fromkeys(reasons))}
    if effect.n < 2:
        return {"agrees": "not resolved", "reason": "one experiment"}
    if effect.method in OF_DEATH:
        return dict(zip(("agrees", "reason"), _agreement(states), strict=True))
    if effect.method == "dye":
        return {"agrees": "not resolved", "reason": "dead cells without Annexin V stand beside the others"}
    dying = any(states.get(method) == SHOWS for method in OF_DEATH)
    if effect.state == SHOWS and dying:
        return {"agrees": "yes", "reason": "the target is lost and cells die"}
    return {"agrees": "not resolved", "reason": _of_target(effect)}


def _of_target(effect: Effect) -> str:
    words = {SHOWS: "the target is lost, which alone says nothing of death", LACKS: "the target is not lost"}
    return words.get(effect.state, "how far the target is lost is not resolved")


def _agreement(states: Mapping[str, str]) -> tuple[str, str]:
    """Return whether the methods of death under one condition agree, and why."""
    of_death = {method: states[method] for method in OF_DEATH if method in states}
    seen = [m for m, state in of_death.items() if state in (SHOWS, WEAK)]
    none = [m for m, state in of_death.items() if state == LACKS]
    if len(seen) > 1 and not none:
        return "yes", f"{_named(seen)} show it"
    if len(none) > 1 and not seen:
        return "yes", f"{_named(none)} show no effect"
    told = [f"{_named([method])} {STATES_IN_WORDS[state]}" for method, state in of_death.items()]
    return "not resolved", listed(told) if told else "nothing else measures death"


def _named(methods: Sequence[str]) -> str:
    return listed([SAID[method] for method in methods])


def _caution(one: Contradiction, found: Sequence[Contradiction]) -> str:
    """Return the caution of a contradiction at the dose where it is clearest, nothing at the others."""
    alike = [o for o in found if o.code == one.code and _family(o) == _family(one)]
    clearest = max(alike, key=lambda o: max(e.low for e in o.shows))
    if one is not clearest:
        return ""
    others = [dose_label(dict(o.shows[0].condition)) for o in alike if o is not one]
    also = f", as at {len(others)} other doses" if len(others) > 1 else f", as at {others[0]}" if others else ""
    return caution(one.code, f"{one.numbers}{also}: {one.asks}".replace("; ", ", "))


def _family(one: Contradiction) -> Any:
    return family_key(dict(one.shows[0].condition))


def _rank_rows(effects: Sequence[Effect]) -> Iterator[dict[str, Any]]:
    """Yield the rank agreement of every two assays that share a condition."""
    values = {
        assay: {key: max(e.value for e in own) for key, own in grouped(held, lambda e: e.key).items()}
        for assay, held in grouped((e for e in effects if e.method in OF_DEATH), lambda e: e.assay).items()
        if assay in RANKED
    }
    for one, other in combinations([assay for assay in RANKED if assay in values], 2):
        shared = [key for key in values[one] if key in values[other]]
        if shared:
            pairs = np.array([[values[one][key], values[other][key]] for key in shared])
            yield _rank_row(one, other, pairs)


def _rank_row(one: str, other: str, pairs: Any) -> dict[str, Any]:
    found = rank_agreement(pairs[:, 0], pairs[:, 1])
    row = {"assay": f"{assay_label(one)} and {assay_label(other)}", "quantity": "rank_agreement", "n": found.n}
    row |= dict.fromkeys(WITHOUT_HOURS, "") | {name: NAN for name in WITHOUT_HOURS if name in NUMBERS}
    row |= {"value": found.tau, "low": found.low, "high": found.high, "hours": NAN, "caution": ""}
    row |= {"agrees": "not resolved", "reason": "Kendall's tau does not tell agreement from chance"}
    if found.tau != found.tau:
        few = found.n < FEWEST
        row["reason"] = f"fewer than {FEWEST} conditions are shared" if few else "one of them is the same everywhere"
    elif found.low > 0:
        row |= {"agrees": "yes", "reason": "both rank the conditions alike (Kendall's tau)"}
    elif found.high < 0:
        row |= {"agrees": "no", "reason": "they rank the conditions in opposite orders (Kendall's tau)"}
    return row
