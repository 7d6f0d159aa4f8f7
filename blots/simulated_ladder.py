"""A ladder lane beside a simulated design: rungs in rows of their own, in one lane alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from blots.simulated_scenes import BlotDesign


def with_ladder(
    design: BlotDesign, rows_px: Sequence[float], volumes: ArrayLike, lane: int = 1, sigma_px: float = 4.0
) -> BlotDesign:
    """Return the design with one lane more, which holds a ladder and none of the targets.

    Parameters
    ----------
    design : BlotDesign
    rows_px : sequence of float
        Rows of the rungs on the gel.
    volumes : array_like, shape (n_rungs,)
        Their volumes in digital numbers times pixels; 0 for a rung that does not show.
    lane : int
        The ladder's lane, from 1.
    sigma_px : float
        The rungs' height as a standard deviation.

    Returns
    -------
    BlotDesign
        Its bands are those of `design`, then "rung 1" and so on.

    Examples
    --------
    >>> design = with_ladder(BlotDesign(np.ones((11, 5))), [60.0, 150.0], [4e6, 2e6])
    >>> design.volumes().shape, float(design.volumes()[0, 5]), float(design.volumes()[1, 5])
    ((12, 7), 4000000.0, 0.0)
    """
    rungs, size = len(rows_px), np.asarray(volumes, dtype=float)
    abundance = np.asarray(design.abundance, dtype=float)
    samples = np.hstack([abundance, np.zeros((len(abundance), rungs))])
    ladder = np.concatenate([np.zeros(abundance.shape[1]), size / design.gain])
    return replace(
        design,
        abundance=np.insert(samples, lane - 1, ladder, axis=0),
        loads=np.insert(design.lane_loads(), lane - 1, 1.0),
        bands=(*design.bands, *(f"rung {number}" for number in range(1, rungs + 1))),
        rows_px=(*design.rows_px, *rows_px),
        sigmas_px=(*design.sigmas_px, *[sigma_px] * rungs),
        unit_volumes=(*design.unit_volumes, *[1.0] * rungs),
    )
