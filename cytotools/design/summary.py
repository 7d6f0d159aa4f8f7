"""What a design comes to, for the terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from cytotools.design.experiment import Design
from cytotools.design.index_precision import IndexPrecision
from cytotools.design.plate_sharing import shared_plates
from cytotools.design.precision import OFF, POWER, Precision
from cytotools.doses.combination_power import MOST
from cytotools.plates.dose_units import Dose, read_unit


def summary_lines(design: Design) -> Iterator[str]:
    """Yield what is to be done, and what should be known."""
    plates = len(shared_plates(design))
    wells = design.wells
    yield (
        f"{design.replicates} x {plates} plate{'s' if plates > 1 else ''} of {design.plate_wells} wells: "
        f"{' and '.join(design.lines)}, {wells.per_dose} wells a dose, {wells.controls} a vehicle."
    )
    percent = ", ".join(f"{share:.3g} % {vehicle}" for vehicle, share in design.vehicle_percent.items())
    yield f"Constant in the wells of their compounds and in their controls: {percent}."
    yield from (f"note: {note}" for note in design.notes)


def precision_table(design: Design, precision: Sequence[Precision], width: int | None = 140) -> str:
    """Return the table of what to expect of each curve; without a width it is the terminal's."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"Expected precision ({100 * design.scatter.well:g} % between wells)", title_justify="left")
    for name in ("curve", "IC50", "doses", "95 % interval,\none experiment", f"{design.replicates} experiments"):
        table.add_column(name)
    table.add_column(f"ratio of two lines,\n{100 * POWER:g} % power")
    table.add_column(f"told if {OFF:g}-fold\nlower / as is / higher")
    for found in precision:
        shares = (found.answered_at_third, found.answered, found.answered_at_triple)
        table.add_row(
            found.curve,
            _dose(found.ic50, found.dose_unit),
            f"{_dose(found.lowest_dose, found.dose_unit)} to {_dose(found.highest_dose, found.dose_unit)}",
            _fold(found.fold_width),
            _fold(found.fold_width_over_replicates),
            _fold(found.smallest_ratio),
            " / ".join("-" if math.isnan(share) else f"{100 * share:.0f} %" for share in shares),
        )
    return "".join(part.text for part in Console(width=width, markup=False, emoji=False).render(table)).rstrip()


def index_table(design: Design, expected: Sequence[IndexPrecision], width: int | None = 140) -> str:
    """Return the table of what to expect of each combination index; without a width it is the terminal's."""
    from rich.console import Console
    from rich.table import Table

    scatter = f"{100 * design.scatter.well:g} % between wells, SD {design.scatter.experiment:g} of ln IC50"
    table = Table(title=f"Expected combination index ({scatter} between experiments)", title_justify="left")
    for name in ("combination", "true index", "effects that\nall curves reach", "SD of ln index,\none experiment"):
        table.add_column(name)
    table.add_column(f"power of\n{design.replicates} experiments")
    table.add_column(f"experiments needed\nfor {100 * POWER:g} % power")
    for found in expected:
        table.add_row(
            found.combination,
            f"{found.index:g}",
            " ".join(f"{level:g}" for level in found.levels) or "-",
            f"{found.ln_sd:.2f}" if math.isfinite(found.ln_sd) else "-",
            f"{100 * found.power:.0f} %",
            str(found.experiments_needed or f"more than {MOST}"),
        )
    return "".join(part.text for part in Console(width=width, markup=False, emoji=False).render(table)).rstrip()


def _fold(width: float) -> str:
    if math.isnan(width):
        return "-"
    return f"{width:.3g}-fold" if math.isfinite(width) else "open"


def _dose(amount: float, unit: str) -> str:
    return str(Dose(float(f"{amount:.3g}"), read_unit(unit)).readable())
