"""Maximises a log likelihood with Newton steps that are halved until they climb."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kohort import iterations
from kohort.estimators.design import Floats
from kohort.estimators.problem import NotEstimableError

MAX_STEPS = 100
# The Newton decrement (twice what a step would gain) relative to the log likelihood.
_FLAT = 1e-20
_GAIN = 1e-13
_HALVINGS = 30


@dataclass(frozen=True, slots=True, eq=False)
class Peak:
    """The maximum: parameters float64 (k), value, information (minus Hessian), number of steps."""

    parameters: Floats
    value: float
    information: Floats
    steps: int


def climb(
    start: Floats,
    value: Callable[[Floats], float],
    derivatives: Callable[[Floats], tuple[Floats, Floats]],
    max_steps: int = MAX_STEPS,
) -> Peak:
    """Maximise `value`; `derivatives` gives its gradient and information.

    A flat end (separation: the likelihood has a supremum and no maximum) counts as the maximum.
    Raises `NotEstimableError` ("no convergence").
    """
    b, here = start.copy(), value(start)
    if not np.isfinite(here):
        raise NotEstimableError("no convergence")
    for step in range(max_steps):
        iterations.another()
        gradient, information = derivatives(b)
        move = solved(information, gradient)
        gain = float(gradient @ move)
        scale = 1.0 + abs(here)
        if not np.isfinite(gain):
            raise NotEstimableError("no convergence")
        if gain <= _FLAT * scale:
            return Peak(b + move if gain > 0 else b, here, information, step)
        reached = _climbed(b, move, here, value)
        if reached is None:
            # No step climbs: as far as doubles can tell, this is the top.
            if gain <= 1e-8 * scale:
                return Peak(b, here, information, step)
            raise NotEstimableError("no convergence")
        b, there = reached
        if there - here <= _GAIN * scale and gain <= _GAIN * scale:
            _, information = derivatives(b)
            return Peak(b, there, information, step + 1)
        here = there
    raise NotEstimableError("no convergence")


def _climbed(
    b: Floats, move: Floats, here: float, value: Callable[[Floats], float]
) -> tuple[Floats, float] | None:
    for halving in range(_HALVINGS):
        candidate = b + move / 2**halving
        there = value(candidate)
        if np.isfinite(there) and there >= here:
            return candidate, there
    return None


def solved(information: Floats, gradient: Floats) -> Floats:
    """Solve with the information scaled to a unit diagonal; a ridge where it is not definite."""
    scale = np.sqrt(np.maximum(np.abs(np.diagonal(information)), 1e-300))
    unit = information / np.outer(scale, scale)
    ridge = 0.0
    for _ in range(25):
        try:
            np.linalg.cholesky(unit + ridge * np.eye(len(scale)))
        except np.linalg.LinAlgError:
            ridge = max(10 * ridge, 1e-12)
            continue
        return np.asarray(
            np.linalg.solve(unit + ridge * np.eye(len(scale)), gradient / scale) / scale
        )
    raise NotEstimableError("no convergence")


def inverted(information: Floats) -> Floats:
    """The inverse, worked out on a unit diagonal. Raises `NotEstimableError`."""
    scale = np.sqrt(np.maximum(np.abs(np.diagonal(information)), 1e-300))
    unit = information / np.outer(scale, scale)
    try:
        inverse = np.linalg.inv(unit)
    except np.linalg.LinAlgError:
        raise NotEstimableError("no convergence") from None
    return np.asarray((inverse + inverse.T) / 2 / np.outer(scale, scale))
