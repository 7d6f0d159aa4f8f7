"""From a blot to bands.csv: every band's volume with its interval, its detection limit and what to know about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from blots.band_table import COLUMNS, band_table, total_table
from blots.blot import DO_NOT_QUANTIFY, Blot
from blots.cautions import caution, join
from blots.error_budget import ErrorBudget, error_budget
from blots.errors import BlotError, UnfitImage
from blots.geometry import checked_targets, find_geometry
from blots.lane_fits import fit_lanes, noise_of
from blots.lane_totals import lane_totals
from blots.layout import BlotGeometry
from blots.measured_blot import MeasuredBlot
from blots.saturation import not_below_what_is_seen
from blots.second_opinions import second_opinions
from blots.turns import boxes_from_stored, to_stored, turned, upright

__all__ = ["COLUMNS", "MeasuredBlot", "measure_bands", "measure_blot", "measured", "quantify_blot"]

_TOTAL = "total_protein"
_REPEATS = "non-specific"
_LEAST_TOTAL = 0.01  # of a lane: what its soft sides and its course leave undecided
_LEAST_SATURATED = 1.0  # of the clipped part: a sum has no flanks to infer it from


def quantify_blot(
    blot: Blot,
    lanes: int,
    bands: Sequence[str],
    boxes: pd.DataFrame | None = None,
    force: bool = False,
    *,
    empty_lanes: Collection[int] = (),
    turn: int | None = None,
) -> pd.DataFrame:
    """Find and measure all bands of a blot.

    Parameters
    ----------
    blot : Blot
        From `read_blot`.
    lanes : int
        How many lanes the picture has, ladder and empty lanes included; lane 1 is leftmost.
    bands : sequence of str
        Targets from top to bottom. A row that is there but not wanted must be named too, as "non-specific", which may
        stand more than once. ``["total_protein"]`` measures whole lanes.
    boxes : DataFrame, optional
        ``lane, target, x, y, width, height``; a box overrides what is found.
    force : bool
        Measure an image that was judged "do not quantify", with a caution on every row.
    empty_lanes : collection of int
        Lanes known to hold no band; needed only for those at the edges.
    turn : int, optional
        Degrees clockwise (0, 90, 180, 270) by which the stored picture must be turned to stand upright; found from
        the picture when absent.

    Returns
    -------
    DataFrame
        One row a lane and target, columns as `COLUMNS`. `volume` is the background-subtracted sum of linear signal;
        `low` and `high` its 95 % interval of measurement error. Under the detection limit the volume is the plain
        estimate (negative where noise made it so) and `detection_limit` is what to use as its upper limit.

    Raises
    ------
    UnfitImage
        When the image was judged "do not quantify" and `force` is not set.
    LanesNotFound, InvalidBoxes, BlotError
        As `find_geometry`.

    Examples
    --------
    >>> from blots.image_files import blot_from_array
    >>> from blots.simulate import BANDS, example_design, simulate_blot
    >>> rng = np.random.default_rng(0)
    >>> simulated = simulate_blot(example_design(rng), rng=rng)
    >>> table = quantify_blot(blot_from_array(simulated.image, "rep1.tif"), lanes=12, bands=BANDS)
    >>> actin = table.target == "actin"
    >>> ratio = table.volume[actin] / simulated.truth.volume[actin]
    >>> len(table), bool(ratio.max() / ratio.min() < 1.02)
    (60, True)
    """
    return measure_blot(blot, lanes, bands, boxes, force, empty_lanes=empty_lanes, turn=turn).table


def measure_blot(
    blot: Blot,
    lanes: int,
    bands: Sequence[str],
    boxes: pd.DataFrame | None = None,
    force: bool = False,
    *,
    empty_lanes: Collection[int] = (),
    turn: int | None = None,
    beside: MeasuredBlot | None = None,
) -> MeasuredBlot:
    """Find and measure all bands of a blot, and keep all that the numbers rest on; arguments as `quantify_blot`.

    Parameters
    ----------
    blot, lanes, bands, boxes, force, empty_lanes, turn
        As `quantify_blot`.
    beside : MeasuredBlot, optional
        Another picture of the same membrane, of the same size and pose, that was measured: its lanes serve, with a
        caution, where this picture shows too few bands to find them.

    Returns
    -------
    MeasuredBlot
        The upright picture, its geometry, the fit, the error budget of every band, and bands.csv.

    Raises
    ------
    UnfitImage, LanesNotFound, InvalidBoxes, BlotError
        As `quantify_blot`.

    Examples
    --------
    >>> from blots.image_files import blot_from_array
    >>> from blots.simulate import BANDS, example_design, simulate_blot
    >>> rng = np.random.default_rng(0)
    >>> blot = blot_from_array(simulate_blot(example_design(rng), rng=rng).image, "rep1.tif")
    >>> done = measure_blot(blot, 12, BANDS)
    >>> done.budget.noise.shape, len(done.table)
    ((12, 5), 60)
    """
    _refuse_unfit(blot, force)
    if isinstance(bands, str):
        checked_targets(blot.name, bands)
    targets, whole = numbered(bands), tuple(bands) == (_TOTAL,)
    if beside is None:
        blot = _stood_up(blot, lanes, targets, boxes, empty_lanes, turn)
    else:
        blot = _as_beside(blot, lanes, beside)
    if boxes is not None:
        boxes = boxes_from_stored(_with_numbers(boxes, targets), blot)
    lines = () if beside is None else beside.geometry.lanes
    geometry = find_geometry(blot, lanes, targets, boxes, empty_lanes=empty_lanes, lane_lines=lines)
    if beside is not None:
        words = caution("lanes_from_sibling", f"they are those of {beside.blot.name}")
        geometry = replace(geometry, cautions=(*geometry.cautions, words))
    done = _whole_lanes(blot, geometry) if whole else measured(blot, geometry)
    table = done.table.assign(target=[_plain(target) for target in done.table["target"]])
    table["x"], table["y"] = to_stored(table["x"], table["y"], blot)
    if blot.fitness == DO_NOT_QUANTIFY:
        said = caution("forced", "judged do not quantify")
        table["caution"] = [join(said, cell) for cell in table["caution"]]
    return replace(done, table=table)


def numbered(bands: Sequence[str]) -> tuple[str, ...]:
    """Return targets with a name each: "non-specific", which may repeat, is numbered from its second time on.

    Examples
    --------
    >>> numbered(["non-specific", "XIAP", "non-specific"])
    ('non-specific', 'XIAP', 'non-specific (2)')
    """
    count, found = 0, []
    for band in bands:
        count += band == _REPEATS
        found.append(f"{band} ({count})" if band == _REPEATS and count > 1 else band)
    return tuple(found)


def _plain(target: str) -> str:
    return _REPEATS if target.startswith(f"{_REPEATS} (") else target


def _with_numbers(boxes: pd.DataFrame, targets: tuple[str, ...]) -> pd.DataFrame:
    """Return boxes whose repeated "non-specific" rows carry the numbers of their rows, from the top, lane by lane."""
    names = [target for target in targets if _plain(target) == _REPEATS]
    if len(names) < 2 or not {"lane", "target", "y"} <= set(boxes.columns):
        return boxes
    found = boxes.reset_index(drop=True)
    for _, own in found[found["target"] == _REPEATS].groupby("lane"):
        if len(own) == len(names):
            found.loc[own.sort_values("y").index, "target"] = names
    return found


def _stood_up(
    blot: Blot,
    lanes: int,
    targets: tuple[str, ...],
    boxes: pd.DataFrame | None,
    empty_lanes: Collection[int],
    turn: int | None,
) -> Blot:
    """Return the blot upright, turned as a person says, else as the picture shows; boxes are of the image as stored."""
    if turn is not None:
        if turn not in (0, 90, 180, 270):
            remedy = "Say by how many degrees clockwise the picture must be turned."
            raise BlotError(blot.name, expected="a turn of 0, 90, 180 or 270", got=f"{turn}", remedy=remedy)
        return turned(blot, -turn // 90 % 4)
    if (boxes is not None and len(boxes)) or targets == (_TOTAL,):
        return blot
    return upright(blot, lanes, targets, empty_lanes=empty_lanes)


def _as_beside(blot: Blot, lanes: int, beside: MeasuredBlot) -> Blot:
    """Return the blot turned as the picture beside it; refuse one of another size or with other lanes."""
    known, remedy = len(beside.geometry.lanes), "Export both whole, or give boxes."
    if known != lanes:
        expected = f"{lanes} lanes on {beside.blot.name}"
        raise BlotError(blot.name, expected=expected, got=f"{known}", remedy=remedy)
    stood = turned(blot, beside.blot.quarter_turns - blot.quarter_turns)
    if stood.shape != beside.blot.shape:
        rows, columns = beside.blot.shape
        got = f"{stood.shape[0]} x {stood.shape[1]}"
        raise BlotError(
            blot.name, expected=f"{rows} x {columns} pixels as {beside.blot.name} has", got=got, remedy=remedy
        )
    return stood


def _whole_lanes(blot: Blot, geometry: BlotGeometry) -> MeasuredBlot:
    """Return the lanes measured as wholes; which of their bands are clear does not matter."""
    geometry = replace(geometry, cautions=tuple(c for c in geometry.cautions if not c.startswith("rows_unsure")))
    totals = lane_totals(blot, geometry, noise_of(blot))
    size, none = totals.volume[:, None], np.zeros((len(geometry.lanes), 1))
    budget = ErrorBudget(
        totals.noise[:, None], totals.background[:, None], none, _LEAST_TOTAL * np.abs(size), none,
        np.hypot(_LEAST_SATURATED * totals.clipped[:, None], _scale_error(blot)) * np.abs(size), none,
    )  # fmt: skip
    return MeasuredBlot(blot, geometry, None, budget, total_table(blot, geometry, totals, budget))


def measure_bands(blot: Blot, geometry: BlotGeometry) -> pd.DataFrame:
    """Measure the bands where they were found.

    Each lane's rows are summed over its width. All profiles are then fitted together: bands in a shape that each row
    shares and that is measured from the picture, each lane free to be a little broader or more lopsided, on a smooth
    background of the lane; the volume is the mean over a supple and a stiffer background. Plain methods (the line
    between valleys, the border of a box, a sum) are set against it: `method_spread` is how far all lie apart.

    Parameters
    ----------
    blot : Blot
        From `read_blot`.
    geometry : BlotGeometry
        From `find_geometry`.

    Returns
    -------
    DataFrame
        As `quantify_blot`.

    Examples
    --------
    >>> from blots.image_files import blot_from_array
    >>> from blots.simulate import BANDS, example_design, simulate_blot
    >>> rng = np.random.default_rng(0)
    >>> blot = blot_from_array(simulate_blot(example_design(rng), rng=rng).image, "rep1.tif")
    >>> list(measure_bands(blot, find_geometry(blot, 12, BANDS)).columns) == list(COLUMNS)
    True
    """
    return measured(blot, geometry).table


def measured(blot: Blot, geometry: BlotGeometry) -> MeasuredBlot:
    """Return the bands measured where they were found, with the fit and the error budget that they rest on."""
    fits = fit_lanes(blot, geometry)
    opinions = second_opinions(fits)
    volume = (fits.fit.volume + opinions.stiffer) / 2  # two backgrounds err to opposite sides of a tail
    volume = not_below_what_is_seen(fits, volume)
    budget = error_budget(fits, volume, opinions, _scale_error(blot))
    table = band_table(blot, fits, volume, budget, opinions)
    return MeasuredBlot(blot, geometry, fits, budget, table)


def _scale_error(blot: Blot) -> float:
    return 0.0 if blot.repair is None else blot.repair.scale_error


def _refuse_unfit(blot: Blot, force: bool) -> None:
    if blot.fitness == DO_NOT_QUANTIFY and not force:
        why = "; ".join(reason.partition(": ")[2] for reason in blot.cautions) or "its reasons are not stated"
        raise UnfitImage(
            blot.name,
            expected="an image fit to be measured",
            got=f"one judged do not quantify ({why})",
            remedy="Export the scan unadjusted at 16 bits, or measure it all the same "
            "(`force: true` in a study, force=True in Python).",
        )
