"""What the assays of a study say together: agreement, controls, end points, and why a line resists.

Pure functions on the tables of a run; nothing here opens a file of the study or draws.
"""
