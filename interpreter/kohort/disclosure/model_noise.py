"""Keys of a model, and what is drawn from them: where columns are clipped, and the weights.

Source: the disclosure reference, 4.4, 4.5 and 4.11. A model's key is made from its units and the
contents of all its columns before clipping; its wording key from what is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from kohort import wording
from kohort.disclosure.content import (
    content_fingerprints,
    content_keys,
    mix,
    wording_keys,
)
from kohort.disclosure.contributors import Contributors, gathered
from kohort.disclosure.jitter import jitter_weights
from kohort.disclosure.keys import Secret
from kohort.disclosure.limits import MagnitudeLimits, ModelLimits
from kohort.disclosure.model_evidence import Category, Measure, ModelEvidence, Operand
from kohort.disclosure.winsor import drawn_rank, laplace
from kohort.estimators.design import Codes, Floats, Integers
from kohort.estimators.problem import REGRESSORS
from kohort.estimators.sums import Keys, occurrences
from kohort.stretches import BLOCK, on_stretches

CLIP_SPREAD = 0.25


@dataclass(frozen=True, repr=False, eq=False)
class ModelKeys:
    """`by_set`: of units and contents; `by_text`: of the wording, None where it has no share."""

    by_set: int
    by_text: int | None
    share: float

    def __repr__(self) -> str:
        return "<model keys>"

    def weights(self, evidence: ModelEvidence, eta: float) -> Floats:
        """Jittered weights, float64 (N); rows of one unit share theirs."""
        split = evidence.unit_rows
        keys = evidence.keys if split is None else split[1]
        weights = jitter_weights(keys, self.by_set, self.by_text, eta, self.share)
        return weights if split is None else weights[split[0]]


class ModelNoise:
    """Goes through the columns of a model once, for their fingerprints and clip limits."""

    def __init__(
        self,
        secret: Secret,
        limits: ModelLimits,
        magnitudes: MagnitudeLimits,
        evidence: ModelEvidence,
    ) -> None:
        self._secret = secret
        self._limits = limits
        self._magnitudes = magnitudes
        self._evidence = evidence
        self._contents: list[np.uint64] = []
        split = evidence.unit_rows
        units = evidence.keys if split is None else split[1]
        self._n = np.array([len(units)], dtype=np.int64)
        self._sums = np.array([np.add.reduce(units)])

    def read(self, measure: Measure) -> Floats:
        """Note a measure's content, and give it clipped unless it is binary: float64 (N)."""
        group = self._gathered(measure)
        content = content_fingerprints(group, self._magnitudes.content_bits)
        self._contents.append(content[0])
        if measure.binary or self._limits.clip_units == 0:
            return measure.x
        key = content_keys(self._secret, "clip/v1", self._sums, self._n, content)
        n, share = int(self._n[0]), self._magnitudes.wording_share
        words = wording.magnitude(self._evidence.population.wording(), measure.meaning)
        uniform = drawn_rank(self._secret, "cliptext/v1", key, words, share)
        rank = clip_rank(n, uniform, self._limits.clip_units)
        known = measure.known if _of_all(measure.known, measure.x) else {}
        # Where it is clipped follows from the key, so it is the same the next time.
        asked = "ends", rank, n
        if asked not in known:
            known[asked] = self._ends(group, rank, n - rank - 1)
        low, high = known[asked]
        return np.clip(measure.x, low, high)

    def read_codes(self, category: Category) -> None:
        """Note a factor's content: which rows share a category, in the order of the codes."""
        known = category.known if _of_all(category.known, category.index) else {}
        if "codes" not in known:
            known["codes"] = code_fingerprint(category.index, self._evidence.keys)
        self._contents.append(known["codes"])

    def keys(self) -> ModelKeys:
        """The keys of the model whose columns have been read."""
        contents = [np.array([content]) for content in self._contents]
        by_set = content_keys(self._secret, "model/v1", self._sums, self._n, *contents)
        share = self._magnitudes.wording_share
        words = [model_wording(self._evidence)] if share > 0 else None
        by_text = wording_keys(self._secret, "modeltext/v1", words)
        return ModelKeys(int(by_set[0]), None if by_text is None else int(by_text[0]), share)

    def _gathered(self, measure: Measure) -> Contributors:
        group = gathered(None, 1, measure.x, self._evidence.keys)
        if _of_all(measure.known, measure.x):
            return replace(group, contents=measure.known.setdefault("contents", {}))
        return group

    @cached_property
    def _by_unit(self) -> tuple[Integers | None, Integers] | None:
        """The rows in the order of their units, and where each unit begins; None as `units`.

        The order is None where the rows are in it already.
        """
        split = self._evidence.unit_rows
        if split is None:
            return None
        unit = split[0]
        if (unit[1:] >= unit[:-1]).all():
            return None, np.flatnonzero(np.diff(unit, prepend=-1))
        order = np.argsort(unit, kind="stable")
        return order, np.flatnonzero(np.diff(unit[order], prepend=-1))

    def _ends(self, group: Contributors, low: int, high: int) -> tuple[float, float]:
        """Give the unit of rank `low` among the lowest values of units, `high` among the highest.

        Ranks count from 0.
        """
        if self._by_unit is None:
            least, most = group.at(np.array([low, high])).tolist()
            return least, most
        order, starts = self._by_unit
        values = group.x if order is None else group.x[order]
        lowest, highest = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
        lowest.partition(low)
        highest.partition(high)
        return float(lowest[low]), float(highest[high])


def _of_all(known: Mapping[Any, Any], values: Floats | Codes) -> bool:
    """Whether what is known of a whole column holds for these values: all of its rows."""
    return known.get("rows") == len(values)


def clip_rank(n: int, uniform: float, clip_units: int) -> int:
    """How many of n units one side clips: Laplace around `clip_units`, tails and no edge."""
    drawn = round(clip_units * (1 + CLIP_SPREAD * laplace(uniform)))
    return min(max(1, drawn), n // 4)


def code_fingerprint(index: Codes, keys: Keys) -> np.uint64:
    """C of a factor: changed by any unit that changes category, not by codes that nobody has.

    `index`: int32 (N), the place of each row's code in ascending order; `keys`: uint64 (N). As for
    magnitudes (4.4), with the place among the codes found instead of a scaled value.
    """
    size = int(index.max()) + 1 if len(index) else 0
    places = np.cumsum(occurrences(index, size) > 0).astype(np.uint64)
    mix(places, np.empty_like(places))
    totals: list[np.uint64] = []

    def hash_rows(first: int, behind: int) -> None:
        total = np.uint64(0)
        hashes, spare = np.empty(BLOCK, dtype=np.uint64), np.empty(BLOCK, dtype=np.uint64)
        with np.errstate(over="ignore"):
            for low in range(first, behind, BLOCK):
                part = slice(low, min(low + BLOCK, behind))
                hashed = hashes[: part.stop - low]
                # Codes are in range by their making; "clip" only spares a copy.
                places.take(index[part], out=hashed, mode="clip")
                hashed ^= keys[part]
                mix(hashed, spare[: len(hashed)])
                total += np.add.reduce(hashed)
        totals.append(total)

    on_stretches(hash_rows, len(index))
    return np.uint64(np.add.reduce(np.array(totals, dtype=np.uint64)))


def model_wording(evidence: ModelEvidence) -> str:
    """The canonical wording of the model: its population, and the definitions of all its columns.

    The products are part of it: the same variables in other products are another question.
    """
    columns = [
        wording.Meaning(role, "", (wording.standardised(column.meaning),))
        for role, column in evidence.columns.items()
    ]
    columns += [
        wording.Meaning(role, "categories", (category.meaning,))
        for role, category in evidence.fitted_groups.items()
    ]
    for part, products in evidence.parts.items():
        # Controls are terms that are not printed.
        role = "" if part in REGRESSORS else part
        columns += [wording.Meaning("product", role, _operands(evidence, p)) for p in products]
    columns.append(wording.Meaning("constant", str(evidence.constant)))
    return wording.magnitude(evidence.population.wording(), *columns)


def _operands(evidence: ModelEvidence, product: Sequence[Operand]) -> tuple[wording.Meaning, ...]:
    operands = []
    for operand in product:
        if operand.kind == "i":
            of = evidence.categories[operand.name].meaning
            operands.append(wording.Meaning("categories", "", (of,)))
        else:
            operands.append(wording.standardised(evidence.measures[operand.name].meaning))
    return tuple(sorted(operands, key=lambda meaning: meaning.digest))
