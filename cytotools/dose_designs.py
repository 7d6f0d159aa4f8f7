"""What the doses of several agents make together: constant ratios, dose matrices, or one agent over fixed partners.

A well is crossed where its experiment varies at least two of its agents over three doses or more while the others are
held, among wells of which the same is true: so a dose matrix is told from constant ratios, though its diagonals are
ratios too. A ratio is one that was meant where four of its doses are not crossed, in the study or on a plate of its
own. A well may serve two designs: a ratio that was meant takes every well that keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

from cytotools.experiments import grouped
from cytotools.well_agents import Agent

FEWEST_DOSES = 4  # a sigmoid has four parameters; with fewer doses its slope and plateaus can't be told apart
FEWEST_BEYOND = 2  # doses of a ratio beyond a matrix on whose diagonal the others stand
FEWEST_CROSSED = 3  # doses of both agents that make a matrix
SAME_RATIO = 0.05  # in ln: lists that round to two figures, such as 0.37 to 1.1 and 1.1 to 3.3, spread as far

Wells = Mapping[int, Sequence[Agent]]
Doses = tuple[float, ...]


@dataclass(frozen=True, eq=False)
class DoseDesign:
    """The designs among wells of the same agents, rows by what they are of.

    Attributes
    ----------
    ratios : dict of str to tuple of int
        Constant ratios p:q of four doses or more, from the smallest share of the first agent to the largest.
    crossed : frozenset of int
        Wells of a dose matrix.
    """

    ratios: dict[str, tuple[int, ...]]
    crossed: frozenset[int]

    @property
    def in_ratio(self) -> frozenset[int]:
        """Return the wells of all constant ratios."""
        return frozenset(row for rows in self.ratios.values() for row in rows)


def dose_design(wells: Wells, plates: Mapping[int, object], experiments: Mapping[int, object]) -> DoseDesign:
    """Tell constant ratios from dose matrices.

    Parameters
    ----------
    wells : mapping of row to agents
        Wells of the same agents under the same conditions.
    plates, experiments : mapping of row to what tells plates, or independent experiments, apart

    Examples
    --------
    >>> def well(one, two):
    ...     return Agent("", "cisplatin", one, "uM"), Agent("_2", "birinapant", two, "nM")
    >>> ray = [well(d, 10 * d) for d in (1.0, 2.0, 4.0, 8.0)]
    >>> grid = [well(one, two) for one in (1.0, 2.0, 4.0, 8.0) for two in (1.0, 2.0, 4.0, 8.0)]
    >>> wells = dict(enumerate([*ray, *grid]))
    >>> found = dose_design(wells, dict.fromkeys(wells), dict.fromkeys(wells))
    >>> found.ratios, len(found.crossed)
    ({'1:10': (0, 1, 2, 3)}, 16)
    """
    crossed = _crossed_in_each(wells, experiments)
    on_plates = _crossed_in_each(wells, plates)
    ratios: dict[str, tuple[int, ...]] = {}
    for rows in _by_ratio(wells):
        of_plates = grouped([row for row in rows if row not in on_plates], lambda row: plates[row])
        free = [row for row in rows if row not in crossed]
        longer = _steps(wells, free) >= FEWEST_BEYOND and _steps(wells, rows) >= FEWEST_DOSES
        if longer or any(_steps(wells, part) >= FEWEST_DOSES for part in of_plates.values()):
            words = _words(wells, rows)
            ratios[words] = tuple(sorted({*ratios.get(words, ()), *rows}))
    return DoseDesign(ratios, crossed)


def _crossed_in_each(wells: Wells, parts: Mapping[int, object]) -> frozenset[int]:
    found: set[int] = set()
    for rows in grouped(wells, lambda row: parts[row]).values():
        cells = crossed_cells({_doses(wells[row]) for row in rows})
        found.update(row for row in rows if _doses(wells[row]) in cells)
    return frozenset(found)


def crossed_cells(cells: Iterable[Doses]) -> set[Doses]:
    """Return the doses, out of (first, second, ...), that make a matrix: see the head of this room.

    Examples
    --------
    >>> grid = {(one, two) for one in (1.0, 2.0, 4.0) for two in (10.0, 20.0, 40.0)}
    >>> crossed_cells({*grid, (8.0, 80.0)}) == grid, crossed_cells({(1.0, 10.0), (2.0, 20.0), (4.0, 40.0)})
    (True, set())
    """
    left = set(cells)
    while True:
        kept = {cell for cell in left if _directions(cell, left) >= 2}
        if kept == left:
            return left
        left = kept


def _directions(cell: Doses, cells: set[Doses]) -> int:
    """Return how many agents of a cell vary while the others are held."""
    varied = (sum(other[:k] + other[k + 1 :] == cell[:k] + cell[k + 1 :] for other in cells) for k in range(len(cell)))
    return sum(doses >= FEWEST_CROSSED for doses in varied)


def _by_ratio(wells: Wells) -> list[list[int]]:
    """Return the wells by the ratio of their doses, ratios within rounding of each other as one."""
    parts = [list(wells)]
    agents = len(next(iter(wells.values()), ()))
    for k in range(1, agents):
        parts = [alike for part in parts for alike in _split(part, {row: _log_ratio(wells[row], k) for row in part})]
    return parts if agents > 1 else []


def _split(rows: Iterable[int], values: Mapping[int, float]) -> list[list[int]]:
    """Return rows in parts whose values lie together."""
    parts: list[list[int]] = []
    for row in sorted(rows, key=lambda row: values[row]):
        if not parts or values[row] - values[parts[-1][0]] > SAME_RATIO:
            parts.append([])
        parts[-1].append(row)
    return parts


def _log_ratio(agents: Sequence[Agent], k: int) -> float:
    return log(agents[k].dose / agents[0].dose)


def _doses(agents: Sequence[Agent]) -> Doses:
    return tuple(agent.dose for agent in agents)


def _steps(wells: Wells, rows: Iterable[int]) -> int:
    """Return how many doses a ratio has."""
    return len({_doses(wells[row]) for row in rows})


def _words(wells: Wells, rows: Iterable[int]) -> str:
    """Return p:q as the highest dose has it, from which the others were diluted."""
    return ratio_words(max(_doses(wells[row]) for row in rows))


def ratio_words(doses: Doses) -> str:
    """Return p:q of doses, the smallest 1.

    Examples
    --------
    >>> ratio_words((2.0, 1.0, 100.0))
    '2:1:100'
    """
    smallest = min(doses)
    return ":".join(f"{dose / smallest:.4g}" for dose in doses)


def ratio_parts(ratio: str) -> tuple[float, ...]:
    """Return the numbers of p:q.

    Examples
    --------
    >>> ratio_parts("1:100")
    (1.0, 100.0)
    """
    return tuple(float(part) for part in ratio.split(":"))


def same_ratio(one: Sequence[float], other: Sequence[float], within: float = SAME_RATIO) -> bool:
    """Tell whether two ratios p, q agree, by what they may differ in ln.

    Examples
    --------
    >>> same_ratio((1.0, 3.0), (10.0, 30.03)), same_ratio((1.0, 10.0), (1.0, 12.0))
    (True, False)
    """
    pairs = zip(one, other, strict=True)
    shares = [log(first / second) for first, second in pairs]
    return all(abs(share - shares[0]) <= within for share in shares)
