"""Whether the control tubes are what the sheet says, judged by their light.

Spillover makes a single stain shine in the other channel, too, but never more than in its own: seen from the unstained
tube, annexin_only lies closer to Annexin V's axis than dye_only, whatever the voltages. An unstained tube is darker
than the tube that holds the stain. No event of a single stain shines like the stain that it lacks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gating.control_light import ANNEXIN, DYE, ControlLight, darkest
from gating.errors import UnusableControl

if TYPE_CHECKING:
    from numpy.typing import NDArray

OWN = {"annexin_only": ANNEXIN, "dye_only": DYE}
STAIN_NAMES = ("Annexin V", "the dye")
SIGNIFICANT_SD = 5.0
FEWEST_EVENTS = 100  # in a tube, below which nothing is said
UNSTAINED_SD = 8.0
BRIGHTER = 1.5  # than the tube that holds the stain, or that lacks it
COMPARABLE = 3.0  # times dimmer than the stained tube
FEWEST_BRIGHT, LEAST_SHARE = 3, 0.002
SHIFT_SD = 0.5
MANY_EVENTS = 1_500  # in which some cell is dying
SHOWN_SHARE = 0.10  # of a positive control, beyond the unstained cells
STRAY_EVENTS, STRAY_SHARE, STRAY_PART = 5, 0.02, 0.25
STRAY_BRIGHTNESS = 0.10  # of what the other single stain shows
LINE_QUANTILE, LINE_ROOM = 0.25, 1.5


def confirm_roles(tubes: Sequence[ControlLight], channels: tuple[str, str]) -> tuple[str, ...]:
    """Refuse control tubes whose light contradicts their role, and return those whose stain can't be seen.

    Parameters
    ----------
    tubes : sequence of ControlLight
        The control tubes of a batch, roles unstained, annexin_only, dye_only and positive; others are not looked at.
    channels : tuple of str
        The names of Annexin V's channel and of the dye's, for the message.

    Returns
    -------
    tuple of str
        Files of single stains that are as dark as the unstained tube: a control that holds no dying cell looks like
        that, and so does one whose stain was forgotten.

    Raises
    ------
    UnusableControl
        Swapped single stains, an unstained tube that is stained, a single stain with both stains, one of many
        events without the stain that the positive control shows, a positive control without stain.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> def tube(file, role, annexin, dye):
    ...     light = rng.normal(100.0, 30.0, (2, 1_000))
    ...     light[:, :200] += np.array([[annexin], [dye]])
    ...     return ControlLight(file, role, light)
    >>> controls = [tube("u", "unstained", 0, 0), tube("a", "annexin_only", 9e3, 1e3), tube("d", "dye_only", 90, 9e3)]
    >>> confirm_roles(controls, ("FITC-A", "PE-A"))
    ()
    >>> swapped = [controls[0], tube("b", "annexin_only", 90, 9e3), tube("c", "dye_only", 9e3, 1e3)]
    >>> confirm_roles(swapped, ("FITC-A", "PE-A"))
    Traceback (most recent call last):
    gating.errors.UnusableControl: b and c: expected annexin_only bright in FITC-A and dye_only bright in PE-A, ...
    """
    usable = [tube for tube in tubes if tube.light.shape[1] >= FEWEST_EVENTS]
    unstained, annexin, dye, positive = (
        [tube for tube in usable if tube.role == role] for role in ("unstained", "annexin_only", "dye_only", "positive")
    )
    dark: list[str] = []
    if not annexin and not dye and not unstained:
        return ()
    _require_unswapped(annexin, dye, [*unstained, *annexin, *dye], channels)
    _require_dark(unstained, (annexin, dye), channels)
    for blank in unstained[:1]:
        dark = [tube.file for tube in [*annexin, *dye] if not _is_stained(tube, blank, OWN[tube.role])]
        for tube in [*annexin, *dye]:
            if tube.file in dark and _stain_shows(positive, blank, OWN[tube.role]):
                _require_few(tube, channels)
        for tube in annexin:
            _require_single(tube, blank, dye, channels)
        for tube in dye:
            _require_single(tube, blank, annexin, channels)
        for tube in positive:
            _require_any_stain(tube, blank)
    _require_own_channel([*annexin, *dye], [*unstained, *annexin, *dye], channels)
    return tuple(dark)


def _require_unswapped(
    annexin: Sequence[ControlLight],
    dye: Sequence[ControlLight],
    tubes: Sequence[ControlLight],
    channels: tuple[str, str],
) -> None:
    """Refuse single stains of which Annexin V's lies closer to the dye's axis than the dye's own."""
    for first in annexin:
        for second in dye:
            if _are_crossed(_excess(first, tubes), _excess(second, tubes)):
                raise _swapped(f"{first.file} and {second.file}", "each bright in the other's channel", channels)


def _require_own_channel(
    stained: Sequence[ControlLight], tubes: Sequence[ControlLight], channels: tuple[str, str]
) -> None:
    """Refuse a single stain that is brighter in the other channel than in its own."""
    for tube in stained if len(tubes) > 1 else []:
        own = OWN[tube.role]
        light = _excess(tube, tubes)
        if light[1 - own] > max(light[own], SIGNIFICANT_SD * darkest(tubes, 1 - own).spread):
            raise _swapped(tube.file, f"{tube.role} brighter in {channels[1 - own]}", channels)


def _are_crossed(annexin: NDArray[np.float64], dye: NDArray[np.float64]) -> bool:
    """Say whether annexin_only points more to the dye than dye_only does; the scales of the channels cancel."""
    return bool(annexin[DYE] * dye[ANNEXIN] > annexin[ANNEXIN] * dye[DYE])


def _excess(tube: ControlLight, tubes: Sequence[ControlLight]) -> NDArray[np.float64]:
    """Return how far the tube's upper light lies above that of the darkest tube, and not less than the noise."""
    dark = [darkest(tubes, channel) for channel in (ANNEXIN, DYE)]
    return np.array([max(tube.upper(c) - dark[c].upper, SIGNIFICANT_SD * dark[c].spread) for c in (ANNEXIN, DYE)])


def _swapped(files: str, got: str, channels: tuple[str, str]) -> UnusableControl:
    return UnusableControl(
        files,
        expected=f"annexin_only bright in {channels[ANNEXIN]} and dye_only bright in {channels[DYE]}",
        got=got,
        remedy="Check whether the two tubes, or `annexin:` and `dye:`, are swapped.",
    )


def _require_dark(
    unstained: Sequence[ControlLight],
    stained: tuple[Sequence[ControlLight], Sequence[ControlLight]],
    channels: tuple[str, str],
) -> None:
    """Refuse an unstained tube that outshines a tube with the stain, or outshines one without it as stain does."""
    for blank in unstained:
        for channel in (ANNEXIN, DYE):
            everything = [blank, *stained[ANNEXIN], *stained[DYE]]
            dark = darkest(everything, channel)
            light = blank.upper(channel) - dark.median
            if light < UNSTAINED_SD * dark.spread:
                continue
            own = [tube.upper(channel) - dark.median for tube in stained[channel]]
            lacking = [tube.upper(channel) - dark.median for tube in stained[1 - channel]]
            outshines = own and light > BRIGHTER * max(own)
            as_stain = own and lacking and light > BRIGHTER * max(lacking) and light > max(own) / COMPARABLE
            if outshines or as_stain:
                raise UnusableControl(
                    blank.file,
                    expected=f"an unstained tube that is dark in {channels[channel]}",
                    got="events as bright as in a stained tube",
                    remedy="Check whether the unstained tube was swapped with another one in the sheet.",
                )


def _stain_shows(positive: Sequence[ControlLight], blank: ControlLight, channel: int) -> bool:
    """Say whether a positive control shows the stain well apart, so that a tube with it can't be dark by chance."""
    limit = blank.bright_limit(channel)
    return any(float(np.mean(tube.light[channel] > limit)) > SHOWN_SHARE for tube in positive)


def _require_few(tube: ControlLight, channels: tuple[str, str]) -> None:
    """Refuse a tube of many events none of which carries the stain that the positive control shows."""
    if tube.light.shape[1] >= MANY_EVENTS:
        raise UnusableControl(
            tube.file,
            expected=f"{tube.role} brighter than unstained in {channels[OWN[tube.role]]}",
            got="no stained event more than in the unstained tube",
            remedy="Check whether two tubes were swapped, or the stain was forgotten; stain dying cells.",
        )


def _is_stained(tube: ControlLight, blank: ControlLight, channel: int) -> bool:
    shift = tube.median(channel) - blank.median(channel)
    if shift > SHIFT_SD * blank.spread(channel):
        return True
    limit = blank.bright_limit(channel)
    bright = int(np.count_nonzero(tube.light[channel] > limit))
    share = bright / tube.light.shape[1] - float(np.mean(blank.light[channel] > limit))
    return bright >= FEWEST_BRIGHT and share > LEAST_SHARE


def _require_single(
    tube: ControlLight, blank: ControlLight, others: Sequence[ControlLight], channels: tuple[str, str]
) -> None:
    """Refuse a single stain with events that shine like the stain that it lacks."""
    own = OWN[tube.role]
    strays, stained = _strays(tube, blank, others)
    expected_strays, _ = _strays(ControlLight(blank.file, tube.role, blank.light), blank, others)
    share = strays / tube.light.shape[1] - expected_strays / blank.light.shape[1]
    if strays >= STRAY_EVENTS and share > STRAY_SHARE and share > STRAY_PART * stained / tube.light.shape[1]:
        raise UnusableControl(
            tube.file,
            expected=f"{tube.role} with light of {STAIN_NAMES[own]} alone",
            got=f"{strays} of {tube.light.shape[1]} events that are stained in {channels[1 - own]}, too",
            remedy="Check whether the tube was stained twice, or swapped with another one in the sheet.",
        )


def _strays(tube: ControlLight, blank: ControlLight, others: Sequence[ControlLight]) -> tuple[int, int]:
    """Return how many events are brighter in the other channel than spillover makes them, and how many are stained."""
    own = OWN[tube.role]
    middle = [blank.median(channel) for channel in (ANNEXIN, DYE)]
    light, other = tube.light[own] - middle[own], tube.light[1 - own] - middle[1 - own]
    limit = blank.bright_limit(1 - own) - middle[1 - own]
    typical = max((t.upper(1 - own) - middle[1 - own] for t in others), default=0.0)
    limit = max(limit, STRAY_BRIGHTNESS * typical)
    bright = light > blank.bright_limit(own) - middle[own]
    ratio = np.quantile(other[bright] / light[bright], LINE_QUANTILE) if bright.any() else 0.0
    line = LINE_ROOM * float(np.clip(ratio, 0.0, 1.0))
    return int(np.count_nonzero(other - line * np.maximum(light, 0.0) > limit)), int(np.count_nonzero(bright))


def _require_any_stain(tube: ControlLight, blank: ControlLight) -> None:
    """Refuse a positive control that is as dark as the unstained tube in both channels."""
    if not any(_is_stained(tube, blank, channel) for channel in (ANNEXIN, DYE)):
        raise UnusableControl(
            tube.file,
            expected="a positive control that is stained",
            got="no stained event more than in the unstained tube",
            remedy="Check whether two tubes were swapped in the sheet.",
        )
