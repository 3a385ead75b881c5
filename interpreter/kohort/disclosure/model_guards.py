"""Guards of a protected model: what decides whether it is shown, all on published numbers.

Source: the disclosure reference, 2.3, 4.11 and 6.5. The first group of functions decides and takes
published numbers, metadata and limits only; the second works out what is published for them.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from kohort import wording
from kohort.disclosure.counts import published_count
from kohort.disclosure.keys import Secret
from kohort.disclosure.limits import CountLimits, ModelLimits
from kohort.disclosure.model_evidence import ModelEvidence, Operand
from kohort.disclosure.model_noise import ModelKeys, model_wording
from kohort.disclosure.model_support import Grouping, Support
from kohort.estimators.design import Codes, Integers

# ---- decisions


def large_enough(limits: ModelLimits, units: int, parameters: int) -> bool:
    """Whether the published number of units suffices for so many parameters."""
    enough = units - parameters >= limits.min_dof
    return enough and units >= limits.min_obs_per_param * parameters


def enough_carriers(limits: ModelLimits, published: int) -> bool:
    """Whether the published units of a class that carry a column suffice."""
    return published >= limits.outcome_support


def loose_enough(limits: ModelLimits, r2: float) -> bool:
    """Whether the published share of explained variation leaves room: without a limit always.

    A missing one does not where there is a limit.
    """
    return r2 <= limits.max_r2 or limits.max_r2 >= 1


def constant_shown(limits: ModelLimits, possible: int, published: Sequence[int]) -> bool:
    """Whether every possible combination of categories has enough units by published counts."""
    return len(published) == possible and all(n >= limits.intercept_k for n in published)


# ---- evidence for them


def published_support(
    secret: Secret, limits: CountLimits, evidence: ModelEvidence, keys: ModelKeys, m: int
) -> int:
    """The effective support looked up in the table of counts, keyed by the model."""
    words = "effective support | " + model_wording(evidence)
    return published_count(secret, limits, keys.by_set, m, words)


def minorities(support: Support, evidence: ModelEvidence, limits: ModelLimits) -> bool:
    """Whether both values of binary regressors, and of a binary outcome, have enough units."""
    binary = [m for m in map(evidence.measures.__getitem__, evidence.used("c")) if m.binary]
    for measure in binary:
        one = wording.truth(measure.meaning)
        cell = (measure.x != 0).astype(np.int32)
        if not support.enough(limits, cell, [one.negated, one]).all():
            return False
    if not support.classed:
        return True
    everyone = np.zeros(evidence.rows, dtype=np.int32)
    return bool((support.classes(everyone, [wording.TRUE]) >= limits.outcome_support).all())


def combinations(
    support: Support,
    evidence: ModelEvidence,
    groupings: Mapping[str, Grouping],
    operands: Collection[Operand],
    most: int,
    least: int,
) -> tuple[int, Integers]:
    """How many combinations of categories could be, and the published counts of those that are.

    `operands`: those of the model's columns. With more than `most` possible ones none is counted;
    nor are they where one has nobody. For counts far above `least` true ones stand.
    """
    parts: list[tuple[Codes, Sequence[wording.Meaning]]] = []
    for name in sorted(o.name for o in operands if o.kind == "i"):
        grouping = groupings[name]
        index = grouping.table[evidence.categories[name].index]
        parts.append((index, grouping.conditions))
    for name in sorted(o.name for o in operands if o.kind == "c"):
        measure = evidence.measures[name]
        if measure.binary:
            one = wording.truth(measure.meaning)
            parts.append(((measure.x != 0).astype(np.int32), (one.negated, one)))
    possible = math.prod(len(conditions) for _, conditions in parts)
    if possible > most:
        return possible, np.empty(0, dtype=np.int64)
    # No more combinations than units: 32 bits hold them.
    joint = np.zeros(evidence.rows, dtype=np.int32)
    for index, conditions in parts:
        joint *= len(conditions)
        joint += index

    def meaning(place: int) -> wording.Meaning:
        found = []
        for _, conditions in reversed(parts):
            place, here = divmod(place, len(conditions))
            found.append(conditions[here])
        return wording.both(reversed(found))

    return possible, support.reaching(joint, possible, least, meaning)
