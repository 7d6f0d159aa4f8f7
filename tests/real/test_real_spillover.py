"""The spillover of real LSR II tubes: a green single stain and a 7-AAD tube against the matrix of the instrument.

All three tubes hold some cells that shine on their own in every channel: in the 7-AAD tube one event in five above
3,000 is such a cell. What is left of 7-AAD in the green channel must not be taken from them: the 7-AAD-positive cells
lie as low there as the negative ones, as the instrument's matrix (0) says.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gating import Events, read_fcs
from gating.control_light import ControlLight
from gating.control_roles import confirm_roles
from gating.residual_spill import Residual, residual_slopes
from gating.spillover_estimate import estimate_spillover
from gating.stain_slope import median_slope

GREEN, DYE = "Alexa Fluor 488-A", "7-AAD-A"
FILES = {"unstained": "Unstained", GREEN: "FITC", DYE: "7AAD"}


@pytest.fixture(scope="module")
def controls(real_data: Path) -> dict[str, Events]:
    folder = real_data / "flow" / "lsr2_fitc_7aad"
    return {name: read_fcs(folder / f"Compensation-{file}.fcs") for name, file in FILES.items()}


@pytest.fixture(scope="module")
def left(controls: dict[str, Events]) -> dict[str, Residual]:
    """What the instrument's own matrix of eleven channels leaves of each stain."""
    found = residual_slopes(controls, (GREEN, DYE), controls["unstained"].spillover)
    return {residual.source: residual for residual in found}


def test_the_instruments_matrix_holds_within_a_point(left: dict[str, Residual]) -> None:
    assert left[GREEN].applied == pytest.approx(0.018, abs=1e-4)
    assert left[DYE].applied == 0.0
    assert 0.0 < left[GREEN].slope.value < 0.008  # it takes out a little too little
    assert abs(left[DYE].slope.value) < 0.004
    assert not any(residual.is_wrong for residual in left.values())


def test_bright_cells_lie_level_once_compensated(left: dict[str, Residual]) -> None:
    for residual in left.values():
        assert residual.trace is not None
        x, y = residual.trace.x, residual.trace.y
        between = (y[-1] - y[4]) / (x[-1] - x[4])  # of the brighter half of the positive cells
        assert abs(between) < 0.01


def test_the_measured_matrix_is_near_the_instruments(controls: dict[str, Events]) -> None:
    found = estimate_spillover(controls)
    np.testing.assert_allclose(found.spillover.matrix, [[1.0, 0.018], [0.0, 1.0]], atol=0.007)
    assert 5e-4 < found.standard_errors.max() < 3e-3
    medians = estimate_spillover(controls, median_slope).spillover.matrix
    assert medians[1, 0] > 0.015  # own light of other cells, taken for spillover


def test_the_controls_are_what_they_are_called(controls: dict[str, Events]) -> None:
    roles = zip(controls, ("unstained", "annexin_only", "dye_only"), strict=True)
    lights = [
        ControlLight(name, role, np.stack([controls[name].column(c) for c in (GREEN, DYE)])) for name, role in roles
    ]
    confirm_roles(lights, (GREEN, DYE))
