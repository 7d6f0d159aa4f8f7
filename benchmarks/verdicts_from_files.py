"""Verdicts on study folders as a laboratory would hand them in: faults planted in FCS files and plate exports.

    python -m benchmarks.verdicts_from_files [STUDIES_OF_EACH_KIND] [SEED] [tables]

Written by a grader who had not seen what the verdicts were tuned on. A study holds Annexin V tubes with their controls
(`gating.simulate`, 3,000 events), exports of caspase and viability plates with controls and blanks at random places,
and where its kind asks for it blots as tables of normalised bands. Independent experiments scatter by 0.2 on the logit
of a fraction and the logarithm of caspase activity, and by 0.25 on the logarithm of a band. With `tables` the tubes
are not drawn: their true fractions are counted as the gates would count them, which is quick and leaves gating out.
A fault counts as named where a code that names it stands at the condition that has it; every other warning of the
verdict, in studies with a fault and without one, is a false alarm.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from scipy.special import expit, logit

from cytotools import analyse, read_study
from cytotools.findings import Findings
from cytotools.plates.simulated_exports import grid_csv
from cytotools.plates.well_names import well_name
from cytotools.results import Results
from cytotools.tables import complete, rows_of
from cytotools.verdict_analysis import judge_study

POPULATIONS = ("live", "early_apoptotic", "late_apoptotic", "necrotic")
CONTROLS = {"unstained": (False, False), "annexin_only": (True, False), "dye_only": (False, True)}
LOGIT_SD, BLOT_SD = 0.2, 0.25
EVENTS = 3_000
LINES = ("HT-29", "A375", "MCF-7", "Panc-1", "U-2 OS", "SW480", "Hep G2")
AGENTS = (
    ("birinapant", "nM", (30.0, 100.0, 300.0, 1000.0)),
    ("gemcitabine", "nM", (10.0, 30.0, 100.0, 300.0)),
    ("etoposide", "uM", (1.0, 3.0, 10.0, 30.0)),
    ("bortezomib", "nM", (3.0, 10.0, 30.0, 100.0)),
    ("compound 17", "uM", (0.5, 2.0, 8.0, 32.0)),
    ("vorinostat", "uM", (0.3, 1.0, 3.0, 9.0)),
)
Agent = tuple[str, float, str]


@dataclass(frozen=True)
class Condition:
    """What one treatment does, hour by hour: fractions early, late and necrotic, caspase fold, viability."""

    agents: tuple[Agent, ...]
    flow: Mapping[float, tuple[float, float, float]]
    caspase: Mapping[float, float]
    viability: Mapping[float, float]
    role: str = "treated"
    line: str = ""  # default that of the study

    def cells(self, width: int = 3) -> dict[str, Any]:
        """Return the columns of a sheet that name the agents."""
        names = [f"{name}{slot}" for slot in ("", "_2", "_3")[:width] for name in ("compound", "dose", "dose_unit")]
        return dict.fromkeys(names, "") | dict(zip(names, [x for agent in self.agents for x in agent], strict=False))

    @property
    def name(self) -> str:
        """Return the agents and doses."""
        return " + ".join(f"{name} {dose:g}" for name, dose, _ in self.agents) or self.role

    @property
    def place(self) -> str:
        """Return the line and the name."""
        return f"{self.line} {self.name}"


@dataclass(frozen=True)
class Planted:
    """A study to write, and what must be found in it: codes of which one is enough, and where."""

    kind: str
    conditions: tuple[Condition, ...]
    codes: frozenset[str] = frozenset()
    where: str = ""
    experiments: int = 3
    positive: Mapping[str, float] = field(default_factory=lambda: {"flow": 0.6, "caspase": 8.0, "viability": 0.15})
    line: str = "HT-29"
    viability_assay: str = "viability"
    blots: Mapping[str, Mapping[str, Sequence[float]]] = field(default_factory=dict)  # line, target: at BLOT_HOURS
    blot_of: tuple[Agent, ...] = ()


BLOT_HOURS = (0.0, 2.0, 6.0, 24.0)


def control(rng: Generator, hours: Hours, role: str = "vehicle", dying: float | None = None) -> Condition:
    """Return control cells at all hours."""
    apoptosis = rng.uniform(0.04, 0.08) if dying is None else dying
    return condition(
        rng, hours, (), dict.fromkeys(hours.flow, apoptosis), 1.0, dict.fromkeys(hours.viability, 1.0), role
    )


@dataclass(frozen=True)
class Hours:
    """When each assay is read."""

    flow: tuple[float, ...] = (24.0,)
    caspase: tuple[float, ...] = (24.0,)
    viability: tuple[float, ...] = (72.0,)


def condition(
    rng: Generator,
    hours: Hours,
    agents: tuple[Agent, ...],
    apoptosis: Mapping[float, float],
    caspase: float | Mapping[float, float],
    viability: Mapping[float, float],
    role: str = "treated",
    necrotic: float = 0.02,
    late: float | None = None,
) -> Condition:
    """Return a condition; `late` is the share of the apoptotic cells that are late."""
    share = rng.uniform(0.25, 0.45) if late is None else late
    flow = {h: ((1 - share) * a, share * a, necrotic) for h, a in apoptosis.items()}
    folds = caspase if isinstance(caspase, Mapping) else dict.fromkeys(hours.caspase, caspase)
    return Condition(agents, flow, folds, viability, role)


def dying(rng: Generator, hours: Hours, agents: tuple[Agent, ...], size: float) -> Condition:
    """Return apoptosis of one size in all assays: 0 none, 1 nearly all cells, as a clean culture shows it.

    Caspase activity precedes Annexin V and passes with the cells that hold it; viability falls last.
    """
    pace = rng.uniform(0.8, 1.25)
    apoptosis = {h: 0.06 + size * 0.85 * _risen(h, 16 * pace) for h in hours.flow}
    alive = {h: 1 - size * 0.95 * _risen(h, 26 * pace) for h in {*hours.viability, *hours.caspase}}
    folds = {h: 1 + size * rng.uniform(11, 16) * _risen(h, 9 * pace) * alive[h] for h in hours.caspase}
    return condition(rng, hours, agents, apoptosis, folds, {h: alive[h] for h in hours.viability})


def _risen(hours: float, half: float) -> float:
    return float(hours**3 / (hours**3 + half**3))


def doses(rng: Generator) -> list[tuple[Agent, ...]]:
    """Return one agent at its doses."""
    name, unit, amounts = AGENTS[int(rng.integers(len(AGENTS)))]
    return [((name, dose, unit),) for dose in amounts]


def with_clean(rng: Generator, hours: Hours, odd: Condition, **more: Any) -> Planted:
    """Return the odd condition beside controls and a clean drug of another name."""
    clean = [dying(rng, hours, (("cisplatin", dose, "uM"),), size) for dose, size in ((2.0, 0.1), (20.0, 0.7))]
    return Planted("", (control(rng, hours), odd, *clean), where=odd.name, **more)


# ---- kinds with a fault ----


def cytostasis(rng: Generator) -> Planted:
    """Plant cells that stop and do not die, read over two hours of Annexin V."""
    hours = Hours((24.0, 48.0), (24.0,), (72.0,))
    agents = doses(rng)[2]
    flat = dict.fromkeys(hours.flow, 0.06)
    odd = condition(rng, hours, agents, flat, 1.0, {72.0: rng.uniform(0.3, 0.5)})
    return with_clean(rng, hours, odd, codes=frozenset({"viability_without_apoptosis"}))


def cytostasis_single_hours(rng: Generator) -> Planted:
    """Plant cells that stop, read once by Annexin V."""
    hours = Hours((24.0,), (8.0, 24.0), (48.0, 72.0))
    viability = rng.uniform(0.3, 0.5)
    odd = condition(
        rng, hours, doses(rng)[2], {24.0: 0.06}, 1.0 * viability**0.3, {48.0: viability**0.6, 72.0: viability}
    )
    return with_clean(rng, hours, odd, codes=frozenset({"viability_without_apoptosis"}))


def necrosis(rng: Generator) -> Planted:
    """Plant cells that take up the dye alone."""
    hours = Hours((24.0,), (8.0, 24.0), (24.0, 48.0))
    dead = rng.uniform(0.3, 0.5)
    odd = condition(
        rng, hours, doses(rng)[3], {24.0: 0.06}, 1 - dead * 0.7, {24.0: 1 - dead, 48.0: 1 - 1.2 * dead}, necrotic=dead
    )
    return with_clean(rng, hours, odd, codes=frozenset({"viability_without_apoptosis", "dye_without_annexin"}))


def necrosis_flow_only(rng: Generator) -> Planted:
    """Plant cells that take up the dye alone, in a study of tubes alone."""
    hours = Hours((24.0,), (), ())
    dead = rng.uniform(0.25, 0.5)
    odd = condition(rng, hours, doses(rng)[3], {24.0: 0.06}, {}, {}, necrotic=dead)
    return with_clean(rng, hours, odd, codes=frozenset({"dye_without_annexin"}))


def caspase_only(rng: Generator) -> Planted:
    """Plant caspase activity without Annexin V."""
    hours = Hours((24.0,), (8.0, 24.0), (48.0,))
    folds = {8.0: rng.uniform(2, 4), 24.0: rng.uniform(4, 7)}
    odd = condition(rng, hours, doses(rng)[2], {24.0: 0.06}, folds, {48.0: rng.uniform(0.4, 0.9)})
    return with_clean(rng, hours, odd, codes=frozenset({"caspase_without_annexin"}))


def annexin_only(rng: Generator) -> Planted:
    """Plant death with Annexin V and without caspases."""
    hours = Hours((24.0,), (8.0, 24.0), (48.0, 72.0))
    viability = rng.uniform(0.3, 0.6)
    odd = condition(rng, hours, doses(rng)[2], {24.0: rng.uniform(0.35, 0.6)}, 1.0, {48.0: viability, 72.0: viability})
    return with_clean(rng, hours, odd, codes=frozenset({"annexin_without_caspase"}))


def annexin_alone(rng: Generator) -> Planted:
    """Plant Annexin V alone, as after a rough harvest."""
    hours = Hours((24.0,), (24.0,), (48.0, 72.0))
    odd = condition(rng, hours, doses(rng)[2], {24.0: rng.uniform(0.3, 0.5)}, 1.0, {48.0: 0.98, 72.0: 0.98})
    return with_clean(rng, hours, odd, codes=frozenset({"annexin_without_caspase", "annexin_without_loss"}))


def high_background(rng: Generator) -> Planted:
    """Plant dying control cells."""
    hours = Hours((24.0,), (24.0,), (72.0,))
    background = rng.uniform(0.22, 0.35)
    bad = control(rng, hours, dying=background)
    clean = [dying(rng, hours, agents, size) for agents, size in zip(doses(rng), (0.1, 0.3, 0.6, 0.8), strict=True)]
    lifted = [replace(c, flow={h: _lifted(f, background) for h, f in c.flow.items()}) for c in clean]
    return Planted("", (bad, *lifted), frozenset({"spontaneous_death"}), "vehicle")


def _lifted(flow: tuple[float, float, float], background: float) -> tuple[float, float, float]:
    early, late, necrotic = flow
    share = background + (1 - background) * max(early + late - 0.06, 0.0)
    return share * 0.65, share * 0.35, min(necrotic, 1 - share)


def weak_positive(rng: Generator) -> Planted:
    """Plant a positive control that hardly answers in one assay."""
    hours = Hours((24.0,), (24.0,), (72.0,))
    clean = [dying(rng, hours, agents, size) for agents, size in zip(doses(rng), (0.0, 0.05, 0.1, 0.3), strict=True)]
    assay, answer = [("flow", 0.14), ("caspase", 1.3), ("viability", 0.8)][int(rng.integers(3))]
    positive = {"flow": 0.6, "caspase": 8.0, "viability": 0.15} | {assay: answer}
    return Planted("", (control(rng, hours), *clean), frozenset({"weak_positive_control"}), assay, positive=positive)


def too_early(rng: Generator) -> Planted:
    """Plant tubes, or tubes and caspase, read hours before the effect."""
    hours = Hours((4.0,), (24.0,), (72.0,)) if rng.random() < 0.5 else Hours((6.0,), (6.0,), (72.0,))
    parts = [dying(rng, replace(hours, flow=(24.0,)), agents, s) for agents, s in zip(doses(rng), _SIZES, strict=True)]
    early = [
        replace(
            c, flow={hours.flow[0]: (0.04, 0.02, 0.02)}, caspase={h: 1.0 if h < 12 else f for h, f in c.caspase.items()}
        )
        for c in parts
    ]
    return Planted("", (control(rng, hours), *early), frozenset({"too_early"}), "flow")


_SIZES = (0.1, 0.3, 0.6, 0.9)


def too_late(rng: Generator) -> Planted:
    """Plant a harvest at which all cells are dead."""
    hours = Hours((72.0,), (72.0,), (72.0,))
    name, unit, amounts = AGENTS[int(rng.integers(len(AGENTS)))]
    gone = [
        condition(rng, hours, ((name, dose, unit),), {72.0: rng.uniform(0.86, 0.93)}, 0.1, {72.0: 0.06}, late=0.96)
        for dose in amounts[2:]
    ]
    return Planted("", (control(rng, hours), *gone), frozenset({"too_late"}), "flow")


def toxic_vehicle(rng: Generator) -> Planted:
    """Plant a vehicle that kills."""
    hours = Hours((24.0,), (24.0,), (72.0,))
    lost, more = rng.uniform(0.2, 0.35), rng.uniform(0.18, 0.3)
    untreated = control(rng, hours, "untreated")
    bad = condition(rng, hours, (("DMSO", 1.0, "%"),), {24.0: more}, 1.6, {72.0: 1 - lost}, "vehicle")
    clean = [dying(rng, hours, agents, size) for agents, size in zip(doses(rng), _SIZES, strict=True)]
    joint = [
        replace(
            c,
            flow={h: _lifted(f, more) for h, f in c.flow.items()},
            viability={h: v * (1 - lost) for h, v in c.viability.items()},
            caspase={h: v * 1.6 for h, v in c.caspase.items()},
        )
        for c in clean
    ]
    return Planted("", (untreated, bad, *joint), frozenset({"vehicle_effect"}), "DMSO")


def dead_bands(rng: Generator) -> Planted:
    """Plant dead cells whose IAPs are unchanged on blots."""
    hours = Hours((24.0,), (24.0,), (24.0,))
    odd = dying(rng, hours, (("birinapant", 300.0, "nM"),), 1.0)
    odd = replace(odd, viability={24.0: rng.uniform(0.06, 0.15)})
    flat = dict.fromkeys(("cIAP1", "cIAP2", "XIAP"), (1.0, 1.0, 1.0, 1.0))
    plan = with_clean(rng, hours, odd, codes=frozenset({"dead_but_bands_unchanged"}))
    return replace(plan, blots={"": flat}, blot_of=odd.agents)


def _alone(plan: Planted) -> Planted:
    """Return the study with its odd treatment as the only one, so that no other tells how experiments scatter."""
    return replace(plan, conditions=tuple(c for c in plan.conditions if c.role != "treated" or c.name == plan.where))


def cytostasis_alone(rng: Generator) -> Planted:
    """Plant it in a study of one treatment."""
    return _alone(cytostasis(rng))


def caspase_alone(rng: Generator) -> Planted:
    """Plant it in a study of one treatment."""
    return _alone(caspase_only(rng))


def annexin_sole_arm(rng: Generator) -> Planted:
    """Plant it in a study of one treatment."""
    return _alone(annexin_only(rng))


def caspase_before_flat_annexin(rng: Generator) -> Planted:
    """Plant caspase at 16 h, Annexin V a day later and flat: no hour explains it."""
    hours = Hours((40.0,), (16.0,), (40.0,))
    odd = condition(rng, hours, doses(rng)[2], {40.0: 0.06}, rng.uniform(4, 7), {40.0: rng.uniform(0.4, 0.8)})
    return with_clean(rng, hours, odd, codes=frozenset({"caspase_without_annexin"}))


def loss_alone_of_two(rng: Generator) -> Planted:
    """Plant it on plates alone: the fall of the one stands beside the other's silence."""
    hours = Hours((), (8.0, 24.0), (48.0,))
    odd = condition(rng, hours, doses(rng)[2], {}, 0.95, {48.0: rng.uniform(0.35, 0.55)})
    return with_clean(rng, hours, odd, codes=frozenset({"viability_without_apoptosis"}))


# ---- clean kinds ----


def one_arm(rng: Generator) -> Planted:
    """Return one treatment and its control."""
    hours = Hours((24.0,), (24.0,), (72.0,))
    return Planted("", (control(rng, hours), dying(rng, hours, doses(rng)[1], rng.uniform(0.1, 0.9))))


def early_and_small(rng: Generator) -> Planted:
    """Return slow death, read early in the tubes and late on the plate: nothing contradicts, whatever stays small."""
    hours = Hours((16.0,), (16.0,), (72.0,))
    slow = [
        condition(rng, hours, agents, {16.0: 0.06 + 0.12 * s}, 1 + 2.5 * s, {72.0: 1 - 0.7 * s})
        for agents, s in zip(doses(rng), (0.2, 0.4, 0.7, 1.0), strict=True)
    ]
    return Planted("", (control(rng, hours), *slow))


def strong_drug(rng: Generator) -> Planted:
    """Return a drug that kills at its highest dose."""
    hours = Hours((24.0,), (24.0,), (72.0,))
    return _clean(rng, hours, (0.1, 0.4, 0.8, 0.97))


def weak_drug(rng: Generator) -> Planted:
    """Return a drug that does little."""
    hours = Hours((24.0,), (24.0,), (48.0,))
    return _clean(rng, hours, (0.0, 0.04, 0.08, 0.15))


def no_effect(rng: Generator) -> Planted:
    """Return a drug that does nothing."""
    return _clean(rng, Hours((24.0, 48.0), (8.0, 24.0), (72.0,)), (0.0, 0.0, 0.0, 0.0))


def partial_responder(rng: Generator) -> Planted:
    """Return a line that answers in part."""
    return _clean(rng, Hours((24.0,), (8.0, 24.0), (48.0, 72.0)), (0.1, 0.2, 0.3, 0.4))


def many_hours(rng: Generator) -> Planted:
    """Return three hours of each assay."""
    return _clean(rng, Hours((8.0, 24.0, 48.0), (4.0, 8.0, 24.0), (24.0, 48.0, 72.0)), (0.05, 0.2, 0.5, 0.9))


def unlike_hours(rng: Generator) -> Planted:
    """Return assays read at unlike hours, each at a good one."""
    return _clean(rng, Hours((16.0,), (6.0,), (72.0,)), (0.1, 0.3, 0.6, 0.9))


def caspase_passed(rng: Generator) -> Planted:
    """Return caspase read at 8 and 48 h, when the cells that held it are gone."""
    return _clean(rng, Hours((24.0,), (8.0, 48.0), (48.0,)), (0.1, 0.3, 0.6, 0.97))


def two_agents(rng: Generator) -> Planted:
    """Return two agents that kill together, and the inhibitor that rescues."""
    hours = Hours((24.0,), (24.0,), (72.0,))
    smac, tnf, zvad = ("birinapant", 100.0, "nM"), ("TNFa", 10.0, "ng/mL"), ("zVAD-fmk", 20.0, "uM")
    arms = (((smac,), 0.1), ((tnf,), 0.0), ((smac, tnf), rng.uniform(0.5, 0.8)))
    rescued = condition(rng, hours, (smac, tnf, zvad), {24.0: 0.06}, 0.3, {72.0: rng.uniform(0.9, 1.0)})
    inhibited = condition(rng, hours, (zvad,), {24.0: 0.05}, 0.35, {72.0: 1.0})
    return Planted("", (control(rng, hours), *(dying(rng, hours, a, s) for a, s in arms), rescued, inhibited))


def mitotic_arrest(rng: Generator) -> Planted:
    """Return a taxane: cells stop and a part of them dies, so that viability falls more than apoptosis tells."""
    hours = Hours((24.0, 48.0), (24.0,), (72.0,))
    odd = [
        condition(
            rng, hours, (("paclitaxel", d, "nM"),), {24.0: 0.14, 48.0: rng.uniform(0.25, 0.35)}, rng.uniform(2.5, 4),
            {72.0: rng.uniform(0.25, 0.4)},
        )
        for d in (10.0, 30.0)
    ]  # fmt: skip
    return Planted("", (control(rng, hours), *odd))


def no_positive(rng: Generator) -> Planted:
    """Return a study without positive controls."""
    return replace(strong_drug(rng), positive={})


def two_experiments(rng: Generator) -> Planted:
    """Return two experiments."""
    return replace(partial_responder(rng), experiments=2)


def one_experiment(rng: Generator) -> Planted:
    """Return one experiment."""
    return replace(partial_responder(rng), experiments=1)


def flow_only(rng: Generator) -> Planted:
    """Return tubes alone."""
    return _clean(rng, Hours((24.0, 48.0), (), ()), (0.05, 0.2, 0.5, 0.9))


def viability_only(rng: Generator) -> Planted:
    """Return viability alone."""
    return _clean(rng, Hours((), (), (48.0, 72.0)), (0.05, 0.2, 0.6, 0.95))


def mtt_study(rng: Generator) -> Planted:
    """Return MTT in the place of ATP."""
    return replace(strong_drug(rng), viability_assay="mtt")


def vehicle_and_untreated(rng: Generator) -> Planted:
    """Return a harmless vehicle beside untreated cells."""
    plan = strong_drug(rng)
    hours = Hours((24.0,), (24.0,), (72.0,))
    return replace(plan, conditions=(control(rng, hours, "untreated", 0.055), *plan.conditions))


def with_blots(rng: Generator) -> Planted:
    """Return a Smac mimetic that takes its targets and kills."""
    hours = Hours((24.0,), (24.0,), (48.0,))
    odd = dying(rng, hours, (("birinapant", 300.0, "nM"),), 0.8)
    fallen = {"cIAP1": (1.0, 0.1, 0.08, 0.08), "cIAP2": (1.0, 0.3, 0.15, 0.1), "XIAP": (1.0, 1.0, 0.95, 0.7)}
    plan = with_clean(rng, hours, odd)
    return replace(plan, where="", blots={"": fallen}, blot_of=odd.agents)


def fast_death(rng: Generator) -> Planted:
    """Return cells half dead at 6 h and hardly a cell left at 24 h, where caspase activity is over."""
    hours = Hours((6.0, 24.0), (6.0, 24.0), (24.0,))
    fast = [
        condition(rng, hours, agents, {6.0: 0.1 + 0.4 * s, 24.0: 0.1 + 0.75 * s}, {6.0: 1 + 8 * s, 24.0: 1 + 0.4 * s},
                  {24.0: 1 - 0.8 * s})
        for agents, s in zip(doses(rng), (0.3, 0.6, 0.9, 1.0), strict=True)
    ]  # fmt: skip
    return Planted("", (control(rng, hours), *fast))


def slow_death(rng: Generator) -> Planted:
    """Return death of which a day shows a part."""
    hours = Hours((24.0,), (24.0,), (72.0,))
    slow = [
        condition(rng, hours, agents, {24.0: 0.06 + 0.15 * s}, 1 + 2.5 * s, {72.0: 1 - 0.75 * s})
        for agents, s in zip(doses(rng), (0.2, 0.5, 0.8, 1.0), strict=True)
    ]
    return Planted("", (control(rng, hours), *slow))


def read_together(rng: Generator) -> Planted:
    """Return all at one hour: cells that bind Annexin V still hold ATP, so that the plate sees little."""
    hours = Hours((24.0,), (24.0,), (24.0,))
    cells = [
        condition(rng, hours, agents, {24.0: 0.06 + 0.4 * s}, 1 + 6 * s, {24.0: 1 - 0.2 * s})
        for agents, s in zip(doses(rng), (0.1, 0.4, 0.7, 1.0), strict=True)
    ]
    return Planted("", (control(rng, hours), *cells))


def faster_growth(rng: Generator) -> Planted:
    """Return a growth factor and a harmless compound: more cells, none dying."""
    hours = Hours((24.0,), (24.0,), (72.0,))
    more = condition(rng, hours, (("EGF", 20.0, "ng/mL"),), {24.0: 0.045}, 1.0, {72.0: 1.0})
    return Planted("", (control(rng, hours), more, dying(rng, hours, (("EGF", 20.0, "ng/mL"), SMAC), 0.02)))


def _clean(rng: Generator, hours: Hours, sizes: Sequence[float]) -> Planted:
    treated = [dying(rng, hours, agents, size) for agents, size in zip(doses(rng), sizes, strict=True)]
    return Planted("", (control(rng, hours), *treated))


FAULTS: tuple[Callable[[Generator], Planted], ...] = (
    cytostasis, cytostasis_single_hours, necrosis, necrosis_flow_only, caspase_only, annexin_only, annexin_alone,
    high_background, weak_positive, too_early, too_late, toxic_vehicle, dead_bands,
    cytostasis_alone, caspase_alone, annexin_sole_arm, caspase_before_flat_annexin, loss_alone_of_two,
)  # fmt: skip
CLEAN: tuple[Callable[[Generator], Planted], ...] = (
    strong_drug, weak_drug, no_effect, partial_responder, many_hours, unlike_hours, caspase_passed, two_agents,
    mitotic_arrest, no_positive, two_experiments, one_experiment, flow_only, viability_only, mtt_study,
    vehicle_and_untreated, with_blots, one_arm, early_and_small, fast_death,
    slow_death, read_together, faster_growth,
)  # fmt: skip


# ---- why a line does not respond ----

SMAC, TNF, VEN = ("LCL161", 1.0, "uM"), ("TNFa", 10.0, "ng/mL"), ("venetoclax", 1.0, "uM")
LY, ZVAD, NEC = ("LY294002", 10.0, "uM"), ("zVAD-fmk", 20.0, "uM"), ("Nec-1s", 30.0, "uM")
PARTNERS = {"no_TNF_loop": TNF, "BCL2_block": VEN, "PI3K_AKT": LY}
MECHANISMS = ("cIAP2_rebound", "cIAP1_not_lost", "high_XIAP", *PARTNERS, "necroptosis")


def resistant(rng: Generator, planted: frozenset[str], size: float = 1.0) -> Planted:
    """Return a sensitive and a resistant line with all arms and blots; `size` scales effects on log or logit."""
    hours = Hours((24.0,), (24.0,), (24.0,))
    conditions = []
    for line, low in (("NCI-H460", 0.55), ("KYSE-30", 0.15)):
        own = planted if low < 0.5 else frozenset[str]()
        conditions.append(replace(control(rng, hours), line=line))
        conditions += [replace(one, line=line) for one in _arms(rng, hours, low, own, size)]
    rebound = float(np.exp(size * np.log(rng.choice([1.0, 2.0]) / 0.2))) * 0.2
    courses = {
        "cIAP1": (1.0, 0.1, 0.08, 0.08) if "cIAP1_not_lost" not in planted else (1.0,) + (0.1 ** (1 - size),) * 3,
        "cIAP2": (1.0, 0.2, 0.3, rebound) if "cIAP2_rebound" in planted else (1.0, 0.2, 0.12, 0.1),
        "XIAP": (3.0**size if "high_XIAP" in planted else 1.0,) * 4,
    }
    fallen = {"cIAP1": (1.0, 0.1, 0.08, 0.08), "cIAP2": (1.0, 0.2, 0.1, 0.08), "XIAP": (1.0,) * 4}
    return Planted(
        "", tuple(conditions), planted, "KYSE-30", blots={"NCI-H460": fallen, "KYSE-30": courses}, blot_of=(SMAC,)
    )


def _arms(rng: Generator, hours: Hours, low: float, planted: frozenset[str], size: float) -> Iterator[Condition]:
    rescued = float(expit(logit(low) + size * (logit(0.5) - logit(0.15))))

    def arm(agents: tuple[Agent, ...], apoptosis: float, necrotic: float = 0.02) -> Condition:
        alive = 1 - max(apoptosis - 0.06, 0) - necrotic
        fold = 0.3 if ZVAD in agents else 1 + 14 * max(apoptosis - 0.06, 0)
        return condition(rng, hours, agents, {24.0: apoptosis}, fold, {24.0: alive}, necrotic=necrotic)

    dead = float(expit(logit(0.02) + size * (logit(0.35) - logit(0.02)))) if "necroptosis" in planted else 0.02
    yield arm((SMAC,), low, dead)
    for mechanism, partner in PARTNERS.items():
        yield arm((partner,), 0.06)
        yield arm((SMAC, partner), rescued if mechanism in planted else low, dead)
    yield arm((ZVAD,), 0.06)
    yield arm((SMAC, ZVAD), 0.06, dead)
    yield arm((SMAC, ZVAD, NEC), 0.06)


def mechanisms(studies: int, seed: int, size: float = 1.0, experiments: int = 3) -> pd.DataFrame:
    """Return the grade of every mechanism beside whether it was planted: one alone, and two at once."""
    pairs = [frozenset(MECHANISMS[i % 7] for i in (k, k + 2)) for k in range(7)]
    rows: list[dict[str, Any]] = []
    for number, planted in product(range(studies), [*(frozenset([m]) for m in MECHANISMS), *pairs]):
        rng = np.random.default_rng([seed, 99, number, len(rows)])
        plan = replace(resistant(rng, planted, size), experiments=experiments, kind="resistance")
        table = analysed(plan, rng, tubes=False).tables["resistance"]
        of_line = table[table["cell_line"] == plan.where]
        grades = dict(zip(of_line["mechanism"], of_line["grade"], strict=True))
        row = {"planted": " and ".join(sorted(planted)), "size": size, "experiments": experiments} | grades
        rows.append(row)
        wrong = [m for m in MECHANISMS if (m in planted) != (grades[m] == "supported")]
        sys.stdout.write(f"{row['planted']}: {', '.join(f'{m} {grades[m]}' for m in wrong) or 'as planted'}\n")
        sys.stdout.flush()
    return pd.DataFrame(rows)


# ---- from the plan to a folder ----


def write_study(plan: Planted, folder: Path, rng: Generator, tubes: bool) -> tuple[Path, pd.DataFrame]:
    """Write the folder and return its study.yaml and the true fractions as quadrants.csv would hold them."""
    lines = ["version: 1", f"title: {plan.kind}", "control: vehicle"]
    samples, quadrants = _tubes(plan, folder, rng, tubes)
    if tubes and len(samples):
        pd.DataFrame(samples).to_csv(folder / "samples.csv", index=False)
        lines += ["flow:", "  samples: samples.csv"]
    lines += ["plates:", *_plates(plan, folder, rng)]
    study = folder / "study.yaml"
    study.write_text("\n".join(lines) + "\n")
    return study, quadrants


def _tubes(plan: Planted, folder: Path, rng: Generator, drawn: bool) -> tuple[list[dict[str, Any]], pd.DataFrame]:
    rows: list[dict[str, Any]] = []
    counted: list[dict[str, Any]] = []
    hours = sorted({h for c in plan.conditions for h in c.flow})
    for replicate in range(1, plan.experiments + 1) if hours else ():
        scales = np.exp(rng.normal(0, 0.08, 2))
        controls = dict(CONTROLS) | ({"positive": (True, True)} if "flow" in plan.positive else {})
        for role, (annexin, dye) in controls.items():
            total = plan.positive.get("flow", 0.5) if role == "positive" else 0.15
            row = {"file": f"{replicate}_{role}.fcs", "role": role, "hours": hours[0], "replicate": replicate}
            fractions = _fractions(rng, (total * 0.6, total * 0.4, 0.02))
            rows.append(row)
            _draw(folder / str(row["file"]), fractions, annexin, dye, scales, rng) if drawn else None
            counted += _counted(row, fractions, rng) if role == "positive" else []
        for number, (hour, one) in enumerate(product(hours, plan.conditions)):
            row = {"file": f"{replicate}_{number:02d}.fcs", "role": one.role, "cell_line": one.line or plan.line}
            row |= one.cells() | {"hours": hour, "replicate": replicate}
            fractions = _fractions(rng, one.flow[hour])
            rows.append(row)
            _draw(folder / str(row["file"]), fractions, True, True, scales, rng) if drawn else None
            counted += _counted(row, fractions, rng)
    return rows, pd.DataFrame(counted)


def _fractions(rng: Generator, flow: tuple[float, float, float]) -> dict[str, float]:
    early, late, necrotic = flow
    total = float(expit(logit(early + late) + rng.normal(0, LOGIT_SD)))
    dead = float(expit(logit(necrotic) + rng.normal(0, LOGIT_SD))) if necrotic > 0 else 0.0
    dead = min(dead, 0.98 * (1 - total))
    share = late / (early + late)
    return dict(zip(POPULATIONS, (1 - total - dead, (1 - share) * total, share * total, dead), strict=True))


def _draw(path: Path, fractions: Mapping[str, float], annexin: bool, dye: bool, scales: Any, rng: Generator) -> None:
    from gating import write_fcs
    from gating.simulate import Tube, simulate_tube

    tube = Tube(fractions, EVENTS, annexin, dye, annexin_scale=scales[0], dye_scale=scales[1])
    events = simulate_tube(tube, rng).events
    write_fcs(path, events.values, events.channels, spillover=events.spillover)


def _counted(row: Mapping[str, Any], fractions: Mapping[str, float], rng: Generator) -> Iterator[dict[str, Any]]:
    counts = rng.multinomial(EVENTS, list(fractions.values()))
    for population, events in zip(POPULATIONS, counts, strict=True):
        share = (events + 0.5) / (EVENTS + 2)
        half = 1.96 * float(np.sqrt(share * (1 - share) / EVENTS) + 0.003)
        numbers = {"events": events, "parent_events": EVENTS, "file_events": EVENTS, "counted_fraction": share}
        limits = {"fraction": share, "low": max(share - half, 0.0), "high": min(share + half, 1.0)}
        filled = {k: np.nan if v == "" and k.startswith("dose") and "unit" not in k else v for k, v in row.items()}
        said = {"population": population, "batch": row["replicate"], "caution": ""}
        yield {"cell_line": plan_line(row), **filled, **said, **numbers, **limits} | {
            "replicate": str(row["replicate"])
        }


def plan_line(row: Mapping[str, Any]) -> str:
    """Return the line of a tube, empty of a control tube."""
    return str(row.get("cell_line", ""))


SIGNALS = {"caspase": (250.0, 5_000.0, 0.07), "viability": (400.0, 50_000.0, 0.05), "mtt": (0.05, 1.1, 0.05)}


def _plates(plan: Planted, folder: Path, rng: Generator) -> Iterator[str]:
    for assay in ("caspase", "viability"):
        hours = sorted({h for c in plan.conditions for h in getattr(c, assay)})
        if not hours:
            continue
        wells: list[Condition | str] = ["blank"] * 5
        wells += ["positive"] * 4 if assay in plan.positive else []
        wells += [c for c in plan.conditions for _ in range(3 if c.role == "treated" else 6)]
        places = rng.permutation(96)[: len(wells)]
        sheet = [_layout_row(one, int(at), plan) for one, at in zip(wells, places, strict=True)]
        pd.DataFrame(sheet).to_csv(folder / f"layout_{assay}.csv", index=False)
        read_as = plan.viability_assay if assay == "viability" else assay
        for hour, replicate in product(hours, range(1, plan.experiments + 1)):
            signals = _signals(plan, wells, assay, read_as, hour, rng)
            table = pd.DataFrame(
                {"well": [row["well"] for row in sheet], "signal": signals, "rows": 8, "columns": 12, "said": ""}
            )
            file = f"{assay}_{hour:g}h_{replicate}.csv"
            text = grid_csv(table, title="GloMax", digits=3 if read_as == "mtt" else 0)
            (folder / file).write_bytes(text.encode())
            rest = f"layout: layout_{assay}.csv, hours: {hour:g}, replicate: {replicate}"
            yield f"  - {{file: {file}, assay: {read_as}, {rest}}}"


def _layout_row(one: Condition | str, at: int, plan: Planted) -> dict[str, Any]:
    row: dict[str, Any] = {"well": well_name(*divmod(at, 12))}
    if isinstance(one, Condition):
        return row | {"role": one.role, "cell_line": one.line or plan.line} | one.cells()
    line = {"role": one, "cell_line": plan.line if one == "positive" else ""}
    agents = Condition((("staurosporine", 1.0, "uM"),) if one == "positive" else (), {}, {}, {})
    return row | line | agents.cells()


def _signals(
    plan: Planted, wells: Sequence[Condition | str], assay: str, read_as: str, hour: float, rng: Generator
) -> list[float]:
    blank, full, cv = SIGNALS[read_as]
    full *= float(np.exp(rng.normal(0, 0.1)))
    today: dict[str, float] = {}
    found = []
    for one in wells:
        name = one.place if isinstance(one, Condition) else one
        if name not in today:
            today[name] = _response(plan, one, assay, hour, rng)
        found.append(blank * (1 + rng.normal(0, 0.03)) + full * today[name] * (1 + rng.normal(0, cv)))
    return found


def _response(plan: Planted, one: Condition | str, assay: str, hour: float, rng: Generator) -> float:
    if one == "blank":
        return 0.0
    mean = plan.positive[assay] if isinstance(one, str) else getattr(one, assay)[hour]
    if isinstance(one, Condition) and one.role in ("vehicle", "untreated") and not one.agents:
        return 1.0
    if assay == "caspase":
        return float(mean * np.exp(rng.normal(0, LOGIT_SD)))
    return float(1.05 * expit(logit(min(mean, 1.02) / 1.05) + rng.normal(0, LOGIT_SD)))


def _blots(plan: Planted, rng: Generator) -> dict[str, pd.DataFrame]:
    from blots import abundance_table, fold_changes, rebound_table

    lanes, bands = [], []
    for replicate in range(1, plan.experiments + 1):
        membrane = f"m{replicate}"
        for number, (line, (at, hour)) in enumerate(product(plan.blots, enumerate(BLOT_HOURS)), 1):
            agents = Condition(plan.blot_of if hour else (), {}, {}, {}).cells(1)
            agents["dose"] = agents["dose"] if hour else np.nan
            row = {"membrane": membrane, "lane": number, "role": "treated" if hour else "untreated"}
            lanes.append(row | {"cell_line": line or plan.line} | agents | {"hours": hour, "replicate": str(replicate)})
            for target, levels in plan.blots[line].items():
                value = float(np.log(levels[at]) + rng.normal(0, BLOT_SD))
                band = {"membrane": membrane, "lane": number, "target": target, "loading_control": "actin"}
                limits = {"low": value - 0.05, "high": value + 0.05, "censored": False, "caution": ""}
                bands.append(band | {"log_ratio": value} | limits)
    sheet, normalised = pd.DataFrame(lanes), pd.DataFrame(bands)
    return {
        "normalised": normalised,
        "time_course": fold_changes(normalised, sheet, "0 h"),
        "rebound": rebound_table(normalised, sheet, "0 h"),
        "abundance": abundance_table(normalised, sheet),
    }


# ---- from the folder to what was said ----


def analysed(plan: Planted, rng: Generator, tubes: bool = True) -> Results:
    """Write a study, analyse it as a user would, and judge it with its blots."""
    with tempfile.TemporaryDirectory() as name:
        path, quadrants = write_study(plan, Path(name), rng, tubes)
        has_plates = any(c.caspase or c.viability for c in plan.conditions)
        if not has_plates:
            path.write_text(path.read_text().replace("plates:\n", ""))
        study = read_study(path) if has_plates or tubes else None
        if study is None:
            raise ValueError(plan.kind)
        results = analyse(study)
    if tubes and not plan.blots:
        return results
    found = Findings(dict(results.tables))
    found.tables.update(_blots(plan, rng) if plan.blots else {})
    if not tubes and len(quadrants):
        from cytotools.comparison import compare, summarise_fractions

        found.tables["apoptosis"] = summarise_fractions(quadrants)
        found.tables["quadrants"] = quadrants
        found.tables["comparisons"] = compare(quadrants, "vehicle", {})
    judge_study(study, found)
    return replace(results, tables=complete(found.tables))


_OF_GATING = {
    "high_background": "spontaneous_death",
    "harvest_damage": "spontaneous_death",
    "weak_positive": "weak_positive_control",
}


def alarms(results: Results) -> list[tuple[str, str, str]]:
    """Return every caution of the verdict and of the controls: its code, where it stands, its words."""
    found = []
    for name in ("concordance", "control_checks"):
        for row in rows_of(results.tables[name]):
            for said in filter(None, str(row["caution"]).split("; ")):
                code, _, words = said.partition(": ")
                agents = [f"{row[f'compound{s}']} {row[f'dose{s}']:g}" for s in ("", "_2", "_3") if row[f"compound{s}"]]
                found.append((code, " + ".join(agents) or str(row["assay"]), words))
    artefacts = results.tables.get("artefacts")
    for row in rows_of(artefacts) if artefacts is not None and len(artefacts) else []:
        code = _OF_GATING.get(str(row["check"]), "")
        if code and row["raised"]:
            found.append((code, "flow", str(row.get("caution", ""))))
    return found


NOTES = {"no_positive_control", "target_without_death", "one_hour"}


def judged(plan: Planted, results: Results) -> dict[str, Any]:
    """Return what was named, and what was alarmed besides."""
    said = alarms(results)
    at = [one for one in said if one[0] in plan.codes and _here(plan, one)]
    other = [one for one in said if one not in at and one[0] not in NOTES and one[0] not in _FOLLOWS.get(plan.kind, ())]
    return {
        "kind": plan.kind,
        "planted": " or ".join(sorted(plan.codes)),
        "where": plan.where,
        "named": bool(at) if plan.codes else "",
        "false_alarms": len(other),
        "said": " | ".join(": ".join((code, where)) + f" {words}" for code, where, words in (other or [])),
    }


# What a fault brings with it is no false alarm: necrosis, whichever of its names comes first, and so on.
_FOLLOWS = {
    "cytostasis_single_hours": {"viability_without_apoptosis"},
    "necrosis": {"viability_without_apoptosis", "dye_without_annexin"},
    "caspase_only": {"viability_without_apoptosis"},
    "annexin_sole_arm": {"annexin_without_loss", "viability_without_apoptosis"},
    "annexin_only": {"annexin_without_loss", "viability_without_apoptosis"},
    "annexin_alone": {"annexin_without_loss", "annexin_without_caspase"},
    "toxic_vehicle": {"spontaneous_death", "vehicle_effect"},
    "high_background": {"vehicle_effect", "spontaneous_death"},
    "too_early": {"too_early"},
    "too_late": {"too_late"},
    "weak_positive": {"weak_positive_control"},
    "dead_bands": {"dead_but_bands_unchanged"},
}


def _here(plan: Planted, said: tuple[str, str, str]) -> bool:
    controls = {"spontaneous_death", "weak_positive_control", "vehicle_effect", "too_early", "too_late"}
    return said[0] in controls or said[1] == plan.where


def study_of(kind: Callable[[Generator], Planted], number: int, seed: int) -> tuple[Planted, Generator]:
    """Return the plan of a study and the generator that its scatter is drawn from."""
    place = (*FAULTS, *CLEAN).index(kind)
    rng = np.random.default_rng([seed, place, number])
    plan = kind(rng)
    return replace(plan, kind=kind.__name__, line=LINES[int(rng.integers(len(LINES)))]), rng


def main(studies: int = 2, seed: int = 20_261_201, tubes: bool = True) -> pd.DataFrame:
    """Draw, analyse and count."""
    rows = []
    for kind, number in product((*FAULTS, *CLEAN), range(studies)):
        plan, rng = study_of(kind, number, seed)
        if not tubes and not any(c.caspase or c.viability for c in plan.conditions):
            continue
        row = {"number": number} | judged(plan, analysed(plan, rng, tubes))
        rows.append(row)
        sys.stdout.write(
            f"{row['kind']} {number}: named {row['named']}, false {row['false_alarms']} {row['said'][:300]}\n"
        )
        sys.stdout.flush()
    table = pd.DataFrame(rows)
    faulty, clean = table[table["planted"] != ""], table[table["planted"] == ""]
    sys.stdout.write(
        f"named {faulty['named'].sum()} of {len(faulty)}; clean studies alarmed {(clean['false_alarms'] > 0).sum()} of"
        f" {len(clean)}; other alarms beside a fault in {(faulty['false_alarms'] > 0).sum()} of {len(faulty)}\n"
    )
    return table


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if "mechanisms" in arguments:
        told = [mechanisms(1, 5), mechanisms(1, 6, 0.5), mechanisms(1, 7, 1.0, 1)]
        file = Path(__file__).parent / "verdicts_from_files_mechanisms.csv"
        pd.concat(told).to_csv(file, index=False, lineterminator="\n")
        sys.exit()
    words = [word for word in arguments if word.isdigit()]
    drawn = main(int(words[0]) if words else 2, int(words[1]) if words[1:] else 20_261_201, "tables" not in arguments)
    name = "verdicts_from_files_tables.csv" if "tables" in arguments else "verdicts_from_files.csv"
    drawn.to_csv(Path(__file__).parent / name, index=False, lineterminator="\n")
