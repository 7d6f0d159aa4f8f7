"""The checks that raised an alarm: each one's points, limit, number and words."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from cytotools.figures.drawing import Drawing
from cytotools.figures.style import Saved
from gating.artefacts.finding import Finding, Trace
from gating.cautions import CAUTIONS
from gating.plots import draw_trace

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS, ROWS = 3, 3
PANEL_INCHES = (2.45, 2.35)
MOST_OF_A_CHECK = 3  # panels; a fault of a whole plate is raised for every tube


def artefact_sheets(findings: Sequence[Finding]) -> Iterator[Drawing]:
    """Yield the findings that are raised, nine a sheet, those furthest beyond their limit first within each check.

    Notes are no alarms: they stand in the table alone.

    Parameters
    ----------
    findings : sequence of Finding
        Of all checks, raised or not.
    """
    raised = [f for f in findings if f.raised and not _is_note(f.check) and np.isfinite(f.value)]
    drawn, left_out = _chosen(raised)
    pages = [drawn[k : k + COLUMNS * ROWS] for k in range(0, len(drawn), COLUMNS * ROWS)]
    for number, page in enumerate(pages, 1):
        name = "artefacts" if len(pages) == 1 else f"artefacts_{number}"
        title = "Checks that raised an alarm" + (f", {number} of {len(pages)}" if len(pages) > 1 else "")
        yield Drawing(Saved(name, title, _caption(findings, left_out), "flow"), partial(_sheet, page))


def _is_note(check: str) -> bool:
    return check in CAUTIONS and CAUTIONS[check].severity == "note"


def _chosen(raised: Sequence[Finding]) -> tuple[list[list[Finding]], dict[str, int]]:
    """Return the panels to draw, check by check, and how many of each check are left out.

    Findings of one check that share a picture (each tube of a plate against one limit) share a panel.
    """
    panels: dict[str, dict[object, list[Finding]]] = {finding.check: {} for finding in raised}
    for finding in sorted(raised, key=lambda f: -np.nan_to_num(abs(f.value - f.limit))):
        picture = id(finding if finding.trace is None else finding.trace)
        panels[finding.check].setdefault(picture, []).append(finding)
    left_out = {c: len(found) - MOST_OF_A_CHECK for c, found in panels.items() if len(found) > MOST_OF_A_CHECK}
    return [panel for found in panels.values() for panel in list(found.values())[:MOST_OF_A_CHECK]], left_out


def _sheet(page: Sequence[Sequence[Finding]]) -> Figure:
    columns = min(COLUMNS, len(page))
    rows = -(-len(page) // columns)
    width, height = columns * PANEL_INCHES[0], rows * PANEL_INCHES[1]
    figure = Figure(figsize=(width, height))
    for place, findings in enumerate(page):
        row, column = divmod(place, columns)
        inches = (column * PANEL_INCHES[0] + 0.65, (rows - 1 - row) * PANEL_INCHES[1] + 0.42, 1.71, 1.22)
        _panel(figure.add_axes(tuple(np.divide(inches, (width, height) * 2))), findings)
    return figure


def _panel(ax: Axes, findings: Sequence[Finding]) -> None:
    """Draw the trace that findings share, or a number alone, with the words of the first above."""
    finding, files = findings[0], list(dict.fromkeys(file for finding in findings for file in finding.files))
    draw_trace(ax, finding.trace or _number_alone(finding), labels=False)
    trace = finding.trace
    ax.set_xlabel(textwrap.fill(trace.x_label if trace else "", 42), fontsize=5.8, labelpad=2, parse_math=False)
    ax.set_ylabel(
        textwrap.fill(trace.y_label if trace else finding.statistic, 30), fontsize=5.6, labelpad=2, parse_math=False
    )
    ax.tick_params(labelsize=5.8)
    if trace is None:
        ax.set_xticks([])
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    where = _shortened(files[0], 46 - len(more)) + more if files else "the whole batch"
    lines = [*textwrap.wrap(finding.words.replace(" %", "\u00a0%"), 50, max_lines=3, placeholder=" …"), where]
    ax.annotate(
        finding.check.replace("_", " "),
        (0, 1),
        (-43, 45),
        xycoords="axes fraction",
        textcoords="offset points",
        va="top",
        fontsize=7.2,
        fontweight="bold",
        annotation_clip=False,
        parse_math=False,
    )
    ax.annotate(
        "\n".join(lines),
        (0, 1),
        (-43, 36),
        xycoords="axes fraction",
        textcoords="offset points",
        va="top",
        fontsize=5.6,
        annotation_clip=False,
        parse_math=False,
    )


def _shortened(file: str, longest: int) -> str:
    return file if len(file) <= longest else f"…{file[-(longest - 1) :]}"


def _number_alone(finding: Finding) -> Trace:
    one = np.array([0.0])
    value, low, high = (np.array([v]) for v in (finding.value, finding.low, finding.high))
    return Trace(one, value, "", finding.statistic, low, high, finding.limit)


def _caption(findings: Sequence[Finding], left_out: dict[str, int]) -> str:
    """Say what is drawn, what is left out, and which checks were quiet."""
    words = ["Points with their 95 % intervals; dashed: the limit beyond which the check raises an alarm."]
    if left_out:
        words.append("Not drawn: " + ", ".join(f"{n} more of {check}" for check, n in left_out.items()) + ".")
    raised = {finding.check for finding in findings if finding.raised}
    quiet = [check for check in dict.fromkeys(f.check for f in findings) if check not in raised]
    if quiet:
        words.append(f"Checked and quiet: {', '.join(quiet)}.")
    return " ".join(words)
