"""The combinations of the sample study: two agents together on three kinds of plates, and what was planted in them.

Constant ratio (CellTiter-Glo, 96 h): cisplatin with birinapant at an equipotent ratio, on the sensitive line with a
combination index of 0.5, on the resistant line with 1; on the same plates cisplatin with a fixed dose of Smac-N7, which
does nothing alone and shifts the IC50 of the sensitive line only. Matrix (72 h): LCL161 with paclitaxel, independent
but for a block of doses. Schedules (MTT, 72 h): Smac-N7 before, with and after cisplatin; before is best. Nothing in it
was measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cytotools.plates.simulate import Combined, PlateModel, Reference, SimulatedPlates, simulate_plates
from cytotools.plates.simulated_combinations import BlissSurface, LoeweSurface, PlantedSurface, PotentiatedSurface
from cytotools.plates.simulated_curves import Logistic, PlantedCurve
from cytotools.plates.simulated_exports import drawn_layout, gen5_text, mars_csv, softmax_text
from cytotools.plates.well_names import well_name
from cytotools.sample_layouts import ARMS, COLUMNS, REPLICATES, laid_out, vehicle, wells_of, write_sheet

if TYPE_CHECKING:
    import pandas as pd

SEED = 20_261_208
TWO_AGENTS = ("compound_2", "dose_2", "dose_unit_2")
LEVELS = (0.5, 0.75, 0.9, 0.95)
UNITS = {"cisplatin": "ug/mL", "birinapant": "nM", "Smac-N7": "uM", "LCL161": "uM", "paclitaxel": "nM"}
SMAC_N7_DOSE = 2.5  # a tenth of what kills ECA109-Smac within a day (`cytotools.sample_arms`)
SMAC_N7_ALONE = Logistic(float("inf"))
TRUTH_COLUMNS = (
    "method", "assay", "cell_line", "hours", "compound", "dose", "compound_2", "dose_2", "schedule", "replicate",
    "affected", "planted", "drawn",
)  # fmt: skip

RATIO_HOURS = 96


@dataclass(frozen=True)
class _Line:
    """The two agents on one line: their curves in ug/mL and nM, how often the doses double, and what is planted."""

    cisplatin: Logistic
    birinapant: Logistic
    steps: range
    index: float
    shift: float

    def doses(self, curve: Logistic, share: float = 1.0) -> list[float]:
        """Return twofold dilutions around a share of the IC50."""
        return [share * curve.ic50 * 2.0**step for step in self.steps]


LINES = {
    "ECA109-Smac": _Line(Logistic(2.5, 1.4), Logistic(50.0, 1.2), range(-2, 5), index=0.5, shift=2.5),
    "ECA109": _Line(Logistic(7.5, 1.4), Logistic(1500.0, 1.2), range(-3, 4), index=1.0, shift=1.0),
}
RATIO = PlateModel(ic50_sd=0.05, shared_ic50_sd=0.05, combined_sd=0.05)

MATRIX_LINE, MATRIX_HOURS = "MDA-MB-231", 72
LCL161_DOSES = (0.0, 0.1, 0.3, 1.0, 3.0, 10.0)
PACLITAXEL_DOSES = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0)
MATRIX = BlissSurface(
    Logistic(0.8, 1.2, bottom=0.4), Logistic(4.0, 1.5, bottom=0.1), excess=0.2, block_1=(0.3, 3.0), block_2=(2.0, 4.0)
)
MATRIX_MODEL = PlateModel(ic50_sd=0.08, combined_sd=0.03, combined_follows=True)

SCHEDULED_LINE, SCHEDULE_HOURS, LEAD_HOURS = "ECA109-Smac", 72, 24.0
SCHEDULED = Logistic(3.2, 1.5, bottom=0.04)  # cisplatin alone, ug/mL
SHIFTS = {"pre": 4.0, "co": 2.5, "post": 1.3}  # Smac-N7 before, with, after cisplatin
SCHEDULED_DOSES = (0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6)
MTT = PlateModel(
    0.085, 0.95, well_cv=0.04, additive_sd=0.003, ic50_sd=0.08, combined_sd=0.05, combined_follows=True,
    reference=Reference(),
)  # fmt: skip


def combinations_yaml() -> str:
    """Return the lines of study.yaml that name the plates of two agents."""
    lines = []
    for replicate in REPLICATES:
        rest = f"hours: {RATIO_HOURS}, replicate: {replicate}"
        layout = "layout: plates/layout_ratio.csv"
        lines.append(f"  - {{file: plates/ratio_rep{replicate}.txt, assay: viability, {layout}, {rest}}}")
    for replicate in REPLICATES:
        rest = f"cell_line: {MATRIX_LINE}, hours: {MATRIX_HOURS}, replicate: {replicate}"
        lines.append(f"  - {{file: plates/matrix_rep{replicate}.txt, assay: viability,")
        lines.append(f"     layout: plates/layout_matrix.xlsx, {rest}}}")
    for replicate in REPLICATES:
        rest = f"reference_nm: 630, hours: {SCHEDULE_HOURS}, replicate: {replicate}"
        lines.append(f"  - {{file: plates/schedules_rep{replicate}.csv, assay: mtt,")
        lines.append(f"     layout: plates/layout_schedules.csv, {rest}}}")
    return "\n".join(lines) + "\n"


def write_combinations(folder: Path) -> None:
    """Write exports and layouts into `folder`/plates and what was planted into `folder`/truth."""
    import pandas as pd

    written = (_write_ratio(folder), _write_matrix(folder), _write_schedules(folder))
    together = pd.DataFrame([row for rows, _ in written for row in rows], columns=list(TRUTH_COLUMNS))
    alone = pd.concat([ic50 for _, ic50 in written])
    for name, table in (("combination", together), ("single_agents", alone[np.isfinite(alone["planted_ic50"])])):
        table.round(6).to_csv(folder / "truth" / f"{name}.csv", index=False, lineterminator="\n")


_Truth = tuple[list[dict[str, Any]], "pd.DataFrame"]


def _write_ratio(folder: Path) -> _Truth:
    """Write both lines' plates of a replicate into one export of SoftMax Pro."""
    import pandas as pd

    layout = pd.concat([_ratio_layout(line).assign(plate=line) for line in LINES])
    curves: dict[tuple[str, str], PlantedCurve] = {}
    surfaces: dict[Combined, PlantedSurface] = {}
    for line, own in LINES.items():
        curves |= {(line, "cisplatin"): own.cisplatin, (line, "birinapant"): own.birinapant}
        curves[line, "Smac-N7"] = SMAC_N7_ALONE
        surfaces[line, "cisplatin", "birinapant", ""] = LoeweSurface(own.cisplatin, own.birinapant, own.index)
        surfaces[line, "cisplatin", "Smac-N7", ""] = PotentiatedSurface(own.cisplatin, own.shift)
    plates = simulate_plates(layout, curves, RATIO, surfaces=surfaces, rng=np.random.default_rng([SEED, 0]))
    write_sheet(layout, folder / "plates" / "layout_ratio.csv", ("plate", *COLUMNS, *TWO_AGENTS))
    for replicate in REPLICATES:
        text = softmax_text(wells_of(plates, replicate))
        (folder / "plates" / f"ratio_rep{replicate}.txt").write_bytes(text.encode())
    return _placed([*_index_truth(plates), *_shift_truth(plates, surfaces)], plates, "viability", RATIO_HOURS)


def _placed(rows: list[dict[str, Any]], plates: SimulatedPlates, assay: str, hours: int) -> _Truth:
    """Return what was planted in two agents together and in each alone, with its assay and hours."""
    return [{"assay": assay, "hours": hours, **row} for row in rows], plates.ic50.assign(assay=assay, hours=hours)


def _ratio_layout(line: str) -> pd.DataFrame:
    """Return four curves of seven doses in triplicate with their controls, at random over the plate.

    Every well holds both vehicles, so that the control is one.
    """
    own = LINES[line]
    curves = [_agent("cisplatin", dose) for dose in own.doses(own.cisplatin)]
    curves += [_agent("birinapant", dose) for dose in own.doses(own.birinapant)]
    share = own.index / 2.0  # of each agent's own IC50: both together affect one half in the middle of the doses
    pairs = zip(own.doses(own.cisplatin, share), own.doses(own.birinapant, share), strict=True)
    curves += [_agent("cisplatin", one) | _second("birinapant", other) for one, other in pairs]
    curves += [_agent("cisplatin", dose) | _second("Smac-N7", SMAC_N7_DOSE) for dose in own.doses(own.cisplatin)]
    controls = [vehicle("saline", "ug/mL") | {"compound_2": "DMSO", "dose_2": 0.0, "dose_unit_2": "nM"}] * 6 + [
        _agent("Smac-N7", SMAC_N7_DOSE)
    ] * 3
    cells = {"cell_line": line, "arm": ARMS[line]}
    wells = [cells | well for well in curves * 3 + controls] + [{"role": "blank"}] * 3
    order = np.random.default_rng([SEED, 1, list(LINES).index(line)]).permutation(len(wells))
    return _two_agents([wells[k] | {"well": well_name(*divmod(place, 12))} for place, k in enumerate(order)])


def _index_truth(plates: SimulatedPlates) -> Iterator[dict[str, Any]]:
    """Yield the index of each experiment: the doses that it needs together, in those that it needs alone."""
    factors = _factors(plates)
    for row in plates.combined[plates.combined["compound_2"] == "birinapant"].to_dict("records"):
        own, line, replicate = LINES[row["cell_line"]], row["cell_line"], row["replicate"]
        curves = {"cisplatin": own.cisplatin, "birinapant": own.birinapant}
        for affected in LEVELS:
            shares = {name: curve.ic50 / curve.dose_at(1.0 - affected) for name, curve in curves.items()}
            apart = sum(share / factors[line, name, replicate] for name, share in shares.items())
            together = shares["cisplatin"] / row["potency_1"] + shares["birinapant"] / row["potency_2"]
            drawn = own.index * apart / together
            yield _names(row) | {"method": "ci", "affected": affected, "planted": own.index, "drawn": drawn}


def _shift_truth(plates: SimulatedPlates, surfaces: Mapping[Combined, PlantedSurface]) -> Iterator[dict[str, Any]]:
    """Yield by how much the IC50 of cisplatin alone is that with Smac-N7 in each experiment."""
    factors = _factors(plates)
    for row in plates.combined.to_dict("records"):
        line, compound, replicate = row["cell_line"], row["compound"], row["replicate"]
        surface = surfaces[line, compound, row["compound_2"], row["schedule"]]
        if isinstance(surface, PotentiatedSurface):
            drawn = surface.shift * factors[line, compound, replicate] / row["potency_1"]
            found = {"method": "potentiation", "dose_2": SMAC_N7_DOSE, "planted": surface.shift, "drawn": drawn}
            yield _names(row) | found


def _factors(plates: SimulatedPlates) -> dict[tuple[str, str, str], float]:
    """Return by how much the IC50 of each line and compound differs in each experiment from that of its curve."""
    keys = plates.ic50[["cell_line", "compound", "replicate"]].itertuples(index=False, name=None)
    ratios = (plates.ic50["drawn_ic50"] / plates.ic50["planted_ic50"]).tolist()
    return dict(zip(keys, ratios, strict=True))


def _names(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("cell_line", "compound", "compound_2", "schedule", "replicate")}


def _write_matrix(folder: Path) -> _Truth:
    layout = _matrix_layout()
    curves: dict[tuple[str, str], PlantedCurve] = {
        (MATRIX_LINE, "LCL161"): MATRIX.first,
        (MATRIX_LINE, "paclitaxel"): MATRIX.second,
    }
    surfaces: dict[Combined, PlantedSurface] = {(MATRIX_LINE, "LCL161", "paclitaxel", ""): MATRIX}
    of_line = layout.assign(cell_line=MATRIX_LINE)
    plates = simulate_plates(of_line, curves, MATRIX_MODEL, surfaces=surfaces, rng=np.random.default_rng([SEED, 2]))
    drawn = layout.assign(**{name: layout[name].map("{:g}".format).replace("nan", "") for name in ("dose", "dose_2")})
    columns = [name for name in (*COLUMNS[1:], *TWO_AGENTS) if name not in ("cell_line", "arm")]
    (folder / "plates" / "layout_matrix.xlsx").write_bytes(drawn_layout(drawn, columns))
    for replicate in REPLICATES:
        text = gen5_text(wells_of(plates, replicate))
        (folder / "plates" / f"matrix_rep{replicate}.txt").write_bytes(text.encode())
    return _placed(list(_excess_truth(plates)), plates, "viability", MATRIX_HOURS)


def _matrix_layout() -> pd.DataFrame:
    """Return the matrix twice, side by side in the six rows of the middle; controls above, blanks below."""
    rows: list[dict[str, Any]] = []
    for (i, dose), (k, dose_2), half in product(enumerate(LCL161_DOSES), enumerate(PACLITAXEL_DOSES), (0, 6)):
        well = _agent("LCL161", dose) | _second("paclitaxel", dose_2)
        rows.append((well if dose or dose_2 else vehicle("DMSO", "uM")) | {"well": well_name(i + 1, k + half)})
    rows += [vehicle("DMSO", "uM") | {"well": well_name(0, column)} for column in range(2, 10)]
    rows += [{"role": "blank", "well": well_name(7, column)} for column in range(3, 9)]
    return _two_agents(rows)


def _excess_truth(plates: SimulatedPlates) -> Iterator[dict[str, Any]]:
    """Yield the excess of each cell: what was planted, and over what the agents alone do in that experiment."""
    factors = _factors(plates)
    for row in plates.combined.to_dict("records"):
        own = [factors[MATRIX_LINE, row[name], row["replicate"]] for name in ("compound", "compound_2")]
        for dose, dose_2 in product(LCL161_DOSES[1:], PACLITAXEL_DOSES[1:]):
            expected = MATRIX.first.response(dose / own[0]) * MATRIX.second.response(dose_2 / own[1])
            drawn = float(expected - MATRIX.response(dose, dose_2, (row["potency_1"], row["potency_2"])))
            found = {"method": "bliss", "dose": dose, "dose_2": dose_2, "drawn": drawn}
            yield _names(row) | found | {"planted": float(MATRIX.excess_at(dose, dose_2))}


def _write_schedules(folder: Path) -> _Truth:
    layout, line = _schedule_layout(), SCHEDULED_LINE
    curves: dict[tuple[str, str], PlantedCurve] = {(line, "cisplatin"): SCHEDULED, (line, "Smac-N7"): SMAC_N7_ALONE}
    surfaces: dict[Combined, PlantedSurface] = {
        (line, "cisplatin", "Smac-N7", schedule): PotentiatedSurface(SCHEDULED, shift)
        for schedule, shift in SHIFTS.items()
    }
    plates = simulate_plates(layout, curves, MTT, surfaces=surfaces, rng=np.random.default_rng([SEED, 3]))
    columns = (*COLUMNS, *TWO_AGENTS, "schedule", "lead_hours")
    write_sheet(layout, folder / "plates" / "layout_schedules.csv", columns)
    for replicate in REPLICATES:
        text = mars_csv(wells_of(plates, replicate), name=f"MTT {line}")
        (folder / "plates" / f"schedules_rep{replicate}.csv").write_bytes(text.encode())
    return _placed(list(_shift_truth(plates, surfaces)), plates, "mtt", SCHEDULE_HOURS)


def _schedule_layout() -> pd.DataFrame:
    """Return two rows for cisplatin alone and two for each schedule, eight doses between their controls."""
    rows: list[dict[str, Any]] = []
    for row, schedule in enumerate(("", "", *(name for name in SHIFTS for _ in range(2)))):
        order = {"schedule": schedule, "lead_hours": LEAD_HOURS if schedule in ("pre", "post") else 0.0}
        partner = _second("Smac-N7", SMAC_N7_DOSE) | order if schedule else {}
        treated = [_agent("cisplatin", dose) | partner for dose in SCHEDULED_DOSES]
        last = _agent("Smac-N7", SMAC_N7_DOSE) if schedule else vehicle("saline", "ug/mL")
        wells = [{"role": "blank"}, vehicle("saline", "ug/mL"), *treated, vehicle("saline", "ug/mL"), last]
        cells = {"cell_line": SCHEDULED_LINE, "arm": ARMS[SCHEDULED_LINE]}
        rows += [
            {"well": well_name(row, column), **({} if column == 0 else cells), **well}
            for column, well in enumerate(wells)
        ]
    return _two_agents(rows)


def _agent(name: str, dose: float) -> dict[str, Any]:
    return {"role": "treated", "compound": name, "dose": dose, "dose_unit": UNITS[name]}


def _second(name: str, dose: float) -> dict[str, Any]:
    return {"compound_2": name, "dose_2": dose, "dose_unit_2": UNITS[name]}


def _two_agents(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as a layout that has the columns of a second agent and of schedules."""
    empty = {"compound_2": "", "dose_2": np.nan, "dose_unit_2": "", "schedule": "", "lead_hours": np.nan}
    return laid_out([empty | row for row in rows])
