"""Cross products from sums by cell are those of all dummies, from any number of threads."""

from __future__ import annotations

import numpy as np
import pytest

from kohort.estimators import cell_sums
from kohort.estimators.cross_products import Columns, mirrored
from kohort.estimators.design import Block, Floats, constant_block

ROWS = 70_000
DRAW = np.random.default_rng(8)
X, Z, Y = DRAW.lognormal(12, 0.5, ROWS), DRAW.standard_normal(ROWS), DRAW.integers(0, 9, ROWS) / 2
SEX = DRAW.integers(-1, 1, ROWS).astype(np.int32)
PLACE = DRAW.integers(-1, 40, ROWS).astype(np.int32)
PAIR = ((SEX + 1) * 40 + np.maximum(PLACE, 0)).astype(np.int32)
WEIGHTS = 1 + 0.3 * DRAW.standard_normal(ROWS)


def named(width: int) -> tuple[str, ...]:
    return tuple(f"{place}" for place in range(width))


DESIGNS = {
    "one factor": (Block(named(40), codes=PLACE),),
    "numbers and factors": (
        constant_block(), Block(("x",), x=X), Block(("sex",), codes=SEX),
        Block(named(40), codes=PLACE), Block(("y",), x=Y),
    ),
    "interactions": (
        constant_block(), Block(named(40), codes=PLACE), Block(named(40), codes=PLACE, x=Z),
        Block(("z",), x=Z), Block(("sex",), codes=SEX, x=X), Block(("s",), codes=SEX, x=Z),
    ),
    "without main effects": (constant_block(), Block(("sex",), codes=SEX, x=Z), Block(("y",), x=Y)),
    "combined factors": (Block(("sex",), codes=SEX), Block(named(80), codes=PAIR)),
}  # fmt: skip


def spread(blocks: tuple[Block, ...], centres: list[float]) -> Floats:
    """The design as a matrix, float64 (N, k)."""
    columns = []
    for block, centre in zip(blocks, centres, strict=True):
        x = np.ones(ROWS) if block.x is None else block.x
        if block.codes is None:
            columns.append(x - centre)
        else:
            columns += [x * (block.codes == level) for level in range(block.width)]
    return np.column_stack(columns)


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
def test_as_the_matrix(name: str, weights: Floats | None) -> None:
    blocks = DESIGNS[name]
    centres = [float(b.x.mean()) if b.continuous and b.x is not None else 0.0 for b in blocks]
    matrix = spread(blocks, centres)
    expected = matrix.T @ (matrix if weights is None else matrix * weights[:, None])
    found = cell_sums.cell_sums(blocks, centres)
    assert found.few
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    np.testing.assert_allclose(
        mirrored(found.gram(ROWS, weights)) / scale, expected / scale, atol=1e-12
    )
    columns = Columns(blocks, tuple(centres), ROWS, weights)
    assert np.array_equal(columns.gram(), mirrored(found.gram(ROWS, weights)))


@pytest.mark.parametrize("name", DESIGNS)
def test_rows_as_those_of_the_matrix(name: str) -> None:
    """Linear combinations and quadratic forms, rows that are in no column among them."""
    blocks = DESIGNS[name]
    centres = [float(b.x.mean()) if b.continuous and b.x is not None else 0.0 for b in blocks]
    matrix = spread(blocks, centres)
    scale = 1 / np.sqrt((matrix**2).mean(0))
    columns = Columns(blocks, tuple(centres), ROWS)
    b = scale * DRAW.standard_normal(len(scale))
    np.testing.assert_allclose(columns.combine(b), matrix @ b, rtol=1e-9, atol=1e-9)
    half = scale[:, None] * DRAW.standard_normal((len(scale), len(scale)))
    found = columns.quadratic(half @ half.T)
    np.testing.assert_allclose(found, ((matrix @ half) ** 2).sum(1), rtol=1e-8, atol=1e-9)


def test_counts_are_exact() -> None:
    found = cell_sums.cell_sums((constant_block(), Block(named(40), codes=PLACE)), [0.0, 0.0])
    assert found.few
    gram = mirrored(found.gram(ROWS, None))
    counts = np.bincount(PLACE + 1)[1:]
    assert gram[0, 0] == ROWS
    assert np.array_equal(gram[0, 1:], counts)
    assert np.array_equal(gram[1:, 1:], np.diag(counts))


def test_many_cells_and_no_factors_are_left_to_others() -> None:
    many = [Block(named(300), codes=PLACE), Block(named(300), codes=PLACE.copy())]
    assert not cell_sums.cell_sums(many, [0.0, 0.0]).few
    assert not cell_sums.cell_sums([Block(("x",), x=X)], [0.0]).few


def test_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cell_sums, "_STRETCH", 1 << 14)
    blocks = DESIGNS["numbers and factors"]
    found = []
    for many in (1, 2, 5):
        monkeypatch.setattr(cell_sums, "cores", lambda many=many: many)
        found.append(Columns(blocks, (0.0,) * 5, ROWS, WEIGHTS).gram())
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[0], found[2])
