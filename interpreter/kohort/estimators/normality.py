"""Tests of normality from skewness, kurtosis and the number of values.

Sources: D'Agostino, Belanger and D'Agostino, The American Statistician 44 (1990), with Anscombe and
Glynn's transformation for the kurtosis; Jarque and Bera, International Statistical Review 55
(1987).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import chdtrc, ndtr

FEWEST = 8
"""Values that the transformed tests need."""


@dataclass(frozen=True)
class NormalTests:
    """Values and P of the four tests, NaN where there are too few values.

    `scale` divides the squared test statistics before P is looked up: noise in the moments.
    """

    n: float
    skewness: float
    kurtosis: float
    scale: float = 1.0

    @property
    def skewness_p(self) -> float:
        """Two-sided P of the skewness."""
        return _two_sided(self._of_skewness / math.sqrt(self.scale))

    @property
    def kurtosis_p(self) -> float:
        """Two-sided P of the excess kurtosis."""
        return _two_sided(self._of_kurtosis / math.sqrt(self.scale))

    @property
    def together(self) -> float:
        """K squared: the two transformed statistics squared and added up, chi-square with 2 df."""
        return (self._of_skewness**2 + self._of_kurtosis**2) / self.scale

    @property
    def together_p(self) -> float:
        """P of K squared."""
        return float(chdtrc(2, self.together))

    @property
    def jarque_bera(self) -> float:
        """n/6 (S^2 + K^2/4), chi-square with 2 df in large samples."""
        return self.n / 6 * (self.skewness**2 + self.kurtosis**2 / 4) / self.scale

    @property
    def jarque_bera_p(self) -> float:
        """P of Jarque and Bera's statistic."""
        return float(chdtrc(2, self.jarque_bera))

    @property
    def _of_skewness(self) -> float:
        n = self.n
        if n < FEWEST:
            return math.nan
        y = self.skewness * math.sqrt((n + 1) * (n + 3) / (6.0 * (n - 2)))
        spread = 3.0 * (n * n + 27 * n - 70) * (n + 1) * (n + 3)
        spread /= (n - 2.0) * (n + 5) * (n + 7) * (n + 9)
        w2 = -1 + math.sqrt(2 * (spread - 1))
        part = y / math.sqrt(2.0 / (w2 - 1))
        return math.asinh(part) / math.sqrt(0.5 * math.log(w2))

    @property
    def _of_kurtosis(self) -> float:
        n = self.n
        if n < FEWEST:
            return math.nan
        expected = 3.0 * (n - 1) / (n + 1)
        variance = 24.0 * n * (n - 2) * (n - 3) / ((n + 1) ** 2 * (n + 3) * (n + 5))
        x = (self.kurtosis + 3 - expected) / math.sqrt(variance)
        skew = 6.0 * (n * n - 5 * n + 2) / ((n + 7) * (n + 9))
        skew *= math.sqrt(6.0 * (n + 3) * (n + 5) / (n * (n - 2) * (n - 3)))
        a = 6.0 + 8.0 / skew * (2.0 / skew + math.sqrt(1 + 4.0 / skew**2))
        below = 1 + x * math.sqrt(2 / (a - 4.0))
        if below == 0:
            return math.nan
        root = math.copysign(((1 - 2.0 / a) / abs(below)) ** (1 / 3), below)
        return (1 - 2 / (9.0 * a) - root) / math.sqrt(2 / (9.0 * a))


def _two_sided(z: float) -> float:
    return float(2 * ndtr(-abs(z)))
