"""The dose-response curves of a study: each fitted in every experiment, with the wells that it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cytotools.curve_groups import CurveGroup, curve_groups, experiments_of, read_agents
from cytotools.errors import StudyError

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.cells.refused import Refused
    from cytotools.doses.dose_response import DoseResponse

FITTED = ("viability", "mtt")  # a caspase fold rises and falls again: no sigmoid is fitted to it
HALF = 0.5  # of the control: the level of an absolute IC50


@dataclass(frozen=True, eq=False)
class FittedCurve:
    """One curve in one experiment.

    Attributes
    ----------
    experiment : str
        Its replicate, else its batch.
    wells : DataFrame
        `dose` (0 for controls), `response, plate, well, outlier`, a row a well that was fitted.
    fit : DoseResponse or None
        None where the wells allow no fit; `refusal` says why.
    level_error : float
        Standard error of half of the control, which all wells share.
    p_flat : float
        The p-value of a curve that does not change with the dose.
    """

    experiment: str
    wells: pd.DataFrame
    fit: DoseResponse | None
    level_error: float
    p_flat: float = 0.0
    refusal: str = ""


@dataclass(frozen=True, eq=False)
class FittedGroup:
    """One curve in all its experiments."""

    group: CurveGroup
    curves: tuple[FittedCurve, ...]


def fit_curves(
    responses: pd.DataFrame, molar_masses: Mapping[str, float]
) -> tuple[list[FittedGroup], dict[str, Refused]]:
    """Fit every dose-response curve of the viability and MTT plates, experiment by experiment.

    Parameters
    ----------
    responses : DataFrame
        As `cytotools.plates.responses` returns them.
    molar_masses : mapping of compound to float
        In g/mol.

    Returns
    -------
    groups : list of FittedGroup
        Controls are fitted with the curve, at dose 0; where a partner's dose is held, the partner alone is.
    refused : dict of compound to Refused
        Compounds whose doses can't be brought to one unit.
    """
    wells = responses[responses["assay"].isin(FITTED) & np.isfinite(responses["response"].to_numpy(np.float64))]
    agents = read_agents(wells, molar_masses)
    groups = curve_groups(wells, agents.by_row)
    return [FittedGroup(group, _experiments(wells, group)) for group in groups], agents.refused


def _experiments(wells: pd.DataFrame, group: CurveGroup) -> tuple[FittedCurve, ...]:
    named = experiments_of(wells, group.doses)
    partners = experiments_of(wells, group.partner_rows)
    return tuple(_curve(wells, group, name, rows, partners.get(name, [])) for name, rows in named.items())


def _curve(
    wells: pd.DataFrame, group: CurveGroup, name: str, rows: Sequence[int], partner: Sequence[int]
) -> FittedCurve:
    from cytotools.doses import fit_dose_response, is_flat
    from cytotools.plates.shared_errors import level_error

    used = _dosed(wells, group, rows, partner)
    found = used[["dose", "response", "plate", "well"]].assign(outlier=used["caution"].str.contains("outlier:"))
    error = max(level_error(part, HALF) for _, part in wells.loc[list(rows)].groupby("_control", sort=False))
    dose, response = found["dose"].to_numpy(), found["response"].to_numpy()
    try:
        fit = fit_dose_response(dose, response)
    except StudyError as refused:
        return FittedCurve(name, found, None, error, refusal=str(refused.problems[0]))
    return FittedCurve(name, found, fit, error, is_flat(dose, response).p_value)


def _dosed(wells: pd.DataFrame, group: CurveGroup, rows: Sequence[int], partner: Sequence[int]) -> pd.DataFrame:
    """Return the wells of one experiment with the dose that runs: 0 for the control, or for the partner alone."""
    import pandas as pd

    treated = wells.loc[list(rows)]
    zero = wells.loc[list(partner)] if group.has_partner else _controls(wells, treated)
    return pd.concat([zero.assign(dose=0.0), treated.assign(dose=[group.doses[row] for row in rows])])


def _controls(wells: pd.DataFrame, treated: pd.DataFrame) -> pd.DataFrame:
    """Return the control wells that the treated wells were divided by."""
    serving = set(treated["_control"])
    return wells[wells["_in_control"].astype(bool) & wells["_control"].isin(serving)]
