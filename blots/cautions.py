"""Every caution that blots can attach to a number: its stable code, what it means and what to do."""

from __future__ import annotations

from typing import NamedTuple


class Caution(NamedTuple):
    """What a code means and the remedy at the bench."""

    severity: str  # note (read it), warning (judge it), refused (the number is withheld)
    meaning: str
    remedy: str


CAUTIONS: dict[str, Caution] = {
    "image_saturated": Caution(
        "note",
        "Some pixels of the image are clipped.",
        "Expose for a shorter time where a band carries `saturated`.",
    ),
    "overexposed": Caution(
        "refused",
        "So much of the image is clipped that its background can't be told.",
        "Expose for a shorter time.",
    ),
    "few_levels": Caution(
        "refused",
        "The image holds too few grey levels to be a measurement.",
        "Export the scan at 16 bits, unadjusted.",
    ),
    "eight_bit": Caution(
        "warning",
        "An 8-bit image is seldom linear.",
        "Export the scan at 16 bits, with no contrast applied.",
    ),
    "colour": Caution(
        "warning",
        "A colour picture is not a linear measurement.",
        "Export the scan as greyscale, or name a channel.",
    ),
    "lossy": Caution(
        "warning",
        "JPEG compression alters weak bands.",
        "Export the scan as an uncompressed TIFF.",
    ),
    "background_clipped": Caution(
        "warning",
        "The background was cut off at the lowest level.",
        "Export the scan with no contrast applied.",
    ),
    "orientation": Caution(
        "note",
        "The file asks viewers to turn or mirror the picture; it is measured as stored.",
        "Give boxes in the pixels as stored; save the picture upright where that confuses.",
    ),
    "page_chosen": Caution(
        "warning",
        "The file holds several pages and the study names none.",
        "Name the page in the study, counted from 0.",
    ),
    "channel_chosen": Caution(
        "warning",
        "The file holds several channels and the study names none.",
        "Name the channel in the study.",
    ),
    "lookup_table": Caution(
        "note",
        "The picture is shown in colours of a lookup table; the numbers under it are measured.",
        "None is needed where the table was only laid over the scan.",
    ),
    "false_colour": Caution(
        "warning",
        "The colours of the picture do not tell which of two means more signal.",
        "Export the scan as greyscale.",
    ),
    "transparent": Caution(
        "warning",
        "Some pixels are transparent, so that a viewer does not show the numbers that are measured.",
        "Export the scan without transparency.",
    ),
    "square_law": Caution(
        "note",
        "The file holds square roots of the signal; they were squared.",
        "None is needed.",
    ),
    "scaled": Caution(
        "note",
        "The file states a factor between stored numbers and signal; it was applied.",
        "None is needed.",
    ),
    "untested_format": Caution(
        "warning",
        "The format's reader follows its description; no file from a real scanner could be tried.",
        "Compare with the TIFF that the scanner's program exports, and tell us the outcome.",
    ),
    "gamma": Caution(
        "refused",
        "A curve was laid over the numbers, so that they no longer follow the light.",
        "Export the scan at 16 bits, with no gamma and no contrast applied.",
    ),
    "gamma_suspected": Caution(
        "warning",
        "The noise does not follow the level as light's does, so a curve may have been laid over the numbers.",
        "Export the scan at 16 bits, with no gamma and no contrast applied.",
    ),
    "contrast_stretched": Caution(
        "warning",
        "The contrast of an 8-bit image was changed, evenly as far as its levels show.",
        "Export the scan at 16 bits, with no contrast applied.",
    ),
    "contrast_clipped": Caution(
        "warning",
        "An 8-bit image was cut off at its lowest or highest level.",
        "Export the scan at 16 bits, with no contrast applied.",
    ),
    "resampled": Caution(
        "warning",
        "The image was enlarged or turned with interpolation, which smooths its bands and its noise.",
        "Use the scan as the camera stored it; a turned membrane needs no turning.",
    ),
    "burnt_in": Caution(
        "warning",
        "Letters, arrows or frames are part of the image and count as signal where they lie on a lane.",
        "Use the scan without annotations.",
    ),
    "painted_out": Caution(
        "warning",
        "A patch of the image holds one exact number, as when background is painted over.",
        "Look at the place, and use the scan as the camera stored it.",
    ),
    "seam": Caution(
        "warning",
        "The level jumps along a straight line of pixels, as where two images were joined.",
        "Look at the place; compare lanes on one side of it only.",
    ),
    "twin_regions": Caution(
        "warning",
        "The same noise occurs at two places, as where a region was copied.",
        "Look at both places, and use the scan as the camera stored it.",
    ),
    "polarity_unsure": Caution(
        "warning",
        "The picture does not say clearly whether its bands are dark or bright.",
        "Look at the blot's figure, and export the scan at full range.",
    ),
    "coarse": Caution(
        "warning",
        "Bands are hardly a pixel high, so that their shapes and their backgrounds can't be told apart.",
        "Use the scan as the camera stored it, not a reduced copy.",
    ),
    "lanes_unsure": Caution(
        "warning",
        "The picture shows about as much beside the outermost lane as in the one at the other side.",
        "Look at the blot's figure: are all lanes shifted by one? Name every lane in the sheet, or give lane boxes.",
    ),
    "lanes_left_out": Caution(
        "warning",
        "The picture shows more lanes than the sheet names.",
        "Name every lane in the sheet, ladder and empty ones too, or give boxes.",
    ),
    "lane_inferred": Caution(
        "note",
        "The lane shows no band; its place follows from its neighbours.",
        "Look at the blot's figure, or give the lane a box.",
    ),
    "turned": Caution(
        "note",
        "The picture was turned by quarter turns so that its lanes stand upright.",
        "Look at the blot's figure: lane 1 must be the first of the sheet. State the turn where it is not.",
    ),
    "upside_down": Caution(
        "warning",
        "The loading control's row is uneven while the row at the other end is even.",
        "Check that the picture is upright. Turn it by 180 degrees, or name the bands from top to bottom.",
    ),
    "rows_unsure": Caution(
        "warning",
        "The picture shows rows of bands beside those that were named, so that the named ones may be others.",
        "Look at the blot's figure; list every row in `bands`, or give boxes.",
    ),
    "box_from_outline": Caution(
        "note",
        "An ImageJ selection is no upright rectangle; its bounding box was taken.",
        "Look at the blot's figure, or draw a rectangle.",
    ),
    "boxes_overlap": Caution(
        "warning",
        "Boxes of two bands or two lanes lie over one another.",
        "Look at the blot's figure, and draw the boxes apart.",
    ),
    "box_beside_band": Caution(
        "warning",
        "A box holds no crest of a band while one stands out just outside it.",
        "Look at the blot's figure, and move the box where it was meant for that band.",
    ),
    "boxes_place_lanes": Caution(
        "warning",
        "The picture alone did not show the lanes as the boxes do; lanes without a box were placed between them.",
        "Look at the blot's figure, and give the other lanes boxes.",
    ),
    "saturated": Caution(
        "warning",
        "Part of the band is clipped; its volume rests on its unclipped flanks.",
        "Expose for a shorter time.",
    ),
    "no_volume": Caution(
        "warning",
        "The band's volume is only bounded from below, so no ratio is given.",
        "Scan the membrane again with a shorter exposure.",
    ),
    "uneven_loading": Caution(
        "warning",
        "The loading control varies more between the lanes of a membrane than loading does.",
        "Check that the picture is upright and not mirrored, and that the bands are named from top to bottom; then see "
        "in loading.csv whether the control itself changes.",
    ),
    "control_changes": Caution(
        "warning",
        "The loading control itself changes with time or treatment, so folds over it are off by as much.",
        "Normalise to total protein or to a control that does not change; see the effect on the folds in loading.csv.",
    ),
    "control_saturated": Caution(
        "warning",
        "The loading control is clipped, so that it can't follow the load.",
        "Expose it for a shorter time, or load less.",
    ),
    "controls_disagree": Caution(
        "warning",
        "Two loading controls differ between lanes more than careful blots do, so one of them does not show the load.",
        "Look at both images; normalise to the one that follows the load, or to both, and show what that changes.",
    ),
    "across_gels": Caution(
        "warning",
        "Target and loading control stand on different gels, so what was loaded on one need not be on the other.",
        "Probe the control on the target's own gel; give strips cut from one gel the same `gel:`, or none.",
    ),
    "lower_bound": Caution(
        "refused",
        "The band is clipped and no unclipped lane shows its shape, so only a lower bound can be stated.",
        "Expose for a shorter time.",
    ),
    "methods_disagree": Caution(
        "warning",
        "Independent ways to measure the band differ from one another.",
        "Look at the band's profile; a neighbour or a streak may lie under it.",
    ),
    "odd_band": Caution(
        "warning",
        "The band looks unlike the others of its row: a bubble, a scratch or another band may lie on it.",
        "Look at the band in the picture; leave it out where something lies on it.",
    ),
    "undetected": Caution(
        "note",
        "The band is under its detection limit; the limit is an upper bound.",
        "Load more protein or expose longer.",
    ),
    "no_bare_membrane": Caution(
        "warning",
        "No bare membrane is seen beside the lane, so its background is a guess.",
        "Scan the whole membrane, with gutters between the lanes.",
    ),
    "cut_by_edge": Caution(
        "warning",
        "The band runs out of the picture.",
        "Scan the whole membrane.",
    ),
    "interval_scope": Caution(
        "note",
        "The interval holds each band's own error (error_budget.csv), not what all bands of a row share (a far tail "
        "under the background, transfer, the antibody's range): it serves to compare lanes, not rows.",
        "Compare lanes of one target; a dilution series shows the linear range.",
    ),
    "shape_assumed": Caution(
        "warning",
        "Too few lanes show the band clearly, so its shape was taken from other rows.",
        "Look at the band's profile.",
    ),
    "forced": Caution(
        "warning",
        "The image was judged unfit and measured because that was demanded.",
        "Do not publish these numbers.",
    ),
    "one_replicate": Caution(
        "warning",
        "There is one independent blot, or none to compare it with: an effect without a test.",
        "Repeat the experiment on at least two more membranes, better three.",
    ),
    "measurement_error_only": Caution(
        "warning",
        "The interval holds the error of measuring the bands, not the scatter between experiments.",
        "Repeat the experiment; one blot does not tell how far the next one would lie.",
    ),
    "replicate_without_reference": Caution(
        "warning",
        "A replicate lacks the reference; it tells of the later hours only.",
        "Load the reference on every membrane.",
    ),
    "hour_left_out": Caution(
        "warning",
        "An hour has no usable lane, or shares no membrane with the others.",
        "Load the hour again, together with the reference.",
    ),
    "two_hours": Caution(
        "warning",
        "There is one hour after the reference: a loss can be tested, a rise can't.",
        "Add at least one later hour.",
    ),
    "nothing_after_nadir": Caution(
        "note",
        "The lowest level is at the last hour, so what follows it was not seen.",
        "Add later hours where a rebound is in question.",
    ),
    "rise_not_excluded": Caution(
        "note",
        "The level stayed down; a rise within the stated limit can't be excluded by these blots.",
        "Judge whether a rise of that size would matter; more replicates narrow the limit.",
    ),
    "below_detection": Caution(
        "warning",
        "A level is under the detection limit and enters as that limit, which understates loss and rise.",
        "Load more protein or expose longer.",
    ),
    "reference_below_detection": Caution(
        "warning",
        "The target is under the detection limit at the reference: folds over it are lower bounds, open above.",
        "Load more protein or expose longer, or choose a reference that shows the target.",
    ),
    "identical_replicates": Caution(
        "warning",
        "The replicates agree to the last digit, which independent blots never do.",
        "Check that each row comes from a blot of its own and not from a copied file or row.",
    ),
    "measurement_error_larger": Caution(
        "note",
        "The error of the bands exceeds the scatter between the blots and stands in for it.",
        "Improve the bands (background, exposure, load) before adding replicates.",
    ),
    "no_reference": Caution(
        "refused",
        "No lane serves as the reference of this condition, so no fold can be stated.",
        "Add the reference lanes (0 h, vehicle of the same hour or role reference) or change `reference:`.",
    ),
    "no_loading_control": Caution(
        "refused",
        "The loading control is absent, zero or under its detection limit: no ratio can be stated for the lane.",
        "Look at the control's band and at the load of the lane; name another loading control.",
    ),
    "no_detection_limit": Caution(
        "refused",
        "The band was not found and no detection limit is known, so not even an upper limit can be stated.",
        "Measure the band with a box, or look at the lane.",
    ),
    "no_interval": Caution(
        "warning",
        "The band came without a usable interval, so the error of the ratio is unknown.",
        "Measure the bands with blots.quantify_blot, which gives each volume its interval.",
    ),
    "several_images": Caution(
        "note",
        "The band was measured on several images of the membrane; the best serves every lane that it shows, others the "
        "lanes that it lacks, and their light may be on another scale.",
        "Name one image for each target; state `exposure_s` where they are exposures; show all lanes on one image.",
    ),
    "exposures_merged": Caution(
        "note",
        "Pixels that the longest exposure clips were taken from a shorter one, on the scale of the longest.",
        "None is needed; bands made of such pixels have the noise of the shorter exposure.",
    ),
    "exposure_ratio": Caution(
        "note",
        "Two exposures differ in light by another factor than in time, as when chemiluminescence decays between them.",
        "None is needed: the factor is measured. Check `exposure_s` where the light can't have decayed so far.",
    ),
    "exposures_disagree": Caution(
        "warning",
        "Two exposures are not related by a straight line, so that one of them does not follow the light.",
        "Use the scans as the camera stored them, with no gamma; film and a detector near its end are no line either.",
    ),
    "exposures_not_merged": Caution(
        "warning",
        "Exposures of one membrane could not be merged; each was measured alone.",
        "State `exposure_s` for each, all different, and export all uncropped, from one camera position.",
    ),
    "lanes_from_sibling": Caution(
        "warning",
        "The image shows too few bands to find its lanes; those of another image of the membrane stand in.",
        "Look at the blot's figure: if the membrane was moved between the images, give boxes.",
    ),
    "reprobed": Caution(
        "note",
        "The band was probed after stripping, which takes protein off the membrane, and not from all bands alike.",
        "Compare lanes of one target; probe the target in question first, or use a second channel or gel.",
    ),
    "residual_signal": Caution(
        "warning",
        "A band stands where a strong band of an earlier probe stood: what stripping left, or a band nobody listed.",
        "Look at the blot's figure; show the stripped membrane before it is probed again.",
    ),
    "unlabelled_repeats": Caution(
        "warning",
        "Lanes of one condition, hour and replicate are not numbered as repeats and are averaged as such.",
        "Number them in `technical`, or give independent experiments their own `replicate`.",
    ),
    "several_membranes": Caution(
        "note",
        "The lanes of one replicate lie on several membranes, brought to one scale by the samples that they share.",
        "Load a replicate on one membrane where it fits, or several of its samples on each.",
    ),
    "membranes_untied": Caution(
        "warning",
        "The lanes of one course lie on membranes that share no sample, so their levels can't be compared.",
        "Load the reference and one or two other samples of the replicate on each of its membranes.",
    ),
    "replicate_left_out": Caution(
        "warning",
        "A replicate holds fewer than two hours that can be compared, so it says nothing on the course.",
        "Load the reference and the later hours of a replicate on one membrane.",
    ),
    "lane_not_in_sheet": Caution(
        "warning",
        "The picture shows a lane that the lanes sheet does not name, so it belongs to no condition.",
        "Add the lane to the sheet, with role empty or ladder where it holds no sample.",
    ),
    "no_time_course": Caution(
        "refused",
        "The lanes of this condition do not make a time course that can be judged.",
        "Give the condition its reference and later hours on one membrane.",
    ),
    "too_few_common_hours": Caution(
        "warning",
        "Two lines share fewer than two usable hours after the start, so their rises can't be compared.",
        "Harvest both lines at the same hours.",
    ),
    "borrowed_zero_hours": Caution(
        "warning",
        "An experiment has no 0 h of its own and is set against that of another: the two are not independent.",
        "Load a 0 h lane of each experiment.",
    ),
    "judged_against_vehicle": Caution(
        "note",
        "The study has no lane of 0 h; the verdict compares with the mean of the vehicle's lanes of all hours.",
        "Load a lane of 0 h on every membrane where the start of the course is in question.",
    ),
    "judged_against_zero_hours": Caution(
        "note",
        "The verdict compares with 0 h, although the fold changes are stated against another reference.",
        "Read the verdict as change since 0 h; the vehicle's own course stands beside it.",
    ),
    "no_basal_level": Caution(
        "refused",
        "Two lines have no state in common in which their levels could be compared before treatment.",
        "Load 0 h or untreated lanes of both lines, and look why those in the sheet gave no ratio.",
    ),
    "lines_not_tied": Caution(
        "refused",
        "Two lines never share a membrane, nor a lysate that was loaded on the membranes of both.",
        "Load both lines on one membrane, or one lysate on every membrane with role reference.",
    ),
    "tied_by_reference": Caution(
        "note",
        "No membrane holds both lines: the ratio goes through a third material, whose lanes add their error.",
        "Load both lines on one membrane where they fit.",
    ),
    "control_changes_ratio": Caution(
        "warning",
        "Over another loading control the ratio of the lines lies outside its interval: the lines differ in a control.",
        "Compare the loading controls themselves between the lines; total protein assumes least.",
    ),
    "no_full_length": Caution(
        "refused",
        "A cleaved band has no band of the uncleaved protein on its membrane, so no fraction can be stated.",
        "Name the uncleaved band like the cleaved one without `cleaved`, such as PARP beside cleaved PARP.",
    ),
    "unlike_images": Caution(
        "warning",
        "The cleaved and the uncleaved band stand on different images: the fraction is comparable between lanes of the "
        "membrane, but not in absolute terms.",
        "Measure both on one image, from one exposure.",
    ),
    "no_form_detected": Caution(
        "refused",
        "Neither the cleaved nor the uncleaved band is a volume above its detection limit in the lane.",
        "Load more protein or expose longer.",
    ),
    "cleaved_below_detection": Caution(
        "note",
        "The cleaved band is under its detection limit, so the fraction has an upper limit only.",
        "None is needed where cells are expected to be alive; otherwise load more protein or expose longer.",
    ),
    "full_below_detection": Caution(
        "note",
        "The uncleaved band is under its detection limit, so the fraction has a lower limit only.",
        "None is needed where all of the protein may be cleaved; otherwise load more protein or expose longer.",
    ),
    "outside_linear_range": Caution(
        "refused",
        "The volume lies above the usable range of the antibody, where it no longer tells the amount.",
        "Load less of these lanes, dilute the antibody, or expose for a shorter time.",
    ),
    "below_linear_range": Caution(
        "warning",
        "The volume lies under the range of an antibody whose response is curved; the ratio is an upper limit.",
        "Add weaker standards to the dilution series.",
    ),
    "outside_standards": Caution(
        "note",
        "The volume lies beside the loads of the dilution series; the response is carried on to it.",
        "Add a standard that reaches as far.",
    ),
    "curved_response": Caution(
        "warning",
        "Twice the protein does not give twice the volume of this antibody.",
        "See linearised.csv for what was corrected; load less, or dilute the antibody, to stay where it is straight.",
    ),
    "range_not_proven": Caution(
        "warning",
        "The standards fit a proportional response, but are too few or too scattered to exclude a curved one.",
        "Load more standards, two lanes each.",
    ),
    "no_usable_range": Caution(
        "warning",
        "The volume hardly changes with the load anywhere in the dilution series.",
        "Load less, dilute the antibody, or expose for a shorter time.",
    ),
    "no_linear_range": Caution(
        "warning",
        "The dilution series shows no range for this antibody; its volumes are used as measured.",
        "Check `protein_ug` of these lanes; load standards that give a band each.",
    ),
    "standards_left_out": Caution(
        "note",
        "Standards below detection, or clipped beyond repair, were left out of the fit.",
        "Look at these lanes; load amounts that give a band.",
    ),
    "other_load": Caution(
        "note",
        "Lanes of a dilution series with another load than the samples are standards and no repeats.",
        "None is needed.",
    ),
    "another_series": Caution(
        "note",
        "Several dilution series show this antibody's range; one of them serves the membrane.",
        "None is needed; the others stand beside it as a check.",
    ),
    "range_elsewhere": Caution(
        "warning",
        "The antibody's response is curved on another membrane, and this membrane has no series to correct it.",
        "Load a dilution series on each membrane, or stay where the response is straight.",
    ),
    "unexpected_mass": Caution(
        "warning",
        "The band runs more than 10 % from the mass that the study expects of its antibody.",
        "Check the order of `bands:` and `kda:`; it may be a fragment, a modified form or another protein.",
    ),
    "mass_extrapolated": Caution(
        "note",
        "The band lies outside the rungs of the ladder that were recognised.",
        "Take its mass as a rough one; use a ladder that reaches as far.",
    ),
    "ladder_unclear": Caution(
        "warning",
        "The bands of the ladder could not be given their masses, so that no mass is stated.",
        "List in `ladder_kda` the masses that the picture shows, and give the lane the role ladder. A ladder that was "
        "photographed on another image is not used.",
    ),
    "ladders_differ": Caution(
        "warning",
        "Two ladder lanes of one picture give a band unlike masses.",
        "Look whether the picture is bent or put together, and which ladder ran straight.",
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
