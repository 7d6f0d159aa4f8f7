"""The columns that outsiders rely on are those that the makers of the tables write."""

from __future__ import annotations

from dataclasses import fields

import pytest

from blots.abundance import ABUNDANCE_COLUMNS
from blots.band_table import COLUMNS as BAND_COLUMNS
from blots.cleavage import CLEAVAGE_COLUMNS
from blots.error_budget import ErrorBudget
from blots.linear_range import RANGE_COLUMNS
from blots.linearised import LINEARISED_COLUMNS
from blots.loading_audit import LOADING_COLUMNS
from blots.molecular_weight import MASS_COLUMNS
from blots.normalisation import NORMALISED_COLUMNS
from blots.time_course import TIME_COURSE_COLUMNS
from blots.verdicts import REBOUND_COLUMNS
from cytotools.combination_table import COMBINATION_COLUMNS
from cytotools.comparison import APOPTOSIS_COLUMNS, COMPARISON_COLUMNS
from cytotools.dose_response_table import DOSE_RESPONSE_COLUMNS
from cytotools.growth_table import GROWTH_COLUMNS
from cytotools.kinetics import KINETICS_COLUMNS
from cytotools.median_effect_table import MEDIAN_EFFECT_COLUMNS
from cytotools.miflowcyt import MIFLOWCYT_COLUMNS
from cytotools.plates.caspase import MEASURES as CASPASE_COLUMNS
from cytotools.plates.concentration_table import CONCENTRATION_COLUMNS
from cytotools.plates.interference import COLUMNS as INTERFERENCE_COLUMNS
from cytotools.plates.lane_loading import LOAD_COLUMNS
from cytotools.plates.quality import COLUMNS as QUALITY_COLUMNS
from cytotools.plates.spatial import COLUMNS as POSITION_COLUMNS
from cytotools.tables import COLUMNS
from cytotools.verdicts.best_hours import END_POINT_COLUMNS
from cytotools.verdicts.concordance import CONCORDANCE_COLUMNS
from cytotools.verdicts.control_checks import CONTROL_COLUMNS
from cytotools.verdicts.resistance import RESISTANCE_COLUMNS
from cytotools.well_table import WELL_COLUMNS
from gating.estimates import EVIDENCE_COLUMNS
from gating.group_spillover import COMPENSATION_COLUMNS
from gating.losses import CLEANUP_COLUMNS, SENSITIVITY_COLUMNS
from gating.parts import ARTEFACT_COLUMNS
from gating.plate import QUADRANT_COLUMNS, THRESHOLD_COLUMNS
from gating.sensitivity import QUANTILE_COLUMNS

MADE = {
    "quadrants": QUADRANT_COLUMNS,
    "thresholds": THRESHOLD_COLUMNS,
    "apoptosis": APOPTOSIS_COLUMNS,
    "comparisons": COMPARISON_COLUMNS,
    "kinetics": KINETICS_COLUMNS,
    "miflowcyt": MIFLOWCYT_COLUMNS,
    "evidence": EVIDENCE_COLUMNS,
    "compensation": COMPENSATION_COLUMNS,
    "cleanup": CLEANUP_COLUMNS,
    "debris_sensitivity": SENSITIVITY_COLUMNS,
    "sensitivity": QUANTILE_COLUMNS,
    "artefacts": ARTEFACT_COLUMNS,
    "bands": BAND_COLUMNS,
    "median_effect": MEDIAN_EFFECT_COLUMNS,
    "combination": COMBINATION_COLUMNS,
    "error_budget": ("membrane", "image", "lane", "target", *(part.name for part in fields(ErrorBudget))),
    "molecular_weight": MASS_COLUMNS,
    "linear_range": RANGE_COLUMNS,
    "linearised": LINEARISED_COLUMNS,
    "normalised": NORMALISED_COLUMNS,
    "time_course": TIME_COURSE_COLUMNS,
    "abundance": ABUNDANCE_COLUMNS,
    "cleavage": CLEAVAGE_COLUMNS,
    "loading": LOADING_COLUMNS,
    "rebound": REBOUND_COLUMNS,
    "wells": WELL_COLUMNS,
    "quality": QUALITY_COLUMNS,
    "position_effects": (*POSITION_COLUMNS, "stage"),
    "interference": INTERFERENCE_COLUMNS,
    "dose_response": DOSE_RESPONSE_COLUMNS,
    "growth_rates": GROWTH_COLUMNS,
    "concentrations": CONCENTRATION_COLUMNS,
    "protein_loads": LOAD_COLUMNS,
    "caspase": CASPASE_COLUMNS,
    "concordance": CONCORDANCE_COLUMNS,
    "control_checks": CONTROL_COLUMNS,
    "end_points": END_POINT_COLUMNS,
    "resistance": RESISTANCE_COLUMNS,
}


@pytest.mark.parametrize("name", [name for name in COLUMNS if name != "cautions"])
def test_columns_are_those_of_the_makers(name: str) -> None:
    assert COLUMNS[name] == tuple(MADE[name])
