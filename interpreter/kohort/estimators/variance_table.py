"""Analysis of variance: Type II sums of squares from one pass of cross products.

A term stands for the space of its indicators and of all lower products that it holds, so that the
coding of categories does not matter. Its sum of squares is what the residual sum falls by when that
space joins those of all terms that do not hold it (Yates 1934; `anova_lm(typ=2)` of statsmodels).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from kohort.estimators.cross_products import Columns, weighted_sum
from kohort.estimators.design import Block, Floats, Integers, constant_block
from kohort.estimators.elimination import Elimination, eliminate
from kohort.estimators.least_squares import columns_of, norms_of
from kohort.estimators.problem import Estimate, NotEstimableError, Problem, TableOfFigures

Product: TypeAlias = tuple[tuple[str, str], ...]
"""Operands: kind (`i` by categories, `c` as a number) and name of a variable."""

RESIDUAL, TOTAL = "residual", "total"


def within(product: Product) -> tuple[Product, ...]:
    """Give the products that span a term: its numbers times each set of its factors, itself last.

    A product of factors alone does not hold the constant.
    """
    factors = [operand for operand in product if operand[0] == "i"]
    found = []
    for bits in range(2 ** len(factors)):
        chosen = {f for place, f in enumerate(factors) if bits >> place & 1}
        part = tuple(operand for operand in product if operand[0] == "c" or operand in chosen)
        if part:
            found.append(part)
    return tuple(sorted(found, key=len))


@dataclass(frozen=True)
class VarianceTable:
    """The sums of squares of terms, each per row: of the published rows they are made anew.

    `constant`: whether the mean is taken out first. Without it, a space that holds indicators of
    all categories of a factor holds the constant all the same.
    """

    terms: tuple[Product, ...]
    constant: bool = True

    def fit(self, problem: Problem) -> Estimate:
        """Give a table of figures `ss` and `df`: terms, residual, total.

        The degrees of freedom of the last two are what N is lessened by. Raises `NotEstimableError`
        where there is no variation, a term has none, or there are too few rows.
        """
        y, design = problem.outcome, problem.design("terms")
        if not problem.rows or float(y.min()) == float(y.max()):
            raise NotEstimableError("constant outcome" if problem.rows else "too few rows")
        squares = _Squares.of(problem, self.constant)
        products = [_product(block, self.terms) for block in design.blocks]
        mass = squares.mass
        whole_rss, whole = squares.left(self._places(products, self.terms))
        if problem.rows <= whole:
            raise NotEstimableError("too few rows")
        names, sums, degrees = [], [], []
        for term in self.terms:
            others = [t for t in self.terms if t != term and not set(term) <= set(t)]
            before = self._places(products, others)
            after = self._places(products, [*others, term])
            gained, df = squares.gained(before, after)
            names.append("#".join(f"{kind}.{name}" for kind, name in term))
            sums.append(gained)
            degrees.append(df)
        if not all(degrees):
            raise NotEstimableError("no regressor")
        names += [RESIDUAL, TOTAL]
        sums += [whole_rss, squares.total]
        # What is taken from the number of rows, which is published apart.
        degrees += [whole, int(self.constant)]
        ss = np.array(sums) / mass
        table = TableOfFigures(
            "anova",
            tuple(names),
            (("ss", "figure", ss), ("df", "figure", np.array(degrees, dtype=np.float64))),
        )
        share = 1 - whole_rss / squares.total if squares.total > 0 else float("nan")
        return Estimate(
            equations=(), parameters=whole, tables=(table,), share=share, constant_shown=False
        )

    def _places(self, products: Sequence[Product], terms: Sequence[Product]) -> _Places:
        """Give the blocks of a model of some terms, and whether the constant is in it."""
        wanted = {part for term in terms for part in within(term)}
        inside = [place for place, product in enumerate(products) if product in wanted]
        spanned = any(all(kind == "i" for kind, _ in product) for product in wanted)
        return _Places(tuple(inside), self.constant or spanned)


@dataclass(frozen=True)
class _Places:
    """Blocks of a model, and whether the constant is in it; `ordered` counts it as block 0."""

    blocks: tuple[int, ...]
    constant: bool

    @property
    def ordered(self) -> list[int]:
        return [*([0] if self.constant else []), *(place + 1 for place in self.blocks)]


def _product(block: Block, terms: Sequence[Product]) -> Product:
    """Find which product a block of the design is, by the id of its first column."""
    name = block.names[0]
    known = {part for term in terms for part in within(term)}
    # The longest first: of a product's id, the id of its first operand is a part.
    for product in sorted(known, key=len, reverse=True):
        if len(product) == 1 and product[0][0] == "c":
            pattern = re.escape(product[0][1])
        else:
            pattern = "#".join(
                rf"i\.{re.escape(n)}\[.*\]" if kind == "i" else rf"c\.{re.escape(n)}"
                for kind, n in product
            )
        if re.fullmatch(pattern, name, re.DOTALL):
            return product
    raise ValueError("a block of no term")


@dataclass(frozen=True, eq=False)
class _Squares:
    """Cross products of the constant, all columns and y, from which every model is solved."""

    columns: Columns
    y: Floats
    centre: float
    gram: Floats
    cross: Floats
    total: float
    mass: float

    @classmethod
    def of(cls, problem: Problem, constant: bool) -> _Squares:
        """Go through the rows once."""
        weights, y = problem.weights, problem.outcome
        design = problem.design("terms")
        mass = float(problem.rows) if weights is None else weighted_sum(weights, None)
        columns = columns_of(design, weights, constant)
        if not constant:
            blocks = (constant_block(), *columns.blocks)
            columns = Columns(blocks, (0.0, *columns.centres), problem.rows, weights)
        centre = weighted_sum(y, weights) / mass if constant else 0.0
        with_y = Columns(
            (*columns.blocks, Block(("y",), x=y)), (*columns.centres, centre), problem.rows, weights
        )
        full = with_y.gram()
        return cls(columns, y, centre, full[:-1, :-1], full[-1, :-1], float(full[-1, -1]), mass)

    def left(self, places: _Places) -> tuple[float, int]:
        """Give the residual sum of squares of a model, and how many columns it estimates."""
        blocks = places.ordered
        if not blocks:
            return self.total, 0
        found, cross = self._eliminated(blocks)
        return self.total - float(cross @ found.inverse @ cross), len(found.kept)

    def gained(self, before: _Places, after: _Places) -> tuple[float, int]:
        """Give what the residual sum falls by from a model to a wider one, and the new columns.

        From the coefficients of the new columns, not as a difference of two large sums.
        """
        first = before.ordered
        blocks = [*first, *(block for block in after.ordered if block not in first)]
        found, cross = self._eliminated(blocks)
        width = sum(self.columns.blocks[block].width for block in first)
        new = np.flatnonzero(found.kept >= width)
        if not len(new):
            return 0.0, 0
        b = (found.inverse @ cross)[new]
        return float(b @ np.linalg.solve(found.inverse[np.ix_(new, new)], b)), len(new)

    def _eliminated(self, blocks: Sequence[int]) -> tuple[Elimination, Floats]:
        """Find the independent columns of some blocks, and their cross products with y."""
        starts = np.concatenate(([0], np.cumsum([b.width for b in self.columns.blocks])))
        inside: Integers = np.concatenate([np.arange(starts[b], starts[b + 1]) for b in blocks])
        columns = Columns(
            tuple(self.columns.blocks[b] for b in blocks),
            tuple(self.columns.centres[b] for b in blocks),
            self.columns.rows,
            self.columns.weights,
        )
        gram = self.gram[np.ix_(inside, inside)]
        found = eliminate(columns, gram, norms_of(self.columns, self.gram)[inside])
        cross = self.cross[inside]
        if found.replaced:
            cross = found.columns.against(self.y - self.centre)
        return found, cross[found.slots[found.kept]]
