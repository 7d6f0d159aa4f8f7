"""From signal to response: each well as a fraction of its own control above the blank, shared errors kept as shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from cytotools.conditions import CONDITION_COLUMNS
from cytotools.doses.cautions import join
from cytotools.errors import refusal
from cytotools.plates.cautions import caution
from cytotools.plates.fieller import fieller
from cytotools.plates.interference import Shift, agents_in_words, shifts_without_cells
from cytotools.plates.repeats import Repeats, repeats_of, within_reach
from cytotools.plates.serving_wells import missing_vehicle, serving_blanks, serving_controls, unlike_vehicles
from cytotools.plates.well_scatter import WellScatter, coefficients, degrees_of_freedom, fit_scatter
from cytotools.plates.wells_table import CELL_ROLES, CONTROL_ROLES, prepared

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
NAN = float("nan")
COLUMNS = ("plate", "well", "assay", "role", "signal", "response", "low", "high", "caution")
SCATTER_ROLES = (*CELL_ROLES, "blank")
# What is filled for each well, and what stands where it is not: errors are standard errors in units of the response.
PARTS: tuple[tuple[str, Any], ...] = (
    ("response", NAN),
    ("low", NAN),
    ("high", NAN),
    ("_well_error", NAN),
    ("_blank_error", NAN),
    ("_control_error", NAN),
    ("_degrees", NAN),
    ("_uncorrected", NAN),
    ("_blank", ""),
    ("_control", ""),
    ("_own_blank", False),
    ("_in_control", False),
)


@dataclass(frozen=True, eq=False)
class Level:
    """A mean that wells share: of the blanks, or of the controls; `spread` are the coefficients of its variance.

    `squares` is the sum of squares of its wells about it.
    """

    name: str
    read: int
    mean: float
    wells: int
    spread: FloatArray
    squares: float = 0.0


NO_BLANK = Level("", -1, 0.0, 0, np.zeros(2))


@dataclass(frozen=True, eq=False)
class _Ratio:
    """A response's parts: well less `blank`, over `control` less `control_blank`."""

    treated: Repeats
    blank: Level
    control: Level
    control_blank: Level
    in_control: bool

    @property
    def own_blank(self) -> bool:
        """Tell whether the wells have a blank that their control does not share."""
        return self.blank.name != self.control_blank.name


def responses(
    wells: pd.DataFrame,
    control: str | None = None,
    vehicles: Mapping[str, str] | None = None,
    correct_interference: bool = True,
) -> pd.DataFrame:
    """Return every well as a fraction of its own control, (S - B) / (C - B), with its 95 % interval.

    Parameters
    ----------
    wells : DataFrame
        One row a well and read: condition columns, `assay`, `plate`, `role`, `exclude`, `signal`, `reference_signal`,
        `said`; absent columns count as empty. `cytotools.plates.wells_table.plate_numbers` tells plates.
    control : {"vehicle", "untreated"} or None
        None: each compound's own vehicle where the plate has it, else the untreated wells.
    vehicles : mapping, optional
        The vehicle of each compound. Vehicle wells that name no compound serve every compound.
    correct_interference : bool
        Whether the signal of a compound without cells takes the place of the blank, where wells of role blank hold
        the same compounds and doses and their shift is more than scatter. It is marked either way.

    Returns
    -------
    DataFrame
        wells.csv: the condition columns, then `plate, well, assay, role, signal, response, low, high, caution`, in the
        order given. `low` and `high` hold the expected response of the condition as this well tells it: scatter
        of wells, pooled over the plate, and the errors of the blank and control that it shares. Nothing is
        clipped; blanks, standards and empty wells have no response. Columns that begin with `_` hold the parts of the
        error for `cytotools.plates.shared_errors`, and `_uncorrected` the response before correction.

    Raises
    ------
    StudyError
        `control` is none of these.

    References
    ----------
    Interval of a ratio: E. C. Fieller, J. R. Stat. Soc. B 16:175 (1954), doi:10.1111/j.2517-6161.1954.tb00159.x.

    Examples
    --------
    >>> import pandas as pd
    >>> wells = pd.DataFrame({"well": [f"A{i}" for i in range(1, 10)],
    ...                       "role": ["blank"] * 3 + ["untreated"] * 3 + ["treated"] * 3,
    ...                       "compound": [""] * 6 + ["cisplatin"] * 3,
    ...                       "signal": [10.0, 12.0, 11.0, 1011.0, 981.0, 1041.0, 511.0, 490.0, 530.0]})
    >>> table = responses(wells)
    >>> row = table.iloc[6]
    >>> float(row["response"].round(3)), bool(row["low"] < 0.5 < row["high"])
    (0.5, True)
    """
    if control not in (None, *CONTROL_ROLES):
        raise refusal("responses", "control", "vehicle or untreated, or none", f"{control!r}", "Name one of the two.")
    table = prepared(wells)
    groups = repeats_of(table)
    laws = scatter_by_read(groups)
    shifts = shifts_without_cells(groups)
    values: dict[str, NDArray[Any]] = {name: np.full(len(table), empty, dtype=_kind(empty)) for name, empty in PARTS}
    said = _on_single_wells(table)
    serving = [g for g in groups if g.role in (*CONTROL_ROLES, "blank")]
    for group in (g for g in groups if g.role in CELL_ROLES):
        ratio, cautions = _ratio(group, within_reach(group, serving), laws, control, vehicles or {})
        background, marks = _interference(group, shifts, correct_interference)
        if ratio is not None:
            _fill(values, ratio, laws)
            values["_uncorrected"][group.usable] = values["response"][group.usable]
        if ratio is not None and background is not None:
            _fill(values, replace(ratio, blank=_level([background], ratio.blank.mean)), laws)
        for place in group.places:
            said[place] += [*cautions, *marks]
    return _table(table, wells, values, said)


def _kind(empty: object) -> type:
    return object if isinstance(empty, str) else type(empty)


def scatter_by_read(groups: Sequence[Repeats]) -> dict[int, WellScatter]:
    """Return how wells scatter on each plate at each read, from all its repeats."""
    laws = {}
    for read in dict.fromkeys(g.read for g in groups):
        told = [g for g in groups if g.read == read and g.role in SCATTER_ROLES and len(g.signals)]
        medium = [g.signals for g in told if g.role == "blank" and not g.compounds]
        blank = float(np.concatenate(medium).mean()) if medium else 0.0
        degrees = np.array([g.degrees for g in told], dtype=np.float64)
        variances = np.array([g.squares for g in told]) / np.maximum(degrees, 1)
        laws[read] = fit_scatter(np.array([g.mean for g in told]) - blank, variances, degrees)
    return laws


def _level(groups: Sequence[Repeats], blank: float) -> Level:
    """Return the mean of the wells of some groups, whose scatter depends on the signal above `blank`."""
    signals = np.concatenate([g.signals for g in groups])
    means = np.concatenate([np.full(len(g.signals), g.mean) for g in groups])
    spread = coefficients(means - blank).sum(axis=0) / len(signals) ** 2
    name = " ".join(str(g.identity) for g in groups)
    squares = float(np.sum((signals - signals.mean()) ** 2))
    return Level(name, groups[0].read, float(signals.mean()), len(signals), spread, squares)


def _ratio(
    group: Repeats,
    batch: Sequence[Repeats],
    laws: Mapping[int, WellScatter],
    control: str | None,
    vehicles: Mapping[str, str],
) -> tuple[_Ratio | None, list[str]]:
    """Return the parts of a condition's response, None where it has none, and what must be said."""
    controls, said = serving_controls(group, batch, control, vehicles)
    controls = [g for g in controls if len(g.signals)]
    if not controls:
        return None, [caution("no_control", missing_vehicle(group, batch, vehicles) or _line_words(group))]
    blanks, of_blanks = serving_blanks(group, batch)
    control_blanks, _ = serving_blanks(controls[0], batch)
    said += unlike_vehicles(controls, control_blanks[0].mean if control_blanks else 0.0)
    said += of_blanks or ([] if blanks else [caution("no_blank", "the signal is taken as it is")])
    said += _lost([*controls, *blanks])
    blank, control_blank = (_level(b, b[0].mean) if b else NO_BLANK for b in (blanks, control_blanks))
    ratio = _Ratio(group, blank, _level(controls, control_blank.mean), control_blank, group in controls)
    if not _clear(ratio, laws):
        words = f"control {ratio.control.mean:.4g}, blank {control_blank.mean:.4g}"
        return None, [*said, caution("control_not_above_blank", words)]
    if not laws[group.read].degrees:
        said.append(caution("no_scatter", "no interval"))
    return ratio, said


def _lost(groups: Sequence[Repeats]) -> list[str]:
    lost, wells = sum(g.lost for g in groups), sum(len(g.places) for g in groups)
    return [caution("lost_control_wells", f"{lost} of {wells} control and blank wells gave no number")] if lost else []


def _line_words(group: Repeats) -> str:
    words = [str(part) for part in group.line if part is not None]
    return ", ".join([*words, *([] if group.hours is None else [f"{group.hours:g} h"])]) or "no control well"


def _clear(ratio: _Ratio, laws: Mapping[int, WellScatter]) -> bool:
    """Tell whether the control is above the blank by more than scatter: their own, where the control has two wells."""
    control, blank = ratio.control, ratio.control_blank
    if control.wells > 1 and control.squares > 0:
        variance, degrees = _own_scatter([control, blank])
    else:
        parts = [(laws[level.read], level.spread) for level in (control, blank) if level.wells]
        variance = float(sum(law.variance(spread) for law, spread in parts))
        degrees = float(degrees_of_freedom(parts))
    return bool(control.mean - blank.mean > stdtrit(degrees, 0.975) * np.sqrt(variance))


def _own_scatter(levels: Sequence[Level]) -> tuple[float, float]:
    """Return the variance of a difference of means by the scatter of their own wells, and its degrees, after Welch."""
    parts = [(level.squares / (level.wells - 1) / level.wells, level.wells - 1) for level in levels if level.wells > 1]
    variance = sum(part for part, _ in parts)
    return variance, variance**2 / sum(part**2 / degrees for part, degrees in parts)


def _fill(values: Mapping[str, NDArray[Any]], ratio: _Ratio, laws: Mapping[int, WellScatter]) -> None:
    """Write the responses of a condition's wells, their limits, and the parts of their errors."""
    group, blank, control = ratio.treated, ratio.blank, ratio.control
    law, window = laws[group.read], control.mean - ratio.control_blank.mean
    above = group.signals - blank.mean
    response = above / window
    single = coefficients(group.mean - blank.mean)
    shared = 0.0 if ratio.own_blank else 1.0
    member = 1.0 / control.wells if ratio.in_control else 0.0
    r = response[:, None]
    parts = [(law, single * (1.0 - 2.0 * member * r)), (laws[control.read], control.spread * r**2)]
    if blank.wells:
        parts.append((laws[blank.read], blank.spread * (1.0 - 2.0 * shared * r)))
    if ratio.control_blank.wells:
        parts.append((laws[ratio.control_blank.read], ratio.control_blank.spread * r**2))
    degrees = degrees_of_freedom(parts)
    of_well = float(law.variance(single))
    of_blank, of_control, of_control_blank = (
        float(laws[level.read].variance(level.spread)) if level.wells else 0.0
        for level in (blank, control, ratio.control_blank)
    )
    covariance = shared * of_blank + member * of_well
    t = np.asarray(stdtrit(degrees, 0.975), dtype=np.float64) if law.degrees else NAN
    low, high = fieller(above, window, of_well + of_blank, of_control + of_control_blank, covariance, t)
    shared_control = of_control + (1.0 - shared) * of_control_blank
    found: dict[str, object] = {"response": response, "low": low, "high": high, "_degrees": degrees}
    found |= {"_well_error": np.sqrt(of_well) / window, "_blank_error": np.sqrt(of_blank) / window}
    found |= {"_control_error": np.sqrt(shared_control) / window, "_blank": blank.name, "_control": control.name}
    found |= {"_own_blank": ratio.own_blank, "_in_control": ratio.in_control}
    for name, value in found.items():
        values[name][group.usable] = value


def _interference(group: Repeats, shifts: Sequence[Shift], correct: bool) -> tuple[Repeats | None, list[str]]:
    """Return the wells without cells that take the blank's place, None for the blank, and what must be said."""
    of_compound = [
        s for s in shifts if s.wells.plate[0] == group.plate[0] and set(s.wells.compounds) <= set(group.compounds)
    ]
    here = [s for s in of_compound if s.wells.read == group.read]
    same_dose = [s for s in here if s.wells.agents == group.agents]
    if same_dose:
        one = same_dose[0]
        if one.p_value != one.p_value:
            return None, [caution("interference_not_told", agents_in_words(one.wells.agents))]
        if not one.found:
            return None, []
        if one.kind == "adds signal" and correct:
            return one.wells, [caution("interference_subtracted", one.words)]
        return None, [caution("interference", one.words)]
    found = [s for s in here or of_compound if s.found]
    if not found:
        return None, []
    largest = max(found, key=lambda s: abs(s.share))
    return None, [caution("interference", f"{largest.words}, not measured at this dose")]


def _on_single_wells(table: pd.DataFrame) -> list[list[str]]:
    """Return what must be said of wells that have no signal to go by."""
    said = []
    for role, reason, word, net, lacks in zip(
        *(table[name] for name in ("role", "exclude", "said", "_net", "_lacks_reference")), strict=True
    ):
        cautions = [caution("excluded", reason.replace("; ", ", "))] if reason else []
        if lacks:
            cautions.append(caution("no_reference", "no reading at the reference wavelength"))
        elif net != net and role != "empty":
            cautions.append(caution("no_number", f"the reader says {word}" if word else "the well is empty"))
        said.append(cautions)
    return said


def _table(
    table: pd.DataFrame, wells: pd.DataFrame, values: Mapping[str, NDArray[Any]], said: Sequence[Sequence[str]]
) -> pd.DataFrame:
    import pandas as pd

    conditions = [name for name in CONDITION_COLUMNS if name in wells and name not in COLUMNS]
    carried = [str(name) for name in wells if name not in (*conditions, *COLUMNS)]
    private = [name for name, _ in PARTS if name.startswith("_")]
    columns: dict[str, Any] = {
        **{str(name): table[name] for name in table},
        **values,
        "caution": [join(*cautions) for cautions in said],
    }
    return pd.DataFrame({name: columns[name] for name in (*conditions, *COLUMNS, *carried, *private)})
