"""Every caution that doses can attach to a number: its stable code, what it means and what to do."""

from __future__ import annotations

from typing import NamedTuple


class Caution(NamedTuple):
    """What a code means and the remedy at the bench."""

    severity: str  # note (read it), warning (judge it), refused (the number is withheld)
    meaning: str
    remedy: str


CAUTIONS: dict[str, Caution] = {
    "no_growth_rate": Caution(
        "refused",
        "no growth rate can be told: it takes a control that has grown since time zero",
        "Look at the time-zero plate: it must be read with the settings of the later one, before the cells divide.",
    ),
    "growth_level": Caution(
        "note",
        "growth rates do not fall with dose, so that no GEC50 or slope can be read from them",
        "Test higher doses, where the drug is expected to act.",
    ),
    "growth_limit": Caution(
        "warning",
        "a parameter of the growth-rate curve lies at the limit of its range: the doses do not tell it",
        "Add doses where the curve bends or levels out.",
    ),
    "no_fit": Caution(
        "refused",
        "no curve could be fitted to these wells",
        "Test more doses, on both sides of the IC50.",
    ),
    "curve_at_limit": Caution(
        "warning",
        "the best curve lies at the edge of what these doses can tell: its slope or plateaus are not to be relied on",
        "Put doses closer together where the response falls, and on both sides of it.",
    ),
    "flat_curve": Caution(
        "warning",
        "the response changes with the dose by no more than wells scatter, so nothing can be read from it",
        "Test higher doses, or take it that the compound does nothing here.",
    ),
    "curve_rises": Caution(
        "warning",
        "the response rises with the dose, so the IC50 is the dose of half the rise",
        "Look whether that is meant: a compound that shines or stimulates raises the signal.",
    ),
    "outliers_in_curve": Caution(
        "warning",
        "wells marked as outliers are in the fit",
        "Look at the wells; write a reason into `exclude` where something went wrong in them.",
    ),
    "no_degrees_of_freedom": Caution(
        "warning",
        "the curve passes through every point, so nothing is left to tell its error from",
        "Measure more points, or take a model with fewer parameters.",
    ),
    "not_converged": Caution(
        "warning",
        "the fit ended where no minimum is: its parameters and intervals can't be relied on",
        "Look at the points: does the model suit them, do doses cover the curve? Else start nearer.",
    ),
    "not_determined": Caution(
        "warning",
        "the points do not determine every parameter of the model, so no standard errors are given",
        "Measure where the curve bends, or take a model with fewer parameters.",
    ),
    "one_experiment": Caution(
        "warning",
        "There is one independent experiment: the interval is descriptive, it holds only the errors within it.",
        "Repeat the experiment; three independent experiments are the least for an interval worth having.",
    ),
    "ic50_open_above": Caution(
        "warning",
        "The IC50 or its upper limit lies beyond the highest dose, so only a lower limit is given.",
        "Repeat with higher doses.",
    ),
    "ic50_open_below": Caution(
        "warning",
        "The IC50 lies below the lowest dose, so only an upper limit is given.",
        "Repeat with lower doses.",
    ),
    "open_experiments": Caution(
        "note",
        "The IC50 of some experiments or its limit lies beyond their doses; they are not left out of the mean.",
        "Repeat them with doses on both sides of the IC50.",
    ),
    "scatter_assumed": Caution(
        "note",
        "Open experiments don't tell how much IC50s vary: the limit of their mean takes them to vary 2-fold (SD of ln "
        "0.69), so it may lie outside the limits of all of them.",
        "Repeat with doses on both sides of the IC50.",
    ),
    "flat_experiment": Caution(
        "warning",
        "The curve of an experiment is flat: it gives no IC50, and as that may lie beyond the doses, the side is open.",
        "Repeat with higher doses; leave it out in `exclude` with the reason where the compound can't have got in.",
    ),
    "experiment_unresolved": Caution(
        "warning",
        "The curve of an experiment leaves its IC50 open on both sides, so it is not in the mean.",
        "Look at its curve: the compound may not act at all.",
    ),
    "same_ic50s": Caution(
        "warning",
        "The IC50s agree to the last digit, so the errors within experiments stand in for their scatter.",
        "Check that the plates are those of independent experiments and not copies.",
    ),
    "unlike_precision": Caution(
        "warning",
        "One experiment is far less precise than the others and widens the interval; each counts as one.",
        "Look at its plate; leave it out in `exclude` with the reason where it failed.",
    ),
    "unlike_doses": Caution(
        "note",
        "The experiments have unlike dose ranges.",
        "Use the same doses in every experiment.",
    ),
    "unpaired": Caution(
        "note",
        "The two are not of the same experiments, so they are compared as independent groups.",
        "Run both in every experiment.",
    ),
    "incomplete_pairs": Caution(
        "note",
        "Some experiments hold only one of the two IC50s; the ratio rests on those that hold both.",
        "Run both in every experiment.",
    ),
    "ratio_open": Caution(
        "note",
        "An IC50 lies beyond its doses, so the ratio is known on one side only.",
        "Repeat with doses on both sides of both IC50s.",
    ),
    "not_tested": Caution(
        "note",
        "Fewer than two ratios are known: their scatter is assumed (SD of ln 0.69), so a limit is given and no p.",
        "Repeat with doses on both sides of both IC50s.",
    ),
    "not_compared": Caution(
        "refused",
        "Neither side of the ratio is known.",
        "Repeat with doses on both sides of at least one IC50.",
    ),
    "ratio_not_constant": Caution(
        "warning",
        "Doses of a combination do not keep one ratio; those that leave it are in no curve.",
        "Correct the layout where a dose was written wrongly; dilute both agents together from one mixture.",
    ),
    "single_agent_missing": Caution(
        "refused",
        "An agent of the combination was not tested alone, so nothing tells what to expect of both.",
        "Test each agent alone on the same line at the same hours, at four doses or more.",
    ),
    "other_schedule": Caution(
        "note",
        "The agent alone was not given in the order of the combination; its other wells stand for it.",
        "Give each agent alone at the hour at which the combination gets it, vehicle in place of the other.",
    ),
    "single_dose_missing": Caution(
        "note",
        "A dose of the combination was not tested alone in the experiment, so those wells are in no dose matrix.",
        "Test each agent alone at every dose of the combination, in the same experiment.",
    ),
    "no_whole_experiment": Caution(
        "refused",
        "No experiment holds the combination and each of its agents alone.",
        "Run each agent alone beside the combination, and give the wells of one experiment the same `replicate`.",
    ),
    "unlike_hours": Caution(
        "note",
        "Schedules are compared at unlike hours: the second agent acts for as long in each, the first does not.",
        "Add a control schedule of the same length where the first agent alone kills.",
    ),
    "incomplete_experiments": Caution(
        "note",
        "Some experiments lack a part of the combination; it rests on those that hold every part.",
        "Repeat the missing wells in the same experiment.",
    ),
    "lone_treatment": Caution(
        "note",
        "Experiments that hold only one of the treatments compared tell nothing of their difference.",
        "Run all of them in every experiment.",
    ),
    "indirect_contrast": Caution(
        "note",
        "Some experiments hold only one of the two; the difference rests in part on others that link them.",
        "Run both in every experiment.",
    ),
    "no_scatter": Caution(
        "warning",
        "The values agree to the last digit from one experiment to the next, so they tell nothing of their error.",
        "Check that the plates are those of independent experiments and not copies.",
    ),
    "compared_in_pairs": Caution(
        "note",
        "An IC50 lies beyond its doses, so the schedules are compared two by two and not in one model.",
        "Repeat with doses on both sides of every IC50.",
    ),
    "unlike_shapes": Caution(
        "warning",
        "With the partner the curve has another slope or other plateaus, so the shift of its IC50 is not the whole "
        "effect.",
        "Look at both curves, and compare the doses that reach the effect you need (the absolute IC50).",
    ),
    "unlike_plateaus": Caution(
        "warning",
        "The curves end at unlike plateaus, so their relative IC50s are doses of unlike effects and the index mixes "
        "them.",
        "Compare absolute IC50s, or take the combination index at one effect that all curves reach.",
    ),
    "negligible_agent": Caution(
        "note",
        "The IC50 of an agent lies beyond its doses, but its part of the index is small at most.",
        "Read the potentiation: the shift of the other agent's IC50.",
    ),
    "index_open": Caution(
        "note",
        "An IC50 lies beyond its doses, so the interaction index is known on one side only.",
        "Repeat with doses on both sides of every IC50; where an agent does nothing alone, read the potentiation.",
    ),
    "index_not_tested": Caution(
        "note",
        "Fewer than two indices are known: how much they scatter is assumed (SD of ln 0.69), so there is no p.",
        "Repeat with doses on both sides of every IC50.",
    ),
    "partner_active": Caution(
        "warning",
        "The partner kills by itself, so that a shift of the other's IC50 is no verdict: mere addition shifts it too.",
        "Read the excess over Bliss and Loewe, or combine both in a constant ratio for an index.",
    ),
    "untested_effect": Caution(
        "note",
        "No verdict at this effect: not every curve was tested at it, so that the index there is an extrapolation.",
        "Add doses, so that each agent alone and the combination reach the effect.",
    ),
    "no_median_effect": Caution(
        "refused",
        "The effect does not rise with the dose, so that there is no median-effect dose and no combination index.",
        "Test higher doses. Where the agent does nothing alone, give the other over one fixed dose of it: the shift of "
        "the IC50 tells what it adds.",
    ),
    "effects_outside": Caution(
        "note",
        "Dose means lie at or beyond 0 or 1, where the logit of the log-linear fit does not exist.",
        "None is needed: the non-linear fit uses them as they are. Look at the controls where there are many.",
    ),
    "policy_flips": Caution(
        "warning",
        "The verdict depends on what is done with effects at or beyond 0 and 1.",
        "Rely on the non-linear fit, and repeat the experiment with doses between.",
    ),
    "unlike_slopes": Caution(
        "warning",
        "The agents' curves have unlike slopes: such agents add to a curve that is no median effect, and their index "
        "departs from 1 without any interaction.",
        "No verdict is given that these slopes alone explain. Test a dose matrix and read its Loewe score.",
    ),
    "plateau_below_one": Caution(
        "warning",
        "A curve levels off below 1, which the median effect has no place for: the index is wrong near the plateau.",
        "Read the interaction index, which comes from curves with their own plateaus.",
    ),
    "undefined_cell": Caution(
        "warning",
        "Loewe expects nothing where the stronger agent alone does more than the weaker one can at any dose, or where "
        "the agents alone act in opposite directions: those dose pairs are in no mean and have no interval.",
        "Read Bliss or HSA there, or test higher doses of the weaker agent.",
    ),
    "inactive_agent": Caution(
        "note",
        "An agent alone does nothing that can be told from the scatter of wells, so Loewe expects of both what the "
        "other does alone.",
        "Read the potentiation: the shift of the other agent's IC50.",
    ),
    "missing_wells": Caution(
        "note",
        "Dose pairs that a plate lacks, or whose single agents it lacks, are in no mean.",
        "Measure every dose pair and each agent alone on every plate.",
    ),
    "unlike_matrix_doses": Caution(
        "note",
        "Plates hold unlike doses; those that not all of them hold are left out.",
        "Use the same doses in every experiment.",
    ),
    "two_plates": Caution(
        "note",
        "Two plates do not tell whether dose pairs rise and fall together from one experiment to the next; where they "
        "do, single dose pairs are called more often than they should be.",
        "Repeat the experiment; judge by the whole matrix until then.",
    ),
    "unknown_well_scatter": Caution(
        "note",
        "Nothing tells how wells scatter, so single wells are taken to scatter alike and plates alone tell how much.",
        "Measure dose pairs, or at least controls, in two wells or more.",
    ),
}


def caution(code: str, words: str) -> str:
    """Return `code: words`, refusing a code that the list above does not document."""
    if code not in CAUTIONS:
        raise KeyError(code)
    return f"{code}: {words}"


def join(*cautions: str) -> str:
    """Join cautions into one cell, each once, in the order given, leaving out the empty ones."""
    return "; ".join(dict.fromkeys(c for c in cautions if c))
