"""The cautions of concordance, controls and harvest times: severity, meaning and remedy of each code."""

from __future__ import annotations

CAUTIONS: dict[str, tuple[str, str, str]] = {
    "viability_without_apoptosis": (
        "warning",
        "Viability falls where no method for apoptosis shows any: cytostasis, necrosis, or another way of dying.",
        "Count cells, read LDH and the dye alone, add a time-zero plate for growth rates, harvest at more hours.",
    ),
    "caspase_without_annexin": (
        "warning",
        "Caspases are active where no cell binds Annexin V.",
        "Stain for Annexin V some hours later, check the 2.5 mM calcium of the binding buffer and the positive tube.",
    ),
    "annexin_without_caspase": (
        "warning",
        "Cells bind Annexin V where no caspase is active: harvest damage, or death without caspases.",
        "Detach without scraping and without EDTA, read caspase earlier too, add arms with zVAD and with Nec-1s.",
    ),
    "annexin_without_loss": (
        "warning",
        "Cells bind Annexin V, and hours later as many are viable as without treatment.",
        "Look for harvest damage in the tubes, count cells, and read viability by a second assay.",
    ),
    "dye_without_annexin": (
        "warning",
        "Cells take up the dye and bind no Annexin V: primary necrosis, bare nuclei or lost Annexin V.",
        "Check calcium and positive tube, look at the size of these cells, add LDH and an arm with Nec-1s.",
    ),
    "cleaved_without_caspase": (
        "warning",
        "A caspase substrate is cleaved where no caspase activity is seen.",
        "Read caspase some hours earlier, check substrate and lysis, look whether another protease cut the protein.",
    ),
    "caspase_without_cleaved": (
        "warning",
        "Caspases are active where the blot shows no cleaved substrate.",
        "Lyse floating cells with the adherent ones, load a positive lysate, and check the antibody's epitope.",
    ),
    "target_without_death": (
        "note",
        "The IAP is lost and no assay sees cells die: the agent has met its target, and death is blocked.",
        "See the resistance table: add TNF-alpha, and arms for Bcl-2 proteins, PI3K and necroptosis.",
    ),
    "dead_but_bands_unchanged": (
        "warning",
        "Hardly a cell is viable, and the IAPs of the lysate are unchanged.",
        "Lyse floating cells too, blot the hours and the dose of the plate, read viability by a second assay.",
    ),
    "too_early": (
        "warning",
        "This assay was harvested long before another one shows the effect.",
        "Harvest it again at later hours.",
    ),
    "too_late": (
        "warning",
        "Wherever the treatment acts, nearly all cells are dead or gone, so how they died can't be read.",
        "Harvest earlier, or at lower doses.",
    ),
    "spontaneous_death": (
        "warning",
        "Control cells die or bind Annexin V without treatment.",
        "Count within the exponential phase, detach gently with EDTA-free enzyme, keep cold and read within an hour.",
    ),
    "weak_positive_control": (
        "warning",
        "The positive control hardly answers, so a treatment without effect proves nothing in this assay.",
        "Use fresh staurosporine, 1 uM for 6 h or longer, include floating cells, check the reagent's date.",
    ),
    "no_positive_control": (
        "note",
        "No positive control stands in this assay, so a treatment without effect may be an assay without signal.",
        "Add staurosporine, 1 uM for 6 h, to every plate and batch.",
    ),
    "vehicle_effect": (
        "warning",
        "The vehicle alone differs from untreated cells.",
        "Lower the vehicle, DMSO to 0.1 %, match it in every well, and compare treatments with the vehicle.",
    ),
    "one_hour": (
        "note",
        "Only one hour was harvested, so whether it is the best can't be told.",
        "Harvest at 6, 24 and 48 h once, and keep the hour with the largest effect.",
    ),
}


def caution(code: str, words: str) -> str:
    """Return `code: words`, refusing a code that the list above does not document."""
    if code not in CAUTIONS:
        raise KeyError(code)
    return f"{code}: {words}"
