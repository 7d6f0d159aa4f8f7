"""Plate layouts: every experiment randomised anew, cells away from the edge, layout.csv as studies read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from cytotools.conditions import CONDITION_COLUMNS
from cytotools.design.experiment import Design
from cytotools.design.plate_sharing import Share, plate_size, shared_plates
from cytotools.design.treatments import BLANK, EMPTY, Treatment, wells_of_line
from cytotools.plates.well_names import well_name

if TYPE_CHECKING:
    import numpy as np

COLUMNS = ("well", "role", *(name for name in CONDITION_COLUMNS if name != "well"), "exclude")


class Well(NamedTuple):
    """What a well holds; the line is empty where there are no cells."""

    line: str
    treatment: Treatment


@dataclass(frozen=True)
class PlateLayout:
    """One plate of one experiment.

    Attributes
    ----------
    replicate, number : int
        The experiment, and the plate within it, from 1.
    of : int
        Plates of an experiment.
    rows, columns : int
    wells : mapping of str to Well
        By name, row after row.
    """

    replicate: int
    number: int
    of: int
    rows: int
    columns: int
    wells: Mapping[str, Well]

    @property
    def name(self) -> str:
        """Its name in files: rep1, or rep1_plate2 where an experiment has several."""
        return f"rep{self.replicate}" + (f"_plate{self.number}" if self.of > 1 else "")


def plate_layouts(design: Design) -> tuple[PlateLayout, ...]:
    """Return the plates of all experiments, each with random positions that the design's seed fixes."""
    import numpy as np

    shares = shared_plates(design)
    rows, columns = plate_size(design.plate_wells)
    return tuple(
        PlateLayout(
            replicate,
            number,
            len(shares),
            rows,
            columns,
            _wells(design, share, rows, columns, np.random.default_rng([design.seed, replicate, number])),
        )
        for replicate in range(1, design.replicates + 1)
        for number, share in enumerate(shares, 1)
    )


def _wells(design: Design, share: Share, rows: int, columns: int, rng: np.random.Generator) -> dict[str, Well]:
    """Return a plate's wells: each line in columns of its own, so that cells are sown with a multichannel pipette."""
    from cytotools.design.positions import spread

    edge = 0 if design.wells.edge == "used" else 1
    inner_rows, inner_columns = rows - 2 * edge, columns - 2 * edge
    outside = Well("", BLANK if design.wells.edge == "blank" else EMPTY)
    wells = {well_name(row, column): outside for row in range(rows) for column in range(columns)}
    inside = {(row, column): Well("", EMPTY) for row in range(inner_rows) for column in range(inner_columns)}
    counts = wells_of_line(design, share.families)
    kinds = [*counts, EMPTY]  # what `spread` leaves free, -1, is the last
    width = inner_columns // len(share.lines)
    for block, line in enumerate(rng.permutation(share.lines).tolist()):
        where = spread(list(counts.values()), inner_rows, width, rng)
        for row, of_row in enumerate(where.tolist()):
            for column, kind in enumerate(of_row):
                treatment = kinds[kind]
                own = Well(line if treatment.with_cells else "", treatment)
                inside[row, column + block * width] = own
    return wells | {well_name(row + edge, column + edge): well for (row, column), well in inside.items()}


def layout_rows(layout: PlateLayout) -> Iterator[dict[str, object]]:
    """Yield the rows of a plate's layout.csv, one a well; an experiment's number is its replicate."""
    for name, (line, treatment) in layout.wells.items():
        row: dict[str, object] = dict.fromkeys(COLUMNS, "")
        row |= {"well": name, "role": treatment.role, "cell_line": line, "replicate": layout.replicate}
        for index, compound in enumerate(treatment.compounds):
            after = f"_{index + 1}" if index else ""
            row[f"compound{after}"] = compound
            if treatment.doses:
                row |= {f"dose{after}": treatment.doses[index], f"dose_unit{after}": treatment.units[index]}
        yield row


def filled_columns(layouts: Sequence[PlateLayout]) -> list[str]:
    """Return the columns of layout.csv that hold something in one of the plates, and `exclude` for what comes."""
    filled = {name for layout in layouts for row in layout_rows(layout) for name, value in row.items() if value != ""}
    return [name for name in COLUMNS if name in filled or name == "exclude"]
