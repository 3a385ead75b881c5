"""No row is more of a fit than the ends of its columns allow, and little less in large models."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kohort.estimators import unit_shares
from kohort.estimators.design import Block, Design, Floats
from kohort.estimators.least_squares import fit
from kohort.estimators.problem import Problem
from kohort.estimators.share_bounds import largest_share
from kohort.estimators.unit_shares import linear_shares


def truth(design: Design, y: Floats, constant: bool = True) -> tuple[float, float]:
    """The bound, and the largest share by the row's own numbers from a matrix of dummies."""
    columns = [np.ones(design.rows)] if constant else []
    for block in design.blocks:
        x = np.ones(design.rows) if block.x is None else block.x
        levels = [None] if block.codes is None else range(block.width)
        columns += [x if level is None else x * (block.codes == level) for level in levels]
    matrix = np.column_stack(columns)
    basis, _ = np.linalg.qr(matrix)
    residuals = y - basis @ (basis.T @ y)
    exact = max((basis**2).sum(1).max(), (residuals**2).max() / (residuals @ residuals))
    return largest_share(fit(design, y, constant=constant), y), float(exact)


def block(name: str, levels: int, draw: np.random.Generator, rows: int) -> Block:
    return Block(
        tuple(f"i.{name}[{level}]" for level in range(1, levels)),
        codes=draw.integers(-1, levels - 1, rows).astype(np.int32),
    )


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.booleans(), st.booleans())
def test_never_below(seed: int, constant: bool, interaction: bool) -> None:
    draw = np.random.default_rng(seed)
    rows = 400
    x, z = draw.lognormal(0, 1, rows), draw.standard_normal(rows)
    place = block("place", 6, draw, rows)
    blocks = [Block(("x",), x=x), Block(("z",), x=z), place, block("sex", 2, draw, rows)]
    if interaction:
        names = tuple(f"{name}#c.z" for name in place.names)
        blocks.append(Block(names, codes=place.codes, x=z))
    y = x + draw.standard_normal(rows) * draw.lognormal(0, 1, rows)
    bound, exact = truth(Design(tuple(blocks), rows), y, constant)
    assert exact <= bound < math.inf


def test_close_where_a_small_category_decides() -> None:
    """Fifty people in one of forty places: nobody is much more than a fiftieth."""
    draw = np.random.default_rng(1)
    rows = 40_000
    codes = np.where(np.arange(rows) < 50, 0, draw.integers(-1, 39, rows)).astype(np.int32)
    codes[50:][codes[50:] == 0] = 1
    place = Block(tuple(f"i.place[{level}]" for level in range(39)), codes=codes)
    x = np.clip(draw.lognormal(0, 1, rows), 0, 15)
    y = x + draw.standard_normal(rows)
    bound, exact = truth(Design((Block(("x",), x=x), place), rows), y)
    assert 1 / 50 < exact <= bound < 1.3 / 50


@pytest.mark.parametrize("why", ["weights", "many numbers", "a perfect fit"])
def test_no_bound(why: str) -> None:
    draw = np.random.default_rng(2)
    rows = 300
    many = 8 if why == "many numbers" else 2
    columns = [Block((f"x{i}",), x=draw.standard_normal(rows)) for i in range(many)]
    y = draw.standard_normal(rows)
    if why == "a perfect fit":
        y = 2 * columns[0].x if columns[0].x is not None else y
    weights = np.ones(rows) if why == "weights" else None
    found = fit(Design(tuple(columns), rows), y, weights=weights)
    share = largest_share(found, y)
    assert share == math.inf or (why == "a perfect fit" and share > 1e20)


def test_many_rows_have_the_shares_of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shares that are worked out when asked for are those that are worked out at once."""
    draw = np.random.default_rng(3)
    rows = 3000
    x = draw.lognormal(0, 1, rows)
    blocks = (Block(("x",), x=x), block("place", 6, draw, rows))
    problem = Problem(
        designs={"terms": Design(blocks, rows)},
        rows=rows,
        columns={"outcome": 3 + x + draw.standard_normal(rows)},
    )
    at_once = linear_shares(problem)
    monkeypatch.setattr(unit_shares, "_MANY", 1)
    found = linear_shares(problem)
    assert not len(found.above(0.9))
    assert "leverage" not in vars(found)
    worst = float(at_once.leverage.max()) * 0.5
    assert found.above(worst).tolist() == at_once.above(worst).tolist()
    np.testing.assert_allclose(found.leverage, at_once.leverage, rtol=1e-9)
    np.testing.assert_allclose(found.residual, at_once.residual, rtol=1e-7, atol=1e-15)
