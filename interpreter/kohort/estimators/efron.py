"""Sums over tied events as Efron's treatment of ties has them.

With d events at a time, of which `f = l/d` have gone before the l-th, its risk set weighs
`risk - f tied`. Where the tied weigh little against those at risk, the sums over l = 0 .. d-1 are
power series in `u = tied/risk`, whose moments of f need computing once; elsewhere term by term.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kohort.estimators.design import Floats, Integers

# With u below this, u^14 times what follows it is below the precision of a double.
_SMALL = 1 / 16
_TERMS = 15


@dataclass(frozen=True, slots=True, eq=False)
class Ties:
    """`number` float64[T] of events at each time, `moments[m]` the sums of f^m, float64[17, T]."""

    number: Floats
    moments: Floats

    @classmethod
    def of(cls, number: Floats) -> Ties:
        """Prepare the sums for so many events at each time."""
        size = number.astype(np.int64)
        most = int(size.max(initial=0))
        moments = np.empty((_TERMS + 2, len(number)))
        # Sums of l^m for all l at once; the largest powers are far from the largest double.
        power = np.ones(most)
        for m in range(_TERMS + 2):
            moments[m] = np.cumsum(power)[size - 1] / number**m
            power *= np.arange(most)
        return cls(number, moments)

    def logs(self, risk: Floats, tied: Floats) -> Floats:
        """Sums of log(risk - f tied), float64[T] each; NaN where it has none."""
        u = tied / risk
        result = self.number * np.log(risk)
        series = np.zeros_like(u)
        for m in range(_TERMS, 0, -1):
            series = (series + self.moments[m] / m) * u
        result -= series
        for place in self._others(u):
            f = np.arange(int(self.number[place])) / self.number[place]
            result[place] = np.log(risk[place] - f * tied[place]).sum()
        return result

    def hazards(self, risk: Floats, tied: Floats) -> Floats:
        """Sums of p, f p, p^2, f p^2, f^2 p^2 where p = 1/(risk - f tied): float64[5, T]."""
        u = tied / risk
        result = np.zeros((5, len(u)))
        for m in range(_TERMS - 1, -1, -1):
            result *= u
            result[0] += self.moments[m]
            result[1] += self.moments[m + 1]
            for power in range(3):
                result[2 + power] += (m + 1) * self.moments[m + power]
        result[:2] /= risk
        result[2:] /= risk * risk
        for place in self._others(u):
            f = np.arange(int(self.number[place])) / self.number[place]
            p = 1.0 / (risk[place] - f * tied[place])
            square = p * p
            terms = (p, f * p, square, f * square, f * f * square)
            result[:, place] = [term.sum() for term in terms]
        return result

    def _others(self, u: Floats) -> Integers:
        """Times whose sums are no short series: several events, and not few among those at risk."""
        return np.flatnonzero((self.number > 1) & ~(u < _SMALL))
