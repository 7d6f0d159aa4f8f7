"""Blot images to band volumes and their course over time: read, find lanes and bands, measure, normalise, test.

>>> import blots
>>> blots.find_rebound([[0.0, -2.0, -2.1, 0.5], [0.1, -1.9, -2.0, 0.6], [0.0, -2.0, -2.2, 0.4]], [0, 1, 3, 6]).verdict
'overshoot'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blots.abundance import abundance_table, replicate_ratios
    from blots.blot import Blot
    from blots.cleavage import cleavage_table, replicate_fractions
    from blots.errors import BlotError, InvalidBoxes, InvalidTimeCourse, LanesNotFound, UnfitImage, UnreadableImage
    from blots.exposures import merge_exposures
    from blots.found_boxes import boxes_of
    from blots.geometry import Band, BlotGeometry, Lane, find_geometry
    from blots.image_files import read_blot
    from blots.imagej_rois import read_boxes, write_rois
    from blots.line_differences import compare_lines
    from blots.linear_range import find_ranges
    from blots.linearised import linearise
    from blots.loading_audit import audit_loading
    from blots.measured_blot import MeasuredBlot
    from blots.molecular_weight import find_masses
    from blots.normalisation import normalise
    from blots.quantify import measure_bands, measure_blot, quantify_blot
    from blots.rebound import Rebound, find_rebound
    from blots.time_course import fold_changes, replicate_folds
    from blots.verdicts import rebound_table

__all__ = [
    "Band",
    "Blot",
    "BlotError",
    "BlotGeometry",
    "InvalidBoxes",
    "InvalidTimeCourse",
    "Lane",
    "LanesNotFound",
    "MeasuredBlot",
    "Rebound",
    "UnfitImage",
    "UnreadableImage",
    "abundance_table",
    "audit_loading",
    "boxes_of",
    "cleavage_table",
    "compare_lines",
    "find_geometry",
    "find_masses",
    "find_ranges",
    "find_rebound",
    "fold_changes",
    "linearise",
    "measure_bands",
    "measure_blot",
    "merge_exposures",
    "normalise",
    "quantify_blot",
    "read_blot",
    "read_boxes",
    "rebound_table",
    "replicate_folds",
    "replicate_fractions",
    "replicate_ratios",
    "write_rois",
]

# A name is imported when it is first asked for: a study without blots does not wait for image processing.
_HOME = {
    "Band": "blots.geometry",
    "Blot": "blots.blot",
    "BlotError": "blots.errors",
    "BlotGeometry": "blots.geometry",
    "InvalidBoxes": "blots.errors",
    "InvalidTimeCourse": "blots.errors",
    "Lane": "blots.geometry",
    "LanesNotFound": "blots.errors",
    "MeasuredBlot": "blots.measured_blot",
    "Rebound": "blots.rebound",
    "UnfitImage": "blots.errors",
    "UnreadableImage": "blots.errors",
    "abundance_table": "blots.abundance",
    "audit_loading": "blots.loading_audit",
    "boxes_of": "blots.found_boxes",
    "cleavage_table": "blots.cleavage",
    "compare_lines": "blots.line_differences",
    "find_geometry": "blots.geometry",
    "find_masses": "blots.molecular_weight",
    "find_ranges": "blots.linear_range",
    "find_rebound": "blots.rebound",
    "fold_changes": "blots.time_course",
    "linearise": "blots.linearised",
    "measure_bands": "blots.quantify",
    "measure_blot": "blots.quantify",
    "merge_exposures": "blots.exposures",
    "normalise": "blots.normalisation",
    "quantify_blot": "blots.quantify",
    "read_blot": "blots.image_files",
    "read_boxes": "blots.imagej_rois",
    "rebound_table": "blots.verdicts",
    "replicate_folds": "blots.time_course",
    "replicate_fractions": "blots.cleavage",
    "replicate_ratios": "blots.abundance",
    "write_rois": "blots.imagej_rois",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        message = f"module 'blots' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
