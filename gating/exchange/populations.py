"""Events with their population, for every other program: CSV, Parquet or AnnData."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gating.compensation import compensate
from gating.errors import GatingError
from gating.events import Events
from gating.gates import QuadrantGate
from gating.quadrants import POPULATIONS

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

COLUMN = "population"


def write_populations(events: Events, gate: QuadrantGate, path: str | Path) -> Path:
    """Write the compensated events, each with its population, and return the path.

    Parameters
    ----------
    events : Events
        As `read_fcs` or `compensate` returns them; uncompensated ones are compensated with their file's matrix, as
        `count_quadrants` does.
    gate : QuadrantGate
        In linear, compensated units.
    path : str or Path
        `.csv` (numbers in full), `.parquet`, or `.h5ad` for AnnData (X the events, var the channels with their
        markers, obs the populations). The last two need the extra `exchange`.

    Raises
    ------
    MissingChannel
        The gate names a channel that the events lack.
    GatingError
        Another ending, a package that is not installed, an event without a number in one of the two channels, or a
        folder that can't be written to.

    Examples
    --------
    >>> import tempfile
    >>> from gating.events import Channel
    >>> gate = QuadrantGate(annexin="A", annexin_threshold=5.0, dye="B", dye_threshold=5.0)
    >>> events = Events(np.array([[1.0, 1.0], [5.0, 1.0]]), [Channel("A"), Channel("B")])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_populations(events, gate, Path(folder) / "a.csv").read_text().split()
    ['A,B,population', '1.0,1.0,live', '5.0,1.0,early_apoptotic']
    """
    path = Path(path)
    writers: dict[str, Callable[[Events, NDArray[np.int64], Path], None]] = {
        ".csv": _write_csv,
        ".parquet": _write_parquet,
        ".h5ad": _write_anndata,
    }
    if path.suffix.lower() not in writers:
        raise GatingError(
            path.name,
            expected=f"a name that ends in {', '.join(writers)}",
            got=repr(path.suffix),
            remedy="Choose one of these endings.",
        )
    if events.spillover is not None and not events.compensated:
        events = compensate(events, events.spillover)
    codes = population_codes(events, gate)
    try:
        writers[path.suffix.lower()](events, codes, path)
    except OSError as error:
        raise GatingError(
            path.name,
            expected="a place that can be written to",
            got=(error.strerror or str(error)).lower(),
            remedy="Check the folder and its rights.",
        ) from error
    return path


def population_codes(events: Events, gate: QuadrantGate) -> NDArray[np.int64]:
    """Return the place of each event's population in `POPULATIONS`, shape (n_events,); events are taken as they are.

    Raises
    ------
    MissingChannel
        The gate names a channel that the events lack.
    GatingError
        An event holds no number (NaN) in one of the two channels.
    """
    annexin, dye = events.column(gate.annexin), events.column(gate.dye)
    missing = int(np.count_nonzero(np.isnan(annexin) | np.isnan(dye)))
    if missing:
        raise GatingError(
            events.name or "events",
            expected="a number for every event",
            got=f"{missing} events without one in {gate.annexin} or {gate.dye}",
            remedy="Leave these events out with `events.take(keep)`.",
        )
    right, upper = annexin >= gate.annexin_threshold, dye >= gate.dye_threshold
    codes: NDArray[np.int64] = np.where(upper, np.where(right, 2, 3), np.where(right, 1, 0)).astype(np.int64)
    return codes


def _table(events: Events, codes: NDArray[np.int64]) -> pd.DataFrame:
    import pandas as pd

    if COLUMN in events.channel_names:
        raise GatingError(
            events.name or "events",
            expected=f"no channel called {COLUMN!r}",
            got="one",
            remedy="Write AnnData (.h5ad), where populations have a place of their own.",
        )
    table = pd.DataFrame(_native(events), columns=list(events.channel_names))
    return table.assign(**{COLUMN: _categories(codes)})


def _categories(codes: NDArray[np.int64]) -> pd.Categorical:
    import pandas as pd

    return pd.Categorical([POPULATIONS[code] for code in codes], categories=list(POPULATIONS))


def _native(events: Events) -> NDArray[Any]:
    """Return the values in this computer's byte order: others can't write those of a big-endian file."""
    native: NDArray[Any] = events.values.astype(events.values.dtype.newbyteorder("="), copy=False)
    return native


def _write_csv(events: Events, codes: NDArray[np.int64], path: Path) -> None:
    _table(events, codes).to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def _write_parquet(events: Events, codes: NDArray[np.int64], path: Path) -> None:
    _required("pyarrow", "Parquet")
    _table(events, codes).to_parquet(path, engine="pyarrow", index=False)


def _write_anndata(events: Events, codes: NDArray[np.int64], path: Path) -> None:
    import pandas as pd

    anndata = _required("anndata", "AnnData")
    rows = pd.Index([str(k) for k in range(len(events))])
    population = _categories(codes)
    observed = {COLUMN: population, "sample": pd.Categorical([events.name] * len(events))}
    markers = {"channel": list(events.channel_names), "marker": [channel.marker for channel in events.channels]}
    anndata.AnnData(
        X=_native(events),
        obs=pd.DataFrame(observed, index=rows),
        var=pd.DataFrame(markers, index=pd.Index(events.channel_names)),
        uns={"compensated": events.compensated},
    ).write_h5ad(path)


def _required(package: str, kind: str) -> Any:
    import importlib

    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise GatingError(
            kind,
            expected=f"the package {package}",
            got="none",
            remedy="Install the extra `exchange` of this project, or write CSV.",
        ) from error
