"""The certified sets in the package are what NIST publishes, number by number."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from cytotools.doses.certified.sets import CertifiedSet, certified_sets


@pytest.mark.parametrize("one", certified_sets(), ids=lambda one: one.name)
def test_a_set_is_that_of_its_file(real_data: Path, one: CertifiedSet) -> None:
    lines = (real_data / "doses" / "nist" / f"{one.name}.dat").read_text().splitlines()
    starts_and_values = [line.split("=")[1].split() for line in lines if re.match(r"\s+b\d\s*=", line)]
    values = np.array(starts_and_values, dtype=np.float64).T
    for ours, theirs in zip((*one.starts, one.parameters, one.standard_deviations), values, strict=True):
        assert np.array_equal(ours, theirs)
    rss = next(line.split(":")[1] for line in lines if line.startswith("Residual Sum of Squares"))
    level = next(line.split()[0] for line in lines if "Level of Difficulty" in line)
    assert (one.rss, one.level) == (float(rss), level.lower())
    first = max(i for i, line in enumerate(lines) if line.startswith("Data:")) + 1
    data = np.array([line.split() for line in lines[first:] if line.strip()], dtype=np.float64).T
    assert np.array_equal(one.y, np.log(data[0]) if one.name == "Nelson" else data[0])
    assert np.array_equal(np.atleast_2d(one.x), data[1:])
