"""What `cytotools selftest` prints: certified fits and the digits that this computer finds of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

HEAD = f"{'set':<9} {'level':<8} {'start':>5} {'parameters':>11} {'SDs':>6} {'RSS':>6}"


def selftest_lines(table: pd.DataFrame) -> list[str]:
    r"""Return the table of `doses.selftest` as lines of text, with its sum at the end.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"set": "Rat43", "level": "higher", "start": 1, "parameter_digits": 11.0, "sd_digits": 10.7}
    >>> table = pd.DataFrame([row | {"rss_digits": 11.0, "converged": True, "passed": True}])
    >>> print(*selftest_lines(table), sep="\n")
    Right digits of the certified nonlinear regressions of NIST (at most 11 are certified), worst of each set
    set       level    start  parameters    SDs    RSS
    Rat43     higher       1        11.0   10.7   11.0
    1 of 1 fits from start 1: 8 digits of every parameter, 6 of every SD (Lanczos1: 3).
    """
    title = "Right digits of the certified nonlinear regressions of NIST (at most 11 are certified), worst of each set"
    lines = [title, HEAD]
    for row in table.itertuples():
        digits = f"{row.parameter_digits:>11.1f} {row.sd_digits:>6.1f} {row.rss_digits:>6.1f}"
        lines.append(f"{row.set:<9} {row.level:<8} {row.start:>5} {digits}{'' if row.passed else '  too few'}")
    for start, fits in table.groupby("start"):
        sums = f"{int(fits['passed'].sum())} of {len(fits)} fits from start {start}"
        lines.append(f"{sums}: 8 digits of every parameter, 6 of every SD (Lanczos1: 3).")
    return lines
