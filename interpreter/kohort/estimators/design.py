"""A model design as blocks of coded columns, so that factors are never spread out."""

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.int32]
Integers: TypeAlias = NDArray[np.int64]

CONSTANT = "_cons"
MAX_COLUMNS = 5_000


class DesignTooWideError(ValueError):
    """The design has more columns than a dense cross product matrix can hold.

    `operands` are the variables of the term that has most of them, if it is known.
    """

    def __init__(self, message: str, operands: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.operands = operands


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One term: a column, or one column per level of a factor.

    `names` are the stable ids of the columns (`x`, `i.x[2]`, `i.a[2]#i.b[1]`, `c.x#c.y`, `_cons`).
    `codes` is int32[N], the index of a row's level among `names`, -1 for the reference level.
    `x` is float64[N], a multiplier; without codes it is the column itself. With neither, ones.
    """

    names: tuple[str, ...]
    codes: Codes | None = None
    x: Floats | None = None

    def __post_init__(self) -> None:
        if self.codes is None and len(self.names) != 1:
            raise ValueError("a block without codes has exactly one column")

    @property
    def width(self) -> int:
        return len(self.names)

    @property
    def continuous(self) -> bool:
        """Whether the block is one plain numeric column."""
        return self.codes is None and self.x is not None


@dataclass(frozen=True, eq=False)
class Absorbed:
    """A factor (or product of factors) that is taken out of a design instead of being in it.

    `operands`: its variables. `block`: its columns, of which only codes and the number are used;
    rows with code -1 are a level of their own, which stands for the constant.
    """

    operands: tuple[str, ...]
    block: Block


def constant_block() -> Block:
    """The column of ones."""
    return Block((CONSTANT,))


@dataclass(frozen=True, eq=False)
class Design:
    """Blocks over the same rows, in the order of the command; the constant is not among them."""

    blocks: tuple[Block, ...]
    rows: int

    def __post_init__(self) -> None:
        for block in self.blocks:
            for part in (block.codes, block.x):
                if part is not None and len(part) != self.rows:
                    raise ValueError("every block must have one entry per row of the design")
        if self.width > MAX_COLUMNS:
            raise DesignTooWideError(f"more than {MAX_COLUMNS} columns")

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(name for block in self.blocks for name in block.names)

    @property
    def width(self) -> int:
        return sum(block.width for block in self.blocks)
