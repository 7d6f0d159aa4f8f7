"""Wells that answer by where they stand on the plate: edges that dry out, rows and columns pipetted apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gating.artefacts.calcium import annexin_brightness
from gating.artefacts.finding import Finding, Trace
from gating.artefacts.wells import Well

if TYPE_CHECKING:
    from numpy.typing import NDArray

PLATES = ((4, 6), (6, 8), (8, 12), (16, 24), (32, 48))
PERMUTATIONS = 4_000
CHANCE = 0.004
FEWEST_WELLS = 12
LIMITS = {"dying cells, fraction": 0.05, "Annexin V of positive cells, decades": 0.15}


def check_edges(wells: Sequence[Well]) -> list[Finding]:
    """Look for edge, row and column effects among wells of one treatment.

    What the treatment does is taken out by its own mean, so only treatments with several wells tell. The residuals
    are polished by medians over rows and columns; the chance of what is left comes from exchanging the wells of each
    treatment among themselves.

    Parameters
    ----------
    wells : sequence of Well
        Samples; those without a well of the plate are left out.

    Returns
    -------
    list of Finding
        One `plate_position` for the dying fraction and one for the brightness of Annexin-positive cells, each the most
        telling of edge, row and column; none where fewer than twelve wells can be compared.

    References
    ----------
    Tukey JW. Exploratory data analysis. Addison-Wesley (1977): median polish.
    """
    placed = [well for well in wells if well.position is not None and well.role != "positive"]
    if len(placed) < FEWEST_WELLS:
        return []
    brightness, _ = annexin_brightness(placed)
    values = dict(zip(LIMITS, (_dying(placed), brightness), strict=True))
    return [found for name, y in values.items() if (found := _effect(placed, y, name)) is not None]


def _dying(wells: Sequence[Well]) -> NDArray[np.float64]:
    return 1.0 - np.array([well.levels.share("live") for well in wells], dtype=np.float64)


def _effect(wells: Sequence[Well], values: NDArray[np.float64], name: str) -> Finding | None:
    names = [well.condition for well in wells]
    usable = [i for i, name in enumerate(names) if np.isfinite(values[i]) and names.count(name) > 1]
    if len(usable) < FEWEST_WELLS:
        return None
    place = np.array([wells[i].position for i in usable])
    kinds = {n: k for k, n in enumerate(dict.fromkeys(names[i] for i in usable))}
    labels = np.array([kinds[names[i]] for i in usable])
    contrasts = _contrasts(place, labels)
    if not contrasts:
        return None
    residual = _centred(values[usable], labels)
    effects = {what: float(residual @ c / (c @ c)) for what, c in contrasts.items()}
    scaled = np.stack([c / np.sqrt(c @ c) for c in contrasts.values()])
    observed = np.abs(scaled @ residual)
    chance = np.abs(scaled @ _exchanged(residual, labels).T).max(axis=0)
    best = int(np.argmax(observed))
    what = list(contrasts)[best]
    p_value = float((1 + np.count_nonzero(chance >= observed[best])) / (1 + len(chance)))
    width = float(np.quantile(chance, 0.95)) / float(np.linalg.norm(contrasts[what]))
    return Finding(
        check="plate_position",
        files=(),
        statistic=f"{name}, {what} over the other wells of the same treatment",
        value=effects[what],
        low=effects[what] - width,
        high=effects[what] + width,
        limit=LIMITS[name],
        raised=p_value < CHANCE / 2 and abs(effects[what]) > LIMITS[name],
        words=f"{name.replace(', ', ' (', 1)}) of {what} differ by {effects[what]:+.2f} from the rest of the plate",
        trace=Trace(
            place[:, 1] + 1.0,
            _polished(residual, place),
            "column of the plate",
            f"{name}, after polish of rows and columns",
        ),
    )


def _contrasts(place: NDArray[np.int64], labels: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """Return, for the edge and each row and column, which wells are in it, centred within treatments, shape (n,)."""
    rows, columns = next((r, c) for r, c in PLATES if place[:, 0].max() < r and place[:, 1].max() < c)
    edge = np.isin(place[:, 0], (0, rows - 1)) | np.isin(place[:, 1], (0, columns - 1))
    members = {"edge wells": edge}
    members |= {f"row {chr(65 + r) if r < 26 else r + 1}": place[:, 0] == r for r in np.unique(place[:, 0])}
    members |= {f"column {c + 1}": place[:, 1] == c for c in np.unique(place[:, 1])}
    centred = {
        what: _centred(inside.astype(np.float64), labels) for what, inside in members.items() if inside.sum() > 2
    }
    # A row that holds one treatment only can't be told from it.
    return {what: c for what, c in centred.items() if c @ c > 1.0}


def _centred(values: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    sums, counts = np.bincount(labels, values), np.bincount(labels)
    return np.asarray(values - (sums / counts)[labels], dtype=np.float64)


def _exchanged(residual: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return residuals with the wells of each treatment exchanged at random, shape (permutations, n)."""
    rng = np.random.default_rng(20_261_121)
    order = np.argsort(labels + rng.random((PERMUTATIONS, len(labels))), axis=1)
    home = np.argsort(labels, kind="stable")
    exchanged = np.empty((PERMUTATIONS, len(labels)))
    exchanged[:, home] = residual[order]
    return exchanged


def _polished(residual: NDArray[np.float64], place: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what Tukey's median polish leaves after rows and columns, shape (n,)."""
    left = residual.copy()
    for _ in range(4):
        for axis in (0, 1):
            for line in np.unique(place[:, axis]):
                inside = place[:, axis] == line
                left[inside] -= np.median(left[inside])
    return left
