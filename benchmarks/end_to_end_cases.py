"""One simulated study from its images to its verdicts, each beside what was planted and what could be known of it."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.end_to_end_studies import TARGETS, FloatArray, PlantedLine, PlantedStudy, plant, verdict_of, write_study
from blots import find_rebound
from cytotools import Results, analyse, read_study

FIRST_DRAWS, LEAST_POWER = 80, 0.8
DRAWS = 400


def run_study(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw, write, read and analyse one study.

    Returns
    -------
    cases : DataFrame
        A row a line and target: what was planted, the power to see it, the verdict and its folds.
    images : DataFrame
        A row a membrane: scene, shape, whether it was measured, bands with a caution.
    """
    study = plant(seed)
    with tempfile.TemporaryDirectory() as folder:
        path, truth, membranes = write_study(study, Path(folder))
        started = time.perf_counter()
        results = analyse(read_study(path), only=["blots"])
        seconds = time.perf_counter() - started
    errors = _ratio_errors(results, truth)
    cases = [
        _case(study, index, target, results, truth, errors) for index in range(len(study.lines)) for target in TARGETS
    ]
    images = _images(membranes, results).assign(seed=seed, seconds=seconds / study.n)
    return pd.DataFrame(cases).assign(seconds=seconds), images


def _case(
    study: PlantedStudy, index: int, target: str, results: Results, truth: pd.DataFrame, errors: pd.DataFrame
) -> dict[str, object]:
    line = study.lines[index]
    levels = line.courses[target]
    planted = verdict_of(levels)
    lanes = index * len(study.hours) + 1 + np.arange(len(study.hours))
    drawn = truth[(truth["target"] == target) & truth["lane"].isin(lanes)]
    ratios = drawn.pivot_table(index="membrane", columns="lane", values="planted_ratio").to_numpy()
    case: dict[str, object] = {
        "seed": study.seed,
        "line": line.name,
        "kind": line.kind,
        "target": target,
        "hours": " ".join(f"{hour:g}" for hour in study.hours),
        "levels": " ".join(f"{level:.3g}" for level in levels),
        "planted_n": study.n,
        "scatter_sd": round(study.scatter_sd, 3),
        "planted": planted,
        "power": power(study, levels, [study.seed, 2, index, TARGETS.index(target)]),
        "without_images": find_rebound(ratios, study.hours).verdict,
    }
    return case | _answer(study, line, target, results) | _worst_lane(study, target, lanes, errors)


def power(study: PlantedStudy, levels: FloatArray, seed: list[int]) -> float:
    """Return the share of experiments in which the planted verdict comes out where bands are measured without error."""
    rng = np.random.default_rng(seed)
    planted, right = verdict_of(levels), 0
    for done in range(1, DRAWS + 1):
        values = np.log(levels) + study.scatter_sd * rng.standard_normal((study.n, len(levels)))
        right += find_rebound(values, study.hours).verdict == planted
        if done == FIRST_DRAWS and right < LEAST_POWER * done:
            return right / done  # far from the subset that is looked at
    return right / DRAWS


def _answer(study: PlantedStudy, line: PlantedLine, target: str, results: Results) -> dict[str, object]:
    """Return the verdict and its folds, their errors on the log scale, and whether the intervals hold the truth."""
    table = results.tables["rebound"]
    rows = table[(table["target"] == target) & (table["cell_line"] == line.name)] if len(table) else table
    if not len(rows):
        return {"verdict": "", "n": 0, "caution": ""}
    row, levels = rows.iloc[0], line.courses[target]
    answer = {name: row[name] for name in ("verdict", "n", "nadir_hours", "nadir_fold", "rebound_fold", "caution")}
    at = np.flatnonzero(np.asarray(study.hours) == row["nadir_hours"])
    if not len(at):
        return answer
    nadir = levels[at[0]] / levels[0]
    rise = levels[at[0] :].max() / levels[at[0]]
    return answer | {
        "nadir_hour_right": bool(levels[at[0]] <= 1.05 * levels.min()),
        "nadir_error": float(np.log(row["nadir_fold"] / nadir)),
        "nadir_covers": _holds(row["nadir_low"], nadir, row["nadir_high"]),
        "rise_error": float(np.log(row["rebound_fold"] / rise)) if row["rebound_fold"] > 0 else np.nan,
        "rise_covers": _holds(row["low"], rise, row["high"]),
    }


def _holds(low: float, value: float, high: float) -> bool:
    return bool(low <= value * (1 + 1e-9) and value <= high * (1 + 1e-9))


def _ratio_errors(results: Results, truth: pd.DataFrame) -> pd.DataFrame:
    """Return how far each measured ln(target / actin) lies from the drawn one, beside its membrane's and row's median.

    Censored entries have no error, only how far the limit stands above the truth.
    """
    columns = ["membrane", "lane", "target", "log_ratio", "censored", "caution"]
    found = results.tables["normalised"]
    joined = truth.merge(found[columns] if len(found) else pd.DataFrame(columns=columns), how="left")
    joined = joined[joined["target"].isin(TARGETS)]
    joined["error"] = joined["log_ratio"].astype(float) - joined["planted_ratio"]
    seen = joined[~joined["censored"].eq(True)]
    middle = seen.groupby(["membrane", "target"])["error"].median()
    keys = pd.MultiIndex.from_frame(joined[["membrane", "target"]])
    return joined.assign(error=joined["error"] - middle.reindex(keys).to_numpy())


def _worst_lane(study: PlantedStudy, target: str, lanes: NDArray[np.intp], errors: pd.DataFrame) -> dict[str, object]:
    """Return the lane of a course whose ratio was measured worst, and how many give an upper limit or nothing."""
    own = errors[(errors["target"] == target) & errors["lane"].isin(lanes)]
    censored = own["censored"].eq(True)
    counted: dict[str, object] = {"censored": int(censored.sum()), "missing": int(own["log_ratio"].isna().sum())}
    seen = own[~censored & own["error"].notna()]
    if not len(seen):
        return counted
    worst = seen.loc[seen["error"].abs().idxmax()]
    hour = study.hours[(int(worst["lane"]) - 1) % len(study.hours)]
    where = f"{worst['membrane']}, lane {worst['lane']} ({hour:g} h)"
    return counted | {
        "ratio_error_sd": float(seen["error"].std()),
        "worst_error": float(worst["error"]),
        "worst_lane": where,
        "worst_caution": codes(worst["caution"]),
    }


def codes(caution: object) -> str:
    """Return the codes of a caution cell without their words.

    Examples
    --------
    >>> codes("faint: twice; saturated: 3 %")
    'faint saturated'
    """
    parts = str(caution or "").split("; ")
    return " ".join(dict.fromkeys(part.partition(":")[0] for part in parts if part))


def _images(membranes: pd.DataFrame, results: Results) -> pd.DataFrame:
    """Return a row a membrane: measured or why not, and the share of its bands that carry a caution."""
    refused = {image.image.membrane: str(image.error) for image in results.refused_images}
    said: dict[str, pd.Series] = {}
    if len(results.tables["bands"]):
        said = {str(name): part["caution"] for name, part in results.tables["bands"].groupby("membrane")}
    none = pd.Series(dtype=str)
    return membranes.assign(
        refused=[refused.get(name, "") for name in membranes["membrane"]],
        bands_with_caution=[float((said.get(name, none) != "").mean()) for name in membranes["membrane"]],
        codes=[codes("; ".join(filter(None, said.get(name, none)))) for name in membranes["membrane"]],
    )
