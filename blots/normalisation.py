"""Band volumes over the loading control of their lane, on the natural-log scale, with the errors of both."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from blots.cautions import caution, join
from blots.errors import InvalidTimeCourse

NORMALISED_COLUMNS = (
    "membrane",
    "lane",
    "target",
    "loading_control",
    "log_ratio",
    "low",
    "high",
    "censored",
    "caution",
)
NEEDED = ("membrane", "lane", "target", "volume", "low", "high", "detection_limit", "below_detection")
NOT_A_TARGET = ("non-specific", "total_protein")
NOT_A_SAMPLE = ("ladder", "empty")
Z_95 = 1.959963984540054
UNEVEN = 4.0  # fold between the lanes of one membrane; honest loads differ by a factor of two at most


def normalise(
    bands: pd.DataFrame, loading_controls: Sequence[str] = ("actin",), lanes: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Divide every target by its loading control, lane by lane.

    Parameters
    ----------
    bands : DataFrame
        Rows of bands.csv: `membrane, lane, target, volume, low, high, detection_limit, below_detection` and, where
        there, `image`, `gel`, `saturated_fraction` and `caution`. Target and control meet by membrane and lane, on
        whichever image each stands. Where the lanes of a membrane were run on several gels (`gel`), a target meets the
        control of its own gel; where that holds none, the control of another, with a caution.
    loading_controls : sequence of str
        One name, or several: then their geometric mean comes first (named "actin+GAPDH") and each alone beside it.
    lanes : DataFrame, optional
        `membrane, lane, role`: ladder and empty lanes are left out, and lanes that the sheet lacks carry a caution.

    Returns
    -------
    DataFrame
        Rows of normalised.csv. `log_ratio` is ln(target / control); `low` and `high` its 95 % interval from the
        measurement errors of both, taken as independent; `censored` is True where the target is below its detection
        limit, and log_ratio is then the limit over the control, `low` minus infinity. Without a usable control in
        the lane `log_ratio` is NaN, with a caution.

    Raises
    ------
    InvalidTimeCourse
        A column is missing, no loading control is named, or a band of one image appears twice.

    Notes
    -----
    The log-scale error of a volume is a quarter of ln(high / low) (1.96 errors either side), or of (high - low) /
    volume where `low` is not positive. Several targets of a lane share the error of its control: from the difference
    of two log ratios of one lane it cancels, and their intervals are not independent. Where a band was measured on
    several images of a membrane, the image with the least saturation and then the narrowest intervals serves all lanes.
    A stain for total protein is a control where it is named as one, and never a target.

    Examples
    --------
    >>> band = {"membrane": "rep1", "lane": 1, "volume": 100.0, "low": 90.0, "high": 110.0, "detection_limit": 5.0}
    >>> bands = pd.DataFrame([band | {"target": "XIAP"}, band | {"target": "actin"}]).assign(below_detection=False)
    >>> normalise(bands)[["target", "loading_control", "log_ratio"]].to_dict("records")
    [{'target': 'XIAP', 'loading_control': 'actin', 'log_ratio': 0.0}]
    """
    _check(bands, loading_controls)
    samples = _samples(bands, lanes)
    logs = _logs(_one_image(samples, loading_controls))
    targets = logs[~logs["target"].isin([*loading_controls, *NOT_A_TARGET])]
    controls = _controls(logs, targets, list(loading_controls))
    parts = [_over(targets, name, control) for name, control in controls.items()]
    return pd.concat(parts, ignore_index=True)[list(NORMALISED_COLUMNS)]


def _check(bands: pd.DataFrame, loading_controls: Sequence[str]) -> None:
    missing = [column for column in NEEDED if column not in bands]
    if missing:
        raise InvalidTimeCourse(
            "bands",
            expected=f"the columns {', '.join(NEEDED)}",
            got=f"none called {', '.join(missing)}",
            remedy="Give the table of blots.quantify_blot with its `membrane`.",
        )
    if isinstance(loading_controls, str) or not loading_controls:
        got = repr(loading_controls)
        raise InvalidTimeCourse("loading_controls", expected="a list of names", got=got, remedy='Give ["actin"].')


def _samples(bands: pd.DataFrame, lanes: pd.DataFrame | None) -> pd.DataFrame:
    """Return the bands of lanes that hold a sample, with the columns that may be absent filled in."""
    bands = bands[bands["target"] != "non-specific"].copy()
    blanks: dict[str, str | float] = {"image": "", "gel": "", "saturated_fraction": 0.0, "caution": ""}
    for column, blank in blanks.items():
        bands[column] = bands[column].fillna(blank) if column in bands else blank
    if lanes is None:
        return bands
    keys = ["membrane", "lane"]
    roles = lanes[keys].assign(role=lanes.get("role", ""), known=True).drop_duplicates(keys)
    bands = bands.merge(roles, on=keys, how="left")
    unknown = bands["known"].isna()
    words = caution("lane_not_in_sheet", "the picture shows a lane that the sheet does not name")
    bands.loc[unknown, "caution"] = [join(text, words) for text in bands.loc[unknown, "caution"]]
    return bands[~bands["role"].isin(NOT_A_SAMPLE)]


def _one_image(bands: pd.DataFrame, loading_controls: Sequence[str]) -> pd.DataFrame:
    """Keep one image for each target of a membrane, and for each control of a gel, the same for all lanes."""
    twice = bands[bands.duplicated(["membrane", "image", "lane", "target"])]
    if len(twice):
        row = twice.iloc[0]
        thing = f"{row['membrane']}, lane {row['lane']}"
        remedy = "Name each band of an image once; bands that are not targets are called non-specific."
        raise InvalidTimeCourse(thing, expected=f"{row['target']} once", got="two bands of that name", remedy=remedy)
    own_gel = bands["gel"].where(bands["target"].isin(loading_controls), "")
    parts = [_best_image(part) for _, part in bands.groupby(["membrane", "target", own_gel], sort=False)]
    return pd.concat(parts).sort_index() if parts else bands


def _best_image(bands: pd.DataFrame) -> pd.DataFrame:
    images = list(bands["image"].unique())
    if len(images) == 1:
        return bands
    width = (bands["high"] - bands["low"]) / bands["volume"].where(bands["volume"] > 0)
    quality = bands.assign(width=width.fillna(np.inf)).groupby("image")[["saturated_fraction", "width"]].median()
    quality["saturated_fraction"] = bands.groupby("image")["saturated_fraction"].max()
    order = list(quality.sort_values(["saturated_fraction", "width"], kind="stable").index)
    ranked = bands.assign(rank=bands["image"].map(order.index)).sort_values("rank", kind="stable")
    kept = (
        ranked.drop_duplicates("lane").drop(columns="rank").sort_index()
    )  # a lane that one picture shows comes from it
    used = [str(image) for image in order if (kept["image"] == image).any()]
    verb = "is" if len(used) == 1 else "are"
    of_which = f"{', '.join(used)} {verb} used"
    words = caution("several_images", f"measured on {', '.join(map(str, images))}, of which {of_which}")
    return kept.assign(caution=[join(text, words) for text in kept["caution"]])


def _logs(bands: pd.DataFrame) -> pd.DataFrame:
    """Return each band as the logarithm of its volume, or of its detection limit, with a standard error."""
    volume, limit = bands["volume"].astype(float), bands["detection_limit"].astype(float)
    below = bands["below_detection"].astype("boolean").fillna(False).astype(bool) | (volume <= 0)
    entry = volume.where(~below, limit)
    low, high = bands["low"].astype(float), bands["high"].astype(float)
    relative = np.where(low > 0, np.log(high.where(high > 0) / low.where(low > 0)), (high - low) / volume)
    error = np.where(below, 0.0, relative / (2 * Z_95))
    error = np.where(volume.isna() & ~below, np.inf, error)  # a volume that was refused is no small one
    return bands.assign(log=np.log(entry.where(entry > 0)), error=error, below=below).reset_index(drop=True)


def _controls(logs: pd.DataFrame, targets: pd.DataFrame, names: list[str]) -> dict[str, pd.DataFrame]:
    """Return each target's control, row by row, by name; the mean of all first where there are several."""
    alone = {name: _control(logs[logs["target"] == name], targets, name) for name in names}
    if len(names) == 1:
        return alone
    parts = list(alone.values())
    mean = pd.DataFrame(
        {
            "log": np.mean([part["log"] for part in parts], axis=0),
            "error": np.sqrt(np.sum([part["error"] ** 2 for part in parts], axis=0)) / len(parts),
            "caution": [join(*texts) for texts in zip(*(part["caution"] for part in parts), strict=True)],
        },
        index=targets.index,
    )
    return {"+".join(names): mean} | alone


def _control(bands: pd.DataFrame, targets: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return log, error and caution of one control beside each target: on its own gel where that holds the control."""
    held = set(zip(bands["membrane"], bands["gel"], strict=True))
    elsewhere = dict(reversed(list(zip(bands["membrane"], bands["gel"], strict=True))))
    places = list(targets[["membrane", "gel"]].itertuples(index=False, name=None))
    gels = [gel if (membrane, gel) in held else elsewhere.get(membrane, gel) for membrane, gel in places]
    keys = pd.MultiIndex.from_arrays([targets["membrane"], gels, targets["lane"]])
    beside = bands.set_index(["membrane", "gel", "lane"])[["log", "error", "below", "caution"]].reindex(keys)
    unusable = beside["below"].eq(True) | np.isinf(beside["error"])
    across = [
        "" if own == gel else caution("across_gels", f"{name} stands on {_gel(gel)} of {membrane}, not on {_gel(own)}")
        for (membrane, own), gel in zip(places, gels, strict=True)
    ]
    said = [_said_of(name, text) for text in beside["caution"].fillna("")]
    found = beside.assign(log=beside["log"].mask(unusable), caution=list(map(join, said, across)))
    return found[["log", "error", "caution"]].set_axis(targets.index)


def _gel(name: str) -> str:
    return f"gel {name}" if name else "the gel without a name"


def _said_of(name: str, cautions: str) -> str:
    """Return the cautions of a control's band as its targets carry them; what is said of the lane they have too."""
    said = (text for text in cautions.split("; ") if text and not text.startswith("lane_not_in_sheet:"))
    return join(*(f"{text} ({name})" for text in said))


def _over(targets: pd.DataFrame, name: str, control: pd.DataFrame) -> pd.DataFrame:
    """Return the targets over one loading control, which stands beside them row by row."""
    # A row that is clipped in every lane has a lower bound, not a volume: its ratio can't be stated.
    log_ratio = targets["log"].mask(np.isinf(targets["error"])) - control["log"]
    reach = Z_95 * np.hypot(targets["error"], control["error"])
    censored = targets["below"] & np.isfinite(log_ratio)
    result = targets.assign(
        loading_control=name,
        log_ratio=log_ratio,
        low=(log_ratio - reach).mask(censored, -np.inf),
        high=log_ratio + reach,
        censored=censored,
    )
    uneven = _uneven(targets.assign(log=control["log"]), name)
    places = zip(targets["membrane"], targets["gel"], strict=True)
    result["caution"] = [
        join(own, of_control, uneven.get(place, ""), _why(row, np.isfinite(ratio), np.isfinite(loaded), name))
        for own, of_control, place, ratio, loaded, row in zip(
            targets["caution"], control["caution"], places, log_ratio, control["log"], result.itertuples(), strict=True
        )
    ]
    return result


def _uneven(loads: pd.DataFrame, name: str) -> dict[tuple[str, str], str]:
    """Return a caution for the lanes of each membrane and gel whose loading control varies more than loading does."""
    found = {}
    for (membrane, gel), lanes in loads.dropna(subset="log").groupby(["membrane", "gel"]):
        least, most = lanes.loc[lanes["log"].idxmin()], lanes.loc[lanes["log"].idxmax()]
        span = float(np.exp(most["log"] - least["log"]))
        if span > UNEVEN:
            words = f"{name} differs {span:.1f}-fold between lanes {least['lane']} (least) and {most['lane']} (most)"
            found[str(membrane), str(gel)] = caution("uneven_loading", words)
    return found


def _why(row: object, stated: bool, loaded: bool, name: str) -> str:
    """Return why there is no ratio, or what kind of ratio it is."""
    if not loaded:
        return caution("no_loading_control", f"no usable {name} in lane {row.lane} of {row.membrane}")  # type: ignore[attr-defined]
    if not stated and np.isinf(row.error):  # type: ignore[attr-defined]
        return caution("no_volume", "the band gave no volume, or only a lower bound")
    if not stated:
        return caution("no_detection_limit", "neither a volume nor a detection limit")
    if row.below:  # type: ignore[attr-defined]
        return caution("below_detection", "the ratio is an upper limit")
    return "" if np.isfinite(row.high) else caution("no_interval", "the bands came without usable limits")  # type: ignore[attr-defined]
