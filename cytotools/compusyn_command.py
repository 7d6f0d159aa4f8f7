"""What `cytotools compusyn` prints: the tables of one experiment for the terminal, and their rows for CSV files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cytotools.errors import refusal

if TYPE_CHECKING:
    from rich.table import Table

    from cytotools.compusyn_results import CompusynIndex, CompusynResults
    from cytotools.doses.median_effect import MedianEffect

ONE_EXPERIMENT = (
    "One table is one experiment: its indices are descriptive and not resolved. They carry no interval, because what "
    "differs between independent experiments can't be seen in one. `cytotools run` gives the interval over experiments."
)
EXTRAPOLATED = (
    "* beyond the effects that every drug and the combination reached: extrapolated, no ground for a verdict."
)


def beyond_of(words: str) -> str | float:
    """Return what `--beyond` asks for.

    Raises
    ------
    StudyError
        It is none of the three.

    Examples
    --------
    >>> beyond_of("leave-out"), beyond_of("0.01")
    ('leave out', 0.01)
    """
    if words.replace("-", " ") in ("refuse", "leave out"):
        return words.replace("-", " ")
    try:
        distance = float(words)
    except ValueError:
        distance = 0.0
    if not 0.0 < distance < 0.5:
        remedy = "Write --beyond leave-out or --beyond 0.01."
        raise refusal("--beyond", "the policy", "refuse, leave-out or a number above 0 and below 0.5", words, remedy)
    return distance


def compusyn_lines(results: CompusynResults, width: int | None = 140) -> Iterator[str]:
    """Yield the tables of an experiment as text; without a width they are the terminal's."""
    if results.table.experiment:
        yield f"Experiment: {results.table.experiment}"
    tables = [_median_table(results), *map(_index_table, results.indices)]
    yield from (_drawn(table, width) for table in tables)
    outside = sum(fit.outside for fit in (*results.fits.values(), *(found.fit for found in results.indices)))
    if outside:
        yield f"{outside} effect{'s' if outside > 1 else ''} at or beyond 0 and 1, which have no logarithm (--beyond)."
    if not all(found.tested.all() for found in results.indices):
        yield EXTRAPOLATED


def median_rows(results: CompusynResults) -> Iterator[dict[str, Any]]:
    """Yield a row a drug and a combination; a combination's dose is the total, or the first drug's in unlike units."""
    for agent in results.table.agents:
        yield _median_row(results, agent.name, agent.unit, results.fits[agent.name])
    for found in results.indices:
        units = [results.table.agent(name).unit for name in found.combination.names]
        share = 1.0 if len(set(units)) == 1 else found.combination.ratio[0] / sum(found.combination.ratio)
        row = _median_row(results, found.combination.label, units[0], found.fit)
        yield row | {"dm": share * found.fit.dm}


def _median_row(results: CompusynResults, name: str, unit: str, fit: MedianEffect) -> dict[str, Any]:
    where = {"experiment": results.table.experiment, "agent": name, "dose_unit": unit}
    return where | {"m": fit.m, "dm": fit.dm, "r": fit.r, "n_doses": fit.n_doses, "outside": fit.outside}


def index_rows(results: CompusynResults) -> Iterator[dict[str, Any]]:
    """Yield a row a combination, level and method: ci (exclusive or not) and dose_reduction (of each drug)."""
    for found in results.indices:
        where = {"experiment": results.table.experiment, "combination": found.combination.label}
        for k, affected in enumerate(found.affected.tolist()):
            level = where | {"affected": affected, "tested": bool(found.tested[k]), "verdict": "not resolved"}
            for exclusive, values in ((True, found.index), (False, found.index_nonexclusive)):
                yield level | {
                    "method": "ci_log_linear",
                    "exclusive": exclusive,
                    "agent": "",
                    "value": float(values[k]),
                }
            for name, values in zip(found.combination.names, found.dose_reduction, strict=True):
                own = {"method": "dose_reduction", "exclusive": "", "agent": name, "value": float(values[k])}
                yield level | own


def _median_table(results: CompusynResults) -> Table:
    from rich.table import Table

    shown = Table(title="Median effect (log-linear fit)", title_justify="left")
    for name in ("drug", "m", "Dm", "r", "doses"):
        shown.add_column(name)
    for agent in results.table.agents:
        fit = results.fits[agent.name]
        shown.add_row(agent.name, *_fit_words(fit, _dose_words(fit.dm, agent.unit)))
    for found in results.indices:
        own, per_part = found.combination, found.fit.dm / sum(found.combination.ratio)
        units = [results.table.agent(name).unit for name in own.names]
        doses = [_dose_words(per_part * part, unit) for part, unit in zip(own.ratio, units, strict=True)]
        shown.add_row(own.label, *_fit_words(found.fit, " + ".join(doses)))
    return shown


def _dose_words(dose: float, unit: str) -> str:
    return f"{dose:.4g} {unit}".rstrip()


def _fit_words(fit: MedianEffect, dose: str) -> tuple[str, ...]:
    return f"{fit.m:.4f}", dose, f"{fit.r:.4f}", str(fit.n_doses)


def _index_table(found: CompusynIndex) -> Table:
    from rich.table import Table

    shown = Table(title=found.combination.label, title_justify="left")
    for name in ("fa", "CI", "CI, mutually\nnon-exclusive", *(f"DRI {name}" for name in found.combination.names)):
        shown.add_column(name)
    for k, affected in enumerate(found.affected.tolist()):
        values = (found.index[k], found.index_nonexclusive[k], *found.dose_reduction[:, k])
        shown.add_row(f"{affected:g}{'' if found.tested[k] else ' *'}", *(f"{float(value):.4f}" for value in values))
    return shown


def _drawn(table: Table, width: int | None) -> str:
    from rich.console import Console

    console = Console(
        width=width, markup=False, emoji=False
    )  # or rich takes [1:100] for a style and :100: for a picture
    text = "".join(part.text for part in console.render(table))
    return "\n".join(line.rstrip() for line in text.splitlines())
