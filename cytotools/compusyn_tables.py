"""What a user of CompuSyn types: the doses and effects of each drug, and of their combinations in a constant ratio."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CompusynAgent:
    """One drug alone.

    Attributes
    ----------
    name, unit : str
        `unit` is empty where the table gives none.
    doses, effects : ndarray, shape (n_doses,)
        The effect is the fraction affected, as given.
    """

    name: str
    unit: str
    doses: FloatArray
    effects: FloatArray


@dataclass(frozen=True, eq=False)
class CompusynCombination:
    """Two or more drugs together.

    Attributes
    ----------
    names : tuple of str
        As the agents are called.
    ratio : tuple of float
        p, q, ... of their doses, each in its own unit.
    doses : ndarray, shape (n_doses, n_agents)
        Of each drug.
    effects : ndarray, shape (n_doses,)
    """

    names: tuple[str, ...]
    ratio: tuple[float, ...]
    doses: FloatArray
    effects: FloatArray

    @property
    def label(self) -> str:
        """Return the drugs with their ratio, as CompuSyn writes them: cisplatin+birinapant [1:20]."""
        return f"{'+'.join(self.names)} [{':'.join(f'{part:.10g}' for part in self.ratio)}]"

    @property
    def total_doses(self) -> FloatArray:
        """Return the sum of the doses, (n_doses,): what CompuSyn fits, whatever the units."""
        return np.asarray(self.doses.sum(axis=1), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class CompusynTable:
    """One experiment.

    Attributes
    ----------
    agents : tuple of CompusynAgent
    combinations : tuple of CompusynCombination
    experiment : str
        Its name, "" for none.
    """

    agents: tuple[CompusynAgent, ...]
    combinations: tuple[CompusynCombination, ...]
    experiment: str = ""

    def agent(self, name: str) -> CompusynAgent:
        """Return the drug of this name."""
        return next(agent for agent in self.agents if agent.name == name)
