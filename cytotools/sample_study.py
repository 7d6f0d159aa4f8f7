"""The sample study: simulated tubes and membranes of a published design, written with the truth that must be found.

Flow: ECA109 oesophageal cancer cells without and with a Smac gene, 24 h of cisplatin, three independent experiments;
the planted fractions of apoptosis are the published group means and standard deviations. Blots: both lines over 24 h of
a Smac mimetic; ECA109 is planted as the resistant line (cIAP2 falls, rebounds and overshoots), ECA109-Smac as the
sensitive one (cIAP1 and cIAP2 fall and stay down). Plates: see `cytotools.sample_plates` and, of two agents,
`cytotools.sample_combinations`. What Smac-N7 lacks in ECA109 is asked by the arms of `cytotools.sample_arms`, on a
plate and in tubes. Nothing in it was measured.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cytotools.sample_answers import write_answers
from cytotools.sample_arms import AGENT_COLUMNS, PLANTED, arms_yaml, write_arms
from cytotools.sample_combinations import combinations_yaml, write_combinations
from cytotools.sample_layouts import ARMS, REPLICATES
from cytotools.sample_plates import plates_yaml, write_plates

if TYPE_CHECKING:
    import pandas as pd

    from blots.simulate import Scene
    from blots.simulated_shapes import BandShape

SEED = 20_261_121

# Percent apoptosis (early + late): cisplatin in ug/mL to mean and SD of the published groups.
APOPTOSIS = {
    "ECA109": {0: (9.4, 1.0), 5: (15.2, 1.3), 10: (23.6, 1.8), 20: (35.8, 2.5)},
    "ECA109-Smac": {0: (10.5, 1.1), 5: (28.7, 2.1), 10: (45.3, 3.2), 20: (68.9, 4.7)},
}
# Percent apoptosis in the control tubes: whether Annexin V and dye are in the tube, and how many cells are dying.
CONTROLS = {
    "unstained": (False, False, 9.0),
    "annexin_only": (True, False, 12.0),
    "dye_only": (False, True, 12.0),
    "positive": (True, True, 62.0),
}

HARVEST = 24  # of the tubes, hours
ARM_EVENTS = 3_100  # the fewest in which clogs and bursts can be looked for, and a study of about 10 MB
TUBE_AGENTS = AGENT_COLUMNS[:6]  # no tube holds a third agent

HOURS = (0, 1, 3, 6, 12, 24)
BANDS = ("cIAP2", "cIAP1", "non-specific", "XIAP", "actin")
# Level over 0 h at HOURS; cIAP2 starts at 0.6 of its full band, so that an overshoot stays within the camera's range.
COURSES = {
    "ECA109": {
        "cIAP2": (1.0, 0.35, 0.15, 0.30, 1.30, 2.10),
        "cIAP1": (1.0, 0.30, 0.12, 0.09, 0.10, 0.11),
        "XIAP": (1.0, 1.02, 0.98, 1.00, 0.97, 0.95),
    },
    "ECA109-Smac": {
        "cIAP2": (1.0, 0.30, 0.13, 0.10, 0.09, 0.09),
        "cIAP1": (1.0, 0.22, 0.08, 0.06, 0.06, 0.05),
        "XIAP": (1.0, 1.00, 0.98, 0.96, 0.93, 0.90),
    },
}
CIAP2_AT_ZERO = 0.6
VERDICTS = {
    "ECA109": {"cIAP2": "overshoot", "cIAP1": "sustained loss", "XIAP": "no loss"},
    "ECA109-Smac": {"cIAP2": "sustained loss", "cIAP1": "sustained loss", "XIAP": "no loss"},
}
LOAD_SD = 0.12  # of the natural logarithm, as between honest lysates
BIOLOGY_SD = 0.10
MEMBRANE_GAINS = (1.0, 0.75, 1.3)

STUDY = """\
# A study is this file, its sheets and the files that they name. Lines that begin with # are comments.
version: 1
title: Smac-N7 with cisplatin in ECA109 (simulated sample study)
control: vehicle                     # what treated samples are compared with
compounds:
  cisplatin: {molar_mass: 300.05, vehicle: saline, class: platinum}
  doxorubicin: {molar_mass: 543.52, vehicle: DMSO, class: anthracycline}
  Dox-peptide 1: {vehicle: DMSO}
  Dox-peptide 2: {vehicle: DMSO}
  birinapant: {molar_mass: 806.94, vehicle: DMSO, class: Smac mimetic}
  LCL161: {molar_mass: 500.63, vehicle: DMSO, class: Smac mimetic}
  paclitaxel: {molar_mass: 853.91, vehicle: DMSO, class: taxane}
  Smac-N7: {molar_mass: 725.88, vehicle: saline, class: Smac mimetic}
  TNF-alpha: {vehicle: saline, class: TNF}
  venetoclax: {molar_mass: 868.44, vehicle: DMSO, class: Bcl-2 inhibitor}
  zVAD-fmk: {molar_mass: 467.49, vehicle: DMSO, class: caspase inhibitor}
  Nec-1s: {molar_mass: 277.71, vehicle: DMSO, class: necroptosis inhibitor}
  palbociclib: {molar_mass: 573.66, vehicle: saline, class: CDK4/6 inhibitor}   # the isethionate, soluble in water
flow:
  samples: flow/samples.csv          # one row an FCS file
  annexin: FITC-A
  dye: PE-A
blots:
  lanes: blots/lanes.csv             # one row a lane of a membrane
  loading_control: actin
  reference: 0 h
  images:
    - file: blots/rep1.tif
      membrane: rep1
      bands: [cIAP2, cIAP1, non-specific, XIAP, actin]   # from top to bottom
    - file: blots/rep2.tif
      membrane: rep2
      bands: [cIAP2, cIAP1, non-specific, XIAP, actin]
    - file: blots/rep3.tif
      membrane: rep3
      bands: [cIAP2, cIAP1, non-specific, XIAP, actin]
"""

TRUTH_README = """\
# The truth behind the sample study

Every file of this study was made by `gating.simulate`, `blots.simulate` and `cytotools.plates.simulate`; nothing was
measured on cells.

- `apoptosis.csv`: planted fraction of early + late apoptotic cells of each sample and the fraction that was drawn.
- `bands.csv`: expected volume and centre of every band before noise.
- `time_course.csv`: planted level over 0 h, and the level of the volumes above after actin (geometric mean of three).
- `verdicts.csv`: what the time course must be found to be.
- `ic50.csv`: IC50 planted in each line and compound, and that of each experiment, which differs from it by chance. Each
  is the dose halfway between the curve's plateaus. The well D6 of ctg_rep2.txt holds a bubble: 0.6 of its signal.
  Doxorubicin and its conjugates absorb 0.0003 for each uM at 570 nm: see the wells with the highest dose and no cells.
- `caspase.csv`: caspase-3/7 over the vehicle, viable fraction and caspase for each viable cell, as planted and as drawn
  (geometric mean of three).
- `combination.csv`: what two agents do together, as planted and as drawn in each experiment. `method` ci: the
  combination index at a fraction affected; bliss: the excess over independence in a cell of the matrix; potentiation:
  the IC50 of cisplatin alone over that with Smac-N7, by schedule where there are several.
- `single_agents.csv`: IC50 of each of these agents alone, as in `ic50.csv`. ECA109 does not answer to Smac-N7.
- `arms.csv`: caspase-3/7 over the vehicle, viable fraction and caspase for each viable cell after 24 h with each agent
  that could rescue Smac-N7, as planted and as drawn (geometric mean of three); its apoptosis stands in `apoptosis.csv`.
- `concordance.csv`: what is planted in each assay of each treatment at 24 h (apoptosis as a fraction where there is a
  tube, caspase-3/7 and viability over the vehicle), and whether the assays agree. All do but one: palbociclib halts
  ECA109, so that viability falls to half while neither Annexin V nor caspase-3/7 for each cell rises. Weak effects may
  be left unresolved, and nothing else may be found to disagree. By rank the treatments stand in the same order in
  Annexin V, caspase-3/7 and loss of viability, palbociclib aside.
- `resistance.csv`: why each line responds or not, as each mechanism must be graded. ECA109 resists because cIAP2 comes
  back and because it makes no TNF-alpha; XIAP, cIAP1, Bcl-2 and necroptosis are tested and against; PI3K and AKT are
  left untested on purpose.
- `concentrations.csv`: TNF-alpha and protein of each sample before its dilution. ECA109 is below the lowest standard.
"""


@dataclass(frozen=True)
class _Sample:
    """One tube to draw: its row in the sheet and its planted truth."""

    row: dict[str, Any]
    apoptosis: float
    lateness: float  # as at this dose of cisplatin
    annexin: bool = True
    dye: bool = True
    n_events: int = 8_000


def write_sample_study(folder: str | Path) -> Path:
    """Write the sample study into `folder` (made where it is missing) and return the path of its study.yaml.

    About 10 MB, the same numbers for the same version of numpy. Takes a few seconds.
    """
    folder = Path(folder)
    for part in ("flow", "blots", "plates", "truth"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    _write_flow(folder)
    _write_blots(folder)
    write_plates(folder)
    write_combinations(folder)
    write_arms(folder)
    write_answers(folder, {line: {d: mean / 100.0 for d, (mean, _) in of.items()} for line, of in APOPTOSIS.items()})
    (folder / "truth" / "README.md").write_text(TRUTH_README, encoding="utf-8")
    study = folder / "study.yaml"
    study.write_text(STUDY + plates_yaml() + combinations_yaml() + arms_yaml(), encoding="utf-8")
    return study


def _write_flow(folder: Path) -> None:
    import pandas as pd

    from gating import write_fcs
    from gating.simulate import Tube, simulate_tube

    rows, truths = [], []
    # A day's staining and laser differ a little from the next day's: the tubes of one replicate share a scale.
    days = np.exp(np.random.default_rng([SEED, 0]).normal(0.0, 0.08, (len(REPLICATES), 2)))
    tubes = [(sample, (1, index)) for index, sample in enumerate(_samples())]
    tubes += [(sample, (3, index)) for index, sample in enumerate(_arm_samples())]
    for sample, stream in sorted(tubes, key=lambda tube: tube[0].row["replicate"]):
        annexin_scale, dye_scale = days[sample.row["replicate"] - 1]
        tube = Tube(
            _fractions(sample.apoptosis, sample.lateness),
            n_events=sample.n_events,
            annexin_stained=sample.annexin,
            dye_stained=sample.dye,
            annexin_scale=annexin_scale,
            dye_scale=dye_scale,
        )
        drawn = simulate_tube(tube, np.random.default_rng([SEED, *stream]))
        events = drawn.events
        keywords = {"$CYT": "cytotools simulator", "$FIL": Path(sample.row["file"]).name, "$TIMESTEP": "1"}
        write_fcs(
            folder / sample.row["file"], events.values, events.channels, spillover=events.spillover, keywords=keywords
        )
        rows.append(sample.row)
        if sample.row["role"] in ("vehicle", "treated"):
            truths.append(_flow_truth(sample, drawn.fractions()))
    pd.DataFrame(rows).to_csv(folder / "flow" / "samples.csv", index=False, lineterminator="\n")
    pd.DataFrame(truths).to_csv(folder / "truth" / "apoptosis.csv", index=False, lineterminator="\n")


def _samples() -> Iterator[_Sample]:
    """Yield the tubes of each replicate: four controls, then both lines at four doses of cisplatin."""
    for replicate in REPLICATES:
        for role, (annexin, dye, percent) in CONTROLS.items():
            row = _row(f"flow/rep{replicate}_{role}.fcs", role, "", {}, replicate)
            yield _Sample(row, percent / 100.0, 10.0, annexin, dye)
        for line, doses in APOPTOSIS.items():
            for dose, (mean, sd) in doses.items():
                role, compound = ("treated", "cisplatin") if dose else ("vehicle", "saline")
                file = f"flow/rep{replicate}_{line}_cisplatin_{dose}.fcs"
                cells = {"compound": compound, "dose": dose, "dose_unit": "ug/mL"}
                yield _Sample(_row(file, role, line, cells, replicate), _drawn_mean(mean, sd, replicate), dose)


def _arm_samples() -> Iterator[_Sample]:
    """Yield the small tubes of the arms, which the saline of cisplatin serves."""
    for replicate, (line, arms) in product(REPLICATES, PLANTED.items()):
        for number, arm in enumerate(arms):
            if arm.apoptosis is not None:
                file = f"flow/rep{replicate}_{line}_{arm.name}.fcs"
                row = _row(file, "treated", line, arm.cells(), replicate)
                turned = (replicate + number) % 3 + 1  # what one day does to an arm it does not do to all
                yield _Sample(row, _drawn_mean(*arm.apoptosis, turned), 0.0, n_events=ARM_EVENTS)


def _drawn_mean(mean: float, sd: float, replicate: int) -> float:
    """Return the fraction of one of three experiments, which have this mean and SD in percent."""
    return (mean + (replicate - 2) * sd) / 100.0


def _row(file: str, role: str, line: str, cells: dict[str, Any], replicate: int) -> dict[str, Any]:
    agents = {name: cells.get(name, "") for name in TUBE_AGENTS}
    named = {"file": file, "role": role, "cell_line": line, "arm": ARMS.get(line, "")}
    return named | agents | {"hours": HARVEST, "replicate": replicate}


def _fractions(apoptosis: float, lateness: float) -> dict[str, float]:
    """Split apoptosis into early and late (later at higher doses), beside a little necrosis."""
    early = apoptosis * (0.62 - 0.010 * lateness)
    necrotic = 0.012 + 0.0006 * lateness
    return {
        "live": 1.0 - apoptosis - necrotic,
        "early_apoptotic": early,
        "late_apoptotic": apoptosis - early,
        "necrotic": necrotic,
    }


def _flow_truth(sample: _Sample, drawn: dict[str, float]) -> dict[str, Any]:
    keys = ("file", "cell_line", "arm", *TUBE_AGENTS, "hours", "replicate")
    planted = _fractions(sample.apoptosis, sample.lateness)
    truth = {key: sample.row[key] for key in keys} | {"planted_total": round(sample.apoptosis, 6)}
    truth |= {f"planted_{name}": round(value, 6) for name, value in planted.items()}
    truth["drawn_total"] = round(drawn["early_apoptotic"] + drawn["late_apoptotic"], 6)
    return truth


def _write_blots(folder: Path) -> None:
    import pandas as pd

    from blots.simulate import BlotDesign, simulate_blot, write_blot_tiff

    lanes, truths = [], []
    for replicate, gain in zip(REPLICATES, MEMBRANE_GAINS, strict=True):
        rng = np.random.default_rng([SEED, 2, replicate])
        membrane = f"rep{replicate}"
        planted = np.array([_abundance(line, i) for line in ARMS for i in range(len(HOURS))])
        spread = np.exp(rng.normal(0.0, BIOLOGY_SD, planted.shape) * [1, 1, 0, 1, 0])
        loads = np.exp(rng.normal(0.0, LOAD_SD, len(planted)))
        design = BlotDesign(planted * spread, bands=BANDS, loads=loads, gain=gain)
        blot = simulate_blot(design, _scene(replicate), _shape(replicate), rng=rng)
        write_blot_tiff(folder / "blots" / f"{membrane}.tif", blot.image)
        truths.append(blot.truth.assign(membrane=membrane))
        lanes += [_lane(membrane, replicate, i) for i in range(len(planted))]
    sheet, truth = pd.DataFrame(lanes), pd.concat(truths)
    sheet.to_csv(folder / "blots" / "lanes.csv", index=False, lineterminator="\n")
    columns = ["membrane", "lane", "target", "volume", "x", "y"]
    truth[columns].round(3).to_csv(folder / "truth" / "bands.csv", index=False, lineterminator="\n")
    course = _course_truth(truth, sheet)
    course.round(6).to_csv(folder / "truth" / "time_course.csv", index=False, lineterminator="\n")
    verdicts = [(line, target, verdict) for line, found in VERDICTS.items() for target, verdict in found.items()]
    table = pd.DataFrame(verdicts, columns=["cell_line", "target", "verdict"])
    table.to_csv(folder / "truth" / "verdicts.csv", index=False, lineterminator="\n")


def _abundance(line: str, i: int) -> tuple[float, ...]:
    course = COURSES[line]
    return CIAP2_AT_ZERO * course["cIAP2"][i], course["cIAP1"][i], 1.0, course["XIAP"][i], 1.0


def _scene(replicate: int) -> Scene:
    """Return how a membrane lay: the first nearly flat, the second smiling, the third tilted, dark on light."""
    from dataclasses import replace

    from blots.simulate import Scene

    plain = Scene(plane=(900.0, 500.0), field=90.0, haze=250.0, dust=4, veil=0.01, pitch_jitter_px=1.0)
    if replicate == 1:
        return replace(plain, tilt_degrees=-0.6, band_smile_px=1.5)
    if replicate == 2:
        return replace(plain, smile_px=9.0, band_smile_px=2.5)
    return replace(plain, tilt_degrees=1.4, wander_px=2.0, dark_bands=True)


def _shape(replicate: int) -> BandShape:
    """Return a family of band shapes, another for each membrane."""
    from blots.simulated_shapes import SHAPE_FAMILIES

    families = list(SHAPE_FAMILIES.values())
    return families[(replicate - 1) % len(families)]


def _lane(membrane: str, replicate: int, index: int) -> dict[str, Any]:
    line, hours = list(ARMS)[index // len(HOURS)], HOURS[index % len(HOURS)]
    return {
        "membrane": membrane,
        "lane": index + 1,
        "role": "treated" if hours else "untreated",
        "cell_line": line,
        "arm": ARMS[line],
        "compound": "Smac-N7" if hours else "",
        "dose": 25 if hours else "",
        "dose_unit": "uM" if hours else "",
        "hours": hours,
        "replicate": replicate,
        "protein_ug": 25,
    }


def _course_truth(truth: pd.DataFrame, sheet: pd.DataFrame) -> pd.DataFrame:
    """Return planted and drawn levels over 0 h by line, target and hour."""
    import pandas as pd

    wide = truth.pivot_table(index=["membrane", "lane"], columns="target", values="volume")
    ratios = np.log(wide.div(wide["actin"], axis=0))
    joined = pd.DataFrame(ratios).join(sheet.set_index(["membrane", "lane"])[["cell_line", "hours"]])
    means = joined.groupby(["cell_line", "hours"])[["cIAP2", "cIAP1", "XIAP"]].mean()
    rows = []
    for line in ARMS:
        course = means.xs(line, level="cell_line")
        for target in ("cIAP2", "cIAP1", "XIAP"):
            folds = np.exp(course[target].to_numpy(float) - float(course[target].iloc[0]))
            for hours, planted, fold in zip(HOURS, COURSES[line][target], folds, strict=True):
                rows.append((line, target, hours, planted, fold))
    return pd.DataFrame(rows, columns=["cell_line", "target", "hours", "planted_fold", "fold_change"])
