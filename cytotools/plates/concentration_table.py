"""Concentrations of the samples of ELISA and BCA plates, each from the standards of its own plate."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cytotools.conditions import CONDITION_COLUMNS
from cytotools.doses.cautions import join
from cytotools.errors import StudyError, refusal
from cytotools.labels import condition_label
from cytotools.number_words import fold
from cytotools.plates.cautions import caution
from cytotools.plates.repeats import FloatArray, Repeats, repeats_of
from cytotools.plates.standard_checks import on_standards, standard_recoveries
from cytotools.plates.standard_curves import Concentration, StandardCurve, standard_curve
from cytotools.plates.wells_table import CELL_ROLES, plate_words, prepared

if TYPE_CHECKING:
    import pandas as pd

STANDARD_ASSAYS = ("elisa", "bca")
CONCENTRATION_COLUMNS = (
    "assay",
    "analyte",
    "sample",
    "concentration",
    "unit",
    "low",
    "high",
    "lowest_standard",
    "highest_standard",
    "n",
    "caution",
)
RECOVERY_COLUMNS = ("plate", "statistic", "value", "low", "high", "caution")
_OVER = re.compile(r"ov(e?r)?fl|over|sat|>|\+{3}", re.IGNORECASE)  # how readers say that a well was too bright


@dataclass(frozen=True, eq=False)
class StandardPlate:
    """One plate: its rows, its samples' repeats, its curve (None where it has none) and what is said of all."""

    rows: pd.DataFrame
    samples: tuple[Repeats, ...]
    curve: StandardCurve | None
    unit: str
    said: tuple[str, ...]


def concentrations(wells: pd.DataFrame, analyte: str = "") -> pd.DataFrame:
    """Return concentrations.csv: the concentration of each sample as it was before its dilution.

    Parameters
    ----------
    wells : DataFrame
        One row a well; rows of other assays than elisa and bca are passed over. Standards hold their concentration in
        `dose` and `dose_unit`, samples how often they were diluted in `dilution`.
    analyte : str
        What was measured; of BCA it is protein.

    Returns
    -------
    DataFrame
        A row a sample: wells alike in all condition columns but `technical` and `well`, averaged. The condition columns
        that the wells have, then `assay, analyte, sample, concentration, unit, low, high, lowest_standard,
        highest_standard, n, caution`. The standards' limits are those of the sample, times its dilution. Below them the
        concentration is NaN with low = 0 and high = lowest_standard (more where the interval reaches into the
        standards), above with low = highest_standard and high = inf. `n` counts independent experiments. Of several
        dilutions the one with the narrowest interval counts.

    Raises
    ------
    StudyError
        A standard without a concentration, standards of one plate in several units.

    Examples
    --------
    >>> import pandas as pd
    >>> standards = [{"role": "standard", "dose": c, "dose_unit": "ug/mL", "signal": 0.1 + 0.0006 * c + e}
    ...              for c in (0.0, 125.0, 250.0, 500.0, 1000.0, 2000.0) for e in (-0.005, 0.005)]
    >>> lysate = [{"role": "treated", "cell_line": "ECA109", "replicate": "1", "dilution": 5.0, "signal": s}
    ...           for s in (0.56, 0.57)]
    >>> table = concentrations(pd.DataFrame(standards + lysate).assign(assay="bca"))
    >>> table[["sample", "concentration", "unit", "n"]].round(0).to_dict("records")
    [{'sample': 'ECA109, treated, replicate 1', 'concentration': 3875.0, 'unit': 'ug/mL', 'n': 1}]
    """
    import pandas as pd

    conditions = [name for name in CONDITION_COLUMNS if name in wells and name not in ("technical", "well")]
    rows = [row for plate in standard_plates(wells) for row in _sample_rows(plate, analyte)]
    return pd.DataFrame(rows, columns=[*conditions, *CONCENTRATION_COLUMNS])


def recoveries(wells: pd.DataFrame) -> pd.DataFrame:
    """Return rows of quality.csv: how the curve of each plate gives back its standards, as fractions.

    Parameters
    ----------
    wells : DataFrame
        As `concentrations` takes it.

    Returns
    -------
    DataFrame
        `plate, statistic` (as `recovery 250 pg/mL`), `value, low, high, caution`; what is said of the whole curve
        stands on its first row.
    """
    import pandas as pd

    rows = []
    for plate in standard_plates(wells):
        if plate.curve is None:
            continue
        for k, one in enumerate(standard_recoveries(plate.curve)):
            numbers = {"value": one.recovery, "low": one.low, "high": one.high}
            head = {
                "plate": plate_words(plate.rows.iloc[0]),
                "statistic": f"recovery {one.concentration:g} {plate.unit}",
            }
            rows.append(head | numbers | {"caution": join(*plate.said) if k == 0 else ""})
    return pd.DataFrame(rows, columns=list(RECOVERY_COLUMNS))


def standard_plates(wells: pd.DataFrame) -> list[StandardPlate]:
    """Return the plates of standards and samples among the wells, each with its curve."""
    table = prepared(wells)
    table = table[table["assay"].isin(STANDARD_ASSAYS)].reset_index(drop=True)
    return [_plate(rows.reset_index(drop=True)) for _, rows in table.groupby("_read", sort=False)]


def _plate(rows: pd.DataFrame) -> StandardPlate:
    samples = tuple(one for one in repeats_of(rows) if one.role in CELL_ROLES)
    standards, said = _standards(rows)
    unit = _unit(rows[rows["role"] == "standard"])
    used = standards[standards["_usable"]]
    levels, signals = used["dose"].to_numpy(dtype=np.float64), used["_net"].to_numpy(dtype=np.float64)
    if len(used) < len(standards[standards["exclude"] == ""]):
        said = [*said, caution("no_number", "a standard; it is not in the curve")]
    try:
        curve = standard_curve(levels, signals, str(rows["assay"].iloc[0]), [s.signals for s in samples])
    except StudyError as error:
        words = f"expected {error.problems[0].expected}, got {error.problems[0].got}"
        return StandardPlate(rows, samples, None, unit, (*said, caution("no_standard_curve", words)))
    names = [str(well or "a well") for well in used["well"]]
    return StandardPlate(rows, samples, curve, unit, (*said, *on_standards(curve, names, unit)))


def _standards(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return the wells of the standards; blanks stand for a standard of 0 that is missing."""
    standards = rows[rows["role"] == "standard"]
    blanks = rows[(rows["role"] == "blank") & (rows["compound"] == "")]
    missing = standards[standards["dose"].isna()]
    if len(missing):
        place = f"{plate_words(missing.iloc[0])}, {missing['well'].iloc[0] or 'a well'}"
        raise refusal(place, "standard", "its concentration in `dose`", "nothing", "Write it, 0 for the zero standard.")
    if (standards["dose"] == 0).any() or not len(blanks) or not len(standards):
        return standards, []
    import pandas as pd

    said = caution("blank_as_zero", f"{len(blanks)} wells")
    return pd.concat([blanks.assign(dose=0.0), standards]), [said]


def _unit(standards: pd.DataFrame) -> str:
    units = sorted({str(unit) for unit in standards.loc[standards["dose"] > 0, "dose_unit"]})
    if len(units) > 1:
        place, remedy = plate_words(standards.iloc[0]), "Write all standards in one unit."
        raise refusal(place, "standards", "one `dose_unit`", " and ".join(units), remedy)
    return units[0] if units else ""


def _sample_rows(plate: StandardPlate, analyte: str) -> list[dict[str, Any]]:
    """Return the rows of a plate's samples, the dilutions of one sample together."""
    by_sample: dict[tuple[Any, ...], list[Repeats]] = {}
    for one in plate.samples:
        by_sample.setdefault((one.role, one.replicate, one.condition), []).append(one)
    return [_sample_row(plate, parts, analyte) for parts in by_sample.values()]


def _sample_row(plate: StandardPlate, parts: Sequence[Repeats], analyte: str) -> dict[str, Any]:
    first = {str(name): value for name, value in plate.rows.iloc[int(parts[0].places[0])].items()}
    condition = {name: first[name] for name in CONDITION_COLUMNS if name not in ("technical", "well")}
    label = ", ".join(
        filter(None, [condition_label(first), f"replicate {first['replicate']}" * bool(first["replicate"])])
    )
    found, dilution, said = _of_sample(plate, parts)
    ends = (np.nan, np.nan)
    if plate.curve is not None:
        ends = (dilution * plate.curve.lowest_standard, dilution * plate.curve.highest_standard)
    measured = {"concentration": found.value, "unit": plate.unit, "low": found.low, "high": found.high}
    measured |= {"lowest_standard": ends[0], "highest_standard": ends[1], "n": 1}
    head = {"assay": first["assay"], "analyte": "protein" if first["assay"] == "bca" else analyte, "sample": label}
    return condition | head | measured | {"caution": join(*said, *plate.said)}


def _of_sample(plate: StandardPlate, parts: Sequence[Repeats]) -> tuple[Concentration, float, list[str]]:
    """Return the concentration of a sample before dilution, the dilution that it rests on, and what is said of it."""
    said = [caution("no_number", f"{part.lost} of {len(part.places)} wells") for part in parts if part.lost]
    dilutions = [_dilution(plate, part) for part in parts]
    if plate.curve is None:
        return Concentration(np.nan, 0.0, np.inf), dilutions[0], said
    found = [_measured(plate, plate.curve, part, d) for part, d in zip(parts, dilutions, strict=True)]
    best = min(range(len(found)), key=lambda k: (bool(found[k].side), found[k].high / max(found[k].low, 1e-300)))
    low, high = max(one.low for one in found), min(one.high for one in found)
    if low > high:
        words = ", ".join(
            f"x{d:g}: {fold(one.low)} to {fold(one.high)}" for d, one in zip(dilutions, found, strict=True)
        )
        said.append(caution("dilutions_disagree", f"{words} {plate.unit}".strip()))
    return found[best], dilutions[best], [*said, *_on_sample(plate.curve, found[best], parts[best], plate.unit)]


def _dilution(plate: StandardPlate, part: Repeats) -> float:
    dilution = float(plate.rows["dilution"].iloc[int(part.places[0])])
    return 1.0 if np.isnan(dilution) else dilution


def _measured(plate: StandardPlate, curve: StandardCurve, part: Repeats, dilution: float) -> Concentration:
    """Return the concentration before dilution; of wells that were all too bright, that it lies above the standards."""
    if not len(part.signals):
        rises = curve.shape.value(curve.highest_standard) > curve.shape.value(0.0)
        bright = all(_OVER.search(str(said)) for said in plate.rows["said"].iloc[part.places])
        low = curve.highest_standard * dilution if bright and rises else 0.0
        return Concentration(np.nan, low, np.inf, "above" if low else "unread")
    one = curve.concentration_of(part.signals)
    return Concentration(one.value * dilution, one.low * dilution, one.high * dilution, one.side)


def _on_sample(curve: StandardCurve, found: Concentration, part: Repeats, unit: str) -> list[str]:
    said = []
    if found.side in ("below", "above"):
        end = found.high if found.side == "below" else found.low
        words = f"{'<' if found.side == 'below' else '>'} {fold(end)} {unit}".strip()
        said.append(caution(f"{found.side}_standards", words))
    if len(part.signals) == 1:
        said.append(caution("one_well", "its scatter is that of other wells"))
    elif len(part.signals) and curve.apart(part.signals):
        said.append(caution("wells_apart", _shown(part.signals)))
    return said


def _shown(signals: FloatArray) -> str:
    return " and ".join(f"{signal:.4g}" for signal in signals)
