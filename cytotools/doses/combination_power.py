"""STUB."""


def experiments_needed(index: float, ln_sd: float, power: float = 0.8) -> int:
    """Return."""
    return 8
