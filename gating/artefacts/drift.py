"""Brightness that drifts over the plate in the order of acquisition: laser, detector, settling, bleaching, delay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.artefacts.finding import Finding, Trace
from gating.artefacts.wells import Well, decades

if TYPE_CHECKING:
    from numpy.typing import NDArray

LIMIT_DECADES = 0.06
CHANCE = 0.003
FEWEST_WELLS = 8
# With less of the order's variance left after the treatment is taken out, a slope says nothing of the instrument.
OWN_ORDER = 0.4
HUBER = 2.5
SHRINK = 0.01
MODES = {
    "Annexin V of live cells": ("annexin", ("live",)),
    "Annexin V of positive cells": ("annexin", ("early_apoptotic", "late_apoptotic")),
    "dye of dye-negative cells": ("dye", ("live", "early_apoptotic")),
    "dye of dye-positive cells": ("dye", ("late_apoptotic",)),
}
NEGATIVE = ("Annexin V of live cells", "dye of dye-negative cells")
ALL = "all populations in both channels"


@dataclass(frozen=True)
class Slope:
    """Decades over the plate with their SE and degrees of freedom."""

    name: str
    value: float
    error: float
    freedom: float

    def p_value(self) -> float:
        """Return the two-sided chance of a slope this large."""
        from scipy.special import stdtr

        return 2.0 * float(stdtr(self.freedom, -abs(self.value) / self.error)) if self.error > 0 else 1.0


def check_drift(wells: Sequence[Well]) -> list[Finding]:
    """Look for a steady change of brightness over the plate.

    Centres of populations are regressed on the order of acquisition, never fractions, since those follow the
    treatment. What the treatment does to a centre is taken out: by the compound and the wells' own fractions, or, where
    these follow the order, by comparing wells of one treatment with each other.

    Parameters
    ----------
    wells : sequence of Well
        In the order of acquisition.

    Returns
    -------
    list of Finding
        One `drift`, the most significant of negative and positive populations in both channels and their common part;
        none for fewer than eight wells. Where the order follows the dose so closely that the two can't be told apart,
        only a change that all populations share is an alarm; any other is the note `drift_or_dose`.
    """
    if len(wells) < FEWEST_WELLS:
        return []
    order = np.linspace(-0.5, 0.5, len(wells))
    covariates, confounded = _treatment(wells, order)
    table = {name: _centre(wells, *mode) for name, mode in MODES.items()}
    table = {n: y for n, y in table.items() if np.isfinite(y).sum() >= max(FEWEST_WELLS, len(wells) // 2)}
    slopes = [_slope(name, y, order, covariates) for name, y in table.items()]
    slopes += [s for s in (_common(table, order, covariates, NEGATIVE), _common(table, order, covariates, None)) if s]
    if not slopes:
        return []
    best = min(slopes, key=Slope.p_value)
    significant = best.p_value() * len(slopes) < CHANCE and abs(best.value) > LIMIT_DECADES
    shared = not confounded or _is_shared(slopes[: len(table)], best)
    return [_finding(best, wells, table, raised=significant, told_apart=shared, confounded=confounded)]


def _centre(wells: Sequence[Well], axis: str, kinds: tuple[str, ...]) -> NDArray[np.float64]:
    """Return decades over the wells' median, averaged over kinds of cells, shape (n,)."""
    table = np.stack([decades(wells, axis, kind) for kind in kinds])
    weights = np.where(np.isfinite(table), np.sqrt([[w.levels.share(k) for w in wells] for k in kinds]), 0.0)
    total = weights.sum(axis=0)
    return np.where(total > 0, (weights * np.nan_to_num(table)).sum(axis=0) / np.maximum(total, 1e-12), np.nan)


def _treatment(wells: Sequence[Well], order: NDArray[np.float64]) -> tuple[NDArray[np.float64], bool]:
    """Return the columns that take the treatment out, and whether the order can't be told from the dose."""
    n = len(wells)
    same = _members([well.condition for well in wells])
    shares = [[w.levels.share(k) for w in wells] for k in ("early_apoptotic", "late_apoptotic")]
    own = np.column_stack([_members([well.compound if well.role == "treated" else "" for well in wells]), *shares])
    for columns in (own, same):
        if n - columns.shape[1] < FEWEST_WELLS - 2:
            continue
        rest = order - columns @ np.linalg.lstsq(columns, order, rcond=None)[0]
        if rest.var() >= OWN_ORDER * order.var():
            return columns, False
    return np.ones((n, 1)), same.shape[1] > 1


def _members(names: Sequence[object]) -> NDArray[np.float64]:
    """Return a column of ones and zeros for each name, shape (n, names)."""
    kinds = list(dict.fromkeys(names))
    return np.array([[float(name == kind) for kind in kinds] for name in names])


def _slope(
    name: str, values: NDArray[np.float64], order: NDArray[np.float64], covariates: NDArray[np.float64], lost: int = 0
) -> Slope:
    """Regress with residuals drawn in at 2.5 robust SD, so that one odd well makes no slope."""
    known = np.isfinite(values)
    x, y, own = order[known], values[known].copy(), covariates[known]
    own = own[:, (own != 0).any(axis=0)]
    rest = x - own @ np.linalg.lstsq(own, x, rcond=None)[0]
    design = np.column_stack([own, rest])
    freedom = len(y) - int(np.linalg.matrix_rank(design)) - lost
    if freedom < 3 or rest @ rest < 1e-9:
        return Slope(name, 0.0, np.inf, 3.0)
    for _ in range(4):
        fitted = design @ np.linalg.lstsq(design, y, rcond=None)[0]
        residual = y - fitted
        reach = HUBER * 1.4826 * float(np.median(np.abs(residual))) * float(np.sqrt(len(y) / freedom))
        y = fitted + np.clip(residual, -reach, reach)
    value = float(rest @ y / (rest @ rest))
    error = float(np.sqrt(residual @ residual / freedom / (rest @ rest)))
    return Slope(name, value, max(error, 1e-9), float(freedom))


def _common(
    table: dict[str, NDArray[np.float64]],
    order: NDArray[np.float64],
    covariates: NDArray[np.float64],
    names: Sequence[str] | None,
) -> Slope | None:
    """Return the slope that several centres share: their mean that scatters least from well to well.

    A gain moves them all alike, staining moves some more than others, so the best mean may subtract one from another.
    """
    picked = [name for name in table if names is None or name in names]
    if len(picked) < 2:
        return None
    y = np.stack([table[name] for name in picked], axis=1)
    known = np.isfinite(y).all(axis=1)
    design = np.column_stack([covariates, order])[known]
    design = design[:, (design != 0).any(axis=0)]
    freedom = int(known.sum()) - design.shape[1]
    if freedom < 2 * len(picked) + 2:
        return None
    residual = y[known] - design @ np.linalg.lstsq(design, y[known], rcond=None)[0]
    scatter = residual.T @ residual / freedom
    scatter += SHRINK * np.diag(np.diag(scatter)) + 1e-10 * np.eye(len(picked))
    weights = np.linalg.solve(scatter, np.ones(len(picked)))
    mean = y @ (weights / weights.sum())
    name = ALL if names is None else "negative cells in both channels"
    return _slope(name, mean, order, covariates, lost=len(picked) - 1)


def _is_shared(slopes: Sequence[Slope], best: Slope) -> bool:
    """Say whether live cells move alike in both channels and no population clearly moves the other way.

    A gain or a laser does that; a treatment seldom brightens untouched cells by one factor in two channels.
    """
    moved = {s.name: np.sign(best.value) * s.value for s in slopes if np.isfinite(s.error)}
    negative = [moved[name] for name in NEGATIVE if name in moved]
    against = [s for s in slopes if np.sign(best.value) * s.value < -2.0 * s.error]
    return len(negative) == 2 and min(negative) > max(LIMIT_DECADES / 2, 0.4 * max(negative)) and not against


def _finding(
    best: Slope,
    wells: Sequence[Well],
    table: dict[str, NDArray[np.float64]],
    *,
    raised: bool,
    told_apart: bool,
    confounded: bool,
) -> Finding:
    from scipy.special import stdtrit

    half = float(stdtrit(best.freedom, 0.975)) * best.error
    words = f"{best.name} change by {best.value:+.2f} decades over the plate"
    if confounded:
        words += ", and the order of acquisition follows the treatment"
    shown = table.get(best.name)
    if shown is None:
        shown = np.nanmean(np.stack(list(table.values())), axis=0)
    position = np.arange(1.0, len(wells) + 1.0)
    return Finding(
        check="drift" if told_apart else "drift_or_dose",
        files=(),
        statistic=f"{best.name}, decades from the first well to the last",
        value=best.value,
        low=best.value - half,
        high=best.value + half,
        limit=LIMIT_DECADES,
        raised=raised,
        words=words,
        trace=Trace(position, shown, "well, in order of acquisition", f"{best.name}, decades over the plate's median"),
    )
