"""Grades of mechanisms of resistance in simulated studies with mechanisms planted, to planted_mechanisms.csv.

A study has a line that responds to a Smac mimetic and one that does not, on common membranes (cIAP2, cIAP1 and XIAP
over actin), tubes of Annexin V with every modifier alone and beside the mimetic, and an ELISA of TNF-alpha. They go
through the real functions: `blots.rebound_table`, `fold_changes`, `abundance_table` and `resistance_table`. Planted at
the sizes of the issue (`size` 1) or half of them on the log or logit scale: cIAP2 back to 1.0 or 2 times its 0 h, cIAP1
at 1.0 throughout, XIAP 3 times the line that responds, TNF-alpha below the lowest standard with a rescue from 15 to
50 % apoptosis, the same rescue by a BH3 mimetic or an inhibitor of PI3K, 45 % death under zVAD of which Nec-1s leaves
12 %. What is not planted is drawn as absent, and every mechanism is tested in every study.

A row is one mechanism of one scenario: the share of studies with each grade in the line that does not respond.
`false_any` is the share of studies that support anything not planted, in either line. The confusion matrix is printed.
Studies at the sizes of the issue are as many as the argument says for each planted set, the others a fifth of that.
Run: python -m benchmarks.planted_mechanisms 100
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from blots import abundance_table, fold_changes, rebound_table
from cytotools.plates.concentration_means import mean_concentrations
from cytotools.verdicts.agent_classes import agent_class
from cytotools.verdicts.resistance import resistance_table

MECHANISMS = (
    "cIAP2_rebound",
    "cIAP1_not_lost",
    "high_XIAP",
    "no_TNF_loop",
    "BCL2_block",
    "PI3K_AKT",
    "necroptosis",
)
GRADES = ("supported", "against", "not resolved", "not tested")
SEED = 20_261_201
MEMBRANE_SD, EXPERIMENT_SD, ELISA_SD = 0.2, 0.3, 0.15
LOWEST, HIGHEST = 15.625, 1000.0
CONTROL, MIMETIC, RESCUED, MODIFIER = 0.08, 0.15, 0.50, 0.09
NECROPTOTIC, NECROSTATIN = 0.45, 0.12
EVENTS = 8000


@dataclass(frozen=True)
class Scenario:
    """What is planted and how the study errs."""

    name: str
    planted: tuple[str, ...] = ()
    size: float = 1.0
    back_to: float = 1.0
    n: int = 3
    blot_sd: float = 0.25
    logit_sd: float = 0.2
    hours: tuple[float, ...] = (0.0, 1.0, 3.0, 6.0, 12.0, 24.0)
    missing: int = 0  # experiments that lack the modifiers' arms
    potency_sd: float = 0.0  # between experiments, of the logit of everything with the mimetic
    resistant: str = "ECA109"
    sensitive: str = "KYSE30"
    smac: str = "Smac-N7"
    tnf: str = "TNF-alpha"
    alone: bool = True  # whether modifiers are run alone
    first: bool = False  # whether the modifier stands in `compound`, before the mimetic
    kept: bool = False  # whether cIAP2 stays at 1.0 throughout where cIAP1 does
    doses: tuple[float, ...] = (10.0,)  # of TNF-alpha; a tenth of the largest rescues half, on the logit
    tubes: bool = True  # whether apoptosis was measured in the line that responds


def scenarios() -> Iterator[Scenario]:
    """Yield every scenario."""
    single = [Scenario(name, (name,)) for name in MECHANISMS]
    single.insert(1, Scenario("cIAP2_rebound to 2", ("cIAP2_rebound",), back_to=2.0))
    pairs = [
        ("cIAP2_rebound", "no_TNF_loop"),
        ("cIAP2_rebound", "high_XIAP"),
        ("cIAP1_not_lost", "no_TNF_loop"),
        ("cIAP1_not_lost", "high_XIAP"),
        ("high_XIAP", "no_TNF_loop"),
        ("no_TNF_loop", "BCL2_block"),
        ("PI3K_AKT", "necroptosis"),
    ]
    whole = [Scenario("none"), *single, *(Scenario(" + ".join(pair), pair) for pair in pairs)]
    yield from whole
    yield from (replace(one, name=f"{one.name}, n = 1", n=1) for one in whole)
    yield from (replace(one, name=f"{one.name}, half", size=0.5) for one in whole[1:])
    varied = [Scenario("", pair) for pair in pairs[:4]] + [Scenario("")]
    variants: dict[str, dict[str, Any]] = {
        "SD 0.15": {"blot_sd": 0.15},
        "SD 0.35": {"blot_sd": 0.35, "logit_sd": 0.3},
        "n = 4": {"n": 4},
        "n = 2": {"n": 2},
        "hours 0 2 8 24": {"hours": (0.0, 2.0, 8.0, 24.0)},
        "hours 0 4 24 48": {"hours": (0.0, 4.0, 24.0, 48.0)},
        "one experiment lacks modifiers": {"n": 4, "missing": 1},
        "potency SD 0.3": {"potency_sd": 0.3},
        "other names": {"resistant": "A", "sensitive": "HT-29 B", "smac": "birinapant", "tnf": "TNFa"},
        "modifier first": {"first": True, "tnf": "TNF-α"},
        "modifiers not alone": {"alone": False},
        "cIAP2 kept with cIAP1": {"kept": True},
        "two doses of TNF-alpha": {"doses": (1.0, 10.0)},
        "blots only of the line that responds": {"tubes": False},
    }
    for words, changed in variants.items():
        for one in varied:
            yield replace(one, name=f"{' + '.join(one.planted) or 'none'}, {words}", **changed)


def study(scenario: Scenario, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Return the tables of one simulated study."""
    normalised, lanes = _blots(scenario, rng)
    return {
        "rebound": rebound_table(normalised, lanes),
        "time_course": fold_changes(normalised, lanes),
        "abundance": abundance_table(normalised, lanes),
        "quadrants": _tubes(scenario, rng),
        "concentrations": _elisa(scenario, rng),
    }


def _levels(scenario: Scenario, line: str) -> dict[str, np.ndarray[Any, np.dtype[np.float64]]]:
    """Return ln levels of each target over the hours, over the line that responds at 0 h."""
    hours = np.array(scenario.hours)
    planted = scenario.planted if line == scenario.resistant else ()
    fallen = np.log(np.where(hours == 0, 1.0, np.where(hours < 2, 0.3, 0.1)))
    back = np.log(scenario.back_to) - np.log(0.1)
    risen = scenario.size * back * np.clip((hours - 3) / (hours[-1] - 3), 0, 1)
    kept = scenario.size * -fallen
    flat = scenario.kept and "cIAP1_not_lost" in planted
    return {
        "cIAP2": fallen + (kept if flat else risen if "cIAP2_rebound" in planted else 0),
        "cIAP1": fallen + (kept if "cIAP1_not_lost" in planted else 0),
        "XIAP": np.full(len(hours), scenario.size * np.log(3) if "high_XIAP" in planted else 0.0),
    }


def _blots(scenario: Scenario, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    lanes, ratios = [], []
    for replicate in range(1, scenario.n + 1):
        membrane, lane = f"rep{replicate}", 0
        shift = dict(zip(("cIAP2", "cIAP1", "XIAP"), rng.normal(0, MEMBRANE_SD, 3), strict=True))
        for line in (scenario.sensitive, scenario.resistant):
            levels = _levels(scenario, line)
            for place, hour in enumerate(scenario.hours):
                lane += 1
                lanes.append(
                    {"membrane": membrane, "lane": lane, "role": "treated" if hour else "untreated", "cell_line": line}
                    | {"compound": scenario.smac if hour else "", "dose": 25.0 if hour else np.nan}
                    | {"dose_unit": "uM" if hour else "", "hours": hour, "replicate": str(replicate)}
                )
                for target, course in levels.items():
                    value = course[place] + shift[target] + rng.normal(0, scenario.blot_sd)
                    named = {"membrane": membrane, "lane": lane, "target": target, "loading_control": "actin"}
                    limits = {"log_ratio": value, "low": value - 0.1, "high": value + 0.1}
                    ratios.append(named | limits | {"censored": False, "caution": ""})
    return pd.DataFrame(ratios), pd.DataFrame(lanes)


def _tubes(scenario: Scenario, rng: np.random.Generator) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for replicate in range(1, scenario.n + 1):
        day = rng.normal(0, EXPERIMENT_SD)
        potency = rng.normal(0, scenario.potency_sd)
        for line in (scenario.sensitive, scenario.resistant) if scenario.tubes else (scenario.resistant,):
            for agents, (dead, apoptotic) in _arms(scenario, line).items():
                modified = any(name != scenario.smac for name in agents)
                if modified and replicate <= scenario.missing:
                    continue
                extra = potency if scenario.smac in agents else 0.0
                drawn = float(expit(logit(dead) + day + extra + rng.normal(0, scenario.logit_sd)))
                rows += _tube(scenario, line, agents, replicate, drawn, apoptotic, rng)
    return pd.DataFrame(rows)


def _arms(scenario: Scenario, line: str) -> dict[tuple[str, ...], tuple[float, float]]:
    """Return the dead fraction of each arm (agents but the mimetic with their doses) and its apoptotic share."""
    smac = scenario.smac
    resistant = line == scenario.resistant
    alone = MIMETIC if resistant else 0.60
    planted = scenario.planted if resistant else ()
    modifiers = [("no_TNF_loop", f"{scenario.tnf} {dose:g}", dose / scenario.doses[-1]) for dose in scenario.doses]
    modifiers += [("BCL2_block", "venetoclax 10", 1.0), ("PI3K_AKT", "LY294002 10", 1.0)]
    found: dict[tuple[str, ...], tuple[float, float]] = {(): (CONTROL, 0.9), (smac,): (alone, 0.9)}
    for mechanism, name, share in modifiers:
        rescue = scenario.size * (logit(RESCUED) - logit(MIMETIC)) if mechanism in planted else 0.0
        own = logit(MODIFIER) - logit(CONTROL)
        found[smac, name] = (float(expit(logit(alone) + own + rescue * (1 + np.log10(share) / 2))), 0.9)
        if scenario.alone:
            found[(name,)] = (MODIFIER, 0.9)
    left = CONTROL
    if "necroptosis" in planted:
        left = float(expit(logit(CONTROL) + scenario.size * (logit(NECROPTOTIC) - logit(CONTROL))))
    saved = NECROSTATIN if "necroptosis" in planted and scenario.size == 1 else CONTROL
    found[("zVAD 10",)] = (CONTROL, 0.3)
    found[smac, "zVAD 10"] = (left, 0.3)
    found[smac, "zVAD 10", "Nec-1s 10"] = (saved, 0.3)
    return found


def _tube(
    scenario: Scenario,
    line: str,
    agents: tuple[str, ...],
    replicate: int,
    dead: float,
    apoptotic: float,
    rng: np.random.Generator,
) -> Iterator[dict[str, Any]]:
    """Yield the four quadrants of one tube, counted."""
    order = agents[::-1] if scenario.first else agents
    row: dict[str, Any] = {"cell_line": line, "hours": 24.0, "replicate": str(replicate), "exclude": ""}
    for suffix, agent in zip(("", "_2", "_3"), (*order, "", "", ""), strict=False):
        name, _, dose = agent.rpartition(" ") if agent != scenario.smac else (agent, " ", "25")
        unit = "ng/mL" if name == scenario.tnf else "uM" if name else ""
        row |= {f"compound{suffix}": name, f"dose{suffix}": float(dose or "nan"), f"dose_unit{suffix}": unit}
    row |= {"role": "treated" if agents else "untreated", "file": f"{line} {' '.join(agents)} {replicate}.fcs"}
    shares = np.array([1 - dead, dead * apoptotic / 2, dead * apoptotic / 2, dead * (1 - apoptotic)])
    fractions = rng.multinomial(EVENTS, shares) / EVENTS
    for population, value in zip(("live", "early_apoptotic", "late_apoptotic", "necrotic"), fractions, strict=True):
        reach = 1.96 * (value * (1 - value) / EVENTS) ** 0.5
        limits = {"fraction": value, "low": max(value - reach, 0.0), "high": min(value + reach, 1.0)}
        yield row | {"population": population, "parent_events": EVENTS} | limits


def _elisa(scenario: Scenario, rng: np.random.Generator) -> pd.DataFrame:
    made = {"treated": 300.0, "untreated": 20.0}
    silent = {"treated": 3.0 if scenario.size == 1 else 40.0, "untreated": 2.0}
    rows = []
    for line in (scenario.sensitive, scenario.resistant):
        levels = silent if line == scenario.resistant and "no_TNF_loop" in scenario.planted else made
        for role, level in levels.items():
            for replicate in range(1, scenario.n + 1):
                value = float(np.exp(np.log(level) + rng.normal(0, ELISA_SD)))
                below = value < LOWEST
                treated = role == "treated"
                rows.append(
                    {
                        "cell_line": line,
                        "compound": scenario.smac if treated else "",
                        "dose": 25.0 if treated else np.nan,
                    }
                    | {"dose_unit": "uM" if treated else "", "hours": 24.0, "replicate": str(replicate)}
                    | {"assay": "elisa", "analyte": scenario.tnf, "sample": f"{line}, {role}, replicate {replicate}"}
                    | {"concentration": np.nan if below else value, "unit": "pg/mL"}
                    | {"low": 0.0 if below else 0.95 * value, "high": LOWEST if below else 1.05 * value}
                    | {"lowest_standard": LOWEST, "highest_standard": HIGHEST, "n": 1, "caution": ""}
                )
    single = pd.DataFrame(rows)
    return pd.concat([single, mean_concentrations(single)], ignore_index=True) if scenario.n > 1 else single


def grades(scenario: Scenario, rng: np.random.Generator) -> tuple[dict[str, str], bool]:
    """Return the grade of each mechanism in the line that does not respond, and whether a false one is supported."""
    table = resistance_table(study(scenario, rng), agent_class)
    own = table[table["cell_line"] == scenario.resistant].set_index("mechanism")["grade"].to_dict()
    held = table[table["grade"] == "supported"]
    false = [
        row
        for row in held.to_dict("records")
        if row["cell_line"] != scenario.resistant or row["mechanism"] not in scenario.planted
    ]
    return {str(name): str(grade) for name, grade in own.items()}, bool(false)


def rows_of(scenario: Scenario, studies: int) -> list[dict[str, Any]]:
    """Return the rows of one scenario."""
    rng = np.random.default_rng([SEED, *scenario.name.encode()])
    drawn = [grades(scenario, rng) for _ in range(studies)]
    false_any = sum(false for _, false in drawn) / studies
    rows = []
    for mechanism in MECHANISMS:
        counts = Counter(found.get(mechanism, "not tested") for found, _ in drawn)
        shares = {grade: round(counts[grade] / studies, 4) for grade in GRADES}
        named = {"scenario": scenario.name, "n": scenario.n, "size": scenario.size, "studies": studies}
        rows.append(named | {"mechanism": mechanism, "planted": mechanism in scenario.planted} | shares)
        rows[-1]["false_any"] = round(false_any, 4)
    return rows


def show(rows: list[Mapping[str, Any]]) -> None:
    """Print the confusion matrix of each kind of study and its three shares."""
    kinds: dict[str, Callable[[Mapping[str, Any]], bool]] = {
        "the issue's sizes, n = 3": lambda r: r["n"] == 3 and r["size"] == 1 and "," not in r["scenario"],
        "n = 1": lambda r: r["scenario"].endswith("n = 1"),
        "half of each effect": lambda r: r["size"] == 0.5,
        "variants": lambda r: "," in r["scenario"] and r["n"] > 1 and r["size"] == 1,
    }
    for kind, holds in kinds.items():
        part = pd.DataFrame([row for row in rows if holds(row)])
        if part.empty:
            continue
        print(f"\n{kind}: share of studies by grade, planted or not")
        print(part.groupby(["mechanism", "planted"], sort=False)[list(GRADES)].mean().round(3).to_string())
        true = part[part["planted"]]
        worst = part.groupby("scenario")["false_any"].first()
        print(f"true supported {true['supported'].mean():.3f}, least {true['supported'].min():.3f}")
        print(f"any false supported {worst.mean():.3f}, most {worst.max():.3f} ({worst.idxmax()})")
        for planted, own in part.groupby("planted"):
            print(
                f"not resolved, planted {planted}: {own['not resolved'].mean():.3f}, most {own['not resolved'].max()}"
            )


def main() -> None:
    """Write the table and print the confusion matrices."""
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    wanted = sys.argv[2] if len(sys.argv) > 2 else ""
    rows: list[Mapping[str, Any]] = []
    for scenario in scenarios():
        if wanted in scenario.name:
            rows += rows_of(scenario, studies if "," not in scenario.name else max(studies // 5, 1))
    show(rows)
    if not wanted:
        path = Path(__file__).with_suffix(".csv")
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
