"""Checks for the classic artefacts of the assay, each with its number, its picture and its remedy at the bench."""
