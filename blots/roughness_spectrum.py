"""How the fine grain of a picture repeats: interpolation and compression leave a rhythm that no camera makes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SIDE = 512  # of the square in the middle that is looked at
_SMALLEST = 96
_SLOW = 0.03  # cycles a pixel: bands and lanes make such rhythms


@dataclass(frozen=True, eq=False)
class RoughnessSpectrum:
    """Power of the local roughness over its surroundings, by frequency down and across, in cycles a pixel.

    `together` holds at each frequency what stands there and also at the frequency turned by a right angle: a picture
    that was enlarged, turned or compressed shows both, and rows of bands only one.

    Examples
    --------
    >>> RoughnessSpectrum(np.eye(8), np.fft.fftfreq(8)).at(0.125, 0.125)
    1.0
    """

    together: NDArray[np.float64]
    frequencies: NDArray[np.float64]

    def at(self, down: float, across: float) -> float:
        """Return the power at a frequency, the largest of its neighbours included."""
        n = len(self.frequencies)
        rows, columns = (np.arange(round(f * n) - 1, round(f * n) + 2) % n for f in (down, across))
        near = self.together[np.ix_(rows, columns)]
        return float(near[1, 1] if n < 16 else near.max())


def roughness_spectrum(signal: NDArray[np.float64]) -> RoughnessSpectrum | None:
    """Return the spectrum of how rough the picture is from pixel to pixel, None where it is too small to tell.

    The roughness of each 2 x 2 pixels is compared with that around it, so that bright bands weigh no more than the
    rest.

    Parameters
    ----------
    signal : ndarray, shape (rows, columns)
        The picture; its middle is looked at.

    References
    ----------
    Gallagher A. C., Proc. CRV 2005, 65, doi:10.1109/CRV.2005.33. Mahdian B., Saic S., IEEE Trans. Inf. Forensics
    Secur. 3:529 (2008), doi:10.1109/TIFS.2004.924603.

    Examples
    --------
    >>> from scipy.ndimage import zoom
    >>> noise = np.random.default_rng(0).normal(size=(200, 200))
    >>> enlarged = roughness_spectrum(zoom(noise, 1.25, order=1))
    >>> enlarged.at(0.0, 0.2) > 50, roughness_spectrum(noise).at(0.0, 0.2) > 20
    (True, False)
    """
    from scipy.fft import fft2
    from scipy.ndimage import maximum_filter, uniform_filter

    side = min(_SIDE, *(n - 1 for n in signal.shape)) // 8 * 8
    if side < _SMALLEST:
        return None
    grain = _grain(signal, side)
    if not grain.any():
        return None
    taper = np.hanning(side).astype(np.float32)
    power = np.abs(fft2(grain * taper[:, None] * taper)) ** 2
    over = power / uniform_filter(power, 31, mode="wrap")
    frequencies = np.fft.fftfreq(side)
    over[np.hypot(frequencies[:, None], frequencies) < _SLOW] = 0
    place = np.arange(side)
    turned = maximum_filter(over, 3, mode="wrap")[place[None, :], -place[:, None] % side]
    return RoughnessSpectrum(np.minimum(over, turned).astype(np.float64), np.asarray(frequencies, dtype=np.float64))


def _grain(signal: NDArray[np.float64], side: int) -> NDArray[np.float32]:
    """Return the roughness of the middle of the picture, over the mean around it, about zero."""
    from scipy.ndimage import uniform_filter

    top, left = ((n - side - 1) // 2 for n in signal.shape)
    part = signal[top : top + side + 1, left : left + side + 1]
    part = ((part - part.mean()) / max(float(part.std()), 1e-30)).astype(np.float32)
    rough = np.abs(part[1:, 1:] - part[1:, :-1] - part[:-1, 1:] + part[:-1, :-1])
    around = uniform_filter(rough, 15) + 1e-3 * float(np.mean(rough)) + 1e-12
    grain = np.minimum(rough / around, 3).astype(np.float32)
    return np.asarray(grain - uniform_filter(grain, 31), dtype=np.float32)
