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
    "unlike_vehicles": Caution(
        "warning",
        "The wells of the vehicles that serve together as control differ, so the response depends on which is meant.",
        "Add control wells that hold every vehicle of the combination, as `cytotools design` lays out.",
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
        "No wells repeat a condition, or all that do agree, so nothing tells how wells scatter: there is no interval.",
        "Repeat at least the controls in several wells, and export every digit.",
    ),
    "few_wells": Caution(
        "warning",
        "So few wells tell little of how wells scatter.",
        "Give controls and blanks at least four wells each.",
    ),
    "assay_fails": Caution(
        "warning",
        "Z' is below 0, or the blank above the control: they overlap, so single wells of this plate tell nothing.",
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
    "few_viable": Caution(
        "refused",
        "So few cells are left that activity per viable cell can't be told.",
        "Measure earlier or at a lower dose, where a tenth of the cells or more are viable.",
    ),
    "no_viability": Caution(
        "note",
        "No viability plate shares this condition and experiment: a low fold may be one of lost cells.",
        "Read viability in the same experiment at the same dose and hours.",
    ),
    "fold_not_positive": Caution(
        "warning",
        "A fold is 0 or less, so the interval is that of the folds and not of their logs.",
        "Look at the blanks; read for longer.",
    ),
    "same_values": Caution(
        "warning",
        "The experiments agree to the last digit, so the scatter within one stands in for theirs.",
        "Check that they are independent experiments and not copies.",
    ),
    "cells_gone": Caution(
        "warning",
        "The fold falls because cells are gone: per viable cell it does not, or hardly a cell is viable.",
        "Read the activity per viable cell, or measure earlier.",
    ),
    "peak": Caution(
        "note",
        "The fold is highest here; hours that the experiments can't tell from it are named.",
        "Measure more hours or repeat where the time of the peak matters.",
    ),
    "outlier": Caution(
        "warning",
        "The well does not belong with the other wells of its condition; it counts in every number all the same.",
        "Look at the well; give a reason in `exclude` to leave it out.",
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
    "no_standard_curve": Caution(
        "refused",
        "The plate has no usable standard curve, so its samples have no concentration.",
        "Put at least six standards in duplicate on every plate, with their concentration in `dose`.",
    ),
    "below_standards": Caution(
        "note",
        "The sample lies below the lowest standard; only an upper limit is given.",
        "Dilute less, or add lower standards.",
    ),
    "above_standards": Caution(
        "warning",
        "The sample lies above the highest standard; only a lower limit is given.",
        "Dilute the sample and say so in `dilution`.",
    ),
    "one_well": Caution(
        "note",
        "The sample has one well; how it scatters is taken from the other wells of the plate.",
        "Measure samples in duplicate.",
    ),
    "wells_apart": Caution(
        "warning",
        "The wells of the sample lie further apart than wells of this plate do; the interval rests on them alone.",
        "Look for a bubble, a drop on the rim or a pipetting error; leave the well out in `exclude` with the reason.",
    ),
    "dilutions_disagree": Caution(
        "warning",
        "Dilutions of one sample give concentrations that exclude each other.",
        "Prefer the higher dilutions: a concentration that rises with dilution is a hook effect or a matrix effect.",
    ),
    "blank_as_zero": Caution(
        "note",
        "The plate has no standard of 0; its blank wells stand for it.",
        "Give the zero standard role standard and dose 0.",
    ),
    "standard_off": Caution(
        "warning",
        "A well of a standard lies off the curve; it is marked and still counts.",
        "Look at the well; leave it out in `exclude` with the reason where it failed.",
    ),
    "standards_out_of_order": Caution(
        "warning",
        "A higher standard gives less signal than a lower one, beyond scatter.",
        "Look whether standards were swapped, on the plate or in the layout.",
    ),
    "hook_effect": Caution(
        "warning",
        "The highest standard gives less signal than the one below it; a high sample may then read far too low.",
        "Leave out the highest standard; measure samples at a second, higher dilution.",
    ),
    "standard_recovery": Caution(
        "warning",
        "The curve gives a standard back with more than 20 % error (the lowest: 25 %).",
        "Concentrations near it are that uncertain; look at its wells and at the shape of the curve.",
    ),
    "curve_misfits": Caution(
        "warning",
        "The standards leave the curve by more than their wells scatter.",
        "Look for a standard that was diluted wrongly; intervals hold the misfit as scatter.",
    ),
    "not_loaded": Caution(
        "warning",
        "The sample can't be loaded with the others.",
        "Lyse in less volume, use stronger sample buffer or larger lanes, or measure it again at another dilution.",
    ),
    "small_volume": Caution(
        "note",
        "The volume is below 1 ul, where pipettes err by several percent.",
        "Dilute the lysate first and take more of it.",
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
