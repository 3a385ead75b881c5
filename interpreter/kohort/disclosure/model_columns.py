"""The columns of a protected model: products of merged categories and clipped measures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress, repeat
from itertools import product as combinations

import numpy as np
from numpy.typing import NDArray

from kohort import wording
from kohort.disclosure.limits import ModelLimits
from kohort.disclosure.model_absorption import MAX_ABSORBED, Absorbing, too_wide
from kohort.disclosure.model_evidence import ModelEvidence, Operand
from kohort.disclosure.model_redundancy import Redundancy
from kohort.disclosure.model_support import Grouping, Support
from kohort.estimators.design import MAX_COLUMNS, Absorbed, Block, Codes, Design, Floats
from kohort.wording import Meaning


@dataclass(frozen=True, repr=False, eq=False)
class ModelColumns:
    """The design, and the names of columns that are not in it.

    `designs`: by part of the call. `redundant` follow from the script; `unsupported` are products
    of indicators with too few units. `operands` are those of the columns that remain and are not
    absorbed; `groupings` the categories of the factors.
    """

    designs: Mapping[str, Design]
    redundant: tuple[str, ...]
    unsupported: tuple[str, ...]
    operands: frozenset[Operand]
    groupings: Mapping[str, Grouping]
    absorbed: tuple[Absorbed, ...] = ()
    """What would make the design too wide and need not be in it."""

    @property
    def parameters(self) -> int:
        """How many columns the model has, without the constant."""
        return self.design.width + sum(one.block.width for one in self.absorbed)

    @property
    def design(self) -> Design:
        """All columns. Raises `DesignTooWideError`."""
        designs = tuple(self.designs.values())
        blocks = tuple(block for design in designs for block in design.blocks)
        return Design(blocks, designs[0].rows)


class _Builder:
    def __init__(
        self,
        support: Support,
        limits: ModelLimits,
        evidence: ModelEvidence,
        groupings: Mapping[str, Grouping],
        measures: Mapping[str, Floats],
        absorbing: Absorbing,
    ) -> None:
        self.support = support
        self.limits = limits
        self.absorbing = absorbing
        self.evidence = evidence
        self.groupings = groupings
        self.measures = measures
        self.seen = Redundancy(evidence.constant, evidence.lists)
        self.blocks: dict[tuple[Operand, ...], Block] = {}
        self.widths: dict[tuple[Operand, ...], int] = {}
        self.redundant: list[str] = []
        self.unsupported: list[str] = []
        # Blocks over the same categories share their codes: cross products then need no table.
        self._codes: dict[tuple[str, ...], Codes] = {}

    def run(self) -> ModelColumns:
        """Raises `DesignTooWideError`."""
        parts: dict[str, list[tuple[Operand, ...]]] = {}
        known: set[tuple[Operand, ...]] = set()
        for part, products in self.evidence.parts.items():
            parts[part] = [operands for operands in products if operands not in known]
            for operands in parts[part]:
                self._add(operands)
            known.update(products)
        absorbed = {p: self.blocks.pop(p) for p in self.absorbing.of(self.widths)}
        designs = {
            part: Design(tuple(self.blocks[p] for p in own if p in self.blocks), self.evidence.rows)
            for part, own in parts.items()
        }
        return ModelColumns(
            designs,
            tuple(self.redundant),
            tuple(self.unsupported),
            frozenset(operand for product in self.blocks for operand in product),
            self.groupings,
            tuple(Absorbed(tuple(o.name for o in p), block) for p, block in absorbed.items()),
        )

    def _add(self, operands: Sequence[Operand]) -> None:
        block = self._block(operands)
        whole, found = block.width, self._found(block)
        if found is not None:
            block = _narrowed(block, found)
        conditions = self._conditions(operands, found)
        meanings = [self._meaning(operands, condition) for condition in conditions]
        wanted = np.array([not self.seen.covers(meaning) for meaning in meanings], dtype=bool)
        self.redundant += _picked(block.names, ~wanted)
        if self.limits.support_min > 0 and self._indicators(operands) >= 2:
            cell = self._ones(operands)
            enough = self.support.enough(self.limits, cell, conditions)
            self.unsupported += _picked(block.names, wanted & ~enough)
            wanted &= enough
        if wanted.any():
            self.blocks[tuple(operands)] = _narrowed(block, wanted)
            # By the categories, whether somebody has them or not.
            self.widths[tuple(operands)] = int(wanted.sum()) if found is None else whole
        for meaning, taken in zip(meanings, wanted, strict=True):
            if taken:
                self.seen.add(meaning)
        if len(operands) == 1 and operands[0].kind == "i" and wanted.all():
            # With the constant, a factor's columns span its reference too.
            self.seen.add_spanned(self.groupings[operands[0].name].conditions[0])

    def _found(self, block: Block) -> NDArray[np.bool_] | None:
        """Which columns somebody has, where nothing is protected and there are very many."""
        if self.limits.support_min > 0 or block.codes is None or block.width <= MAX_COLUMNS:
            return None
        found = np.bincount(block.codes + 1, minlength=block.width + 1)[1:] > 0
        return np.asarray(found, dtype=np.bool_)

    def _indicators(self, operands: Sequence[Operand]) -> int:
        return sum(o.kind == "i" or self.evidence.measures[o.name].binary for o in operands)

    def _block(self, operands: Sequence[Operand]) -> Block:
        factors = tuple(o.name for o in operands if o.kind == "i")
        width = math.prod(len(self.groupings[name].levels) for name in factors)
        if width > (MAX_ABSORBED if self.absorbing.able(operands) else MAX_COLUMNS):
            too_wide(operands)
        x = None
        for operand in operands:
            if operand.kind == "c":
                column = self.measures[operand.name]
                x = column if x is None else x * column
        return Block(self._names(operands), self._coded(factors) if factors else None, x)

    def _names(self, operands: Sequence[Operand]) -> tuple[str, ...]:
        if len(operands) == 1 and operands[0].kind == "c":
            return (operands[0].name,)
        parts = [
            [f"i.{o.name}[{level}]" for level in self.groupings[o.name].levels]
            if o.kind == "i"
            else [f"c.{o.name}"]
            for o in operands
        ]
        return tuple("#".join(names) for names in combinations(*parts))

    def _coded(self, factors: tuple[str, ...]) -> Codes:
        if factors not in self._codes:
            self._codes[factors] = self._joint(factors, self.evidence)
        return self._codes[factors]

    def _joint(self, factors: tuple[str, ...], evidence: ModelEvidence) -> Codes:
        """The place of each row among the combinations of categories that are not references."""
        if len(factors) == 1:
            table = self.groupings[factors[0]].table
            index = evidence.categories[factors[0]].index
            if np.array_equal(table, np.arange(len(table))):
                # Nothing is merged.
                return index - np.int32(1)
            return (table - np.int32(1))[index]
        joint = np.zeros(evidence.rows, dtype=np.int32)
        outside = np.zeros(evidence.rows, dtype=bool)
        for name in factors:
            grouping = self.groupings[name]
            level = (grouping.table - 1)[evidence.categories[name].index]
            outside |= level < 0
            joint = joint * np.int32(len(grouping.levels)) + level
        joint[outside] = -1
        return joint

    def _conditions(
        self, operands: Sequence[Operand], found: NDArray[np.bool_] | None
    ) -> list[Meaning]:
        """What defines the rows in which each column's indicators are one, of those `found`."""
        parts: list[Sequence[Meaning]] = []
        for operand in operands:
            if operand.kind == "i":
                parts.append(self.groupings[operand.name].conditions[1:])
            elif self.evidence.measures[operand.name].binary:
                parts.append([wording.truth(self.evidence.measures[operand.name].meaning)])
        wanted = compress(combinations(*parts), repeat(True) if found is None else found.tolist())
        return [wording.both(conditions) for conditions in wanted]

    def _meaning(self, operands: Sequence[Operand], condition: Meaning) -> Meaning:
        """What a column is: its condition, the product of its measures, or both."""
        measures = [self.evidence.measures[o.name] for o in operands if o.kind == "c"]
        factors = [m.meaning for m in measures if not m.binary]
        if not factors:
            return condition
        value = wording.multiplied(factors)
        return value if condition == wording.TRUE else wording.multiplied((condition, value))

    def _ones(self, operands: Sequence[Operand]) -> Codes:
        """The column in which the indicators of each row of the support are one, -1 for none."""
        view = self.support.view
        factors = tuple(o.name for o in operands if o.kind == "i")
        cell = self._joint(factors, view) if factors else np.zeros(view.rows, np.int32)
        for operand in operands:
            if operand.kind == "c" and view.measures[operand.name].binary:
                cell = np.where(view.measures[operand.name].x == 1, cell, np.int32(-1))
        return cell


def build(
    support: Support,
    limits: ModelLimits,
    evidence: ModelEvidence,
    groupings: Mapping[str, Grouping],
    measures: Mapping[str, Floats],
    most_absorbed: int = 0,
) -> ModelColumns:
    """Make the design from merged categories and (clipped) measures, float64 (N) by name.

    As many as `most_absorbed` of its widest factors are absorbed if it is too wide. Raises
    `DesignTooWideError` when the published categories make too many columns even so.
    """
    absorbing = Absorbing(most_absorbed)
    return _Builder(support, limits, evidence, groupings, measures, absorbing).run()


def _picked(names: Sequence[str], mask: np.ndarray) -> list[str]:
    return [name for name, there in zip(names, mask, strict=True) if there]


def _narrowed(block: Block, wanted: np.ndarray) -> Block:
    """The block with only the wanted columns; rows of others join the reference."""
    if wanted.all():
        return block
    names = tuple(_picked(block.names, wanted))
    if block.codes is None:
        return replace(block, names=names)
    table = np.full(len(wanted) + 1, -1, dtype=np.int32)
    table[:-1][wanted] = np.arange(len(names), dtype=np.int32)
    return Block(names, table[block.codes], block.x)
