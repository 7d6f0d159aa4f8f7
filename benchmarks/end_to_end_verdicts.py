"""From images to verdicts: simulated studies with planted courses, as a user would hand them in.

Every study is written into a temporary folder (study.yaml, lanes.csv, a 16-bit TIFF a membrane), read by
`cytotools.read_study`, analysed by `cytotools.analyse` and its rebound.csv held against what was planted. The power
of a course is the share of noise-only draws (planted levels and the study's scatter between experiments, bands
measured without error, all membranes there) in which `blots.find_rebound` gives the planted verdict; verdicts are
scored where it is above 0.95, and refused images count against them.

    python -m benchmarks.end_to_end_verdicts --studies 200 --seed 31000 --workers 2
    python -m benchmarks.end_to_end_verdicts --studies 20 --seed 100 --print-only

Writes beside itself end_to_end_verdicts.csv (a row a kind of line and target), end_to_end_figures.csv (a row a
figure) and end_to_end_wrong.csv (each wrong verdict of the subset, with the lane that was measured worst).
`without_images` is the verdict on the drawn levels themselves: where it is wrong too, chance made it so.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.end_to_end_cases import codes, run_study
from benchmarks.end_to_end_studies import KINDS, TARGETS

HERE = Path(__file__).parent
POWERED, TARGET_SHARE = 0.95, 0.95
WRONG_COLUMNS = [
    "seed", "line", "kind", "target", "hours", "levels", "planted_n", "n", "scatter_sd", "planted", "verdict",
    "without_images", "power", "nadir_hours", "nadir_fold", "rebound_fold", "censored", "missing", "ratio_error_sd",
    "worst_error", "worst_lane", "worst_picture", "worst_caution", "codes",
]  # fmt: skip


def run_all(seeds: Iterable[int], workers: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the cases and the images of all studies, with a line of progress each ten."""
    seeds, parts, started = list(seeds), [], time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        for done, part in enumerate(pool.imap_unordered(run_study, seeds), 1):
            parts.append(part)
            if done % 10 == 0 or done == len(seeds):
                print(f"{done} of {len(seeds)} studies, {time.perf_counter() - started:.0f} s", flush=True)
    cases, images = (pd.concat(found, ignore_index=True) for found in zip(*parts, strict=True))
    return scored(cases), images.sort_values(["seed", "membrane"], ignore_index=True)


def scored(cases: pd.DataFrame) -> pd.DataFrame:
    """Return the cases with `right`, `powered` (in the subset), `whole` (every membrane measured) and `codes`."""
    return cases.sort_values(["seed", "line", "target"], ignore_index=True).assign(
        right=lambda t: t["verdict"] == t["planted"],
        powered=lambda t: t["power"] > POWERED,
        whole=lambda t: t["n"] == t["planted_n"],
        codes=lambda t: t["caution"].map(codes),
    )


def groups(cases: pd.DataFrame) -> pd.DataFrame:
    """Return a row a kind of line, target and planted verdict, and the sums over them."""
    rows = [_group(cases, "all", "all", "all")]
    rows += [_group(cases[cases["kind"] == kind], kind, "all", "all") for kind in KINDS]
    rows += [_group(cases[cases["target"] == target], "all", target, "all") for target in TARGETS]
    for names, part in cases.groupby(["kind", "target", "planted"]):
        rows.append(_group(part, *map(str, names)))
    return pd.DataFrame(rows)


def _group(part: pd.DataFrame, kind: str, target: str, planted: str) -> dict[str, object]:
    powered, answered = part[part["powered"]], part[part["n"] > 0]
    lost = answered[answered["planted"] != "no loss"]
    verdicts = Counter(part["verdict"].replace("", "no answer"))
    return {
        "kind": kind,
        "target": target,
        "planted": planted,
        "cases": len(part),
        "answered": len(answered),
        "powered": len(powered),
        "right": int(powered["right"].sum()),
        "right_share": _share(powered["right"]),
        "expected_share": _share(powered["power"]),
        "right_without_images": _share(powered["without_images"] == powered["planted"]),
        "right_of_all": _share(part["right"]),
        "right_of_all_without_images": _share(part["without_images"] == part["planted"]),
        "nadir_hour_right": _share(lost["nadir_hour_right"]),
        "nadir_error_median": _median(lost["nadir_error"]),
        "nadir_error_abs_p90": _p90(lost["nadir_error"]),
        "nadir_covers": _share(answered["nadir_covers"]),
        "rise_error_median": _median(lost["rise_error"]),
        "rise_error_abs_p90": _p90(lost["rise_error"]),
        "rise_covers": _share(answered["rise_covers"]),
        "with_caution": _share(answered["caution"] != ""),
        "verdicts": ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common()),
    }


def _share(values: pd.Series) -> float:
    values = values.dropna().astype(float)
    return round(float(values.mean()), 4) if len(values) else float("nan")


def _median(values: pd.Series) -> float:
    return round(float(values.astype(float).median()), 4)


def _p90(values: pd.Series) -> float:
    return round(float(values.astype(float).abs().quantile(0.9)), 4)


def figures(cases: pd.DataFrame, images: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of the issue and what stands around them, a row a figure."""
    powered, sustained = cases[cases["powered"]], cases[cases["planted"] == "sustained loss"]
    level = cases[cases["planted"].isin(["sustained loss", "no loss"])]
    called = level["verdict"].isin(["rebound", "overshoot"])
    overshoots = int((sustained["verdict"] == "overshoot").sum())
    share, measured = _share(powered["right"]), images[images["refused"] == ""]
    answered = cases[cases["n"] > 0]
    rows: list[tuple[str, float, int, str, object]] = [
        ("verdicts right where power is above 0.95", share, len(powered), ">= 0.95", share >= TARGET_SHARE),
        ("the same where every image was measured", _share(powered[powered["whole"]]["right"]),
         int(powered["whole"].sum()), "", ""),
        ("the same on the drawn levels, without images", _share(powered["without_images"] == powered["planted"]),
         len(powered), "", ""),
        ("overshoots called in a sustained loss", overshoots, len(sustained), "0", overshoots == 0),
        ("rebounds or overshoots called where none was planted", _share(called), len(level), "", ""),
        ("the same on the drawn levels, without images",
         _share(level["without_images"].isin(["rebound", "overshoot"])), len(level), "", ""),
        ("verdicts that differ from those on the drawn levels",
         _share(answered["verdict"] != answered["without_images"]), len(answered), "", ""),
        ("ratio to the control, SD of ln error from the image, median", _median(answered["ratio_error_sd"]),
         len(answered), "", ""),
        ("ratio to the control, worst ln error of a course, 99th percentile",
         round(float(answered["worst_error"].abs().quantile(0.99)), 4), len(answered), "", ""),
        ("images refused", len(images) - len(measured), len(images), "", ""),
        ("courses with a verdict row", _share(cases["n"] > 0), len(cases), "", ""),
        ("courses with all their experiments", _share(cases["whole"]), len(cases), "", ""),
        ("intervals of the nadir that hold the planted level", _share(answered["nadir_covers"]), len(answered), "", ""),
        ("intervals of the rise that hold the planted rise", _share(answered["rise_covers"]), len(answered), "", ""),
        ("bands with a caution", _share(measured["bands_with_caution"]), len(measured), "", ""),
        ("verdicts with a caution", _share(answered["caution"] != ""), len(answered), "", ""),
        ("seconds of analysis a study, median", round(float(cases.groupby("seed")["seconds"].first().median()), 1),
         cases["seed"].nunique(), "", ""),
    ]  # fmt: skip
    said = Counter(code for cell in answered["codes"] for code in cell.split())
    rows += [
        (f"verdicts with {code}", round(n / len(answered), 4), len(answered), "", "")
        for code, n in sorted(said.items())
    ]
    return pd.DataFrame(rows, columns=["figure", "measured", "of", "target", "holds"])


def wrong(cases: pd.DataFrame, images: pd.DataFrame) -> pd.DataFrame:
    """Return each wrong verdict of the subset, with what its worst lane was drawn as."""
    drawn = images.assign(picture=images["drawn_by"] + " " + images["scene"] + " " + images["shape"])
    pictures = drawn.set_index(["seed", "membrane"])["picture"]
    found = cases[cases["powered"] & ~cases["right"]]
    worst = [str(lane).partition(",")[0] for lane in found["worst_lane"]]
    keys = list(zip(found["seed"], worst, strict=True))
    found = found.assign(worst_picture=[pictures.get(key, "") for key in keys])
    return found.reindex(columns=WRONG_COLUMNS).round(3)


def main() -> None:
    """Draw, analyse, score, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=200)
    parser.add_argument("--seed", type=int, default=31_000, help="of the first study; the others follow it")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--print-only", action="store_true", help="write nothing")
    parser.add_argument("--cases-to", type=Path, help="keep a row a line and target in this CSV file as well")
    options = parser.parse_args()
    cases, images = run_all(range(options.seed, options.seed + options.studies), options.workers)
    tables = {"verdicts": groups(cases), "figures": figures(cases, images), "wrong": wrong(cases, images)}
    _print(tables, images)
    if options.cases_to:
        cases.to_csv(options.cases_to, index=False, lineterminator="\n")
    if not options.print_only:
        for name, table in tables.items():
            table.to_csv(HERE / f"end_to_end_{name}.csv", index=False, lineterminator="\n")


def _print(tables: dict[str, pd.DataFrame], images: pd.DataFrame) -> None:
    with pd.option_context("display.width", 250, "display.max_rows", None, "display.max_colwidth", 110):
        print(tables["verdicts"].drop(columns="verdicts").T.to_string(header=False))
        print(tables["verdicts"][["kind", "target", "planted", "verdicts"]].to_string(index=False))
        print(tables["figures"].to_string(index=False))
        refused = images[images["refused"] != ""]
        print(f"\nrefused images\n{refused[['seed', 'membrane', 'scene', 'shape', 'refused']].to_string(index=False)}")
        for row in tables["wrong"].to_dict("records"):
            print(
                "\nwrong:",
                ", ".join(f"{name} {value}" for name, value in row.items() if np.size(value) and value == value),
            )


if __name__ == "__main__":
    main()
