"""What was done, in words that can go into a paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from cytotools.number_words import listed, percent
from cytotools.verdicts.control_checks import LEAST_LIVE, LEAST_POSITIVE, MOST_BACKGROUND
from cytotools.verdicts.effect_sizes import SIZES

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.results import Results

CITATIONS = {
    "flow": "Annexin V assay: Vermes I et al., J Immunol Methods 184:39 (1995), doi 10.1016/0022-1759(95)00072-I. "
    "Spillover: Bagwell CB and Adams EG, Ann N Y Acad Sci 677:167 (1993), doi 10.1111/j.1749-6632.1993.tb38775.x. "
    "Smooth densities: Eilers PHC and Marx BD, Stat Sci 11:89 (1996), doi 10.1214/ss/1038425655. Their Bayesian "
    "intervals: Nychka D, J Am Stat Assoc 83:1134 (1988), doi 10.1080/01621459.1988.10478711. "
    "Time: Emmaneel A et al., Cytometry A 101:325 (2022), doi 10.1002/cyto.a.24501; Monaco G et al., Bioinformatics "
    "32:2473 (2016), doi 10.1093/bioinformatics/btw191. "
    "Dunnett CW, J Am Stat Assoc 50:1096 (1955), doi 10.1080/01621459.1955.10501294. "
    "Score interval: Wilson EB, J Am Stat Assoc 22:209 (1927), doi 10.1080/01621459.1927.10502953. "
    "Gating-ML 2.0: Spidlen J et al., Cytometry A 87:683 (2015), doi 10.1002/cyto.a.22690.",
    "blots": "Densitometry and its errors: Gassmann M et al., Electrophoresis 30:1845 (2009), "
    "doi 10.1002/elps.200800720. cIAP2 rebound: Petersen SL et al., Proc Natl Acad Sci USA 107:11936 (2010), "
    "doi 10.1073/pnas.1005667107.",
    "plates": "Outliers: Motulsky HJ and Brown RE, BMC Bioinformatics 7:123 (2006), doi 10.1186/1471-2105-7-123. "
    "Z': Zhang JH et al., J Biomol Screen 4:67 (1999), doi 10.1177/108705719900400206. "
    "Profile likelihood: Bates DM and Watts DG, Nonlinear Regression Analysis (1988), doi 10.1002/9780470316757. "
    "Ratios: Fieller EC, J R Stat Soc B 16:175 (1954), doi 10.1111/j.2517-6161.1954.tb00159.x. "
    "Growth rates: Hafner M et al., Nat Methods 13:521 (2016), doi 10.1038/nmeth.3853.",
}
COMBINATION_CITATIONS = {
    "ci": "Combination index: Chou TC and Talalay P, Adv Enzyme Regul 22:27 (1984), doi 10.1016/0065-2571(84)90007-4; "
    "Chou TC, Pharmacol Rev 58:621 (2006), doi 10.1124/pr.58.3.10. Non-linear fits: Zhao L et al., Clin Cancer Res "
    "10:7994 (2004), doi 10.1158/1078-0432.CCR-04-1087.",
    "interaction_index": "Interaction index: Berenbaum MC, Pharmacol Rev 41:93 (1989).",
    "bliss": "Bliss CI, Ann Appl Biol 26:585 (1939), doi 10.1111/j.1744-7348.1939.tb06990.x.",
    "loewe": "Loewe S, Arzneimittelforschung 3:285 (1953).",
    "zip": "ZIP: Yadav B et al., Comput Struct Biotechnol J 13:504 (2015), doi 10.1016/j.csbj.2015.09.001.",
}
VERDICT_CITATIONS = {
    "concordance": "Rank agreement: Kendall MG, Biometrika 33:239 (1945), doi 10.1093/biomet/33.3.239.",
    "resistance": "Mechanisms: the sources stand in resistance.csv, line by line.",
}


def methods(results: Results) -> Iterator[str]:
    """Yield the methods, a paragraph a step."""
    if "flow" in results.assays and results.plate is not None:
        yield from _flow(results)
    if "blots" in results.assays and results.images:
        yield from _blots(results)
    if "plates" in results.assays and len(results.tables["wells"]):
        yield from _plates(results)
        yield from _combinations(results.tables)
    yield from _verdict(results.tables)
    yield (
        "n is the number of independent experiments (the column replicate); technical repeats are averaged before any "
        "statistic. Intervals are 95 % intervals."
    )
    cited = [CITATIONS[assay] for assay in results.assays if assay in CITATIONS]
    done = set(results.tables["combination"]["method"])
    cited += [words for method, words in COMBINATION_CITATIONS.items() if method in done]
    cited += [words for table, words in VERDICT_CITATIONS.items() if len(results.tables[table])]
    if cited:
        yield "References. " + " ".join(cited)


def _flow(results: Results) -> Iterator[str]:
    plate = results.plate
    assert plate is not None
    own = sum(s is not None for s in plate.spillovers.values())
    by_hand = bool((plate.thresholds["basis"] == "set by hand").all()) if len(plate.thresholds) else False
    gate = next(iter(plate.gates.values()), None)
    channels = f"Annexin V was read from {gate.annexin}, the dead-cell dye from {gate.dye}. " if gate else ""
    yield (
        f"Flow cytometry. {len(plate.gates)} FCS files were read. {channels}{own} of them were compensated with the "
        "spillover matrix of the file or, where it has none, with one estimated from the single-stained controls "
        "(a robust line among the positive cells, its height held at unstained cells of the same scatter)."
    )
    if by_hand:
        yield "Thresholds were given in the study; every event was counted and nothing was cleaned away."
        return
    yield (
        "Clean-up. Events whose scatter is off scale, and stretches of time in which the flow rate or the level of a "
        "channel breaks (after the ideas of PeacoQC and flowAI), were left out. Debris was left out below a limit of "
        "forward scatter found once for all tubes of a batch and cell line; doublets were left out where the ratio of "
        "pulse area to pulse height lies above that of single cells of the same size. What each step took from each "
        "quadrant stands in cleanup.csv, the answers with the debris limit moved by a fifth in debris_sensitivity.csv."
    )
    yield (
        "Dividers. One threshold a channel was placed for each batch and cell line: in the first valley right of the "
        "negative cells of the pooled stained tubes, never inside the control that lacks the stain (dye_only for "
        "Annexin V, annexin_only for the dye); where populations overlap too much for a valley, where as many negative "
        "cells lie above as positive ones below; where only one population shows, at the edge of the negative one. "
        "counted_fraction is the share of events in each quadrant; sensitivity.csv holds it at the 98th to 99.9th "
        "percentile of the controls."
    )
    yield (
        "Estimates. fraction is that of a mixture fitted to all doubly stained tubes of a batch together. Each of the "
        "four states has a smooth density of free form on each axis (penalised B-splines of the log density) that the "
        "tubes share; a tube has its own fractions, and its negative and positive cells may stand a little to the side "
        "of the batch's. A state's two brightnesses may go together (Farlie-Gumbel-Morgenstern copula). Intervals hold "
        "counting, overlap, the tube's shifts and the uncertainty of the shapes. Where positive and negative cells lie "
        "less than 2.5 pooled robust SD apart (D in evidence.csv), only the interval is given."
    )
    yield (
        "Fractions of replicates were summarised by their mean with a t interval on the logit scale. Treated samples "
        "were compared on the logit scale within experiments where these hold both (paired t, or the pooled error of "
        "experiment + condition), else by Welch's test with Satterthwaite degrees of freedom; comparisons of a line "
        "and "
        "arm were adjusted together by the multivariate t (Dunnett), or by Holm's method where scatter was unequal."
    )


def _blots(results: Results) -> Iterator[str]:
    block = results.study.blots
    assert block is not None
    controls = " and ".join(block.loading_controls)
    yield (
        f"Western blots. {len(results.images)} images were read, their polarity found from the picture, and lanes and "
        "bands located from the picture and the sheet. Each band's volume is the sum of its linear signal above the "
        "local background; its interval is measurement error only."
    )
    yield (
        f"Volumes were divided by {controls} of the same lane and expressed relative to the reference "
        f"({block.reference}), as geometric means over replicates with t intervals on the log scale. Loss and rebound "
        "were tested in an additive model of blot and hour: the loss by the largest drop from the reference, the "
        "rebound by the largest rise of an hour over the mean of consecutive hours before it, each against its null "
        "distribution, simulated with all hours equal. Each hour has a variance of its own, drawn towards that of all "
        "hours (Smyth 2004; 0.7 prior degrees of freedom, 0.1 for rises in two replicates). A rebound is called only "
        "where both the loss and the later rise are significant at 5 %. cIAP2 is the primary hypothesis; the other "
        "targets are adjusted after Holm. Rises of two lines were compared by the largest difference over all pairs of "
        "hours, against its null distribution."
    )
    yield (
        "The loading control was followed itself, over total protein or loaded protein where these were known, with an "
        "additive model of membrane and condition; its changes were tested together by the largest ratio of a "
        "difference to the larger of its pooled and its own standard error, simulated for the design."
    )


def _plates(results: Results) -> Iterator[str]:
    tables = results.tables
    wells = tables["wells"]
    yield (
        f"Plates. {wells['plate'].nunique()} plates were read from their readers' exports. Signals (less the "
        "reference wavelength where one was given) were brought to fractions of the control after subtracting"
        " the mean of the blanks; the errors of blanks and controls, which all wells of a plate share, were "
        "carried as shared (Fieller). The scatter of wells was pooled over the repeats of a plate as a "
        "function of the signal. Wells were marked as outliers at a false discovery rate of 1 % and none was "
        "left out."
    )
    if len(tables["dose_response"]):
        yield (
            "Dose response. Four-parameter logistic curves were fitted to the wells of each experiment, "
            "controls at dose 0 included, by weighted least squares from several starts. Wells count by 1 / "
            "variance at their signal, as the repeats of the plate tell it (four times a control well at most), "
            "unless the study asks for equal weights. The relative IC50 lies half-way between the plateaus, the "
            "absolute one where the response is half of the control. Intervals "
            "of one experiment are those of the profile likelihood; over experiments they are t intervals of "
            "the mean of ln IC50, in which an IC50 beyond the doses counts as beyond them. IC50s of two lines"
            " were compared within experiments by the t test of their ln ratio, all pairs adjusted after "
            "Holm."
        )
    if len(tables["caspase"]):
        yield (
            "Caspase-3/7 activity is the fold over the control, as the geometric mean over experiments with a"
            " t interval on its logarithm; per viable cell it was divided by the viable fraction of the same "
            "experiment and condition."
        )
    if len(tables["growth_rates"]):
        yield (
            "Growth rates (GR) were computed from the control's growth since time zero and fitted with a "
            "three-parameter curve (Hafner et al. 2016)."
        )
    if len(tables["concentrations"]):
        yield (
            "Concentrations were read from the standards of the same plate (four-parameter logistic for "
            "ELISA; a line, or a parabola where the standards bend, for BCA), weighted where scatter grows "
            "with the signal. Their intervals hold the error of the curve and of the sample's wells; nothing "
            "is read outside the standards."
        )


def _combinations(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Yield what was done with combinations and schedules, by the methods that the tables hold."""
    methods_done = set(tables["combination"]["method"])
    if "ci" in methods_done:
        yield (
            "Combinations in a constant ratio. The fraction affected is 1 less the response. Median-effect curves "
            "fa = 1 / (1 + (Dm / D)^m) were fitted to the wells of each agent alone and of the combination, experiment "
            "by experiment, by weighted least squares on the fraction itself, in which a fraction at or below 0 or at "
            "or above 1 counts as measured: none was dropped or limited, and their number stands in the tables. The "
            "combination index is the sum of each agent's dose in the combination over its dose alone at the same "
            "effect (mutually exclusive), beside it the form with the product of the doses (mutually non-exclusive) "
            "and the log-linear fit of Chou and Talalay, as CompuSyn computes it, which leaves out mean fractions "
            "at or beyond 0 and 1. Each experiment gives one logarithm "
            "of the index a level, and these give a t interval over experiments; the headline is the mean over the "
            "levels that all curves reached. It is called synergy or antagonism where the interval lies below or above "
            "1, additive where it lies within 0.8 to 1.25, and not resolved otherwise, of one experiment, or beyond "
            "the tested effects. Where keeping fractions at or beyond 0 and 1, leaving them out and limiting them to "
            "1 % and 99 % give unlike verdicts, a caution says so."
        )
    if "interaction_index" in methods_done:
        yield (
            "The interaction index takes the IC50s of four-parameter curves in the place of the median-effect doses, "
            "so that it holds where a curve levels out below full effect; it was judged over experiments by the same "
            "rule."
        )
    yield from _matrices(methods_done)
    if "potentiation" in methods_done:
        yield (
            "Potentiation is the ratio of an agent's IC50 alone to its IC50 with a partner held at one dose, within "
            "experiments, with a t interval of its logarithm; the curve with the partner starts from the partner "
            "alone. It asks for no effect of the partner alone."
        )
    if tables["comparisons"]["quantity"].astype(str).str.endswith(" by schedule").any():
        yield (
            "Schedules (compound_2 before, with or after compound, with the hours between them) were compared over "
            "independent experiments in one model with the experiment as block, on the logarithm of IC50s and "
            "combination indices and on the Bliss excess itself; contrasts of a quantity were adjusted after Holm."
        )


def _matrices(methods_done: set[str]) -> Iterator[str]:
    """Yield what was done with dose matrices."""
    references = {
        "bliss": "Bliss independence (the sum of both fractions less their product)",
        "hsa": "the better of the two agents alone (HSA)",
        "loewe": "Loewe additivity (undefined, and left empty, above the largest effect of the weaker agent)",
        "zip": "zero interaction potency (ZIP, the mean of both directions, each curve starting from the fitted effect "
        "of the other agent)",
    }
    done = [words for method, words in references.items() if method in methods_done]
    if done:
        expected = "; by ".join(done)
        yield (
            f"Dose matrices. The excess is the measured fraction affected less what was expected by {expected}. A "
            "positive excess is synergy. Each plate is one experiment. The intervals of dose pairs are simultaneous "
            "over a matrix, those of its mean excess t intervals over plates. An excess is called synergy or "
            "antagonism where its interval lies above or below 0, additive where it lies within ±0.10, and not "
            "resolved otherwise or on one plate."
        )


def _verdict(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Yield how the assays were held against each other, by what the tables of the verdict hold."""
    if len(tables["concordance"]):
        shows = listed([_least(method) for method in ("annexin", "caspase", "viability")])
        yield (
            "Concordance. Assays were compared under the same conditions, each at its own hours. An assay shows an "
            f"effect where its 95 % interval lies beyond {shows}; it lacks one where the interval stays within what "
            "the assay can't tell from none; between the two nothing is called. Intervals of caspase activity and "
            "viability rest here on the scatter pooled over all conditions of the assay, so they differ from those of "
            "each condition by itself. Assays contradict each other only where one shows and the other lacks it. Ranks "
            "were compared by Kendall's tau over the conditions of a pair of assays, each at its largest effect, with "
            "limits drawn from a bivariate normal copula. Apoptosis is claimed only where two methods or more show it."
        )
    if len(tables["control_checks"]):
        yield (
            f"Controls. Untreated and vehicle cells were held to at most {percent(MOST_BACKGROUND, 0)} Annexin V "
            f"positive and at least {percent(LEAST_LIVE, 0)} live cells, the positive control to at least "
            f"{percent(LEAST_POSITIVE['flow'], 0)} apoptotic cells or a {LEAST_POSITIVE['caspase']:g}-fold caspase "
            "activity. A control fails by its estimate and passes where its interval stays on the right side of the "
            "limit; anything else is not resolved."
        )
    if len(tables["end_points"]):
        yield (
            "End point. The hour of an assay is the one with the largest effect that is told from none; hours that "
            "can't be told from it are named beside it."
        )
    if len(tables["resistance"]):
        yield (
            "Resistance. Each mechanism was graded by a measurement of its own, against limits written down before "
            "with their reasons: supported where the interval leaves out no effect and the estimate reaches the limit, "
            "against where the interval leaves the limit out, else not resolved. Levels of one target over its hours, "
            "and arms of one assay, share their scatter, so their intervals differ from those of each hour or pair by "
            "itself. One experiment grades nothing, and grades were not added up."
        )


def _least(method: str) -> str:
    """Return the least effect that an assay is said to show, in words."""
    least = SIZES[method].shows
    said = {
        "annexin": f"{100 * least:.0f} percentage points of Annexin V",
        "caspase": f"{least:g}-fold caspase activity",
        "viability": f"a loss of {percent(least, 0)} of viability",
    }
    return said[method]
