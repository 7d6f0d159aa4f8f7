"""What each agent of a study is: as its `compounds:` say, else by its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cytotools.verdicts.agent_classes import agent_class, folded

if TYPE_CHECKING:
    from cytotools.study import Study


def study_agents(study: Study) -> Callable[[str], str]:
    """Return a function from the name of an agent to its class, "" where that is not known.

    Examples
    --------
    >>> from pathlib import Path
    >>> from cytotools.study import Compound, Study
    >>> mine = Compound("compound 7", drug_class="Smac mimetic")
    >>> agents = study_agents(Study(Path("study.yaml"), compounds={"compound 7": mine}))
    >>> agents("Compound 7"), agents("TNF-α"), agents("water")
    ('smac_mimetic', 'tnf', '')
    """
    declared = {folded(name): compound.drug_class for name, compound in study.compounds.items()}
    return lambda name: agent_class(name, declared.get(folded(name), ""))
