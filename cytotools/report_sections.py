"""The sections of the page in their order: what stands in each, and what of it stays folded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cytotools.report_blots import blot_details, blot_tables
from cytotools.report_combinations import combination_details, combination_tables
from cytotools.report_flow import flow_details, flow_tables
from cytotools.report_plates import plate_details, plate_tables
from cytotools.report_tubes import tube_details
from cytotools.report_verdicts import verdict_tables
from cytotools.shown_table import ShownTable

if TYPE_CHECKING:
    import pandas as pd

ANSWER = "answer"  # the figures of the first screen
LONG = 60  # rows: a longer table stays folded


@dataclass(frozen=True)
class ShownFigure:
    """A figure as the page holds it."""

    name: str
    title: str
    caption: str
    section: str
    uri: str
    width: int
    file: str = ""  # in figures/


@dataclass(frozen=True)
class Section:
    """One section of the page."""

    key: str  # its id
    assay: str  # as cautions.csv names it
    nav: str
    heading: str
    words: str
    figures: Sequence[ShownFigure]
    tables: Sequence[ShownTable]
    folded: Sequence[tuple[str, Sequence[ShownFigure]]]  # figures behind a summary
    details: Sequence[ShownTable]  # each behind its title

    def all_figures(self) -> Iterator[ShownFigure]:
        """Yield its figures, the folded ones last."""
        yield from self.figures
        for _, figures in self.folded:
            yield from figures


@dataclass(frozen=True)
class _Plan:
    """A section before its content: what it is called and what is said of it."""

    key: str
    assay: str
    nav: str
    heading: str
    words: str


_PLANS = (
    _Plan(
        "verdict",
        "study",
        "Verdict",
        "The verdict: do the methods agree, and why does a line not respond?",
        "The assays are held against each other under the same conditions, each at its own hour. A mechanism is graded "
        "by what was measured: supported, against, not resolved (measured, and the interval spans both) or not tested. "
        "Grades are not added up.",
    ),
    _Plan(
        "flow",
        "flow",
        "Annexin V",
        "Annexin V against the dead-cell dye",
        "Cells are divided by two thresholds into live (Annexin V−, dye−), early apoptotic (Annexin V+, dye−), late "
        "apoptotic or necrotic (Annexin V+, dye+: an end point can’t tell the two apart) and dye-only cells. n is the "
        "number of independent experiments.",
    ),
    _Plan(
        "blots",
        "blots",
        "Blots",
        "Western blots over time",
        "Band volumes are divided by the loading control of their lane and then by the reference of their membrane. A "
        "fold change of 1 is the level at the reference; 0.5 is half of it.",
    ),
    _Plan(
        "plates",
        "plates",
        "Plates",
        "Viability, caspase and standard curves",
        "A response is a well’s signal above its blank over that of its control: 1 is the control, 0 the blank. The "
        "relative IC50 lies half-way between the curve’s own plateaus, the absolute one where the response is half of "
        "the control. An IC50 beyond the tested doses is given as a bound. n is the number of independent experiments, "
        "never of wells.",
    ),
    _Plan(
        "combinations",
        "plates",
        "Combinations",
        "Combinations and schedules",
        "Synergy, additivity and antagonism are verdicts on the interval over independent experiments, never on the "
        "estimate alone. Outside the tested doses and effects there is none.",
    ),
)
_FOLDS = {
    "blots for the supplement": "For the supplement: uncropped blots with what was cropped, and the other membranes",
    "blots in detail": "How the bands were measured: profiles with their fits, and what the fits leave over",
    "plates in detail": "The plates themselves: signal, response, and what the conditions leave over",
}


def page_sections(
    tables: Mapping[str, pd.DataFrame], figures: Sequence[ShownFigure], diagrams: Sequence[ShownTable] = ()
) -> list[Section]:
    """Return the sections that hold anything, in the order of the page.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        The results' tables by name.
    figures : sequence of ShownFigure
        What is drawn; those of the first screen are left to it. A section's name, or that name followed by other
        words (`blots in detail`), says where a figure goes; what follows the name stays folded.
    diagrams : sequence of ShownTable
        What the diagrams of the first screen show, as tables.
    """
    shown = {
        "verdict": (verdict_tables(tables), list(diagrams)),
        "flow": (flow_tables(tables), [*flow_details(tables), *tube_details(tables)]),
        "blots": (blot_tables(tables), blot_details(tables)),
        "plates": (plate_tables(tables), plate_details(tables)),
        "combinations": (combination_tables(tables), combination_details(tables)),
    }
    found = [_section(plan, *shown[plan.key], figures) for plan in _PLANS]
    return [one for one in found if one.tables or one.details or any(one.all_figures())]


def _section(
    plan: _Plan, tables: Sequence[ShownTable], details: Sequence[ShownTable], figures: Sequence[ShownFigure]
) -> Section:
    own = [figure for figure in figures if figure.section.split(" ")[0] == plan.key]
    names = dict.fromkeys(figure.section for figure in own if figure.section != plan.key)
    return Section(
        plan.key,
        plan.assay,
        plan.nav,
        plan.heading,
        plan.words,
        [figure for figure in own if figure.section == plan.key],
        [table for table in tables if 0 < len(table.rows) <= LONG],
        [(_FOLDS.get(name, name), [figure for figure in own if figure.section == name]) for name in names],
        [*(table for table in tables if len(table.rows) > LONG), *(table for table in details if table.rows)],
    )
