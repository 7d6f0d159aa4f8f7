"""All checks that look inside single tubes, for one batch and cell line."""

from __future__ import annotations

from collections.abc import Mapping

from gating.artefacts.carry_over import check_carry_over
from gating.artefacts.debris_binding import check_debris
from gating.artefacts.dye_only_cells import check_dye_only
from gating.artefacts.few_events import check_few_events
from gating.artefacts.finding import Finding
from gating.artefacts.rna import check_rna
from gating.artefacts.saturation import check_saturation
from gating.artefacts.time_drift import check_time_drift
from gating.controls import Group
from gating.tube_profile import TubeProfile

FEWEST_IN_TIME = 1_000  # cells, below which the first of them are a handful


def check_tubes(profiles: Mapping[str, TubeProfile], group: Group) -> list[Finding]:
    """Look for artefacts inside the tubes of one batch and cell line.

    Parameters
    ----------
    profiles : mapping of file to TubeProfile
        The group's tubes; a file of the group that could not be used is left out.
    group : Group
        Says which of them are samples and which are controls: RNA, debris and dye-only cells are looked for in the
        tubes that carry both stains.

    Returns
    -------
    list of Finding
        One a tube and check, raised or not. A check that needs a Time channel or scatter is left out for the tubes
        without.

    Examples
    --------
    >>> check_tubes({}, Group("", "", (), (), {}))
    []
    """
    tubes = {file: profiles[file] for file in dict.fromkeys(group.files) if file in profiles}
    stained = {file: tubes[file] for file in dict.fromkeys(group.stained) if file in tubes}
    return [
        *check_few_events(tubes),
        *check_saturation(tubes),
        *check_carry_over({file: tube for file, tube in tubes.items() if tube.cells >= FEWEST_IN_TIME}),
        *check_time_drift(tubes),
        *check_rna(stained),
        *check_debris(stained),
        *check_dye_only(stained),
    ]
