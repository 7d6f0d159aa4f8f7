"""Write the results of a study: one self-contained page, tables, figures, gates and provenance."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cytotools.figures.style import Saved
from cytotools.labels import condition_label, printed
from cytotools.methods import methods
from cytotools.output import PROVENANCE, require_replaceable, swapped_in, written_files
from cytotools.provenance import as_json, provenance
from cytotools.tables import rows_of
from cytotools.wording import answers, control_of, fold, p_value, percent

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.results import Results

Format = Callable[[Any], str]


@dataclass(frozen=True)
class ShownTable:
    """A table as the page shows it: text in every cell."""

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    wide: frozenset[int] = frozenset()  # columns of prose
    wraps: bool = False  # let cells break, where there are many columns


@dataclass(frozen=True)
class ShownFigure:
    """A figure as the page holds it."""

    name: str
    title: str
    caption: str
    section: str
    uri: str
    width: int


def write_report(results: Results, folder: str | Path, *, figures: bool = True) -> Path:
    """Write everything into `folder` and return the path of report.html.

    Parameters
    ----------
    results : Results
    folder : str or Path
        New, empty, or earlier results of cytotools, which are replaced when the new ones are complete.
    figures : bool
        False leaves the figures out.

    Raises
    ------
    StudyError
        The folder holds other files; nothing has been touched.
    """
    folder, study = Path(folder), results.study
    require_replaceable(folder, [study.folder / file for file in study.inputs])
    with swapped_in(folder) as fresh:
        _write_tables(results, fresh / "tables")
        drawn = _write_figures(results, fresh / "figures") if figures else []
        _write_gates(results, fresh)
        settings = {"assays": list(results.assays), "figures": figures}
        found = provenance(study.folder, study.inputs, settings)
        shown = [_embed(figure, fresh / "figures") for figure in drawn if figure.section]
        (fresh / "report.html").write_text(render(results, shown, found), encoding="utf-8")
        found["outputs"] = written_files(fresh)
        (fresh / PROVENANCE).write_text(as_json(found), encoding="utf-8")
    return folder / "report.html"


def _write_tables(results: Results, folder: Path) -> None:
    folder.mkdir()
    for name, table in results.tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")


def _write_figures(results: Results, folder: Path) -> list[Saved]:
    from cytotools.figures.write import write_figures

    folder.mkdir()
    return write_figures(results, folder)


def _write_gates(results: Results, folder: Path) -> None:
    """Write the gates of the tubes for other programs: as Gating-ML 2.0 and as a FlowJo workspace."""
    plate = results.plate
    if plate is None or not plate.gates:
        return
    from cytotools.gate_files import named_gates, workspace_samples
    from gating.exchange.flowjo import flowjo_workspace
    from gating.exchange.gating_ml import gating_ml

    study = results.study.folder
    inside = folder.resolve().is_relative_to(study.resolve())
    above = [".."] * len(folder.resolve().relative_to(study.resolve()).parts) if inside else []
    (folder / "gates.xml").write_bytes(gating_ml(named_gates(plate)))
    (folder / "gates.wsp").write_bytes(flowjo_workspace(workspace_samples(plate, study, above)))


def render(results: Results, figures: Sequence[ShownFigure], found: Mapping[str, Any]) -> str:
    """Return report.html; every text that came from a file is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("cytotools"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    tables, study = results.tables, results.study
    return environment.get_template("report.html.j2").render(
        title=study.title or "Apoptosis study",
        measured=_measured(results),
        answers=answers(results),
        cautions_in_words=_cautions_in_words(results),
        has_flow=bool(len(tables["quadrants"])),
        has_blots=bool(len(tables["bands"])),
        flow_tables=[
            _apoptosis(tables["apoptosis"]),
            _comparisons(tables["comparisons"]),
            _beyond(tables["comparisons"]),
            _kinetics(tables["kinetics"]),
        ],
        flow_details=[
            _thresholds(tables["thresholds"]),
            _compensation(tables["compensation"]),
            _checks(tables["artefacts"]),
        ],
        blot_tables=[_rebound(tables["rebound"]), _time_course(tables["time_course"])],
        blot_details=[_bands(tables["bands"])],
        cautions=_cautions(results.cautions),
        methods=list(methods(results)),
        figures=figures,
        provenance=found,
        inputs=ShownTable("Inputs", ["file", "SHA-256"], [[i["file"], i["sha256"]] for i in found["inputs"]]),
    )


def _measured(results: Results) -> str:
    parts = []
    quadrants, bands = results.tables["quadrants"], results.tables["bands"]
    if len(quadrants):
        tubes = quadrants.drop_duplicates("file")
        samples = int(tubes["role"].isin(["untreated", "vehicle", "treated"]).sum())
        parts.append(
            f"{samples} samples and {len(tubes) - samples} control tubes by flow cytometry "
            f"({int(tubes['file_events'].sum()):,} events)".replace(",", "\u202f")
        )
    if len(bands):
        measured = ", ".join(dict.fromkeys(bands["target"]))
        parts.append(f"{bands['image'].nunique()} blot images with {len(bands)} bands ({measured})")
    return f"Measured: {'; '.join(parts)}." if parts else "Nothing was measured."


def _cautions_in_words(results: Results) -> str:
    counts = results.cautions["severity"].value_counts()
    words = [f"{counts[s]} {s}" + ("s" if s != "refused" and counts[s] > 1 else "") for s in counts.index]
    return f"These numbers carry cautions: {', '.join(words)}." if words else "No caution was raised."


def _condition_columns(table: pd.DataFrame, value_columns: Sequence[str]) -> list[str]:
    return [c for c in table.columns if c not in value_columns]


def _apoptosis(table: pd.DataFrame) -> ShownTable:
    header = ["condition", "n", "apoptosis, early + late (95 % CI)", "early", "late / necrotic", "dye only", "live"]
    keys = _condition_columns(table, ("population", "n", "mean", "sd", "low", "high", "caution"))
    rows = []
    groups: dict[tuple[Any, ...], dict[str, dict[str, Any]]] = {}
    for row in rows_of(table):
        key = tuple("" if row[k] != row[k] else row[k] for k in keys)
        groups.setdefault(key, {})[row["population"]] = {str(k): v for k, v in row.items()}
    for found in groups.values():
        total = found["total"]
        headline = f"{percent(total['mean'])} ({percent(total['low'])} to {percent(total['high'])})"
        others = [percent(found[p]["mean"]) for p in ("early_apoptotic", "late_apoptotic", "necrotic", "live")]
        rows.append([condition_label(total), _whole(total["n"]), headline, *others])
    return ShownTable("Apoptosis by condition (mean of independent replicates)", header, rows)


def _comparisons(table: pd.DataFrame) -> ShownTable:
    wanted = table[(table["quantity"] == "total") & (table["scale"] == "difference")] if len(table) else table
    header = ["condition", "against", "difference in points (95 % CI)", "p", "p, adjusted", "n"]
    rows = [
        [
            condition_label(row),
            control_of(str(row["contrast"])),
            _estimate(row["estimate"], row["low"], row["high"], lambda v: f"{100 * v:+.1f}"),
            p_value(row["p_value"]),
            p_value(row["p_adjusted"]),
            _whole(row["n"]),
        ]
        for row in rows_of(wanted)
    ]
    return ShownTable("Total apoptosis, treated against control (percentage points)", header, rows)


def _beyond(table: pd.DataFrame) -> ShownTable:
    """Return what goes beyond one condition against its control: interactions, lines, hours."""
    wanted = table[table["quantity"].str.startswith("total ")] if len(table) else table
    header = ["question", "contrast", "scale", "estimate (95 % CI)", "p", "p, adjusted", "n"]
    rows = [
        [
            str(row["quantity"]).removeprefix("total "),
            printed(str(row["contrast"])),
            {"odds_ratio": "odds ratio", "difference": "points"}.get(row["scale"], str(row["scale"])),
            _estimate(
                row["estimate"],
                row["low"],
                row["high"],
                fold if row["scale"] != "difference" else lambda v: f"{100 * v:+.1f}",
            ),
            p_value(row["p_value"]),
            p_value(row["p_adjusted"]),
            _whole(row["n"]),
        ]
        for row in rows_of(wanted)
    ]
    return ShownTable("Interactions, cell lines and hours compared (total apoptosis)", header, rows, wraps=True)


def _kinetics(table: pd.DataFrame) -> ShownTable:
    header = ["condition", "transition", "rate per hour (95 % CI)", "n", "caution"]
    rows = [
        [
            condition_label(row),
            str(row["transition"]).replace("_", " "),
            _rate(row["rate_per_hour"], row["low"], row["high"]),
            _whole(row["n"]),
            str(row["caution"]),
        ]
        for row in rows_of(table)
    ]
    return ShownTable("Rates from state to state", header, rows, frozenset({4}))


def _rate(value: float, low: float, high: float) -> str:
    """Return a rate, or what is known of one that the hours do not fix."""
    form: Format = "{:.3g}".format
    return _estimate(value, low, high, form) if value == value else f"open ({form(low)} to {form(high)})"


def _compensation(table: pd.DataFrame) -> ShownTable:
    header = ["batch", "cell line", "light of", "in", "taken out, %", "single stain gives, % (95 % CI)", "left, points"]
    rows = [
        [
            str(row["batch"]),
            str(row["cell_line"]),
            str(row["source"]),
            str(row["detector"]),
            f"{100 * row['applied']:.2f}",
            _estimate(row["measured"], row["low"], row["high"], lambda v: f"{100 * v:.2f}"),
            _estimate(row["residual_slope"], row["residual_low"], row["residual_high"], lambda v: f"{100 * v:+.2f}"),
        ]
        for row in rows_of(table)
    ]
    return ShownTable("Compensation: the matrix in use against the single stains", header, rows)


def _checks(table: pd.DataFrame) -> ShownTable:
    """Return one row a check: its limit, how many tubes were looked at and how many raised it."""
    header = ["check", "what is measured", "limit", "looked at", "raised"]
    rows = []
    for check in dict.fromkeys(table["check"]):
        found = table[table["check"] == check]
        rows.append(
            [
                str(check).replace("_", " "),
                str(found["statistic"].iloc[0]),
                f"{found['limit'].iloc[0]:,.4g}".replace(",", "\u202f"),
                str(len(found)),
                str(int(found["raised"].astype(bool).sum())),
            ]
        )
    return ShownTable("Checks for artefacts", header, rows, frozenset({1}))


def _thresholds(table: pd.DataFrame) -> ShownTable:
    header = ["batch", "cell line", "channel", "threshold (95 % interval)", "rests on"]
    rows = [
        [
            str(row["batch"]),
            str(row["cell_line"]),
            str(row["channel"]),
            f"{row['threshold']:,.0f} ({row['low']:,.0f} to {row['high']:,.0f})".replace(",", "\u202f"),
            {"both": "valley, and above the control"}.get(row["basis"], str(row["basis"])),
        ]
        for row in rows_of(table)
    ]
    return ShownTable("Thresholds (linear, compensated units)", header, rows)


def _rebound(table: pd.DataFrame) -> ShownTable:
    header = [
        "line and treatment",
        "target",
        "verdict",
        "lowest level (95 % CI)",
        "at",
        "rise after it (95 % CI)",
        "p",
        "p, Holm",
        "n",
    ]
    rows = [
        [
            condition_label({**row, "hours": None}),
            str(row["target"]),
            str(row["verdict"]),
            _estimate(row["nadir_fold"], row["nadir_low"], row["nadir_high"], fold),
            f"{row['nadir_hours']:g} h" if row["nadir_hours"] == row["nadir_hours"] else "n/a",
            _estimate(row["rebound_fold"], row["low"], row["high"], fold),
            p_value(row["p_value"]),
            p_value(row["p_adjusted"]),
            _whole(row["n"]),
        ]
        for row in rows_of(table)
    ]
    caption = (
        "Loss and rebound (levels relative to the reference). Intervals hold for all hours at once and rest on the "
        "scatter of the whole course; those of the next table hold for each hour alone"
    )
    return ShownTable(caption, header, rows)


def _time_course(table: pd.DataFrame) -> ShownTable:
    hours = sorted({row["hours"] for row in rows_of(table)})
    header = ["line and treatment", "target", "loading control", *(f"{h:g} h" for h in hours)]
    cells: dict[tuple[str, str, str], dict[float, str]] = {}
    for row in rows_of(table):
        key = (condition_label({**row, "hours": None}), str(row["target"]), str(row["loading_control"]))
        cells.setdefault(key, {})[row["hours"]] = _estimate(row["fold_change"], row["low"], row["high"], fold)
    rows = [[*key, *(found.get(h, "") for h in hours)] for key, found in cells.items()]
    return ShownTable("Fold change over the reference (95 % CI)", header, rows, wraps=True)


def _bands(table: pd.DataFrame) -> ShownTable:
    header = ["image", "lane", "target", "volume (95 % interval)", "below detection", "saturated", "caution"]
    rows = [
        [
            str(row["image"]),
            _whole(row["lane"]),
            str(row["target"]),
            _estimate(row["volume"], row["low"], row["high"], lambda v: f"{v:,.0f}".replace(",", "\u202f")),
            "yes" if row["below_detection"] else "",
            percent(row["saturated_fraction"], 0) if row["saturated_fraction"] else "",
            str(row["caution"]),
        ]
        for row in rows_of(table)
    ]
    return ShownTable(f"All {len(rows)} band volumes", header, rows, frozenset({6}))


def _cautions(table: pd.DataFrame) -> ShownTable:
    header = ["severity", "assay", "where", "what", "remedy"]
    rows = [
        [
            str(row["severity"]),
            str(row["assay"]),
            str(row["place"] or row["file"]),
            f"{row['code']}: {row['caution']}",
            str(row["remedy"]),
        ]
        for row in rows_of(table)
    ]
    return ShownTable("Cautions", header, rows, frozenset({3, 4}))


def _estimate(value: float, low: float, high: float, form: Format) -> str:
    if value != value:
        return "n/a"
    if low == high == value or low != low:
        return form(value)
    return f"{form(value)} ({form(low)} to {form(high)})"


def _whole(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _embed(figure: Saved, folder: Path) -> ShownFigure:
    content = base64.b64encode((folder / f"{figure.name}.svg").read_bytes()).decode()
    return ShownFigure(
        figure.name,
        figure.title,
        figure.caption,
        figure.section,
        f"data:image/svg+xml;base64,{content}",
        _width_px(folder, figure),
    )


def _width_px(folder: Path, figure: Saved) -> int:
    """Return the width that shows a figure a third larger than it is printed, from the SVG's own size in points."""
    head = (folder / f"{figure.name}.svg").read_text(encoding="utf-8")[:2_000]
    points = head.partition('width="')[2].partition("pt")[0]
    return round(float(points) * 4 / 3 * 1.33)
