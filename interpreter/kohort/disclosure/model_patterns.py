"""Support judged on distinct patterns of a model's categories, where there are few of them.

Every set that a support is asked for is a union of patterns, so that one pass over the rows gives
the units and keys of all of them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kohort.disclosure.keys import Secret
from kohort.disclosure.limits import CountLimits
from kohort.disclosure.model_evidence import Category, Measure, ModelEvidence
from kohort.disclosure.model_support import Support
from kohort.estimators.design import Codes, Integers
from kohort.estimators.sums import Coded, Keys, by_combination

# More patterns than this, or than a part of the rows, are not worth it.
_MOST = 1 << 20
_WORTH = 4


class PatternSupport(Support):
    """Support whose cells number patterns (rows of `view`) instead of rows."""

    def __init__(
        self, secret: Secret, limits: CountLimits, evidence: ModelEvidence, patterns: _Patterns
    ) -> None:
        super().__init__(secret, limits, patterns.view)
        self._whole = Support(secret, limits, evidence)
        self._patterns = patterns

    def total(self) -> int:
        """The published number of units."""
        return self._whole.total()

    def counted(self, cell: Codes | Integers, size: int) -> tuple[Integers, Keys]:
        """Units per cell and sums of their keys, from those of the patterns."""
        there = cell >= 0
        n, sums = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.uint64)
        np.add.at(n, cell[there], self._patterns.n[there])
        np.add.at(sums, cell[there], self._patterns.sums[there])
        return n, sums


def patterned(secret: Secret, limits: CountLimits, evidence: ModelEvidence) -> Support:
    """Give the support of a model, on patterns if that pays."""
    patterns = _patterns(evidence)
    if patterns is None:
        return Support(secret, limits, evidence)
    return PatternSupport(secret, limits, evidence, patterns)


class _Patterns:
    """The evidence with one row per pattern; int64 units and uint64 sums of keys of each."""

    def __init__(self, view: ModelEvidence, n: Integers, sums: Keys) -> None:
        self.view = view
        self.n = n
        self.sums = sums


def _patterns(evidence: ModelEvidence) -> _Patterns | None:
    if evidence.units is not None or not evidence.rows:
        return None
    names, parts = _parts(evidence)
    size = 1
    for _, count in parts:
        size *= count
        if size > min(_MOST, evidence.rows // _WORTH):
            return None
    n, sums = by_combination(parts, evidence.keys)
    there = np.flatnonzero(n)
    index: dict[tuple[str, str], Codes] = {}
    left = there
    for name, (_, count) in zip(reversed(names), reversed(parts), strict=True):
        left, place = np.divmod(left, count)
        index[name] = place.astype(np.int32)
    return _Patterns(_view(evidence, index, sums[there]), n[there], sums[there])


def _parts(evidence: ModelEvidence) -> tuple[list[tuple[str, str]], list[Coded]]:
    """What a support may be asked about: categories, and columns of two values."""
    names: list[tuple[str, str]] = []
    parts: list[Coded] = []
    for kind, found in (("i", evidence.categories), ("g", evidence.fitted_groups)):
        for name, category in found.items():
            names.append((kind, name))
            parts.append((category.index, len(category.codes)))
    for kind, measures in (("c", evidence.measures), ("r", evidence.columns)):
        for name, measure in measures.items():
            if _two_valued(evidence, kind, name, measure):
                names.append((kind, name))
                parts.append(((measure.x != 0).astype(np.int32), 2))
    return names, parts


def _two_valued(evidence: ModelEvidence, kind: str, name: str, measure: Measure) -> bool:
    counted = kind == "r" and name == "outcome" and evidence.count
    return measure.binary or counted or (kind == "r" and name == "event")


def _view(
    evidence: ModelEvidence, index: dict[tuple[str, str], Codes], keys: Keys
) -> ModelEvidence:
    def category(kind: str, name: str, one: Category) -> Category:
        found = index.get((kind, name))
        return one if found is None else replace(one, index=found)

    def measure(kind: str, name: str, one: Measure) -> Measure:
        found = index.get((kind, name))
        return one if found is None else replace(one, x=found.astype(np.float64))

    return replace(
        evidence,
        keys=keys,
        categories={n: category("i", n, one) for n, one in evidence.categories.items()},
        groups={n: category("g", n, one) for n, one in evidence.groups.items()},
        measures={n: measure("c", n, one) for n, one in evidence.measures.items()},
        columns={n: measure("r", n, one) for n, one in evidence.columns.items()},
    )
