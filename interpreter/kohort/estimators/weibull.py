"""Weibull survival S(t) = exp(-(t/scale)^shape), by maximum likelihood from counts by time."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from kohort import iterations
from kohort.estimators.design import Floats
from kohort.estimators.event_times import EventTimes
from kohort.estimators.problem import NotEstimableError

_MOST_STEPS = 200
_CLOSE = 1e-14
# A shape beyond this means that (almost) all events share the last time.
_STEEPEST = 1e6


@dataclass(frozen=True, slots=True, eq=False)
class WeibullFit:
    """`scale` (the time at which survival is 1/e) and `shape`, their covariance float64[2, 2]."""

    scale: float
    shape: float
    covariance: Floats
    log_likelihood: float

    @property
    def errors(self) -> Floats:
        """Standard errors of scale and shape, float64[2]."""
        return np.sqrt(np.diagonal(self.covariance))


def median(scale: float, shape: float) -> float:
    """The time at which half survive."""
    return float(scale * np.log(2.0) ** (1.0 / shape))


def mean(scale: float, shape: float) -> float:
    """The expected time."""
    return float(scale * special.gamma(1.0 + 1.0 / shape))


def survival(scale: float, shape: float, times: Floats) -> Floats:
    """S(t) at some times, float64 like them."""
    with np.errstate(over="ignore", under="ignore"):
        return np.exp(-((times / scale) ** shape))


def log_likelihood(scale: float, shape: float, counts: EventTimes) -> float:
    """The log likelihood of counts by time."""
    z = np.log(counts.times / scale)
    events = float(counts.events.sum()) * float(np.log(shape / scale))
    events += (shape - 1) * float(counts.events @ z)
    return events - float((counts.events + counts.censored) @ np.exp(shape * z))


def with_prior(counts: EventTimes, observations: float) -> EventTimes:
    """Add some events at 1/e and e times the geometric mean time, half of them at each.

    With them a maximum exists whatever the data, near the one without them where there are many.
    """
    if observations == 0:
        return counts
    weight = counts.events + counts.censored
    middle = float(weight @ np.log(counts.times)) / float(weight.sum())
    times = np.append(counts.times, np.exp([middle - 1, middle + 1]))
    events = np.append(counts.events, [observations / 2] * 2)
    order = np.argsort(times, kind="stable")
    return EventTimes(times[order], events[order], np.append(counts.censored, [0, 0])[order])


class _Profile:
    """The likelihood in the shape alone: given it, scale^shape is the mean of t^shape per event."""

    def __init__(self, counts: EventTimes) -> None:
        self.weight = counts.events + counts.censored
        # Logs from the largest time down: powers are then below 1, and cannot overflow.
        self.largest = float(np.log(counts.times[-1]))
        self.log = np.log(counts.times) - self.largest
        self.events = float(counts.events.sum())
        self.mean = float(counts.events @ self.log) / self.events

    def powers(self, shape: float) -> tuple[float, float, float]:
        """Sums of t^shape, and of it times log t and its square."""
        with np.errstate(under="ignore"):
            power = self.weight * np.exp(shape * self.log)
            return (
                float(power.sum()),
                float(power @ self.log),
                float(power @ (self.log * self.log)),
            )

    def score(self, shape: float) -> tuple[float, float]:
        """Score per event and its derivative, which is negative everywhere."""
        total, first, second = self.powers(shape)
        slope = -1 / shape**2 - second / total + (first / total) ** 2
        return 1 / shape + self.mean - first / total, slope


def fit(counts: EventTimes) -> WeibullFit:
    """Fit survival times above 0 by Newton's method on the score of the shape.

    The covariance is the inverse Hessian in (scale, shape). Raises `NotEstimableError` (no event;
    no maximum, with all events at the last time) and, for a time not above 0, `ValueError`.
    """
    there = counts.events + counts.censored > 0
    counts = EventTimes(counts.times[there], counts.events[there], counts.censored[there])
    if not len(counts.times) or not counts.events.sum() > 0:
        raise NotEstimableError("constant outcome")
    if not counts.times[0] > 0:
        raise ValueError("a Weibull time is above 0")
    profile = _Profile(counts)
    shape = _shape(profile)
    total, _, _ = profile.powers(shape)
    # log of the scale, from the largest time down
    log_scale = float(np.log(total / profile.events)) / shape
    scale = float(np.exp(log_scale + profile.largest))
    z = profile.log - log_scale
    u = profile.weight * np.exp(shape * z)
    d = profile.events
    cross = float(u @ z)
    information = np.array([
        [d * (shape / scale) ** 2, -shape / scale * cross],
        [-shape / scale * cross, d / shape**2 + float(u @ (z * z))],
    ])
    return WeibullFit(scale, shape, _inverse(information), log_likelihood(scale, shape, counts))


def _inverse(information: Floats) -> Floats:
    size = np.sqrt(np.diagonal(information))
    outer = np.outer(size, size)
    inverse: Floats = np.linalg.inv(information / outer) / outer
    return inverse


def _shape(profile: _Profile) -> float:
    """The zero of the score, which falls from infinity; Newton's steps within a bracket."""
    low, high = 0.0, np.inf
    shape = 1.0
    for _ in range(_MOST_STEPS):
        iterations.another()
        score, slope = profile.score(shape)
        if score > 0:
            low = shape
        else:
            high = shape
        # In log(shape) the score is close to a line.
        step = float(np.clip(-score / (slope * shape), -2.0, 2.0))
        following = shape * float(np.exp(step))
        if not low < following < high:
            following = 2 * shape if np.isinf(high) else (low + high) / 2
        if following > _STEEPEST:
            raise NotEstimableError("no convergence")
        if abs(following - shape) <= _CLOSE * shape:
            return following
        shape = following
    return shape
