"""How many units of each class of the outcome carry a measure's column, for its guard.

Source: the disclosure reference, 4.11 (outcome support). Categories and indicators are judged by
published counts. A measure that is an indicator in all but name (times one, or a little added)
would pass that by: with nobody of a class where it is not at rest, its coefficient is without
bound, and with one, it is not. What of a column the others do not explain, squared, says who
carries it: units of a class that together are worth so many typical carriers.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kohort.disclosure.counts import published_count
from kohort.disclosure.keys import Secret
from kohort.disclosure.limits import CountLimits
from kohort.disclosure.model_evidence import ModelEvidence
from kohort.disclosure.model_noise import ModelKeys, model_wording
from kohort.estimators.design import Block, Floats
from kohort.estimators.problem import Problem
from kohort.estimators.unit_shares import UnitShares

Bools = NDArray[np.bool_]


def published_carriers(
    secret: Secret,
    limits: CountLimits,
    evidence: ModelEvidence,
    keys: ModelKeys,
    problem: Problem,
    shares: UnitShares,
) -> int | None:
    """The fewest carriers of a class in any measure's column, looked up in the table of counts.

    None where the outcome has no classes, or no column is a measure's.
    """
    classes = _classes(evidence, problem)
    found = list(_fewest(evidence, problem, shares, classes))
    if not classes or not np.isfinite(min(found, default=np.inf)):
        return None
    words = "carriers | " + model_wording(evidence)
    return published_count(secret, limits, keys.by_set, round(min(found)), words)


def _classes(evidence: ModelEvidence, problem: Problem) -> list[Bools]:
    """The rows of each class of an outcome that has two: yes and no, none and some, the event."""
    y = evidence.outcome
    if y is not None and (y.binary or evidence.count):
        there = problem.outcome != 0
        return [there] if evidence.count else [there, ~there]
    event = problem.columns.get("event")
    return [] if event is None else [event != 0]


def _fewest(
    evidence: ModelEvidence, problem: Problem, shares: UnitShares, classes: list[Bools]
) -> Iterator[float]:
    """By column (or term) of measures: the fewest carriers of a class."""
    first = 0
    for block in problem.design(*problem.designs).blocks:
        measure = evidence.measures.get(block.names[0])
        if block.x is not None and classes and not (measure is not None and measure.binary):
            if block.codes is None:
                yield _carriers(_left(problem, shares, block, first), classes)
            else:
                yield _of_levels(block, block.x, classes)
        first += block.width


def _left(problem: Problem, shares: UnitShares, block: Block, column: int) -> Floats:
    """What the other columns leave of a column, up to a factor, float64 (N)."""
    assert block.x is not None
    if shares.fit is None:
        return np.asarray(block.x - block.x.mean())
    part = shares.fit.elimination
    place = np.flatnonzero(part.kept == column + shares.fit.leading)
    if not len(place):
        return np.asarray(block.x - block.x.mean())
    left = part.columns.combine(part.spread(part.inverse[place[0]]))
    return left if shares.place is None else left[shares.place]


def _carriers(left: Floats, classes: list[Bools]) -> float:
    """The fewest of a class among those above, or below, what the others explain of a column.

    Squares in units of a typical one of that side, where each weighs by itself: an indicator that
    few have is far off for these and near for all others.
    """
    least = np.inf
    for side in (left > 0, left < 0):
        square = np.where(side, left, 0.0) ** 2
        total, fourth = float(square.sum()), float((square * square).sum())
        if fourth > 0:
            typical = fourth / total
            least = min(least, *(float(square[rows].sum()) / typical for rows in classes))
    return least


def _of_levels(block: Block, x: Floats, classes: list[Bools]) -> float:
    """The fewest carriers of a class in any column of a measure within categories."""
    assert block.codes is not None
    codes, size = block.codes + 1, block.width + 1
    square = x * x
    total = np.bincount(codes, weights=square, minlength=size)[1:]
    fourth = np.bincount(codes, weights=square * square, minlength=size)[1:]
    least = np.inf
    for rows in classes:
        some = np.bincount(codes[rows], weights=square[rows], minlength=size)[1:]
        least = min(least, float((some * total / np.where(fourth > 0, fourth, np.inf)).min()))
    return least
