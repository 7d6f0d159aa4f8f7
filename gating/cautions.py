"""Every caution that gating can attach to a number: its stable code, what it means and what to do."""

from __future__ import annotations

from typing import NamedTuple


class Caution(NamedTuple):
    """What a code means and the remedy at the bench."""

    severity: str  # note (read it), warning (judge it), refused (the number is withheld)
    meaning: str
    remedy: str


CAUTIONS: dict[str, Caution] = {
    "partial_interval": Caution(
        "note",
        "the interval holds counting and the placing of the threshold; misclassification at the divider, compensation "
        "and tube-to-tube shifts are not in it",
        "Read differences between replicates, not the interval of one tube, as the measure of certainty.",
    ),
    "not_resolved": Caution(
        "warning",
        "positive and negative cells lie less than 2.5 pooled SD apart, the fractions can't be told: only their "
        "interval "
        "is given",
        "Titrate the reagent, check the voltage and the compensation, add a positive control, and an unstained treated "
        "tube where a compound shines.",
    ),
    "low_separation": Caution(
        "warning",
        "positive and negative cells lie less than 4 pooled SD apart: the estimate rests on their shapes, the count "
        "at a "
        "divider is off by many points",
        "Use `fraction`, not `counted_fraction`. Titrate the reagent and check the voltage.",
    ),
    "misfit": Caution(
        "warning",
        "the cells of this tube do not look like a mixture of the populations that the other tubes of the batch show",
        "Look at its picture: a shape that changes with the dose, a compound's own light, a failed stain.",
    ),
    "stain_not_seen": Caution(
        "warning",
        "a single stain is as dark as the unstained tube: it holds no dying cell, or the stain was forgotten",
        "Stain treated cells for the single stains, and look whether the reagent went in.",
    ),
    "no_controls": Caution(
        "warning",
        "no unstained, annexin_only or dye_only tube serves these samples, the threshold rests on the samples alone",
        "Run the control tubes with every batch and name their role in the sheet.",
    ),
    "missing_control": Caution(
        "warning",
        "one of the control tubes is missing, its threshold rests on the samples and the other controls",
        "Run annexin_only (it bounds the dye) and dye_only (it bounds Annexin V) tubes with every batch.",
    ),
    "one_mode": Caution(
        "warning",
        "no tube of the batch shows two populations on this channel, the threshold is the edge of the negative one",
        "Add a positive control (for example staurosporine) to the batch.",
    ),
    "no_valley": Caution(
        "note",
        "negative and positive cells overlap so much that no valley shows, the threshold stands where as many negative "
        "cells lie above as positive ones below",
        "Read `fraction`, not `counted_fraction`. Titrate the reagent and check the voltage.",
    ),
    "unanchored": Caution(
        "warning",
        "the tubes show one population and nothing tells whether it is negative or positive: any fraction is possible",
        "Add an untreated well and the control tubes to the batch.",
    ),
    "conflict": Caution(
        "warning",
        "the valley between the populations lies inside the negative control, the control's edge was used",
        "Look at the control tubes: compensation, titration or a swapped tube.",
    ),
    "few_above_cut": Caution(
        "note",
        "fewer than 10 events of the control lie above this quantile of it, so the cut is that of a few events",
        "Acquire at least 10,000 events of each control.",
    ),
    "bright_in_control": Caution(
        "note",
        "this quantile of the control lies among its few bright events, far above its negative cells",
        "Look at the control for cells carried over from the tube before; the threshold in use leaves them out.",
    ),
    "too_few_cells": Caution(
        "refused",
        "fewer than 100 whole single cells: no fraction is given, and the tube is in no mean",
        "Acquire the tube again, at least 10,000 events.",
    ),
    "few_events": Caution(
        "warning",
        "fewer than 1,000 whole single cells",
        "Acquire at least 10,000 events.",
    ),
    "truncated": Caution("warning", "the file is cut, its whole events were used", "Copy the file again."),
    "repaired": Caution(
        "note", "the file departs from the FCS standard and was mended", "`cytotools fcs FILE` says what was mended."
    ),
    "no_compensation": Caution(
        "warning",
        "neither the file nor single stains give a spillover matrix",
        "Add an unstained, an annexin_only and a dye_only tube.",
    ),
    "no_scatter": Caution(
        "warning",
        "the file has no forward scatter, so debris was not left out",
        "Export FSC-A with the fluorescence channels.",
    ),
    "no_pulse_height": Caution(
        "note",
        "the file has no FSC-H beside FSC-A, so doublets were not left out",
        "Export FSC-H with the other channels.",
    ),
    "no_time": Caution(
        "note",
        "the clean-up could not look along time for clogs, bursts and steps of a channel",
        "Export the Time channel with the others.",
    ),
    "disturbed_acquisition": Caution(
        "note",
        "events that were acquired during a clog, a burst or a step of a channel were left out",
        "Look at the rate over time; rinse the line and acquire the tube again if much was lost.",
    ),
    "unsteady_acquisition": Caution(
        "note",
        "a channel moves over the run, and no part of the run is plainly the wrong one",
        "Look at the channel over time: a clog, settling cells, or a detector that warms up.",
    ),
    "scatter_off_scale": Caution(
        "warning",
        "so many cells are at the ceiling of forward scatter that leaving them out would move the answer; whether they "
        "are single can't be told",
        "Lower the voltage of forward scatter and acquire the tubes again.",
    ),
    "off_scale": Caution(
        "note", "saturated cells: they are at least as bright as the ceiling, so they are positive", "None is needed."
    ),
    "no_debris_gap": Caution(
        "note",
        "debris and cells run into each other, the limit stands where no whole cell is lost",
        "Compare the answers with the limit moved by a fifth; wash once more, or set a threshold at the instrument.",
    ),
    "debris_sensitive": Caution(
        "note",
        "the answer moves by more than two points as the debris limit is moved by a fifth",
        "Look at forward scatter: judge by hand what is debris, and set the same limit for all tubes.",
    ),
    "uneven_loss": Caution(
        "note",
        "a step of the clean-up left out more of one quadrant than of all; debris binds Annexin V, so this is usual",
        "Read the answers with the debris limit moved by a fifth.",
    ),
    "not_a_number": Caution("warning", "events without a number in a channel were left out", "Export the tube again."),
    "spread_open": Caution(
        "note",
        "the control does not settle whether the divider has to rise with the other channel, the straight cut is kept",
        "Acquire more bright cells in the single stain.",
    ),
    "divider_shift": Caution(
        "warning",
        "in a single stain the middle of the bright events, not only their spread, moves in the channel it lacks",
        "Check the compensation of that stain; dead cells also shine on their own.",
    ),
    "divider_misfit": Caution(
        "warning",
        "a stretch of the control holds more than three times as many events above the fitted curve as declared",
        "Look at the single stain: carry-over, a second population, or compensation.",
    ),
    "rna_stained": Caution(
        "warning",
        "cells without Annexin V form a dim mode of the dye between live and dead, as cytoplasmic RNA that took up "
        "propidium iodide does; they are living cells",
        "Fix in 1 % paraformaldehyde after staining and digest with RNase A (doi 10.3791/2597), or use 7-AAD or DAPI.",
    ),
    "carry_over": Caution(
        "warning",
        "the first cells of the tube are others than the rest, as the tube before leaves them in the tubing",
        "Leave out the first seconds of the tube, and rinse between the tubes.",
    ),
    "time_drift": Caution(
        "warning",
        "a share or a brightness changes while the tube is read: cells settle, dyes bleach, or Annexin V still binds",
        "Mix the tube before reading, keep it in the dark and read it within the hour after the same time of staining.",
    ),
    "saturated_channel": Caution(
        "warning",
        "more than 0.5 % of the events are as bright as the detector can tell, their true brightness is unknown",
        "Lower the detector's voltage for all tubes of the batch and acquire them again.",
    ),
    "debris_share": Caution(
        "note",
        "a large part of the events is debris, which was left out",
        "Wash once more, and pool floating cells gently.",
    ),
    "debris_binding": Caution(
        "warning",
        "fragments that bind Annexin V reach the size of cells: the early apoptotic fraction depends on the debris "
        "limit",
        "Compare the answers at the two limits, spin at low speed to lose fragments, or gate on a DNA stain.",
    ),
    "dye_only_cells": Caution(
        "note",
        "more than 5 % of the cells are dye-positive without Annexin V: primary necrosis, bare nuclei, harvest "
        "damage or "
        "lost Annexin V",
        "Look at their size, at the vehicle wells and at the calcium of the binding buffer.",
    ),
    "annexin_cut_doubtful": Caution(
        "note",
        "most dye-positive cells without Annexin V lie just below the Annexin V threshold, which cuts through a "
        "population",
        "Look at the dye_only control and set the threshold by hand if it is wrong.",
    ),
    "late_or_necrotic": Caution(
        "note",
        "no earlier rise of early apoptotic cells supports the name late apoptotic, they may be primary necrotic",
        "Add earlier hours, or a caspase inhibitor and a necroptosis inhibitor.",
    ),
    "annexin_dim": Caution(
        "warning",
        "Annexin-positive cells are dimmer than in other wells, the positive control or another batch: calcium lost, "
        "or "
        "too little Annexin V",
        "Check for EDTA or citrate, keep 2.5 mM calcium in every buffer, titrate Annexin V, stain these wells again.",
    ),
    "annexin_lost": Caution(
        "warning",
        "dead cells lack the Annexin V that those of the same treatment carry: calcium lost, or no Annexin V added",
        "Check the binding buffer and the staining of this well; a treatment that kills by necrosis does so in every "
        "well.",
    ),
    "drift": Caution(
        "warning",
        "the brightness of the cells changes in the order of acquisition",
        "Shuffle the order of the wells, read within one hour on ice, check the cytometer with beads before and after.",
    ),
    "drift_or_dose": Caution(
        "note",
        "brightness changes in the order of acquisition, which is also the order of the doses: it may be either",
        "Shuffle the order of acquisition against the doses.",
    ),
    "plate_position": Caution(
        "warning",
        "wells of one treatment differ by where they stand on the plate",
        "Leave the outer wells to medium, shuffle treatments over the plate, check the pipette that filled the row.",
    ),
    "high_background": Caution(
        "warning",
        "untreated or vehicle cells bind Annexin V",
        "Count within the exponential phase, detach gently, titrate Annexin V, check the compensation.",
    ),
    "weak_positive": Caution(
        "warning",
        "the positive control is hardly positive, so it can't show where positive cells stand",
        "Use a stronger or longer treatment (for example 1 uM staurosporine for 6 h), check calcium and reagent.",
    ),
    "harvest_damage": Caution(
        "warning",
        "too many cells of the untreated or vehicle wells are dead: they died at the harvest or before",
        "Detach gently (short trypsin or accutase, no scraping), wash EDTA out, keep cells cold, read within one hour.",
    ),
    "floating_cells_lost": Caution(
        "note",
        "floating cells, the most apoptotic ones, were thrown away: death is underestimated",
        "Pool the supernatant with the detached cells.",
    ),
    "autofluorescence": Caution(
        "warning",
        "unstained cells lie above a threshold: dead or treated cells shine on their own",
        "Add an unstained treated tube for each dose, or take a brighter or redder stain.",
    ),
    "compound_light": Caution(
        "warning",
        "live cells grow brighter with the dose: the compound itself shines in this channel, and positive cells may be "
        "its light",
        "Add an unstained treated tube for each dose, or take a stain in a channel where the compound is dark.",
    ),
    "compound_light_known": Caution(
        "note",
        "the compound shines in this channel, and an unstained treated tube of the same dose shows how much",
        "None is needed where its light was taken out.",
    ),
    "compound_subtracted": Caution(
        "note",
        "the compound's own light was taken out of `fraction` as a distribution, `counted_fraction` holds it",
        "Use `fraction`.",
    ),
    "may_shine": Caution(
        "note",
        "the compound is known to shine, though it was not seen to here",
        "Add an unstained treated tube for each dose.",
    ),
    "spill": Caution(
        "warning",
        "the single stains show that the spillover matrix in use takes out too much or too little of a stain, by more "
        "than half a percentage point",
        "Acquire the single stains again at the voltages of the samples, and compute the matrix from them.",
    ),
    "spill_unchecked": Caution(
        "note",
        "no single stain says whether the spillover matrix fits",
        "Run an unstained, an annexin_only and a dye_only tube with every batch.",
    ),
    "set_by_hand": Caution("note", "the thresholds were given, nothing was cleaned away", "None is needed."),
}


def caution(code: str, words: str) -> str:
    """Return `code: words`, refusing a code that the list above does not document."""
    if code not in CAUTIONS:
        raise KeyError(code)
    return f"{code}: {words}"


def join(*cautions: str) -> str:
    """Join cautions into one cell, each once, in the order given, leaving out the empty ones."""
    return "; ".join(dict.fromkeys(c for c in cautions if c))
