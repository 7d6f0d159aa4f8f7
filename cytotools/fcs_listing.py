"""What FCS files hold, what is wrong with them and what was repaired: a core facility's look over its archive."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from cytotools.errors import Problem, StudyError
from gating import GatingError, read_fcs

SUFFIXES = (".fcs", ".lmd")


@dataclass(frozen=True)
class FcsListing:
    """One FCS file: what it holds, or why it is refused.

    Attributes
    ----------
    file : str
        Its path as it was named or found.
    status : str
        `ok`, `repaired` or `refused`.
    version : str or None
        Of the standard, None where the file is refused.
    events : int or None
        Whole events.
    channels : tuple of str
        Their names ($PnN).
    repairs : tuple of str
        Each departure from the standard that was mended, as `code: words`.
    error : str or None
        Why the file is refused.
    """

    file: str
    status: str
    version: str | None = None
    events: int | None = None
    channels: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    error: str | None = None

    def as_json(self) -> str:
        """Return the listing as one line of JSON.

        Examples
        --------
        >>> FcsListing("a.fcs", "ok", "3.1", 2, ("FITC-A",)).as_json()
        '{"file": "a.fcs", "status": "ok", "version": "3.1", "events": 2, "channels": ["FITC-A"], ...}'
        """
        return json.dumps(asdict(self))

    def as_text(self) -> str:
        """Return the listing as a person reads it: one line, and one more for each repair.

        Examples
        --------
        >>> print(FcsListing("a.fcs", "repaired", "3.0", 2, ("FITC-A",), ("no_total: $TOT is missing",)).as_text())
        a.fcs: repaired, FCS 3.0, 2 events, 1 channels: FITC-A
          no_total: $TOT is missing
        """
        if self.error is not None:
            return "\n  ".join(map(_shown, [f"{self.file}: refused", self.error]))
        held = f"FCS {self.version}, {self.events:,} events, {len(self.channels)} channels: {', '.join(self.channels)}"
        return "\n  ".join(map(_shown, [f"{self.file}: {self.status}, {held}", *self.repairs]))


def find_fcs_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files that are named, and in folders every *.fcs and *.lmd, however deep, in order.

    Raises
    ------
    StudyError
        A path does not exist; every such path is told.
    """
    absent = [path for path in paths if not os.path.lexists(path)]
    if absent:
        raise StudyError(
            [Problem(_printable(p), "the file", "an FCS file or a folder", "none", "Check the path.") for p in absent]
        )
    return list(dict.fromkeys(file for path in paths for file in _files_of(path)))


def list_fcs_file(path: Path) -> FcsListing:
    """Read an FCS file and return what it holds; a file that can't be read is a listing too.

    Examples
    --------
    >>> list_fcs_file(Path("absent.fcs")).status
    'refused'
    """
    name = _printable(path)
    try:
        events = read_fcs(path)
    except (GatingError, OSError, MemoryError) as error:
        return FcsListing(name, "refused", error=_printable(error) or type(error).__name__)
    return FcsListing(
        name,
        "repaired" if events.repairs else "ok",
        version=events.version,
        events=len(events),
        channels=events.channel_names,
        repairs=tuple(events.repairs),
    )


def summary(listings: Sequence[FcsListing]) -> str:
    """Return how many files are in order.

    Examples
    --------
    >>> summary([FcsListing("a.fcs", "ok"), FcsListing("b.fcs", "refused")])
    '2 files: 1 ok, 0 repaired, 1 refused.'
    """
    counts = ", ".join(f"{sum(x.status == s for x in listings)} {s}" for s in ("ok", "repaired", "refused"))
    return f"{len(listings)} files: {counts}."


def _files_of(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, folders, files in os.walk(path):
        folders.sort()
        yield from (Path(folder, file) for file in sorted(files) if file.lower().endswith(SUFFIXES))


def _shown(line: str) -> str:
    """Return a line without the control characters that a damaged file may hold: a terminal would obey them."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)


def _printable(thing: object) -> str:
    """Return a text that every terminal and JSON reader takes, also where a file's name is no valid UTF-8."""
    return str(thing).encode("utf-8", "backslashreplace").decode("utf-8")
