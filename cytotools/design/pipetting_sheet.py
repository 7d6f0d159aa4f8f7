"""The pipetting sheet: what to have ready, tube by tube what goes in, and which wells get it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from cytotools.design.dilutions import MEDIUM, Solution
from cytotools.design.experiment import Design
from cytotools.design.layouts import PlateLayout
from cytotools.design.treatments import Treatment
from cytotools.plates.dose_units import Dose, read_unit

COLUMNS = (
    "step",
    "tube",
    "contents",
    "source",
    "volume_ul",
    "total_ul",
    "wells",
    "into_wells_ul",
    "onward_ul",
    "left_ul",
)
CELLS_OVERAGE = 1.1


def pipetting_rows(design: Design, made: Sequence[Solution]) -> Iterator[dict[str, object]]:
    """Yield the rows of pipetting.csv: one a volume that goes into a tube, in the order of work."""
    sources = _caps(made)
    for step, solution in enumerate(made, 1):
        for part in solution.parts:
            yield {
                "step": step,
                "tube": solution.cap,
                "contents": contents_in_words(design, solution),
                "source": sources.get(part.source, part.source),
                "volume_ul": part.volume_ul,
                "total_ul": solution.total_ul,
                "wells": solution.wells,
                "into_wells_ul": solution.dosed_ul,
                "onward_ul": solution.onward_ul,
                "left_ul": solution.left_ul,
            }


def _caps(made: Sequence[Solution]) -> dict[str, str]:
    return {solution.name: f"tube {solution.cap}" for solution in made}


def contents_in_words(design: Design, solution: Solution) -> str:
    """Return what is in a tube as its label says it: concentrations, or the vehicles of a medium."""
    doses = ((name, Dose(c, read_unit(design.compounds[name].unit))) for name, c in solution.contents.items())
    return " + ".join(f"{dose.readable()} {name}" for name, dose in doses) or solution.name


def drawn_from_bottles(made: Sequence[Solution]) -> dict[str, float]:
    """Return the microlitres that stocks, pure vehicles and medium must provide for the tubes."""
    names, drawn = {solution.name for solution in made}, Counter[str]()
    for part in (part for solution in made for part in solution.parts):
        if part.source not in names:
            drawn[part.source] += part.volume_ul  # type: ignore[assignment]  # a Counter adds floats as well
    return dict(drawn)


def tube_of(treatment: Treatment, made: Sequence[Solution]) -> Solution | None:
    """Return the tube that goes into the wells of a treatment; None where it is medium."""
    for solution in made:
        own = solution.treatment
        if own and (own.compounds, own.doses) == (treatment.compounds, treatment.doses):
            return solution
    return None


def pipetting_text(design: Design, layouts: Sequence[PlateLayout], made: Sequence[Solution]) -> str:
    """Return pipetting.md, for the bench."""
    title = design.title or "Pipetting"
    once = f"All volumes are for one experiment; {design.replicates} are planned, each from fresh dilutions."
    parts = [f"# {title}", once, *_needed(design, layouts, made), *_tubes(design, made)]
    for layout in layouts:
        parts += _wells(design, layout, made)
    return "\n\n".join(parts) + "\n"


def _needed(design: Design, layouts: Sequence[PlateLayout], made: Sequence[Solution]) -> Iterator[str]:
    wells, volumes = design.wells, drawn_from_bottles(made)
    bare = sum(
        tube_of(well.treatment, made) is None
        for layout in layouts
        if layout.replicate == 1
        for well in layout.wells.values()
    )
    with_cells = Counter(well.line for layout in layouts if layout.replicate == 1 for well in layout.wells.values())
    volumes[MEDIUM] = volumes.get(MEDIUM, 0.0) + bare * wells.added_ul
    cells_ul = wells.volume_ul - wells.added_ul
    lines = ["| what | volume |", "|---|---|"]
    for name, volume in volumes.items():
        compound = design.compounds.get(name.removeprefix("stock of "))
        strength = f" ({compound.stock_as_written} in {compound.vehicle})" if compound and "stock" in name else ""
        lines.append(f"| {name}{strength} | {in_microlitres(volume)} |")
    for line in design.lines:
        volume = with_cells[line] * cells_ul * CELLS_OVERAGE
        lines.append(f"| suspension of {line}, {with_cells[line]} wells | {in_microlitres(volume)} |")
    yield "## To have ready"
    yield "\n".join(lines)
    yield (
        f"Each well ends with {wells.volume_ul:g} uL: {cells_ul:g} uL of cells (medium where there are none) and "
        f"{wells.added_ul:g} uL of dosing solution, which is {wells.fold:g} times as strong as the well. Wells without "
        "a tube get medium in its place."
    )
    percent = ", ".join(f"{share:.3g} % {vehicle}" for vehicle, share in design.vehicle_percent.items())
    yield f"Vehicles are constant in the wells of their compounds and in their controls: {percent}."
    yield from design.notes


def _tubes(design: Design, made: Sequence[Solution]) -> Iterator[str]:
    sources = _caps(made)
    lines = ["| step | tube | contents | take | total | wells | left |", "|---|---|---|---|---|---|---|"]
    for step, solution in enumerate(made, 1):
        taken = ((part.volume_ul, sources.get(part.source, part.source)) for part in solution.parts)
        take = "<br>".join(f"{in_microlitres(volume)} {source}" for volume, source in taken)
        what = contents_in_words(design, solution)
        wells = f"{solution.wells} x {design.wells.added_ul:g} uL" if solution.wells else "-"
        total, left = in_microlitres(solution.total_ul), in_microlitres(solution.left_ul)
        lines.append(f"| {step} | **{solution.cap}** | {what} | {take} | {total} | {wells} | {left} |")
    yield "## Tubes"
    yield "In this order; mix each tube before it is diluted further, and take a fresh tip."
    yield "\n".join(lines)


def _wells(design: Design, layout: PlateLayout, made: Sequence[Solution]) -> Iterator[str]:
    by_tube: dict[str, list[str]] = {}
    for name, well in layout.wells.items():
        tube = tube_of(well.treatment, made)
        if tube:
            by_tube.setdefault(f"{tube.cap} | {_dose_in_words(design, well.treatment)}", []).append(name)
    lines = ["| tube | in the well | wells |", "|---|---|---|"]
    numbered = sorted(by_tube.items(), key=lambda item: int(item[0].split(" ")[0]))
    lines += [f"| {tube} | {' '.join(wells)} |" for tube, wells in numbered]
    of = f", plate {layout.number} of {layout.of}" if layout.of > 1 else ""
    yield f"## Experiment {layout.replicate}{of}: {layout.name}"
    columns: dict[str, list[int]] = {}
    for name, well in layout.wells.items():
        columns.setdefault(well.line, []).append(int(name[1:]))
    spans = [
        f"{line} in columns {min(columns[line])} to {max(columns[line])}" for line in design.lines if line in columns
    ]
    yield f"Cells: {', '.join(spans)}."
    yield "\n".join(lines)


def _dose_in_words(design: Design, treatment: Treatment) -> str:
    if treatment.role == "vehicle":
        return " + ".join(f"{design.vehicle_percent[v]:.3g} % {v}" for v in treatment.compounds)
    agents = zip(treatment.compounds, treatment.doses, treatment.units, strict=True)
    words = " + ".join(f"{dose:.4g} {unit} {compound}" for compound, dose, unit in agents)
    return words if treatment.with_cells else f"{words}, no cells"


def in_microlitres(volume: float) -> str:
    """Return a volume as a pipette is set.

    Examples
    --------
    >>> in_microlitres(0.7), in_microlitres(49.0), in_microlitres(4293.03)
    ('0.70 uL', '49.0 uL', '4.293 mL')
    """
    if volume >= 1000:
        return f"{volume / 1000:.4g} mL"
    decimals = max(0, 2 - math.floor(math.log10(volume))) if volume >= 1 else 2
    return f"{volume:.{min(decimals, 2) if volume < 10 else 1}f} uL"
