"""Regressions whose answers are certified: the 27 nonlinear sets of NIST, their models and their values."""
