"""Read an FCS file into Events."""

from __future__ import annotations

import mmap
import os
import stat
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from gating.errors import MissingChannel, UnreadableFcs
from gating.events import Channel, Events
from gating.fcs.byte_order import BIG, LITTLE, ByteOrder, read_byte_order
from gating.fcs.decode import decode
from gating.fcs.header import DataSet, read_dataset
from gating.fcs.layout import Layout, read_layout
from gating.fcs.linear import scale_of
from gating.fcs.place import find_data, plausibility
from gating.fcs.repairs import Repairs
from gating.fcs.text_data import decode_text
from gating.fcs.widths import settle_widths
from gating.spillover import KEYWORDS, Spillover, spillover_from_keyword

LONGEST_KEPT = 20_000  # characters of a spillover matrix that is remembered: the tubes of a plate share theirs


def read_fcs(
    path: str | Path, channels: Sequence[str] | None = None, dataset: int = 0, *, linearise: bool = True
) -> Events:
    """Read one data set of an FCS 2.0, 3.0, 3.1 or 3.2 file.

    Parameters
    ----------
    path : str or Path
        The file.
    channels : sequence of str, optional
        Names ($PnN) of the channels wanted, in the order wanted; default all. Only these are decoded.
    dataset : int
        Which data set, from 0.
    linearise : bool
        Apply $PnE (log amplifiers, integers only), $PnG (gain) and $TIMESTEP (Time). False: as stored after bit masks.

    Returns
    -------
    Events
        `.values` of shape (n_events, n_channels), read-only: floating-point data of one type that need no arithmetic
        are the mapped file itself, anything else is float64. Integers of more than 53 bits, asked for as stored and
        without floating-point channels beside them, are uint64. Every departure from the standard stands in
        `.repairs` (`gating.fcs.repairs` lists the codes); a cut file is salvaged to its whole events, and no event at
        all is shape (0, n_channels).

    Raises
    ------
    UnreadableFcs
        No such file, no FCS file, or one that can't be read without guessing.
    MissingChannel
        A channel that was asked for is not there.

    References
    ----------
    Spidlen J et al. Data File Standard for Flow Cytometry, version FCS 3.1. Cytometry A 77:97 (2010),
    doi 10.1002/cyto.a.20825; version FCS 3.2. Cytometry A 99:100 (2021), doi 10.1002/cyto.a.24225.

    Examples
    --------
    >>> import tempfile
    >>> from gating import write_fcs
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_fcs(Path(folder) / "a.fcs", np.array([[1.0, 2.0]]), [Channel("FITC-A"), Channel("PE-A")])
    ...     read_fcs(Path(folder) / "a.fcs").column("PE-A").tolist()
    [2.0]
    """
    path = Path(path)
    return read_buffer(_map(path), path.name, channels, dataset, linearise=linearise)


def read_buffer(
    buffer: bytes | mmap.mmap,
    name: str,
    channels: Sequence[str] | None = None,
    dataset: int = 0,
    *,
    linearise: bool = True,
) -> Events:
    """Read one data set of the bytes of an FCS file, as `read_fcs` does.

    Examples
    --------
    >>> read_buffer(b"", "a.fcs")
    Traceback (most recent call last):
    ...
    gating.errors.UnreadableFcs: a.fcs: expected an FCS file (it begins with FCS2.0, FCS3.0, FCS3.1 or FCS3.2), ...
    """
    repairs = Repairs()
    found = read_dataset(memoryview(buffer), name, dataset, repairs)
    layout = settle_widths(read_layout(found, name, repairs), found, name, repairs)
    wanted = _wanted(layout.channels, channels, name)
    everything = np.frombuffer(buffer, dtype=np.uint8)
    order = None if layout.is_text else read_byte_order(found.keywords, name, repairs)
    place = find_data(found, layout, order, everything, name, repairs)
    data = everything[place.first : place.first + place.n_bytes]
    with np.errstate(all="ignore"):
        if layout.is_text:
            values = _from_text(decode_text(data, layout, place.is_cut, name), layout, wanted, linearise)
        else:
            order = order or _likely_order(found, layout, everything, place.first, name, repairs)
            values = decode(data, layout, order, wanted, linearise, name, repairs)
    _note_lost(len(values), layout, place.is_cut, repairs)
    spillover, told = _spillover(found.keywords, layout.channels)
    return Events(
        values,
        tuple(layout.channels[i] for i in wanted),
        keywords=found.keywords,
        repairs=(*repairs.told(), *told),
        name=name,
        spillover=spillover,
        declared_events=len(values) if layout.total is None else layout.total,
        version=found.version,
    )


def _map(path: Path) -> bytes | mmap.mmap:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise _no_file(path, "a folder" if path.is_dir() else "no regular file")
        with path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if os.fstat(file.fileno()).st_size else b""
    except OSError as error:
        raise _no_file(path, error.strerror or "an error of the disk") from error
    except ValueError as error:
        if isinstance(error, UnreadableFcs):
            raise
        raise _no_file(path, str(error)) from error  # a name with a NUL


def _no_file(path: Path, got: str) -> UnreadableFcs:
    return UnreadableFcs(str(path), expected="an FCS file", got=got, remedy="Check the path in the sheet.")


def _wanted(present: Sequence[Channel], channels: Sequence[str] | None, name: str) -> list[int]:
    if channels is None:
        return list(range(len(present)))
    names = [c.name for c in present]
    for channel in channels:
        if channel not in names:
            raise MissingChannel(
                name, expected=f"a channel {channel!r}", got=", ".join(names), remedy="Ask for one of these."
            )
    return [names.index(channel) for channel in channels]


def _likely_order(
    found: DataSet,
    layout: Layout,
    data: np.ndarray[tuple[int], np.dtype[np.uint8]],
    first: int,
    name: str,
    repairs: Repairs,
) -> ByteOrder:
    """Choose the byte order of a file that does not state it by the numbers that it gives."""
    if all(c.bits == 8 for c in layout.columns):
        return LITTLE
    little, big = (plausibility(found, layout, o, data, first - found.start, name) for o in (LITTLE, BIG))
    chosen = BIG if big > little else LITTLE
    told = ",".join(map(str, chosen))
    stated = found.keywords.get("$BYTEORD", "").strip() or "missing"
    repairs.note("byte_order", f"$BYTEORD is {stated}, {told} gives the more plausible numbers and was taken")
    return chosen


def _from_text(
    numbers: np.ndarray[tuple[int, int], np.dtype[np.float64]], layout: Layout, wanted: list[int], linearise: bool
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    if wanted != list(range(len(layout.columns))):
        numbers = numbers[:, wanted]
    if linearise:
        for k, i in enumerate(wanted):
            numbers[:, k] = scale_of(layout.columns[i], layout.timestep, len(numbers))(numbers[:, k])
    return numbers


def _note_lost(n_events: int, layout: Layout, is_cut: bool, repairs: Repairs) -> None:
    if layout.total is not None and n_events < layout.total and is_cut:
        repairs.note("truncated", f"{n_events} whole events of {layout.total} declared were read")
    elif layout.total is not None and n_events < layout.total and layout.is_free_text:
        repairs.note("tot_large", f"DATA hold {n_events} whole events, $TOT says {layout.total}")
    elif layout.total is None and is_cut:
        repairs.note("truncated", f"{n_events} whole events were read")


def _spillover(keywords: Mapping[str, str], channels: Sequence[Channel]) -> tuple[Spillover | None, tuple[str, ...]]:
    carried = tuple((key, keywords[key]) for key in KEYWORDS if key in keywords)
    if not carried:
        return None, ()
    names = tuple(c.name for c in channels)
    if sum(len(value) for _, value in carried) > LONGEST_KEPT:
        return _read_spillover.__wrapped__(carried, names)
    return _read_spillover(carried, names)


@lru_cache(maxsize=32)
def _read_spillover(
    carried: tuple[tuple[str, str], ...], names: tuple[str, ...]
) -> tuple[Spillover | None, tuple[str, ...]]:
    told: list[str] = []
    with np.errstate(all="ignore"):
        return spillover_from_keyword(dict(carried), names, told), tuple(told)
