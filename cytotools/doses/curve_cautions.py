"""What must be said of a fitted curve: where its least squares lies at the edge of what doses can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cytotools.doses.cautions import caution

if TYPE_CHECKING:
    from cytotools.doses.dose_response import DoseResponse

_AT_LIMIT = {
    "steep": "the response steps from top to bottom between two doses",
    "above": "the curve falls beyond the highest dose",
    "below": "the curve falls below the lowest dose",
    "shallow": "the response runs straight over the logarithm of the dose",
    "asymmetry": "the asymmetry is at the end of its range",
    "flat": "no response differs from another",
    "stopped": "the fit did not settle",
}


SIGNIFICANT = 0.05


def curve_cautions(fit: DoseResponse, p_flat: float = 0.0) -> list[str]:
    """Return the cautions of a fit; `p_flat` is the p-value of a curve that does not change with the dose.

    Examples
    --------
    >>> from cytotools.doses import fit_dose_response
    >>> curve_cautions(fit_dose_response([0, 1, 2, 4, 8, 16], [1.0, 1.0, 1.0, 0.1, 0.1, 0.1]))
    ['curve_at_limit: the response steps from top to bottom between two doses']
    """
    if p_flat >= SIGNIFICANT:  # whatever else such a curve looks like is noise
        return [caution("flat_curve", f"p = {p_flat:.2g}")]
    said = [caution("curve_at_limit", _AT_LIMIT.get(fit.limit, fit.limit))] if fit.limit else []
    if fit.hill_slope < 0:
        said.append(
            caution("curve_rises", f"from {fit.bottom:.2g} to {fit.top:.2g}" if not fit.limit else "with the dose")
        )
    return said
