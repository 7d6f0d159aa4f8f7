"""What a study file asks for, as plain words: recorded with the results, so that a change of it can be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cytotools.study import Study

# Contents of sheets are hashed with the other inputs, and the notes of a reading are no settings.
APART = ("path", "notes", "inputs")


def settings_of(study: Study) -> dict[str, str]:
    """Return the settings of a study by their place in it; what it leaves empty is left out, sheets are left out.

    Examples
    --------
    >>> from pathlib import Path
    >>> from cytotools.study import Compound, FlowBlock, Study
    >>> import pandas as pd
    >>> block = FlowBlock(pd.DataFrame(), annexin="FITC-A")
    >>> settings_of(Study(Path("study.yaml"), control="vehicle", compounds={"TNF": Compound("TNF")}, flow=block))
    {'control': 'vehicle', 'compounds.TNF.name': 'TNF', 'flow.annexin': 'FITC-A'}
    """
    return dict(_settings(study, ""))


def _settings(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if is_dataclass(value):
        named = {one.name: getattr(value, one.name) for one in fields(value) if one.name not in APART}
        yield from _inside(named, place)
    elif isinstance(value, Mapping):
        yield from _inside(value, place)
    elif isinstance(value, tuple) and any(map(is_dataclass, value)):
        yield from _inside(_by_file(value), place)
    elif isinstance(value, tuple | list):
        if value:
            yield place, ", ".join(map(str, value))
    elif isinstance(value, str | int | float | PurePath) and value != "" and value is not False:
        yield place, str(value)


def _inside(parts: Mapping[Any, Any], place: str) -> Iterator[tuple[str, str]]:
    for name, part in parts.items():
        yield from _settings(part, f"{place}.{name}" if place else str(name))


def _by_file(parts: Iterable[Any]) -> dict[str, Any]:
    """Return the parts of a list by their file, so that one more among them leaves the names of the others alone."""
    found: dict[str, Any] = {}
    for part in parts:
        taken = sum(getattr(part, "file", "") == getattr(one, "file", "") for one in found.values())
        found[f"{getattr(part, 'file', '')}{f' ({taken + 1})' if taken else ''}"] = part
    return found
