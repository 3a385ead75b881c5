"""The product-limit estimate of survival from counts by time, with log-log limits."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from kohort.estimators.design import Floats
from kohort.estimators.event_times import EventTimes

HALF = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalCurve:
    """Survival just after each of some times, float64[T] each; before the first one it is 1.

    `lower` and `upper` are limits of S(t), both 0 where S is 0.
    """

    times: Floats
    survival: Floats
    lower: Floats
    upper: Floats

    def quantile(self, share: float = HALF) -> tuple[float, float, float]:
        """The smallest time at which survival is at most `share`, and its limits; NaN if none."""
        return (
            _first(self.times, self.survival <= share),
            _first(self.times, self.lower <= share),
            _first(self.times, self.upper <= share),
        )

    def mean_until(self, end: float) -> float:
        """The restricted mean: the area below the steps from 0 to `end`."""
        inside = self.times < end
        edges = np.concatenate([[0.0], self.times[inside], [end]])
        heights = np.concatenate([[1.0], self.survival[inside]])
        return float(heights @ np.diff(edges))


def _first(times: Floats, reached: np.ndarray) -> float:
    places = np.flatnonzero(reached)
    return float(times[places[0]]) if len(places) else float("nan")


def product_limit(
    times: Floats,
    at_risk: Floats,
    events: Floats,
    level: float = 95.0,
    noise: float = 0.0,
) -> SurvivalCurve:
    """S(t), the product of 1 - d/n, with limits from se(log(-log S)) at `level` per cent.

    All arrays float64[T]. The variance of log S is Greenwood's, the sum of d/(n (n - d)); where the
    counts carry noise of variance `noise` each, what that adds to log(1 - d/n) is added (a counting
    error in d moves it by 1/(n - d), one in n by d/(n (n - d))). Limits are 1 before the first
    event. Source: Kalbfleisch and Prentice 2002, 1.4.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        left = at_risk - events
        survival = np.cumprod(left / at_risk, dtype=np.float64)
        own = events / (at_risk * left)
        variance = np.cumsum(own + noise * (1 / left**2 + own**2) * (events > 0))
        log = np.log(survival)
        width = special.ndtri(0.5 + level / 200.0) * np.sqrt(variance) / np.abs(log)
        lower, upper = (survival ** np.exp(sign * width) for sign in (1.0, -1.0))
    whole, none = survival >= 1, survival <= 0
    for limit in (lower, upper):
        limit[whole] = 1.0
        limit[none] = 0.0
    return SurvivalCurve(times, survival, lower, upper)


def kaplan_meier(counts: EventTimes, level: float = 95.0) -> SurvivalCurve:
    """The Kaplan-Meier curve at the times with an event."""
    there = counts.events > 0
    return product_limit(counts.times[there], counts.at_risk[there], counts.events[there], level)
