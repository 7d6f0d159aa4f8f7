"""The arms of the sample study: why ECA109 does not respond to Smac-N7, asked of one agent after another for 24 h.

Each arm is planted once and measured by caspase-3/7 and viability on one plate, and where it has a tube by Annexin V.
TNF-alpha rescues the resistant line, which makes none of its own; venetoclax does not, so that Bcl-2 is not what blocks
it; zVAD-fmk keeps the cells alive and Nec-1s adds nothing to it, so that they die by caspases and not by necroptosis.
No arm blocks PI3K or AKT: that question is left open. Cisplatin stands there at the doses of the tubes. Palbociclib
halts the cycle of ECA109: half as many cells after a day, none of them dying. Nothing in it was measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cytotools.plates.simulate import PlateModel, SimulatedPlates, simulate_plates
from cytotools.plates.simulated_curves import Logistic, PlantedCurve
from cytotools.plates.simulated_exports import grid_csv
from cytotools.plates.well_names import well_name
from cytotools.sample_layouts import ARMS, COLUMNS, REPLICATES, laid_out, vehicle, wells_of, write_sheet

if TYPE_CHECKING:
    import pandas as pd

SEED = 20_261_216
HOURS = 24
WELLS = 3
CONTROL_WELLS = 7
POSITIVE_WELLS = 4
BLANK_WELLS = 4
UNITS = {
    "cisplatin": "ug/mL", "Smac-N7": "uM", "TNF-alpha": "ng/mL", "venetoclax": "uM", "zVAD-fmk": "uM", "Nec-1s": "uM",
    "palbociclib": "uM", "staurosporine": "uM",
}  # fmt: skip
SMAC_N7, TNF, VENETOCLAX = ("Smac-N7", 25), ("TNF-alpha", 10), ("venetoclax", 1)
ZVAD, NEC_1S, PALBOCICLIB = ("zVAD-fmk", 20), ("Nec-1s", 30), ("palbociclib", 1)
SLOTS = ("", "_2", "_3")
AGENT_COLUMNS = tuple(f"{name}{slot}" for slot in SLOTS for name in ("compound", "dose", "dose_unit"))


@dataclass(frozen=True)
class Arm:
    """A treatment and what is planted: viable cells and caspase of each, over the vehicle's, and percent apoptosis.

    `apoptosis` is the mean and SD over experiments, None where there is no tube.
    """

    agents: tuple[tuple[str, float], ...]
    viable: float
    per_viable: float
    apoptosis: tuple[float, float] | None = None

    @property
    def fold(self) -> float:
        """Caspase activity of the whole well over the vehicle's."""
        return self.viable * self.per_viable

    @property
    def name(self) -> str:
        """The agents with their doses, as in the name of a file."""
        return "_".join(f"{agent}_{dose:g}" for agent, dose in self.agents)

    def cells(self) -> dict[str, Any]:
        """Return the columns of a sheet that name the agents."""
        return {
            f"{column}{slot}": value
            for slot, (agent, dose) in zip(SLOTS, self.agents, strict=False)
            for column, value in (("compound", agent), ("dose", dose), ("dose_unit", UNITS[agent]))
        }


PLANTED = {
    "ECA109": (
        Arm((("cisplatin", 5),), 0.90, 1.9),
        Arm((("cisplatin", 20),), 0.62, 6.0),
        Arm((SMAC_N7,), 0.93, 1.7, (15.0, 1.2)),
        Arm((TNF,), 1.00, 1.0, (9.4, 1.0)),
        Arm((SMAC_N7, TNF), 0.49, 9.0, (50.0, 3.3)),
        Arm((VENETOCLAX,), 1.00, 1.0),
        Arm((SMAC_N7, VENETOCLAX), 0.93, 1.7),
        Arm((ZVAD,), 1.02, 0.25),
        Arm((SMAC_N7, ZVAD), 1.00, 0.25),
        Arm((SMAC_N7, ZVAD, NEC_1S), 1.00, 0.25),
        Arm((SMAC_N7, TNF, ZVAD), 0.97, 0.3),
        Arm((PALBOCICLIB,), 0.50, 1.0, (9.4, 1.0)),
    ),
    "ECA109-Smac": (
        Arm((("cisplatin", 5),), 0.74, 4.0),
        Arm((("cisplatin", 20),), 0.30, 17.0),
        Arm((SMAC_N7,), 0.50, 8.4, (48.0, 3.2)),
        Arm((TNF,), 1.00, 1.0),
        Arm((SMAC_N7, TNF), 0.49, 8.7),
        Arm((VENETOCLAX,), 1.00, 1.0),
        Arm((SMAC_N7, VENETOCLAX), 0.50, 8.4),
        Arm((ZVAD,), 1.02, 0.25),
        Arm((SMAC_N7, ZVAD), 0.97, 0.3),
        Arm((SMAC_N7, ZVAD, NEC_1S), 0.97, 0.3),
        Arm((SMAC_N7, TNF, ZVAD), 0.96, 0.3),
    ),
}
POSITIVE = Arm((("staurosporine", 1),), 0.20, 20.0)
MODELS = {
    "caspase": PlateModel(blank=250.0, control=4_000.0, well_cv=0.06, additive_sd=15.0, ic50_sd=0.12),
    "viability": PlateModel(well_cv=0.035, ic50_sd=0.12),
}


def arms_yaml() -> str:
    """Return the lines of study.yaml that name the plates of the arms."""
    lines = []
    for replicate, assay in product(REPLICATES, MODELS):
        rest = f"layout: plates/layout_arms.csv, hours: {HOURS}, replicate: {replicate}"
        lines.append(f"  - {{file: plates/{_file(assay, replicate)}, assay: {assay}, {rest}}}")
    return "\n".join(lines) + "\n"


def write_arms(folder: Path) -> None:
    """Write exports and layout into `folder`/plates and what was planted into `folder`/truth."""
    import pandas as pd

    layout = _layout()
    write_sheet(layout, folder / "plates" / "layout_arms.csv", ("well", *_SHEET_COLUMNS))
    drawn = {}
    for number, (assay, model) in enumerate(MODELS.items()):
        plates = simulate_plates(*_planted(layout, assay), model, rng=np.random.default_rng([SEED, 1, number]))
        drawn[assay] = _mean_responses(plates)
        for replicate in REPLICATES:
            text = grid_csv(wells_of(plates, replicate), title=_TITLES[assay], digits=0)
            (folder / "plates" / _file(assay, replicate)).write_bytes(text.encode())
    truths = [_truth(line, arm, drawn) for line, arms in PLANTED.items() for arm in arms]
    pd.DataFrame(truths).round(6).to_csv(folder / "truth" / "arms.csv", index=False, lineterminator="\n")


_SHEET_COLUMNS = (*COLUMNS[1:4], *AGENT_COLUMNS)
_TITLES = {"caspase": "GloMax Discover: Caspase-Glo 3/7", "viability": "GloMax Discover: CellTiter-Glo"}


def _file(assay: str, replicate: int) -> str:
    return f"arms_{assay}_rep{replicate}.csv"


def _layout() -> pd.DataFrame:
    """Return both lines at random over the plate; every well holds both vehicles, so that the control is one."""
    control = vehicle("saline", "ug/mL") | {"compound_2": "DMSO", "dose_2": 0.0, "dose_unit_2": "uM"}
    wells: list[dict[str, Any]] = [{"role": "blank"}] * BLANK_WELLS
    for line, arms in PLANTED.items():
        cells = {"cell_line": line, "arm": ARMS[line]}
        wells += [cells | control] * CONTROL_WELLS
        wells += [cells | {"role": "treated"} | arm.cells() for arm in arms for _ in range(WELLS)]
        wells += [cells | {"role": "positive"} | POSITIVE.cells()] * POSITIVE_WELLS
    order = np.random.default_rng([SEED, 0]).permutation(96)[: len(wells)]
    rows = [
        {"well": well_name(*divmod(int(place), 12)), **well}
        for place, well in sorted(zip(order, wells, strict=True), key=itemgetter(0))
    ]
    empty = {name: np.nan if name.startswith("dose_") and "unit" not in name else "" for name in AGENT_COLUMNS[3:]}
    return laid_out([empty | row for row in rows])


def _planted(layout: pd.DataFrame, assay: str) -> tuple[pd.DataFrame, dict[tuple[str, str], PlantedCurve]]:
    """Return the layout as the simulator takes it, every arm one agent at one dose, and the curves through the arms.

    Halfway of each curve lies what is planted, so that experiments scatter around it in proportion to the effect.
    """
    curves: dict[tuple[str, str], PlantedCurve] = {
        (line, arm.name): Logistic(1.0, bottom=2.0 * (arm.fold if assay == "caspase" else arm.viable) - 1.0)
        for line, arms in PLANTED.items()
        for arm in (*arms, POSITIVE)
    }
    treated = layout["role"].isin(("treated", "positive"))
    names = ["_".join(f"{a}_{d:g}" for a, d in _agents(row) if a) for row in layout.to_dict("records")]
    one = layout.assign(compound=np.where(treated, names, ""), dose=np.where(treated, 1.0, np.nan))
    return one.drop(columns=list(AGENT_COLUMNS[3:])), curves


def _agents(row: dict[Any, Any]) -> list[tuple[str, float]]:
    return [(row[f"compound{slot}"], row[f"dose{slot}"]) for slot in SLOTS]


def _mean_responses(plates: SimulatedPlates) -> dict[tuple[str, str], float]:
    """Return the geometric mean over experiments of what was drawn, by line and arm."""
    treated = plates.wells["role"] == "treated"
    logs = np.log(plates.truth["response"][treated])
    means = logs.groupby([plates.wells["cell_line"], plates.wells["compound"]]).mean()
    return {(str(line), str(arm)): float(np.exp(mean)) for (line, arm), mean in means.items()}


def _truth(line: str, arm: Arm, drawn: dict[str, dict[tuple[str, str], float]]) -> dict[str, Any]:
    fold, viable = (drawn[assay][line, arm.name] for assay in ("caspase", "viability"))
    named = {"cell_line": line, "arm": ARMS[line]} | {name: arm.cells().get(name, "") for name in AGENT_COLUMNS}
    planted = {"planted_fold": arm.fold, "planted_viable": arm.viable, "planted_fold_per_viable": arm.per_viable}
    found = {"drawn_fold": fold, "drawn_viable": viable, "drawn_fold_per_viable": fold / viable}
    return named | {"hours": HOURS} | planted | found
