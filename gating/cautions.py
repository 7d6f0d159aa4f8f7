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
    "not_a_number": Caution("warning", "events without a number in a channel were left out", "Export the tube again."),
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
