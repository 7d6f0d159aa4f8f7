"""Every caution that plates can attach to a number: its stable code, what it means and what to do."""

from __future__ import annotations

from cytotools.doses.cautions import Caution
from cytotools.statistical_cautions import CAUTIONS as STATISTICAL

# What is said of a choice of controls and of experiments is said in the same words for every assay.
_SHARED = ("no_control", "several_controls", "zero_hours_control", "one_experiment", "unnumbered_repeats")

CAUTIONS: dict[str, Caution] = {code: Caution(*STATISTICAL[code]) for code in _SHARED} | {
    "excluded": Caution("note", "a row was left out of the statistics, for the reason in the sheet", "None is needed."),
    "no_number": Caution(
        "warning",
        "The reader gave a word in place of a number, so the well has no response.",
        "Read the plate again at a lower gain, or dilute; the well counts in no mean.",
    ),
    "no_reference": Caution(
        "warning",
        "The well has no reading at the reference wavelength that other wells of its plate have.",
        "Export the reference wavelength of every well.",
    ),
    "no_blank": Caution(
        "warning",
        "No blank well serves this plate, so the background was not subtracted and every response is too near to 1.",
        "Add wells of medium and reagent without cells, with role blank.",
    ),
    "blank_elsewhere": Caution(
        "note",
        "The blank wells are those of another read, or of another plate of the same batch.",
        "Put blank wells on every plate.",
    ),
    "control_elsewhere": Caution(
        "warning",
        "The controls are those of another plate of the batch, so what sets plates apart counts as treatment.",
        "Put control wells on every plate.",
    ),
    "control_not_above_blank": Caution(
        "refused",
        "The control is not clearly above the blank, so there is no signal to take a share of.",
        "Seed more cells or read for longer; look whether blanks and controls were swapped.",
    ),
    "lost_control_wells": Caution(
        "warning",
        "A control or blank well gave no number; the mean of the others is too low where it was too bright.",
        "Read the plate again at a lower gain.",
    ),
    "no_scatter": Caution(
        "warning",
        "No condition of the plate has two wells, so nothing tells how wells scatter and there is no interval.",
        "Repeat at least the controls in several wells.",
    ),
    "few_wells": Caution(
        "warning",
        "So few wells tell little of how wells scatter.",
        "Give controls and blanks at least four wells each.",
    ),
    "assay_fails": Caution(
        "warning",
        "Z' is below 0: the controls overlap, so single wells of this plate tell nothing.",
        "Look at the pipetting, the cells seeded and the reading time before the responses.",
    ),
    "assay_marginal": Caution(
        "warning",
        "Z' is below 0.5: the controls stand apart, but not by enough for single wells.",
        "Rest on replicates; look for wells that scatter, edges and dispensing.",
    ),
    "assay_not_proved": Caution(
        "note",
        "Z' is 0.5 or more, but so few wells leave below 0.5 possible.",
        "Give controls and blanks more wells.",
    ),
    "position_effect": Caution(
        "warning",
        "Wells of one condition differ by where they stand on the plate.",
        "Leave the edge empty or filled with medium, spread conditions over the plate (`cytotools design`).",
    ),
    "position_confounded": Caution(
        "note",
        "Conditions stand in rows, columns or edges of their own, so position can't be told from treatment.",
        "Spread the wells of each condition over the plate at random (`cytotools design`).",
    ),
    "interference": Caution(
        "warning",
        "The compound changes the signal of wells without cells, so part of its response is not that of cells.",
        "Measure by another assay; wells of role blank that name the compound at each dose let it be subtracted.",
    ),
    "interference_subtracted": Caution(
        "warning",
        "The compound adds signal without cells; its wells without cells were subtracted in place of the blank.",
        "Compare with the response before correction; another wavelength or assay may be free of it.",
    ),
    "interference_not_told": Caution(
        "note",
        "Wells of the compound without cells are there, but blanks or repeats to compare them with are not.",
        "Add blank wells of medium to the plate, two or more.",
    ),
}


def caution(code: str, words: str) -> str:
    """Return `code: words`, refusing a code that the list above does not document."""
    if code not in CAUTIONS:
        raise KeyError(code)
    return f"{code}: {words}"
