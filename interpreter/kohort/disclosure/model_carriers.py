"""How many units of each class of the outcome carry a measure's column, for its guard.

Source: the disclosure reference, 4.11 (outcome support). Categories and indicators are judged by
published counts. A measure that is an indicator in all but name (times one, or a little added)
would pass that by: with nobody of a class where it is not at rest, its coefficient is without
bound, and with one, it is not. What of a column the others do not explain, squared, says who
carries it: units of a class that together are worth so many typical carriers.

Where the outcome has categories, columns that many carry are spared: hardly anybody is both young
and widowed, which is no reason to refuse a model of civil status and age. So that nobody makes the
difference, carriers of any class count there too, a little: 20 in all where a tenth of all units
carry a column, and as the square of their share below and above that.
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

_MANY = 0.1
_SPARED = 20.0


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
    """The rows of each class of an outcome: yes and no, none and some, the event, categories."""
    codes, y = problem.groups.get("outcome"), evidence.outcome
    if codes is not None:
        return [codes == place for place in range(len(problem.levels["outcome"]))]
    if y is not None and (y.binary or evidence.count):
        there = problem.outcome != 0
        return [there] if evidence.count else [there, ~there]
    event = problem.columns.get("event")
    return [] if event is None else [event != 0]


def _fewest(
    evidence: ModelEvidence, problem: Problem, shares: UnitShares, classes: list[Bools]
) -> Iterator[float]:
    """By column (or term) of measures: the fewest carriers of a class."""
    first, many = 0, np.inf
    if "outcome" in problem.groups:
        many = _MANY * problem.rows
    for block in problem.design(*problem.designs).blocks:
        measure = evidence.measures.get(block.names[0])
        if block.x is not None and classes and not (measure is not None and measure.binary):
            if block.codes is None:
                yield _carriers(_left(problem, shares, block, first), classes, many)
            else:
                yield _of_levels(block, block.x, classes, many)
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


def _carriers(left: Floats, classes: list[Bools], many: float) -> float:
    """The fewest of a class among those above, or below, what the others explain of a column.

    `many`: how many carriers of any class add `_SPARED` to that.

    Squares in units of a typical one of that side, where each weighs by itself: an indicator that
    few have is far off for these and near for all others.
    """
    least = np.inf
    for side in (left > 0, left < 0):
        square = np.where(side, left, 0.0) ** 2
        total, fourth = float(square.sum()), float((square * square).sum())
        if fourth > 0:
            typical = fourth / total
            fewest = min(float(square[rows].sum()) / typical for rows in classes)
            least = min(least, fewest + _SPARED * (total / typical / many) ** 2)
    return least


def _of_levels(block: Block, x: Floats, classes: list[Bools], many: float) -> float:
    """The fewest carriers of a class in any column of a measure within categories, as above."""
    assert block.codes is not None
    codes, size = block.codes + 1, block.width + 1
    square = x * x
    total = np.bincount(codes, weights=square, minlength=size)[1:]
    fourth = np.bincount(codes, weights=square * square, minlength=size)[1:]
    typical = np.where(fourth > 0, fourth, np.inf) / np.where(total > 0, total, 1.0)
    spared = _SPARED * (total / typical / many) ** 2
    least = np.inf
    for rows in classes:
        some = np.bincount(codes[rows], weights=square[rows], minlength=size)[1:]
        least = min(least, float((some / typical + spared).min()))
    return least
