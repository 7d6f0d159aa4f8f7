"""Write tables as users of CompuSyn type them, with what it prints of them: read back, the tables are the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from cytotools.compusyn_results import compusyn_results
from cytotools.compusyn_tables import CompusynAgent, CompusynCombination, CompusynTable, FloatArray
from cytotools.doses import fit_median_effect
from cytotools.doses.combined_experiment import CombinedExperiment, CurveWells
from cytotools.errors import StudyError

DIGITS = 12  # of doses that are products: 0.1 times 3 is 0.3


def write_compusyn(tables: CompusynTable | Sequence[CompusynTable], *, results: bool = True) -> str:
    r"""Return the text of one experiment or several, a block for each drug and each combination.

    Parameters
    ----------
    tables : CompusynTable or sequence of it
    results : bool
        Add the log-linear median effects, and the indices at the usual levels; what has no median effect says why.

    Examples
    --------
    >>> import numpy as np
    >>> agent = CompusynAgent("cisplatin", "uM", np.array([1.0, 2.0, 4.0]), np.array([0.2, 0.5, 0.8]))
    >>> write_compusyn(CompusynTable((agent,), ())).splitlines()[:7]
    ['Data for Drug: cisplatin [uM]', 'Dose\tEffect', '1.0\t0.2', '2.0\t0.5', '4.0\t0.8',
     'X-int:\t0.30103', 'Y-int:\t-0.60206']
    """
    several = [tables] if isinstance(tables, CompusynTable) else tables
    return "\n\n".join("\n".join(_lines(table, results)) for table in several) + "\n"


def _lines(table: CompusynTable, results: bool) -> Iterator[str]:
    if table.experiment:
        yield f"Experiment: {table.experiment}"
    for agent in table.agents:
        yield f"Data for Drug: {agent.name}{f' [{agent.unit}]' if agent.unit else ''}"
        yield "Dose\tEffect"
        yield from _rows(agent.doses, agent.effects)
        yield from _fit_lines(agent.doses, agent.effects) if results else ()
    for together in table.combinations:
        yield f"Data for Drug Combo: {together.label}"
        yield "\t".join([*(f"Dose {name}" for name in together.names), "Effect"])
        yield from _rows(together.doses, together.effects)
        units = {table.agent(name).unit for name in together.names}
        if results and len(units) > 1:
            yield f"# Dm and total dose add doses in {' and '.join(sorted(units))}, as CompuSyn does: the index stands."
        yield from _fit_lines(together.total_doses, together.effects) if results else ()
    for together in table.combinations if results else ():
        alone = tuple(table.agent(name) for name in together.names)
        yield from _index_lines(CompusynTable(alone, (together,)))


def _rows(doses: FloatArray, effects: FloatArray) -> Iterator[str]:
    yield from ("\t".join(map(str, row)) for row in np.column_stack([doses, effects]).tolist())


def _fit_lines(doses: FloatArray, effects: FloatArray) -> Iterator[str]:
    """Yield the median effect as CompuSyn prints it: where the line crosses both axes, m, Dm and r."""
    try:
        fit = fit_median_effect(doses, effects)
    except StudyError as error:
        yield f"# no median effect: {error.problems[0].got}"
        return
    crossing = float(np.log10(fit.dm))
    values = {"X-int": crossing, "Y-int": -fit.m * crossing, "m": fit.m, "Dm": fit.dm, "r": fit.r}
    yield from (f"{name}:\t{value:.6g}" for name, value in values.items())


def _index_lines(table: CompusynTable) -> Iterator[str]:
    """Yield the indices of a combination; nothing where one of its curves has no median effect."""
    try:
        [found] = compusyn_results(table).indices
    except StudyError:
        return
    label, names = found.combination.label, found.combination.names
    total = found.fit.dose_at(found.affected)
    yield f"CI Data for Drug Combo: {label}"
    yield "Fa\tCI Value\tTotal Dose"
    yield from (
        "\t".join(f"{value:.6g}" for value in row) for row in zip(found.affected, found.index, total, strict=True)
    )
    yield f"DRI Data for Drug Combo: {label}"
    yield "\t".join(["Fa", *(f"DRI {name}" for name in names)])
    reductions = np.column_stack([found.affected, found.dose_reduction.T]).tolist()
    yield from ("\t".join(f"{value:.6g}" for value in row) for row in reductions)


def compusyn_of(
    experiments: Sequence[CombinedExperiment], names: Sequence[str], units: Sequence[str], ratio: str
) -> str:
    r"""Return the experiments of a constant ratio as text for CompuSyn: the mean effect of the wells at each dose.

    Parameters
    ----------
    experiments : sequence of CombinedExperiment
    names, units : sequence of str
        Of the agents, in the order of the experiments' singles.
    ratio : str
        p:q of their doses, each in its own unit.

    Examples
    --------
    >>> import numpy as np
    >>> wells = CurveWells(np.array([1.0, 1.0, 2.0, 4.0]), np.array([0.2, 0.4, 0.6, 0.7]), np.ones(4))
    >>> experiment = CombinedExperiment("1", (wells, wells), wells, (0.25, 0.75))
    >>> compusyn_of([experiment], ["A", "B"], ["uM", "uM"], "1:3").splitlines()[21:25]
    ['Data for Drug Combo: A+B [1:3]', 'Dose A\tDose B\tEffect', '0.25\t0.75\t0.3', '0.5\t1.5\t0.6']
    """
    parts = tuple(float(part) for part in ratio.split(":"))
    return write_compusyn([_table(experiment, names, units, parts) for experiment in experiments])


def _table(
    experiment: CombinedExperiment, names: Sequence[str], units: Sequence[str], ratio: tuple[float, ...]
) -> CompusynTable:
    agents = [
        CompusynAgent(name, unit, *_means(wells))
        for name, unit, wells in zip(names, units, experiment.singles, strict=True)
    ]
    abscissa, effects = _means(experiment.combined)
    doses = _rounded(abscissa[:, None] * np.array(experiment.shares))
    return CompusynTable(
        tuple(agents), (CompusynCombination(tuple(names), ratio, doses, effects),), experiment.name or "1"
    )


def _means(wells: CurveWells) -> tuple[FloatArray, FloatArray]:
    """Return each dose, from the lowest, and the mean effect of its wells."""
    doses, places = np.unique(_rounded(wells.dose), return_inverse=True)
    return doses, _rounded(np.bincount(places, wells.affected) / np.bincount(places))


def _rounded(values: FloatArray) -> FloatArray:
    return np.array([float(f"{value:.{DIGITS}g}") for value in values.ravel()]).reshape(values.shape)
