"""How often the checks inside a tube find an artefact, and how often they raise an alarm on a clean plate.

Plates of 12 to 24 tubes of 10,000 events (`benchmarks/artefact_plates.py`). Clean ones hold up to 80 % apoptosis, up
to 30 % debris and 15 % doublets, dim late states, necrotic wells, tubes that shift, live cells that bind Annexin V.
Thresholds are those that `gate_plate` places, so an artefact may move them too. `raised` is the share of plates: of
the clean ones, those with an alarm; of the faulty ones, those where the check names a tube that is faulty.

    python -m benchmarks.artefact_alarms            # prints the table and writes benchmarks/artefact_alarms.csv
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.artefact_plates import (
    MAKERS,
    PlateOfTubes,
    add_bodies,
    add_carry_over,
    add_drift,
    add_few,
    add_rna,
    add_saturation,
    add_settling,
    clean_plate,
)
from gating import gate_plate
from gating.artefacts.finding import Finding
from gating.artefacts.within_tubes import check_tubes
from gating.cautions import CAUTIONS
from gating.controls import groups
from gating.debris import find_debris_limit, scatter_histogram
from gating.errors import GatingError
from gating.tube_profile import TubeProfile, tube_profile
from gating.whole_cells import Recipe, whole_single_cells

INSIDE = ("rna_stained", "carry_over", "time_drift", "saturated_channel", "few_events", "debris_binding")


def profiles_of(plate: PlateOfTubes) -> tuple[dict[str, TubeProfile], list[Finding]]:
    """Gate the plate as a user would, profile every tube and run the checks."""
    sheet = pd.DataFrame({"file": list(plate.roles), "role": list(plate.roles.values())})
    events = {file: plate.events(file) for file in plate.roles}
    gates = gate_plate(sheet, ".", read=lambda path: events[path.name]).gates
    scatter = {file: scatter_histogram(events[file].column("FSC-A")) for file in plate.samples()}
    limit = find_debris_limit(
        list(scatter.values()), [scatter[file] for file in scatter if plate.roles[file] == "vehicle"]
    )
    found = {}
    for file, tube in events.items():
        recipe = Recipe(
            "FITC-A",
            "PE-A",
            "FSC-A",
            "FSC-H",
            tube.spillover,
            limit.value if limit else None,
            side="SSC-A",
            time="Time",
        )
        gate = gates[file]
        cells = whole_single_cells(tube, recipe)
        found[file] = tube_profile(tube, cells, recipe, gate.annexin_threshold, gate.dye_threshold)
    columns = sheet.assign(batch="", cell_line="", compound="")
    return found, check_tubes(found, next(iter(groups(columns))))


@dataclass(frozen=True)
class Fault:
    """An artefact at a stated size: the check that must find it, and where it matters the dye's separation in SD."""

    check: str
    effect: str
    spoil: Callable[[PlateOfTubes, np.random.Generator], set[str]]
    dye_separation: float = 0.0


FAULTS = (
    Fault("rna_stained", "10 % of live cells dim, dye separation 8.5", add_rna, 8.5),
    Fault("rna_stained", "10 % of live cells dim, dye separation 7", add_rna, 7.0),
    Fault("rna_stained", "10 % of live cells dim, dye separation 6", add_rna, 6.0),
    Fault("carry_over", "5 % of the events from a tube whose apoptosis differs by 30 points or more", add_carry_over),
    Fault("time_drift", "0.15 decade of Annexin V in a tube with apoptosis above 30 %", add_drift),
    Fault("time_drift", "20 points of share in a tube", add_settling),
    Fault("saturated_channel", "1 % of the events clipped in a tube", add_saturation),
    Fault("few_events", "800 events in a tube", add_few),
    Fault("debris_binding", "35 % bodies of 0.15 to 0.75 of a cell's size", add_bodies),
)


def alarms(findings: list[Finding]) -> list[Finding]:
    """Return the findings that are alarms; notes are not."""
    return [f for f in findings if f.raised and CAUTIONS[f.check].severity != "note"]


def checked(plate: PlateOfTubes) -> list[Finding] | None:
    """Return the findings of a plate, None where gating refuses it for a reason that is no matter of these checks."""
    try:
        return profiles_of(plate)[1]
    except GatingError as error:
        print(f"  left out: {error}")
        return None


def clean_alarms(maker: str, plates: int, seed: int) -> Iterator[tuple[str, str, str, int, float]]:
    """Yield a row a check: the share of clean plates on which it raises an alarm."""
    raised = []
    for plate in range(plates):
        found = checked(clean_plate(MAKERS[maker], np.random.default_rng([seed, 0, plate])))
        if found is None:
            continue
        raised.append({f.check for f in alarms(found)})
        for f in alarms(found)[:1]:
            print(f"  {maker}, clean plate {plate}: {f.caution} {f.files}")
    checks = sorted(code for code, c in CAUTIONS.items() if code in INSIDE and c.severity != "note")
    for check in (*checks, "any of them"):
        count = sum(bool(r) if check == "any of them" else check in r for r in raised)
        yield maker, "no artefact", check, len(raised), count / len(raised)


def found_alarms(maker: str, number: int, plates: int, seed: int) -> tuple[str, str, str, int, float]:
    """Return the share of faulty plates on which the check names a tube that is faulty."""
    fault, hits = FAULTS[number], []
    for plate in range(plates):
        rng = np.random.default_rng([seed, 1 + number, plate])
        tubes = clean_plate(MAKERS[maker], rng, dye_separation=fault.dye_separation)
        spoiled = fault.spoil(tubes, rng)
        found = checked(tubes)
        if found is None:
            continue
        caught = {f.files[0] for f in alarms(found) if f.check == fault.check}
        hits.append(bool(caught & spoiled))
        if not hits[-1]:
            print(f"  {maker}, {fault.effect}, plate {plate}: missed, {tubes.world}")
    return maker, fault.effect, fault.check, len(hits), sum(hits) / len(hits)


def main() -> None:
    """Run clean and faulty plates on new seeds and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clean", type=int, default=120, help="clean plates a simulator")
    parser.add_argument("--faulty", type=int, default=24, help="plates a fault and simulator")
    parser.add_argument("--seed", type=int, default=4)
    chosen = parser.parse_args()
    rows: list[tuple[str, str, str, int, float]] = []
    for index, maker in enumerate(MAKERS):
        seed = 100 * chosen.seed + index
        rows += clean_alarms(maker, chosen.clean, seed)
        rows += [found_alarms(maker, number, chosen.faulty, seed) for number in range(len(FAULTS))]
    table = pd.DataFrame(rows, columns=["simulator", "artefact", "check", "plates", "raised"]).round(4)
    table.to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
