"""Which cell lines and families share a plate: as few plates as hold them, with controls of their own on each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cytotools.design.experiment import Design, Family
from cytotools.design.treatments import Treatment, wells_of_line
from cytotools.errors import StudyError, refusal


@dataclass(frozen=True)
class Share:
    """One plate of an experiment: its cell lines, each in columns of its own, and the families that they all meet."""

    lines: tuple[str, ...]
    families: tuple[Family, ...]


def plate_size(plate_wells: int) -> tuple[int, int]:
    """Return the rows and columns of a plate."""
    return (8, 12) if plate_wells == 96 else (16, 24)


def inner_size(design: Design) -> tuple[int, int]:
    """Return the rows and columns that may hold cells."""
    rows, columns = plate_size(design.plate_wells)
    return (rows, columns) if design.wells.edge == "used" else (rows - 2, columns - 2)


def shared_plates(design: Design, place: str = "the design") -> tuple[Share, ...]:
    """Return the plates of one independent experiment.

    All lines on one plate, where they fit; else as many lines a plate as do; else a line's families over several.

    Raises
    ------
    StudyError
        A family that no plate holds, with the numbers; `place` is the file that the message names.
    """
    rows, columns = inner_size(design)
    for together in range(len(design.lines), 0, -1):
        if _needed(design, design.families) <= rows * (columns // together):
            starts = range(0, len(design.lines), together)
            return tuple(Share(design.lines[i : i + together], design.families) for i in starts)
    shares = _families_a_plate(design, rows * columns, place)
    return tuple(Share((line,), families) for line in design.lines for families in shares)


def wells_of_experiment(design: Design) -> Counter[Treatment]:
    """Return the wells of each treatment over all plates of one experiment, but for those at the edge."""
    counts: Counter[Treatment] = Counter()
    for share in shared_plates(design):
        for _ in share.lines:
            counts.update(wells_of_line(design, share.families))
    return counts


def _needed(design: Design, families: Sequence[Family]) -> int:
    return sum(wells_of_line(design, families).values())


def _families_a_plate(design: Design, room: int, place: str) -> list[tuple[Family, ...]]:
    """Put each family on the first plate that has room for it."""
    plates: list[tuple[Family, ...]] = []
    for family in design.families:
        needed = _needed(design, [family])
        if needed > room:
            raise _too_many(design, family, needed, room, place)
        fits = (i for i, plate in enumerate(plates) if _needed(design, [*plate, family]) <= room)
        index = next(fits, len(plates))
        plates[index : index + 1] = [(*(plates[index] if index < len(plates) else ()), family)]
    return plates


def _too_many(design: Design, family: Family, needed: int, room: int, place: str) -> StudyError:
    wells = design.wells
    doses = sum(len(curve.doses) for curve in family.curves)
    got = f"{needed} wells: {doses} doses x {wells.per_dose}" + "".join(
        f" + {n} {what}"
        for n, what in (
            (wells.controls, "vehicle"),
            (wells.untreated, "untreated"),
            (wells.blanks, "blank"),
            (wells.compound_only * sum(len(c.compounds) == 1 for c in family.curves), "without cells"),
        )
        if n
    )
    other = ["`plate: 384`"] if design.plate_wells == 96 else []
    other += ["`edge: used`"] if wells.edge != "used" else []
    remedy = "Take fewer `steps`, `wells_per_dose` or `controls`" + (
        f", or write {' or '.join(other)}" if other else ""
    )
    what = f"{family.name} (on one plate, as combinations are held against their single agents)"
    rest = "" if wells.edge == "used" else " within its edge"
    return refusal(place, what, f"at most {room} wells{rest}", got, f"{remedy}.")
