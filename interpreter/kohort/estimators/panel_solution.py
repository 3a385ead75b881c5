"""Least squares on the transformed columns of a panel, for all its models.

Source of the variance components: Swamy and Arora (1972) in the unbalanced form of linearmodels.
"""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from kohort.estimators.cross_products import weighted_squares, weighted_sum
from kohort.estimators.design import CONSTANT, Design, Floats, Integers
from kohort.estimators.elimination import Elimination, eliminate
from kohort.estimators.panel_columns import PanelColumns, panel_columns
from kohort.estimators.panel_units import PanelRows, Units, panel_rows
from kohort.estimators.problem import NotEstimableError
from kohort.estimators.unit_shares import UnitShares

# An outcome whose variation within units is a smaller share is constant there, but for rounding.
_FLAT = 1e-20

Effects: TypeAlias = Literal["fe", "re", "be", "pooled"]


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """Coefficients of the kept working columns, their inverse, and residuals in their space."""

    elimination: Elimination
    b: Floats
    residuals: Floats
    rss: float
    tss: float

    @property
    def rank(self) -> int:
        return len(self.b)


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """Standard deviations between and within units; theta, float64[U]."""

    sigma_u: float
    sigma_e: float
    theta: Floats


def _rows_of(
    design: Design, units: Units, constant: bool, known: dict[Any, Any] | None
) -> PanelRows:
    """The columns taken apart, from what is known of the design if it is there."""
    if known is None:
        return panel_rows(design, units, constant)
    key = ("panel rows", constant, *((id(b.codes), id(b.x), b.names) for b in design.blocks))
    if key not in known:
        # The design is kept with it, so that no other array comes to stand in the place of its.
        known[key] = design, panel_rows(design, units, constant)
    found = known[key][1]
    assert isinstance(found, PanelRows)
    return found


class Panel:
    """The columns and the outcome of one panel, for all its models.

    `known` keeps what other models of the very same rows need as well.
    """

    def __init__(
        self,
        design: Design,
        y: Floats,
        units: Units,
        constant: bool,
        weighted: bool,
        known: dict[Any, Any] | None = None,
    ) -> None:
        if design.rows == 0 or float(y.min()) == float(y.max()):
            raise NotEstimableError("constant outcome" if design.rows else "too few rows")
        self.design, self.units, self.constant, self.weighted = design, units, constant, weighted
        self.columns = panel_columns(_rows_of(design, units, constant, known), units, weighted)
        weights = self.columns.weights
        self.centre = weighted_sum(y, weights) / units.mass if constant else 0.0
        self.y = y - self.centre
        gram = np.diagonal(self.columns.gram())
        self.norms = np.sqrt(np.maximum(gram, 0.0) + units.mass * self.columns.shift**2)
        self.overall = float(weighted_squares(self.y, weights))
        self._components: Components | None = None

    def solved(self, columns: PanelColumns) -> Solution:
        """Least squares of the outcome on transformed columns."""
        norms = np.concatenate([self.norms, np.ones(columns.width - len(self.norms))])
        elimination = eliminate(columns, columns.gram(), norms)
        working = elimination.columns
        assert isinstance(working, PanelColumns)
        places = elimination.slots[elimination.kept]
        y = columns.transformed(self.y)
        inverse = elimination.inverse
        b = inverse @ working.against(y)[places]
        residuals = y - working.combine(elimination.spread(b))
        # The second round removes what the cross products have lost.
        b = b + inverse @ working.against(residuals)[places]
        residuals = y - working.combine(elimination.spread(b))
        weights = columns.weights
        rss, tss = weighted_squares(residuals, weights), weighted_squares(y, weights)
        return Solution(elimination, b, residuals, rss, tss)

    def fixed(self) -> PanelColumns:
        """The columns within units."""
        return self.columns.kept(0.0)

    def between(self) -> PanelColumns:
        """The unit means, one a unit."""
        return self.columns.kept(1.0 / np.sqrt(self.units.times), inside=False)

    def solution(self, effects: Effects) -> "Solution":
        """The least squares of one model. Raises `NotEstimableError`."""
        if effects == "fe" and self.units.count == self.design.rows:
            raise NotEstimableError("too few rows")
        solution = self.solved(self._columns(effects))
        if solution.tss <= _FLAT * self.overall:
            raise NotEstimableError("constant outcome")
        return solution

    def _columns(self, effects: Effects) -> PanelColumns:
        if effects == "be":
            return self.between()
        if effects == "pooled":
            return self.columns
        if effects == "re":
            return self.columns.kept(1.0 - self.components().theta)
        fixed = self.fixed()
        if not self.constant:
            return fixed
        # The constant, orthogonal to what varies within units.
        return fixed.appended(np.ones(self.design.rows), CONSTANT)

    def components(self) -> Components:
        """The variances of a model with random effects, and 1 - sqrt(s_e^2/(s_e^2 + T_i s_u^2))."""
        if self._components is None:
            units = self.units
            within, between = self.solved(self.fixed()), self.solved(self.between())
            df_within = self.design.rows - units.count - within.rank
            df_between = units.count - between.rank
            if df_within <= 0 or df_between <= 0:
                raise NotEstimableError("too few rows")
            se2 = within.rss / df_within
            harmonic = units.count / float((1.0 / units.times).sum())
            su2 = max(0.0, between.rss / df_between - se2 / harmonic)
            theta = 1.0 - np.sqrt(se2 / (se2 + units.times * su2))
            self._components = Components(float(np.sqrt(su2)), float(np.sqrt(se2)), theta)
        return self._components


def panel_shares(
    design: Design,
    y: Floats,
    units: Units,
    effects: Effects,
    constant: bool,
    member: Integers,
    size: int,
    known: dict[Any, Any] | None = None,
) -> UnitShares:
    """Shares of members in a panel model, which columns that its effects absorb do not spoil.

    `member` int[N] in 0..size-1 numbers those whose data the rows are: their rows are added up.
    """
    panel = Panel(design, y, units, constant, False, known)
    return shares_of(panel.solution(effects), member, size)


def shares_of(solution: Solution, member: Integers, size: int) -> UnitShares:
    """Shares of members in the least squares of a panel."""
    elimination, columns = solution.elimination, solution.elimination.columns
    matrix = elimination.spread(elimination.inverse)
    own = isinstance(columns, PanelColumns) and member is columns.units.row
    if isinstance(columns, PanelColumns) and own and not elimination.replaced:
        leverage = columns.unit_quadratic(matrix)
    else:
        leverage = _by_member(columns.quadratic(matrix), member, size)
    left = _by_member(solution.residuals**2, member, size)
    sound = solution.rss > 0 and bool(np.isfinite(leverage).all())
    share = left / solution.rss if solution.rss > 0 else 0 * left
    return UnitShares(leverage, share, sound, whole=len(elimination.kept) == columns.width)


def _by_member(values: Floats, member: Integers, size: int) -> Floats:
    return np.asarray(np.bincount(member, weights=values, minlength=size), dtype=np.float64)
