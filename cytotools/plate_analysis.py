"""The plates of a study, step by step: wells, quality, responses, IC50s, caspase activity, concentrations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cytotools.combination_analysis import analyse_combinations
from cytotools.curve_gaps import curve_gaps
from cytotools.dose_response_table import dose_response_table
from cytotools.doses.cautions import join
from cytotools.findings import Findings, excluded, vehicles_of
from cytotools.fitted_curves import FITTED, fit_curves
from cytotools.growth_table import growth_table
from cytotools.ic50_ratios import ic50_ratios
from cytotools.interference_entries import interference_entries
from cytotools.plate_wells import read_wells
from cytotools.well_agents import read_agents
from cytotools.well_table import well_table

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.study import Study

OF_CELLS = ("viability", "mtt", "caspase")


def analyse_plates(study: Study, found: Findings) -> None:
    """Read the plates, judge them, bring signals to responses, and fit what runs with the dose."""
    for entry in study.plates:
        found.entries += excluded(entry.layout, "plates", "well")
    read = read_wells(study)
    found.entries += read.entries
    if not len(read.wells):
        return
    of_cells = read.wells["assay"].isin(OF_CELLS)
    wells, standards = read.wells[of_cells], read.wells[~of_cells]
    _judge(wells, found)
    responses = _responses(study, wells, found)
    found.keep("wells", "plates", well_table(responses, standards), ["plate", "well"], apart=("interference",))
    _follow_doses(study, responses, found)
    _follow_growth(wells, found)
    _follow_caspase(responses, found)
    _read_standards(study, standards, found)


def _judge(wells: pd.DataFrame, found: Findings) -> None:
    """Say how far controls stand apart, where a plate is uneven, and which compounds change the signal themselves."""
    from cytotools.plates import find_interference, plate_quality, position_effects

    found.keep("quality", "plates", plate_quality(wells), ["plate", "statistic"])
    found.keep("position_effects", "plates", position_effects(wells).assign(stage="as read"), ["plate", "effect"])
    found.tables["interference"] = find_interference(wells)
    found.entries += interference_entries(found.tables["interference"])


def _responses(study: Study, wells: pd.DataFrame, found: Findings) -> pd.DataFrame:
    """Return the response of every well, positions corrected on the plates that the study names."""
    from cytotools.plates import mark_outliers, responses

    corrected = _corrected(study, wells, found)
    answered = responses(corrected, study.control or None, vehicles_of(study))
    marks = mark_outliers(corrected)
    return answered.assign(caution=[join(*said) for said in zip(answered["caution"], marks, strict=True)])


def _corrected(study: Study, wells: pd.DataFrame, found: Findings) -> pd.DataFrame:
    """Return the wells with position effects taken out where the study wants it; what is left stands in the table."""
    import pandas as pd

    from cytotools.plates import correct_positions, position_effects

    wanted = wells["file"].isin([entry.file for entry in study.plates if entry.correct_positions])
    if not wanted.any():
        return wells
    after = correct_positions(wells[wanted])
    effects = position_effects(after).assign(stage="corrected")
    before = found.tables["position_effects"]
    found.tables["position_effects"] = pd.concat([before, effects], ignore_index=True)
    return pd.concat([wells[~wanted], after], ignore_index=True)


def _follow_doses(study: Study, responses: pd.DataFrame, found: Findings) -> None:
    """Fit every curve, put its experiments together, and compare lines."""
    masses = {name: compound.molar_mass for name, compound in study.compounds.items() if compound.molar_mass}
    agents = read_agents(responses[responses["assay"].isin(FITTED)], masses)
    groups = fit_curves(responses, agents)
    found.curves = tuple(groups)
    found.keep("dose_response", "plates", dose_response_table(groups), ["replicate"])
    found.entries += curve_gaps(responses, groups, agents)
    ratios = ic50_ratios(groups)
    if len(ratios):
        found.keep_more("comparisons", "plates", ratios, ["quantity", "contrast"])
    analyse_combinations(responses, agents.by_row, found)


def _follow_growth(wells: pd.DataFrame, found: Findings) -> None:
    """Turn responses into growth rates where a plate of time zero tells how much the control grew."""
    if (wells["hours"] == 0).any():
        found.keep("growth_rates", "plates", growth_table(found.curves, wells), ["replicate"])


def _follow_caspase(responses: pd.DataFrame, found: Findings) -> None:
    """Bring caspase activity to folds, and to folds per viable cell where viability shares the conditions."""
    from cytotools.plates import caspase_folds

    if (responses["assay"] == "caspase").any():
        found.keep("caspase", "plates", caspase_folds(responses), [])


def _read_standards(study: Study, standards: pd.DataFrame, found: Findings) -> None:
    """Read the concentrations of ELISA and BCA samples, and what of each lysate makes equal lanes."""
    import pandas as pd

    from cytotools.plates import LoadingPlan, concentrations, mean_concentrations, protein_loads, recoveries
    from cytotools.standard_drawings import drawn_standards

    if not len(standards):
        return
    by_analyte = [concentrations(own, str(analyte)) for analyte, own in standards.groupby("analyte", sort=False)]
    measured = pd.concat(by_analyte, ignore_index=True)
    over = mean_concentrations(measured)
    found.keep("concentrations", "plates", _together(measured, over), ["sample"])
    checks = recoveries(standards)
    found.tables["quality"] = _together(found.tables["quality"], checks)
    plans = [entry.loading for entry in study.plates if entry.loading]
    loads = protein_loads(measured, plans[0] if plans else LoadingPlan())
    found.keep("protein_loads", "plates", loads, ["sample"])
    found.standards = tuple(drawn_standards(standards))


def _together(*tables: pd.DataFrame) -> pd.DataFrame:
    """Return tables one under the other; empty ones, whose columns have no kind, only lend their columns."""
    import pandas as pd

    columns = list(dict.fromkeys(name for table in tables for name in table))
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True).reindex(columns=columns) if filled else tables[0]
