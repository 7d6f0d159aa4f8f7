"""What must be said beside the excess of a dose matrix."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.cautions import caution
from cytotools.doses.dose_matrix import FloatArray
from cytotools.doses.loewe import Inactive
from cytotools.doses.reference_models import ReferenceExcess
from cytotools.doses.t_intervals import are_copies

FEW = 2  # plates that do not tell whether dose pairs rise and fall together


def excess_cautions(
    reference: ReferenceExcess, affected: FloatArray, values: FloatArray, inactive: Inactive, scatter_known: bool
) -> Iterator[str]:
    """Yield the cautions of plates (n_plates, n_rows, n_columns) whose tested excesses are values (n_plates, n_cells).

    Agents are not named here, nor numbered: whoever reads it may have exchanged them.
    """
    n, inner = len(affected), affected[:, 1:, 1:]
    cells = inner[0].size
    if n == 1:
        yield caution("one_experiment", "1 plate, so the limits hold the scatter of its wells only")
    elif are_copies(values):
        yield caution("no_scatter", f"the excesses of {n} plates agree to the last digit")
    elif n == FEW:
        yield caution("two_plates", "limits of single dose pairs hold where plates differ by their wells only")
    if not scatter_known:
        yield caution("unknown_well_scatter", "wells tell no scatter of their own")
    missing = int(_missing(affected).sum())
    if missing:
        yield caution("missing_wells", f"{missing} dose pairs or single doses have no well in one plate or more")
    undefined = int(reference.undefined.any(axis=0).sum())
    if undefined:
        yield caution("undefined_cell", f"{undefined} of {cells} dose pairs have none in one plate or more")
    if any(inactive):
        words = "both agents alone do" if all(inactive) else "one agent alone does"
        yield caution("inactive_agent", f"{words} no more than wells scatter")
    stopped = sum(int((limits == "stopped").sum()) for limits in reference.fits.values())
    if stopped:
        yield caution("not_converged", f"{stopped} curves of single agents or slices")


def _missing(affected: FloatArray) -> NDArray[np.bool_]:
    """Return the cells without a well in a plate; those beside a constant ratio are left out by design."""
    held = np.isfinite(affected)
    anywhere = np.asarray(held.any(axis=0))
    pairs = anywhere[1:, 1:]
    in_ratio = pairs.sum(axis=0).max() <= 1 and pairs.sum(axis=1).max() <= 1
    lacking = np.asarray(~held.all(axis=0))
    return lacking & anywhere if in_ratio else lacking
