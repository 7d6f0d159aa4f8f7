"""What the assays of the sample study say together: how each mechanism must be graded, where assays must disagree."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cytotools.sample_arms import AGENT_COLUMNS, HOURS, PALBOCICLIB, PLANTED, Arm
from cytotools.sample_layouts import ARMS
from cytotools.sample_plates import CASPASE_DOSE, CASPASE_HOURS, PER_VIABLE, VIABLE

# Mechanism to what is planted of it and the grade that must be found.
RESISTANCE = {
    "ECA109": {
        "cIAP2_rebound": ("cIAP2 comes back from 0.15 to 2.1 of its 0 h", "supported"),
        "cIAP1_not_lost": ("cIAP1 falls to 0.09 of its 0 h and stays down", "against"),
        "high_XIAP": ("XIAP as in ECA109-Smac", "against"),
        "no_TNF_loop": (
            "TNF-alpha below the lowest standard, 15 % apoptosis alone and 50 % with 10 ng/mL",
            "supported",
        ),
        "BCL2_block": ("venetoclax adds nothing to Smac-N7", "against"),
        "PI3K_AKT": ("no arm", "not tested"),
        "necroptosis": ("zVAD-fmk keeps the cells alive, Nec-1s adds nothing to it", "against"),
    },
    "ECA109-Smac": {
        "cIAP2_rebound": ("cIAP2 falls to 0.09 of its 0 h and stays down", "against"),
        "cIAP1_not_lost": ("cIAP1 falls to 0.05 of its 0 h and stays down", "against"),
        "high_XIAP": ("XIAP as in ECA109", "against"),
        "no_TNF_loop": ("620 pg/mL of TNF-alpha with Smac-N7", "against"),
        "BCL2_block": ("venetoclax adds nothing to Smac-N7", "against"),
        "PI3K_AKT": ("no arm", "not tested"),
        "necroptosis": ("zVAD-fmk keeps the cells alive, Nec-1s adds nothing to it", "against"),
    },
}
CYTOSTASIS = "viability falls, caspase activity and Annexin V do not rise: cytostasis"


def write_answers(folder: Path, cisplatin: Mapping[str, Mapping[int, float]]) -> None:
    """Write truth/resistance.csv and truth/concordance.csv.

    Parameters
    ----------
    folder : Path
        Of the study.
    cisplatin : mapping
        The fraction of apoptosis planted in each line at each dose of cisplatin in ug/mL, 0 for the vehicle.
    """
    import pandas as pd

    grades = [
        (line, mechanism, planted, grade)
        for line, found in RESISTANCE.items()
        for mechanism, (planted, grade) in found.items()
    ]
    table = pd.DataFrame(grades, columns=["cell_line", "mechanism", "planted", "grade"])
    table.to_csv(folder / "truth" / "resistance.csv", index=False, lineterminator="\n")
    rows = [_agreement(line, arm, cisplatin[line]) for line in PLANTED for arm in _arms(line)]
    pd.DataFrame(rows).round(6).to_csv(folder / "truth" / "concordance.csv", index=False, lineterminator="\n")


def _arms(line: str) -> list[Arm]:
    """Return the arms of a line and, of the course of hours, cisplatin at the hour of the arms."""
    at = CASPASE_HOURS.index(HOURS)
    return [Arm((("cisplatin", round(CASPASE_DOSE)),), VIABLE[line][at], PER_VIABLE[line][at]), *PLANTED[line]]


def _agreement(line: str, arm: Arm, cisplatin: Mapping[int, float]) -> dict[str, Any]:
    """Return what is planted in each assay, NaN where there is no tube, and whether the assays agree."""
    (agent, dose), *others = arm.agents
    total = float("nan") if arm.apoptosis is None else arm.apoptosis[0] / 100.0
    if agent == "cisplatin" and not others:
        total = cisplatin[int(dose)]
    named = {"cell_line": line, "arm": ARMS[line]} | {name: arm.cells().get(name, "") for name in AGENT_COLUMNS}
    planted = {"planted_total": total, "planted_control_total": cisplatin[0]}
    planted |= {"planted_fold": arm.fold, "planted_viable": arm.viable}
    is_halted = arm.agents == (PALBOCICLIB,)
    said = {"agrees": "no" if is_halted else "yes", "reason": CYTOSTASIS if is_halted else ""}
    return named | {"hours": HOURS} | planted | said
