"""The page of a study: one HTML file that shows everything, runs nothing from outside and asks for nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from cytotools.cautions import SEVERITIES
from cytotools.diagrams.pathway import pathways
from cytotools.diagrams.troubleshooting import troubleshooting_path
from cytotools.labels import visible
from cytotools.methods import methods
from cytotools.report_cautions import Anchors, anchor_of, linked_cautions, placed_sections, placed_table
from cytotools.report_sections import ANSWER, ShownFigure, page_sections
from cytotools.shown_table import ShownTable, marked, unbroken
from cytotools.study_agents import study_agents
from cytotools.wording import answers

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

    from cytotools.results import Results


FIRST_ANSWERS = 12  # sentences before the folds, over all groups


@dataclass(frozen=True)
class _Embedded:
    """The page's own style or script, with the hash by which its content policy lets this one alone through."""

    text: Markup
    hash: str


def render(results: Results, figures: Sequence[ShownFigure], found: Mapping[str, Any]) -> str:
    """Return report.html; every text that came from a file is escaped, and what it hides is spelt out.

    Parameters
    ----------
    results : Results
    figures : sequence of ShownFigure
        In the order of the report.
    found : mapping
        What `provenance` returns.
    """
    environment = _environment()
    anchors, groups = Anchors(), answers(results)
    sections = placed_sections(page_sections(results.tables, figures, _diagrams(results)), anchors)
    cautions = linked_cautions(results.cautions, sections, anchors)
    return environment.get_template("report.html.j2").render(
        title=results.study.title or "Apoptosis study",
        measured=_measured(results),
        answers=groups,
        answers_shown=max(1, FIRST_ANSWERS // max(1, len(groups))),
        answer_figures=[figure for figure in figures if figure.section.split(" ")[0] == ANSWER],
        cautions_in_words=_cautions_in_words(results),
        sections=sections,
        cautions=cautions,
        methods=list(methods(results)),
        provenance=found,
        inputs=placed_table("inputs", _inputs(found["inputs"]), anchors),
        style=_embedded(environment, "report.css"),
        script=_embedded(environment, "report.js"),
        figure_anchor=lambda figure: anchor_of("f", figure.name),
        marked=marked,
    )


def _diagrams(results: Results) -> list[ShownTable]:
    """Return the rows behind the diagrams: the nodes of every pathway, the steps of the troubleshooting path."""
    agents = study_agents(results.study)
    path = troubleshooting_path(results.tables, agents)
    steps = [path.table] if path.branches or len(path.steps) > 1 else []
    return [*(one.table for one in pathways(results.tables, agents)), *steps]


def _inputs(files: Sequence[Mapping[str, str]]) -> ShownTable:
    rows = [[one["file"], one["sha256"]] for one in files]
    return ShownTable("The input files with their SHA-256", ["file", "SHA-256"], rows)


def _visible(value: object) -> object:
    """Spell out hidden signs in a text that is about to be written; markup of ours passes as it is."""
    return visible(value) if type(value) is str else value


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("cytotools"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )
    environment.filters["unbroken"] = unbroken
    return environment


def _embedded(environment: Environment, name: str) -> _Embedded:
    """Return a file beside the templates as it is: no word of a study stands in it."""
    from markupsafe import Markup

    assert environment.loader is not None
    text = environment.loader.get_source(environment, name)[0]
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return _Embedded(Markup(text), f"sha256-{digest}")


def _measured(results: Results) -> str:
    parts = []
    tables = results.tables
    quadrants, bands = tables["quadrants"], tables["bands"]
    if len(quadrants):
        tubes = quadrants.drop_duplicates("file")
        samples = int(tubes["role"].isin(["untreated", "vehicle", "treated"]).sum())
        parts.append(
            f"{samples} samples and {len(tubes) - samples} control tubes by flow cytometry "
            f"({int(tubes['file_events'].sum()):,} events)".replace(",", "\u202f")
        )
    if len(bands):
        measured = ", ".join(dict.fromkeys(bands["target"]))
        images = bands["image"].nunique()
        parts.append(f"{images} blot image{'s' if images > 1 else ''} with {len(bands)} bands ({measured})")
    wells = tables["wells"]
    if len(wells):
        plates = wells["plate"].nunique()
        parts.append(f"{len(wells)} wells on {plates} plate{'s' if plates > 1 else ''}")
    return f"Measured: {'; '.join(parts)}." if parts else "Nothing was measured."


def _cautions_in_words(results: Results) -> str:
    severities = list(results.cautions["severity"])
    counts = {severity: severities.count(severity) for severity in SEVERITIES}
    words = [f"{n} {name}{'s' if name != 'refused' and n > 1 else ''}" for name, n in counts.items() if n]
    return f"These numbers carry cautions: {', '.join(words)}." if words else "No caution was raised."
