"""How many groups a variable forms of a model's units: one number, whatever the model."""

from __future__ import annotations

import numpy as np

from kohort.disclosure.content import content_keys
from kohort.disclosure.counts import published_count, unprotected
from kohort.disclosure.keys import Secret
from kohort.disclosure.limits import CountLimits
from kohort.disclosure.model_evidence import Category, ModelEvidence
from kohort.disclosure.model_noise import code_fingerprint
from kohort.wording import Meaning, magnitude


def published_groups(
    secret: Secret, limits: CountLimits, evidence: ModelEvidence, category: Category
) -> int:
    """The number of categories that the rows have, looked up in the table of counts.

    Keyed as the size of a population is: by the units and who shares a category with whom, and by
    the wording of the population and the variable. What else stands in the model has no part in
    it, or models of the same groups would give draws to take the mean of.
    """
    found = int(np.count_nonzero(np.bincount(category.index)))
    if unprotected(limits):
        return found
    split = evidence.unit_rows
    keys = evidence.keys if split is None else split[1]
    content = np.array([code_fingerprint(category.index, evidence.keys)])
    n, sums = np.array([len(keys)], dtype=np.int64), np.array([np.add.reduce(keys)])
    by_set = content_keys(secret, "groups/v1", sums, n, content)
    meaning = Meaning("groups", "", (category.meaning,))
    words = magnitude(evidence.population.wording(), meaning)
    return published_count(secret, limits, int(by_set[0]), found, words)
