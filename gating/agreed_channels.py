"""One channel of Annexin V and one of the dye for the tubes of a group, some of which do not label them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from gating.channels import is_labelled_annexin, is_labelled_dye

if TYPE_CHECKING:
    from gating.tubes import Survey


def agree_channels(surveys: Mapping[str, Survey]) -> dict[str, Survey]:
    """Return the surveys of a group's tubes with the channels that its labelled tubes name.

    A single stain often labels only the channel that it stains, and the other one was then recognised by its detector
    alone. Where the tubes that do label it agree on one channel, the others take it, too; a tube that labels another
    one keeps it, and is told apart by `gating.settings.check_settings`.

    Parameters
    ----------
    surveys : mapping of file to Survey
        Of one group; each with its `channels`.

    Examples
    --------
    >>> from gating.events import Channel
    >>> from gating.tubes import Survey
    >>> def look(dye, *channels):
    ...     return Survey("", "FITC-A", dye, None, None, None, None, channels=(Channel("FITC-A"), *channels))
    >>> sample = look("PE-A", Channel("PE-A", "PI"), Channel("PerCP-A"))
    >>> annexin_only = look("PerCP-A", Channel("PE-A"), Channel("PerCP-A"))
    >>> [survey.dye for survey in agree_channels({"s": sample, "a": annexin_only}).values()]
    ['PE-A', 'PE-A']
    """
    annexin = {c.name for s in surveys.values() for c in s.channels if c.name == s.annexin and is_labelled_annexin(c)}
    dye = {c.name for s in surveys.values() for c in s.channels if c.name == s.dye and is_labelled_dye(c)}
    agreed = {}
    for file, survey in surveys.items():
        by_name = {channel.name: channel for channel in survey.channels}
        first, second = survey.annexin, survey.dye
        if len(annexin) == 1 and not is_labelled_annexin(by_name[first]):
            first = next((name for name in annexin if name in by_name), first)
        if len(dye) == 1 and not is_labelled_dye(by_name[second]):
            second = next((name for name in dye if name in by_name), second)
        agreed[file] = replace(survey, annexin=first, dye=second) if first != second else survey
    return agreed
