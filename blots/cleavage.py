"""The cleaved fraction of a protein: cleaved PARP over all PARP, and likewise of caspase-3."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from blots.cautions import caution, join
from blots.errors import InvalidTimeCourse
from blots.levels import CONDITIONS, Z_95, Level, conditions_first, distinct, grouped, read_levels, with_zero_hours
from blots.replicate_means import mean_interval

CLEAVAGE_COLUMNS = ("target", "cleaved_fraction", "low", "high", "n", "caution")
CLEAVAGE_POINTS = ("target", "replicate", "cleaved_fraction", "cleaved_censored", "full_censored")
RATIO_COLUMNS = (
    "membrane", "lane", "target", "loading_control", "log_ratio", "high", "no_cleaved", "no_full", "caution",
)  # fmt: skip
NEEDED = ("membrane", "lane", "target", "volume", "low", "high", "detection_limit", "below_detection")
LIMIT_OF_A_LANE = "undetected:"  # a row says it once for all its lanes


def cleavage_table(bands: pd.DataFrame, lanes: pd.DataFrame, conditions: Sequence[str] = CONDITIONS) -> pd.DataFrame:
    """Return cleavage.csv: cleaved / (cleaved + uncleaved) of each protein with both bands, over replicates.

    Parameters
    ----------
    bands : DataFrame
        Rows of bands.csv: `membrane, lane, target, volume, low, high, detection_limit, below_detection` and, where
        there, `image`, `saturated_fraction` and `caution`. A cleaved band is known by its name
        (`blots.cleavage.cleaved_form_of`): `cleaved PARP` belongs with `PARP`.
    lanes : DataFrame
        Rows of lanes.csv; see `blots.levels.read_levels`.
    conditions : sequence of str
        The columns of the sheet that make a condition.

    Returns
    -------
    DataFrame
        The condition columns that the sheet has, `hours` last, then `target` (the uncleaved band's name),
        `cleaved_fraction, low, high, n, caution`. The fraction and its 95 % t interval are those of the mean logit
        over independent replicates; with n = 1 the interval holds the measurement errors alone and a caution says so.
        Where the cleaved band of a replicate is below detection there is no fraction but a bound, with `low` 0; where
        the uncleaved one is, with `high` 1. As in time_course.csv a 0 h lane stands at the head of every treatment
        that it serves.

    Raises
    ------
    InvalidTimeCourse
        A lane given twice, hours that are no number.

    Notes
    -----
    The logit of the fraction is ln(cleaved / uncleaved): both stand in one lane, so its load and the loading control
    cancel. The fraction presumes that the antibody binds both forms alike and that both transfer alike. Where it binds
    one k times better the odds are wrong by the factor k in all lanes, and their change over time is still right.

    Examples
    --------
    >>> band = {"membrane": "a", "lane": 1, "low": 9.0, "high": 11.0, "detection_limit": 1.0, "below_detection": False}
    >>> forms = [{"target": "PARP", "volume": 30.0}, {"target": "Cleaved PARP", "volume": 10.0}]
    >>> lanes = pd.DataFrame({"membrane": ["a"], "lane": [1], "hours": [24.0]})
    >>> table = cleavage_table(pd.DataFrame([band | form for form in forms]), lanes)
    >>> table[["hours", "target", "cleaved_fraction"]].round(6).to_dict("records")
    [{'hours': 24.0, 'target': 'PARP', 'cleaved_fraction': 0.25}]
    """
    parts = grouped(_odds(bands, lanes, conditions), lambda odds: (odds.level.condition, odds.level.target))
    rows = [_summary(part) for part in parts.values()]
    return _table(rows, lanes, conditions, CLEAVAGE_COLUMNS)


def replicate_fractions(
    bands: pd.DataFrame, lanes: pd.DataFrame, conditions: Sequence[str] = CONDITIONS
) -> pd.DataFrame:
    """Return the cleaved fraction of each replicate: the points behind `cleavage_table`.

    Parameters
    ----------
    bands, lanes, conditions
        As `cleavage_table` takes them.

    Returns
    -------
    DataFrame
        The condition columns, then `target, replicate, cleaved_fraction, cleaved_censored, full_censored`. Where a
        form is below detection its limit stands in, and the fraction is a bound.
    """
    usable = [odds for odds in _odds(bands, lanes, conditions) if np.isfinite(odds.level.log_ratio)]
    parts = grouped(usable, lambda odds: (odds.level.condition, odds.level.target, odds.level.replicate))
    rows = [
        _named(part)
        | {
            "replicate": part[0].level.replicate,
            "cleaved_fraction": float(expit(_mean(part))),
            "cleaved_censored": any(odds.no_cleaved for odds in part),
            "full_censored": any(odds.no_full for odds in part),
        }
        for part in parts.values()
    ]
    return _table(rows, lanes, conditions, CLEAVAGE_POINTS)


def cleaved_form_of(target: str) -> str | None:
    """Return the plain name of the protein that a band is the cleaved form of, None where it is no cleaved band.

    A cleaved band has the word "cleaved" before or after the protein's name. Case, spaces, hyphens, underscores and
    brackets don't matter.

    Examples
    --------
    >>> [cleaved_form_of(name) for name in ("cleaved PARP", "Cleaved-caspase 3", "PARP (cleaved)", "cIAP1")]
    ['parp', 'caspase3', 'parp', None]
    """
    words = re.split(r"[\s_()\[\]-]+", target.casefold())
    return _plain(words) if "cleaved" in words else None


def full_form_of(target: str) -> str:
    """Return the plain name of the protein of an uncleaved band, with or without "full-length" or "pro" before it.

    Examples
    --------
    >>> [full_form_of(name) for name in ("PARP", "full-length PARP", "pro-caspase-3", "procaspase 3")]
    ['parp', 'parp', 'caspase3', 'caspase3']
    """
    words = [word for word in re.split(r"[\s_()\[\]-]+", target.casefold()) if word not in ("full", "length", "pro")]
    return re.sub(r"^procaspase", "caspase", _plain(words))


def _plain(words: Sequence[str]) -> str:
    return "".join(word for word in words if word != "cleaved")


@dataclass(frozen=True)
class _Odds:
    """ln(cleaved / uncleaved) of one material on one membrane, and which of the two stands for its limit."""

    level: Level
    no_cleaved: bool
    no_full: bool


def _odds(bands: pd.DataFrame, lanes: pd.DataFrame, conditions: Sequence[str]) -> list[_Odds]:
    table = _ratios(bands)
    # Read twice, since a level knows an upper limit alone: once for either form that may be under its limit.
    twice = (table.assign(censored=table[column]) for column in ("no_cleaved", "no_full"))
    read = (with_zero_hours(read_levels(one, lanes, conditions)) for one in twice)
    return [_Odds(a, a.censored, b.censored) for a, b in zip(*read, strict=True) if a.role != "reference"]


def _ratios(bands: pd.DataFrame) -> pd.DataFrame:
    """Return ln(cleaved / uncleaved) of every lane as read_levels takes it, with which of the two is a limit."""
    missing = [column for column in NEEDED if column not in bands]
    if missing:
        expected, got = f"the columns {', '.join(NEEDED)}", f"none called {', '.join(missing)}"
        remedy = "Give the table of blots.quantify_blot with its `membrane`."
        raise InvalidTimeCourse("bands", expected=expected, got=got, remedy=remedy)
    bands = bands.assign(below_detection=bands["below_detection"].astype("boolean").fillna(False).astype(bool))
    blanks: dict[str, str | float] = {"image": "", "saturated_fraction": 0.0, "caution": ""}
    for column, blank in blanks.items():
        bands[column] = bands[column].fillna(blank) if column in bands else blank
    rows: list[dict[str, Any]] = []
    for _, membrane in bands.groupby("membrane", sort=False):
        names = [str(name) for name in membrane["target"].unique()]
        for form in dict.fromkeys(form for form in map(cleaved_form_of, names) if form):
            cleaved = membrane[membrane["target"].map(cleaved_form_of) == form]
            is_full = [cleaved_form_of(name) is None and full_form_of(name) == form for name in membrane["target"]]
            rows += _membrane_rows(cleaved, membrane[is_full])
    return pd.DataFrame(rows, columns=list(RATIO_COLUMNS))


def _membrane_rows(cleaved: pd.DataFrame, full: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of one protein on one membrane, both forms from one image where there is one of both."""
    shared = set(cleaved["image"]) & set(full["image"])
    words = ""
    if full.empty:
        name, membrane = cleaved.iloc[0][["target", "membrane"]]
        words = caution("no_full_length", f"{membrane} has {name} alone")
    elif shared:
        best = _best_image(pd.concat([part[part["image"].isin(shared)] for part in (cleaved, full)]))
        cleaved, full = cleaved[cleaved["image"] == best], full[full["image"] == best]
    else:
        cleaved, full = (part[part["image"] == _best_image(part)] for part in (cleaved, full))
        words = caution("unlike_images", f"{cleaved.iloc[0]['image']} and {full.iloc[0]['image']}")
    by_lane = {row["lane"]: row for row in full.to_dict("records")}
    target = str((cleaved if full.empty else full).iloc[0]["target"])
    rows = (_ratio(row, by_lane.get(row["lane"])) for row in cleaved.to_dict("records"))
    return [row | {"target": target, "caution": join(row["caution"], words)} for row in rows]


def _best_image(bands: pd.DataFrame) -> str:
    """Return the image with the least saturation and then the narrowest intervals."""
    width = (bands["high"] - bands["low"]) / bands["volume"].where(bands["volume"] > 0)
    quality = bands.assign(width=width.fillna(np.inf)).groupby("image")
    order = pd.DataFrame({"saturated": quality["saturated_fraction"].max(), "width": quality["width"].median()})
    return str(order.sort_values(["saturated", "width"], kind="stable").index[0])


def _ratio(cleaved: dict[Hashable, Any], full: dict[Hashable, Any] | None) -> dict[str, Any]:
    """Return ln(cleaved / uncleaved) of one lane, NaN where neither is a volume."""
    log_cleaved, error_cleaved, no_cleaved = _log_volume(cleaved)
    log_full, error_full, no_full = (np.nan, 0.0, False) if full is None else _log_volume(full)
    log_ratio = log_cleaved - log_full
    said = [str(cleaved["caution"]), "" if full is None else str(full["caution"])]
    if (no_cleaved and no_full) or (full is not None and not np.isfinite(log_ratio)):
        log_ratio = np.nan
        said.append(caution("no_form_detected", f"lane {cleaved['lane']} of {cleaved['membrane']}"))
    limits = {"no_cleaved": no_cleaved and np.isfinite(log_ratio), "no_full": no_full and np.isfinite(log_ratio)}
    place = {"membrane": cleaved["membrane"], "lane": cleaved["lane"], "loading_control": ""}
    error = float(np.hypot(error_cleaved, error_full))
    return place | limits | {"log_ratio": log_ratio, "high": log_ratio + Z_95 * error, "caution": join(*said)}


def _log_volume(band: dict[Hashable, Any]) -> tuple[float, float, bool]:
    """Return the logarithm of a volume, or of its detection limit, its error, and whether it is the limit."""
    volume, low, high = (float(band[column]) for column in ("volume", "low", "high"))
    below = bool(band["below_detection"]) or volume <= 0
    entry = float(band["detection_limit"]) if below else volume
    if not entry > 0 or not np.isfinite(high):  # refused, or a lower bound
        return np.nan, np.nan, below
    relative = np.log(high / low) if 0 < low < high else (high - low) / entry
    return float(np.log(entry)), 0.0 if below else float(relative) / (2 * Z_95), below


def _summary(odds: list[_Odds]) -> dict[str, Any]:
    """Return one row of cleavage.csv from the lanes of all replicates."""
    usable = [one for one in odds if np.isfinite(one.level.log_ratio)]
    parts = list(grouped(usable, lambda one: one.level.replicate).values())
    center, low, high = mean_interval([_mean(part) for part in parts], [_error(part) for part in parts])
    cautions = [text for one in odds for text in one.level.caution.split("; ") if not text.startswith(LIMIT_OF_A_LANE)]
    if len(parts) == 1:
        cautions.append(caution("measurement_error_only", "one replicate"))
    hours = f"{odds[0].level.hours:g} h" if np.isfinite(odds[0].level.hours) else "this condition"
    if any(one.no_cleaved for one in usable):
        center, low = np.nan, -np.inf
        cautions.append(caution("cleaved_below_detection", f"no cleaved band at {hours}"))
    if any(one.no_full for one in usable):
        center, high = np.nan, np.inf
        cautions.append(caution("full_below_detection", f"no uncleaved band at {hours}"))
    fractions = dict(zip(("cleaved_fraction", "low", "high"), expit([center, low, high]).tolist(), strict=True))
    return _named(odds) | fractions | {"n": len(parts), "caution": distinct(cautions)}


def _mean(odds: Sequence[_Odds]) -> float:
    return float(np.mean([one.level.log_ratio for one in odds]))


def _error(odds: Sequence[_Odds]) -> float:
    return float(np.sqrt(np.sum([one.level.standard_error**2 for one in odds]))) / len(odds)


def _named(odds: Sequence[_Odds]) -> dict[str, Any]:
    level = odds[0].level
    return dict(level.condition) | {"target": level.target, "hours": level.hours}


def _table(
    rows: list[dict[str, Any]], lanes: pd.DataFrame, conditions: Sequence[str], columns: Sequence[str]
) -> pd.DataFrame:
    hours = ["hours"] if "hours" in lanes and "hours" in conditions else []
    return conditions_first(rows, lanes, conditions, [*hours, *columns])
