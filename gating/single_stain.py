"""A single stain as evidence for a divider: what it must hold, its dim and bright ends, its events drawn again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.errors import InvalidGate, UnusableControl

if TYPE_CHECKING:
    from numpy.typing import NDArray

RESAMPLES = 200
SEED = 20_261_121  # intervals must not change from run to run
EVENTS_ABOVE = 10  # events above a cut below which its place is a guess
DIM, BRIGHT = 0.25, 0.02  # parts of the events that show both ends
FEWEST_BRIGHT = 100
APART = 8.0  # robust SDs of the dimmer half; the brightest 2 % of one population lie nearer to its middle


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval from the bootstrap."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class SingleStain:
    """The events of one or several tubes with one stain, compensated, linear units.

    Attributes
    ----------
    divided : ndarray, shape (n,)
        The channel whose stain the tubes lack.
    other : ndarray, shape (n,)
        The channel whose stain they have.
    tubes : tuple of ndarray
        The rows of each tube.
    name : str
        For messages.
    """

    divided: NDArray[np.float64]
    other: NDArray[np.float64]
    tubes: tuple[NDArray[np.intp], ...]
    name: str

    @property
    def rows(self) -> NDArray[np.intp]:
        """Every event once."""
        return np.arange(len(self.divided))

    def again(self, rng: np.random.Generator) -> NDArray[np.intp]:
        """Return rows of tubes, and of events of each, drawn with replacement."""
        drawn = rng.integers(0, len(self.tubes), len(self.tubes))
        return np.concatenate([rng.choice(self.tubes[i], len(self.tubes[i])) for i in drawn])

    def estimates(
        self,
        numbers: Callable[[NDArray[np.intp]], NDArray[np.float64]],
        found: NDArray[np.float64],
        rng: np.random.Generator | None,
    ) -> list[Estimate]:
        """Return numbers of the rows, as `found`, with their intervals over 200 resamples."""
        rng = rng or np.random.default_rng(SEED)
        drawn = np.array([numbers(self.again(rng)) for _ in range(RESAMPLES)])
        low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
        return [
            Estimate(float(v), float(min(a, v)), float(max(b, v))) for v, a, b in zip(found, low, high, strict=True)
        ]

    @property
    def ends(self) -> tuple[float, float]:
        """The other channel's median among the dim and among the bright events."""
        ordered = np.sort(self.other)
        bright = max(int(BRIGHT * len(ordered)), min(FEWEST_BRIGHT, len(ordered)))
        dim = max(int(DIM * len(ordered)), 1)
        return float(np.median(ordered[:dim])), float(np.median(ordered[-bright:]))

    @property
    def holds_both_ends(self) -> bool:
        """True where the bright events lie further from the middle than one population reaches."""
        middle = float(np.median(self.other))
        below = middle - self.other[self.other <= middle]
        return self.ends[1] - middle > APART * 1.4826 * float(np.median(below))

    @property
    def brightest(self) -> float:
        """The other channel's value that ten events exceed."""
        return float(np.partition(self.other, -EVENTS_ABOVE - 1)[-EVENTS_ABOVE - 1])


def single_stain(
    divided: NDArray[np.float64],
    other: NDArray[np.float64],
    quantile: float,
    tube: NDArray[np.int64] | None = None,
    name: str = "control",
) -> SingleStain:
    """Return a single stain that can place a divider at this quantile.

    Parameters
    ----------
    divided, other : ndarray, shape (n,)
        The channels whose stain the tubes lack and have.
    quantile : float
        The part of the events that is to lie below the divider.
    tube : ndarray of int, shape (n,), optional
        The tube of each event; default one tube.
    name : str
        For messages.

    Raises
    ------
    UnusableControl
        Columns of unlike length, an event without a number, too few events, or a cut at the top of the range.
    InvalidGate
        A quantile that is not between 0.5 and 1.

    Examples
    --------
    >>> stain = single_stain(np.arange(2_000.0), np.arange(2_000.0), quantile=0.99)
    >>> stain.brightest, stain.holds_both_ends
    (1989.0, False)
    """
    if not 0.5 < quantile < 1.0:
        raise InvalidGate(
            "the quantile of a divider",
            expected="a fraction between 0.5 and 1",
            got=str(quantile),
            remedy="Take 0.99 or 0.995.",
        )
    labels = np.zeros(len(divided), dtype=np.int64) if tube is None else np.asarray(tube)
    if not np.shape(divided) == np.shape(other) == labels.shape == (len(divided),):
        raise UnusableControl(
            name,
            expected="one value of each channel, and one tube, an event",
            got=f"{np.shape(divided)}, {np.shape(other)} and {labels.shape}",
            remedy="Pass columns of one length.",
        )
    require_numbers(name, divided, other)
    require_events(len(divided), quantile, name)
    _require_range(divided, quantile, name)
    members = tuple(np.flatnonzero(labels == label) for label in np.unique(labels))
    return SingleStain(np.asarray(divided, dtype=np.float64), np.asarray(other, dtype=np.float64), members, name)


def require_numbers(name: str, *columns: NDArray[np.float64]) -> None:
    """Refuse a control with events that hold no finite number.

    Raises
    ------
    UnusableControl
        There is such an event.
    """
    sound = np.all([np.isfinite(column) for column in columns], axis=0)
    if not sound.all():
        raise UnusableControl(
            name,
            expected="a number for every event",
            got=f"{int((~sound).sum())} events without one",
            remedy="Leave these events out with `events.take(keep)`.",
        )


def require_events(n: int, quantile: float, name: str) -> None:
    """Refuse fewer events than leave ten above the cut.

    Raises
    ------
    UnusableControl
        There are fewer.
    """
    needed = int(np.ceil(EVENTS_ABOVE / (1.0 - quantile) - 1e-6))
    if n < needed:
        raise UnusableControl(
            name,
            expected=f"at least {needed} events for a divider at {100 * quantile:g} %",
            got=str(n),
            remedy="Acquire more events of the control, or take a lower quantile.",
        )


def _require_range(divided: NDArray[np.float64], quantile: float, name: str) -> None:
    top = float(divided.max())
    if np.count_nonzero(divided == top) > (1.0 - quantile) * len(divided):
        raise UnusableControl(
            name,
            expected="a control that ends within the detector's range",
            got=f"a cut at its top, {top:g}",
            remedy="Lower the detector's voltage, or check whether the tube carries the stain that it should lack.",
        )
