"""Compounds that change the signal without cells: coloured at the wavelength, or inhibitors of the reporter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from blots.multiplicity import holm
from cytotools.dunnett import adjusted
from cytotools.plates.cautions import caution
from cytotools.plates.fieller import fieller
from cytotools.plates.repeats import Agents, Repeats, pooled_variance, repeats_of, within_reach
from cytotools.plates.serving_wells import serving_blanks
from cytotools.plates.wells_table import CONTROL_ROLES, prepared

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
SIGNIFICANT = 0.05
NAN = float("nan")
_CONDITION = ("hours", "compound", "dose", "dose_unit", "compound_2", "dose_2", "dose_unit_2")
_MEASURES = ("kind", "shift", "share", "low", "high", "share_of", "p_value", "p_adjusted")
COLUMNS = ("assay", "batch", "plate", *_CONDITION, *_MEASURES, "n", "caution")


@dataclass(frozen=True, eq=False)
class Shift:
    """What a compound at one dose does to the signal of wells without cells.

    `shift` in units of the signal; `share`, `low` and `high` (95 %) of the control's signal above the blank, or of the
    blank where the plate has no control (`share_of` says which). `p_value` is of this dose alone, `p_adjusted` over
    the doses (Dunnett) and the compounds (Holm).
    """

    wells: Repeats
    shift: float = NAN
    share: float = NAN
    low: float = NAN
    high: float = NAN
    share_of: str = ""
    p_value: float = NAN
    p_doses: float = NAN
    p_adjusted: float = NAN

    @property
    def found(self) -> bool:
        """Tell whether the shift is more than scatter."""
        return self.p_adjusted < SIGNIFICANT

    @property
    def kind(self) -> str:
        """Return which way the signal goes."""
        return ("adds signal" if self.shift > 0 else "takes signal") if self.found else ""

    @property
    def words(self) -> str:
        """Return the shift in words."""
        low, high = sorted(abs(x) for x in (self.low, self.high))
        size = f"{abs(self.share):.2g} ({low:.2g} to {high:.2g}) of the {self.share_of}"
        return f"{agents_in_words(self.wells.agents)} {self.kind} without cells, {size}"


def find_interference(wells: pd.DataFrame) -> pd.DataFrame:
    """Return what each compound does to wells without cells: the wells of role blank that name it.

    Parameters
    ----------
    wells : DataFrame
        The wells table of `cytotools.plates`. Where the blanks hold ATP or another substrate of the reporter, so do
        the wells of the compounds: an inhibitor of the reporter then falls below them.

    Returns
    -------
    DataFrame
        One row a plate, compound and dose: `kind` (adds signal, takes signal, or "" where it is not more than
        scatter), `shift`, `share` with `low` and `high` of what `share_of` names, p-values, `n` wells, `caution`.
        Each dose is compared with the medium blanks of its plate on the scatter that all wells without cells share
        (Dunnett over the doses of a compound, Holm over the compounds of an assay).

    References
    ----------
    C. W. Dunnett, JASA 50:1096 (1955), doi:10.1080/01621459.1955.10501294; inhibitors of luciferase in reporter
    assays: N. Thorne et al., Chem. Biol. 19:1060 (2012), doi:10.1016/j.chembiol.2012.07.015.

    Examples
    --------
    >>> import pandas as pd
    >>> wells = pd.DataFrame({
    ...     "role": ["blank"] * 7 + ["untreated"] * 2, "compound": [""] * 4 + ["doxorubicin"] * 3 + [""] * 2,
    ...     "dose": [None] * 4 + [10.0] * 3 + [None] * 2, "dose_unit": [""] * 4 + ["uM"] * 3 + [""] * 2,
    ...     "signal": [0.050, 0.052, 0.051, 0.049, 0.110, 0.113, 0.108, 1.05, 1.02]})
    >>> found = find_interference(wells).iloc[0]
    >>> found["kind"], float(found["share"].round(3)), bool(found["p_adjusted"] < 0.001)
    ('adds signal', 0.061, True)
    """
    import pandas as pd

    shifts = shifts_without_cells(repeats_of(prepared(wells)))
    return pd.DataFrame([_row(one) for one in shifts], columns=list(COLUMNS))


def shifts_without_cells(groups: Sequence[Repeats]) -> list[Shift]:
    """Return the shift of every compound and dose that stands in wells without cells, adjusted over each assay."""
    alone = [g for g in groups if g.role == "blank" and g.compounds]
    found: list[Shift] = []
    for assay in dict.fromkeys(g.plate[0] for g in alone):
        series: dict[tuple[int, tuple[str, ...]], list[Repeats]] = {}
        for group in (g for g in alone if g.plate[0] == assay):
            series.setdefault((group.read, group.compounds), []).append(group)
        found += _over_compounds([_over_doses(doses, groups) for doses in series.values()])
    return found


def _over_compounds(series: Sequence[list[Shift]]) -> list[Shift]:
    """Adjust over compounds: Holm on each compound's most striking dose; its other doses by the same factor."""
    smallest = [min((one.p_doses for one in doses if one.p_doses == one.p_doses), default=NAN) for doses in series]
    found = []
    for doses, alone, over_all in zip(series, smallest, holm(smallest), strict=True):
        factor = over_all / alone if alone > 0 else float(len(series))
        found += [replace(one, p_adjusted=float(np.clip(one.p_doses * factor, over_all, 1.0))) for one in doses]
    return found


def _over_doses(doses: Sequence[Repeats], groups: Sequence[Repeats]) -> list[Shift]:
    """Return the shifts of one compound on one plate."""
    blanks, _ = serving_blanks(doses[0], within_reach(doses[0], groups))
    told = [dose for dose in doses if len(dose.signals)]
    without_cells = [g for g in groups if g.role == "blank" and g.read == doses[0].read]
    variance, degrees = pooled_variance(without_cells)
    if not blanks or not told or not degrees or variance <= 0:
        return [Shift(dose) for dose in doses]
    medium = np.concatenate([b.signals for b in blanks])
    counts = np.array([len(dose.signals) for dose in told], dtype=np.float64)
    shifts = np.array([dose.mean for dose in told]) - medium.mean()
    variances = variance * (1 / counts + 1 / len(medium))
    shared = np.sqrt(counts / (counts + len(medium)))
    correlation = np.outer(shared, shared)
    np.fill_diagonal(correlation, 1.0)
    t_values = shifts / np.sqrt(variances)
    over_doses = adjusted(t_values, correlation, degrees)
    alone = 2.0 * stdtr(degrees, -np.abs(t_values))
    share_of, size, size_variance, covariance = _yardstick(doses[0], groups, medium, variance)
    # The blanks' mean stands in shift and yardstick alike: with opposite sign where the yardstick is the blank itself.
    low, high = fieller(shifts, size, variances, size_variance, covariance, float(stdtrit(degrees, 0.975)))
    names = ("shift", "share", "low", "high", "p_value", "p_doses")
    numbers = np.column_stack((shifts, shifts / size, low, high, alone, over_doses)).tolist()
    measured = {
        dose.identity: replace(Shift(dose, share_of=share_of), **dict(zip(names, row, strict=True)))
        for dose, row in zip(told, numbers, strict=True)
    }
    return [measured.get(dose.identity, Shift(dose)) for dose in doses]


def _yardstick(
    alone: Repeats, groups: Sequence[Repeats], medium: FloatArray, variance: float
) -> tuple[str, float, float, float]:
    """Return what the shift is a share of, its size, its variance and its covariance with the shift."""
    of_blank = variance / len(medium)
    controls = [g for g in groups if g.role in CONTROL_ROLES and g.read == alone.read and len(g.signals)]
    if not controls:
        return "blank", float(medium.mean()), of_blank, -of_blank
    signals = np.concatenate([g.signals for g in controls])
    scatter, degrees = pooled_variance(controls)
    of_control = (scatter if degrees else variance) / len(signals)
    return "control's signal", float(signals.mean() - medium.mean()), of_control + of_blank, of_blank


def agents_in_words(agents: Agents) -> str:
    """Return compounds with doses in words, such as `doxorubicin 10 uM`."""
    return " + ".join(f"{name} {'' if dose is None else f'{dose:g}'} {unit}".strip() for name, dose, unit in agents)


def _row(one: Shift) -> dict[str, Any]:
    assay, plate, batch = one.wells.plate
    row: dict[str, Any] = {"assay": assay, "plate": plate, "batch": batch, "n": len(one.wells.signals)}
    row |= {name: one.wells.value(name) for name in _CONDITION}
    row |= {name: getattr(one, name) for name in _MEASURES} | {"caution": ""}
    if one.found:
        row["caution"] = caution("interference", one.words)
    elif one.p_value != one.p_value:
        row["caution"] = caution("interference_not_told", agents_in_words(one.wells.agents))
    return row
