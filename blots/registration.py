"""How one picture of a membrane lies against another: found over the whole overlap, then to a small part of a pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft2, next_fast_len, rfft2
from scipy.ndimage import binary_dilation, gaussian_filter, map_coordinates, maximum_filter, spline_filter

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_SEARCHED_PX = 360  # the longer side of the pictures in which the place is first looked for
_LEAST_OVERLAP = 0.4  # of the smaller picture
_CANDIDATES = 4
_APART = 3.0  # pixels from which two places differ
_SMOOTH = 1.5
_COMPARED = 40_000  # pixels
_FEWEST = 300
_ROUNDS = 25
_STILL = 1e-3  # pixels
_HUBER = 2.0


@dataclass(frozen=True)
class Registration:
    """Where the reference's pixel (row, column) lies in the other picture: at row + `down`, column + `right`.

    `error_px` is the standard error of both. `agreement` is the correlation of what both show there, 1 for the same.
    `strain_px` is how far the corners would move, were the other picture also turned and scaled to fit best, and
    `strain_error_px` its standard error. `rival` is the mean square that the next best place leaves over, in units of
    this one's.
    """

    down: float
    right: float
    error_px: float
    agreement: float
    strain_px: float
    strain_error_px: float
    rival: float


def register(reference: Array, usable: Mask, other: Array, other_usable: Mask) -> Registration | None:
    """Find where a picture lies in another one of the same scene, taken with another exposure.

    Level and gain of the two pictures may differ. All overlaps of at least two fifths of the smaller picture are
    compared by the correlation of usable pixels (Padfield, below) in reduced pictures; the best few are then refined by
    least squares on smoothed pictures, and the one that leaves least over is taken.

    Parameters
    ----------
    reference, other : ndarray, shape (rows, columns)
        The pictures, which may differ in size.
    usable, other_usable : ndarray of bool, same shapes
        False where a picture is clipped.

    Returns
    -------
    Registration or None
        None where the pictures share too little that can be compared.

    References
    ----------
    Padfield D., IEEE Trans. Image Process. 21:2706 (2012), doi:10.1109/TIP.2011.2181402. Lucas B. D. and Kanade T.,
    Proc. IJCAI 674 (1981), for the refinement.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> scene = gaussian_filter(rng.normal(0, 1, (140, 180)), 3) * 1000
    >>> all_of_it = np.ones((100, 120), dtype=bool)
    >>> found = register(scene[20:120, 20:140], all_of_it, 0.2 * scene[13:113, 29:149] + 5, all_of_it)
    >>> round(found.down, 2), round(found.right, 2), found.agreement > 0.99
    (7.0, -9.0, True)
    """
    pair = _Pair.of(reference, usable, other, other_usable)
    fits = [fit for place in _likely(reference, usable, other, other_usable) if (fit := pair.refined(*place))]
    if not fits:
        return None
    fits.sort(key=lambda fit: fit.left)
    best = fits[0]
    others = [f.left for f in fits if np.hypot(f.down - best.down, f.right - best.right) > _APART]
    strain, error = pair.strain(best)
    rival = min(others) / max(best.left, 1e-300) if others else np.inf
    return Registration(best.down, best.right, best.error, best.agreement, strain, error, float(rival))


def _likely(reference: Array, usable: Mask, other: Array, other_usable: Mask) -> list[tuple[float, float]]:
    """Return the likely places, in pixels, the likeliest first."""
    step = max(1, -(-max(*reference.shape, *other.shape) // _SEARCHED_PX))
    a, a_seen = _reduced(reference, usable, step)
    b, b_seen = _reduced(other, other_usable, step)
    score = _masked_correlation(a, a_seen, b, b_seen)
    crest = (score == maximum_filter(score, size=7)) & (score > 0)
    rows, columns = np.nonzero(crest)
    order = np.argsort(-score[rows, columns])[:_CANDIDATES]
    return [(float(step * (rows[k] - (a.shape[0] - 1))), float(step * (columns[k] - (a.shape[1] - 1)))) for k in order]


def _reduced(picture: Array, usable: Mask, step: int) -> tuple[Array, Array]:
    """Return the mean of the usable pixels of each block, slow changes taken off, and how much of it is usable."""
    rows, columns = (n // step * step for n in picture.shape)
    seen = usable[:rows, :columns].reshape(rows // step, step, columns // step, step).mean(axis=(1, 3))
    light = np.where(usable, picture, 0.0)[:rows, :columns]
    light = light.reshape(rows // step, step, columns // step, step).mean(axis=(1, 3))
    whole = seen > 0.5
    level = float(np.median(light[whole] / seen[whole])) if whole.any() else 0.0
    mean = np.where(whole, light / np.where(whole, seen, 1), level)
    return mean - level, whole.astype(float)


def _masked_correlation(a: Array, a_seen: Array, b: Array, b_seen: Array) -> Array:
    """Return the correlation over the overlap at every displacement of b against a; -1 where they share too little."""
    full = [p + q - 1 for p, q in zip(a.shape, b.shape, strict=True)]
    size = [next_fast_len(n, real=True) for n in full]

    def together(x: Array, y: Array) -> Array:
        product = irfft2(rfft2(x[::-1, ::-1], size) * rfft2(y, size), size)
        return np.asarray(product[: full[0], : full[1]])

    a, b = a * a_seen, b * b_seen
    count = np.maximum(np.rint(together(a_seen, b_seen)), 0)
    enough = count >= _LEAST_OVERLAP * min(a_seen.sum(), b_seen.sum())
    n = np.where(enough, count, 1.0)
    sum_a, sum_b = together(a, b_seen), together(a_seen, b)
    cross = together(a, b) - sum_a * sum_b / n
    square_a = together(a**2, b_seen) - sum_a**2 / n
    square_b = together(a_seen, b**2) - sum_b**2 / n
    size_of_both = np.sqrt(np.maximum(square_a, 0) * np.maximum(square_b, 0))
    told = enough & (size_of_both > 1e-9 * float(size_of_both.max(initial=0.0)))
    return np.where(told, cross / np.where(told, size_of_both, 1), -1.0)


@dataclass(frozen=True)
class _Fit:
    down: float
    right: float
    gain: float
    left: float  # mean square left over, of the reference's own variance
    error: float
    agreement: float


@dataclass(frozen=True, eq=False)
class _Pair:
    """Two smoothed pictures, the reference's pixels that tell a place, and what is needed to look into the other."""

    rows: Array
    columns: Array
    values: Array
    splines: Array
    clean: Mask

    @classmethod
    def of(cls, reference: Array, usable: Mask, other: Array, other_usable: Mask) -> _Pair:
        smooth = gaussian_filter(reference, _SMOOTH)
        reach = int(np.ceil(3 * _SMOOTH))
        told = _away_from(~usable, reach)
        told[:reach] = told[-reach:] = False
        told[:, :reach] = told[:, -reach:] = False
        slope = np.hypot(*np.gradient(smooth))
        steep = np.where(told, slope, 0.0)
        most = steep[told] if told.any() else steep.ravel()
        least = float(np.quantile(most, max(0.0, 1 - _COMPARED / max(most.size, 1))))
        rows, columns = np.nonzero(told & (slope >= least))
        splines = spline_filter(gaussian_filter(other, _SMOOTH), order=3)
        at = (rows.astype(float), columns.astype(float))
        return cls(*at, smooth[rows, columns], splines, _away_from(~other_usable, reach))

    def seen(self, down: Array, right: Array) -> tuple[Array, Array, Array, Mask]:
        """Return the other picture at displaced pixels, its slopes there, and where it is clean."""
        y, x = self.rows + down, self.columns + right
        height, width = self.splines.shape
        inside = (y >= 5) & (y <= height - 6) & (x >= 5) & (x <= width - 6)
        nearest = np.rint(np.where(inside, y, 0)).astype(int), np.rint(np.where(inside, x, 0)).astype(int)
        good = inside & self.clean[nearest]

        def look(dy: float, dx: float) -> Array:
            at = np.stack([np.where(good, y + dy, 0), np.where(good, x + dx, 0)])
            return np.asarray(map_coordinates(self.splines, at, order=3, prefilter=False, mode="nearest"))

        half = 0.25
        return (
            look(0, 0),
            (look(half, 0) - look(-half, 0)) / (2 * half),
            (look(0, half) - look(0, -half)) / (2 * half),
            good,
        )

    def refined(self, down: float, right: float) -> _Fit | None:
        """Return the place refined by least squares; None where it runs away or too little is shared."""
        for _ in range(_ROUNDS):
            value, by_row, by_column, good = self.seen(np.asarray(down), np.asarray(right))
            if good.sum() < _FEWEST:
                return None
            gain = self._gain(value, good)
            columns = [np.ones(int(good.sum())), value[good], gain * by_row[good], gain * by_column[good]]
            answer, covariance, weight = _robust(np.stack(columns, axis=1), self.values[good])
            move = np.clip(answer[2:], -4, 4)
            down, right = down + float(move[0]), right + float(move[1])
            if np.abs(move).max() < _STILL:
                break
        if not answer[1] > 0:
            return None
        rest = self.values[good] - np.stack(columns, axis=1) @ answer
        own = np.average((self.values[good] - np.average(self.values[good], weights=weight)) ** 2, weights=weight)
        left = float(np.average(rest**2, weights=weight) / max(own, 1e-300))
        error = float(np.sqrt(covariance[[2, 3], [2, 3]].max()))
        agreement = float(np.corrcoef(value[good], self.values[good])[0, 1])
        return _Fit(down, right, float(answer[1]), left, error, agreement)

    def _gain(self, value: Array, good: Mask) -> float:
        other = value[good] - value[good].mean()
        own = self.values[good] - self.values[good].mean()
        return float((own * other).sum() / max(float((other**2).sum()), 1e-300))

    def strain(self, fit: _Fit) -> tuple[float, float]:
        """Return how far the corners of the overlap would move by the best turn and scale, and its error."""
        value, by_row, by_column, good = self.seen(np.asarray(fit.down), np.asarray(fit.right))
        y, x = self.rows[good] - self.rows[good].mean(), self.columns[good] - self.columns[good].mean()
        down, right = fit.gain * by_row[good], fit.gain * by_column[good]
        wide = down * y + right * x
        turn = down * x - right * y
        corner = float(np.hypot(np.abs(y).max(), np.abs(x).max()))
        columns = np.stack([np.ones(y.size), value[good], down, right, wide, turn], axis=1)
        answer, covariance, _ = _robust(columns, self.values[good])
        size = float(np.hypot(answer[4], answer[5]))
        return corner * size, corner * float(np.sqrt(max(covariance[4, 4], covariance[5, 5])))


def _away_from(bad: Mask, reach: int) -> Mask:
    if not bad.any():
        return np.ones(bad.shape, dtype=bool)
    return ~np.asarray(binary_dilation(bad, iterations=reach))


def _robust(columns: Array, values: Array) -> tuple[Array, Array, Array]:
    """Return the least-squares answer, its covariance and the weights, far pixels counting less (Huber)."""
    size = np.maximum(np.abs(columns).max(axis=0), 1e-300)
    scaled, weight = columns / size, np.ones(len(values))
    for _ in range(3):
        left = scaled.T @ (weight[:, None] * scaled)
        inverse = np.linalg.pinv(left, hermitian=True)
        answer = inverse @ (scaled.T @ (weight * values))
        rest = np.abs(values - scaled @ answer)
        usual = max(1.4826 * float(np.median(rest)), 1e-300)
        weight = np.minimum(1.0, _HUBER * usual / np.maximum(rest, 1e-300))
    # Smoothed pixels tell of one another: about 4 pi sigma^2 of them count as one.
    covariance = inverse * usual**2 * (4 * np.pi * _SMOOTH**2)
    return answer / size, covariance / np.outer(size, size), weight
