from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from cytotools.design.experiment import Design
from cytotools.design.layouts import PlateLayout, layout_rows, plate_layouts
from cytotools.errors import StudyError
from cytotools.plates.well_names import well_place

Designs = Callable[..., Design]


def kinds(layout: PlateLayout) -> dict[tuple[object, ...], list[tuple[int, int]]]:
    """Return the positions of each kind of well."""
    found: dict[tuple[object, ...], list[tuple[int, int]]] = {}
    for name, (line, treatment) in layout.wells.items():
        place = well_place(name)
        assert place is not None
        found.setdefault((line, treatment.role, treatment.compounds, treatment.doses), []).append(place)
    return found


def test_cells_stay_away_from_the_edge(design: Designs) -> None:
    (layout,) = plate_layouts(design(replicates=1))
    for name, well in layout.wells.items():
        row, column = well_place(name) or (0, 0)
        at_edge = row in (0, 7) or column in (0, 11)
        assert not (at_edge and (well.line or well.treatment.role != "blank")), name
    assert Counter(well.treatment.role for well in layout.wells.values())["blank"] == 36


@pytest.mark.parametrize("wells", [96, 384])
def test_wells_of_one_dose_share_no_row_and_no_column(design: Designs, wells: int) -> None:
    for layout in plate_layouts(design(plate=wells)):
        for kind, places in kinds(layout).items():
            if kind[1] in ("treated", "vehicle", "untreated"):
                rows, columns = zip(*places, strict=True)
                assert len(set(rows)) == len(set(columns)) == len(places)


def test_doses_do_not_go_with_rows_or_columns(design: Designs) -> None:
    for layout in plate_layouts(design(replicates=12)):
        treated = [
            (kind[3], place) for kind, places in kinds(layout).items() if kind[1] == "treated" for place in places
        ]
        ln_dose = np.log([dose[0] for dose, _ in treated])  # type: ignore[index]
        for axis in (0, 1):
            assert abs(np.corrcoef(ln_dose, [place[axis] for _, place in treated])[0, 1]) < 0.3


def test_experiments_are_randomised_anew_and_the_seed_repeats_them(design: Designs) -> None:
    first, second, third = plate_layouts(design())
    assert first.wells != second.wells != third.wells
    assert plate_layouts(design())[0].wells == first.wells
    assert plate_layouts(design(seed=2))[0].wells != first.wells


def test_every_well_stands_in_the_layout_once(design: Designs) -> None:
    (layout,) = plate_layouts(design(replicates=1, edge="used", compound_only=2))
    names = [row["well"] for row in layout_rows(layout)]
    assert len(names) == len(set(names)) == 96
    without_cells = [row for row in layout_rows(layout) if row["role"] == "blank"]
    assert [row["dose"] for row in without_cells if row["compound"]] == [4700.0, 4700.0]
    assert len(without_cells) == 4 + 2


def test_lines_share_a_plate_in_columns_of_their_own(design: Designs) -> None:
    layouts = plate_layouts(design(plate=384, cell_lines=["A", "B", "C"]))
    assert [layout.of for layout in layouts] == [1, 1, 1]
    orders = set()
    for layout in layouts:
        columns = {line: {c for k, p in kinds(layout).items() if k[0] == line for _, c in p} for line in "ABC"}
        spans = sorted((min(found), max(found), line) for line, found in columns.items())
        assert all(left[1] < right[0] for left, right in pairwise(spans))
        orders.add(tuple(line for *_, line in spans))
    assert len(orders) > 1


def test_what_does_not_fit_is_spread_over_plates_with_controls_on_each(design: Designs) -> None:
    compound = {"stock": "10 mM", "vehicle": "DMSO", "doses": {"around": "100 nM"}}
    layouts = plate_layouts(design(replicates=1, compounds=dict.fromkeys("ABC", compound)))
    assert len(layouts) == 3 - 1  # two compounds of 24 wells, 6 vehicle and 3 untreated on the first plate
    for layout in layouts:
        roles = Counter(well.treatment.role for well in layout.wells.values())
        assert (roles["vehicle"], roles["untreated"]) == (6, 3)


def test_what_no_plate_holds_is_refused_with_the_numbers(design: Designs) -> None:
    words = r"at most 60 wells within its edge, got 81 wells: 24 doses x 3 \+ 6 vehicle \+ 3 untreated.*plate: 384"
    doses = {"around": "100 nM", "steps": 24, "factor": 1.5}
    with pytest.raises(StudyError, match=words):
        design(compounds={"A": {"stock": "10 mM", "vehicle": "DMSO", "doses": doses}})
