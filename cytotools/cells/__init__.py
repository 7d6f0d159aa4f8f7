"""How what a cell or a key of study.yaml holds becomes a value: words, numbers, and how a reader says no."""
