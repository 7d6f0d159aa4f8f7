"""The cautions of the statistics over replicates and of the kinetics: severity, meaning and remedy of each code."""

from __future__ import annotations

from collections.abc import Iterable

CAUTIONS: dict[str, tuple[str, str, str]] = {
    "one_experiment": (
        "warning",
        "There is one independent replicate, so the interval holds only the errors within it and nothing is tested.",
        "Repeat the experiment; three independent replicates are the least for a test worth having.",
    ),
    "unnumbered_files": (
        "warning",
        "Several files of one condition carry no replicate; they count as repeats of one experiment.",
        "Number independent experiments in `replicate` and repeats of one in `technical`.",
    ),
    "unnumbered_repeats": (
        "note",
        "Files of one condition and replicate are not numbered in `technical`; they are averaged as repeats.",
        "Number them in `technical`, or give independent experiments their own `replicate`.",
    ),
    "fraction_missing": (
        "warning",
        "A file gave no fraction and is left out of the mean.",
        "See the cautions of the file.",
    ),
    "same_fractions": (
        "warning",
        "The replicates agree to the last digit, so the error of counting stands in for their scatter.",
        "Check that the files are those of independent experiments and not copies.",
    ),
    "two_controls": (
        "note",
        "Untreated and vehicle rows share this condition; they are kept apart, in this order of the sheet.",
        "Name the vehicle in `compound`.",
    ),
    "no_control": (
        "refused",
        "No control row serves this condition, so there is nothing to compare it with.",
        "Add a control of its cell line, arm and hours, or change `control:`.",
    ),
    "several_controls": (
        "note",
        "Control rows of several kinds serve this condition and are averaged within each experiment.",
        "Name each compound's vehicle in `compounds:`.",
    ),
    "unpaired": (
        "note",
        "The conditions are not of the same experiments, so they are compared as independent groups.",
        "Run a control in every experiment.",
    ),
    "incomplete_pairs": (
        "note",
        "Some experiments lack a part of this comparison; it rests on those that hold it.",
        "Repeat the missing tubes in the same experiment.",
    ),
    "unequal_scatter": (
        "note",
        "Conditions scatter unequally between experiments, so each comparison rests on its own scatter (Holm).",
        "Look for an experiment that failed; more replicates make each comparison sharper.",
    ),
    "no_single_agent": (
        "note",
        "A single agent at the doses of this combination is missing, so their interaction can't be told.",
        "Run each agent alone at the same doses and hours.",
    ),
    "apparent_rates": (
        "warning",
        "Rates are apparent: fitted to fractions as if no cell divided or dissolved, so division makes them low.",
        "Give `events_per_ul` of every tube (counting beads or a volumetric cytometer).",
    ),
    "growth_from_control": (
        "note",
        "The tubes don't tell how fast live cells divide, so they are taken to divide as in the control.",
        "Harvest at more hours; where the treatment holds up division, live_to_early comes out too high.",
    ),
    "few_hours": (
        "warning",
        "Constant rates can't be checked with fewer than three hours, 0 h included; only limits are given.",
        "Harvest at more hours, 0 h among them.",
    ),
    "no_start": (
        "warning",
        "An experiment has no control at 0 h or at the first hour, so its course has no start and is left out.",
        "Harvest a control at 0 h in every experiment.",
    ),
    "start_from_control": (
        "note",
        "There is no tube of 0 h, so the control of the first hour stands for the start of the treated course.",
        "Harvest a control at 0 h.",
    ),
    "rates_change": (
        "warning",
        "The rates are not constant over the course; each is a mean over its hours.",
        "Look at the fractions over the hours; cells may answer late, or in parts.",
    ),
    "two_courses": (
        "warning",
        "Slow passage, and fast passage with fast loss, fit the tubes as well; the slower rates are given.",
        "Harvest at earlier hours, where the two differ.",
    ),
    "rate_not_fixed": (
        "refused",
        "The tubes leave this rate open between none and at once.",
        "Harvest at more hours, or where more cells are in the state that the transition leaves.",
    ),
    "rate_open": (
        "warning",
        "The transition is over before the first harvest, so there is only a lower limit.",
        "Harvest earlier.",
    ),
    "rate_near_zero": (
        "note",
        "No transition is not excluded, so the interval begins at 0; read its upper limit.",
        "Count more cells or harvest later where a slow transition matters.",
    ),
    "rate_blurred": (
        "note",
        "Single experiments don't fix this rate, so all were fitted with one.",
        "Harvest at more hours between those at which the fractions change.",
    ),
    "zero_hours_control": (
        "note",
        "The control is the one at 0 h, for want of one at the same hour.",
        "Harvest a control at every hour.",
    ),
}


def caution(code: str, words: str) -> str:
    """Return `code: words`, refusing a code that the list above does not document."""
    if code not in CAUTIONS:
        raise KeyError(code)
    return f"{code}: {words}"


def join(cautions: Iterable[str]) -> str:
    """Join cautions into one cell, each once, leaving out the empty ones."""
    return "; ".join(dict.fromkeys(text for text in cautions if text))
