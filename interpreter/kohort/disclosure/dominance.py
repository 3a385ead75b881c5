"""Dominance of a cell by few contributors, answered with extra noise and never with a refusal.

Source: the disclosure reference, 2.2 and 5. A cell fails when its n largest contributors hold more
than the share k of the total, or when the rest without the two largest is below p of the largest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kohort.disclosure.contributors import Contributors, summed
from kohort.disclosure.limits import MagnitudeLimits
from kohort.disclosure.winsor import WinsorLimits


def largest(group: Contributors, count: int, winsor: WinsorLimits) -> NDArray[np.float64]:
    """Give the largest absolute clipped values of each cell, descending: float64 (k, count)."""
    steps = np.arange(count)
    starts, rows = group.starts[:-1, None], group.rows[:, None]
    if not len(group.x):
        return np.zeros((group.k, count))
    last = len(group.x) - 1
    # Candidates from both ends; in small cells the ends would meet, so the lower one stops first.
    top = group.ordered[np.clip(starts + rows - 1 - steps, 0, last)]
    bottom = group.ordered[np.clip(starts + steps, 0, last)]
    sizes = np.abs(np.clip(np.hstack((top, bottom)), winsor.low, winsor.high))
    valid = np.hstack((steps < rows, steps < rows - count))
    return -np.sort(-np.where(valid, sizes, 0.0), axis=1)[:, :count]


def dominated(
    limits: MagnitudeLimits, group: Contributors, winsor: WinsorLimits
) -> NDArray[np.bool_]:
    """Tell which cells few contributors dominate: bool (k). Answered with noise, never shown."""
    tops = largest(group, max(limits.dominance_n, 2), winsor)
    total = summed(np.abs(np.clip(group.x, winsor.low, winsor.high)), group.starts)
    concentrated = tops[:, : limits.dominance_n].sum(axis=1) > limits.dominance_k * total
    exposed = total - tops[:, 0] - tops[:, 1] < limits.p_percent * tops[:, 0]
    return np.asarray((concentrated | exposed) & (group.rows > 0))


def extra_noise(
    limits: MagnitudeLimits,
    group: Contributors,
    winsor: WinsorLimits,
    normal: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Give what is added to the means: p of the largest contribution in dominated cells, else 0."""
    if limits.dominance_action == "none":
        return np.zeros(group.k)
    size = limits.p_percent * largest(group, 1, winsor)[:, 0] / np.maximum(group.rows, 1)
    return np.where(dominated(limits, group, winsor), size * normal, 0.0)
