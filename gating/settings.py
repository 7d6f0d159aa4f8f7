"""Whether the tubes of a group were read with the same detectors, voltages and gains: one gate serves them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Protocol

from gating.errors import UnusableControl

if TYPE_CHECKING:
    from gating.events import Events

LETTERS = ("V", "G")
ALIKE = 5e-4  # of the value: how instruments round
SHOWN_FILES = 4


class Surveyed(Protocol):
    """What is asked of the first look at a tube (`gating.tubes.Survey`)."""

    @property
    def annexin(self) -> str:
        """The channel of Annexin V."""
        ...

    @property
    def dye(self) -> str:
        """The channel of the dye."""
        ...

    @property
    def settings(self) -> Mapping[str, str]:
        """Of `detector_settings`."""
        ...


class Grouped(Protocol):
    """What is asked of a group of tubes (`gating.controls.Group`)."""

    @property
    def samples(self) -> tuple[str, ...]:
        """The files of the samples."""
        ...

    @property
    def files(self) -> tuple[str, ...]:
        """Samples, then controls."""
        ...


def detector_settings(events: Events, channels: Sequence[str]) -> dict[str, str]:
    """Return the settings that a file states for some of its channels, as `{"FITC-A $PnV": "450"}`.

    What is empty, or no number, is left out: a file that does not say its voltage contradicts nothing.

    Parameters
    ----------
    events : Events
    channels : sequence of str
        Their names ($PnN).

    Examples
    --------
    >>> import numpy as np
    >>> from gating.events import Channel, Events
    >>> keywords = {"$P1N": "FITC-A", "$P1V": " 450.0", "$P1G": ""}
    >>> detector_settings(Events(np.ones((1, 1)), [Channel("FITC-A")], keywords), ["FITC-A"])
    {'FITC-A $PnV': '450'}
    """
    places = {_name(events.keywords, i): i for i in range(len(events.keywords), 0, -1) if _name(events.keywords, i)}
    stated = {
        f"{name} $Pn{letter}": _plain(events.keywords.get(f"$P{places[name]}{letter}", ""))
        for name in channels
        for letter in LETTERS
        if name in places
    }
    return {setting: value for setting, value in stated.items() if value}


def check_settings(group: Grouped, surveys: Mapping[str, Surveyed]) -> dict[str, UnusableControl]:
    """Return the samples that were read with other settings than all the rest of their group, each with its error.

    Parameters
    ----------
    group : Group
    surveys : mapping of file to Survey
        Tubes that have none are not looked at.

    Raises
    ------
    UnusableControl
        Settings that differ otherwise: between controls and samples, or between several samples. Then no gate serves
        the group.

    Examples
    --------
    >>> from types import SimpleNamespace as Namespace
    >>> def read_at(voltage):
    ...     return Namespace(annexin="FITC-A", dye="PE-A", settings={"FITC-A $PnV": voltage})
    >>> group = Namespace(samples=("a", "b", "c"), files=("a", "b", "c", "u"))
    >>> surveys = {"a": read_at("450"), "b": read_at("500"), "c": read_at("450"), "u": read_at("450")}
    >>> print(check_settings(group, surveys)["b"])
    b: expected FITC-A $PnV 450, as in a, c, u, got 500. Acquire the controls and samples of a batch ...
    """
    files = [file for file in dict.fromkeys(group.files) if file in surveys]
    stated = {file: dict(surveys[file].settings) | _detectors(surveys[file]) for file in files}
    alone: dict[str, UnusableControl] = {}
    for setting in dict.fromkeys(setting for by_file in stated.values() for setting in by_file):
        values = {file: by_file[setting] for file, by_file in stated.items() if setting in by_file}
        odd, error = _odd_ones(setting, values)
        others = [file for file in group.samples if file in values and file not in odd]
        if error and (len(odd) > 1 or odd[0] not in group.samples or not others):
            raise error
        if error:
            alone.setdefault(odd[0], error)
    if len(alone) > 1:
        raise next(iter(alone.values()))
    return alone


def _detectors(survey: Surveyed) -> dict[str, str]:
    return {"Annexin V's $PnN": survey.annexin.strip(), "the dye's $PnN": survey.dye.strip()}


def _odd_ones(setting: str, values: Mapping[str, str]) -> tuple[list[str], UnusableControl | None]:
    """Return the files whose value differs from most, and the error that says so; all files where none prevails."""
    alike = Counter(_first_alike(value, values) for value in values.values())
    if len(alike) < 2:
        return [], None
    (usual, most), (_, next_most) = alike.most_common(2)
    odd = [file for file, value in values.items() if _first_alike(value, values) != usual]
    rest = [file for file in values if file not in odd]
    error = UnusableControl(
        _listed(odd),
        expected=f"{setting} {usual}, as in {_listed(rest)}",
        got=", ".join(dict.fromkeys(values[file] for file in odd)),
        remedy="Acquire the controls and samples of a batch at the same settings, or give them batches of their own.",
    )
    return (odd if most > max(next_most, 1) else list(values)), error


def _first_alike(value: str, values: Mapping[str, str]) -> str:
    """Return the first value of all that is the same: the same text, or the same number but for rounding."""
    return next(other for other in values.values() if _is_alike(value, other))


def _is_alike(first: str, second: str) -> bool:
    if first.casefold() == second.casefold():
        return True
    try:
        a, b = float(first), float(second)
    except ValueError:
        return False
    return abs(a - b) <= ALIKE * max(abs(a), abs(b))


def _listed(files: Sequence[str]) -> str:
    shown = ", ".join(files[:SHOWN_FILES])
    return f"{shown} and {len(files) - SHOWN_FILES} more" if len(files) > SHOWN_FILES else shown


def _name(keywords: Mapping[str, str], place: int) -> str:
    return keywords.get(f"$P{place}N", "").strip()


def _plain(text: str) -> str:
    """Return a number as it is compared and shown: `450.0` is 450; no number, or zero, is no setting."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return ""
    return f"{value:g}" if isfinite(value) and value else ""
