"""What went wrong while a tube was acquired: clogs, bursts, air, a channel that steps.

Two looks along time. Windows of equal time: their counts against the running median of the flow rate, as flowAI looks
for surges and shifts of the rate. Bins of equally many events: the level of each channel against that of the other
bins, as PeacoQC does with the peaks of a channel; here the level is the mean of coarse ranks, which is as steady in a
tube of two populations as in one of one (a median jumps between them), and whose chance scatter is known. What is left
out must stand out by the robust scatter of the tube itself *and* be large, so that a clean tube loses nothing.

References
----------
Emmaneel A et al. PeacoQC: peak-based selection of high quality cytometry data. Cytometry A 101:325 (2022),
doi 10.1002/cyto.a.24501. Monaco G et al. flowAI: automatic and interactive anomaly discerning tools for flow cytometry
data. Bioinformatics 32:2473 (2016), doi 10.1093/bioinformatics/btw191.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gating.events import Channel

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST_EVENTS = 3_000
WINDOW_EVENTS, MOST_WINDOWS, FEWEST_WINDOWS = 100, 200, 20
TREND = 61  # windows of the running median: a disturbance of a seventh of the run stands out from it
TICKS = 4  # of the clock in a window at least
BURST, CLOG = 2.0, 0.4  # times the trend
BIN_EVENTS, MOST_BINS, MOST_READ = 250, 100, 25_000
STEP = 0.12  # of the ranks: about 0.4 SD of a population that moves as a whole
ROBUST_SD = 6.0
MAD_TO_SD = 1.4826
SCORE_SD = 0.3727  # of one event's coarse rank 0, 1/3, 2/3, 1
MOST_LOST = 0.5
BACKWARDS = 0.001  # of the steps of a clock that was set back now and then


@dataclass(frozen=True, eq=False)
class Disturbance:
    """What was found along the run of a tube.

    Attributes
    ----------
    events : ndarray of intp
        Indices of the events that are to be left out.
    windows : int
        Windows of time whose flow rate is a burst's or a clog's.
    stepped : tuple of str
        Channels of which some bins stand out.
    unsteady : tuple of str
        Channels that move over the run, but no part of it is plainly the wrong one: nothing is left out for these.
    unjudged : str
        Why time says nothing, empty where it does.
    """

    events: NDArray[np.intp]
    windows: int = 0
    stepped: tuple[str, ...] = ()
    unsteady: tuple[str, ...] = ()
    unjudged: str = ""


def find_time(channels: Sequence[Channel]) -> str | None:
    """Return the name of the clock's channel, None where the file has none.

    Examples
    --------
    >>> find_time([Channel("FSC-A"), Channel("TIME")]), find_time([Channel("FSC-A")])
    ('TIME', None)
    """
    names = [c.name for c in channels if re.fullmatch(r"time|hdr-t|time ?stamp", c.name.strip(), re.I)]
    return names[0] if names else None


def find_disturbance(time: NDArray[Any], channels: Mapping[str, NDArray[Any]]) -> Disturbance:
    """Find the events of a tube that were acquired while the flow or a detector was disturbed.

    Parameters
    ----------
    time : ndarray, shape (n_events,)
        The clock in any unit, in the order of acquisition.
    channels : mapping of name to ndarray, shape (n_events,)
        What is looked at along time, in any unit.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> time, level = np.sort(rng.uniform(0, 60, 20_000)), rng.normal(0, 1, 20_000)
    >>> len(find_disturbance(time, {"FITC-A": level}).events)
    0
    >>> level[4_000:6_000] += 2.0
    >>> found = find_disturbance(time, {"FITC-A": level})
    >>> found.stepped, 1_800 <= len(found.events) <= 2_200
    (('FITC-A',), True)
    """
    none = np.empty(0, dtype=np.intp)
    if len(time) < FEWEST_EVENTS:
        return Disturbance(none, unjudged=f"fewer than {FEWEST_EVENTS:,} events")
    clock = _forward(np.asarray(time, dtype=np.float64))
    if clock is None:
        return Disturbance(none, unjudged="the clock does not run forward")
    rate, windows = _odd_rate(clock)
    odd, moves = _odd_levels(tuple(channels.values()))
    bad = np.zeros(len(time), dtype=bool)
    for first, last in rate + _spans(np.asarray(odd.any(axis=0)), len(time)):
        bad[first:last] = True
    stepped = tuple(name for name, flags in zip(channels, odd, strict=True) if flags.any())
    unsteady = tuple(name for name, flag in zip(channels, moves, strict=True) if flag)
    if np.count_nonzero(bad) > MOST_LOST * len(time):
        return Disturbance(none, windows, (), stepped or ("flow rate",))
    return Disturbance(np.flatnonzero(bad), windows, stepped, unsteady)


def _forward(time: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return a clock that only runs forward, None where this one stands still or events are in no order of time."""
    if not np.isfinite(time).all():
        return None
    steps = np.diff(time)
    back = np.flatnonzero(~(steps >= 0))
    if len(back) > max(5, BACKWARDS * len(time)):
        return None
    if len(back):
        steps[back] = 0.0
        time = np.concatenate([[0.0], np.cumsum(steps)])
    return time if time[-1] > time[0] else None


def _odd_rate(clock: NDArray[np.float64]) -> tuple[list[tuple[int, int]], int]:
    """Return first and last event of the windows of a burst or a clog, and how many these are."""
    ticks = int(np.count_nonzero(np.diff(clock))) + 1
    windows = min(len(clock) // WINDOW_EVENTS, MOST_WINDOWS, ticks // TICKS)
    if windows < FEWEST_WINDOWS:
        return [], 0
    edges = np.searchsorted(clock, np.linspace(clock[0], clock[-1], windows + 1)[1:-1])
    edges = np.concatenate([[0], edges, [len(clock)]])
    counts = np.diff(edges).astype(np.float64)
    trend = np.maximum(_running_median(counts), 1.0)
    apart = counts - trend
    spread = np.maximum(np.sqrt(trend), MAD_TO_SD * np.median(np.abs(apart)))
    odd = (np.abs(apart) > ROBUST_SD * spread) & ((counts > BURST * trend) | (counts < CLOG * trend))
    return [(int(edges[i]), int(edges[i + 1])) for i in np.flatnonzero(odd)], int(np.count_nonzero(odd))


def _running_median(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the trend of the counts, taken at every fifth window and joined by lines."""
    reach = min(TREND, len(counts) // 2) // 2
    padded = np.pad(counts, reach, mode="reflect")
    every = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)[::5]
    return np.interp(np.arange(len(counts)), np.arange(0, len(counts), 5), np.median(every, axis=1))


def _odd_levels(channels: Sequence[NDArray[Any]]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which bins of events stand out in each channel, and which channels move without any that does."""
    if not channels:
        return np.zeros((0, 1), dtype=bool), np.zeros(0, dtype=bool)
    levels, chance = _levels(channels)
    apart = np.abs(levels - np.median(levels, axis=1, keepdims=True))
    spread = np.maximum(chance, MAD_TO_SD * np.median(apart, axis=1, keepdims=True))
    odd = apart > np.maximum(STEP, ROBUST_SD * spread)
    quiet = np.where(odd, np.nan, levels)
    half = levels.shape[1] // 2
    with np.errstate(invalid="ignore"):
        shift = np.abs(_mean(quiet[:, :half]) - _mean(quiet[:, half:]))
    return odd, shift > max(STEP, ROBUST_SD * chance)


def _mean(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of each row's numbers, NaN where it has none."""
    return np.asarray(np.nansum(levels, axis=1) / np.count_nonzero(~np.isnan(levels), axis=1))


def _levels(channels: Sequence[NDArray[Any]]) -> tuple[NDArray[np.float64], float]:
    """Return the mean coarse rank of the events in each bin, shape (n_channels, bins), and the SD that chance gives."""
    stride, bins, size = _bins(len(channels[0]))
    few = np.stack([values[:: max(1, len(values) // 2_048)] for values in channels])
    places = [len(few[0]) * part // 4 for part in (1, 2, 3)]
    quartiles = np.partition(few, places, axis=1)[:, places].tolist()
    levels = np.zeros((len(channels), bins))
    for row, values, cuts in zip(levels, channels, quartiles, strict=True):
        table = values[::stride][: bins * size].reshape(bins, size)
        for cut in cuts:
            row += (table > cut).sum(axis=1, dtype=np.int32)
    return levels / (3.0 * size), float(SCORE_SD / np.sqrt(size))


def _bins(events: int) -> tuple[int, int, int]:
    """Return of how many events one is read, how many bins there are and how many events are read in each."""
    stride = -(-events // MOST_READ)
    read = -(-events // stride)
    bins = min(read // BIN_EVENTS, MOST_BINS)
    return stride, bins, read // bins


def _spans(odd: NDArray[np.bool_], events: int) -> list[tuple[int, int]]:
    """Return first and last event of the bins that stand out; the last bin reaches to the end."""
    stride, bins, size = _bins(events)
    places = np.flatnonzero(odd).tolist()
    return [(i * size * stride, events if i == bins - 1 else (i + 1) * size * stride) for i in places]
