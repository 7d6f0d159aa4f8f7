"""Write the results of a study: one self-contained page, tables, figures, gates and provenance."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cytotools.box_files import write_boxes
from cytotools.figures.style import Saved, save_words
from cytotools.labels import condition_label, file_stem
from cytotools.output import PROVENANCE, require_replaceable, swapped_in, written_files
from cytotools.provenance import as_json, provenance, sha256
from cytotools.recorded_dates import newest_date
from cytotools.report_page import render
from cytotools.report_sections import ShownFigure
from cytotools.ro_crate import METADATA, CrateFile, ro_crate
from cytotools.study_settings import settings_of

if TYPE_CHECKING:
    from cytotools.results import Results

# Where the results lie by default. A way that followed them elsewhere would make other bytes of the same study.
FROM_RESULTS_TO_STUDY = ("..",)


def write_report(
    results: Results,
    folder: str | Path,
    *,
    figures: bool = True,
    map: Callable[..., Iterable[Any]] = builtins.map,
) -> Path:
    """Write everything into `folder` and return the path of report.html.

    Parameters
    ----------
    results : Results
    folder : str or Path
        New, empty, or earlier results of cytotools, which are replaced when the new ones are complete.
    figures : bool
        False leaves the figures out.
    map : callable
        The seam for parallel work over the figures.

    Raises
    ------
    StudyError
        The folder holds other files; nothing has been touched.
    """
    folder, study = Path(folder), results.study
    require_replaceable(folder, [study.folder / file for file in study.inputs])
    with swapped_in(folder) as fresh:
        drawn = _write_figures(results, fresh / "figures", map) if figures else []
        _write_tables(results, fresh / "tables")
        _write_gates(results, fresh)
        _write_curves(results, fresh)
        _write_combinations(results, fresh / "compusyn")
        write_boxes(results, fresh / "boxes")
        settings = {"assays": list(results.assays), "figures": figures, "study": settings_of(study)}
        found = provenance(study.folder, study.inputs, settings)
        shown = list(map(partial(_embed, fresh / "figures"), [figure for figure in drawn if figure.section]))
        (fresh / "report.html").write_text(render(results, shown, found), encoding="utf-8")
        _write_crate(results, found, fresh)
        found["outputs"] = written_files(fresh)
        (fresh / PROVENANCE).write_text(as_json(found), encoding="utf-8")
    return folder / "report.html"


def _write_crate(results: Results, found: Mapping[str, Any], folder: Path) -> None:
    """Describe what lies in the folder, and what it was made from, for archives."""
    study = results.study
    hashes = {str(one["file"]): str(one["sha256"]) for one in found["inputs"]}
    inputs = [CrateFile(file, (study.folder / file).stat().st_size, sums) for file, sums in hashes.items()]
    outputs = [CrateFile(f, (folder / f).stat().st_size, sha256(folder / f)) for f in written_files(folder)]
    versions = {"cytotools": found["version"], "Python": found["python"], **found["libraries"]}
    made = newest_date(study.folder, study.inputs)
    save_words(ro_crate(study.title or "Apoptosis study", made, inputs, outputs, versions), folder / METADATA)


def _write_tables(results: Results, folder: Path) -> None:
    """Write the tables with every name as the sheets have it, also one that begins with = or @.

    A quote before it would guard a spreadsheet program that takes it for a formula, but it would make another name of
    it, which no longer meets its sheet, and other numbers of those that begin with a minus. The name came from a sheet
    of the study's own, which the same program has opened before.
    """
    folder.mkdir()
    for name, table in results.tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")


def _write_figures(results: Results, folder: Path, map: Callable[..., Iterable[Any]]) -> Iterable[Saved]:
    """Write the figures, which with several processes goes on while the rest is written."""
    from cytotools.figures.write import write_figures

    folder.mkdir()
    return write_figures(results, folder, map)


def _write_gates(results: Results, folder: Path) -> None:
    """Write the gates of the tubes for other programs: as Gating-ML 2.0 and as a FlowJo workspace."""
    plate = results.plate
    if plate is None or not plate.gates:
        return
    from cytotools.gate_files import named_gates, workspace_samples
    from gating.exchange.flowjo import flowjo_workspace
    from gating.exchange.gating_ml import gating_ml

    samples = workspace_samples(plate, results.study.folder, FROM_RESULTS_TO_STUDY)
    (folder / "gates.xml").write_bytes(gating_ml(named_gates(plate)))
    (folder / "gates.wsp").write_bytes(flowjo_workspace(samples))


def _write_curves(results: Results, folder: Path) -> None:
    """Write the dose-response curves for Prism."""
    if not results.curves:
        return
    from cytotools.prism_curves import prism_curves
    from cytotools.prism_tables import write_prism

    (folder / "dose_response.pzfx").write_bytes(write_prism(prism_curves(results.curves)))


def _write_combinations(results: Results, folder: Path) -> None:
    """Write the wells of every constant ratio as CompuSyn takes them, an experiment after the other."""
    if results.combinations is None:
        return
    from cytotools.compusyn_writing import compusyn_of

    taken: list[str] = []
    for found in results.combinations.ratios:
        one = found.combination
        if one.experiments:
            folder.mkdir(exist_ok=True)
            taken.append(file_stem(f"{' '.join(one.agents)} {condition_label(one.condition)}", taken))
            text = compusyn_of(one.experiments, one.agents, one.units, one.ratio)
            save_words(text, folder / f"{taken[-1]}.txt")


def _embed(folder: Path, figure: Saved) -> ShownFigure:
    """Return a figure as the page holds it."""
    from cytotools.figures.page_pictures import picture_uri, width_px

    picture = folder / f"{figure.name}.png"
    uri, width = picture_uri(folder / figure.file, picture, figure.section), width_px(picture)
    return ShownFigure(figure.name, figure.title, figure.caption, figure.section, uri, width, figure.file)
