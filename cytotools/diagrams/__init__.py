"""The two diagrams of the domain, from the tables of a run: the pathway of Smac mimetics and the troubleshooting path.

Pure functions; what is drawn of them stands in `cytotools.figures`.
"""
