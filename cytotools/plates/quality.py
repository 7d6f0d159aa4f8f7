"""Quality of a plate: how far its controls stand apart and how wells scatter, each with its interval and its grade."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

from cytotools.number_words import fold
from cytotools.plates.cautions import caution
from cytotools.plates.repeats import Repeats, repeats_of
from cytotools.plates.serving_wells import serving_blanks
from cytotools.plates.wells_table import CONDITION, CONTROL_ROLES, prepared

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
COLUMNS = ("assay", "batch", "plate", "role", "statistic", "value", "low", "high", "caution")
DRAWS, SEED = 20_000, 20_261_121
EXCELLENT, FEW_WELLS = 0.5, 4
NAN = float("nan")


@dataclass(frozen=True, eq=False)
class _Wells:
    """Where some wells lie and how they scatter: as measured, or (n_draws,) values that the wells leave possible."""

    centre: FloatArray | float
    scatter: FloatArray | float


Statistic = Callable[[_Wells, _Wells], FloatArray | float]


def z_prime(bright: _Wells, dark: _Wells) -> FloatArray | float:
    """Return 1 - 3 (s + s) / |m - m|: Zhang, Chung and Oldenburg 1999, doi:10.1177/108705719900400206."""
    return 1.0 - 3.0 * (bright.scatter + dark.scatter) / np.abs(bright.centre - dark.centre)


def ssmd(bright: _Wells, dark: _Wells) -> FloatArray | float:
    """Return (m - m) / sqrt(s^2 + s^2): X. D. Zhang 2007, doi:10.1016/j.ygeno.2006.12.014."""
    return (bright.centre - dark.centre) / np.hypot(bright.scatter, dark.scatter)


def signal_window(bright: _Wells, dark: _Wells) -> FloatArray | float:
    """Return (m - m - 3 (s + s)) / s of the brighter: Sittampalam et al. 1997, doi:10.1177/108705719700200306."""
    return (bright.centre - dark.centre - 3.0 * (bright.scatter + dark.scatter)) / bright.scatter


def signal_to_blank(control: _Wells, blank: _Wells) -> FloatArray | float:
    """Return the ratio of the means; a blank that may be 0 or less leaves it open to infinity."""
    open_end = np.full(np.shape(blank.centre), np.inf)
    ratio = np.divide(control.centre, blank.centre, out=open_end, where=np.asarray(blank.centre) > 0)
    return np.asarray(ratio, dtype=np.float64)


def variation(wells: _Wells, _: _Wells) -> FloatArray | float:
    """Return the coefficient of variation."""
    return wells.scatter / np.abs(wells.centre)


def plate_quality(wells: pd.DataFrame) -> pd.DataFrame:
    """Return the statistics of quality of every plate, each with its 95 % interval.

    Parameters
    ----------
    wells : DataFrame
        The wells table of `cytotools.plates`.

    Returns
    -------
    DataFrame
        quality.csv: condition columns, `assay, batch, plate, role` (of the controls), `statistic, value, low, high,
        caution`. For the controls of each line, hours and vehicle: `z_prime`, `robust_z_prime` (median and 1.4826
        MAD), `ssmd`, `signal_window` against the positive wells, or the blanks where there are none; `signal_to_blank`
        and `control_cv`. For the plate: `blank_cv`, `replicate_cv` (treated wells, pooled over conditions). All of
        the signal as read, less the reference wavelength.

    Notes
    -----
    Intervals are those of generalised pivotal quantities for normal wells: what mean and scatter could have been is
    drawn from the exact distribution of the mean and scatter of as many normal wells (S. Weerahandi, JASA 88:899
    (1993), doi:10.1080/01621459.1993.10476355), always with the same seed.

    Examples
    --------
    >>> import pandas as pd
    >>> wells = pd.DataFrame({"role": ["blank"] * 4 + ["untreated"] * 4,
    ...                       "signal": [50.0, 53.0, 51.0, 50.0, 1010.0, 985.0, 1030.0, 970.0]})
    >>> table = plate_quality(wells).set_index("statistic")
    >>> float(table.loc["z_prime", "value"].round(3)), float(table.loc["control_cv", "value"].round(3))
    (0.911, 0.027)
    """
    import pandas as pd

    groups = repeats_of(prepared(wells))
    rows = [row for read in dict.fromkeys(g.read for g in groups) for row in _of_read(groups, read)]
    named = [name for name in CONDITION if name in wells]
    return pd.DataFrame(rows, columns=[*named, *COLUMNS])


def _of_read(groups: Sequence[Repeats], read: int) -> list[dict[str, Any]]:
    here = [g for g in groups if g.read == read and len(g.signals)]
    rows = []
    for wells in _alike([g for g in here if g.role in CONTROL_ROLES]):
        rows += _of_control(wells, here)
    blanks = [g for g in here if g.role == "blank" and not g.compounds]
    if blanks:
        rows.append(_row(blanks[0], "blank_cv", _signals(blanks), _signals(blanks), variation, whole_plate=True))
    treated = [g for g in here if g.role == "treated" and g.degrees and g.mean > 0]
    if treated:
        rows.append(_replicate_cv(treated))
    return rows


def _alike(groups: Sequence[Repeats]) -> list[list[Repeats]]:
    """Return the groups that differ in replicate alone together."""
    found: dict[object, list[Repeats]] = {}
    for group in groups:
        found.setdefault((group.role, group.condition), []).append(group)
    return list(found.values())


def _of_control(controls: Sequence[Repeats], here: Sequence[Repeats]) -> list[dict[str, Any]]:
    first, signals = controls[0], _signals(controls)
    positives = [g for g in here if g.role == "positive" and (g.line, g.hours) == (first.line, first.hours)]
    blanks, _ = serving_blanks(first, here)
    rows = []
    if positives or blanks:
        other = _signals(positives or blanks)
        reversed_ = signals.mean() < other.mean()
        order = (other, signals) if reversed_ else (signals, other)
        for name, statistic in (("z_prime", z_prime), ("ssmd", ssmd), ("signal_window", signal_window)):
            rows.append(_row(first, name, *order, statistic))
        rows.insert(1, _row(first, "robust_z_prime", *order, z_prime, robust=True))
        if reversed_ and not positives:  # nothing that cells make lies below the medium without them
            words = f"the blank reads {fold(other.mean())}, more than the control's {fold(signals.mean())}"
            nothing = {"value": NAN, "low": NAN, "high": NAN, "caution": caution("assay_fails", words)}
            rows = [row | nothing for row in rows]
    if blanks:
        rows.append(_row(first, "signal_to_blank", signals, _signals(blanks), signal_to_blank))
    rows.append(_row(first, "control_cv", signals, signals, variation))
    return rows


def _signals(groups: Sequence[Repeats]) -> FloatArray:
    return np.concatenate([g.signals for g in groups])


def _row(
    group: Repeats,
    name: str,
    first: FloatArray,
    second: FloatArray,
    statistic: Statistic,
    robust: bool = False,
    whole_plate: bool = False,
) -> dict[str, Any]:
    """Return the row of one statistic of two sets of wells; the second is the first again where it takes one."""
    row = _places(group, whole_plate) | {"statistic": name}
    fewest = min(len(first), len(second))
    if fewest < 2:
        words = f"{fewest} well" + "s" * (fewest != 1)
        return row | {"value": NAN, "low": NAN, "high": NAN, "caution": caution("few_wells", words)}
    measure = _robust if robust else _moments
    one, other = measure(first), measure(second)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(statistic(one, other))
        possible = statistic(_possible(first, robust, 0), _possible(second, robust, 1))
        low, high = np.quantile(possible, [0.025, 0.975], method="nearest").tolist()
    if min(float(one.scatter), float(other.scatter)) == 0:
        said = caution("no_scatter", "wells agree to the last digit")
        return row | {"value": value if np.isfinite(value) else NAN, "low": NAN, "high": NAN, "caution": said}
    return row | {"value": value, "low": low, "high": high, "caution": _grade(name, value, low, high, fewest)}


def _places(group: Repeats, whole_plate: bool) -> dict[str, Any]:
    assay, plate, batch = group.plate
    row: dict[str, Any] = {"assay": assay, "plate": plate, "batch": batch, "role": group.role}
    return row | ({"hours": group.value("hours")} if whole_plate else dict(group.condition))


def _grade(name: str, value: float, low: float, high: float, fewest: int) -> str:
    if name not in ("z_prime", "robust_z_prime"):
        return caution("few_wells", f"{fewest} wells") if fewest < FEW_WELLS else ""
    words = f"{name} {value:.2g} ({low:.2g} to {high:.2g})"
    if value < 0:
        return caution("assay_fails", words)
    if value < EXCELLENT:
        return caution("assay_marginal", words)
    return caution("assay_not_proved", words) if low < EXCELLENT else ""


def _moments(signals: FloatArray) -> _Wells:
    return _Wells(signals.mean(axis=-1), signals.std(axis=-1, ddof=1))


def _robust(signals: FloatArray) -> _Wells:
    """Return median and 1.4826 MAD."""
    centre = np.median(signals, axis=-1)
    return _Wells(centre, 1.4826 * np.median(np.abs(signals - np.expand_dims(centre, -1)), axis=-1))


def _possible(signals: FloatArray, robust: bool, stream: int) -> _Wells:
    """Return the centres and scatters that these wells leave possible."""
    seen = _robust(signals) if robust else _moments(signals)
    drawn = _drawn(len(signals), robust, stream)
    scatter = seen.scatter / drawn.scatter
    return _Wells(seen.centre - drawn.centre * scatter, scatter)


@lru_cache(maxsize=64)
def _drawn(wells: int, robust: bool, stream: int) -> _Wells:
    """Return centre and scatter of as many standard normal wells, DRAWS times."""
    normal = np.random.default_rng((SEED, wells, stream)).standard_normal((DRAWS, wells))
    return _robust(normal) if robust else _moments(normal)


def _replicate_cv(treated: Sequence[Repeats]) -> dict[str, Any]:
    """Return the coefficient of variation of treated wells pooled over conditions, with the interval of chi-square."""
    degrees = sum(g.degrees for g in treated)
    value = float(np.sqrt(sum(g.squares / g.mean**2 for g in treated) / degrees))
    low, high = (value * float(np.sqrt(degrees / chdtri(degrees, p))) for p in (0.025, 0.975))
    said = caution("few_wells", f"{degrees} degrees of freedom") if degrees < FEW_WELLS else ""
    row = _places(treated[0], whole_plate=True) | {"statistic": "replicate_cv", "value": value}
    return row | {"low": low, "high": high, "caution": said}
