"""The cautions of the resistance table: severity, meaning and remedy of each code."""

from __future__ import annotations

CAUTIONS: dict[str, tuple[str, str, str]] = {
    "assumed_smac_mimetic": (
        "warning",
        "No known Smac mimetic is in the study; the only compound whose cIAP blots were measured is taken for one.",
        "Give the compound `class: Smac mimetic` in `compounds:`.",
    ),
    "one_of_each": (
        "warning",
        "There is one independent experiment, so nothing is tested and no mechanism is supported.",
        "Repeat the experiment; three independent replicates are the least for a grade worth having.",
    ),
    "alone_missing": (
        "warning",
        "The added agent was not run alone, so its own killing is not taken out.",
        "Run it alone, at the same dose and hours.",
    ),
    "other_agents": (
        "note",
        "Further agents were present with and without the one that the grade rests on.",
        "Run the Smac mimetic with that agent only.",
    ),
    "several_arms": (
        "note",
        "Several doses or hours were tested; limits of a supported grade are adjusted for their number (Bonferroni).",
        "None is needed.",
    ),
    "arms_unpaired": (
        "note",
        "The arms are not of the same experiments, so they are compared as independent groups.",
        "Run all arms in every experiment.",
    ),
    "through_third_line": (
        "note",
        "The two lines were compared through a third one; the errors of both comparisons are added.",
        "Put the two lines on one membrane.",
    ),
    "responder_unknown": (
        "note",
        "Which line responds to the Smac mimetic was not measured, so the line is compared as the blots compare it.",
        "Measure the response of the lines, Annexin V for instance.",
    ),
    "measurements_disagree": (
        "warning",
        "Two measurements of one mechanism point in opposite directions; the first in the rules decides.",
        "Look at both, and repeat the one that seems wrong.",
    ),
    "proteasome_blocked": (
        "warning",
        "A proteasome inhibitor was present, which keeps cIAP1 and cIAP2 though the Smac mimetic is bound.",
        "Blot the Smac mimetic without it.",
    ),
}


def caution(code: str, words: str) -> str:
    """Return `code: words`, refusing a code that the list above does not document.

    Examples
    --------
    >>> caution("alone_missing", "a; b")  # names are a person's, and a semicolon ends a caution
    'alone_missing: a, b'
    """
    if code not in CAUTIONS:
        raise KeyError(code)
    return f"{code}: {words.replace(';', ',')}"
