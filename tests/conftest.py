"""Data for every test: a fixed generator and, where it lies beside the checkout, the folder of real files."""

from __future__ import annotations

import os
from pathlib import Path

# One thread, as a run has: more of them change the last digits, and fight over the cores of parallel tests.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pytest


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20_261_121)


@pytest.fixture(scope="session")
def real_data() -> Path:
    folder = Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder of real data is not beside this checkout")
    return folder
