"""The dose-response curves of a study: each fitted in every experiment, with the wells that it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cytotools.curve_groups import CurveGroup, curve_groups, experiments_of
from cytotools.dose_designs import FEWEST_DOSES
from cytotools.experiments import grouped

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.doses.dose_response import DoseResponse
    from cytotools.doses.dose_responses import DoseResponses
    from cytotools.well_agents import Agents

FloatArray = NDArray[np.float64]
FITTED = ("viability", "mtt")  # a caspase fold rises and falls again: no sigmoid is fitted to it
HALF = 0.5  # of the control: the level of an absolute IC50
KINDS = ("relative", "absolute")
SIGNIFICANT = 0.05
MOST_PRECISE = 2.0  # times as precise as the brightest wells: what a well counts for at most
NAN = float("nan")


class Ic50(NamedTuple):
    """An IC50 as it may be reported, its 95 % limits, and the estimate of the curve wherever that lies."""

    ic50: float
    low: float
    high: float
    at: float


@dataclass(frozen=True, eq=False)
class FittedCurve:
    """One curve in one experiment.

    Attributes
    ----------
    experiment : str
        Its replicate, else its batch.
    wells : DataFrame
        `dose` (0 for controls), `response, weight, plate, well, outlier`, a row a well that was fitted. The weight is
        1 / variance of a well at its signal, as the repeats of its plate tell it, or 1.
    fit : DoseResponse or None
        None where the experiment has too few doses.
    ic50s : mapping of kind to Ic50
        relative: half-way between the plateaus; absolute: where the response is half of the control.
    p_flat : float
        The p-value of a curve that does not change with the dose.
    """

    experiment: str
    wells: pd.DataFrame
    fit: DoseResponse | None
    ic50s: Mapping[str, Ic50]
    p_flat: float = NAN

    @property
    def is_flat(self) -> bool:
        """Tell whether the response changes with the dose by no more than wells scatter."""
        return self.p_flat >= SIGNIFICANT


@dataclass(frozen=True, eq=False)
class FittedGroup:
    """One curve in all its experiments."""

    group: CurveGroup
    curves: tuple[FittedCurve, ...]


@dataclass(frozen=True, eq=False)
class _Wells:
    """The wells of one curve in one experiment, before it is fitted; `level_error` is that of half of the control."""

    group: CurveGroup
    experiment: str
    wells: pd.DataFrame
    level_error: float
    model: str

    @property
    def design(self) -> tuple[str, tuple[float, ...]]:
        """Return its model and distinct doses: curves that share them are fitted at once."""
        return self.model, tuple(sorted(set(self.wells["dose"])))


def fit_curves(responses: pd.DataFrame, agents: Agents) -> list[FittedGroup]:
    """Fit every dose-response curve of the viability and MTT plates, experiment by experiment.

    Parameters
    ----------
    responses : DataFrame
        As `cytotools.plates.responses` returns them.
    agents : Agents
        As `cytotools.well_agents.read_agents` finds them in these wells; compounds whose doses can't be brought to one
        unit have no curve.

    Returns
    -------
    list of FittedGroup
        Controls are fitted with the curve, at dose 0; where a partner's dose is held, the partner alone is.
    """
    wells = fitted_wells(responses)
    groups = curve_groups(wells, agents.by_row)
    curves = [one for group in groups for one in _experiments(wells, group)]
    fitted: dict[tuple[int, str], FittedCurve] = {}
    for alike in grouped(curves, lambda one: one.design).values():
        fitted |= {(id(one.group), one.experiment): found for one, found in zip(alike, _fitted(alike), strict=True)}
    by_group = grouped(curves, lambda one: id(one.group))
    return [
        FittedGroup(group, tuple(fitted[id(group), one.experiment] for one in by_group[id(group)])) for group in groups
    ]


def fitted_wells(responses: pd.DataFrame) -> pd.DataFrame:
    """Return the wells that have a response of an assay that is fitted."""
    found: pd.DataFrame = responses[
        responses["assay"].isin(FITTED) & np.isfinite(responses["response"].to_numpy(np.float64))
    ]
    return found


def _experiments(wells: pd.DataFrame, group: CurveGroup) -> Iterator[_Wells]:
    """Yield the wells of each experiment, with the dose that runs."""
    from cytotools.plates.shared_errors import level_error

    partners = experiments_of(wells, group.partner_rows)
    for name, rows in experiments_of(wells, group.doses).items():
        used = _dosed(wells, group, rows, partners.get(name, []))
        found = used[["dose", "response", "plate", "well"]].assign(
            weight=_weights(used), outlier=used["caution"].str.contains("outlier:")
        )
        error = max(level_error(part, HALF) for _, part in wells.loc[rows].groupby("_control", sort=False))
        yield _Wells(group, name, found, error, str(used["_model"].iloc[-1]) if "_model" in used else "4PL")


def _weights(wells: pd.DataFrame) -> FloatArray:
    """Return 1 / variance of each well at its signal; 1 where the study wants it, or no repeats tell the scatter.

    Where wells scatter in proportion to their signal, as luminescence does, equal weights make intervals too wide by
    half and leave open what the low wells know. No well counts more than four control wells: a response that is no
    perfect sigmoid would be ruled by its foot.
    """
    errors = wells["_well_error"].to_numpy(np.float64)
    unwanted = "_weights" in wells and (wells["_weights"] == "none").any()
    if unwanted or not (np.isfinite(errors) & (errors > 0)).all():
        return np.ones(len(wells))
    highest = errors[np.argmax(wells["response"].to_numpy(np.float64))]
    return np.asarray(1.0 / np.maximum(errors, highest / MOST_PRECISE) ** 2, dtype=np.float64)


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


def _fitted(curves: Sequence[_Wells]) -> list[FittedCurve]:
    """Fit curves that share their doses."""
    from cytotools.doses import fit_dose_responses, is_flat
    from cytotools.doses.dose_response import curve_of

    model, doses = curves[0].design
    if sum(dose > 0 for dose in doses) < FEWEST_DOSES:
        return [FittedCurve(one.experiment, one.wells, None, {}) for one in curves]
    fits = fit_dose_responses(*side_by_side([one.wells for one in curves]), model)
    ic50s = _ic50s(fits, np.array([one.level_error for one in curves]))
    return [
        FittedCurve(
            one.experiment,
            one.wells,
            curve_of(fits, k),
            ic50s[k],
            is_flat(*(one.wells[name].to_numpy() for name in ("dose", "response", "weight"))).p_value,
        )
        for k, one in enumerate(curves)
    ]


def side_by_side(curves: Sequence[pd.DataFrame]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return doses, responses and weights of curves with a row a well: (n_points,) and twice (n_curves, n_points).

    Examples
    --------
    >>> import pandas as pd
    >>> one = pd.DataFrame({"dose": [0.0, 5.0, 5.0], "response": [1.0, 0.5, 0.4], "weight": 1.0})
    >>> side_by_side([one, one.iloc[:2]])[1].tolist()
    [[1.0, 0.5, 0.4], [1.0, 0.5, nan]]
    """
    counts = [curve["dose"].value_counts() for curve in curves]
    doses = sorted({float(dose) for count in counts for dose in count.index})
    most = [max(int(count.get(dose, 0)) for count in counts) for dose in doses]
    dose, starts = np.repeat(doses, most), np.concatenate([[0], np.cumsum(most)])
    responses, weights = np.full((len(curves), len(dose)), np.nan), np.ones((len(curves), len(dose)))
    for row, curve in enumerate(curves):
        for start, at in zip(starts[:-1], doses, strict=True):
            here = curve[curve["dose"] == at]
            responses[row, start : start + len(here)] = here["response"]
            weights[row, start : start + len(here)] = here["weight"]
    return dose, responses, weights


def _ic50s(fits: DoseResponses, level_errors: FloatArray) -> list[dict[str, Ic50]]:
    """Return both kinds of IC50 of every curve."""
    found = {
        "relative": (*fits.relative(), fits.ic50),
        "absolute": (*fits.absolute(HALF, level_errors), fits.dose_at(HALF)),
    }
    return [
        {kind: Ic50(*(float(values[row]) for values in of_kind)) for kind, of_kind in found.items()}
        for row in range(len(fits))
    ]
