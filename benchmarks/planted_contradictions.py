"""Contradictions and control faults planted in whole studies, to planted_contradictions.csv beside this file.

Cells live, divide, are committed to die, become early and late apoptotic, and vanish (`benchmarks.dying_cells`); rates,
lags, shapes, doses and scatter are drawn for each study. From the cells come its tubes, wells and blots (three
experiments, logit SD 0.2, ln SD 0.15 to 0.25 of caspase folds, 0.1 to 0.2 of viability, 0.25 of blots, in a quarter of
the studies t with 5 degrees of freedom), which the rooms of the study level judge as they judge any run.

Each row draws studies of one kind. Of the clean kinds `alarmed` is the share with any warning in concordance.csv,
control_checks.csv or end_points.csv. Of the planted ones `named` is the share in which one of the codes that fit is
raised, or its check failed, and `others` that with a further warning. Run:
python -m benchmarks.planted_contradictions STUDIES
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from benchmarks.dying_cells import Biology, Cells, Treatment, cells_at, drawn_biology
from blots import find_rebound
from cytotools.cautions import documented
from cytotools.comparison import compare_to_control
from cytotools.tables import rows_of
from cytotools.verdicts.assay_effects import assay_effects
from cytotools.verdicts.best_hours import best_hours
from cytotools.verdicts.concordance import concordance
from cytotools.verdicts.control_checks import control_checks
from cytotools.verdicts.experiment_values import experiment_values
from cytotools.verdicts.matched_conditions import CONDITIONS

STUDIES, SEED, EVENTS, N = 100, 20_261_219, 9000, 3
HARMLESS, BY_CELLS = Treatment(), float("nan")
BLOT_HOURS = (0.0, 1.0, 3.0, 6.0, 12.0, 24.0)
BLANK: dict[str, Any] = {name: np.nan if name.startswith(("dose", "lead", "hours")) else "" for name in CONDITIONS}
BLANK |= {name: "" for name in CONDITIONS if name.startswith("dose_unit")}


@dataclass(frozen=True)
class Scatter:
    """Standard deviations between experiments, and whether their tails are heavy."""

    flow: float
    caspase: float
    viability: float
    blot: float
    heavy: bool

    def drawn(self, rng: np.random.Generator, sd: float) -> float:
        """Return one error."""
        return float(sd * (rng.standard_t(5) / np.sqrt(5 / 3) if self.heavy else rng.standard_normal()))


@dataclass(frozen=True)
class Plan:
    """A study: its treatments and hours, and what is wrong with its assays.

    `seen` changes the fractions of a tube (live, early, late, necrotic) by its role; `vehicle` is what the vehicle
    does, `vehicle_signal` its viability over that of untreated cells; `positive` what positive controls read (Annexin V
    positive, viable, caspase fold), empty without them; `iap` is the level of cIAP1 from 3 h on, None without a blot;
    `cleaved` the fraction of PARP that a blot shows, None without one, NaN for that of the dying cells.
    """

    biology: Biology
    arms: tuple[tuple[dict[str, Any], Treatment], ...]
    flow: tuple[float, ...] = (24.0,)
    caspase: tuple[float, ...] = (24.0,)
    viability: tuple[float, ...] = (72.0,)
    background: float = 0.04
    seen: Callable[[np.ndarray, str], np.ndarray] = lambda fractions, role: fractions
    vehicle: Treatment = HARMLESS
    vehicle_signal: float = 1.0
    positive: tuple[float, ...] = (0.6, 0.15, 5.0)
    negative: bool = True
    iap: float | None = None
    cleaved: float | None = None


def treatment(compound: str, dose: float, second: tuple[str, float] | None = None) -> dict[str, Any]:
    """Return condition columns."""
    row = BLANK | {"cell_line": "A", "compound": compound, "dose": dose, "dose_unit": "uM"}
    return row | ({"compound_2": second[0], "dose_2": second[1], "dose_unit_2": "nM"} if second else {})


def hill(dose: float, power: float) -> float:
    """Return the share of the largest effect."""
    return float(dose**power / (1 + dose**power))


def dose_plan(rng: np.random.Generator, largest: float, stasis: float = 0.0, **changes: Any) -> Plan:
    """Return a series of 4 to 6 doses from nothing to the largest rate of apoptosis, per hour."""
    power, middle = rng.uniform(1, 3), rng.uniform(0.5, 2)
    doses = 3.0 ** np.arange(-2, rng.integers(2, 5))
    arms = tuple(
        (
            treatment("X", float(d)),
            Treatment(largest * hill(d / middle, power), stasis=stasis * hill(d / middle, power)),
        )
        for d in doses
    )
    flow, caspase = (float(rng.choice((24, 48))) for _ in range(2))
    plan = Plan(drawn_biology(rng), arms, (flow,), (caspase,), (float(rng.choice([48, 72, 96])),))
    return replace(plan, **{"background": rng.uniform(0.02, 0.05), **changes})


def hours_plan(rng: np.random.Generator, kinds: tuple[Treatment, ...], **changes: Any) -> Plan:
    """Return one or more treatments, every assay at 24, 48 and 72 h."""
    arms = tuple((treatment("X", float(i + 1)), kind) for i, kind in enumerate(kinds))
    hours = (24.0, 48.0, 72.0)
    return replace(
        Plan(drawn_biology(rng), arms, hours, hours, hours), **{"background": rng.uniform(0.02, 0.05), **changes}
    )


def pair_plan(rng: np.random.Generator, **changes: Any) -> Plan:
    """Return two agents at two doses alone and together, more than additive."""
    one, other, gain = rng.uniform(0.003, 0.02), rng.uniform(0.0, 0.01), rng.uniform(1, 3)
    arms = [(treatment("X", d), Treatment(one * d)) for d in (1.0, 2.0)]
    arms += [(treatment("Y", 5.0), Treatment(other))]
    arms += [(treatment("X", d, ("Y", 5.0)), Treatment(gain * (one * d + other))) for d in (1.0, 2.0)]
    plan = Plan(drawn_biology(rng), tuple(arms), (float(rng.choice([24, 48])),), (24.0,), (72.0,))
    return replace(plan, **changes)


def clean_kinds() -> dict[str, Callable[[np.random.Generator], Plan]]:
    """Return studies with nothing wrong."""
    return {
        "dose series": lambda rng: dose_plan(rng, rng.uniform(0.02, 0.06)),
        "dose series to all dead": lambda rng: dose_plan(rng, rng.uniform(0.08, 0.2)),
        "hours": lambda rng: hours_plan(rng, tuple(Treatment(k) for k in rng.uniform(0.005, 0.06, rng.integers(1, 4)))),
        "combination": pair_plan,
        "weak drug": lambda rng: dose_plan(rng, rng.uniform(0.001, 0.006)),
        "inactive drug": lambda rng: dose_plan(rng, 0.0),
        "half cytostatic": lambda rng: dose_plan(rng, rng.uniform(0.015, 0.05), rng.uniform(0.3, 0.8)),
        "blots agree": lambda rng: dose_plan(rng, rng.uniform(0.02, 0.06), iap=0.1, cleaved=BY_CELLS),
    }


def hidden(fractions: np.ndarray, role: str) -> np.ndarray:
    """Return what a tube without calcium shows: no Annexin V, the dye alone."""
    live, early, late, necrotic = fractions
    return np.array([live + 0.95 * early, 0.05 * early, 0.05 * late, necrotic + 0.95 * late])


def damaged(points: float) -> Callable[[np.ndarray, str], np.ndarray]:
    """Return what a rough harvest of treated cells adds to their tubes."""

    def seen(fractions: np.ndarray, role: str) -> np.ndarray:
        moved = points * fractions[0] if role == "treated" else 0.0
        return np.asarray(fractions + moved * np.array([-1.0, 0.8, 0.2, 0.0]))

    return seen


def steady(rng: np.random.Generator, plan: Callable[..., Plan], kind: Treatment, **changes: Any) -> Plan:
    """Return a plan of three doses or hours in which every treatment is of one kind, the first weaker."""
    made = plan(rng, (kind,)) if plan is hours_plan else dose_plan(rng, 0.0)
    strengths = np.linspace(0.6, 1.0, len(made.arms))
    arms = tuple(
        (row, replace(kind, apoptosis=kind.apoptosis * s, necrosis=kind.necrosis * s, stasis=kind.stasis * s))
        for (row, _), s in zip(made.arms, strengths, strict=True)
    )
    fast = replace(made.biology, doubling=rng.uniform(18, 26))  # cytostasis shows where the control divides
    return replace(made, arms=arms, biology=fast, **changes)


def planted_kinds() -> dict[str, tuple[Callable[[np.random.Generator], Plan], tuple[str, ...]]]:
    """Return studies with one fault, and the codes and checks that name it."""
    any_death = ("viability_without_apoptosis",)
    rate = (0.03, 0.08)
    day: dict[str, Any] = {"flow": (24.0,), "caspase": (24.0,), "viability": (24.0, 72.0)}
    return {
        "cytostasis": (lambda rng: steady(rng, dose_plan, Treatment(stasis=rng.uniform(0.8, 1.0))), any_death),
        "cytostasis over hours": (
            lambda rng: steady(rng, hours_plan, Treatment(stasis=rng.uniform(0.8, 1.0))),
            any_death,
        ),
        "necrosis": (
            lambda rng: steady(rng, dose_plan, Treatment(necrosis=rng.uniform(*rate))),
            ("viability_without_apoptosis", "dye_without_annexin"),
        ),
        "calcium lost": (
            lambda rng: dose_plan(rng, rng.uniform(*rate), seen=hidden),
            ("caspase_without_annexin", "dye_without_annexin"),
        ),
        "harvest damage": (
            lambda rng: dose_plan(rng, 0.0, seen=damaged(rng.uniform(0.25, 0.45)), **day),
            ("annexin_without_caspase", "annexin_without_loss"),
        ),
        "death without caspases": (
            lambda rng: steady(rng, dose_plan, Treatment(rng.uniform(0.05, 0.1), silent=True), **day),
            ("annexin_without_caspase",),
        ),
        "cleaved without caspase": (
            lambda rng: steady(rng, dose_plan, Treatment(rng.uniform(0.05, 0.1), silent=True), cleaved=BY_CELLS, **day),
            ("cleaved_without_caspase",),
        ),
        "cleavage not seen": (
            lambda rng: dose_plan(rng, rng.uniform(*rate), cleaved=rng.uniform(0.01, 0.03), **day),
            ("caspase_without_cleaved",),
        ),
        "IAP lost, no death": (lambda rng: dose_plan(rng, 0.0, iap=0.1), ("target_without_death",)),
        "all dead, IAP unchanged": (
            lambda rng: dose_plan(rng, rng.uniform(0.3, 0.5), iap=1.0, viability=(24.0,)),
            ("dead_but_bands_unchanged",),
        ),
        "flow too early": (
            lambda rng: dose_plan(rng, rng.uniform(*rate), flow=(float(rng.choice([1, 2, 4])),)),
            ("too_early",),
        ),
        "flow too late": (
            lambda rng: steady(rng, dose_plan, Treatment(rng.uniform(0.2, 0.4)), flow=(96.0,), viability=(96.0,)),
            ("too_late",),
        ),
        "high background": (
            lambda rng: dose_plan(rng, rng.uniform(*rate), background=rng.uniform(0.17, 0.3)),
            ("spontaneous_death", "high_background"),
        ),
        "weak positive control": (
            lambda rng: dose_plan(rng, rng.uniform(*rate), positive=(rng.uniform(0.08, 0.2), 0.85, 1.2)),
            ("weak_positive_control",),
        ),
        "no positive control": (
            lambda rng: dose_plan(rng, rng.uniform(*rate), positive=()),
            ("missing_positive_control", "no_positive_control"),
        ),
        "no negative control": (lambda rng: dose_plan(rng, 0.03, negative=False), ("missing_negative_control",)),
        "toxic vehicle": (
            lambda rng: dose_plan(rng, rng.uniform(*rate), vehicle=Treatment(0.012), vehicle_signal=0.55),
            ("vehicle_effect",),
        ),
    }


def tables_of(plan: Plan, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Return the tables of a study as the assays would give them."""
    scatter = Scatter(0.2, rng.uniform(0.15, 0.25), rng.uniform(0.1, 0.2), 0.25, rng.random() < 0.25)
    quadrants = pd.DataFrame(list(_tubes(plan, rng, scatter)))
    tables = {"quadrants": quadrants, "wells": pd.DataFrame(list(_wells(plan, rng, scatter)))}
    tables["comparisons"] = compare_to_control(quadrants, "vehicle", {})
    tables["rebound"], tables["time_course"] = _blots(plan, rng, scatter)
    tables["cleavage"] = pd.DataFrame(list(_cleavage(plan, rng, scatter)), columns=[*CONDITIONS, *CLEAVAGE])
    return tables


def _tubes(plan: Plan, rng: np.random.Generator, scatter: Scatter) -> Iterator[dict[str, Any]]:
    controls = [(BLANK | {"cell_line": "A", "compound": "DMSO", "dose": 0.0}, plan.vehicle, "vehicle")]
    controls += [(BLANK | {"cell_line": "A"}, Treatment(), "untreated")]
    samples = [(row, kind, "treated") for row, kind in plan.arms] + (controls if plan.negative else [])
    for hours in plan.flow:
        for row, kind, role in samples:
            cells = cells_at(hours, kind, plan.biology)
            share = np.array([cells.live, cells.early, cells.late, cells.necrotic]) / cells.total
            share = (1 - plan.background) * share + plan.background * np.array([0.0, 0.6, 0.3, 0.1])
            for replicate in range(1, N + 1):
                name = f"{role}{row['compound']}{row['dose']}{row['dose_2']}{hours}{replicate}"
                seen = _scattered(plan.seen(share, role), rng, scatter)
                yield from _tube(row | {"hours": hours}, role, str(replicate), name, seen)
    for replicate in range(1, N + 1) if plan.positive else ():
        total = expit(logit(plan.positive[0]) + scatter.drawn(rng, scatter.flow))
        seen = np.array([0.97 * (1 - total), 0.6 * total, 0.4 * total, 0.03 * (1 - total)])
        yield from _tube(BLANK | {"hours": plan.flow[0]}, "positive", str(replicate), f"positive{replicate}", seen)


def _scattered(share: np.ndarray, rng: np.random.Generator, scatter: Scatter) -> np.ndarray:
    """Return fractions with the scatter of total, early among total, and necrotic among the others."""
    live, early, late, necrotic = np.maximum(share, 1e-4)
    parts = (early + late, early / (early + late), necrotic / (live + necrotic))
    total, of_total, of_rest = (expit(logit(p) + scatter.drawn(rng, scatter.flow)) for p in parts)
    rest = 1 - total
    return np.array([rest * (1 - of_rest), total * of_total, total * (1 - of_total), rest * of_rest])


def _tube(row: dict[str, Any], role: str, replicate: str, name: str, share: np.ndarray) -> Iterator[dict[str, Any]]:
    counted = np.round(share * EVENTS) / EVENTS
    for population, value in zip(("live", "early_apoptotic", "late_apoptotic", "necrotic"), counted, strict=True):
        half = 2 * np.sqrt(max(value, 1 / EVENTS) / EVENTS)
        limits = {"fraction": value, "low": max(value - half, 0.0), "high": min(value + half, 1.0)}
        yield (
            row
            | {"role": role, "replicate": replicate, "file": name, "population": population}
            | limits
            | {
                "parent_events": EVENTS,
                "file_events": EVENTS,
                "exclude": "",
                "caution": "",
            }
        )


def _wells(plan: Plan, rng: np.random.Generator, scatter: Scatter) -> Iterator[dict[str, Any]]:
    said = "" if plan.negative else "no_control: none"
    for assay, hours_read, sd in (
        ("caspase", plan.caspase, scatter.caspase),
        ("viability", plan.viability, scatter.viability),
    ):
        for hours in hours_read:
            base = cells_at(hours, Treatment(), plan.biology)
            found = [
                (row, "treated", _response(assay, cells_at(hours, kind, plan.biology), base)) for row, kind in plan.arms
            ]
            found += [(BLANK | {"cell_line": "A", "compound": "DMSO", "dose": 0.0}, "vehicle", 1.0)]
            if assay == "viability":
                found += [(BLANK | {"cell_line": "A"}, "untreated", 1.0 / plan.vehicle_signal)]
            if plan.positive and hours == hours_read[0]:
                level = plan.positive[2] if assay == "caspase" else plan.positive[1]
                found += [(BLANK | {"cell_line": "A", "compound": "STS", "dose": 1.0}, "positive", level)]
            for row, role, level in found:
                for replicate in range(1, N + 1):
                    own = 0.02 if role == "vehicle" else sd
                    value = level * np.exp(scatter.drawn(rng, own)) + rng.normal(0, 0.01)
                    value = np.nan if said else value
                    half = 0.08 * max(abs(value), 0.1)
                    well = {"role": role, "assay": assay, "replicate": str(replicate), "response": value}
                    limits = {"low": value - half, "high": value + half, "exclude": "", "caution": said}
                    yield row | {"hours": hours} | well | limits


def _response(assay: str, cells: Cells, control: Cells) -> float:
    return cells.caspase / control.caspase if assay == "caspase" else cells.viable / control.viable


CLEAVAGE = ("target", "cleaved_fraction", "low", "high", "n", "caution")


def _blots(plan: Plan, rng: np.random.Generator, scatter: Scatter) -> tuple[pd.DataFrame, pd.DataFrame]:
    verdicts, courses = [], []
    levels = np.where(np.array(BLOT_HOURS) >= 3, 1.0 if plan.iap is None else plan.iap, 1.0)
    for row, _ in plan.arms if plan.iap is not None else ():
        noise = [[scatter.drawn(rng, scatter.blot) for _ in BLOT_HOURS] for _ in range(N)]
        found = find_rebound(np.log(levels) + np.array(noise), BLOT_HOURS)
        named = {name: value for name, value in row.items() if name != "hours"}
        named |= {"target": "cIAP1", "loading_control": "actin"}
        verdicts.append(named | {name: getattr(found, name) for name in VERDICT})
        courses += [named | {"hours": hours, "n": N} for hours in BLOT_HOURS]
    without = [name for name in CONDITIONS if name != "hours"]
    head = [*without, "target", "loading_control"]
    return pd.DataFrame(verdicts, columns=[*head, *VERDICT]), pd.DataFrame(courses, columns=[*head, "hours", "n"])


VERDICT = ("verdict", "nadir_hours", "nadir_fold", "nadir_low", "nadir_high", "n", "caution")


def _cleavage(plan: Plan, rng: np.random.Generator, scatter: Scatter) -> Iterator[dict[str, Any]]:
    for row, kind in plan.arms if plan.cleaved is not None else ():
        cells = cells_at(24.0, kind, plan.biology)
        dying = min(max((cells.early + cells.late) / cells.total, 0.01), 0.95)
        level = dying if plan.cleaved is None or np.isnan(plan.cleaved) else plan.cleaved
        logits = logit(level) + np.array([scatter.drawn(rng, scatter.blot) for _ in range(N)])
        half = 4.303 * logits.std(ddof=1) / np.sqrt(N)
        values = expit(logits.mean() + np.array([0.0, -half, half])).tolist()
        named = dict(zip(("cleaved_fraction", "low", "high"), values, strict=True))
        yield row | {"hours": 24.0, "target": "PARP", "n": N, "caution": ""} | named


def codes_of(tables: dict[str, pd.DataFrame]) -> tuple[set[str], set[str]]:
    """Return the warnings that the verdicts raise, and everything that they name: codes and failed checks."""
    values = experiment_values(tables)
    effects = assay_effects(tables, values)
    end_points = best_hours(tables, values, effects, "vehicle", {})
    checks = control_checks(tables | {"end_points": end_points}, values, effects)
    held = [row for table in (concordance(effects), checks, end_points) for row in rows_of(table)]
    codes = {said.partition(":")[0] for row in held for said in str(row["caution"]).split("; ") if said}
    failed = {str(row["check"]) for row in rows_of(checks) if row["verdict"] in ("failed", "not tested")}
    return {code for code in codes if documented()[code].severity == "warning"}, codes | failed


def row(
    kind: str, plan: Callable[[np.random.Generator], Plan], wanted: tuple[str, ...], studies: int
) -> dict[str, Any]:
    """Return one row of the table."""
    alarmed = named = others = 0
    seen: dict[str, int] = {}
    for study in range(studies):
        rng = np.random.default_rng([SEED, study, *kind.encode()])
        warnings, codes = codes_of(tables_of(plan(rng), rng))
        alarmed += bool(warnings)
        named += bool(codes & set(wanted))
        others += bool(warnings - set(wanted))
        seen |= {code: seen.get(code, 0) + 1 for code in warnings}
    told = " ".join(f"{code} {count}" for code, count in sorted(seen.items(), key=lambda item: -item[1]))
    shown: dict[str, Any] = {"kind": kind, "planted": " or ".join(wanted), "studies": studies}
    shown |= {
        "named": round(named / studies, 3) if wanted else "",
        "others": round(others / studies, 3) if wanted else "",
    }
    return shown | {"alarmed": "" if wanted else round(alarmed / studies, 3), "warnings": told}


def summary(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the two figures: the share named of all that is planted, the share alarmed of all that is clean."""
    found = []
    for kind, column in (("all planted", "named"), ("all clean", "alarmed")):
        held = [one for one in rows if one[column] != ""]
        empty = dict.fromkeys(rows[0], "") | {"kind": kind, "studies": sum(one["studies"] for one in held)}
        found.append(empty | {column: round(float(np.mean([one[column] for one in held])), 4)})
    return found


def main() -> None:
    """Write the table."""
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else STUDIES
    only = sys.argv[2] if len(sys.argv) > 2 else ""
    kinds: list[tuple[str, Callable[[np.random.Generator], Plan], tuple[str, ...]]] = [
        (kind, plan, ()) for kind, plan in clean_kinds().items()
    ]
    kinds += [(kind, plan, codes) for kind, (plan, codes) in planted_kinds().items()]
    rows = []
    for kind, plan, codes in kinds:
        if only in kind:
            rows.append(row(kind, plan, codes, studies))
            print(*rows[-1].values(), sep=" | ", flush=True)
    if only:
        return
    rows += summary(rows)
    print(*rows[-2].values(), *rows[-1].values(), sep=" | ")
    with Path(__file__).with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
