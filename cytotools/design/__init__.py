"""Plate layouts for an experiment that is yet to be done."""
