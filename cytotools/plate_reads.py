"""Which of a file's reads are the signal and the reference of each plate that a layout describes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cytotools.errors import Problem, refusal
from cytotools.plates.titles import hours_of, is_calculated

if TYPE_CHECKING:
    from cytotools.plates.reading import PlateReading
    from cytotools.study import PlateFile

# What each absorbance assay is read at, in nm; other assays are read at one wavelength or none.
USUAL_NM = {"mtt": (540.0, 600.0), "elisa": (440.0, 460.0), "bca": (540.0, 590.0)}
NEAR_NM = 2.0  # filters are named to the nanometre, monochromators set to one
NEAR_HOURS = 1e-3  # a time is typed as it was printed, to six figures or to the minute


@dataclass(frozen=True, eq=False)
class PlateReads:
    """The reads of one plate: what counts as its signal, and what is subtracted from it."""

    plate: str
    signal: PlateReading
    reference: PlateReading | None = None
    notes: tuple[Problem, ...] = ()


def reads_by_plate(readings: Sequence[PlateReading], entry: PlateFile) -> list[PlateReads]:
    """Return the reads of each plate that the layout names, in the layout's order.

    Parameters
    ----------
    readings : sequence of PlateReading
        All that the file holds.
    entry : PlateFile
        What the study says of the file.

    Raises
    ------
    StudyError
        The layout's plates are not those of the file, or which read is meant can't be told.
    """
    return [reads_of(plate, found, entry) for plate, found in plates_of(readings, entry).items()]


def plates_of(readings: Sequence[PlateReading], entry: PlateFile) -> dict[str, list[PlateReading]]:
    """Return the readings of each plate under the layout's name for it."""
    wanted = list(dict.fromkeys(entry.layout["plate"]))
    held: dict[str, list[PlateReading]] = {}
    for reading in readings:
        held.setdefault(reading.plate, []).append(reading)
    by_name = {_plain(name): found for name, found in held.items()}
    if all(_plain(name) in by_name and name for name in wanted):
        return {name: by_name[_plain(name)] for name in wanted}
    if len(wanted) == len(held) == 1:
        return {wanted[0]: next(iter(held.values()))}
    numbered = [str(number) for number in range(1, len(held) + 1)]
    if set(wanted) <= set(numbered):  # plates counted from the top of the file
        return {name: held[list(held)[int(name) - 1]] for name in wanted}
    names = ", ".join(repr(name) for name in wanted if name) or "no plate"
    got = f"{names} in the layout, {', '.join(map(repr, held))} in the file"
    remedy = "Write the file's names into the layout's column `plate`, or 1, 2, 3 in the file's order."
    if wanted == [""] and _are_sheets(held):
        measured = next((title for title in held if not is_calculated(title)), next(iter(held)))
        remedy = f"Name the sheet to be read, such as `sheet: {measured}`, or each in the layout's column `plate`."
    raise refusal(entry.file, "plate", "the plates of the file in the layout", got, remedy)


def _are_sheets(held: Mapping[str, Sequence[PlateReading]]) -> bool:
    """Return whether the plates of a file are named after the sheets of a workbook on which they stand."""
    return all(f":{title}!" in reading.place for title, found in held.items() for reading in found)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def reads_of(plate: str, readings: Sequence[PlateReading], entry: PlateFile) -> PlateReads:
    """Return the signal and the reference among the reads of one plate."""
    raw = [reading for reading in readings if reading.kind == "raw"] or list(readings)
    reference = _reference(raw, entry) if entry.reference_nm is not None else None
    if entry.read:
        return PlateReads(plate, _named(readings, entry), reference)
    left = [reading for reading in raw if reading is not reference]
    if len(left) == 1:
        return PlateReads(plate, left[0], reference)
    low, high = USUAL_NM.get(entry.assay, (0.0, 0.0))
    usual = [reading for reading in left if low <= (reading.wavelength_nm or 0.0) <= high]
    if len(usual) != 1:
        raise refusal(entry.file, "the reads", "one read that is the signal", _labels(left), _how_to_name(left))
    others = _labels([reading for reading in left if reading is not usual[0]])
    remedy = "Give `reference_nm:` where one is to be subtracted, or name another in `read:`."
    got = f"{usual[0].label} taken as the signal, beside {others}"
    return PlateReads(plate, usual[0], reference, (Problem(entry.file, "the reads", "one read", got, remedy),))


def _reference(readings: Sequence[PlateReading], entry: PlateFile) -> PlateReading:
    nm = entry.reference_nm or 0.0
    found = [r for r in readings if r.wavelength_nm is not None and abs(r.wavelength_nm - nm) <= NEAR_NM]
    if len(found) != 1:
        remedy = "Give the wavelength as the file has it, or leave `reference_nm` out."
        raise refusal(entry.file, "reference_nm", f"one read at {nm:g} nm", _labels(readings), remedy)
    return found[0]


def _named(readings: Sequence[PlateReading], entry: PlateFile) -> PlateReading:
    """Return the read that `read:` names: by label, wavelength, time (`0.5 h`), or `Luminescence at 0.5 h`."""
    found = [r for r in readings if _plain(r.label) == _plain(entry.read)]
    found = found or [r for r in readings if r.wavelength_nm is not None and f"{r.wavelength_nm:g}" == entry.read]
    found = found or _at_time(readings, entry.read)
    if len(found) != 1:
        raise refusal(entry.file, "read", f"one read {entry.read!r}", _labels(readings), _how_to_name(readings))
    return found[0]


def _at_time(readings: Sequence[PlateReading], read: str) -> list[PlateReading]:
    """Return the kinetic reads nearest to the time that `read` gives, of the label before it where there is one."""
    words, _, time = read.rpartition(" at ")
    hours = hours_of(time)
    if hours is None:
        return []
    timed = [(abs(r.hours - hours), r) for r in readings if r.hours is not None and _is_called(r, words)]
    nearest = min((distance for distance, _ in timed), default=0.0)
    return [r for distance, r in timed if distance == nearest <= NEAR_HOURS]


def _is_called(reading: PlateReading, words: str) -> bool:
    nm = "" if reading.wavelength_nm is None else f"{reading.wavelength_nm:g}"
    return not words.strip() or _plain(words) in (_plain(reading.label), nm)


def _how_to_name(readings: Sequence[PlateReading]) -> str:
    timed = [reading for reading in readings if reading.hours is not None]
    if timed:
        return f'Name the one that is the signal as it stands here: `read: "{_name(timed[-1])}"`.'
    return "Name the one that is the signal in `read:`, by its label or its wavelength in nm."


def _labels(readings: Sequence[PlateReading]) -> str:
    names = [_label(reading) for reading in readings]
    return ", ".join(names[:8]) + (", ..." if len(names) > 8 else "") if names else "none"


def _label(reading: PlateReading) -> str:
    words = repr(_name(reading)) if _name(reading) else "a read without a label"
    return f"{words} ({reading.place})"


def _name(reading: PlateReading) -> str:
    """Return what `read:` takes for a reading, empty where nothing names it."""
    hours = f"{reading.hours:g} h" if reading.hours is not None else ""
    return " at ".join(filter(None, (reading.label, hours)))
