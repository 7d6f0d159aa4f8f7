"""The plates of the sample study: exports of four plate readers with their layouts, and what was planted in them.

Cisplatin on ECA109 and ECA109-Smac over 72 h (CellTiter-Glo); caspase-3/7 and viability of both lines over 48 h at
10 ug/mL, where the sensitive line's signal falls at the end because its cells are gone; doxorubicin and two
doxorubicin-peptide conjugates on three breast lines (MTT) with the published IC50s; TNF-alpha by ELISA, which the
resistant line does not make; and the protein of the blots' lysates by BCA. Nothing in it was measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cytotools.plates.simulate import PlateModel, Reference, SimulatedPlates, simulate_plates
from cytotools.plates.simulated_curves import Logistic, PlantedCurve
from cytotools.plates.simulated_exports import drawn_layout, gen5_text, grid_csv, grid_workbook, mars_csv
from cytotools.plates.well_names import well_name
from cytotools.sample_layouts import ARMS, COLUMNS, REPLICATES, laid_out, vehicle, wells_of, write_sheet

if TYPE_CHECKING:
    import pandas as pd

SEED = 20_261_207

# Cisplatin over 72 h, ug/mL: as its apoptosis, the line with the Smac gene needs a third of the dose.
CISPLATIN = {"ECA109": Logistic(9.0, 1.4, bottom=0.04), "ECA109-Smac": Logistic(3.0, 1.4, bottom=0.03)}
CISPLATIN_DOSES = (0.625, 1.25, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0)
STAUROSPORINE = Logistic(0.03, 1.5, bottom=0.01)
BUBBLE = {("2", "D6"): 0.6}  # replicate and well of the one outlier, and its factor
LUMINESCENCE = PlateModel(ic50_sd=0.07, shared_ic50_sd=0.05, edge_loss=0.03, outliers=BUBBLE)

# At 10 ug/mL, by hour: viable fraction, and caspase-3/7 activity of a viable cell over that of the vehicle's.
CASPASE_DOSE = 10.0
CASPASE_HOURS = (6, 12, 24, 48)
VIABLE = {"ECA109": (0.97, 0.92, 0.80, 0.62), "ECA109-Smac": (0.94, 0.82, 0.52, 0.24)}
PER_VIABLE = {"ECA109": (1.2, 1.8, 3.2, 4.6), "ECA109-Smac": (1.6, 3.6, 7.5, 9.0)}
CASPASE = PlateModel(blank=250.0, control=4_000.0, well_cv=0.06, additive_sd=15.0, ic50_sd=0.06)
CASPASE_VIABILITY = PlateModel(ic50_sd=0.06)

# The published IC50s in uM after 72 h.
DOXORUBICIN = {
    "MDA-MB-231": {"doxorubicin": 1.5, "Dox-peptide 1": 1.3, "Dox-peptide 2": 2.2},
    "MDA-MB-468": {"doxorubicin": 0.35, "Dox-peptide 1": 4.7, "Dox-peptide 2": 1.2},
    "MCF-10A": {"doxorubicin": 0.24, "Dox-peptide 1": 38.6, "Dox-peptide 2": 15.1},
}
DOXORUBICIN_DOSES = (0.015, 0.046, 0.14, 0.41, 1.2, 3.7, 11.0, 33.0, 100.0)
RED_PER_UM = 3e-4  # what a uM of doxorubicin itself absorbs at 570 nm in a well
MTT = PlateModel(
    blank=0.085,
    control=0.95,
    well_cv=0.04,
    additive_sd=0.003,
    ic50_sd=0.08,
    light=dict.fromkeys(DOXORUBICIN["MCF-10A"], RED_PER_UM),
    reference=Reference(),
)

# TNF-alpha in the medium after 24 h, pg/mL: untreated and with Smac-N7; and how far the sample was diluted.
TNF = {"ECA109": ((3.0, 1.0), (7.0, 1.0)), "ECA109-Smac": ((38.0, 1.0), (620.0, 4.0))}
TNF_STANDARDS = (1000.0, 500.0, 250.0, 125.0, 62.5, 31.25, 15.625, 0.0)
TNF_CURVE = Logistic(420.0, 1.15, bottom=1.0, top=0.0)
ELISA = PlateModel(blank=0.055, control=3.1, well_cv=0.03, additive_sd=0.004, ic50_sd=0.0, gain_sd=0.0)

# Protein of the lysates at 0 and 24 h, ug/mL, all measured at a fifth.
PROTEIN = {"ECA109": (3400.0, 3100.0), "ECA109-Smac": (3200.0, 2450.0)}
PROTEIN_STANDARDS = (2000.0, 1500.0, 1000.0, 750.0, 500.0, 250.0, 125.0, 0.0)
PROTEIN_CURVE = Logistic(4200.0, 1.05, bottom=1.0, top=0.0)
PROTEIN_DILUTION = 5.0
BCA = PlateModel(blank=0.09, control=4.2, well_cv=0.015, additive_sd=0.003, ic50_sd=0.0, gain_sd=0.0)
BETWEEN_SAMPLES_SD = 0.15  # of the natural logarithm, between independent experiments

_UNTREATED: dict[str, Any] = {"role": "untreated"}
_SMAC_N7: dict[str, Any] = {"role": "treated", "compound": "Smac-N7", "dose": 25.0, "dose_unit": "uM"}


def plates_yaml() -> str:
    """Return the block of study.yaml that names the plates."""
    lines = ["plates:                              # one export of a plate reader each, the vendor is recognised"]
    for replicate in REPLICATES:
        rest = f"layout: plates/layout_cisplatin.csv, hours: 72, replicate: {replicate}"
        lines.append(f"  - {{file: plates/ctg_rep{replicate}.txt, assay: viability, {rest}}}")
    for replicate, assay in product(REPLICATES, ("caspase", "viability")):
        rest = f"layout: plates/layout_caspase.csv, replicate: {replicate}"
        lines.append(f"  - {{file: plates/hours_{assay}_rep{replicate}.txt, assay: {assay}, {rest}}}")
    for line, replicate in product(DOXORUBICIN, REPLICATES):
        rest = f"reference_nm: 630, hours: 72, replicate: {replicate}"
        lines.append(f"  - {{file: plates/{_mtt_file(line, replicate)}, assay: mtt, cell_line: {line},")
        lines.append(f"     layout: plates/layout_doxorubicin.csv, {rest}}}")
    rest = "assay: elisa, analyte: TNF-alpha, batch: elisa 1"
    lines.append(f"  - {{file: plates/elisa_tnf.xlsx, layout: plates/layout_elisa.xlsx, {rest}}}")
    lines.append("  - {file: plates/bca.csv, layout: plates/layout_bca.csv, assay: bca, batch: bca 1}")
    return "\n".join(lines) + "\n"


def write_plates(folder: Path) -> None:
    """Write exports and layouts into `folder`/plates and what was planted into `folder`/truth."""
    import pandas as pd

    ic50s = [_write_cisplatin(folder), _write_doxorubicin(folder)]
    pd.concat(ic50s).round(6).to_csv(folder / "truth" / "ic50.csv", index=False, lineterminator="\n")
    _write_caspase(folder)
    concentrations = [_write_elisa(folder), _write_bca(folder)]
    pd.concat(concentrations).round(4).to_csv(folder / "truth" / "concentrations.csv", index=False, lineterminator="\n")


def _write_cisplatin(folder: Path) -> pd.DataFrame:
    layout = _cisplatin_layout()
    curves: dict[tuple[str, str], PlantedCurve] = {(line, "cisplatin"): curve for line, curve in CISPLATIN.items()}
    controls: dict[tuple[str, str], PlantedCurve] = {(line, "staurosporine"): STAUROSPORINE for line in CISPLATIN}
    plates = simulate_plates(layout, curves | controls, LUMINESCENCE, rng=np.random.default_rng([SEED, 0]))
    write_sheet(layout, folder / "plates" / "layout_cisplatin.csv")
    for replicate in REPLICATES:
        text = gen5_text(wells_of(plates, replicate))
        (folder / "plates" / f"ctg_rep{replicate}.txt").write_bytes(text.encode())
    return _ic50_truth(plates, "viability").query("compound == 'cisplatin'")


def _cisplatin_layout() -> pd.DataFrame:
    """Return both lines in three rows each: blank, vehicle, eight doses, vehicle, a positive control."""
    rows: list[dict[str, Any]] = []
    for row in range(1, 7):
        line = list(CISPLATIN)[(row - 1) // 3]
        wells = [{"role": "blank"}, vehicle("saline", "ug/mL")]
        wells += [
            {"role": "treated", "compound": "cisplatin", "dose": dose, "dose_unit": "ug/mL"} for dose in CISPLATIN_DOSES
        ]
        wells += [vehicle("saline", "ug/mL")]
        wells += [{"role": "positive", "compound": "staurosporine", "dose": 1.0, "dose_unit": "uM"}]
        cells = {"cell_line": line, "arm": ARMS[line]}
        rows += [
            {"well": well_name(row, column), **({} if column == 0 else cells), **well}
            for column, well in enumerate(wells)
        ]
    return laid_out(rows)


def _write_caspase(folder: Path) -> None:
    """Write a caspase plate and a viability plate for each hour, the four hours of a replicate in one file."""
    import pandas as pd

    layouts, truths = [], []
    read: dict[str, list[pd.DataFrame]] = {"caspase": [], "viability": []}
    for index, hours in enumerate(CASPASE_HOURS):
        layout = _caspase_layout().assign(plate=f"Plate {index + 1}", hours=hours)
        layouts.append(layout)
        drawn = {}
        for number, (assay, model) in enumerate((("caspase", CASPASE), ("viability", CASPASE_VIABILITY))):
            curves: dict[tuple[str, str], PlantedCurve] = {
                (line, "cisplatin"): _hour_curve(assay, line, index) for line in CISPLATIN
            }
            plates = simulate_plates(layout, curves, model, rng=np.random.default_rng([SEED, 1, index, number]))
            read[assay].append(plates.wells)
            drawn[assay] = _mean_response(plates)
        truths += [_caspase_truth(line, index, drawn) for line in CISPLATIN]
    write_sheet(pd.concat(layouts), folder / "plates" / "layout_caspase.csv", ("plate", *COLUMNS, "hours"))
    for assay, replicate in product(read, REPLICATES):
        wells = pd.concat(read[assay]).query(f"replicate == '{replicate}'")
        (folder / "plates" / f"hours_{assay}_rep{replicate}.txt").write_bytes(gen5_text(wells).encode())
    table = pd.DataFrame(truths).round(6)
    table.to_csv(folder / "truth" / "caspase.csv", index=False, lineterminator="\n")


def _caspase_layout() -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    treated = {"role": "treated", "compound": "cisplatin", "dose": CASPASE_DOSE, "dose_unit": "ug/mL"}
    for row, line in enumerate(CISPLATIN, 1):
        wells = [vehicle("saline", "ug/mL")] * 4 + [treated] * 4
        rows += [
            {"well": well_name(row, column), "cell_line": line, "arm": ARMS[line], **well}
            for column, well in enumerate(wells, 1)
        ]
    return laid_out(rows + [{"well": well_name(3, column), "role": "blank"} for column in range(1, 5)])


def _hour_curve(assay: str, line: str, index: int) -> PlantedCurve:
    """Return the curve of an hour that passes through what is planted at the dose of the course."""
    viable, per_viable = VIABLE[line][index], PER_VIABLE[line][index]
    left = (1.0 + (CASPASE_DOSE / 8.0) ** 1.4) ** -1
    if assay == "caspase":
        return Logistic(8.0, 1.4, bottom=1.0 + (viable * per_viable - 1.0) / (1.0 - left))
    bottom = 0.03
    return Logistic(CASPASE_DOSE * ((viable - bottom) / (1.0 - viable)) ** (1 / 1.4), 1.4, bottom=bottom)


def _mean_response(plates: SimulatedPlates) -> dict[str, float]:
    """Return the geometric mean over experiments of the treated wells' planted response, by line."""
    treated = plates.wells["role"] == "treated"
    logs = np.log(plates.truth["response"][treated])
    return {str(line): float(np.exp(mean)) for line, mean in logs.groupby(plates.wells["cell_line"]).mean().items()}


def _caspase_truth(line: str, index: int, drawn: dict[str, dict[str, float]]) -> dict[str, Any]:
    viable, per_viable = VIABLE[line][index], PER_VIABLE[line][index]
    fold, left = drawn["caspase"][line], drawn["viability"][line]
    return {
        "cell_line": line,
        "hours": CASPASE_HOURS[index],
        "planted_fold": viable * per_viable,
        "planted_viable": viable,
        "planted_fold_per_viable": per_viable,
        "drawn_fold": fold,
        "drawn_viable": left,
        "drawn_fold_per_viable": fold / left,
    }


def _write_doxorubicin(folder: Path) -> pd.DataFrame:
    import pandas as pd

    layout, truths = _doxorubicin_layout(), []
    columns = tuple(name for name in COLUMNS if name not in ("cell_line", "arm"))
    write_sheet(layout, folder / "plates" / "layout_doxorubicin.csv", columns)
    for number, (line, ic50s) in enumerate(DOXORUBICIN.items()):
        curves: dict[tuple[str, str], PlantedCurve] = {
            (line, compound): Logistic(ic50, 1.8, bottom=0.04) for compound, ic50 in ic50s.items()
        }
        of_line = layout.assign(cell_line=line)
        plates = simulate_plates(of_line, curves, MTT, rng=np.random.default_rng([SEED, 2, number]))
        truths.append(_ic50_truth(plates, "mtt"))
        for replicate in REPLICATES:
            text = mars_csv(wells_of(plates, replicate), name=f"MTT {line}")
            (folder / "plates" / _mtt_file(line, replicate)).write_bytes(text.encode())
    return pd.concat(truths)


def _doxorubicin_layout() -> pd.DataFrame:
    """Return three compounds in two rows each: blank, vehicle, nine doses, the highest dose without cells."""
    rows: list[dict[str, Any]] = []
    for row in range(1, 7):
        compound = list(DOXORUBICIN["MCF-10A"])[(row - 1) // 2]
        wells = [{"role": "blank"}, vehicle("DMSO", "uM")]
        wells += [
            {"role": "treated", "compound": compound, "dose": dose, "dose_unit": "uM"} for dose in DOXORUBICIN_DOSES
        ]
        wells += [{"role": "blank", "compound": compound, "dose": DOXORUBICIN_DOSES[-1], "dose_unit": "uM"}]
        rows += [{"well": well_name(row, column), **well} for column, well in enumerate(wells)]
    return laid_out(rows)


def _mtt_file(line: str, replicate: int) -> str:
    return f"mtt_{line}_rep{replicate}.csv"


def _write_elisa(folder: Path) -> pd.DataFrame:
    rng = np.random.default_rng([SEED, 3])
    samples = [
        ({"cell_line": line, "hours": 24, "replicate": replicate, "dilution": dilution, **treatment}, mean)
        for replicate in REPLICATES
        for line, levels in TNF.items()
        for treatment, (mean, dilution) in zip((_UNTREATED, _SMAC_N7), levels, strict=True)
    ]
    layout, truth = _standards_and_samples(TNF_STANDARDS, "pg/mL", samples, rng)
    wells = _absorbance(layout, TNF_CURVE, ELISA, rng)
    columns = (*COLUMNS[1:], "hours", "replicate", "technical", "dilution")
    (folder / "plates" / "layout_elisa.xlsx").write_bytes(drawn_layout(layout, columns))
    (folder / "plates" / "elisa_tnf.xlsx").write_bytes(grid_workbook(wells, title="TNF-alpha ELISA, 450 nm"))
    return truth.assign(assay="elisa", analyte="TNF-alpha", unit="pg/mL")


def _write_bca(folder: Path) -> pd.DataFrame:
    rng = np.random.default_rng([SEED, 4])
    samples = [
        ({"cell_line": line, "hours": hours, "replicate": replicate, "dilution": PROTEIN_DILUTION, **treatment}, mean)
        for replicate in REPLICATES
        for line, levels in PROTEIN.items()
        for hours, treatment, mean in zip((0, 24), (_UNTREATED, _SMAC_N7), levels, strict=True)
    ]
    layout, truth = _standards_and_samples(PROTEIN_STANDARDS, "ug/mL", samples, rng)
    wells = _absorbance(layout, PROTEIN_CURVE, BCA, rng)
    write_sheet(layout, folder / "plates" / "layout_bca.csv", (*COLUMNS, "hours", "replicate", "technical", "dilution"))
    text = grid_csv(wells, title="BCA 562 nm", decimal=",")
    (folder / "plates" / "bca.csv").write_bytes(text.encode())
    return truth.assign(assay="bca", analyte="protein", unit="ug/mL")


def _standards_and_samples(
    standards: Sequence[float], unit: str, samples: Sequence[tuple[dict[str, Any], float]], rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the layout of standards in two columns and of samples in pairs beside them, and each sample's truth.

    The layout's column `in_well` is the planted concentration in the well, for the simulator alone.
    """
    import pandas as pd

    rows, truths = [], []
    for row, dose in enumerate(standards):
        standard = {"role": "standard", "dose": dose, "dose_unit": unit, "in_well": dose}
        rows += [{"well": well_name(row, column), **standard} for column in (0, 1)]
    for k, (sample, mean) in enumerate(samples):
        concentration = mean * float(np.exp(rng.normal(0.0, BETWEEN_SAMPLES_SD)))
        own = {"arm": ARMS[sample["cell_line"]], "in_well": concentration / sample["dilution"], **sample}
        column, row = divmod(k, len(standards))
        rows += [{"well": well_name(row, 2 + 2 * column + t), "technical": t + 1, **own} for t in (0, 1)]
        named = ("cell_line", "compound", "hours", "replicate", "dilution")
        truths.append({name: sample.get(name, "") for name in named} | {"concentration": concentration})
    return laid_out(rows), pd.DataFrame(truths)


def _absorbance(layout: pd.DataFrame, curve: PlantedCurve, model: PlateModel, rng: np.random.Generator) -> pd.DataFrame:
    """Return what the reader writes of a plate of standards and samples: both follow one curve of concentration."""
    planted = layout.assign(role="treated", cell_line="", compound="analyte", dose=layout["in_well"])
    return simulate_plates(planted, {("", "analyte"): curve}, model, experiments=1, rng=rng).wells


def _ic50_truth(plates: SimulatedPlates, assay: str) -> pd.DataFrame:
    return plates.ic50.assign(assay=assay, hours=72)
