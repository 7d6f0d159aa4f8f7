"""Display scales: they invert, they keep order, and logicle is FlowUtils' own to the last digits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gating.transforms import Asinh, Log, Logicle, Scale

SCALES = [Asinh(150.0), Asinh(3.0), Logicle(), Logicle(top=10_000.0, width=1.0, decades=4.0, negative=0.5)]


@pytest.mark.parametrize("scale", SCALES, ids=str)
@given(st.lists(st.floats(-500.0, 9_000.0), min_size=2, max_size=30))
def test_scales_invert_and_keep_order(scale: Scale, values: list[float]) -> None:
    linear = np.sort(np.array(values))
    shown = scale(linear)
    np.testing.assert_allclose(scale.inverse(shown), linear, rtol=1e-6, atol=1e-4)
    assert (np.diff(shown) >= 0).all()


def test_logicle_is_flowkits() -> None:
    import flowkit

    values = np.array([-100.0, 0.0, 17.0, 1e3, 2e5])
    theirs = flowkit.transforms.LogicleTransform(262_144, 0.5, 4.5, 0).apply(values)
    np.testing.assert_allclose(Logicle()(values), theirs, rtol=1e-12)


def test_log_shows_what_it_can_not_at_its_foot() -> None:
    assert Log(top=1e4, decades=4.0)([-1.0, 0.0, 1e2]).tolist() == [0.0, 0.0, 0.5]
    assert Log(top=1e4, decades=4.0).inverse(0.5) == pytest.approx(100.0)
