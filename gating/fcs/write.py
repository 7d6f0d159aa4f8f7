"""Write events as a plain FCS 3.1 file: 32-bit floats, little-endian, the same bytes for the same events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gating.events import Channel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gating.spillover import Spillover


def write_fcs(
    path: str | Path,
    values: NDArray[Any],
    channels: Sequence[Channel],
    *,
    spillover: Spillover | None = None,
    keywords: Mapping[str, str] | None = None,
    maximum: int = 262_144,
) -> Path:
    """Write `values`, shape (n_events, n_channels), as an FCS 3.1 file and return its path.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_fcs(Path(folder) / "a.fcs", np.ones((3, 1)), [Channel("FSC-A")]).stat().st_size
    524
    """
    data = np.ascontiguousarray(values, dtype="<f4")
    text = {
        "$BEGINANALYSIS": "0",
        "$ENDANALYSIS": "0",
        "$BEGINSTEXT": "0",
        "$ENDSTEXT": "0",
        "$BYTEORD": "1,2,3,4",
        "$DATATYPE": "F",
        "$MODE": "L",
        "$NEXTDATA": "0",
        "$PAR": str(len(channels)),
        "$TOT": str(len(data)),
    }
    for i, channel in enumerate(channels, 1):
        text |= {
            f"$P{i}N": channel.name,
            f"$P{i}B": "32",
            f"$P{i}E": "0,0",
            f"$P{i}R": str(maximum),
            f"$P{i}G": "1",
        }
        if channel.marker:
            text[f"$P{i}S"] = channel.marker
    if spillover is not None:
        text["$SPILLOVER"] = spillover.as_keyword()
    text |= dict(keywords or {})
    first = -(-(58 + len(_text(text, 0, 0)) + 32) // 256) * 256  # room for the digits of the offsets
    if data.size:
        last = first + data.nbytes - 1
    else:
        first = last = 0
    segment = _text(text, first, last)
    fits = last <= 99_999_999
    header = f"FCS3.1    {58:8d}{57 + len(segment):8d}{first if fits else 0:8d}{last if fits else 0:8d}{0:8d}{0:8d}"
    path = Path(path)
    path.write_bytes((header.encode() + segment).ljust(first, b" ") + data.tobytes())
    return path


def _text(keywords: Mapping[str, str], first: int, last: int) -> bytes:
    pairs = {**keywords, "$BEGINDATA": str(first), "$ENDDATA": str(last)}
    escaped = (f"{key}|{value.replace('|', '||') or ' '}|" for key, value in sorted(pairs.items()))
    return ("|" + "".join(escaped)).encode()
