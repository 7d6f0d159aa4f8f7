"""Blot images to band volumes and their course over time: read, find lanes and bands, measure, normalise, test."""

from blots.blot import Blot
from blots.errors import (
    BlotError,
    InvalidBoxes,
    InvalidTimeCourse,
    LanesNotFound,
    UnfitImage,
    UnreadableImage,
)
from blots.geometry import Band, BlotGeometry, Lane, find_geometry
from blots.image_files import read_blot
from blots.normalisation import normalise
from blots.quantify import measure_bands, quantify_blot
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
    "Rebound",
    "UnfitImage",
    "UnreadableImage",
    "find_geometry",
    "find_rebound",
    "fold_changes",
    "measure_bands",
    "normalise",
    "quantify_blot",
    "read_blot",
    "rebound_table",
    "replicate_folds",
]
