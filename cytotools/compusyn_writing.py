"""Write tables as users of CompuSyn type them: what is written is read back the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from cytotools.compusyn_tables import CompusynAgent, CompusynCombination, CompusynTable, FloatArray
from cytotools.doses.combined_experiment import CombinedExperiment, CurveWells

DIGITS = 12  # of doses that are products: 0.1 times 3 is 0.3


def write_compusyn(tables: CompusynTable | Sequence[CompusynTable]) -> str:
    r"""Return the text of one experiment or several, a block for each drug and each combination.

    Examples
    --------
    >>> import numpy as np
    >>> agent = CompusynAgent("cisplatin", "uM", np.array([1.0, 2.0]), np.array([0.3, 0.6]))
    >>> write_compusyn(CompusynTable((agent,), ())).splitlines()
    ['Data for Drug: cisplatin [uM]', 'Dose\tEffect', '1.0\t0.3', '2.0\t0.6']
    """
    several = [tables] if isinstance(tables, CompusynTable) else tables
    return "\n\n".join("\n".join(_lines(table)) for table in several) + "\n"


def _lines(table: CompusynTable) -> Iterator[str]:
    if table.experiment:
        yield f"Experiment: {table.experiment}"
    for agent in table.agents:
        yield f"Data for Drug: {agent.name}{f' [{agent.unit}]' if agent.unit else ''}"
        yield "Dose\tEffect"
        yield from (
            f"{dose}\t{effect}" for dose, effect in zip(agent.doses.tolist(), agent.effects.tolist(), strict=True)
        )
    for together in table.combinations:
        yield f"Data for Drug Combo: {together.label}"
        yield "\t".join([*(f"Dose {name}" for name in together.names), "Effect"])
        yield from ("\t".join(map(str, row)) for row in np.column_stack([together.doses, together.effects]).tolist())


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
    >>> wells = CurveWells(np.array([1.0, 1.0, 2.0]), np.array([0.2, 0.4, 0.6]), np.ones(3))
    >>> experiment = CombinedExperiment("1", (wells, wells), wells, (0.25, 0.75))
    >>> compusyn_of([experiment], ["A", "B"], ["uM", "uM"], "1:3").splitlines()[-4:]
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
