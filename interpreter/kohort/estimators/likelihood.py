"""The geometry that likelihood models share: independent columns, centred, on distinct patterns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kohort.estimators.clusters import cluster_sums
from kohort.estimators.design import CONSTANT, Codes, Design, Floats
from kohort.estimators.elimination import Elimination, eliminate
from kohort.estimators.least_squares import columns_of, norms_of
from kohort.estimators.patterns import Patterns, collapse
from kohort.estimators.problem import NotEstimableError, Problem


@dataclass(frozen=True, eq=False)
class Ground:
    """Distinct patterns with independent, centred columns: what is climbed on.

    `patterns.columns` are y and, if there is one, the logarithm of the exposure (`offset`).
    """

    patterns: Patterns
    elimination: Elimination
    constant: bool
    names: tuple[str, ...]
    dropped: tuple[str, ...]

    @property
    def y(self) -> Floats:
        """The outcome of each pattern."""
        return self.patterns.columns[0]

    @property
    def offset(self) -> Floats | None:
        """The logarithm of the exposure of each pattern."""
        return self.patterns.columns[1] if len(self.patterns.columns) > 1 else None

    @property
    def weights(self) -> Floats:
        """Sums of weights by pattern."""
        return self.patterns.weights

    @property
    def k(self) -> int:
        """How many columns there are, the constant included."""
        return len(self.elimination.kept)

    def predictor(self, b: Floats) -> Floats:
        """X b + offset by pattern."""
        eta = self.elimination.columns.combine(self.elimination.spread(b))
        return eta if self.offset is None else eta + self.offset

    def against(self, z: Floats) -> Floats:
        """sum(x z) over the patterns, float64 (k)."""
        part = self.elimination
        return part.columns.weighted(None).against(z)[part.slots[part.kept]]

    def gram(self, weights: Floats) -> Floats:
        """sum(w x x') over the patterns, float64 (k, k)."""
        part = self.elimination
        places = part.slots[part.kept]
        return part.columns.weighted(weights).gram()[np.ix_(places, places)]

    def scores(self, groups: Codes, factor: Floats) -> Floats:
        """Sums by cluster of a factor by row (float64 (N)) times the columns, float64 (G, k)."""
        part = self.elimination
        sums = cluster_sums(part.columns.weighted(None), groups, factor, self.patterns.place)
        return sums[:, part.slots[part.kept]]

    def prior(self, amount: float) -> Floats:
        """What the prior adds to each pattern's weight, float64 (P)."""
        return self.weights * (amount / float(self.weights.sum()))

    def restored(
        self, b: Floats, v: Floats, equations: int = 1, further: int = 0
    ) -> tuple[Floats, Floats]:
        """Coefficients and covariance as the user's columns have them, the constant last.

        `b` float64 (equations * k + further) holds the equations one after the other, and last
        parameters that belong to no column.
        """
        size = equations * self.k + further
        move = np.eye(size)
        one = self._transformation()
        for equation in range(equations):
            part = slice(equation * self.k, (equation + 1) * self.k)
            move[part, part] = one
        return move @ b, move @ v @ move.T

    def _transformation(self) -> Floats:
        """The matrix that turns working coefficients into the user's."""
        part, k = self.elimination, self.k
        place = {int(column): i for i, column in enumerate(part.kept)}
        matrix = np.eye(k)
        for step in reversed(part.replaced):
            source = place[step.column]
            for target, share in zip(step.kept, step.coefficients, strict=True):
                matrix[place[int(target)], :] -= share * matrix[source, :]
        if not self.constant:
            return matrix
        columns = part.columns
        shift = np.concatenate([
            np.full(x.width, c) for x, c in zip(columns.blocks, columns.centres, strict=True)
        ])[part.kept]
        shifted = np.eye(k)
        shifted[0, :] -= shift
        matrix = shifted @ matrix
        return np.concatenate([matrix[1:], matrix[:1]])


@dataclass(frozen=True, eq=False)
class LikelihoodFit:
    """A fitted likelihood model of k columns in each of its equations.

    `names` (k): the user's columns, the constant last; `coefficients` float64 (k), or (J - 1, k) of
    several equations; `covariance` float64 of all of them, equation by equation. `value` and
    `value_null`: log likelihoods of the model and of the constant alone. `ground` and `working`
    are what it was climbed on. `clusters`: their number.
    """

    ground: Ground
    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    value: float
    value_null: float
    steps: int
    working: Floats
    rows: int
    clusters: int | None = None

    @property
    def errors(self) -> Floats:
        """Standard errors, in the shape of the coefficients."""
        found = np.sqrt(np.maximum(np.diagonal(self.covariance), 0.0))
        return np.asarray(found.reshape(self.coefficients.shape))


def ground_of(problem: Problem, further: Sequence[Floats] = ()) -> Ground:
    """Collapse the rows of a problem, and find its independent columns.

    `further`: columns (float64 (N)) after the outcome. Raises `NotEstimableError`.
    """
    design = problem.design()
    if design.rows == 0:
        raise NotEstimableError("too few rows")
    patterns = collapse(design, (problem.outcome, *further), problem.weights, problem.known)
    return _grounded(patterns, problem.constant, design.rows)


def _grounded(patterns: Patterns, constant: bool, rows: int) -> Ground:
    design: Design = patterns.design
    if not (design.width or constant):
        raise NotEstimableError("no regressor")
    columns = columns_of(design, patterns.weights, constant)
    gram = columns.gram()
    elimination = eliminate(columns, gram, norms_of(columns, gram))
    names = [name for block in columns.blocks for name in block.names]
    kept = elimination.kept.tolist()
    if len(kept) <= constant:
        raise NotEstimableError("no regressor")
    if rows <= len(kept):
        raise NotEstimableError("too few rows")
    ordered = [names[j] for j in kept]
    if constant:
        ordered = [*ordered[1:], CONSTANT]
    gone = set(range(len(names))) - set(kept)
    return Ground(
        patterns, elimination, constant, tuple(ordered), tuple(names[j] for j in sorted(gone))
    )
