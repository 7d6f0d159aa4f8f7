"""The study that the experiment will become: its study.yaml, and a grid for each plate that waits for its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cytotools.design.experiment import Design
from cytotools.design.layouts import PlateLayout
from cytotools.plates.well_names import row_letters
from cytotools.yaml_words import quoted


def study_draft(design: Design, layouts: Sequence[PlateLayout]) -> str:
    """Return study.yaml; `cytotools check` accepts it as it is.

    A plate of an experiment that has several is a batch of its own, so that its controls serve its own wells.
    """
    return "\n".join(_lines(design, layouts)) + "\n"


def _lines(design: Design, layouts: Sequence[PlateLayout]) -> Iterator[str]:
    yield "# A draft. When a plate has been read, put the reader's export in the place of its file in plates/, or name"
    yield "# it below; note wells that went wrong in the `exclude` column of its layout. Then: cytotools run study.yaml"
    yield "version: 1"
    if design.title:
        yield f"title: {quoted(design.title)}"
    yield "control: vehicle"
    yield "compounds:"
    for compound in design.compounds.values():
        keys = {"molar_mass": compound.molar_mass, "vehicle": compound.vehicle, "class": compound.drug_class}
        given = ", ".join(f"{key}: {quoted(value)}" for key, value in keys.items() if value)
        yield f"  {quoted(compound.name)}: {{{given}}}"
    yield "plates:"
    for layout in layouts:
        yield f"  - file: plates/{layout.name}.csv"
        yield f"    assay: {design.assay}"
        yield f"    layout: layouts/{layout.name}.csv"
        yield f"    hours: {design.hours:g}"
        if layout.of > 1:
            yield f"    batch: {layout.name}"


def empty_grid(layout: PlateLayout) -> str:
    """Return the file of a plate that is yet to be read: a grid without numbers."""
    header = "," + ",".join(str(column + 1) for column in range(layout.columns))
    rows = (row_letters(row) + "," * layout.columns for row in range(layout.rows))
    title = f"{layout.name}: type the numbers in or put the export of the reader in the place of this file"
    return "\n".join([title, header, *rows]) + "\n"
