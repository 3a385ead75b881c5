"""Some of the rows of a problem, and its columns brought to a size that squares can hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kohort.estimators.design import Block, Design, Floats, Integers
from kohort.estimators.problem import REGRESSORS, Problem

# Squares of squares of what is below still are numbers.
_LARGE = 1e75


def picked(design: Design, rows: Integers) -> Design:
    """The same columns for some rows; arrays that blocks share stay shared."""
    return _picked(design, rows, {})


def selected(problem: Problem, rows: Integers) -> Problem:
    """Some rows of a problem, as a problem of its own; units are numbered anew."""
    taken: dict[int, NDArray[Any]] = {}
    unit = problem.unit
    if unit is not None:
        unit = np.unique(np.asarray(unit)[rows], return_inverse=True)[1]
    return replace(
        problem,
        designs={part: _picked(one, rows, taken) for part, one in problem.designs.items()},
        rows=len(rows),
        columns={role: _taken(x, rows, taken) for role, x in problem.columns.items()},
        groups={role: codes[rows] for role, codes in problem.groups.items()},
        unit=unit,
        weights=None if problem.weights is None else problem.weights[rows],
        absorbed=tuple(
            replace(one, block=_picked_block(one.block, rows, taken)) for one in problem.absorbed
        ),
        known={},
    )


def finite_rows(problem: Problem) -> Integers | None:
    """The rows in which every column is a number; None where all are."""
    columns = _columns(problem.designs)
    if all(np.isfinite(_farthest(x)) for x in columns):
        return None
    there = np.ones(problem.rows, dtype=bool)
    for x in columns:
        there &= np.isfinite(x)
    return np.flatnonzero(there)


def scaled(problem: Problem) -> Problem:
    """The same model where no column is too large to be squared: shares of units are the same."""
    if all(_farthest(x) < _LARGE for x in _columns(problem.designs)):
        return problem
    designs = {
        part: Design(tuple(_shrunk(block) for block in one.blocks), one.rows)
        for part, one in problem.designs.items()
    }
    return replace(problem, designs=designs, known={})


def varying(problem: Problem) -> tuple[Problem, tuple[str, ...]]:
    """The problem without regressors that are 0 in all rows, or the constant, and their names."""
    gone: list[str] = []
    designs: dict[str, Design] = {}
    for part, one in problem.designs.items():
        blocks: list[Block] = []
        for block in one.blocks:
            wanted = np.ones(block.width, dtype=bool)
            if part in REGRESSORS:
                wanted = _varies(block, problem.constant)
            gone += [n for n, there in zip(block.names, wanted, strict=True) if not there]
            if wanted.any():
                blocks.append(narrowed(block, wanted))
        designs[part] = Design(tuple(blocks), one.rows)
    if not gone:
        return problem, ()
    return replace(problem, designs=designs, known={}), tuple(gone)


def narrowed(block: Block, wanted: NDArray[np.bool_]) -> Block:
    """The block with only the wanted columns; rows of others join the reference."""
    if wanted.all():
        return block
    names = tuple(n for n, there in zip(block.names, wanted, strict=True) if there)
    if block.codes is None:
        return replace(block, names=names)
    table = np.full(len(wanted) + 1, -1, dtype=np.int32)
    table[:-1][wanted] = np.arange(len(names), dtype=np.int32)
    return Block(names, table[block.codes], block.x)


def _varies(block: Block, constant: bool) -> NDArray[np.bool_]:
    """Which columns of a block are neither 0 nor, beside a constant, the same in all rows."""
    x = block.x
    if block.codes is None:
        if x is None or not len(x):
            return np.array([False])
        low, high = float(x.min()), float(x.max())
        return np.array([low < high or not (constant or low == 0)])
    rows = block.codes if x is None else np.where(x != 0, block.codes, -1)
    counts = np.bincount(rows + 1, minlength=block.width + 1)[1:]
    alike = (counts == len(rows)) & (constant and x is None)
    return np.asarray((counts > 0) & ~alike)


def _columns(designs: Mapping[str, Design]) -> list[Floats]:
    blocks = [block for one in designs.values() for block in one.blocks]
    return list({id(b.x): b.x for b in blocks if b.x is not None and len(b.x)}.values())


def _farthest(x: Floats) -> float:
    return max(float(x.max()), -float(x.min())) if len(x) else 0.0


def _shrunk(block: Block) -> Block:
    if block.x is None or _farthest(block.x) < _LARGE:
        return block
    _, power = np.frexp(_farthest(block.x))
    return replace(block, x=np.ldexp(block.x, -int(power)))


def _picked(design: Design, rows: Integers, taken: dict[int, NDArray[Any]]) -> Design:
    return Design(tuple(_picked_block(b, rows, taken) for b in design.blocks), len(rows))


def _picked_block(block: Block, rows: Integers, taken: dict[int, NDArray[Any]]) -> Block:
    return Block(
        block.names,
        None if block.codes is None else _taken(block.codes, rows, taken),
        None if block.x is None else _taken(block.x, rows, taken),
    )


def _taken(values: NDArray[Any], rows: Integers, taken: dict[int, NDArray[Any]]) -> NDArray[Any]:
    if id(values) not in taken:
        taken[id(values)] = values[rows]
    return taken[id(values)]
